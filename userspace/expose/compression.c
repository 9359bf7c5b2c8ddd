// SPDX-License-Identifier: GPL-2.0-only
/* gzip by ISA-L where its library was found: a third of the time of libdeflate for bodies of the same size. Else by
 * libdeflate, which packs whole bodies twice as fast as zlib and smaller. zstd where its library was found.
 *
 * Level 1: libdeflate's others take half as long again and more, for bodies that are 2 to 10% smaller.
 */
#include "expose/compression.h"

#include <stdlib.h>

#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <libdeflate.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#define LEVEL 1

#ifdef HAVE_ISAL
#define BLOCK_MAX 65535 /* bytes of a body that cannot be made smaller */
#define BLOCK_HEADER 5
#define GZIP_EXTRA 64 /* what stands before and behind the blocks, and to spare */

struct gzip {
	struct isal_zstream stream;
	uint8_t memory[ISAL_DEF_LVL1_SMALL];
};

static void *gzip_new(void)
{
	return calloc(1, sizeof(struct gzip));
}

static void gzip_free(void *state)
{
	free(state);
}

static size_t gzip_bound(size_t length)
{
	return length + (length / BLOCK_MAX + 1) * BLOCK_HEADER + GZIP_EXTRA;
}

/* Lengths have 32 bits here; a body's ceiling is far below. */
static size_t gzip_pack(void *state, const struct buffer *body, char *out, size_t room)
{
	struct gzip *g = state;
	struct isal_zstream *z = &g->stream;

	isal_deflate_stateless_init(z);
	z->gzip_flag = IGZIP_GZIP;
	z->level = LEVEL;
	z->level_buf = g->memory;
	z->level_buf_size = sizeof(g->memory);
	z->end_of_stream = 1;
	z->next_in = (uint8_t *)body->data;
	z->avail_in = (uint32_t)body->length;
	z->next_out = (uint8_t *)out;
	z->avail_out = (uint32_t)room;
	return isal_deflate_stateless(z) == COMP_OK ? z->total_out : 0;
}
#else
static void *gzip_new(void)
{
	return libdeflate_alloc_compressor(LEVEL);
}

static void gzip_free(void *state)
{
	libdeflate_free_compressor(state);
}

static size_t gzip_bound(size_t length)
{
	return libdeflate_gzip_compress_bound(NULL, length);
}

static size_t gzip_pack(void *state, const struct buffer *body, char *out, size_t room)
{
	return libdeflate_gzip_compress(state, body->data, body->length, out, room);
}
#endif

#ifdef HAVE_ZSTD
static void *zstd_new(void)
{
	return ZSTD_createCCtx();
}

static void zstd_free(void *state)
{
	ZSTD_freeCCtx(state);
}

static size_t zstd_bound(size_t length)
{
	return ZSTD_compressBound(length);
}

/* Its own memory comes with the first body, and may not be had. */
static size_t zstd_pack(void *state, const struct buffer *body, char *out, size_t room)
{
	const size_t n = ZSTD_compressCCtx(state, out, room, body->data, body->length, LEVEL);

	return ZSTD_isError(n) ? 0 : n;
}
#endif

const struct compression compressions[COMPRESSIONS_MAX] = {
	{ { "gzip", "x-gzip" }, gzip_new, gzip_free, gzip_bound, gzip_pack },
#ifdef HAVE_ZSTD
	{ { "zstd" }, zstd_new, zstd_free, zstd_bound, zstd_pack },
#endif
};

const char *compression_name(const struct compression *p)
{
	return p ? p->names[0] : NULL;
}

void compressor_release(struct compressor *p)
{
	size_t i;

	for (i = 0; i < COMPRESSIONS_MAX; i++) {
		if (p->states[i])
			compressions[i].free(p->states[i]);
		p->states[i] = NULL;
	}
}

void compressor_run(struct compressor *p, const struct compression *how, const struct buffer *body,
		    struct buffer *out)
{
	void **state = &p->states[how - compressions];
	const size_t room = how->bound(body->length);
	size_t n;

	if (!*state)
		*state = how->new ();
	if (!buffer_reserve(out, room))
		return;
	n = *state ? how->pack(*state, body, out->data + out->length, room) : 0;
	out->length += n;
	if (!n)
		out->failed = true;
}
