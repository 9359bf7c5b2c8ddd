/* SPDX-License-Identifier: GPL-2.0-only */
/* The page at "/": what this is, where the metrics are, which collectors run. */
#ifndef APP_LANDING_H
#define APP_LANDING_H

#include "base/buffer.h"
#include "collect/registry.h"

/* HTML; to be asked for once, since nothing on it changes after loading. */
void landing_render(struct buffer *out, const struct registry *r, const char *telemetry_path);

/* The page loads nothing and runs nothing. */
extern const char landing_security_policy[];

#endif
