// SPDX-License-Identifier: GPL-2.0-only
/* Hands answers to libmicrohttpd. */
#include "serve/response.h"

#include <stdlib.h>
#include <string.h>

#include "webconfig/web.h"

/* What libmicrohttpd calls to give an answer's bytes back. */
struct owned {
	void (*release)(void *owner, const void *token);
	void *owner;
	const void *token;
};

static void owned_release(void *cls)
{
	struct owned *o = cls;

	o->release(o->owner, o->token);
	free(o);
}

static struct MHD_Response *make_response(const struct http_response *a)
{
	struct MHD_Response *response;
	struct owned *o;

	if (!a->release)
		return MHD_create_response_from_buffer(a->length, (void *)a->data,
						       MHD_RESPMEM_PERSISTENT);
	o = malloc(sizeof(*o));
	if (o)
		*o = (struct owned){ a->release, a->owner, a->token };
	response = o ? MHD_create_response_from_buffer_with_free_callback_cls(
			       a->length, (void *)a->data, owned_release, o)
		     : NULL;
	if (!response) {
		a->release(a->owner, a->token);
		free(o);
	}
	return response;
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	if (value)
		MHD_add_response_header(response, name, value);
}

/* What some statuses must say besides. */
static void add_status_header(struct MHD_Response *response, unsigned int status)
{
	static const struct {
		unsigned int status;
		const char *name, *value;
	} headers[] = {
		{ MHD_HTTP_METHOD_NOT_ALLOWED, "Allow", "GET, HEAD" },
		{ MHD_HTTP_UNAUTHORIZED, "WWW-Authenticate", "Basic realm=\"bpf_exporter\"" },
	};
	size_t i;

	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		if (headers[i].status == status)
			MHD_add_response_header(response, headers[i].name, headers[i].value);
}

/* In place of what the page would say itself. */
static void add_configured(struct MHD_Response *response, const struct webconfig *c)
{
	const struct webconfig_header *h;
	const char *own;

	for (h = c->headers; h < c->headers + WEBCONFIG_HEADERS; h++) {
		if (!h->value || !*h->value)
			continue;
		own = MHD_get_response_header(response, h->name);
		if (own)
			MHD_del_response_header(response, h->name, own);
		MHD_add_response_header(response, h->name, h->value);
	}
}

enum MHD_Result response_send(struct MHD_Connection *c, const struct http_response *a,
			      const struct web_policy *p)
{
	struct MHD_Response *response = make_response(a);
	enum MHD_Result sent;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", a->content_type);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	add_header(response, "Content-Security-Policy", a->content_security_policy);
	add_header(response, "Content-Encoding", a->content_encoding);
	add_header(response, "Vary", a->vary);
	add_status_header(response, a->status);
	if (p)
		add_configured(response, p->config);
	sent = MHD_queue_response(c, a->status, response);
	MHD_destroy_response(response);
	return sent;
}

enum MHD_Result response_send_text(struct MHD_Connection *c, unsigned int status, const char *text,
				   const struct web_policy *p)
{
	const struct http_response a = { .status = status,
					 .content_type = "text/plain; charset=utf-8",
					 .data = text,
					 .length = strlen(text) };

	return response_send(c, &a, p);
}
