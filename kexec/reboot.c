// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last steps before the running kernel ends: the only file with the reboot system call, and the
 * only one that executes another program. It does not know whether a kernel is loaded.
 */
#include "kexec/reboot.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <unistd.h>

/* LINUX_REBOOT_CMD_KEXEC, include/uapi/linux/reboot.h; not every libc names it. */
#ifndef RB_KEXEC
#define RB_KEXEC 0x45584543
#endif

void reboot_sync(void)
{
	sync();
}

/* 0, also for an interface that is down or has gone meanwhile, or an errno. */
static int interface_down(int fd, const char *name)
{
	struct ifreq request = {0};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &request))
		return errno == ENODEV ? 0 : errno;
	if (!(request.ifr_flags & IFF_UP) || request.ifr_flags & IFF_LOOPBACK)
		return 0;
	request.ifr_flags &= (short)~IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &request) ? errno : 0;
}

bool reboot_interfaces_down(struct error *error)
{
	/* Interface requests work on any socket; netlink is there even without IPv4. */
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct if_nameindex *interfaces = fd < 0 ? NULL : if_nameindex();
	unsigned failures = 0;

	if (!interfaces) {
		error_set(error,
			  "The network interfaces cannot be listed (%s), so they stay as they are.",
			  strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	for (const struct if_nameindex *each = interfaces; each->if_index; each++) {
		int failed = interface_down(fd, each->if_name);

		if (failed && !failures++)
			error_set(error, "The network interface %s cannot be taken down: %s.",
				  each->if_name, strerror(failed));
	}
	if_freenameindex(interfaces);
	close(fd);
	if (failures > 1)
		error_context(error, "%u network interfaces stay up. ", failures);
	return !failures;
}

bool reboot_kexec(struct error *error)
{
	int number;

	reboot(RB_KEXEC);
	number = errno;
	error_headline(error, "kexec failed: %s", strerror(number));
	switch (number) {
	case EPERM:
		error_remedy(error, "Run kexec as root, outside of any container.");
		return error_set(error, "Starting the loaded kernel takes the capability "
				 "CAP_SYS_BOOT, which this process does not have.");
	case EINVAL:
		error_remedy(error, "Load a kernel first (kexec -l).");
		return error_set(error, "No kernel is loaded, or this is a container, which cannot "
				 "start one.");
	case EBUSY:
		error_remedy(error, "Try again.");
		return error_set(error, "Another kexec operation is going on.");
	case ENOSYS:
		error_remedy(error, "Boot a kernel with CONFIG_KEXEC or CONFIG_KEXEC_FILE.");
		return error_set(error, "The running kernel was built without kexec.");
	default:
		error_remedy(error, "Read the end of the kernel log (dmesg): a driver may have "
			     "refused to shut down.");
		return error_set(error, "The running kernel went on instead of starting the loaded "
				 "one (error %d).", number);
	}
}

bool reboot_shutdown(struct error *error)
{
	static const char *const places[] = {"/sbin/shutdown", "/etc/shutdown", "/bin/shutdown"};
	char *arguments[] = {(char[]){"shutdown"}, (char[]){"-r"}, (char[]){"now"}, NULL};
	int first = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		execv(places[i], arguments);
		if (!first || first == ENOENT)
			first = errno;
	}
	error_headline(error, "Cannot execute shutdown: %s", strerror(first));
	error_remedy(error, "Shut the services down in your own way, then run kexec -e.");
	return error_set(error, "The kernel is loaded, but none of /sbin/shutdown, /etc/shutdown "
			 "and /bin/shutdown could be run.");
}
