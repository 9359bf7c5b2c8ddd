// SPDX-License-Identifier: GPL-2.0-only
/* Threads of libmicrohttpd, and the way of a connection: accepted, request line, headers, answer, again.
 *
 * libmicrohttpd closes a connection whose answer is given at the handler's first call, before it has read the
 * request's content. So whatever is wrong with a request is answered there, and all else at the second call. A
 * scrape is handed to the worker there, and its connection suspended; the third call sends what the worker made.
 *
 * The threads poll: with epoll, edge-triggered, libmicrohttpd 0.9.75 misses the end of a connection that comes
 * together with data, and 120 of 300 clients that sent half a request and left kept their places.
 */
#include "serve/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "serve/address.h"
#include "serve/admission.h"
#include "serve/deadline.h"
#include "serve/headcheck.h"
#include "serve/listen.h"
#include "serve/request_target.h"
#include "serve/worker.h"
#include "webconfig/web.h"

#define THREADS 2u /* an address; each connection wakes all of them */
#define STACK_BYTES (256u << 10)
#define CONNECTIONS_MAX 512u /* an address */
#define CONNECTIONS_PER_CLIENT 128u
#define CONNECTION_BYTES (16u << 10) /* for the head of a request, and that of its answer */
#define FIRST_SECONDS 10u /* from connecting to the end of the first request's head */
#define NEXT_SECONDS 90u /* more than the time between scrapes: else each one connects anew */
#define ANSWER_SECONDS 60u
#define STOP_MS 500

struct http {
	const struct http_route *routes;
	size_t nr_routes;
	struct web *web; /* or NULL */
	bool tls;
	struct deadlines *deadlines;
	struct worker *worker;
	char *not_found; /* the text of 404 */

	struct MHD_Daemon *daemons[LISTEN_MAX];
	struct listen_sockets sockets;
	size_t nr_daemons;
	struct admission admission;
};

/* A client's connection and the one request that it has under way. */
struct connection {
	struct deadline deadline;
	struct request_target target;
	int target_error;
	bool head_checked;
	struct admitted admitted;
	const struct web_policy *session_policy, *request_policy; /* NULL for none */

	/* What the worker makes while `suspended` is. */
	struct http *http;
	struct work work;
	struct MHD_Connection *suspended;
	const struct http_route *route;
	uint64_t asked_ns;
	struct http_response made;
	bool has_made;
};

/* ---- requests ---- */

static const struct http_route *find_route(const struct http *h, const char *path)
{
	size_t i;

	for (i = 0; i < h->nr_routes; i++)
		if (!strcmp(h->routes[i].path, path))
			return &h->routes[i];
	return NULL;
}

static bool begin_answer(struct http *h, struct connection *n, bool limited)
{
	deadline_set(h->deadlines, &n->deadline, ANSWER_SECONDS);
	return admission_begin(&h->admission, &n->admitted, limited);
}

static void end_answer(struct http *h, struct connection *n)
{
	admission_end(&h->admission, &n->admitted);
	deadline_set(h->deadlines, &n->deadline, NEXT_SECONDS);
}

static enum MHD_Result refuse(struct http *h, struct connection *n, struct MHD_Connection *c,
			      const struct refusal *refusal)
{
	begin_answer(h, n, false);
	return response_send_text(c, refusal->status, refusal->text, n->request_policy);
}

/* Why the web configuration does not let the request pass, or NULL. */
static const struct refusal *gate(const struct http *h, const struct connection *n,
				  struct MHD_Connection *c)
{
	return h->web ? web_refusal(h->web, n->request_policy,
				    MHD_lookup_connection_value(c, MHD_HEADER_KIND,
								MHD_HTTP_HEADER_AUTHORIZATION))
		      : NULL;
}

static const char *request_header(struct MHD_Connection *c, const char *name)
{
	const char *value = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);

	return value ? value : "";
}

static void run_route(const struct connection *n, struct MHD_Connection *c,
		      const struct http_route *route, struct http_response *a)
{
	const struct http_request q = {
		.path = n->target.path,
		.accept = request_header(c, "Accept"),
		.accept_encoding = request_header(c, "Accept-Encoding"),
		.query = n->target.query,
		.asked_ns = n->asked_ns,
	};

	route->handle(route->context, &q, a);
}

static void make_answer(void *context)
{
	struct connection *n = context;

	run_route(n, n->suspended, n->route, &n->made);
	n->has_made = true;
	admission_made(&n->http->admission, &n->admitted);
	MHD_resume_connection(n->suspended);
}

static enum MHD_Result answer_later(struct http *h, struct connection *n, struct MHD_Connection *c,
				    const struct http_route *route)
{
	n->work = (struct work){ .run = make_answer, .context = n };
	n->http = h;
	n->suspended = c;
	n->route = route;
	n->asked_ns = clock_ns(CLOCK_MONOTONIC);
	n->made = (struct http_response){ 0 };
	MHD_suspend_connection(c);
	worker_add(h->worker, &n->work);
	return MHD_YES;
}

static enum MHD_Result send_made(struct connection *n, struct MHD_Connection *c)
{
	n->has_made = false;
	return response_send(c, &n->made, n->request_policy);
}

/* The connection has ended before it could be sent. */
static void drop_made(struct connection *n)
{
	if (n->has_made && n->made.release)
		n->made.release(n->made.owner, n->made.token);
	n->has_made = false;
}

static enum MHD_Result answer(struct http *h, struct connection *n, struct MHD_Connection *c)
{
	const struct http_route *route = find_route(h, n->target.path);
	const struct refusal *refusal = gate(h, n, c);
	struct http_response a = { 0 };

	if (refusal)
		return refuse(h, n, c, refusal);
	if (!begin_answer(h, n, route && route->limited))
		return response_send_text(
			c, MHD_HTTP_SERVICE_UNAVAILABLE,
			"503: too many requests at the same time (--web.max-requests)\n",
			n->request_policy);
	if (!route)
		return response_send_text(c, MHD_HTTP_NOT_FOUND, h->not_found, n->request_policy);
	if (route->limited)
		return answer_later(h, n, c, route);
	run_route(n, c, route, &a);
	return response_send(c, &a, n->request_policy);
}

static struct connection *connection_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* NOLINTNEXTLINE(readability-function-size): the library gives the parameters */
static enum MHD_Result on_request(void *context, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_size, void **request)
{
	struct connection *n = connection_of(c);
	const struct refusal *refusal;
	struct http *h = context;

	(void)url, (void)version, (void)upload, (void)upload_size, (void)request;
	if (!n)
		return MHD_NO;
	if (n->has_made)
		return send_made(n, c);
	if (n->head_checked)
		return answer(h, n, c);
	n->head_checked = true;
	if (h->web && !n->request_policy)
		n->request_policy = web_get(h->web);
	refusal = headcheck_refusal(c, method, n->target_error);
	if (!refusal)
		return MHD_YES;
	return refuse(h, n, c, refusal);
}

/* The request line is read, nothing else: the only chance to see the target as it came. */
static void *on_target(void *context, const char *raw, struct MHD_Connection *c)
{
	struct connection *n = connection_of(c);

	(void)context;
	if (n) {
		n->target_error = raw ? request_target_parse(raw, &n->target) : -EINVAL;
		n->head_checked = false;
	}
	return NULL;
}

static void release_policy(struct http *h, const struct web_policy **p)
{
	if (*p)
		web_put(h->web, *p);
	*p = NULL;
}

static void on_completed(void *context, struct MHD_Connection *c, void **request,
			 enum MHD_RequestTerminationCode code)
{
	struct connection *n = connection_of(c);

	(void)request, (void)code;
	if (!n)
		return;
	drop_made(n);
	end_answer(context, n);
	release_policy(context, &n->request_policy);
}

/* ---- connections ---- */

/* The configuration of now holds for all of a TLS session. */
static int begin_session(struct http *h, struct connection *n, struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	if (!h->tls)
		return 0;
	n->session_policy = web_get(h->web);
	return info ? tls_begin(n->session_policy->tls, info->tls_session) : -EIO;
}

static void *begin_connection(struct http *h, struct MHD_Connection *c)
{
	const int fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	struct connection *n = calloc(1, sizeof(*n));

	if (!n) {
		shutdown(fd, SHUT_RDWR);
		return NULL;
	}
	deadline_add(h->deadlines, &n->deadline, fd, FIRST_SECONDS);
	if (begin_session(h, n, c))
		shutdown(fd, SHUT_RDWR);
	return n;
}

static void end_connection(struct http *h, struct connection *n)
{
	if (!n)
		return;
	deadline_remove(h->deadlines, &n->deadline);
	release_policy(h, &n->request_policy);
	release_policy(h, &n->session_policy);
	free(n);
}

static void on_connection(void *context, struct MHD_Connection *c, void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = begin_connection(context, c);
	} else {
		end_connection(context, *socket_context);
		*socket_context = NULL;
	}
}

__attribute__((format(printf, 2, 0))) static void on_log(void *context, const char *format,
							 va_list args)
{
	char text[256];

	(void)context;
	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\n")] = '\0';
	log_event(LOG_DEBUG, "libmicrohttpd", "reason", text, NULL);
}

/* ---- life ---- */

static char *make_not_found(const struct http *h)
{
	char *text = NULL;
	size_t size, i;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fputs("404: there is no such page; there are", f);
	for (i = 0; i < h->nr_routes; i++)
		fprintf(f, "%s %s", i ? "," : "", h->routes[i].path);
	fputs("\n", f);
	fclose(f);
	return text;
}

static int start_daemon(struct http *h, int fd, struct error *e)
{
	struct MHD_OptionItem tls[] = {
		{ h->tls ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, 0,
		  (void *)tls_no_certificate },
		{ MHD_OPTION_END, 0, NULL },
	};
	const unsigned int flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC |
				   MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
				   (h->tls ? MHD_USE_TLS : 0);
	char address[ADDRESS_TEXT_MAX];
	struct MHD_Daemon *d;

	address_of_socket(fd, address);
	d = MHD_start_daemon(flags, 0, NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER,
			     on_log, h, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
			     THREADS, MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
			     MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
			     MHD_OPTION_PER_IP_CONNECTION_LIMIT, CONNECTIONS_PER_CLIENT,
			     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
			     MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
			     on_target, h, MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
			     MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_ARRAY, tls,
			     MHD_OPTION_END);
	if (!d)
		return error_set(e, -EIO, "listen address '%s': libmicrohttpd does not start: -EIO",
				 address);
	h->daemons[h->nr_daemons++] = d;
	log_event(LOG_INFO, "Listening on", "address", address, "tls", h->tls ? "on" : "off", NULL);
	return 0;
}

static bool tls_wanted(struct web *web)
{
	const struct web_policy *p = web ? web_get(web) : NULL;
	const bool wanted = p && p->tls;

	web_put(web, p);
	return wanted;
}

static struct http *http_new(const struct http_route *routes, size_t nr_routes,
			     const struct http_options *o)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->routes = routes;
	h->nr_routes = nr_routes;
	h->web = o->web;
	h->tls = tls_wanted(o->web);
	admission_init(&h->admission, o->max_requests);
	h->not_found = make_not_found(h);
	h->deadlines = deadlines_new();
	h->worker = worker_new();
	if (!h->not_found || !h->deadlines || !h->worker) {
		http_stop(h);
		return NULL;
	}
	return h;
}

int http_start(struct http **out, const struct http_route *routes, size_t nr_routes,
	       const struct http_options *o, struct error *e)
{
	struct http *h = http_new(routes, nr_routes, o);
	size_t i;
	int err = 0;

	if (!h)
		return error_set(e, -ENOMEM, "http: no memory or threads: -ENOMEM");
	h->sockets = *o->sockets;
	o->sockets->nr = 0;
	for (i = 0; !err && i < h->sockets.nr; i++)
		err = start_daemon(h, h->sockets.fds[i], e);
	if (err)
		http_stop(h);
	else
		*out = h;
	return err;
}

void http_stop(struct http *h)
{
	size_t i;

	if (!h)
		return;
	for (i = 0; i < h->nr_daemons; i++)
		MHD_quiesce_daemon(h->daemons[i]);
	admission_wait(&h->admission, STOP_MS);
	worker_stop(h->worker); /* a suspended connection would abort the library's end */
	for (i = 0; i < h->nr_daemons; i++)
		MHD_stop_daemon(h->daemons[i]);
	listen_close(&h->sockets);
	deadlines_free(h->deadlines);
	worker_free(h->worker);
	free(h->not_found);
	admission_release(&h->admission);
	free(h);
}
