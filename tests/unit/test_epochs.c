/* test_epochs.c - the log of a training, read again. */
#include "test.h"

#include "base/error.h"
#include "train/epochs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/hearsay-epochs-XXXXXX";

static hear_status read_text(hear_epochs *e, const char *text, hear_error *err)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return hear_epochs_read(e, path, err);
}

static void test_an_object_is_an_epoch(void **state)
{
    (void)state;
    hear_error err;
    hear_epochs e;
    assert_int_equal(
        read_text(&e,
                  "{\"v\":1,\"type\":\"epoch\",\"epoch\":1,\"loss\":0.5,\"accuracy\":0.25}\n"
                  "{\"type\":\"something\",\"loss\":9}\n\n"
                  "{\"type\":\"epoch\",\"epoch\":2,\"loss\":0.25,\"accuracy\":0.75,"
                  "\"valid_loss\":0.5,\"valid_accuracy\":0.625,\"best\":true}",
                  &err),
        HEAR_OK);
    assert_int_equal(e.n, 2);
    assert_close(e.epoch[0].loss, 0.5, 0.0);
    assert_true(isnan(e.epoch[0].valid_loss));
    assert_false(e.epoch[0].best);
    assert_int_equal(e.epoch[1].number, 2);
    assert_close(e.epoch[1].valid_accuracy, 0.625, 0.0);
    assert_true(e.epoch[1].best);
    hear_epochs_clear(&e);
}

/* Epochs 1, 2, 3; then gone on with from 2. */
static void test_an_epoch_done_again_takes_the_place(void **state)
{
    (void)state;
    static const struct {
        int number;
        double loss;
    } epochs[] = { { 1, 0.5 }, { 2, 0.4 }, { 3, 0.3 }, { 2, 0.2 } };
    char text[512] = "";
    for (size_t i = 0; i < 4; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "{\"type\":\"epoch\",\"epoch\":%d,\"loss\":%g,\"accuracy\":1}\n", epochs[i].number,
                 epochs[i].loss);
    hear_error err;
    hear_epochs e;
    assert_int_equal(read_text(&e, text, &err), HEAR_OK);
    assert_int_equal(e.n, 2);
    assert_close(e.epoch[0].loss, 0.5, 0.0);
    assert_close(e.epoch[1].loss, 0.2, 0.0);
    hear_epochs_clear(&e);
}

static void test_a_training_without_epochs_is_a_log(void **state)
{
    (void)state;
    hear_error err;
    hear_epochs e;
    assert_int_equal(read_text(&e, "{\"v\":1,\"type\":\"training\"}\n", &err), HEAR_OK);
    assert_int_equal(e.n, 0);
    hear_epochs_clear(&e);
}

/* As a power failure leaves it; where nothing is whole, it is no log. */
static void test_a_cut_last_line_is_left_out(void **state)
{
    (void)state;
    static const char *const logs[] = {
        "{\"v\":1,\"type\":\"training\"}\n"
        "{\"type\":\"epoch\",\"epoch\":1,\"loss\":0.5,\"accuracy\":0.25}\n"
        "{\"type\":\"epoch\",\"epoch\":2,\"lo",
        "{\"type\":\"epoch\",\"epoch\":2,\"lo",
    };
    hear_error err;
    hear_epochs e;
    assert_int_equal(read_text(&e, logs[0], &err), HEAR_OK);
    assert_int_equal(e.n, 1);
    assert_close(e.epoch[0].loss, 0.5, 0.0);
    hear_epochs_clear(&e);
    assert_int_equal(read_text(&e, logs[1], &err), HEAR_ERR_DATA);
    assert_non_null(strstr(hear_error_text(&err), "line 1: "));
}

static void test_what_is_no_log_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "", "there is no epoch" },
        { "{\"type\":\"window\"}\n", "there is no epoch" },
        { "{\"type\":\"epoch\",\"epoch\":1,\"loss\":1,\"accuracy\":1}\nepoch 2\n", "line 2" },
        { "{\"type\":\"epoch\",\"epoch\":0,\"loss\":1,\"accuracy\":1}\n", "line 1: no epoch" },
        { "{\"type\":\"epoch\",\"epoch\":1,\"loss\":\"1\",\"accuracy\":1}\n", "line 1: no epoch" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hear_error err;
        hear_epochs e;
        assert_int_equal(read_text(&e, cases[i][0], &err), HEAR_ERR_DATA);
        assert_non_null(strstr(hear_error_text(&err), cases[i][1]));
        assert_int_equal(e.n, 0);
        assert_null(e.epoch);
    }
    hear_error err;
    hear_epochs e;
    assert_int_equal(hear_epochs_read(&e, "/nowhere/log", &err), HEAR_ERR_NO_INPUT);
}

static int make_file(void **state)
{
    (void)state;
    const int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_object_is_an_epoch),
        cmocka_unit_test(test_an_epoch_done_again_takes_the_place),
        cmocka_unit_test(test_a_training_without_epochs_is_a_log),
        cmocka_unit_test(test_a_cut_last_line_is_left_out),
        cmocka_unit_test(test_what_is_no_log_is_refused),
    };
    return cmocka_run_group_tests_name("epochs", tests, make_file, remove_file);
}
