/* test_forest.c - trees that scikit-learn would grow, and forests as good as its own. */
#include "drawn.h"

#include "base/rng.h"
#include "train/forest.h"

#include <string.h>

#include "tests/data/sklearn_learn.inc"

static drawn_matrix train, test;

static hear_forest *grow(const hear_forest_config *config, size_t n_threads)
{
    hear_pool *pool;
    hear_forest *f;
    assert_int_equal(hear_pool_create(&pool, n_threads), HEAR_OK);
    assert_int_equal(hear_forest_grow(&f, config, &train.m, pool), HEAR_OK);
    hear_pool_destroy(pool);
    return f;
}

static void test_a_single_tree_is_scikit_learns(void **state)
{
    (void)state;
    drawn_data(&train, 200, 5, 3, 11, false);
    hear_forest *f = grow(&(hear_forest_config){ .n_trees = 1, .max_depth = 4, .n_tried = 5 }, 1);
    const hear_forest_tree *t = &f->trees[0];
    const size_t n = sizeof tree_nodes / sizeof tree_nodes[0];
    assert_int_equal(t->n_nodes, n);
    /* The order of the nodes is another one: both are walked side by side. */
    size_t pairs[64][2] = { { 0, 0 } }, n_pairs = 1;
    for (size_t i = 0; i < n_pairs; i++) {
        const hear_forest_node *ours = &t->nodes[pairs[i][0]];
        const size_t at = pairs[i][1];
        for (size_t l = 0; l < 3; l++)
            assert_close(t->shares[pairs[i][0] * 3 + l], tree_nodes[at].shares[l], 1e-8);
        assert_int_equal(ours->yes != 0, tree_nodes[at].feature >= 0);
        if (!ours->yes)
            continue;
        assert_int_equal(ours->feature, tree_nodes[at].feature);
        assert_close(ours->threshold, tree_nodes[at].threshold, 1e-7);
        pairs[n_pairs][0] = ours->yes;
        pairs[n_pairs++][1] = tree_nodes[at].yes;
        pairs[n_pairs][0] = ours->no;
        pairs[n_pairs++][1] = tree_nodes[at].no;
    }
    assert_int_equal(n_pairs, n);
    assert_int_equal(f->n_out_of_bag, 0);
    hear_forest_destroy(f);
}

static double accuracy(const hear_forest *f, const hear_matrix *m)
{
    size_t n_right = 0;
    for (size_t i = 0; i < m->n; i++) {
        double p[3], sum = 0.0;
        hear_forest_probs(f, m->x + i * m->n_features, p);
        size_t best = 0;
        for (size_t l = 0; l < 3; l++) {
            best = p[l] > p[best] ? l : best;
            sum += p[l];
        }
        assert_close(sum, 1.0, 1e-12);
        n_right += best == m->label[i];
    }
    return (double)n_right / (double)m->n;
}

static void test_forests_are_as_good_as_scikit_learns(void **state)
{
    (void)state;
    drawn_data(&train, 600, 7, 3, 23, true);
    drawn_data(&test, 2000, 7, 3, 29, true);
    for (size_t i = 0; i < sizeof forests / sizeof forests[0]; i++) {
        const hear_forest_config config = {
            .n_trees = 100, .max_depth = forests[i].depth, .bootstrap = true, .seed = 5
        };
        hear_forest *f = grow(&config, 2);
        const double out_of_bag = (double)f->n_out_of_bag_right / (double)f->n_out_of_bag;
        assert_int_equal(f->n_out_of_bag, 600); /* each is left out by 37 of 100 trees */
        assert_close(out_of_bag, forests[i].out_of_bag, 0.02);
        assert_close(accuracy(f, &test.m), forests[i].test, 0.015);
        hear_forest_destroy(f);
    }
}

static void test_the_same_seed_grows_the_same_trees(void **state)
{
    (void)state;
    drawn_data(&train, 300, 5, 3, 3, true);
    hear_forest_config config = { .n_trees = 5, .max_depth = 3, .bootstrap = true, .seed = 1 };
    hear_forest *a = grow(&config, 1), *b = grow(&config, 3);
    config.seed = 2;
    hear_forest *c = grow(&config, 1);
    size_t n_other = 0;
    for (size_t t = 0; t < 5; t++) {
        assert_int_equal(a->trees[t].n_nodes, b->trees[t].n_nodes);
        for (size_t i = 0; i < a->trees[t].n_nodes; i++)
            assert_true(a->trees[t].nodes[i].threshold == b->trees[t].nodes[i].threshold);
        n_other += a->trees[t].nodes[0].threshold != c->trees[t].nodes[0].threshold;
    }
    assert_true(n_other >= 4);
    hear_forest_destroy(a);
    hear_forest_destroy(b);
    hear_forest_destroy(c);
}

/* What is in the bag is in it with all its group: rows that are alike but for their number do not
 * tell their labels to the trees that have not drawn them. */
static void test_groups_go_into_the_bag_as_a_whole(void **state)
{
    (void)state;
    drawn_data(&train, 400, 3, 2, 9, false);
    train.m.n_groups = 40;
    hear_rng r;
    hear_rng_seed(&r, 1);
    for (size_t i = 0; i < 400; i++) {
        train.group[i] = i / 10;
        train.label[i] = i % 10 ? train.label[i - 1] : (size_t)hear_rng_below(&r, 2);
        train.x[i * 3] = (float)(i / 10 * 13 % 40); /* tells the group */
    }
    const hear_forest_config config = {
        .n_trees = 60, .max_depth = 16, .n_tried = 3, .bootstrap = true, .seed = 4
    };
    hear_forest *f = grow(&config, 2);
    assert_true(f->n_out_of_bag_right < f->n_out_of_bag * 7 / 10);
    for (size_t i = 0; i < 400; i++)
        train.group[i] = i;
    train.m.n_groups = 400;
    hear_forest *rows = grow(&config, 2);
    assert_true(rows->n_out_of_bag_right > rows->n_out_of_bag * 9 / 10);
    hear_forest_destroy(f);
    hear_forest_destroy(rows);
}

/* Ten rows of one label weigh as much as 190 of the other. */
static void test_weights_count(void **state)
{
    (void)state;
    drawn_data(&train, 200, 2, 2, 6, false);
    for (size_t i = 0; i < 200; i++) {
        train.label[i] = i % 20 == 0;
        train.weight[i] = i % 20 == 0 ? 10.0 : 10.0 / 19.0;
        train.x[i * 2] = train.x[i * 2 + 1] = 1.0f; /* nothing to split by */
    }
    hear_forest *f = grow(&(hear_forest_config){ .n_trees = 1, .max_depth = 2 }, 1);
    assert_int_equal(f->trees[0].n_nodes, 1);
    assert_close(f->trees[0].shares[1], 0.5, 1e-12);
    hear_forest_destroy(f);
}

static void test_what_makes_no_forest_is_refused(void **state)
{
    (void)state;
    drawn_data(&train, 50, 4, 2, 6, false);
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    static const hear_forest_config bad[] = { { .n_trees = 0, .max_depth = 2 },
                                              { .n_trees = 10001, .max_depth = 2 },
                                              { .n_trees = 1, .max_depth = 0 },
                                              { .n_trees = 1, .max_depth = 65 },
                                              { .n_trees = 1, .max_depth = 2, .n_tried = 5 } };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        hear_forest *f;
        assert_int_equal(hear_forest_grow(&f, &bad[i], &train.m, pool), HEAR_ERR_ARG);
        assert_null(f);
    }
    hear_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_single_tree_is_scikit_learns),
        cmocka_unit_test(test_forests_are_as_good_as_scikit_learns),
        cmocka_unit_test(test_the_same_seed_grows_the_same_trees),
        cmocka_unit_test(test_groups_go_into_the_bag_as_a_whole),
        cmocka_unit_test(test_weights_count),
        cmocka_unit_test(test_what_makes_no_forest_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
