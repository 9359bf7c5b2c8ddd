// SPDX-License-Identifier: GPL-2.0-only
/* The exporter as its own subject: sheets of rows, filled anew at each scrape from what others know. */
#include "collect/self.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/compiler.h"
#include "base/epoch.h"
#include "base/log.h"
#include "base/logqueue.h"
#include "collect/process.h"
#include "collect/self_families.h"
#include "collect/tally.h"
#include "describe/description.h"
#include "load/object.h"
#include "metric/table.h"

/* What a row is about: item i of a collector. The raw key of every sheet's table. */
struct subject {
	uint32_t collector, item;
};

#define SELF_ROWS_MAX 65536

struct self {
	struct registry *registry;
	const struct self_facts *facts;
	struct sheet_context {
		struct self *self;
		enum sheet sheet;
	} contexts[SHEETS];
	struct table *tables[SHEETS];
	struct family families[SELF_FAMILIES];
	struct process_figures process; /* of the last scrape */
	bool process_failed;
};

/* ---- labels ---- */

static void self_label(struct buffer *out, const char *name, const char *value)
{
	label_append(out, name, value, strlen(value));
}

static const struct program_status *self_program(const struct self *s, const struct subject *k)
{
	const struct program_status *programs;

	collector_programs(registry_collector(s->registry, k->collector), &programs);
	return &programs[k->item];
}

static void self_render_build(const struct self *s, const struct subject *k, struct buffer *out)
{
	(void)k;
	self_label(out, "version", s->facts->version);
	self_label(out, "revision", s->facts->revision);
	self_label(out, "compiler", COMPILER " " COMPILER_VERSION);
}

static void self_render_collector(const struct self *s, const struct subject *k, struct buffer *out)
{
	self_label(out, "collector", collector_name(registry_collector(s->registry, k->collector)));
}

static void self_render_kernel(const struct self *s, const struct subject *k, struct buffer *out)
{
	struct utsname kernel;

	(void)s, (void)k;
	if (uname(&kernel))
		return;
	self_label(out, "release", kernel.release);
	self_label(out, "version", kernel.version);
	self_label(out, "machine", kernel.machine);
}

static void self_render_sandbox(const struct self *s, const struct subject *k, struct buffer *out)
{
	self_label(out, SANDBOX_STATE, s->facts->sandbox_parts[k->item]);
}

static void self_render_info(const struct self *s, const struct subject *k, struct buffer *out)
{
	const struct collector *c = registry_collector(s->registry, k->collector);
	const enum collector_state state = collector_state(c);

	self_render_collector(s, k, out);
	self_label(out, "state", collector_state_name(state));
	if (state != COLLECTOR_DISABLED)
		self_label(out, "reason", collector_reason(c));
}

static void self_render_program(const struct self *s, const struct subject *k, struct buffer *out)
{
	self_render_collector(s, k, out);
	self_label(out, "program", self_program(s, k)->description->name);
}

static void self_render_program_info(const struct self *s, const struct subject *k,
				     struct buffer *out)
{
	const struct program_status *p = self_program(s, k);

	self_render_program(s, k, out);
	self_label(out, "way", p->way);
	self_label(out, "target", p->target);
	self_label(out, "event", p->description->event);
	self_label(out, "alternative", p->description->alternative);
	self_label(out, "reason", p->reason);
}

static void self_render_map(const struct self *s, const struct subject *k, struct buffer *out)
{
	struct map_status m;

	self_render_collector(s, k, out);
	if (collector_map(registry_collector(s->registry, k->collector), k->item, &m))
		self_label(out, "map", m.name);
}

static void self_render_lost(const struct self *s, const struct subject *k, struct buffer *out)
{
	uint64_t events;

	self_render_collector(s, k, out);
	self_label(out, "cause",
		   collector_lost(registry_collector(s->registry, k->collector), k->item, &events));
}

static void self_render_tally(const struct self *s, const struct subject *k, struct buffer *out)
{
	(void)s;
	self_label(out, "stage", tally_stage(k->item));
	self_label(out, "reason", tally_reason(k->item));
}

static void self_render_nothing(const struct self *s, const struct subject *k, struct buffer *out)
{
	(void)s, (void)k, (void)out;
}

/* ---- values ---- */

static uint64_t *self_row(struct self *s, enum sheet sheet, size_t collector, size_t item)
{
	struct subject k = { (uint32_t)collector, (uint32_t)item };

	return table_touch(s->tables[sheet], &k);
}

/* The only row of an info. */
static void self_fill_one(struct self *s, enum sheet sheet)
{
	uint64_t *words = self_row(s, sheet, 0, 0);

	if (words)
		words[0] = 1;
}

static void self_fill_build(struct self *s, size_t unused)
{
	(void)unused;
	self_fill_one(s, SHEET_BUILD);
}

static void self_fill_kernel(struct self *s, size_t unused)
{
	(void)unused;
	self_fill_one(s, SHEET_KERNEL);
}

static void self_fill_sandbox(struct self *s, size_t unused)
{
	(void)unused;
	for (size_t i = 0; i < s->facts->nr_sandbox_parts; i++) {
		uint64_t *words = self_row(s, SHEET_SANDBOX, 0, i);

		if (words)
			words[0] = s->facts->sandbox_holds[i];
	}
}

static void self_fill_info(struct self *s, size_t i)
{
	uint64_t *words = self_row(s, SHEET_INFO, i, 0);

	if (words)
		words[0] = 1;
}

static void self_fill_collector(struct self *s, size_t i)
{
	const struct collector *c = registry_collector(s->registry, i);
	struct collect_result result = registry_result(s->registry, i);
	uint64_t *words;

	if (collector_state(c) == COLLECTOR_DISABLED)
		return;
	words = self_row(s, SHEET_COLLECTOR, i, 0);
	if (!words)
		return;
	words[0] = collector_state(c) == COLLECTOR_RUNNING && result.success;
	words[1] = result.duration_ns;
	words[2] = collector_events(registry_collector(s->registry, i));
}

/* Of the attached programs together, from the first on. */
static void self_fill_missed(struct self *s, size_t i)
{
	const struct program_status *p;
	size_t n = collector_programs(registry_collector(s->registry, i), &p);
	uint64_t sum = 0, *words;

	for (size_t j = 0; j < n; j++) {
		uint64_t missed = 0;

		if (p[j].state != PROGRAM_ATTACHED)
			continue;
		program_missed(&p[j], &missed);
		sum += missed;
	}
	if (sum && (words = self_row(s, SHEET_MISSED, i, 0)))
		words[0] = sum;
}

static void self_fill_program_info(struct self *s, size_t i)
{
	const struct program_status *p;
	size_t n = collector_programs(registry_collector(s->registry, i), &p);

	for (size_t j = 0; j < n; j++) {
		uint64_t *words = self_row(s, SHEET_PROGRAM_INFO, i, j);

		if (words)
			words[0] = 1;
	}
}

static void self_fill_program(struct self *s, size_t i)
{
	const struct program_status *p;
	size_t n = collector_programs(registry_collector(s->registry, i), &p);

	for (size_t j = 0; j < n; j++) {
		uint64_t *words = self_row(s, SHEET_PROGRAM, i, j);

		if (!words)
			continue;
		words[0] = p[j].state == PROGRAM_ATTACHED;
		if (words[0])
			program_missed(&p[j], &words[1]);
	}
}

static void self_fill_map(struct self *s, size_t i)
{
	const struct collector *c = registry_collector(s->registry, i);

	for (size_t j = 0; j < collector_maps(c); j++) {
		struct map_status m;
		uint64_t *words;

		if (!collector_map(c, j, &m) || !m.open || !(words = self_row(s, SHEET_MAP, i, j)))
			continue;
		words[0] = m.entries;
		words[1] = m.max_entries;
		words[2] = m.merged;
		words[3] = m.dropped;
	}
}

static void self_fill_lost(struct self *s, size_t i)
{
	const struct collector *c = registry_collector(s->registry, i);
	uint64_t events, *words;

	for (size_t j = 0; collector_lost(c, j, &events); j++)
		if (events && (words = self_row(s, SHEET_LOST, i, j)))
			words[0] = events;
}

static void self_fill_tally(struct self *s, size_t unused)
{
	uint64_t *words;

	(void)unused;
	for (enum tally t = 0; t < TALLIES; t++) {
		const uint64_t refused = tally_get(t);

		if (refused && (words = self_row(s, SHEET_TALLY, 0, t)))
			words[0] = refused;
	}
}

static void self_fill_log(struct self *s, size_t unused)
{
	uint64_t *words = self_row(s, SHEET_LOG, 0, 0);

	(void)unused;
	if (words)
		words[0] = logqueue_dropped();
}

static void self_fill_process(struct self *s, size_t unused)
{
	struct process_figures *p = &s->process;
	struct error e;
	bool failed = process_read("", p, &e);
	uint64_t *words;

	(void)unused;
	if (failed && !s->process_failed)
		log_event(LOG_WARN, "process_* metrics are left out", "reason", e.text, NULL);
	s->process_failed = failed;
	if (failed || !(words = self_row(s, SHEET_PROCESS, 0, 0)))
		return;
	memcpy(words,
	       (uint64_t[]){ p->cpu_ns, p->open_fds, p->max_fds, p->virtual_bytes,
			     p->virtual_max_bytes, p->resident_bytes, epoch_ns() + p->started_ns },
	       7 * sizeof(*words));
}

/* ---- sheets ---- */

static const struct sheet_kind {
	bool per_collector; /* fill once a collector, or once */
	void (*render)(const struct self *s, const struct subject *k, struct buffer *out);
	void (*fill)(struct self *s, size_t collector);
} sheet_kinds[SHEETS] = {
	[SHEET_BUILD] = { false, self_render_build, self_fill_build },
	[SHEET_KERNEL] = { false, self_render_kernel, self_fill_kernel },
	[SHEET_SANDBOX] = { false, self_render_sandbox, self_fill_sandbox },
	[SHEET_INFO] = { true, self_render_info, self_fill_info },
	[SHEET_COLLECTOR] = { true, self_render_collector, self_fill_collector },
	[SHEET_MISSED] = { true, self_render_collector, self_fill_missed },
	[SHEET_PROGRAM_INFO] = { true, self_render_program_info, self_fill_program_info },
	[SHEET_PROGRAM] = { true, self_render_program, self_fill_program },
	[SHEET_MAP] = { true, self_render_map, self_fill_map },
	[SHEET_LOST] = { true, self_render_lost, self_fill_lost },
	[SHEET_TALLY] = { false, self_render_tally, self_fill_tally },
	[SHEET_LOG] = { false, self_render_nothing, self_fill_log },
	[SHEET_PROCESS] = { false, self_render_nothing, self_fill_process },
};

static bool self_render(void *context, const void *key, struct buffer *out)
{
	const struct sheet_context *c = context;

	sheet_kinds[c->sheet].render(c->self, key, out);
	return true;
}

static bool self_shows(const struct self *s, enum sheet sheet)
{
	for (size_t i = 0; i < SELF_FAMILIES; i++)
		if (self_families[i].sheet == sheet &&
		    registry_exposes(s->registry, &s->families[i]))
			return true;
	return false;
}

void self_refresh(void *self)
{
	struct self *s = self;

	for (enum sheet i = 0; i < SHEETS; i++) {
		size_t n = sheet_kinds[i].per_collector ? registry_collectors(s->registry) : 1;

		if (!self_shows(s, i))
			continue;
		table_begin(s->tables[i]);
		for (size_t c = 0; c < n; c++)
			if (!sheet_kinds[i].per_collector || registry_result(s->registry, c).asked)
				sheet_kinds[i].fill(s, c);
		if (table_end(s->tables[i]))
			log_event(LOG_ERROR, "no memory for the metrics about the exporter itself",
				  NULL);
	}
}

/* Of each program, many rows: only for those who ask. */
static bool self_is_detail(enum sheet sheet)
{
	return sheet == SHEET_PROGRAM_INFO || sheet == SHEET_PROGRAM;
}

static int self_make_tables(struct self *s, bool programs)
{
	unsigned int words[SHEETS] = { 0 };
	struct error e;

	process_read("", &s->process,
		     &e); /* all that is counted here was 0 when the process began */
	for (size_t i = 0; i < SELF_FAMILIES; i++) {
		const struct self_family *f = &self_families[i];

		s->families[i] = (struct family){
			.name = f->name,
			.help = f->help,
			.unit = f->unit,
			.type = f->type,
			.value = f->value,
			.word = words[f->sheet]++,
			.created_ns = s->process.started_ns,
			.absent = !programs && self_is_detail(f->sheet),
		};
	}
	for (enum sheet i = 0; i < SHEETS; i++) {
		s->contexts[i] = (struct sheet_context){ s, i };
		s->tables[i] = table_new(sizeof(struct subject), words[i], SELF_ROWS_MAX,
					 self_render, &s->contexts[i]);
		if (!s->tables[i])
			return -1;
	}
	for (size_t i = 0; i < SELF_FAMILIES; i++)
		s->families[i].table = s->tables[self_families[i].sheet];
	return 0;
}

struct self *self_new(struct registry *r, const struct self_facts *facts, bool programs)
{
	struct self *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->registry = r;
	s->facts = facts;
	if (self_make_tables(s, programs) || registry_add_families(r, s->families, SELF_FAMILIES)) {
		self_free(s);
		return NULL;
	}
	return s;
}

void self_free(struct self *s)
{
	for (enum sheet i = 0; s && i < SHEETS; i++)
		table_free(s->tables[i]);
	free(s);
}
