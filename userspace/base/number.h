/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people and the kernel's files write them. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* All of `text` as decimal digits, without sign, space or prefix. 0 with *out; -EINVAL where it is anything else or empty;
 * -ERANGE where it is above `max`. */
int number_parse(const char *text, uint64_t max, uint64_t *out);
/* The same for `length` bytes. */
int number_parse_bytes(const char *text, size_t length, uint64_t max, uint64_t *out);

/* Hexadecimal digits in lower case from `at` on, at most 16 of them and none behind `end`: returns the place behind the last
 * one, which is `at` where there is none. */
const char *number_hex(const char *at, const char *end, uint64_t *out);

#endif
