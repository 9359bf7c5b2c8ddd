/* SPDX-License-Identifier: GPL-2.0-only */
/* What the process gives up once everything is loaded and attached: it parses requests from the network from then on, and
 * needs no privilege to read maps. docs/security.md has the whole of it.
 */
#ifndef APP_SANDBOX_H
#define APP_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

enum sandbox_part {
	SANDBOX_USER, /* not root */
	SANDBOX_CAPABILITIES, /* none in any set */
	SANDBOX_NO_NEW_PRIVILEGES,
	SANDBOX_SECCOMP, /* only the system calls of seccomp_filter.c */
	SANDBOX_LANDLOCK, /* only the files below the paths that are asked for */
	SANDBOX_PARTS,
};

struct sandbox {
	const char *user; /* as the flag names it, or "nobody" */
	bool insists; /* the flag names it */
	uid_t uid;
	gid_t gid;
	bool change_user; /* we are root */
	bool holds[SANDBOX_PARTS]; /* after sandbox_enter() */
};

/* "user", "capabilities", ... */
extern const char *const sandbox_part_names[SANDBOX_PARTS];

/* Before anything is loaded: look the user up, "nobody" for NULL. 0 or -ENOENT. */
int sandbox_init(struct sandbox *s, const char *user, struct error *e);

/* Of the whole process, for good. Afterwards only /proc, /sys and the folders of these files (each may be NULL) can be read,
 * so that a file that is replaced is found. Where "nobody" could not read one of them, and no user is named, it stays root, but
 * without capabilities: the log says so. What this kernel or container does not have is left out: see s->holds. Then all is
 * tried that must not work any more: -EPERM with *e where something does. */
#define SANDBOX_FILES 4
int sandbox_enter(struct sandbox *s, const char *const files[SANDBOX_FILES], struct error *e);

#endif
