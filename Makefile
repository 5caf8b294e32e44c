# Tilesmith. `make` builds, `make tune` does the main job, `make check` runs the tests; `make help` lists the rest.
# Every target that needs packages asks .ci/setup for them first: it installs what is missing or names it exactly.

CC       ?= cc
PREFIX   ?= /usr/local
BUILD    ?= build
Q        := $(if $(V),,@)# make V=1 shows the commands
VERSION  := $(shell sed -n 's/^\#define TILESMITH_VERSION "\(.*\)"/\1/p' src/tilesmith.h)

OPT      ?= -O2 -g
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
ifeq ($(findstring clang,$(shell $(CC) --version 2>/dev/null)),)
WARN     += -Wno-format-truncation# gcc's guess at snprintf(); clang doesn't know the name
endif
SAN      :=
ifeq ($(SANITIZE),1)
SAN      := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
BUILD    := build/sanitize
endif
PKGS     := sqlite3 libxml-2.0 jansson hwloc liblzma zlib
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpapi
CFLAGS   += -std=gnu11 $(OPT) $(WARN) $(SAN) -fPIC -pthread -D_GNU_SOURCE -DTS_SOURCE_DIR='"$(CURDIR)"' -DTS_PREFIX='"$(PREFIX)"'
LDLIBS   += $(PKG_LIBS) -lm -ldl -pthread
RT_LIBS   = $(shell pkg-config --libs sqlite3 2>/dev/null) -ldl -pthread -lm

# ---- the rooms, and what each may include (docs/architecture.md) ------------------------------------------
ROOMS          := util runtime core nest measure build model store eval export search compare tune report cli
sees_util      := util
sees_runtime   := runtime
sees_core      := core util runtime
sees_nest      := nest core util
sees_measure   := measure core util
sees_build     := build measure core util
sees_model     := model core util
sees_store     := store core util
sees_eval      := eval build measure model store core util
sees_export    := export store core util
sees_search    :=
sees_tune      := tune eval export build measure model store core nest util
sees_compare   := compare export model store core util
sees_report    := report compare tune eval export build measure model store core util
sees_cli       := cli report compare tune eval export build measure model store core nest util runtime
folder_search  := search
cflags_runtime := -fvisibility=hidden
folder          = $(or $(folder_$(1)),src/$(1))

sources         = $(sort $(wildcard $(call folder,$(1))/*.c))
objects         = $(patsubst %.c,$(BUILD)/obj/%.o,$(call sources,$(1)))
LIB_ROOMS      := util core nest measure build model store eval export search compare tune report
GEN            := $(BUILD)/gen/tables.c
LIB_OBJS       := $(foreach r,$(LIB_ROOMS),$(call objects,$(r))) $(filter $(BUILD)/obj/src/runtime/host% $(BUILD)/obj/src/runtime/capture_line%,$(call objects,runtime)) $(BUILD)/gen/tables.o $(BUILD)/gen/schema.o $(BUILD)/gen/library.o
RT_OBJS        := $(call objects,runtime)
CLI_OBJS       := $(call objects,cli) $(BUILD)/gen/commands.o

.PHONY: all help
all: $(BUILD)/tilesmith $(BUILD)/libtilesmith.so $(BUILD)/libtilesmith-rt.a $(BUILD)/libtilesmith-rt.so man ## build everything

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile tests/tests.mk tests/bench/bench.mk tests/bench/runtime/runtime.mk tests/trust/trust.mk tests/lint.mk | expand -t 22

# ---- set-up ----------------------------------------------------------------------------------------------
$(BUILD)/.setup: .ci/setup
	@sh .ci/setup
	@mkdir -p $(@D) && touch $@

# ---- include trees: a room sees its own headers and those below, nothing else -------------------------------
$(BUILD)/include/.made: Makefile
	@rm -rf $(BUILD)/include
	@$(foreach r,$(ROOMS),mkdir -p $(BUILD)/include/$(r) && ln -s $(CURDIR)/src/tilesmith_plugin.h $(BUILD)/include/$(r)/ && \
	  $(foreach s,$(sees_$(r)),ln -s $(CURDIR)/src/$(s) $(BUILD)/include/$(r)/$(s) &&)) true
	@ln -s $(CURDIR)/src/tilesmith.h $(BUILD)/include/tune/ && ln -s $(CURDIR)/src/tilesmith.h $(BUILD)/include/cli/
	@for r in store export build core report; do ln -s $(CURDIR)/src/tilesmith.h $(BUILD)/include/$$r/; done
	@rm -f $(BUILD)/include/runtime/tilesmith_plugin.h && ln -s $(CURDIR)/src/tilesmith_runtime.h $(BUILD)/include/runtime/
	@ln -s $(CURDIR)/src/store/runtime_schema.h $(BUILD)/include/runtime/
	@touch $@

define room_rule
$(BUILD)/obj/$(call folder,$(1))/%.o: $(call folder,$(1))/%.c $(BUILD)/include/.made | $(BUILD)/.setup
	@mkdir -p $$(@D); echo '  cc $$<'
	$$(Q)$$(CC) $$(CFLAGS) $(cflags_$(1)) $$(PKG_CFLAGS) -I$(BUILD)/include/$(1) -MMD -MP -c $$< -o $$@
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

# ---- generated tables: one line per plug-in file, sorted, rewritten only when the list changes --------------
STRATEGIES := $(patsubst search/%.c,%,$(shell grep -l '^const ts_strategy ' search/*.c))
BACKENDS   := $(patsubst counters_%,%,$(basename $(notdir $(wildcard src/measure/counters_*.c))))
MODELS     := $(patsubst model_%,%,$(basename $(notdir $(wildcard src/model/model_*.c))))
EXPORTERS  := $(patsubst export_%,%,$(basename $(notdir $(wildcard src/export/export_*.c))))
COMMANDS   := $(patsubst cmd_%,%,$(basename $(notdir $(wildcard src/cli/cmd_*.c))))

table = $(foreach n,$(sort $(3)),echo 'extern const $(1) $(2)_$(n);';) \
        echo 'const $(1) *const $(4)[] = {'; $(foreach n,$(sort $(3)),echo '    &$(2)_$(n),';) echo '    0,'; echo '};'

$(BUILD)/gen/tables.c: FORCE
	@mkdir -p $(@D); { echo '#include "tilesmith_plugin.h"'; echo '#include "tables.h"'; echo '#include "model/models.h"'; \
	  $(call table,ts_strategy,ts_strategy,$(STRATEGIES),ts_strategies); \
	  $(call table,ts_counter_backend,ts_counters,$(BACKENDS),ts_counter_backends); \
	  $(call table,ts_model,ts_model,$(MODELS),ts_models); \
	  $(call table,ts_exporter,ts_exporter,$(EXPORTERS),ts_exporters); } > $@.new; \
	{ echo '#include "tilesmith_plugin.h"'; echo 'extern const ts_strategy *const ts_strategies[];'; \
	  echo 'extern const ts_counter_backend *const ts_counter_backends[];'; echo 'extern const ts_exporter *const ts_exporters[];'; } > $(@D)/tables.h; \
	cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$(BUILD)/gen/commands.c: FORCE
	@mkdir -p $(@D); { echo '#include "cli/cli.h"'; $(call table,ts_command,ts_command,$(COMMANDS),ts_commands); } > $@.new; \
	cmp -s $@.new $@ && rm $@.new || mv $@.new $@
# The text of the database schema as bytes: a string literal of its length is not ISO C.
$(BUILD)/gen/schema.c: $(wildcard src/store/schema*.sql)
	@mkdir -p $(@D); for file in $^; do name=ts_$$(basename $$file .sql)_sql; \
	  echo "extern const char $${name}[];"; echo "const char $${name}[] = {"; \
	  od -An -v -tx1 $$file | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'; echo '0};'; done > $@
# The sources of an exported library, likewise; its portable gemm is that of libtilesmith-rt.
LIBRARY_TEXTS := $(sort $(wildcard src/export/library/*.in)) src/runtime/default_gemm_body.h
$(BUILD)/gen/library.c: $(LIBRARY_TEXTS)
	@mkdir -p $(@D); { echo '#include "export/library_parts.h"'; n=0; for file in $^; do n=$$((n + 1)); \
	  echo "static const char text_$$n[] = {"; od -An -v -tx1 $$file | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'; echo '0};'; done; \
	  echo 'const ts_resource ts_library_resources[] = {'; n=0; for file in $^; do n=$$((n + 1)); \
	  echo "    {\"$$(basename $$file)\", text_$$n},"; done; echo '    {0, 0}};'; } > $@
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/include/.made | $(BUILD)/.setup
	$(Q)$(CC) $(CFLAGS) -I$(BUILD)/include/cli -MMD -MP -c $< -o $@
FORCE:

# ---- libraries and the tool -----------------------------------------------------------------------------
$(BUILD)/libtilesmith.a: $(LIB_OBJS)
	@rm -f $@ && ar rcs $@ $^
$(BUILD)/libtilesmith.so: $(LIB_OBJS)
	@echo '  ld $@'
	$(Q)$(CC) $(CFLAGS) -shared -Wl,-soname,libtilesmith.so.0 $^ $(LDLIBS) -o $@
$(BUILD)/libtilesmith-rt.a: $(RT_OBJS)
	@rm -f $@ && ar rcs $@ $^
$(BUILD)/libtilesmith-rt.so: $(RT_OBJS)
	@echo '  ld $@'
	$(Q)$(CC) $(CFLAGS) -shared -Wl,-soname,libtilesmith-rt.so.0 -Wl,-z,nodelete $^ $(RT_LIBS) -o $@
$(BUILD)/tilesmith: $(CLI_OBJS) $(BUILD)/libtilesmith.a
	@echo '  ld $@'
	$(Q)$(CC) $(CFLAGS) -rdynamic $^ $(LDLIBS) -o $@

# ---- man pages and completions: of commands from the option tables, of calls from the headers -----------------
# Run the script that reads the headers, for each page: $(1) its settings.
read_headers = for page in tilesmith:tilesmith tilesmith-rt:tilesmith_runtime tilesmith-plugin:tilesmith_plugin; do \
	awk -v page=$${page%:*} $(1) -f docs/man/calls.awk src/$${page\#*:}.h docs/man/$${page%:*}.3.in || exit 1; done
.PHONY: man
man: $(BUILD)/man/.made
$(BUILD)/man/.made: $(BUILD)/tilesmith $(wildcard docs/man/*) $(wildcard src/*.h)
	@mkdir -p $(@D) && $(BUILD)/tilesmith help --man-all $(@D)
	@$(call read_headers,-v folder=$(@D) -v version=$(VERSION)) && touch $@

# ---- the main job: a tuned matrix product for this machine, stored, exported, used ----------------------------
JOBS    ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
RESULTS := results/local

.PHONY: tune
tune: ## set up, build, tune gemm for this machine, export, use the result
	@$(MAKE) --no-print-directory -j$(JOBS) all
	$(BUILD)/tilesmith tune gemm
	@mkdir -p $(RESULTS)
	$(BUILD)/tilesmith export --format header --output $(RESULTS)/gemm.h
	$(BUILD)/tilesmith export --format json --output $(RESULTS)/gemm.json
	@$(MAKE) --no-print-directory $(BUILD)/examples/matmul
	$(BUILD)/examples/matmul $${TILESMITH_DB:-results/tilesmith.db}
$(BUILD)/examples/%: docs/examples/%.c $(BUILD)/libtilesmith-rt.a
	@mkdir -p $(@D); echo '  cc $<'
	$(Q)$(CC) -O2 -Wall -Wextra $(SAN) -Isrc $< $(BUILD)/libtilesmith-rt.a $(RT_LIBS) -o $@

# ---- install ------------------------------------------------------------------------------------------------
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
INCDIR  ?= $(PREFIX)/include
SHARE   ?= $(PREFIX)/share
HEADERS := tilesmith.h tilesmith_plugin.h tilesmith_runtime.h
LIBS    := libtilesmith libtilesmith-rt
# Where each shell looks for completions, relative to SHARE.
COMPLETIONS := bash:bash-completion/completions/tilesmith zsh:zsh/site-functions/_tilesmith fish:fish/vendor_completions.d/tilesmith.fish

.PHONY: install uninstall
install: all ## install under PREFIX (/usr/local), staged under DESTDIR
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCDIR) $(DESTDIR)$(SHARE)/man/man1 $(DESTDIR)$(SHARE)/man/man3 $(DESTDIR)$(SHARE)/tilesmith
	install -m 755 $(BUILD)/tilesmith $(DESTDIR)$(BINDIR)/
	for lib in $(LIBS); do \
	    install -m 644 $(BUILD)/$$lib.a $(DESTDIR)$(LIBDIR)/ && \
	    install -m 755 $(BUILD)/$$lib.so $(DESTDIR)$(LIBDIR)/$$lib.so.$(VERSION) && \
	    ln -sf $$lib.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$$lib.so.0 && \
	    ln -sf $$lib.so.0 $(DESTDIR)$(LIBDIR)/$$lib.so || exit 1; done
	install -m 644 $(HEADERS:%=src/%) $(DESTDIR)$(INCDIR)/
	cp -R templates targets $(DESTDIR)$(SHARE)/tilesmith/
	install -m 644 $(BUILD)/man/*.1 $(DESTDIR)$(SHARE)/man/man1/
	install -m 644 $(BUILD)/man/*.3 $(DESTDIR)$(SHARE)/man/man3/
	for pair in $(COMPLETIONS); do file=$(DESTDIR)$(SHARE)/$${pair#*:}; install -d "$${file%/*}" && \
	    $(BUILD)/tilesmith completion $${pair%%:*} > "$$file" || exit 1; done
	for name in tilesmith tilesmith-rt; do sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCDIR@|$(INCDIR)|; s|@VERSION@|$(VERSION)|' \
	    src/$$name.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/$$name.pc || exit 1; done
uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(BINDIR)/tilesmith $(HEADERS:%=$(DESTDIR)$(INCDIR)/%)
	for lib in $(LIBS); do rm -f $(DESTDIR)$(LIBDIR)/$$lib.a $(DESTDIR)$(LIBDIR)/$$lib.so $(DESTDIR)$(LIBDIR)/$$lib.so.0 \
	    $(DESTDIR)$(LIBDIR)/$$lib.so.$(VERSION); done
	rm -f $(DESTDIR)$(SHARE)/man/man1/tilesmith.1 $(COMMANDS:%=$(DESTDIR)$(SHARE)/man/man1/tilesmith-%.1)
	rm -f $(patsubst %,$(DESTDIR)$(SHARE)/man/man3/%.3,tilesmith tilesmith-rt tilesmith-plugin)
	for call in $$($(call read_headers,-v list=1)); do rm -f $(DESTDIR)$(SHARE)/man/man3/$$call.3; done
	for pair in $(COMPLETIONS); do rm -f $(DESTDIR)$(SHARE)/$${pair#*:}; done
	rm -f $(DESTDIR)$(LIBDIR)/pkgconfig/tilesmith.pc $(DESTDIR)$(LIBDIR)/pkgconfig/tilesmith-rt.pc
	rm -rf $(DESTDIR)$(SHARE)/tilesmith

.PHONY: clean
clean: ## remove what was built
	rm -rf build

-include $(shell find $(BUILD)/obj $(BUILD)/gen -name '*.d' 2>/dev/null)

include tests/tests.mk tests/lint.mk
