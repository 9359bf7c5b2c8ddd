/* SPDX-License-Identifier: GPL-2.0-only */
/* Times as Go writes them: "1s", "1m30s", "1.5h", "100ms", "0". */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdint.h>

#define DURATION_MAX_NS (1000000000ULL * 86400 * 365)

/* 0 with *ns; -EINVAL where it is none (a number needs its unit) or longer than a year. */
int duration_parse(const char *text, uint64_t *ns);
/* The same time in the largest unit up to seconds of which it is a whole number: "10ms". */
#define DURATION_TEXT 32
void duration_format(uint64_t ns, char text[DURATION_TEXT]);

#endif
