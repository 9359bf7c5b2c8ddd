// SPDX-License-Identifier: GPL-2.0-only
/* libelf checks the bounds of what it hands out; what we compute from it is checked here. */
#include "describe/elffile.h"

#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct elffile {
	Elf *elf;
	size_t names; /* section with the sections' names */
	Elf_Data *symbols;
	size_t symbol_names; /* section with the symbols' names */
};

static int elffile_check_header(const struct elffile *f, bool any)
{
	const int order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
	GElf_Ehdr header;

	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF || !gelf_getehdr(f->elf, &header))
		return -EINVAL;
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != order)
		return -EINVAL;
	return any || (header.e_type == ET_REL && header.e_machine == EM_BPF) ? 0 : -EINVAL;
}

static void elffile_find_symbols(struct elffile *f)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while (!f->symbols && (section = elf_nextscn(f->elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB) {
			f->symbols = elf_getdata(section, NULL);
			f->symbol_names = header.sh_link;
		}
}

static int compare_names(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static size_t elffile_names(const struct elffile *f, const char **names, size_t room)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	const char *name;
	size_t nr = 0;

	while (nr < room && (section = elf_nextscn(f->elf, section))) {
		name = gelf_getshdr(section, &header) ? elf_strptr(f->elf, f->names, header.sh_name)
						      : NULL;
		if (name)
			names[nr++] = name;
	}
	return nr;
}

/* libbpf takes some sections by the first of a name and some by the last, and trusts that they are one. */
static int elffile_check_names(const struct elffile *f, struct error *e)
{
	size_t nr = 0;
	const char **names;
	int err = 0;

	elf_getshdrnum(f->elf, &nr);
	names = calloc(nr + 1, sizeof(*names));
	if (!names)
		return error_set(e, -ENOMEM, "no memory: -ENOMEM");
	nr = elffile_names(f, names, nr);
	qsort(names, nr, sizeof(*names), compare_names);
	for (size_t i = 1; !err && i < nr; i++)
		if (!strcmp(names[i - 1], names[i]))
			err = error_set(e, -EINVAL, "two sections '%s': -EINVAL", names[i]);
	free(names);
	return err;
}

static struct elffile *elffile_open(const void *bytes, size_t size, bool any, struct error *e)
{
	struct elffile *f = calloc(1, sizeof(*f));

	elf_version(EV_CURRENT);
	if (!f) {
		error_set(e, -ENOMEM, "no memory: -ENOMEM");
		return NULL;
	}
	f->elf = elf_memory((char *)bytes, size); /* reads only: byte order is the machine's */
	if (elffile_check_header(f, any) || elf_getshdrstrndx(f->elf, &f->names)) {
		error_set(e, -EINVAL, "no %s for this machine: -EINVAL",
			  any ? "ELF file" : "BPF object");
		elf_end(f->elf);
		free(f);
		return NULL;
	}
	elffile_find_symbols(f);
	return f;
}

void elffile_free(struct elffile *f)
{
	if (!f)
		return;
	elf_end(f->elf);
	free(f);
}

struct elffile *elffile_new(const void *bytes, size_t size, struct error *e)
{
	struct elffile *f = elffile_open(bytes, size, false, e);

	if (f && elffile_check_names(f, e)) {
		elffile_free(f);
		return NULL;
	}
	return f;
}

struct elffile *elffile_new_any(const void *bytes, size_t size, struct error *e)
{
	return elffile_open(bytes, size, true, e);
}

static Elf_Scn *elffile_find(const struct elffile *f, const char *name, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(f->elf, section))) {
		const char *found;

		if (!gelf_getshdr(section, header))
			continue;
		found = elf_strptr(f->elf, f->names, header->sh_name);
		if (found && !strcmp(found, name))
			return section;
	}
	return NULL;
}

const void *elffile_section(const struct elffile *f, const char *name, size_t *size)
{
	GElf_Shdr header;
	Elf_Scn *section = elffile_find(f, name, &header);
	Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;

	if (!data || !data->d_buf)
		return NULL;
	*size = data->d_size;
	return data->d_buf;
}

/* A symbol of a section by its type and name; false where there is none. */
static bool elffile_symbol(const struct elffile *f, Elf_Scn *section, unsigned char type,
			   const char *name, GElf_Sym *out)
{
	const char *found;

	for (int i = 0; section && f->symbols && gelf_getsym(f->symbols, i, out); i++) {
		if (out->st_shndx != elf_ndxscn(section) || GELF_ST_TYPE(out->st_info) != type)
			continue;
		found = elf_strptr(f->elf, f->symbol_names, out->st_name);
		if (found && !strcmp(found, name))
			return true;
	}
	return false;
}

int elffile_variable(const struct elffile *f, const char *section, const char *variable,
		     uint32_t size, uint32_t *offset)
{
	GElf_Shdr header;
	Elf_Scn *holder = elffile_find(f, section, &header);
	GElf_Sym symbol;

	if (!elffile_symbol(f, holder, STT_OBJECT, variable, &symbol) ||
	    header.sh_size > UINT32_MAX || symbol.st_value > header.sh_size ||
	    header.sh_size - symbol.st_value < size)
		return -ENOENT;
	*offset = (uint32_t)symbol.st_value;
	return 0;
}

bool elffile_function(const struct elffile *f, const char *section, const char *function)
{
	GElf_Shdr header;
	GElf_Sym symbol;

	return elffile_symbol(f, elffile_find(f, section, &header), STT_FUNC, function, &symbol);
}
