/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys that a web configuration file may have. */
#ifndef WEBCONFIG_WEBSCHEMA_H
#define WEBCONFIG_WEBSCHEMA_H

#include "webconfig/yamlfile.h"

/* Their target is struct webconfig, with its arena and path set. */
extern const struct yamlfile_key webschema[];

#endif
