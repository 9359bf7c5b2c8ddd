/* SPDX-License-Identifier: GPL-2.0-only */
/* A decoder made for one label and asked as a table asks it. */
#ifndef TESTS_UNIT_DECODING_H
#define TESTS_UNIT_DECODING_H

#include "collect/decode.h"

struct decoding {
	struct label_description label;
	struct decode_sources sources;
	struct decoder *decoder;
	char text[DECODE_MAX + 1]; /* of the last answer */
	bool final; /* whether it was */
};

/* label.argument, .prefix, .enumerators and the sources may be set before. Fails the test where the
 * decoder cannot be made. */
static inline void decoding_begin(struct decoding *d, const char *decoder, uint32_t size)
{
	struct error e = { "" };

	d->label.name = "test";
	d->label.decoder = decoder;
	d->label.size = size;
	d->label.argument = d->label.argument ? d->label.argument : "";
	d->label.prefix = d->label.prefix ? d->label.prefix : "";
	d->sources.root = d->sources.root ? d->sources.root : "";
	if (decoder_new(&d->decoder, &d->label, &d->sources, &e))
		fail_msg("%s", e.text);
}

static inline void decoding_end(struct decoding *d)
{
	decoder_free(d->decoder);
	d->decoder = NULL;
}

static inline const char *decoding_bytes(struct decoding *d, const void *raw)
{
	size_t length;

	d->final = decoder_decode(d->decoder, raw, d->text, &length);
	assert_true(length <= DECODE_MAX);
	d->text[length] = 0;
	return d->text;
}

static inline const char *decoding_number(struct decoding *d, uint64_t number)
{
	return decoding_bytes(d, &number);
}

/* Begin, ask, end; the text lives until the next call. */
static inline const char *decoding_once(const char *decoder, uint32_t size, uint64_t number)
{
	static struct decoding d;

	d = (struct decoding){ .decoder = NULL };
	decoding_begin(&d, decoder, size);
	decoding_number(&d, number);
	decoding_end(&d);
	return d.text;
}

#endif
