/* SPDX-License-Identifier: GPL-2.0-only */
/* An object that can be loaded, with all that is known about it before. */
#ifndef LOAD_LOADABLE_H
#define LOAD_LOADABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "describe/description.h"
#include "load/features.h"

struct experiments;

/* All borrowed: the description for as long as the object lives, the rest while it is loaded. */
struct loadable {
	const char *file; /* for messages */
	const void *elf;
	size_t size;
	const struct description *description;
	const struct features *features; /* shared by all objects, as are */
	struct experiments *experiments; /* or NULL; for as long as the object lives */
	const char *prefer; /* alternatives of this name or attached this way come first; or NULL */
	/* New value of a parameter before loading: `bytes` is `size` long. Called for each parameter of the description, once
	 * a trial; returns 0 (bytes filled in), or -errno with *e. NULL: the object's defaults. */
	int (*parameter)(void *context, const struct parameter_description *p, void *bytes,
			 struct error *e);
	/* How many of the objects that a map's labels name there are now; 0 where nobody knows. NULL: nobody does. */
	uint32_t (*population)(void *context, const struct map_description *m);
	void *context;
	bool keep_log; /* print the verifier's whole log at debug level */
};

#endif
