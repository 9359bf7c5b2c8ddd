// SPDX-License-Identifier: GPL-2.0-only
/* Variables of .bss: metrics outside of maps, and the counts of lost events. */
#include <errno.h>
#include <string.h>

#include "describe/description.h"
#include "describe/parser.h"

static const struct tag_rule lost_rules[] = {
	{ "lost", TAG_REQUIRED },
};

#define LOST_PREFIX "LOST_"

/* Words of 64 bits are read whole, which only aligned ones can be. */
static int global_offset(struct parser *r, const struct variable *v, uint32_t *offset)
{
	int err = parser_offset(r, v, offset);

	if (!err && *offset % sizeof(uint64_t))
		err = tags_refuse(&v->declaration, NULL, r->e,
				  "at byte %u of .bss, not on a multiple of 8", *offset);
	return err;
}

/* What GLOBAL() makes, or { labels[0], slot[n] } of a plain variable: n is 1 and there are no
 * labels. */
struct wrapper {
	struct ctype labels, value;
	uint32_t slots;
};

static bool wrapper_open(struct parser *r, const struct ctype *type, struct wrapper *out)
{
	struct member labels, slot;

	if (!btf_is_struct(type->t) || member_count(type) != 2 ||
	    member_find(r->btf, type, "labels") != 0 || member_find(r->btf, type, "slot") != 1)
		return false;
	labels = member_at(r->btf, type, 0);
	slot = member_at(r->btf, type, 1);
	if (!btf_is_array(labels.type.t) || labels.type.size || !btf_is_array(slot.type.t))
		return false;
	out->labels = ctype_element(r->btf, &labels.type);
	out->value = ctype_element(r->btf, &slot.type);
	out->slots = ctype_elements(&slot.type);
	return slot.offset == 0;
}

/* ---- metrics ---- */

static int global_read_labels(struct parser *r, const struct variable *v, const struct wrapper *w,
			      struct map_description *m)
{
	const struct declaration *d = &v->declaration;

	if (!w->slots || w->slots > PARSER_SLOTS_MAX)
		return tags_refuse(d, NULL, r->e, "%u slots, not 1 to %d", w->slots,
				   PARSER_SLOTS_MAX);
	if (m->value_size > PARSER_VALUE_MAX)
		return tags_refuse(d, NULL, r->e, "a value of %u bytes, more than %d",
				   m->value_size, PARSER_VALUE_MAX);
	if (btf_is_void(w->labels.t))
		return w->slots == 1 ? 0 : tags_refuse(d, NULL, r->e, "slots without labels");
	if (!btf_is_struct(w->labels.t))
		return tags_refuse(d, NULL, r->e, "its labels are no struct");
	return parser_labels(r, &w->labels, true, m);
}

static int global_read(struct parser *r, const struct variable *v, const struct wrapper *w)
{
	struct map_description *m = &r->d->maps[r->d->nr_maps];
	int err;

	if (r->d->nr_maps == PARSER_MAPS_MAX)
		return tags_refuse(&v->declaration, NULL, r->e, "more than %d maps and globals",
				   PARSER_MAPS_MAX);
	if (!parser_is_identifier(v->name))
		return tags_refuse(&v->declaration, NULL, r->e, "no valid name");
	if (tags_get(&v->declaration, "layout"))
		return tags_refuse(&v->declaration, "layout", r->e, "only of a map");
	*m = (struct map_description){
		.name = parser_string(r, v->name),
		.layout = MAP_GLOBAL,
		.slots = w->slots,
		.key_size = sizeof(uint32_t),
		.value_size = w->value.size,
	};
	err = parser_metrics(r, &w->value, &v->declaration, m);
	if (err || !m->nr_metrics)
		return err; /* tags it may have are found to be unused at the end */
	r->d->nr_maps++;
	err = global_read_labels(r, v, w, m);
	if (!err)
		err = global_offset(r, v, &m->offset);
	return err;
}

static int global_read_any(struct parser *r, const struct variable *v)
{
	struct wrapper w;

	if (tags_get(&v->declaration, "lost"))
		return 0;
	if (!wrapper_open(r, &v->type, &w))
		w = (struct wrapper){
			.labels = ctype_of(r->btf, 0),
			.value = v->type,
			.slots = 1,
		};
	return global_read(r, v, &w);
}

int parser_globals(struct parser *r)
{
	return parser_variables(r, ".bss", global_read_any);
}

/* ---- losses ---- */

/* Enumerators beyond the array are no cause: the last one is their number. */
static int lost_read_causes(struct parser *r, const struct declaration *d, const struct wrapper *w)
{
	struct enumerators causes;
	int err = parser_enumerators(r, d, &w->labels, LOST_PREFIX, &causes);

	if (err)
		return err;
	while (causes.count && (uint64_t)causes.all[causes.count - 1].value >= w->slots)
		causes.count--;
	if (causes.count != w->slots)
		return tags_refuse(d, "lost", r->e, "%u counts for %zu causes", w->slots,
				   causes.count);
	r->d->lost_causes = causes.all;
	r->d->nr_lost_causes = causes.count;
	return 0;
}

static int lost_read(struct parser *r, const struct variable *v)
{
	const struct declaration *d = &v->declaration;
	struct wrapper w;
	int err;

	if (!tags_get(d, "lost"))
		return 0;
	err = tags_check(d, lost_rules, 1, r->e);
	if (err)
		return err;
	if (strcmp(tags_get(d, "lost"), "events"))
		return tags_refuse(d, "lost", r->e, "not \"events\"");
	if (r->d->has_lost)
		return tags_refuse(d, "lost", r->e, "a second one");
	if (!wrapper_open(r, &v->type, &w) || !btf_is_any_enum(w.labels.t) ||
	    !ctype_is_unsigned(&w.value) || w.value.size != sizeof(uint64_t))
		return tags_refuse(d, "lost", r->e,
				   "not { enum lost_cause labels[0]; __u64 slot[n]; }");
	r->d->has_lost = true;
	err = lost_read_causes(r, d, &w);
	return err ? err : global_offset(r, v, &r->d->lost_offset);
}

int parser_losses(struct parser *r)
{
	return parser_variables(r, ".bss", lost_read);
}
