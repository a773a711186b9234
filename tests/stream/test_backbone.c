/* test_backbone.c - a head stands on another model's network: joined by name and checksum. */
#include "test.h"

#include "base/rng.h"
#include "folder.h"
#include "nn/checksum.h"
#include "nn/onnx.h"
#include "nn/plan.h"
#include "small_model.h"
#include "stream/infer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EMBEDDING = 6, LABELS = 3, HEAD_LABELS = 2, FRAMES = 25, BANDS = 8, PATCHES = 4 };

static char checksum[HEAR_DIGEST_TEXT];
static float weights[EMBEDDING + LABELS][HEAD_LABELS];
static const float bias[HEAD_LABELS] = { 0.5f, -0.25f };

/* The backbone as a file; its checksum. */
static void put_backbone(const char *path)
{
    hear_model *m = small_patch_model(HEAR_LAYOUT_TIME_MEL);
    hear_graph_sha256(m->graph, checksum);
    assert_int_equal(hear_onnx_write(m->graph, path, NULL), HEAR_OK);
    hear_model_close(m);
}

static hear_model_info head_info(hear_pooling pool)
{
    static char *labels[HEAD_LABELS] = { (char *)"tick", (char *)"tock" };
    hear_model *m = small_patch_model(HEAR_LAYOUT_TIME_MEL);
    hear_model_info info = m->info;
    hear_model_close(m);
    info.n_labels = HEAD_LABELS;
    info.labels = labels;
    info.output = HEAR_OUTPUT_LOGITS;
    info.embedding = info.weight = NULL;
    info.card = NULL;
    info.backbone = (char *)"small";
    info.backbone_sha256 = checksum;
    info.pool = pool;
    return info;
}

/* softmax is hearsay's; the inputs: n_first numbers of a name, and the backbone's labels or not. */
static hear_graph *make_head(const hear_model_info *info, const char *name, int64_t n_first,
                             bool both)
{
    hear_graph *g = NULL;
    size_t in[2], x, node[3];
    hear_rng r;
    hear_rng_seed(&r, 5);
    for (size_t i = 0; i < EMBEDDING + LABELS; i++)
        for (size_t k = 0; k < HEAD_LABELS; k++)
            weights[i][k] = (float)hear_rng_normal(&r);
    const hear_shape first = { .rank = 2, .dim = { -1, n_first } };
    const hear_shape second = { .rank = 2, .dim = { -1, LABELS } };
    const hear_shape w = { .rank = 2, .dim = { n_first + (both ? LABELS : 0), HEAD_LABELS } };
    const hear_shape b = { .rank = 1, .dim = { HEAD_LABELS } };
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    assert_int_equal(hear_graph_add_input(g, name, HEAR_F32, &first, &in[0]), HEAR_OK);
    x = in[0];
    if (both) {
        assert_int_equal(hear_graph_add_input(g, "out", HEAR_F32, &second, &in[1]), HEAR_OK);
        assert_int_equal(hear_graph_add_node(g, "Concat", "both", 2, in, &x), HEAR_OK);
        assert_int_equal(hear_node_set_int(hear_graph_last_node(g), "axis", 1), HEAR_OK);
    }
    node[0] = x;
    assert_int_equal(hear_graph_add_weight(g, "w", &w, &weights[0][0], &node[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "b", &b, bias, &node[2]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Gemm", "last", 3, node, &x), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, x), HEAR_OK);
    assert_int_equal(hear_model_info_store(info, g), HEAR_OK);
    return g;
}

static const char *put_head(hear_graph *g)
{
    const char *const path = test_in_folder("head.onnx");
    assert_int_equal(hear_onnx_write(g, path, NULL), HEAR_OK);
    hear_graph_destroy(g);
    return path;
}

static void make_frames(float *frames)
{
    hear_rng r;
    hear_rng_seed(&r, 9);
    for (size_t i = 0; i < FRAMES * BANDS; i++)
        frames[i] = (float)(-40.0 + 20.0 * hear_rng_normal(&r));
}

/* What the backbone gives of the window's patches: numbers of embedding and labels behind it. */
static void run_patches(const float *frames, float found[PATCHES][EMBEDDING + LABELS])
{
    hear_model *m = small_patch_model(HEAR_LAYOUT_TIME_MEL);
    hear_plan *p;
    const hear_plan_config config = { .batch = 1 };
    assert_int_equal(hear_plan_create(&p, m->graph, &config, NULL), HEAR_OK);
    for (size_t i = 0; i < PATCHES; i++) {
        memcpy(hear_plan_input(p, 0)->data, frames + i * 5 * BANDS, 10 * BANDS * sizeof *frames);
        hear_plan_run(p);
        memcpy(found[i], hear_plan_output(p, 1)->data, EMBEDDING * sizeof *frames);
        memcpy(found[i] + EMBEDDING, hear_plan_output(p, 0)->data, LABELS * sizeof *frames);
    }
    hear_plan_destroy(p);
    hear_model_close(m);
}

/* Of two labels, the probability of the first: 1 / (1 + exp(z1 - z0)). */
static double first_of(const double *x, size_t n)
{
    double z = (double)bias[1] - (double)bias[0];
    for (size_t i = 0; i < n; i++)
        z += x[i] * ((double)weights[i][1] - (double)weights[i][0]);
    return 1.0 / (1.0 + exp(z));
}

static void run_head(hear_pooling pool, bool both, const float *frames, float *probs)
{
    const hear_model_info info = head_info(pool);
    const char *path = put_head(make_head(&info, "inner", EMBEDDING, both));
    hear_model *m;
    hear_infer *x = NULL;
    hear_error err = { .status = HEAR_OK };
    if (hear_model_open(&m, path, &err) != HEAR_OK || hear_infer_create(&x, m, &err) != HEAR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(hear_model_n_labels(m), HEAD_LABELS);
    float again[HEAD_LABELS];
    test_forbid_heap();
    hear_infer_run(x, NULL, probs);
    hear_infer_run(x, frames, probs);
    const hear_window w = { .index = 1, .patch = 1, .n_patches = PATCHES, .frames = frames };
    hear_infer_window(x, &w, again);
    test_allow_heap();
    assert_memory_equal(probs, again, sizeof again);
    hear_infer_destroy(x);
    hear_model_close(m);
}

static void test_a_head_hears_each_patch_or_their_mean(void **state)
{
    (void)state;
    float frames[FRAMES * BANDS], found[PATCHES][EMBEDDING + LABELS], probs[HEAD_LABELS];
    double mean[EMBEDDING + LABELS] = { 0.0 }, of_patches = 0.0;
    put_backbone(test_in_folder("small.onnx"));
    make_frames(frames);
    run_patches(frames, found);
    run_head(HEAR_POOL_NONE, false, frames, probs);
    for (size_t i = 0; i < PATCHES; i++) {
        double one[EMBEDDING];
        for (size_t k = 0; k < EMBEDDING; k++)
            one[k] = (double)found[i][k];
        of_patches += first_of(one, EMBEDDING) / PATCHES;
        for (size_t k = 0; k < EMBEDDING + LABELS; k++)
            mean[k] += (double)found[i][k] / PATCHES;
    }
    assert_close(probs[0], of_patches, 1e-5);
    run_head(HEAR_POOL_MEAN, false, frames, probs);
    assert_close(probs[0], first_of(mean, EMBEDDING), 1e-5);
    run_head(HEAR_POOL_MEAN, true, frames, probs);
    assert_close(probs[0], first_of(mean, EMBEDDING + LABELS), 1e-5);
    assert_true(fabs((double)probs[0] - of_patches) > 1e-3); /* so that the three differ */
}

static void test_the_metadata_come_back(void **state)
{
    (void)state;
    put_backbone(test_in_folder("small.onnx"));
    const hear_model_info info = head_info(HEAR_POOL_MEAN);
    hear_graph *g = make_head(&info, "inner", EMBEDDING, true);
    hear_model_info back;
    assert_int_equal(hear_model_info_load(&back, g, NULL), HEAR_OK);
    assert_true(hear_model_info_is_head(&back));
    assert_string_equal(back.backbone, "small");
    assert_string_equal(back.backbone_sha256, checksum);
    assert_int_equal(back.pool, HEAR_POOL_MEAN);
    hear_model_info_clear(&back);

    static const struct {
        const char *key, *text, *why;
    } wrong[] = {
        { "hearsay.backbone", "../small", "hearsay.backbone: '../small' is no model's name" },
        { "hearsay.backbone", "a/b", "hearsay.backbone: 'a/b' is no model's name" },
        { "hearsay.backbone", "a\tb", "hearsay.backbone: 'a?b' is no model's name" },
        { "hearsay.backbone_sha256", "12ab",
          "hearsay.backbone_sha256: 64 hexadecimal digits in lower case are right" },
        { "hearsay.backbone_pool", "max", "hearsay.backbone_pool: 'max' is not known" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        hear_graph *copy;
        hear_error err;
        assert_int_equal(hear_graph_copy(&copy, g), HEAR_OK);
        assert_int_equal(hear_graph_set_prop(copy, wrong[i].key, wrong[i].text), HEAR_OK);
        assert_int_equal(hear_model_info_load(&back, copy, &err), HEAR_ERR_MODEL);
        assert_string_equal(err.text, wrong[i].why);
        hear_graph_destroy(copy);
    }
    hear_graph_destroy(g);
}

static void refuse(const hear_model_info *info, const char *input, int64_t n, hear_status status,
                   const char *why)
{
    const char *path = put_head(make_head(info, input, n, false));
    hear_model *m;
    hear_error err = { .status = HEAR_OK };
    hear_status s = hear_model_open(&m, path, &err);
    if (s == HEAR_OK)
        s = hear_infer_check(m, &err);
    assert_int_equal(s, status);
    if (!strstr(err.text, why))
        fail_msg("'%s' does not hold '%s'", err.text, why);
    hear_model_close(m);
}

static void test_what_does_not_belong_together_is_refused(void **state)
{
    (void)state;
    put_backbone(test_in_folder("small.onnx"));
    hear_model_info info = head_info(HEAR_POOL_NONE);
    refuse(&info, "outer", EMBEDDING, HEAR_ERR_MODEL,
           "its input 'outer' is no output of its backbone small");
    refuse(&info, "inner", EMBEDDING - 1, HEAR_ERR_MODEL,
           "its input 'inner' [1, 5] does not take its backbone's, [1, 6]");
    info.frontend.fmax_hz -= 100.0;
    refuse(&info, "inner", EMBEDDING, HEAR_ERR_MODEL,
           "hearsay.frontend or hearsay.layout differs from its backbone's, small");
    info = head_info(HEAR_POOL_NONE);
    info.patch = 9;
    refuse(&info, "inner", EMBEDDING, HEAR_ERR_MODEL,
           "takes 9 frames at once, its backbone small 10");
    info = head_info(HEAR_POOL_NONE);
    info.embedding = (char *)"nowhere";
    refuse(&info, "inner", EMBEDDING, HEAR_ERR_MODEL,
           "hearsay.embedding: no output of float32 is 'nowhere'");
    info = head_info(HEAR_POOL_NONE);
    info.backbone = (char *)"yamnet";
    refuse(&info, "inner", EMBEDDING, HEAR_ERR_NO_INPUT,
           "its backbone yamnet is not there: hearsay fetch yamnet gets it");
    char other[HEAR_DIGEST_TEXT];
    memcpy(other, checksum, sizeof other);
    other[0] = other[0] == '0' ? '1' : '0';
    info = head_info(HEAR_POOL_NONE);
    info.backbone_sha256 = other;
    refuse(&info, "inner", EMBEDDING, HEAR_ERR_MODEL, "its backbone is another small than the one");
    test_put_file("small.onnx", "nothing", 7);
    info = head_info(HEAR_POOL_NONE);
    refuse(&info, "inner", EMBEDDING, HEAR_ERR_MODEL, "its backbone small: ");
}

/* A head on a head would be looked up without end. */
static void test_a_head_is_no_backbone(void **state)
{
    (void)state;
    put_backbone(test_in_folder("small.onnx"));
    hear_model_info info = head_info(HEAR_POOL_NONE);
    hear_graph *g = make_head(&info, "inner", EMBEDDING, false);
    hear_graph_sha256(g, checksum);
    assert_int_equal(hear_onnx_write(g, test_in_folder("first.onnx"), NULL), HEAR_OK);
    hear_graph_destroy(g);
    info.backbone = (char *)"first";
    refuse(&info, "inner", EMBEDDING, HEAR_ERR_MODEL,
           "its backbone first stands on another, small");
}

static void test_the_users_folder_is_looked_in_too(void **state)
{
    (void)state;
    char data[512], folder[600];
    snprintf(data, sizeof data, "%s", test_in_folder("data"));
    assert_int_equal(setenv("XDG_DATA_HOME", data, 1), 0);
    test_put_file("data/hearsay/models/small.onnx", "", 0);
    put_backbone(test_in_folder("data/hearsay/models/small.onnx"));
    snprintf(folder, sizeof folder, "%s", test_in_folder("small.onnx"));
    unlink(folder);
    const hear_model_info info = head_info(HEAR_POOL_NONE);
    hear_model *m;
    hear_error err = { .status = HEAR_OK };
    if (hear_model_from_graph(&m, make_head(&info, "inner", EMBEDDING, false), &err) != HEAR_OK)
        fail_msg("%s", err.text);
    hear_model_close(m);
    /* another network of that name beside the head does not hide the right one */
    hear_model *other = small_model(0, HEAR_LAYOUT_TIME_MEL);
    assert_int_equal(hear_onnx_write(other->graph, test_in_folder("small.onnx"), NULL), HEAR_OK);
    hear_model_close(other);
    assert_int_equal(
        hear_model_open(&m, put_head(make_head(&info, "inner", EMBEDDING, false)), &err), HEAR_OK);
    hear_model_close(m);
}

static void test_the_checksum_is_the_networks_alone(void **state)
{
    (void)state;
    hear_model *m = small_patch_model(HEAR_LAYOUT_TIME_MEL);
    char a[HEAR_DIGEST_TEXT], b[HEAR_DIGEST_TEXT];
    hear_graph *g;
    hear_graph_sha256(m->graph, a);
    assert_int_equal(strlen(a), 64);
    assert_int_equal(hear_graph_set_prop(m->graph, "hearsay.card", "another text"), HEAR_OK);
    const char *const path = test_in_folder("again.onnx");
    assert_int_equal(hear_onnx_write(m->graph, path, NULL), HEAR_OK);
    assert_int_equal(hear_onnx_read(&g, path, NULL), HEAR_OK);
    hear_graph_sha256(g, b);
    assert_string_equal(a, b);
    ((float *)g->values[hear_graph_find(g, "out.w")].init->data)[3] += 1e-3f;
    hear_graph_sha256(g, b);
    assert_string_not_equal(a, b);
    hear_graph_destroy(g);
    hear_model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_head_hears_each_patch_or_their_mean),
        cmocka_unit_test(test_the_metadata_come_back),
        cmocka_unit_test(test_what_does_not_belong_together_is_refused),
        cmocka_unit_test(test_a_head_is_no_backbone),
        cmocka_unit_test(test_the_users_folder_is_looked_in_too),
        cmocka_unit_test(test_the_checksum_is_the_networks_alone),
    };
    return cmocka_run_group_tests_name("backbone", tests, test_make_folder, test_remove_folder);
}
