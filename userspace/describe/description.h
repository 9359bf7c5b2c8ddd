/* SPDX-License-Identifier: GPL-2.0-only */
/* What a BPF object says about itself, read from its BTF and checked: the contract of
 * <bpf_exporter/describe.bpf.h> as data. A pure function of bytes; needs no kernel and no
 * privilege.
 */
#ifndef DESCRIBE_DESCRIPTION_H
#define DESCRIBE_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "metric/family.h"

struct enumerator {
	int64_t value; /* as the label's bytes read without a sign */
	const char *name; /* prefix stripped, lower-cased */
};

/* One label: a member of a key struct. */
struct label_description {
	const char *name;
	/* From DECODE, or by the type: "uint", "int", "bool", "string", "enum". */
	const char *decoder;
	const char *argument; /* KERNEL_ENUM's enum; "" if none */
	const char *prefix; /* to strip; "" if none */
	uint32_t offset, size; /* bytes, in the key */
	const struct enumerator *enumerators; /* of an enum, sorted by value; NULL otherwise */
	size_t nr_enumerators;
	/* Dense layouts: its radix (VALUES, or the enum's highest + 1, or 2 of a _Bool); else 0. */
	uint32_t values;
};

/* Where a metric lies in a map's value. Its family's `table` is NULL and `word` set: words are
 * counted through the metrics of the map in their order. */
struct metric_description {
	struct family family;
	const char *event; /* the event that feeds it; "" for the collector itself */
	uint32_t offset; /* bytes, in the value; a histogram: sum, then the buckets */
	uint32_t exemplar_offset; /* of its struct exemplar_record, where family.exemplar is set */
};

enum map_layout {
	MAP_TABLE_PERCPU, /* mmapable array: CPU-major, slots of it to a CPU */
	MAP_TABLE_SHARED, /* mmapable array, one copy */
	MAP_PERCPU_ARRAY,
	MAP_ARRAY, /* not mmapable */
	MAP_HASH,
	MAP_PERCPU_HASH,
	MAP_GLOBAL, /* a variable in .bss: `slots` values from `offset` on */
	MAP_OTHER, /* any other kind; has no metrics */
};

struct map_description {
	const char *name; /* of the map, or of the variable */
	enum map_layout layout;
	uint32_t key_size; /* bytes of the raw key; 4 (the slot) for dense layouts */
	uint32_t labels_size; /* bytes of the labels struct: equals key_size for hashes */
	uint32_t value_size; /* bytes of one value, not rounded */
	uint32_t slots; /* dense layouts: series per copy; hashes: max_entries */
	uint32_t offset; /* MAP_GLOBAL: bytes into .bss */
	/* Hashes: more entries than `slots`, so many for each object that a label names: as many as there are at the
	 * start, or as the parameter says if that is more. 0 and NULL where there is no ROOM(). */
	uint32_t room;
	const char *room_parameter;
	struct label_description *labels;
	size_t nr_labels;
	struct metric_description *metrics;
	size_t nr_metrics; /* 0: a map without metrics, of no concern to the reader */
	unsigned int words; /* of a row: all metrics of the map */
};

struct program_description {
	const char *name;
	const char *event; /* "" : needed by the whole collector */
	int rank; /* of its alternative; 0 where there is none */
	const char *alternative; /* "" where there is none */
	const char **needs; /* questions as in NEEDS() */
	size_t nr_needs;
};

struct parameter_description {
	const char *name, *help;
	const char *decoder; /* of a set; "uint" for a scalar */
	const char *
		defaults; /* as it would be written: a set's list, a scalar's number; "" if not known */
	bool duration; /* nanoseconds, by a name that ends in _ns: may be written with units */
	uint32_t offset, size; /* bytes into .rodata, of the whole */
	uint32_t elements; /* of a set; 0 for a scalar */
};

struct description {
	const char *collector, *help;
	bool default_on;
	struct map_description *maps;
	size_t nr_maps;
	struct program_description *programs;
	size_t nr_programs;
	struct parameter_description *parameters;
	size_t nr_parameters;
	bool has_lost; /* the `lost` array of the standard header */
	uint32_t lost_offset; /* bytes into .bss */
	struct enumerator *lost_causes; /* names as label values: "map_full" */
	size_t nr_lost_causes;
	struct arena *memory; /* owns every string and array above */
};

/* Read the description from the bytes of an ELF object. `file` names it in messages. All that is
 * wrong is refused: -EINVAL and "file 'x.bpf.o': struct 'stats' member 'wait': metric 'name':
 * reason: -EINVAL". Returns NULL and sets *e. */
struct description *description_read(const char *file, const void *elf, size_t size,
				     struct error *e);
/* The same from raw BTF (the fuzzer's door). */
struct description *description_read_btf(const char *file, const void *btf, size_t size,
					 struct error *e);
void description_free(struct description *d);

#endif
