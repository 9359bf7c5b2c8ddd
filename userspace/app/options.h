/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: a table of flags, and what was said by them.
 *
 * Flags of collectors are not in the table: they come from the descriptions of the objects, which are
 * known only when --collector.directory is. They are kept as they were written, for flags.h to apply.
 */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/log.h"
#include "expose/encoder.h"

#define OPTIONS_LIST_MAX 16

/* A flag that may be given several times. */
struct option_list {
	const char *items[OPTIONS_LIST_MAX + 1]; /* NULL-terminated */
	size_t nr;
};

/* "--collector.NAME", "--no-collector.NAME" or "--collector.NAME.PARAMETER=VALUE". */
struct collector_flag {
	const char *text; /* as written */
	const char *name; /* not ended: as long as name_length */
	size_t name_length;
	const char *parameter; /* up to '=' or the end; NULL where the collector is switched */
	const char *value;
	bool on;
};

/* What is to be tried, and which collectors must run: "a,b", or "". */
struct check_option {
	bool on;
	const char *required;
};

struct options {
	struct option_list listen, directories;
	const char *telemetry_path, *web_config;
	const char *btf_path; /* the kernel's types; NULL: its own */
	const char *prefer; /* a way to attach or an alternative, as written; or NULL */
	unsigned int max_requests;
	const char *user; /* to become */
	bool sandbox;
	bool systemd_socket, disable_exporter_metrics, program_metrics, disable_defaults;
	struct encoder_options encoder;
	bool help, version, list, metrics;
	struct check_option check;
	enum log_level log_level;
	enum log_format log_format;

	struct collector_flag *collector_flags; /* in their order */
	size_t nr_collector_flags;
	const char *
		unknown; /* the first flag that is none, as written: parsing stopped there; or NULL */
};

#define OPTIONAL "?"

/* A row of the table. */
struct option {
	const char *group, *name;
	const char *
		argument; /* what a value is called; NULL for a switch, which "--no-NAME" turns off, OPTIONAL
			     before it for one that may have a value behind '=' */
	const char *fallback; /* the value without the flag; NULL for none */
	const char *help;
	/* Take a value (a switch: "1" or ""). 0, or -EINVAL with *e: what is wrong with the value. */
	int (*set)(const struct option *self, void *target, const char *value, struct error *e);
	size_t offset; /* of the target in struct options */
};

/* The strings of argv are borrowed. 0; -EINVAL (bad usage) or -ENOMEM with *e. An unknown flag is no error here. */
int options_parse(struct options *o, int argc, char **argv, struct error *e);
void options_release(struct options *o);

bool option_wants_value(const struct option *o);
/* All rows, grouped, in the order of --help. */
const struct option *options_table(size_t *nr);

#endif
