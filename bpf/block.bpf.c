// SPDX-License-Identifier: GPL-2.0-only
/* How long requests to block devices take, where that time goes, how large they are and how they end: is a
 * disk slow, or is the queue before it long?
 *
 * The kernel stamps requests itself, so one program at their completion measures nearly everything. Two others
 * see to what these stamps do not tell: attempts before the last one, and the time of issue where the kernel
 * keeps one reading of the clock for a whole batch (6.9 and newer).
 *
 * Not counted are commands that drivers and ioctls send past the block layer, and devices that stand on other
 * block devices: dm, md and zram have no requests, and those of dm-multipath go on to the disks below. A loop
 * device counts beside the disk that its file is on. What a task waits for before it has a request (a free one,
 * write-back throttling, a cgroup's io.max) is in none of these times.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/kernel.bpf.h>

#include "block.h"

COLLECTOR(block, "Latency, size, errors and requeues of requests to block devices", ON);

PARAMETER(disks, __u32, ,
	  "Number of disks to reserve series for, where that is more than there are at the start; "
	  "disks beyond it count as the device other");

struct request_labels {
	char device[DISK_NAME] DECODE(disk);
	enum op op PREFIX("OP_");
};

struct error_labels {
	char device[DISK_NAME] DECODE(disk);
	enum op op PREFIX("OP_");
	enum status status PREFIX("STATUS_");
};

struct device_labels {
	char device[DISK_NAME] DECODE(disk);
};

struct requests {
	HISTOGRAM(SECONDS, 1, -19, 4)
	latency METRIC("node_block_io_latency_seconds",
		       "Time of a request from its creation to its completion. A high value means "
		       "that the device is slow or that requests queue for it. It leaves out what "
		       "a task waits for before it has a request: a free request, write-back "
		       "throttling, a cgroup's io.max.");
	HISTOGRAM(SECONDS, 0, -19, 4)
	queue METRIC("node_block_io_queue_seconds",
		     "Time that a request waited before its driver got it and between attempts, "
		     "where the kernel records it. A high value means that tasks ask more of the "
		     "device than it can do. Since Linux 6.9 the time may begin as early as the "
		     "first request of the same batch.");
	HISTOGRAM(SECONDS, 0, -19, 4)
	service METRIC("node_block_io_device_seconds",
		       "Time that a request spent with the driver and the device, all attempts "
		       "together, where the kernel records it. A high value means that the device "
		       "is slow or loses commands.");
	HISTOGRAM(PLAIN, 0, 9, 24)
	size METRIC("node_block_io_size_bytes",
		    "Size of completed requests; 0 for a flush. A low value means that the same "
		    "data takes more requests.");
};

struct errors {
	__u64 total
		METRIC("node_block_io_errors_total",
		       "Requests, or parts of them, that ended with an error. A high value of "
		       "medium means a failing disk, of transport a failing link, of nospc a full "
		       "thin volume, of notsupp an operation that the device does not have.");
};

struct requeues {
	__u64 total METRIC(
		"node_block_io_requeues_total",
		"Requests that a driver gave back to the kernel to get them again later. A high "
		"value means that the device or its driver is out of resources.") EVENT("requeue");
};

PERCPU_HASH(requests, struct request_labels, struct requests, 64) ROOM(4, disks);
HASH(errors, struct error_labels, struct errors, 512) ROOM(4, disks);
HASH(requeues, struct device_labels, struct requeues, 64) ROOM(1, disks);

/* ---- when a driver got a request ---- */

/* The kernel keeps the first reading of the clock that is made under a plug for all that are made under it. */
#define CLOCK_IS_KEPT (bpf_core_field_exists(struct blk_plug, cur_ktime))
#define KEPT_TOO_LONG_NS 4096

STAMPS(issues, 16384);

__u64 last_stamp_ns; /* when one of them was made */

/* Since 6.9 (da4c8c3d0975). */
SEC("tp_btf/block_rq_issue")
EVENT("issue")
NEEDS("field:blk_plug.cur_ktime")
int BPF_PROG(issue, struct request *rq)
{
	__u64 kept = bpf_get_current_task_btf()->plug->cur_ktime, now; /* 0 without a plug, too */

	if (!kept)
		return 0;
	now = bpf_ktime_get_ns();
	if (elapsed(now, kept) > KEPT_TOO_LONG_NS) {
		stamp_start(&issues, (__u64)rq, 0);
		last_stamp_ns = now;
	}
	return 0;
}

/* The last time that the driver got it; 0 where nobody knows. */
static __always_inline __u64 last_issue(const struct request *rq)
{
	__u64 issued = rq->io_start_time_ns;
	const struct stamp *own;

	if (!CLOCK_IS_KEPT || last_stamp_ns < issued)
		return issued;
	own = stamp_of(&issues, (__u64)rq, SLOTS(&issues));
	/* An older one is that of an earlier use of the request. */
	return own && own->id == (__u64)rq && own->ns > issued ? own->ns : issued;
}

/* ---- attempts before the last one ---- */

struct attempts {
	__u64 created_ns; /* of the request, which may be used again for another one */
	__u64 given_back_ns; /* the last time */
	__u64 held_ns; /* by driver and device, all of them */
};

BPF_EXPORTER_HASH(HASH, retried, __u64, struct attempts, 4096);

__u64 retried_now; /* requests in there: usually none */

static __always_inline void keep_attempt(const struct request *rq)
{
	struct attempts first = { .created_ns = rq->start_time_ns }, *a;
	__u64 id = (__u64)rq, now = bpf_ktime_get_ns(), issued = last_issue(rq);

	a = bpf_map_lookup_elem(&retried, &id);
	if (!a) {
		if (!bpf_map_update_elem(&retried, &id, &first, BPF_NOEXIST))
			count(&retried_now);
		a = bpf_map_lookup_elem(&retried, &id);
	}
	if (!a) {
		lose(LOST_MAP_FULL);
		return;
	}
	if (a->created_ns != first.created_ns)
		*a = first;
	if (issued > a->given_back_ns) /* else the driver never got it again */
		a->held_ns += elapsed(now, issued);
	a->given_back_ns = now;
}

/* How long driver and device held it in earlier attempts. */
static __noinline __u64 take_attempts(struct request *rq)
{
	__u64 id = (__u64)rq, held = 0;
	struct attempts *a = bpf_map_lookup_elem(&retried, &id);

	if (!a)
		return 0;
	if (a->created_ns == rq->start_time_ns)
		held = a->held_ns;
	if (!bpf_map_delete_elem(&retried, &id))
		count_by(&retried_now, -1);
	return held;
}

/* ---- completion ---- */

static __always_inline void count_error(const struct request_labels *of, int error)
{
	struct error_labels key = { .op = of->op, .status = status_of(error) }, other = key;
	struct errors *e;

	__builtin_memcpy(key.device, of->device, sizeof(key.device));
	e = series_or_other(&errors, &key, &other);
	if (e)
		count(&e->total);
}

/* The kernel stamps the creation of what it accounts (iostats=1), of what goes through a scheduler, and of its
 * own flushes. In other requests the stamp is 0, or since 6.11 that of an earlier use; from then on BTF names
 * the flags that tell. */
static __always_inline bool is_stamped(const struct request *rq, __u32 code)
{
	if (!rq->start_time_ns)
		return false;
	if (!bpf_core_enum_value_exists(enum rqf_flags, __RQF_IO_STAT) || code == OP_FLUSH)
		return true;
	return rq->rq_flags & (1 << bpf_core_enum_value(enum rqf_flags, __RQF_IO_STAT) |
			       1 << bpf_core_enum_value(enum rqf_flags, __RQF_USE_SCHED));
}

static __always_inline void measure(struct requests *r, struct request *rq, __u32 code, __u32 bytes)
{
	__u64 now = bpf_ktime_get_ns(), issued = last_issue(rq), latency, service = 0;

	observe(&r->size, bytes);
	if (issued) {
		service = elapsed(now, issued);
		if (retried_now)
			service += take_attempts(rq);
		observe(&r->service, service);
	}
	if (!is_stamped(rq, code)) {
		lose(LOST_NOT_ACCOUNTED);
		return;
	}
	latency = elapsed(now, rq->start_time_ns);
	observe(&r->latency, latency);
	if (issued)
		observe(&r->queue, elapsed(latency, service));
}

/* Every part of a request that completes: `bytes` of those that are left, and usually all. A request that
 * asks for a flush comes twice, the second time without bytes; the flush itself is a request of its own. */
SEC("tp_btf/block_rq_complete")
int BPF_PROG(complete, struct request *rq, int error, unsigned int bytes)
{
	/* First of all: pointers take the verifier 2 ms each on each path. */
	const struct gendisk *disk = disk_of(rq);
	__u32 code = rq->cmd_flags & 0xff;
	struct request_labels key ALIGNED = {};
	struct requests *r;

	barrier_var(disk);
	copy_disk_name(key.device, disk);
	key.op = op_of(code);
	if (code >= PAST_BLOCK_LAYER || (code <= OP_WRITE && !bytes))
		return 0;
	r = bpf_map_lookup_elem(&requests, &key);
	if (!r) {
		const struct request_labels other = { .op = key.op };

		if (is_device_mapper(key.device)) /* its requests go on to other disks */
			return 0;
		r = series_or_other(&requests, &key, &other);
	}
	if (error)
		count_error(&key, error);
	if (!r)
		return 0;
	if (bytes < rq->__data_len)
		count_by(&r->size.sum, bytes); /* the last part counts the request */
	else
		measure(r, rq, code, bytes);
	return 0;
}

/* ---- requeues ---- */

static __always_inline int requeue(struct request *rq)
{
	struct device_labels key ALIGNED = {}, other = {};
	struct requeues *r;

	copy_disk_name(key.device, disk_of(rq));
	if (is_device_mapper(key.device))
		return 0;
	keep_attempt(rq);
	r = series_or_other(&requeues, &key, &other);
	if (r)
		count(&r->total);
	return 0;
}

SEC("tp_btf/block_rq_requeue")
ALTERNATIVE("requeue", 1, "request")
NEEDS("args:1")
int BPF_PROG(requeue_request, struct request *rq)
{
	return requeue(rq);
}

/* Before 5.11, and before 5.10.137. */
SEC("tp_btf/block_rq_requeue")
ALTERNATIVE("requeue", 2, "queue and request")
NEEDS("args:2")
int BPF_PROG(requeue_queue_request, struct request_queue *q, struct request *rq)
{
	return requeue(rq);
}
