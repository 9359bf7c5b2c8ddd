// SPDX-License-Identifier: GPL-2.0-only
/* Builds priority strings, and chooses the suite. */
#include "webconfig/tlspriority.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

#define TEXT_CEILING 1024
#define TLS12 0x303
#define CIPHERS_13 ":+AEAD:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM"

struct suite {
	uint16_t number;
	gnutls_priority_t priority;
};

struct tlspriority {
	gnutls_priority_t
		base; /* without a list of suites; with one: TLS 1.3 alone, or the first suite */
	struct suite suites[WEBCONFIG_NAMES_MAX];
	size_t nr_suites;
	bool clients_prefer;
};

/* ---- strings ---- */

static void put_versions(struct buffer *b, const struct webconfig_tls *o, unsigned int above)
{
	const struct tls_name *v;

	buffer_puts(b, ":-VERS-ALL");
	for (v = o->max_version; v >= o->min_version; v--)
		if (v->code > above)
			buffer_puts(b, v->priority);
}

static void put_curves(struct buffer *b, const struct webconfig_tls *o)
{
	size_t i;

	if (o->curves.nr)
		buffer_puts(b, ":-GROUP-ALL");
	for (i = 0; i < o->curves.nr; i++)
		buffer_puts(b, o->curves.items[i]->priority);
}

/* With a suite (its string, or "" for those of TLS 1.3 alone), nothing else of older versions is allowed. */
static int make(gnutls_priority_t *out, const struct webconfig_tls *o, const char *suite)
{
	struct buffer b = BUFFER_INIT(TEXT_CEILING);
	int code;

	buffer_puts(&b, "NORMAL");
	put_versions(&b, o, suite && !*suite ? TLS12 : 0);
	put_curves(&b, o);
	if (suite) {
		buffer_puts(&b, ":-KX-ALL:-CIPHER-ALL:-MAC-ALL");
		buffer_puts(&b, suite);
	}
	if (suite && o->max_version->code > TLS12)
		buffer_puts(&b, CIPHERS_13);
	if (suite || !o->clients_prefer)
		buffer_puts(&b, ":%SERVER_PRECEDENCE");
	buffer_append(&b, "", 1);
	code = b.failed ? GNUTLS_E_MEMORY_ERROR : gnutls_priority_init(out, b.data, NULL);
	buffer_release(&b);
	return code;
}

/* ---- the choice ---- */

/* The suites in a ClientHello's body: version, random, session, then they. */
static gnutls_datum_t offered_suites(const gnutls_datum_t *hello)
{
	const size_t fixed = 2 + 32;
	size_t at = fixed, length;

	if (hello->size <= at)
		return (gnutls_datum_t){ NULL, 0 };
	at += 1u + hello->data[at];
	if (hello->size < at + 2)
		return (gnutls_datum_t){ NULL, 0 };
	length = (size_t)hello->data[at] << 8 | hello->data[at + 1];
	if (hello->size < at + 2 + length)
		return (gnutls_datum_t){ NULL, 0 };
	return (gnutls_datum_t){ hello->data + at + 2, (unsigned int)length };
}

/* Where the client offers it: 0 is its dearest; the number of its suites where it does not. */
static unsigned int place_of(uint16_t number, const gnutls_datum_t *offered)
{
	unsigned int i;

	for (i = 0; i + 1 < offered->size; i += 2)
		if ((offered->data[i] << 8 | offered->data[i + 1]) == number)
			return i / 2;
	return offered->size / 2;
}

static gnutls_priority_t choose(const struct tlspriority *p, const gnutls_datum_t *offered)
{
	unsigned int best = offered->size / 2, place;
	gnutls_priority_t chosen = p->base;
	size_t i;

	for (i = 0; i < p->nr_suites; i++) {
		place = place_of(p->suites[i].number, offered);
		if (place >= best)
			continue;
		chosen = p->suites[i].priority;
		best = p->clients_prefer ? place : 0;
	}
	return chosen;
}

/* NOLINTNEXTLINE(readability-function-size): the library gives the parameters */
static int on_client_hello(gnutls_session_t session, unsigned int type, unsigned int when,
			   unsigned int incoming, const gnutls_datum_t *message)
{
	const struct tlspriority *p = gnutls_db_get_ptr(session);
	const gnutls_datum_t offered = offered_suites(message);

	(void)type, (void)when, (void)incoming;
	return gnutls_priority_set(session, choose(p, &offered));
}

int tlspriority_begin(struct tlspriority *p, gnutls_session_t session)
{
	if (p->nr_suites) {
		/* No sessions are stored: their place for a pointer is free. */
		gnutls_db_set_ptr(session, p);
		gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_CLIENT_HELLO,
						   GNUTLS_HOOK_PRE, on_client_hello);
	}
	return gnutls_priority_set(session, p->base);
}

/* ---- life ---- */

static int add_suites(struct tlspriority *p, const struct webconfig_tls *o, unsigned int key)
{
	int code = 0;
	size_t i;

	for (i = 0; !code && i < o->suites.nr; i++) {
		const struct tls_name *s = o->suites.items[i];

		if (!(s->code & key))
			continue;
		p->suites[p->nr_suites].number = s->code & TLS_SUITE_NUMBER;
		code = make(&p->suites[p->nr_suites].priority, o, s->priority);
		p->nr_suites += !code;
	}
	return code;
}

static int build(struct tlspriority *p, const struct webconfig_tls *o, unsigned int key)
{
	const bool has_13 = o->max_version->code > TLS12;
	int code = add_suites(p, o, key);
	size_t i;

	if (code)
		return code;
	if (!o->suites.nr)
		return make(&p->base, o, NULL);
	if (has_13)
		return make(&p->base, o, "");
	for (i = 0; i < o->suites.nr; i++)
		if (o->suites.items[i]->code & key)
			return make(&p->base, o, o->suites.items[i]->priority);
	return GNUTLS_E_NO_CIPHER_SUITES;
}

int tlspriority_new(struct tlspriority **out, const struct webconfig *c, unsigned int key,
		    struct error *e)
{
	struct tlspriority *p = calloc(1, sizeof(*p));
	int code;

	if (!p)
		return error_set(e, -ENOMEM, "file '%s': no memory: -ENOMEM", c->path);
	p->clients_prefer = c->tls.clients_prefer;
	code = build(p, &c->tls, key);
	if (!code) {
		*out = p;
		return 0;
	}
	tlspriority_free(p);
	return error_set(e, -EINVAL,
			 "file '%s': key 'tls_server_config.cipher_suites': %s with this key and "
			 "these versions: -EINVAL",
			 c->path, gnutls_strerror(code));
}

void tlspriority_free(struct tlspriority *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < p->nr_suites; i++)
		gnutls_priority_deinit(p->suites[i].priority);
	gnutls_priority_deinit(p->base);
	free(p);
}
