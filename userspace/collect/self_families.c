// SPDX-License-Identifier: GPL-2.0-only
/* What the exporter says about itself. */
#include "collect/self_families.h"

/* clang-format off */
const struct self_family self_families[] = {
	/* In a sheet's order of words. */
	{ SHEET_BUILD, METRIC_INFO, VALUE_UNSIGNED, "bpf_exporter_build_info", "",
	  "Always 1; the labels have the version, the revision and the compiler." },
	{ SHEET_KERNEL, METRIC_INFO, VALUE_UNSIGNED, "bpf_exporter_kernel_info", "",
	  "Always 1; the labels have the release, version and machine of the running kernel." },
	{ SHEET_SANDBOX, METRIC_STATESET, VALUE_UNSIGNED, SANDBOX_STATE, "",
	  "Whether the exporter gave up a privilege after its start: 1 if it did. 0 means that this host cannot do it, "
	  "or --no-sandbox." },
	{ SHEET_INFO, METRIC_INFO, VALUE_UNSIGNED, "bpf_exporter_collector_info", "",
	  "Always 1; the labels have the state of a collector and, where it cannot run, the reason." },
	{ SHEET_COLLECTOR, METRIC_GAUGE, VALUE_UNSIGNED, "bpf_exporter_collector_success", "",
	  "Whether an enabled collector delivered its metrics to this scrape: 1 if it did. 0 means that its metrics are "
	  "absent; the log has the reason." },
	{ SHEET_COLLECTOR, METRIC_GAUGE, VALUE_NANOSECONDS, "bpf_exporter_collector_duration_seconds", "seconds",
	  "Time that this scrape took to read the collector's maps. A high value means that they hold many series." },
	{ SHEET_COLLECTOR, METRIC_COUNTER, VALUE_UNSIGNED, "bpf_exporter_collector_events_total", "",
	  "Kernel events that the collector's metrics count; of several metrics, those of the one with the most." },
	{ SHEET_MISSED, METRIC_COUNTER, VALUE_UNSIGNED, "bpf_exporter_collector_missed_total", "",
	  "Runs of a collector's BPF programs that the kernel skipped: while a task was preempted within the program, "
	  "while another program or kprobe ran on that CPU, or because no kretprobe was left. A high share of "
	  "bpf_exporter_collector_events_total means that the collector's metrics show too little by that share. Before "
	  "Linux 6.7 the kernel does not report what it skips of kprobes." },
	{ SHEET_PROGRAM_INFO, METRIC_INFO, VALUE_UNSIGNED, "bpf_exporter_program_info", "",
	  "Always 1; the labels say how a BPF program is attached, or why it is not." },
	{ SHEET_PROGRAM, METRIC_GAUGE, VALUE_UNSIGNED, "bpf_exporter_program_attached", "",
	  "Whether a BPF program is attached: 1 if it is." },
	{ SHEET_PROGRAM, METRIC_COUNTER, VALUE_UNSIGNED, "bpf_exporter_program_missed_total", "",
	  "Runs of a BPF program that the kernel skipped; see bpf_exporter_collector_missed_total." },
	{ SHEET_MAP, METRIC_GAUGE, VALUE_UNSIGNED, "bpf_exporter_map_entries", "",
	  "Series that a BPF map holds, of maps that get series as events happen. A value near "
	  "bpf_exporter_map_max_entries means that events of new series will be lost." },
	{ SHEET_MAP, METRIC_GAUGE, VALUE_UNSIGNED, "bpf_exporter_map_max_entries", "",
	  "Series that a BPF map can hold at most." },
	{ SHEET_MAP, METRIC_GAUGE, VALUE_UNSIGNED, "bpf_exporter_map_entries_merged", "",
	  "Entries of a BPF map that have the same labels as another one and are added to it: two devices with one "
	  "name, or a removed device and its successor." },
	{ SHEET_MAP, METRIC_COUNTER, VALUE_UNSIGNED, "bpf_exporter_series_dropped_total", "",
	  "Series left out of a scrape because their table was full." },
	{ SHEET_LOST, METRIC_COUNTER, VALUE_UNSIGNED, "bpf_exporter_events_lost_total", "",
	  "Kernel events that no metric of the collector counts, by cause; absent before the first. A high value means "
	  "that the collector's metrics show too little." },
	{ SHEET_TALLY, METRIC_COUNTER, VALUE_UNSIGNED, "bpf_exporter_web_refused_total", "",
	  "Connections, TLS handshakes, requests and answers that the exporter refused or ended early, by reason; "
	  "absent before the first. A high value means clients that are too many, too slow or not wanted: the log has "
	  "their addresses." },
	{ SHEET_LOG, METRIC_COUNTER, VALUE_UNSIGNED, "bpf_exporter_log_lines_dropped_total", "",
	  "Lines of the log that the exporter dropped because nobody read its standard error." },
	/* With the help texts of client libraries: who merges exporters refuses others. */
	{ SHEET_PROCESS, METRIC_COUNTER, VALUE_NANOSECONDS, "process_cpu_seconds_total", "seconds",
	  "Total user and system CPU time spent in seconds." },
	{ SHEET_PROCESS, METRIC_GAUGE, VALUE_UNSIGNED, "process_open_fds", "",
	  "Number of open file descriptors." },
	{ SHEET_PROCESS, METRIC_GAUGE, VALUE_UNSIGNED, "process_max_fds", "",
	  "Maximum number of open file descriptors." },
	{ SHEET_PROCESS, METRIC_GAUGE, VALUE_UNSIGNED, "process_virtual_memory_bytes", "bytes",
	  "Virtual memory size in bytes." },
	{ SHEET_PROCESS, METRIC_GAUGE, VALUE_UNSIGNED, "process_virtual_memory_max_bytes", "bytes",
	  "Maximum amount of virtual memory available in bytes." },
	{ SHEET_PROCESS, METRIC_GAUGE, VALUE_UNSIGNED, "process_resident_memory_bytes", "bytes",
	  "Resident memory size in bytes." },
	{ SHEET_PROCESS, METRIC_GAUGE, VALUE_NANOSECONDS, "process_start_time_seconds", "seconds",
	  "Start time of the process since unix epoch in seconds." },
};
/* clang-format on */

_Static_assert(sizeof(self_families) / sizeof(*self_families) == SELF_FAMILIES,
	       "SELF_FAMILIES counts them");
