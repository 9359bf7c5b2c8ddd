// SPDX-License-Identifier: GPL-2.0-only
/* Takes the place of gnutls_handshake(). */
#include "serve/handshake.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "collect/tally.h"
#include "serve/address.h"

static const struct {
	int code;
	enum tally reason;
} reasons[] = {
	{ GNUTLS_E_FATAL_ALERT_RECEIVED, TALLY_HANDSHAKE_CLIENT },
	{ GNUTLS_E_CERTIFICATE_ERROR, TALLY_HANDSHAKE_CERTIFICATE },
	{ GNUTLS_E_CERTIFICATE_REQUIRED, TALLY_HANDSHAKE_CERTIFICATE },
	{ GNUTLS_E_NO_CERTIFICATE_FOUND, TALLY_HANDSHAKE_CERTIFICATE },
	{ GNUTLS_E_UNSUPPORTED_VERSION_PACKET, TALLY_HANDSHAKE_PARAMETERS },
	{ GNUTLS_E_NO_CIPHER_SUITES, TALLY_HANDSHAKE_PARAMETERS },
	{ GNUTLS_E_NO_COMMON_KEY_SHARE, TALLY_HANDSHAKE_PARAMETERS },
	{ GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM, TALLY_HANDSHAKE_PARAMETERS },
	/* The client went away, which is its own affair. */
	{ GNUTLS_E_PREMATURE_TERMINATION, TALLIES },
	{ GNUTLS_E_PULL_ERROR, TALLIES },
	{ GNUTLS_E_PUSH_ERROR, TALLIES },
};

static enum tally reason_of(int code)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].code == code)
			return reasons[i].reason;
	return TALLY_HANDSHAKE_OTHER;
}

static void report(int fd, enum tally reason, const char *text)
{
	char address[ADDRESS_TEXT_MAX];

	if (reason == TALLIES || !tally_add(reason))
		return;
	address_of_peer(fd, address);
	log_event(LOG_INFO, "TLS handshake failed", "address", address, "reason", text, NULL);
}

/* Were something left unread when the socket is closed, the client would lose what is sent now. */
static void drain(int fd)
{
	char bytes[4096];
	int i;

	for (i = 0; i < 16 && recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0; i++)
		;
}

/* Records of TLS never begin with a capital letter, and methods of HTTP do. */
static bool speaks_http(int fd)
{
	char first;

	return recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && first >= 'A' && first <= 'Z';
}

static void answer_http(int fd)
{
	static const char answer[] =
		"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Connection: close\r\n\r\n"
		"400: this address serves HTTPS only: use https://\n";

	drain(fd);
	send(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	report(fd, TALLY_HANDSHAKE_PLAIN, "plain HTTP");
}

static void end(gnutls_session_t session, int fd, int code)
{
	const char *text = gnutls_strerror(code);

	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
		text = gnutls_alert_get_name(gnutls_alert_get(session));
	else
		gnutls_alert_send_appropriate(session, code);
	drain(fd);
	report(fd, reason_of(code), text ? text : gnutls_strerror(code));
}

void handshake_ignore(gnutls_session_t session)
{
	gnutls_session_set_ptr(session, NULL);
}

int gnutls_handshake(gnutls_session_t session)
{
	static int (*theirs)(gnutls_session_t session);
	const int fd = gnutls_transport_get_int(session);
	const bool ignored = !gnutls_session_get_ptr(session);
	int code;

	if (!theirs)
		*(void **)&theirs = dlsym(RTLD_NEXT, "gnutls_handshake");
	if (!theirs)
		return GNUTLS_E_INTERNAL_ERROR;
	if (!ignored && speaks_http(fd)) {
		answer_http(fd);
		return GNUTLS_E_UNEXPECTED_PACKET;
	}
	code = theirs(session);
	if (code < 0 && gnutls_error_is_fatal(code) && !ignored)
		end(session, fd, code);
	return code;
}
