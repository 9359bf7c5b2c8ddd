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

COLLECTOR(pagecache, "Folios added to the page cache, made dirty and, on request, accessed", ON);

PARAMETER(accesses, __u8, , "1: count accesses, too (40 ns or more for each folio of each read)");

enum op { OP_ADD, OP_DIRTY, OP_BUFFER_DIRTY };

struct change_labels {
	enum op op PREFIX("OP_");
};

struct changes {
	__u64 total METRIC("node_pagecache_operations_total",
			   "Folios (of one page or more) that were added to the page cache (add), "
			   "folios that became dirty (dirty), and buffers in them that were marked "
			   "dirty (buffer_dirty). A high value of add means that reads miss the "
			   "page cache or that files grow; of dirty, that programs write much.")
		EVENT("dirty");
} OWN_CACHE_LINE;

struct accesses {
	__u64 total METRIC("node_pagecache_accesses_total",
			   "Folios of files and of metadata of file systems that reads touched, or "
			   "that were mapped and used. A high value with few folios added means "
			   "that the page cache serves most reads.") EVENT("access");
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

/* Anonymous memory is no page cache, though who reads it for others marks it, too (O_DIRECT, for example). */
#define PAGE_MAPPING_ANON 1

static __always_inline int access(const void *mapping)
{
	struct accesses *a;
	__u32 low;

	/* The verifier lets no one calculate with a pointer, but copy its lower half. */
	asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)(__u64)mapping));
	if (low & PAGE_MAPPING_ANON)
		return 0;
	a = slot(&accessed, 0);
	if (a)
		count(&a->total);
	return 0;
}

/* Since 5.16 a page is marked through its folio; the function for pages is left for some callers. */
#define ACCESS(function, type, fentry_rank, kprobe_rank, since) \
	SEC("fentry/" #function)                                \
	ALTERNATIVE("access", fentry_rank, "fentry" since)      \
	NEEDS("parameter:accesses")                             \
	int BPF_PROG(fentry_##function, const type *of)         \
	{                                                       \
		return access(of->mapping);                     \
	}                                                       \
	SEC("kprobe/" #function)                                \
	ALTERNATIVE("access", kprobe_rank, "kprobe" since)      \
	NEEDS("parameter:accesses")                             \
	int BPF_KPROBE(kprobe_##function, const type *of)       \
	{                                                       \
		return access(BPF_CORE_READ(of, mapping));      \
	}

ACCESS(folio_mark_accessed, struct folio, 1, 3, "")
ACCESS(mark_page_accessed, struct page, 2, 4, ", before 5.16")
