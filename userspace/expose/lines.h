/* SPDX-License-Identifier: GPL-2.0-only */
/* A line a sample: what the text formats have in common.
 *
 * All that does not change between scrapes is rendered when a family is prepared; what remains is copying it
 * beside the labels and formatting numbers.
 */
#ifndef EXPOSE_LINES_H
#define EXPOSE_LINES_H

#include "base/buffer.h"
#include "metric/family.h"

#define BOUND_MAX 48

/* What follows the labels in a bucket's line: `,le="0.5"} `. Where there are no labels, the comma is left out.
 * The bytes are copied whole, which costs less than copying the right number of them. */
struct bound {
	char text[BOUND_MAX];
	unsigned int length;
};

/* What a line begins with, by what it tells: `NAME{`, `NAME_bucket{`. */
enum line_kind { LINE_VALUE, LINE_BUCKET, LINE_SUM, LINE_COUNT, LINE_CREATED, LINE_KINDS };

/* A family as its lines need it. What the format decides is its own to fill in: */
struct lines {
	struct buffer header; /* stands above the samples */
	bool created; /* shown in a further line a series */
	bool exemplars; /* shown beside buckets */
	const char *name; /* of the family */
	struct buffer heads[LINE_KINDS]; /* those that it has; ROW_SLACK bytes may be read behind */
	unsigned int nr_bounds; /* of a histogram, with +Inf; else 0 */
	struct bound bounds[];
};

/* How a format writes whole numbers as bounds. */
enum lines_bounds { BOUNDS_SHORT /* le="1" */, BOUNDS_CANONICAL /* le="1.0" */ };

/* NULL without memory. */
struct lines *lines_new(const struct family *f, enum lines_bounds bounds);
/* `lines`, or NULL (and freed) where what was filled in did not fit. */
struct lines *lines_finish(struct lines *l);
void lines_free(void *lines);

/* Lines of this kind are named by so many characters of the family's name, and the suffix. */
void lines_head(struct lines *l, enum line_kind kind, size_t length, const char *suffix);

/* `# KEYWORD NAME TEXT`, the name as long as `length`, the text escaped: each character of `special` by a backslash,
 * newlines always. */
void lines_comment(struct lines *l, const char *keyword, size_t length, const char *text,
		   const char *special);

/* The header and all samples; nothing where there is no series. */
void lines_family(const struct family *f, const void *lines, struct buffer *out);

#endif
