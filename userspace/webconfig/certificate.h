/* SPDX-License-Identifier: GPL-2.0-only */
/* The certificate that a TLS client has shown. */
#ifndef WEBCONFIG_CERTIFICATE_H
#define WEBCONFIG_CERTIFICATE_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

/* Signed by a CA that the session's credentials trust, valid now, and meant for clients. */
bool certificate_verified(gnutls_session_t session);
/* Whether one of its subject alternative names (DNS, e-mail, URI; IP as text) is exactly one of these. */
bool certificate_has_san(gnutls_session_t session, const char *const *names, size_t nr);

#endif
