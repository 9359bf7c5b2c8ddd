/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets to accept clients on: made of listen addresses, or passed by systemd. */
#ifndef SERVE_LISTEN_H
#define SERVE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define LISTEN_MAX 16

struct listen_sockets {
	int fds[LISTEN_MAX];
	size_t nr;
};

/* One for each of the addresses (NULL-terminated). 0; -errno with *e and nothing left open. */
int listen_open(struct listen_sockets *s, const char *const *addresses, struct error *e);
/* Those that systemd passed by LISTEN_PID and LISTEN_FDS (see sd_listen_fds(3)); once only. */
int listen_take_inherited(struct listen_sockets *s, struct error *e);
void listen_close(struct listen_sockets *s);

#endif
