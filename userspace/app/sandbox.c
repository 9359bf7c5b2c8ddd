// SPDX-License-Identifier: GPL-2.0-only
/* Each part by its own system calls, for all threads: libpsx runs those that the kernel has for one thread only. */
#include "app/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/psx_syscall.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "app/seccomp_filter.h"
#include "base/log.h"

#define DEFAULT_USER "nobody"
#define NOBODY 65534 /* where no user database names one */
#define CAP_BPF_NUMBER 39
#define CAP_WORDS 2

const char *const sandbox_part_names[SANDBOX_PARTS] = {
	[SANDBOX_USER] = "user",
	[SANDBOX_CAPABILITIES] = "capabilities",
	[SANDBOX_NO_NEW_PRIVILEGES] = "no_new_privs",
	[SANDBOX_SECCOMP] = "seccomp",
	[SANDBOX_LANDLOCK] = "landlock",
};

/* ---- user ---- */

int sandbox_init(struct sandbox *s, const char *user, struct error *e)
{
	const struct passwd *p = getpwnam(user ? user : DEFAULT_USER);

	*s = (struct sandbox){
		.user = user ? user : DEFAULT_USER, .insists = user, .uid = NOBODY, .gid = NOBODY
	};
	if (p) {
		s->uid = p->pw_uid;
		s->gid = p->pw_gid;
	} else if (user) {
		return error_set(e, -ENOENT, "user '%s': does not exist: -ENOENT; see --user",
				 user);
	}
	s->change_user = geteuid() == 0;
	return 0;
}

/* The first file that the user cannot read; NULL where there is none. */
static const char *unreadable(const struct sandbox *s, const char *const files[SANDBOX_FILES])
{
	const char *found = NULL;
	int fd;

	/* Of this thread, and without the capabilities that reach every file. */
	setfsgid(s->gid);
	setfsuid(s->uid);
	for (int i = 0; i < SANDBOX_FILES && !found; i++) {
		fd = files[i] ? open(files[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
		if (files[i] && fd < 0)
			found = files[i];
		if (fd >= 0)
			close(fd);
	}
	setfsuid(geteuid());
	setfsgid(getegid());
	return found;
}

static void choose_user(struct sandbox *s, const char *const files[SANDBOX_FILES])
{
	const char *file = s->change_user && !s->insists ? unreadable(s, files) : NULL;

	if (!file)
		return;
	s->change_user = false;
	log_event(LOG_WARN,
		  "the process stays root without capabilities: 'nobody' cannot read this file "
		  "when it changes; let another user read it and name that user with --user",
		  "file", file, NULL);
}

static int change_user(struct sandbox *s)
{
	if (!s->change_user)
		return 0;
	if (setgroups(0, NULL) || setresgid(s->gid, s->gid, s->gid) ||
	    setresuid(s->uid, s->uid, s->uid))
		return -errno;
	return 0;
}

/* ---- capabilities ---- */

static int capabilities_set(uint64_t permitted, uint64_t effective, bool all_threads)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[CAP_WORDS] = { 0 };

	for (int i = 0; i < CAP_WORDS; i++) {
		sets[i].permitted = (uint32_t)(permitted >> 32 * i);
		sets[i].effective = (uint32_t)(effective >> 32 * i);
	}
	if (all_threads)
		return (int)psx_syscall3(SYS_capset, (long)&header, (long)sets, 0);
	return (int)syscall(SYS_capset, &header, sets);
}

static bool capabilities_get(uint64_t *permitted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[CAP_WORDS] = { 0 };

	if (syscall(SYS_capget, &header, sets))
		return false;
	*permitted = sets[0].permitted | (uint64_t)sets[1].permitted << 32;
	return true;
}

/* Before Linux 5.19 (c8644cd0efe7) bpf() asks for the capability whatever it is to do, unless anybody may use it: tried by
 * this thread without it. */
static bool reading_needs_capability(void)
{
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)-1 } };
	uint64_t permitted;
	bool refused;

	if (!capabilities_get(&permitted) || !permitted || capabilities_set(permitted, 0, false))
		return false;
	syscall(__NR_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	refused = errno == EPERM;
	capabilities_set(permitted, permitted, false);
	return refused;
}

/* The bounding set, which only its own capability may lower: without it nothing can be gained from it, either, since
 * no_new_privs holds. */
static void bounds_drop(void)
{
	for (int i = 0; i <= CAP_LAST_CAP; i++)
		psx_syscall3(SYS_prctl, PR_CAPBSET_DROP, i, 0);
	psx_syscall6(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0, 0);
}

static int user_and_capabilities(struct sandbox *s)
{
	const uint64_t keep = reading_needs_capability() ? 1ULL << CAP_BPF_NUMBER : 0;
	int err;

	bounds_drop();
	psx_syscall3(SYS_prctl, PR_SET_KEEPCAPS, keep != 0, 0);
	err = change_user(s);
	if (err)
		return err;
	psx_syscall3(SYS_prctl, PR_SET_KEEPCAPS, 0, 0);
	psx_syscall3(SYS_prctl, PR_SET_DUMPABLE, 0, 0);
	if (capabilities_set(keep, keep, true))
		return -errno;
	s->holds[SANDBOX_USER] = geteuid() != 0;
	s->holds[SANDBOX_CAPABILITIES] = !keep;
	return 0;
}

/* ---- files ---- */

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define HANDLED ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1) /* all of the first version */

static void allow_reading(int rules, const char *path)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = READING };

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	if (syscall(__NR_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) &&
	    errno == EINVAL) {
		rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE; /* it is a file */
		syscall(__NR_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	}
	close(rule.parent_fd);
}

/* The folder, and where the file really is. */
static void allow_folder_of(int rules, const char *file)
{
	char *given = strdup(file), *real = realpath(file, NULL);

	if (given)
		allow_reading(rules, dirname(given));
	if (real)
		allow_reading(rules, dirname(real));
	free(given);
	free(real);
}

static bool restrict_files(const char *const files[SANDBOX_FILES])
{
	static const char *const always[] = { "/proc", "/sys", "/etc/localtime", NULL };
	struct landlock_ruleset_attr attr = { .handled_access_fs = HANDLED };
	int rules = (int)syscall(__NR_landlock_create_ruleset, &attr,
				 sizeof(attr.handled_access_fs), 0);
	const char *const *path;
	long err;

	if (rules < 0)
		return false;
	for (path = always; *path; path++)
		allow_reading(rules, *path);
	for (int i = 0; i < SANDBOX_FILES; i++)
		if (files[i])
			allow_folder_of(rules, files[i]);
	err = psx_syscall3(__NR_landlock_restrict_self, rules, 0, 0);
	close(rules);
	return !err;
}

/* ---- all of it ---- */

/* What must fail now; the name of what does not, or NULL. */
static const char *what_still_works(const struct sandbox *s)
{
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER };
	char *const none[] = { NULL };
	uint64_t permitted = 0;
	int fd;

	if (s->change_user && s->uid && (!setresuid(0, 0, 0) || !seteuid(0)))
		return "becoming root";
	if (!capabilities_get(&permitted) || (s->holds[SANDBOX_CAPABILITIES] && permitted))
		return "using a capability";
	if (s->holds[SANDBOX_SECCOMP] &&
	    (syscall(__NR_bpf, BPF_PROG_LOAD, &load, sizeof(load)) >= 0 || errno != EPERM))
		return "loading programs";
	if (s->holds[SANDBOX_SECCOMP] && (!execve("", none, none) || errno != EPERM))
		return "running programs";
	if (!s->holds[SANDBOX_LANDLOCK])
		return NULL;
	fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	close(fd);
	return "reading any file";
}

static void tell(const struct sandbox *s)
{
	const char *pairs[SANDBOX_PARTS];

	for (int i = 0; i < SANDBOX_PARTS; i++)
		pairs[i] = s->holds[i] ? "yes" : "no";
	log_event(LOG_INFO, "Privileges given up", sandbox_part_names[0], pairs[0],
		  sandbox_part_names[1], pairs[1], sandbox_part_names[2], pairs[2],
		  sandbox_part_names[3], pairs[3], sandbox_part_names[4], pairs[4], NULL);
}

int sandbox_enter(struct sandbox *s, const char *const files[SANDBOX_FILES], struct error *e)
{
	const char *works;
	int err;

	tzset(); /* reads its file */
	s->holds[SANDBOX_NO_NEW_PRIVILEGES] =
		!psx_syscall6(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
	choose_user(s, files);
	err = user_and_capabilities(s);
	if (err)
		return error_set(
			e, err,
			"sandbox: cannot become user '%s': -%s; --no-sandbox keeps all privileges",
			s->user, error_name(-err));
	s->holds[SANDBOX_LANDLOCK] = restrict_files(files);
	s->holds[SANDBOX_SECCOMP] = !seccomp_filter_install();
	works = what_still_works(s);
	if (works)
		return error_set(
			e, -EPERM,
			"sandbox: %s is still possible: -EPERM; --no-sandbox keeps all privileges",
			works);
	tell(s);
	return 0;
}
