/* fuzz_tflite.c - bytes as a TensorFlow Lite file: parsed, planned and run. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "nn/plan.h"
#include "nn/tflite.h"
#include "tflite_file.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hear_error err = { .text = "" };
    hear_graph *graph;
    hear_plan *p;
    size_t n;
    const char *const text = hear_tflite_labels(data, size, &n);
    if (text && ((const uint8_t *)text < data || n > size))
        abort();
    if (hear_tflite_parse(&graph, data, size, &err) != HEAR_OK) {
        for (const char *c = hear_error_text(&err); *c; c++)
            if ((unsigned char)*c < 0x20)
                abort();
        return 0;
    }
    const hear_plan_config config = { .batch = 2, .max_bytes = 64 << 20 };
    if (hear_plan_create(&p, graph, &config, &err) == HEAR_OK) {
        if (hear_plan_macs(p) < 10000000) /* more only takes time */
            hear_plan_run(p);
        hear_plan_destroy(p);
    }
    hear_graph_destroy(graph);
    return 0;
}

/* Mostly an offset or number of four bytes at once: bytes alone rarely stay plausible. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    static const uint32_t numbers[] = { 0,  1,     2,          3,          4,         6,
                                        9,  14,    22,         40,         0x7f,      0xff,
                                        64, 65536, 0x7fffffff, 0x80000000, 0xffffffff };
    const uint32_t x = seed * 2654435761u;
    if (size < 12 || x % 4 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    const size_t at = (x >> 8) % (size / 4) * 4;
    const uint32_t old = (uint32_t)data[at] | (uint32_t)data[at + 1] << 8;
    const uint32_t v = x % 4 == 1 ? old + (x >> 4) % 33 - 16
                                  : numbers[(x >> 3) % (sizeof numbers / sizeof numbers[0])];
    for (size_t i = 0; i < 4 && at + i < size; i++)
        data[at + i] = (uint8_t)(v >> 8 * i);
    return size;
}

int fuzz_write_seed(size_t i, const char *path)
{
    static tfl f;
    if (i > 0)
        return 0;
    tfl_make(&f);
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(f.bytes, 1, f.n, out) != f.n)
        abort();
    return fclose(out) == 0;
}
