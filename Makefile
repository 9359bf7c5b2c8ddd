# SPDX-License-Identifier: GPL-2.0-only
# `make help` lists what can be made. BUILD is where everything generated goes.

VERSION := 0.1.0
# Another machine's architecture, as its compiler is called, and where its libraries are: see scripts/cross.
CROSS ?=
SYSROOT ?=
BUILD ?= build$(CROSS:%=-%)
PREFIX ?= /usr/local
DESTDIR ?=

ifneq ($(CROSS),)
CC := $(CROSS)-gcc $(SYSROOT:%=--sysroot=%)
AR := $(CROSS)-ar
PKG_CONFIG := env PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(CROSS)/pkgconfig pkg-config
else ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
CLANG_FORMAT ?= clang-format
CLANG_TIDY ?= clang-tidy
LLVM_STRIP ?= llvm-strip
LLVM_OBJCOPY ?= llvm-objcopy
PKG_CONFIG ?= pkg-config
INSTALL ?= install
CFLAGS ?= -O2 -g

ARCH := $(firstword $(subst -, ,$(CROSS)) $(shell uname -m))
BPF_ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(ARCH)))
# git's word in a clone; in an archive of `git archive` that of scripts/revision, in which git writes it.
REVISION := $(or $(if $(wildcard .git),$(shell git describe --always --dirty 2>/dev/null)),$(shell scripts/revision),unknown)

Q := $(if $(filter 1,$(V)),,@)
silent := $(filter 1,$(V))$(findstring s,$(firstword -$(MAKEFLAGS)))
say = $(if $(silent),,@printf '  %-7s %s\n' $(1) '$(2)')

# ---- what the build needs: named before anything fails half-way ----

ARCHITECTURES := x86_64 aarch64
# The least versions, which the README names, too.
LEAST := libbpf:1.0 libelf:0.186 libmicrohttpd:0.9.72 libdeflate:1.9 gnutls:3.7 yaml-0.1:0.2.2 libcrypt:4.4.18 libpsx:2.44 zlib:1.2.11
LEAST_CLANG := 14
LIBS := $(foreach l,$(LEAST),$(firstword $(subst :, ,$(l))))
PURPOSE := $(if $(CROSS),arm64,build)
COMMANDS := $(firstword $(CC)) $(firstword $(CLANG)) $(LLVM_STRIP) $(lastword $(PKG_CONFIG))

ifneq ($(filter-out clean help format uninstall,$(or $(MAKECMDGOALS),all)),)
MISSING := $(foreach c,$(COMMANDS),$(if $(shell command -v $(c)),,$(c)))
# of = (library, least version): nothing where it is there, else what is missing.
of = $(if $(shell $(PKG_CONFIG) --atleast-version=$(2) $(1) && echo there),,$(1)-$(2)$(call older,$(1)))
older = $(patsubst %,(here:%),$(shell $(PKG_CONFIG) --modversion $(1) 2>/dev/null))
MISSING := $(or $(strip $(MISSING)),$(foreach l,$(LEAST),$(call of,$(firstword $(subst :, ,$(l))),$(lastword $(subst :, ,$(l))))))
CLANG_IS := $(if $(strip $(MISSING)),,$(firstword $(subst ., ,$(shell $(CLANG) -dumpversion))))
MISSING += $(if $(CLANG_IS),$(shell [ $(CLANG_IS) -ge $(LEAST_CLANG) ] || echo 'clang-$(LEAST_CLANG)(here:$(CLANG_IS))'))
ifeq ($(filter $(ARCH),$(ARCHITECTURES)),)
$(error Architecture $(ARCH): the BPF programs read registers as x86_64 and aarch64 have them, and no others)
endif
ifneq ($(strip $(MISSING)),)
$(error Missing: $(strip $(MISSING)). On Debian: apt-get install $(shell scripts/packages list $(PURPOSE)))
endif
# Not needed, but used where they are.
ZSTD := $(if $(shell $(PKG_CONFIG) --modversion libzstd 2>/dev/null),libzstd)
ISAL := $(if $(shell $(PKG_CONFIG) --modversion libisal 2>/dev/null),libisal)
LIBS_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS) $(ZSTD) $(ISAL)) $(ZSTD:%=-DHAVE_ZSTD) $(ISAL:%=-DHAVE_ISAL)
LIBS_LDLIBS := $(shell $(PKG_CONFIG) --libs $(LIBS) $(ZSTD) $(ISAL)) -lpthread
endif

# ---- flags: ours first, then those of the caller ----

WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wvla -Wformat=2 -Wconversion -Wno-sign-conversion
WARNINGS += $(if $(DEVELOPER),-Werror)
# Before the caller's flags, so that those win; a level of fortification is defined once only.
BRANCHES := $(if $(filter x86_64,$(ARCH)),-fcf-protection,-mbranch-protection=standard)
HARDENING := $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2) \
	-fstack-protector-strong -fstack-clash-protection $(BRANCHES) -fPIE
# Neither the folder of the sources nor that of the build is in what is built.
MAP_FILES := -ffile-prefix-map=$(abspath $(BUILD))=build -ffile-prefix-map=$(CURDIR)=.
C_FLAGS := -std=gnu11 -D_GNU_SOURCE $(MAP_FILES) -Iuserspace -Iinclude $(LIBS_CFLAGS) $(CPPFLAGS)
L_FLAGS := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
L_LIBS := $(LIBS_LDLIBS) $(LDLIBS)
SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# BPF_CORE_READ of a const field makes a variable of its type: an error of clang 22 and newer in libbpf before they met.
LIBBPF_WARNINGS := -Wno-unknown-warning-option -Wno-default-const-init-var-unsafe
BPF_CFLAGS := -g -O2 $(MAP_FILES) -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter -Wno-missing-declarations -Werror $(LIBBPF_WARNINGS) \
	-D__TARGET_ARCH_$(BPF_ARCH) -Ivmlinux -Iinclude -idirafter $(SYSROOT)/usr/include/$(ARCH)-linux-gnu

SOURCES := $(filter-out userspace/app/main.c,$(wildcard userspace/*/*.c))
OWN_BPF := $(patsubst %.bpf.c,$(BUILD)/%.embed.o,$(wildcard userspace/*/bpf/*.bpf.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(OWN_BPF)
SAN_OBJECTS := $(SOURCES:%.c=$(BUILD)/san/%.o) $(OWN_BPF)
BPF_SOURCES := $(wildcard bpf/*.bpf.c)
BPF_OBJECTS := $(BPF_SOURCES:%.c=$(BUILD)/%.o)
EMBEDDED := $(BPF_OBJECTS:%.bpf.o=%.embed.o)
LIBRARY := $(BUILD)/bpf_exporter.a

.PHONY: all
all: $(BUILD)/bpf_exporter ## Build the exporter: ./bpf_exporter is all that a host needs
	@$(if $(filter $(CURDIR)/build,$(abspath $(BUILD))),cmp -s $< bpf_exporter || cp -f $< bpf_exporter)

# ---- remembered: what a file was made from besides its sources, so that a change makes it anew ----

remembered := flags bpf-flags revision sources
.PHONY: FORCE
$(BUILD)/flags: export REMEMBERED = $(CC) $(HARDENING) $(C_FLAGS) $(CFLAGS) $(WARNINGS) $(SAN) $(L_FLAGS) $(L_LIBS)
$(BUILD)/bpf-flags: export REMEMBERED = $(CLANG) $(BPF_CFLAGS) $(LLVM_STRIP)
$(BUILD)/revision: export REMEMBERED = $(VERSION) $(REVISION)
$(BUILD)/sources: export REMEMBERED = $(SOURCES) $(BPF_SOURCES)
$(remembered:%=$(BUILD)/%): FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$REMEMBERED" | cmp -s - $@ || printf '%s\n' "$$REMEMBERED" >$@

# ---- the exporter ----

$(BUILD)/bpf_exporter: $(BUILD)/userspace/app/main.o $(EMBEDDED) $(LIBRARY) $(BUILD)/sources
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(L_FLAGS) -o $@ $(filter %.o %.a,$^) $(L_LIBS)

$(LIBRARY): $(OBJECTS) $(BUILD)/sources
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(OBJECTS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HARDENING) $(C_FLAGS) $(CFLAGS) $(WARNINGS) -MMD -MP -c -o $@ $<

# Private, or what it was made from would seem to change with what is made first.
$(BUILD)/userspace/app/%.o: private C_FLAGS += -DVERSION='"$(VERSION)"' -DREVISION='"$(REVISION)"'
$(patsubst %.c,$(BUILD)/%.o,$(wildcard userspace/app/*.c)): $(BUILD)/revision

# ---- BPF objects: stripped of DWARF, BTF kept, then put into the binary byte by byte ----

define compile_bpf
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@
endef

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c $(BUILD)/bpf-flags
	$(compile_bpf)
$(BUILD)/%.bpf.o: tests/%.bpf.c $(BUILD)/bpf-flags
	$(compile_bpf)
$(BUILD)/userspace/%.bpf.o: userspace/%.bpf.c $(BUILD)/bpf-flags
	$(compile_bpf)

$(BUILD)/bpf/%.embed.o: $(BUILD)/bpf/%.bpf.o userspace/base/embed.S
	$(Q)$(CC) $(BRANCHES) -c -DNAME='"$*.bpf.o"' -DFILE='"$<"' -o $@ userspace/base/embed.S

# What the exporter itself runs in the kernel.
$(BUILD)/userspace/%.embed.o: $(BUILD)/userspace/%.bpf.o userspace/base/embed.S
	$(Q)$(CC) $(BRANCHES) -c -DNAME='"$(*F).bpf.o"' -DFILE='"$<"' -DSYMBOL=$(*F)_object -o $@ userspace/base/embed.S

# ---- test programs, one a file, under sanitizers: unit/ runs without root, kernel/ on this kernel ----

UNIT := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c))
KERNEL := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/kernel/*_test.c))
TOOLS := $(patsubst tests/%.c,$(BUILD)/%,$(filter-out %.so.c,$(wildcard tests/tools/*.c)))
PRELOADS := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/tools/*.so.c))
BENCH := $(patsubst tests/%.c,$(BUILD)/%,$(filter-out %.bpf.c,$(wildcard tests/bench/*.c)))
TEST_BPF := $(patsubst tests/%.c,$(BUILD)/%.o,$(wildcard tests/*/*.bpf.c tests/*/*/*.bpf.c))

.PHONY: unit tests tools bench test
test: ## Install what is missing, build, run every test that this machine can run
	$(Q)BUILD=$(BUILD) scripts/test

unit: $(UNIT) ## Build the unit tests
tests: $(UNIT) $(KERNEL) tools ## Build all test programs
tools: $(TOOLS) $(PRELOADS) $(TEST_BPF) ## Build what the tests in Python need
bench: $(BENCH) $(TOOLS) $(TEST_BPF) ## Build what scripts/bench runs

$(BUILD)/san/%.o: %.c $(BUILD)/flags
	$(call say,CC-SAN,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(C_FLAGS) -O1 -g $(SAN) $(WARNINGS) -MMD -MP -c -o $@ $<

$(BUILD)/san/userspace/app/%.o: private C_FLAGS += -DVERSION='"$(VERSION)"' -DREVISION='"$(REVISION)"'

$(BUILD)/san/bpf_exporter.a: $(SAN_OBJECTS) $(BUILD)/sources
	$(Q)rm -f $@ && $(AR) rcs $@ $(SAN_OBJECTS)

$(UNIT) $(KERNEL): $(BUILD)/%: $(BUILD)/san/tests/%.o $(BUILD)/san/bpf_exporter.a
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) -o $@ $^ $(L_LIBS) -lcmocka

# The objects that the description reader is to read, and those it is to refuse.
$(patsubst %,$(BUILD)/unit/%_test,description refusal elffile regression corebtf): | $(filter $(BUILD)/unit/%,$(TEST_BPF))
$(BUILD)/unit/instructions_test: | $(BPF_OBJECTS)
$(BUILD)/san/tests/unit/%.o: private C_FLAGS += -DOBJECTS='"$(BUILD)/unit"'

$(PRELOADS): $(BUILD)/%.so: tests/%.so.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O2 -Wall -Wextra -fPIC -shared -o $@ $<

$(BENCH) $(TOOLS): $(BUILD)/%: $(BUILD)/tests/%.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(L_FLAGS) -o $@ $^ $(L_LIBS)

# ---- fuzzing: every parser of foreign bytes; what failed once is kept in tests/fuzz/regressions/ ----

FUZZ := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_OBJECTS := $(patsubst %.c,$(BUILD)/fuzz/objects/%.o,$(filter-out userspace/app/%,$(SOURCES)))
FUZZ_SEEDS := $(BPF_OBJECTS) $(TEST_BPF)

.PHONY: fuzz fuzz-seeds
fuzz: $(FUZZ) ## Build the fuzzers, which scripts/fuzz runs

$(BUILD)/fuzz/objects/%.o: %.c $(BUILD)/flags
	$(call say,FUZZ,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(C_FLAGS) -O1 -g -fsanitize=fuzzer-no-link $(FUZZ_SAN) -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/bpf_exporter.a: $(FUZZ_OBJECTS) $(OWN_BPF) $(BUILD)/sources
	$(Q)rm -f $@ && $(AR) rcs $@ $(FUZZ_OBJECTS) $(OWN_BPF)

$(FUZZ): $(BUILD)/%: $(BUILD)/fuzz/objects/tests/%.o $(BUILD)/fuzz/bpf_exporter.a
	$(call say,LINK,$@)
	$(Q)$(CLANG) -fsanitize=fuzzer $(FUZZ_SAN) -o $@ $^ $(L_LIBS)

$(BUILD)/fuzz/objects/tests/fuzz/types_fuzz.o: private C_FLAGS += -DOBJECT='"$(BUILD)/unit/objects/relocated.bpf.o"'
$(BUILD)/fuzz/types_fuzz: | $(BUILD)/unit/objects/relocated.bpf.o

# What we have ourselves: objects and their types, the documented configurations, and what failed once.
fuzz-seeds: $(FUZZ_SEEDS)
	$(Q)mkdir -p $(FUZZ:$(BUILD)/fuzz/%_fuzz=$(BUILD)/fuzz/seeds/%)
	$(Q)for o in $(FUZZ_SEEDS); do \
		seed=$$(echo $$o | tr / -) && cp $$o $(BUILD)/fuzz/seeds/description/$$seed && \
		$(LLVM_OBJCOPY) --dump-section=.BTF=$(BUILD)/fuzz/seeds/types/$$seed.btf $$o /dev/null; \
	done
	$(Q)cp $(BUILD)/fuzz/seeds/types/*.btf $(BUILD)/fuzz/seeds/description/
	$(Q)sed -n '/^```yaml/,/^```$$/{/^```/d;p}' docs/web-configuration.md >$(BUILD)/fuzz/seeds/webfile/documented
	$(Q)for f in tests/fuzz/regressions/*-*; do \
		name=$${f##*/} && cp $$f $(BUILD)/fuzz/seeds/$${name%%-*}/; \
	done

# ---- order ----

C_FILES := $(wildcard userspace/*/*.[ch] userspace/*/bpf/*.c include/bpf_exporter/*.h bpf/*.[ch] tests/*/*.[ch] docs/example/*.c)
SCRIPTS := $(shell grep -lE '^\#!.*sh$$' scripts/* .ci/run)
TIDY := $(patsubst %.c,$(BUILD)/tidy/%.ok,$(wildcard userspace/*/*.c))

.PHONY: check check-format check-tidy check-shell check-tree format
check: check-format check-tree check-shell check-tidy ## Check formatting, structure, scripts and C code

# The version whose judgement the tree follows: others format a few lines differently and have checks of their own.
JUDGE := 14
# another = (tool): its version where that is another one.
another = $(filter-out $(JUDGE),$(shell $(1) --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p'))
skipped = printf 'make: %s is skipped: %s is version %s, and the tree follows version %s\n' $@ '$(1)' $(2) $(JUDGE)

check-format: other = $(call another,$(CLANG_FORMAT))
check-format:
	$(call say,FORMAT,$(words $(C_FILES)) files)
	$(Q)$(or $(if $(other),$(call skipped,$(CLANG_FORMAT),$(other))),$(CLANG_FORMAT) --dry-run -Werror $(C_FILES))

check-tree:
	$(call say,TREE,userspace)
	$(Q)awk -f scripts/check-tree.awk $(wildcard userspace/*/*.[chS])

check-shell:
	$(call say,SHELL,$(words $(SCRIPTS)) scripts)
	$(Q)shellcheck $(SCRIPTS)

OTHER_TIDY = $(call another,$(CLANG_TIDY))
check-tidy: $(if $(filter check check-tidy,$(MAKECMDGOALS)),$(if $(OTHER_TIDY),,$(TIDY)))
	$(Q)$(if $(OTHER_TIDY),$(call skipped,$(CLANG_TIDY),$(OTHER_TIDY)))
$(BUILD)/tidy/%.ok: %.c .clang-tidy $(wildcard userspace/*/*.h include/bpf_exporter/*.h) $(BUILD)/flags
	$(call say,TIDY,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG_TIDY) --quiet $< -- $(C_FLAGS) -DVERSION='""' -DREVISION='""' 2>$@.log || \
		{ cat $@.log >&2; exit 1; }
	$(Q)mv $@.log $@

.PHONY: docs
docs: $(BUILD)/bpf_exporter ## Write docs/metrics.md anew from the collectors
	$(Q)$< --metrics.table >docs/metrics.md

format: other = $(call another,$(CLANG_FORMAT))
format: ## Format all C files in place
	$(Q)$(or $(if $(other),$(call skipped,$(CLANG_FORMAT),$(other)); exit 1),$(CLANG_FORMAT) -i $(C_FILES))

# ---- installation ----

BINDIR := $(DESTDIR)$(PREFIX)/bin
MANDIR := $(DESTDIR)$(PREFIX)/share/man/man8
INCLUDEDIR := $(DESTDIR)$(PREFIX)/include/bpf_exporter
DATADIR := $(DESTDIR)$(PREFIX)/share/bpf_exporter
HEADERS := $(wildcard include/bpf_exporter/*.h) vmlinux/vmlinux.h
RULES := deploy/prometheus/bpf_exporter.rules.yml
UNITDIR := $(DESTDIR)$(PREFIX)/lib/systemd/system
UNIT_FILE := deploy/systemd/bpf_exporter.service
DOCDIR := $(DESTDIR)$(PREFIX)/share/doc/bpf_exporter

.PHONY: install uninstall clean help
install: $(BUILD)/bpf_exporter ## Install below DESTDIR and PREFIX: binary, manual, documents, headers for collectors, alert rules, systemd unit
	$(Q)$(INSTALL) -d "$(BINDIR)" "$(MANDIR)" "$(INCLUDEDIR)" "$(DATADIR)" "$(UNITDIR)" "$(DOCDIR)/docs"
	$(Q)$(INSTALL) -m 755 $< "$(BINDIR)/"
	$(Q)sed 's|/usr/local|$(PREFIX)|' docs/bpf_exporter.8 >"$(MANDIR)/bpf_exporter.8"
	$(Q)chmod 644 "$(MANDIR)/bpf_exporter.8"
	$(Q)$(INSTALL) -m 644 README.md "$(DOCDIR)/"
	$(Q)$(INSTALL) -m 644 $(wildcard docs/*.md) "$(DOCDIR)/docs/"
	$(Q)$(INSTALL) -m 644 $(HEADERS) "$(INCLUDEDIR)/"
	$(Q)$(INSTALL) -m 644 $(RULES) "$(DATADIR)/"
	$(Q)sed 's|/usr/local/bin|$(PREFIX)/bin|' $(UNIT_FILE) >"$(UNITDIR)/$(notdir $(UNIT_FILE))"
	$(Q)chmod 644 "$(UNITDIR)/$(notdir $(UNIT_FILE))"

uninstall: ## Remove what install put there
	$(Q)rm -f "$(BINDIR)/bpf_exporter" "$(MANDIR)/bpf_exporter.8" \
		"$(UNITDIR)/$(notdir $(UNIT_FILE))"
	$(Q)rm -rf "$(INCLUDEDIR)" "$(DATADIR)" "$(DOCDIR)"

clean: ## Remove everything that was built
	$(Q)rm -rf $(BUILD) bpf_exporter

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@printf '\nVariables: BUILD=build V=1 (show commands) DEVELOPER=1 (warnings are errors) CC CLANG CFLAGS PREFIX DESTDIR\n           CROSS SYSROOT (scripts/cross sets them)\n'

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
.SECONDARY:
.DELETE_ON_ERROR:
