// SPDX-License-Identifier: GPL-2.0-only
/* Reads and checks files of kernel types, and compares their numbers with those that the verifier tells. */
#include "load/kerneltypes.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "base/file.h"
#include "describe/btf_check.h"
#include "describe/elffile.h"

#define OWN_TYPES "/sys/kernel/btf/vmlinux"
#define OWN_NOTES "/sys/kernel/notes"
#define NOTES_MAX (64 << 10)
#define TRACEPOINT "btf_trace_"
#define PROBES 12
#define PROBE_LOG 4096
#define PROBE_ARGUMENT 11 /* the last that a program may ask for */

#define GET_TYPES                                                                               \
	"boot a kernel built with CONFIG_DEBUG_INFO_BTF=y, as current distributions build it, " \
	"or get this kernel's types as a file from BTFHub or with pahole, and name that file "  \
	"with --btf.path=FILE"

/* A file in memory. */
struct image {
	void *bytes;
	size_t size;
};

static int image_map(struct image *m, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = 0;
	struct stat s;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &s))
		err = -errno;
	else if (!S_ISREG(s.st_mode))
		err = -EINVAL;
	m->size = err ? 0 : (size_t)s.st_size;
	m->bytes = m->size ? mmap(NULL, m->size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
	if (m->bytes == MAP_FAILED) {
		err = -errno;
		m->bytes = NULL;
	}
	close(fd);
	return err;
}

static void image_unmap(const struct image *m)
{
	if (m->bytes)
		munmap(m->bytes, m->size);
}

/* ---- the kernel's own ---- */

/* libbpf reads, which sysfs answers a page at a time: 4 ms more than a mapping, as kernels since 6.16 allow it. */
static struct btf *load_own(void)
{
	struct image m = { 0 };
	struct btf *btf = image_map(&m, OWN_TYPES) ? btf__load_vmlinux_btf()
						   : btf__new(m.bytes, (uint32_t)m.size);

	image_unmap(&m);
	return btf;
}

struct btf *kerneltypes_own(struct error *e)
{
	struct btf *btf = NULL;
	int err = 0;

	if (eaccess(OWN_TYPES, R_OK)) {
		err = -errno;
		error_set(e, err, "kernel types '%s': cannot be read: -%s; %s", OWN_TYPES,
			  error_name(err), err == -ENOENT ? GET_TYPES : "run as root");
	} else {
		btf = load_own();
		err = -errno;
		if (!btf)
			error_set(e, err, "kernel types '%s': cannot be parsed: -%s", OWN_TYPES,
				  error_name(err));
	}
	errno = -err;
	return btf;
}

/* ---- a file ---- */

/* The description of the GNU build id among ELF notes; NULL where there is none. */
static const unsigned char *find_build_id(const unsigned char *notes, size_t size, size_t *length)
{
	const size_t padding = sizeof(Elf64_Word) - 1;
	size_t name, text, at = 0;
	Elf64_Nhdr n;

	while (size - at >= sizeof(n)) {
		memcpy(&n, notes + at, sizeof(n));
		name = (n.n_namesz + padding) & ~padding;
		text = (n.n_descsz + padding) & ~padding;
		at += sizeof(n);
		if (name > size - at || text > size - at - name)
			return NULL;
		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    !memcmp(notes + at, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU))) {
			*length = n.n_descsz;
			return notes + at + name;
		}
		at += name + text;
	}
	return NULL;
}

/* False only where both have a build id. */
static bool same_build(const struct elffile *f)
{
	const unsigned char *theirs, *ours;
	size_t size = 0, here_size = 0, theirs_length = 0, ours_length = 0;
	const void *notes = elffile_section(f, ".notes", &size);
	void *here = file_load(OWN_NOTES, NOTES_MAX, &here_size);
	bool same = true;

	theirs = notes ? find_build_id(notes, size, &theirs_length) : NULL;
	ours = here ? find_build_id(here, here_size, &ours_length) : NULL;
	if (theirs && ours)
		same = theirs_length == ours_length && !memcmp(theirs, ours, ours_length);
	free(here);
	return same;
}

static struct btf *read_elf(const struct image *m, struct error *e)
{
	struct elffile *f = elffile_new_any(m->bytes, m->size, e);
	struct btf *btf = NULL;
	const void *types;
	size_t size = 0;

	if (!f)
		return NULL;
	types = elffile_section(f, ".BTF", &size);
	if (!types)
		error_set(e, -ENODATA, "has no section .BTF: -ENODATA; pahole -J adds it");
	else if (!same_build(f))
		error_set(e, -EINVAL, "its build id is that of another kernel: -EINVAL");
	else
		btf = btf_check_new(types, size, e);
	elffile_free(f);
	return btf;
}

static struct btf *read_image(const struct image *m, struct error *e)
{
	/* In either byte order, so that the message may tell. */
	static const unsigned char raw[] = { BTF_MAGIC & 0xff, BTF_MAGIC >> 8 };
	static const unsigned char swapped[] = { BTF_MAGIC >> 8, BTF_MAGIC & 0xff };

	if (m->size >= SELFMAG && !memcmp(m->bytes, ELFMAG, SELFMAG))
		return read_elf(m, e);
	if (m->size >= sizeof(raw) &&
	    (!memcmp(m->bytes, raw, sizeof(raw)) || !memcmp(m->bytes, swapped, sizeof(swapped))))
		return btf_check_new(m->bytes, m->size, e);
	error_set(e, -EINVAL, "neither BTF nor an ELF file: -EINVAL");
	return NULL;
}

struct btf *kerneltypes_read(const char *path, struct error *e)
{
	struct image m = { 0 };
	struct btf *btf = NULL;
	int err = image_map(&m, path);

	if (err)
		error_set(e, err, "cannot be read: -%s", error_name(err));
	else
		btf = read_image(&m, e);
	image_unmap(&m);
	if (!btf)
		error_prefix(e, err, "kernel types '%s'", path);
	errno = err ? -err : EINVAL;
	return btf;
}

/* ---- is it this kernel's? ---- */

/* A program that asks for an argument that the tracepoint does not have: the verifier refuses it by the name of the tracepoint. */
static void probe(uint32_t id, char log[PROBE_LOG])
{
	static const struct bpf_insn program[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_DW,
		  .dst_reg = 0,
		  .src_reg = 1,
		  .off = PROBE_ARGUMENT * 8 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_RAW_TP,
		    .attach_btf_id = id, .log_buf = log, .log_size = PROBE_LOG, .log_level = 1);
	int fd;

	*log = '\0';
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "types", "GPL", program,
			   sizeof(program) / sizeof(*program), &options);
	if (fd >= 0)
		close(fd);
}

/* Parameters of the function that a tracepoint's typedef points to. */
static unsigned int nr_parameters(const struct btf *btf, const struct btf_type *t)
{
	t = btf__type_by_id(btf, t->type);
	if (btf_is_ptr(t))
		t = btf__type_by_id(btf, t->type);
	return btf_is_func_proto(t) ? btf_vlen(t) : 0;
}

/* NULL where it is none, or has the argument that is asked for. */
static const char *tracepoint_name(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	const char *name = btf__name_by_offset(btf, t->name_off);

	if (!btf_is_typedef(t) || strncmp(name, TRACEPOINT, strlen(TRACEPOINT)) != 0 ||
	    nr_parameters(btf, t) > PROBE_ARGUMENT)
		return NULL;
	return name + strlen(TRACEPOINT);
}

static enum kerneltypes_match match_one(const char *name, uint32_t id)
{
	char log[PROBE_LOG], told[256];

	probe(id, log);
	snprintf(told, sizeof(told), "func '%s' ", name);
	if (strstr(log, told))
		return TYPES_SAME;
	return *log && !strstr(log, "BTF") ? TYPES_OTHER : TYPES_UNKNOWN;
}

/* Numbers are given in order, so a type more or less shifts all that follow: from the last tracepoint on, backwards. */
enum kerneltypes_match kerneltypes_match(const struct btf *btf)
{
	enum kerneltypes_match m = TYPES_OTHER;
	const uint32_t last = btf__type_cnt(btf) - 1;
	uint32_t id = last, probes = 0;
	const char *name;

	for (; id; id--) {
		name = tracepoint_name(btf, id);
		/* Spread over the file, except the last one. */
		if (!name || (probes && id > last - (uint64_t)last * probes / PROBES))
			continue;
		m = match_one(name, id);
		if (m != TYPES_SAME)
			break;
		probes++;
	}
	return m;
}
