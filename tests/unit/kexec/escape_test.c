// SPDX-License-Identifier: GPL-2.0-or-later
/* Escaping: short texts with what must come out beside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kexec/escape.h"

static struct arena arena;
static struct error error;

static int teardown(void **state)
{
	arena_release(&arena);
	return 0;
}

struct sample {
	const char *text, *terminal, *json;
};

static const struct sample samples[] = {
	{ "", "", "\"\"" },
	{ "root=/dev/vda1 quiet", "root=/dev/vda1 quiet", "\"root=/dev/vda1 quiet\"" },
	{ "a\"b\\c", "a\"b\\c", "\"a\\\"b\\\\c\"" },
	{ "\033[31mred", "\\x1b[31mred", "\"\\u001b[31mred\"" },
	{ "one\ntwo\tthree\r", "one\\ntwo\\tthree\\x0d", "\"one\\ntwo\\tthree\\u000d\"" },
	{ "del\177", "del\\x7f", "\"del\\u007f\"" },
	{ "gr\303\274n \342\202\254 \360\237\232\200", "gr\303\274n \342\202\254 \360\237\232\200",
	  "\"gr\303\274n \342\202\254 \360\237\232\200\"" },
	/* U+009B is CSI: a control character of two bytes. */
	{ "\302\2332J", "\\xc2\\x9b2J", "\"\\u009b2J\"" },
	/* U+202E turns the direction of what follows. */
	{ "a\342\200\256b", "a\\xe2\\x80\\xaeb", "\"a\\u202eb\"" },
	/* No UTF-8: a lone byte, a cut sequence, too long a form, a surrogate, above U+10FFFF,
	   0xff. */
	{ "\233x", "\\x9bx", "\"\\ufffdx\"" },
	{ "\342\202", "\\xe2\\x82", "\"\\ufffd\\ufffd\"" },
	{ "\300\257", "\\xc0\\xaf", "\"\\ufffd\\ufffd\"" },
	{ "\355\240\200", "\\xed\\xa0\\x80", "\"\\ufffd\\ufffd\\ufffd\"" },
	{ "\364\220\200\200", "\\xf4\\x90\\x80\\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
	{ "\377", "\\xff", "\"\\ufffd\"" },
};

static void test_samples(void **state)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		assert_string_equal(escape_terminal(samples[i].text, &arena, &error),
				    samples[i].terminal);
		assert_string_equal(escape_json(samples[i].text, &arena, &error), samples[i].json);
	}
}

/* Every byte, before and behind text: nothing below a blank comes out, and JSON is all UTF-8. */
static void test_every_byte(void **state)
{
	for (unsigned byte = 1; byte < 256; byte++) {
		const char text[] = { 'a', (char)byte, 'b', (char)byte, 0 };
		const char *shown[] = {
			escape_terminal(text, &arena, &error), escape_json(text, &arena, &error),
		};

		for (unsigned form = 0; form < 2; form++) {
			assert_non_null(shown[form]);
			for (const char *s = shown[form]; *s; s++)
				assert_in_range((uint8_t)*s, ' ', '~');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
