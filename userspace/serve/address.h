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
#define ADDRESS_TEXT_MAX 64

/* ":9435" (host empty: every address, IPv6 and IPv4), "127.0.0.1:9435", "[::1]:9435", "localhost:9435". "vsock://:9435":
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

/* "127.0.0.1:41234" or "[::]:9435": where a socket is bound. */
void address_of_socket(int fd, char out[ADDRESS_TEXT_MAX]);

#endif
