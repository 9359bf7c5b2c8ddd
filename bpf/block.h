/* SPDX-License-Identifier: GPL-2.0-only */
/* What the collectors of block devices have in common: operations and how they end. */
#ifndef BLOCK_H
#define BLOCK_H

#define ALIGNED __attribute__((aligned(8))) /* of a key that a disk's name is copied into */

enum op {
	OP_READ,
	OP_WRITE,
	OP_FLUSH,
	OP_DISCARD, /* so far as in the kernel, which never renumbers these */
	OP_WRITE_ZEROES,
	OP_ZONE_APPEND,
	OP_OTHER,
};

#define PAST_BLOCK_LAYER 32 /* commands of drivers and ioctls, from here on */

#define WRITE_ZEROES 9
#define ZONE_APPEND_BEFORE_6_0 13 /* where the enum had another name */

static __always_inline __u32 zone_append(void)
{
	return bpf_core_enum_value_exists(enum req_op, REQ_OP_ZONE_APPEND)
		       ? bpf_core_enum_value(enum req_op, REQ_OP_ZONE_APPEND)
		       : ZONE_APPEND_BEFORE_6_0;
}

static __always_inline enum op op_of(__u32 code)
{
	if (code < OP_WRITE_ZEROES)
		return code;
	if (code == WRITE_ZEROES)
		return OP_WRITE_ZEROES;
	return code == zone_append() ? OP_ZONE_APPEND : OP_OTHER;
}

/* The kernel's blk_status_t, as far as its numbers are the same in all versions. */
enum status {
	STATUS_NOTSUPP = 1,
	STATUS_TIMEOUT,
	STATUS_NOSPC,
	STATUS_TRANSPORT,
	STATUS_TARGET,
	STATUS_RESV_CONFLICT,
	STATUS_MEDIUM,
	STATUS_PROTECTION,
	STATUS_RESOURCE,
	STATUS_IOERR,
	STATUS_OTHER,
};

/* Before 5.16 the tracepoint of requests told the errno that stands for a status. */
static const __u8 status_of_errno[128] = {
	[EIO] = STATUS_IOERR,		[ENOMEM] = STATUS_RESOURCE,    [ENOSPC] = STATUS_NOSPC,
	[EBADE] = STATUS_RESV_CONFLICT, [ENODATA] = STATUS_MEDIUM,     [ENOLINK] = STATUS_TRANSPORT,
	[EILSEQ] = STATUS_PROTECTION,	[EOPNOTSUPP] = STATUS_NOTSUPP, [ETIMEDOUT] = STATUS_TIMEOUT,
	[EREMOTEIO] = STATUS_TARGET,
};

static __always_inline enum status status_of(int error)
{
	if (error < 0)
		error = status_of_errno[-error & 127];
	return error && error < STATUS_OTHER ? error : STATUS_OTHER;
}

/* "dm-0": such a device stands on others, whatever it is made of. */
static __always_inline bool is_device_mapper(const char *name)
{
	return name[0] == 'd' && name[1] == 'm' && name[2] == '-';
}

#endif
