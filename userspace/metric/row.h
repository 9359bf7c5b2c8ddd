/* SPDX-License-Identifier: GPL-2.0-only */
/* A series, or several of one label set, as an encoder sees it. */
#ifndef METRIC_ROW_H
#define METRIC_ROW_H

#include <stdint.h>

/* So many bytes behind the labels may be read, whatever they are: copying whole blocks costs less than copying the
 * right number of bytes. */
#define ROW_SLACK 32

struct row {
	const char *labels; /* `device="sda",op="read"`: escaped, without braces or NUL */
	const char *pairs; /* the same as label_pairs() writes them */
	uint32_t labels_length, pairs_length;
	const uint64_t *words;
	/* When it was not there yet, as the last read before its first one saw, by CLOCK_BOOTTIME; 0: there from the
	 * first on. */
	uint64_t since_ns;
};

#endif
