/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is at the other end of a connection, as far as places are shared out by it: an IPv4 address, the /64 network of
 * an IPv6 address, a user of this host, or a virtual machine. */
#ifndef SERVE_CLIENT_H
#define SERVE_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

struct client {
	uint16_t family;
	uint8_t id[8]; /* zeroed beyond what the family needs */
};

/* Of a connected socket. */
struct client client_of(int fd);
bool client_same(const struct client *a, const struct client *b);

#endif
