// SPDX-License-Identifier: GPL-2.0-only
/* What all parts of the description reader use: memory, small grammars, variables of a section. */
#include "describe/parser.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/number.h"
#include "base/utf8.h"

const char *parser_string(struct parser *r, const char *s)
{
	const char *copy;

	if (!s || !*s)
		return "";
	copy = arena_string(r->memory, s, strlen(s));
	if (copy)
		return copy;
	r->no_memory = true;
	return "";
}

void *parser_copy(struct parser *r, const void *from, size_t n, size_t size)
{
	void *copy = arena_array(r->memory, n, size);

	if (!copy)
		r->no_memory = true;
	else if (n)
		memcpy(copy, from, n * size);
	return copy;
}

bool parser_number(const char *text, uint32_t max, uint32_t *out)
{
	uint64_t n;

	if (number_parse(text, max, &n))
		return false;
	*out = (uint32_t)n;
	return n > 0;
}

bool parser_is_identifier(const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	size_t length = strspn(name, allowed);

	return length && length <= PARSER_NAME_MAX && !name[length];
}

int parser_check_text(struct parser *r, const struct declaration *d, const char *key)
{
	const char *text = tags_get(d, key);
	size_t length = strlen(text), n;

	if (!length)
		return tags_refuse(d, key, r->e, "empty");
	if (length > PARSER_TEXT_MAX)
		return tags_refuse(d, key, r->e, "longer than %d bytes", PARSER_TEXT_MAX);
	for (size_t i = 0; i < length; i += n) {
		n = utf8_sequence(text + i, length - i);
		if (!n)
			return tags_refuse(d, key, r->e, "not valid UTF-8");
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return tags_refuse(d, key, r->e, "has a control character");
	}
	return 0;
}

int parser_check_identifier(struct parser *r, const struct declaration *d, const char *key)
{
	const char *text = tags_get(d, key);

	if (text && !parser_is_identifier(text))
		return tags_refuse(d, key, r->e, "not made of letters, digits and _");
	return 0;
}

/* ---- variables ---- */

static int parser_variable(struct parser *r, const char *section,
			   const struct btf_var_secinfo *info, parser_variable_fn fn)
{
	const struct btf_type *t = btf__type_by_id(r->btf, info->type);
	struct variable v;

	if (!btf_is_var(t))
		return 0; /* a function of the kernel */
	v = (struct variable){
		.name = btf__str_by_offset(r->btf, t->name_off),
		.section = section,
		.type = ctype_of(r->btf, t->type),
		.listed_offset = info->offset,
		.declaration = tags_of(r->tags, info->type, -1),
	};
	return fn(r, &v);
}

int parser_variables(struct parser *r, const char *section, parser_variable_fn fn)
{
	int id = btf__find_by_name_kind(r->btf, section, BTF_KIND_DATASEC), err = 0;
	const struct btf_type *t = id > 0 ? btf__type_by_id(r->btf, (uint32_t)id) : NULL;

	for (uint32_t i = 0; t && !err && i < btf_vlen(t); i++)
		err = parser_variable(r, section, btf_var_secinfos(t) + i, fn);
	return err;
}

int parser_offset(struct parser *r, const struct variable *v, uint32_t *offset)
{
	if (!r->elf)
		*offset = v->listed_offset;
	else if (elffile_variable(r->elf, v->section, v->name, v->type.size, offset))
		return tags_refuse(&v->declaration, NULL, r->e,
				   "section %s of the file does not hold it", v->section);
	return 0;
}
