// SPDX-License-Identifier: GPL-2.0-only
/* Objects in this machine's kernel: the first alternative that works runs, and nothing else stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "base/file.h"
#include "describe/description.h"
#include "load/corebtf.h"
#include "load/features.h"
#include "load/object.h"

#define FORKS 7
#define WAIT_NS 5000000000ULL /* for the kernel to let go of programs; usually some ms */

static char objects[4096]; /* the directory of the compiled objects, beside this program */
static struct features *features;

struct loaded {
	void *elf;
	size_t size;
	struct description *description;
	struct object *object;
	struct error error;
	int err;
};

/* ---- loading ---- */

/* Parameters by name; all others keep their defaults. */
struct setting {
	const char *name;
	uint32_t value;
};

static int set_parameter(void *context, const struct parameter_description *p, void *bytes,
			 struct error *e)
{
	const struct setting *s;

	(void)e;
	for (s = context; s->name; s++)
		if (!strcmp(s->name, p->name))
			memcpy(bytes, &s->value, sizeof(s->value));
	return 0;
}

static void open_file(struct loaded *l, const char *name)
{
	char path[5000];

	snprintf(path, sizeof(path), "%s/%s.bpf.o", objects, name);
	*l = (struct loaded){ 0 };
	l->elf = file_load(path, 1 << 22, &l->size);
	assert_non_null(l->elf);
	l->description = description_read(name, l->elf, l->size, &l->error);
	if (!l->description)
		fail_msg("%s", l->error.text);
}

static struct loadable loadable(const struct loaded *l)
{
	return (struct loadable){
		.file = "test.bpf.o",
		.elf = l->elf,
		.size = l->size,
		.description = l->description,
		.features = features,
	};
}

static void load(struct loaded *l, struct setting *settings)
{
	struct loadable what = loadable(l);

	what.parameter = settings ? set_parameter : NULL;
	what.context = settings;
	l->err = object_load(&l->object, &what, &l->error);
}

static void load_file(struct loaded *l, const char *name, struct setting *settings)
{
	open_file(l, name);
	load(l, settings);
}

static void unload(struct loaded *l)
{
	object_free(l->object);
	description_free(l->description);
	free(l->elf);
}

static const struct program_status *program(const struct loaded *l, const char *name)
{
	const struct program_status *p;
	size_t n = object_programs(l->object, &p);

	for (; n--; p++)
		if (!strcmp(p->description->name, name))
			return p;
	fail_msg("no program '%s'", name);
	return NULL;
}

static void assert_program(const struct loaded *l, const char *name, enum program_state state,
			   const char *reason)
{
	const struct program_status *p = program(l, name);

	assert_string_equal(p->reason, reason);
	assert_int_equal(p->state, state);
	assert_int_equal(p->fd >= 0, state == PROGRAM_ATTACHED);
	assert_int_equal(p->id != 0, state == PROGRAM_ATTACHED);
}

/* ---- what the kernel holds ---- */

static bool exists(uint32_t id)
{
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void assert_goes(uint32_t id)
{
	uint64_t end = now_ns() + WAIT_NS;

	while (exists(id))
		if (now_ns() > end)
			fail_msg("program %u is still there", id);
}

static bool named(uint32_t id, const char *name)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);
	bool same = fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) &&
		    !strncmp(info.name, name, sizeof(info.name) - 1);

	if (fd >= 0)
		close(fd);
	return same;
}

/* Programs that tests before this one left behind may be on their way out still. */
static void assert_none_named(const char *name)
{
	uint32_t id = 0;

	while (!bpf_prog_get_next_id(id, &id))
		if (named(id, name))
			assert_goes(id);
}

static int count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void fork_often(int n)
{
	while (n--) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (!child)
			_exit(0);
		assert_int_equal(waitpid(child, NULL, 0), child);
	}
}

static uint64_t global(const struct loaded *l, const char *name)
{
	const struct description *d = l->description;
	const char *bss = object_bss(l->object, NULL);

	assert_non_null(bss);
	for (size_t i = 0; i < d->nr_maps; i++)
		if (d->maps[i].layout == MAP_GLOBAL && !strcmp(d->maps[i].name, name))
			return __atomic_load_n((const uint64_t *)(bss + d->maps[i].offset),
					       __ATOMIC_RELAXED);
	fail_msg("no variable '%s'", name);
	return 0;
}

/* ---- the tests ---- */

static void the_first_alternative_that_works_runs(void **state)
{
	static const char map[] = "raw_tp 'sched_switch': the verifier refuses 'by_map': BPF map "
				  "'of_no_kernel' is referenced but wasn't created: -EINVAL";
	static const char attach[] = "raw_tp 'sched_switch': cannot attach 'by_argument': -EINVAL";
	const char *reason;
	char verifier[128];
	struct loaded l;

	(void)state;
	load_file(&l, "choose", NULL);
	assert_int_equal(l.err, 0);
	/* The verifier's word for a number is "scalar" since 5.18. */
	snprintf(verifier, sizeof(verifier),
		 "raw_tp 'sched_switch': the verifier refuses 'by_number': "
		 "R1 invalid mem access '%s': -EACCES",
		 strstr(program(&l, "by_number")->reason, "'inv'") ? "inv" : "scalar");
	assert_program(&l, "forked", PROGRAM_ATTACHED, "");
	assert_program(&l, "by_field", PROGRAM_UNAVAILABLE,
		       "field 'task_struct.no_such_field' is not in this kernel");
	assert_program(&l, "by_number", PROGRAM_UNAVAILABLE, verifier);
	assert_program(&l, "by_map", PROGRAM_UNAVAILABLE, map);
	assert_program(&l, "by_argument", PROGRAM_UNAVAILABLE, attach);
	assert_program(&l, "before_it", PROGRAM_UNAVAILABLE, attach);
	assert_program(&l, "by_tracepoint", PROGRAM_ATTACHED, "");
	assert_program(&l, "by_nothing", PROGRAM_NOT_CHOSEN, "a better alternative runs");
	assert_string_equal(program(&l, "by_tracepoint")->way, "raw_tp");
	assert_string_equal(program(&l, "by_tracepoint")->target, "sched_switch");
	assert_true(object_event_runs(l.object, "", NULL));
	assert_true(object_event_runs(l.object, "switch", &reason));
	assert_string_equal(reason, "");
	assert_false(object_event_runs(l.object, "gone", &reason));
	assert_string_equal(reason, "tracepoint 'no_such_tracepoint' is not in this kernel");
	assert_none_named("before_it"); /* it was attached for a moment */
	unload(&l);
}

static void a_parameter_reaches_the_program_and_globals_are_live(void **state)
{
	struct setting settings[] = { { "watched", (uint32_t)getpid() }, { 0 } };
	struct loaded l;

	(void)state;
	load_file(&l, "choose", settings);
	assert_int_equal(l.err, 0);
	assert_int_equal(global(&l, "forks"), 0);
	fork_often(FORKS);
	assert_int_equal(global(&l, "forks"), FORKS);
	assert_true(global(&l, "switches") > 0);
	unload(&l);
}

static void an_event_runs_only_where_its_parameter_is_set(void **state)
{
	struct setting settings[] = { { "timed", 1 }, { 0 } };
	const char *reason;
	struct loaded l;

	(void)state;
	load_file(&l, "choose", NULL);
	assert_program(&l, "fork_timed", PROGRAM_NOT_NEEDED,
		       "switched off by --collector.choose.timed");
	assert_false(object_event_runs(l.object, "timed", &reason));
	assert_string_equal(reason, "switched off by --collector.choose.timed");
	unload(&l);
	load_file(&l, "choose", settings);
	assert_program(&l, "fork_timed", PROGRAM_ATTACHED, "");
	assert_true(object_event_runs(l.object, "timed", NULL));
	unload(&l);
}

static int no_parameter(void *context, const struct parameter_description *p, void *bytes,
			struct error *e)
{
	(void)context;
	(void)bytes;
	return error_set(e, -EINVAL, "parameter '%s': as the test wants", p->name);
}

static void a_refused_parameter_is_the_reason_for_all(void **state)
{
	struct loadable what;
	struct loaded l;

	(void)state;
	open_file(&l, "choose");
	what = loadable(&l);
	what.parameter = no_parameter;
	l.err = object_load(&l.object, &what, &l.error);
	assert_int_equal(l.err, -EINVAL);
	assert_non_null(strstr(l.error.text, "as the test wants"));
	assert_program(&l, "forked", PROGRAM_UNAVAILABLE, l.error.text);
	assert_program(&l, "by_nothing", PROGRAM_UNAVAILABLE, l.error.text);
	assert_false(object_event_runs(l.object, "switch", NULL));
	unload(&l);
}

static void nothing_stays_when_an_object_goes(void **state)
{
	int fds = count_fds();
	uint32_t forked, switched;
	struct loaded l;

	(void)state;
	load_file(&l, "choose", NULL);
	forked = program(&l, "forked")->id;
	switched = program(&l, "by_tracepoint")->id;
	assert_true(exists(forked));
	assert_true(exists(switched));
	unload(&l);
	assert_goes(forked);
	assert_goes(switched);
	assert_int_equal(count_fds(), fds);
}

static void a_collector_that_cannot_run_says_why_and_leaves_nothing(void **state)
{
	static const char missing[] = "tracepoint 'no_such_tracepoint' is not in this kernel";
	int fds = count_fds();
	const char *reason;
	struct loaded l;

	(void)state;
	load_file(&l, "absent", NULL);
	assert_true(l.err < 0);
	assert_string_equal(l.error.text, missing);
	assert_program(&l, "never", PROGRAM_UNAVAILABLE, missing);
	assert_false(object_event_runs(l.object, "", &reason));
	assert_string_equal(reason, missing);
	assert_null(object_bss(l.object, NULL));
	unload(&l);
	assert_int_equal(count_fds(), fds);
}

static struct map_description *first_global(const struct loaded *l)
{
	const struct description *d = l->description;

	for (size_t i = 0; i < d->nr_maps; i++)
		if (d->maps[i].layout == MAP_GLOBAL)
			return &d->maps[i];
	fail_msg("no variable in .bss");
	return NULL;
}

static void what_does_not_lie_in_bss_is_refused(void **state)
{
	struct loaded l;

	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		open_file(&l, "choose");
		assert_true(l.description->has_lost);
		if (lost)
			l.description->lost_offset = 1 << 20;
		else
			first_global(&l)->slots = 1 << 20;
		load(&l, NULL);
		assert_int_equal(l.err, -EINVAL);
		assert_non_null(strstr(l.error.text, "cannot keep its maps"));
		unload(&l);
	}
}

static void bytes_that_are_no_object_are_refused(void **state)
{
	struct loaded l;

	(void)state;
	open_file(&l, "choose");
	l.size /= 2;
	load(&l, NULL);
	assert_true(l.err < 0);
	assert_program(&l, "forked", PROGRAM_UNAVAILABLE, l.error.text);
	assert_null(strchr(l.error.text, '\n'));
	unload(&l);
}

static void *load_in_thread(void *loaded)
{
	load(loaded, NULL);
	return NULL;
}

static void two_threads_load_at_once(void **state)
{
	pthread_t threads[2];
	struct loaded l[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		open_file(&l[i], "choose");
		assert_int_equal(pthread_create(&threads[i], NULL, load_in_thread, &l[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(l[i].err, 0);
		assert_program(&l[i], "by_tracepoint", PROGRAM_ATTACHED, "");
		unload(&l[i]);
	}
}

/* The instructions of the only program after libbpf has relocated them; by the types in `path`, or all. */
static size_t relocated(const struct loaded *l, const char *path, struct bpf_insn *out, size_t room)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = path);
	struct bpf_object *o = bpf_object__open_mem(l->elf, l->size, &options);
	struct bpf_program *p;
	size_t n;

	assert_non_null(o);
	assert_int_equal(bpf_object__load(o), 0);
	p = bpf_object__next_program(o, NULL);
	n = bpf_program__insn_cnt(p);
	assert_true(n <= room);
	memcpy(out, bpf_program__insns(p), n * sizeof(*out));
	bpf_object__close(o);
	return n;
}

static void relocations_by_the_few_types_are_those_by_all(void **state)
{
	static struct bpf_insn few[4096], all[4096];
	struct loaded l;
	char path[32];
	size_t n;
	int fd;

	(void)state;
	open_file(&l, "relocations");
	fd = corebtf_make(l.elf, l.size, features_types(features));
	assert_true(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = relocated(&l, NULL, all, 4096);
	assert_int_equal(relocated(&l, path, few, 4096), n);
	assert_memory_equal(few, all, n * sizeof(*few));
	close(fd);
	unload(&l);
}

static void a_type_that_may_be_a_modules_is_left_to_libbpf(void **state)
{
	struct loaded l;

	(void)state;
	load_file(&l, "elsewhere", NULL);
	assert_int_equal(corebtf_make(l.elf, l.size, features_types(features)), -EOPNOTSUPP);
	assert_int_equal(l.err, 0);
	unload(&l);
}

static void features_are_those_of_this_kernel(void **state)
{
	struct error why;

	(void)state;
	assert_true(features_possible_cpus(features) > 0);
	assert_true(features_answer(features, "tracepoint:sched_switch", "", &why));
	assert_false(features_answer(features, "tracepoint:no_such_tracepoint", "", &why));
	assert_true(features_answer(features, "field:task_struct.se.sum_exec_runtime", "", &why));
	assert_true(features_map_type(features, BPF_MAP_TYPE_HASH));
	assert_true(features_map_type(features, BPF_MAP_TYPE_HASH));
	assert_false(features_map_type(features, 63));
	assert_false(features_map_type(features, 1000));
}

static void without_privilege_there_is_advice(void **state)
{
	struct features *f;
	struct error e;
	pid_t child = fork();
	int status;

	(void)state;
	if (!child) {
		if (setresuid(65534, 65534, 65534))
			_exit(1);
		if (features_new(&f, NULL, &e) != -EPERM || !strstr(e.text, "run as root"))
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void forgotten_types_are_in_no_kernel(void **state)
{
	struct features_place place;
	struct features *f;
	struct error why;

	(void)state;
	assert_int_equal(features_new(&f, NULL, &why), 0);
	features_forget_btf(f);
	assert_null(features_btf(f));
	assert_false(features_answer(f, "tracepoint:sched_switch", "", &why));
	assert_int_equal(features_place(f, "function:schedule", "", &place), -ESRCH);
	assert_false(features_answer(f, "type:task_struct", "", &why));
	features_free(f);
}

static int setup(void **state)
{
	struct error e;

	(void)state;
	if (!features_new(&features, NULL, &e))
		return 0;
	print_error("%s\n", e.text);
	return -1;
}

static int teardown(void **state)
{
	(void)state;
	features_free(features);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(features_are_those_of_this_kernel),
		cmocka_unit_test(without_privilege_there_is_advice),
		cmocka_unit_test(forgotten_types_are_in_no_kernel),
		cmocka_unit_test(the_first_alternative_that_works_runs),
		cmocka_unit_test(a_parameter_reaches_the_program_and_globals_are_live),
		cmocka_unit_test(an_event_runs_only_where_its_parameter_is_set),
		cmocka_unit_test(a_refused_parameter_is_the_reason_for_all),
		cmocka_unit_test(nothing_stays_when_an_object_goes),
		cmocka_unit_test(a_collector_that_cannot_run_says_why_and_leaves_nothing),
		cmocka_unit_test(what_does_not_lie_in_bss_is_refused),
		cmocka_unit_test(bytes_that_are_no_object_are_refused),
		cmocka_unit_test(two_threads_load_at_once),
		cmocka_unit_test(relocations_by_the_few_types_are_those_by_all),
		cmocka_unit_test(a_type_that_may_be_a_modules_is_left_to_libbpf),
	};
	char *slash = strrchr(argv[0], '/');

	(void)argc;
	snprintf(objects, sizeof(objects), "%.*s/objects", slash ? (int)(slash - argv[0]) : 1,
		 slash ? argv[0] : ".");
	return cmocka_run_group_tests_name("object", tests, setup, teardown);
}
