// SPDX-License-Identifier: GPL-2.0-only
/* All tags of an object, sorted by what they stand on. */
#include "describe/tags.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tag {
	uint32_t type;
	int component;
	uint32_t id; /* its own, so that messages come out the same on every machine */
	const char *text; /* "key=value" */
	size_t key_length;
	bool used;
};

struct tags {
	const struct btf *btf;
	struct tag *all;
	size_t count;
};

static int tag_compare(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return (x->component > y->component) - (x->component < y->component);
}

static int tag_compare_all(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;
	int order = tag_compare(a, b);

	return order ? order : (x->id > y->id) - (x->id < y->id);
}

static void tags_add(struct tags *t, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(t->btf, id);
	const char *text = btf__str_by_offset(t->btf, type->name_off);
	const char *equals = strchr(text, '=');

	if (equals)
		t->all[t->count++] = (struct tag){
			.type = type->type,
			.component = btf_decl_tag(type)->component_idx,
			.id = id,
			.text = text,
			.key_length = (size_t)(equals - text),
		};
}

struct tags *tags_new(const struct btf *btf)
{
	struct tags *t = calloc(1, sizeof(*t));
	uint32_t nr = btf__type_cnt(btf), tags = 0;

	if (!t)
		return NULL;
	t->btf = btf;
	for (uint32_t id = 1; id < nr; id++)
		tags += btf_is_decl_tag(btf__type_by_id(btf, id));
	t->all = calloc((size_t)tags + 1, sizeof(*t->all));
	if (!t->all) {
		free(t);
		return NULL;
	}
	for (uint32_t id = 1; id < nr; id++)
		if (btf_is_decl_tag(btf__type_by_id(btf, id)))
			tags_add(t, id);
	qsort(t->all, t->count, sizeof(*t->all), tag_compare_all);
	return t;
}

void tags_free(struct tags *t)
{
	if (!t)
		return;
	free(t->all);
	free(t);
}

struct declaration tags_of(struct tags *t, uint32_t type, int component)
{
	const struct tag wanted = { .type = type, .component = component };
	struct declaration d = { .tags = t, .type = type, .component = component };
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tag_compare(&t->all[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	d.first = low;
	while (low + d.count < t->count && !tag_compare(&t->all[low + d.count], &wanted))
		d.count++;
	return d;
}

static bool tag_is(const struct tag *tag, const char *key)
{
	return strlen(key) == tag->key_length && !memcmp(tag->text, key, tag->key_length);
}

static const char *tag_value(const struct tag *tag)
{
	return tag->text + tag->key_length + 1;
}

size_t tags_get_all(const struct declaration *d, const char *key, const char **out, size_t max)
{
	const struct tag *tags = d->tags->all + d->first;
	size_t found = 0;

	for (size_t i = 0; i < d->count; i++) {
		if (!tag_is(&tags[i], key))
			continue;
		if (found < max)
			out[found] = tag_value(&tags[i]);
		found++;
	}
	return found;
}

const char *tags_get(const struct declaration *d, const char *key)
{
	const char *value = NULL;

	tags_get_all(d, key, &value, 1);
	return value;
}

/* ---- checks ---- */

static const char *declaration_name(const struct btf *btf, uint32_t offset)
{
	const char *name = btf__str_by_offset(btf, offset);

	return *name ? name : "(anonymous)";
}

/* "struct 'stats' member 'wait'" */
static void declaration_print(const struct declaration *d, char *out, size_t size)
{
	const struct btf *btf = d->tags->btf;
	const struct btf_type *t = btf__type_by_id(btf, d->type);
	const char *kind = btf_is_var(t)       ? "variable"
			   : btf_is_func(t)    ? "function"
			   : btf_is_typedef(t) ? "typedef"
			   : btf_is_union(t)   ? "union"
			   : btf_is_struct(t)  ? "struct"
					       : "type";
	int n = snprintf(out, size, "%s '%.100s'", kind, declaration_name(btf, t->name_off));

	if (d->component < 0 || n < 0)
		return;
	if (btf_is_composite(t))
		snprintf(out + n, size - n, " member '%.100s'",
			 declaration_name(btf, btf_members(t)[d->component].name_off));
	else
		snprintf(out + n, size - n, " argument %d", d->component + 1);
}

/* Foreign text must not move the cursor of who reads the message. */
static void tags_disarm(struct error *e)
{
	for (char *c = e->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
}

int tags_refuse(const struct declaration *d, const char *key, struct error *e, const char *format,
		...)
{
	const char *value = key ? tags_get(d, key) : NULL;
	char subject[256], fact[256] = "", reason[256];
	va_list args;

	declaration_print(d, subject, sizeof(subject));
	if (value)
		snprintf(fact, sizeof(fact), "%s '%.200s': ", key, value);
	else if (key)
		snprintf(fact, sizeof(fact), "%s: ", key);
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	error_set(e, -EINVAL, "%s: %s%s: -EINVAL", subject, fact, reason);
	if (e)
		tags_disarm(e);
	return -EINVAL;
}

static int tags_check_known(const struct declaration *d, const struct tag *tag,
			    const struct tag_rule *rules, size_t nr_rules, struct error *e)
{
	for (size_t i = 0; i < nr_rules; i++)
		if (tag_is(tag, rules[i].key))
			return 0;
	return tags_refuse(d, NULL, e, "tag '%.100s': key '%.*s' is unknown here", tag->text,
			   (int)(tag->key_length < 100 ? tag->key_length : 100), tag->text);
}

static int tags_check_rule(const struct declaration *d, const struct tag_rule *rule,
			   struct error *e)
{
	const struct tag *tags = d->tags->all + d->first, *first = NULL;

	for (size_t i = 0; i < d->count; i++) {
		if (!tag_is(&tags[i], rule->key))
			continue;
		if (!first)
			first = &tags[i];
		else if (!(rule->flag & TAG_REPEATS) && strcmp(first->text, tags[i].text))
			return tags_refuse(d, rule->key, e, "also given as '%.100s'",
					   tag_value(&tags[i]));
	}
	if (!first && (rule->flag & TAG_REQUIRED))
		return tags_refuse(d, rule->key, e, "missing");
	return 0;
}

int tags_check(const struct declaration *d, const struct tag_rule *rules, size_t nr_rules,
	       struct error *e)
{
	struct tag *tags = d->tags->all + d->first;
	int err = 0;

	for (size_t i = 0; !err && i < d->count; i++) {
		err = tags_check_known(d, &tags[i], rules, nr_rules, e);
		tags[i].used = true;
	}
	for (size_t i = 0; !err && i < nr_rules; i++)
		err = tags_check_rule(d, &rules[i], e);
	return err;
}

int tags_check_all_used(const struct tags *t, struct error *e)
{
	for (size_t i = 0; i < t->count; i++) {
		struct declaration d = { .tags = (struct tags *)t,
					 .type = t->all[i].type,
					 .component = t->all[i].component };

		if (!t->all[i].used)
			return tags_refuse(&d, NULL, e, "tag '%.100s': nothing reads it here",
					   t->all[i].text);
	}
	return 0;
}
