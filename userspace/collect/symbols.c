// SPDX-License-Identifier: GPL-2.0-only
/* /proc/kallsyms, line by line, into an array sorted by address. */
#include "collect/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/log.h"
#include "base/number.h"

#define SYMBOLS_MAX (1U << 20)
#define SYMBOL_NAMES_MAX (64U << 20) /* bytes of all names */
#define SYMBOL_REACH (1U << 20) /* bytes: an address farther above a symbol is not in it */
#define SYMBOLS_START (1U << 16) /* room made at first; a kernel has 100,000 and more */
#define READ_SIZE 65536 /* bytes; a longer line is skipped */

struct symbol {
	uint64_t address;
	uint32_t name; /* offset into names; ascends in the order of the file */
};

struct symbols {
	int fd;
	bool loaded, told;
	struct symbol *list;
	size_t nr, capacity;
	struct buffer names;
	size_t hidden; /* lines whose address was withheld */
};

/* ---- life ---- */

static void tell_once(struct symbols *s, const char *reason)
{
	if (!s->told)
		log_event(LOG_WARN, "cannot resolve kernel addresses to names: labels show numbers",
			  "file", "/proc/kallsyms", "reason", reason, NULL);
	s->told = true;
}

struct symbols *symbols_new(const char *root)
{
	struct symbols *s = calloc(1, sizeof(*s));
	char path[4096];

	if (!s)
		return NULL;
	snprintf(path, sizeof(path), "%s/proc/kallsyms", root);
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		tell_once(s, error_name(errno));
	return s;
}

void symbols_settle(struct symbols *s)
{
	if (!s->loaded)
		return;
	free(s->list);
	s->list = NULL;
	s->nr = s->capacity = s->hidden = 0;
	buffer_release(&s->names);
	s->loaded = false;
	/* Once something large was freed, glibc keeps blocks of that size for later. */
	malloc_trim(0);
}

void symbols_free(struct symbols *s)
{
	if (!s)
		return;
	symbols_settle(s);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

/* ---- reading ---- */

static bool make_room(struct symbols *s)
{
	size_t capacity = s->capacity ? s->capacity * 2 : SYMBOLS_START;
	struct symbol *list;

	if (s->nr < s->capacity)
		return true;
	if (s->nr >= SYMBOLS_MAX)
		return false;
	list = realloc(s->list, capacity * sizeof(*list));
	if (!list)
		return false;
	s->list = list;
	s->capacity = capacity;
	return true;
}

/* A line is "ffffffff81000000 T _text", of a module with "\t[name]" after it. Those that are not
 * like that are skipped. False when full. */
static bool take_line(struct symbols *s, const char *line, const char *end)
{
	uint64_t address;
	const char *name = number_hex(line, end, &address);
	size_t length = 0;

	if (name == line || end - name < 4 || name[0] != ' ' || name[2] != ' ')
		return true;
	/* Absolute ones are offsets and constants, not places (the per-CPU symbols of x86). */
	if (strchr("AaU", name[1]))
		return true;
	if (!address) {
		s->hidden++;
		return true;
	}
	name += 3;
	while (name + length < end && (unsigned char)name[length] > ' ')
		length++;
	if (!length)
		return true;
	if (!make_room(s))
		return false;
	s->list[s->nr].address = address;
	s->list[s->nr++].name = (uint32_t)s->names.length;
	buffer_append(&s->names, name, length);
	buffer_append(&s->names, "", 1);
	return !s->names.failed;
}

/* Take the whole lines of a chunk; returns the bytes that remain of the last one, moved to the
 * front, or -1 when full. */
static ssize_t take_lines(struct symbols *s, char *chunk, size_t length, bool *skip)
{
	char *line = chunk, *end = chunk + length, *newline;

	while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
		if (!*skip && !take_line(s, line, newline))
			return -1;
		*skip = false;
		line = newline + 1;
	}
	/* No line has so many bytes: what is left of this one is skipped, too. */
	if (end - line == READ_SIZE) {
		*skip = true;
		return 0;
	}
	memmove(chunk, line, (size_t)(end - line));
	return end - line;
}

static int read_symbols(struct symbols *s)
{
	char *chunk = malloc(READ_SIZE);
	ssize_t held = 0, n = -1;
	bool skip = false;
	int err = 0;

	if (!chunk)
		return -ENOMEM;
	if (lseek(s->fd, 0, SEEK_SET) < 0)
		err = -errno;
	while (!err && n) {
		n = read(s->fd, chunk + held, READ_SIZE - (size_t)held);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		else
			held = take_lines(s, chunk, (size_t)(held + n), &skip);
		if (held < 0)
			err = -E2BIG;
	}
	free(chunk);
	return err;
}

static int compare_symbols(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* What was read before an error is sound and is used. Where there is nothing to see, it is not
 * looked for again: what the file shows was settled when it was opened. */
static void load(struct symbols *s)
{
	int err;

	s->names.ceiling = SYMBOL_NAMES_MAX;
	s->loaded = true;
	err = read_symbols(s);
	if (s->names.failed)
		s->nr = 0;
	if (err)
		tell_once(s, error_name(err));
	else if (s->hidden && !s->nr)
		tell_once(s,
			  "addresses are hidden; kernel.kptr_restrict=1 shows them to CAP_SYSLOG");
	else if (!s->nr)
		tell_once(s, "it lists no symbols");
	if (!s->nr) {
		close(s->fd);
		s->fd = -1;
		return;
	}
	qsort(s->list, s->nr, sizeof(*s->list), compare_symbols);
}

const char *symbols_find(struct symbols *s, uint64_t address)
{
	size_t low = 0, high, first;

	if (!s->loaded && s->fd >= 0)
		load(s);
	high = s->nr;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->list[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address - s->list[low - 1].address >= SYMBOL_REACH)
		return NULL;
	for (first = low - 1; first && s->list[first - 1].address == s->list[first].address;)
		first--;
	return s->names.data + s->list[first].name;
}
