// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a command that can never load or start a kernel: a seccomp filter answers its kexec and
 * reboot system calls, its attempts to take a network interface down and to execute another
 * program, with an error that the test chooses. The kernel underneath never sees them, whoever runs
 * the tests. It knows system call numbers and nothing of kexec.
 *
 *	no-kexec [CALL[:FLAG]=ERRNO]... COMMAND [ARGUMENT]...
 *
 * CALL is kexec_load, kexec_file_load, reboot, ioctl or execve; ERRNO a name or a number, 0 being
 * success. With :FLAG (a number) the rule only holds for kexec calls that have this bit in their
 * flags. The first rule that fits wins. Without rules: ENOSYS for kexec and reboot, EPERM for the
 * interfaces, ENOENT for execve.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FAILED 125 /* as env and timeout have it: the command was not run */
#define FILTER_MAX 256

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#elif defined(__powerpc64__)
#define NATIVE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define NATIVE AUDIT_ARCH_S390X
#else
#error "no-kexec does not know this architecture"
#endif

/* x86_64: the first number of the other ABI that the same token covers. */
#define X32_BIT 0x40000000u

struct call {
	const char *name;
	uint32_t number;
	unsigned argument; /* which argument a rule's mask looks at */
};

static const struct call calls[] = {
	{"kexec_load", __NR_kexec_load, 3},
	{"kexec_file_load", __NR_kexec_file_load, 4},
	{"reboot", __NR_reboot, 2},
	{"ioctl", __NR_ioctl, 1},
	{"execve", __NR_execve, 0},
};

struct rule {
	const struct call *call;
	uint32_t mask;	 /* bits of the argument that must all be set; 0: any */
	uint32_t equal;	 /* the whole argument, when not 0 */
	uint32_t number; /* errno */
};

static const struct {
	const char *name;
	uint32_t number;
} errnos[] = {
	{"EACCES", EACCES},   {"EADDRNOTAVAIL", EADDRNOTAVAIL},
	{"EBADMSG", EBADMSG}, {"EBUSY", EBUSY},
	{"EINVAL", EINVAL},   {"EKEYREJECTED", EKEYREJECTED},
	{"ELIBBAD", ELIBBAD}, {"EMSGSIZE", EMSGSIZE},
	{"ENODATA", ENODATA}, {"ENOEXEC", ENOEXEC},
	{"ENOENT", ENOENT},   {"ENOKEY", ENOKEY},
	{"ENOMEM", ENOMEM},   {"ENOPKG", ENOPKG},
	{"ENOSYS", ENOSYS},   {"EOPNOTSUPP", EOPNOTSUPP},
	{"EPERM", EPERM},     {"ETXTBSY", ETXTBSY},
};

static struct sock_filter filter[FILTER_MAX];
static unsigned short length;

static void emit(uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	if (length == FILTER_MAX) {
		fputs("no-kexec: too many rules\n", stderr);
		exit(FAILED);
	}
	filter[length++] = (struct sock_filter)BPF_JUMP(code, k, yes, no);
}

/* The low 32 bits of an argument: all that these system calls use. */
static uint32_t argument_offset(unsigned argument)
{
	uint32_t offset =
		(uint32_t)(offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t));

	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? offset + 4 : offset;
}

static void emit_rule(const struct rule *rule)
{
	unsigned short start = length;

	emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	emit(BPF_JMP | BPF_JEQ | BPF_K, rule->call->number, 0, 0);
	if (rule->mask || rule->equal)
		emit(BPF_LD | BPF_W | BPF_ABS, argument_offset(rule->call->argument), 0, 0);
	if (rule->mask) {
		emit(BPF_ALU | BPF_AND | BPF_K, rule->mask, 0, 0);
		emit(BPF_JMP | BPF_JEQ | BPF_K, rule->mask, 0, 0);
	} else if (rule->equal) {
		emit(BPF_JMP | BPF_JEQ | BPF_K, rule->equal, 0, 0);
	}
	emit(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (rule->number & SECCOMP_RET_DATA), 0, 0);
	for (unsigned short i = start; i < length; i++) /* every mismatch goes behind the rule */
		if (BPF_CLASS(filter[i].code) == BPF_JMP)
			filter[i].jf = (uint8_t)(length - i - 1);
}

static void emit_prologue(void)
{
	emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	emit(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0);
	emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	emit(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
}

static int parse_errno(const char *text, uint32_t *number)
{
	char *end;

	for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++)
		if (!strcmp(text, errnos[i].name)) {
			*number = errnos[i].number;
			return 1;
		}
	*number = (uint32_t)strtoul(text, &end, 0);
	return *text && !*end && *number < 4096;
}

/* Whether `text` is a rule. A command never has a "=" in its name here. */
static int parse_rule(const char *text, struct rule *rule)
{
	size_t name = strcspn(text, ":=");
	const char *value = strchr(text, '=');

	if (!value)
		return 0;
	memset(rule, 0, sizeof(*rule));
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strlen(calls[i].name) == name && !strncmp(text, calls[i].name, name))
			rule->call = &calls[i];
	if (text[name] == ':')
		rule->mask = (uint32_t)strtoul(text + name + 1, NULL, 0);
	if (!rule->call || !parse_errno(value + 1, &rule->number)) {
		fprintf(stderr, "no-kexec: %s is not a rule\n", text);
		exit(FAILED);
	}
	if (rule->call->number == __NR_ioctl)
		rule->equal = SIOCSIFFLAGS;
	return 1;
}

static void emit_defaults(void)
{
	static const struct rule defaults[] = {
		{&calls[0], 0, 0, ENOSYS}, {&calls[1], 0, 0, ENOSYS},
		{&calls[2], 0, 0, ENOSYS}, {&calls[3], 0, SIOCSIFFLAGS, EPERM},
		{&calls[4], 0, 0, ENOENT},
	};

	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		emit_rule(&defaults[i]);
	emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

int main(int argc, char **argv, char **environment)
{
	struct sock_fprog program = {0, filter};
	struct rule rule;
	int next = 1, fd;

	emit_prologue();
	for (; next < argc && parse_rule(argv[next], &rule); next++)
		emit_rule(&rule);
	emit_defaults();
	if (next == argc) {
		fputs("usage: no-kexec [CALL[:FLAG]=ERRNO]... COMMAND [ARGUMENT]...\n", stderr);
		return FAILED;
	}
	fd = open(argv[next], O_PATH | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "no-kexec: %s: %s\n", argv[next], strerror(errno));
		return FAILED;
	}
	program.len = length;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		fprintf(stderr, "no-kexec: cannot install the filter: %s\n", strerror(errno));
		return FAILED;
	}
	/* execve is answered by the filter from here on; this is the one way left. */
	syscall(__NR_execveat, fd, "", argv + next, environment, AT_EMPTY_PATH);
	fprintf(stderr, "no-kexec: cannot execute %s: %s\n", argv[next], strerror(errno));
	return FAILED;
}
