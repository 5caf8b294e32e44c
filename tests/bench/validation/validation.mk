# `make model-validation DATA=FOLDER`: every model beside recorded reference values, as docs/model-validation.md.

VALIDATION_SOURCES := $(filter-out %/main.c,$(sort $(wildcard tests/bench/validation/*.c)))

$(BUILD)/bench/model_validation: $(VALIDATION_SOURCES) tests/bench/validation/main.c tests/bench/validation/validation.h $(BUILD)/libtilesmith.a $(BUILD)/include/.made
	@mkdir -p $(@D); echo '  cc $@'
	$(Q)$(CC) $(CFLAGS) -I$(BUILD)/include/cli -Isrc $(filter %.c,$^) $(BUILD)/libtilesmith.a $(LDLIBS) -o $@
$(BUILD)/tests/unit/test_model_reference: tests/unit/test_model_reference.c $(VALIDATION_SOURCES) tests/bench/validation/validation.h $(TEST_LIBS) $(BUILD)/include/.made
	@mkdir -p $(@D); echo '  cc $<'
	$(Q)$(CC) $(CFLAGS) -Itests $(PKG_CFLAGS) -I$(BUILD)/include/cli -Isrc $(filter %.c,$^) $(TEST_LIBS) $(LDLIBS) -lcmocka -o $@

.PHONY: model-validation
check-programs: $(BUILD)/bench/model_validation
model-validation: $(BUILD)/bench/model_validation ## write docs/model-validation.md anew, from the reference values in DATA
	@[ -d "$(DATA)" ] || { echo "make model-validation DATA=FOLDER: the folder of recorded reference values"; exit 2; }
	$(BUILD)/bench/model_validation $(DATA) > docs/model-validation.md.new && mv docs/model-validation.md.new docs/model-validation.md
