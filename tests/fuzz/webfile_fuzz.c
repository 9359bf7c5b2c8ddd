// SPDX-License-Identifier: GPL-2.0-only
/* Web configuration files: foreign bytes are refused with a message, or leave a configuration that holds together. */
#include <stdlib.h>
#include <string.h>

#include "webconfig/bcrypt.h"
#include "webconfig/webfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
	if (!held)
		abort();
}

static void check_tls(const struct webconfig_tls *t)
{
	size_t i;

	require(!t->cert != !t->cert_file && !t->key != !t->key_file);
	require(t->min_version <= t->max_version);
	for (i = 0; i < t->nr_client_sans; i++)
		require(*t->client_sans[i]);
}

static void check(const struct webconfig *c)
{
	size_t i;

	if (c->tls.on)
		check_tls(&c->tls);
	require(c->burst || !c->interval_ns);
	for (i = 0; i < c->users.nr; i++)
		require(bcrypt_valid(c->users.items[i].hash) &&
			!strchr(c->users.items[i].name, ':'));
	for (i = 0; i < WEBCONFIG_HEADERS; i++)
		require(!c->headers[i].value || !strpbrk(c->headers[i].value, "\r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly as long as it is, so that a byte beyond is found. */
	char *text = malloc(size ? size : 1);
	struct webconfig *c = NULL;
	struct error e = { "" };

	if (size)
		memcpy(text, data, size);
	if (webfile_parse(&c, "web.yml", text, size, &e))
		require(!c && strstr(e.text, "web.yml"));
	else
		check(c);
	webfile_free(c);
	free(text);
	return 0;
}
