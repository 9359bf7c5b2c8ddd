# SPDX-License-Identifier: GPL-2.0-only
# `make help` lists what can be made. BUILD is where everything generated goes.

VERSION := 0.1.0
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=

CC ?= gcc
CLANG ?= clang
LLVM_STRIP ?= llvm-strip
PKG_CONFIG ?= pkg-config

ARCH := $(shell uname -m)
BPF_ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(ARCH)))

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2))

LIBS := libbpf libelf libmicrohttpd zlib
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wvla -Wformat=2 -Wconversion -Wno-sign-conversion
WARNINGS += $(if $(DEVELOPER),-Werror)
HARDENING := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
CFLAGS ?= -O2 -g
CPPFLAGS += -std=gnu11 -D_GNU_SOURCE -Iuserspace -Iinclude $(shell $(PKG_CONFIG) --cflags $(LIBS))
LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,--as-needed
LDLIBS += $(shell $(PKG_CONFIG) --libs $(LIBS)) -lpthread

REVISION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)

SOURCES := $(filter-out userspace/app/main.c,$(wildcard userspace/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
BPF_SOURCES := $(wildcard bpf/*.bpf.c)
BPF_OBJECTS := $(BPF_SOURCES:bpf/%.bpf.c=$(BUILD)/bpf/%.bpf.o)
EMBEDDED := $(BPF_OBJECTS:%.bpf.o=%.embed.o)
LIBRARY := $(BUILD)/bpf_exporter.a

.PHONY: all
all: $(BUILD)/bpf_exporter

$(BUILD)/bpf_exporter: $(BUILD)/userspace/app/main.o $(EMBEDDED) $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIBRARY): $(OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(HARDENING) $(WARNINGS) -MMD -MP -c -o $@ $<

$(BUILD)/userspace/app/%.o: CPPFLAGS += -DVERSION='"$(VERSION)"' -DREVISION='"$(REVISION)"'

# ---- BPF objects: stripped of DWARF, BTF kept, then put into the binary byte by byte ----

BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter -Wno-missing-declarations -Werror \
	-D__TARGET_ARCH_$(BPF_ARCH) -Ivmlinux -Iinclude -idirafter /usr/include/$(ARCH)-linux-gnu

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@

$(BUILD)/bpf/%.embed.o: $(BUILD)/bpf/%.bpf.o userspace/kernel/embed.S
	$(Q)$(CC) -c -DNAME='"$*.bpf.o"' -DFILE='"$<"' -o $@ userspace/kernel/embed.S

# ---- unit tests: one program a file, under sanitizers, without root ----

SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*_test.c))
SAN_OBJECTS := $(SOURCES:%.c=$(BUILD)/san/%.o)

.PHONY: unit
unit: $(UNIT)

$(BUILD)/san/%.o: %.c
	$(call say,CC-SAN,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -O1 -g $(SAN) $(WARNINGS) -MMD -MP -c -o $@ $<

$(BUILD)/san/bpf_exporter.a: $(SAN_OBJECTS)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/unit/%_test: $(BUILD)/san/tests/unit/%_test.o $(BUILD)/san/bpf_exporter.a
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) -o $@ $^ $(LDLIBS) -lcmocka

.PHONY: clean
clean:
	$(Q)rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.SECONDARY:
