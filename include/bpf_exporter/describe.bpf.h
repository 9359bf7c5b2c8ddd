/* SPDX-License-Identifier: GPL-2.0-only */
/* How a collector describes itself: every macro here becomes a BTF declaration tag `key=value`.
 *
 * The tags of one declaration are a set: their order means nothing and a repeated one counts once. Put
 * them on the first declaration of a thing; on a later one they are lost.
 */
#ifndef BPF_EXPORTER_DESCRIBE_BPF_H
#define BPF_EXPORTER_DESCRIBE_BPF_H

#define DESCRIBE(text) __attribute__((btf_decl_tag(text)))

/* ---- the collector ---- */

/* COLLECTOR(softirq, "Time that softirqs wait and run", ON): once a file, at its top. The name is that
 * of --collector.<name>; ON or OFF is its state without a flag. It also declares the licence that the
 * kernel wants to see. */
#define COLLECTOR(name_, help_, state_)                                                     \
	char LICENSE[] SEC("license") DESCRIBE("collector=" #name_) DESCRIBE("help=" help_) \
		DESCRIBE("default=" #state_) = "GPL"

/* PARAMETER(timed, __u8, [512], "Syscalls that are timed") DECODE(syscall) DEFAULT("read,write"):
 * a constant that --collector.<collector>.<parameter>=VALUE sets before the programs are loaded. A
 * scalar is a number (its initial value is the default); an array is a set: the elements of the listed
 * values, read by the decoder that DECODE names, are 1 and all others 0. */
#define PARAMETER(name_, type_, dimension_, help_)                                          \
	const volatile type_ name_ dimension_ DESCRIBE("parameter=" #name_) DESCRIBE("help" \
										     "=" help_)
#define DEFAULT(list) DESCRIBE("set=" list)

/* ---- metrics: members of a map's value (or globals) ---- */

/* METRIC("node_x_total", "What it counts"): on a __u64 it is a counter (the name ends in _total) or,
 * with GAUGE, a gauge (also of __s64); on a HISTOGRAM a histogram. */
#define METRIC(name, help) DESCRIBE("metric=" name) DESCRIBE("help=" help)
#define GAUGE DESCRIBE("type=gauge")
/* The integer holds nanoseconds and is exported in seconds, as its name says. */
#define NANOSECONDS DESCRIBE("unit=seconds")

/* ---- labels: members of a map's key, in their order ---- */

/* A member's name is the label's name. Without DECODE an enum is shown by its enumerators, an integer
 * by its digits, an array of char as a string and a _Bool as true or false. The members of an anonymous
 * union are several labels of the same bytes. Padding is a member whose name begins with an underscore;
 * it must be zero, and each byte of a hash's key must belong to a member. */
#define DECODE(decoder) DESCRIBE("decode=" #decoder)
/* Strip this from the enumerators that begin with it (all are lower-cased). */
#define PREFIX(text) DESCRIBE("prefix=" text)
/* The label's values are the enumerators of an enum of the running kernel, read from its BTF. Where the kernel has no
 * such enum, 0 is the empty value (a label that is not there) and any other its digits. */
#define KERNEL_ENUM(name, prefix) \
	DESCRIBE("decode=kernel_enum") DESCRIBE("enum=" name) PREFIX(prefix)
/* In a table, how many values an integer member has (an enum has as many as its highest and one, a _Bool
 * two). All of them together must fill the table's slots. Members of unions, arrays and bit-fields cannot
 * be labels of a table. */
#define VALUES(n) DESCRIBE("values=" #n)

/* ---- programs ---- */

/* EVENT("switch"): the programs of one event are loaded together or not at all; a metric that names the
 * event is absent where it cannot be had. A program without an event is needed by the whole collector. */
#define EVENT(event) DESCRIBE("event=" event)
/* ALTERNATIVE("switch", 1, "hybrid"): one way to have the event. The loader takes the lowest rank that
 * this kernel can run; programs of the same rank and name go together. */
#define ALTERNATIVE(event, rank, name) EVENT(event) ALTERNATIVE_AS(rank, name)
#define ALTERNATIVE_AS(rank, name) \
	DESCRIBE("alternative=" #rank ":" name) /* the rank may be a macro */
/* What the kernel (or a parameter) must have, asked before loading. May stand several times:
 *   NEEDS("args:4")                          the tp_btf or raw_tp tracepoint has just so many arguments
 *   NEEDS("field:request.start_time_ns")     a struct's field; also nested: "a.b.c"
 *   NEEDS("type:bpf_iter__task")             a struct or union
 *   NEEDS("enumerator:bpf_map_type.BPF_MAP_TYPE_TASK_STORAGE")
 *   NEEDS("function:blk_mq_start_request")   a function in the kernel's BTF
 *   NEEDS("tracepoint:xfs_file_fsync")       a tp_btf or raw_tp tracepoint
 *   NEEDS("parameter:timed")                 a parameter that is not zero or empty
 * What a module has is named with it: "function:overlay:ovl_fsync". A leading '!' asks for the opposite. */
#define NEEDS(question) DESCRIBE("needs=" question)

#endif
