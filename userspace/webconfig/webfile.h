/* SPDX-License-Identifier: GPL-2.0-only */
/* Web configuration files: exporter-toolkit's format, read and checked. docs/web-configuration.md describes it. */
#ifndef WEBCONFIG_WEBFILE_H
#define WEBCONFIG_WEBFILE_H

#include "base/error.h"
#include "webconfig/webconfig.h"

/* Read the file at `path`; relative paths in it start at its directory. 0; -errno with *e: file, line and key. */
int webfile_load(struct webconfig **out, const char *path, struct error *e);
/* The same of text that is already here. */
int webfile_parse(struct webconfig **out, const char *path, const char *text, size_t length,
		  struct error *e);
/* Wipes the key. */
void webfile_free(struct webconfig *c);

#endif
