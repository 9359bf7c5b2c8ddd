// SPDX-License-Identifier: GPL-2.0-only
/* A few dozen programs at most: everything is found anew by walking them. */
#include "load/choice.h"

#include <stdlib.h>
#include <string.h>

struct way {
	const char *event;
	int rank;
	const char *name; /* of the alternative; "" where the event has none */
	bool preferred;
	const char *avoided; /* why it comes last; NULL: it does not */
};

struct verdict {
	enum program_state why;
	const char *reason; /* NULL: not ruled out */
};

struct choice {
	const struct description *description;
	struct verdict *verdicts; /* by program */
	struct way *ways;
	size_t nr_ways;
};

static bool way_serves(const struct way *w, const char *event)
{
	return !strcmp(w->event, event);
}

static bool way_has(const struct way *w, const struct program_description *p)
{
	if (!way_serves(w, p->event))
		return false;
	return !*p->alternative || (w->rank == p->rank && !strcmp(w->name, p->alternative));
}

static bool has_way_with(const struct choice *c, const struct program_description *p)
{
	size_t i;

	for (i = 0; i < c->nr_ways; i++)
		if (way_has(&c->ways[i], p))
			return true;
	return false;
}

/* Alternatives first, so that an event has a nameless way only where it has no alternatives. */
static void find_ways(struct choice *c)
{
	const struct description *d = c->description;
	const struct program_description *p;
	int named;

	for (named = 1; named >= 0; named--) {
		for (p = d->programs; p < d->programs + d->nr_programs; p++) {
			if ((*p->alternative != '\0') != named || has_way_with(c, p))
				continue;
			c->ways[c->nr_ways++] = (struct way){ .event = p->event,
							      .rank = p->rank,
							      .name = p->alternative };
		}
	}
}

struct choice *choice_new(const struct description *d)
{
	struct choice *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->description = d;
	c->verdicts = calloc(d->nr_programs + 1, sizeof(*c->verdicts));
	c->ways = calloc(d->nr_programs + 1, sizeof(*c->ways));
	if (!c->verdicts || !c->ways) {
		choice_free(c);
		return NULL;
	}
	find_ways(c);
	return c;
}

void choice_free(struct choice *c)
{
	if (!c)
		return;
	free(c->verdicts);
	free(c->ways);
	free(c);
}

void choice_rule_out(struct choice *c, size_t program, enum program_state why, const char *reason)
{
	if (!c->verdicts[program].reason)
		c->verdicts[program] = (struct verdict){ why, reason };
}

void choice_prefer(struct choice *c, size_t program)
{
	const struct program_description *p = &c->description->programs[program];
	struct way *w;

	for (w = c->ways; w < c->ways + c->nr_ways; w++)
		if (*p->alternative && way_has(w, p))
			w->preferred = true;
}

void choice_avoid(struct choice *c, size_t program, const char *reason)
{
	const struct program_description *p = &c->description->programs[program];
	struct way *w;

	for (w = c->ways; w < c->ways + c->nr_ways; w++)
		if (*p->alternative && way_has(w, p))
			w->avoided = reason;
}

/* What stands in a way's way; NULL where it is open. A program of the whole collector that is not needed is left out
 * by itself; one of an event takes the event with it. */
static const struct verdict *way_obstacle(const struct choice *c, const struct way *w)
{
	const struct description *d = c->description;
	size_t i;

	for (i = 0; i < d->nr_programs; i++) {
		const struct verdict *v = &c->verdicts[i];

		if (!v->reason || !way_has(w, &d->programs[i]))
			continue;
		if (v->why != PROGRAM_NOT_NEEDED || *w->event)
			return v;
	}
	return NULL;
}

static bool way_before(const struct way *a, const struct way *b)
{
	if (a->preferred != b->preferred)
		return a->preferred;
	if (!a->avoided != !b->avoided)
		return !a->avoided;
	return a->rank < b->rank;
}

/* The best way, among all or only among the open ones. */
static const struct way *first_way(const struct choice *c, const char *event, bool open)
{
	const struct way *w, *first = NULL;

	for (w = c->ways; w < c->ways + c->nr_ways; w++) {
		if (!way_serves(w, event) || (first && !way_before(w, first)))
			continue;
		if (!open || !way_obstacle(c, w))
			first = w;
	}
	return first;
}

/* Why an event cannot be had: the obstacle of its best way. NULL where it can, or where there is no such event. */
static const struct verdict *event_obstacle(const struct choice *c, const char *event)
{
	const struct way *w = first_way(c, event, false);

	if (!w || first_way(c, event, true))
		return NULL;
	return way_obstacle(c, w);
}

/* Chosen, were it only for the program's own event. */
static bool event_has(const struct choice *c, size_t program)
{
	const struct program_description *p = &c->description->programs[program];
	const struct way *w = first_way(c, p->event, true);

	return w && way_has(w, p) && !c->verdicts[program].reason;
}

/* Why nothing of the collector runs; NULL where something does. */
static const char *collector_obstacle(const struct choice *c)
{
	const struct verdict *v = event_obstacle(c, "");
	size_t i;

	if (v)
		return v->reason;
	for (i = 0; i < c->description->nr_programs; i++)
		if (event_has(c, i))
			return NULL;
	for (i = 0; i < c->description->nr_programs; i++)
		if (c->verdicts[i].reason)
			return c->verdicts[i].reason;
	return "it has no programs";
}

bool choice_has(const struct choice *c, size_t program)
{
	return event_has(c, program) && !collector_obstacle(c);
}

bool choice_runs(const struct choice *c, const char *event, const char **reason)
{
	const char *why = collector_obstacle(c);
	const struct verdict *v;

	if (!why && *event && !first_way(c, event, false))
		why = "no program has this event";
	if (!why) {
		v = event_obstacle(c, event);
		why = v ? v->reason : NULL;
	}
	if (reason)
		*reason = why ? why : "";
	return !why;
}

/* The way that a program belongs to; of one that its event needs in any way, the event's best. */
static const struct way *way_of(const struct choice *c, const struct program_description *p)
{
	const struct way *w;

	for (w = c->ways; *p->alternative && w < c->ways + c->nr_ways; w++)
		if (way_has(w, p))
			return w;
	return first_way(c, p->event, false);
}

enum program_state choice_state(const struct choice *c, size_t program, const char **reason)
{
	const struct way *way = way_of(c, &c->description->programs[program]);
	const struct verdict *own = &c->verdicts[program], *v;

	if (own->reason) {
		*reason = own->reason;
		return own->why;
	}
	if (choice_has(c, program)) {
		*reason = "";
		return PROGRAM_ATTACHED;
	}
	v = way_obstacle(c, way);
	if (v) {
		*reason = v->reason;
		return v->why;
	}
	*reason = collector_obstacle(c);
	if (*reason)
		return PROGRAM_UNAVAILABLE;
	*reason = way->avoided ? way->avoided : "a better alternative runs";
	return PROGRAM_NOT_CHOSEN;
}
