// SPDX-License-Identifier: GPL-2.0-only
/* How long requests to block devices take, where that time goes, how large they are and how they end: is a
 * disk slow, or is the queue before it long?
 *
 * The kernel stamps every request itself, so one program at its completion measures everything, without
 * stamps of our own. Not counted are commands that drivers and ioctls send past the block layer, and
 * devices that have no requests (dm, md, zram): theirs are those of the devices below them.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/kernel.bpf.h>

COLLECTOR(block, "Latency, size, errors and requeues of requests to block devices", ON);

/* As in the kernel, which never renumbers the first four. */
enum op { OP_READ, OP_WRITE, OP_FLUSH, OP_DISCARD, OP_OTHER };

/* The kernel's blk_status_t, as far as its numbers are the same in all versions. */
enum status {
	STATUS_NOTSUPP = 1,
	STATUS_TIMEOUT,
	STATUS_NOSPC,
	STATUS_TRANSPORT,
	STATUS_TARGET,
	STATUS_RESV_CONFLICT,
	STATUS_MEDIUM,
	STATUS_PROTECTION,
	STATUS_RESOURCE,
	STATUS_IOERR,
	STATUS_OTHER,
};

struct request_labels {
	__u32 device DECODE(device);
	enum op op PREFIX("OP_");
};

struct error_labels {
	__u32 device DECODE(device);
	enum op op PREFIX("OP_");
	enum status status PREFIX("STATUS_");
};

struct device_labels {
	__u32 device DECODE(device);
};

struct requests {
	HISTOGRAM(SECONDS, 1, -19, 4)
	latency METRIC("node_block_io_latency_seconds",
		       "Time of a request from its creation to its completion.");
	HISTOGRAM(SECONDS, 0, -19, 4)
	queue METRIC("node_block_io_queue_seconds",
		     "Time of a request before its driver got it, where the kernel stamps that.");
	HISTOGRAM(SECONDS, 0, -19, 4)
	service METRIC("node_block_io_device_seconds",
		       "Time of a request with driver and device, where the kernel stamps that.");
	HISTOGRAM(PLAIN, 0, 9, 24)
	size METRIC("node_block_io_size_bytes", "Size of completed requests; 0 for a flush.");
};

struct errors {
	__u64 total METRIC("node_block_io_errors_total",
			   "Requests, or parts of them, that ended with an error.");
};

struct requeues {
	__u64 total METRIC("node_block_io_requeues_total",
			   "Requests that a driver gave back to get them again later.")
		EVENT("requeue");
};

PERCPU_HASH(requests, struct request_labels, struct requests, 256);
HASH(errors, struct error_labels, struct errors, 1024);
HASH(requeues, struct device_labels, struct requeues, 256);

/* Before 5.16 the tracepoint told the errno that stands for a status. */
static const __u8 status_of_errno[128] = {
	[EIO] = STATUS_IOERR,		[ENOMEM] = STATUS_RESOURCE,    [ENOSPC] = STATUS_NOSPC,
	[EBADE] = STATUS_RESV_CONFLICT, [ENODATA] = STATUS_MEDIUM,     [ENOLINK] = STATUS_TRANSPORT,
	[EILSEQ] = STATUS_PROTECTION,	[EOPNOTSUPP] = STATUS_NOTSUPP, [ETIMEDOUT] = STATUS_TIMEOUT,
	[EREMOTEIO] = STATUS_TARGET,
};

static __always_inline void count_error(const struct request_labels *of, int error)
{
	struct error_labels key = { .device = of->device, .op = of->op };
	struct errors *e;

	if (error < 0)
		error = status_of_errno[-error & 127];
	key.status = error && error < STATUS_OTHER ? error : STATUS_OTHER;
	e = series(&errors, &key);
	if (e)
		count(&e->total);
}

/* The kernel stamps what it accounts (iostats=1), and its own flushes. In other requests the stamp is 0, or
 * since 6.11 that of an earlier use. */
static __always_inline bool is_stamped(const struct request *rq, enum op op, const void *part)
{
	return rq->start_time_ns && (part || op == OP_FLUSH);
}

static __always_inline void measure(struct requests *r, const struct request *rq, bool stamped,
				    __u32 bytes)
{
	__u64 now = bpf_ktime_get_ns(), started = rq->start_time_ns, issued = rq->io_start_time_ns;

	observe(&r->size, bytes);
	if (!stamped) {
		lose(LOST_NO_START);
		return;
	}
	observe(&r->latency, elapsed(now, started));
	if (!issued) /* nobody asked for it: neither write-back throttling nor the scheduler */
		return;
	observe(&r->queue, elapsed(issued, started));
	observe(&r->service, elapsed(now, issued));
}

/* Every part of a request that completes: `bytes` of those that are left, and usually all. A request that
 * asks for a flush comes twice, the second time without bytes; the flush itself is a request of its own. */
SEC("tp_btf/block_rq_complete")
int BPF_PROG(complete, struct request *rq, int error, unsigned int bytes)
{
	__u32 op = rq->cmd_flags & 0xff;
	struct request_labels key = { .device = device_of(rq) };
	const void *part = rq->part;
	struct requests *r;

	barrier_var(part); /* read once: the verifier needs 2 ms for it on each path */
	key.op = op < OP_OTHER ? op : OP_OTHER;
	if (op >= 32 || (op <= OP_WRITE && !bytes)) /* 32 and above: past the block layer */
		return 0;
	if (error)
		count_error(&key, error);
	r = series(&requests, &key);
	if (!r)
		return 0;
	if (bytes < rq->__data_len)
		count_by(&r->size.sum, bytes); /* the last part counts the request */
	else
		measure(r, rq, is_stamped(rq, key.op, part), bytes);
	return 0;
}

static __always_inline int requeue(struct request *rq)
{
	struct device_labels key = { .device = device_of(rq) };
	struct requeues *r = series(&requeues, &key);

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
