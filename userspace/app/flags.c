// SPDX-License-Identifier: GPL-2.0-only
/* Applies flags to collectors; knows every flag there is, so that it can suggest one. */
#include "app/flags.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/check.h"
#include "base/arena.h"
#include "base/suggest.h"
#include "describe/description.h"
#include "load/attach.h"

/* Every flag of this process, as it is written. */
struct vocabulary {
	struct arena *memory;
	const char **words; /* NULL-terminated */
	size_t nr;
};

static void add(struct vocabulary *v, const char *prefix, const char *name, const char *parameter)
{
	const char *word =
		arena_printf(v->memory, "%s%s%s%s", prefix, name, *parameter ? "." : "", parameter);

	if (word)
		v->words[v->nr++] = word;
}

static void add_collector(struct vocabulary *v, const struct collector *c)
{
	const struct description *d = collector_description(c);
	const char *name = collector_wanted_name(c);
	size_t i;

	add(v, "--collector.", name, "");
	add(v, "--no-collector.", name, "");
	for (i = 0; d && i < d->nr_parameters; i++)
		add(v, "--collector.", name, d->parameters[i].name);
}

static size_t count_words(const struct registry *r, size_t rows)
{
	size_t n = 2 * rows + 2 * registry_collectors(r), i;
	const struct description *d;

	for (i = 0; i < registry_collectors(r); i++) {
		d = collector_description(registry_collector(r, i));
		n += d ? d->nr_parameters : 0;
	}
	return n;
}

/* Without memory there are fewer words, or none. */
static void learn(struct vocabulary *v, const struct registry *r)
{
	size_t rows, i;
	const struct option *table = options_table(&rows);

	v->words = arena_array(v->memory, count_words(r, rows) + 1, sizeof(*v->words));
	if (!v->words)
		return;
	for (i = 0; i < rows; i++) {
		add(v, "--", table[i].name, "");
		if (!table[i].argument)
			add(v, "--no-", table[i].name, "");
	}
	for (i = 0; i < registry_collectors(r); i++)
		add_collector(v, registry_collector(r, i));
}

/* Keep only the words with the first `stem` letters of the flag, and cut these off: what all have in common must
 * not count as likeness. */
static void narrow(struct vocabulary *v, const char *flag, size_t stem)
{
	size_t i, kept = 0;

	for (i = 0; i < v->nr; i++)
		if (!strncmp(v->words[i], flag, stem))
			v->words[kept++] = v->words[i] + stem;
	v->words[kept] = NULL;
}

/* `flag` as it was written; `stem`: how much of it is surely meant. */
static int unknown_flag(const struct registry *r, const char *flag, size_t stem, struct error *e)
{
	const int length = (int)strcspn(flag, "=");
	struct vocabulary v = { .memory = arena_new() };
	const char *word = NULL, *meant = NULL;

	if (v.memory)
		word = arena_string(v.memory, flag, (size_t)length);
	if (word)
		learn(&v, r);
	if (v.words) {
		narrow(&v, flag, stem);
		meant = suggest(word + stem, v.words);
	}
	if (meant)
		error_set(e, -EINVAL, "flag '%.*s': unknown: -EINVAL; did you mean '%s'?", length,
			  flag, meant - stem);
	else
		error_set(e, -EINVAL, "flag '%.*s': unknown: -EINVAL; --help shows all flags",
			  length, flag);
	arena_free(v.memory);
	return -EINVAL;
}

static struct collector *find(const struct registry *r, const struct collector_flag *f)
{
	char *name = strndup(f->name, f->name_length);
	struct collector *c = name ? registry_find(r, name) : NULL;

	free(name);
	return c;
}

static bool has_parameter(const struct collector *c, const char *name)
{
	const struct description *d = collector_description(c);
	size_t i;

	for (i = 0; d && i < d->nr_parameters; i++)
		if (!strcmp(d->parameters[i].name, name))
			return true;
	return false;
}

static int set_parameter(const struct registry *r, struct collector *c,
			 const struct collector_flag *f, struct error *e)
{
	char *name = strndup(f->parameter, strcspn(f->parameter, "="));
	int err;

	if (!name)
		return error_set(e, -ENOMEM, "flags: no memory: -ENOMEM");
	err = collector_set_parameter(c, name, f->value, e);
	if (err == -ENOENT && !has_parameter(c, name))
		err = unknown_flag(r, f->text, (size_t)(f->parameter - f->text), e);
	free(name);
	return err;
}

static int apply(const struct collector_flag *f, struct registry *r, struct error *e)
{
	struct collector *c = find(r, f);

	if (!c)
		return unknown_flag(r, f->text, (size_t)(f->name - f->text), e);
	if (f->parameter)
		return set_parameter(r, c, f, e);
	collector_enable(c, f->on);
	return 0;
}

static bool is_way(const char *name)
{
	const struct attach_way *ways;
	size_t nr, i;

	ways = attach_ways(&nr);
	for (i = 0; i < nr; i++)
		if (!strcmp(ways[i].name, name))
			return true;
	return false;
}

static bool has_alternative(const struct collector *c, const char *name)
{
	const struct description *d = collector_description(c);
	size_t i;

	for (i = 0; d && i < d->nr_programs; i++)
		if (!strcmp(d->programs[i].alternative, name))
			return true;
	return false;
}

static int prefer(const char *name, struct registry *r, struct error *e)
{
	bool known = is_way(name);
	size_t i;

	for (i = 0; i < registry_collectors(r); i++) {
		known = known || has_alternative(registry_collector(r, i), name);
		collector_prefer(registry_collector(r, i), name);
	}
	if (known)
		return 0;
	return error_set(e, -EINVAL,
			 "flag '--attach.prefer': '%s' is neither a way to attach nor an "
			 "alternative: -EINVAL; --collector.list names them",
			 name);
}

int flags_apply(const struct options *o, struct registry *r, struct error *e)
{
	size_t i;
	int err = 0;

	for (i = 0; o->disable_defaults && i < registry_collectors(r); i++)
		collector_enable(registry_collector(r, i), false);
	if (o->prefer)
		err = prefer(o->prefer, r, e);
	for (i = 0; i < o->nr_collector_flags && !err; i++)
		err = apply(&o->collector_flags[i], r, e);
	if (!err && o->check.on)
		err = check_names(o->check.required, r, e);
	if (!err && o->unknown)
		err = unknown_flag(r, o->unknown, strlen("--"), e);
	return err;
}
