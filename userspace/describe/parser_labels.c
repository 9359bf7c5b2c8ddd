// SPDX-License-Identifier: GPL-2.0-only
/* Labels: the members of a key, and every byte of it accounted for. */
#include <errno.h>
#include <string.h>

#include "describe/description.h"
#include "describe/parser.h"

#define NESTED_MAX 4 /* anonymous unions and structs inside each other */
#define MEMBERS_MAX 64 /* padding included */

static const struct tag_rule label_rules[] = {
	{ "decode", TAG_OPTIONAL },
	{ "enum", TAG_OPTIONAL },
	{ "prefix", TAG_OPTIONAL },
	{ "values", TAG_OPTIONAL },
};

/* One walk over the members of a key. */
struct walk {
	struct parser *r;
	bool dense; /* the slot's number is the key, not the bytes of the struct */
	struct label_description found[PARSER_LABELS_MAX];
	size_t count;
	unsigned int visited;
	bool covered[PARSER_KEY_MAX];
};

/* ---- one label ---- */

static const char *label_default_decoder(struct parser *r, const struct ctype *type)
{
	struct ctype element = ctype_element(r->btf, type);

	if (btf_is_any_enum(type->t))
		return "enum";
	if (ctype_is_unsigned(type))
		return "uint";
	if (ctype_is_signed(type))
		return "int";
	if (ctype_is_bool(type))
		return "bool";
	if (btf_is_array(type->t) && ctype_is_char(r->btf, &element))
		return "string";
	return NULL;
}

static bool label_is_scalar(const struct ctype *type)
{
	return btf_is_any_enum(type->t) || ctype_is_unsigned(type) || ctype_is_signed(type) ||
	       ctype_is_bool(type);
}

static int label_check_type(struct walk *w, const struct declaration *d, const struct ctype *type)
{
	struct ctype element = ctype_element(w->r->btf, type);

	if (btf_is_ptr(type->t))
		return tags_refuse(d, NULL, w->r->e, "a pointer cannot be a label");
	if (label_is_scalar(type))
		return 0;
	if (!btf_is_array(type->t) || !label_is_scalar(&element))
		return tags_refuse(d, NULL, w->r->e,
				   "a label is an integer, an enum, a _Bool or an array of them");
	if (w->dense)
		return tags_refuse(d, NULL, w->r->e, "a label of a table cannot be an array");
	if (!ctype_elements(type))
		return tags_refuse(d, NULL, w->r->e, "an array without elements");
	return 0;
}

static int label_check_tags(struct walk *w, const struct declaration *d)
{
	static const char *const identifiers[] = { "decode", "enum", "prefix" };
	int err = tags_check(d, label_rules, sizeof(label_rules) / sizeof(*label_rules), w->r->e);

	for (size_t i = 0; !err && i < sizeof(identifiers) / sizeof(*identifiers); i++)
		err = parser_check_identifier(w->r, d, identifiers[i]);
	return err;
}

static int label_check_name(struct walk *w, const struct declaration *d, const char *name)
{
	static const char *const reserved[] = { "le", "quantile" };

	if (!label_name_valid(name) || strlen(name) > PARSER_NAME_MAX)
		return tags_refuse(d, NULL, w->r->e, "not a valid label name");
	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (!strcmp(name, reserved[i]))
			return tags_refuse(d, NULL, w->r->e, "this label name is reserved");
	for (size_t i = 0; i < w->count; i++)
		if (!strcmp(name, w->found[i].name))
			return tags_refuse(d, NULL, w->r->e, "a second label of this name");
	return 0;
}

static int label_read_decoder(struct walk *w, const struct declaration *d, const struct ctype *type,
			      struct label_description *l)
{
	const char *decoder = tags_get(d, "decode");
	struct enumerators e;
	bool kernel, own;
	int err;

	if (!decoder)
		decoder = label_default_decoder(w->r, type);
	if (!decoder)
		return tags_refuse(d, "decode", w->r->e, "an array of what is not char needs it");
	kernel = !strcmp(decoder, "kernel_enum");
	own = !strcmp(decoder, "enum");
	if (kernel != (tags_get(d, "enum") != NULL))
		return tags_refuse(d, "enum", w->r->e,
				   "belongs to DECODE(kernel_enum), and to it only");
	if (tags_get(d, "prefix") && !kernel && !own)
		return tags_refuse(d, "prefix", w->r->e, "there is no enum to strip it from");
	if (own && !btf_is_any_enum(type->t))
		return tags_refuse(d, "decode", w->r->e, "the member is no enum");
	l->decoder = parser_string(w->r, decoder);
	l->argument = parser_string(w->r, tags_get(d, "enum"));
	l->prefix = parser_string(w->r, tags_get(d, "prefix"));
	if (!own)
		return 0;
	err = parser_enumerators(w->r, d, type, l->prefix, &e);
	if (err)
		return err;
	l->enumerators = e.all;
	l->nr_enumerators = e.count;
	return 0;
}

/* How many values the label has in a table. */
static int label_read_radix(struct walk *w, const struct declaration *d, const struct ctype *type,
			    struct label_description *l)
{
	const char *values = tags_get(d, "values");

	if (values && !parser_number(values, PARSER_SLOTS_MAX, &l->values))
		return tags_refuse(d, "values", w->r->e, "not a number from 1 to %d",
				   PARSER_SLOTS_MAX);
	if (!values && l->enumerators) {
		uint64_t highest = (uint64_t)l->enumerators[l->nr_enumerators - 1].value;

		if (highest >= PARSER_SLOTS_MAX || l->enumerators[0].value < 0)
			return tags_refuse(
				d, NULL, w->r->e,
				"an enumerator is negative or above %d: no label of a table",
				PARSER_SLOTS_MAX - 1);
		l->values = (uint32_t)highest + 1;
	}
	if (!values && ctype_is_bool(type))
		l->values = 2;
	if (!l->values)
		return tags_refuse(d, "values", w->r->e,
				   "missing: a table must know how many values the label has");
	if (type->size < sizeof(uint32_t) && l->values > 1U << (type->size * 8))
		return tags_refuse(d, "values", w->r->e, "more than %u bytes can hold", type->size);
	return 0;
}

static int label_read(struct walk *w, const struct declaration *d, const struct member *m,
		      uint32_t offset)
{
	struct label_description *l = &w->found[w->count];
	int err = label_check_tags(w, d);

	if (!err)
		err = label_check_name(w, d, m->name);
	if (!err)
		err = label_check_type(w, d, &m->type);
	if (err)
		return err;
	if (w->count == PARSER_LABELS_MAX)
		return tags_refuse(d, NULL, w->r->e, "more than %d labels", PARSER_LABELS_MAX);
	*l = (struct label_description){
		.name = parser_string(w->r, m->name),
		.offset = offset,
		.size = m->type.size,
	};
	w->count++;
	err = label_read_decoder(w, d, &m->type, l);
	if (!err && w->dense)
		err = label_read_radix(w, d, &m->type, l);
	return err;
}

/* ---- all of them ---- */

static int walk_members(struct walk *w, const struct ctype *type, uint32_t base,
			unsigned int depth);

static int walk_anonymous(struct walk *w, const struct declaration *d, const struct member *m,
			  uint32_t offset, unsigned int depth)
{
	if (!btf_is_composite(m->type.t) || depth == NESTED_MAX)
		return tags_refuse(d, NULL, w->r->e, "no union or struct, or nested too deeply");
	if (w->dense)
		return tags_refuse(d, NULL, w->r->e,
				   "a table needs a slot for each label: no union or struct here");
	return walk_members(w, &m->type, offset, depth + 1);
}

static int walk_member(struct walk *w, const struct ctype *type, uint32_t i, uint32_t base,
		       unsigned int depth)
{
	struct declaration d = tags_of(w->r->tags, type->id, (int)i);
	struct member m = member_at(w->r->btf, type, i);
	uint32_t offset = base + m.offset;

	if (++w->visited > MEMBERS_MAX)
		return tags_refuse(&d, NULL, w->r->e, "more than %d members", MEMBERS_MAX);
	if (m.bitfield)
		return tags_refuse(&d, NULL, w->r->e, "a bit-field cannot be a label");
	if (!*m.name)
		return walk_anonymous(w, &d, &m, offset, depth);
	memset(w->covered + offset, true, m.type.size);
	if (*m.name == '_')
		return tags_check(&d, NULL, 0, w->r->e);
	return label_read(w, &d, &m, offset);
}

static int walk_members(struct walk *w, const struct ctype *type, uint32_t base, unsigned int depth)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < member_count(type); i++)
		err = walk_member(w, type, i, base, depth);
	return err;
}

/* What no member covers would hold whatever the stack held: two keys of one label set. */
static int walk_check_padding(struct walk *w, const struct declaration *d, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		if (!w->covered[i])
			return tags_refuse(
				d, NULL, w->r->e,
				"byte %u is padding that no member names: add `__u8 _pad[n]`", i);
	return 0;
}

static int walk_check_slots(struct walk *w, const struct declaration *d, uint32_t slots)
{
	uint64_t product = 1;

	for (size_t i = 0; i < w->count && product <= PARSER_SLOTS_MAX; i++)
		product *= w->found[i].values;
	if (product != slots)
		return tags_refuse(
			d, NULL, w->r->e,
			"its labels have %llu values together, but the table has %u slots",
			(unsigned long long)product, slots);
	return 0;
}

int parser_labels(struct parser *r, const struct ctype *type, bool dense, struct map_description *m)
{
	struct declaration d = tags_of(r->tags, type->id, -1);
	struct walk w = { .r = r, .dense = dense };
	int err;

	if (type->size > PARSER_KEY_MAX)
		return tags_refuse(&d, NULL, r->e, "%u bytes of labels, more than %d", type->size,
				   PARSER_KEY_MAX);
	err = walk_members(&w, type, 0, 0);
	if (!err && dense)
		err = walk_check_slots(&w, &d, m->slots);
	else if (!err)
		err = walk_check_padding(&w, &d, type->size);
	if (err)
		return err;
	m->labels_size = type->size;
	m->labels = parser_copy(r, w.found, w.count, sizeof(*w.found));
	m->nr_labels = w.count;
	return 0;
}
