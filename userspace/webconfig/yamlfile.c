// SPDX-License-Identifier: GPL-2.0-only
/* Walks libyaml's documents. */
#include "webconfig/yamlfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"

#define PATH_MAX_BYTES 128
#define SUGGESTIONS_MAX 64
#define EVENTS_MAX 16384u

static const char *const kinds[] = {
	[YAML_NO_NODE] = "nothing",
	[YAML_SCALAR_NODE] = "a single value",
	[YAML_SEQUENCE_NODE] = "a list",
	[YAML_MAPPING_NODE] = "a mapping",
};

static const char *const tags[] = {
	[YAML_NO_NODE] = "",
	[YAML_SCALAR_NODE] = YAML_DEFAULT_SCALAR_TAG,
	[YAML_SEQUENCE_NODE] = YAML_DEFAULT_SEQUENCE_TAG,
	[YAML_MAPPING_NODE] = YAML_DEFAULT_MAPPING_TAG,
};

/* A path that is cut is longer than any known one. */
static void join(const char *section, const char *name, char out[PATH_MAX_BYTES])
{
	snprintf(out, PATH_MAX_BYTES, "%s%s%s", section, *section ? "." : "", name);
}

int yamlfile_complain(struct yamlfile *f, const yaml_node_t *at, const char *path, const char *what)
{
	if (!at)
		return error_set(f->e, -EINVAL, "file '%s': key '%s': %s: -EINVAL", f->name, path,
				 what);
	return error_set(f->e, -EINVAL, "file '%s' line %zu: key '%s': %s: -EINVAL", f->name,
			 at->start_mark.line + 1, path, what);
}

int yamlfile_complain_entry(struct yamlfile *f, const yaml_node_t *at, const char *path,
			    const char *name, const char *what)
{
	char full[PATH_MAX_BYTES];

	join(path, name, full);
	return yamlfile_complain(f, at, full, what);
}

const char *yamlfile_text(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;

	if (node->type != YAML_SCALAR_NODE || strcmp((const char *)node->tag, tags[node->type]) ||
	    strlen(text) != node->data.scalar.length)
		return NULL;
	return text;
}

bool yamlfile_is_null(const yaml_node_t *node)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	size_t i;

	if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	for (i = 0; i < sizeof(nulls) / sizeof(*nulls); i++)
		if (!strcmp((const char *)node->data.scalar.value, nulls[i]))
			return true;
	return false;
}

/* ---- entries ---- */

static bool same_text(const yaml_node_t *a, const yaml_node_t *b)
{
	return a->data.scalar.length == b->data.scalar.length &&
	       !memcmp(a->data.scalar.value, b->data.scalar.value, a->data.scalar.length);
}

/* Complain of a key that is no text, or stands above already. */
static int check_key(struct yamlfile *f, const char *path, const yaml_node_t *mapping,
		     const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = yaml_document_get_node(f->document, pair->key), *other;
	const yaml_node_pair_t *p;
	char what[64];

	if (!yamlfile_text(key))
		return yamlfile_complain(f, key, path, "a key in it is not plain text");
	for (p = mapping->data.mapping.pairs.start; p < pair; p++) {
		other = yaml_document_get_node(f->document, p->key);
		if (!same_text(key, other))
			continue;
		snprintf(what, sizeof(what), "given twice, first in line %zu",
			 other->start_mark.line + 1);
		return yamlfile_complain_entry(f, key, path, yamlfile_text(key), what);
	}
	return 0;
}

static int each_pair(struct yamlfile *f, const char *path, const yaml_node_t *node,
		     int (*each)(struct yamlfile *f, const char *path, const yaml_node_t *key,
				 const yaml_node_t *value))
{
	const yaml_node_pair_t *p;
	int err = 0;

	if (node->data.mapping.pairs.top - node->data.mapping.pairs.start > YAMLFILE_ENTRIES_MAX)
		return yamlfile_complain(f, node, path, "more than 1024 entries");
	for (p = node->data.mapping.pairs.start; !err && p < node->data.mapping.pairs.top; p++) {
		err = check_key(f, path, node, p);
		if (!err)
			err = each(f, path, yaml_document_get_node(f->document, p->key),
				   yaml_document_get_node(f->document, p->value));
	}
	return err;
}

int yamlfile_each(struct yamlfile *f, const char *path, const yaml_node_t *node,
		  int (*each)(struct yamlfile *f, const char *path, const yaml_node_t *key,
			      const yaml_node_t *value))
{
	const yaml_node_item_t *i;
	int err = 0;

	if (node->type == YAML_MAPPING_NODE)
		return each_pair(f, path, node, each);
	if (node->data.sequence.items.top - node->data.sequence.items.start > YAMLFILE_ENTRIES_MAX)
		return yamlfile_complain(f, node, path, "more than 1024 entries");
	for (i = node->data.sequence.items.start; !err && i < node->data.sequence.items.top; i++)
		err = each(f, path, NULL, yaml_document_get_node(f->document, *i));
	return err;
}

/* ---- the table ---- */

static const struct yamlfile_key *find_row(const struct yamlfile *f, const char *path)
{
	const struct yamlfile_key *k;

	for (k = f->keys; k->path; k++)
		if (!strcmp(k->path, path))
			return k;
	return NULL;
}

static int complain_unknown(struct yamlfile *f, const yaml_node_t *key, const char *section,
			    const char *path)
{
	const size_t length = strlen(section) + (*section != '\0');
	const char *candidates[SUGGESTIONS_MAX] = { NULL };
	const struct yamlfile_key *k;
	char hint[SUGGEST_HINT], what[sizeof("unknown key") + SUGGEST_HINT];
	size_t nr = 0;

	for (k = f->keys; k->path && nr + 1 < SUGGESTIONS_MAX; k++)
		if (strlen(k->path) > length && !strncmp(k->path, path, length) &&
		    !strchr(k->path + length, '.'))
			candidates[nr++] = k->path + length;
	suggest_hint(path + length, candidates, hint);
	snprintf(what, sizeof(what), "unknown key%s", hint);
	return yamlfile_complain(f, key, path, what);
}

static int read_entry(struct yamlfile *f, const char *section, const yaml_node_t *key,
		      const yaml_node_t *value)
{
	const struct yamlfile_key *row;
	char path[PATH_MAX_BYTES], what[64];

	join(section, yamlfile_text(key), path);
	row = find_row(f, path);
	if (!row)
		return complain_unknown(f, key, section, path);
	if (yamlfile_is_null(value))
		return 0;
	if (value->type != row->kind) {
		snprintf(what, sizeof(what), "must be %s, not %s", kinds[row->kind],
			 kinds[value->type]);
		return yamlfile_complain(f, value, path, what);
	}
	if (strcmp((const char *)value->tag, tags[value->type]))
		return yamlfile_complain(f, value, path, "tags are not understood");
	return row->set(f, row, value);
}

int yamlfile_section(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value)
{
	return each_pair(f, key->path, value, read_entry);
}

/* ---- the document ---- */

static int complain_syntax(struct yamlfile *f, const yaml_parser_t *p)
{
	return error_set(f->e, -EINVAL, "file '%s' line %zu: not valid YAML: %s: -EINVAL", f->name,
			 p->problem_mark.line + 1, p->problem ? p->problem : "no memory");
}

static int read_document(struct yamlfile *f)
{
	const yaml_node_t *root = yaml_document_get_root_node(f->document);

	if (!root || yamlfile_is_null(root))
		return 0;
	if (root->type != YAML_MAPPING_NODE)
		return error_set(f->e, -EINVAL,
				 "file '%s' line %zu: must be a mapping of keys, not %s: -EINVAL",
				 f->name, root->start_mark.line + 1, kinds[root->type]);
	return each_pair(f, "", root, read_entry);
}

/* libyaml has read the first document; a second one would be lost silently. */
static int check_end(struct yamlfile *f, yaml_parser_t *p)
{
	yaml_document_t more;
	int err = 0;

	if (!yaml_parser_load(p, &more))
		return complain_syntax(f, p);
	if (yaml_document_get_root_node(&more))
		err = error_set(f->e, -EINVAL,
				"file '%s' line %zu: a second document: -EINVAL; only one is read",
				f->name, more.start_mark.line + 1);
	yaml_document_delete(&more);
	return err;
}

/* libyaml takes time that grows with the square of the depth, and memory for every node: what is deeper or longer than
 * any valid file is refused before it is loaded. */
static int check_shape(struct yamlfile *f, yaml_parser_t *p)
{
	unsigned int depth = 0, events = 0;
	yaml_event_t event;
	yaml_event_type_t type;
	size_t line;

	do {
		if (!yaml_parser_parse(p, &event))
			return complain_syntax(f, p);
		type = event.type;
		line = event.start_mark.line + 1;
		yaml_event_delete(&event);
		if (type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT)
			depth++;
		if (type == YAML_MAPPING_END_EVENT || type == YAML_SEQUENCE_END_EVENT)
			depth--;
		if (depth > YAMLFILE_DEPTH_MAX)
			return error_set(f->e, -EINVAL,
					 "file '%s' line %zu: nested deeper than any key: -EINVAL",
					 f->name, line);
		if (++events > EVENTS_MAX)
			return error_set(f->e, -EINVAL,
					 "file '%s' line %zu: more than %u values: -EINVAL",
					 f->name, line, EVENTS_MAX);
	} while (type != YAML_STREAM_END_EVENT);
	return 0;
}

static int begin(struct yamlfile *f, yaml_parser_t *p, const char *text, size_t length)
{
	if (!yaml_parser_initialize(p))
		return error_set(f->e, -ENOMEM, "file '%s': no memory: -ENOMEM", f->name);
	yaml_parser_set_input_string(p, (const unsigned char *)text, length);
	return 0;
}

int yamlfile_read(struct yamlfile *f, const char *text, size_t length)
{
	yaml_document_t document;
	yaml_parser_t p;
	int err = begin(f, &p, text, length);

	if (err)
		return err;
	err = check_shape(f, &p);
	yaml_parser_delete(&p);
	if (!err)
		err = begin(f, &p, text, length);
	if (err)
		return err;
	if (yaml_parser_load(&p, &document)) {
		f->document = &document;
		err = read_document(f);
		if (!err && yaml_document_get_root_node(&document))
			err = check_end(f, &p);
		yaml_document_delete(&document);
		f->document = NULL;
	} else {
		err = complain_syntax(f, &p);
	}
	yaml_parser_delete(&p);
	return err;
}
