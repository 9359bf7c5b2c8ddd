/* SPDX-License-Identifier: GPL-2.0-only */
/* All connections: how long each may take for what it does now, and which one has to go when places run out.
 *
 * A client that sends or reads one byte now and then is never idle, and would hold its place for ever: so a request's
 * head has a deadline, and an answer must be read at some pace. When all places are taken the one that has been idle
 * or slow for longest goes, of the client with the most connections: nobody can shut others out by being many. Whoever
 * shuts its side of the connection gets the answer that it has asked for, and goes.
 */
#ifndef SERVE_ROSTER_H
#define SERVE_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

struct roster;
struct roster_client;

enum phase {
	PHASE_HEAD, /* the first request is on its way */
	PHASE_IDLE, /* between requests */
	PHASE_WAITING, /* for its answer to be made */
	PHASE_READING, /* its answer */
};

/* One connection's; embedded in its owner. All members are the roster's. */
struct seat {
	struct seat *next, **back;
	struct roster_client *client;
	enum phase phase;
	uint64_t since_ns, until_ns;
	uint64_t number; /* no two have the same */
	uint64_t acknowledged; /* bytes, at the last look */
	int fd;
	bool cut; /* shut down: its owner will see the end and leave */
	bool closing; /* the client has shut its side, and asks for nothing more than it has asked for */
};

/* At most so many connections, and so many of one client. NULL without memory or threads. */
struct roster *roster_new(unsigned int max, unsigned int share);
void roster_free(struct roster *r); /* all have left by then; NULL is allowed */

/* A new connection; another one may be shut down for it. False where there is no place: then it is not in. */
bool roster_join(struct roster *r, struct seat *s, int fd);
void roster_phase(struct roster *r, struct seat *s, enum phase phase);
/* Before the socket is closed: its number may be another one's afterwards. */
void roster_leave(struct roster *r, struct seat *s);

/* Shut down who has been reading for longest, and for a quarter of a second at least, of the client with the most
 * readers: the memory of its answer is needed. */
void roster_cut_reader(struct roster *r);

#endif
