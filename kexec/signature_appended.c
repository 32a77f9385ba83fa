// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signatures beside what they cover: appended to the file, as the kernel's scripts/sign-file does
 * for modules and for kernels of s390x and ppc64le, or in a file of their own. Both are CMS
 * (PKCS#7) messages without content, and may leave the signer's certificate out.
 */
#include "config.h"
#include "kexec/signature_internal.h"

#include <openssl/err.h>
#include <openssl/pem.h> /* before cms.h, which declares its PEM functions only then */
#include <openssl/cms.h>
#include <stdio.h>

#define MARKER "~Module signature appended~\n"
#define ID_PKCS7 2

/* include/linux/module_signature.h */
struct module_signature {
	uint8_t algorithm, hash, id_type, signer_length, key_id_length, pad[3];
	be32 length;
};
_Static_assert(sizeof(struct module_signature) == 12, "module_signature.h");

bool signature_split_appended(struct bytes file, struct bytes *content, struct bytes *message,
			      bool *damaged)
{
	const size_t tail = sizeof(struct module_signature) + sizeof(MARKER) - 1;
	const struct module_signature *info;
	uint64_t length;

	*damaged = false;
	if (file.size < sizeof(MARKER) - 1 ||
	    !bytes_equal_at(file, file.size - (sizeof(MARKER) - 1), MARKER, sizeof(MARKER) - 1))
		return false;
	info = file.size >= tail ? bytes_at(file, file.size - tail, sizeof(*info)) : NULL;
	length = info ? get(info->length) : 0;
	if (!info || info->id_type != ID_PKCS7 || info->algorithm || info->hash ||
	    info->signer_length || info->key_id_length || info->pad[0] || info->pad[1] ||
	    info->pad[2] || !length || length >= file.size - tail) {
		*damaged = true;
		return true;
	}
	return bytes_slice(file, 0, file.size - tail - length, content) &&
	       bytes_slice(file, file.size - tail - length, length, message);
}

static CMS_ContentInfo *parse(struct bytes message)
{
	const unsigned char *at = message.data;
	CMS_ContentInfo *parsed;
	BIO *text;

	if (!message.size || message.size > INT32_MAX)
		return NULL;
	parsed = d2i_CMS_ContentInfo(NULL, &at, (long)message.size);
	if (parsed)
		return parsed;
	text = BIO_new_mem_buf(message.data, (int)message.size);
	parsed = text ? PEM_read_bio_CMS(text, NULL, NULL, NULL) : NULL;
	BIO_free(text);
	return parsed;
}

static bool accepted_methods(CMS_ContentInfo *message, struct signature *signature)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(message);
	X509_ALGOR *method;

	for (int i = 0; i < sk_CMS_SignerInfo_num(infos); i++) {
		CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(infos, i), NULL, NULL, &method,
					 NULL);
		if (!method || !signature_digest(OBJ_obj2nid(method->algorithm), signature))
			return false;
	}
	return sk_CMS_SignerInfo_num(infos) > 0;
}

static void describe_unknown(struct signature *signature, CMS_ContentInfo *message)
{
	CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(message), 0);
	ASN1_OCTET_STRING *key = NULL;
	ASN1_INTEGER *number = NULL;
	X509_NAME *issuer = NULL;
	size_t used;

	if (!info || !CMS_SignerInfo_get0_signer_id(info, &key, &issuer, &number))
		return;
	if (issuer) {
		snprintf(signature->signer, sizeof(signature->signer), "a certificate of ");
		used = strlen(signature->signer);
		signature_name(issuer, signature->signer + used, sizeof(signature->signer) - used);
	} else if (key) {
		snprintf(signature->signer, sizeof(signature->signer), "key ");
		for (int i = 0; i < ASN1_STRING_length(key) && i < 32; i++)
			snprintf(signature->signer + 4 + 2 * i, 3, "%02x",
				 ASN1_STRING_get0_data(key)[i]);
	}
}

static void judge_signers(struct signature *signature, const struct signature_anchors *anchors,
			  CMS_ContentInfo *message)
{
	STACK_OF(X509) *signers = CMS_get0_signers(message), *others = CMS_get1_certs(message);

	for (int i = 0; i < sk_X509_num(signers); i++) {
		struct signature one = *signature;

		signature_judge(&one, anchors, sk_X509_value(signers, i), others);
		if (i == 0 || one.state == SIGNATURE_REVOKED ||
		    (one.state == SIGNATURE_GOOD && signature->state != SIGNATURE_REVOKED))
			*signature = one;
	}
	sk_X509_free(signers);
	sk_X509_pop_free(others, X509_free);
}

/* Whether a certificate is at hand for each signer: CMS_verify() does not tell that from a forgery.
 */
static bool signers_known(const struct signature_anchors *anchors, CMS_ContentInfo *message)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(message);

	/* The certificate in the message counts; a trusted one stands in only where there is none.
	 */
	CMS_set1_signers_certs(message, NULL, 0);
	CMS_set1_signers_certs(message, anchors->trusted, 0);
	for (int i = 0; i < sk_CMS_SignerInfo_num(infos); i++) {
		X509 *certificate = NULL;

		CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(infos, i), NULL, &certificate,
					 NULL, NULL);
		if (!certificate)
			return false;
	}
	return true;
}

static void check_message(struct signature *signature, const struct signature_anchors *anchors,
			  struct bytes content, CMS_ContentInfo *message)
{
	X509 *first = NULL;
	BIO *signed_part;
	bool holds;

	if (OBJ_obj2nid(CMS_get0_type(message)) != NID_pkcs7_signed ||
	    CMS_is_detached(message) != 1) {
		signature_conclude(
			signature, SIGNATURE_DAMAGED,
			"it is no PKCS#7 message that signs something outside of itself");
		return;
	}
	if (!accepted_methods(message, signature)) {
		signature_conclude(signature, SIGNATURE_DAMAGED,
				   "it uses another digest than SHA-256, SHA-384 or SHA-512");
		return;
	}
	if (!signers_known(anchors, message)) {
		describe_unknown(signature, message);
		signature_conclude(signature, SIGNATURE_UNTRUSTED,
				   "the signer's certificate is neither in it nor trusted");
		return;
	}
	CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(message), 0), NULL,
				 &first, NULL, NULL);
	signature_describe(signature, first);
	signed_part = BIO_new_mem_buf(content.data, (int)content.size);
	holds = signed_part && CMS_verify(message, anchors->trusted, NULL, signed_part, NULL,
					  CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1;
	BIO_free(signed_part);
	if (holds)
		judge_signers(signature, anchors, message);
	else
		signature_conclude(signature, SIGNATURE_CHANGED,
				   "what it covers was changed after it was signed");
}

bool signature_check_detached(const struct signature_anchors *anchors, struct bytes content,
			      struct bytes message, struct signatures *out, struct error *error)
{
	struct signature *signature = &out->each[0];
	CMS_ContentInfo *parsed = parse(message);
	bool revoked;

	*out = (struct signatures){.count = 1, .covers_all = true};
	if (!parsed)
		signature_conclude(signature, SIGNATURE_DAMAGED, "it is no PKCS#7 message");
	else if (content.size > INT32_MAX)
		signature_conclude(signature, SIGNATURE_DAMAGED,
				   "what it covers is larger than 2 GiB");
	else
		check_message(signature, anchors, content, parsed);
	CMS_ContentInfo_free(parsed);
	ERR_clear_error();
	if (!signature_revokes(anchors, content, &revoked, error))
		return false;
	if (revoked)
		signature_conclude(signature, SIGNATURE_REVOKED,
				   "the digest of what it covers is revoked");
	return true;
}
