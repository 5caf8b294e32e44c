# What docs/trust.md claims, each by one command. `make check` runs the short forms; these are the long ones.

$(BUILD)/tests/trust/fault.so: tests/trust/fault.c
	@mkdir -p $(@D); echo '  cc $<'
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -fPIC -shared $< -o $@ -ldl

.PHONY: faults together honesty soak coverage mutation
faults: $(BUILD)/tilesmith $(BUILD)/tests/cli/probe $(BUILD)/tests/trust/fault.so ## fail calls of the system one at a time, at POINTS (60) places of each kind
	@BUILD=$(BUILD) POINTS=$(or $(POINTS),60) TEST_TIMEOUT=7200 tests/run faults tests/trust/faults.sh
together: $(BUILD)/tilesmith $(BUILD)/tests/cli/probe ## sessions side by side, on one database and on one machine
	@BUILD=$(BUILD) tests/run together tests/trust/together.sh
honesty: $(BUILD)/tests/trust/honesty ## a variant against a copy of itself, 200 times
	@$<
soak: $(BUILD)/tilesmith $(BUILD)/tests/cli/probe $(BUILD)/tests/trust/fault.so ## tune for SOAK_SECONDS (3600) among kills, full disks, clock jumps and noise
	@BUILD=$(BUILD) SOAK_SECONDS=$(or $(SOAK_SECONDS),3600) TEST_TIMEOUT=$$((2 * $(or $(SOAK_SECONDS),3600) + 600)) tests/run soak tests/trust/soak.sh
coverage: ## lines of src and search that the tests run (gcovr)
	@tests/trust/coverage.sh
mutation: ## change MUTANTS (30) random operators, one at a time; do the unit tests notice?
	@tests/trust/mutation.sh
