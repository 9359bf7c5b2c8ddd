// SPDX-License-Identifier: GPL-2.0-only
/* One pass over all collectors at a time, shared by all who asked before it began.
 *
 * A pass is one scrape for one encoder, compression and selection. Its body stays after the last one has left it, until
 * nobody can come any more who may share it; then the next pass uses its memory.
 */
#include "expose/exposition.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "collect/registry.h"

#define BODY_CEILING (256u << 20)
/* Memory above this is given back where the body that it held was so many times smaller. */
#define SPARE_BYTES (1u << 20)
#define SPARE_WASTE 4

struct pass {
	struct body body; /* first: callers hold the pass by it */
	struct buffer buffer;
	struct pass_key key;
	struct selection *selection; /* the key's, of its own */
	uint64_t began_ns;
	int status; /* 0, or -errno with `error` */
	struct error error;
	unsigned int users;
	struct pass *next;
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
	unsigned int max_bodies;
	void (*refresh)(void *context);
	void *context;

	pthread_mutex_t lock; /* of the list and the users in it; taken last */
	struct pass *passes; /* with those that nobody uses */

	pthread_mutex_t
		running; /* by the thread that looks for a pass and runs one, for all below */
	/* In the order of a pass, so that each look-up begins where the last one ended. */
	struct preparation *preparations;
	size_t nr_preparations;
	struct buffer unpacked;
	struct compressor compressor;
};

struct exposition *exposition_new(struct registry *r, const struct encoder_options *o,
				  unsigned int max_bodies, void (*refresh)(void *context),
				  void *context)
{
	struct exposition *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->registry = r;
	x->options = *o;
	x->max_bodies = max_bodies;
	x->unpacked.ceiling = BODY_CEILING;
	x->refresh = refresh;
	x->context = context;
	pthread_mutex_init(&x->lock, NULL);
	pthread_mutex_init(&x->running, NULL);
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
	if (!p)
		return;
	buffer_release(&p->buffer);
	free(p->selection);
	free(p);
}

void exposition_free(struct exposition *x)
{
	struct pass *p;
	size_t i;

	if (!x)
		return;
	for (i = 0; i < x->nr_preparations; i++)
		x->preparations[i].encoder->release(x->preparations[i].prepared);
	free(x->preparations);
	while ((p = x->passes)) {
		x->passes = p->next;
		pass_free(p);
	}
	buffer_release(&x->unpacked);
	compressor_release(&x->compressor);
	pthread_mutex_destroy(&x->running);
	pthread_mutex_destroy(&x->lock);
	free(x);
}

/* ---- running a pass: one thread at a time ---- */

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
	const struct compression *compression = p->key.compression;
	int err;

	buffer_clear(&x->unpacked);
	err = encode(x, p, compression ? &x->unpacked : &p->buffer);
	if (err)
		return err;
	if (compression && !x->unpacked.failed)
		compressor_run(&x->compressor, compression, &x->unpacked, &p->buffer);
	if (p->buffer.failed || x->unpacked.failed)
		return error_set(&p->error, -ENOMEM,
				 "exposition: no memory, or the body is larger than %u MiB: "
				 "-ENOMEM; disable the collectors with the most series",
				 BODY_CEILING >> 20);
	return 0;
}

static void run(struct exposition *x, struct pass *p)
{
	p->began_ns = clock_ns(CLOCK_MONOTONIC);
	registry_collect(x->registry, p->key.selection);
	if (x->refresh)
		x->refresh(x->context);
	p->status = make_body(x, p);
	buffer_spare(&x->unpacked);
	p->body.data = p->buffer.data;
	p->body.length = p->buffer.length;
}

/* ---- sharing passes ---- */

static bool key_equal(const struct pass_key *a, const struct pass_key *b)
{
	return a->encoder == b->encoder && a->compression == b->compression &&
	       selection_equal(a->selection, b->selection);
}

/* One that began after the request, or NULL. */
static struct pass *pass_find(struct exposition *x, const struct pass_key *key, uint64_t asked_ns)
{
	struct pass *p;

	pthread_mutex_lock(&x->lock);
	p = x->passes;
	while (p && (p->began_ns <= asked_ns || !key_equal(&p->key, key)))
		p = p->next;
	if (p)
		p->users++;
	pthread_mutex_unlock(&x->lock);
	return p;
}

/* Out of the list, one that nobody uses and that is too old for this request and all later ones; the others of that
 * kind are given back. NULL where there is none. */
static struct pass *pass_take_old(struct exposition *x, uint64_t asked_ns, unsigned int *used)
{
	struct pass **at = &x->passes, *p, *taken = NULL;

	*used = 0;
	pthread_mutex_lock(&x->lock);
	while ((p = *at)) {
		*used += p->users > 0;
		if (p->users || p->began_ns > asked_ns) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		if (taken)
			pass_free(taken);
		taken = p;
	}
	pthread_mutex_unlock(&x->lock);
	return taken;
}

/* A pass of this key that has not run, in no list. */
static int pass_new(struct exposition *x, const struct pass_key *key, uint64_t asked_ns,
		    struct pass **out)
{
	unsigned int used;
	struct pass *p = pass_take_old(x, asked_ns, &used);
	int err = -EAGAIN;

	if (x->max_bodies && used / 2 >= x->max_bodies)
		goto free_pass;
	err = -ENOMEM;
	if (!p)
		p = calloc(1, sizeof(*p));
	if (!p)
		return err;
	free(p->selection);
	p->selection = selection_copy(key->selection);
	if (!p->selection != !key->selection)
		goto free_pass;
	buffer_spare(&p->buffer);
	buffer_clear(&p->buffer);
	p->buffer.ceiling = BODY_CEILING;
	p->key = *key;
	p->key.selection = p->selection;
	p->body.crowded = x->max_bodies && used >= x->max_bodies;
	*out = p;
	return 0;
free_pass:
	pass_free(p);
	return err;
}

static int pass_run(struct exposition *x, const struct pass_key *key, uint64_t asked_ns,
		    struct pass **out)
{
	const int err = pass_new(x, key, asked_ns, out);
	struct pass *p = *out;

	if (err)
		return err;
	p->users = 1;
	run(x, p);
	pthread_mutex_lock(&x->lock);
	p->next = x->passes;
	x->passes = p;
	pthread_mutex_unlock(&x->lock);
	return 0;
}

static void pass_leave(struct exposition *x, struct pass *p)
{
	pthread_mutex_lock(&x->lock);
	p->users--;
	pthread_mutex_unlock(&x->lock);
}

int exposition_get(struct exposition *x, const struct pass_key *key, uint64_t asked_ns,
		   const struct body **out, struct error *e)
{
	struct pass *p;
	int err = 0;

	pthread_mutex_lock(&x->running);
	p = pass_find(x, key, asked_ns);
	if (!p)
		err = pass_run(x, key, asked_ns, &p);
	pthread_mutex_unlock(&x->running);
	if (err == -EAGAIN)
		return error_set(e, err,
				 "too many answers are still being sent (--web.max-requests)");
	if (err)
		return error_set(e, err, "exposition: no memory: -ENOMEM");
	if (p->status) {
		err = error_set(e, p->status, "%s", p->error.text);
		pass_leave(x, p);
		return err;
	}
	*out = &p->body;
	return 0;
}

void exposition_put(struct exposition *x, const struct body *b)
{
	pass_leave(x, (struct pass *)b);
}
