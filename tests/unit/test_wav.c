/* test_wav.c - heads of WAV files: those made here, and those that others might send. */
#include "test.h"

#include "io/wav.h"

#include <sndfile.h>
#include <string.h>

enum { ALL = 256 };

static size_t look(const unsigned char *bytes, size_t n, hear_wav_head *head)
{
    unsigned char exact[ALL];
    assert_true(n <= sizeof exact);
    memcpy(exact, bytes, n);
    return hear_wav_look(exact, n, head);
}

static void test_the_head_is_the_one_of_the_standard(void **state)
{
    (void)state;
    static const unsigned char wanted[HEAR_WAV_HEAD] = {
        'R',  'I',  'F', 'F', 36 + 6, 0,    0, 0, 'W', 'A', 'V', 'E', /* 8 less than the file */
        'f',  'm',  't', ' ', 16,     0,    0, 0, 1,   0,   1,   0,   /* PCM, one channel */
        0x40, 0x1f, 0,   0,   0x80,   0x3e, 0, 0, 2,   0,   16,  0,   /* 8000 Hz, 16000 bytes/s */
        'd',  'a',  't', 'a', 6,      0,    0, 0,
    };
    unsigned char head[HEAR_WAV_HEAD];
    hear_wav_make_head(head, 8000, 6);
    assert_memory_equal(head, wanted, sizeof head);
}

static void test_samples_are_held_and_rounded(void **state)
{
    (void)state;
    const float samples[] = { 0.0f, 1.0f, -1.0f, 2.0f, -2.0f, NAN, INFINITY, 0.5f / 32767.0f * 3 };
    const int16_t wanted[] = { 0, 32767, -32767, 32767, -32767, 0, 0, 2 }; /* 1.5: to even */
    unsigned char bytes[sizeof wanted];
    hear_wav_make_samples(bytes, samples, sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        assert_int_equal((int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8), wanted[i]);
}

static void test_what_is_made_is_understood(void **state)
{
    (void)state;
    unsigned char bytes[HEAR_WAV_HEAD];
    hear_wav_head head;
    hear_wav_make_head(bytes, 44100, 1000);
    assert_int_equal(look(bytes, sizeof bytes, &head), sizeof bytes);
    assert_true(head.plain && !head.open_ended && !head.zero);
    assert_int_equal(head.rate_hz, 44100);
    assert_int_equal(head.n_channels, 1);
    assert_int_equal(head.data_at, HEAR_WAV_HEAD);
    assert_int_equal(head.sf_format, SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE);

    hear_wav_make_head(bytes, 44100, HEAR_WAV_OPEN);
    assert_int_equal(look(bytes, sizeof bytes, &head), sizeof bytes);
    assert_true(head.open_ended && !head.zero);
}

static void test_a_part_of_a_head_asks_for_more(void **state)
{
    (void)state;
    unsigned char bytes[HEAR_WAV_HEAD];
    hear_wav_make_head(bytes, 8000, 6);
    for (size_t n = 0; n < sizeof bytes; n++) {
        hear_wav_head head;
        const size_t wanted = look(bytes, n, &head);
        assert_true(wanted > n && wanted <= sizeof bytes);
        assert_int_equal(head.data_at, 0);
    }
}

static void test_other_chunks_are_passed_over(void **state)
{
    (void)state;
    unsigned char made[HEAR_WAV_HEAD], bytes[ALL];
    hear_wav_head head;
    hear_wav_make_head(made, 8000, 6);
    memcpy(bytes, made, 36);
    memcpy(bytes + 36, "LIST\3\0\0\0abc\0", 12); /* 3 bytes, and one to an even place */
    memcpy(bytes + 48, made + 36, 8);
    assert_int_equal(look(bytes, 56, &head), 56);
    assert_int_equal(head.data_at, 56);

    memcpy(bytes + 40, "\xff\xff\xff\xff", 4); /* a chunk that no file holds */
    assert_int_equal(look(bytes, 56, &head), 0);
}

static void test_what_is_no_wav_is_not_taken_for_one(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        unsigned char byte;
    } lies[] = {
        { 0, 'X' },  /* RIFF */
        { 8, 'X' },  /* WAVE */
        { 12, 'X' }, /* no fmt before the data */
        { 16, 8 },   /* a fmt of 8 bytes */
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        unsigned char bytes[HEAR_WAV_HEAD];
        hear_wav_head head;
        hear_wav_make_head(bytes, 8000, 6);
        bytes[lies[i].at] = lies[i].byte;
        assert_int_equal(look(bytes, sizeof bytes, &head), 0);
    }
}

static void test_an_unknown_coding_is_not_plain(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        unsigned char byte;
    } lies[] = {
        { 20, 17 }, /* IMA ADPCM */
        { 22, 0 },  /* no channel */
        { 32, 3 },  /* bytes of a frame */
        { 34, 15 }, /* bits */
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        unsigned char bytes[HEAR_WAV_HEAD];
        hear_wav_head head;
        hear_wav_make_head(bytes, 8000, 6);
        bytes[lies[i].at] = lies[i].byte;
        assert_int_equal(look(bytes, sizeof bytes, &head), sizeof bytes);
        assert_false(head.plain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_head_is_the_one_of_the_standard),
        cmocka_unit_test(test_samples_are_held_and_rounded),
        cmocka_unit_test(test_what_is_made_is_understood),
        cmocka_unit_test(test_a_part_of_a_head_asks_for_more),
        cmocka_unit_test(test_other_chunks_are_passed_over),
        cmocka_unit_test(test_what_is_no_wav_is_not_taken_for_one),
        cmocka_unit_test(test_an_unknown_coding_is_not_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
