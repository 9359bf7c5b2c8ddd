// SPDX-License-Identifier: GPL-2.0-only
/* A collector's life: described, enabled, loaded, collected. */
#include "collect/collector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "collect/parameter.h"
#include "collect/source.h"
#include "load/features.h"
#include "load/object.h"
#include "metric/table.h"

struct collector {
	char *file, *name; /* name: while there is no description */
	const void *elf;
	size_t size;
	struct description *description;
	enum collector_state state;
	struct error reason;
	char **parameters; /* text from the command line, one a parameter of the description or NULL */
	const char *prefer; /* a way to attach or an alternative, or NULL */
	uint64_t created_ns; /* when its maps were made, by CLOCK_BOOTTIME */
	struct object *object;
	struct source **sources; /* one a map; NULL where it has no metrics or was not created */
	struct family *families;
	size_t nr_families;
	uint64_t events, events_read; /* that the metrics showed in all, and at the last reading */
};

static const char *collector_base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

struct collector *collector_new(const char *file, const void *elf, size_t size)
{
	struct collector *c = calloc(1, sizeof(*c));
	const char *base = collector_base_name(file);

	if (!c)
		return NULL;
	c->elf = elf;
	c->size = size;
	c->file = strdup(file);
	c->name = strndup(base, strcspn(base, "."));
	if (!c->file || !c->name)
		goto fail;
	c->description = description_read(file, elf, size, &c->reason);
	if (!c->description) {
		c->state = COLLECTOR_REFUSED;
		return c;
	}
	c->parameters = calloc(c->description->nr_parameters + 1, sizeof(*c->parameters));
	if (!c->parameters)
		goto fail;
	collector_enable(c, c->description->default_on);
	return c;
fail:
	collector_free(c);
	return NULL;
}

static void collector_unload(struct collector *c)
{
	for (size_t i = 0; c->sources && i < c->description->nr_maps; i++)
		source_free(c->sources[i]);
	free(c->sources);
	c->sources = NULL;
	free(c->families);
	c->families = NULL;
	c->nr_families = 0;
}

void collector_free(struct collector *c)
{
	if (!c)
		return;
	collector_unload(c);
	object_free(c->object);
	for (size_t i = 0; c->parameters && i < c->description->nr_parameters; i++)
		free(c->parameters[i]);
	free(c->parameters);
	description_free(c->description);
	free(c->file);
	free(c->name);
	free(c);
}

const char *collector_name(const struct collector *c)
{
	return c->state == COLLECTOR_REFUSED ? c->file : collector_wanted_name(c);
}

const char *collector_wanted_name(const struct collector *c)
{
	return c->description ? c->description->collector : c->name;
}

const struct description *collector_description(const struct collector *c)
{
	return c->description;
}

enum collector_state collector_state(const struct collector *c)
{
	return c->state;
}

const char *collector_state_name(enum collector_state state)
{
	static const char *const names[COLLECTOR_STATES] = {
		[COLLECTOR_DISABLED] = "disabled",
		[COLLECTOR_REFUSED] = "refused",
		[COLLECTOR_UNAVAILABLE] = "unavailable",
		[COLLECTOR_RUNNING] = "running",
	};

	return names[state];
}

const char *collector_reason(const struct collector *c)
{
	return c->reason.text;
}

void collector_prefer(struct collector *c, const char *way)
{
	c->prefer = way;
}

void collector_enable(struct collector *c, bool on)
{
	if (c->state == COLLECTOR_REFUSED)
		return;
	c->state = on ? COLLECTOR_UNAVAILABLE : COLLECTOR_DISABLED;
	error_set(&c->reason, 0, on ? "not loaded yet" : "not enabled");
}

void collector_refuse(struct collector *c, const char *reason)
{
	c->state = COLLECTOR_REFUSED;
	error_set(&c->reason, 0, "%s", reason);
}

/* ---- parameters ---- */

int collector_set_parameter(struct collector *c, const char *name, const char *text,
			    struct error *e)
{
	const struct description *d = c->description;

	for (size_t i = 0; d && i < d->nr_parameters; i++) {
		char *copy;
		int err;

		if (strcmp(d->parameters[i].name, name))
			continue;
		err = parameter_check(&d->parameters[i], text, e);
		if (err)
			return error_prefix(e, err, "collector '%s'", collector_name(c));
		copy = strdup(text);
		if (!copy)
			return error_set(e, -ENOMEM, "parameter '%s': no memory: -ENOMEM", name);
		free(c->parameters[i]);
		c->parameters[i] = copy;
		return 0;
	}
	return error_set(e, -ENOENT, "collector '%s': no parameter '%s': -ENOENT",
			 collector_name(c), name);
}

/* What the object asks for before it is loaded. */
static int collector_parameter(void *context, const struct parameter_description *p, void *bytes,
			       struct error *e)
{
	const struct collector *c = context;
	const char *text = c->parameters[p - c->description->parameters];

	return parameter_encode(p, text ? text : p->defaults, bytes, e);
}

/* ---- loading ---- */

/* How many objects a map's labels stand for now: of the label that knows most. */
static uint32_t collector_population(void *context, const struct map_description *m)
{
	const struct decode_sources sources = { .root = "" };
	size_t most = 0;

	(void)context;
	for (size_t i = 0; i < m->nr_labels; i++) {
		const size_t n = decoder_population(m->labels[i].decoder, &sources);

		most = n > most ? n : most;
	}
	return (uint32_t)most;
}

static int collector_open_sources(struct collector *c, const struct features *f, struct error *e)
{
	const struct decode_sources decode = { .kernel_btf = features_btf(f), .root = "" };
	struct mapread_origin from = { .bss = object_bss(c->object, NULL),
				       .possible_cpus = features_possible_cpus(f),
				       .kernel = features_types(f) };

	for (size_t i = 0; i < c->description->nr_maps; i++) {
		const struct map_description *m = &c->description->maps[i];
		int err;

		from.fd = m->layout == MAP_GLOBAL ? -1 : object_map_fd(c->object, m);
		if (!m->nr_metrics || (from.fd < 0 && m->layout != MAP_GLOBAL))
			continue;
		err = source_new(&c->sources[i], m, &from, &decode, e);
		if (err)
			return err;
	}
	return 0;
}

static void collector_gather_families(struct collector *c)
{
	for (size_t i = 0; i < c->description->nr_maps; i++) {
		const struct map_description *m = &c->description->maps[i];

		for (size_t j = 0; c->sources[i] && j < m->nr_metrics; j++) {
			struct family *f = &c->families[c->nr_families++];

			*f = m->metrics[j].family;
			f->table = source_table(c->sources[i]);
			f->created_ns = c->created_ns;
			f->absent = !object_event_runs(c->object, m->metrics[j].event, NULL);
		}
	}
}

static int collector_prepare(struct collector *c, const struct features *f, struct error *e)
{
	const struct description *d = c->description;
	size_t metrics = 0;

	for (size_t i = 0; i < d->nr_maps; i++)
		metrics += d->maps[i].nr_metrics;
	c->sources = calloc(d->nr_maps + 1, sizeof(*c->sources));
	c->families = calloc(metrics + 1, sizeof(*c->families));
	if (!c->sources || !c->families)
		return error_set(e, -ENOMEM, "no memory: -ENOMEM");
	return collector_open_sources(c, f, e);
}

int collector_load(struct collector *c, const struct features *f, struct experiments *x,
		   struct error *e)
{
	const struct loadable loadable = {
		.file = c->file,
		.elf = c->elf,
		.size = c->size,
		.description = c->description,
		.features = f,
		.experiments = x,
		.prefer = c->prefer,
		.parameter = collector_parameter,
		.population = collector_population,
		.context = c,
		.keep_log = log_level() == LOG_DEBUG,
	};
	int err;

	c->created_ns = clock_ns(CLOCK_BOOTTIME);
	err = object_load(&c->object, &loadable, &c->reason);
	if (!err)
		err = collector_prepare(c, f, &c->reason);
	if (err) {
		collector_unload(c);
		return error_set(e, err, "collector '%s': %s", collector_name(c), c->reason.text);
	}
	collector_gather_families(c);
	c->state = COLLECTOR_RUNNING;
	error_set(&c->reason, 0, "%s", "");
	return 0;
}

/* ---- scraping ---- */

/* Families stand in the order of their maps. */
int collector_collect(struct collector *c, const bool *wanted, struct error *e)
{
	size_t family = 0;
	int err = object_watch(c->object, e);

	if (!err)
		err = object_iterate(c->object, e);
	for (size_t i = 0; !err && i < c->description->nr_maps; i++) {
		bool read = !wanted;

		for (size_t j = 0; c->sources[i] && j < c->description->maps[i].nr_metrics; j++)
			read |= wanted && wanted[family++];
		err = c->sources[i] && read ? source_collect(c->sources[i], e) : 0;
	}
	return err;
}

size_t collector_families(const struct collector *c, const struct family **out)
{
	*out = c->families;
	return c->nr_families;
}

size_t collector_programs(const struct collector *c, const struct program_status **out)
{
	return c->object ? object_programs(c->object, out) : 0;
}

size_t collector_maps(const struct collector *c)
{
	return c->sources ? c->description->nr_maps : 0;
}

bool collector_map(const struct collector *c, size_t i, struct map_status *out)
{
	const struct map_description *m = &c->description->maps[i];
	const struct source *s = c->sources[i];

	if (!s)
		return false;
	*out = (struct map_status){
		.name = m->name,
		.entries = source_entries(s),
		.max_entries = source_ceiling(s),
		.merged = table_merged(source_table(s)),
		.open = m->layout == MAP_HASH || m->layout == MAP_PERCPU_HASH,
		.dropped = table_dropped(source_table(s)),
	};
	return true;
}

/* Histograms count events, and so do counters that are in no unit. */
static uint64_t family_events(const struct family *f)
{
	const bool histogram = f->type == METRIC_HISTOGRAM;
	const unsigned int words = histogram ? scheme_buckets(&f->scheme) : 1;
	uint64_t events = 0;

	if (f->absent || (!histogram && (f->type != METRIC_COUNTER || *f->unit)))
		return 0;
	for (size_t i = 0; i < table_rows(f->table); i++) {
		const uint64_t *word = table_row(f->table, i).words + f->word;

		for (unsigned int n = 0; n < words; n++)
			events += word[n];
	}
	return events;
}

uint64_t collector_events(struct collector *c)
{
	uint64_t most = 0;

	for (size_t i = 0; i < c->nr_families; i++) {
		const uint64_t events = family_events(&c->families[i]);

		most = events > most ? events : most;
	}
	if (most > c->events_read)
		c->events += most - c->events_read;
	c->events_read = most;
	return c->events;
}

const char *collector_lost(const struct collector *c, size_t i, uint64_t *events)
{
	const struct description *d = c->description;
	const char *bss = c->object ? object_bss(c->object, NULL) : NULL;

	if (!bss || !d->has_lost || i >= d->nr_lost_causes)
		return NULL;
	*events = __atomic_load_n((const uint64_t *)(bss + d->lost_offset) + i, __ATOMIC_RELAXED);
	return d->lost_causes[i].name;
}
