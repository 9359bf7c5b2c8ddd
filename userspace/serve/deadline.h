/* SPDX-License-Identifier: GPL-2.0-only */
/* How long each connection may take for what it does now: a client that sends or reads one byte now and then
 * is never idle, and would hold its place for ever. A thread shuts down the sockets whose time is over.
 */
#ifndef SERVE_DEADLINE_H
#define SERVE_DEADLINE_H

#include <stdint.h>

struct deadlines;

/* One connection's; embedded in its owner. */
struct deadline {
	struct deadline *next, **back;
	uint64_t at_ns;
	int fd;
};

struct deadlines *deadlines_new(void);
void deadlines_free(struct deadlines *all); /* all connections are removed by then */

void deadline_add(struct deadlines *all, struct deadline *d, int fd, unsigned int seconds);
/* From now on, so many seconds. */
void deadline_set(struct deadlines *all, struct deadline *d, unsigned int seconds);
/* Before the socket is closed: its number may be another one's afterwards. */
void deadline_remove(struct deadlines *all, struct deadline *d);

#endif
