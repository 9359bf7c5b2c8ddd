// SPDX-License-Identifier: GPL-2.0-only
/* How long block devices without requests of their own take, and how their I/O ends: what LVM, LUKS, md, zram and bcache
 * make is what file systems stand on, and an error there is one that a file system sees.
 *
 * One I/O is counted as it came, however many parts a device makes of it. What a device sends to others counts there
 * again: at the next such device here, at disks in the collector block. So each level has sums of its own.
 *
 * Left out is what a device hands on as it is, so that another one completes it: that of an NVMe multipath head (the
 * collector block has its paths, nvme0c0n1), of linear and raid0 md before 5.14 or with iostats=0, and of a bcache
 * device without a cache; and what passes no bio, such as before 6.3 single pages to zram.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/kernel.bpf.h>

#include "block.h"

COLLECTOR(bio, "Latency and errors of I/O to block devices that stand on others", OFF);

PARAMETER(disks, __u32, ,
	  "Disks to have room for, where that is more than there are at the start; those that find "
	  "none are the device other");

struct bio_labels {
	char device[DISK_NAME] DECODE(disk);
	enum op op PREFIX("OP_");
};

struct error_labels {
	char device[DISK_NAME] DECODE(disk);
	enum op op PREFIX("OP_");
	enum status status PREFIX("STATUS_");
};

struct bios {
	HISTOGRAM(SECONDS, 1, -19, 4)
	latency METRIC(
		"node_block_bio_latency_seconds",
		"Time of an I/O to a block device that stands on others or on memory (dm: LVM "
		"and LUKS, md, zram, bcache). High: the device itself is slow, or those below "
		"it, which count theirs by themselves. NVMe multipath heads are not in it.");
};

struct errors {
	__u64 total METRIC("node_block_bio_errors_total",
			   "I/O to such a block device that ended with an error, which is what the "
			   "file system on it sees.");
};

HASH(bios, struct bio_labels, struct bios, 32) ROOM(4, disks);
HASH(errors, struct error_labels, struct errors, 256) ROOM(4, disks);

struct start {
	__u64 ns;
	__u32 op;
	__u32 unused;
};

/* What is under way. An I/O that a device handed on as it is has no end here, so that the least recently used must go. */
BPF_EXPORTER_HASH(LRU_HASH, begun, __u64, struct start, 16384);

/* bio.bi_disk became bi_bdev in 5.12. */
struct bio___before_5_12 {
	struct gendisk *bi_disk;
} __attribute__((preserve_access_index));

static __always_inline const struct gendisk *disk_of_bio(const struct bio *bio)
{
	if (bpf_core_field_exists(bio->bi_bdev))
		return bio->bi_bdev->bd_disk;
	return ((const struct bio___before_5_12 *)bio)->bi_disk;
}

static __always_inline bool is_nvme(const struct gendisk *disk)
{
	const char *name = disk->disk_name;

	return name[0] == 'n' && name[1] == 'v' && name[2] == 'm' && name[3] == 'e';
}

/* A request is made for a flush; here it is a write without bytes. */
static __always_inline enum op op_of_bio(const struct bio *bio)
{
	enum op op = op_of(bio->bi_opf & 0xff);

	return op == OP_WRITE && !bio->bi_iter.bi_size ? OP_FLUSH : op;
}

/* ---- the end ---- */

static __always_inline void count_error(const struct bio_labels *of, __u8 status)
{
	struct error_labels key = { .op = of->op, .status = status_of(status) }, other = key;
	struct errors *e;

	__builtin_memcpy(key.device, of->device, sizeof(key.device));
	e = series_or_other(&errors, &key, &other);
	if (e)
		count(&e->total);
}

/* Of bios, and no requests. Parts that a device split off have an end, and no beginning: the whole ends after them. */
SEC("tp_btf/block_bio_complete")
int BPF_PROG(complete, struct request_queue *q, struct bio *bio)
{
	const __u64 now = bpf_ktime_get_ns(), id = (__u64)bio;
	struct bio_labels key ALIGNED = {}, other = {};
	const struct start *start = bpf_map_lookup_elem(&begun, &id);
	struct bios *b;
	__u64 ns;

	if (!start)
		return 0;
	copy_disk_name(key.device, disk_of_bio(bio));
	key.op = other.op = start->op;
	ns = elapsed(now, start->ns);
	bpf_map_delete_elem(&begun, &id);
	if (bio->bi_status)
		count_error(&key, bio->bi_status);
	b = series_or_other(&bios, &key, &other);
	if (b)
		observe(&b->latency, ns);
	return 0;
}

/* ---- the beginning ---- */

static __always_inline int begin(const struct bio *bio)
{
	const struct gendisk *disk = disk_of_bio(bio);
	struct start start = {};
	__u64 id = (__u64)bio;

	if (disk->queue->mq_ops || is_nvme(disk))
		return 0;
	start.op = op_of_bio(bio);
	start.ns = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&begun, &id, &start, BPF_ANY))
		lose(LOST_MAP_REFUSED);
	return 0;
}

SEC("tp_btf/block_bio_queue")
ALTERNATIVE("begin", 1, "bio")
NEEDS("args:1")
int BPF_PROG(queue_bio, struct bio *bio)
{
	return begin(bio);
}

/* Before 5.11. */
SEC("tp_btf/block_bio_queue")
ALTERNATIVE("begin", 2, "queue and bio")
NEEDS("args:2")
int BPF_PROG(queue_queue_bio, struct request_queue *q, struct bio *bio)
{
	return begin(bio);
}
