// SPDX-License-Identifier: GPL-2.0-or-later
/* Purgatory's SHA-256 against NIST's vectors for FIPS 180-4, whole and in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kexec/digest.h"
#include "purgatory/sha256.h"

static void assert_digest(struct sha256 *sha, const char *expected)
{
	uint8_t digest[SHA256_SIZE];
	char text[2 * SHA256_SIZE + 1];

	sha256_finish(sha, digest);
	digest_hex(digest, text);
	assert_string_equal(text, expected);
}

static const struct {
	const char *message, *digest;
} vectors[] = {
	{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrl"
	 "mnopqrs"
	 "mnopqrstnopqrstu",
	 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

static void test_short_messages(void **state)
{
	struct sha256 sha;

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		sha256_start(&sha);
		sha256_add(&sha, vectors[i].message, strlen(vectors[i].message));
		assert_digest(&sha, vectors[i].digest);
	}
}

static void test_a_million_times_a(void **state)
{
	struct sha256 sha;
	char *message = malloc(1000000);

	memset(message, 'a', 1000000);
	sha256_start(&sha);
	sha256_add(&sha, message, 1000000);
	assert_digest(&sha, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(message);
}

static void test_a_million_times_a_in_uneven_pieces(void **state)
{
	char message[200];
	struct sha256 sha;
	size_t left = 1000000;

	memset(message, 'a', sizeof(message));
	sha256_start(&sha);
	for (size_t size = 0; left; size = (size + 7) % sizeof(message)) {
		size_t piece = size < left ? size : left;

		sha256_add(&sha, message, piece);
		left -= piece;
	}
	assert_digest(&sha, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* From FIPS 180-2's later examples: 2^29 + ... bits do not fit 32 bits of length. */
static void test_a_length_above_32_bits(void **state)
{
	uint8_t *zeros = calloc(1, 1 << 20);
	struct sha256 sha;

	sha256_start(&sha);
	/* 0x20000000 bytes of zeros are 2^32 bits: the low word of the length is 0. */
	for (unsigned i = 0; i < 512; i++)
		sha256_add(&sha, zeros, 1 << 20);
	assert_digest(&sha, "9acca8e8c22201155389f65abbf6bc9723edc7384ead80503839f49dcc56d767");
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_messages),
		cmocka_unit_test(test_a_million_times_a),
		cmocka_unit_test(test_a_million_times_a_in_uneven_pieces),
		cmocka_unit_test(test_a_length_above_32_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
