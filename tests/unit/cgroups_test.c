// SPDX-License-Identifier: GPL-2.0-only
/* Cgroups by id: against directories that stand for them, and against this machine's own. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "root.h"

#include "base/log.h"
#include "collect/cgroups.h"

#define MOUNTINFO "/proc/self/mountinfo"
#define MOUNT "/sys/fs/cgroup"
#define NOBODY 65534

static const char mounts[] =
	"23 1 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
	"40 23 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
	"41 23 0:38 / " MOUNT " rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

/* The number of a directory below the root, made where there is none yet. */
static uint64_t directory(const char *path)
{
	char full[PATH_MAX];
	struct stat st;

	snprintf(full, sizeof(full), "%s%s", root_path, path);
	assert_true(!mkdir(full, 0755) || errno == EEXIST);
	assert_int_equal(stat(full, &st), 0);
	return st.st_ino;
}

static struct cgroups *with(const char *mountinfo)
{
	struct cgroups *c;

	root_puts(MOUNTINFO, mountinfo);
	root_puts(MOUNT "/cgroup.procs", "");
	c = cgroups_new(root_path);
	assert_non_null(c);
	return c;
}

static void expect(struct cgroups *c, uint64_t id, const char *path)
{
	bool gone;
	const char *found = cgroups_path(c, id, &gone);

	assert_non_null(found);
	assert_string_equal(found, path);
	assert_false(gone);
}

static void expect_none(struct cgroups *c, uint64_t id)
{
	bool gone = true;

	assert_null(cgroups_path(c, id, &gone));
	assert_false(gone); /* a walk cannot know */
}

static void a_walk_finds_every_cgroup_below_the_mount(void **state)
{
	struct cgroups *c = with(mounts);
	uint64_t top = directory(MOUNT), a = directory(MOUNT "/a.slice"),
		 b = directory(MOUNT "/a.slice/b c.scope"), d = directory(MOUNT "/d");

	(void)state;
	expect(c, b, "/a.slice/b c.scope");
	expect(c, top, "/");
	expect(c, a, "/a.slice");
	expect(c, d, "/d");
	expect_none(c, directory("/sys"));
	expect_none(c, 0);
	expect_none(c, UINT64_MAX);
	cgroups_free(c);
}

static void a_new_cgroup_is_found_by_the_walk_of_the_next_pass(void **state)
{
	struct cgroups *c = with(mounts);
	uint64_t old = directory(MOUNT "/old"), new;

	(void)state;
	expect(c, old, "/old");
	new = directory(MOUNT "/new");
	expect_none(c, new);
	cgroups_settle(c);
	expect(c, new, "/new");
	cgroups_free(c);
}

static void what_two_walks_do_not_find_has_gone(void **state)
{
	struct cgroups *c = with(mounts);
	bool gone;

	(void)state;
	for (uint64_t pass = 0; pass < 2; pass++) {
		for (uint64_t id = 1ULL << 60; id < (1ULL << 60) + 500; id++) {
			assert_null(cgroups_path(c, id, &gone));
			assert_int_equal(gone, pass);
		}
		cgroups_settle(c);
	}
	cgroups_free(c);
}

static void a_mount_of_a_part_tells_whole_paths(void **state)
{
	uint64_t outer = directory(MOUNT "/outer"), inner;
	struct cgroups *c;

	(void)state;
	root_puts("/part/x/file", "");
	inner = directory("/part/x");
	c = with("41 23 0:38 /a/b /part rw - cgroup2 cgroup2 rw\n"
		 "42 23 0:38 / " MOUNT " rw - cgroup2 cgroup2 rw\n");
	expect(c, inner, "/a/b/x");
	expect(c, directory("/part"), "/a/b");
	expect(c, outer, "/outer");
	cgroups_free(c);
}

static void a_cgroup_that_went_keeps_its_name(void **state)
{
	struct cgroups *c = with(mounts);
	uint64_t id = directory(MOUNT "/short-lived");
	char path[PATH_MAX];

	(void)state;
	expect(c, id, "/short-lived");
	snprintf(path, sizeof(path), "%s" MOUNT "/short-lived", root_path);
	assert_int_equal(rmdir(path), 0);
	cgroups_settle(c);
	expect(c, id, "/short-lived");
	cgroups_free(c);
}

static void a_walk_ends_at_a_depth(void **state)
{
	char path[PATH_MAX] = MOUNT;
	uint64_t ids[41];
	struct cgroups *c;

	(void)state;
	for (size_t depth = 0; depth <= 40; depth++) {
		strcat(path, "/n");
		ids[depth] = directory(path);
	}
	c = with(mounts);
	expect(c, ids[2], "/n/n/n");
	assert_non_null(cgroups_path(c, ids[31], &(bool){ false }));
	expect_none(c, ids[40]);
	cgroups_free(c);
}

static void a_walk_ends_at_a_number(void **state)
{
	enum { MANY = 17000, CEILING = 16384 };
	static uint64_t ids[MANY];
	char path[PATH_MAX];
	size_t found = 0;
	struct cgroups *c;
	bool gone;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), MOUNT "/%zu", i);
		ids[i] = directory(path);
	}
	c = with(mounts);
	for (size_t i = 0; i < MANY; i++)
		found += cgroups_path(c, ids[i], &gone) != NULL;
	assert_true(found >= CEILING - 100 && found <= CEILING);
	cgroups_free(c);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "%s" MOUNT "/%zu", root_path, i);
		rmdir(path);
	}
}

/* ---- mountinfo ---- */

static void a_mount_point_may_have_blanks_and_backslashes(void **state)
{
	struct cgroups *c;
	uint64_t id;

	(void)state;
	root_puts("/a b\\c/x/file", "");
	id = directory("/a b\\c/x");
	c = with("41 23 0:38 / /a\\040b\\134c rw - cgroup2 none rw\n");
	expect(c, id, "/x");
	cgroups_free(c);
}

static void without_a_mount_there_are_no_paths(void **state)
{
	static const char *const others[] = {
		"",
		"\n\n",
		"41",
		"41 23 0:38 /",
		"41 23 0:38 / /sys/fs/cgroup rw",
		"41 23 0:38 / /sys/fs/cgroup rw - cgroup cgroup rw\n",
		"41 23 0:38 / /sys/fs/cgroup rw - cgroup2",
		"41 23 0:38 / relative rw - cgroup2 cgroup2 rw\n",
		"41 23 0:38 - cgroup2 cgroup2 rw\n",
		" - cgroup2 cgroup2 rw\n",
		"41 23 0:38 / /no/such/directory rw - cgroup2 cgroup2 rw\n",
		"41 23 0:38 / /sys/fs/cgroup/cgroup.procs rw - cgroup2 cgroup2 rw\n",
	};
	uint64_t id = directory(MOUNT "/old");

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct cgroups *c = with(others[i]);

		expect_none(c, id);
		cgroups_free(c);
	}
	cgroups_free(NULL);
}

static void an_overlong_mount_point_is_refused(void **state)
{
	char *text = malloc(3 * PATH_MAX);
	struct cgroups *c;

	(void)state;
	strcpy(text, "41 23 0:38 / /");
	memset(text + strlen(text), 'x', 2 * PATH_MAX);
	strcpy(text + 14 + 2 * PATH_MAX, " rw - cgroup2 cgroup2 rw\n");
	c = with(text);
	expect_none(c, 1);
	cgroups_free(c);
	free(text);
}

static void no_noise_in_mountinfo_does_harm(void **state)
{
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char text[sizeof(mounts) - 1];
		struct cgroups *c;
		bool gone;

		memcpy(text, mounts, sizeof(text));
		for (int hits = rand_r(&seed) % 8; hits >= 0; hits--)
			text[(size_t)rand_r(&seed) % sizeof(text)] = (char)rand_r(&seed);
		root_write(MOUNTINFO, text, (size_t)rand_r(&seed) % sizeof(text) + 1);
		c = cgroups_new(root_path);
		assert_non_null(c);
		cgroups_path(c, 1, &gone);
		cgroups_free(c);
	}
}

/* ---- the machine's own ---- */

static char real_mount[PATH_MAX];

/* Where cgroup2 is mounted on this machine and a cgroup can be made; skips the test otherwise. */
static uint64_t make_cgroup(const char *name)
{
	char line[PATH_MAX * 2], path[PATH_MAX + 64];
	FILE *f = fopen(MOUNTINFO, "r");
	struct stat st;

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, " - cgroup2 "))
			sscanf(line, "%*s %*s %*s %*s %4095s", real_mount);
	if (f)
		fclose(f);
	snprintf(path, sizeof(path), "%s/%s", real_mount, name);
	if (!*real_mount || mkdir(path, 0755)) {
		print_message("no cgroup2 here in which this user can make a cgroup\n");
		skip();
	}
	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static void remove_cgroup(const char *name)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", real_mount, name);
	assert_int_equal(rmdir(path), 0);
}

static void this_kernel_finds_a_cgroup_by_its_id_and_knows_when_it_has_gone(void **state)
{
	static const char name[] = "bpf_exporter_test";
	uint64_t id = make_cgroup(name);
	struct cgroups *c = cgroups_new(""), *later;
	bool gone;

	(void)state;
	expect(c, id, "/bpf_exporter_test");
	expect(c, 1, "/");
	remove_cgroup(name);
	expect(c, id, "/bpf_exporter_test"); /* remembered */
	later = cgroups_new("");
	assert_null(cgroups_path(later, id, &gone));
	assert_true(gone);
	cgroups_free(later);
	cgroups_free(c);
}

/* As in a container with a cgroup namespace of its own: below the cgroup it is in, "inside" can be seen. */
static int look_from_a_namespace(uint64_t inside, uint64_t outside)
{
	struct cgroups *c;
	const char *path;
	bool gone;

	if (unshare(CLONE_NEWCGROUP | CLONE_NEWNS) ||
	    mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) || umount2(real_mount, MNT_DETACH) ||
	    mount("cgroup2", "/mnt", "cgroup2", 0, NULL))
		return 77;
	c = cgroups_new("");
	path = c ? cgroups_path(c, inside, &gone) : NULL;
	if (!path || strcmp(path, "/inside"))
		return 1;
	path = cgroups_path(c, outside, &gone);
	cgroups_free(c);
	return path || !gone ? 2 : 0;
}

static void a_cgroup_outside_of_the_namespace_has_no_path(void **state)
{
	static const char here[] = "bpf_exporter_test_here",
			  below[] = "bpf_exporter_test_here/inside",
			  outside[] = "bpf_exporter_test_outside";
	uint64_t there = make_cgroup(outside), inner;
	char procs[PATH_MAX + 64];
	int status;
	pid_t child;

	(void)state;
	make_cgroup(here);
	inner = make_cgroup(below);
	snprintf(procs, sizeof(procs), "%s/%s/cgroup.procs", real_mount, here);
	child = fork();
	if (!child) {
		FILE *f = fopen(procs, "w");

		if (!f || fputs("0\n", f) < 0 || fclose(f))
			_exit(77);
		_exit(look_from_a_namespace(inner, there));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	remove_cgroup(below);
	remove_cgroup(here);
	remove_cgroup(outside);
	if (status == 77 << 8) {
		print_message("no namespace of cgroups can be made here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void without_privileges_a_cgroup_is_found_by_walking(void **state)
{
	static const char name[] = "bpf_exporter_test_walk";
	uint64_t id = make_cgroup(name);
	struct cgroups *c = cgroups_new("");
	int status;
	pid_t child = fork();

	(void)state;
	if (!child) {
		const char *path;
		bool gone;

		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		path = cgroups_path(c, id, &gone);
		_exit(path && !strcmp(path, "/bpf_exporter_test_walk") ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	remove_cgroup(name);
	cgroups_free(c);
}

static void many_cgroups_that_come_and_go_are_all_named(void **state)
{
	struct cgroups *c = NULL;

	(void)state;
	for (int i = 0; i < 300; i++) {
		char path[64];
		uint64_t id;

		snprintf(path, sizeof(path), "/bpf_exporter_test%d", i);
		id = make_cgroup(path + 1);
		c = c ? c : cgroups_new("");
		expect(c, id, path);
		remove_cgroup(path + 1);
	}
	cgroups_free(c);
}

static void ids_that_never_were_cost_neither_memory_nor_a_walk(void **state)
{
	struct cgroups *c = cgroups_new("");
	bool gone;

	(void)state;
	if (cgroups_path(c, 1ULL << 60, &gone) || !gone) {
		cgroups_free(c);
		print_message("this user may not open cgroups by id\n");
		skip();
	}
	for (uint64_t i = 0; i < 60000; i++) {
		assert_null(cgroups_path(c, (1ULL << 60) + i, &gone));
		assert_true(gone);
	}
	cgroups_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_walk_finds_every_cgroup_below_the_mount),
		cmocka_unit_test(a_new_cgroup_is_found_by_the_walk_of_the_next_pass),
		cmocka_unit_test(what_two_walks_do_not_find_has_gone),
		cmocka_unit_test(a_mount_of_a_part_tells_whole_paths),
		cmocka_unit_test(a_cgroup_that_went_keeps_its_name),
		cmocka_unit_test(a_walk_ends_at_a_depth),
		cmocka_unit_test(a_walk_ends_at_a_number),
		cmocka_unit_test(a_mount_point_may_have_blanks_and_backslashes),
		cmocka_unit_test(without_a_mount_there_are_no_paths),
		cmocka_unit_test(an_overlong_mount_point_is_refused),
		cmocka_unit_test(no_noise_in_mountinfo_does_harm),
		cmocka_unit_test(this_kernel_finds_a_cgroup_by_its_id_and_knows_when_it_has_gone),
		cmocka_unit_test(a_cgroup_outside_of_the_namespace_has_no_path),
		cmocka_unit_test(without_privileges_a_cgroup_is_found_by_walking),
		cmocka_unit_test(many_cgroups_that_come_and_go_are_all_named),
		cmocka_unit_test(ids_that_never_were_cost_neither_memory_nor_a_walk),
	};

	log_setup(LOG_ERROR, LOG_LOGFMT); /* the warnings are many here */
	return cmocka_run_group_tests_name("cgroups", tests, root_make, root_remove);
}
