// SPDX-License-Identifier: GPL-2.0-only
/* The process: from flags to listening, until a signal ends it. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/check.h"
#include "app/flagfile.h"
#include "app/flags.h"
#include "app/help.h"
#include "app/metrics_table.h"
#include "app/notify.h"
#include "app/options.h"
#include "app/report_list.h"
#include "app/routes.h"
#include "app/sandbox.h"
#include "app/service.h"
#include "app/signals.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "base/resident.h"
#include "base/timeslice.h"
#include "collect/absence.h"
#include "collect/gather.h"
#include "collect/registry.h"
#include "collect/self.h"
#include "expose/exposition.h"
#include "load/features.h"
#include "serve/http.h"
#include "serve/listen.h"
#include "webconfig/web.h"

#define LOADING_DESCRIPTORS 16u /* what one of the smaller collectors takes while it is loaded */

enum { EXIT_USAGE = 2 };

/* Everything there is one of. */
struct exporter {
	struct options options;
	struct sandbox sandbox;
	struct notify notify;
	struct self_facts facts;
	struct registry *registry;
	struct features *features;
	struct self *self;
	struct exposition *exposition;
	struct routes *routes;
	struct web *web;
	struct listen_sockets sockets; /* until `http` has them */
	struct http *http;
};

/* A closed standard stream must not become a socket's or a map's descriptor, for a message to be written to. */
static void open_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static void prepare_process(void)
{
	signals_begin();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a log that has reached RLIMIT_FSIZE is no reason to end */
	open_standard_streams();
	descriptors_raise();
	/* Each thread's own arena would keep what it once needed. */
	mallopt(M_ARENA_MAX, 1);
}

static int finish_output(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_SUCCESS;
	fprintf(stderr, "bpf_exporter: error: standard output: cannot be written: -%s\n",
		error_name(errno));
	return EXIT_FAILURE;
}

static int usage_error(const struct error *e)
{
	fprintf(stderr, "bpf_exporter: error: %s\n", e->text);
	return EXIT_USAGE;
}

static int run_error(const struct error *e)
{
	log_event(LOG_ERROR, e->text, NULL);
	return EXIT_FAILURE;
}

static int open_registry(struct exporter *x, struct error *e)
{
	size_t i;
	int err;

	x->registry = registry_new();
	if (!x->registry || gather_embedded(x->registry))
		return error_set(e, -ENOMEM, "collectors: no memory: -ENOMEM");
	for (i = 0; i < x->options.directories.nr; i++) {
		err = gather_directory(x->registry, x->options.directories.items[i], e);
		if (err)
			return err;
	}
	return 0;
}

static int open_web(struct exporter *x, struct error *e)
{
	return x->options.web_config ? web_open(&x->web, x->options.web_config, e) : 0;
}

/* Load and attach what is enabled, and count the collectors that run. Each takes descriptors; those to serve with stay. */
static int load(struct exporter *x, size_t *running, struct error *e)
{
	const size_t addresses = x->sockets.nr ? x->sockets.nr : 1;
	int err = descriptors_reserve(http_descriptors(addresses), LOADING_DESCRIPTORS, e);

	if (!err)
		err = features_new(&x->features, x->options.btf_path, e);
	if (err)
		return err;
	*running = registry_load(x->registry, x->features);
	descriptors_raise();
	absence_log(x->registry);
	features_forget_btf(x->features);
	return 0;
}

static int list_collectors(struct exporter *x)
{
	struct error e;
	size_t i, running;
	int err;

	for (i = 0; i < registry_collectors(x->registry); i++)
		collector_enable(registry_collector(x->registry, i), true);
	err = load(x, &running, &e);
	report_list_print(stdout, x->registry, REPORT_ALL, err ? e.text : NULL);
	return finish_output();
}

static int check_collectors(struct exporter *x)
{
	struct error e;
	size_t running;
	bool well;

	if (open_web(x, &e) || load(x, &running, &e))
		return run_error(&e);
	report_list_print(stdout, x->registry, REPORT_ENABLED, NULL);
	well = check_print(stdout, x->registry, x->options.check.required);
	return finish_output() || !well ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int start_collectors(struct exporter *x, struct error *e)
{
	size_t running;
	const int err = load(x, &running, e);

	if (err)
		return err;
	if (!running)
		return error_set(e, -ENOENT,
				 "collectors: none can run: -ENOENT; see the reasons above, or "
				 "with --collector.list; enable one with --collector.NAME");
	return 0;
}

static int start_exposition(struct exporter *x, struct error *e)
{
	const bool about_self = !x->options.disable_exporter_metrics;

	x->facts = (struct self_facts){ .version = VERSION,
					.revision = REVISION,
					.sandbox_parts = sandbox_part_names,
					.sandbox_holds = x->sandbox.holds,
					.nr_sandbox_parts = SANDBOX_PARTS };

	if (about_self)
		x->self = self_new(x->registry, &x->facts, x->options.program_metrics);
	x->exposition = exposition_new(x->registry, &x->options.encoder, x->options.max_requests,
				       x->self ? self_refresh : NULL, x->self);
	if (x->exposition)
		x->routes = routes_new(x->exposition, x->registry, x->options.telemetry_path);
	if ((about_self && !x->self) || !x->routes)
		return error_set(e, -ENOMEM, "exposition: no memory: -ENOMEM");
	return 0;
}

/* Before anything is loaded: whether there is a place to serve at. Who connects meanwhile waits. */
static int open_sockets(struct exporter *x, struct error *e)
{
	return x->options.systemd_socket ? listen_take_inherited(&x->sockets, e)
					 : listen_open(&x->sockets, x->options.listen.items, e);
}

/* The web configuration and what it names are read again when they change. */
static int give_up_privileges(struct exporter *x, struct error *e)
{
	const struct web_policy *p = x->web ? web_get(x->web) : NULL;
	const struct webconfig_tls *tls = p ? &p->config->tls : NULL;
	const char *const files[SANDBOX_FILES] = {
		x->options.web_config,
		tls ? tls->cert_file : NULL,
		tls ? tls->key_file : NULL,
		tls ? tls->client_ca_file : NULL,
	};
	const int err = x->options.sandbox ? sandbox_enter(&x->sandbox, files, e) : 0;

	if (p)
		web_put(x->web, p);
	return err;
}

static int start_http(struct exporter *x, struct error *e)
{
	const struct http_options o = {
		.sockets = &x->sockets,
		.web = x->web,
		.max_requests = x->options.max_requests,
	};
	const struct http_route *routes;
	size_t nr;

	routes = routes_table(x->routes, &nr);
	timeslice_shorten();
	signals_hold();
	if (x->web && web_watch(x->web, e))
		return -EAGAIN;
	return http_start(&x->http, routes, nr, &o, e);
}

static int start(struct exporter *x, struct error *e)
{
	int err;

	log_event(LOG_INFO, "Starting bpf_exporter", "version", VERSION, "revision", REVISION,
		  NULL);
	err = sandbox_init(&x->sandbox, x->options.user, e);
	if (!err)
		err = open_web(x, e);
	if (!err)
		err = open_sockets(x, e);
	if (!err)
		err = start_collectors(x, e);
	if (!err)
		err = start_exposition(x, e);
	notify_open(&x->notify); /* while it may */
	if (!err)
		err = give_up_privileges(x, e);
	if (!err)
		err = start_http(x, e);
	resident_trim();
	return err;
}

static void stop(struct exporter *x)
{
	http_stop(x->http);
	listen_close(&x->sockets);
	web_free(x->web);
	routes_free(x->routes);
	exposition_free(x->exposition);
	self_free(x->self);
	registry_free(x->registry);
	features_free(x->features);
	notify_close(&x->notify);
	options_release(&x->options);
}

static int serve(struct exporter *x)
{
	struct error e;

	log_start();
	if (start(x, &e))
		return run_error(&e);
	service_run(x->http, x->web, &x->notify);
	return EXIT_SUCCESS;
}

static int run(struct exporter *x)
{
	const struct options *o = &x->options;
	struct error e;

	log_setup(o->log_level, o->log_format);
	if (o->version || o->help || o->metrics || o->list || o->check.on)
		signals_report();
	if (o->version) {
		help_print_version(stdout);
		return finish_output();
	}
	if (open_registry(x, &e))
		return run_error(&e);
	if (flags_apply(o, x->registry, &e))
		return usage_error(&e);
	if (o->help) {
		help_print(stdout, x->registry);
		return finish_output();
	}
	if (o->metrics) {
		metrics_table_print(stdout, x->registry);
		return finish_output();
	}
	if (o->list)
		return list_collectors(x);
	return o->check.on ? check_collectors(x) : serve(x);
}

int main(int argc, char **argv)
{
	struct flagfile arguments = { 0 };
	struct exporter x = { .notify = NOTIFY_INIT };
	struct error e;
	int status;

	prepare_process();
	(void)argc;
	if (flagfile_expand(&arguments, argv, &e) ||
	    options_parse(&x.options, arguments.argc, arguments.argv, &e))
		return usage_error(&e);
	status = run(&x);
	stop(&x);
	flagfile_release(&arguments);
	log_stop();
	return status;
}
