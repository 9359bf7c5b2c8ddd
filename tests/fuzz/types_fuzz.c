// SPDX-License-Identifier: GPL-2.0-only
/* Foreign bytes as a file of kernel types, as --btf.path names one: what passes the check is indexed and copied for an
 * object of ours. What begins with 'r' is a section of relocations instead. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "describe/btf_check.h"
#include "load/btfindex.h"
#include "load/corebtf.h"
#include "load/corerelo.h"

#define OBJECT_MAX (1 << 20)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *object; /* with a relocation by struct made_up */
static size_t object_size;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{

	(void)argc, (void)argv;
	libbpf_set_print(NULL);
	object = file_load(OBJECT, OBJECT_MAX, &object_size);
	if (!object)
		abort();
	return 0;
}

static int see(void *context, const struct bpf_core_relo *r)
{
	*(uint32_t *)context += r->type_id + r->access_str_off;
	return 0;
}

static void try_relocations(const uint8_t *data, size_t size)
{
	/* Exactly as long as it is, so that a byte beyond is found. */
	void *bytes = malloc(size ? size : 1);
	uint32_t sum = 0;

	memcpy(bytes, data, size);
	corerelo_walk(bytes, size, see, &sum);
	free(bytes);
}

static void try_types(const uint8_t *data, size_t size)
{
	struct error e = { "" };
	struct btf *btf = btf_check_new(data, size, &e);
	struct btfindex *index = btf ? btfindex_new(btf) : NULL;
	int fd = index ? corebtf_make(object, object_size, index) : -1;

	if (!btf && !*e.text)
		abort(); /* refused without a word */
	if (fd >= 0)
		close(fd);
	btfindex_free(index);
	btf__free(btf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && *data == 'r')
		try_relocations(data + 1, size - 1);
	else
		try_types(data, size);
	return 0;
}
