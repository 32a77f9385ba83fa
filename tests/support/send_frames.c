// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps a guest's network card receiving: sends it Ethernet frames through the socket that QEMU's
 * "-netdev dgram" opens, a thousand a second, until the time is up.
 *
 *	send_frames SOCKET MAC SECONDS
 *
 * It goes on while nobody listens: the guest may be between two kernels.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FRAME 1400
#define HEADER 14

int main(int argc, char **argv)
{
	static const struct timespec pause = {0, 1000000};
	struct sockaddr_un guest = {.sun_family = AF_UNIX};
	unsigned mac[6];
	uint8_t frame[FRAME];
	time_t end;
	int fd;

	if (argc != 4 || strlen(argv[1]) >= sizeof(guest.sun_path) ||
	    sscanf(argv[2], "%x:%x:%x:%x:%x:%x", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
		   &mac[5]) != 6) {
		fputs("usage: send_frames SOCKET MAC SECONDS\n", stderr);
		return 1;
	}
	strcpy(guest.sun_path, argv[1]);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 1;
	/* Bytes that are neither zeros nor anything a kernel has: they would be seen. */
	memset(frame, 0xdb, sizeof(frame));
	for (unsigned i = 0; i < 6; i++)
		frame[i] = (uint8_t)mac[i];
	/* IEEE 802: the first EtherType for local experiments. */
	frame[HEADER - 2] = 0x88;
	frame[HEADER - 1] = 0xb5;
	for (end = time(NULL) + strtol(argv[3], NULL, 10); time(NULL) < end;
	     nanosleep(&pause, NULL))
		sendto(fd, frame, sizeof(frame), 0, (const struct sockaddr *)&guest, sizeof(guest));
	close(fd);
	return 0;
}
