/* SPDX-License-Identifier: GPL-2.0-only */
/* The path of a cgroup (of cgroup2) by its id, as bpf_get_current_cgroup_id() tells it. */
#ifndef COLLECT_CGROUPS_H
#define COLLECT_CGROUPS_H

#include <stdbool.h>
#include <stdint.h>

struct cgroups;

/* Where no cgroup2 is mounted no path is found, and the log says so. NULL without memory. */
struct cgroups *cgroups_new(const char *root);
void cgroups_free(struct cgroups *c);

/* The path as /proc/PID/cgroup has it, "/" for the root: valid until the next question. NULL where there is none, as for
 * cgroups outside of what a container sees: *gone tells whether there will never be one again. A path that was found
 * once is remembered after its cgroup has gone, up to a ceiling.
 *
 * With CAP_DAC_READ_SEARCH the kernel finds it by id, however many cgroups there are. Without, the trees are walked, at
 * most once before the next cgroups_settle, and up to a ceiling; an id that is missing after two such walks has gone.
 */
const char *cgroups_path(struct cgroups *c, uint64_t id, bool *gone);
void cgroups_settle(struct cgroups *c);

#endif
