// SPDX-License-Identifier: GPL-2.0-only
/* Renders the page: plain HTML, readable without scripts, in light and in dark. */
#include "app/landing.h"

#include <string.h>

#include "app/report_list.h"
#include "describe/description.h"
#include "load/object.h"

const char landing_security_policy[] =
	"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
	"frame-ancestors 'none'";

static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<title>bpf_exporter</title>\n"
	"<style>\n"
	":root { color-scheme: light dark; }\n"
	"body { font: 1rem/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; "
	"padding: 0 1rem; }\n"
	"h1 { margin-bottom: 0; }\n"
	".table { overflow-x: auto; }\n"
	"table { border-collapse: collapse; width: 100%; }\n"
	"th, td { text-align: left; vertical-align: top; padding: .4rem 1rem .4rem 0; "
	"border-bottom: 1px solid #8886; }\n"
	"ul { margin: .4rem 0; padding: 0 0 0 1.2rem; }\n"
	"code { font-size: .9em; overflow-wrap: anywhere; }\n"
	"small, .disabled { opacity: .75; }\n"
	"td:first-child { min-width: 9rem; }\n"
	"td:last-child { width: 50%; overflow-wrap: anywhere; }\n"
	".running b { color: light-dark(#176f2c, #5fd07a); }\n"
	".unavailable b, .refused b { color: light-dark(#a12622, #ff8f87); }\n"
	"</style>\n"
	"</head>\n"
	"<body>\n"
	"<h1>bpf_exporter</h1>\n"
	"<p>Kernel events and latencies, measured by eBPF programs.<br>\n"
	"<small>Version " VERSION ", revision " REVISION "</small></p>\n";

static void append_escaped(struct buffer *b, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			buffer_puts(b, "&amp;");
			break;
		case '<':
			buffer_puts(b, "&lt;");
			break;
		case '>':
			buffer_puts(b, "&gt;");
			break;
		case '"':
			buffer_puts(b, "&quot;");
			break;
		case '\'':
			buffer_puts(b, "&#39;");
			break;
		default:
			buffer_append(b, text, 1);
		}
	}
}

static void append_element(struct buffer *b, const char *open, const char *text, const char *close)
{
	buffer_puts(b, open);
	append_escaped(b, text);
	buffer_puts(b, close);
}

/* "3 programs by tp_btf, tracepoint": how many are attached and in which ways, each named once. */
static void append_summary(struct buffer *b, const struct program_status *programs, size_t nr)
{
	unsigned int attached = 0;
	size_t i, j;

	for (i = 0; i < nr; i++)
		attached += programs[i].state == PROGRAM_ATTACHED;
	buffer_printf(b, "%u program%s", attached, attached == 1 ? "" : "s");
	for (i = 0; i < nr; i++) {
		if (programs[i].state != PROGRAM_ATTACHED)
			continue;
		for (j = 0; j < i; j++)
			if (programs[j].state == PROGRAM_ATTACHED &&
			    !strcmp(programs[j].way, programs[i].way))
				break;
		if (j == i)
			append_element(b, " <code>", programs[i].way, "</code>");
	}
}

/* Every program: attached, or why not. */
static void append_programs(struct buffer *b, const struct collector *c)
{
	const struct program_status *programs;
	const size_t nr = collector_programs(c, &programs);
	size_t i;

	if (!nr)
		return;
	buffer_puts(b, "<details><summary>");
	append_summary(b, programs, nr);
	buffer_puts(b, "</summary>\n<ul>\n");
	for (i = 0; i < nr; i++) {
		append_element(b, "<li><code>", programs[i].section, "</code>");
		if (programs[i].state != PROGRAM_ATTACHED)
			append_element(b, " <small>not attached: ", programs[i].reason, "</small>");
		buffer_puts(b, "</li>\n");
	}
	buffer_puts(b, "</ul>\n</details>");
}

static void append_collector(struct buffer *b, const struct collector *c)
{
	const struct description *d = collector_description(c);
	const char *state = collector_state_name(collector_state(c));

	append_element(b, "<tr class=\"", state, "\">\n");
	append_element(b, "<td><strong>", collector_name(c), "</strong>");
	append_element(b, "<br><small>", d ? d->help : "", "</small></td>\n");
	append_element(b, "<td><b>", state, "</b></td>\n");
	append_element(b, "<td>", collector_reason(c), "");
	append_programs(b, c);
	buffer_puts(b, "</td>\n</tr>\n");
}

void landing_render(struct buffer *out, const struct registry *r, const char *telemetry_path)
{
	size_t i;

	buffer_puts(out, head);
	/* Relative, so that they lead here from behind a proxy's prefix, too. */
	append_element(out, "<p><a href=\".", telemetry_path, "\">Metrics</a> &middot; ");
	buffer_puts(out,
		    "<a href=\"./-/healthy\">Health</a></p>\n"
		    "<h2>Collectors</h2>\n"
		    "<div class=\"table\">\n<table>\n"
		    "<thead><tr><th>Collector</th><th>State</th><th>Attached</th></tr></thead>\n"
		    "<tbody>\n");
	for (i = 0; i < registry_collectors(r); i++)
		append_collector(out, registry_collector(r, i));
	buffer_puts(out, "</tbody>\n</table>\n</div>\n</body>\n</html>\n");
}
