/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of TLS handshakes that fail: the client is told by an alert, or by an HTTP answer if that is what it
 * speaks, the log has the reason and the address, and they are counted.
 *
 * libmicrohttpd does the handshakes and has no hook for their end. It calls gnutls_handshake(), whose place a function
 * of this room takes: the program's own names go before those of libraries.
 */
#ifndef SERVE_HANDSHAKE_H
#define SERVE_HANDSHAKE_H

#include <gnutls/gnutls.h>

/* Say nothing of this session: nobody is at its other end. */
void handshake_ignore(gnutls_session_t session);

#endif
