// SPDX-License-Identifier: GPL-2.0-only
/* Credentials and priorities of GnuTLS, and the look at clients' certificates. */
#include "webconfig/tls.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "webconfig/certificate.h"
#include "webconfig/tlspriority.h"

#define PEM_CEILING (1u << 20)
#define TLS "tls_server_config"

struct tls {
	const struct webconfig_tls *config;
	gnutls_certificate_credentials_t credentials;
	struct tlspriority *priority;
};

/* ---- PEM ---- */

/* From a file or from the configuration itself; `text` is freed by pem_release(). */
struct pem {
	gnutls_datum_t text;
	const char *key, *file; /* for complaints */
};

static int complain(const struct webconfig *c, const struct pem *p, const char *what,
		    struct error *e)
{
	return error_set(e, -EINVAL, "file '%s': key '" TLS ".%s': %s%s%s: -EINVAL", c->path,
			 p->key, p->file ? p->file : "", p->file ? ": " : "", what);
}

static int pem_read(struct pem *p, const struct webconfig *c, const char *text, struct error *e)
{
	size_t size = text ? strlen(text) : 0;
	struct error reason;

	error_set(&reason, -ENOMEM, "no memory: -ENOMEM");
	p->text.data = text ? (unsigned char *)strdup(text)
			    : file_load_stored(p->file, PEM_CEILING, &size, &reason);
	p->text.size = (unsigned int)size;
	if (p->text.data)
		return 0;
	return error_set(e, -EINVAL, "file '%s': key '" TLS ".%s': %s: %s", c->path, p->key,
			 p->file ? p->file : "", reason.text);
}

static void pem_release(struct pem *p)
{
	if (p->text.data)
		explicit_bzero(p->text.data, p->text.size);
	free(p->text.data);
}

/* ---- credentials ---- */

static int load_pair(struct tls *t, const struct webconfig *c, struct error *e)
{
	const struct webconfig_tls *o = &c->tls;
	struct pem cert = { .key = o->cert ? "cert" : "cert_file", .file = o->cert_file };
	struct pem key = { .key = o->key ? "key" : "key_file", .file = o->key_file };
	int err, code;

	err = pem_read(&cert, c, o->cert, e);
	if (!err)
		err = pem_read(&key, c, o->key, e);
	if (!err) {
		code = gnutls_certificate_set_x509_key_mem2(t->credentials, &cert.text, &key.text,
							    GNUTLS_X509_FMT_PEM, NULL, 0);
		if (code < 0)
			err = complain(c, &cert, gnutls_strerror(code), e);
	}
	pem_release(&cert);
	pem_release(&key);
	return err;
}

/* Without a CA of its own, the system's are trusted, as exporter-toolkit does. */
static int load_authorities(struct tls *t, const struct webconfig *c, struct error *e)
{
	const struct webconfig_tls *o = &c->tls;
	struct pem ca = { .key = o->client_ca ? "client_ca" : "client_ca_file",
			  .file = o->client_ca_file };
	int err, code;

	if (!o->client_ca && !o->client_ca_file) {
		if (!(o->client_policy->code & TLS_CLIENT_VERIFY))
			return 0;
		code = gnutls_certificate_set_x509_system_trust(t->credentials);
		return code < 0 ? complain(c, &ca, gnutls_strerror(code), e) : 0;
	}
	err = pem_read(&ca, c, o->client_ca, e);
	if (!err) {
		code = gnutls_certificate_set_x509_trust_mem(t->credentials, &ca.text,
							     GNUTLS_X509_FMT_PEM);
		if (code <= 0)
			err = complain(c, &ca, code ? gnutls_strerror(code) : "no certificate", e);
	}
	pem_release(&ca);
	return err;
}

static unsigned int key_kind(gnutls_certificate_credentials_t credentials)
{
	gnutls_x509_privkey_t key;
	int algorithm;

	if (gnutls_certificate_get_x509_key(credentials, 0, &key))
		return 0;
	algorithm = gnutls_x509_privkey_get_pk_algorithm(key);
	gnutls_x509_privkey_deinit(key);
	return algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS ? TLS_SUITE_RSA
									    : TLS_SUITE_ECDSA;
}

/* ---- sessions ---- */

static bool client_permitted(gnutls_session_t session, const struct webconfig_tls *o)
{
	unsigned int nr = 0;

	if (!gnutls_certificate_get_peers(session, &nr) || !nr)
		return !(o->client_policy->code & TLS_CLIENT_REQUIRE);
	if ((o->client_policy->code & TLS_CLIENT_VERIFY) && !certificate_verified(session))
		return false;
	return !o->client_sans || certificate_has_san(session, o->client_sans, o->nr_client_sans);
}

/* GnuTLS asks this within the handshake. */
static int on_client_certificate(gnutls_session_t session)
{
	const struct tls *t = gnutls_session_get_ptr(session);

	if (client_permitted(session, t->config))
		return 0;
	return GNUTLS_E_CERTIFICATE_ERROR;
}

int tls_begin(const struct tls *t, gnutls_session_t session)
{
	const unsigned int policy = t->config->client_policy->code;

	gnutls_session_set_ptr(session, (void *)t);
	if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, t->credentials) ||
	    tlspriority_begin(t->priority, session))
		return -EIO;
	if (policy & TLS_CLIENT_ASK)
		gnutls_certificate_server_set_request(session, policy & TLS_CLIENT_REQUIRE
								       ? GNUTLS_CERT_REQUIRE
								       : GNUTLS_CERT_REQUEST);
	return 0;
}

/* NOLINTNEXTLINE(readability-function-size): the library gives the parameters */
int tls_no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities,
		       int nr_authorities, const gnutls_pk_algorithm_t *algorithms,
		       int nr_algorithms, gnutls_pcert_st **certificates, unsigned int *nr,
		       gnutls_privkey_t *key)
{
	(void)session, (void)authorities, (void)nr_authorities, (void)algorithms;
	(void)nr_algorithms, (void)certificates, (void)nr, (void)key;
	return -1;
}

/* ---- life ---- */

int tls_new(struct tls **out, const struct webconfig *c, struct error *e)
{
	struct tls *t = calloc(1, sizeof(*t));
	int err;

	if (!t || gnutls_certificate_allocate_credentials(&t->credentials)) {
		free(t);
		return error_set(e, -ENOMEM, "file '%s': no memory: -ENOMEM", c->path);
	}
	t->config = &c->tls;
	err = load_pair(t, c, e);
	if (!err)
		err = load_authorities(t, c, e);
	if (!err)
		err = tlspriority_new(&t->priority, c, key_kind(t->credentials), e);
	if (err) {
		tls_free(t);
		return err;
	}
	if (c->tls.client_policy->code & TLS_CLIENT_ASK)
		gnutls_certificate_set_verify_function(t->credentials, on_client_certificate);
	*out = t;
	return 0;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	tlspriority_free(t->priority);
	gnutls_certificate_free_credentials(t->credentials);
	free(t);
}
