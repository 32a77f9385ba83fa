// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What signatures of every kind have in common: anchors, the chain from a signer to one of them,
 * and what is told about him. Whether a signature fits the bytes is found in signature_pe.c and
 * signature_appended.c.
 */
#include "config.h"
#include "kexec/signature_internal.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGESTS_MAX ((size_t)1 << 16)

bool signatures_available(void)
{
	return true;
}

struct signature_anchors *signature_anchors_new(struct error *error)
{
	struct signature_anchors *anchors = calloc(1, sizeof(*anchors));

	if (anchors) {
		anchors->store = X509_STORE_new();
		anchors->trusted = sk_X509_new_null();
		anchors->distrusted = sk_X509_new_null();
	}
	if (!anchors || !anchors->store || !anchors->trusted || !anchors->distrusted) {
		signature_anchors_free(anchors);
		error_set(error, "Out of memory for the certificates to trust.");
		return NULL;
	}
	/* Any certificate given is an end of the chain, a root or not. */
	X509_STORE_set_flags(anchors->store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
	X509_STORE_set_purpose(anchors->store, X509_PURPOSE_ANY);
	/* 80 bits: no certificate on the way is believed for an issuer's MD5 or SHA-1. */
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(anchors->store), 1);
	return anchors;
}

void signature_anchors_free(struct signature_anchors *anchors)
{
	if (!anchors)
		return;
	X509_STORE_free(anchors->store);
	sk_X509_pop_free(anchors->trusted, X509_free);
	sk_X509_pop_free(anchors->distrusted, X509_free);
	free(anchors->revoked.each);
	free(anchors->trusted_images.each);
	free(anchors);
}

unsigned signature_anchor_count(const struct signature_anchors *anchors)
{
	return (unsigned)sk_X509_num(anchors->trusted);
}

static bool keep(struct signature_anchors *anchors, X509 *certificate, struct error *error)
{
	if (X509_STORE_add_cert(anchors->store, certificate) &&
	    sk_X509_push(anchors->trusted, certificate))
		return true;
	X509_free(certificate);
	return error_set(error, "Out of memory for the certificates to trust.");
}

static bool add_digest(struct digest_list *list, const uint8_t digest[DIGEST_SIZE],
		       struct error *error)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 64;
		void *larger = capacity > DIGESTS_MAX ? NULL
						      : realloc(list->each, capacity * DIGEST_SIZE);

		if (!larger)
			return error_set(error, "There is no room for more than %zu digests.",
					 list->count);
		list->each = larger;
		list->capacity = capacity;
	}
	memcpy(list->each[list->count++], digest, DIGEST_SIZE);
	return true;
}

bool signature_revoke_digest(struct signature_anchors *anchors, const uint8_t digest[DIGEST_SIZE],
			     struct error *error)
{
	return add_digest(&anchors->revoked, digest, error);
}

bool signature_trust_digest(struct signature_anchors *anchors, const uint8_t digest[DIGEST_SIZE],
			    struct error *error)
{
	return add_digest(&anchors->trusted_images, digest, error);
}

static bool revoke_certificate(struct signature_anchors *anchors, X509 *certificate,
			       struct error *error)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	bool known = X509_digest(certificate, EVP_sha256(), digest, NULL);

	if (!known || !sk_X509_push(anchors->distrusted, certificate)) {
		X509_free(certificate);
		return error_set(error,
				 "libcrypto refused to compute a certificate's fingerprint.");
	}
	return signature_revoke_digest(anchors, digest, error);
}

typedef bool certificate_use(struct signature_anchors *, X509 *, struct error *);

/* One behind the other; what stands behind them is one too if it begins so. */
static bool each_der(struct signature_anchors *anchors, struct bytes file, certificate_use *use,
		     unsigned *count, struct error *error)
{
	do {
		const unsigned char *at = file.data;
		X509 *certificate =
			d2i_X509(NULL, &at, file.size > INT32_MAX ? INT32_MAX : (long)file.size);

		if (!certificate && !*count)
			return true;
		if (!certificate)
			return error_set(error, "Its certificate number %u is damaged.",
					 *count + 1);
		file = bytes_from(file, (size_t)(at - file.data));
		++*count;
		if (!use(anchors, certificate, error))
			return false;
	} while (file.size && file.data[0] == (V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED));
	return true;
}

/*
 * Hands each certificate of a file to `use`, which takes it over; *count is how many there were.
 * One that is damaged fails: what follows it would be left out, and nobody would know.
 */
static bool each_certificate(struct signature_anchors *anchors, struct bytes file,
			     certificate_use *use, unsigned *count, struct error *error)
{
	BIO *text = BIO_new_mem_buf(file.data, file.size > INT32_MAX ? INT32_MAX : (int)file.size);
	X509 *certificate;
	bool used = true;

	*count = 0;
	ERR_clear_error();
	while (used && text && (certificate = PEM_read_bio_X509(text, NULL, NULL, NULL))) {
		used = use(anchors, certificate, error);
		++*count;
	}
	BIO_free(text);
	if (used && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		used = error_set(error, "Its certificate number %u is damaged.", *count + 1);
	if (used && !*count)
		used = each_der(anchors, file, use, count, error);
	ERR_clear_error();
	return used;
}

bool signature_trust(struct signature_anchors *anchors, struct bytes file, struct error *error)
{
	unsigned count;

	if (!each_certificate(anchors, file, keep, &count, error))
		return false;
	return count || error_set(error, "It holds no certificate, neither PEM nor DER.");
}

static bool read_digest(const uint8_t *text, uint8_t digest[DIGEST_SIZE])
{
	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		unsigned value;
		char pair[3] = {(char)text[2 * i], (char)text[2 * i + 1], 0};

		if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]) ||
		    sscanf(pair, "%2x", &value) != 1)
			return false;
		digest[i] = (uint8_t)value;
	}
	return true;
}

/* "HEX", "HEX  name": as sha256sum prints. With `among_others` the other lines may be anything. */
static bool revoke_lines(struct signature_anchors *anchors, struct bytes file, bool among_others,
			 struct error *error)
{
	uint8_t digest[DIGEST_SIZE];

	for (size_t at = 0, line = 1; at < file.size; line++) {
		const uint8_t *text = file.data + at;
		const uint8_t *newline = memchr(text, '\n', file.size - at);
		size_t length = newline ? (size_t)(newline - text) : file.size - at;

		at += length + 1;
		if (!length || text[0] == '#')
			continue;
		if (length < 2 * DIGEST_SIZE || !read_digest(text, digest) ||
		    (length > 2 * DIGEST_SIZE && !isspace(text[2 * DIGEST_SIZE]))) {
			if (among_others)
				continue;
			return error_set(error,
					 "Line %zu begins with neither a SHA-256 of 64 hexadecimal "
					 "digits nor "
					 "\"#\", and the file is no certificate.",
					 line);
		}
		if (!signature_revoke_digest(anchors, digest, error))
			return false;
	}
	return true;
}

bool signature_revoke(struct signature_anchors *anchors, struct bytes file, struct error *error)
{
	unsigned count;

	if (!each_certificate(anchors, file, revoke_certificate, &count, error))
		return false;
	return revoke_lines(anchors, file, count, error);
}

bool signature_digest_is_in(const struct digest_list *list, const uint8_t digest[DIGEST_SIZE])
{
	for (size_t i = 0; i < list->count; i++)
		if (!memcmp(list->each[i], digest, DIGEST_SIZE))
			return true;
	return false;
}

bool signature_is_revoked(const struct signature_anchors *anchors,
			  const uint8_t digest[DIGEST_SIZE])
{
	return signature_digest_is_in(&anchors->revoked, digest);
}

bool signature_revokes(const struct signature_anchors *anchors, struct bytes file, bool *revoked,
		       struct error *error)
{
	uint8_t digest[DIGEST_SIZE];

	*revoked = false;
	if (!anchors->revoked.count)
		return true;
	if (!digest_sha256(&file, 1, digest, error))
		return false;
	*revoked = signature_is_revoked(anchors, digest);
	return true;
}

/* A chain need not lead through its issuer: the certificate itself, or another issuer, may be
 * trusted. */
static bool issuer_is_revoked(const struct signature_anchors *anchors, X509 *certificate)
{
	for (int i = 0; i < sk_X509_num(anchors->distrusted); i++) {
		X509 *issuer = sk_X509_value(anchors->distrusted, i);

		if (X509_check_issued(issuer, certificate) == X509_V_OK &&
		    X509_verify(certificate, X509_get0_pubkey(issuer)) == 1)
			return true;
	}
	return false;
}

/* UEFI's dbx also names certificates by the digest of the part that is signed. */
static bool certificate_is_revoked(const struct signature_anchors *anchors, X509 *certificate)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned char *signed_part = NULL;
	int size;
	bool revoked;

	if (!X509_digest(certificate, EVP_sha256(), digest, NULL) ||
	    signature_is_revoked(anchors, digest) || issuer_is_revoked(anchors, certificate))
		return true;
	size = i2d_re_X509_tbs(certificate, &signed_part);
	revoked = size <= 0 ||
		  !EVP_Digest(signed_part, (size_t)size, digest, NULL, EVP_sha256(), NULL) ||
		  signature_is_revoked(anchors, digest);
	OPENSSL_free(signed_part);
	return revoked;
}

void signature_name(const X509_NAME *name, char *text, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long length;

	text[0] = '\0';
	/* One line, most significant part first, everything outside of ASCII escaped. */
	if (!bio || X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ) < 0) {
		BIO_free(bio);
		return;
	}
	length = BIO_get_mem_data(bio, &data);
	for (size_t i = 0; i + 1 < size && (long)i < length; i++) {
		text[i] = data[i] >= ' ' && data[i] <= '~' ? data[i] : '?';
		text[i + 1] = '\0';
	}
	BIO_free(bio);
}

static void date(const ASN1_TIME *time, char *text, size_t size)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm))
		snprintf(text, size, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
			 tm.tm_mday);
}

void signature_describe(struct signature *signature, X509 *certificate)
{
	const EVP_PKEY *key = X509_get0_pubkey(certificate);
	const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL;
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (type)
		snprintf(signature->key, sizeof(signature->key), "%s of %d bits", type,
			 EVP_PKEY_get_bits(key));
	signature_name(X509_get_subject_name(certificate), signature->signer,
		       sizeof(signature->signer));
	if (X509_digest(certificate, EVP_sha256(), digest, NULL))
		digest_hex(digest, signature->fingerprint);
	date(X509_get0_notBefore(certificate), signature->from, sizeof(signature->from));
	date(X509_get0_notAfter(certificate), signature->until, sizeof(signature->until));
	signature->early = X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0;
	signature->expired = X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0;
}

void signature_conclude(struct signature *signature, enum signature_state state, const char *why)
{
	signature->state = state;
	snprintf(signature->why, sizeof(signature->why), "%s", why);
}

/* A revoked certificate anywhere on the way spoils it, whatever the way's end. */
static bool chain_is_revoked(const struct signature_anchors *anchors, const STACK_OF(X509) * chain)
{
	for (int i = 0; i < sk_X509_num(chain); i++)
		if (certificate_is_revoked(anchors, sk_X509_value(chain, i)))
			return true;
	return false;
}

void signature_judge(struct signature *signature, const struct signature_anchors *anchors,
		     X509 *signer, STACK_OF(X509) * others)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	STACK_OF(X509) * chain;
	int problem;
	char why[sizeof(signature->why)];

	signature_describe(signature, signer);
	if (!context || !X509_STORE_CTX_init(context, anchors->store, signer, others)) {
		signature_conclude(signature, SIGNATURE_UNTRUSTED,
				   "there was no memory to find out who vouches for it");
		X509_STORE_CTX_free(context);
		return;
	}
	problem = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
	chain = X509_STORE_CTX_get0_chain(context);
	if (certificate_is_revoked(anchors, signer) || chain_is_revoked(anchors, chain)) {
		signature_conclude(
			signature, SIGNATURE_REVOKED,
			"the signer's certificate, or one that vouches for it, is revoked");
	} else if (problem == X509_V_OK) {
		signature_conclude(signature, SIGNATURE_GOOD, "");
		signature_name(X509_get_subject_name(sk_X509_value(chain, sk_X509_num(chain) - 1)),
			       signature->anchor, sizeof(signature->anchor));
	} else {
		/* Without a way to an anchor, OpenSSL's words for it are about details. */
		snprintf(why, sizeof(why), "%s",
			 problem == X509_V_ERR_CA_MD_TOO_WEAK
				 ? "an issuer vouches by MD5 or SHA-1, which can be forged"
			 : problem == X509_V_ERR_EE_KEY_TOO_SMALL ||
					 problem == X509_V_ERR_CA_KEY_TOO_SMALL
				 ? "the signer's key, or an issuer's, is too short"
			 : problem == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
					 problem == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
					 problem == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
					 problem == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
					 problem == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
				 ? "no certificate that is trusted vouches for the signer"
				 : X509_verify_cert_error_string(problem));
		signature_conclude(signature, SIGNATURE_UNTRUSTED, why);
	}
	X509_STORE_CTX_free(context);
	ERR_clear_error();
}

const EVP_MD *signature_digest(int nid, struct signature *signature)
{
	const EVP_MD *digest = nid == NID_sha256   ? EVP_sha256()
			       : nid == NID_sha384 ? EVP_sha384()
			       : nid == NID_sha512 ? EVP_sha512()
						   : NULL;
	const char *name = OBJ_nid2sn(nid);

	snprintf(signature->digest, sizeof(signature->digest), "%s",
		 nid == NID_sha256   ? "SHA-256"
		 : nid == NID_sha384 ? "SHA-384"
		 : nid == NID_sha512 ? "SHA-512"
		 : name		     ? name
				     : "unknown");
	return digest;
}
