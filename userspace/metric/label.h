/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of a label set: what every table_render_fn is made of. */
#ifndef METRIC_LABEL_H
#define METRIC_LABEL_H

#include <stddef.h>

#include "base/buffer.h"

/* Append `name="value"`, after a comma where `out` is not empty; nothing for an empty value, since to Prometheus an empty
 * label is one that is not there. Backslash, quote and newline of the value
 * are escaped; a NUL (which ends the scrape for Prometheus's parser) and each byte that is not UTF-8 become
 * U+FFFD. */
void label_append(struct buffer *out, const char *name, const char *value, size_t length);

/* Append the same label set as protobuf has it: a LabelPair a label, each as field 1 of what holds it, with
 * values unescaped. `labels` is what label_append() made. */
void label_pairs(const char *labels, size_t length, struct buffer *out);

#endif
