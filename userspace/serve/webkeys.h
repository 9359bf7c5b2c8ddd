/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys that a web configuration file may have. */
#ifndef SERVE_WEBKEYS_H
#define SERVE_WEBKEYS_H

#include "serve/keyfile.h"

/* Their target is struct webconfig, with its arena and path set. */
extern const struct keyfile_key webkeys[];

#endif
