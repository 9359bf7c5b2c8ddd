/* SPDX-License-Identifier: GPL-2.0-only */
/* Families of made-up samples, for the tests of encoders. */
#ifndef TESTS_ENCODING_H
#define TESTS_ENCODING_H

#include "expose/encoder.h"
#include "metric/table.h"

/* A row of a test: its labels as name and value pairs, and its words. */
struct sample {
	const char *labels[6];
	uint64_t words[40];
};

static const struct sample *samples;

static bool render(void *context, const void *key, struct buffer *out)
{
	const char *const *label = samples[*(const uint32_t *)key].labels;

	(void)context;
	for (; *label; label += 2)
		label_append(out, label[0], label[1], strlen(label[1]));
	return true;
}

/* The one exemplar there is: of every row whose raw words begin with 1. */
static bool render_exemplar(void *context, const uint64_t *words, struct exemplar *out)
{
	(void)context;
	out->value = words[1];
	out->time_ns = 1795264116500000000;
	out->labels = "pid=\"17\",comm=\"a \\\"b\\\"\"";
	out->labels_length = (uint32_t)strlen(out->labels);
	return words[0] == 1;
}

static struct table *make_table(const struct sample *s, uint32_t rows, unsigned int words)
{
	struct table *t = table_new(sizeof(uint32_t), words, 1000, render, NULL);
	uint64_t *values;
	uint32_t i;

	assert_non_null(t);
	samples = s;
	table_show_exemplars(t, render_exemplar);
	table_begin(t);
	for (i = 0; i < rows; i++) {
		values = table_touch(t, &i);
		assert_non_null(values);
		memcpy(values, s[i].words, words * sizeof(*values));
	}
	assert_int_equal(table_end(t), 0);
	return t;
}

/* What an encoder makes of a family with these rows, within a ceiling. */
struct encoded {
	struct buffer out;
	struct table *table;
};

static struct encoded encode_within(size_t ceiling, const struct encoder *encoder,
				    const struct encoder_options *o, struct family *f)
{
	struct encoded e = { .out = BUFFER_INIT(ceiling) };
	void *prepared = encoder->prepare(f, o);

	assert_non_null(prepared);
	encoder->family(f, prepared, &e.out);
	encoder->release(prepared);
	return e;
}

static struct encoded encode(const struct encoder *encoder, const struct encoder_options *o,
			     struct family f, const struct sample *s, uint32_t rows)
{
	struct encoded e;
	struct table *t = make_table(s, rows, f.word + family_words(&f) + (f.exemplar ? 2 : 0));

	f.table = t;
	e = encode_within(1 << 20, encoder, o, &f);
	assert_false(e.out.failed);
	e.table = t;
	return e;
}

static void encoded_release(struct encoded *e)
{
	buffer_release(&e->out);
	table_free(e->table);
}

/* A body that does not fit is failed at whatever byte the ceiling lies, and never overrun. */
static void expect_ceilings_to_hold(const struct encoder *encoder)
{
	static const struct sample rows[] = {
		{ { "op", "read" }, { 1, 2, 3, 4, 5, 1, 9 } },
		{ { "op", "write" }, { 1, 2, 3, 4, 5, 1, 9 } },
	};
	static const struct encoder_options options = { .created_lines = true };
	struct family f = {
		.name = "x_seconds",
		.help = "x",
		.type = METRIC_HISTOGRAM,
		.scheme = { SECONDS, 0, -2, 0 },
		.exemplar = 5,
		.created_ns = 1795264116500000000,
	};
	struct table *t = make_table(rows, 2, family_words(&f) + 2);
	size_t ceiling, fitted = 0;
	struct encoded e;

	f.table = t;
	for (ceiling = 0; ceiling < 8192; ceiling++) {
		e = encode_within(ceiling, encoder, &options, &f);
		fitted += !e.out.failed;
		assert_true(e.out.failed || e.out.length <= ceiling);
		buffer_release(&e.out);
	}
	assert_true(fitted >= 1 && fitted <= 8191);
	table_free(t);
}

#endif
