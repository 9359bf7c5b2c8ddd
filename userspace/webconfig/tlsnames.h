/* SPDX-License-Identifier: GPL-2.0-only */
/* The names that web configurations have for parts of TLS (they are Go's), and what GnuTLS calls them. */
#ifndef WEBCONFIG_TLSNAMES_H
#define WEBCONFIG_TLSNAMES_H

#include <stdint.h>

/* What of `code` says how clients' certificates are treated. */
#define TLS_CLIENT_ASK 1u
#define TLS_CLIENT_REQUIRE 2u
#define TLS_CLIENT_VERIFY 4u

/* What of `code` says which kind of key a suite needs; without it, it is one of TLS 1.3, which needs none. */
#define TLS_SUITE_RSA 0x10000u
#define TLS_SUITE_ECDSA 0x20000u
#define TLS_SUITE_NUMBER 0xffffu

struct tls_name {
	const char *name;
	const char *priority; /* what to append to a priority string of GnuTLS */
	uint32_t
		code; /* a suite: its number and key; a policy: TLS_CLIENT_*; a version: of the protocol */
};

/* Each ended by a row without name; versions are in their order. */
extern const struct tls_name tls_versions[], tls_suites[], tls_curves[], tls_client_policies[];

#endif
