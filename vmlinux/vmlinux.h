/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's types that the collectors use, and of those only the members they read. Every access is
 * relocated by CO-RE to where the running kernel has the member, so neither order nor size matters here.
 * scripts/vmlinux makes the full header of the running kernel, to look things up.
 *
 * What a type was on older kernels stands beside the helper that reads it, in bpf_exporter/kernel.bpf.h.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __s8 s8;
typedef __u8 u8;
typedef __s16 s16;
typedef __u16 u16;
typedef __s32 s32;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef unsigned long size_t;

typedef struct {
	int counter;
} atomic_t;

#define NULL ((void *)0)
#if __STDC_VERSION__ < 202311L /* else these are words of the language */
typedef _Bool bool;
#define true 1
#define false 0
#endif

/* uapi/linux/bpf.h */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};

enum bpf_func_id {
	BPF_FUNC_snprintf = 165,
	BPF_FUNC_get_current_task_btf = 158,
	BPF_FUNC_task_pt_regs = 175,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_F_NO_PREALLOC = 1,
	BPF_F_MMAPABLE = 1024,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
};

/* uapi/asm-generic/errno*.h: the same on all architectures of ours */
enum errno {
	EINTR = 4,
	EIO = 5,
	EAGAIN = 11,
	ENOMEM = 12,
	ENOSPC = 28,
	EBADE = 52,
	ENODATA = 61,
	ENOLINK = 67,
	EILSEQ = 84,
	EOPNOTSUPP = 95,
	ETIMEDOUT = 110,
	ECONNREFUSED = 111,
	EREMOTEIO = 121,
	MAX_ERRNO = 4095,
};

enum {
	AF_INET6 = 10,
	IPPROTO_TCP = 6,
	IPPROTO_MPTCP = 262,
	ETH_P_IP = 0x0800,
	ETH_P_ARP = 0x0806,
	ETH_P_IPV6 = 0x86dd,
};

/* net/tcp_states.h; fixed, because user space sees them */
enum tcp_state {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_NEW_SYN_RECV,
};

/* net/inet_connection_sock.h */
enum icsk_timer {
	ICSK_TIME_LOSS_PROBE = 5,
};

/* uapi/linux/tcp.h */
enum tcp_ca_state {
	TCP_CA_Recovery = 3,
	TCP_CA_Loss,
};

/* net/dropreason-core.h: the numbers are those of the running kernel, by CO-RE */
enum skb_drop_reason {
	SKB_NOT_DROPPED_YET,
	SKB_CONSUMED,
	SKB_DROP_REASON_NOT_SPECIFIED,
	SKB_DROP_REASON_DUP_FRAG,
	SKB_DROP_REASON_IPV6_NDISC_NS_OTHERHOST,
	SKB_DROP_REASON_OTHERHOST,
	SKB_DROP_REASON_PACKET_SOCK_ERROR,
	SKB_DROP_REASON_QUEUE_PURGE,
	SKB_DROP_REASON_SOCKET_CLOSE,
	SKB_DROP_REASON_TCP_FASTOPEN,
	SKB_DROP_REASON_TCP_OFOMERGE,
	SKB_DROP_REASON_TCP_OLD_ACK,
	SKB_DROP_REASON_TCP_OLD_DATA,
	SKB_DROP_REASON_TCP_OLD_SEQUENCE,
	SKB_DROP_REASON_TCP_RESET,
	SKB_DROP_REASON_TCP_RFC7323_PAWS_ACK,
	SKB_DROP_REASON_UNIX_DISCONNECT,
	SKB_DROP_REASON_UNIX_SKIP_OOB,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax, ip, cs, flags, sp, ss;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31], sp, pc, pstate;
};
struct pt_regs {
	struct user_pt_regs user_regs;
	__u64 orig_x0;
	__s32 syscallno;
};
#endif

/* ---- scheduling and tasks ---- */

struct sched_domain {
	struct sched_domain *parent;
	struct sched_domain_shared *shared;
};

struct rq {
	u64 clock;
	struct sched_domain *sd;
	int cpu;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	unsigned int flags;
};

struct task_group {
	struct cgroup_subsys_state css;
};

struct cfs_rq {
	struct rq *rq;
	struct task_group *tg;
	u64 throttled_clock; /* when it was throttled, by rq->clock */
	int throttled;
};

struct sched_entity {
	struct cfs_rq *cfs_rq;
	u64 sum_exec_runtime;
};

struct sched_info {
	unsigned long long run_delay;
	unsigned long long last_queued;
};

struct signal_struct {
	int group_exit_code;
	struct task_struct *group_exec_task; /* since 5.17 */
	unsigned int flags;
};

struct thread_info {
	unsigned long flags;
	u32 status; /* x86 */
};

struct seccomp {
	int mode;
};

typedef struct {
	unsigned long sig[1];
} sigset_t;

struct sigpending {
	sigset_t signal;
};

struct sigaction {
	void *sa_handler;
	unsigned long sa_flags;
};

struct k_sigaction {
	struct sigaction sa;
};

struct kernfs_node {
	u64 id;
};

struct cgroup_root {
	int hierarchy_id; /* 0: cgroup2 */
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct blk_plug;

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	unsigned int flags;
	struct sched_entity se;
	struct sched_info sched_info;
	unsigned int in_memstall : 1; /* where the kernel has pressure stall information */
	unsigned long min_flt, maj_flt;
	int exit_code;
	u64 start_time; /* CLOCK_MONOTONIC */
	int pid;
	int tgid;
	struct task_struct *group_leader;
	char comm[16];
	struct signal_struct *signal;
	struct css_set *cgroups;
	struct files_struct *files;
	struct seccomp seccomp;
	struct sigpending pending;
	void *stack;
	struct blk_plug *plug;
};

struct irqaction {
	const char *name;
};

/* ---- block ---- */

struct gendisk {
	char disk_name[32];
	struct request_queue *queue;
};

enum req_op { /* since 6.0 */
	REQ_OP_ZONE_APPEND = 7,
};

enum rqf_flags { /* since 6.11 */
	__RQF_USE_SCHED = 5,
	__RQF_IO_STAT = 8,
};

struct blk_plug {
	u64 cur_ktime; /* since 6.9 */
};

struct request_queue {
	const struct blk_mq_ops *mq_ops; /* NULL: no requests */
	struct gendisk *disk; /* since 5.15 */
};

struct request {
	struct request_queue *q;
	u32 cmd_flags; /* the operation in its lowest 8 bits */
	unsigned int __data_len; /* bytes that are not completed yet */
	u32 rq_flags;
	u64 start_time_ns, io_start_time_ns;
};

/* ---- files ---- */

enum {
	S_IFMT = 0170000,
	S_IFDIR = 0040000,
	S_IFREG = 0100000,
};

struct file_system_type {
	const char *name;
};

struct super_block {
	struct file_system_type *s_type;
	int s_stack_depth;
};

struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
};

struct dentry {
	struct inode *d_inode;
};

struct path {
	struct dentry *dentry;
};

enum {
	FMODE_CREATED = 1 << 20,
};

struct file {
	struct inode *f_inode;
	unsigned int f_mode;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

/* ---- network ---- */

struct in6_addr {
	union {
		__be32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	unsigned short skc_family;
	volatile unsigned char skc_state;
	unsigned long skc_flags;
	struct in6_addr skc_v6_daddr;
};

enum sock_flags {
	SOCK_DEAD, /* its program has closed it */
};

struct sock {
	struct sock_common __sk_common;
	u16 sk_protocol;
	int sk_err;
	u32 sk_ack_backlog; /* length of a listener's accept queue */
};

struct inet_sock {
	__be16 inet_sport;
};

struct request_sock_queue {
	atomic_t qlen; /* of the SYN queue */
};

struct inet_connection_sock {
	struct request_sock_queue icsk_accept_queue;
	__u8 icsk_ca_state : 5;
	__u8 icsk_pending; /* which timer is set */
	__u8 icsk_retransmits; /* time-outs in a row */
};

struct minmax_sample {
	u32 v;
};

struct minmax {
	struct minmax_sample s[3]; /* the best first */
};

struct tcp_rack {
	u32 rtt_us; /* of the last segment of its own that was acknowledged; 0: of none */
};

struct tcp_sock {
	u32 segs_out; /* since it began to connect */
	u32 snd_una, snd_nxt;
	u32 snd_wnd;
	u32 packets_out;
	u32 undo_marker;
	u32 srtt_us; /* eighths of a microsecond */
	u32 total_retrans; /* since it began to connect */
	struct minmax rtt_min; /* in microseconds */
	struct tcp_rack rack;
	u8 fastopen_connect : 1; /* TCP_FASTOPEN_CONNECT */
	struct request_sock *fastopen_rsk;
	struct {
		u64 time; /* in microseconds */
	} rcvq_space;
};

struct mptcp_sock {
	struct sock *first; /* the TCP socket of its first path */
};

struct tcp_skb_cb {
	u16 tcp_gso_segs;
};

struct sk_buff {
	char cb[48];
	__be16 protocol;
};

/* ---- memory ---- */

enum vm_fault_reason {
	VM_FAULT_MAJOR = 0x4,
	VM_FAULT_RETRY = 0x400,
	VM_FAULT_ERROR = 0x1 | 0x2 | 0x10 | 0x20 | 0x40 | 0x800,
};

enum fault_flag {
	FAULT_FLAG_TRIED = 1 << 5,
};

struct bio_vec {
	struct page *bv_page;
};

struct block_device {
	struct gendisk *bd_disk;
};

struct bvec_iter {
	unsigned int bi_size; /* bytes that are left */
};

struct bio {
	struct block_device *bi_bdev; /* since 5.12 */
	u32 bi_opf; /* the operation in its lowest 8 bits */
	u8 bi_status;
	struct bvec_iter bi_iter;
	struct bio_vec *bi_io_vec;
};

struct swap_iocb {
	struct bio bio; /* since 7.3 */
	struct bio_vec bvecs[1]; /* of another size: take the kernel's */
	int nr_bvecs;
};

/* ---- interrupts and work ---- */

enum {
	WQ_BH = 1 << 0, /* since 6.9; unused before */
	WQ_UNBOUND = 1 << 1,
	WQ_HIGHPRI = 1 << 4,
};

struct workqueue_struct {
	unsigned int flags;
};

struct pool_workqueue {
	struct workqueue_struct *wq;
};

typedef struct {
	s64 counter;
} atomic64_t, atomic_long_t;

struct work_struct {
	atomic_long_t data; /* pending in its lowest bit */
};

/* ---- memory ---- */

struct folio { /* since 5.16 */
	struct address_space *mapping;
};

struct page {
	struct address_space *mapping; /* anonymous memory where its lowest bit is set */
};

struct oom_control {
	struct mem_cgroup *memcg; /* NULL: the machine is short of memory */
};

#pragma clang attribute pop

#endif
