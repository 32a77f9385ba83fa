/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes a kexec fail beside the devices: each finding is a fact of the machine, what follows
 * from it, and what can be done. It judges what others read, and names no file by itself.
 */
#ifndef KEXEC_FINDINGS_H
#define KEXEC_FINDINGS_H

#include "kexec/machine.h"
#include "kexec/machine_state.h"
#include "kexec/verdict.h"

#define FINDINGS_MAX 32

struct finding {
	const char *name;		/* "lockdown": for all readers; 13 characters at most */
	bool seen;			/* false: judgement.reason says why it could not be */
	struct judgement judgement;	/* a remedy only with a warning or a risk */
};

struct findings {
	struct finding list[FINDINGS_MAX];
	unsigned count;
	enum verdict verdict;		/* the worst */
};

/* The machine as it is, and the command line that the next kernel is to get, or NULL. */
bool findings_judge(const struct machine *machine, const struct machine_state *state,
		    const char *cmdline, struct arena *arena, struct findings *findings,
		    struct error *error) must_check;

/* Worst first; what could not be seen comes last. */
void findings_sort(struct findings *findings);

/* Adds one; false when there are FINDINGS_MAX. */
bool findings_add(struct findings *findings, const struct finding *finding) must_check;

/* For the parts of findings_judge(): kexec/findings_system.c has what the machine is busy with. */
struct judging {
	const struct machine *machine;
	const struct machine_state *state;
	const char *cmdline;		/* of the next kernel, or NULL */
	struct arena *arena;
	struct findings *findings;
	struct error *error;
};

/* The file's text up to its first NUL byte; NULL when it could not be read. */
const char *judging_text(const struct judging *j, enum state_name name);
/* Adds "WHAT could not be seen: " and why the file could not be read. */
bool judging_unseen(const struct judging *j, const char *name, enum state_name file,
		    const char *what) must_check;
/* Whether the build's configuration has NAME=y; false too when it could not be read. */
bool judging_configured(const struct machine_state *state, const char *name) must_check;
/* The setting that forbids to load kernels of this kind ("kernel.NAME is 0"), or NULL. */
const char *judging_forbidden(const struct machine *machine, bool panic);
#define JUDGING_FORBIDDEN_REMEDY "Boot again without that setting: it stays until then."
/* Adds a finding whose reason is formatted; `remedy` is NULL where nothing is wrong. */
bool judging_add(const struct judging *j, const char *name, enum verdict verdict,
		 const char *remedy, const char *format, ...)
	__attribute__((format(printf, 5, 6))) must_check;
bool judging_add_unseen(const struct judging *j, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4))) must_check;

bool findings_judge_system(const struct judging *j) must_check;
bool findings_judge_tpm(const struct judging *j) must_check;

#endif
