// SPDX-License-Identifier: GPL-2.0-only
/* Decoders of numbers whose names the kernel's interface fixes for ever. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "collect/decoders.h"
#include "collect/syscalls.h"

#define ERRNO_MAX 4095 /* MAX_ERRNO of the kernel */
#define ERRNO_SIGSYS 4096 /* bpf_exporter/syscall.bpf.h: this signal instead of an error */

/* Errors that no program sees but that probes do (include/linux/errno.h), and what the C library may not know. */
static const struct {
	uint64_t number;
	const char *name;
} kernel_errors[] = {
	{ 134, "EFTYPE" }, /* came with Linux 7 */
	{ 512, "ERESTARTSYS" },
	{ 513, "ERESTARTNOINTR" },
	{ 514, "ERESTARTNOHAND" },
	{ 515, "ENOIOCTLCMD" },
	{ 516, "ERESTART_RESTARTBLOCK" },
	{ 517, "EPROBE_DEFER" },
	{ 518, "EOPENSTALE" },
	{ 519, "ENOPARAM" },
	{ 521, "EBADHANDLE" },
	{ 522, "ENOTSYNC" },
	{ 523, "EBADCOOKIE" },
	{ 524, "ENOTSUPP" },
	{ 525, "ETOOSMALL" },
	{ 526, "ESERVERFAULT" },
	{ 527, "EBADTYPE" },
	{ 528, "EJUKEBOX" },
	{ 529, "EIOCBQUEUED" },
	{ 530, "ERECALLCONFLICT" },
	{ 531, "ENOGRACE" },
	{ ERRNO_SIGSYS, "SIGSYS" },
};

static const char *errno_name(uint64_t number)
{
	for (size_t i = 0; i < sizeof(kernel_errors) / sizeof(*kernel_errors); i++)
		if (kernel_errors[i].number == number)
			return kernel_errors[i].name;
	return number && number <= ERRNO_MAX ? error_name((int)number) : NULL;
}

/* As the kernel returns it (-2) or as programs know it (2). Seccomp filters return any number. */
bool decode_errno(struct decoder *d, const void *raw, struct text *out)
{
	int64_t v = decoder_signed(d, raw);
	const char *name = errno_name(v < 0 ? -(uint64_t)v : (uint64_t)v);

	text_puts(out, name ? name : v ? "other" : "0");
	return true;
}

bool decode_signal(struct decoder *d, const void *raw, struct text *out)
{
	const uint64_t v = decoder_unsigned(d, raw);
	const char *name = v < (uint64_t)SIGRTMIN ? sigabbrev_np((int)v) : NULL;

	if (name)
		text_printf(out, "SIG%s", name);
	else if (v == (uint64_t)SIGRTMIN)
		text_puts(out, "SIGRTMIN");
	else if (v > (uint64_t)SIGRTMIN && v <= (uint64_t)SIGRTMAX)
		text_printf(out, "SIGRTMIN+%d", (int)v - SIGRTMIN);
	else
		text_u64(out, v);
	return true;
}

bool decode_syscall(struct decoder *d, const void *raw, struct text *out)
{
	const uint64_t v = decoder_unsigned(d, raw);
	const char *name = syscall_name(v);

	text_puts(out, name ? name : v < SYSCALLS_UNKNOWN ? "other" : "unknown");
	return true;
}

int encode_syscall(const char *text, uint64_t *value, struct error *e)
{
	char hint[SUGGEST_HINT];
	int number;

	if (isdigit((unsigned char)*text))
		return encode_uint(text, value, e);
	number = syscall_number(text);
	if (number >= 0) {
		*value = (uint64_t)number;
		return 0;
	}
	suggest_hint(text, syscall_names(), hint);
	return error_set(e, -ENOENT, "no syscall '%s': -ENOENT%s", text, hint);
}
