// SPDX-License-Identifier: GPL-2.0-only
/* The table of routes and what answers them. */
#include "app/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/page.h"
#include "base/log.h"

#define PAGE_CEILING (4u << 20)
#define TEXT_PLAIN "text/plain; charset=utf-8"

enum { METRICS, HEALTHY, PAGE, ROUTES };

struct routes {
	struct exposition *exposition;
	struct buffer page;
	struct http_route table[ROUTES];
	size_t nr;
};

static void put_body(void *owner, const void *token)
{
	exposition_put(owner, token);
}

static void free_text(void *owner, const void *token)
{
	(void)token;
	free(owner);
}

static void answer_error(const struct error *e, struct http_response *a)
{
	char *text = NULL;

	log_event(LOG_ERROR, "scrape failed", "reason", e->text, NULL);
	a->status = 503;
	a->content_type = TEXT_PLAIN;
	a->data = "503: the scrape failed\n";
	if (asprintf(&text, "503: %s\n", e->text) >= 0) {
		a->data = text;
		a->release = free_text;
		a->owner = text;
	}
	a->length = strlen(a->data);
}

static void answer_metrics(void *context, const struct http_request *q, struct http_response *a)
{
	const struct routes *s = context;
	const struct pass_key key = { .encoder = &encoder_text };
	const struct body *b;
	struct error e;

	(void)q;
	b = exposition_get(s->exposition, &key, &e);
	if (!b) {
		answer_error(&e, a);
		return;
	}
	a->status = 200;
	a->content_type = b->content_type;
	a->data = b->data;
	a->length = b->length;
	a->release = put_body;
	a->owner = s->exposition;
	a->token = b;
}

static void answer_healthy(void *context, const struct http_request *q, struct http_response *a)
{
	(void)context, (void)q;
	*a = (struct http_response){
		.status = 200,
		.content_type = TEXT_PLAIN,
		.data = "OK\n",
		.length = 3,
	};
}

static void answer_page(void *context, const struct http_request *q, struct http_response *a)
{
	const struct routes *s = context;

	(void)q;
	*a = (struct http_response){
		.status = 200,
		.content_type = "text/html; charset=utf-8",
		.content_security_policy = page_security_policy,
		.data = s->page.data,
		.length = s->page.length,
	};
}

struct routes *routes_new(struct exposition *x, const struct registry *r,
			  const char *telemetry_path)
{
	struct routes *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->exposition = x;
	s->page.ceiling = PAGE_CEILING;
	page_render(&s->page, r, telemetry_path);
	if (s->page.failed) {
		routes_free(s);
		return NULL;
	}
	s->table[METRICS] = (struct http_route){ telemetry_path, answer_metrics, s, true };
	s->table[HEALTHY] = (struct http_route){ "/-/healthy", answer_healthy, s, false };
	s->table[PAGE] = (struct http_route){ "/", answer_page, s, false };
	/* Metrics at "/" take the place of the page. */
	s->nr = strcmp(telemetry_path, "/") ? ROUTES : PAGE;
	return s;
}

void routes_free(struct routes *s)
{
	if (s)
		buffer_release(&s->page);
	free(s);
}

const struct http_route *routes_table(const struct routes *s, size_t *nr)
{
	*nr = s->nr;
	return s->table;
}
