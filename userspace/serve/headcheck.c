// SPDX-License-Identifier: GPL-2.0-only
/* Checks the head of a request, stricter than libmicrohttpd 0.9.75 does: its Host, its method, its framing. */
#include "serve/headcheck.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "serve/host.h"

enum fault { BAD_TARGET, LONG_TARGET, BAD_HOST, UNKNOWN_CODING, HAS_CONTENT, BAD_METHOD };

static const struct refusal refusals[] = {
	[BAD_TARGET] = { MHD_HTTP_BAD_REQUEST, "400: the request's target is malformed\n" },
	[LONG_TARGET] = { MHD_HTTP_URI_TOO_LONG, "414: the request's target is too long\n" },
	[BAD_HOST] = { MHD_HTTP_BAD_REQUEST,
		       "400: the request needs exactly one valid Host header\n" },
	[UNKNOWN_CODING] = { MHD_HTTP_NOT_IMPLEMENTED, "501: unknown transfer coding\n" },
	[HAS_CONTENT] = { MHD_HTTP_CONTENT_TOO_LARGE,
			  "413: a request must not have content here\n" },
	[BAD_METHOD] = { MHD_HTTP_METHOD_NOT_ALLOWED, "405: only GET and HEAD are allowed\n" },
};

struct head {
	unsigned int hosts;
	bool bad_host, unknown_coding, content;
};

static void see_host(struct head *h, const char *value, size_t length)
{
	h->bad_host |= h->hosts++ || !host_valid(value, length);
}

static void see_transfer_encoding(struct head *h, const char *value, size_t length)
{
	h->content = true;
	h->unknown_coding |= length != strlen("chunked") || strncasecmp(value, "chunked", length);
}

static void see_content_length(struct head *h, const char *value, size_t length)
{
	h->content |= length != 1 || value[0] != '0';
}

static const struct {
	const char *name;
	void (*see)(struct head *h, const char *value, size_t length);
} seen_headers[] = {
	{ "Host", see_host },
	{ "Transfer-Encoding", see_transfer_encoding },
	{ "Content-Length", see_content_length },
};

/* NOLINTNEXTLINE(readability-function-size): the library gives the parameters */
static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
				 size_t name_length, const char *value, size_t length)
{
	size_t i;

	(void)kind;
	for (i = 0; i < sizeof(seen_headers) / sizeof(*seen_headers); i++)
		if (strlen(seen_headers[i].name) == name_length &&
		    !strncasecmp(seen_headers[i].name, name, name_length))
			seen_headers[i].see(context, value ? value : "", value ? length : 0);
	return MHD_YES;
}

const struct refusal *headcheck_refusal(struct MHD_Connection *c, const char *method,
					int target_error)
{
	struct head h = { 0 };

	MHD_get_connection_values_n(c, MHD_HEADER_KIND, on_header, &h);
	if (h.bad_host)
		return &refusals[BAD_HOST];
	if (h.unknown_coding)
		return &refusals[UNKNOWN_CODING];
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return &refusals[BAD_METHOD];
	if (target_error)
		return &refusals[target_error == -ENAMETOOLONG ? LONG_TARGET : BAD_TARGET];
	return h.content ? &refusals[HAS_CONTENT] : NULL;
}
