// SPDX-License-Identifier: GPL-2.0-only
/* What no part of a description can see alone: its parts held against each other. */
#include <errno.h>
#include <string.h>

#include "describe/description.h"
#include "describe/need.h"
#include "describe/parser.h"

/* Call fn for each metric with the map it is in, until one fails. */
typedef int (*metric_fn)(struct parser *r, const struct map_description *m,
			 const struct metric_description *metric);

static int each_metric(struct parser *r, metric_fn fn)
{
	int err = 0;

	for (size_t i = 0; i < r->d->nr_maps; i++)
		for (size_t j = 0; !err && j < r->d->maps[i].nr_metrics; j++)
			err = fn(r, &r->d->maps[i], &r->d->maps[i].metrics[j]);
	return err;
}

/* ---- names that occur twice ---- */

static int refuse_clash(const struct parser *r, const struct map_description *m,
			const struct metric_description *metric, const struct map_description *in,
			const struct metric_description *other)
{
	if (!strcmp(other->family.name, metric->family.name))
		return error_set(r->e, -EINVAL, "map '%s': metric '%s': also in map '%s': -EINVAL",
				 m->name, metric->family.name, in->name);
	return error_set(r->e, -EINVAL,
			 "map '%s': metric '%s': OpenMetrics calls '%s' in map '%s' the same: "
			 "-EINVAL",
			 m->name, metric->family.name, other->family.name, in->name);
}

static int check_metric_unique(struct parser *r, const struct map_description *m,
			       const struct metric_description *metric)
{
	for (size_t i = 0; i < r->d->nr_maps; i++)
		for (size_t j = 0; j < r->d->maps[i].nr_metrics; j++) {
			const struct metric_description *other = &r->d->maps[i].metrics[j];

			if (other != metric && family_clashes(&other->family, &metric->family))
				return refuse_clash(r, m, metric, &r->d->maps[i], other);
		}
	return 0;
}

/* ---- events ---- */

static int check_metric_fed(struct parser *r, const struct map_description *m,
			    const struct metric_description *metric)
{
	if (!*metric->event)
		return 0; /* the whole collector */
	for (size_t i = 0; i < r->d->nr_programs; i++)
		if (!strcmp(metric->event, r->d->programs[i].event))
			return 0;
	return error_set(r->e, -EINVAL,
			 "map '%s': metric '%s': event '%s': no program feeds it: -EINVAL", m->name,
			 metric->family.name, metric->event);
}

/* Alternatives of one event: one rank, one name. */
static int check_alternatives(struct parser *r, const struct program_description *p)
{
	for (size_t i = 0; i < r->d->nr_programs; i++) {
		const struct program_description *other = &r->d->programs[i];

		if (!p->rank || !other->rank || strcmp(p->event, other->event))
			continue;
		if ((p->rank == other->rank) == !strcmp(p->alternative, other->alternative))
			continue;
		return error_set(
			r->e, -EINVAL,
			"function '%s': alternative '%d:%s': function '%s' has '%d:%s', but one "
			"rank has one name: -EINVAL",
			p->name, p->rank, p->alternative, other->name, other->rank,
			other->alternative);
	}
	return 0;
}

static bool parameter_exists(const struct description *d, const char *name)
{
	for (size_t i = 0; i < d->nr_parameters; i++)
		if (!strcmp(d->parameters[i].name, name))
			return true;
	return false;
}

static int check_needs(struct parser *r, const struct program_description *p)
{
	struct need q;

	for (size_t i = 0; i < p->nr_needs; i++)
		if (need_parse(p->needs[i], &q) && need_is(&q, "parameter") &&
		    !parameter_exists(r->d, q.argument))
			return error_set(r->e, -EINVAL,
					 "function '%s': needs '%s': no such parameter: -EINVAL",
					 p->name, p->needs[i]);
	return 0;
}

int parser_check_whole(struct parser *r)
{
	int err = each_metric(r, check_metric_unique);

	if (!err)
		err = each_metric(r, check_metric_fed);
	for (size_t i = 0; !err && i < r->d->nr_programs; i++) {
		err = check_alternatives(r, &r->d->programs[i]);
		if (!err)
			err = check_needs(r, &r->d->programs[i]);
	}
	return err;
}
