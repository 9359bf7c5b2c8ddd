// SPDX-License-Identifier: GPL-2.0-only
/* The table of routes and what answers them. */
#include "app/routes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/landing.h"
#include "base/clock.h"
#include "base/log.h"
#include "collect/filter.h"
#include "expose/negotiate.h"
#include "serve/query.h"

#define PAGE_CEILING (4u << 20)
#define HANG_NS (30 * NS_PER_SECOND)
#define TEXT_PLAIN "text/plain; charset=utf-8"

enum { METRICS, HEALTHY, READY, PAGE, ROUTES };

struct routes {
	struct exposition *exposition;
	const struct registry *registry;
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

static void answer_error(unsigned int status, const struct error *e, struct http_response *a)
{
	char *text = NULL;

	a->status = status;
	a->content_type = TEXT_PLAIN;
	a->data = "no memory\n";
	if (asprintf(&text, "%u: %s\n", status, e->text) >= 0) {
		a->data = text;
		a->release = free_text;
		a->owner = text;
	}
	a->length = strlen(a->data);
}

/* That clients read slowly is nothing to log each time. */
static void answer_failure(int err, const struct error *e, struct http_response *a)
{
	if (err != -EAGAIN)
		log_event(LOG_ERROR, "scrape failed", "reason", e->text, NULL);
	answer_error(503, e, a);
}

/* ---- which metrics are asked for: as node_exporter has it, and names of families ---- */

static const struct {
	const char *parameter;
	enum filter_kind kind;
} filter_parameters[] = {
	{ "collect[]", FILTER_COLLECT },
	{ "exclude[]", FILTER_EXCLUDE },
	{ "name[]", FILTER_FAMILY },
};

_Static_assert(QUERY_PARAMETERS_MAX <= FILTER_NAMES_MAX, "each parameter may be a name");

/* What else a query may hold is not for us. */
static void filter_take(struct filter *f, const struct query_parameter *p)
{
	for (size_t i = 0; i < sizeof(filter_parameters) / sizeof(*filter_parameters); i++) {
		const enum filter_kind kind = filter_parameters[i].kind;

		if (!strcmp(p->name, filter_parameters[i].parameter))
			f->names[kind][f->nr[kind]++] = p->value;
	}
}

/* 0, or what is wrong with the request or -ENOMEM. */
static int select_metrics(const struct routes *s, const char *raw, struct selection **out,
			  struct error *e)
{
	struct filter f = { .nr = { 0 } };
	struct query q;
	int err = query_parse(raw, &q);

	if (err == -E2BIG)
		return error_set(e, err, "more than %d parameters", QUERY_PARAMETERS_MAX);
	if (err)
		return error_set(e, err, "the query is malformed");
	for (size_t i = 0; i < q.nr; i++)
		filter_take(&f, &q.parameters[i]);
	return filter_select(&f, s->registry, out, e);
}

static void answer_metrics(void *context, const struct http_request *q, struct http_response *a)
{
	const struct negotiated format = negotiate_format(q->accept);
	const struct routes *s = context;
	struct selection *selection = NULL;
	const struct body *b;
	struct pass_key key;
	struct error e;
	int err = *q->query ? select_metrics(s, q->query, &selection, &e) : 0;

	if (err && err != -ENOMEM) {
		answer_error(400, &e, a);
		return;
	}
	key = (struct pass_key){
		.encoder = format.encoder,
		.compression = negotiate_compression(q->accept_encoding),
		.selection = selection,
	};
	if (!err)
		err = exposition_get(s->exposition, &key, q->asked_ns, &b, &e);
	free(selection);
	if (err) {
		answer_failure(err, &e, a);
		return;
	}
	a->status = 200;
	a->content_type = format.content_type;
	a->content_encoding = compression_name(key.compression);
	a->vary = NEGOTIATE_VARY;
	a->data = b->data;
	a->length = b->length;
	a->crowded = b->crowded;
	a->release = put_body;
	a->owner = s->exposition;
	a->token = b;
}

/* A scrape takes milliseconds, on the largest hosts tenths of a second. */
static void answer_state(const struct http_request *q, struct http_response *a, const char *well)
{
	const bool hangs = q->busy_ns > HANG_NS;

	*a = (struct http_response){
		.status = hangs ? 503 : 200,
		.content_type = TEXT_PLAIN,
		.data = hangs ? "503: a scrape hangs\n" : well,
	};
	a->length = strlen(a->data);
}

static void answer_healthy(void *context, const struct http_request *q, struct http_response *a)
{
	(void)context;
	answer_state(q, a, "OK\n");
}

/* Whoever is answered finds all collectors loaded: it is served from then on. */
static void answer_ready(void *context, const struct http_request *q, struct http_response *a)
{
	(void)context;
	answer_state(q, a, "Ready\n");
}

static void answer_page(void *context, const struct http_request *q, struct http_response *a)
{
	const struct routes *s = context;

	(void)q;
	*a = (struct http_response){
		.status = 200,
		.content_type = "text/html; charset=utf-8",
		.content_security_policy = landing_security_policy,
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
	s->registry = r;
	s->page.ceiling = PAGE_CEILING;
	landing_render(&s->page, r, telemetry_path);
	if (s->page.failed) {
		routes_free(s);
		return NULL;
	}
	s->table[METRICS] = (struct http_route){ telemetry_path, answer_metrics, s, true };
	s->table[HEALTHY] = (struct http_route){ "/-/healthy", answer_healthy, s, false };
	s->table[READY] = (struct http_route){ "/-/ready", answer_ready, s, false };
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
