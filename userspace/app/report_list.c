// SPDX-License-Identifier: GPL-2.0-only
/* Prints a table whose columns are as wide as their widest cell: measured in one walk, printed in the next. */
#include "app/report_list.h"

#include <stdbool.h>
#include <string.h>

#include "describe/description.h"
#include "load/object.h"

enum column { COLLECTOR, DEFAULT, STATE, EVENT, PROGRAM, ATTACHED, REASON, COLUMNS };

#define CELL_MAX 256

struct table_print {
	FILE *out; /* NULL while measuring */
	const char *unknown;
	size_t width[COLUMNS];
};

static const char *const attached_names[] = {
	[PROGRAM_ATTACHED] = "yes",
	[PROGRAM_NOT_CHOSEN] = "no",
	[PROGRAM_UNAVAILABLE] = "cannot",
	[PROGRAM_NOT_NEEDED] = "no",
};

static void measure(struct table_print *t, const char *const cells[COLUMNS])
{
	size_t length, i;

	for (i = 0; i < COLUMNS; i++) {
		length = strlen(cells[i]);
		if (length > t->width[i])
			t->width[i] = length;
	}
}

static void print(const struct table_print *t, const char *const cells[COLUMNS])
{
	size_t last = COLUMNS, i;

	while (last && !*cells[last - 1])
		last--;
	for (i = 0; i < last; i++)
		fprintf(t->out, "%-*s%s", i + 1 < last ? (int)t->width[i] : 0, cells[i],
			i + 1 < last ? "  " : "\n");
}

static void line(struct table_print *t, const char *const cells[COLUMNS])
{
	if (t->out)
		print(t, cells);
	else
		measure(t, cells);
}

static bool same_way(const struct program_status *a, const struct program_status *b)
{
	return a->state == b->state && !strcmp(a->description->event, b->description->event) &&
	       !strcmp(a->description->alternative, b->description->alternative);
}

/* How many programs share the fate of the i-th; 0 where an earlier one tells of it. */
static size_t count_same(const struct program_status *programs, size_t nr, size_t i)
{
	size_t n = 0, j;

	for (j = 0; j < nr; j++) {
		if (!same_way(&programs[i], &programs[j]))
			continue;
		if (j < i)
			return 0;
		n++;
	}
	return n;
}

/* The cells' text lives in `text` where it is made here. */
static void program_cells(const struct program_status *p, size_t same, char text[2][CELL_MAX],
			  const char *cells[COLUMNS])
{
	const struct program_description *d = p->description;

	snprintf(text[0], CELL_MAX, "%s%s%s", *d->event ? d->event : "all",
		 *d->alternative ? ": " : "", d->alternative);
	snprintf(text[1], CELL_MAX, same > 1 ? "%s and %zu more" : "%s", p->section, same - 1);
	cells[EVENT] = text[0];
	cells[PROGRAM] = text[1];
	cells[ATTACHED] = attached_names[p->state];
	cells[REASON] = p->reason;
}

static void walk_collector(struct table_print *t, const struct collector *c)
{
	const struct description *d = collector_description(c);
	const bool refused = collector_state(c) == COLLECTOR_REFUSED;
	const char *cells[COLUMNS] = { "", "", "", "", "", "", "" };
	const struct program_status *programs;
	const size_t nr = collector_programs(c, &programs);
	char text[2][CELL_MAX];
	size_t same, i;

	cells[COLLECTOR] = collector_name(c);
	cells[DEFAULT] = !d ? "-" : d->default_on ? "on" : "off";
	cells[STATE] =
		t->unknown && !refused ? "unknown" : collector_state_name(collector_state(c));
	if (!nr) {
		cells[REASON] = t->unknown && !refused ? "" : collector_reason(c);
		line(t, cells);
	}
	for (i = 0; i < nr; i++) {
		same = count_same(programs, nr, i);
		if (!same)
			continue;
		program_cells(&programs[i], same, text, cells);
		line(t, cells);
		cells[COLLECTOR] = cells[DEFAULT] = cells[STATE] = "";
	}
}

static void walk(struct table_print *t, const struct registry *r, enum report_scope scope)
{
	static const char *const header[COLUMNS] = {
		"COLLECTOR", "DEFAULT", "STATE", "EVENT", "PROGRAM", "ATTACHED", "REASON",
	};
	const struct collector *c;
	size_t i;

	line(t, header);
	for (i = 0; i < registry_collectors(r); i++) {
		c = registry_collector(r, i);
		if (scope == REPORT_ALL || collector_state(c) != COLLECTOR_DISABLED)
			walk_collector(t, c);
	}
}

void report_list_print(FILE *out, const struct registry *r, enum report_scope scope,
		       const char *unknown)
{
	struct table_print t = { .unknown = unknown };

	walk(&t, r, scope);
	t.out = out;
	walk(&t, r, scope);
	if (registry_left_out(r))
		fprintf(out, "\n%zu more files are refused, not listed\n", registry_left_out(r));
	if (unknown)
		fprintf(out, "\nWhat runs on this kernel is unknown: %s\n", unknown);
}
