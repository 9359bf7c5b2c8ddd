/* SPDX-License-Identifier: GPL-2.0-only */
/* Listening where the host of a virtual machine connects: "vsock://:PORT". */
#ifndef SERVE_VSOCK_H
#define SERVE_VSOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

bool vsock_named(const char *text);
/* 0, or -EINVAL with *e. */
int vsock_parse(const char *text, uint32_t *port, struct error *e);
/* A listening, non-blocking socket, for every context id; or -errno. */
int vsock_listen(uint32_t port);

#endif
