/* SPDX-License-Identifier: GPL-2.0-only */
/* A BPF object file of foreign bytes: its sections and where its variables lie in them. */
#ifndef DESCRIBE_ELFFILE_H
#define DESCRIBE_ELFFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct elffile;

/* Borrows the bytes. NULL and *e where they are no relocatable object for BPF in this machine's
 * byte order, or have two sections of one name. */
struct elffile *elffile_new(const void *bytes, size_t size, struct error *e);
/* The same for any file of this word size and byte order: of a kernel, say. */
struct elffile *elffile_new_any(const void *bytes, size_t size, struct error *e);
void elffile_free(struct elffile *f);

/* The content of a section; NULL where there is none. Lives as long as the file. */
const void *elffile_section(const struct elffile *f, const char *name, size_t *size);
/* The offset of a variable in its section: 0, or -ENOENT where the section does not hold all
 * `size` bytes of such a variable. The offsets in BTF are of no use before libbpf has put them
 * right, from the same symbols. */
int elffile_variable(const struct elffile *f, const char *section, const char *variable,
		     uint32_t size, uint32_t *offset);
/* Whether a function lies in a section. */
bool elffile_function(const struct elffile *f, const char *section, const char *function);

#endif
