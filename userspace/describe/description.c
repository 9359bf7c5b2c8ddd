// SPDX-License-Identifier: GPL-2.0-only
/* The doors of the description reader, and the order in which it reads. */
#include "describe/description.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "describe/btf_check.h"
#include "describe/parser.h"

static const struct tag_rule collector_rules[] = {
	{ "collector", TAG_REQUIRED },
	{ "help", TAG_REQUIRED },
	{ "default", TAG_REQUIRED },
};

/* Room for what an object may have at most; only what it has is kept. */
struct workbench {
	struct map_description maps[PARSER_MAPS_MAX];
	struct program_description programs[PARSER_PROGRAMS_MAX];
	struct parameter_description parameters[PARSER_PARAMETERS_MAX];
};

/* ---- the collector ---- */

static int collector_read(struct parser *r, const struct variable *v)
{
	const struct declaration *d = &v->declaration;
	const char *state;
	int err = tags_check(d, collector_rules, sizeof(collector_rules) / sizeof(*collector_rules),
			     r->e);

	if (!err)
		err = parser_check_identifier(r, d, "collector");
	if (!err)
		err = parser_check_text(r, d, "help");
	if (err)
		return err;
	if (r->d->collector)
		return tags_refuse(d, "collector", r->e, "a second one");
	state = tags_get(d, "default");
	if (strcmp(state, "ON") && strcmp(state, "OFF"))
		return tags_refuse(d, "default", r->e, "neither ON nor OFF");
	r->d->collector = parser_string(r, tags_get(d, "collector"));
	r->d->help = parser_string(r, tags_get(d, "help"));
	r->d->default_on = !strcmp(state, "ON");
	return 0;
}

static int parser_collector(struct parser *r)
{
	int err = parser_variables(r, "license", collector_read);

	if (!err && !r->d->collector)
		err = error_set(r->e, -EINVAL,
				"no COLLECTOR(name, help, state) at its top: -EINVAL");
	return err;
}

/* ---- all parts ---- */

static int parser_all_used(struct parser *r)
{
	return tags_check_all_used(r->tags, r->e);
}

static int (*const parts[])(struct parser *r) = {
	parser_collector, parser_parameters, parser_maps,     parser_globals,
	parser_losses,	  parser_programs,   parser_all_used, parser_check_whole,
};

static int description_read_parts(struct parser *r)
{
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(parts) / sizeof(*parts); i++)
		err = parts[i](r);
	return err;
}

static int description_keep(struct parser *r)
{
	struct description *d = r->d;

	d->maps = parser_copy(r, d->maps, d->nr_maps, sizeof(*d->maps));
	d->programs = parser_copy(r, d->programs, d->nr_programs, sizeof(*d->programs));
	d->parameters = parser_copy(r, d->parameters, d->nr_parameters, sizeof(*d->parameters));
	return r->no_memory ? error_set(r->e, -ENOMEM, "no memory: -ENOMEM") : 0;
}

static int description_fill(struct parser *r)
{
	struct workbench *bench = calloc(1, sizeof(*bench));
	int err = -ENOMEM;

	r->tags = tags_new(r->btf);
	if (bench && r->tags && r->memory) {
		r->d->maps = bench->maps;
		r->d->programs = bench->programs;
		r->d->parameters = bench->parameters;
		err = description_read_parts(r);
		if (!err)
			err = description_keep(r);
	} else {
		error_set(r->e, err, "no memory: -ENOMEM");
	}
	tags_free(r->tags);
	free(bench);
	return err;
}

/* ---- the doors ---- */

static struct description *description_new(const struct elffile *elf, const void *btf, size_t size,
					   struct error *e)
{
	struct btf *checked = btf_check_new(btf, size, e);
	struct parser r = { .btf = checked, .elf = elf, .e = e };

	if (!checked)
		return NULL;
	r.d = calloc(1, sizeof(*r.d));
	if (!r.d) {
		error_set(e, -ENOMEM, "no memory: -ENOMEM");
	} else {
		r.memory = r.d->memory = arena_new();
		if (description_fill(&r)) {
			description_free(r.d);
			r.d = NULL;
		}
	}
	btf__free(checked);
	return r.d;
}

struct description *description_read(const char *file, const void *elf, size_t size,
				     struct error *e)
{
	struct elffile *f = elffile_new(elf, size, e);
	struct description *d = NULL;
	const void *btf;
	size_t btf_size;

	if (f) {
		btf = elffile_section(f, ".BTF", &btf_size);
		if (btf)
			d = description_new(f, btf, btf_size, e);
		else
			error_set(e, -EINVAL, "no section .BTF: compile it with -g: -EINVAL");
		elffile_free(f);
	}
	if (!d)
		error_prefix(e, -EINVAL, "file '%s'", file);
	return d;
}

struct description *description_read_btf(const char *file, const void *btf, size_t size,
					 struct error *e)
{
	struct description *d = description_new(NULL, btf, size, e);

	if (!d)
		error_prefix(e, -EINVAL, "file '%s'", file);
	return d;
}

void description_free(struct description *d)
{
	if (!d)
		return;
	arena_free(d->memory);
	free(d);
}
