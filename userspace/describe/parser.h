/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of the description reader: one reading of one object, and the rooms that read its parts.
 *
 * Each reader_* returns 0, or -errno with *r->e set: the first thing that is wrong ends the
 * reading.
 */
#ifndef DESCRIBE_PARSER_H
#define DESCRIBE_PARSER_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "describe/ctype.h"
#include "describe/elffile.h"
#include "describe/tags.h"

/* Ceilings: nobody's collector comes near them, and a hostile one cannot make us take more. */
#define PARSER_MAPS_MAX 64 /* of an object, variables included */
#define PARSER_PROGRAMS_MAX 256
#define PARSER_PARAMETERS_MAX 64
#define PARSER_METRICS_MAX 32 /* of a map */
#define PARSER_LABELS_MAX 16 /* of a map */
#define PARSER_NEEDS_MAX 16 /* of a program */
#define PARSER_ENUMERATORS_MAX 1024 /* of a label */
#define PARSER_SLOTS_MAX 65536 /* of a table */
#define PARSER_ENTRIES_MAX (1 << 20) /* of a hash with metrics */
#define PARSER_SET_MAX 65536 /* elements of a parameter */
#define PARSER_KEY_MAX 256 /* bytes */
#define PARSER_VALUE_MAX 65536 /* bytes */
#define PARSER_NAME_MAX 127 /* bytes of any name */
#define PARSER_TEXT_MAX 1024 /* bytes of any other text */

struct arena;
struct description;
struct enumerator;
struct family;
struct map_description;

struct parser {
	const struct btf *btf; /* checked */
	struct tags *tags;
	const struct elffile *elf; /* NULL at the raw door */
	struct description *d; /* what has been read so far */
	struct arena *memory; /* the description's */
	bool no_memory; /* a string or an array is missing in the description */
	struct error *e;
};

/* ---- helpers: parser.c ---- */

/* A copy that lives as long as the description. NULL becomes ""; so does all without memory, which
 * sets no_memory. */
const char *parser_string(struct parser *r, const char *s);
/* The same for n elements; NULL without memory. n may be 0. */
void *parser_copy(struct parser *r, const void *from, size_t n, size_t size);
/* A number from 1 to `max` in decimal digits. */
bool parser_number(const char *text, uint32_t max, uint32_t *out);
/* [A-Za-z0-9_]+, as C and the kernel have names, of at most PARSER_NAME_MAX bytes. */
bool parser_is_identifier(const char *name);
/* 0, or the refusal of a key's value that people are to read: empty, too long, not UTF-8, with
 * control characters. */
int parser_check_text(struct parser *r, const struct declaration *d, const char *key);
/* The same for a value that must be an identifier; a missing one is right. */
int parser_check_identifier(struct parser *r, const struct declaration *d, const char *key);

/* A variable of a section. */
struct variable {
	const char *name;
	const char *section;
	struct ctype type;
	uint32_t listed_offset; /* as BTF has it: right only once libbpf has seen it */
	struct declaration declaration;
};

typedef int (*parser_variable_fn)(struct parser *r, const struct variable *v);

/* Call fn for each variable of a section, in their order, until one fails. */
int parser_variables(struct parser *r, const char *section, parser_variable_fn fn);
/* Where the variable lies in its section. */
int parser_offset(struct parser *r, const struct variable *v, uint32_t *offset);

/* ---- the parts, each in a room of its own ---- */

/* Maps of .maps and variables of .bss with metrics. */
int parser_maps(struct parser *r);
int parser_globals(struct parser *r);
/* Labels from the members of the struct `type`, into m->labels; of a table also their radices. */
int parser_labels(struct parser *r, const struct ctype *type, bool dense,
		  struct map_description *m);
/* Metrics of a value, into m->metrics: of its members, or of the whole where `outer` (a map or a
 * variable) says so. */
int parser_metrics(struct parser *r, const struct ctype *value, const struct declaration *outer,
		   struct map_description *m);
/* Exemplars of a value whose metrics have been read: which of m->metrics have one, and where. */
int parser_exemplars(struct parser *r, const struct ctype *value, struct map_description *m);
/* The enumerators of an enum, sorted by value, without prefix and in lower case. */
struct enumerators {
	struct enumerator *all;
	size_t count;
};
int parser_enumerators(struct parser *r, const struct declaration *d, const struct ctype *type,
		       const char *prefix, struct enumerators *out);
int parser_programs(struct parser *r);
int parser_parameters(struct parser *r);
int parser_losses(struct parser *r);
/* What a name promises, held against what the metric is; sets its unit. */
int parser_check_metric(struct parser *r, const struct declaration *d, struct family *f);
/* What no part can see alone: names that occur twice, events that nothing feeds. */
int parser_check_whole(struct parser *r);

#endif
