/*
 * A main() for the fuzz targets where there is no libFuzzer: every seed of tests/fuzz/corpus/PARSER, cut
 * short at every length up to a limit too, goes through the target once. A crash is the failure; returning is
 * the success.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LONGEST_PREFIX 2048

static uint8_t *read_seed(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    long length = -1;
    if (file && fseek(file, 0, SEEK_END) == 0)
        length = ftell(file);
    if (length >= 0)
        bytes = malloc((size_t)length + 1);
    if (bytes) {
        rewind(file);
        *size = fread(bytes, 1, (size_t)length, file);
    }
    if (file)
        fclose(file);
    return bytes;
}

/* Each input gets a buffer of exactly its size, so that a sanitizer sees a read past its end. */
static void try_input(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    if (!exact)
        return;
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static int replay(const char *folder, const char *name)
{
    char path[4096];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    uint8_t *seed = read_seed(path, &size);
    if (!seed) {
        printf("not ok - %s cannot be read\n", path);
        return 1;
    }
    size_t step = size / LONGEST_PREFIX + 1;
    for (size_t length = 0; length < size; length += step)
        try_input(seed, length);
    try_input(seed, size);
    free(seed);
    printf("ok - %s\n", name);
    return 0;
}

/* build/tests/fuzz/fuzz_expr reads tests/fuzz/corpus/expr, or the folder given. */
int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0); /* what passed before a crash must be seen */
    char folder[4096];
    const char *slash = strrchr(argv[0], '/'), *parser = slash ? slash + 1 : argv[0];
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s",
             strncmp(parser, "fuzz_", 5) == 0 ? parser + 5 : parser);
    if (argc > 1)
        snprintf(folder, sizeof folder, "%s", argv[1]);
    DIR *seeds = opendir(folder);
    if (!seeds) {
        printf("not ok - no seeds in %s\n", folder);
        return 1;
    }
    int failed = 0;
    for (struct dirent *entry; (entry = readdir(seeds)) != NULL;)
        if (entry->d_name[0] != '.')
            failed |= replay(folder, entry->d_name);
    closedir(seeds);
    return failed;
}
