// SPDX-License-Identifier: GPL-2.0-only
/* Programs: every global function with a section of its own, and the event that it is one way to have. */
#include <errno.h>
#include <string.h>

#include "describe/description.h"
#include "describe/need.h"
#include "describe/parser.h"

#define RANK_MAX 100

static const struct tag_rule program_rules[] = {
	{ "event", TAG_OPTIONAL },
	{ "alternative", TAG_OPTIONAL },
	{ "needs", TAG_REPEATS },
};

/* "1:hybrid": rank and name. */
static int program_read_alternative(struct parser *r, const struct declaration *d,
				    struct program_description *p)
{
	const char *text = tags_get(d, "alternative"), *colon = text ? strchr(text, ':') : NULL;
	char digits[8] = "";
	uint32_t rank;
	int err;

	if (!text)
		return 0;
	err = parser_check_text(r, d, "alternative");
	if (err)
		return err;
	if (colon && (size_t)(colon - text) < sizeof(digits))
		memcpy(digits, text, (size_t)(colon - text));
	if (!colon || !parser_number(digits, RANK_MAX, &rank))
		return tags_refuse(d, "alternative", r->e, "its rank is not from 1 to %d",
				   RANK_MAX);
	if (!colon[1])
		return tags_refuse(d, "alternative", r->e, "it has no name");
	if (!*p->event)
		return tags_refuse(d, "alternative", r->e, "of no event");
	p->rank = (int)rank;
	p->alternative = parser_string(r, colon + 1);
	return 0;
}

static int program_read_needs(struct parser *r, const struct declaration *d,
			      struct program_description *p)
{
	const char *needs[PARSER_NEEDS_MAX];
	struct need q;

	p->nr_needs = tags_get_all(d, "needs", needs, PARSER_NEEDS_MAX);
	if (p->nr_needs > PARSER_NEEDS_MAX)
		return tags_refuse(d, NULL, r->e, "more than %d needs", PARSER_NEEDS_MAX);
	for (size_t i = 0; i < p->nr_needs; i++) {
		if (strlen(needs[i]) > PARSER_TEXT_MAX || !need_parse(needs[i], &q))
			return tags_refuse(d, NULL, r->e, "needs '%.100s': not a question",
					   needs[i]);
		needs[i] = parser_string(r, needs[i]);
	}
	p->needs = parser_copy(r, needs, p->nr_needs, sizeof(*needs));
	return 0;
}

static int program_read(struct parser *r, uint32_t id)
{
	struct program_description *p = &r->d->programs[r->d->nr_programs];
	struct declaration d = tags_of(r->tags, id, -1);
	const char *name = btf__name_by_offset(r->btf, btf__type_by_id(r->btf, id)->name_off);
	int err;

	if (r->d->nr_programs == PARSER_PROGRAMS_MAX)
		return tags_refuse(&d, NULL, r->e, "more than %d programs", PARSER_PROGRAMS_MAX);
	if (!parser_is_identifier(name))
		return tags_refuse(&d, NULL, r->e, "no valid name");
	err = tags_check(&d, program_rules, sizeof(program_rules) / sizeof(*program_rules), r->e);
	if (!err)
		err = parser_check_identifier(r, &d, "event");
	if (err)
		return err;
	*p = (struct program_description){
		.name = parser_string(r, name),
		.event = parser_string(r, tags_get(&d, "event")),
		.alternative = "",
	};
	r->d->nr_programs++;
	err = program_read_alternative(r, &d, p);
	return err ? err : program_read_needs(r, &d, p);
}

/* Functions that programs call, and that no macro made part of them, lie in .text. */
static bool is_program(const struct parser *r, const struct btf_type *t)
{
	if (!btf_is_func(t) || btf_vlen(t) != BTF_FUNC_GLOBAL)
		return false;
	return !r->elf ||
	       !elffile_function(r->elf, ".text", btf__name_by_offset(r->btf, t->name_off));
}

int parser_programs(struct parser *r)
{
	uint32_t nr = btf__type_cnt(r->btf);
	int err = 0;

	for (uint32_t id = 1; !err && id < nr; id++) {
		const struct btf_type *t = btf__type_by_id(r->btf, id);

		if (is_program(r, t))
			err = program_read(r, id);
	}
	return err;
}
