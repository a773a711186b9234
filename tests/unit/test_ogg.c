/* test_ogg.c - an Ogg file that is cut off is told, behind what is left of it. */
#include "test.h"

#include "base/rng.h"
#include "io/ogg.h"
#include "io/source.h"

#include <fcntl.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 90000, RATE = 44100 }; /* of noise: several pages */

static char path[] = "/tmp/hearsay-ogg-XXXXXX";
static unsigned char bytes[200000];
static float whole[N + RATE], part[N + RATE];

static size_t make(void)
{
    SF_INFO info = { .samplerate = RATE,
                     .channels = 1,
                     .format = SF_FORMAT_OGG | SF_FORMAT_VORBIS };
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    assert_non_null(f);
    hear_rng r;
    hear_rng_seed(&r, 1);
    for (size_t i = 0; i < N; i++)
        whole[i] = (float)hear_rng_uniform(&r) - 0.5f;
    assert_int_equal(sf_writef_float(f, whole, N), N);
    sf_close(f);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    const size_t n = fread(bytes, 1, sizeof bytes - 100, in);
    fclose(in);
    assert_in_range(n, 10000, sizeof bytes - 101);
    return n;
}

static void save(size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static bool is_cut(void)
{
    const int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(lseek(fd, 5, SEEK_SET), 5);
    const bool cut = hear_ogg_is_cut(fd);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 5);
    close(fd);
    return cut;
}

static hear_status hear(float *out, size_t *n, hear_error *err)
{
    hear_source *s;
    hear_status status = hear_source_open(&s, path, &(hear_source_config){ 0 }, err);
    *n = 0;
    for (size_t got = 1; status == HEAR_OK && got > 0; *n += got) {
        assert_true(*n + 1000 <= N + RATE);
        status = hear_source_read(s, out + *n, 1000, &got, err);
    }
    hear_source_close(s);
    return status;
}

static void test_a_file_ends_with_its_last_page(void **state)
{
    (void)state;
    const size_t size = make();
    hear_error err = { 0 };
    size_t n, n_part, most = 0;
    assert_false(is_cut());
    assert_int_equal(hear(whole, &n, &err), HEAR_OK);
    assert_int_equal(n, N);
    for (size_t left = size - 1; left > size / 3; left -= size / 7) {
        save(left);
        assert_true(is_cut());
        assert_int_equal(hear(part, &n_part, &err), HEAR_ERR_DATA);
        assert_non_null(strstr(err.text, "cut off: ends at "));
        assert_true(n_part < N);
        assert_memory_equal(part, whole, n_part * sizeof part[0]);
        most = n_part > most ? n_part : most;
    }
    assert_true(most > N / 2);
}

/* Also where a page ends, or within the four letters that begin one. */
static void test_every_cut_near_the_end_is_seen(void **state)
{
    (void)state;
    const size_t size = make();
    size_t last = size;
    while (memcmp(bytes + --last, "OggS", 4) != 0) {
    }
    assert_in_range(last, 100, size - 100);
    for (size_t left = last - 50; left < size; left += left < last + 50 ? 1 : 97) {
        save(left);
        assert_true(is_cut());
    }
}

static void test_what_follows_the_last_page_is_no_cut(void **state)
{
    (void)state;
    const size_t size = make();
    memcpy(bytes + size, "a tag of another kind.", 22);
    save(size + 22);
    size_t n;
    hear_error err = { 0 };
    assert_int_equal(hear(part, &n, &err), HEAR_OK);
    assert_int_equal(n, N);
    save(0);
    assert_false(is_cut());
    assert_false(hear_ogg_is_cut(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_ends_with_its_last_page),
        cmocka_unit_test(test_every_cut_near_the_end_is_seen),
        cmocka_unit_test(test_what_follows_the_last_page_is_no_cut),
    };
    const int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove(path);
    return failed;
}
