// SPDX-License-Identifier: GPL-2.0-only
/* Loads bpf/preemption.bpf.c and lets two threads want the same CPU. */
#include "load/preemption.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/embedded.h"
#include "load/corebtf.h"
#include "load/library.h"
#include "load/preemption_state.h"

extern const struct embedded preemption_object; /* of embed.S */

struct contest {
	struct bpf_object *object;
	struct preemption_state *state;
	atomic_bool rival_runs, over;
};

/* ---- the two threads ---- */

/* Wants the CPU all the time. */
static void *rival(void *context)
{
	struct contest *t = context;

	atomic_store(&t->rival_runs, true);
	while (!atomic_load(&t->over))
		;
	return NULL;
}

static int program_fd(const struct contest *t, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(t->object, name));
}

/* Runs the one program, and by its end the other. */
static void *subject(void *context)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	struct contest *t = context;

	while (!atomic_load(&t->rival_runs))
		sched_yield();
	if (bpf_prog_test_run_opts(program_fd(t, "function"), &run))
		return NULL;
	if (t->state->function == PREEMPTION_SEEN)
		t->state->thread = (unsigned int)gettid();
	return NULL;
}

/* Ordinary tasks on the CPU that we are on. */
static int threads_attributes(pthread_attr_t *a)
{
	const struct sched_param ordinary = { 0 };
	const int cpu = sched_getcpu();
	cpu_set_t one;
	int err;

	if (cpu < 0)
		return errno;
	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	err = pthread_attr_init(a);
	if (!err)
		err = pthread_attr_setaffinity_np(a, sizeof(one), &one);
	if (!err)
		err = pthread_attr_setinheritsched(a, PTHREAD_EXPLICIT_SCHED);
	if (!err)
		err = pthread_attr_setschedpolicy(a, SCHED_OTHER);
	if (!err)
		err = pthread_attr_setschedparam(a, &ordinary);
	return err;
}

static int compete(struct contest *t)
{
	pthread_t threads[2];
	pthread_attr_t a;
	int err = threads_attributes(&a);

	if (!err)
		err = pthread_create(&threads[0], &a, rival, t);
	if (err)
		return -err;
	err = pthread_create(&threads[1], &a, subject, t);
	if (!err)
		pthread_join(threads[1], NULL);
	atomic_store(&t->over, true);
	pthread_join(threads[0], NULL);
	pthread_attr_destroy(&a);
	return -err;
}

/* ---- the programs ---- */

static int contest_load(struct contest *t, const struct btfindex *kernel)
{
	const int types_fd = corebtf_make(preemption_object.elf, preemption_object.size, kernel);
	char types[32];
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "preemption",
		    .btf_custom_path = types);
	int err;

	if (types_fd < 0)
		return types_fd;
	snprintf(types, sizeof(types), "/proc/self/fd/%d", types_fd);
	t->object = bpf_object__open_mem(preemption_object.elf, preemption_object.size, &options);
	err = t->object ? bpf_object__load(t->object) : -errno;
	close(types_fd);
	return err;
}

static int contest_share(struct contest *t)
{
	const int bss = bpf_map__fd(bpf_object__find_map_by_name(t->object, ".bss"));

	t->state = mmap(NULL, sizeof(*t->state), PROT_READ | PROT_WRITE, MAP_SHARED, bss, 0);
	if (t->state != MAP_FAILED)
		return 0;
	t->state = NULL;
	return -errno;
}

static int contest_run(struct contest *t)
{
	const struct bpf_program *p = bpf_object__find_program_by_name(t->object, "tracepoint");
	struct bpf_link *link = bpf_program__attach_raw_tracepoint(p, "sched_process_exit");
	int err = link ? compete(t) : -errno;

	bpf_link__destroy(link);
	return err;
}

int preemption_find(struct preemption *out, const struct btfindex *kernel)
{
	struct library_capture watch = { 0 }; /* keeps libbpf's complaints from the log */
	struct contest t = { 0 };
	int err;

	*out = (struct preemption){ 0 };
	library_setup();
	library_capture(&watch);
	err = contest_load(&t, kernel);
	if (!err)
		err = contest_share(&t);
	if (!err)
		err = contest_run(&t);
	library_capture(NULL);
	if (!err && t.state) {
		out->at_functions = t.state->function == PREEMPTION_SEEN;
		out->at_tracepoints = t.state->tracepoint == PREEMPTION_SEEN;
	}
	if (t.state)
		munmap(t.state, sizeof(*t.state));
	bpf_object__close(t.object);
	return err;
}
