/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wishes that are understood, but that this machine cannot meet. What is wrong with a command line
 * on any machine is found by options.c; what is wrong with an image, by planning.
 */
#ifndef KEXEC_REQUESTS_H
#define KEXEC_REQUESTS_H

#include "kexec/machine.h"
#include "kexec/options.h"

/* Whether the machine can do what a load was asked to do. Ask before the image is opened. */
bool requests_check(const struct options *options, const struct machine *machine,
		    struct error *error) must_check;

#endif
