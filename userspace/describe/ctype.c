// SPDX-License-Identifier: GPL-2.0-only
/* Relies on btf_check: all types exist, and following them comes to an end. */
#include "describe/ctype.h"

#include <bpf/btf.h>
#include <string.h>

struct ctype ctype_of(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	int64_t size;

	while (btf_is_mod(t) || btf_is_typedef(t)) {
		id = t->type;
		t = btf__type_by_id(btf, id);
	}
	size = btf__resolve_size(btf, id);
	return (struct ctype){ .t = t, .id = id, .size = size > 0 ? (uint32_t)size : 0 };
}

struct ctype ctype_element(const struct btf *btf, const struct ctype *c)
{
	if (btf_is_array(c->t))
		return ctype_of(btf, btf_array(c->t)->type);
	return ctype_of(btf, btf_is_ptr(c->t) ? c->t->type : 0);
}

uint32_t ctype_elements(const struct ctype *c)
{
	return btf_is_array(c->t) ? btf_array(c->t)->nelems : 0;
}

static bool ctype_is_whole_int(const struct ctype *c)
{
	return btf_is_int(c->t) && c->size <= sizeof(uint64_t) && btf_int_bits(c->t) == c->size * 8;
}

bool ctype_is_unsigned(const struct ctype *c)
{
	return ctype_is_whole_int(c) && !(btf_int_encoding(c->t) & (BTF_INT_SIGNED | BTF_INT_BOOL));
}

bool ctype_is_signed(const struct ctype *c)
{
	return ctype_is_whole_int(c) && (btf_int_encoding(c->t) & BTF_INT_SIGNED);
}

bool ctype_is_bool(const struct ctype *c)
{
	return btf_is_int(c->t) && c->size == 1 && (btf_int_encoding(c->t) & BTF_INT_BOOL);
}

bool ctype_is_char(const struct btf *btf, const struct ctype *c)
{
	return btf_is_int(c->t) && c->size == 1 &&
	       !strcmp(btf__str_by_offset(btf, c->t->name_off), "char");
}

uint32_t member_count(const struct ctype *c)
{
	return btf_is_composite(c->t) ? btf_vlen(c->t) : 0;
}

struct member member_at(const struct btf *btf, const struct ctype *c, uint32_t i)
{
	const struct btf_member *m = btf_members(c->t) + i;
	uint32_t bits = btf_member_bit_offset(c->t, i);

	return (struct member){
		.name = btf__str_by_offset(btf, m->name_off),
		.type = ctype_of(btf, m->type),
		.offset = bits / 8,
		.bitfield = btf_member_bitfield_size(c->t, i) || bits % 8,
	};
}

int member_find(const struct btf *btf, const struct ctype *c, const char *name)
{
	for (uint32_t i = 0; i < member_count(c); i++) {
		const struct btf_member *m = btf_members(c->t) + i;

		if (!strcmp(btf__str_by_offset(btf, m->name_off), name))
			return (int)i;
	}
	return -1;
}
