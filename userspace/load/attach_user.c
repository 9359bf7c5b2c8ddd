// SPDX-License-Identifier: GPL-2.0-only
/* Programs at functions and at static probes of binaries and libraries, in every process that runs them. A name without
 * a slash is looked for in PATH, or where libraries are. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "load/attach_ways.h"

#define ANY_PROCESS (-1)

/* "binary:rest" */
static bool split_binary(const char *target, char binary[PATH_MAX], const char **rest)
{
	size_t length = strcspn(target, ":");

	if (!length || length >= PATH_MAX || !target[length])
		return false;
	memcpy(binary, target, length);
	binary[length] = '\0';
	*rest = target + length + 1;
	return true;
}

static int attach_function(const struct bpf_program *p, const char *target, bool at_return,
			   struct attachment *a)
{
	char binary[PATH_MAX], name[ATTACH_SYMBOL];
	LIBBPF_OPTS(bpf_uprobe_opts, options, .retprobe = at_return, .func_name = name);
	const char *function;
	size_t offset;

	if (!split_binary(target, binary, &function) ||
	    !attach_split_offset(function, name, &offset))
		return -EINVAL;
	return attachment_add_link(a, bpf_program__attach_uprobe_opts(p, ANY_PROCESS, binary,
								      offset, &options));
}

int attach_uprobe(const struct bpf_program *p, const char *target, const struct features *f,
		  struct attachment *a)
{
	(void)f;
	return attach_function(p, target, false, a);
}

int attach_uretprobe(const struct bpf_program *p, const char *target, const struct features *f,
		     struct attachment *a)
{
	(void)f;
	return attach_function(p, target, true, a);
}

int attach_usdt(const struct bpf_program *p, const char *target, const struct features *f,
		struct attachment *a)
{
	char binary[PATH_MAX], provider[ATTACH_SYMBOL];
	const char *probe, *name;

	(void)f;
	if (!split_binary(target, binary, &probe))
		return -EINVAL;
	name = strchr(probe, ':');
	if (!name || name - probe >= ATTACH_SYMBOL)
		return -EINVAL;
	snprintf(provider, sizeof(provider), "%.*s", (int)(name - probe), probe);
	return attachment_add_link(a, bpf_program__attach_usdt(p, ANY_PROCESS, binary, provider,
							       name + 1, NULL));
}
