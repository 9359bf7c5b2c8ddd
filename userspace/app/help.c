// SPDX-License-Identifier: GPL-2.0-only
/* Prints flags in two columns: how it is written, what it does. */
#include "app/help.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "app/options.h"
#include "base/compiler.h"
#include "base/duration.h"
#include "describe/description.h"

#define HELP_COLUMNS 100
#define HELP_INDENT 34
#define FLAG_MAX 256

/* Words of the text from HELP_INDENT on, on as many lines as they need; a list may be broken behind a comma. */
static void print_wrapped(FILE *out, const char *text)
{
	size_t column = HELP_INDENT, length, space = 0;

	while (*text) {
		length = strcspn(text, " ,");
		length += text[length] == ',';
		if (column + space + length > HELP_COLUMNS && column > HELP_INDENT) {
			fprintf(out, "\n%*s", HELP_INDENT, "");
			column = HELP_INDENT;
			space = 0;
		}
		fprintf(out, "%*s%.*s", (int)space, "", (int)length, text);
		column += space + length;
		text += length;
		space = *text == ' ';
		text += space;
	}
	fputs("\n", out);
}

__attribute__((format(printf, 3, 4))) static void print_flag(FILE *out, const char *help,
							     const char *format, ...)
{
	char flag[FLAG_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(flag, sizeof(flag), format, args);
	va_end(args);
	if (strlen(flag) + 3 < HELP_INDENT)
		fprintf(out, "  %-*s", HELP_INDENT - 2, flag);
	else
		fprintf(out, "  %s\n%*s", flag, HELP_INDENT, "");
	print_wrapped(out, help);
}

static void print_row(FILE *out, const struct option *row)
{
	char help[1024];

	snprintf(help, sizeof(help), "%s%s%s%s", row->help, row->fallback ? " (default: " : "",
		 row->fallback ? row->fallback : "", row->fallback ? ")" : "");
	if (option_wants_value(row))
		print_flag(out, help, "--%s=%s", row->name, row->argument);
	else if (row->argument)
		print_flag(out, help, "--%s[=%s]", row->name, row->argument + strlen(OPTIONAL));
	else
		print_flag(out, help, "--%s", row->name);
}

static void print_table(FILE *out)
{
	const char *group = "";
	size_t nr, i;
	const struct option *table = options_table(&nr);

	for (i = 0; i < nr; i++) {
		if (strcmp(group, table[i].group))
			fprintf(out, "\n%s:\n", table[i].group);
		group = table[i].group;
		print_row(out, &table[i]);
	}
}

static void print_parameter(FILE *out, const char *collector, const struct parameter_description *p)
{
	char help[1024], duration[DURATION_TEXT];
	const char *defaults = p->defaults;

	if (p->duration && *defaults) {
		duration_format(strtoull(defaults, NULL, 10), duration);
		defaults = duration;
	}
	snprintf(help, sizeof(help), "%s%s%s%s", p->help, *defaults ? " (default: " : "", defaults,
		 *defaults ? ")" : "");
	print_flag(out, help, "--collector.%s.%s=%s", collector, p->name,
		   p->elements	 ? "LIST"
		   : p->duration ? "DURATION"
				 : "N");
}

static void print_collector(FILE *out, const struct collector *c)
{
	const struct description *d = collector_description(c);
	char help[1024];
	size_t i;

	if (collector_state(c) == COLLECTOR_REFUSED) {
		print_flag(out, collector_reason(c), "%s (refused)", collector_name(c));
		return;
	}
	snprintf(help, sizeof(help), "%s (default: %s)", d->help, d->default_on ? "on" : "off");
	print_flag(out, help, "--[no-]collector.%s", d->collector);
	for (i = 0; i < d->nr_parameters; i++)
		print_parameter(out, d->collector, &d->parameters[i]);
}

void help_print(FILE *out, const struct registry *r)
{
	size_t i;

	fputs("usage: bpf_exporter [<flags>] [@FILE]\n\n"
	      "Exports kernel events and latencies, measured by eBPF programs, to Prometheus.\n"
	      "Flags are written --flag=VALUE or --flag VALUE; a flag without a value is turned "
	      "off by\n"
	      "--no-flag; @FILE stands for the flags in a file, one a line. Needs root, or "
	      "CAP_BPF\nand CAP_PERFMON.\n",
	      out);
	print_table(out);
	fputs("\nEach collector:\n", out);
	for (i = 0; i < registry_collectors(r); i++)
		print_collector(out, registry_collector(r, i));
}

void help_print_version(FILE *out)
{
	struct utsname u = { .machine = "unknown" };

	uname(&u);
	fprintf(out,
		"bpf_exporter, version " VERSION " (revision: " REVISION ")\n"
		"  build compiler:   %s %s\n"
		"  platform:         linux/%s\n",
		COMPILER, COMPILER_VERSION, u.machine);
}
