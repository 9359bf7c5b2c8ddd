// SPDX-License-Identifier: GPL-2.0-only
/* Counters of the process, of which there is one. */
#include "collect/tally.h"

#include <stdatomic.h>

#include "base/clock.h"

static const struct {
	const char *stage, *reason;
} rows[TALLIES] = {
	[TALLY_CONNECTION_CROWDED] = { "connection", "crowded" },
	[TALLY_CONNECTION_REFUSED] = { "connection", "refused" },
	[TALLY_HANDSHAKE_PLAIN] = { "handshake", "plain_http" },
	[TALLY_HANDSHAKE_PARAMETERS] = { "handshake", "parameters" },
	[TALLY_HANDSHAKE_CERTIFICATE] = { "handshake", "certificate" },
	[TALLY_HANDSHAKE_CLIENT] = { "handshake", "client" },
	[TALLY_HANDSHAKE_OTHER] = { "handshake", "other" },
	[TALLY_REQUEST_MALFORMED] = { "request", "malformed" },
	[TALLY_REQUEST_SLOW] = { "request", "slow" },
	[TALLY_REQUEST_PASSWORD] = { "request", "password" },
	[TALLY_REQUEST_RATE] = { "request", "rate" },
	[TALLY_REQUEST_CROWDED] = { "request", "crowded" },
	[TALLY_ANSWER_SLOW] = { "answer", "slow" },
	[TALLY_ANSWER_CROWDED] = { "answer", "crowded" },
};

static atomic_uint_fast64_t counts[TALLIES], logged_ns[TALLIES];

bool tally_add(enum tally t)
{
	const uint64_t now = clock_ns(CLOCK_MONOTONIC);
	uint_fast64_t last = atomic_load(&logged_ns[t]);

	atomic_fetch_add(&counts[t], 1);
	return (!last || now - last >= NS_PER_SECOND) &&
	       atomic_compare_exchange_strong(&logged_ns[t], &last, now);
}

uint64_t tally_get(enum tally t)
{
	return atomic_load(&counts[t]);
}

const char *tally_stage(enum tally t)
{
	return rows[t].stage;
}

const char *tally_reason(enum tally t)
{
	return rows[t].reason;
}
