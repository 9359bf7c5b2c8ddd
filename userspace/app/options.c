// SPDX-License-Identifier: GPL-2.0-only
/* The table of flags and its one reader. */
#include "app/options.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "serve/address.h"

#define COLLECTOR "collector."

/* ---- how values are taken ---- */

static int set_switch(const struct option *self, void *target, const char *value, struct error *e)
{
	(void)self, (void)e;
	*(bool *)target = *value;
	return 0;
}

/* "" where it is negated, "1" without a list. */
static int set_check(const struct option *self, void *target, const char *value, struct error *e)
{
	struct check_option *c = target;

	(void)self, (void)e;
	c->on = *value;
	c->required = strcmp(value, "1") ? value : "";
	return 0;
}

static int set_directory(const struct option *self, void *target, const char *value,
			 struct error *e)
{
	struct option_list *l = target;

	(void)self;
	if (l->nr == OPTIONS_LIST_MAX)
		return error_set(e, -EINVAL, "given more than %d times: -EINVAL", OPTIONS_LIST_MAX);
	l->items[l->nr++] = value;
	return 0;
}

static int set_listen(const struct option *self, void *target, const char *value, struct error *e)
{
	struct address a;
	int err = address_parse(value, &a, e);

	return err ? err : set_directory(self, target, value, e);
}

static int set_path(const struct option *self, void *target, const char *value, struct error *e)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._~/:@!$&'()*+,;=";

	(void)self;
	if (*value != '/' || value[strspn(value, allowed)] || strlen(value) > 200 ||
	    !strncmp(value, "/-/", 3))
		return error_set(e, -EINVAL,
				 "'%s' is not a path that begins with '/' and has no query, "
				 "escapes or leading '/-/': -EINVAL",
				 value);
	*(const char **)target = value;
	return 0;
}

static int set_text(const struct option *self, void *target, const char *value, struct error *e)
{
	(void)self, (void)e;
	*(const char **)target = *value ? value : NULL;
	return 0;
}

static int set_number(const struct option *self, void *target, const char *value, struct error *e)
{
	uint64_t n;

	(void)self;
	if (number_parse(value, 999999999, &n))
		return error_set(e, -EINVAL, "'%s' is not a number from 0 to 999999999: -EINVAL",
				 value);
	*(unsigned int *)target = (unsigned int)n;
	return 0;
}

/* The argument's name lists the words, "debug|info", in the order of the enum's values from 0 on. */
static int set_word(const struct option *self, void *target, const char *value, struct error *e)
{
	const char *word = self->argument;
	unsigned int n = 0;
	size_t length;

	for (; *word; word += length + (word[length] == '|'), n++) {
		length = strcspn(word, "|");
		if (strlen(value) == length && !strncasecmp(word, value, length)) {
			*(unsigned int *)target = n;
			return 0;
		}
	}
	return error_set(e, -EINVAL, "'%s' is not one of %s: -EINVAL", value, self->argument);
}

_Static_assert(LOG_DEBUG == 0 && LOG_INFO == 1 && LOG_WARN == 2 && LOG_ERROR == 3, "--log.level");
_Static_assert(LOG_LOGFMT == 0 && LOG_JSON == 1, "--log.format");
_Static_assert(sizeof(enum log_level) == sizeof(unsigned int), "set_word()");
_Static_assert(sizeof(enum log_format) == sizeof(unsigned int), "set_word()");

/* ---- the table ---- */

#define AT(member) offsetof(struct options, member)

/* clang-format off */
static const struct option table[] = {
	{ "General", "help", NULL, NULL,
	  "Show this help and exit.", set_switch, AT(help) },
	{ "General", "version", NULL, NULL,
	  "Show version, compiler and platform and exit.", set_switch, AT(version) },
	{ "General", "check", OPTIONAL "LIST", NULL,
	  "Load and attach all enabled collectors, report those that cannot run on this kernel, and exit. The exit code is 0 "
	  "if at least one runs. With a list ('sched,block' or 'all') it is 0 if all of these run. Otherwise it is 1.", set_check, AT(check) },
	{ "General", "metrics.table", NULL, NULL,
	  "Print a Markdown table of the metrics of all collectors and exit.", set_switch, AT(metrics) },
	{ "General", "log.level", "debug|info|warn|error", "info",
	  "Log only messages of this severity or above.", set_word, AT(log_level) },
	{ "General", "log.format", "logfmt|json", "logfmt",
	  "Format of the log.", set_word, AT(log_format) },

	{ "Web", "web.listen-address", "ADDRESS", ":9435",
	  "Where to listen: ':PORT' (every address, IPv6 and IPv4), 'HOST:PORT', '[IPV6]:PORT' or 'vsock://:PORT'. "
	  "May be given several times. With port 0 the kernel chooses a free port, which the log shows.", set_listen, AT(listen) },
	{ "Web", "web.systemd-socket", NULL, NULL,
	  "Listen on the sockets that systemd passes, instead of --web.listen-address.",
	  set_switch, AT(systemd_socket) },
	{ "Web", "web.config.file", "FILE", NULL,
	  "File that sets TLS, authentication, HTTP headers and a rate limit, in the format of exporter-toolkit: see "
	  "docs/web-configuration.md. The exporter reads it again when it changes.", set_text, AT(web_config) },
	{ "Web", "web.telemetry-path", "PATH", "/metrics",
	  "Path under which the metrics are served.", set_path, AT(telemetry_path) },
	{ "Web", "web.max-requests", "N", "40",
	  "Highest number of different scrapes at the same time; further ones are answered 503. Requests for the same "
	  "metrics in the same format share one answer and count once. 0: no limit.", set_number, AT(max_requests) },
	{ "Web", "web.disable-exporter-metrics", NULL, NULL,
	  "Leave out the metrics about the exporter itself (bpf_exporter_*, process_*).",
	  set_switch, AT(disable_exporter_metrics) },
	{ "Web", "web.program-metrics", NULL, NULL,
	  "Add metrics about each BPF program (bpf_exporter_program_*): how it is attached or why it is not, and how many "
	  "events it missed.",
	  set_switch, AT(program_metrics) },
	{ "Web", "web.openmetrics-created", NULL, NULL,
	  "In OpenMetrics text, add a _created line to each series: the time at which it was 0. Prometheus 2 stores "
	  "these lines as additional series.", set_switch, AT(encoder.created_lines) },
	{ "Web", "web.histograms-created", NULL, NULL,
	  "In the protobuf format, add the creation time to histograms too. Prometheus before 3.6 mishandles it: see "
	  "docs/formats.md.", set_switch, AT(encoder.histograms_created) },
	{ "Web", "web.native-histograms-only", NULL, NULL,
	  "In the protobuf format, send native histograms without the classic buckets.",
	  set_switch, AT(encoder.native_only) },

	{ "Security", "user", "NAME", NULL,
	  "If started by root, run as this user once all programs are attached. Default: nobody; or root without "
	  "capabilities if only root can read the web configuration or a file that it names.", set_text, AT(user) },
	{ "Security", "sandbox", NULL, "1",
	  "Once all programs are attached, give up every privilege that serving does not need: the root user, "
	  "capabilities, system calls, and access to files. --no-sandbox keeps them, for debugging.", set_switch, AT(sandbox) },

	{ "Collectors", "collector.list", NULL, NULL,
	  "Show for every collector whether it is on by default, whether this kernel can run it, how it is attached, and "
	  "why other ways were not used; and exit.", set_switch, AT(list) },
	{ "Collectors", "collector.disable-defaults", NULL, NULL,
	  "Enable only the collectors that --collector.NAME enables.", set_switch, AT(disable_defaults) },
	{ "Collectors", "attach.prefer", "WAY", NULL,
	  "If a collector can measure in several ways, try this one first. WAY is a way to attach (tp_btf, raw_tp, "
	  "fentry, tracepoint, kprobe) or the name of an alternative that --collector.list shows.", set_text, AT(prefer) },
	{ "Collectors", "btf.path", "FILE", NULL,
	  "File with the types of the running kernel (raw BTF, or ELF with a .BTF section), for hosts without "
	  "/sys/kernel/btf/vmlinux.", set_text, AT(btf_path) },
	{ "Collectors", "collector.directory", "DIR", NULL,
	  "Also load the collectors in the *.bpf.o files of this directory. May be given several times.",
	  set_directory, AT(directories) },
};
/* clang-format on */

bool option_wants_value(const struct option *o)
{
	return o->argument && *o->argument != *OPTIONAL;
}

#define ROWS (sizeof(table) / sizeof(*table))

const struct option *options_table(size_t *nr)
{
	*nr = ROWS;
	return table;
}

static const struct option *find_row(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (strlen(table[i].name) == length && !strncmp(table[i].name, name, length))
			return &table[i];
	return NULL;
}

/* ---- the reader ---- */

/* One argument taken apart: --[no-]NAME[=VALUE]. */
struct word {
	const char *text; /* as written */
	const char *name;
	size_t name_length;
	const char *value; /* after '=', or NULL */
	bool negated;
};

struct command_line {
	struct options *options;
	char **argv; /* what is left */
	bool given[ROWS];
};

static void split(const char *text, struct word *w)
{
	size_t length;

	w->text = text;
	w->name = text + 2;
	w->negated = !strncmp(w->name, "no-", 3);
	if (w->negated)
		w->name += 3;
	length = strcspn(w->name, "=");
	w->name_length = length;
	w->value = w->name[length] ? w->name + length + 1 : NULL;
}

/* What complaints name: --flag without the value. */
static int complain(struct error *e, const struct word *w, const char *what)
{
	return error_set(e, -EINVAL, "flag '%.*s': %s: -EINVAL", (int)strcspn(w->text, "="),
			 w->text, what);
}

static int no_value(const struct word *w, struct error *e)
{
	return w->value ? complain(e, w, "takes no value") : 0;
}

/* The value behind '=' or in the next argument. */
static int need_value(struct command_line *r, const struct word *w, const char **value,
		      struct error *e)
{
	*value = w->value;
	if (!*value && *r->argv && strncmp(*r->argv, "--", 2))
		*value = *r->argv++;
	return *value ? 0 : complain(e, w, "needs a value");
}

static int take(struct options *o, const struct option *row, const char *value, struct error *e)
{
	int err = row->set(row, (char *)o + row->offset, value, e);

	return err ? error_prefix(e, err, "flag '--%s'", row->name) : 0;
}

static int read_row(struct command_line *r, const struct option *row, const struct word *w,
		    struct error *e)
{
	const char *value = w->negated ? "" : "1";
	int err = 0;

	if (option_wants_value(row))
		err = need_value(r, w, &value, e);
	else if (row->argument && w->value && *w->value && !w->negated)
		value = w->value;
	else
		err = no_value(w, e);

	r->given[row - table] = true;
	return err ? err : take(r->options, row, value, e);
}

static int read_collector(struct command_line *r, const struct word *w, struct error *e)
{
	const char *name = w->name + strlen(COLLECTOR);
	const size_t length = w->name_length - strlen(COLLECTOR);
	const char *dot = memchr(name, '.', length);
	struct options *o = r->options;
	struct collector_flag *f = &o->collector_flags[o->nr_collector_flags++];

	f->text = w->text;
	f->name = name;
	f->on = !w->negated;
	if (!dot) {
		f->name_length = length;
		return no_value(w, e);
	}
	if (w->negated)
		return complain(e, w, "a value cannot be negated");
	f->name_length = (size_t)(dot - name);
	f->parameter = dot + 1;
	return need_value(r, w, &f->value, e);
}

static int read_word(struct command_line *r, struct error *e)
{
	struct word w;
	const struct option *row;

	if (!strcmp(*r->argv, "-h"))
		*r->argv = (char *)"--help";
	if (strncmp(*r->argv, "--", 2))
		return error_set(e, -EINVAL, "argument '%s': not a flag: -EINVAL", *r->argv);
	split(*r->argv, &w);
	row = find_row(w.name, w.name_length);
	if (row && !(w.negated && option_wants_value(row))) {
		r->argv++;
		return read_row(r, row, &w, e);
	}
	if (!row && w.name_length > strlen(COLLECTOR) &&
	    !strncmp(w.name, COLLECTOR, strlen(COLLECTOR))) {
		r->argv++;
		return read_collector(r, &w, e);
	}
	r->options->unknown = w.text;
	return 0;
}

static int take_fallbacks(struct command_line *r, struct error *e)
{
	size_t i;
	int err = 0;

	for (i = 0; i < ROWS && !err; i++)
		if (!r->given[i] && table[i].fallback)
			err = take(r->options, &table[i], table[i].fallback, e);
	return err;
}

int options_parse(struct options *o, int argc, char **argv, struct error *e)
{
	struct command_line r = { .options = o, .argv = argv + 1 };
	int err = 0;

	memset(o, 0, sizeof(*o));
	o->collector_flags = calloc((size_t)argc + 1, sizeof(*o->collector_flags));
	if (!o->collector_flags)
		return error_set(e, -ENOMEM, "flags: no memory: -ENOMEM");
	while (!err && !o->unknown && *r.argv)
		err = read_word(&r, e);
	if (!err)
		err = take_fallbacks(&r, e);
	if (err)
		options_release(o);
	return err;
}

void options_release(struct options *o)
{
	free(o->collector_flags);
	memset(o, 0, sizeof(*o));
}
