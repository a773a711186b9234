/* test_rows.c - what a network that stays makes of recordings, kept. */
#include "test.h"

#include "nn/plan.h"
#include "stream/small_model.h"
#include "train/example.h"
#include "train/job.h"
#include "train/rows.h"
#include "train/transfer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CLIPS = 4 };

typedef struct {
    hear_model *base;
    hear_graph *graph;
    hear_dataset *d;
    hear_sounds sounds;
} fixture;

static hear_error err;

/* One of 6 patches, one that cannot be read, one to be tested on, one shorter than a patch. */
static void set_up(fixture *f)
{
    static const size_t n_frames[CLIPS] = { 35, 0, 20, 4 };
    const hear_arch_options options = { .n_labels = 2, .c = 1.0 };
    *f = (fixture){ .base = small_patch_model(HEAR_LAYOUT_TIME_MEL) };
    assert_int_equal(hear_transfer_build(&f->graph, f->base, hear_transfer_cut(f->base),
                                         &hear_arch_logreg, &options, false, &err),
                     HEAR_OK);
    assert_int_equal(hear_dataset_create(&f->d), HEAR_OK);
    f->sounds.n = CLIPS;
    f->sounds.config = f->base->info.frontend;
    f->sounds.config.log = HEAR_LOG_NONE;
    f->sounds.sound = calloc(CLIPS, sizeof *f->sounds.sound);
    const size_t width = hear_frontend_width(&f->sounds.config);
    for (size_t i = 0; i < CLIPS; i++) {
        const hear_clip_entry entry = { .path = "x",
                                        .label = i % 2 ? "odd" : "even",
                                        .group = i % 2 ? "g1"
                                                 : i   ? "g2"
                                                       : "g0",
                                        .split = i == 2 ? HEAR_SPLIT_TEST : HEAR_SPLIT_TRAIN };
        hear_sound *s = &f->sounds.sound[i];
        assert_int_equal(hear_dataset_add(f->d, &entry), HEAR_OK);
        s->n_frames = n_frames[i];
        s->n_samples = n_frames[i] * f->sounds.config.hop;
        s->frames = s->n_frames ? calloc(s->n_frames * width, sizeof *s->frames) : NULL;
        s->power = 1.0;
        for (size_t k = 0; k < s->n_frames * width; k++)
            s->frames[k] = 1.0f + sinf((float)(k + 50 * i));
    }
    assert_int_equal(hear_dataset_finish(f->d, NULL), HEAR_OK);
}

static void tear_down(fixture *f)
{
    for (size_t i = 0; i < CLIPS; i++)
        free(f->sounds.sound[i].frames);
    free(f->sounds.sound);
    hear_dataset_destroy(f->d);
    hear_graph_destroy(f->graph);
    hear_model_close(f->base);
}

static hear_rows *make(const fixture *f, size_t n_threads, size_t n_copies, uint64_t seed)
{
    hear_pool *pool;
    hear_rows *rows;
    assert_int_equal(hear_pool_create(&pool, n_threads), HEAR_OK);
    const hear_rows_config config = { .graph = f->graph,
                                      .info = &f->base->info,
                                      .data = f->d,
                                      .sounds = &f->sounds,
                                      .n_copies = n_copies,
                                      .augment =
                                          1u << HEAR_AUGMENT_SHIFT | 1u << HEAR_AUGMENT_SPEED,
                                      .seed = seed,
                                      .pool = pool };
    assert_int_equal(hear_rows_create(&rows, &config, &err), HEAR_OK);
    hear_pool_destroy(pool);
    return rows;
}

static void test_own_rows_are_what_the_network_says(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    hear_rows *rows = make(&f, 2, 0, 0);
    assert_int_equal(rows->n_features, 6);
    assert_int_equal(rows->n_own[0], 6); /* frames 0 .. 10, 5 .. 15, … 25 .. 35 */
    assert_int_equal(rows->n_own[1], 0);
    assert_int_equal(rows->n_own[2], 0);
    assert_int_equal(rows->n_own[3], 1);
    assert_int_equal(rows->first[CLIPS], 7);
    hear_plan *p;
    const hear_plan_config one = { .batch = 1, .output = "features" };
    assert_int_equal(hear_plan_create(&p, f.graph, &one, &err), HEAR_OK);
    hear_tensor *const in = hear_plan_input(p, 0);
    for (size_t i = 0; i < 6; i++) {
        hear_sound_raw(&f.sounds, 0, 5 * i, 10, in->data);
        hear_frontend_finish_window(&f.base->info.frontend, in->data, in->data, 10);
        hear_plan_run(p);
        assert_memory_equal(rows->x + 6 * i, hear_plan_output(p, 0)->data, 6 * sizeof(float));
    }
    hear_plan_destroy(p);
    hear_rows_destroy(rows);
    tear_down(&f);
}

static void test_a_copy_is_a_window_of_patches(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    hear_rows *rows = make(&f, 1, 1, 7);
    const hear_model_info *const info = &f.base->info;
    const hear_examples e = { .data = f.d,
                              .sounds = &f.sounds,
                              .window = info->window,
                              .hop = info->patch_hop,
                              .augment = 1u << HEAR_AUGMENT_SHIFT | 1u << HEAR_AUGMENT_SPEED,
                              .seed = 7 };
    const size_t width = hear_frontend_width(&info->frontend);
    float *window = calloc(info->window * width, sizeof *window), target[2];
    float *scratch = calloc(hear_example_scratch(&e), sizeof *scratch);
    hear_plan *p;
    const hear_plan_config one = { .batch = 1, .output = "features" };
    assert_int_equal(hear_plan_create(&p, f.graph, &one, &err), HEAR_OK);
    hear_example_make_of(&e, 0, 0, scratch, window, target);
    for (size_t i = 0; i < 4; i++) {
        hear_frontend_finish_window(&info->frontend, window + i * info->patch_hop * width,
                                    hear_plan_input(p, 0)->data, info->patch);
        hear_plan_run(p);
        assert_memory_equal(rows->x + (rows->n_own[0] + i) * 6, hear_plan_output(p, 0)->data,
                            6 * sizeof(float));
    }
    hear_plan_destroy(p);
    free(scratch);
    free(window);
    hear_rows_destroy(rows);
    tear_down(&f);
}

static void test_copies_follow_the_seed_and_not_the_threads(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    hear_rows *a = make(&f, 1, 2, 7), *b = make(&f, 3, 2, 7), *c = make(&f, 1, 2, 8);
    assert_int_equal(a->first[CLIPS], 7 + 2 * 2 * 4); /* two windows of 4 patches, of two clips */
    const size_t bytes = a->first[CLIPS] * a->n_features * sizeof(float);
    assert_memory_equal(a->x, b->x, bytes);
    assert_memory_equal(a->x, c->x, 6 * 6 * sizeof(float)); /* the recording as it is */
    assert_true(memcmp(a->x, c->x, bytes) != 0);
    hear_rows_destroy(a);
    hear_rows_destroy(b);
    hear_rows_destroy(c);
    tear_down(&f);
}

static void test_two_recordings_are_not_altered_alike(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    const size_t bytes = 35 * hear_frontend_width(&f.sounds.config) * sizeof(float);
    free(f.sounds.sound[3].frames);
    f.sounds.sound[3] = f.sounds.sound[0]; /* the same sound once more */
    f.sounds.sound[3].frames = malloc(bytes);
    memcpy(f.sounds.sound[3].frames, f.sounds.sound[0].frames, bytes);
    hear_rows *r = make(&f, 1, 1, 7);
    const float *const a = r->x, *const b = r->x + r->first[3] * r->n_features;
    const size_t own = 6 * r->n_features, all = (r->first[1] - r->first[0]) * r->n_features;
    assert_int_equal(all, own + 4 * r->n_features);
    assert_memory_equal(a, b, own * sizeof(float));
    assert_true(memcmp(a + own, b + own, (all - own) * sizeof(float)) != 0);
    hear_rows_destroy(r);
    tear_down(&f);
}

/* The base of a set-up fixture knows silence and gives probabilities. */
static void teach_silence(fixture *f)
{
    hear_graph *const g = f->base->graph;
    free(f->base->info.labels[0]);
    f->base->info.labels[0] = strdup("silence");
    assert_int_equal(hear_graph_add_node(g, "Sigmoid", "probs", 1, &g->out[0], &g->out[0]),
                     HEAR_OK);
    f->base->info.output = HEAR_OUTPUT_SIGMOID;
}

static void test_scores_of_rows_are_those_of_the_network(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    teach_silence(&f);
    hear_pool *pool;
    hear_rows *rows;
    hear_model *model;
    hear_judgement of_rows, of_network;
    assert_int_equal(hear_pool_create(&pool, 2), HEAR_OK);
    hear_job job = {
        .arch = &hear_arch_logreg,
        .base = f.base,
        .cut = hear_transfer_cut(f.base),
        .n_copies = 1,
        .augment = 1u << HEAR_AUGMENT_SHIFT,
        .options = { .c = 1.0 },
        .settings = { .frontend = f.base->info.frontend, .window_s = 0.5, .hop_s = 0.1 },
        .sampling = HEAR_SAMPLE_BALANCED,
        .pool = pool
    };
    assert_int_equal(hear_job_rows(&rows, &job, f.d, &f.sounds, NULL, &err), HEAR_OK);
    assert_non_null(rows->weight);
    for (size_t i = 1; i < rows->n_own[0]; i++) {
        assert_true(rows->weight[i] > 0.0f && rows->weight[i] < 1.0f);
        assert_true(rows->weight[i] != rows->weight[0]);
    }
    job.rows = rows;
    assert_int_equal(hear_job_run(&model, &job, f.d, &f.sounds, &err), HEAR_OK);
    assert_string_equal(model->info.weight, HEAR_TRANSFER_WEIGHT);
    assert_int_equal(hear_job_judge(&of_rows, &job, model, f.d, &f.sounds, HEAR_SPLIT_TRAIN, &err),
                     HEAR_OK);
    job.rows = NULL;
    assert_int_equal(
        hear_job_judge(&of_network, &job, model, f.d, &f.sounds, HEAR_SPLIT_TRAIN, &err), HEAR_OK);
    assert_true(of_network.probs[0] > 0.5f && of_network.probs[0] < 1.0f);
    assert_memory_equal(of_rows.probs, of_network.probs, CLIPS * 2 * sizeof(float));
    assert_true(of_rows.loss == of_network.loss);
    hear_judgement_clear(&of_rows);
    hear_judgement_clear(&of_network);
    hear_model_close(model);
    hear_rows_destroy(rows);
    hear_pool_destroy(pool);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_rows_are_what_the_network_says),
        cmocka_unit_test(test_scores_of_rows_are_those_of_the_network),
        cmocka_unit_test(test_two_recordings_are_not_altered_alike),
        cmocka_unit_test(test_a_copy_is_a_window_of_patches),
        cmocka_unit_test(test_copies_follow_the_seed_and_not_the_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
