// SPDX-License-Identifier: GPL-2.0-only
/* Threads of libmicrohttpd, and their life.
 *
 * They wait by epoll: with poll, 500 idle connections made a scrape take five times as long. The roster's thread sees
 * the events that libmicrohttpd misses with epoll.
 */
#include "serve/http.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "serve/address.h"
#include "serve/exchange.h"
#include "serve/handshake.h"
#include "serve/listen.h"
#include "serve/passwords.h"
#include "serve/roster.h"
#include "serve/server.h"
#include "serve/worker.h"
#include "webconfig/web.h"

#define THREADS 2u /* an address; each connection wakes all of them */
#define STACK_BYTES (256u << 10)
#define CONNECTIONS_MAX 512u
#define CONNECTIONS_MIN 8u
#define CLIENT_SHARE 4u /* a part of all connections that one client may have: one in so many */
#define LEAVING 64u /* connections that are shut down and that a thread has not closed yet */
#define STATION_DESCRIPTORS 3u /* its socket, what it waits by, and what wakes it */
#define DESCRIPTORS_SPARE 16u /* what a scrape opens */
#define CONNECTION_BYTES (32u << 10) /* for the head of a request, and that of its answer */
#define STOP_MS 500

/* A daemon of libmicrohttpd: one thread at one socket. */
struct station {
	struct server *server;
	struct MHD_Daemon *daemon;
	int fd; /* of its own */
	atomic_uint_fast64_t turned_ns; /* when it last answered a pulse */
	uint64_t pulse_ns; /* when the last one was sent */
};

struct http {
	struct server server;
	struct listen_sockets sockets;
	struct station stations[LISTEN_MAX * THREADS];
	size_t nr_stations;
	unsigned int max_connections;
};

/* ---- pulses: connections to a station that nobody is at the other end of ---- */

static bool is_pulse(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info && info->client_addr && info->client_addr->sa_family == AF_UNSPEC;
}

static void take_pulse(struct station *s, struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *tls =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	if (tls)
		handshake_ignore(tls->tls_session);
	atomic_store(&s->turned_ns, clock_ns(CLOCK_MONOTONIC));
}

static void send_pulse(struct station *s)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends))
		return;
	s->pulse_ns = clock_ns(CLOCK_MONOTONIC);
	close(ends[1]);
	MHD_add_connection(s->daemon, ends[0], &nobody, sizeof(nobody));
}

/* Nothing is wrong with a station that was asked just now. */
static bool answers(struct station *s, uint64_t ns)
{
	const uint64_t turned = atomic_load(&s->turned_ns), now = clock_ns(CLOCK_MONOTONIC);

	if (s->pulse_ns && turned < s->pulse_ns)
		return now - s->pulse_ns < ns;
	send_pulse(s);
	return true;
}

bool http_alive(struct http *h, uint64_t ns)
{
	bool alive = worker_busy_ns(h->server.worker) < ns;
	size_t i;

	for (i = 0; i < h->nr_stations; i++)
		alive &= answers(&h->stations[i], ns);
	return alive;
}

/* ---- stations ---- */

static void on_connection(void *context, struct MHD_Connection *c, void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct station *s = context;

	if (is_pulse(c))
		take_pulse(s, c);
	else
		exchange_on_connection(s->server, c, socket_context, code);
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

static struct MHD_Daemon *start_daemon(struct station *s, unsigned int max_connections)
{
	const bool tls = s->server->tls;
	struct MHD_OptionItem more[] = {
		{ tls ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, 0,
		  (void *)tls_no_certificate },
		{ MHD_OPTION_END, 0, NULL },
	};
	const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC |
				   MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
				   (tls ? MHD_USE_TLS : 0);

	return MHD_start_daemon(flags, 0, NULL, NULL, exchange_on_request, s->server,
				MHD_OPTION_EXTERNAL_LOGGER, on_log, s, MHD_OPTION_LISTEN_SOCKET,
				s->fd, MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
				MHD_OPTION_CONNECTION_LIMIT, max_connections + LEAVING,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
				MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
				exchange_on_target, s->server, MHD_OPTION_NOTIFY_COMPLETED,
				exchange_on_completed, s->server, MHD_OPTION_NOTIFY_CONNECTION,
				on_connection, s, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

static int start_station(struct http *h, int fd, const char *address, struct error *e)
{
	struct station *s = &h->stations[h->nr_stations];

	*s = (struct station){ .server = &h->server, .fd = fcntl(fd, F_DUPFD_CLOEXEC, 0) };
	s->daemon = s->fd < 0 ? NULL : start_daemon(s, h->max_connections);
	if (!s->daemon) {
		if (s->fd >= 0)
			close(s->fd);
		return error_set(e, -EIO, "listen address '%s': libmicrohttpd does not start: -EIO",
				 address);
	}
	h->nr_stations++;
	return 0;
}

static int serve_at(struct http *h, int fd, struct error *e)
{
	char address[ADDRESS_TEXT_MAX];
	unsigned int i;
	int err = 0;

	address_of_socket(fd, address);
	for (i = 0; !err && i < THREADS; i++)
		err = start_station(h, fd, address, e);
	if (!err)
		log_event(LOG_INFO, "Listening on", "address", address, "tls",
			  h->server.tls ? "on" : "off", NULL);
	return err;
}

/* ---- life ---- */

static char *make_not_found(const struct server *s)
{
	char *text = NULL;
	size_t size, i;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fputs("404: not found; this server has", f);
	for (i = 0; i < s->nr_routes; i++)
		fprintf(f, "%s %s", i ? "," : "", s->routes[i].path);
	fputs("\n", f);
	fclose(f);
	return text;
}

static bool tls_wanted(struct web *web)
{
	const struct web_policy *p = web ? web_get(web) : NULL;
	const bool wanted = p && p->tls;

	if (web)
		web_put(web, p);
	return wanted;
}

unsigned int http_descriptors(size_t nr_sockets)
{
	return (unsigned int)nr_sockets * THREADS * STATION_DESCRIPTORS + DESCRIPTORS_SPARE +
	       CONNECTIONS_MIN;
}

/* Were descriptors used up, nobody could be accepted, and nothing read. */
static unsigned int affordable_connections(size_t nr_sockets)
{
	const unsigned int others = http_descriptors(nr_sockets) - CONNECTIONS_MIN;
	const unsigned int left = descriptors_free(others + CONNECTIONS_MAX);

	if (left >= others + CONNECTIONS_MAX)
		return CONNECTIONS_MAX;
	log_event(LOG_WARN,
		  "too few file descriptors for the usual number of connections: raise the "
		  "limit of open files (ulimit -n, LimitNOFILE=)",
		  NULL);
	return left > others + CONNECTIONS_MIN ? left - others : CONNECTIONS_MIN;
}

static struct http *http_new(const struct http_route *routes, size_t nr_routes,
			     const struct http_options *o)
{
	struct http *h = calloc(1, sizeof(*h));
	struct server *s = &h->server;

	if (!h)
		return NULL;
	s->routes = routes;
	s->nr_routes = nr_routes;
	s->web = o->web;
	s->tls = tls_wanted(o->web);
	admission_init(&s->admission, o->max_requests);
	s->not_found = make_not_found(s);
	h->max_connections = affordable_connections(o->sockets->nr);
	s->roster = roster_new(h->max_connections, h->max_connections / CLIENT_SHARE);
	s->worker = worker_new();
	s->passwords = o->web ? passwords_new(o->web) : NULL;
	if (s->not_found && s->roster && s->worker && !o->web == !s->passwords)
		return h;
	http_stop(h);
	return NULL;
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
		err = serve_at(h, h->sockets.fds[i], e);
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
	for (i = 0; i < h->nr_stations; i++)
		MHD_quiesce_daemon(h->stations[i].daemon);
	admission_drain(&h->server.admission, STOP_MS);
	/* A suspended connection would abort the library's end. */
	passwords_stop(h->server.passwords);
	worker_stop(h->server.worker);
	for (i = 0; i < h->nr_stations; i++) {
		MHD_stop_daemon(h->stations[i].daemon);
		close(h->stations[i].fd);
	}
	listen_close(&h->sockets);
	roster_free(h->server.roster);
	passwords_free(h->server.passwords);
	worker_free(h->server.worker);
	free(h->server.not_found);
	admission_release(&h->server.admission);
	free(h);
}
