/* SPDX-License-Identifier: GPL-2.0-only */
/* Raw bytes of a key become the text of a label: a table of decoders, asked once a series.
 *
 * Every decoder has a defined answer for what it cannot decode (usually the number) and never fails
 * on a value. Every cache has a ceiling.
 */
#ifndef COLLECT_DECODE_H
#define COLLECT_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "describe/description.h"

#define DECODE_MAX 256 /* bytes of a label's value at most; longer ones are cut at a character */

struct btf;
struct decoder; /* one label's decoder with what it prepared */

/* What decoders draw on; needed only while they are made, but for the string `root`, which lives as
 * long as they do. */
struct decode_sources {
	const struct btf *kernel_btf; /* NULL where there is none */
	const char *root; /* before /proc and /sys: "" or a test's directory */
};

/* Prepare the decoder of a label (borrowed for the decoder's life): -EINVAL where it is unknown or
 * does not fit the member's size. */
int decoder_new(struct decoder **out, const struct label_description *l,
		const struct decode_sources *s, struct error *e);
void decoder_free(struct decoder *d);

/* Decode l->size bytes at `raw` into out[DECODE_MAX]; sets *length (never over DECODE_MAX). Returns
 * true where the answer is final, false where a later scrape may know better. Output is UTF-8 of
 * the decoder's making, or raw bytes for "string". */
bool decoder_decode(struct decoder *d, const void *raw, char *out, size_t *length);
/* Whether since the last call objects of the kernel came or went, so that a label may have another name, and what it
 * stood for may be gone. */
bool decoder_stale(struct decoder *d);
/* Whether what the label stands for is surely gone, so that no event will come for it. */
bool decoder_gone(const struct decoder *d, const void *raw);
/* How many objects a decoder can name now; 0 where nobody knows. */
size_t decoder_population(const char *decoder, const struct decode_sources *s);
/* After each pass over a map: gives back what only a burst of new series needs. */
void decoder_settle(struct decoder *d);
/* Whether the label's values are a closed set (enum, bool): slots never counted are shown, too. */
bool decoder_closed(const struct decoder *d);

/* The way back, for parameters: "read" -> 0. -ENOENT with a suggestion where there is none. */
int decoder_encode(const char *decoder, const char *text, uint64_t *value, struct error *e);

/* Names of all decoders, for messages and docs; NULL past the last. */
const char *decoder_name(size_t i);

#endif
