// SPDX-License-Identifier: GPL-2.0-only
/* Swap: how long reading from and writing to it takes. A task that touches swapped memory waits for the read, one that
 * wants memory may have to wait for writes.
 *
 * The functions that read and write swap only send a request off, if the device is not as fast as memory; so the end
 * is taken from the request's completion. Nothing is shown of what makes no block request: pages that zswap keeps,
 * or that are all zeros, before 7.3 swap on NFS, and before 6.3 swap on zram.
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
	io METRIC("node_mm_swap_io_seconds",
		  "Time from the call that reads a page (or several as one) from swap, or writes "
		  "it, until the block device completed the request. A high value of in means that "
		  "programs wait for memory that was swapped out.");
};

TABLE(swaps, struct swap_labels, 2, struct swaps);

/* When a page was handed on: it is locked or under writeback until the request is complete. What makes no request has
 * no end here, so that the least recently used must go. That would be the slowest requests where more than these begin
 * within the time of one: a queue of 1,000 requests of 32 pages fits. The end of one that went is told as no_start. */
BPF_EXPORTER_HASH(LRU_HASH, begun, __u64, __u64, 32768);

static __always_inline int begin(__u64 page)
{
	__u64 now = bpf_ktime_get_ns();

	if (bpf_map_update_elem(&begun, &page, &now, BPF_ANY))
		lose(LOST_MAP_FULL);
	return 0;
}

static __always_inline int end(enum op op, __u64 page)
{
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

/* Before 7.3 a request has one page. */
static __always_inline int end_bio(enum op op, const struct bio *bio)
{
	return end(op, (__u64)BPF_CORE_READ(bio, bi_io_vec, bv_page));
}

#define BATCH_MAX 32 /* SWAP_CLUSTER_MAX of linux/swap.h */

/* Since 7.3 pages that lie side by side in swap go together. */
static __always_inline int end_batch(enum op op, const struct swap_iocb *batch)
{
	const void *part = (const void *)batch + bpf_core_field_offset(struct swap_iocb, bvecs);
	const int nr = BPF_CORE_READ(batch, nr_bvecs);
	int i;

	for (i = 0; i < BATCH_MAX && i < nr; i++, part += bpf_core_type_size(struct bio_vec))
		end(op, (__u64)BPF_CORE_READ((const struct bio_vec *)part, bv_page));
	return 0;
}

static __always_inline int end_batch_of(enum op op, const struct bio *bio)
{
	return end_batch(op, (const void *)bio - bpf_core_field_offset(struct swap_iocb, bio));
}

#define WAY(way, function, rank, name) ALTERNATIVE("io", rank, name) SEC(#way "/" function)

/* The functions of a range of kernels: what reads a page and, last, its arguments up to that page; what completes a read
 * and a write, and end(), which finds the pages from the argument of type `done` that these have. */
#define WATCH(kernels, read, read_end, write_end, end, done, fentry_rank, kprobe_rank, ...)      \
	WATCH_BY(fentry, BPF_PROG, kernels, read, read_end, write_end, end, done, fentry_rank,   \
		 __VA_ARGS__)                                                                    \
	WATCH_BY(kprobe, BPF_KPROBE, kernels, read, read_end, write_end, end, done, kprobe_rank, \
		 __VA_ARGS__)
#define WATCH_BY(way, PROGRAM, kernels, read, read_end, write_end, end, done, rank, ...) \
	WAY(way, read, rank, #way " " #kernels)                                          \
	int PROGRAM(way##_read_##kernels, __VA_ARGS__)                                   \
	{                                                                                \
		return begin(page);                                                      \
	}                                                                                \
	WAY(way, read_end, rank, #way " " #kernels)                                      \
	int PROGRAM(way##_read_end_##kernels, done *of)                                  \
	{                                                                                \
		return end(IN, of);                                                      \
	}                                                                                \
	WAY(way, "__swap_writepage", rank, #way " " #kernels)                            \
	int PROGRAM(way##_write_##kernels, __VA_ARGS__)                                  \
	{                                                                                \
		return begin(page);                                                      \
	}                                                                                \
	WAY(way, write_end, rank, #way " " #kernels)                                     \
	int PROGRAM(way##_write_end_##kernels, done *of)                                 \
	{                                                                                \
		return end(OUT, of);                                                     \
	}

/* First what completes each request; where the compiler inlined that, what the block layer calls then. */
WATCH(since_7_3, "swap_read_folio", "swap_read_end", "swap_write_end", end_batch, struct swap_iocb,
      1, 10, void *batch, __u64 page)
WATCH(since_7_3_block, "swap_read_folio", "swap_bio_read_end_io", "end_swap_bio_write",
      end_batch_of, struct bio, 2, 11, void *batch, __u64 page)
WATCH(since_6_10, "swap_read_folio", "__end_swap_bio_read", "__end_swap_bio_write", end_bio,
      struct bio, 3, 12, __u64 page)
WATCH(since_6_10_block, "swap_read_folio", "end_swap_bio_read", "end_swap_bio_write", end_bio,
      struct bio, 4, 13, __u64 page)
WATCH(since_6_3, "swap_readpage", "__end_swap_bio_read", "__end_swap_bio_write", end_bio,
      struct bio, 5, 14, __u64 page)
WATCH(before_6_3, "swap_readpage", "end_swap_bio_read", "end_swap_bio_write", end_bio, struct bio,
      6, 15, __u64 page)
