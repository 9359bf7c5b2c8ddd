/* SPDX-License-Identifier: GPL-2.0-only */
/* What the exporter counts about its own work, from any thread, since it began. */
#ifndef COLLECT_TALLY_H
#define COLLECT_TALLY_H

#include <stdbool.h>
#include <stdint.h>

/* Clients that were refused or ended early, by stage and reason. */
enum tally {
	TALLY_CONNECTION_CROWDED, /* ended: idle or slow for longest, and its place was needed */
	TALLY_CONNECTION_REFUSED, /* no place, and none that could be had */
	TALLY_HANDSHAKE_PLAIN, /* plain HTTP where TLS is spoken */
	TALLY_HANDSHAKE_PARAMETERS, /* no version, cipher suite or curve in common */
	TALLY_HANDSHAKE_CERTIFICATE, /* the client's certificate */
	TALLY_HANDSHAKE_CLIENT, /* the client did not want to go on */
	TALLY_HANDSHAKE_OTHER,
	TALLY_REQUEST_MALFORMED,
	TALLY_REQUEST_SLOW, /* its head did not come in time */
	TALLY_REQUEST_PASSWORD, /* none, or a wrong one */
	TALLY_REQUEST_RATE, /* by rate_limit, or too many passwords at once */
	TALLY_REQUEST_CROWDED, /* --web.max-requests */
	TALLY_ANSWER_SLOW, /* not read in time */
	TALLY_ANSWER_CROWDED, /* read for longest, and its place was needed */
	TALLIES,
};

/* True where it is time to log it, too: once a second at most, so that nobody can fill the log. */
bool tally_add(enum tally t);
uint64_t tally_get(enum tally t);
/* "connection", "handshake", "request" or "answer"; and "crowded" and so on. */
const char *tally_stage(enum tally t);
const char *tally_reason(enum tally t);

#endif
