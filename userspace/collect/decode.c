// SPDX-License-Identifier: GPL-2.0-only
/* The table of decoders and what is common to all: look-up, checks, life, text with a ceiling. */
#include "collect/decode.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "base/utf8.h"
#include "collect/decoders.h"

static const struct decoder_kind kinds[] = {
	{ "uint", SIZES_OF_NUMBERS, .decode = decode_uint, .encode = encode_uint },
	{ "int", SIZES_OF_NUMBERS, .decode = decode_int },
	{ "hex", SIZES_OF_NUMBERS, .decode = decode_hex },
	{ "bool", SIZES_OF_NUMBERS, .closed = true, .decode = decode_bool },
	{ "string", SIZES_ALL, .decode = decode_string },
	{ "enum", SIZES_OF_NUMBERS, .closed = true, .prepare = prepare_enum, .decode = decode_enum,
	  .release = release_enum },
	{ "kernel_enum", SIZES_OF_NUMBERS, .prepare = prepare_kernel_enum, .decode = decode_enum,
	  .release = release_enum },
	{ "errno", SIZES_OF_NUMBERS, .decode = decode_errno },
	{ "signal", SIZES_OF_NUMBERS, .decode = decode_signal },
	{ "syscall", SIZES_OF_NUMBERS, .decode = decode_syscall, .encode = encode_syscall },
	{ "inet", 4 | 16, .decode = decode_inet },
	{ "ksym", 8, .prepare = prepare_ksym, .decode = decode_ksym, .settle = settle_ksym,
	  .release = release_ksym },
	{ "cgroup", 8, .prepare = prepare_cgroup, .decode = decode_cgroup, .settle = settle_cgroup,
	  .release = release_cgroup },
	{ "device", 4 | 8, .renamed = true, .prepare = prepare_root, .decode = decode_device,
	  .gone = gone_device },
	{ "disk", SIZES_ALL, .renamed = true, .prepare = prepare_root, .decode = decode_disk,
	  .gone = gone_disk, .population = population_disks },
	{ "ifname", 4, .renamed = true, .prepare = prepare_ifname, .decode = decode_ifname,
	  .release = release_ifname },
	{ "irq", SIZES_OF_NUMBERS, .prepare = prepare_root, .decode = decode_irq },
};

#define NR_KINDS (sizeof(kinds) / sizeof(*kinds))

static const struct decoder_kind *kind_find(const char *name)
{
	for (size_t i = 0; i < NR_KINDS; i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

const char *decoder_name(size_t i)
{
	return i < NR_KINDS ? kinds[i].name : NULL;
}

static int kind_unknown(const char *name, struct error *e)
{
	const char *names[NR_KINDS + 1] = { NULL };
	char hint[SUGGEST_HINT];

	for (size_t i = 0; i < NR_KINDS; i++)
		names[i] = kinds[i].name;
	suggest_hint(name, names, hint);
	return error_set(e, -EINVAL, "no decoder '%s': -EINVAL%s", name, hint);
}

/* ---- text ---- */

/* Bytes of a text that fit into `room` without splitting a character. */
static size_t text_fit(const char *bytes, size_t n, size_t room)
{
	if (n <= room)
		return n;
	for (size_t back = 1; back <= 3 && back <= room; back++)
		if (utf8_sequence(bytes + room - back, n - room + back) > back)
			return room - back;
	return room;
}

void text_append(struct text *t, const char *bytes, size_t n)
{
	n = text_fit(bytes, n, DECODE_MAX - t->length);
	memcpy(t->bytes + t->length, bytes, n);
	t->length += n;
}

void text_puts(struct text *t, const char *s)
{
	text_append(t, s, strlen(s));
}

void text_printf(struct text *t, const char *format, ...)
{
	char buffer[DECODE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(buffer, sizeof(buffer), format, args);
	va_end(args);
	text_puts(t, buffer);
}

void text_u64(struct text *t, uint64_t v)
{
	text_printf(t, "%" PRIu64, v);
}

void text_s64(struct text *t, int64_t v)
{
	text_printf(t, "%" PRId64, v);
}

/* ---- raw numbers ---- */

uint64_t decoder_unsigned(const struct decoder *d, const void *raw)
{
	uint64_t v = 0;

	memcpy(&v, raw, d->label->size); /* little-endian, as all kernels we run on */
	return v;
}

int64_t decoder_signed(const struct decoder *d, const void *raw)
{
	const unsigned int unused = 64 - 8 * d->label->size;

	return (int64_t)(decoder_unsigned(d, raw) << unused) >> unused;
}

/* ---- life ---- */

static bool kind_takes(const struct decoder_kind *k, uint32_t size)
{
	bool power_of_two = size && !(size & (size - 1));

	return k->sizes == SIZES_ALL ? size > 0 : power_of_two && (k->sizes & size);
}

int decoder_new(struct decoder **out, const struct label_description *l,
		const struct decode_sources *s, struct error *e)
{
	const struct decoder_kind *kind = kind_find(l->decoder);
	struct decoder *d;
	int err;

	if (!kind)
		return error_prefix(e, kind_unknown(l->decoder, e), "label '%s'", l->name);
	if (!kind_takes(kind, l->size))
		return error_set(e, -EINVAL,
				 "label '%s': decoder '%s' takes no member of %u bytes: -EINVAL",
				 l->name, kind->name, l->size);
	d = calloc(1, sizeof(*d));
	if (!d)
		return error_set(e, -ENOMEM, "label '%s': no memory: -ENOMEM", l->name);
	d->kind = kind;
	d->label = l;
	uevents_init(&d->uevents, s->root);
	err = kind->prepare ? kind->prepare(d, s, e) : 0;
	if (err) {
		free(d);
		return error_prefix(e, err, "label '%s'", l->name);
	}
	*out = d;
	return 0;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	if (d->kind->release)
		d->kind->release(d->state);
	free(d);
}

bool decoder_decode(struct decoder *d, const void *raw, char *out, size_t *length)
{
	struct text text = { .bytes = out };
	bool final = d->kind->decode(d, raw, &text);

	*length = text.length;
	return final;
}

void decoder_settle(struct decoder *d)
{
	if (d->kind->settle)
		d->kind->settle(d);
}

bool decoder_stale(struct decoder *d)
{
	return d->kind->renamed && uevents_new(&d->uevents);
}

bool decoder_gone(const struct decoder *d, const void *raw)
{
	return d->kind->gone && d->kind->gone(d, raw);
}

size_t decoder_population(const char *decoder, const struct decode_sources *s)
{
	const struct decoder_kind *kind = kind_find(decoder);

	return kind && kind->population ? kind->population(s) : 0;
}

bool decoder_closed(const struct decoder *d)
{
	return d->kind->closed;
}

int decoder_encode(const char *decoder, const char *text, uint64_t *value, struct error *e)
{
	const struct decoder_kind *kind = kind_find(decoder);

	if (!kind)
		return kind_unknown(decoder, e);
	if (!kind->encode)
		return error_set(e, -EINVAL, "decoder '%s' reads no parameters: -EINVAL", decoder);
	return kind->encode(text, value, e);
}
