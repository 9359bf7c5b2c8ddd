// SPDX-License-Identifier: GPL-2.0-only
/* Reads the file and checks which of its keys go together. */
#include "webconfig/webfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "webconfig/webschema.h"

#define FILE_CEILING (1u << 20)
#define TLS "tls_server_config"

/* ---- what goes together ---- */

static bool both(const char *file, const char *text)
{
	return file && text;
}

static bool neither(const char *file, const char *text)
{
	return !file && !text;
}

static bool asks_without_authority(const struct webconfig_tls *t)
{
	return !neither(t->client_ca_file, t->client_ca) && !t->client_policy->code;
}

static bool sans_without_certificate(const struct webconfig_tls *t)
{
	return t->client_sans && !(t->client_policy->code & TLS_CLIENT_REQUIRE);
}

static int check_tls(struct yamlfile *f, const struct webconfig_tls *t)
{
	const struct {
		bool broken;
		const char *key, *what;
	} rules[] = {
		{ both(t->cert_file, t->cert), TLS ".cert_file",
		  "cannot be given together with 'cert'" },
		{ both(t->key_file, t->key), TLS ".key_file",
		  "cannot be given together with 'key'" },
		{ both(t->client_ca_file, t->client_ca), TLS ".client_ca_file",
		  "cannot be given together with 'client_ca'" },
		{ neither(t->cert_file, t->cert), TLS, "has neither 'cert_file' nor 'cert'" },
		{ neither(t->key_file, t->key), TLS, "has neither 'key_file' nor 'key'" },
		{ asks_without_authority(t), TLS ".client_ca_file",
		  "a CA for clients needs a 'client_auth_type' that asks for their certificates" },
		{ sans_without_certificate(t), TLS ".client_allowed_sans",
		  "needs 'client_auth_type' RequireAndVerifyClientCert or RequireAnyClientCert" },
		{ t->min_version > t->max_version, TLS ".min_version", "is above 'max_version'" },
	};
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (rules[i].broken)
			return yamlfile_complain(f, NULL, rules[i].key, rules[i].what);
	return 0;
}

static int check(struct yamlfile *f, const struct webconfig *c)
{
	if (c->interval_ns && !c->burst)
		return yamlfile_complain(f, NULL, "rate_limit.burst",
					 "0 would refuse every request; it must be 1 or more");
	return c->tls.on ? check_tls(f, &c->tls) : 0;
}

/* ---- life ---- */

static void set_defaults(struct webconfig *c)
{
	c->tls.client_policy = &tls_client_policies[0];
	c->tls.min_version = &tls_versions[2];
	c->tls.max_version = &tls_versions[3];
}

static struct webconfig *webfile_new(const char *path)
{
	struct webconfig *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->arena = arena_new();
	c->path = c->arena ? arena_string(c->arena, path, strlen(path)) : NULL;
	set_defaults(c);
	if (c->path)
		return c;
	webfile_free(c);
	return NULL;
}

int webfile_parse(struct webconfig **out, const char *path, const char *text, size_t length,
		  struct error *e)
{
	struct webconfig *c = webfile_new(path);
	struct yamlfile f = { .name = path, .keys = webschema, .target = c, .e = e };
	int err;

	if (!c)
		return error_set(e, -ENOMEM, "file '%s': no memory: -ENOMEM", path);
	err = yamlfile_read(&f, text, length);
	if (!err)
		err = check(&f, c);
	if (err)
		webfile_free(c);
	else
		*out = c;
	return err;
}

int webfile_load(struct webconfig **out, const char *path, struct error *e)
{
	size_t length;
	char *text = file_load_stored(path, FILE_CEILING, &length, e);
	int err = -errno;

	if (!text)
		return error_prefix(e, err, "file '%s'", path);
	err = webfile_parse(out, path, text, length, e);
	/* It may hold the key. */
	explicit_bzero(text, length);
	free(text);
	return err;
}

void webfile_free(struct webconfig *c)
{
	if (!c)
		return;
	if (c->tls.key)
		explicit_bzero(c->tls.key, strlen(c->tls.key));
	arena_free(c->arena);
	free(c);
}
