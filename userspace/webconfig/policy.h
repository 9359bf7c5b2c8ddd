/* SPDX-License-Identifier: GPL-2.0-only */
/* One state of the web configuration: its file and those that it names, read. Never changes. */
#ifndef WEBCONFIG_POLICY_H
#define WEBCONFIG_POLICY_H

#include "base/error.h"
#include "webconfig/filewatch.h"
#include "webconfig/tls.h"
#include "webconfig/webconfig.h"

struct web_policy {
	struct webconfig *config;
	struct tls *tls; /* NULL for plain HTTP */
	unsigned int holders; /* struct web's */
};

/* 0; -errno with *e. In both cases *watch has the files from now on. */
int policy_load(struct web_policy **out, const char *path, struct filewatch *watch,
		struct error *e);
void policy_free(struct web_policy *p); /* NULL is allowed */

#endif
