// SPDX-License-Identifier: GPL-2.0-only
/* Exemplars: the members of a value that stand beside its histograms. */
#include <errno.h>
#include <string.h>

#include <bpf_exporter/exemplar.h>

#include "describe/description.h"
#include "describe/parser.h"

static const struct tag_rule exemplar_rules[] = { { "exemplar", TAG_REQUIRED } };

/* The histogram that a member of the value holds; NULL where it holds none. */
static struct metric_description *exemplar_owner(struct parser *r, const struct ctype *value,
						 const char *member, struct map_description *m)
{
	int at = member_find(r->btf, value, member);

	for (size_t i = 0; at >= 0 && m->metrics && i < m->nr_metrics; i++)
		if (m->metrics[i].family.type == METRIC_HISTOGRAM &&
		    m->metrics[i].offset == member_at(r->btf, value, (uint32_t)at).offset)
			return &m->metrics[i];
	return NULL;
}

static bool exemplar_is_record(struct parser *r, const struct member *member)
{
	const char *name = btf__name_by_offset(r->btf, member->type.t->name_off);

	return btf_is_struct(member->type.t) &&
	       member->type.size == sizeof(struct exemplar_record) &&
	       !strcmp(name, "exemplar_record");
}

static int exemplar_read(struct parser *r, const struct ctype *value, uint32_t i,
			 struct map_description *m)
{
	struct declaration d = tags_of(r->tags, value->id, (int)i);
	struct member member = member_at(r->btf, value, i);
	struct metric_description *owner;

	if (!tags_get(&d, "exemplar"))
		return 0;
	if (tags_check(&d, exemplar_rules, 1, r->e))
		return -EINVAL;
	if (!exemplar_is_record(r, &member) || member.offset % sizeof(uint64_t))
		return tags_refuse(&d, "exemplar", r->e, "is not as EXEMPLAR() makes it");
	owner = exemplar_owner(r, value, tags_get(&d, "exemplar"), m);
	if (!owner)
		return r->no_memory ? 0
				    : tags_refuse(&d, "exemplar", r->e,
						  "no member of that name is a histogram");
	if (owner->family.exemplar)
		return tags_refuse(&d, "exemplar", r->e, "that histogram has one already");
	owner->exemplar_offset = member.offset;
	owner->family.exemplar = m->words;
	m->words += EXEMPLAR_WORDS;
	return 0;
}

int parser_exemplars(struct parser *r, const struct ctype *value, struct map_description *m)
{
	int err = 0;

	for (uint32_t i = 0; !err && m->nr_metrics && i < member_count(value); i++)
		err = exemplar_read(r, value, i, m);
	return err;
}
