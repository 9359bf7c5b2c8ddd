// SPDX-License-Identifier: GPL-2.0-only
/* gzip by libdeflate, which packs whole bodies twice as fast as zlib and smaller.
 *
 * Level 1: the others take half as long again and more, for bodies that are 2 to 10% smaller.
 */
#include "expose/packing.h"

#include <libdeflate.h>

#define LEVEL 1

const char *packing_name(enum packing p)
{
	static const char *const names[] = { [PACKING_NONE] = NULL, [PACKING_GZIP] = "gzip" };

	return names[p];
}

void packer_release(struct packer *p)
{
	libdeflate_free_compressor(p->gzip);
	p->gzip = NULL;
}

void packer_gzip(struct packer *p, const struct buffer *body, struct buffer *out)
{
	size_t room;

	if (!p->gzip)
		p->gzip = libdeflate_alloc_compressor(LEVEL);
	room = p->gzip ? libdeflate_gzip_compress_bound(p->gzip, body->length) : SIZE_MAX;
	if (!buffer_reserve(out, room))
		return;
	out->length += libdeflate_gzip_compress(p->gzip, body->data, body->length,
						out->data + out->length, room);
}
