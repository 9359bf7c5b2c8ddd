/* SPDX-License-Identifier: GPL-2.0-only */
/* The only door by which foreign BTF comes in: libbpf's accessors trust what they read, so all
 * that they follow is checked before they see it.
 */
#ifndef DESCRIBE_BTF_CHECK_H
#define DESCRIBE_BTF_CHECK_H

#include <stddef.h>

#include "base/error.h"

#define BTF_CHECK_BYTES_MAX (32 << 20) /* a kernel's take 4 to 10 MB */
#define BTF_CHECK_TYPES_MAX 1000000
#define BTF_CHECK_DEPTH_MAX 64 /* types inside types, pointers not followed: a kernel has some 40 */
#define BTF_CHECK_SIZE_MAX (1 << 30) /* bytes of one type */

struct btf;

/* Parsed BTF that is safe to read: every name is a string inside the section, every type id
 * exists, no type contains itself except by a pointer, members lie inside their structs, tags
 * name existing components. NULL and *e (-EINVAL or -ENOMEM) otherwise. `data` may be unaligned
 * and is copied. btf__free() it. */
struct btf *btf_check_new(const void *data, size_t size, struct error *e);

#endif
