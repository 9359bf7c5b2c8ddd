/* SPDX-License-Identifier: GPL-2.0-only */
/* The time of day of moments that are kept by CLOCK_BOOTTIME, which nobody sets: right, too, when the time of day is
 * set after them. */
#ifndef BASE_EPOCH_H
#define BASE_EPOCH_H

#include <stdint.h>

/* When the system booted, in ns since 1970, as epoch_follow() saw it last; 0 before. */
uint64_t epoch_ns(void);
/* To be called once a scrape. What was seen stays as long as the time of day is not set by more than a second, so that
 * a moment has one time in all scrapes. */
void epoch_follow(void);
/* What stays of `kept` when `seen` is seen. */
uint64_t epoch_settle(uint64_t kept, uint64_t seen);

#endif
