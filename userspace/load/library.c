// SPDX-License-Identifier: GPL-2.0-only
/* Callbacks of libbpf: its messages, and the moment before each program is loaded. */
#include "load/library.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "load/attach.h"

/* libbpf gives up the search where a program has a descriptor of another program to attach to; any will do,
 * since prepare_load takes it out again. */
#define NO_SEARCH_FD 1

static _Thread_local struct library_capture *watch;

void library_capture(struct library_capture *w)
{
	watch = w;
}

int library_own_target(struct bpf_program *p)
{
	return bpf_program__set_attach_target(p, NO_SEARCH_FD, NULL);
}

/* The cookie is the row of the program's attach way. */
static int prepare_load(struct bpf_program *p, struct bpf_prog_load_opts *options, long cookie)
{
	size_t count;
	const struct attach_way *way = &attach_ways(&count)[cookie];
	struct features_place place;
	int err;

	if (watch)
		watch->last = p;
	if (!attach_is_typed(way))
		return 0;
	if (!watch)
		return -EINVAL;
	err = attach_place(way, watch->features, bpf_program__section_name(p) + strlen(way->prefix),
			   &place);
	options->attach_prog_fd = 0;
	options->attach_btf_id = place.id;
	options->attach_btf_obj_fd = (__u32)place.module_fd;
	return err;
}

static void register_ways(void)
{
	size_t count, i;
	const struct attach_way *ways = attach_ways(&count);

	for (i = 0; i < count; i++) {
		LIBBPF_OPTS(libbpf_prog_handler_opts, options, .cookie = (long)i,
			    .prog_prepare_load_fn = prepare_load);

		libbpf_register_prog_handler(ways[i].prefix, ways[i].type, ways[i].expected,
					     &options);
	}
}

/* Its debug level is left out: thousands of lines an object. */
__attribute__((format(printf, 2, 0))) static int print(enum libbpf_print_level level,
						       const char *format, va_list args)
{
	static const char prefix[] = "libbpf: ";
	char line[sizeof(watch->warning)], *text = line;

	if (level == LIBBPF_DEBUG || (!watch && log_level() > LOG_DEBUG))
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	if (!strncmp(line, prefix, strlen(prefix)))
		text += strlen(prefix);
	if (watch && level == LIBBPF_WARN && !*watch->warning)
		memcpy(watch->warning, text, strlen(text) + 1);
	log_event(LOG_DEBUG, "libbpf", "text", text, NULL);
	return 0;
}

static void setup(void)
{
	libbpf_set_print(print);
	register_ways();
}

void library_setup(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, setup);
}
