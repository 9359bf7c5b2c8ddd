// SPDX-License-Identifier: GPL-2.0-only
/* How each key's value is taken, and the table of them. */
#include "webconfig/webschema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/duration.h"
#include "base/number.h"
#include "base/suggest.h"
#include "webconfig/bcrypt.h"
#include "webconfig/webconfig.h"

/* ---- how values are taken ---- */

static char *copy(const struct yamlfile *f, const char *text)
{
	const struct webconfig *c = f->target;

	return arena_string(c->arena, text, strlen(text));
}

static int no_memory(const struct yamlfile *f)
{
	return error_set(f->e, -ENOMEM, "file '%s': no memory: -ENOMEM", f->name);
}

static void *target_of(const struct yamlfile *f, const struct yamlfile_key *key)
{
	return (char *)f->target + key->offset;
}

/* With any key in it, TLS is on: half a configuration must not end in plain HTTP. */
static int set_tls(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value)
{
	struct webconfig *c = f->target;

	c->tls.on = value->data.mapping.pairs.top > value->data.mapping.pairs.start;
	return yamlfile_section(f, key, value);
}

/* An empty one is as if absent. */
static int set_text(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value)
{
	const char *text = yamlfile_text(value);
	char **target = target_of(f, key);

	if (!text)
		return yamlfile_complain(f, value, key->path, "not plain text");
	if (!*text)
		return 0;
	*target = copy(f, text);
	return *target ? 0 : no_memory(f);
}

/* A relative path starts at the configuration's directory. */
static int set_path(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value)
{
	const struct webconfig *c = f->target;
	const char *text = yamlfile_text(value), *slash = strrchr(c->path, '/');
	char **target = target_of(f, key);

	if (!text || !*text || *text == '/' || !slash)
		return set_text(f, key, value);
	*target = arena_printf(c->arena, "%.*s/%s", (int)(slash - c->path), c->path, text);
	return *target ? 0 : no_memory(f);
}

static int set_bool(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value)
{
	static const struct {
		const char *text;
		bool value;
	} words[] = { { "true", true },	  { "false", false }, { "True", true },
		      { "False", false }, { "TRUE", true },   { "FALSE", false } };
	const bool plain = value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	const bool inverted = key->choices != NULL;
	const char *text = yamlfile_text(value);
	size_t i;

	for (i = 0; plain && text && i < sizeof(words) / sizeof(*words); i++) {
		if (!strcmp(words[i].text, text)) {
			*(bool *)target_of(f, key) = words[i].value != inverted;
			return 0;
		}
	}
	return yamlfile_complain(f, value, key->path, "must be true or false");
}

static int set_duration(struct yamlfile *f, const struct yamlfile_key *key,
			const yaml_node_t *value)
{
	const char *text = yamlfile_text(value);

	if (text && !duration_parse(text, target_of(f, key)))
		return 0;
	return yamlfile_complain(f, value, key->path,
				 "must be a time with its unit, like '100ms', '1s' or '1m30s'");
}

static int set_number(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value)
{
	const char *text = yamlfile_text(value);
	uint64_t n;

	if (!text || number_parse(text, 999999999, &n))
		return yamlfile_complain(f, value, key->path,
					 "must be a number from 0 to 999999999");
	*(unsigned int *)target_of(f, key) = (unsigned int)n;
	return 0;
}

static void hint_at(const char *text, const struct tls_name *names, char hint[SUGGEST_HINT])
{
	const char *candidates[WEBCONFIG_NAMES_MAX + 1] = { NULL };
	size_t i;

	for (i = 0; i < WEBCONFIG_NAMES_MAX && names[i].name; i++)
		candidates[i] = names[i].name;
	suggest_hint(text, candidates, hint);
}

static int find_name(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value,
		     const struct tls_name **found)
{
	const struct tls_name *names = key->choices, *n;
	const char *text = yamlfile_text(value);
	char hint[SUGGEST_HINT] = "";

	for (n = names; text && n->name; n++) {
		if (!strcmp(n->name, text)) {
			*found = n;
			return 0;
		}
	}
	if (text)
		hint_at(text, names, hint);
	return error_set(f->e, -EINVAL,
			 "file '%s' line %zu: key '%s': unknown value '%.64s'%s: -EINVAL; "
			 "docs/web-configuration.md lists the known ones",
			 f->name, value->start_mark.line + 1, key->path, text ? text : "", hint);
}

static int set_name(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value)
{
	return find_name(f, key, value, target_of(f, key));
}

static int set_names(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *list)
{
	struct webconfig_names *names = target_of(f, key);
	const yaml_node_item_t *i;
	int err = 0;

	for (i = list->data.sequence.items.start; !err && i < list->data.sequence.items.top; i++) {
		if (names->nr == WEBCONFIG_NAMES_MAX)
			return yamlfile_complain(f, list, key->path, "more than 32 entries");
		err = find_name(f, key, yaml_document_get_node(f->document, *i),
				&names->items[names->nr++]);
	}
	return err;
}

static int add_san(struct yamlfile *f, const char *path, const yaml_node_t *key,
		   const yaml_node_t *value)
{
	struct webconfig_tls *tls = &((struct webconfig *)f->target)->tls;
	const char *text = yamlfile_text(value);
	const char **san = &tls->client_sans[tls->nr_client_sans++];

	(void)key;
	if (!text || !*text)
		return yamlfile_complain(f, value, path, "an entry is not plain text");
	*san = copy(f, text);
	return *san ? 0 : no_memory(f);
}

static int set_sans(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *list)
{
	struct webconfig *c = f->target;
	const yaml_node_item_t *items = list->data.sequence.items.start;

	c->tls.client_sans = arena_array(c->arena, (size_t)(list->data.sequence.items.top - items),
					 sizeof(char *));
	return c->tls.client_sans ? yamlfile_each(f, key->path, list, add_san) : no_memory(f);
}

static int add_user(struct yamlfile *f, const char *path, const yaml_node_t *key,
		    const yaml_node_t *value)
{
	struct webconfig *c = f->target;
	struct webconfig_user *u = (struct webconfig_user *)c->users.items + c->users.nr++;
	const char *name = yamlfile_text(key), *hash = yamlfile_text(value);

	if (strchr(name, ':'))
		return yamlfile_complain_entry(f, key, path, name,
					       "a user's name must not have a colon");
	if (!hash || !bcrypt_valid(hash))
		return yamlfile_complain_entry(
			f, value, path, name,
			"the password is not a bcrypt hash ($2a$, $2b$ or $2y$)");
	*u = (struct webconfig_user){ copy(f, name), copy(f, hash) };
	return u->name && u->hash ? 0 : no_memory(f);
}

static int set_users(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *mapping)
{
	struct webconfig *c = f->target;
	const yaml_node_pair_t *pairs = mapping->data.mapping.pairs.start;

	c->users.items = arena_array(c->arena, (size_t)(mapping->data.mapping.pairs.top - pairs),
				     sizeof(*c->users.items));
	return c->users.items ? yamlfile_each(f, key->path, mapping, add_user) : no_memory(f);
}

/* Whether the text is one of "a|b". */
static bool one_of(const char *text, const char *choices)
{
	size_t length;

	for (; *choices; choices += length + (choices[length] == '|')) {
		length = strcspn(choices, "|");
		if (strlen(text) == length && !strncmp(choices, text, length))
			return true;
	}
	return false;
}

static bool printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* A header of the table; its value is one of the choices, where there are some. */
static int set_header(struct yamlfile *f, const struct yamlfile_key *key, const yaml_node_t *value)
{
	struct webconfig_header *h = target_of(f, key);
	const char *text = yamlfile_text(value), *choices = key->choices;

	if (!text || !printable(text))
		return yamlfile_complain(f, value, key->path, "has control characters");
	if (choices && !one_of(text, choices))
		return error_set(f->e, -EINVAL,
				 "file '%s' line %zu: key '%s': '%.64s' is not one of %s: -EINVAL",
				 f->name, value->start_mark.line + 1, key->path, text, choices);
	h->name = strrchr(key->path, '.') + 1;
	h->value = copy(f, text);
	return h->value ? 0 : no_memory(f);
}

/* ---- the table ---- */

static const bool inverted = true;

#define TLS "tls_server_config"
#define HTTP "http_server_config"
#define HEADERS HTTP ".headers"
#define AT(member) offsetof(struct webconfig, member)

/* clang-format off */
const struct yamlfile_key webschema[] = {
	{ TLS, YAML_MAPPING_NODE, set_tls, 0, NULL },
	{ TLS ".cert", YAML_SCALAR_NODE, set_text, AT(tls.cert), NULL },
	{ TLS ".cert_file", YAML_SCALAR_NODE, set_path, AT(tls.cert_file), NULL },
	{ TLS ".key", YAML_SCALAR_NODE, set_text, AT(tls.key), NULL },
	{ TLS ".key_file", YAML_SCALAR_NODE, set_path, AT(tls.key_file), NULL },
	{ TLS ".client_ca", YAML_SCALAR_NODE, set_text, AT(tls.client_ca), NULL },
	{ TLS ".client_ca_file", YAML_SCALAR_NODE, set_path, AT(tls.client_ca_file), NULL },
	{ TLS ".client_auth_type", YAML_SCALAR_NODE, set_name, AT(tls.client_policy), tls_client_policies },
	{ TLS ".client_allowed_sans", YAML_SEQUENCE_NODE, set_sans, 0, NULL },
	{ TLS ".min_version", YAML_SCALAR_NODE, set_name, AT(tls.min_version), tls_versions },
	{ TLS ".max_version", YAML_SCALAR_NODE, set_name, AT(tls.max_version), tls_versions },
	{ TLS ".cipher_suites", YAML_SEQUENCE_NODE, set_names, AT(tls.suites), tls_suites },
	{ TLS ".prefer_server_cipher_suites", YAML_SCALAR_NODE, set_bool, AT(tls.clients_prefer), &inverted },
	{ TLS ".curve_preferences", YAML_SEQUENCE_NODE, set_names, AT(tls.curves), tls_curves },

	{ HTTP, YAML_MAPPING_NODE, yamlfile_section, 0, NULL },
	{ HTTP ".http2", YAML_SCALAR_NODE, set_bool, AT(http2_asked), NULL },
	{ HEADERS, YAML_MAPPING_NODE, yamlfile_section, 0, NULL },
	{ HEADERS ".Content-Security-Policy", YAML_SCALAR_NODE, set_header, AT(headers[0]), NULL },
	{ HEADERS ".X-Frame-Options", YAML_SCALAR_NODE, set_header, AT(headers[1]), "deny|sameorigin" },
	{ HEADERS ".X-Content-Type-Options", YAML_SCALAR_NODE, set_header, AT(headers[2]), "nosniff" },
	{ HEADERS ".X-XSS-Protection", YAML_SCALAR_NODE, set_header, AT(headers[3]), NULL },
	{ HEADERS ".Strict-Transport-Security", YAML_SCALAR_NODE, set_header, AT(headers[4]), NULL },

	{ "basic_auth_users", YAML_MAPPING_NODE, set_users, 0, NULL },

	{ "rate_limit", YAML_MAPPING_NODE, yamlfile_section, 0, NULL },
	{ "rate_limit.interval", YAML_SCALAR_NODE, set_duration, AT(interval_ns), NULL },
	{ "rate_limit.burst", YAML_SCALAR_NODE, set_number, AT(burst), NULL },
	{ NULL, YAML_NO_NODE, NULL, 0, NULL },
};
/* clang-format on */
