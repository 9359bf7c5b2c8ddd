/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's symbols by address, out of /proc/kallsyms.
 *
 * The file is opened at birth, because what it shows depends on the privileges of the opener, and
 * read (60 ms, 8 MB) when a symbol is first asked for. After symbols_settle the next question reads
 * it anew and so knows modules loaded since.
 */
#ifndef COLLECT_SYMBOLS_H
#define COLLECT_SYMBOLS_H

#include <stdint.h>

struct symbols;

/* Where the file cannot be read, or hides addresses, no symbol is found, and the log says so once.
 * NULL without memory. */
struct symbols *symbols_new(const char *root);
void symbols_free(struct symbols *s);

/* The name of the symbol at or below the address (the first one, of aliases); NULL where none is
 * near. Valid until symbols_settle. */
const char *symbols_find(struct symbols *s, uint64_t address);
/* Give the memory back. */
void symbols_settle(struct symbols *s);

#endif
