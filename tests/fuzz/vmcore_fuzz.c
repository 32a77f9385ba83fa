// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a kernel's core: what is printed is fit to be shown, or there is a sentence. */
#include "config.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/core_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct core_log log;

	core_log_read(&log, (struct bytes){data, size});
	if (log.broken[0])
		fprintf(stderr, "%s\n", log.broken);
	promise(!log.broken[0]);
	free(log.text);
	return 0;
}
