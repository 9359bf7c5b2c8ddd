// SPDX-License-Identifier: GPL-2.0-only
/* The page cache: what comes in, what is written to, and how often it serves a read. Is memory too
 * small for the files that this host works on?
 *
 * Accesses are counted on request only: one program then runs for each folio that a read touches,
 * some 40 ns with fentry and 100 ns with a kprobe, where copying 4 KiB takes some hundred. The
 * share of reads that found their data is about 1 - adds / accesses; what is mapped counts as
 * accessed when it is unmapped or reclaimed, and writes add without an access.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(pagecache, "What is added to the page cache, written to and, on request, accessed", ON);

PARAMETER(accesses, __u8, , "1: count accesses, too (40 ns and more for each folio of each read)");

enum op { OP_ADD, OP_DIRTY, OP_BUFFER_DIRTY };

struct change_labels {
	enum op op PREFIX("OP_");
};

struct changes {
	__u64 total
		METRIC("node_pagecache_operations_total",
		       "Folios (of one page or more) that were added to the page cache (add), and "
		       "that became dirty (dirty); buffers in them that were marked dirty "
		       "(buffer_dirty).") EVENT("dirty");
} OWN_CACHE_LINE;

struct accesses {
	__u64 total
		METRIC("node_pagecache_accesses_total",
		       "Folios of the page cache that reads touched, or that were mapped and used.")
			EVENT("access");
} OWN_CACHE_LINE;

TABLE(changes, struct change_labels, OP_BUFFER_DIRTY + 1, struct changes);
TABLE(accessed, struct unlabelled, 1, struct accesses);

static __always_inline int change(enum op op)
{
	struct changes *c = slot(&changes, op);

	if (c)
		count(&c->total);
	return 0;
}

SEC("tp_btf/mm_filemap_add_to_page_cache")
int add(void *ctx)
{
	return change(OP_ADD);
}

SEC("tp_btf/block_dirty_buffer")
int dirty_buffer(void *ctx)
{
	return change(OP_BUFFER_DIRTY);
}

/* Named after a folio since 5.18. */
ALTERNATIVE("dirty", 1, "folio")
SEC("tp_btf/writeback_dirty_folio")
int dirty_folio(void *ctx)
{
	return change(OP_DIRTY);
}

ALTERNATIVE("dirty", 2, "page")
SEC("tp_btf/writeback_dirty_page")
int dirty_page(void *ctx)
{
	return change(OP_DIRTY);
}

/* Since 5.16 a page is marked through its folio; the function for pages is left for some callers. */
#define ACCESS(way, function, rank, name)                \
	SEC(way "/" #function)                           \
	ALTERNATIVE("access", rank, name)                \
	NEEDS("parameter:accesses")                      \
	int access_##rank(void *ctx)                     \
	{                                                \
		struct accesses *a = slot(&accessed, 0); \
                                                         \
		if (a)                                   \
			count(&a->total);                \
		return 0;                                \
	}

ACCESS("fentry", folio_mark_accessed, 1, "fentry")
ACCESS("fentry", mark_page_accessed, 2, "fentry, before 5.16")
ACCESS("kprobe", folio_mark_accessed, 3, "kprobe")
ACCESS("kprobe", mark_page_accessed, 4, "kprobe, before 5.16")
