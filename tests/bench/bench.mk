# `make bench`: tuned kernels against the peers that are installed, interleaved in one process. docs/bench.md.
#   FAMILY=sgemm,softmax  SHAPES="m=64,n=64,k=64;…"  QUICK=1  BENCH_THREADS=all|N  BENCH_BUDGET=180 (seconds of tuning per family)
#   BENCH_ROUNDS=15  PEERS="name=/path/libcblas.so …" (CBLAS interface, or NAMEdriver.so as tests/bench/driver.h says)

RACE_SOURCES := $(sort $(wildcard tests/bench/race/*.c))
BENCH_DRIVERS = $(foreach d,cblas onednn libxsmm,$(BUILD)/bench/$(d).so)
RESULTS_BENCH ?= results/bench

$(BUILD)/bench/race: $(RACE_SOURCES) $(wildcard tests/bench/race/*.h) tests/bench/driver.h $(BUILD)/libtilesmith.a $(BUILD)/libtilesmith-rt.a $(BUILD)/include/.made
	@mkdir -p $(@D); echo '  cc $@'
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) -I$(BUILD)/include/cli -Isrc $(RACE_SOURCES) $(BUILD)/libtilesmith.a $(BUILD)/libtilesmith-rt.a $(LDLIBS) -o $@

# A driver whose library isn't installed isn't built: the bench then says so.
BENCH_DRIVER = $(Q)mkdir -p $(@D); rm -f $@; if $(1); then echo '  cc $@'; $(CC) -std=gnu11 -O2 -g $(WARN) -fPIC -shared $(filter %.c,$^) $(2) -o $@; \
	else echo '  $(notdir $@): not built, $(3) is not installed'; fi
$(BUILD)/bench/cblas.so: tests/bench/peers/cblas.c tests/bench/driver.h tests/bench/bench.mk
	$(call BENCH_DRIVER,true,-ldl)
$(BUILD)/bench/libxsmm.so: tests/bench/peers/libxsmm.c tests/bench/driver.h tests/bench/bench.mk
	$(call BENCH_DRIVER,pkg-config --exists libxsmm,$$(pkg-config --cflags libxsmm) -Wl$(comma)-Bstatic -lxsmm -lxsmmnoblas -Wl$(comma)-Bdynamic -lm -ldl -lpthread -lrt,libxsmm-dev)
$(BUILD)/bench/onednn.so: $(wildcard tests/bench/peers/onednn*.c) tests/bench/peers/onednn.h tests/bench/driver.h tests/bench/bench.mk
	$(call BENCH_DRIVER,$(CC) -E -include dnnl.h -x c /dev/null >/dev/null 2>&1,-ldnnl -lm,libdnnl-dev)
comma := ,

.PHONY: bench bench-programs
check-programs: $(BUILD)/bench/race
bench-programs: $(BUILD)/tilesmith $(BUILD)/bench/race $(BENCH_DRIVERS)
bench: ## tuned kernels against OpenBLAS, BLIS, oneDNN, LIBXSMM and plain C; writes results/bench
	@$(if $(QUICK)$(BENCH_NO_PEERS),true,sh tests/bench/peers.sh)
	@$(MAKE) --no-print-directory -j$(JOBS) bench-programs
	@$(foreach v,FAMILY SHAPES QUICK BENCH_THREADS BENCH_BUDGET BENCH_ROUNDS BENCH_NO_PEERS PEERS,$(if $($(v)),export $(v)='$($(v))';)) \
	    TILESMITH_DATA=$${TILESMITH_DATA:-$(CURDIR)} $(BUILD)/bench/race $(BUILD) tests/bench $(RESULTS_BENCH)
