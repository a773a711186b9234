/* folder.c - see folder.h. */
#include "test.h"

#include "folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

int test_make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/hearsay-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int test_remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *test_in_folder(const char *name)
{
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void test_put_file(const char *name, const void *bytes, size_t n)
{
    char path[256];
    snprintf(path, sizeof path, "%s", test_in_folder(name));
    for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void put32(unsigned char *at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(v >> 8 * i);
}

void test_put_wav(const char *name, uint32_t rate_hz, const float *samples, size_t n)
{
    const uint32_t bytes = (uint32_t)(2 * n);
    unsigned char *file = malloc(44 + bytes);
    assert_non_null(file);
    memcpy(file, "RIFF....WAVEfmt ....\1\0\1\0........\2\0\20\0data....", 44);
    put32(file + 4, 36 + bytes);
    put32(file + 16, 16);
    put32(file + 24, rate_hz);
    put32(file + 28, 2 * rate_hz);
    put32(file + 40, bytes);
    for (size_t i = 0; i < n; i++) {
        const float x = samples[i] > 1.0f ? 1.0f : samples[i] < -1.0f ? -1.0f : samples[i];
        const int v = (int)lrintf(x * 32767.0f);
        file[44 + 2 * i] = (unsigned char)(v & 0xff);
        file[45 + 2 * i] = (unsigned char)(v >> 8 & 0xff);
    }
    test_put_file(name, file, 44 + bytes);
    free(file);
}
