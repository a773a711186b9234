/* test_classes.c - a choice among labels, by name. */
#include "test.h"

#include "app/classes.h"
#include "base/error.h"
#include "stream/model_info.h"

#include <string.h>

#define LABEL(text) ((char *)(text))

/* Some of AudioSet's, and all of them its: the ontology holds. */
static char *audioset[] = {
    LABEL("Speech"), LABEL("Animal"),   LABEL("Domestic animals, pets"),
    LABEL("Dog"),    LABEL("Growling"), LABEL("Cat"),
    LABEL("Hiss"),   LABEL("Snake"),    LABEL("Vehicle horn, car horn, honking"),
    LABEL("Alarm"),  LABEL("Toot"),     LABEL("Wild animals")
};
enum { N = sizeof audioset / sizeof audioset[0] };
static const float probs[N] = { 0.5f, 0.1f, 0.05f, 0.2f,  0.9f, 0.15f,
                                0.3f, 0.0f, 0.01f, 0.02f, 0.7f, 0.04f };
static const hear_model model = { .info = { .n_labels = N, .labels = audioset } };
static float out[N];
static hear_error err;

static hear_texts list(const char *a, const char *b)
{
    return (hear_texts){ .n = b ? 2 : a ? 1 : 0, .item = { a, b } };
}

static hear_classes *choose(const hear_model *m, const char *only, const char *without)
{
    const hear_texts o = list(only, NULL), w = list(without, NULL);
    hear_classes *c;
    err = (hear_error){ .status = HEAR_OK };
    const hear_status s = hear_classes_create(&c, m, &o, &w, &err);
    assert_true((s == HEAR_OK) == (c != NULL));
    return c;
}

/* The classes of a choice are labels[], with these scores. */
static void expect(hear_classes *c, size_t n, const char *const *labels, const float *scores)
{
    assert_non_null(c);
    const hear_model *const seen = hear_classes_model(c);
    assert_int_equal(hear_model_n_labels(seen), n);
    const hear_window_result r = { .index = 7, .start_s = 1.5, .n_labels = N, .probs = probs };
    const hear_window_result taken = hear_classes_take(c, &r, out);
    assert_int_equal(taken.n_labels, n);
    assert_int_equal(taken.index, 7);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(hear_model_label(seen, i), labels[i]);
        assert_float_equal(taken.probs[i], scores[i], 0.0f);
    }
    hear_classes_destroy(c);
}

static void test_without_lists_all_stay(void **state)
{
    (void)state;
    expect(choose(&model, NULL, NULL), N, (const char *const *)audioset, probs);
}

static void test_labels_with_commas_are_found(void **state)
{
    (void)state;
    expect(choose(&model, "Toot, Domestic animals, pets ,  speech", NULL), 3,
           (const char *[]){ "Toot", "Domestic animals, pets", "Speech" },
           (const float[]){ 0.7f, 0.9f, 0.5f });
    const hear_texts twice = list("Speech,Toot", "Toot,Hiss"), none = list(NULL, NULL);
    hear_classes *c;
    assert_int_equal(hear_classes_create(&c, &model, &twice, &none, &err), HEAR_OK);
    expect(c, 3, (const char *[]){ "Speech", "Toot", "Hiss" }, (const float[]){ 0.5f, 0.7f, 0.3f });
}

static void test_a_class_of_audioset_stands_for_what_is_below_it(void **state)
{
    (void)state;
    /* growling is below dog, cat and wild animals; hiss below cat and snake; toot below the
     * horn, which is below alarm in another place than where its children are told */
    expect(choose(&model, "Animal,Dog,Wild animals,Alarm,Snake,Growling", NULL), 6,
           (const char *[]){ "Animal", "Dog", "Wild animals", "Alarm", "Snake", "Growling" },
           (const float[]){ 0.9f, 0.9f, 0.9f, 0.7f, 0.3f, 0.9f });
    expect(choose(&model, "Animal", "Dog,Hiss"), 1, (const char *[]){ "Animal" },
           (const float[]){ 0.15f }); /* the cat's: growling went with the dog */
    expect(choose(&model, NULL, "Animal"), 4,
           (const char *[]){ "Speech", "Vehicle horn, car horn, honking", "Alarm", "Toot" },
           (const float[]){ 0.5f, 0.01f, 0.02f, 0.7f });
}

static void test_other_labels_stand_for_themselves(void **state)
{
    (void)state;
    static char *labels[] = { LABEL("Animal"), LABEL("Dog"), LABEL("my dog"), LABEL("animal") };
    const hear_model mine = { .info = { .n_labels = 4, .labels = labels } };
    expect(choose(&mine, "Animal,animal", NULL), 2, (const char *[]){ "Animal", "animal" },
           (const float[]){ 0.5f, 0.2f });
    expect(choose(&mine, "DOG", NULL), 1, (const char *[]){ "Dog" }, (const float[]){ 0.1f });
}

static void expect_error(const char *only, const char *without, const char *text)
{
    assert_null(choose(&model, only, without));
    assert_int_equal(err.status, HEAR_ERR_ARG);
    if (!strstr(hear_error_text(&err), text))
        fail_msg("'%s' is not in '%s'", text, hear_error_text(&err));
}

static void test_unknown_names_are_told_with_the_nearest(void **state)
{
    (void)state;
    expect_error("Speach", NULL, "'Speach' is no label of this model; the nearest is 'Speech'");
    expect_error("Speech,Domestic animal", NULL, "nearest is 'Domestic animals, pets'");
    expect_error(NULL, "pets", "--without: 'pets' is no label of this model; the nearest is 'Dom");
    expect_error("car honk", NULL, "nearest is 'Vehicle horn, car horn, honking'");
    expect_error("Speech,,Dog", NULL, "a label is missing");
    expect_error("Speech,", NULL, "a label is missing");
    expect_error("Dogs", NULL, "nearest is 'Dog'");
    expect_error("Dog", "Animal", "--classes 'Dog': --without takes it away");
    expect_error(NULL, "Speech,Animal,Alarm", "takes all labels");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_lists_all_stay),
        cmocka_unit_test(test_labels_with_commas_are_found),
        cmocka_unit_test(test_a_class_of_audioset_stands_for_what_is_below_it),
        cmocka_unit_test(test_other_labels_stand_for_themselves),
        cmocka_unit_test(test_unknown_names_are_told_with_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
