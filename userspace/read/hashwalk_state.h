/* SPDX-License-Identifier: GPL-2.0-only */
/* What the walk of a hash and who runs it share: memory that both see. */
#ifndef READ_HASHWALK_STATE_H
#define READ_HASHWALK_STATE_H

#include <linux/types.h>

#define HASHWALK_BYTES 65536 /* of entries in one run: they stay in the CPU's own cache */
#define HASHWALK_ENTRY_MAX 4096 /* bytes of a key and its value */
#define HASHWALK_GROUP 64 /* buckets whose heads are read at once */
#define HASHWALK_NO_GROUP 0xffffffff

struct hashwalk_state {
	__u32 bucket; /* the next one to be walked */
	__u32 buckets; /* of the hash */
	__u32 length; /* bytes in `copies` */
	__u32 group; /* whose heads are in `heads` */
	__u32 disturbed; /* buckets of this run that changed under it */
	__u32 unused;
	struct hashwalk_bucket {
		__u64 first; /* entry */
		__u64 lock;
	} heads[HASHWALK_GROUP];
	/* Key and value of each entry, side by side as in the kernel. */
	char copies[HASHWALK_BYTES + HASHWALK_ENTRY_MAX];
};

_Static_assert(sizeof(struct hashwalk_state) ==
		       24 + 16 * HASHWALK_GROUP + HASHWALK_BYTES + HASHWALK_ENTRY_MAX,
	       "no padding");

#endif
