// SPDX-License-Identifier: GPL-2.0-only
/* Swap: how long reading from and writing to it takes. A task that touches swapped memory waits for the read, one that
 * wants memory may have to wait for writes.
 *
 * The functions that read and write swap only send a request off, if the device is not as fast as memory; so the end
 * is taken from the request's completion. Nothing is shown of what makes no block request: pages that zswap keeps,
 * or that are all zeros, swap on NFS, and before 6.3 swap on zram.
 *
 * By kprobes some hundredths may go uncounted: the kernel leaves out one that an interrupt hits while that CPU is within
 * another. Since 6.7 bpf_exporter_program_missed_total tells it.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(swap, "Time of reads from swap and writes to it", ON);

enum op { IN, OUT };

struct swap_labels {
	enum op op;
};

struct swaps {
	HISTOGRAM(SECONDS, 2, -20, 6)
	io METRIC(
		"node_mm_swap_io_seconds",
		"Time from the call that reads a page (or several as one) from swap, or writes it, "
		"until the block device completed the request.");
};

TABLE(swaps, struct swap_labels, 2, struct swaps);

/* When a page was handed on: it is locked or under writeback until the request is complete. What makes no request has
 * no end here, so that the least recently used must go; far more fit than are ever under way. */
BPF_EXPORTER_HASH(LRU_HASH, begun, __u64, __u64, 16384);

static __always_inline int begin(__u64 page)
{
	__u64 now = bpf_ktime_get_ns();

	if (bpf_map_update_elem(&begun, &page, &now, BPF_ANY))
		lose(LOST_MAP_FULL);
	return 0;
}

static __always_inline int end(enum op op, const struct bio *bio)
{
	__u64 page = (__u64)BPF_CORE_READ(bio, bi_io_vec, bv_page);
	__u64 *start = bpf_map_lookup_elem(&begun, &page);
	struct swaps *s = slot(&swaps, op);

	if (!start) {
		lose(LOST_NO_START);
		return 0;
	}
	if (s)
		observe(&s->io, elapsed(bpf_ktime_get_ns(), *start));
	bpf_map_delete_elem(&begun, &page);
	return 0;
}

#define WAY(way, function, rank, name) ALTERNATIVE("io", rank, name) SEC(#way "/" function)

/* The functions of a range of kernels: what reads a page, and what completes a read and a write. */
#define WATCH(kernels, read, read_end, write_end, fentry_rank, kprobe_rank)         \
	WATCH_BY(fentry, BPF_PROG, kernels, read, read_end, write_end, fentry_rank) \
	WATCH_BY(kprobe, BPF_KPROBE, kernels, read, read_end, write_end, kprobe_rank)
#define WATCH_BY(way, PROGRAM, kernels, read, read_end, write_end, rank) \
	WAY(way, read, rank, #way " " #kernels)                          \
	int PROGRAM(way##_read_##kernels, __u64 page)                    \
	{                                                                \
		return begin(page);                                      \
	}                                                                \
	WAY(way, read_end, rank, #way " " #kernels)                      \
	int PROGRAM(way##_read_end_##kernels, struct bio *bio)           \
	{                                                                \
		return end(IN, bio);                                     \
	}                                                                \
	WAY(way, "__swap_writepage", rank, #way " " #kernels)            \
	int PROGRAM(way##_write_##kernels, __u64 page)                   \
	{                                                                \
		return begin(page);                                      \
	}                                                                \
	WAY(way, write_end, rank, #way " " #kernels)                     \
	int PROGRAM(way##_write_end_##kernels, struct bio *bio)          \
	{                                                                \
		return end(OUT, bio);                                    \
	}

WATCH(since_6_10, "swap_read_folio", "__end_swap_bio_read", "__end_swap_bio_write", 1, 4)
WATCH(since_6_3, "swap_readpage", "__end_swap_bio_read", "__end_swap_bio_write", 2, 5)
WATCH(before_6_3, "swap_readpage", "end_swap_bio_read", "end_swap_bio_write", 3, 6)
