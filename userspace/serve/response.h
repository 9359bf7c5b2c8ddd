/* SPDX-License-Identifier: GPL-2.0-only */
/* An answer, its bytes and its headers. */
#ifndef SERVE_RESPONSE_H
#define SERVE_RESPONSE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

struct web_policy;

/* The answer to a request. `data` and `content_type` stay valid until `release(owner, token)` is called; without
 * a release they are static. */
struct http_response {
	unsigned int status;
	const char *content_type;
	const char *content_security_policy, *content_encoding, *vary; /* NULL for none */
	const char *data;
	size_t length;
	void (*release)(void *owner, const void *token);
	void *owner;
	const void *token;
	bool crowded; /* too many answers are being read: the slowest reader should go */
};

/* With the headers that the policy (or NULL) adds. */
enum MHD_Result response_send(struct MHD_Connection *c, const struct http_response *a,
			      const struct web_policy *p);
/* Static plain text. */
enum MHD_Result response_send_text(struct MHD_Connection *c, unsigned int status, const char *text,
				   const struct web_policy *p);

#endif
