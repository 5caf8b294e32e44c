# The linters, each on everything; .ci/run installs them. Every exclusion has its reason beside it.

LINT_ROOMS := $(ROOMS)
C_FILES    := $(sort $(wildcard src/*.h src/*/*.[ch] search/*.[ch] tests/*/*.[ch] docs/examples/*.c))
SH_FILES   := .ci/run .ci/setup tests/run $(sort $(wildcard tests/*/*.sh))

.PHONY: lint lint-format lint-tidy lint-cppcheck lint-shell
lint: lint-format lint-tidy lint-cppcheck lint-shell ## run all linters
lint-format: ## clang-format finds nothing to change
	@clang-format --dry-run -Werror $(C_FILES)
	@echo "format: $(words $(C_FILES)) files, 0 to change"

# One run per file, with the include tree of its room, as many at once as there are cores. tests/analysis.h would rename the
# definitions of the functions it explains, so their files do without.
tidy_room = for f in $(call sources,$(1)); do case $$f in src/util/error.c|src/util/xml.c) off=-DTS_ANALYSIS_OFF ;; *) off= ;; esac; \
    echo "$$f $$off -I$(BUILD)/include/$(1)"; done;
TIDY_FLAGS = -std=gnu11 -D_GNU_SOURCE -DTS_PREFIX=\"/usr/local\" -DTS_SOURCE_DIR=\"\" -include tests/analysis.h $(PKG_CFLAGS)
lint-tidy: $(BUILD)/include/.made $(BUILD)/gen/commands.c ## clang-tidy (.clang-tidy says what is off, and why)
	@{ $(foreach r,$(LINT_ROOMS),$(call tidy_room,$(r))) true; } | xargs -P $(JOBS) -L 1 sh -c \
	    'clang-tidy --quiet "$$0" -- "$$@" $(TIDY_FLAGS) 2>/dev/null'
	@echo "tidy: $(words $(foreach r,$(LINT_ROOMS),$(call sources,$(r)))) files, 0 warnings"

# missingIncludeSystem: system headers are not searched, types of libraries stay unknown on purpose.
# unusedFunction is not enabled: the library's functions are used by programs that cppcheck doesn't see.
# uninitvar: doesn't follow `if (rc == TS_OK) rc = get(&x); return rc ? rc : use(x);`; gcc and clang-tidy look for the same.
# normalCheckLevelMaxBranches: says that a deeper analysis exists, not that something is wrong.
lint-cppcheck: $(BUILD)/include/.made ## cppcheck
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr -j $(JOBS) \
	    --suppress=missingIncludeSystem --suppress=uninitvar --suppress=normalCheckLevelMaxBranches -D_GNU_SOURCE -DTS_PREFIX='""' -DTS_SOURCE_DIR='""' \
	    -I src -I $(BUILD)/include/cli src search
	@echo "cppcheck: 0 findings"
# SC2317: functions are called through check and run, which shellcheck doesn't follow; SC2016: texts for an inner shell.
lint-shell: ## shellcheck
	@shellcheck -x -e SC2317,SC2016 -P SCRIPTDIR $(SH_FILES)
	@echo "shellcheck: $(words $(SH_FILES)) scripts, 0 findings"
