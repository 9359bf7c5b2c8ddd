// SPDX-License-Identifier: GPL-2.0-only
/* Looks into the peer's certificate with GnuTLS. */
#include "webconfig/certificate.h"

#include <arpa/inet.h>
#include <gnutls/x509.h>
#include <string.h>

#define SAN_MAX 512

bool certificate_verified(gnutls_session_t session)
{
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
					  .data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT };
	unsigned int status;

	return !gnutls_certificate_verify_peers(session, &purpose, 1, &status) && !status;
}

/* The n-th name as text; returns its type or an error, as GnuTLS does. */
static int name_at(gnutls_x509_crt_t crt, unsigned int n, char out[SAN_MAX])
{
	unsigned char raw[SAN_MAX - 1] = { 0 };
	size_t size = sizeof(raw);
	unsigned int critical;
	int type = gnutls_x509_crt_get_subject_alt_name(crt, n, raw, &size, &critical);

	out[0] = '\0';
	if (type == GNUTLS_SAN_IPADDRESS && (size == 4 || size == 16)) {
		inet_ntop(size == 4 ? AF_INET : AF_INET6, raw, out, SAN_MAX);
	} else if ((type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_RFC822NAME ||
		    type == GNUTLS_SAN_URI) &&
		   size < sizeof(raw) && !memchr(raw, '\0', size)) {
		memcpy(out, raw, size);
		out[size] = '\0';
	}
	return type;
}

static bool one_of(const char *name, const char *const *names, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static bool any_san(gnutls_x509_crt_t crt, const char *const *names, size_t nr)
{
	char name[SAN_MAX];
	unsigned int n;

	for (n = 0; name_at(crt, n, name) != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE; n++)
		if (name[0] && one_of(name, names, nr))
			return true;
	return false;
}

bool certificate_has_san(gnutls_session_t session, const char *const *names, size_t nr)
{
	unsigned int chain = 0;
	const gnutls_datum_t *first = gnutls_certificate_get_peers(session, &chain);
	gnutls_x509_crt_t crt;
	bool found;

	if (!first || !chain || gnutls_x509_crt_init(&crt))
		return false;
	found = !gnutls_x509_crt_import(crt, first, GNUTLS_X509_FMT_DER) && any_san(crt, names, nr);
	gnutls_x509_crt_deinit(crt);
	return found;
}
