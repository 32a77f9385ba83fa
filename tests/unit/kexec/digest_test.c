// SPDX-License-Identifier: GPL-2.0-or-later
/* Digests over several views, by the command's implementation and by purgatory's: one answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kexec/digest.h"
#include "purgatory/sha256.h"

static void test_views_are_one_message(void **state)
{
	const struct bytes parts[] = {
		{ (const uint8_t *)"a", 1 }, { NULL, 0 }, { (const uint8_t *)"bc", 2 },
	};
	char text[2 * DIGEST_SIZE + 1];
	uint8_t digest[DIGEST_SIZE];
	struct error error = { 0 };

	assert_true(digest_sha256(parts, 3, digest, &error));
	digest_hex(digest, text);
	assert_string_equal(text,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_true(digest_sha256(NULL, 0, digest, &error));
	digest_hex(digest, text);
	assert_string_equal(text,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* Every length from nothing to four blocks, cut in two at every place up to a block and a bit. */
static void test_purgatory_agrees_at_every_length(void **state)
{
	uint8_t message[256], by_command[DIGEST_SIZE], by_purgatory[DIGEST_SIZE];
	struct error error = { 0 };
	struct sha256 sha;

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 167 + 13);
	for (size_t size = 0; size <= sizeof(message); size++) {
		struct bytes whole = { message, size };

		assert_true(digest_sha256(&whole, 1, by_command, &error));
		for (size_t cut = 0; cut <= size && cut <= 66; cut++) {
			sha256_start(&sha);
			sha256_add(&sha, message, cut);
			sha256_add(&sha, message + cut, size - cut);
			sha256_finish(&sha, by_purgatory);
			assert_memory_equal(by_command, by_purgatory, DIGEST_SIZE);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_views_are_one_message),
		cmocka_unit_test(test_purgatory_agrees_at_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
