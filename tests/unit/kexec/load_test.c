// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load.c against a kernel that is played here: the linker hands every syscall() and nanosleep() to
 * the functions below, so nothing reaches the real one. The tests say which answers it gives and
 * look at what it was asked and what the user is told.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "kexec/load.h"

#define CALLS_MAX 16

long __wrap_syscall(long number, ...);
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left);

/* What was asked, and the errno of each answer; the last one is repeated for ever. */
static struct {
	long number;
	unsigned long arguments[5];
} asked[CALLS_MAX];
static unsigned calls;
static const int *answers;
static unsigned answer_count;
static long slept_milliseconds;

long __wrap_syscall(long number, ...)
{
	int answer = answers[calls < answer_count ? calls : answer_count - 1];
	va_list list;

	assert_true(calls < CALLS_MAX);
	va_start(list, number);
	asked[calls].number = number;
	for (int i = 0; i < (number == arch_nr_kexec_load ? 4 : 5); i++)
		asked[calls].arguments[i] = va_arg(list, unsigned long);
	va_end(list);
	calls++;
	errno = answer;
	return answer ? -1 : 0;
}

int __wrap_nanosleep(const struct timespec *pause, struct timespec *left)
{
	slept_milliseconds += pause->tv_sec * 1000 + pause->tv_nsec / 1000000;
	return 0;
}

#define KERNEL_ANSWERS(...)                                                                        \
	do {                                                                                       \
		static const int given[] = {__VA_ARGS__};                                          \
		answers = given;                                                                   \
		answer_count = sizeof(given) / sizeof(given[0]);                                   \
		calls = 0;                                                                         \
		slept_milliseconds = 0;                                                            \
	} while (0)

static const struct arch x86_64 = {.name = "x86_64", .elf_machine = 62};
static struct machine machine;
static struct load load;
static struct error failure;
static uint8_t payload[100];
static struct plan by_file, by_segments;

static int prepare(void **state)
{
	machine = (struct machine){
		.arch = &x86_64,
		.page_size = 4096,
		.privileged = YES,
		.load_disabled = NO,
		.limit_reboot = -1,
		.limit_panic = -1,
	};
	load = (struct load){.machine = &machine, .kernel = "/boot/vmlinuz"};
	failure = (struct error){0};
	by_file = (struct plan){
		.by = BY_FILE,
		.kernel_fd = 5,
		.initrd_fd = 6,
		.cmdline = "root=/dev/vda1",
	};
	by_segments = (struct plan){
		.by = BY_SEGMENTS,
		.entry = 0x9a000,
		.flags = 62u << 16,
		.segment_count = 2,
		.segments =
			{
				{.name = "kernel",
				 .bytes = {payload, 100},
				 .memory = {0x100000, 0x102000}},
				{.name = "purgatory",
				 .bytes = {payload, 50},
				 .memory = {0x9a000, 0x9b000}},
			},
	};
	return 0;
}

static void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" does not contain \"%s\"", text, part);
}

static void a_file_plan_is_handed_over_as_it_is(void **state)
{
	KERNEL_ANSWERS(0);
	assert_true(load_plan(&load, &by_file, &failure));
	assert_int_equal(calls, 1);
	assert_int_equal(asked[0].number, arch_nr_kexec_file_load);
	assert_int_equal((int)asked[0].arguments[0], 5);
	assert_int_equal((int)asked[0].arguments[1], 6);
	assert_int_equal(asked[0].arguments[2], strlen("root=/dev/vda1") + 1);
	assert_string_equal((const char *)asked[0].arguments[3], "root=/dev/vda1");
	assert_int_equal(asked[0].arguments[4], 0);
}

static void a_segment_plan_is_handed_over_as_it_is(void **state)
{
	KERNEL_ANSWERS(0);
	assert_true(load_plan(&load, &by_segments, &failure));
	assert_int_equal(calls, 1);
	assert_int_equal(asked[0].number, arch_nr_kexec_load);
	assert_int_equal(asked[0].arguments[0], 0x9a000);
	assert_int_equal(asked[0].arguments[1], 2);
	assert_int_equal(asked[0].arguments[3], 0x3e0000);
}

static void no_command_line_has_length_zero(void **state)
{
	KERNEL_ANSWERS(0);
	by_file.cmdline = NULL;
	assert_true(load_plan(&load, &by_file, &failure));
	assert_int_equal(asked[0].arguments[2], 0);
}

static void a_captured_machine_is_never_loaded(void **state)
{
	KERNEL_ANSWERS(0);
	machine.captured = true;
	assert_false(load_plan(&load, &by_segments, &failure));
	assert_int_equal(calls, 0);
}

static void busy_is_asked_again(void **state)
{
	KERNEL_ANSWERS(EBUSY, EBUSY, 0);
	assert_true(load_plan(&load, &by_file, &failure));
	assert_int_equal(calls, 3);
	assert_true(slept_milliseconds > 0);
}

static void busy_for_ever_ends_within_a_second(void **state)
{
	KERNEL_ANSWERS(EBUSY);
	assert_false(load_plan(&load, &by_segments, &failure));
	assert_in_range(calls, 3, 10);
	assert_in_range(slept_milliseconds, 100, 1000);
	assert_string_equal(failure.headline, "kexec_load failed: Device or resource busy");
	assert_contains(failure.cause, "another kexec operation");
}

static void a_debug_flag_is_left_out_when_refused(void **state)
{
	KERNEL_ANSWERS(EINVAL, 0);
	by_segments.flags |= KEXEC_DEBUG;
	assert_true(load_plan(&load, &by_segments, &failure));
	assert_int_equal(calls, 2);
	assert_int_equal(asked[0].arguments[3], 0x3e0010);
	assert_int_equal(asked[1].arguments[3], 0x3e0000);
	assert_int_equal(load.note_count, 0);
}

static void the_newest_flags_go_first_and_are_named(void **state)
{
	KERNEL_ANSWERS(EINVAL, EINVAL, 0);
	by_file.flags = KEXEC_FILE_DEBUG | KEXEC_FILE_NO_CMA | KEXEC_FILE_FORCE_DTB;
	assert_true(load_plan(&load, &by_file, &failure));
	assert_int_equal(calls, 3);
	assert_int_equal(asked[1].arguments[4], KEXEC_FILE_DEBUG | KEXEC_FILE_NO_CMA);
	assert_int_equal(asked[2].arguments[4], KEXEC_FILE_DEBUG);
	assert_int_equal(load.note_count, 2);
	assert_contains(load.notes[0], "--force-dtb");
	assert_contains(load.notes[1], "--no-cma");
}

static void einval_without_such_flags_is_final(void **state)
{
	KERNEL_ANSWERS(EINVAL);
	assert_false(load_plan(&load, &by_file, &failure));
	assert_int_equal(calls, 1);
	assert_int_equal(load.refused, EINVAL);
	assert_int_equal(load.note_count, 0);
	assert_string_equal(failure.headline, "kexec_file_load failed: Invalid argument");
	assert_contains(failure.cause, "command line of 14 bytes");
}

static void only_four_errors_fall_back(void **state)
{
	const int falls[] = {ENOSYS, EINVAL, ENOEXEC, EOPNOTSUPP};
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(falls) / sizeof(falls[0]); i++)
		assert_true(load_falls_back(falls[i]));
	for (int number = 0; number < 4096; number++)
		count += load_falls_back(number);
	assert_int_equal(count, 4);
	assert_false(load_falls_back(LOAD_ENOTSUPP));
}

static void file_only_and_no_such_call_is_one_line(void **state)
{
	KERNEL_ANSWERS(ENOSYS);
	load.call = CALL_FILE;
	assert_false(load_plan(&load, &by_file, &failure));
	assert_int_equal(failure.status, 253);
	assert_string_equal(failure.headline, "syscall kexec_file_load not available.");
	assert_string_equal(failure.cause, "");
	assert_string_equal(failure.remedy, "");
}

static void file_only_and_refused_has_the_real_reason(void **state)
{
	KERNEL_ANSWERS(ENOEXEC);
	load.call = CALL_FILE;
	assert_false(load_plan(&load, &by_file, &failure));
	assert_int_equal(failure.status, 253);
	assert_string_equal(failure.headline, "kexec_file_load failed: Exec format error");
	assert_contains(failure.cause, "/boot/vmlinuz: no loader");
}

static void other_errors_keep_the_ordinary_status(void **state)
{
	KERNEL_ANSWERS(ENOKEY);
	load.call = CALL_FILE;
	assert_false(load_plan(&load, &by_file, &failure));
	assert_int_equal(failure.status, 0);
	assert_string_equal(failure.headline, "kexec_file_load failed: Required key not available");
	assert_contains(failure.cause, "none of the keys");
	assert_contains(failure.remedy, "mokutil");
}

/* Every errno that the kernel's code is known to return gives words of its own. */
static void every_known_errno_has_a_sentence(void **state)
{
	static const int by_file_numbers[] = {
		EPERM,	 EACCES,       EBUSY,	EINVAL, EADDRNOTAVAIL, ENOMEM,	 EFAULT,
		ETXTBSY, ENOSYS,       ENOEXEC, EBADF,	EFBIG,	       ENODATA,	 ELIBBAD,
		EBADMSG, EKEYREJECTED, ENOKEY,	ENOPKG, LOAD_ENOTSUPP, EMSGSIZE, EOPNOTSUPP,
	};
	static const int by_segments_numbers[] = {
		EPERM, EACCES, EBUSY, EINVAL, EADDRNOTAVAIL, ENOMEM, EFAULT, ETXTBSY, ENOSYS,
	};
	char seen[32][sizeof(failure.cause)];
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(by_file_numbers) / sizeof(int); i++) {
		failure = (struct error){0};
		assert_false(
			load_reason(&load, BY_FILE, false, &by_file, by_file_numbers[i], &failure));
		assert_null(strstr(failure.cause, "no usual cause"));
		assert_int_equal(failure.cause[strlen(failure.cause) - 1], '.');
		for (unsigned j = 0; j < count; j++)
			assert_string_not_equal(seen[j], failure.cause);
		strcpy(seen[count++], failure.cause);
	}
	for (size_t i = 0; i < sizeof(by_segments_numbers) / sizeof(int); i++) {
		failure = (struct error){0};
		assert_false(load_reason(&load, BY_SEGMENTS, false, &by_segments,
					 by_segments_numbers[i], &failure));
		assert_null(strstr(failure.cause, "no usual cause"));
		assert_int_equal(failure.cause[strlen(failure.cause) - 1], '.');
	}
	load_reason(&load, BY_FILE, false, &by_file, ELOOP, &failure);
	assert_contains(failure.cause, "no usual cause");
}

static void only_the_last_reason_for_eperm_is_lockdown(void **state)
{
	assert_false(load_met_lockdown(&load, false));
	machine.lockdown = LOCKDOWN_INTEGRITY;
	assert_true(load_met_lockdown(&load, false));
	machine.load_disabled = YES;
	assert_false(load_met_lockdown(&load, false));
	machine.load_disabled = NO;
	machine.privileged = NO;
	assert_false(load_met_lockdown(&load, false));
	machine.privileged = YES;
	machine.limit_panic = 0;
	load.calls = 1;
	assert_true(load_met_lockdown(&load, false));
	assert_false(load_met_lockdown(&load, true));
}

static void under_secure_boot_segments_are_not_allowed(void **state)
{
	machine.lockdown = LOCKDOWN_INTEGRITY;
	assert_false(load_reason(&load, BY_SEGMENTS, false, &by_segments, EACCES, &failure));
	assert_contains(failure.cause,
			"is locked down (integrity), and its IMA refuses kexec_load");
	assert_contains(failure.remedy, "-s (kexec_file_load)");
	assert_contains(failure.remedy, "signed");
}

static const char *why_not_permitted(enum plan_by by, bool panic)
{
	failure = (struct error){0};
	assert_false(load_reason(&load, by, panic, by == BY_FILE ? &by_file : &by_segments, EPERM,
				 &failure));
	return failure.cause;
}

static void eperm_names_which(void **state)
{
	load.calls = 1;
	assert_contains(why_not_permitted(BY_FILE, false), "does not say why");
	machine.lockdown = LOCKDOWN_INTEGRITY;
	assert_contains(why_not_permitted(BY_FILE, false),
			"locked down (integrity), and the file has no signature");
	assert_contains(why_not_permitted(BY_SEGMENTS, false),
			"locked down (integrity): it refuses kexec_load");
	assert_contains(failure.remedy, "-s");
	machine.lockdown = LOCKDOWN_CONFIDENTIALITY;
	assert_contains(why_not_permitted(BY_SEGMENTS, true), "locked down (confidentiality)");
	machine.limit_reboot = 0;
	assert_contains(why_not_permitted(BY_FILE, false), "kernel.kexec_load_limit_reboot was 0");
	assert_contains(why_not_permitted(BY_FILE, true), "locked down");
	machine.limit_panic = 0;
	assert_contains(why_not_permitted(BY_FILE, true), "kernel.kexec_load_limit_panic was 0");
	machine.load_disabled = YES;
	assert_contains(why_not_permitted(BY_FILE, false), "kexec_load_disabled is 1");
	machine.privileged = NO;
	assert_contains(why_not_permitted(BY_FILE, false), "CAP_SYS_BOOT");
	assert_contains(failure.remedy, "root");
}

/* The file call used the last unit up, so it is the second one that the limit stops. */
static void a_limit_counts_our_own_calls(void **state)
{
	machine.limit_reboot = 1;
	KERNEL_ANSWERS(EINVAL, EPERM);
	assert_false(load_plan(&load, &by_file, &failure));
	assert_contains(failure.cause, "refused the file");
	assert_false(load_plan(&load, &by_segments, &failure));
	assert_contains(failure.cause, "limit is used up");
}

static void lockdown_does_not_explain_an_unload(void **state)
{
	machine.lockdown = LOCKDOWN_INTEGRITY;
	KERNEL_ANSWERS(EPERM);
	assert_false(load_unload(&load, false, &failure));
	assert_int_equal(calls, 1);
	assert_string_equal(failure.headline, "kexec unload failed: Operation not permitted");
	assert_null(strstr(failure.cause, "locked down"));
}

static void no_room_names_the_reservation(void **state)
{
	struct memory crash = {{0x20000000, 0x30000000}, MEMORY_RAM};

	machine.crash = (struct memmap){&crash, 1, 1};
	assert_false(load_reason(&load, BY_SEGMENTS, true, &by_segments, EADDRNOTAVAIL, &failure));
	assert_contains(failure.cause, "0x20000000-0x2fffffff");
	assert_contains(failure.cause, "entry point 0x9a000");
	assert_contains(failure.cause, "4096 bytes");
}

static void unload_goes_by_file_first(void **state)
{
	KERNEL_ANSWERS(0);
	assert_true(load_unload(&load, true, &failure));
	assert_int_equal(calls, 1);
	assert_int_equal(asked[0].number, arch_nr_kexec_file_load);
	assert_int_equal(asked[0].arguments[4], KEXEC_FILE_UNLOAD | KEXEC_FILE_ON_CRASH);
}

static void unload_falls_back_only_when_the_call_is_missing(void **state)
{
	KERNEL_ANSWERS(ENOSYS, 0);
	assert_true(load_unload(&load, true, &failure));
	assert_int_equal(calls, 2);
	assert_int_equal(asked[1].number, arch_nr_kexec_load);
	assert_int_equal(asked[1].arguments[1], 0);
	assert_int_equal(asked[1].arguments[3], 0x3e0000 | KEXEC_ON_CRASH);
	KERNEL_ANSWERS(EINVAL, 0);
	assert_false(load_unload(&load, false, &failure));
	assert_int_equal(calls, 1);
}

static void unload_keeps_to_the_call_that_was_asked_for(void **state)
{
	KERNEL_ANSWERS(ENOSYS);
	load.call = CALL_FILE;
	assert_false(load_unload(&load, false, &failure));
	assert_int_equal(calls, 1);
	assert_int_equal(failure.status, 253);
	assert_string_equal(failure.headline, "syscall kexec_file_load not available.");
	KERNEL_ANSWERS(0);
	load.call = CALL_SEGMENTS;
	assert_true(load_unload(&load, false, &failure));
	assert_int_equal(asked[0].number, arch_nr_kexec_load);
	assert_int_equal(asked[0].arguments[3], 0x3e0000);
	KERNEL_ANSWERS(0);
	load.call = CALL_AUTO;
	machine.xen = true;
	assert_true(load_unload(&load, false, &failure));
	assert_int_equal(asked[0].number, arch_nr_kexec_load);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_file_plan_is_handed_over_as_it_is, prepare),
		cmocka_unit_test_setup(a_segment_plan_is_handed_over_as_it_is, prepare),
		cmocka_unit_test_setup(no_command_line_has_length_zero, prepare),
		cmocka_unit_test_setup(a_captured_machine_is_never_loaded, prepare),
		cmocka_unit_test_setup(busy_is_asked_again, prepare),
		cmocka_unit_test_setup(busy_for_ever_ends_within_a_second, prepare),
		cmocka_unit_test_setup(a_debug_flag_is_left_out_when_refused, prepare),
		cmocka_unit_test_setup(the_newest_flags_go_first_and_are_named, prepare),
		cmocka_unit_test_setup(einval_without_such_flags_is_final, prepare),
		cmocka_unit_test_setup(only_four_errors_fall_back, prepare),
		cmocka_unit_test_setup(file_only_and_no_such_call_is_one_line, prepare),
		cmocka_unit_test_setup(file_only_and_refused_has_the_real_reason, prepare),
		cmocka_unit_test_setup(other_errors_keep_the_ordinary_status, prepare),
		cmocka_unit_test_setup(every_known_errno_has_a_sentence, prepare),
		cmocka_unit_test_setup(eperm_names_which, prepare),
		cmocka_unit_test_setup(a_limit_counts_our_own_calls, prepare),
		cmocka_unit_test_setup(lockdown_does_not_explain_an_unload, prepare),
		cmocka_unit_test_setup(under_secure_boot_segments_are_not_allowed, prepare),
		cmocka_unit_test_setup(only_the_last_reason_for_eperm_is_lockdown, prepare),
		cmocka_unit_test_setup(no_room_names_the_reservation, prepare),
		cmocka_unit_test_setup(unload_goes_by_file_first, prepare),
		cmocka_unit_test_setup(unload_falls_back_only_when_the_call_is_missing, prepare),
		cmocka_unit_test_setup(unload_keeps_to_the_call_that_was_asked_for, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
