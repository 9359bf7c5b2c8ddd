/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of the description reader: one reading of one object, and the rooms that read its parts.
 *
 * Each reader_* returns 0, or -errno with *r->e set: the first thing that is wrong ends the
 * reading.
 */
#ifndef KERNEL_READER_H
#define KERNEL_READER_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/ctype.h"
#include "kernel/elffile.h"
#include "kernel/tags.h"

/* Ceilings: nobody's collector comes near them, and a hostile one cannot make us take more. */
#define READER_MAPS_MAX 64 /* of an object, variables included */
#define READER_PROGRAMS_MAX 256
#define READER_PARAMETERS_MAX 64
#define READER_METRICS_MAX 32 /* of a map */
#define READER_LABELS_MAX 16 /* of a map */
#define READER_NEEDS_MAX 16 /* of a program */
#define READER_ENUMERATORS_MAX 1024 /* of a label */
#define READER_SLOTS_MAX 65536 /* of a table */
#define READER_ENTRIES_MAX (1 << 20) /* of a hash with metrics */
#define READER_SET_MAX 65536 /* elements of a parameter */
#define READER_KEY_MAX 256 /* bytes */
#define READER_VALUE_MAX 65536 /* bytes */
#define READER_NAME_MAX 127 /* bytes of any name */
#define READER_TEXT_MAX 1024 /* bytes of any other text */

struct arena;
struct description;
struct enumerator;
struct family;
struct map_description;

struct reader {
	const struct btf *btf; /* checked */
	struct tags *tags;
	const struct elffile *elf; /* NULL at the raw door */
	struct description *d; /* what has been read so far */
	struct arena *memory; /* the description's */
	bool no_memory; /* a string or an array is missing in the description */
	struct error *e;
};

/* ---- helpers: reader.c ---- */

/* A copy that lives as long as the description. NULL becomes ""; so does all without memory, which
 * sets no_memory. */
const char *reader_string(struct reader *r, const char *s);
/* The same for n elements; NULL without memory. n may be 0. */
void *reader_copy(struct reader *r, const void *from, size_t n, size_t size);
/* A number from 1 to `max` in decimal digits. */
bool reader_number(const char *text, uint32_t max, uint32_t *out);
/* [A-Za-z0-9_]+, as C and the kernel have names, of at most READER_NAME_MAX bytes. */
bool reader_is_identifier(const char *name);
/* 0, or the refusal of a key's value that people are to read: empty, too long, not UTF-8, with
 * control characters. */
int reader_check_text(struct reader *r, const struct declaration *d, const char *key);
/* The same for a value that must be an identifier; a missing one is right. */
int reader_check_identifier(struct reader *r, const struct declaration *d, const char *key);

/* A variable of a section. */
struct variable {
	const char *name;
	const char *section;
	struct ctype type;
	uint32_t listed_offset; /* as BTF has it: right only once libbpf has seen it */
	struct declaration declaration;
};

typedef int (*reader_variable_fn)(struct reader *r, const struct variable *v);

/* Call fn for each variable of a section, in their order, until one fails. */
int reader_variables(struct reader *r, const char *section, reader_variable_fn fn);
/* Where the variable lies in its section. */
int reader_offset(struct reader *r, const struct variable *v, uint32_t *offset);

/* ---- the parts, each in a room of its own ---- */

/* Maps of .maps and variables of .bss with metrics. */
int reader_maps(struct reader *r);
int reader_globals(struct reader *r);
/* Labels from the members of the struct `type`, into m->labels; of a table also their radices. */
int reader_labels(struct reader *r, const struct ctype *type, bool dense,
		  struct map_description *m);
/* Metrics of a value, into m->metrics: of its members, or of the whole where `outer` (a map or a
 * variable) says so. */
int reader_metrics(struct reader *r, const struct ctype *value, const struct declaration *outer,
		   struct map_description *m);
/* Exemplars of a value whose metrics have been read: which of m->metrics have one, and where. */
int reader_exemplars(struct reader *r, const struct ctype *value, struct map_description *m);
/* The enumerators of an enum, sorted by value, without prefix and in lower case. */
struct enumerators {
	struct enumerator *all;
	size_t count;
};
int reader_enumerators(struct reader *r, const struct declaration *d, const struct ctype *type,
		       const char *prefix, struct enumerators *out);
int reader_programs(struct reader *r);
int reader_parameters(struct reader *r);
int reader_losses(struct reader *r);
/* What a name promises, held against what the metric is; sets its unit. */
int reader_check_metric(struct reader *r, const struct declaration *d, struct family *f);
/* What no part can see alone: names that occur twice, events that nothing feeds. */
int reader_check_whole(struct reader *r);

#endif
