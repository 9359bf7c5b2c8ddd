// SPDX-License-Identifier: GPL-2.0-only
/* Questions to the parameters, to the kernel's types and to the table of attach ways. */
#include "load/candidates.h"

#include <errno.h>
#include <string.h>

#include "describe/need.h"
#include "load/attach.h"
#include "load/experiments.h"
#include "load/features.h"

struct questions {
	struct choice *choice;
	const struct trial *trial;
	const struct loadable *loadable;
	struct arena *memory;
};

/* Never NULL, since it stands for a reason. */
static const char *keep(const struct questions *q, const char *text)
{
	const char *copy = arena_string(q->memory, text, strlen(text));

	return copy ? copy : "-ENOMEM";
}

/* Parameters are the collector's own: true, or the program is not needed. */
static bool wanted(const struct questions *q, size_t i)
{
	const struct description *d = q->loadable->description;
	const struct program_description *p = &d->programs[i];
	struct need need;
	const char *reason;
	size_t n;

	for (n = 0; n < p->nr_needs; n++) {
		if (!need_parse(p->needs[n], &need) || !need_is(&need, "parameter") ||
		    trial_parameter(q->trial, need.argument) != need.opposite)
			continue;
		reason = arena_printf(q->memory, "switched off by --collector.%s.%s", d->collector,
				      need.argument);
		choice_rule_out(q->choice, i, PROGRAM_NOT_NEEDED, reason ? reason : "-ENOMEM");
		return false;
	}
	return true;
}

/* Whether the kernel has what a program needs, as far as it can be known before loading. */
static bool possible(const struct program_status *s, const struct loadable *l, struct error *why)
{
	const struct program_description *p = s->description;
	const struct attach_way *way;
	const char *target;
	struct need need;
	size_t n;

	way = attach_find(s->section, &target);
	if (!way) {
		error_set(why, -EINVAL, "no way to attach '%s' is known", s->section);
		return false;
	}
	if (!attach_possible(way, l->features, target, why))
		return false;
	if (way->probes && !witness_sees(experiments_witness(l->experiments), way->probes, why))
		return false;
	for (n = 0; n < p->nr_needs; n++) {
		if (need_parse(p->needs[n], &need) && need_is(&need, "parameter"))
			continue;
		if (!features_answer(l->features, p->needs[n], target, why))
			return false;
	}
	return true;
}

/* Who is asked for by the user comes first, who would be skipped by the kernel last. */
static void order(const struct questions *q, size_t i, const struct program_status *s,
		  const struct attach_way *way)
{
	const char *alternative = s->description->alternative, *prefer = q->loadable->prefer;

	if (way && *alternative && experiments_preempt(q->loadable->experiments, way->site))
		choice_avoid(q->choice, i,
			     "this kernel preempts such programs and skips events meanwhile");
	if (prefer && (!strcmp(s->way, prefer) || !strcmp(alternative, prefer)))
		choice_prefer(q->choice, i);
}

static void ask(const struct questions *q, size_t i, struct program_status *s)
{
	const char *section = trial_section(q->trial, i);
	const struct attach_way *way;
	struct error why;

	if (!section) {
		choice_rule_out(q->choice, i, PROGRAM_UNAVAILABLE,
				"the object has no such program");
		return;
	}
	s->section = keep(q, section);
	way = attach_find(s->section, &s->target);
	s->way = way ? way->name : "";
	order(q, i, s, way);
	if (wanted(q, i) && !possible(s, q->loadable, &why))
		choice_rule_out(q->choice, i, PROGRAM_UNAVAILABLE, keep(q, why.text));
}

void candidates_ask(struct choice *c, struct program_status *programs, const struct trial *t,
		    const struct loadable *l, struct arena *memory)
{
	const struct questions q = { .choice = c, .trial = t, .loadable = l, .memory = memory };
	size_t i;

	for (i = 0; i < l->description->nr_programs; i++)
		ask(&q, i, &programs[i]);
}
