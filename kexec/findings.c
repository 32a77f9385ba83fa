// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Findings about loading: what the running kernel forbids, what it demands, and what it has
 * already. kernel/kexec_core.c, security/lockdown and security/integrity/ima in the kernel's tree
 * say what follows from what.
 */
#include "config.h"

#include "kexec/findings.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "arch/arch.h"
#include "kexec/cmdline.h"

#define SIGNED_KERNEL                                                                              \
	"Use -s (kexec_file_load) with a kernel that is signed with a key this machine trusts."

bool findings_add(struct findings *findings, const struct finding *finding)
{
	if (findings->count == FINDINGS_MAX)
		return false;
	findings->list[findings->count++] = *finding;
	if (finding->judgement.verdict > findings->verdict)
		findings->verdict = finding->judgement.verdict;
	return true;
}

static bool add(const struct judging *j, struct finding finding, const char *format, va_list values)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, values);
	finding.judgement.reason = arena_format(j->arena, j->error, "%s", text);
	if (!finding.judgement.reason)
		return false;
	return findings_add(j->findings, &finding) ||
	       error_set(j->error, "There are more than %d findings.", FINDINGS_MAX);
}

bool judging_add(const struct judging *j, const char *name, enum verdict verdict,
		 const char *remedy, const char *format, ...)
{
	va_list values;
	bool added;

	va_start(values, format);
	added = add(j, (struct finding){name, true, {verdict, NULL, remedy}}, format, values);
	va_end(values);
	return added;
}

bool judging_add_unseen(const struct judging *j, const char *name, const char *format, ...)
{
	va_list values;
	bool added;

	va_start(values, format);
	added = add(j, (struct finding){name, false, {VERDICT_CLEAR, NULL, NULL}}, format, values);
	va_end(values);
	return added;
}

const char *judging_text(const struct judging *j, enum state_name name)
{
	return (const char *)j->state->files[name].bytes.data;
}

bool judging_unseen(const struct judging *j, const char *name, enum state_name file,
		    const char *what)
{
	const struct state_file *f = &j->state->files[file];

	if (f->problem)
		return judging_add_unseen(j, name, "%s could not be seen. %s", what, f->problem);
	return judging_add_unseen(j, name, "%s could not be seen: %s %s.", what,
				  f->path ? f->path : "the file",
				  f->denied ? "is not for this user" : "is not there");
}

bool judging_configured(const struct machine_state *state, const char *name)
{
	const char *line = (const char *)state->files[STATE_CONFIG].bytes.data;
	size_t length = strlen(name);

	while (line) {
		if (!strncmp(line, name, length) && !strncmp(line + length, "=y", 2))
			return true;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return false;
}

const char *judging_forbidden(const struct machine *machine, bool panic)
{
	if (machine->load_disabled == YES)
		return "kernel.kexec_load_disabled is 1";
	if (panic)
		return machine->limit_panic ? NULL : "kernel.kexec_load_limit_panic is 0";
	return machine->limit_reboot ? NULL : "kernel.kexec_load_limit_reboot is 0";
}

static bool is_there(const struct state_file *file)
{
	return file->bytes.data || file->denied || file->problem;
}

/* Nothing more can be loaded: that matters less once something is. */
static bool no_more_loads(const struct judging *j, const char *cause)
{
	bool loaded = j->machine->kexec_loaded == YES;

	return judging_add(j, "loading", loaded ? VERDICT_WARNING : VERDICT_RISK,
			   JUDGING_FORBIDDEN_REMEDY, "%s: %s.", cause,
			   loaded ? "the kernel that is loaded can be started, and no other"
				  : "no kernel can be loaded");
}

static bool judge_loading(const struct judging *j)
{
	const struct machine *m = j->machine;
	const char *forbidden = judging_forbidden(m, false);

	if (j->state->without_kexec)
		return judging_add(
			j, "loading", VERDICT_RISK,
			"Boot a kernel with CONFIG_KEXEC or CONFIG_KEXEC_FILE.",
			"The running kernel was built without kexec: nothing can be loaded.");
	if (forbidden)
		return no_more_loads(j, forbidden);
	if (m->load_disabled == UNKNOWN)
		return judging_add_unseen(j, "loading",
					  "Whether loading is forbidden could not be seen: "
					  "kernel.kexec_load_disabled is not there for this user.");
	if (m->limit_reboot == 1)
		return judging_add(j, "loading", VERDICT_WARNING,
				   "Say -s or -c, which make one call and not two.",
				   "kernel.kexec_load_limit_reboot is 1: one load is left, and a "
				   "call that fails counts as well.");
	if (m->limit_reboot > 1)
		return judging_add(j, "loading", VERDICT_CLEAR, NULL,
				   "Loading is allowed, %" PRId64 " times more.", m->limit_reboot);
	return judging_add(j, "loading", VERDICT_CLEAR, NULL,
			   "Loading is neither forbidden nor limited.");
}

static bool judge_loaded(const struct judging *j)
{
	if (j->machine->kexec_loaded == UNKNOWN)
		return judging_add_unseen(j, "loaded",
					  "Whether a kernel is loaded could not be seen: the "
					  "running kernel has no file that says so.");
	return judging_add(
		j, "loaded", VERDICT_CLEAR, NULL, "%s",
		j->machine->kexec_loaded == YES
			? "A kernel is loaded: -e starts it, and the next load replaces it."
			: "No kernel is loaded.");
}

static bool judge_lockdown(const struct judging *j)
{
	const char *mode =
		j->machine->lockdown == LOCKDOWN_INTEGRITY ? "integrity" : "confidentiality";

	if (judging_text(j, STATE_LOCKDOWN))
		return j->machine->lockdown == LOCKDOWN_NONE
			       ? judging_add(j, "lockdown", VERDICT_CLEAR, NULL,
					     "The running kernel is not locked down.")
			       : judging_add(j, "lockdown", VERDICT_WARNING, SIGNED_KERNEL,
					     "The running kernel is locked down (%s): it refuses "
					     "kexec_load, and takes only signed kernels.",
					     mode);
	if (judging_text(j, STATE_LSM) && !j->state->files[STATE_LOCKDOWN].denied)
		return judging_add(j, "lockdown", VERDICT_CLEAR, NULL,
				   "The running kernel has no lockdown.");
	return judging_unseen(j, "lockdown", STATE_LOCKDOWN,
			      "Whether the running kernel is locked down");
}

/* Secure Boot by itself forbids nothing to Linux; what it makes a kernel do, lockdown tells. */
static bool judge_enforcing(const struct judging *j, bool enforcing)
{
	static const char name[] = "secure boot";

	if (!enforcing)
		return judging_add(j, name, VERDICT_CLEAR, NULL, "Secure Boot is off.");
	if (judging_text(j, STATE_LOCKDOWN) && j->machine->lockdown == LOCKDOWN_NONE)
		return judging_add(
			j, name, VERDICT_CLEAR, NULL,
			"Secure Boot is on, and the running kernel is not locked down for it.");
	return judging_add(
		j, name, VERDICT_WARNING, SIGNED_KERNEL,
		"Secure Boot is on: the running kernel may refuse kernels that are not signed.");
}

static bool judge_secure_boot(const struct judging *j)
{
	static const char name[] = "secure boot", what[] = "Whether Secure Boot is on";
	const struct state_file *files = j->state->files;
	struct bytes number = files[STATE_TREE_SECURE].bytes,
		     variable = files[STATE_SECURE_BOOT].bytes;

	if (!strcmp(j->machine->arch->name, "s390x"))
		return judging_text(j, STATE_IPL_SECURE)
			       ? judge_enforcing(j, *judging_text(j, STATE_IPL_SECURE) == '1')
			       : judging_unseen(j, name, STATE_IPL_SECURE, what);
	if (!strcmp(j->machine->arch->name, "ppc64le")) {
		if (!judging_text(j, STATE_TREE))
			return judging_unseen(j, name, STATE_TREE, what);
		if (files[STATE_TREE_SECURE].denied)
			return judging_unseen(j, name, STATE_TREE_SECURE, what);
		/* 1 is for auditing: arch/powerpc/kernel/secure_boot.c. */
		return judge_enforcing(
			j, judging_text(j, STATE_TREE_ENFORCING) ||
				   (number.size >= 4 && bytes_get(number.data, 4, BIG) > 1));
	}
	if (variable.size >= 5)
		return judge_enforcing(j, variable.data[4] == 1);
	if (!is_there(&files[STATE_FIRMWARE]))
		return judging_unseen(j, name, STATE_FIRMWARE, what);
	if (!is_there(&files[STATE_UEFI]))
		return judging_add(j, name, VERDICT_CLEAR, NULL,
				   "UEFI did not start this machine, so there is no Secure Boot.");
	return judging_unseen(j, name, STATE_SECURE_BOOT, what);
}

static bool judge_calls(const struct judging *j)
{
	static const char name[] = "system calls";
	bool segments = judging_configured(j->state, "CONFIG_KEXEC"),
	     file = judging_configured(j->state, "CONFIG_KEXEC_FILE");

	if (!judging_text(j, STATE_CONFIG))
		return judging_unseen(j, name, STATE_CONFIG,
				      "Which system calls the running kernel has");
	if (!segments && !file)
		return judging_add(
			j, name, VERDICT_RISK, "Boot a kernel with either.",
			"The running kernel was built without CONFIG_KEXEC and CONFIG_KEXEC_FILE.");
	if (!file && j->machine->lockdown != LOCKDOWN_NONE)
		return judging_add(j, name, VERDICT_RISK, "Boot a kernel with CONFIG_KEXEC_FILE.",
				   "The running kernel is locked down and has no kexec_file_load: "
				   "it takes no kernel.");
	if (file && judging_configured(j->state, "CONFIG_KEXEC_SIG_FORCE"))
		return judging_add(j, name, VERDICT_WARNING, "Load a signed kernel, or use -c.",
				   "The running kernel was built to take only signed kernels by "
				   "kexec_file_load (CONFIG_KEXEC_SIG_FORCE).");
	return judging_add(
		j, name, VERDICT_CLEAR, NULL, "%s",
		segments && file ? "The running kernel has kexec_load and kexec_file_load."
		: segments	 ? "The running kernel has kexec_load alone: -s cannot work."
				 : "The running kernel has kexec_file_load alone: -c cannot work.");
}

/* A rule such as "appraise func=KEXEC_KERNEL_CHECK appraise_type=imasig". */
static bool appraises_kernels(const char *policy)
{
	while (policy) {
		size_t length = strcspn(policy, "\n");

		if (!strncmp(policy, "appraise ", 9) &&
		    memmem(policy, length, "func=KEXEC_KERNEL_CHECK", 23))
			return true;
		policy = policy[length] ? policy + length + 1 : NULL;
	}
	return false;
}

static bool judge_ima(const struct judging *j)
{
	static const char name[] = "IMA";
	const char *policy = judging_text(j, STATE_IMA_POLICY);
	const char *cmdline = j->machine->cmdline ? j->machine->cmdline : "";

	if (policy ? appraises_kernels(policy) : !!strstr(cmdline, "ima_policy=secure_boot"))
		return judging_add(
			j, name, VERDICT_WARNING,
			"Use -s with a kernel that carries such a signature.",
			"IMA's policy appraises kernels: kexec_load is refused, and "
			"kexec_file_load takes only kernels whose signature IMA accepts.");
	if (policy)
		return judging_add(j, name, VERDICT_CLEAR, NULL,
				   "IMA's policy has no rule that appraises kernels.");
	if (!is_there(&j->state->files[STATE_IMA]) && judging_text(j, STATE_LSM))
		return judging_add(j, name, VERDICT_CLEAR, NULL, "The running kernel has no IMA.");
	return judging_unseen(j, name, STATE_IMA_POLICY, "Whether IMA appraises kernels");
}

static bool judge_crash(const struct judging *j)
{
	static const char name[] = "crash kernel";
	const char *text = judging_text(j, STATE_CRASH_SIZE);
	uint64_t size = 0;

	if (!text)
		return judging_unseen(j, name, STATE_CRASH_SIZE,
				      "Whether memory is reserved for a crash kernel");
	for (; *text >= '0' && *text <= '9'; text++)
		size = size * 10 + (uint64_t)(*text - '0');
	if (!size && j->machine->cmdline && cmdline_has(j->machine->cmdline, "crashkernel="))
		return judging_add(j, name, VERDICT_WARNING,
				   "Ask for less with crashkernel=, or look into the kernel's log "
				   "for the reason.",
				   "The command line has crashkernel=, and no memory is reserved.");
	if (!size)
		return judging_add(j, name, VERDICT_CLEAR, NULL,
				   "No memory is reserved for a crash kernel.");
	if (j->machine->crash_loaded == NO)
		return judging_add(j, name, VERDICT_WARNING, "Load one with kexec -p.",
				   "%" PRIu64 " MiB are reserved for a crash kernel, and none is "
				   "loaded: a crash leaves no dump.",
				   size >> 20);
	return judging_add(j, name, VERDICT_CLEAR, NULL,
			   "%" PRIu64 " MiB are reserved for a crash kernel%s.", size >> 20,
			   j->machine->crash_loaded == YES ? ", and one is loaded" : "");
}

static int rank(const struct finding *finding)
{
	return finding->seen ? (int)finding->judgement.verdict : -1;
}

void findings_sort(struct findings *findings)
{
	for (unsigned i = 1; i < findings->count; i++) {
		struct finding moved = findings->list[i];
		unsigned to = i;

		for (; to && rank(&findings->list[to - 1]) < rank(&moved); to--)
			findings->list[to] = findings->list[to - 1];
		findings->list[to] = moved;
	}
}

bool findings_judge(const struct machine *machine, const struct machine_state *state,
		    const char *cmdline, struct arena *arena, struct findings *findings,
		    struct error *error)
{
	const struct judging j = {machine, state, cmdline, arena, findings, error};

	return judge_loading(&j) && judge_loaded(&j) && judge_calls(&j) && judge_lockdown(&j) &&
	       judge_secure_boot(&j) && judge_ima(&j) && judge_crash(&j) &&
	       findings_judge_system(&j) && findings_judge_tpm(&j);
}
