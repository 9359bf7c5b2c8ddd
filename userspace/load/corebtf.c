// SPDX-License-Identifier: GPL-2.0-only
/* Copies types with all that is embedded in them. What they point to is not needed: no relocation follows
 * a pointer, and where types are compared, only its kind counts. So a pointer's struct is an empty one. */
#include "load/corebtf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "describe/elffile.h"
#include "load/corerelo.h"

#define NAME_LENGTH 256
#define DEPTH_MAX 128 /* types inside types, pointers followed: a kernel has some 40 */

struct corebtf {
	const struct btfindex *kernel;
	const struct btf *from; /* the kernel's */
	const struct btf *object; /* whose relocations name types */
	struct btf *to;
	int *ids; /* in `to`, by the kernel's; 0 where not copied yet; negative while under way */
	unsigned int depth;
	size_t relocations;
};

static int copy_type(struct corebtf *c, uint32_t id);

/* ---- one function a kind: children first, for a type's members must follow it; the new id or -errno ---- */

static const char *name_of(const struct corebtf *c, const struct btf_type *t)
{
	return btf__name_by_offset(c->from, t->name_off);
}

static int copy_int(struct corebtf *c, const struct btf_type *t)
{
	return btf__add_int(c->to, name_of(c, t), t->size, btf_int_encoding(t));
}

static int copy_float(struct corebtf *c, const struct btf_type *t)
{
	return btf__add_float(c->to, name_of(c, t), t->size);
}

static int copy_pointer(struct corebtf *c, const struct btf_type *t)
{
	const struct btf_type *to = btf__type_by_id(c->from, t->type);
	int id;

	while (btf_is_mod(to) || btf_is_typedef(to))
		to = btf__type_by_id(c->from, to->type);
	if (btf_is_struct(to))
		id = btf__add_struct(c->to, NULL, 0);
	else if (btf_is_union(to))
		id = btf__add_union(c->to, NULL, 0);
	else
		id = copy_type(c, t->type);
	return id < 0 ? id : btf__add_ptr(c->to, id);
}

static int copy_array(struct corebtf *c, const struct btf_type *t)
{
	const struct btf_array *a = btf_array(t);
	int index = copy_type(c, a->index_type), element = copy_type(c, a->type);

	if (index < 0 || element < 0)
		return index < 0 ? index : element;
	return btf__add_array(c->to, index, element, a->nelems);
}

static int copy_composite(struct corebtf *c, const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);
	int id, err = 0;
	uint32_t i;

	for (i = 0; i < btf_vlen(t); i++) {
		id = copy_type(c, m[i].type);
		if (id < 0)
			return id;
	}
	id = btf_is_struct(t) ? btf__add_struct(c->to, name_of(c, t), t->size)
			      : btf__add_union(c->to, name_of(c, t), t->size);
	for (i = 0; id > 0 && !err && i < btf_vlen(t); i++)
		err = btf__add_field(c->to, btf__name_by_offset(c->from, m[i].name_off),
				     c->ids[m[i].type], btf_member_bit_offset(t, i),
				     btf_member_bitfield_size(t, i));
	return err ? err : id;
}

static int copy_enum(struct corebtf *c, const struct btf_type *t)
{
	const struct btf_enum *v = btf_enum(t);
	int id = btf__add_enum(c->to, name_of(c, t), t->size), err = 0;
	uint32_t i;

	for (i = 0; id > 0 && !err && i < btf_vlen(t); i++)
		err = btf__add_enum_value(c->to, btf__name_by_offset(c->from, v[i].name_off),
					  btf_kflag(t) ? (__s64)v[i].val : (__s64)(__u32)v[i].val);
	return err ? err : id;
}

static int copy_enum64(struct corebtf *c, const struct btf_type *t)
{
	const struct btf_enum64 *v = btf_enum64(t);
	int id = btf__add_enum64(c->to, name_of(c, t), t->size, btf_kflag(t)), err = 0;
	uint32_t i;

	for (i = 0; id > 0 && !err && i < btf_vlen(t); i++)
		err = btf__add_enum64_value(c->to, btf__name_by_offset(c->from, v[i].name_off),
					    btf_enum64_value(&v[i]));
	return err ? err : id;
}

static int copy_forward(struct corebtf *c, const struct btf_type *t)
{
	return btf__add_fwd(c->to, name_of(c, t), btf_kflag(t) ? BTF_FWD_UNION : BTF_FWD_STRUCT);
}

static int copy_typedef(struct corebtf *c, const struct btf_type *t)
{
	int id = copy_type(c, t->type);

	return id < 0 ? id : btf__add_typedef(c->to, name_of(c, t), id);
}

/* Relocations do not see const and the like. */
static int copy_qualified(struct corebtf *c, const struct btf_type *t)
{
	return copy_type(c, t->type);
}

static int copy_prototype(struct corebtf *c, const struct btf_type *t)
{
	const struct btf_param *p = btf_params(t);
	int id, result = copy_type(c, t->type), err = 0;
	uint32_t i;

	for (i = 0; result >= 0 && i < btf_vlen(t); i++) {
		id = copy_type(c, p[i].type);
		if (id < 0)
			return id;
	}
	id = result < 0 ? result : btf__add_func_proto(c->to, result);
	for (i = 0; id > 0 && !err && i < btf_vlen(t); i++)
		err = btf__add_func_param(c->to, NULL, p[i].type ? c->ids[p[i].type] : 0);
	return err ? err : id;
}

typedef int (*copy_fn)(struct corebtf *c, const struct btf_type *t);
static const copy_fn copiers[] = {
	[BTF_KIND_INT] = copy_int,
	[BTF_KIND_PTR] = copy_pointer,
	[BTF_KIND_ARRAY] = copy_array,
	[BTF_KIND_STRUCT] = copy_composite,
	[BTF_KIND_UNION] = copy_composite,
	[BTF_KIND_ENUM] = copy_enum,
	[BTF_KIND_FWD] = copy_forward,
	[BTF_KIND_TYPEDEF] = copy_typedef,
	[BTF_KIND_VOLATILE] = copy_qualified,
	[BTF_KIND_CONST] = copy_qualified,
	[BTF_KIND_RESTRICT] = copy_qualified,
	[BTF_KIND_FUNC_PROTO] = copy_prototype,
	[BTF_KIND_FLOAT] = copy_float,
	[BTF_KIND_TYPE_TAG] = copy_qualified,
	[BTF_KIND_ENUM64] = copy_enum64,
};

static copy_fn copier(const struct btf_type *t)
{
	return btf_kind(t) < sizeof(copiers) / sizeof(copiers[0]) ? copiers[btf_kind(t)] : NULL;
}

static int copy_type(struct corebtf *c, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(c->from, id);

	if (!id || c->ids[id])
		return id ? c->ids[id] : 0;
	if (!copier(t) || c->depth == DEPTH_MAX)
		return -EOPNOTSUPP;
	c->ids[id] = -EOPNOTSUPP; /* what needs itself is left to libbpf */
	c->depth++;
	c->ids[id] = copier(t)(c, t);
	c->depth--;
	return c->ids[id];
}

/* ---- the types that relocations begin with ---- */

/* "task_struct___before_5_14" is a task_struct. */
static bool plain_name(const struct corebtf *c, const struct btf_type *t, char out[NAME_LENGTH])
{
	const char *name = t ? btf__name_by_offset(c->object, t->name_off) : NULL, *flavour;
	size_t length;

	if (!name || !*name)
		return false;
	flavour = strstr(name, "___");
	length = flavour ? (size_t)(flavour - name) : strlen(name);
	if (length >= NAME_LENGTH)
		return false;
	memcpy(out, name, length);
	out[length] = '\0';
	return true;
}

static int add_types(void *context, const struct bpf_core_relo *r)
{
	struct corebtf *c = context;
	const struct btf_type *t = btf__type_by_id(c->object, r->type_id);
	char name[NAME_LENGTH];
	uint32_t id = 0;
	int copy = 0;

	c->relocations++;
	if (r->kind == BPF_CORE_TYPE_ID_LOCAL)
		return 0;
	/* The kernel's own number of a type is known only to the whole. */
	if (r->kind == BPF_CORE_TYPE_ID_TARGET || !plain_name(c, t, name))
		return -EOPNOTSUPP;
	/* A type that is not in the kernel itself may be a module's. */
	if (!btfindex_next(c->kernel, name, 0))
		return -EOPNOTSUPP;
	while (copy >= 0 && (id = btfindex_next(c->kernel, name, id)))
		copy = copier(btf__type_by_id(c->from, id)) ? copy_type(c, id) : 0;
	return copy < 0 ? copy : 0;
}

static int write_memory(const struct btf *btf)
{
	uint32_t size = 0;
	const void *bytes = btf__raw_data(btf, &size);
	int fd = bytes ? memfd_create("kernel-types", MFD_CLOEXEC) : -1;

	if (fd >= 0 && write(fd, bytes, size) != (ssize_t)size) {
		close(fd);
		return -EIO;
	}
	return fd < 0 ? -ENOMEM : fd;
}

static int corebtf_fill(struct corebtf *c, const struct elffile *elf)
{
	const void *types, *ext;
	size_t types_size = 0, ext_size = 0;
	struct btf *object;
	int err;

	types = elffile_section(elf, ".BTF", &types_size);
	ext = elffile_section(elf, ".BTF.ext", &ext_size);
	if (!types || !ext || types_size > UINT32_MAX)
		return -ENOENT;
	c->to = btf__new_empty();
	c->ids = calloc(btf__type_cnt(c->from), sizeof(*c->ids));
	object = btf__new(types, (uint32_t)types_size);
	c->object = object;
	err = c->to && c->ids && object ? corerelo_walk(ext, ext_size, add_types, c) : -ENOMEM;
	btf__free(object);
	return !err && !c->relocations ? -ENOENT : err;
}

int corebtf_make(const void *elf, size_t size, const struct btfindex *kernel)
{
	struct corebtf c = { .kernel = kernel, .from = btfindex_btf(kernel) };
	struct elffile *file = elffile_new(elf, size, NULL);
	int fd;

	if (!file)
		return -EINVAL;
	fd = corebtf_fill(&c, file);
	if (!fd)
		fd = write_memory(c.to);
	elffile_free(file);
	btf__free(c.to);
	free(c.ids);
	return fd;
}
