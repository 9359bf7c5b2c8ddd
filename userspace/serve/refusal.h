/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests that are not even looked at: what is wrong with their head. */
#ifndef SERVE_REFUSAL_H
#define SERVE_REFUSAL_H

struct MHD_Connection;

struct refusal {
	unsigned int status;
	const char *text;
};

/* Why the request is refused, static; or NULL. `target_error` is target_parse()'s answer. The connection must be
 * closed after a refusal: where its content would end is not known. */
const struct refusal *refusal_of(struct MHD_Connection *c, const char *method, int target_error);

#endif
