// SPDX-License-Identifier: GPL-2.0-only
/* A list of connections, a list of clients, and a thread that sleeps until a connection misses its deadline.
 *
 * The thread also watches for clients that shut down their side: libmicrohttpd, whose epoll is edge-triggered, misses an
 * end that comes together with data.
 */
#include "serve/roster.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tcp.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "collect/tally.h"
#include "serve/address.h"
#include "serve/client.h"

#define NEVER UINT64_MAX
#define STACK_BYTES (64u << 10)
#define SLOW_NS (NS_PER_SECOND / 4) /* whose answer is read in less is not in the way */
#define CLOSING_SECONDS 1 /* for a request that came right before the end */
#define EVENTS 64
#define PROGRESS_BYTES \
	(16u << 10) /* that a client must read of an answer in the time of PHASE_READING */

static const struct {
	unsigned int seconds;
	enum tally late; /* TALLIES: nothing to speak of */
} phases[] = {
	[PHASE_HEAD] = { 10, TALLY_REQUEST_SLOW },
	[PHASE_IDLE] = { 90, TALLIES }, /* more than between scrapes: else each one connects anew */
	[PHASE_WAITING] = { 60, TALLIES },
	[PHASE_READING] = { 10, TALLY_ANSWER_SLOW },
};

struct roster_client {
	struct roster_client *next;
	struct client id;
	unsigned int seats, readers; /* of those that are not cut */
};

struct roster {
	unsigned int max, share;
	pthread_t thread;
	int events; /* an epoll of all sockets, and of `wake` */
	int wake; /* an eventfd: something is earlier than what the thread sleeps until, or the end */
	pthread_mutex_t lock; /* of what follows; nothing is logged under it */
	struct seat *first;
	struct roster_client *clients;
	unsigned int nr; /* seats that are not cut */
	uint64_t last_number;
	uint64_t wake_ns;
	bool stop;
};

/* What to log when the lock is given back: the first of what was done. */
struct note {
	enum tally what;
	char address[ADDRESS_TEXT_MAX]; /* "" for nothing */
};

static void note_log(const struct note *n)
{
	if (n->address[0])
		log_event(LOG_INFO, "client refused", "stage", tally_stage(n->what), "reason",
			  tally_reason(n->what), "address", n->address, NULL);
}

static void note_add(struct note *n, enum tally what, int fd)
{
	if (what == TALLIES || !tally_add(what) || n->address[0])
		return;
	n->what = what;
	address_of_peer(fd, n->address);
}

/* ---- clients ---- */

static struct roster_client *client_get(struct roster *r, int fd)
{
	const struct client id = client_of(fd);
	struct roster_client *c = r->clients;

	while (c && !client_same(&c->id, &id))
		c = c->next;
	if (c)
		return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->id = id;
	c->next = r->clients;
	r->clients = c;
	return c;
}

/* Forget who has no connection, also none that is cut and has not left. */
static void client_put(struct roster *r, struct roster_client *gone)
{
	struct roster_client **at = &r->clients;
	const struct seat *s;

	for (s = r->first; s; s = s->next)
		if (s->client == gone)
			return;
	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	free(gone);
}

/* ---- who goes ---- */

static void count(struct roster *r, const struct seat *s, unsigned int by)
{
	r->nr += by;
	s->client->seats += by;
	s->client->readers += s->phase == PHASE_READING ? by : 0;
}

/* Its owner's event loop then sees the end and closes. */
static void cut(struct roster *r, struct seat *s, enum tally why, struct note *n)
{
	note_add(n, why, s->fd);
	shutdown(s->fd, SHUT_RDWR);
	count(r, s, -1u);
	s->cut = true;
	s->until_ns = NEVER;
}

/* Its client holds more, or as many and it came to this phase earlier. */
static bool goes_before(const struct seat *a, const struct seat *b, bool readers)
{
	const unsigned int of_a = readers ? a->client->readers : a->client->seats;
	const unsigned int of_b = readers ? b->client->readers : b->client->seats;

	return of_a != of_b ? of_a > of_b : a->since_ns < b->since_ns;
}

/* Not who waits for us. `of`: only this client's; `not`: never this one. */
static struct seat *find_idle(const struct roster *r, const struct roster_client *of,
			      const struct seat * not )
{
	struct seat *s, *found = NULL;

	for (s = r->first; s; s = s->next)
		if (!s->cut && s != not &&s->phase != PHASE_WAITING && (!of || s->client == of) &&
		    (!found || goes_before(s, found, false)))
			found = s;
	return found;
}

static struct seat *find_reader(const struct roster *r)
{
	const uint64_t slow_ns = clock_ns(CLOCK_MONOTONIC) - SLOW_NS;
	struct seat *s, *found = NULL;

	for (s = r->first; s; s = s->next)
		if (!s->cut && s->phase == PHASE_READING && s->since_ns < slow_ns &&
		    (!found || goes_before(s, found, true)))
			found = s;
	return found;
}

static bool make_place(struct roster *r, const struct seat *s, struct note *n)
{
	const struct roster_client *of = s->client->seats > r->share ? s->client : NULL;
	struct seat *idle;

	if (!of && r->nr <= r->max)
		return true;
	idle = find_idle(r, of, s);
	if (idle)
		cut(r, idle, TALLY_CONNECTION_CROWDED, n);
	return idle;
}

/* ---- time ---- */

/* All that the client has received of what was ever sent to it; 0 where the kernel does not tell. */
static uint64_t acknowledged(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) ? 0 : info.tcpi_bytes_acked;
}

static bool has_request(const struct seat *s)
{
	return s->phase == PHASE_WAITING || s->phase == PHASE_READING;
}

static void set_deadline(struct roster *r, struct seat *s, uint64_t now_ns)
{
	const unsigned int seconds =
		s->closing && !has_request(s) ? CLOSING_SECONDS : phases[s->phase].seconds;

	s->until_ns = now_ns + seconds * NS_PER_SECOND;
	if (s->until_ns >= r->wake_ns)
		return;
	r->wake_ns = s->until_ns;
	eventfd_write(r->wake, 1);
}

static bool makes_progress(struct seat *s)
{
	const uint64_t before = s->acknowledged;

	if (s->phase != PHASE_READING)
		return false;
	s->acknowledged = acknowledged(s->fd);
	return s->acknowledged - before >= PROGRESS_BYTES;
}

/* Shut down what is late; returns when the next one will be. */
static uint64_t cut_late(struct roster *r, struct note *n)
{
	const uint64_t now = clock_ns(CLOCK_MONOTONIC);
	uint64_t next = NEVER;
	struct seat *s;

	for (s = r->first; s; s = s->next) {
		if (s->until_ns <= now && makes_progress(s))
			set_deadline(r, s, now);
		else if (s->until_ns <= now)
			cut(r, s, s->closing ? TALLIES : phases[s->phase].late, n);
		if (s->until_ns < next)
			next = s->until_ns;
	}
	return next;
}

/* ---- the thread ---- */

/* The client has shut its side. By number: the seat may be gone, and its socket be another one's. */
static void hear_closing(struct roster *r, uint64_t number)
{
	struct seat *s;

	for (s = r->first; s && s->number != number; s = s->next)
		;
	if (!s || s->cut)
		return;
	s->closing = true;
	if (!has_request(s))
		set_deadline(r, s, clock_ns(CLOCK_MONOTONIC));
}

static int sleep_ms(uint64_t until_ns)
{
	const uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (until_ns == NEVER)
		return -1;
	return until_ns > now ? (int)((until_ns - now) / 1000000 + 1) : 0;
}

static void sleep_and_hear(struct roster *r)
{
	const int ms = sleep_ms(r->wake_ns);
	struct epoll_event events[EVENTS];
	eventfd_t ignored;
	int nr, i;

	pthread_mutex_unlock(&r->lock);
	nr = epoll_wait(r->events, events, EVENTS, ms);
	pthread_mutex_lock(&r->lock);
	for (i = 0; i < nr; i++) {
		if (events[i].data.u64)
			hear_closing(r, events[i].data.u64);
		else
			eventfd_read(r->wake, &ignored);
	}
}

static void *watch(void *context)
{
	struct roster *r = context;
	struct note note;

	pthread_mutex_lock(&r->lock);
	while (!r->stop) {
		note.address[0] = '\0';
		r->wake_ns = cut_late(r, &note);
		if (note.address[0]) {
			pthread_mutex_unlock(&r->lock);
			note_log(&note);
			pthread_mutex_lock(&r->lock);
		} else {
			sleep_and_hear(r);
		}
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* ---- life ---- */

static bool start(struct roster *r)
{
	struct epoll_event wake = { .events = EPOLLIN };

	r->events = epoll_create1(EPOLL_CLOEXEC);
	r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return r->events >= 0 && r->wake >= 0 &&
	       !epoll_ctl(r->events, EPOLL_CTL_ADD, r->wake, &wake) &&
	       !thread_start(&r->thread, STACK_BYTES, watch, r);
}

static void release(struct roster *r)
{
	if (r->events >= 0)
		close(r->events);
	if (r->wake >= 0)
		close(r->wake);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

struct roster *roster_new(unsigned int max, unsigned int share)
{
	struct roster *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->max = max;
	r->share = share;
	r->wake_ns = NEVER;
	pthread_mutex_init(&r->lock, NULL);
	if (start(r))
		return r;
	release(r);
	return NULL;
}

void roster_free(struct roster *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_mutex_unlock(&r->lock);
	eventfd_write(r->wake, 1);
	pthread_join(r->thread, NULL);
	release(r);
}

/* ---- connections ---- */

static void take_out(struct roster *r, struct seat *s)
{
	*s->back = s->next;
	if (s->next)
		s->next->back = s->back;
	if (!s->cut)
		count(r, s, -1u);
	client_put(r, s->client);
	epoll_ctl(r->events, EPOLL_CTL_DEL, s->fd, NULL);
}

/* Without it, who leaves is noticed late. */
static void listen_for_end(struct roster *r, struct seat *s)
{
	struct epoll_event end = { .events = EPOLLRDHUP | EPOLLET, .data.u64 = s->number };

	epoll_ctl(r->events, EPOLL_CTL_ADD, s->fd, &end);
}

static bool join(struct roster *r, struct seat *s, struct note *n)
{
	s->client = client_get(r, s->fd);
	if (!s->client)
		return false;
	s->next = r->first;
	s->back = &r->first;
	if (s->next)
		s->next->back = &s->next;
	r->first = s;
	count(r, s, 1);
	s->number = ++r->last_number;
	listen_for_end(r, s);
	s->since_ns = clock_ns(CLOCK_MONOTONIC);
	set_deadline(r, s, s->since_ns);
	if (make_place(r, s, n))
		return true;
	note_add(n, TALLY_CONNECTION_REFUSED, s->fd);
	take_out(r, s);
	return false;
}

bool roster_join(struct roster *r, struct seat *s, int fd)
{
	struct note note = { .address = "" };
	bool joined;

	*s = (struct seat){ .fd = fd, .phase = PHASE_HEAD };
	pthread_mutex_lock(&r->lock);
	joined = join(r, s, &note);
	pthread_mutex_unlock(&r->lock);
	note_log(&note);
	return joined;
}

void roster_phase(struct roster *r, struct seat *s, enum phase phase)
{
	pthread_mutex_lock(&r->lock);
	if (!s->cut) {
		s->client->readers += (phase == PHASE_READING) - (s->phase == PHASE_READING);
		s->phase = phase;
		s->since_ns = clock_ns(CLOCK_MONOTONIC);
		if (phase == PHASE_READING)
			s->acknowledged = acknowledged(s->fd);
		set_deadline(r, s, s->since_ns);
	}
	pthread_mutex_unlock(&r->lock);
}

void roster_leave(struct roster *r, struct seat *s)
{
	pthread_mutex_lock(&r->lock);
	take_out(r, s);
	pthread_mutex_unlock(&r->lock);
}

void roster_cut_reader(struct roster *r)
{
	struct note note = { .address = "" };
	struct seat *s;

	pthread_mutex_lock(&r->lock);
	s = find_reader(r);
	if (s)
		cut(r, s, TALLY_ANSWER_CROWDED, &note);
	pthread_mutex_unlock(&r->lock);
	note_log(&note);
}
