# The gates. `make check` runs them all; each prints a closing line "NAME: N passed, N failed".

UNIT_TESTS     := $(sort $(wildcard tests/unit/test_*.c))
CONTRACT_TESTS := $(sort $(wildcard tests/contract/test_*.c))
CLI_TESTS      := $(sort $(filter-out tests/cli/lib.sh,$(wildcard tests/cli/*.sh)))
FUZZ_TARGETS   := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCHMARKS     := $(sort $(wildcard tests/bench/*.c))
test_bin        = $(patsubst tests/%.c,$(BUILD)/tests/%,$(1))

# The command line without main(), so that its parts can be tested like the library's.
$(BUILD)/cli.a: $(filter-out %/main.o,$(CLI_OBJS))
	@rm -f $@ && ar rcs $@ $^

TEST_CFLAGS = $(CFLAGS) -Itests $(PKG_CFLAGS) -I$(BUILD)/include/cli -Isrc -MMD -MP
TEST_LIBS   = $(BUILD)/cli.a $(BUILD)/libtilesmith.a $(BUILD)/libtilesmith-rt.a

$(BUILD)/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/replay_main.c $(TEST_LIBS) $(BUILD)/include/.made
	@mkdir -p $(@D); echo '  cc $<'
	$(Q)$(CC) $(TEST_CFLAGS) $< tests/fuzz/replay_main.c $(TEST_LIBS) $(LDLIBS) -o $@
$(BUILD)/tests/%: tests/%.c $(TEST_LIBS) $(BUILD)/include/.made
	@mkdir -p $(@D); echo '  cc $<'
	$(Q)$(CC) $(TEST_CFLAGS) $< $(TEST_LIBS) $(LDLIBS) -lcmocka -o $@

.PHONY: check check-programs check-unit check-contract check-cli check-fuzz
check: ## run all tests
	@$(MAKE) --no-print-directory -k -j$(JOBS) check-programs
	@$(MAKE) --no-print-directory -k -j1 check-unit check-contract check-cli check-fuzz
check-programs: all $(BUILD)/tests/cli/probe $(call test_bin,$(UNIT_TESTS) $(CONTRACT_TESTS) $(FUZZ_TARGETS) $(BENCHMARKS))
check-unit: $(call test_bin,$(UNIT_TESTS)) ## unit tests (cmocka)
	@tests/run unit $^
check-contract: $(call test_bin,$(CONTRACT_TESTS) $(BENCHMARKS)) all ## every plug-in of a kind passes the same tests; the rooms keep their rules
	@BUILD=$(BUILD) tests/run contract $(call test_bin,$(CONTRACT_TESTS)) $(sort $(wildcard tests/contract/*.sh))
check-cli: all $(BUILD)/tests/cli/probe $(BUILD)/tests/trust/fault.so ## real commands: output, exit status, what they leave behind
	@BUILD=$(BUILD) CC="$(CC)" tests/run cli $(CLI_TESTS) tests/trust/faults.sh tests/trust/together.sh
check-fuzz: $(call test_bin,$(FUZZ_TARGETS)) ## replay the seed corpora of the fuzz targets
	@tests/run fuzz $^

# ---- the figures in docs/search.md ----------------------------------------------------------------------------
RUNS ?= 30

.PHONY: search-table
search-table: $(BUILD)/tilesmith $(BUILD)/tests/bench/spaces ## write the figures of docs/search.md anew, from the recorded spaces in SPACES
	@[ -d "$(SPACES)" ] || { echo "make search-table SPACES=FOLDER: the folder of recorded spaces to compare the strategies on"; exit 2; }
	$(BUILD)/tilesmith show strategies | tests/bench/splice.sh docs/search.md list
	$(BUILD)/tilesmith simulate $(SPACES) --strategy all --runs $(RUNS) --brief --plot docs/search.svg | tests/bench/splice.sh docs/search.md strategies
	$(BUILD)/tests/bench/spaces $(SPACES)/*.json* | tests/bench/splice.sh docs/search.md construction

include tests/bench/bench.mk tests/bench/validation/validation.mk tests/trust/trust.mk tests/bench/runtime/runtime.mk

.PHONY: search-machine
search-machine: $(BUILD)/tilesmith $(BUILD)/tests/bench/winners ## a short search against a long random one on this machine (five minutes)
	@tests/bench/seeds.sh $(abspath $(BUILD))

.PHONY: residual-machine
residual-machine: $(BUILD)/tilesmith $(BUILD)/tests/bench/residual ## how well the cost model orders variants of CASES on this machine, and what results teach it (two minutes)
	@CASES='$(CASES)' sh tests/bench/residual.sh $(abspath $(BUILD))

# ---- fuzzing for longer: FUZZ_SECONDS for each target -------------------------------------
FUZZ_SECONDS ?= 60
FUZZ_BUILD   := build/fuzz
# With its usual 256 MiB of freed memory kept from reuse, every input touches new pages: 8 MiB catch what an input does, several times as fast.
FUZZ_ASAN    := quarantine_size_mb=8:max_malloc_fill_size=0:malloc_context_size=4

.PHONY: fuzz fuzz-afl fuzz-programs
fuzz: ## fuzz every parser for FUZZ_SECONDS (60), or FUZZ_RUNS inputs if that is sooner, with libFuzzer; new inputs stay in build/fuzz/corpus
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(FUZZ_BUILD) CC=clang SAN="-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all" fuzz-programs
	@for target in $(notdir $(basename $(FUZZ_TARGETS))); do parser=$${target#fuzz_}; mkdir -p $(FUZZ_BUILD)/corpus/$$parser; \
	    echo "fuzz $$parser"; ASAN_OPTIONS=$(FUZZ_ASAN) $(FUZZ_BUILD)/libfuzzer/$$target -max_total_time=$(FUZZ_SECONDS) $(FUZZ_RUNS:%=-runs=%) -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	    -artifact_prefix=$(FUZZ_BUILD)/$$parser- $(FUZZ_BUILD)/corpus/$$parser tests/fuzz/corpus/$$parser || exit 1; done
fuzz-afl: ## the same with AFL++ (package afl++); what it finds lies in build/afl/PARSER/default/crashes
	@command -v afl-clang-fast >/dev/null || { echo "make fuzz-afl: afl-clang-fast is missing; install the package afl++"; exit 2; }
	@AFL_QUIET=1 $(MAKE) --no-print-directory -j$(JOBS) BUILD=build/afl CC=afl-clang-fast SAN="-fsanitize=address,undefined -fno-sanitize-recover=all" fuzz-programs
	@for target in $(notdir $(basename $(FUZZ_TARGETS))); do parser=$${target#fuzz_}; rm -rf build/afl/$$parser; \
	    AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 afl-fuzz -V $(FUZZ_SECONDS) -m none -t 10000 \
	    -i tests/fuzz/corpus/$$parser -o build/afl/$$parser -- build/afl/libfuzzer/$$target >build/afl/$$parser.log 2>&1 || { tail -n 20 build/afl/$$parser.log; exit 1; }; \
	    awk -v p=$$parser '/^execs_done|^saved_crashes|^saved_hangs/ { n[$$1] = $$3 } END { printf "afl %s: %d executions, %d crashes, %d hangs\n", p, n["execs_done"], n["saved_crashes"], n["saved_hangs"]; exit n["saved_crashes"] > 0 }' \
	    build/afl/$$parser/default/fuzzer_stats || exit 1; done
fuzz-programs: $(patsubst tests/fuzz/%.c,$(BUILD)/libfuzzer/%,$(FUZZ_TARGETS))
$(BUILD)/libfuzzer/%: tests/fuzz/%.c $(TEST_LIBS) $(BUILD)/include/.made
	@mkdir -p $(@D); echo '  cc $<'
	$(Q)$(CC) $(TEST_CFLAGS) -fsanitize=fuzzer $< $(TEST_LIBS) $(LDLIBS) -o $@

-include $(shell find $(BUILD)/tests -name '*.d' 2>/dev/null)
