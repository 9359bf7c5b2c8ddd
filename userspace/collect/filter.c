// SPDX-License-Identifier: GPL-2.0-only
/* Checks foreign names against the registry and sets the flags of a selection. */
#include "collect/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

#define LIST_CEILING 768 /* bytes of the list of collectors in a message */
#define SHOWN_MAX 64 /* bytes of a foreign name in a message */

static bool filter_has(const struct filter *f, enum filter_kind kind, const char *name)
{
	for (size_t i = 0; i < f->nr[kind]; i++)
		if (!strcmp(f->names[kind][i], name))
			return true;
	return false;
}

/* ---- refusals ---- */

static void filter_list(const struct registry *r, struct buffer *list)
{
	for (size_t i = 0; i < registry_collectors(r); i++) {
		const struct collector *c = registry_collector(r, i);

		if (collector_state(c) != COLLECTOR_RUNNING)
			continue;
		buffer_puts(list, list->length ? ", " : "");
		buffer_puts(list, collector_name(c));
	}
	buffer_append(list, "", 1);
}

static int filter_refuse(const struct registry *r, int err, const char *what, struct error *e)
{
	struct buffer list = BUFFER_INIT(LIST_CEILING);

	filter_list(r, &list);
	error_set(e, err, "%s; running collectors: %s", what, list.failed ? "see /" : list.data);
	buffer_release(&list);
	return err;
}

/* The name as whoever asked wrote it, as far as it is text that harms no terminal. */
static int filter_refuse_name(const struct registry *r, const char *name, const char *reason,
			      struct error *e)
{
	char shown[SHOWN_MAX + 1];
	struct error what;
	size_t n = strnlen(name, SHOWN_MAX);

	memcpy(shown, name, n);
	shown[n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (name[i] < ' ' || name[i] > '~')
			shown[i] = '?';
	error_set(&what, 0, "collector '%s' %s", shown, reason);
	return filter_refuse(r, -ENOENT, what.text, e);
}

/* One that this kernel cannot run is no mistake: the same request may go to many hosts, and bpf_exporter_collector_success
 * tells. */
static int filter_check_collector(const struct registry *r, enum filter_kind kind, const char *name,
				  struct error *e)
{
	const struct collector *c = registry_find(r, name);

	if (!c)
		return filter_refuse_name(r, name, "does not exist", e);
	if (kind == FILTER_EXCLUDE || collector_state(c) != COLLECTOR_DISABLED)
		return 0;
	return filter_refuse_name(r, name, "is disabled", e);
}

static int filter_check(const struct filter *f, const struct registry *r, struct error *e)
{
	int err = 0;

	if (f->nr[FILTER_COLLECT] && f->nr[FILTER_EXCLUDE])
		return filter_refuse(r, -EINVAL,
				     "collect[] and exclude[] exclude each other: use one of them",
				     e);
	for (enum filter_kind kind = FILTER_COLLECT; kind <= FILTER_EXCLUDE; kind++)
		for (size_t i = 0; !err && i < f->nr[kind]; i++)
			err = filter_check_collector(r, kind, f->names[kind][i], e);
	return err;
}

/* ---- the selection ---- */

static void filter_choose_collectors(const struct filter *f, const struct registry *r,
				     struct selection *s)
{
	for (size_t i = 0; i < s->nr_collectors; i++) {
		const char *name = collector_wanted_name(registry_collector(r, i));

		s->chosen[i] = f->nr[FILTER_COLLECT] ? filter_has(f, FILTER_COLLECT, name)
						     : !filter_has(f, FILTER_EXCLUDE, name);
	}
}

/* A family by its name, or a histogram by that of one of its samples. */
static bool filter_names_family(const struct filter *f, const struct family *family)
{
	static const char *const suffixes[] = { "", "_bucket", "_sum", "_count" };
	const size_t nr =
		family->type == METRIC_HISTOGRAM ? sizeof(suffixes) / sizeof(*suffixes) : 1;
	const size_t length = strlen(family->name);

	for (size_t i = 0; i < f->nr[FILTER_FAMILY]; i++) {
		const char *name = f->names[FILTER_FAMILY][i];

		for (size_t j = 0; j < nr && !strncmp(name, family->name, length); j++)
			if (!strcmp(name + length, suffixes[j]))
				return true;
	}
	return false;
}

static void filter_choose_families(const struct filter *f, const struct registry *r,
				   struct selection *s)
{
	for (size_t i = 0; i < s->nr_families; i++) {
		const struct known_family k = registry_known_family(r, i);
		const bool ours = k.collector == REGISTRY_NO_COLLECTOR;

		if (!ours && !s->chosen[k.collector])
			continue;
		if (f->nr[FILTER_FAMILY] && !filter_names_family(f, k.family))
			continue;
		selection_families(s)[k.number] = true;
		s->whole |= ours; /* they are about what is read */
	}
}

int filter_select(const struct filter *f, const struct registry *r, struct selection **out,
		  struct error *e)
{
	int err = filter_check(f, r, e);
	struct selection *s;

	*out = NULL;
	if (err || !(f->nr[FILTER_COLLECT] + f->nr[FILTER_EXCLUDE] + f->nr[FILTER_FAMILY]))
		return err;
	s = selection_new(registry_collectors(r), registry_known_families(r));
	if (!s)
		return error_set(e, -ENOMEM, "selection: no memory: -ENOMEM");
	filter_choose_collectors(f, r, s);
	filter_choose_families(f, r, s);
	*out = s;
	return 0;
}
