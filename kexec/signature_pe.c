// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Authenticode: the PKCS#7 messages in a PE image's certificate table. Each says what the digest of
 * the image is (SpcIndirectDataContent), and signs that. Several signatures may stand in the table;
 * ones nested inside of others as unsigned attributes are not looked at, as in firmware and kernel.
 */
#include "config.h"
#include "kexec/signature_internal.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <stdio.h>

/* SPC_INDIRECT_DATA, "Windows Authenticode Portable Executable Signature Format". */
#define INDIRECT_DATA "1.3.6.1.4.1.311.2.1.4"
#define MESSAGE_MAX ((size_t)1 << 20)

struct image_digest {
	const struct bytes *parts;
	size_t count;
};

static bool compute(const struct image_digest *image, const EVP_MD *method,
		    uint8_t digest[EVP_MAX_MD_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = context && EVP_DigestInit_ex(context, method, NULL);

	for (size_t i = 0; done && i < image->count; i++)
		done = EVP_DigestUpdate(context, image->parts[i].data, image->parts[i].size);
	done = done && EVP_DigestFinal_ex(context, digest, NULL);
	EVP_MD_CTX_free(context);
	return done;
}

/* Takes one DER element of this tag off the front of *in: *whole with its header, *inner without.
 */
static bool der_next(struct bytes *in, int wanted, struct bytes *whole, struct bytes *inner)
{
	const unsigned char *at = in->data;
	long length;
	int tag, class, result;

	if (!in->size || in->size > INT32_MAX)
		return false;
	result = ASN1_get_object(&at, &length, &tag, &class, (long)in->size);
	if ((result & 0x81) || tag != wanted || class != V_ASN1_UNIVERSAL)
		return false;
	*inner = (struct bytes){at, (size_t)length};
	*whole = (struct bytes){in->data, (size_t)(at - in->data) + (size_t)length};
	*in = bytes_from(*in, whole->size);
	return true;
}

/* What the message signs: its content without the outermost header; then the digest stated in it.
 */
static bool read_content(const PKCS7 *message, struct bytes *content, int *method,
			 struct bytes *stated)
{
	const PKCS7 *inside = message->d.sign ? message->d.sign->contents : NULL;
	struct bytes der, whole, data, digest_info, algorithm;
	const unsigned char *at;
	X509_ALGOR *parsed;
	char type[64];

	if (!inside || OBJ_obj2txt(type, sizeof(type), inside->type, 1) <= 0 ||
	    strcmp(type, INDIRECT_DATA) || !inside->d.other ||
	    inside->d.other->type != V_ASN1_SEQUENCE)
		return false;
	der = (struct bytes){inside->d.other->value.sequence->data,
			     (size_t)inside->d.other->value.sequence->length};
	if (!der_next(&der, V_ASN1_SEQUENCE, &whole, content))
		return false;
	der = *content;
	if (!der_next(&der, V_ASN1_SEQUENCE, &whole, &data) ||
	    !der_next(&der, V_ASN1_SEQUENCE, &whole, &digest_info) ||
	    !der_next(&digest_info, V_ASN1_SEQUENCE, &algorithm, &data) ||
	    !der_next(&digest_info, V_ASN1_OCTET_STRING, &whole, stated))
		return false;
	at = algorithm.data;
	parsed = d2i_X509_ALGOR(NULL, &at, (long)algorithm.size);
	if (!parsed)
		return false;
	*method = OBJ_obj2nid(parsed->algorithm);
	X509_ALGOR_free(parsed);
	return true;
}

/* The certificate is neither in the message nor among the trusted ones: at least tell its number.
 */
static void describe_unknown(struct signature *signature, const PKCS7 *message)
{
	const PKCS7_SIGNER_INFO *info = sk_PKCS7_SIGNER_INFO_value(message->d.sign->signer_info, 0);
	size_t used;
	char *number;
	BIGNUM *serial;

	if (!info || !info->issuer_and_serial)
		return;
	snprintf(signature->signer, sizeof(signature->signer), "a certificate of ");
	used = strlen(signature->signer);
	signature_name(info->issuer_and_serial->issuer, signature->signer + used,
		       sizeof(signature->signer) - used - 60);
	serial = ASN1_INTEGER_to_BN(info->issuer_and_serial->serial, NULL);
	number = serial ? BN_bn2hex(serial) : NULL;
	used = strlen(signature->signer);
	if (number)
		snprintf(signature->signer + used, sizeof(signature->signer) - used,
			 ", number %.40s", number);
	OPENSSL_free(number);
	BN_free(serial);
}

static bool accepted_methods(const PKCS7 *message, struct signature *signature)
{
	STACK_OF(PKCS7_SIGNER_INFO) *infos = message->d.sign->signer_info;
	const STACK_OF(X509_ALGOR) *listed = message->d.sign->md_algs;
	struct signature ignored;

	/* PKCS7_verify() of OpenSSL 3.0 would give up on one that it does not know, and leak. */
	for (int i = 0; i < sk_X509_ALGOR_num(listed); i++)
		if (!signature_digest(OBJ_obj2nid(sk_X509_ALGOR_value(listed, i)->algorithm),
				      &ignored))
			return false;
	for (int i = 0; i < sk_PKCS7_SIGNER_INFO_num(infos); i++) {
		const PKCS7_SIGNER_INFO *info = sk_PKCS7_SIGNER_INFO_value(infos, i);

		if (!info->digest_alg ||
		    !signature_digest(OBJ_obj2nid(info->digest_alg->algorithm), &ignored)) {
			snprintf(signature->digest, sizeof(signature->digest), "%s",
				 ignored.digest);
			return false;
		}
	}
	return sk_PKCS7_SIGNER_INFO_num(infos) > 0;
}

/* The mathematics hold; whom does the message name? One signer with a good chain is enough. */
static void judge_signers(struct signature *signature, const struct signature_anchors *anchors,
			  STACK_OF(X509) * signers, STACK_OF(X509) * others)
{
	for (int i = 0; i < sk_X509_num(signers); i++) {
		struct signature one = *signature;

		signature_judge(&one, anchors, sk_X509_value(signers, i), others);
		if (i == 0 || one.state == SIGNATURE_REVOKED ||
		    (one.state == SIGNATURE_GOOD && signature->state != SIGNATURE_REVOKED))
			*signature = one;
	}
}

static void check_message(struct signature *signature, const struct signature_anchors *anchors,
			  const struct image_digest *image, PKCS7 *message)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct bytes content, stated;
	const EVP_MD *method;
	STACK_OF(X509) * signers, *extra = NULL;
	BIO *signed_part;
	bool holds;
	int nid;

	if (!PKCS7_type_is_signed(message) || !read_content(message, &content, &nid, &stated)) {
		signature_conclude(signature, SIGNATURE_DAMAGED, "it is no Authenticode signature");
		return;
	}
	method = signature_digest(nid, signature);
	if (!method || !accepted_methods(message, signature)) {
		signature_conclude(signature, SIGNATURE_DAMAGED,
				   "it uses another digest than SHA-256, SHA-384 or SHA-512");
		return;
	}
	/* A trusted certificate stands in for the signer's only where the message brings none. */
	if (sk_X509_num(message->d.sign->cert) <= 0)
		extra = anchors->trusted;
	signers = PKCS7_get0_signers(message, extra, 0);
	if (!signers) {
		describe_unknown(signature, message);
		signature_conclude(signature, SIGNATURE_UNTRUSTED,
				   "the signer's certificate is neither in it nor trusted");
		return;
	}
	signature_describe(signature, sk_X509_value(signers, 0));
	signed_part = BIO_new_mem_buf(content.data, (int)content.size);
	holds = signed_part && PKCS7_verify(message, extra, NULL, signed_part, NULL,
					    PKCS7_BINARY | PKCS7_NOVERIFY) == 1;
	BIO_free(signed_part);
	if (!holds)
		signature_conclude(signature, SIGNATURE_CHANGED,
				   "the signature itself was changed or forged");
	else if (stated.size != (size_t)EVP_MD_get_size(method) ||
		 !compute(image, method, digest) || memcmp(stated.data, digest, stated.size))
		signature_conclude(signature, SIGNATURE_CHANGED,
				   "the image has another digest than the one that was signed");
	else
		judge_signers(signature, anchors, signers, message->d.sign->cert);
	sk_X509_free(signers);
}

static void check_one(struct signature *signature, const struct signature_anchors *anchors,
		      const struct image_digest *image, struct bytes der, bool damaged)
{
	const unsigned char *at = der.data;
	PKCS7 *message =
		der.size && der.size <= MESSAGE_MAX ? d2i_PKCS7(NULL, &at, (long)der.size) : NULL;

	*signature = (struct signature){.state = SIGNATURE_DAMAGED};
	if (damaged)
		signature_conclude(signature, SIGNATURE_DAMAGED,
				   "its entry reaches out of the certificate table");
	else if (!der.size)
		signature_conclude(signature, SIGNATURE_DAMAGED,
				   "its entry has another revision or type than 0x0200 and 0x0002");
	else if (!message)
		signature_conclude(signature, SIGNATURE_DAMAGED, "it is no PKCS#7 message");
	else
		check_message(signature, anchors, image, message);
	PKCS7_free(message);
	ERR_clear_error();
}

/* A digest that is revoked beats every signature. */
static bool image_is_revoked(const struct signature_anchors *anchors,
			     const struct image_digest *image, struct bytes file)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct error ignored = {0};

	if (!anchors->revoked.count)
		return false;
	return !compute(image, EVP_sha256(), digest) || signature_is_revoked(anchors, digest) ||
	       !digest_sha256(&file, 1, digest, &ignored) || signature_is_revoked(anchors, digest);
}

/* UEFI's db and shim's list of the owner's name images by their digest too, signed or not. */
static void trust_by_digest(const struct signature_anchors *anchors,
			    const struct image_digest *image, struct signatures *out)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct signature *own;

	if (!anchors->trusted_images.count || !compute(image, EVP_sha256(), digest) ||
	    !signature_digest_is_in(&anchors->trusted_images, digest))
		return;
	if (out->each[0].state == SIGNATURE_NONE)
		out->count = 0;
	/* One that is revoked may be the last of those that have room. */
	if (out->count == SIGNATURES_MAX)
		return;
	own = &out->each[out->count++];
	*own = (struct signature){.state = SIGNATURE_GOOD, .by_digest = true};
	digest_hex(digest, own->fingerprint);
}

bool signature_check_pe(const struct signature_anchors *anchors, const struct pe *pe,
			struct arena *arena, struct signatures *out, struct error *error)
{
	struct image_digest image;
	struct bytes message;
	size_t cursor = 0;
	bool damaged;

	*out = (struct signatures){0};
	if (!pe_digested(pe, arena, &image.parts, &image.count, &out->covers_all, error))
		return false;
	while (out->count < SIGNATURES_MAX && pe_certificate_next(pe, &cursor, &message, &damaged))
		check_one(&out->each[out->count++], anchors, &image, message, damaged);
	if (!out->count)
		out->each[out->count++].state = SIGNATURE_NONE;
	trust_by_digest(anchors, &image, out);
	if (image_is_revoked(anchors, &image, pe->file))
		for (unsigned i = 0; i < out->count; i++)
			signature_conclude(&out->each[i], SIGNATURE_REVOKED,
					   "the image's digest is revoked");
	return true;
}
