// SPDX-License-Identifier: GPL-2.0-only
/* Promises of the exposition: bodies younger than their request, shared where possible, whole or an error. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "base/clock.h"
#include "collect/registry.h"
#include "collect/selection.h"
#include "expose/exposition.h"

#define THREADS 8
#define BODIES 16 /* at most in use */

static const struct family families[] = { { .name = "a_total" }, { .name = "b_total" } };

static atomic_uint asked; /* requests, of all threads */

/* What the encoder and refresh of these tests do, told by each test. */
static struct {
	unsigned int passes, prepared, released;
	bool out_of_memory, too_large;
	bool gated; /* a pass waits until the test opens the gate */
	sem_t begun, gate;
} world;

static void *prepare(const struct family *f, const struct encoder_options *o)
{
	assert_true(o->created_lines);
	if (world.out_of_memory)
		return NULL;
	world.prepared++;
	return (void *)f->name;
}

static void release(void *prepared)
{
	world.released++;
	(void)prepared;
}

static void encode_family(const struct family *f, const void *prepared, struct buffer *out)
{
	assert_ptr_equal(prepared, f->name);
	buffer_printf(out, "%s %u\n", f->name, world.passes);
	if (world.too_large)
		buffer_reserve(out, SIZE_MAX / 2);
}

static void end(struct buffer *out)
{
	buffer_puts(out, "end\n");
}

static const struct encoder encoder = { "test", prepare, release, encode_family, end };
static const struct encoder other = { "other", prepare, release, encode_family, end };

static const struct pass_key plain = { .encoder = &encoder }, odd = { .encoder = &other },
			     packed = { .encoder = &encoder, .compression = &compressions[0] };

static void refresh(void *context)
{
	(void)context;
	world.passes++;
	if (!world.gated)
		return;
	sem_post(&world.begun);
	sem_wait(&world.gate);
}

static const struct encoder_options options = { .created_lines = true };

struct fixture {
	struct registry *registry;
	struct exposition *exposition;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	memset(&world, 0, sizeof(world));
	atomic_store(&asked, 0);
	sem_init(&world.begun, 0, 0);
	sem_init(&world.gate, 0, 0);
	f->registry = registry_new();
	assert_int_equal(registry_add_families(f->registry, families, 2), 0);
	f->exposition = exposition_new(f->registry, &options, BODIES, refresh, NULL);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	exposition_free(f->exposition);
	assert_int_equal(world.prepared, world.released);
	registry_free(f->registry);
	free(f);
	return 0;
}

static const struct body *get_of(struct exposition *x, const struct pass_key *key,
				 uint64_t asked_ns, struct error *e)
{
	const struct body *b;

	return exposition_get(x, key, asked_ns, &b, e) ? NULL : b;
}

/* A request of now. */
static const struct body *get(struct exposition *x, const struct pass_key *key, struct error *e)
{
	return get_of(x, key, clock_ns(CLOCK_MONOTONIC), e);
}

static void expect(const struct body *b, const char *text)
{
	assert_non_null(b);
	assert_int_equal(b->length, strlen(text));
	assert_memory_equal(b->data, text, b->length);
}

static void a_body_is_all_families_and_the_end(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	const struct body *b = get(x, &plain, NULL);

	expect(b, "a_total 1\nb_total 1\nend\n");
	exposition_put(x, b);
}

static void families_are_prepared_once_an_encoder(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	int i;

	for (i = 0; i < 5; i++) {
		exposition_put(x, get(x, &plain, NULL));
		exposition_put(x, get(x, &odd, NULL));
	}
	assert_int_equal(world.prepared, 4);
	assert_int_equal(world.passes, 10);
}

static void memory_is_used_again(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	const struct body *b = get(x, &plain, NULL);
	const char *data = b->data;
	int i;

	exposition_put(x, b);
	for (i = 0; i < 5; i++) {
		b = get(x, &plain, NULL);
		assert_ptr_equal(b->data, data);
		exposition_put(x, b);
	}
}

static void a_body_in_use_is_not_written_to(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	const struct body *first = get(x, &plain, NULL);
	const struct body *second = get(x, &plain, NULL);

	expect(first, "a_total 1\nb_total 1\nend\n");
	expect(second, "a_total 2\nb_total 2\nend\n");
	exposition_put(x, first);
	exposition_put(x, second);
}

static void no_memory_is_an_error_and_not_a_cut_body(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	struct error e;

	world.out_of_memory = true;
	assert_null(get(x, &plain, &e));
	assert_string_equal(e.text, "metric 'a_total': no memory: -ENOMEM");
	world.out_of_memory = false;
	exposition_put(x, get(x, &plain, &e));
}

static void a_body_over_the_ceiling_is_an_error(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	const struct body *b;
	struct error e;

	world.too_large = true;
	assert_null(get(x, &plain, &e));
	assert_non_null(strstr(e.text, "larger than 256 MiB"));
	world.too_large = false;
	b = get(x, &plain, &e);
	expect(b, "a_total 2\nb_total 2\nend\n");
	exposition_put(x, b);
}

static size_t gunzip(const struct body *b, char *out, size_t room)
{
	z_stream z = { .next_in = (Bytef *)b->data,
		       .avail_in = (uInt)b->length,
		       .next_out = (Bytef *)out,
		       .avail_out = (uInt)room };

	assert_int_equal(inflateInit2(&z, 16 + MAX_WBITS), Z_OK); /* gzip, and nothing else */
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	inflateEnd(&z);
	return z.total_out;
}

#ifdef HAVE_ZSTD
static size_t unzstd(const struct body *b, char *out, size_t room)
{
	return ZSTD_decompress(out, room, b->data, b->length);
}
#endif

/* How others unpack each row of compressions[]. */
static size_t (*const unpack[COMPRESSIONS_MAX])(const struct body *b, char *out, size_t room) = {
	gunzip,
#ifdef HAVE_ZSTD
	unzstd,
#endif
};

static void expect_packed(const struct body *b, const struct compression *compression,
			  const char *text)
{
	char unpacked[256];

	assert_non_null(b);
	assert_int_equal(unpack[compression - compressions](b, unpacked, sizeof(unpacked)),
			 strlen(text));
	assert_memory_equal(unpacked, text, strlen(text));
}

static void check_compression(struct exposition *x, const struct compression *compression)
{
	const struct pass_key key = { .encoder = &encoder, .compression = compression };
	const struct body *first, *second, *third;

	world.passes = 0;
	first = get(x, &key, NULL);
	second = get(x, &key, NULL);
	third = get(x, &plain, NULL);
	expect_packed(first, compression, "a_total 1\nb_total 1\nend\n");
	expect_packed(second, compression, "a_total 2\nb_total 2\nend\n");
	expect(third, "a_total 3\nb_total 3\nend\n");
	exposition_put(x, first);
	exposition_put(x, second);
	exposition_put(x, third);
}

static void a_packed_body_is_the_same_unpacked(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	size_t i;

	for (i = 0; i < COMPRESSIONS_MAX && compressions[i].names[0]; i++)
		check_compression(x, &compressions[i]);
	assert_int_equal(world.prepared, 2);
}

/* Who was the first to read the body may have left it already; nobody else's takes its place meanwhile. */
static void those_who_asked_before_a_pass_share_it_one_after_the_other(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	const uint64_t then = clock_ns(CLOCK_MONOTONIC);
	struct selection *one = selection_new(0, 2);
	const struct pass_key some = { .encoder = &encoder, .selection = one };
	const struct body *first, *second, *third;

	selection_families(one)[0] = true;
	exposition_put(x, get_of(x, &plain, then, NULL));
	exposition_put(x, get_of(x, &some, then, NULL));
	free(one);
	one = selection_new(0, 2);
	selection_families(one)[0] = true;
	first = get_of(x, &plain, then, NULL);
	second = get_of(x, &(struct pass_key){ .encoder = &encoder, .selection = one }, then, NULL);
	third = get(x, &plain, NULL);
	free(one);
	expect(first, "a_total 1\nb_total 1\nend\n");
	expect(second, "a_total 2\nend\n");
	expect(third, "a_total 3\nb_total 3\nend\n");
	exposition_put(x, first);
	exposition_put(x, second);
	exposition_put(x, third);
}

static void only_so_many_bodies_are_in_use_and_no_limit_is_for_those_who_share(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	const uint64_t then = clock_ns(CLOCK_MONOTONIC);
	const struct body *b[2 * BODIES], *more;
	struct error e;

	/* Beyond the number one should be given up, and beyond twice that none is made. */
	for (size_t i = 0; i < 2 * BODIES; i++) {
		b[i] = get(x, &plain, &e);
		assert_int_equal(b[i]->crowded, i >= BODIES);
	}
	assert_int_equal(exposition_get(x, &plain, clock_ns(CLOCK_MONOTONIC), &more, &e), -EAGAIN);
	assert_int_equal(exposition_get(x, &plain, then, &more, &e), 0);
	exposition_put(x, more);
	exposition_put(x, b[0]);
	b[0] = get(x, &plain, &e);
	assert_non_null(b[0]);
	for (size_t i = 0; i < 2 * BODIES; i++)
		exposition_put(x, b[i]);
}

static void what_does_not_fit_is_not_packed(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	const struct body *b;
	struct error e;

	world.too_large = true;
	assert_null(get(x, &packed, &e));
	assert_non_null(strstr(e.text, "larger than 256 MiB"));
	world.too_large = false;
	b = get(x, &packed, &e);
	expect_packed(b, packed.compression, "a_total 2\nb_total 2\nend\n");
	exposition_put(x, b);
}

/* ---- at the same time ---- */

struct asker {
	pthread_t thread;
	struct exposition *exposition;
	const struct pass_key *key;
	char got[64];
};

static void *ask(void *context)
{
	const uint64_t now = clock_ns(CLOCK_MONOTONIC);
	struct asker *a = context;
	const struct body *b;
	struct error e;
	size_t length;

	atomic_fetch_add(&asked, 1);
	b = get_of(a->exposition, a->key ? a->key : &plain, now, &e);
	length = b ? b->length : strlen(e.text);
	assert_true(length >= 1 && length < sizeof(a->got));
	memcpy(a->got, b ? b->data : e.text, length);
	if (b)
		exposition_put(a->exposition, b);
	return NULL;
}

static void wait_for_asked(unsigned int n)
{
	while (atomic_load(&asked) < n)
		sched_yield();
}

static void those_who_ask_during_a_pass_share_a_younger_one(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	struct asker asker[THREADS] = { 0 };
	int i;

	world.gated = true;
	for (i = 0; i < THREADS; i++) {
		asker[i].exposition = x;
		pthread_create(&asker[i].thread, NULL, ask, &asker[i]);
		if (!i)
			sem_wait(&world.begun);
	}
	wait_for_asked(THREADS);
	sem_post(&world.gate);
	sem_post(&world.gate);
	for (i = 0; i < THREADS; i++)
		pthread_join(asker[i].thread, NULL);
	assert_string_equal(asker[0].got, "a_total 1\nb_total 1\nend\n");
	for (i = 1; i < THREADS; i++)
		assert_string_equal(asker[i].got, "a_total 2\nb_total 2\nend\n");
	assert_int_equal(world.passes, 2);
}

/* One packs for all who want it packed. */
static void packed_bodies_are_shared_with_their_like(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	struct asker asker[3] = { { .key = &packed }, { .key = &packed }, { .key = &packed } };
	int i;

	world.gated = true;
	for (i = 0; i < 3; i++) {
		asker[i].exposition = x;
		pthread_create(&asker[i].thread, NULL, ask, &asker[i]);
		if (!i)
			sem_wait(&world.begun);
	}
	wait_for_asked(3);
	sem_post(&world.gate);
	sem_post(&world.gate);
	for (i = 0; i < 3; i++)
		pthread_join(asker[i].thread, NULL);
	assert_int_equal(world.passes, 2);
	assert_memory_equal(asker[1].got, asker[2].got, sizeof(asker[1].got));
	assert_int_equal(asker[1].got[0], 0x1f);
}

/* The first asks for all; the others for a_total, the same written anew, and b_total. */
static void a_pass_is_shared_between_equal_selections_only(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	static const unsigned int family[] = { 0, 0, 0, 1 };
	struct selection *s[4] = { NULL };
	struct asker asker[4] = { 0 };
	struct pass_key key[4];
	int i;

	world.gated = true;
	for (i = 0; i < 4; i++) {
		if (i) {
			s[i] = selection_new(0, 2);
			selection_families(s[i])[family[i]] = true;
		}
		key[i] = (struct pass_key){ .encoder = &encoder, .selection = s[i] };
		asker[i].exposition = x;
		asker[i].key = &key[i];
		pthread_create(&asker[i].thread, NULL, ask, &asker[i]);
		if (!i)
			sem_wait(&world.begun);
	}
	wait_for_asked(4);
	for (i = 0; i < 3; i++)
		sem_post(&world.gate);
	for (i = 0; i < 4; i++)
		pthread_join(asker[i].thread, NULL);
	for (i = 0; i < 4; i++)
		free(s[i]);
	assert_int_equal(world.passes, 3);
	assert_string_equal(asker[0].got, "a_total 1\nb_total 1\nend\n");
	assert_string_equal(asker[1].got, asker[2].got);
	assert_memory_equal(asker[1].got, "a_total ", 8);
	assert_memory_equal(asker[3].got, "b_total ", 8);
}

static void an_error_is_shared_too(void **state)
{
	struct exposition *x = ((struct fixture *)*state)->exposition;
	struct asker asker[THREADS] = { 0 };
	int i;

	world.gated = world.out_of_memory = true;
	for (i = 0; i < THREADS; i++) {
		asker[i].exposition = x;
		pthread_create(&asker[i].thread, NULL, ask, &asker[i]);
		if (!i)
			sem_wait(&world.begun);
	}
	wait_for_asked(THREADS);
	sem_post(&world.gate);
	sem_post(&world.gate);
	for (i = 0; i < THREADS; i++) {
		pthread_join(asker[i].thread, NULL);
		assert_string_equal(asker[i].got, "metric 'a_total': no memory: -ENOMEM");
	}
	assert_int_equal(world.passes, 2);
}

static void *ask_often(void *context)
{
	struct asker *a = context;
	char first[32], second[32];
	const struct body *b;
	int i;

	for (i = 0; i < 200; i++) {
		b = get(a->exposition, i % 2 ? &plain : &odd, NULL);
		assert_int_equal(sscanf(b->data, "a_total %31s\nb_total %31s\nend", first, second),
				 2);
		assert_string_equal(first, second);
		exposition_put(a->exposition, b);
	}
	return NULL;
}

static void bodies_are_whole_under_contention(void **state)
{
	struct asker asker[THREADS] = { 0 };
	int i;

	for (i = 0; i < THREADS; i++) {
		asker[i].exposition = ((struct fixture *)*state)->exposition;
		pthread_create(&asker[i].thread, NULL, ask_often, &asker[i]);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(asker[i].thread, NULL);
	assert_true(world.passes >= 2 && world.passes <= THREADS * 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_body_is_all_families_and_the_end),
		TEST(families_are_prepared_once_an_encoder),
		TEST(memory_is_used_again),
		TEST(a_body_in_use_is_not_written_to),
		TEST(no_memory_is_an_error_and_not_a_cut_body),
		TEST(a_body_over_the_ceiling_is_an_error),
		TEST(a_packed_body_is_the_same_unpacked),
		TEST(those_who_asked_before_a_pass_share_it_one_after_the_other),
		TEST(only_so_many_bodies_are_in_use_and_no_limit_is_for_those_who_share),
		TEST(what_does_not_fit_is_not_packed),
		TEST(those_who_ask_during_a_pass_share_a_younger_one),
		TEST(packed_bodies_are_shared_with_their_like),
		TEST(a_pass_is_shared_between_equal_selections_only),
		TEST(an_error_is_shared_too),
		TEST(bodies_are_whole_under_contention),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
