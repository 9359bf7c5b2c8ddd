// SPDX-License-Identifier: GPL-2.0-only
/* Foreign bytes: each length is checked before it is believed. libbpf has no door to these records. */
#include "load/corerelo.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BTF_EXT_MAGIC 0xeb9f

/* As compilers write it; older ones end before the last two members. */
struct ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_length;
	uint32_t functions_offset, functions_length;
	uint32_t lines_offset, lines_length;
	uint32_t relocations_offset, relocations_length;
};

/* Bytes of a record: struct bpf_core_relo as compilers write it, however long the build host's is. */
#define RECORD 16
_Static_assert(sizeof(struct bpf_core_relo) >= RECORD, "a record fits");

/* The records of one section's programs follow. */
struct ext_section {
	uint32_t name;
	uint32_t records;
};

struct bytes {
	const char *at;
	size_t left;
};

static bool take(struct bytes *b, void *out, size_t n)
{
	if (b->left < n)
		return false;
	memcpy(out, b->at, n);
	b->at += n;
	b->left -= n;
	return true;
}

/* The relocations' part: 0, or -EINVAL; empty where there are none. */
static int find_relocations(const char *ext, size_t size, struct bytes *out)
{
	struct bytes whole = { ext, size };
	struct ext_header h;

	out->left = 0;
	if (!take(&whole, &h, offsetof(struct ext_header, relocations_offset)) ||
	    h.magic != BTF_EXT_MAGIC || h.header_length > size)
		return -EINVAL;
	if (h.header_length < sizeof(h))
		return 0;
	memcpy(&h, ext, sizeof(h));
	size -= h.header_length;
	if (h.relocations_offset > size || h.relocations_length > size - h.relocations_offset)
		return -EINVAL;
	out->at = ext + h.header_length + h.relocations_offset;
	out->left = h.relocations_length;
	return 0;
}

static int walk_section(struct bytes *b, uint32_t record_size,
			int (*fn)(void *context, const struct bpf_core_relo *r), void *context)
{
	struct ext_section section;
	struct bpf_core_relo r = { 0 };
	struct bytes record;
	int err = 0;

	if (!take(b, &section, sizeof(section)))
		return -EINVAL;
	for (; !err && section.records; section.records--) {
		record = *b;
		if (b->left < record_size)
			return -EINVAL;
		take(&record, &r, RECORD); /* a newer compiler's may be longer */
		b->at += record_size;
		b->left -= record_size;
		err = fn(context, &r);
	}
	return err;
}

int corerelo_walk(const void *btf_ext, size_t size,
		  int (*fn)(void *context, const struct bpf_core_relo *r), void *context)
{
	struct bytes b;
	uint32_t record_size;
	int err;

	err = find_relocations(btf_ext, size, &b);
	if (err || !b.left)
		return err;
	if (!take(&b, &record_size, sizeof(record_size)) || record_size < RECORD)
		return -EINVAL;
	while (!err && b.left)
		err = walk_section(&b, record_size, fn, context);
	return err;
}
