/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests that are not even looked at: what is wrong with their head. */
#ifndef SERVE_HEADCHECK_H
#define SERVE_HEADCHECK_H

#include "webconfig/refusal.h"

struct MHD_Connection;

/* Why the request is refused, static; or NULL. `target_error` is request_target_parse()'s answer. The connection must be
 * closed after a refusal: where its content would end is not known. */
const struct refusal *headcheck_refusal(struct MHD_Connection *c, const char *method,
					int target_error);

#endif
