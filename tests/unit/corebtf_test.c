// SPDX-License-Identifier: GPL-2.0-only
/* The few types that an object needs, out of a kernel's made up here: whatever they refer to, the copy ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <cmocka.h>

#include "base/file.h"
#include "load/corebtf.h"

#define OBJECT_MAX (1 << 20)
#define FAR 100000

static int int_of(struct btf *b)
{
	return btf__add_int(b, "int", 4, BTF_INT_SIGNED);
}

/* struct made_up, whose second member is of the type that `other` adds. Frees the types. */
static int copy_with(int (*other)(struct btf *b))
{
	struct btf *b = btf__new_empty();
	const int n = int_of(b), id = other(b);
	struct btfindex *x;
	size_t size;
	void *elf = file_load(OBJECTS "/objects/relocated.bpf.o", OBJECT_MAX, &size);
	int fd;

	btf__add_struct(b, "made_up", 16);
	btf__add_field(b, "n", n, 0, 0);
	btf__add_field(b, "other", id, 64, 0);
	x = btfindex_new(b);
	assert_non_null(elf);
	assert_non_null(x);
	fd = corebtf_make(elf, size, x);
	btfindex_free(x);
	btf__free(b);
	free(elf);
	return fd;
}

static int pointer_to_int(struct btf *b)
{
	return btf__add_ptr(b, int_of(b));
}

static int pointer_to_itself(struct btf *b)
{
	return btf__add_ptr(b, (int)btf__type_cnt(b));
}

/* The function takes a pointer to itself, which C has no words for. */
static int pointer_by_a_function(struct btf *b)
{
	const int function = btf__add_func_proto(b, 0);

	btf__add_func_param(b, NULL, function + 1);
	return btf__add_ptr(b, function);
}

/* void (*)(struct made_up), a member of that struct: good C. */
static int pointer_by_a_struct(struct btf *b)
{
	const int function = btf__add_func_proto(b, 0);

	btf__add_func_param(b, NULL, function + 2);
	return btf__add_ptr(b, function);
}

static int pointer_to_far_away(struct btf *b)
{
	int id = int_of(b);

	for (int i = 0; i < FAR; i++)
		id = btf__add_ptr(b, id);
	return id;
}

static void what_refers_to_itself_is_left_to_libbpf(void **state)
{
	static int (*const circles[])(struct btf * b) = { pointer_to_itself, pointer_by_a_function,
							  pointer_by_a_struct,
							  pointer_to_far_away };
	int fd = copy_with(pointer_to_int);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(circles) / sizeof(*circles); i++)
		assert_int_equal(copy_with(circles[i]), -EOPNOTSUPP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_refers_to_itself_is_left_to_libbpf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
