// SPDX-License-Identifier: GPL-2.0-only
/* Reads a configuration and what belongs to it. */
#include "webconfig/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/log.h"
#include "webconfig/webfile.h"

void policy_free(struct web_policy *p)
{
	if (!p)
		return;
	tls_free(p->tls);
	webfile_free(p->config);
	free(p);
}

/* What the configuration names is watched even where it is not valid: to set it right may be to change that. */
static int watch_named(struct filewatch *w, const struct webconfig_tls *t)
{
	const char *const paths[] = { t->cert_file, t->key_file, t->client_ca_file };
	size_t i;
	int err = 0;

	for (i = 0; !err && i < sizeof(paths) / sizeof(*paths); i++)
		if (paths[i])
			err = filewatch_add(w, paths[i]);
	return err;
}

static void warn_of_open_key(const char *path)
{
	struct stat st;

	if (!stat(path, &st) && st.st_mode & S_IROTH)
		log_event(LOG_WARN, "every user of this host can read a secret: chmod o= FILE",
			  "file", path, NULL);
}

/* The file has hashes of passwords, and may have the key itself. */
static void warn_of_open_secrets(const struct webconfig *c)
{
	if (c->tls.key || c->users.nr)
		warn_of_open_key(c->path);
	if (c->tls.key_file)
		warn_of_open_key(c->tls.key_file);
}

static int load_into(struct web_policy *p, const char *path, struct filewatch *watch,
		     struct error *e)
{
	int err;

	filewatch_clear(watch);
	err = filewatch_add(watch, path);
	if (!err) {
		err = webfile_load(&p->config, path, e);
		if (!p->config)
			return err;
		err = watch_named(watch, &p->config->tls);
	}
	if (err)
		return error_set(e, err, "file '%s': no memory: -ENOMEM", path);
	err = p->config->tls.on ? tls_new(&p->tls, p->config, e) : 0;
	if (!err)
		warn_of_open_secrets(p->config);
	return err;
}

int policy_load(struct web_policy **out, const char *path, struct filewatch *watch, struct error *e)
{
	struct web_policy *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return error_set(e, -ENOMEM, "file '%s': no memory: -ENOMEM", path);
	p->holders = 1;
	err = load_into(p, path, watch, e);
	if (err)
		policy_free(p);
	else
		*out = p;
	return err;
}
