/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags of collectors, made of their descriptions: --[no-]collector.NAME and --collector.NAME.PARAMETER. */
#ifndef APP_FLAGS_H
#define APP_FLAGS_H

#include "app/options.h"
#include "collect/registry.h"

/* Enable, disable and parametrise as the command line says. -EINVAL with *e where a flag is unknown (with a
 * suggestion) or a parameter's value is refused. */
int flags_apply(const struct options *o, struct registry *r, struct error *e);

#endif
