/* SPDX-License-Identifier: GPL-2.0-only */
/* Where to listen: the text of --web.listen-address, and sockets made of it. */
#ifndef SERVE_ADDRESS_H
#define SERVE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"

#define ADDRESS_HOST_MAX 256
#define ADDRESS_TEXT_MAX 128

/* ":9435" (host empty: every address, IPv6 and IPv4), "127.0.0.1:9435", "[::1]:9435", "[fe80::1%eth0]:9435",
 * "localhost:9435". "vsock://:9435":
 * for the host of this virtual machine. Port 0: one of the kernel's choice. */
struct address {
	char host[ADDRESS_HOST_MAX]; /* without brackets */
	uint16_t port;
	bool vsock; /* then of the above nothing counts */
	uint32_t vsock_port;
};

/* 0, or -EINVAL with *e: "listen address 'x': ...". Looks nothing up. */
int address_parse(const char *text, struct address *a, struct error *e);

/* A listening, non-blocking socket in *out. 0, or -errno with *e and what to do about it. */
int address_listen(const char *text, int *out, struct error *e);

/* Where a socket is bound, and where it is connected: "127.0.0.1:41234", "[fe80::1%eth0]:9435", "vsock://2:9435",
 * "unix:/run/x.sock", "unix:@abstract"; of a client without a name "unix:uid=1000"; "?" where the kernel tells none. */
void address_of_socket(int fd, char out[ADDRESS_TEXT_MAX]);
void address_of_peer(int fd, char out[ADDRESS_TEXT_MAX]);

#endif
