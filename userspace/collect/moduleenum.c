// SPDX-License-Identifier: GPL-2.0-only
/* One walk over the types of a module, each bound checked. Its numbers of strings go on behind those of the kernel. */
#include "collect/moduleenum.h"

#include <errno.h>
#include <limits.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define MODULE_BYTES_MAX (16U << 20)

/* Written out: that of younger headers is longer than what kernels write. */
struct header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len;
	uint32_t type_off, type_len;
	uint32_t str_off, str_len;
};

struct types {
	const char *types, *strings;
	uint32_t types_size, strings_size;
	uint32_t first_string; /* the number of the module's first */
};

/* Bytes behind the struct btf_type: as many for the type, and for each of its members. */
static const struct {
	uint8_t fixed, each;
} TAILS[] = {
	[BTF_KIND_INT] = { 4, 0 },
	[BTF_KIND_ARRAY] = { sizeof(struct btf_array), 0 },
	[BTF_KIND_STRUCT] = { 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION] = { 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM] = { 0, sizeof(struct btf_enum) },
	[BTF_KIND_FUNC_PROTO] = { 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR] = { sizeof(struct btf_var), 0 },
	[BTF_KIND_DATASEC] = { 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_DECL_TAG] = { sizeof(struct btf_decl_tag), 0 },
	[BTF_KIND_TYPE_TAG] = { 0, 0 },
	[BTF_KIND_ENUM64] = { 0, sizeof(struct btf_enum64) },
};

#define NR_TAILS (sizeof(TAILS) / sizeof(*TAILS))

/* ---- bytes ---- */

static bool header_fits(const struct header *h, size_t size)
{
	return size >= sizeof(*h) && h->magic == BTF_MAGIC && !((h->hdr_len | h->type_off) & 3) &&
	       (uint64_t)h->hdr_len + h->type_off + h->type_len <= size &&
	       (uint64_t)h->hdr_len + h->str_off + h->str_len <= size && h->str_len;
}

static int kernel_strings(const char *root, uint32_t *nr)
{
	char path[PATH_MAX];
	struct header h = { 0 };
	FILE *f;

	snprintf(path, sizeof(path), "%s/sys/kernel/btf/vmlinux", root);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	*nr = fread(&h, sizeof(h), 1, f) == 1 && h.magic == BTF_MAGIC ? h.str_len : 0;
	fclose(f);
	return *nr ? 0 : -EINVAL;
}

static void *module_load(const char *root, const char *module, struct types *t)
{
	char path[PATH_MAX];
	const struct header *h;
	size_t size;
	char *bytes;

	snprintf(path, sizeof(path), "%s/sys/kernel/btf/%s", root, module);
	bytes = file_load(path, MODULE_BYTES_MAX, &size);
	if (!bytes)
		return NULL;
	h = (const void *)bytes;
	if (!header_fits(h, size)) {
		free(bytes);
		errno = EINVAL;
		return NULL;
	}
	t->types = bytes + h->hdr_len + h->type_off;
	t->types_size = h->type_len;
	t->strings = bytes + h->hdr_len + h->str_off;
	t->strings_size = h->str_len;
	bytes[h->hdr_len + h->str_off + h->str_len - 1] = 0; /* ends the last one */
	return bytes;
}

/* ---- types ---- */

/* Empty where it is one of the kernel's: those that only a module has are its own. */
static const char *string_at(const struct types *t, uint32_t offset)
{
	const uint32_t own = offset - t->first_string;

	return offset >= t->first_string && own < t->strings_size ? t->strings + own : "";
}

static bool ends_with(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static const char *enumerator_of(const struct types *t, const struct btf_type *type, uint32_t value)
{
	const struct btf_enum *e = (const void *)(type + 1);

	for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info); i++)
		if ((uint32_t)e[i].val == value)
			return string_at(t, e[i].name_off);
	return "";
}

/* The bytes of the type at `offset`; 0 where it is cut off, or of a kind that is not known. */
static uint32_t type_size(const struct types *t, uint32_t offset)
{
	const struct btf_type *type = (const void *)(t->types + offset);
	const uint32_t left = t->types_size - offset;
	uint32_t kind, size = sizeof(*type);

	if (left < size)
		return 0;
	kind = BTF_INFO_KIND(type->info);
	if (kind >= NR_TAILS)
		return 0;
	size += TAILS[kind].fixed + TAILS[kind].each * BTF_INFO_VLEN(type->info);
	return size <= left ? size : 0;
}

static const char *name_find(const struct types *t, const char *ending, uint32_t value)
{
	const char *name = "";
	uint32_t size;

	for (uint32_t at = 0; !*name && (size = type_size(t, at)); at += size) {
		const struct btf_type *type = (const void *)(t->types + at);

		if (BTF_INFO_KIND(type->info) == BTF_KIND_ENUM &&
		    ends_with(string_at(t, type->name_off), ending))
			name = enumerator_of(t, type, value);
	}
	return name;
}

int moduleenum_name(const char *root, const char *module, const char *ending, uint32_t value,
		    char out[MODULEENUM_NAME_MAX])
{
	struct types t = { 0 };
	void *bytes;
	const char *name;
	int err;

	err = kernel_strings(root, &t.first_string);
	if (err)
		return err;
	bytes = module_load(root, module, &t);
	if (!bytes)
		return -errno;
	name = name_find(&t, ending, value);
	snprintf(out, MODULEENUM_NAME_MAX, "%s", name);
	err = *name ? 0 : -ENODATA;
	free(bytes);
	return err;
}
