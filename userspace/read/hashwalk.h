/* SPDX-License-Identifier: GPL-2.0-only */
/* All entries of a large hash map, copied by a BPF program that is run for it: that takes a third to a half of the time
 * of batches, for which the kernel locks each bucket and checks each copy.
 *
 * It reads as single look-ups do: an entry that stays is found once; one that comes or goes meanwhile may be found or
 * not. Needs bpf_loop() (Linux 5.17) and a kernel that lets programs read its memory (no lockdown).
 */
#ifndef READ_HASHWALK_H
#define READ_HASHWALK_H

#include <stddef.h>
#include <stdint.h>

struct btfindex;
struct hashwalk;

/* For a map of type BPF_MAP_TYPE_HASH. -errno where this kernel cannot do it, or keys and values are too large. The map
 * and the kernel's types are borrowed for the call alone. */
int hashwalk_new(struct hashwalk **out, int map_fd, const struct btfindex *kernel);
void hashwalk_free(struct hashwalk *w);

typedef void (*hashwalk_fn)(void *context, const void *key, const void *value);

/* Call fn for each entry; values are aligned to 8 bytes. 0, or -errno: not all entries were found. */
int hashwalk_run(struct hashwalk *w, hashwalk_fn fn, void *context);

#endif
