/* test_transfer.c - a network cut open and given a new head. */
#include "test.h"

#include "nn/plan.h"
#include "stream/small_model.h"
#include "train/transfer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const hear_arch_options options = { .n_labels = 2, .c = 1.0 };
static hear_error err;

static void test_the_old_network_is_kept_up_to_the_cut(void **state)
{
    (void)state;
    hear_model *base = small_model(1, HEAR_LAYOUT_TIME_MEL);
    hear_graph *g;
    /* the last node's input: what the last layer sees */
    const hear_node *const last = &base->graph->nodes[base->graph->n_nodes - 2];
    const char *const cut = base->graph->values[last->in[0]].name;
    assert_int_equal(hear_transfer_build(&g, base, cut, &hear_arch_logreg, &options, false, &err),
                     HEAR_OK);
    hear_plan *old, *new;
    assert_int_equal(
        hear_plan_create(&old, base->graph, &(hear_plan_config){ .batch = 1, .output = cut }, &err),
        HEAR_OK);
    assert_int_equal(
        hear_plan_create(&new, g, &(hear_plan_config){ .batch = 1, .output = "standard" }, &err),
        HEAR_OK);
    const size_t n = hear_plan_input(old, 0)->count;
    for (size_t i = 0; i < n; i++)
        ((float *)hear_plan_input(old, 0)->data)[i] = ((float *)hear_plan_input(new, 0)->data)[i] =
            (float)(i % 17) * 0.1f - 0.8f;
    hear_plan_run(old);
    hear_plan_run(new);
    const hear_tensor *a = hear_plan_output(old, 0), *b = hear_plan_output(new, 0);
    assert_int_equal(a->count, b->count);
    const float *const cut_numbers = a->data, *const roots = b->data; /* mean 0, scale 1 as yet */
    for (size_t i = 0; i < a->count; i++) {
        assert_float_equal(fabsf(roots[i]), sqrtf(fabsf(cut_numbers[i])), 1e-6f);
        assert_true((roots[i] < 0.0f) == (cut_numbers[i] < 0.0f));
    }
    hear_plan_destroy(old);
    hear_plan_destroy(new);

    /* its own last layer is gone, and the new one's weights alone are not fixed */
    assert_true(g->n_nodes < base->graph->n_nodes + 10);
    size_t n_free = 0;
    for (size_t i = 0; i < g->n_values; i++)
        n_free += g->values[i].init && strncmp(g->values[i].name, HEAR_NET_FIXED, 6) != 0;
    assert_int_equal(n_free, 2);
    assert_int_equal(g->values[hear_graph_find(g, "logits.bias")].shape.dim[0], 2);
    assert_int_equal(g->n_props, 0);
    hear_graph_destroy(g);
    hear_model_close(base);
}

static void test_a_cut_that_cannot_be_is_refused(void **state)
{
    (void)state;
    hear_graph *g;
    hear_model *base = small_model(1, HEAR_LAYOUT_TIME_MEL);
    assert_null(hear_transfer_cut(base));
    assert_int_equal(
        hear_transfer_build(&g, base, "nowhere", &hear_arch_logreg, &options, false, &err),
        HEAR_ERR_ARG);
    assert_null(g);
    assert_non_null(strstr(err.text, "no value 'nowhere'"));
    hear_model_close(base);
    base = small_model(0, HEAR_LAYOUT_MEL_TIME);
    assert_int_equal(hear_transfer_build(&g, base, "x", &hear_arch_logreg, &options, false, &err),
                     HEAR_ERR_ARG);
    assert_non_null(strstr(err.text, "mel-time"));
    hear_model_close(base);
}

/* Numbers like noise, the same each time. */
static void fill(float *x, size_t n, float seed)
{
    for (size_t i = 0; i < n; i++)
        x[i] = 0.7f * sinf(seed + 1.7f * (float)i);
}

static hear_groups two_groups(float *member)
{
    static const float of_three[] = { 1, 0, 1, 0, 0, 1 };
    hear_groups g = { .n_base = 3, .member = member };
    size_t number;
    memcpy(member, of_three, sizeof of_three);
    assert_int_equal(hear_names_add(&g.names, "speech", &number), HEAR_OK);
    assert_int_equal(hear_names_add(&g.names, "rest", &number), HEAR_OK);
    return g;
}

/* Gives every weight of g that learns some number by its name, so that two graphs get the same. */
static void fill_weights(hear_graph *g)
{
    static const char *const names[] = { "groups.weight", "groups.bias", "within.weight",
                                         "within.bias" };
    for (size_t i = 0; i < 4; i++) {
        hear_tensor *const t = g->values[hear_graph_find(g, names[i])].init;
        fill(t->data, t->count, (float)i);
    }
}

static void test_a_head_apart_says_what_it_says_in_one_network(void **state)
{
    (void)state;
    static char *labels[] = { (char *)"speech-high", (char *)"speech-low", (char *)"rest" };
    float member[6], said[3];
    hear_groups groups = two_groups(member);
    const hear_arch_options o = { .n_labels = 3, .c = 1.0, .groups = &groups, .labels = labels };
    hear_model *base = small_patch_model(HEAR_LAYOUT_TIME_MEL);
    hear_graph *whole, *apart;
    /* its numbers are logits, and groups are of probabilities */
    assert_int_equal(hear_transfer_build(&whole, base, hear_transfer_cut(base), &hear_arch_groups,
                                         &o, false, &err),
                     HEAR_ERR_ARG);
    assert_int_equal(hear_graph_add_node(base->graph, "Sigmoid", "probs", 1, &base->graph->out[0],
                                         &base->graph->out[0]),
                     HEAR_OK);
    base->info.output = HEAR_OUTPUT_SIGMOID;
    const char *const cut = hear_transfer_cut(base);
    assert_int_equal(hear_transfer_build(&whole, base, cut, &hear_arch_groups, &o, false, &err),
                     HEAR_OK);
    assert_int_equal(hear_transfer_build(&apart, base, cut, &hear_arch_groups, &o, true, &err),
                     HEAR_OK);
    fill_weights(whole);
    fill_weights(apart);
    const hear_plan_config one = { .batch = 1 };
    hear_plan *p, *q, *r;
    assert_int_equal(hear_plan_create(&p, whole, &one, &err), HEAR_OK);
    fill(hear_plan_input(p, 0)->data, hear_plan_input(p, 0)->count, 3.0f);
    hear_plan_run(p);
    memcpy(said, hear_plan_output(p, 0)->data, sizeof said);
    assert_float_equal(said[0] + said[1] + said[2], 1.0f, 1e-5f);
    assert_true(said[0] != said[1]);

    assert_int_equal(hear_plan_create(&q, base->graph, &one, &err), HEAR_OK);
    assert_int_equal(hear_plan_create(&r, apart, &one, &err), HEAR_OK);
    memcpy(hear_plan_input(q, 0)->data, hear_plan_input(p, 0)->data,
           hear_plan_input(p, 0)->count * sizeof(float));
    hear_plan_run(q);
    assert_int_equal(apart->n_in, 2);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < base->graph->n_out; k++)
            if (strcmp(apart->values[apart->in[i]].name,
                       base->graph->values[base->graph->out[k]].name) == 0)
                memcpy(hear_plan_input(r, i)->data, hear_plan_output(q, k)->data,
                       hear_plan_output(q, k)->count * sizeof(float));
    hear_plan_run(r);
    assert_memory_equal(said, hear_plan_output(r, 0)->data, sizeof said);
    hear_plan_destroy(p);
    hear_plan_destroy(q);
    hear_plan_destroy(r);
    hear_graph_destroy(whole);
    hear_graph_destroy(apart);
    hear_model_close(base);
    hear_names_clear(&groups.names);
}

static void test_what_is_silent_to_the_old_network_counts_little(void **state)
{
    (void)state;
    hear_model *base = small_patch_model(HEAR_LAYOUT_TIME_MEL);
    hear_graph *g;
    const char *const cut = hear_transfer_cut(base);
    assert_int_equal(hear_transfer_build(&g, base, cut, &hear_arch_logreg, &options, false, &err),
                     HEAR_OK);
    assert_int_equal(g->n_out, 1); /* it has no label silence */
    hear_graph_destroy(g);
    free(base->info.labels[1]);
    base->info.labels[1] = strdup("Silence");
    assert_int_equal(hear_transfer_build(&g, base, cut, &hear_arch_logreg, &options, false, &err),
                     HEAR_OK);
    assert_int_equal(g->n_out, 1); /* and logits are no probabilities */
    hear_graph_destroy(g);
    assert_int_equal(hear_graph_add_node(base->graph, "Sigmoid", "probs", 1, &base->graph->out[0],
                                         &base->graph->out[0]),
                     HEAR_OK);
    base->info.output = HEAR_OUTPUT_SIGMOID;
    const hear_plan_config one = { .batch = 1 };
    hear_plan *p, *q;
    assert_int_equal(hear_plan_create(&p, base->graph, &one, &err), HEAR_OK);
    fill(hear_plan_input(p, 0)->data, hear_plan_input(p, 0)->count, 3.0f);
    hear_plan_run(p);
    const float silence = ((const float *)hear_plan_output(p, 0)->data)[1];
    for (int apart = 0; apart < 2; apart++) {
        assert_int_equal(
            hear_transfer_build(&g, base, cut, &hear_arch_logreg, &options, apart, &err), HEAR_OK);
        assert_int_equal(g->n_out, 2);
        assert_string_equal(g->values[g->out[1]].name, HEAR_TRANSFER_WEIGHT);
        assert_int_equal(hear_plan_create(&q, g, &one, &err), HEAR_OK);
        for (size_t i = 0; i < g->n_in; i++)
            for (size_t k = 0; apart && k < base->graph->n_out; k++)
                if (strcmp(g->values[g->in[i]].name,
                           base->graph->values[base->graph->out[k]].name) == 0)
                    memcpy(hear_plan_input(q, i)->data, hear_plan_output(p, k)->data,
                           hear_plan_output(p, k)->count * sizeof(float));
        if (!apart)
            memcpy(hear_plan_input(q, 0)->data, hear_plan_input(p, 0)->data,
                   hear_plan_input(p, 0)->count * sizeof(float));
        hear_plan_run(q);
        assert_int_equal(hear_plan_output(q, 1)->count, 1);
        assert_float_equal(*(const float *)hear_plan_output(q, 1)->data, 1.0f - 0.99f * silence,
                           1e-6f);
        hear_plan_destroy(q);
        hear_graph_destroy(g);
    }
    hear_plan_destroy(p);
    hear_model_close(base);
}

static const float *weights_of(const hear_graph *g, const char *name)
{
    const size_t at = hear_graph_find(g, name);
    assert_true(at != HEAR_NO_VALUE && g->values[at].init);
    return g->values[at].init->data;
}

static void test_further_keeps_what_is_known_of_a_label(void **state)
{
    (void)state;
    hear_model *base = small_model(1, HEAR_LAYOUT_TIME_MEL);
    static char *labels[2] = { (char *)"unheard of" };
    labels[1] = base->info.labels[2];
    hear_graph *g, *h;
    assert_int_equal(hear_transfer_further(&g, base, NULL, &options, labels, HEAR_INIT_HE, 1, &err),
                     HEAR_OK);
    assert_int_equal(hear_transfer_further(&h, base, NULL, &options, labels, HEAR_INIT_HE, 2, &err),
                     HEAR_OK);
    const hear_node *const last = &base->graph->nodes[base->graph->n_nodes - 1];
    const hear_tensor *const w = base->graph->values[last->in[1]].init; /* [n, 3] */
    const size_t n = (size_t)w->shape.dim[0];
    const float *const ours = weights_of(g, "logits.weight"), *const others =
                                                                  weights_of(h, "logits.weight");
    for (size_t k = 0; k < n; k++)
        assert_true(ours[n + k] == ((const float *)w->data)[3 * k + 2]);
    assert_true(memcmp(ours, others, n * sizeof *ours) != 0); /* by the seed */
    assert_memory_equal(ours + n, others + n, n * sizeof *ours);
    size_t n_free = 0, n_fixed = 0;
    for (size_t i = 0; i < g->n_values; i++) {
        n_free += hear_is_trainable(&g->values[i]);
        n_fixed += g->values[i].init && !hear_is_trainable(&g->values[i]);
    }
    assert_int_equal(n_free, 4); /* two layers */
    assert_int_equal(n_fixed, 0);
    hear_graph_destroy(g);
    hear_graph_destroy(h);

    size_t in = last->in[0], aside; /* as YAMNet's embedding, which nothing is made of */
    assert_int_equal(hear_graph_add_node(base->graph, "Identity", "aside", 1, &in, &aside),
                     HEAR_OK);
    const char *const cuts[] = { base->graph->values[in].name, "aside" };
    for (size_t c = 0; c < 2; c++) {
        assert_int_equal(
            hear_transfer_further(&g, base, cuts[c], &options, labels, HEAR_INIT_HE, 1, &err),
            HEAR_OK);
        n_free = 0;
        for (size_t i = 0; i < g->n_values; i++)
            n_free += hear_is_trainable(&g->values[i]);
        assert_int_equal(n_free, 2); /* the last one's */
        hear_graph_destroy(g);
    }
    assert_int_equal(
        hear_transfer_further(&g, base, "nowhere", &options, labels, HEAR_INIT_HE, 1, &err),
        HEAR_ERR_ARG);
    assert_null(g);
    hear_model_close(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_old_network_is_kept_up_to_the_cut),
        cmocka_unit_test(test_a_cut_that_cannot_be_is_refused),
        cmocka_unit_test(test_a_head_apart_says_what_it_says_in_one_network),
        cmocka_unit_test(test_what_is_silent_to_the_old_network_counts_little),
        cmocka_unit_test(test_further_keeps_what_is_known_of_a_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
