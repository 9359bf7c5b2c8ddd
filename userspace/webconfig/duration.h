/* SPDX-License-Identifier: GPL-2.0-only */
/* Times as Go writes them: "1s", "1m30s", "1.5h", "100ms", "0". */
#ifndef WEBCONFIG_DURATION_H
#define WEBCONFIG_DURATION_H

#include <stdint.h>

#define DURATION_MAX_NS (1000000000ULL * 86400 * 365)

/* 0 with *ns; -EINVAL where it is none (a number needs its unit) or longer than a year. */
int duration_parse(const char *text, uint64_t *ns);

#endif
