// SPDX-License-Identifier: GPL-2.0-or-later
/* make_image NAME OUT: writes one of the test kernels to a file, for the tests that are scripts. */
#include "tests/images/images.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	size_t size = 0;
	uint8_t *bytes;
	FILE *out;
	bool written;

	if (argc != 3) {
		fprintf(stderr, "usage: make_image NAME OUT\nNAME is one of: %s\n", images_names);
		return 2;
	}
	bytes = images_make(argv[1], &size);
	if (!bytes) {
		fprintf(stderr, "make_image: there is no image \"%s\"; there are: %s\n", argv[1],
			images_names);
		return 1;
	}
	out = fopen(argv[2], "wb");
	written = out && fwrite(bytes, 1, size, out) == size;
	if (out && fclose(out))
		written = false;
	free(bytes);
	if (!written)
		perror(argv[2]);
	return written ? 0 : 1;
}
