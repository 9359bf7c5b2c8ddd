// SPDX-License-Identifier: GPL-2.0-only
/* Parameters: constants of .rodata that the user may set before the programs are loaded. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "describe/description.h"
#include "describe/parser.h"

static const struct tag_rule set_rules[] = {
	{ "parameter", TAG_REQUIRED },
	{ "help", TAG_REQUIRED },
	{ "decode", TAG_REQUIRED },
	{ "set", TAG_OPTIONAL },
};

#define NR_SCALAR_RULES 2

static int parameter_read_set(struct parser *r, const struct variable *v,
			      struct parameter_description *p)
{
	const struct declaration *d = &v->declaration;
	struct ctype element = ctype_element(r->btf, &v->type);
	int err = tags_check(d, set_rules, sizeof(set_rules) / sizeof(*set_rules), r->e);

	if (!err)
		err = parser_check_identifier(r, d, "decode");
	if (!err && tags_get(d, "set") && *tags_get(d, "set"))
		err = parser_check_text(r, d, "set");
	if (err)
		return err;
	if (element.size != 1 || (!ctype_is_unsigned(&element) && !ctype_is_bool(&element)))
		return tags_refuse(d, "parameter", r->e, "the elements of a set are __u8");
	p->elements = ctype_elements(&v->type);
	if (!p->elements || p->elements > PARSER_SET_MAX)
		return tags_refuse(d, "parameter", r->e, "%u elements, not 1 to %d", p->elements,
				   PARSER_SET_MAX);
	p->decoder = parser_string(r, tags_get(d, "decode"));
	p->defaults = parser_string(r, tags_get(d, "set"));
	return 0;
}

static int parameter_read_scalar(struct parser *r, const struct variable *v,
				 struct parameter_description *p)
{
	const struct declaration *d = &v->declaration;
	int err = tags_check(d, set_rules, NR_SCALAR_RULES, r->e);

	if (err)
		return err;
	if (!ctype_is_unsigned(&v->type) && !ctype_is_bool(&v->type))
		return tags_refuse(d, "parameter", r->e,
				   "neither an unsigned integer nor an array of __u8");
	p->decoder = "uint";
	p->defaults = "";
	return 0;
}

/* What a scalar holds in the object; a variable whose bytes are not there has none to show. */
static void parameter_read_default(struct parser *r, struct parameter_description *p)
{
	uint64_t value = 0;
	char text[24];
	size_t size = 0;
	const char *bytes = r->elf ? elffile_section(r->elf, ".rodata", &size) : NULL;

	if (p->elements || !bytes || p->size > sizeof(value) || p->offset > size ||
	    p->size > size - p->offset)
		return;
	memcpy(&value, bytes + p->offset, p->size); /* little-endian */
	snprintf(text, sizeof(text), "%" PRIu64, value);
	p->defaults = parser_string(r, text);
}

static bool parameter_is_duration(const struct parameter_description *p)
{
	const size_t length = strlen(p->name);

	return !p->elements && length > 3 && !strcmp(p->name + length - 3, "_ns");
}

static int parameter_check_name(struct parser *r, const struct declaration *d)
{
	const char *name = tags_get(d, "parameter");

	if (!parser_is_identifier(name))
		return tags_refuse(d, "parameter", r->e, "not a valid name");
	for (size_t i = 0; i < r->d->nr_parameters; i++)
		if (!strcmp(name, r->d->parameters[i].name))
			return tags_refuse(d, "parameter", r->e, "a second one of this name");
	return 0;
}

static int parameter_read(struct parser *r, const struct variable *v)
{
	struct parameter_description *p = &r->d->parameters[r->d->nr_parameters];
	const struct declaration *d = &v->declaration;
	int err;

	if (!tags_get(d, "parameter"))
		return 0;
	if (r->d->nr_parameters == PARSER_PARAMETERS_MAX)
		return tags_refuse(d, "parameter", r->e, "more than %d", PARSER_PARAMETERS_MAX);
	*p = (struct parameter_description){ .size = v->type.size };
	err = parameter_check_name(r, d);
	if (!err)
		err = btf_is_array(v->type.t) ? parameter_read_set(r, v, p)
					      : parameter_read_scalar(r, v, p);
	if (!err)
		err = parser_check_text(r, d, "help");
	if (!err)
		err = parser_offset(r, v, &p->offset);
	if (err)
		return err;
	p->name = parser_string(r, tags_get(d, "parameter"));
	p->help = parser_string(r, tags_get(d, "help"));
	p->duration = parameter_is_duration(p);
	parameter_read_default(r, p);
	r->d->nr_parameters++;
	return 0;
}

int parser_parameters(struct parser *r)
{
	return parser_variables(r, ".rodata", parameter_read);
}
