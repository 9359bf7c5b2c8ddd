/* SPDX-License-Identifier: GPL-2.0-only */
/* The Host header, and the authority of an absolute request target. */
#ifndef SERVE_HOST_H
#define SERVE_HOST_H

#include <stdbool.h>
#include <stddef.h>

/* True for `uri-host [ ":" port ]` by RFC 9110 and RFC 3986, 3.2.2: a name or IPv4 address (may be empty), or an IP
 * literal in brackets, with a zone or without; the port is digits, at most 65535, or nothing. No user information. */
bool host_valid(const char *host, size_t length);

#endif
