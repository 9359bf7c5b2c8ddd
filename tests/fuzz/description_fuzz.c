// SPDX-License-Identifier: GPL-2.0-only
/* Foreign bytes at both doors of the description reader: an ELF object, or raw BTF. */
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

#include <bpf_exporter/exemplar.h>

#include "describe/description.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t sink;

static void touch(const char *s)
{
	sink += strlen(s);
}

static void touch_enumerators(const struct enumerator *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		touch(all[i].name);
}

/* How many words of a row its exemplar has. */
static unsigned int touch_exemplar(const struct map_description *m,
				   const struct metric_description *metric)
{
	if (!metric->family.exemplar)
		return 0;
	if (metric->exemplar_offset > m->value_size ||
	    sizeof(struct exemplar_record) > m->value_size - metric->exemplar_offset ||
	    metric->family.exemplar + EXEMPLAR_WORDS > m->words)
		abort();
	return EXEMPLAR_WORDS;
}

static void touch_map(const struct map_description *m)
{
	unsigned int words = 0;

	touch(m->name);
	for (size_t i = 0; i < m->nr_labels; i++) {
		const struct label_description *l = &m->labels[i];

		touch(l->name);
		touch(l->decoder);
		touch(l->argument);
		touch(l->prefix);
		touch_enumerators(l->enumerators, l->nr_enumerators);
		if (l->offset > m->labels_size || l->size > m->labels_size - l->offset)
			abort();
	}
	for (size_t i = 0; i < m->nr_metrics; i++) {
		const struct metric_description *metric = &m->metrics[i];
		uint32_t size = family_words(&metric->family) * sizeof(uint64_t);

		touch(metric->family.name);
		touch(metric->family.help);
		touch(metric->family.unit);
		touch(metric->event);
		words += family_words(&metric->family) + touch_exemplar(m, metric);
		if (metric->offset > m->value_size || size > m->value_size - metric->offset)
			abort();
	}
	if (words != m->words)
		abort();
}

static void touch_program(const struct program_description *p)
{
	touch(p->name);
	touch(p->event);
	touch(p->alternative);
	for (size_t i = 0; i < p->nr_needs; i++)
		touch(p->needs[i]);
}

static void touch_parameter(const struct parameter_description *p)
{
	touch(p->name);
	touch(p->help);
	touch(p->decoder);
	touch(p->defaults);
}

/* Whoever reads a description trusts it. */
static void touch_all(const struct description *d)
{
	touch(d->collector);
	touch(d->help);
	touch_enumerators(d->lost_causes, d->nr_lost_causes);
	for (size_t i = 0; i < d->nr_maps; i++)
		touch_map(&d->maps[i]);
	for (size_t i = 0; i < d->nr_programs; i++)
		touch_program(&d->programs[i]);
	for (size_t i = 0; i < d->nr_parameters; i++)
		touch_parameter(&d->parameters[i]);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	libbpf_set_print(NULL);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool elf = size >= 4 && !memcmp(data, "\177ELF", 4);
	struct error e = { "" };
	struct description *d = elf ? description_read("fuzz", data, size, &e)
				    : description_read_btf("fuzz", data, size, &e);

	if (d)
		touch_all(d);
	else if (!*e.text)
		abort(); /* refused without a word */
	description_free(d);
	return 0;
}
