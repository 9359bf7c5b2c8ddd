// SPDX-License-Identifier: GPL-2.0-only
/* Loads bpf/witness.bpf.c, one program at a time: a kernel may lack some kinds. */
#include "load/witness.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/embedded.h"
#include "base/file.h"
#include "load/attach.h"
#include "load/library.h"

#define FTRACE_SWITCH "/proc/sys/kernel/ftrace_enabled"
#define KPROBE_SWITCH "/sys/kernel/debug/kprobes/enabled"
#define TRIES 3 /* a program may have been skipped while another task was within it */

extern const struct embedded witness_object; /* of embed.S */

struct witness {
	struct stand {
		const volatile struct witness_state *state; /* NULL: not attached */
		struct attachment attachment;
	} stands[PROBES];
};

static const struct probe_kind {
	const char *program, *name;
} kinds[PROBES] = {
	[PROBE_FENTRY] = { "by_fentry", "fentry" },
	[PROBE_KPROBE] = { "by_kprobe", "kprobe" },
	[PROBE_MULTI] = { "by_multi", "kprobe.multi" },
};

/* ---- attaching ---- */

static int stand_map(struct stand *s, const struct bpf_object *o)
{
	const int bss = bpf_map__fd(bpf_object__find_map_by_name(o, ".bss"));
	void *memory = mmap(NULL, sizeof(*s->state), PROT_READ, MAP_SHARED, bss, 0);

	if (memory == MAP_FAILED)
		return -errno;
	s->state = memory;
	return 0;
}

static int stand_attach(struct stand *s, const struct bpf_program *p, const struct features *f)
{
	const char *target;
	const struct attach_way *way = attach_find(bpf_program__section_name(p), &target);

	return way->attach(p, target, f, &s->attachment);
}

static void stand_release(struct stand *s)
{
	attachment_release(&s->attachment);
	if (s->state)
		munmap((void *)s->state, sizeof(*s->state));
	s->state = NULL;
}

static int stand_load(struct stand *s, struct bpf_object *o, enum probe probe,
		      const struct features *f)
{
	struct bpf_program *wanted = bpf_object__find_program_by_name(o, kinds[probe].program), *p;
	const char *target;
	const struct attach_way *way = attach_find(bpf_program__section_name(wanted), &target);
	int err = 0;

	bpf_object__for_each_program(p, o) bpf_program__set_autoload(p, p == wanted);
	if (attach_is_typed(way))
		err = library_own_target(wanted);
	if (!err)
		err = bpf_object__load(o);
	if (!err)
		err = stand_map(s, o);
	return err ? err : stand_attach(s, wanted, f);
}

/* What cannot be attached is not told: collectors say why, where they want it. */
static void stand_up(struct stand *s, enum probe probe, const struct features *f)
{
	struct library_capture capture = { .features = f };
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "witness");
	struct bpf_object *o;

	library_setup();
	library_capture(&capture);
	o = bpf_object__open_mem(witness_object.elf, witness_object.size, &options);
	if (!o || stand_load(s, o, probe, f))
		stand_release(s);
	bpf_object__close(o);
	library_capture(NULL);
}

struct witness *witness_new(const struct features *f)
{
	struct witness *w = calloc(1, sizeof(*w));
	enum probe i;

	for (i = 0; w && i < PROBES; i++)
		stand_up(&w->stands[i], i, f);
	return w;
}

void witness_free(struct witness *w)
{
	enum probe i;

	for (i = 0; w && i < PROBES; i++)
		stand_release(&w->stands[i]);
	free(w);
}

/* ---- asking ---- */

static bool is_off(const char *path)
{
	char text[8] = "";

	return file_read(path, text, sizeof(text)) > 0 && text[0] == '0';
}

static bool blame(enum probe probe, struct error *why)
{
	if (is_off(FTRACE_SWITCH))
		error_set(why, -ENODATA,
			  "%s: this kernel runs no programs at functions: kernel.ftrace_enabled is "
			  "0; run sysctl kernel.ftrace_enabled=1",
			  kinds[probe].name);
	else if (probe == PROBE_KPROBE && is_off(KPROBE_SWITCH))
		error_set(why, -ENODATA,
			  "kprobe: this kernel runs no kprobes: they are switched off; "
			  "echo 1 >" KPROBE_SWITCH);
	else
		error_set(why, -ENODATA,
			  "%s: this kernel does not run attached programs: the exporter's test "
			  "program at getsid() did not see its call",
			  kinds[probe].name);
	return false;
}

static uint64_t seen(const struct witness *w, enum probe probe)
{
	return w->stands[probe].state ? w->stands[probe].state->seen[probe] : 0;
}

/* False where it did not see a call that was made. */
static bool sees(const struct witness *w, enum probe probe)
{
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		const uint64_t before = seen(w, probe);

		if (syscall(SYS_getsid, 0) < 0 || seen(w, probe) != before)
			return true;
	}
	return false;
}

bool witness_sees(const struct witness *w, unsigned int probes, struct error *why)
{
	enum probe i;

	for (i = 0; w && i < PROBES; i++)
		if (probes & 1u << i && w->stands[i].state && !sees(w, i))
			return blame(i, why);
	return true;
}
