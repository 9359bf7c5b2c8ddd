// SPDX-License-Identifier: GPL-2.0-only
/* One pass over all collectors at a time, shared by all who asked before it began.
 *
 * A pass is one scrape for one encoder, packing and selection. It waits while another one runs, and those who ask
 * meanwhile join it; then one of them runs it, and all read its body. The last to leave keeps its memory for the next.
 */
#include "expose/exposition.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "collect/registry.h"

#define BODY_CEILING (256u << 20)
/* Memory above this is given back where the body that it held was so many times smaller. */
#define SPARE_BYTES (1u << 20)
#define SPARE_WASTE 8

struct pass {
	struct body body; /* first: callers hold the pass by it */
	struct buffer buffer;
	struct pass_key key; /* its selection is gone when the pass is done */
	int status; /* 0, or -errno with `error` */
	struct error error;
	bool done;
	unsigned int users;
	struct pass *next; /* in the list of those that wait */
};

/* A family as an encoder prepared it. */
struct preparation {
	const struct encoder *encoder;
	const struct family *family;
	void *prepared;
};

struct exposition {
	struct registry *registry;
	struct encoder_options options;
	void (*refresh)(void *context);
	void *context;

	pthread_mutex_t lock; /* of the four below */
	pthread_cond_t changed;
	bool running;
	struct pass *waiting; /* not begun: at most one a key */
	struct pass *spare; /* its memory is used again */

	/* Belongs to the thread that runs a pass. In the order of a pass, so that each look-up begins where the last
	 * one ended. */
	struct preparation *preparations;
	size_t nr_preparations;
	struct buffer unpacked;
	struct packer packer;
};

struct exposition *exposition_new(struct registry *r, const struct encoder_options *o,
				  void (*refresh)(void *context), void *context)
{
	struct exposition *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->registry = r;
	x->options = *o;
	x->unpacked.ceiling = BODY_CEILING;
	x->refresh = refresh;
	x->context = context;
	pthread_mutex_init(&x->lock, NULL);
	pthread_cond_init(&x->changed, NULL);
	return x;
}

/* Keep the memory for the next body, unless most of it was not needed. */
static void buffer_spare(struct buffer *b)
{
	if (b->capacity > SPARE_BYTES && b->capacity / SPARE_WASTE > b->length)
		buffer_release(b);
}

static void pass_free(struct pass *p)
{
	if (p)
		buffer_release(&p->buffer);
	free(p);
}

void exposition_free(struct exposition *x)
{
	size_t i;

	if (!x)
		return;
	for (i = 0; i < x->nr_preparations; i++)
		x->preparations[i].encoder->release(x->preparations[i].prepared);
	free(x->preparations);
	pass_free(x->spare);
	buffer_release(&x->unpacked);
	packer_release(&x->packer);
	pthread_cond_destroy(&x->changed);
	pthread_mutex_destroy(&x->lock);
	free(x);
}

/* ---- running a pass: one thread at a time, without the lock ---- */

static const struct preparation *
preparation_new(struct exposition *x, const struct encoder *encoder, const struct family *f)
{
	struct preparation *p;
	void *prepared;

	p = reallocarray(x->preparations, x->nr_preparations + 1, sizeof(*p));
	if (!p)
		return NULL;
	x->preparations = p;
	prepared = encoder->prepare(f, &x->options);
	if (!prepared)
		return NULL;
	p += x->nr_preparations++;
	*p = (struct preparation){ encoder, f, prepared };
	return p;
}

static const void *preparation_get(struct exposition *x, const struct encoder *encoder,
				   const struct family *f, size_t *cursor)
{
	const struct preparation *p;
	size_t i;

	for (i = 0; i < x->nr_preparations; i++, ++*cursor) {
		p = &x->preparations[*cursor % x->nr_preparations];
		if (p->family == f && p->encoder == encoder)
			return p->prepared;
	}
	p = preparation_new(x, encoder, f);
	return p ? p->prepared : NULL;
}

static int encode(struct exposition *x, struct pass *p, struct buffer *out)
{
	const struct family *f;
	const void *prepared;
	size_t cursor = 0, i;

	for (i = 0; i < registry_families(x->registry); i++) {
		f = registry_family(x->registry, i);
		prepared = preparation_get(x, p->key.encoder, f, &cursor);
		if (!prepared)
			return error_set(&p->error, -ENOMEM, "metric '%s': no memory: -ENOMEM",
					 f->name);
		p->key.encoder->family(f, prepared, out);
	}
	if (p->key.encoder->end)
		p->key.encoder->end(out);
	return 0;
}

/* The body, packed as it is asked for. */
static int make_body(struct exposition *x, struct pass *p)
{
	const struct packing *packing = p->key.packing;
	int err;

	buffer_clear(&x->unpacked);
	err = encode(x, p, packing ? &x->unpacked : &p->buffer);
	if (err)
		return err;
	if (packing && !x->unpacked.failed)
		packer_pack(&x->packer, packing, &x->unpacked, &p->buffer);
	if (p->buffer.failed || x->unpacked.failed)
		return error_set(&p->error, -ENOMEM,
				 "exposition: no memory, or the body is larger than %u MiB: "
				 "-ENOMEM; disable the collectors with the most series",
				 BODY_CEILING >> 20);
	return 0;
}

static void run(struct exposition *x, struct pass *p)
{
	registry_collect(x->registry, p->key.selection);
	if (x->refresh)
		x->refresh(x->context);
	p->status = make_body(x, p);
	buffer_spare(&x->unpacked);
	p->body.data = p->buffer.data;
	p->body.length = p->buffer.length;
}

/* ---- sharing passes: with the lock held ---- */

static bool key_equal(const struct pass_key *a, const struct pass_key *b)
{
	return a->encoder == b->encoder && a->packing == b->packing &&
	       selection_equal(a->selection, b->selection);
}

static struct pass *pass_new(struct exposition *x, const struct pass_key *key)
{
	struct pass *p = x->spare;

	if (p) {
		x->spare = NULL;
		buffer_clear(&p->buffer);
		p->done = false;
	} else {
		p = calloc(1, sizeof(*p));
		if (!p)
			return NULL;
		p->buffer.ceiling = BODY_CEILING;
	}
	p->key = *key;
	p->next = x->waiting;
	x->waiting = p;
	return p;
}

static struct pass *pass_join(struct exposition *x, const struct pass_key *key)
{
	struct pass *p = x->waiting;

	while (p && !key_equal(&p->key, key))
		p = p->next;
	if (!p)
		p = pass_new(x, key);
	if (p)
		p->users++;
	return p;
}

static void pass_leave(struct exposition *x, struct pass *p)
{
	if (--p->users)
		return;
	buffer_spare(&p->buffer);
	if (x->spare) {
		pass_free(p);
		return;
	}
	x->spare = p;
}

/* Let run who is about to ask, as long as that brings one more. */
static void pass_gather(struct exposition *x, const struct pass *p)
{
	unsigned int users;

	do {
		users = p->users;
		pthread_mutex_unlock(&x->lock);
		sched_yield();
		pthread_mutex_lock(&x->lock);
	} while (p->users > users);
}

static void pass_run(struct exposition *x, struct pass *p)
{
	struct pass **at = &x->waiting;

	x->running = true;
	pass_gather(x, p);
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	pthread_mutex_unlock(&x->lock);
	run(x, p);
	pthread_mutex_lock(&x->lock);
	x->running = false;
	p->done = true;
	pthread_cond_broadcast(&x->changed);
}

const struct body *exposition_get(struct exposition *x, const struct pass_key *key, struct error *e)
{
	const struct body *body = NULL;
	struct pass *p;

	pthread_mutex_lock(&x->lock);
	p = pass_join(x, key);
	if (!p) {
		error_set(e, -ENOMEM, "exposition: no memory: -ENOMEM");
		goto unlock;
	}
	while (!p->done && x->running)
		pthread_cond_wait(&x->changed, &x->lock);
	if (!p->done)
		pass_run(x, p);
	if (!p->status) {
		body = &p->body;
	} else {
		error_set(e, p->status, "%s", p->error.text);
		pass_leave(x, p);
	}
unlock:
	pthread_mutex_unlock(&x->lock);
	return body;
}

void exposition_put(struct exposition *x, const struct body *b)
{
	pthread_mutex_lock(&x->lock);
	pass_leave(x, (struct pass *)b);
	pthread_mutex_unlock(&x->lock);
}
