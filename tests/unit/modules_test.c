// SPDX-License-Identifier: GPL-2.0-only
/* Types of modules, split from a small BTF that stands for the kernel's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <cmocka.h>

#include "load/modules.h"

static char directory[] = "/tmp/modules_test.XXXXXX";
static struct btf *kernel;

static void put(const char *name, const void *bytes, size_t size)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static void take(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	assert_int_equal(unlink(path), 0);
}

/* A module with one function and a struct named like a function of another one. */
static void put_module(const char *name, const char *function, const char *structure)
{
	struct btf *b = btf__new_empty_split(kernel);
	uint32_t size = 0;
	const void *bytes;

	assert_non_null(b);
	btf__add_func(b, function, BTF_FUNC_STATIC, btf__add_func_proto(b, 0));
	btf__add_struct(b, structure, 8);
	btf__add_field(b, "count", 1, 0, 0);
	bytes = btf__raw_data(b, &size);
	assert_non_null(bytes);
	put(name, bytes, size);
	btf__free(b);
}

static int setup(void **state)
{
	struct btf *b = btf__new_empty();
	int integer = btf__add_int(b, "int", 4, BTF_INT_SIGNED);

	(void)state;
	btf__add_struct(b, "operations", 4);
	btf__add_field(b, "named_in_the_kernel", integer, 0, 0);
	kernel = b;
	return mkdtemp(directory) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	btf__free(kernel);
	return rmdir(directory);
}

static const char *function_of(const struct btfindex *x, const char *name)
{
	uint32_t id = x ? btfindex_find(x, name, BTF_KIND_FUNC) : 0;

	return id ? btf__name_by_offset(btfindex_btf(x),
					btf__type_by_id(btfindex_btf(x), id)->name_off)
		  : "";
}

static void types_are_those_of_the_module_that_is_named(void **state)
{
	struct modules *m = modules_new(kernel, directory);
	const struct btfindex *x;

	(void)state;
	put_module("first", "alpha", "beta");
	put_module("second", "beta", "gamma");
	x = modules_find(m, "second");
	assert_string_equal(function_of(x, "beta"), "beta");
	assert_string_equal(function_of(x, "alpha"), "");
	assert_string_equal(function_of(modules_find(m, "first"), "alpha"), "alpha");
	assert_ptr_equal(modules_find(m, "second"), x);
	assert_int_equal(btfindex_find(x, "operations", BTF_KIND_STRUCT), 0); /* the kernel's own */
	modules_free(m);
	take("first");
	take("second");
}

static void a_name_that_the_kernel_uses_otherwise_is_found(void **state)
{
	struct modules *m = modules_new(kernel, directory);

	(void)state;
	put_module("only", "named_in_the_kernel", "other");
	assert_string_equal(function_of(modules_find(m, "only"), "named_in_the_kernel"),
			    "named_in_the_kernel");
	modules_free(m);
	take("only");
}

static void a_module_that_comes_later_is_not_noticed(void **state)
{
	struct modules *m = modules_new(kernel, directory);

	(void)state;
	assert_null(modules_find(m, "late"));
	put_module("late", "late", "other");
	assert_null(modules_find(m, "late"));
	modules_free(m);
	take("late");
}

static void what_is_no_module_has_no_types(void **state)
{
	static const char odd[] = "\0late\0 not BTF, but longer than its header would be";
	static const char *const names[] = { "empty", "odd",	 "vmlinux", "",	     ".",
					     "..",    "../late", "./late",  "absent" };
	char path[128], *name;
	struct modules *m;

	(void)state;
	put("empty", "", 0);
	put("odd", odd, sizeof(odd));
	put_module("vmlinux", "late", "other"); /* the kernel itself is none */
	put_module("late", "late", "other");
	m = modules_new(kernel, directory);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_null(modules_find(m, names[i]));
	snprintf(path, sizeof(path), "..%s/late", strrchr(directory, '/'));
	assert_null(modules_find(m, path));
	name = calloc(1, 1 << 16);
	assert_non_null(memset(name, 'x', (1 << 16) - 1));
	assert_null(modules_find(m, name));
	free(name);
	modules_free(m);
	take("empty");
	take("odd");
	take("vmlinux");
	take("late");
	m = modules_new(kernel, "/nonexistent");
	assert_null(modules_find(m, "late"));
	modules_free(m);
	modules_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_those_of_the_module_that_is_named),
		cmocka_unit_test(a_name_that_the_kernel_uses_otherwise_is_found),
		cmocka_unit_test(a_module_that_comes_later_is_not_noticed),
		cmocka_unit_test(what_is_no_module_has_no_types),
	};

	return cmocka_run_group_tests_name("modules", tests, setup, teardown);
}
