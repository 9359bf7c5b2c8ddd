// SPDX-License-Identifier: GPL-2.0-only
/* A table of the kinds of questions; each looks one fact up. */
#include "load/question.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "base/number.h"
#include "describe/need.h"

#define NAME_MAX_LENGTH QUESTION_NAME
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

const char *question_bare(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon ? colon + 1 : name;
}

/* Split "a.b.c" into "a" and "b.c"; false without a dot or where the name is too long. */
static bool split_at_dot(const char *path, char name[NAME_MAX_LENGTH], const char **rest)
{
	size_t length = strcspn(path, ".");

	if (!path[length] || length >= NAME_MAX_LENGTH)
		return false;
	memcpy(name, path, length);
	name[length] = '\0';
	*rest = path + length + 1;
	return true;
}

/* ---- tracepoints ---- */

uint32_t question_tracepoint(const struct btfindex *x, const char *name)
{
	char type[NAME_MAX_LENGTH];

	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return btfindex_find(x, type, BTF_KIND_TYPEDEF);
}

/* The typedef is of a pointer to a function whose first parameter is the `void *__data` of its probes. */
int question_arguments(const struct btfindex *x, const char *name)
{
	const struct btf *btf = btfindex_btf(x);
	const struct btf_type *t = btf__type_by_id(btf, question_tracepoint(x, name));

	if (btf_is_typedef(t))
		t = btf__type_by_id(btf, t->type);
	if (btf_is_ptr(t))
		t = btf__type_by_id(btf, t->type);
	return btf_is_func_proto(t) && btf_vlen(t) ? btf_vlen(t) - 1 : -1;
}

static bool has_arguments(const struct btfindex *x, const char *argument, const char *target)
{
	int here = question_arguments(x, target);
	uint64_t wanted;

	return !number_parse(argument, INT32_MAX, &wanted) && here == (int)wanted;
}

static void say_arguments(const struct btfindex *x, const struct need *q, const char *target,
			  struct error *why)
{
	int here = question_arguments(x, target);

	if (here < 0)
		error_set(why, -ENOENT, "tracepoint '%s' is not in this kernel", target);
	else
		error_set(why, -ENOENT, "'%s' has %d argument%s here%s%s", target, here,
			  here == 1 ? "" : "s", q->opposite ? "" : ", not ",
			  q->opposite ? "" : q->argument);
}

/* ---- types ---- */

/* Through typedefs, qualifiers, pointers and arrays to the type that may have members. */
static const struct btf_type *bare_type(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t) || btf_is_ptr(t) || btf_is_array(t)))
		t = btf__type_by_id(btf, btf_is_array(t) ? btf_array(t)->type : t->type);
	return t;
}

/* Member `name` (not "") of a struct or union, also of the nameless ones in it. */
static const struct btf_type *find_member(const struct btf *btf, const struct btf_type *t,
					  const char *name, size_t length)
{
	const struct btf_member *m = btf_members(t);
	const struct btf_type *found;
	const char *member;
	int i;

	for (i = 0; i < btf_vlen(t); i++) {
		member = btf__name_by_offset(btf, m[i].name_off);
		found = bare_type(btf, m[i].type);
		if (strlen(member) == length && !memcmp(member, name, length))
			return found;
		if (*member || !found || !btf_is_composite(found))
			continue;
		found = find_member(btf, found, name, length);
		if (found)
			return found;
	}
	return NULL;
}

static bool type_has_field(const struct btf *btf, const struct btf_type *t, const char *path)
{
	size_t length;

	for (; t && btf_is_composite(t); path += length + 1) {
		length = strcspn(path, ".");
		t = length ? find_member(btf, t, path, length) : NULL;
		if (t && !path[length])
			return true;
	}
	return false;
}

static bool has_field(const struct btfindex *x, const char *argument, const char *target)
{
	const struct btf *btf = btfindex_btf(x);
	char name[NAME_MAX_LENGTH];
	const char *path;
	uint32_t id = 0;

	(void)target;
	if (!split_at_dot(argument, name, &path))
		return false;
	while ((id = btfindex_next(x, name, id)))
		if (type_has_field(btf, btf__type_by_id(btf, id), path))
			return true;
	return false;
}

static bool has_type(const struct btfindex *x, const char *argument, const char *target)
{
	(void)target;
	return btfindex_find(x, argument, BTF_KIND_STRUCT) ||
	       btfindex_find(x, argument, BTF_KIND_UNION);
}

static bool enum_has(const struct btf *btf, const struct btf_type *t, const char *name)
{
	int i;

	for (i = 0; i < btf_vlen(t); i++) {
		uint32_t at =
			btf_is_enum64(t) ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;

		if (!strcmp(btf__name_by_offset(btf, at), name))
			return true;
	}
	return false;
}

static bool has_enumerator(const struct btfindex *x, const char *argument, const char *target)
{
	const struct btf *btf = btfindex_btf(x);
	const struct btf_type *t;
	char name[NAME_MAX_LENGTH];
	const char *enumerator;
	uint32_t id = 0;

	(void)target;
	if (!split_at_dot(argument, name, &enumerator))
		return false;
	while ((id = btfindex_next(x, name, id))) {
		t = btf__type_by_id(btf, id);
		if (btf_is_any_enum(t) && enum_has(btf, t, enumerator))
			return true;
	}
	return false;
}

static bool has_tracepoint(const struct btfindex *x, const char *argument, const char *target)
{
	(void)target;
	return question_tracepoint(x, argument);
}

static bool has_function(const struct btfindex *x, const char *argument, const char *target)
{
	(void)target;
	return btfindex_find(x, argument, BTF_KIND_FUNC);
}

static void say_absent(const struct btfindex *x, const struct need *q, const char *target,
		       struct error *why)
{
	(void)x;
	(void)target;
	if (q->opposite)
		error_set(why, -EEXIST, "this kernel has %.*s '%s'", (int)q->kind_length, q->kind,
			  q->argument);
	else
		error_set(why, -ENOENT, "%.*s '%s' is not in this kernel", (int)q->kind_length,
			  q->kind, q->argument);
}

/* ---- the kinds ---- */

#define TYPEDEF (1u << BTF_KIND_TYPEDEF)
#define FUNCTION (1u << BTF_KIND_FUNC)
#define COMPOSITE (1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION)
#define ENUM (1u << BTF_KIND_ENUM | 1u << BTF_KIND_ENUM64)

static const struct question_kind {
	const char *name;
	const char *prefix; /* of the subject's name in BTF */
	bool (*holds)(const struct btfindex *x, const char *argument, const char *target);
	void (*say)(const struct btfindex *x, const struct need *q, const char *target,
		    struct error *why);
	uint32_t kinds; /* that the subject can be of */
	bool of_target; /* it is about the target, not about its own argument */
} kinds[] = {
	{ "args", "btf_trace_", has_arguments, say_arguments, TYPEDEF, true },
	{ "tracepoint", "btf_trace_", has_tracepoint, say_absent, TYPEDEF, false },
	{ "field", "", has_field, say_absent, COMPOSITE, false },
	{ "type", "", has_type, say_absent, COMPOSITE, false },
	{ "enumerator", "", has_enumerator, say_absent, ENUM, false },
	{ "function", "", has_function, say_absent, FUNCTION, false },
};

static const struct question_kind *kind_of(const char *text, struct need *q)
{
	size_t i;

	for (i = 0; need_parse(text, q) && i < ARRAY_SIZE(kinds); i++)
		if (need_is(q, kinds[i].name))
			return &kinds[i];
	return NULL;
}

bool question_subject(const char *text, const char *target, struct question_subject *out)
{
	struct need q;
	const struct question_kind *k = kind_of(text, &q);
	const char *about, *bare;

	if (!k)
		return false;
	about = k->of_target ? target : q.argument;
	bare = question_bare(about);
	snprintf(out->name, sizeof(out->name), "%s%.*s", k->prefix, (int)strcspn(bare, "."), bare);
	snprintf(out->module, sizeof(out->module), "%.*s",
		 bare == about ? 0 : (int)(bare - about - 1), about);
	out->kinds = k->kinds;
	return true;
}

bool question_answer(const char *text, const struct btfindex *x, const char *target,
		     struct error *why)
{
	struct need q;
	const struct question_kind *k = kind_of(text, &q);

	if (!k) {
		error_set(why, -EINVAL, "unknown question '%s'", text);
		return false;
	}
	target = question_bare(target);
	if (k->holds(x, question_bare(q.argument), target) != q.opposite)
		return true;
	k->say(x, &q, target, why);
	return false;
}
