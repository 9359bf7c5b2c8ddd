/* SPDX-License-Identifier: GPL-2.0-only */
/* Which versions, cipher suites and curves a session may use.
 *
 * GnuTLS knows key exchanges, ciphers and MACs, and takes every combination of those that are allowed; a list of
 * suites allows just its own. So each suite has priorities of its own, and which of them hold is decided when the
 * client has said what it can.
 */
#ifndef WEBCONFIG_TLSPRIORITY_H
#define WEBCONFIG_TLSPRIORITY_H

#include <gnutls/gnutls.h>

#include "base/error.h"
#include "webconfig/webconfig.h"

struct tlspriority;

/* `key` is TLS_SUITE_RSA or TLS_SUITE_ECDSA: suites that need the other are left out. 0; -EINVAL where none is
 * left. */
int tlspriority_new(struct tlspriority **out, const struct webconfig *c, unsigned int key,
		    struct error *e);
void tlspriority_free(struct tlspriority *p);
/* Before the handshake. 0 or an error of GnuTLS. */
int tlspriority_begin(struct tlspriority *p, gnutls_session_t session);

#endif
