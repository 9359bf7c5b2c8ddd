/* SPDX-License-Identifier: GPL-2.0-only */
/* Which format a client gets, and how it is packed, by what it accepts.
 *
 * The format of the highest weight wins; among equals one that the client named before one that a wildcard
 * covers, then the richer one. Who asks for nothing that we have, or in a way that cannot be read, gets text 0.0.4,
 * as from other exporters. Versions that we do not know are never answered with.
 */
#ifndef EXPOSE_NEGOTIATE_H
#define EXPOSE_NEGOTIATE_H

#include "expose/compression.h"
#include "expose/encoder.h"

struct negotiated {
	const struct encoder *encoder;
	const char *content_type; /* static */
};

/* By the Accept header, or "". */
struct negotiated negotiate_format(const char *accept);
/* By the Accept-Encoding header, or ""; NULL: as it is. */
const struct compression *negotiate_compression(const char *accept_encoding);

/* What an answer that was negotiated depends on: the value of Vary. */
#define NEGOTIATE_VARY "Accept, Accept-Encoding"

#endif
