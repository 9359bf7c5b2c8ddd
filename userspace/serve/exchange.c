// SPDX-License-Identifier: GPL-2.0-only
/* A request goes through steps; libmicrohttpd calls its handler for each of them.
 *
 * It closes a connection whose answer is given at the handler's first call, before it has read the request's content.
 * So whatever is wrong with a request is answered there, and all else later.
 *
 * What takes time is handed to a thread, and the connection suspended meanwhile. That is done one call later than it is
 * known: between these calls the library leaves the state in which it reads. Were it suspended in that state, it would
 * read on when it is resumed, and close a connection whose client has shut its side behind the request, instead of
 * answering it.
 */
#include "serve/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "collect/tally.h"
#include "serve/handshake.h"
#include "serve/headcheck.h"
#include "serve/passwords.h"
#include "serve/request_target.h"
#include "serve/roster.h"
#include "serve/route.h"
#include "serve/server.h"
#include "serve/worker.h"
#include "webconfig/web.h"

enum step {
	STEP_HEAD, /* is it well-formed? */
	STEP_PASS, /* may it pass? */
	STEP_ASK, /* hand its password to the thread that finds out */
	STEP_HEAR, /* what that thread found out */
	STEP_ROUTE, /* whose is it? */
	STEP_QUEUE, /* hand it to the worker */
	STEP_SEND, /* what the worker made */
};

/* A client's connection and the one request that it has under way. */
struct exchange {
	struct server *server;
	struct MHD_Connection *mhd;
	struct seat seat;
	struct client client;
	const struct web_policy *session_policy, *request_policy; /* NULL for none */
	struct request_target target;
	int target_error;
	enum step step;
	struct admitted admitted;
	uint64_t asked_ns;

	struct password_job *password; /* NULL for none */
	enum password_answer password_answer;

	struct work work;
	const struct http_route *route;
	struct http_response made;
	bool has_made;
};

static struct exchange *exchange_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* ---- answers ---- */

static enum MHD_Result send_answer(struct exchange *x, const struct http_response *a)
{
	roster_phase(x->server->roster, &x->seat, PHASE_READING);
	return response_send(x->mhd, a, x->request_policy);
}

static enum MHD_Result send_text(struct exchange *x, unsigned int status, const char *text)
{
	roster_phase(x->server->roster, &x->seat, PHASE_READING);
	return response_send_text(x->mhd, status, text, x->request_policy);
}

static enum MHD_Result refuse(struct exchange *x, const struct refusal *refusal, enum tally why)
{
	admission_begin(&x->server->admission, &x->admitted);
	tally_add(why);
	return send_text(x, refusal->status, refusal->text);
}

static const struct refusal crowded = {
	MHD_HTTP_SERVICE_UNAVAILABLE,
	"503: too many requests at the same time (--web.max-requests)\n"
};

/* The library calls again at once. */
static enum MHD_Result go_on(struct exchange *x, enum step step)
{
	x->step = step;
	return MHD_YES;
}

/* ---- the head ---- */

static enum MHD_Result check_head(struct exchange *x, const char *method)
{
	const struct refusal *refusal = headcheck_refusal(x->mhd, method, x->target_error);

	if (x->server->web && !x->request_policy)
		x->request_policy = web_get(x->server->web);
	return refusal ? refuse(x, refusal, TALLY_REQUEST_MALFORMED) : go_on(x, STEP_PASS);
}

static const char *request_header(const struct exchange *x, const char *name)
{
	const char *value = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name);

	return value ? value : "";
}

/* ---- the password ---- */

static enum MHD_Result route(struct exchange *x);

static void drop_password(struct exchange *x)
{
	if (x->password)
		explicit_bzero(x->password, sizeof(*x->password));
	free(x->password);
	x->password = NULL;
}

static void on_password(void *context, enum password_answer answer)
{
	struct exchange *x = context;

	x->password_answer = answer;
	MHD_resume_connection(x->mhd);
}

static enum tally tally_of(const struct refusal *refusal)
{
	return refusal->status == MHD_HTTP_UNAUTHORIZED ? TALLY_REQUEST_PASSWORD
							: TALLY_REQUEST_RATE;
}

static enum MHD_Result pass(struct exchange *x)
{
	const struct refusal *why = NULL;
	struct auth_claim claim;
	enum auth_verdict verdict = AUTH_PERMITTED;

	if (x->server->web)
		verdict = web_judge(x->server->web, x->request_policy,
				    MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND,
								"Authorization"),
				    &claim, &why);
	if (verdict == AUTH_PERMITTED)
		return route(x);
	if (verdict == AUTH_REFUSED)
		return refuse(x, why, tally_of(why));
	x->password = calloc(1, sizeof(*x->password));
	if (x->password)
		*x->password = (struct password_job){ .claim = claim,
						      .client = x->client,
						      .fd = x->seat.fd,
						      .done = on_password,
						      .context = x };
	explicit_bzero(&claim, sizeof(claim));
	return x->password ? go_on(x, STEP_ASK) : MHD_NO;
}

static enum MHD_Result ask(struct exchange *x)
{
	roster_phase(x->server->roster, &x->seat, PHASE_WAITING);
	x->step = STEP_HEAR;
	MHD_suspend_connection(x->mhd);
	if (!passwords_add(x->server->passwords, x->password))
		on_password(x, PASSWORD_NOT_TAKEN);
	return MHD_YES;
}

static enum MHD_Result hear(struct exchange *x)
{
	static const struct refusal busy = { MHD_HTTP_TOO_MANY_REQUESTS,
					     "429: the server is already checking a password of "
					     "this client, or too many of others\n" };

	drop_password(x);
	switch (x->password_answer) {
	case PASSWORD_RIGHT:
		return route(x);
	case PASSWORD_WRONG:
		return refuse(x, &web_unauthorized, TALLY_REQUEST_PASSWORD);
	case PASSWORD_NOT_TAKEN:
		return refuse(x, &busy, TALLY_REQUEST_RATE);
	default:
		return MHD_NO;
	}
}

/* ---- the route ---- */

static const struct http_route *find_route(const struct server *s, const char *path)
{
	size_t i;

	for (i = 0; i < s->nr_routes; i++)
		if (!strcmp(s->routes[i].path, path))
			return &s->routes[i];
	return NULL;
}

static void run_route(const struct exchange *x, struct http_response *a)
{
	const struct http_request q = {
		.path = x->target.path,
		.accept = request_header(x, "Accept"),
		.accept_encoding = request_header(x, "Accept-Encoding"),
		.query = x->target.query,
		.asked_ns = x->asked_ns,
		.busy_ns = worker_busy_ns(x->server->worker),
	};

	x->route->handle(x->route->context, &q, a);
}

static enum MHD_Result route(struct exchange *x)
{
	struct http_response a = { 0 };

	admission_begin(&x->server->admission, &x->admitted);
	x->route = find_route(x->server, x->target.path);
	if (!x->route)
		return send_text(x, MHD_HTTP_NOT_FOUND, x->server->not_found);
	x->asked_ns = clock_ns(CLOCK_MONOTONIC);
	if (x->route->limited)
		return go_on(x, STEP_QUEUE);
	run_route(x, &a);
	return send_answer(x, &a);
}

/* ---- the worker ---- */

static void make(void *context)
{
	struct exchange *x = context;
	struct server *s = x->server;

	x->has_made = admission_turn(&s->admission, &x->admitted);
	if (x->has_made)
		run_route(x, &x->made);
	admission_made(&s->admission, &x->admitted);
	if (x->made.crowded)
		roster_cut_reader(s->roster);
	MHD_resume_connection(x->mhd);
}

static enum MHD_Result queue(struct exchange *x)
{
	const struct question q = { x->target.path, x->target.query, request_header(x, "Accept"),
				    request_header(x, "Accept-Encoding") };

	x->made = (struct http_response){ 0 };
	x->work = (struct work){ .run = make, .context = x };
	if (!admission_wait(&x->server->admission, &x->admitted, &q, &x->client))
		return refuse(x, &crowded, TALLY_REQUEST_CROWDED);
	roster_phase(x->server->roster, &x->seat, PHASE_WAITING);
	x->step = STEP_SEND;
	MHD_suspend_connection(x->mhd);
	worker_add(x->server->worker, &x->work);
	return MHD_YES;
}

static enum MHD_Result send_made(struct exchange *x)
{
	if (!x->has_made)
		return refuse(x, &crowded, TALLY_REQUEST_CROWDED);
	x->has_made = false;
	return send_answer(x, &x->made);
}

/* The connection has ended before it could be sent. */
static void drop_made(struct exchange *x)
{
	if (x->has_made && x->made.release)
		x->made.release(x->made.owner, x->made.token);
	x->has_made = false;
}

/* ---- what libmicrohttpd calls ---- */

static enum MHD_Result (*const steps[])(struct exchange *x) = {
	[STEP_PASS] = pass,   [STEP_ASK] = ask,	    [STEP_HEAR] = hear,
	[STEP_ROUTE] = route, [STEP_QUEUE] = queue, [STEP_SEND] = send_made,
};

/* NOLINTNEXTLINE(readability-function-size): the library gives the parameters */
enum MHD_Result exchange_on_request(void *server, struct MHD_Connection *c, const char *url,
				    const char *method, const char *version, const char *upload,
				    size_t *upload_size, void **request)
{
	struct exchange *x = exchange_of(c);

	(void)server, (void)url, (void)version, (void)upload, (void)upload_size, (void)request;
	if (!x)
		return MHD_NO;
	return x->step == STEP_HEAD ? check_head(x, method) : steps[x->step](x);
}

void *exchange_on_target(void *server, const char *raw, struct MHD_Connection *c)
{
	struct exchange *x = exchange_of(c);

	(void)server;
	if (!x)
		return NULL;
	x->target_error = raw ? request_target_parse(raw, &x->target) : -EINVAL;
	x->step = STEP_HEAD;
	/* The rest of the head has its own time, whatever was before. */
	roster_phase(x->server->roster, &x->seat, PHASE_HEAD);
	return NULL;
}

static void release_policy(struct exchange *x, const struct web_policy **p)
{
	if (*p)
		web_put(x->server->web, *p);
	*p = NULL;
}

void exchange_on_completed(void *server, struct MHD_Connection *c, void **request,
			   enum MHD_RequestTerminationCode code)
{
	struct exchange *x = exchange_of(c);

	(void)server, (void)request, (void)code;
	if (!x)
		return;
	drop_made(x);
	drop_password(x);
	admission_end(&x->server->admission, &x->admitted);
	roster_phase(x->server->roster, &x->seat, PHASE_IDLE);
	release_policy(x, &x->request_policy);
}

/* ---- connections ---- */

/* The configuration of now holds for all of a TLS session. */
static int begin_session(struct exchange *x, gnutls_session_t session)
{
	if (!x->server->tls)
		return 0;
	x->session_policy = web_get(x->server->web);
	return session ? tls_begin(x->session_policy->tls, session) : -EIO;
}

static void exchange_free(struct exchange *x)
{
	if (!x)
		return;
	release_policy(x, &x->request_policy);
	release_policy(x, &x->session_policy);
	free(x);
}

static struct exchange *exchange_new(struct server *s, struct MHD_Connection *c, int fd)
{
	struct exchange *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->server = s;
	x->mhd = c;
	x->client = client_of(fd);
	if (roster_join(s->roster, &x->seat, fd))
		return x;
	free(x);
	return NULL;
}

static struct exchange *begin(struct server *s, struct MHD_Connection *c)
{
	const int fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	const union MHD_ConnectionInfo *tls =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	gnutls_session_t session = tls ? tls->tls_session : NULL;
	struct exchange *x = exchange_new(s, c, fd);

	if (!x || begin_session(x, session)) {
		if (session)
			handshake_ignore(session);
		shutdown(fd, SHUT_RDWR);
	}
	return x;
}

void exchange_on_connection(void *server, struct MHD_Connection *c, void **socket_context,
			    enum MHD_ConnectionNotificationCode code)
{
	struct exchange *x = *socket_context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = begin(server, c);
	} else if (x) {
		roster_leave(x->server->roster, &x->seat);
		exchange_free(x);
		*socket_context = NULL;
	}
}
