// SPDX-License-Identifier: GPL-2.0-only
/* Enums of the object, as label values. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "describe/description.h"
#include "describe/parser.h"

/* As the bytes of the enum read without a sign, which is how raw keys are read. */
static int64_t enum_value(const struct btf_type *t, uint32_t i)
{
	uint64_t value = btf_is_enum64(t) ? btf_enum64_value(btf_enum64(t) + i)
					  : (uint64_t)(int64_t)btf_enum(t)[i].val;

	if (t->size < sizeof(value))
		value &= (1ULL << (t->size * 8)) - 1;
	return (int64_t)value;
}

static const char *enum_name(const struct parser *r, const struct btf_type *t, uint32_t i)
{
	return btf__str_by_offset(r->btf, btf_is_enum64(t) ? btf_enum64(t)[i].name_off
							   : btf_enum(t)[i].name_off);
}

static int enumerator_by_value(const void *a, const void *b)
{
	const struct enumerator *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int enumerator_by_name(const void *a, const void *b)
{
	return strcmp(((const struct enumerator *)a)->name, ((const struct enumerator *)b)->name);
}

static char *enumerator_lower(struct parser *r, const char *name)
{
	char *lower = arena_string(r->memory, name, strlen(name));

	for (char *c = lower; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return lower;
}

/* Leaves them sorted by value. Two of one value would leave it to chance which is shown; two of
 * one name would be one series. */
static int enumerators_check(struct parser *r, const struct declaration *d,
			     const struct enumerators *e)
{
	qsort(e->all, e->count, sizeof(*e->all), enumerator_by_name);
	for (size_t i = 1; i < e->count; i++)
		if (!enumerator_by_name(&e->all[i - 1], &e->all[i]))
			return tags_refuse(d, "prefix", r->e, "two enumerators are called '%s'",
					   e->all[i].name);
	qsort(e->all, e->count, sizeof(*e->all), enumerator_by_value);
	for (size_t i = 1; i < e->count; i++)
		if (e->all[i - 1].value == e->all[i].value)
			return tags_refuse(d, NULL, r->e,
					   "enumerators '%s' and '%s' have the same value",
					   e->all[i - 1].name, e->all[i].name);
	return 0;
}

static int enumerators_check_type(struct parser *r, const struct declaration *d,
				  const struct btf_type *t)
{
	if (btf_is_enum(t) && t->size > sizeof(int32_t))
		return tags_refuse(
			d, NULL, r->e,
			"an enum of 8 bytes whose values clang cut to 4: use smaller ones");
	if (!btf_vlen(t) || btf_vlen(t) > PARSER_ENUMERATORS_MAX)
		return tags_refuse(d, NULL, r->e, "an enum of %u enumerators, not 1 to %d",
				   btf_vlen(t), PARSER_ENUMERATORS_MAX);
	return 0;
}

int parser_enumerators(struct parser *r, const struct declaration *d, const struct ctype *type,
		       const char *prefix, struct enumerators *out)
{
	const struct btf_type *t = type->t;
	size_t strip = strlen(prefix), stripped = 0;
	int err = enumerators_check_type(r, d, t);

	if (err)
		return err;
	out->count = btf_vlen(t);
	out->all = arena_array(r->memory, out->count, sizeof(*out->all));
	if (!out->all)
		return error_set(r->e, -ENOMEM, "no memory: -ENOMEM");
	for (uint32_t i = 0; i < out->count; i++) {
		const char *name = enum_name(r, t, i);

		if (!parser_is_identifier(name))
			return tags_refuse(d, NULL, r->e, "enumerator %u has no valid name", i);
		if (strip && !strncmp(name, prefix, strip) && name[strip]) {
			name += strip;
			stripped++;
		}
		out->all[i].value = enum_value(t, i);
		out->all[i].name = enumerator_lower(r, name);
		if (!out->all[i].name)
			return error_set(r->e, -ENOMEM, "no memory: -ENOMEM");
	}
	if (strip && !stripped)
		return tags_refuse(d, "prefix", r->e, "no enumerator begins with it");
	return enumerators_check(r, d, out);
}
