// SPDX-License-Identifier: GPL-2.0-only
/* Decoders of enums: the object's own, and those of the running kernel, copied out of its BTF, and of its modules. */
#include <bpf/btf.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "collect/decode.h"
#include "collect/decoders.h"
#include "collect/moduleenum.h"

struct enumerators {
	const struct enumerator *rows; /* ascending by value, which is read without a sign */
	size_t nr;
};

struct enumeration {
	struct enumerators values;
	/* Bits that hold a subsystem's number, where the enum says so: values that have any are
	 * drawn from other enums, in modules. 0: none. */
	uint64_t subsystem_mask;
	struct enumerators subsystems;
	bool absent; /* this kernel does not have the enum */
	const char *root;
	uint32_t label_size;
	struct arena *memory; /* of a kernel enum's rows */
};

void release_enum(void *state)
{
	struct enumeration *n = state;

	if (n)
		arena_free(n->memory);
	free(n);
}

int prepare_enum(struct decoder *d, const struct decode_sources *s, struct error *e)
{
	const struct label_description *l = d->label;
	struct enumeration *n;

	(void)s;
	if (!l->enumerators)
		return error_set(e, -EINVAL, "decoder 'enum' takes an enum only: -EINVAL");
	n = calloc(1, sizeof(*n));
	if (!n)
		return error_set(e, -ENOMEM, "no memory: -ENOMEM");
	n->values = (struct enumerators){ l->enumerators, l->nr_enumerators };
	d->state = n;
	return 0;
}

/* ---- enums of the kernel ---- */

static const struct btf_type *kernel_enum_find(const struct btf *btf, const char *name)
{
	const struct btf_type *t;
	int id;

	id = btf__find_by_name_kind(btf, name, BTF_KIND_ENUM);
	if (id < 0)
		id = btf__find_by_name_kind(btf, name, BTF_KIND_ENUM64);
	t = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
	/* Without enumerators it is a forward declaration. */
	return t && btf_vlen(t) ? t : NULL;
}

static int64_t kernel_enum_value(const struct btf_type *t, unsigned int i)
{
	if (btf_is_enum64(t))
		return (int64_t)btf_enum64_value(btf_enum64(t) + i);
	return btf_enum(t)[i].val;
}

static uint32_t kernel_enum_name(const struct btf_type *t, unsigned int i)
{
	return btf_is_enum64(t) ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;
}

static char *lower(char *s)
{
	for (char *c = s; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return s;
}

static char *copy_lower(struct arena *memory, const char *name, const char *prefix)
{
	const size_t n = strlen(prefix);
	char *copy;

	if (!strncmp(name, prefix, n) && name[n])
		name += n;
	copy = arena_string(memory, name, strlen(name));
	return copy ? lower(copy) : NULL;
}

static int compare_enumerators(const void *a, const void *b)
{
	const struct enumerator *x = a, *y = b;

	return x->value < y->value ? -1 : x->value > y->value;
}

/* Keep rows ascending. Of several names of one value the first stays: others are aliases. */
static void enumerator_insert(struct enumerator *rows, size_t *nr, struct enumerator row)
{
	size_t i = *nr;

	while (i && rows[i - 1].value > row.value)
		i--;
	if (i && rows[i - 1].value == row.value)
		return;
	memmove(rows + i + 1, rows + i, (*nr - i) * sizeof(*rows));
	rows[i] = row;
	++*nr;
}

static bool ends_with(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* A value as the label's bytes read without a sign; false where they are too few for it. */
static bool fit(int64_t *value, uint32_t size)
{
	const unsigned int unused = 64 - 8 * size;
	const uint64_t bytes = (uint64_t)*value << unused >> unused;
	const bool fits =
		bytes == (uint64_t)*value || (int64_t)(bytes << unused) >> unused == *value;

	*value = (int64_t)bytes;
	return fits;
}

/* Copy the enumerators whose values fit the label. */
static int enumerators_copy(struct enumeration *n, struct enumerators *out, const struct btf *btf,
			    const struct btf_type *t, const char *prefix)
{
	struct enumerator *rows = arena_array(n->memory, btf_vlen(t), sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	out->rows = rows;
	for (unsigned int i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, kernel_enum_name(t, i));
		struct enumerator row = { .value = kernel_enum_value(t, i) };

		if (!name || !fit(&row.value, n->label_size))
			continue;
		row.name = copy_lower(n->memory, name, prefix);
		if (!row.name)
			return -ENOMEM;
		enumerator_insert(rows, &out->nr, row);
	}
	return 0;
}

/* An enum that shares its values with subsystems has an enumerator ..._SUBSYS_MASK, and beside it one ..._subsys of their
 * names. */
static void find_subsystem_mask(struct enumeration *n)
{
	for (size_t i = 0; i < n->values.nr; i++)
		if (ends_with(n->values.rows[i].name, "subsys_mask"))
			n->subsystem_mask = (uint64_t)n->values.rows[i].value;
}

static int subsystems_copy(struct enumeration *n, const struct btf *btf,
			   const struct label_description *l)
{
	char name[MODULEENUM_NAME_MAX], prefix[MODULEENUM_NAME_MAX];
	const struct btf_type *t;

	snprintf(name, sizeof(name), "%s_subsys", l->argument);
	snprintf(prefix, sizeof(prefix), "%sSUBSYS_", l->prefix);
	t = kernel_enum_find(btf, name);
	return t ? enumerators_copy(n, &n->subsystems, btf, t, prefix) : 0;
}

static int kernel_enum_copy(struct enumeration *n, const struct btf *btf, const struct btf_type *t,
			    const struct label_description *l)
{
	int err;

	n->memory = arena_new();
	if (!n->memory)
		return -ENOMEM;
	err = enumerators_copy(n, &n->values, btf, t, l->prefix);
	if (err)
		return err;
	find_subsystem_mask(n);
	return n->subsystem_mask ? subsystems_copy(n, btf, l) : 0;
}

int prepare_kernel_enum(struct decoder *d, const struct decode_sources *s, struct error *e)
{
	const struct label_description *l = d->label;
	const struct btf_type *t;
	struct enumeration *n;

	if (!s->kernel_btf)
		return error_set(e, -ENODATA,
				 "enum '%s': the kernel's BTF is not available: -ENODATA",
				 l->argument);
	t = kernel_enum_find(s->kernel_btf, l->argument);
	n = calloc(1, sizeof(*n));
	if (n) {
		n->absent = !t;
		n->root = s->root;
		n->label_size = l->size;
	}
	if (!n || (t && kernel_enum_copy(n, s->kernel_btf, t, l))) {
		release_enum(n);
		return error_set(e, -ENOMEM, "enum '%s': no memory: -ENOMEM", l->argument);
	}
	d->state = n;
	return 0;
}

/* ---- subsystems: enums of modules ---- */

static const char *enumerators_find(const struct enumerators *n, uint64_t v)
{
	const struct enumerator key = { .value = (int64_t)v }, *found;

	found = n->nr ? bsearch(&key, n->rows, n->nr, sizeof(key), compare_enumerators) : NULL;
	return found ? found->name : NULL;
}

/* The kernel calls a subsystem by its module, or by that and a part of it: mac80211_unusable. All these enums end alike,
 * as ovs_drop_reason does for skb_drop_reason. */
static int module_enumerator(const struct decoder *d, const char *subsystem, uint32_t v, char *out)
{
	const struct enumeration *n = d->state;
	const char *ending = strchr(d->label->argument, '_');
	char module[MODULEENUM_NAME_MAX];
	int err;

	ending = ending ? ending : d->label->argument;
	snprintf(module, sizeof(module), "%s", subsystem);
	err = moduleenum_name(n->root, module, ending, v, out);
	if (!err || !strchr(module, '_'))
		return err;
	*strchr(module, '_') = 0;
	return moduleenum_name(n->root, module, ending, v, out);
}

/* Its module may be loaded later: asked again where its types cannot be read. */
static bool decode_of_subsystem(const struct decoder *d, uint64_t v, struct text *out)
{
	const struct enumeration *n = d->state;
	const uint64_t number = (v & n->subsystem_mask) >> __builtin_ctzll(n->subsystem_mask);
	const char *subsystem = enumerators_find(&n->subsystems, number);
	char name[MODULEENUM_NAME_MAX];
	int err;

	if (!subsystem) {
		text_printf(out, "subsys_%" PRIu64 "_%" PRIu64, number, v & ~n->subsystem_mask);
		return true;
	}
	err = module_enumerator(d, subsystem, (uint32_t)v, name);
	if (err)
		text_printf(out, "%s_%" PRIu64, subsystem, v & ~n->subsystem_mask);
	else
		text_puts(out, lower(name));
	return !err || err == -ENODATA;
}

/* ---- both ---- */

bool decode_enum(struct decoder *d, const void *raw, struct text *out)
{
	const struct enumeration *n = d->state;
	const uint64_t v = decoder_unsigned(d, raw);
	const char *name = enumerators_find(&n->values, v);

	if (name)
		text_puts(out, name);
	else if (v & n->subsystem_mask)
		return decode_of_subsystem(d, v, out);
	else if (v || !n->absent) /* a kernel that does not name them has nothing to say by 0 */
		text_u64(out, v);
	return true;
}
