/* SPDX-License-Identifier: GPL-2.0-only */
/* TLS as a web configuration wants it, put over what libmicrohttpd gives each session, so that a new configuration
 * holds for new connections and needs no restart. */
#ifndef WEBCONFIG_TLS_H
#define WEBCONFIG_TLS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "base/error.h"
#include "webconfig/webconfig.h"

struct tls;

/* Reads certificate, key and CA. `c` is borrowed. 0; -errno with *e. */
int tls_new(struct tls **out, const struct webconfig *c, struct error *e);
void tls_free(struct tls *t); /* after the last session of it */

/* For libmicrohttpd's own credentials: a session that tls_begin() has not given others must fail. */
int tls_no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities,
		       int nr_authorities, const gnutls_pk_algorithm_t *algorithms,
		       int nr_algorithms, gnutls_pcert_st **certificates, unsigned int *nr,
		       gnutls_privkey_t *key);

/* Before the handshake. 0 or -EIO. */
int tls_begin(const struct tls *t, gnutls_session_t session);

#endif
