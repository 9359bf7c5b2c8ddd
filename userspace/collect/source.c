// SPDX-License-Identifier: GPL-2.0-only
/* From the bytes of a map's entries to rows of words with rendered labels. */
#include "collect/source.h"

#include <errno.h>
#include <stdlib.h>

#include "collect/exemplars.h"

/* Words that lie side by side both in a map's value and in a row. */
struct extent {
	size_t offset; /* bytes, in the value */
	unsigned int word; /* in the row */
	unsigned int words;
};

struct source {
	const struct map_description *map;
	struct mapread *reader;
	struct table *table;
	struct decoder **decoders; /* one a label */
	struct extent *extents;
	size_t nr_extents;
	struct exemplars *exemplars; /* or NULL */
	/* Hashes only. Keys of what is gone, as of the last pass: its last numbers have been shown. */
	struct buffer gone;
	bool asks; /* in this pass, what is gone */
	bool shows_zeros; /* a gauge of 0 says something, a counter is a series from its first event on */
	/* Dense layouts only: one entry added up, and which slots are shown though never counted. */
	uint64_t *scratch;
	bool *shown;
};

static bool source_dense(const struct map_description *m)
{
	return m->layout != MAP_HASH && m->layout != MAP_PERCPU_HASH;
}

/* The value that label i of a slot has: its digit of the mixed-radix number, the last one fastest. */
static uint32_t source_digit(const struct map_description *m, uint32_t slot, size_t i)
{
	for (size_t l = m->nr_labels - 1; l > i; l--)
		slot /= m->labels[l].values;
	return slot % m->labels[i].values;
}

static bool source_render(void *context, const void *key, struct buffer *out)
{
	struct source *s = context;
	const struct map_description *m = s->map;
	char text[DECODE_MAX];
	bool final = true;
	size_t length;

	for (size_t i = 0; i < m->nr_labels; i++) {
		const void *raw = (const char *)key + m->labels[i].offset;
		uint64_t digit;

		if (source_dense(m)) {
			digit = source_digit(m, *(const uint32_t *)key, i);
			raw = &digit; /* little-endian, so its first bytes are the member's */
		}
		final &= decoder_decode(s->decoders[i], raw, text, &length);
		label_append(out, m->labels[i].name, text, length);
	}
	return final;
}

static bool source_render_exemplar(void *context, const uint64_t *words, struct exemplar *out)
{
	struct source *s = context;

	return exemplars_render(s->exemplars, words, out);
}

static void source_add(const struct source *s, uint64_t *words, const struct mapread_entry *entry)
{
	for (unsigned int c = 0; c < entry->copies; c++) {
		const char *value = (const char *)entry->value + c * entry->stride;

		for (size_t i = 0; i < s->nr_extents; i++) {
			const uint64_t *from = (const uint64_t *)(value + s->extents[i].offset);
			uint64_t *to = words + s->extents[i].word;

			for (unsigned int w = 0; w < s->extents[i].words; w++)
				to[w] += __atomic_load_n(from + w, __ATOMIC_RELAXED);
		}
	}
}

static bool source_zero(const struct source *s, const struct mapread_entry *entry)
{
	for (unsigned int c = 0; c < entry->copies; c++) {
		const char *value = (const char *)entry->value + c * entry->stride;

		for (size_t i = 0; i < s->nr_extents; i++) {
			const uint64_t *from = (const uint64_t *)(value + s->extents[i].offset);

			for (unsigned int w = 0; w < s->extents[i].words; w++)
				if (__atomic_load_n(from + w, __ATOMIC_RELAXED))
					return false;
		}
	}
	return true;
}

static bool source_gone(const struct source *s, const char *key)
{
	for (size_t i = 0; i < s->map->nr_labels; i++)
		if (decoder_gone(s->decoders[i], key + s->map->labels[i].offset))
			return true;
	return false;
}

/* What the last pass showed for the last time leaves the map, unless it came back. */
static void source_forget_gone(struct source *s)
{
	for (size_t at = 0; !s->gone.failed && at < s->gone.length; at += s->map->key_size)
		if (source_gone(s, s->gone.data + at))
			mapread_delete(s->reader, s->gone.data + at);
	buffer_clear(&s->gone);
}

static void source_begin(struct source *s)
{
	s->asks = false;
	for (size_t i = 0; i < s->map->nr_labels; i++)
		s->asks |= decoder_stale(s->decoders[i]);
	if (s->asks)
		table_relabel(s->table);
	source_forget_gone(s);
	if (s->exemplars)
		exemplars_begin(s->exemplars);
	table_begin(s->table);
}

static void source_take_sparse(void *context, const struct mapread_entry *entry)
{
	struct source *s = context;
	uint64_t *words;

	if (s->asks && source_gone(s, entry->key))
		buffer_append(&s->gone, entry->key, s->map->key_size);
	if (!s->shows_zeros && source_zero(s, entry))
		return;
	words = table_touch(s->table, entry->key);
	if (!words)
		return;
	source_add(s, words, entry);
	if (s->exemplars)
		exemplars_take(s->exemplars, words, entry);
}

/* A slot of an open set (numbers, syscalls) becomes a series when it is first counted. */
static void source_take_dense(void *context, const struct mapread_entry *entry)
{
	struct source *s = context;
	unsigned int n = s->map->words;
	uint64_t any = 0, *words;

	memset(s->scratch, 0, n * sizeof(*s->scratch));
	source_add(s, s->scratch, entry);
	for (unsigned int w = 0; w < n; w++)
		any |= s->scratch[w];
	if (!any && !s->shown[*(const uint32_t *)entry->key])
		return;
	words = table_touch(s->table, entry->key);
	for (unsigned int w = 0; words && w < n; w++)
		words[w] += s->scratch[w];
	if (words && s->exemplars)
		exemplars_take(s->exemplars, words, entry);
}

int source_collect(struct source *s, struct error *e)
{
	int err;

	source_begin(s);
	err = mapread_walk(s->reader, source_dense(s->map) ? source_take_dense : source_take_sparse,
			   s, e);
	if (table_end(s->table) && !err)
		err = error_set(e, -ENOMEM, "map '%s': no memory for its series: -ENOMEM",
				s->map->name);
	for (size_t i = 0; i < s->map->nr_labels; i++)
		decoder_settle(s->decoders[i]);
	return err;
}

/* ---- preparation ---- */

/* A histogram's sum comes first in a value and last in a row. */
static int source_lay_out(struct source *s)
{
	const struct map_description *m = s->map;

	s->extents = calloc(2 * m->nr_metrics, sizeof(*s->extents));
	if (!s->extents)
		return -ENOMEM;
	for (size_t i = 0; i < m->nr_metrics; i++) {
		const struct metric_description *metric = &m->metrics[i];
		unsigned int words = family_words(&metric->family), first = metric->family.word;

		s->shows_zeros |= metric->family.type == METRIC_GAUGE;

		if (metric->family.type == METRIC_HISTOGRAM) {
			s->extents[s->nr_extents++] =
				(struct extent){ metric->offset + sizeof(uint64_t), first,
						 words - 1 };
			first += words - 1;
		}
		s->extents[s->nr_extents++] = (struct extent){ metric->offset, first, 1 };
	}
	return 0;
}

static bool source_enumerated(const struct label_description *l, int64_t value)
{
	for (size_t i = 0; i < l->nr_enumerators; i++)
		if (l->enumerators[i].value == value)
			return true;
	return !l->enumerators;
}

static int source_choose_shown(struct source *s)
{
	const struct map_description *m = s->map;

	s->scratch = calloc(m->words, sizeof(*s->scratch));
	s->shown = calloc(m->slots, sizeof(*s->shown));
	if (!s->scratch || !s->shown)
		return -ENOMEM;
	for (uint32_t slot = 0; slot < m->slots; slot++) {
		s->shown[slot] = true;
		for (size_t i = 0; i < m->nr_labels; i++)
			s->shown[slot] &=
				decoder_closed(s->decoders[i]) &&
				source_enumerated(&m->labels[i], source_digit(m, slot, i));
	}
	return 0;
}

static int source_prepare(struct source *s, const struct decode_sources *decode, struct error *e)
{
	const struct map_description *m = s->map;
	int err;

	s->decoders = calloc(m->nr_labels + 1, sizeof(*s->decoders));
	if (!s->decoders)
		return -ENOMEM;
	for (size_t i = 0; i < m->nr_labels; i++) {
		err = decoder_new(&s->decoders[i], &m->labels[i], decode, e);
		if (err)
			return error_prefix(e, err, "map '%s'", m->name);
	}
	err = source_lay_out(s);
	if (!err && source_dense(m))
		err = source_choose_shown(s);
	if (err)
		return err;
	s->table = table_new(m->key_size, m->words, mapread_ceiling(s->reader), source_render, s);
	if (!s->table)
		return -ENOMEM;
	s->gone.ceiling = (size_t)m->key_size * mapread_ceiling(s->reader);
	err = exemplars_new(&s->exemplars, m, decode, e);
	if (s->exemplars)
		table_show_exemplars(s->table, source_render_exemplar);
	return err;
}

int source_new(struct source **out, const struct map_description *map,
	       const struct mapread_origin *from, const struct decode_sources *decode,
	       struct error *e)
{
	struct source *s = calloc(1, sizeof(*s));
	int err;

	error_set(e, -ENOMEM, "map '%s': no memory: -ENOMEM", map->name);
	if (!s)
		return -ENOMEM;
	s->map = map;
	err = mapread_new(&s->reader, map, from, e);
	if (!err)
		err = source_prepare(s, decode, e);
	if (err) {
		source_free(s);
		return err;
	}
	*out = s;
	return 0;
}

void source_free(struct source *s)
{
	if (!s)
		return;
	mapread_free(s->reader);
	table_free(s->table);
	exemplars_free(s->exemplars);
	buffer_release(&s->gone);
	for (size_t i = 0; s->decoders && i < s->map->nr_labels; i++)
		decoder_free(s->decoders[i]);
	free(s->decoders);
	free(s->extents);
	free(s->scratch);
	free(s->shown);
	free(s);
}

const struct table *source_table(const struct source *s)
{
	return s->table;
}

size_t source_ceiling(const struct source *s)
{
	return mapread_ceiling(s->reader);
}

size_t source_entries(const struct source *s)
{
	return mapread_entries(s->reader);
}
