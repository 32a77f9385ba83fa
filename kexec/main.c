// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec: the command. Parse, read the machine, open the image, plan, then print or load. */
#include "config.h"

#include <stdio.h>

int main(void)
{
	printf("kexec-tools " COMPATIBLE_VERSION " (" PACKAGE_STRING ")\n");
	return 0;
}
