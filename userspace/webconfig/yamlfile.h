/* SPDX-License-Identifier: GPL-2.0-only */
/* A YAML file read into a struct by a table of its keys: what the table does not name is refused, and every complaint
 * says file, line and key. */
#ifndef WEBCONFIG_YAMLFILE_H
#define WEBCONFIG_YAMLFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/error.h"

#define YAMLFILE_ENTRIES_MAX 1024 /* of one mapping or list */
/* Of mappings and lists within each other: keys have 3, and a complaint names the 4th. */
#define YAMLFILE_DEPTH_MAX 4

struct yamlfile;

/* A row of the table. */
struct yamlfile_key {
	const char *path; /* "section.key" */
	yaml_node_type_t kind;
	/* Take the value, which is of that kind. */
	int (*set)(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value);
	size_t offset; /* of the target in the struct */
	const void *choices; /* for the setter */
};

struct yamlfile {
	const char *name; /* in complaints */
	const struct yamlfile_key *keys; /* ended by a row without path */
	void *target;
	struct error *e;
	yaml_document_t *document; /* while setters run */
};

/* Walk the only document of `text`, calling setters in the file's order; null values are as if absent. 0, or
 * -EINVAL with *f->e; a setter's error ends it. */
int yamlfile_read(struct yamlfile *f, const char *text, size_t length);

/* The setter of a section, whose keys are rows of the table too. */
int yamlfile_section(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value);

/* -EINVAL with "file 'x' line 3: key 'y': WHAT: -EINVAL" in *f->e; without `at` there is no line. */
int yamlfile_complain(struct yamlfile *f, const yaml_node_t *at, const char *path,
		      const char *what);

/* The same of the entry "PATH.NAME". */
int yamlfile_complain_entry(struct yamlfile *f, const yaml_node_t *at, const char *path,
			    const char *name, const char *what);

/* The text of a scalar; NULL where it is not plain text: another kind, a tag, or a NUL within. */
const char *yamlfile_text(const yaml_node_t *node);
bool yamlfile_is_null(const yaml_node_t *node);
/* Call `each` for every entry of a mapping (text keys, none twice) or list (key is NULL); stops at an error. */
int yamlfile_each(struct yamlfile *f, const char *path, const yaml_node_t *node,
		  int (*each)(struct yamlfile *f, const char *path, const yaml_node_t *key,
			      const yaml_node_t *value));

#endif
