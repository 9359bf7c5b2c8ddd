// SPDX-License-Identifier: GPL-2.0-only
/* Two walks over the types of foreign BTF: first where each begins and ends, then what each
 * refers to. */
#include "describe/btf_check.h"

#include <bpf/btf.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Written out, since linux/btf.h of the build host may be younger than who wrote the bytes: that of Linux 7.2 has a
 * header of 32 bytes, and compilers and kernels still write 24. A longer one may follow. */
struct header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len;
	uint32_t type_off, type_len;
	uint32_t str_off, str_len;
};

/* Bits of btf_type's info that mean nothing yet: a libbpf that gives them a meaning would read more or fewer bytes
 * than are checked here. */
#define INFO_UNKNOWN 0x60ff0000u

#define UNSIZED UINT64_MAX /* void, functions: nothing that a member or an element could be */

/* What was found out about one type; [0] is void. */
struct seen {
	uint32_t offset; /* of its struct btf_type, in the type section */
	uint8_t height; /* 0: not visited yet; OPEN: being visited; else 1 + that of what it contains */
	uint64_t size; /* bytes, or UNSIZED */
};

#define OPEN UINT8_MAX

struct check {
	const char *types, *strings;
	uint32_t types_size, strings_size;
	struct seen *seen;
	uint32_t nr; /* types, void included */
	struct error *e;
};

static int refuse(const struct check *c, uint32_t id, const char *what)
{
	return error_set(c->e, -EINVAL, "BTF type %u: %s: -EINVAL", id, what);
}

static const struct btf_type *type_at(const struct check *c, uint32_t id)
{
	return (const struct btf_type *)(c->types + c->seen[id].offset);
}

static bool type_exists(const struct check *c, uint32_t id)
{
	return id < c->nr;
}

static bool string_exists(const struct check *c, uint32_t offset)
{
	return offset < c->strings_size;
}

/* ---- what a type refers to, by kind ---- */

static int check_visit(struct check *c, uint32_t id, unsigned int depth);

/* Visit what `id` contains and raise its height above it. */
static int check_inside(struct check *c, uint32_t id, uint32_t inner, unsigned int depth,
			uint8_t *height)
{
	int err;

	if (!type_exists(c, inner))
		return refuse(c, id, "refers to a type that does not exist");
	err = check_visit(c, inner, depth + 1);
	if (err)
		return err;
	if (c->seen[inner].height >= *height)
		*height = c->seen[inner].height + 1;
	return *height > BTF_CHECK_DEPTH_MAX ? refuse(c, id, "nested too deeply") : 0;
}

struct visit {
	uint32_t id;
	unsigned int depth;
	uint8_t height;
	uint64_t size;
};

typedef int (*check_fn)(struct check *c, struct visit *v, const struct btf_type *t);

static int check_int(struct check *c, struct visit *v, const struct btf_type *t)
{
	uint32_t bits = btf_int_bits(t);

	v->size = t->size;
	if (!t->size || t->size > 16 || !bits || bits + btf_int_offset(t) > t->size * 8)
		return refuse(c, v->id, "an integer of an impossible size");
	return 0;
}

static int check_pointer(struct check *c, struct visit *v, const struct btf_type *t)
{
	v->size = sizeof(uint64_t);
	return type_exists(c, t->type) ? 0
				       : refuse(c, v->id, "points to a type that does not exist");
}

static int check_array(struct check *c, struct visit *v, const struct btf_type *t)
{
	const struct btf_array *a = btf_array(t);
	int err = check_inside(c, v->id, a->type, v->depth, &v->height);

	if (err)
		return err;
	if (!type_exists(c, a->index_type))
		return refuse(c, v->id, "refers to a type that does not exist");
	if (c->seen[a->type].size == UNSIZED)
		return refuse(c, v->id, "an array of what has no size");
	v->size = c->seen[a->type].size * a->nelems; /* below 2^30 times 2^32 */
	return v->size > BTF_CHECK_SIZE_MAX ? refuse(c, v->id, "too large") : 0;
}

static int check_member(struct check *c, struct visit *v, const struct btf_type *t, uint32_t i)
{
	const struct btf_member *m = btf_members(t) + i;
	uint64_t bits = btf_member_bitfield_size(t, i);
	int err;

	if (!string_exists(c, m->name_off))
		return refuse(c, v->id, "a member's name lies outside the string section");
	err = check_inside(c, v->id, m->type, v->depth, &v->height);
	if (err)
		return err;
	if (c->seen[m->type].size == UNSIZED)
		return refuse(c, v->id, "a member without a size");
	if (!bits)
		bits = c->seen[m->type].size * 8;
	if (btf_member_bit_offset(t, i) + bits > (uint64_t)t->size * 8)
		return refuse(c, v->id, "a member lies outside its struct");
	return 0;
}

static int check_composite(struct check *c, struct visit *v, const struct btf_type *t)
{
	int err = 0;

	v->size = t->size;
	if (t->size > BTF_CHECK_SIZE_MAX)
		return refuse(c, v->id, "too large");
	for (uint32_t i = 0; !err && i < btf_vlen(t); i++)
		err = check_member(c, v, t, i);
	return err;
}

static int check_enum(struct check *c, struct visit *v, const struct btf_type *t)
{
	/* Both kinds begin an enumerator with its name. */
	const size_t words = btf_is_enum64(t) ? 3 : 2;
	const uint32_t *name = (const uint32_t *)(t + 1);

	v->size = t->size;
	if (t->size != 1 && t->size != 2 && t->size != 4 && t->size != 8)
		return refuse(c, v->id, "an enum of an impossible size");
	for (uint32_t i = 0; i < btf_vlen(t); i++, name += words)
		if (!string_exists(c, *name))
			return refuse(c, v->id,
				      "an enumerator's name lies outside the string section");
	return 0;
}

static int check_forward(struct check *c, struct visit *v, const struct btf_type *t)
{
	(void)c, (void)t;
	v->size = UNSIZED;
	return 0;
}

/* Typedefs and qualifiers are what they refer to. */
static int check_alias(struct check *c, struct visit *v, const struct btf_type *t)
{
	int err = check_inside(c, v->id, t->type, v->depth, &v->height);

	if (!err)
		v->size = c->seen[t->type].size;
	return err;
}

static int check_func(struct check *c, struct visit *v, const struct btf_type *t)
{
	v->size = UNSIZED;
	if (!type_exists(c, t->type) || !t->type || !btf_is_func_proto(type_at(c, t->type)))
		return refuse(c, v->id, "a function without a prototype");
	return 0;
}

static int check_prototype(struct check *c, struct visit *v, const struct btf_type *t)
{
	const struct btf_param *p = btf_params(t);

	v->size = UNSIZED;
	if (!type_exists(c, t->type))
		return refuse(c, v->id, "returns a type that does not exist");
	for (uint32_t i = 0; i < btf_vlen(t); i++)
		if (!type_exists(c, p[i].type) || !string_exists(c, p[i].name_off))
			return refuse(c, v->id, "a parameter without a type or a name");
	return 0;
}

static int check_variable(struct check *c, struct visit *v, const struct btf_type *t)
{
	int err = check_inside(c, v->id, t->type, v->depth, &v->height);

	v->size = UNSIZED;
	return err;
}

static int check_section(struct check *c, struct visit *v, const struct btf_type *t)
{
	const struct btf_var_secinfo *s = btf_var_secinfos(t);

	v->size = UNSIZED;
	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		if (!type_exists(c, s[i].type) || !s[i].type)
			return refuse(c, v->id, "holds a variable that does not exist");
		if (!btf_is_var(type_at(c, s[i].type)) && !btf_is_func(type_at(c, s[i].type)))
			return refuse(c, v->id, "holds what is no variable");
	}
	return 0;
}

static int check_float(struct check *c, struct visit *v, const struct btf_type *t)
{
	v->size = t->size;
	return t->size <= 16 ? 0 : refuse(c, v->id, "a number of an impossible size");
}

/* How many members or parameters a tag can be on. */
static uint32_t tag_components(const struct check *c, const struct btf_type *target)
{
	if (btf_is_func(target))
		return type_exists(c, target->type) ? btf_vlen(type_at(c, target->type)) : 0;
	return btf_is_composite(target) ? btf_vlen(target) : 0;
}

static int check_tag(struct check *c, struct visit *v, const struct btf_type *t)
{
	int component = btf_decl_tag(t)->component_idx;
	const struct btf_type *target;

	v->size = UNSIZED;
	if (!type_exists(c, t->type) || !t->type)
		return refuse(c, v->id, "a tag on a type that does not exist");
	target = type_at(c, t->type);
	if (!btf_is_composite(target) && !btf_is_var(target) && !btf_is_func(target) &&
	    !btf_is_typedef(target))
		return refuse(c, v->id, "a tag on what cannot have one");
	if (component < -1 || (component >= 0 && (uint32_t)component >= tag_components(c, target)))
		return refuse(c, v->id, "a tag on a member that does not exist");
	return 0;
}

/* ---- the kinds ---- */

static const struct kind {
	uint32_t tail, each; /* bytes after struct btf_type: fixed, and per vlen */
	check_fn check;
} kinds[NR_BTF_KINDS] = {
	[BTF_KIND_INT] = { sizeof(uint32_t), 0, check_int },
	[BTF_KIND_PTR] = { 0, 0, check_pointer },
	[BTF_KIND_ARRAY] = { sizeof(struct btf_array), 0, check_array },
	[BTF_KIND_STRUCT] = { 0, sizeof(struct btf_member), check_composite },
	[BTF_KIND_UNION] = { 0, sizeof(struct btf_member), check_composite },
	[BTF_KIND_ENUM] = { 0, sizeof(struct btf_enum), check_enum },
	[BTF_KIND_FWD] = { 0, 0, check_forward },
	[BTF_KIND_TYPEDEF] = { 0, 0, check_alias },
	[BTF_KIND_VOLATILE] = { 0, 0, check_alias },
	[BTF_KIND_CONST] = { 0, 0, check_alias },
	[BTF_KIND_RESTRICT] = { 0, 0, check_alias },
	[BTF_KIND_FUNC] = { 0, 0, check_func },
	[BTF_KIND_FUNC_PROTO] = { 0, sizeof(struct btf_param), check_prototype },
	[BTF_KIND_VAR] = { sizeof(struct btf_var), 0, check_variable },
	[BTF_KIND_DATASEC] = { 0, sizeof(struct btf_var_secinfo), check_section },
	[BTF_KIND_FLOAT] = { 0, 0, check_float },
	[BTF_KIND_DECL_TAG] = { sizeof(struct btf_decl_tag), 0, check_tag },
	[BTF_KIND_TYPE_TAG] = { 0, 0, check_alias },
	[BTF_KIND_ENUM64] = { 0, 3 * sizeof(uint32_t), check_enum },
};

static int check_visit(struct check *c, uint32_t id, unsigned int depth)
{
	struct visit v = { .id = id, .depth = depth, .height = 1 };
	struct seen *s = &c->seen[id];
	const struct btf_type *t;
	int err;

	if (s->height == OPEN)
		return refuse(c, id, "contains itself");
	if (s->height)
		return 0;
	if (depth > BTF_CHECK_DEPTH_MAX)
		return refuse(c, id, "nested too deeply");
	t = type_at(c, id);
	if (!string_exists(c, t->name_off))
		return refuse(c, id, "its name lies outside the string section");
	s->height = OPEN;
	err = kinds[btf_kind(t)].check(c, &v, t);
	s->height = v.height;
	s->size = v.size;
	return err;
}

/* ---- the sections ---- */

/* Find where each type begins; what lies between is checked by the second walk. */
static int check_find_types(struct check *c)
{
	uint32_t at = 0;

	c->seen[0] = (struct seen){ .height = 1, .size = UNSIZED };
	for (c->nr = 1; at < c->types_size; c->nr++) {
		const struct btf_type *t = (const struct btf_type *)(c->types + at);
		const struct kind *k;
		uint64_t bytes = sizeof(*t);

		if (c->nr > BTF_CHECK_TYPES_MAX)
			return refuse(c, c->nr, "too many types");
		if (c->types_size - at < bytes)
			return refuse(c, c->nr, "cut off");
		if (t->info & INFO_UNKNOWN || btf_kind(t) >= NR_BTF_KINDS ||
		    !kinds[btf_kind(t)].check)
			return refuse(c, c->nr, "of an unknown kind");
		k = &kinds[btf_kind(t)];
		bytes += k->tail + (uint64_t)k->each * btf_vlen(t);
		if (c->types_size - at < bytes)
			return refuse(c, c->nr, "cut off");
		c->seen[c->nr].offset = at;
		at += (uint32_t)bytes;
	}
	return 0;
}

static int check_types(struct check *c)
{
	/* No type is shorter than its struct btf_type. */
	size_t most = c->types_size / sizeof(struct btf_type) + 2;
	int err;

	c->seen = calloc(most, sizeof(*c->seen));
	if (!c->seen)
		return error_set(c->e, -ENOMEM, "BTF: no memory: -ENOMEM");
	err = check_find_types(c);
	for (uint32_t id = 1; !err && id < c->nr; id++)
		err = check_visit(c, id, 0);
	free(c->seen);
	return err;
}

static int check_header(struct check *c, const char *data, size_t size)
{
	const struct header *h = (const struct header *)data;
	uint64_t types_end, strings_end;

	if (h->magic != BTF_MAGIC || h->version != BTF_VERSION || h->flags)
		return error_set(c->e, -EINVAL,
				 "BTF: not of version %d in this machine's byte order: -EINVAL",
				 BTF_VERSION);
	types_end = (uint64_t)h->type_off + h->type_len;
	strings_end = (uint64_t)h->str_off + h->str_len;
	if (h->hdr_len < sizeof(*h) || h->hdr_len > size || h->hdr_len % 4 || h->type_off % 4 ||
	    types_end > h->str_off || strings_end > size - h->hdr_len)
		return error_set(c->e, -EINVAL, "BTF: its sections lie outside of it: -EINVAL");
	c->types = data + h->hdr_len + h->type_off;
	c->types_size = h->type_len;
	c->strings = data + h->hdr_len + h->str_off;
	c->strings_size = h->str_len;
	if (!h->str_len || c->strings[0] || c->strings[h->str_len - 1])
		return error_set(c->e, -EINVAL, "BTF: its strings have no end: -EINVAL");
	return 0;
}

struct btf *btf_check_new(const void *data, size_t size, struct error *e)
{
	struct check c = { .e = e };
	struct btf *btf = NULL;
	char *aligned;

	if (size < sizeof(struct header) || size > BTF_CHECK_BYTES_MAX) {
		error_set(e, -EINVAL, "BTF: %zu bytes is no possible size: -EINVAL", size);
		return NULL;
	}
	aligned = malloc(size);
	if (!aligned) {
		error_set(e, -ENOMEM, "BTF: no memory: -ENOMEM");
		return NULL;
	}
	memcpy(aligned, data, size);
	if (!check_header(&c, aligned, size) && !check_types(&c)) {
		btf = btf__new(aligned, (uint32_t)size);
		if (!btf)
			error_set(e, -errno, "BTF: libbpf cannot read it: -%s", error_name(errno));
	}
	free(aligned);
	return btf;
}
