/* SPDX-License-Identifier: GPL-2.0-only */
/* A C type as (checked) BTF has it, behind its typedefs and qualifiers. */
#ifndef DESCRIBE_CTYPE_H
#define DESCRIBE_CTYPE_H

#include <stdbool.h>
#include <stdint.h>

struct btf;
struct btf_type;

struct ctype {
	const struct btf_type *t;
	uint32_t id; /* of t */
	uint32_t size; /* bytes; 0 also for what has none */
};

/* The type itself, without typedef, const, volatile and the like; {t} is void's for 0. */
struct ctype ctype_of(const struct btf *btf, uint32_t id);
/* What an array holds, or a pointer points to. */
struct ctype ctype_element(const struct btf *btf, const struct ctype *c);
/* How many elements an array has; 0 for all else. */
uint32_t ctype_elements(const struct ctype *c);

/* An integer (no enum, no _Bool) that fills its bytes, 1 to 8 of them. */
bool ctype_is_unsigned(const struct ctype *c);
bool ctype_is_signed(const struct ctype *c);
bool ctype_is_bool(const struct ctype *c);
/* Plain `char`, whichever sign it has. */
bool ctype_is_char(const struct btf *btf, const struct ctype *c);

/* One member of a struct or union. */
struct member {
	const char *name; /* "" for an anonymous one */
	struct ctype type;
	uint32_t offset; /* bytes */
	bool bitfield; /* or not on a byte */
};

uint32_t member_count(const struct ctype *c); /* 0 for what has no members */
struct member member_at(const struct btf *btf, const struct ctype *c, uint32_t i);
/* Index of the member of that name; -1 where there is none. */
int member_find(const struct btf *btf, const struct ctype *c, const char *name);

#endif
