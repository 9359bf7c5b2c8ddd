// SPDX-License-Identifier: GPL-2.0-only
/* The tables. Numbers of suites: IANA's registry of TLS parameters. */
#include "webconfig/tlsnames.h"

#include <stddef.h>

const struct tls_name tls_versions[] = {
	{ "TLS10", ":+VERS-TLS1.0", 0x301 },
	{ "TLS11", ":+VERS-TLS1.1", 0x302 },
	{ "TLS12", ":+VERS-TLS1.2", 0x303 },
	{ "TLS13", ":+VERS-TLS1.3", 0x304 },
	{ NULL, NULL, 0 },
};

#define RSA TLS_SUITE_RSA
#define ECDSA TLS_SUITE_ECDSA

/* clang-format off */
const struct tls_name tls_suites[] = {
	{ "TLS_AES_128_GCM_SHA256", "", 0x1301 },
	{ "TLS_AES_256_GCM_SHA384", "", 0x1302 },
	{ "TLS_CHACHA20_POLY1305_SHA256", "", 0x1303 },
	{ "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", ":+ECDHE-ECDSA:+AES-128-GCM:+AEAD", ECDSA | 0xc02b },
	{ "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", ":+ECDHE-ECDSA:+AES-256-GCM:+AEAD", ECDSA | 0xc02c },
	{ "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", ":+ECDHE-RSA:+AES-128-GCM:+AEAD", RSA | 0xc02f },
	{ "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", ":+ECDHE-RSA:+AES-256-GCM:+AEAD", RSA | 0xc030 },
	{ "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", ":+ECDHE-RSA:+CHACHA20-POLY1305:+AEAD", RSA | 0xcca8 },
	{ "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", ":+ECDHE-ECDSA:+CHACHA20-POLY1305:+AEAD", ECDSA | 0xcca9 },
	{ "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", ":+ECDHE-ECDSA:+AES-128-CBC:+SHA1", ECDSA | 0xc009 },
	{ "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", ":+ECDHE-ECDSA:+AES-256-CBC:+SHA1", ECDSA | 0xc00a },
	{ "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", ":+ECDHE-RSA:+AES-128-CBC:+SHA1", RSA | 0xc013 },
	{ "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", ":+ECDHE-RSA:+AES-256-CBC:+SHA1", RSA | 0xc014 },
	{ "TLS_RSA_WITH_AES_128_GCM_SHA256", ":+RSA:+AES-128-GCM:+AEAD", RSA | 0x009c },
	{ "TLS_RSA_WITH_AES_256_GCM_SHA384", ":+RSA:+AES-256-GCM:+AEAD", RSA | 0x009d },
	{ "TLS_RSA_WITH_AES_128_CBC_SHA", ":+RSA:+AES-128-CBC:+SHA1", RSA | 0x002f },
	{ "TLS_RSA_WITH_AES_256_CBC_SHA", ":+RSA:+AES-256-CBC:+SHA1", RSA | 0x0035 },
	{ NULL, NULL, 0 },
};
/* clang-format on */

const struct tls_name tls_curves[] = {
	{ "X25519", ":+GROUP-X25519", 0 },
	{ "CurveP256", ":+GROUP-SECP256R1", 0 },
	{ "CurveP384", ":+GROUP-SECP384R1", 0 },
	{ "CurveP521", ":+GROUP-SECP521R1", 0 },
	{ NULL, NULL, 0 },
};

#define ASK TLS_CLIENT_ASK
#define REQUIRE (TLS_CLIENT_ASK | TLS_CLIENT_REQUIRE)

const struct tls_name tls_client_policies[] = {
	{ "NoClientCert", NULL, 0 },
	{ "RequestClientCert", NULL, ASK },
	{ "RequireAnyClientCert", NULL, REQUIRE },
	{ "RequireClientCert", NULL, REQUIRE }, /* what the former was called once */
	{ "VerifyClientCertIfGiven", NULL, ASK | TLS_CLIENT_VERIFY },
	{ "RequireAndVerifyClientCert", NULL, REQUIRE | TLS_CLIENT_VERIFY },
	{ NULL, NULL, 0 },
};
