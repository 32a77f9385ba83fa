// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * as-old PROGRAM [ARGUMENT...]: runs a program that is told a release of Linux 2.6 by uname(2).
 * What Linux 6.1 tells it is 2.6.61, before all that Debian still has.
 */
#include <sys/personality.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc > 1 && personality(UNAME26) != -1)
		execvp(argv[1], argv + 1);
	return 127;
}
