/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether objects of the kernel (devices, interfaces) came, went or were renamed: it numbers the events that tell udev so.
 *
 * That number grows for what happens in all namespaces. Reading it costs some microseconds.
 */
#ifndef COLLECT_UEVENTS_H
#define COLLECT_UEVENTS_H

#include <stdbool.h>
#include <stdint.h>

struct uevents {
	const char *root; /* before /sys: "" or a test's directory; borrowed */
	uint64_t seen;
};

static inline void uevents_init(struct uevents *u, const char *root)
{
	*u = (struct uevents){ .root = root };
}

/* Whether there were any since the last call, or ever at the first one. False where the kernel does not tell. */
bool uevents_new(struct uevents *u);

#endif
