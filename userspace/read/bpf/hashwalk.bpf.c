// SPDX-License-Identifier: GPL-2.0-only
/* Copies the entries of a hash map, bucket by bucket, without its locks.
 *
 * What changes meanwhile is noticed, and its bucket walked once more. An entry on which we stand may be taken out and
 * put in elsewhere: once it is copied, it must still be linked where we found it, and the chain must end with the
 * number of its bucket. An entry before us may be replaced: the new one is put in first, at the head.
 */
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../hashwalk_state.h"

#define CHAIN_MAX 16 /* entries of a bucket; there are one or two */
#define STEPS_MAX 65536 /* of a run */
#define DISTURBED_MAX 1024 /* buckets of a run; more: this kernel is not as we think */

struct bucket {
} __attribute__((preserve_access_index));

struct bpf_htab {
	struct bucket *buckets;
	__u32 n_buckets;
} __attribute__((preserve_access_index));

struct htab_elem {
	char key[0];
} __attribute__((preserve_access_index));

/* An entry begins with it: struct hlist_nulls_node. */
struct node {
	__u64 next;
	__u64 pprev; /* the address of what points to this entry */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} walked SEC(".maps"); /* the one that is to be walked takes its place */

const volatile __u32 entry_bytes = 16; /* of a key and its value: set before loading */
struct hashwalk_state state;

static __always_inline int at_end(__u64 entry)
{
	return entry & 1;
}

/* Heads are read some buckets ahead; what changes meanwhile is noticed like any other change. */
static __always_inline void read_heads(__u64 buckets)
{
	const __u32 group = state.bucket / HASHWALK_GROUP;

	if (group == state.group)
		return;
	state.group = group;
	bpf_probe_read_kernel(state.heads, sizeof(state.heads),
			      (void *)(buckets + group * sizeof(state.heads)));
}

/* Of the group, from the bucket `i` on. */
static __always_inline __u32 find_filled(__u32 i)
{
	for (; i < HASHWALK_GROUP; i++)
		if (!at_end(state.heads[i].first))
			break;
	return i;
}

static __always_inline long copy_entry(__u64 entry, __u32 at)
{
	asm volatile("" : "+r"(at)); /* the verifier of 6.1 wants to see the bound right here */
	return bpf_probe_read_kernel(
		state.copies + (at & (HASHWALK_BYTES - 1)), entry_bytes,
		(void *)(entry + bpf_core_field_offset(struct htab_elem, key)));
}

static __always_inline int head_is(__u64 head, __u64 entry)
{
	__u64 now = 0;

	return !bpf_probe_read_kernel(&now, sizeof(now), (void *)head) && now == entry;
}

/* Copy the chain that begins with `first`: 1 where there is no room, or too much changes; 0 once it is copied or is to
 * be walked once more. */
static __always_inline long copy_chain(__u32 bucket, __u64 first, __u64 head)
{
	__u64 entry = first, link = head;
	__u32 at = state.length;
	struct node node;
	int i;

	for (i = 0; i < CHAIN_MAX && !at_end(entry); i++) {
		if (at >= HASHWALK_BYTES)
			return 1;
		if (copy_entry(entry, at) ||
		    bpf_probe_read_kernel(&node, sizeof(node), (void *)entry) || node.pprev != link)
			break;
		at += entry_bytes;
		link = entry;
		entry = node.next;
	}
	/* What is put in at the head is seen in the entry that was the first: where it was the last, too, nothing is missed. */
	if (entry == ((__u64)bucket << 1 | 1) && (i < 2 || head_is(head, first))) {
		state.length = at;
		state.bucket = bucket + 1;
		return 0;
	}
	state.group = HASHWALK_NO_GROUP;
	return ++state.disturbed > DISTURBED_MAX;
}

static long step(__u32 n, const __u64 *buckets)
{
	__u32 i, bucket;

	if (state.bucket >= state.buckets)
		return 1;
	read_heads(*buckets);
	i = find_filled(state.bucket % HASHWALK_GROUP);
	state.bucket = state.bucket / HASHWALK_GROUP * HASHWALK_GROUP + i;
	if (i >= HASHWALK_GROUP)
		return 0;
	/* Read back, it is any bucket: else the verifier follows the chain for each `i`. */
	asm volatile("" : : : "memory");
	bucket = state.bucket;
	return copy_chain(bucket, state.heads[bucket % HASHWALK_GROUP].first,
			  *buckets + bucket * sizeof(state.heads[0]));
}

SEC("raw_tp/hashwalk")
int walk(void *ctx)
{
	const struct bpf_htab *hash = (void *)&walked;
	__u64 buckets = (__u64)hash->buckets;

	if (bpf_core_type_size(struct bucket) != sizeof(state.heads[0]))
		return 0; /* a kernel with debugging options: nobody gets on */
	state.buckets = hash->n_buckets;
	state.length = 0;
	state.disturbed = 0;
	state.group = HASHWALK_NO_GROUP;
	bpf_loop(STEPS_MAX, step, &buckets, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
