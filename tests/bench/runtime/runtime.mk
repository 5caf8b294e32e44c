# `make runtime-bench [DB=FILE]`: what a lookup and a dispatch cost, against the tuned winners of DB.
$(BUILD)/bench/runtime: tests/bench/runtime/runtime.c $(BUILD)/libtilesmith-rt.a
	@mkdir -p $(@D); echo '  cc $<'
	$(Q)$(CC) -std=gnu11 -O2 -g $(WARN) $(SAN) -Isrc $< $(BUILD)/libtilesmith-rt.a $(RT_LIBS) -o $@

.PHONY: runtime-bench
check-programs: $(BUILD)/bench/runtime
runtime-bench: $(BUILD)/bench/runtime ## what a lookup and a dispatched call cost, in ns; DB=FILE for another database
	@$(BUILD)/bench/runtime $(or $(DB),$${TILESMITH_DB:-results/tilesmith.db})

# The runtime's tests with ThreadSanitizer: eight threads, a million lookups each.
.PHONY: check-tsan
RUNTIME_TSAN := $(wildcard tests/unit/test_runtime_threads.c tests/unit/test_runtime_adapt.c tests/unit/test_runtime_stats.c)
check-tsan: ## the runtime's tests of threads under ThreadSanitizer
	@mkdir -p build/tsan
	@for t in $(RUNTIME_TSAN); do bin=build/tsan/$$(basename $$t .c); \
	    $(CC) -std=gnu11 -O1 -g -fsanitize=thread -D_GNU_SOURCE -DTS_SOURCE_DIR='"$(CURDIR)"' -Itests -Isrc -Isrc/store $$t src/runtime/*.c $(RT_LIBS) -lcmocka -lpapi -o $$bin || exit 1; \
	    TSAN_OPTIONS=halt_on_error=1:exitcode=66 $$bin || exit 1; done
