/* SPDX-License-Identifier: GPL-2.0-only */
/* What a web configuration file says; webfile.h makes it. */
#ifndef WEBCONFIG_WEBCONFIG_H
#define WEBCONFIG_WEBCONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "webconfig/tlsnames.h"

#define WEBCONFIG_HEADERS 5
#define WEBCONFIG_NAMES_MAX 32

struct webconfig_names {
	const struct tls_name *items[WEBCONFIG_NAMES_MAX];
	size_t nr;
};

/* Of certificate, key and CA either the file's path or the PEM text, or neither; certificate and key are there
 * where TLS is on. */
struct webconfig_tls {
	bool on;
	const char *cert_file, *cert;
	const char *key_file;
	char *key;
	const char *client_ca_file, *client_ca;
	const struct tls_name *client_policy, *min_version, *max_version;
	struct webconfig_names suites, curves; /* in order of preference; empty: GnuTLS's own */
	bool clients_prefer; /* the client's order of suites counts */
	const char **client_sans; /* one of them must be the client's */
	size_t nr_client_sans;
};

struct webconfig_header {
	const char *name, *value; /* value is NULL or "" where it is not given */
};

struct webconfig_user {
	const char *name, *hash; /* a valid one of bcrypt */
};

struct webconfig_users {
	const struct webconfig_user *items;
	size_t nr;
};

struct webconfig {
	struct arena *arena; /* of all strings */
	const char *path;
	struct webconfig_tls tls;
	bool http2_asked;
	struct webconfig_header headers[WEBCONFIG_HEADERS];
	struct webconfig_users users;
	uint64_t interval_ns; /* between requests; 0: no limit */
	unsigned int burst;
};

#endif
