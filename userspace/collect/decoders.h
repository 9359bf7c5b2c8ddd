/* SPDX-License-Identifier: GPL-2.0-only */
/* A row of the table of decoders, and what the rows name: for decode.c and decode_*.c only. */
#ifndef COLLECT_DECODERS_H
#define COLLECT_DECODERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "collect/uevents.h"
#include "describe/description.h"

struct decode_sources;
struct decoder_kind;

struct decoder {
	const struct decoder_kind *kind;
	const struct label_description *label;
	void *state; /* of those that prepare */
	struct uevents uevents; /* of those whose names change with them */
};

/* What a decoder writes into: room for DECODE_MAX bytes; longer text is cut at a character. */
struct text {
	char *bytes;
	size_t length;
};

void text_append(struct text *t, const char *bytes, size_t n);
void text_puts(struct text *t, const char *s);
void text_u64(struct text *t, uint64_t v);
void text_s64(struct text *t, int64_t v);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The member's bytes as a number; decoders of numbers take 1, 2, 4 or 8. */
uint64_t decoder_unsigned(const struct decoder *d, const void *raw);
int64_t decoder_signed(const struct decoder *d, const void *raw);

#define SIZES_OF_NUMBERS (1 | 2 | 4 | 8)
#define SIZES_ALL (~0U)

struct decoder_kind {
	const char *name;
	uint32_t sizes; /* of the member: powers of two, or'ed; or SIZES_ALL */
	bool closed;
	bool renamed; /* uevents tell that a number or a name may stand for another object now */
	/* Fill in d->state; fails only where the label can never be decoded here. Optional. */
	int (*prepare)(struct decoder *d, const struct decode_sources *s, struct error *e);
	/* Returns whether the answer is final. */
	bool (*decode)(struct decoder *d, const void *raw, struct text *out);
	void (*settle)(struct decoder *d); /* optional */
	void (*release)(void *state); /* optional */
	int (*encode)(const char *text, uint64_t *value, struct error *e); /* optional */
	/* Whether there is surely no such object any more; optional, and only of those that uevents rename. */
	bool (*gone)(const struct decoder *d, const void *raw);
	size_t (*population)(const struct decode_sources *s); /* objects there are now; optional */
};

/* Raw values (decode_numbers.c). */
bool decode_uint(struct decoder *d, const void *raw, struct text *out);
bool decode_int(struct decoder *d, const void *raw, struct text *out);
bool decode_hex(struct decoder *d, const void *raw, struct text *out);
bool decode_bool(struct decoder *d, const void *raw, struct text *out);
bool decode_string(struct decoder *d, const void *raw, struct text *out);
bool decode_inet(struct decoder *d, const void *raw, struct text *out);
int encode_uint(const char *text, uint64_t *value, struct error *e);

/* Names that are fixed by the ABI (decode_names.c). */
bool decode_errno(struct decoder *d, const void *raw, struct text *out);
bool decode_signal(struct decoder *d, const void *raw, struct text *out);
bool decode_syscall(struct decoder *d, const void *raw, struct text *out);
int encode_syscall(const char *text, uint64_t *value, struct error *e);

/* Names that BTF gives to numbers (decode_enums.c). */
int prepare_enum(struct decoder *d, const struct decode_sources *s, struct error *e);
int prepare_kernel_enum(struct decoder *d, const struct decode_sources *s, struct error *e);
bool decode_enum(struct decoder *d, const void *raw, struct text *out);
void release_enum(void *state);

/* Names that the running kernel gives to its objects (decode_objects.c). */
int prepare_ksym(struct decoder *d, const struct decode_sources *s, struct error *e);
bool decode_ksym(struct decoder *d, const void *raw, struct text *out);
void settle_ksym(struct decoder *d);
void release_ksym(void *state);
int prepare_cgroup(struct decoder *d, const struct decode_sources *s, struct error *e);
bool decode_cgroup(struct decoder *d, const void *raw, struct text *out);
void settle_cgroup(struct decoder *d);
void release_cgroup(void *state);
int prepare_ifname(struct decoder *d, const struct decode_sources *s, struct error *e);
bool decode_ifname(struct decoder *d, const void *raw, struct text *out);
void release_ifname(void *state);
int prepare_root(struct decoder *d, const struct decode_sources *s, struct error *e);
bool decode_irq(struct decoder *d, const void *raw, struct text *out);

/* Block devices (decode_devices.c). */
bool decode_device(struct decoder *d, const void *raw, struct text *out);
bool gone_device(const struct decoder *d, const void *raw);
bool decode_disk(struct decoder *d, const void *raw, struct text *out);
bool gone_disk(const struct decoder *d, const void *raw);
size_t population_disks(const struct decode_sources *s);

#endif
