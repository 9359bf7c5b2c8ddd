// SPDX-License-Identifier: GPL-2.0-only
/* Maps of the section .maps: what kind, how large, with which labels and metrics. */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "describe/description.h"
#include "describe/parser.h"

static const struct tag_rule bare_rules[] = {
	{ "layout", TAG_OPTIONAL },
	{ "room", TAG_OPTIONAL },
};

/* The members of a map's definition that matter here. */
struct definition {
	uint32_t type, max_entries, flags; /* 0 where absent */
	struct ctype key, value, labels; /* {t} void's where absent */
};

/* Which kinds can hold metrics, and how they are read. */
static const struct layout_row {
	uint32_t type;
	uint32_t flag; /* of the map_flags: must be set */
	bool percpu_tag; /* DESCRIBE("layout=percpu") is there */
	enum map_layout layout;
} layout_rows[] = {
	{ BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, true, MAP_TABLE_PERCPU },
	{ BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, false, MAP_TABLE_SHARED },
	{ BPF_MAP_TYPE_ARRAY, 0, false, MAP_ARRAY },
	{ BPF_MAP_TYPE_PERCPU_ARRAY, 0, false, MAP_PERCPU_ARRAY },
	{ BPF_MAP_TYPE_HASH, 0, false, MAP_HASH },
	{ BPF_MAP_TYPE_PERCPU_HASH, 0, false, MAP_PERCPU_HASH },
};

static enum map_layout layout_of(const struct definition *def, bool percpu_tag)
{
	for (size_t i = 0; i < sizeof(layout_rows) / sizeof(*layout_rows); i++) {
		const struct layout_row *row = &layout_rows[i];

		if (row->type == def->type && row->percpu_tag == percpu_tag &&
		    (def->flags & row->flag) == row->flag)
			return row->layout;
	}
	return MAP_OTHER;
}

static bool layout_is_hash(enum map_layout layout)
{
	return layout == MAP_HASH || layout == MAP_PERCPU_HASH;
}

/* ---- the definition ---- */

static struct ctype definition_member(struct parser *r, const struct ctype *type, const char *name)
{
	int i = member_find(r->btf, type, name);
	struct member m;

	if (i < 0)
		return ctype_of(r->btf, 0);
	m = member_at(r->btf, type, (uint32_t)i);
	return ctype_element(r->btf, &m.type);
}

/* __uint(name, n) is `int (*name)[n]`. */
static uint32_t definition_number(struct parser *r, const struct ctype *type, const char *name)
{
	struct ctype array = definition_member(r, type, name);

	return ctype_elements(&array);
}

/* Of an array, the elements of `type` are its labels; of other maps integers, as __uint() makes them. */
static struct ctype definition_labels(struct parser *r, const struct ctype *type)
{
	struct ctype array = definition_member(r, type, "type");
	struct ctype labels = btf_is_array(array.t) ? ctype_element(r->btf, &array) : array;

	return btf_is_struct(labels.t) ? labels : ctype_of(r->btf, 0);
}

static void definition_read(struct parser *r, const struct ctype *type, struct definition *out)
{
	*out = (struct definition){
		.type = definition_number(r, type, "type"),
		.max_entries = definition_number(r, type, "max_entries"),
		.flags = definition_number(r, type, "map_flags"),
		.key = definition_member(r, type, "key"),
		.value = definition_member(r, type, "value"),
		.labels = definition_labels(r, type),
	};
}

/* ---- a map with metrics ---- */

static int map_read_hash(struct parser *r, const struct variable *v, const struct definition *def,
			 struct map_description *m)
{
	if (!def->max_entries || def->max_entries > PARSER_ENTRIES_MAX)
		return tags_refuse(&v->declaration, NULL, r->e,
				   "max_entries %u is not from 1 to %d", def->max_entries,
				   PARSER_ENTRIES_MAX);
	if (!btf_is_void(def->labels.t))
		return tags_refuse(&v->declaration, NULL, r->e,
				   "a hash has no labels of its own: its key has them");
	if (!btf_is_struct(def->key.t) || !def->key.size)
		return tags_refuse(&v->declaration, NULL, r->e,
				   "its key is no struct with the labels as members");
	return parser_labels(r, &def->key, false, m);
}

static int map_read_table(struct parser *r, const struct variable *v, const struct definition *def,
			  struct map_description *m)
{
	if (!def->max_entries || def->max_entries > PARSER_SLOTS_MAX)
		return tags_refuse(&v->declaration, NULL, r->e,
				   "max_entries %u is not from 1 to %d", def->max_entries,
				   PARSER_SLOTS_MAX);
	if (!ctype_is_unsigned(&def->key) || def->key.size != sizeof(uint32_t))
		return tags_refuse(&v->declaration, NULL, r->e, "an array's key is __u32");
	if (!btf_is_struct(def->labels.t))
		return tags_refuse(
			&v->declaration, NULL, r->e,
			"no struct of labels: use struct unlabelled where there are none");
	return parser_labels(r, &def->labels, true, m);
}

static int map_read_with_metrics(struct parser *r, const struct variable *v,
				 const struct definition *def, struct map_description *m)
{
	if (m->layout == MAP_OTHER)
		return tags_refuse(&v->declaration, NULL, r->e,
				   "a map of type %u and flags 0x%x cannot hold metrics", def->type,
				   def->flags);
	if (m->value_size > PARSER_VALUE_MAX)
		return tags_refuse(&v->declaration, NULL, r->e, "a value of %u bytes, more than %d",
				   m->value_size, PARSER_VALUE_MAX);
	return layout_is_hash(m->layout) ? map_read_hash(r, v, def, m)
					 : map_read_table(r, v, def, m);
}

/* ---- all of them ---- */

static int map_read_layout(struct parser *r, const struct variable *v, const struct definition *def,
			   struct map_description *m)
{
	const char *tag = tags_get(&v->declaration, "layout");

	if (tag && strcmp(tag, "percpu"))
		return tags_refuse(&v->declaration, "layout", r->e, "not \"percpu\"");
	m->layout = layout_of(def, tag != NULL);
	if (tag && m->layout == MAP_OTHER)
		return tags_refuse(&v->declaration, "layout", r->e,
				   "only of a BPF_MAP_TYPE_ARRAY with BPF_F_MMAPABLE");
	return 0;
}

static bool room_is_by(const struct parser *r, const char *parameter)
{
	for (size_t i = 0; i < r->d->nr_parameters; i++)
		if (!strcmp(r->d->parameters[i].name, parameter))
			return !r->d->parameters[i].elements;
	return false;
}

/* ROOM(8, disks): "8:disks". */
static int map_read_room(struct parser *r, const struct variable *v, struct map_description *m)
{
	const char *tag = tags_get(&v->declaration, "room"), *colon = tag ? strchr(tag, ':') : NULL;
	char number[16] = "";

	if (!tag)
		return 0;
	if (colon && colon - tag < (ptrdiff_t)sizeof(number))
		memcpy(number, tag, (size_t)(colon - tag));
	if (!colon || !parser_number(number, PARSER_SLOTS_MAX, &m->room) ||
	    !room_is_by(r, colon + 1))
		return tags_refuse(&v->declaration, "room", r->e,
				   "not \"NUMBER:PARAMETER\", a number from 1 to %d and one of "
				   "the object's numeric parameters",
				   PARSER_SLOTS_MAX);
	if (!layout_is_hash(m->layout))
		return tags_refuse(&v->declaration, "room", r->e, "only of a hash");
	m->room_parameter = parser_string(r, colon + 1);
	return 0;
}

static int map_read(struct parser *r, const struct variable *v)
{
	struct map_description *m = &r->d->maps[r->d->nr_maps];
	struct definition def;
	int err;

	if (r->d->nr_maps == PARSER_MAPS_MAX)
		return tags_refuse(&v->declaration, NULL, r->e, "more than %d maps",
				   PARSER_MAPS_MAX);
	if (!parser_is_identifier(v->name) || !btf_is_struct(v->type.t))
		return tags_refuse(&v->declaration, NULL, r->e, "no definition of a map");
	definition_read(r, &v->type, &def);
	*m = (struct map_description){
		.name = parser_string(r, v->name),
		.slots = def.max_entries,
		.key_size = def.key.size,
		.value_size = def.value.size,
	};
	r->d->nr_maps++;
	err = map_read_layout(r, v, &def, m);
	if (!err)
		err = map_read_room(r, v, m);
	if (!err)
		err = parser_metrics(r, &def.value, &v->declaration, m);
	if (!err && !tags_get(&v->declaration, "metric"))
		err = tags_check(&v->declaration, bare_rules,
				 sizeof(bare_rules) / sizeof(*bare_rules), r->e);
	if (!err && m->nr_metrics)
		err = map_read_with_metrics(r, v, &def, m);
	return err;
}

int parser_maps(struct parser *r)
{
	return parser_variables(r, ".maps", map_read);
}
