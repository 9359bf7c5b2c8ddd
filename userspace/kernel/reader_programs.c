// SPDX-License-Identifier: GPL-2.0-only
/* Programs: every global function with a section of its own, and the event that it is one way to have. */
#include <errno.h>
#include <string.h>

#include "kernel/description.h"
#include "kernel/question.h"
#include "kernel/reader.h"

#define RANK_MAX 100

static const struct tag_rule program_rules[] = {
	{ "event", TAG_OPTIONAL },
	{ "alternative", TAG_OPTIONAL },
	{ "needs", TAG_REPEATS },
};

/* "1:hybrid": rank and name. */
static int program_read_alternative(struct reader *r, const struct declaration *d,
				    struct program_description *p)
{
	const char *text = tags_get(d, "alternative"), *colon = text ? strchr(text, ':') : NULL;
	char digits[8] = "";
	uint32_t rank;
	int err;

	if (!text)
		return 0;
	err = reader_check_text(r, d, "alternative");
	if (err)
		return err;
	if (colon && (size_t)(colon - text) < sizeof(digits))
		memcpy(digits, text, (size_t)(colon - text));
	if (!colon || !reader_number(digits, RANK_MAX, &rank))
		return tags_refuse(d, "alternative", r->e, "its rank is not from 1 to %d",
				   RANK_MAX);
	if (!colon[1])
		return tags_refuse(d, "alternative", r->e, "it has no name");
	if (!*p->event)
		return tags_refuse(d, "alternative", r->e, "of no event");
	p->rank = (int)rank;
	p->alternative = reader_string(r, colon + 1);
	return 0;
}

static int program_read_needs(struct reader *r, const struct declaration *d,
			      struct program_description *p)
{
	const char *needs[READER_NEEDS_MAX];
	struct question q;

	p->nr_needs = tags_get_all(d, "needs", needs, READER_NEEDS_MAX);
	if (p->nr_needs > READER_NEEDS_MAX)
		return tags_refuse(d, NULL, r->e, "more than %d needs", READER_NEEDS_MAX);
	for (size_t i = 0; i < p->nr_needs; i++) {
		if (strlen(needs[i]) > READER_TEXT_MAX || !question_parse(needs[i], &q))
			return tags_refuse(d, NULL, r->e, "needs '%.100s': not a question",
					   needs[i]);
		needs[i] = reader_string(r, needs[i]);
	}
	p->needs = reader_copy(r, needs, p->nr_needs, sizeof(*needs));
	return 0;
}

static int program_read(struct reader *r, uint32_t id)
{
	struct program_description *p = &r->d->programs[r->d->nr_programs];
	struct declaration d = tags_of(r->tags, id, -1);
	const char *name = btf__name_by_offset(r->btf, btf__type_by_id(r->btf, id)->name_off);
	int err;

	if (r->d->nr_programs == READER_PROGRAMS_MAX)
		return tags_refuse(&d, NULL, r->e, "more than %d programs", READER_PROGRAMS_MAX);
	if (!reader_is_identifier(name))
		return tags_refuse(&d, NULL, r->e, "no valid name");
	err = tags_check(&d, program_rules, sizeof(program_rules) / sizeof(*program_rules), r->e);
	if (!err)
		err = reader_check_identifier(r, &d, "event");
	if (err)
		return err;
	*p = (struct program_description){
		.name = reader_string(r, name),
		.event = reader_string(r, tags_get(&d, "event")),
		.alternative = "",
	};
	r->d->nr_programs++;
	err = program_read_alternative(r, &d, p);
	return err ? err : program_read_needs(r, &d, p);
}

/* Functions that programs call, and that no macro made part of them, lie in .text. */
static bool is_program(const struct reader *r, const struct btf_type *t)
{
	if (!btf_is_func(t) || btf_vlen(t) != BTF_FUNC_GLOBAL)
		return false;
	return !r->elf ||
	       !elffile_function(r->elf, ".text", btf__name_by_offset(r->btf, t->name_off));
}

int reader_programs(struct reader *r)
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
