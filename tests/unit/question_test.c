// SPDX-License-Identifier: GPL-2.0-only
/* The questions of NEEDS(), against a small BTF that looks like a kernel's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>
#include <cmocka.h>

#include "describe/need.h"
#include "load/question.h"

struct kernel {
	struct btf *btf;
	struct btfindex *types;
};

/* void (*)(void *__data, int...) as typedef btf_trace_<name> */
static void add_tracepoint(struct btf *b, const char *type, int arguments)
{
	int proto, integer = btf__find_by_name(b, "int");

	proto = btf__add_func_proto(b, 0);
	for (int i = 0; i <= arguments; i++)
		assert_int_equal(btf__add_func_param(b, "a", integer), 0);
	btf__add_typedef(b, type, btf__add_ptr(b, proto));
}

static int make_kernel(void **state)
{
	static struct kernel k;
	struct btf *b = btf__new_empty();
	int integer = btf__add_int(b, "int", 4, BTF_INT_SIGNED), inner, constant, pointer;
	int nameless;

	inner = btf__add_struct(b, "inner", 8);
	btf__add_field(b, "count", integer, 0, 0);
	constant = btf__add_const(b, inner);
	pointer = btf__add_ptr(b, inner);
	nameless = btf__add_union(b, NULL, 8);
	btf__add_field(b, "hidden", pointer, 0, 0);
	btf__add_struct(b, "request", 8); /* an older one of the same name */
	btf__add_field(b, "tag", integer, 0, 0);
	btf__add_struct(b, "request", 24);
	btf__add_field(b, "start", integer, 0, 0);
	btf__add_field(b, "in", constant, 64, 0);
	btf__add_field(b, NULL, nameless, 128, 0);
	btf__add_enum(b, "bpf_map_type", 4);
	btf__add_enum_value(b, "HASH", 1);
	btf__add_enum64(b, "wide", 8, false);
	btf__add_enum64_value(b, "LARGE", 1ULL << 40);
	btf__add_func(b, "blk_start", BTF_FUNC_STATIC, btf__add_func_proto(b, 0));
	add_tracepoint(b, "btf_trace_sched_switch", 4);
	add_tracepoint(b, "btf_trace_bare", 0);
	btf__add_typedef(b, "btf_trace_odd", integer);
	k.btf = b;
	k.types = btfindex_new(b);
	*state = &k;
	return k.types ? 0 : -1;
}

static int free_kernel(void **state)
{
	struct kernel *k = *state;

	btfindex_free(k->types);
	btf__free(k->btf);
	return 0;
}

static void assert_answer(void **state, const char *question, const char *reason)
{
	const struct kernel *k = *state;
	struct error why = { "" };

	assert_int_equal(question_answer(question, k->types, "sched_switch", &why), !*reason);
	assert_string_equal(why.text, reason);
}

static void a_question_has_a_kind_and_an_argument(void **state)
{
	static const char *const bad[] = { "", "!", ":", "args", "args:", ":4", "!:4" };
	struct need q;

	(void)state;
	assert_true(need_parse("!field:a.b", &q));
	assert_true(q.opposite);
	assert_true(need_is(&q, "field"));
	assert_false(need_is(&q, "fiel"));
	assert_false(need_is(&q, "fields"));
	assert_string_equal(q.argument, "a.b");
	assert_true(need_parse("args:4", &q));
	assert_false(q.opposite);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(need_parse(bad[i], &q));
}

static void arguments_are_those_of_the_tracepoint(void **state)
{
	const struct kernel *k = *state;

	assert_answer(state, "args:4", "");
	assert_answer(state, "!args:3", "");
	assert_answer(state, "args:3", "'sched_switch' has 4 arguments here, not 3");
	assert_answer(state, "args:4x", "'sched_switch' has 4 arguments here, not 4x");
	assert_answer(state, "!args:4", "'sched_switch' has 4 arguments here");
	assert_int_equal(question_arguments(k->types, "bare"), 0);
	assert_int_equal(question_arguments(k->types, "absent"), -1);
	assert_int_equal(question_arguments(k->types, "odd"), -1);
}

static void fields_are_found_in_depth(void **state)
{
	assert_answer(state, "field:request.start", "");
	assert_answer(state, "field:request.tag", ""); /* of either type of the name */
	assert_answer(state, "field:request.in.count", "");
	assert_answer(state, "field:request.hidden", "");
	assert_answer(state, "field:request.hidden.count", "");
	assert_answer(state, "field:request.x", "field 'request.x' is not in this kernel");
	assert_answer(state, "field:request.star", "field 'request.star' is not in this kernel");
	assert_answer(state, "field:request.start.x",
		      "field 'request.start.x' is not in this kernel");
	assert_answer(state, "field:request", "field 'request' is not in this kernel");
	assert_answer(state, "field:request.", "field 'request.' is not in this kernel");
	assert_answer(state, "field:nothing.x", "field 'nothing.x' is not in this kernel");
	assert_answer(state, "!field:request.tag", "this kernel has field 'request.tag'");
}

static void types_enumerators_and_functions_are_found(void **state)
{
	assert_answer(state, "tracepoint:bare", "");
	assert_answer(state, "tracepoint:gone", "tracepoint 'gone' is not in this kernel");
	assert_answer(state, "type:request", "");
	assert_answer(state, "type:int", "type 'int' is not in this kernel");
	assert_answer(state, "enumerator:bpf_map_type.HASH", "");
	assert_answer(state, "enumerator:wide.LARGE", "");
	assert_answer(state, "enumerator:wide.SMALL",
		      "enumerator 'wide.SMALL' is not in this kernel");
	assert_answer(state, "enumerator:request.tag",
		      "enumerator 'request.tag' is not in this kernel");
	assert_answer(state, "function:blk_start", "");
	assert_answer(state, "function:request", "function 'request' is not in this kernel");
	assert_answer(state, "!function:blk_start", "this kernel has function 'blk_start'");
}

static void assert_subject(const char *question, const char *name, unsigned int kind)
{
	struct question_subject s;

	assert_true(question_subject(question, "sched_switch", &s));
	assert_string_equal(s.name, name);
	assert_true(s.kinds >> kind & 1);
}

static void a_subject_is_what_types_must_have_to_answer(void **state)
{
	struct question_subject s;

	(void)state;
	assert_subject("args:4", "btf_trace_sched_switch", BTF_KIND_TYPEDEF);
	assert_subject("!tracepoint:block_rq_issue", "btf_trace_block_rq_issue", BTF_KIND_TYPEDEF);
	assert_subject("field:request.in.count", "request", BTF_KIND_STRUCT);
	assert_subject("type:request", "request", BTF_KIND_UNION);
	assert_subject("enumerator:wide.LARGE", "wide", BTF_KIND_ENUM64);
	assert_subject("function:blk_start", "blk_start", BTF_KIND_FUNC);
	assert_false(question_subject("colour:red", "sched_switch", &s));
	assert_false(question_subject("args", "sched_switch", &s));
}

static void a_subject_may_be_of_a_module(void **state)
{
	struct question_subject s;

	assert_subject("function:overlay:ovl_fsync", "ovl_fsync", BTF_KIND_FUNC);
	assert_subject("!field:overlay:ovl_inode.a.b", "ovl_inode", BTF_KIND_STRUCT);
	assert_true(question_subject("function:overlay:ovl_fsync", "", &s));
	assert_string_equal(s.module, "overlay");
	assert_true(question_subject("args:4", "xfs:xfs_file_fsync", &s));
	assert_string_equal(s.name, "btf_trace_xfs_file_fsync");
	assert_string_equal(s.module, "xfs");
	assert_true(question_subject("function:blk_start", "", &s));
	assert_string_equal(s.module, "");
	assert_answer(state, "function:m:blk_start", "");
	assert_answer(state, "field:m:request.in.count", "");
	assert_answer(state, "type:m:gone", "type 'm:gone' is not in this kernel");
}

static void an_unknown_need_is_answered_no(void **state)
{
	assert_answer(state, "version:5.10", "unknown question 'version:5.10'");
	assert_answer(state, "!version:5.10", "unknown question '!version:5.10'");
	assert_answer(state, "nonsense", "unknown question 'nonsense'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_has_a_kind_and_an_argument),
		cmocka_unit_test(arguments_are_those_of_the_tracepoint),
		cmocka_unit_test(fields_are_found_in_depth),
		cmocka_unit_test(types_enumerators_and_functions_are_found),
		cmocka_unit_test(a_subject_is_what_types_must_have_to_answer),
		cmocka_unit_test(a_subject_may_be_of_a_module),
		cmocka_unit_test(an_unknown_need_is_answered_no),
	};

	return cmocka_run_group_tests_name("question", tests, make_kernel, free_kernel);
}
