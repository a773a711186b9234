/* fuzz_main.c - runs a fuzz target without libFuzzer.
 *
 *   fuzz_onnx                the seeds, each mutated some thousand times, always the same ones
 *   fuzz_onnx N              the same with N mutations of each seed
 *   fuzz_onnx -s FOLDER      writes the seeds there
 *   fuzz_onnx FILE...        the target on these files */
#include "config.h"

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_SIZE = 1 << 16, MUTATIONS = 2000 };

static unsigned long state = 1;

static size_t draw(size_t below)
{
    state = state * 6364136223846793005ul + 1442695040888963407ul;
    return (size_t)(state >> 33) % below;
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    const size_t i = size > 0 ? draw(size) : 0;
    switch (size > 0 ? draw(4) : 3) {
    case 0:
        data[i] = (uint8_t)draw(256);
        return size;
    case 1:
        data[i] ^= (uint8_t)(1u << draw(8));
        return size;
    case 2:
        memmove(data + i, data + i + 1, size - i - 1);
        return size - 1;
    default:
        if (size >= max_size)
            return size;
        memmove(data + i + 1, data + i, size - i);
        data[i] = (uint8_t)draw(256);
        return size + 1;
    }
}

static size_t read_file(const char *path, uint8_t *data)
{
    FILE *in = fopen(path, "rb");
    if (!in) {
        perror(path);
        exit(1);
    }
    const size_t n = fread(data, 1, MAX_SIZE, in);
    fclose(in);
    return n;
}

/* An exact copy, so that a sanitizer sees the byte behind it. */
static void run(const uint8_t *data, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1);
    if (!exact)
        abort();
    memcpy(exact, data, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

static int write_seeds(const char *folder)
{
    char path[4096];
    for (size_t i = 0;; i++) {
        snprintf(path, sizeof path, "%s/seed-%zu.onnx", folder, i);
        if (!fuzz_write_seed(i, path))
            return i == 0;
    }
}

static int mutate_seeds(unsigned long n)
{
    static uint8_t seed[MAX_SIZE], changed[MAX_SIZE];
    char path[] = "/tmp/hearsay-fuzz-XXXXXX";
    const int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    size_t i = 0;
    for (; fuzz_write_seed(i, path); i++) {
        const size_t size = read_file(path, seed);
        run(seed, size);
        size_t now = size;
        for (unsigned k = 0; k < n; k++) {
            if (k % 8 == 0) { /* eight changes on top of each other, then from the start */
                memcpy(changed, seed, size);
                now = size;
            }
            now = LLVMFuzzerCustomMutator(changed, now, sizeof changed, k);
            run(changed, now);
        }
    }
    unlink(path);
    printf("%zu seeds, %lu mutations of each\n", i, n);
    return i == 0;
}

int main(int argc, char **argv)
{
    static uint8_t data[MAX_SIZE];
    if (argc == 3 && strcmp(argv[1], "-s") == 0)
        return write_seeds(argv[2]);
    if (argc == 1)
        return mutate_seeds(MUTATIONS);
    char *end;
    const unsigned long n = strtoul(argv[1], &end, 10);
    if (argc == 2 && *end == '\0')
        return mutate_seeds(n);
    for (int i = 1; i < argc; i++)
        run(data, read_file(argv[i], data));
    return 0;
}
