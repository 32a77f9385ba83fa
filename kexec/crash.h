/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What crash kernels have in common: the reservation that they live in, and the core headers
 * through which they see the memory of the kernel that crashed. How a capture kernel is told where
 * they are is the architectures' business.
 */
#ifndef KEXEC_CRASH_H
#define KEXEC_CRASH_H

#include "kexec/plan.h"

/*
 * The reservation that takes segments (crashk_res of the kernel): the highest, where a low one
 * stands beside it for devices. Empty without a reservation.
 */
struct range crash_region(const struct machine *machine);

struct crash_headers {
	uint64_t align;		/* of the segment; 0 means the page size */
	uint64_t below;		/* as in struct placement */
	struct range left_out;	/* RAM that no dump needs */
	struct range moved;	/* RAM in it will be found as far from moved_to; empty: none */
	uint64_t moved_to;
};

/*
 * Adds the segment "elfcorehdr": notes of every processor, VMCOREINFO, the kernel's image, and all
 * RAM but the reservations. With --hotplug it has the room that the running kernel wants for
 * keeping it up to date, and stays out of the digest.
 */
bool crash_add_headers(const struct planning *p, const struct crash_headers *wish,
		       uint64_t *address, struct error *error) must_check;

struct format;

/*
 * The cause and remedy of a crash kernel for which p->plan->no_room holds: what needs how much, and
 * which crashkernel= would do. Plans once more with a reservation that is large enough, to find
 * out.
 */
bool crash_say_no_room(const struct planning *p, const struct format *format, struct error *error);

/*
 * The remedy where a segment of `size` bytes cannot lie in this reservation, wherever in it: the
 * kernel takes it only within `reach`. Returns false.
 */
bool crash_say_out_of_reach(const struct planning *p, const char *what, uint64_t size,
			    struct range reach, struct error *error);

/* Whether the reservation has room left for what the running kernel puts there itself. */
bool crash_check_slack(const struct machine *machine, const struct plan *plan, struct error *error)
	must_check;

/*
 * Whether the files alone fit, for a kexec_file_load that cannot be rehearsed: it frees the crash
 * kernel that is loaded before it looks at the new one.
 */
bool crash_check_files(const struct planning *p, const struct format *format, struct error *error)
	must_check;

#endif
