/* test_hostile_nodes.c - whatever stands in a node is either refused in one line or runs.
 *
 * The gradient cases of every operator, with words dropped, doubled and swapped, and with numbers
 * that no honest file holds. Under a sanitizer this finds what infer lets through. */
#include "one_node.h"

#include "base/rng.h"
#include "nn/op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 120 /* for each case */
#define WORDS 24

typedef struct {
    size_t n;
    char word[WORDS][96];
} line;

static const char *const numbers[] = {
    "0",
    "1",
    "-1",
    "2",
    "3",
    "-2",
    "7",
    "-9",
    "64",
    "1000",
    "65537",
    "1048576",
    "-8",
    "16777216",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967297",
    "9223372036854775807",
    "-9223372036854775808",
    "4611686018427387904",
    "1099511627776",
};
static const char *const sizes[] = { "0", "1", "2", "3", "9", "33" };
static const char *const words[] = { "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER", "reflect",
                                     "edge",   "wrap",  "constant",   "bogus",      "" };

#define PICK(list) list[hear_rng_below(r, sizeof list / sizeof list[0])]

static line split(const char *text)
{
    line l = { 0 };
    while (*text && l.n < WORDS - 4) {
        const size_t length = strcspn(text, " ");
        snprintf(l.word[l.n++], sizeof l.word[0], "%.*s", (int)length, text);
        text += length + strspn(text + length, " ");
    }
    return l;
}

/* Replaces one number of a list that `sep` divides, or appends or drops one. */
static void change_list(hear_rng *r, char *word, char sep, const char *number)
{
    char out[96], *equals = strchr(word, '=');
    const char *tail = strpbrk(word, "({");
    const size_t end = tail ? (size_t)(tail - word) : strlen(word);
    size_t n = 1, at = (size_t)(equals - word) + 1;
    for (size_t i = at; i < end; i++)
        n += word[i] == sep;
    const size_t which = (size_t)hear_rng_below(r, n);
    for (size_t skip = which; skip > 0 && at < end; at++)
        skip -= word[at] == sep;
    size_t behind = at;
    while (behind < end && word[behind] != sep)
        behind++;
    switch (hear_rng_below(r, 6)) {
    case 0: /* one more */
        snprintf(out, sizeof out, "%.*s%s%c%s", (int)at, word, number, sep, word + at);
        break;
    case 1: /* one less */
        behind += behind < end;
        snprintf(out, sizeof out, "%.*s%s", (int)at, word, word + behind);
        if (out[strlen(out) - 1] == sep)
            out[strlen(out) - 1] = '\0';
        break;
    default:
        snprintf(out, sizeof out, "%.*s%s%s", (int)at, word, number, word + behind);
    }
    memcpy(word, out, sizeof out);
}

static bool has_shape(const char *word)
{
    return strncmp(word, "x=", 2) == 0 || strncmp(word, "c=", 2) == 0 ||
           (word[0] && word[1] == '=' && strchr(word, '{'));
}

static void change(hear_rng *r, const hear_op *op, line *l)
{
    size_t n_attrs = 0;
    while (op->attrs && op->attrs[n_attrs].name)
        n_attrs++;
    const size_t i = (size_t)hear_rng_below(r, l->n);
    char *word = l->word[i];
    switch (hear_rng_below(r, 8)) {
    case 0: /* drop */
        if (l->n > 1) {
            memmove(word, l->word[i + 1], (l->n - i - 1) * sizeof l->word[0]);
            l->n--;
        }
        break;
    case 1: /* double */
        if (l->n < WORDS - 1)
            memcpy(l->word[l->n++], word, sizeof l->word[0]);
        break;
    case 2: /* leave an input out, or another version */
        if (l->n < WORDS - 1 && hear_rng_below(r, 2))
            snprintf(l->word[l->n++], sizeof l->word[0], "opset=%d", (int)hear_rng_below(r, 31));
        else if (word[1] == '=')
            snprintf(word, sizeof l->word[0], "-");
        break;
    case 3: /* one more attribute, or output */
        if (l->n >= WORDS - 1)
            break;
        if (n_attrs == 0 || hear_rng_below(r, 8) == 0) {
            snprintf(l->word[l->n++], sizeof l->word[0], "outs=2");
        } else {
            const hear_op_attr *a = &op->attrs[hear_rng_below(r, n_attrs)];
            if (a->type == HEAR_ATTR_STRING)
                snprintf(l->word[l->n++], sizeof l->word[0], "%s=%s", a->name, PICK(words));
            else
                snprintf(l->word[l->n++], sizeof l->word[0], "%s=%s,%s", a->name, PICK(numbers),
                         PICK(numbers));
        }
        break;
    default:
        if (has_shape(word))
            change_list(r, word, 'x', PICK(sizes));
        else if (strncmp(word, "opset=", 6) && strncmp(word, "outs=", 5) && strchr(word, '='))
            change_list(r, word, ',', PICK(numbers));
    }
}

/* What the reader of one_node.h cannot take: a tensor of more than 8 dimensions or a million
 * numbers, and numbers in braces whose count has changed. */
static bool is_readable(line *l)
{
    for (size_t i = 0; i < l->n; i++) {
        char *at = l->word[i] + 2;
        if (!has_shape(l->word[i]))
            continue;
        size_t rank = 0, count = 1, listed = *at == '{' || strchr(at, '{') ? 1 : 0;
        const bool scalar = *at == '{';
        while (*at >= '0' && *at <= '9') {
            count *= (size_t)strtol(at, &at, 10);
            rank++;
            at += *at == 'x';
        }
        for (const char *k = at; listed && *k; k++)
            listed += *k == ',';
        if (rank > HEAR_MAX_RANK || count > 1000000 || (listed && listed != count) ||
            (rank == 0 && !scalar))
            return false;
    }
    return true;
}

static void join(const line *l, char *text, size_t room)
{
    size_t used = 0;
    for (size_t i = 0; i < l->n && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%s", i ? " " : "", l->word[i]);
}

static void test_hostile_nodes_are_refused_or_run(void **state)
{
    (void)state;
    size_t n_refused = 0, n_ran = 0;
    hear_rng rng;
    hear_rng_seed(&rng, 20);
    for (size_t i = 0; i < hear_op_count(); i++) {
        const hear_op *op = hear_op_at(i);
        static const char *const none[] = { "x=2x3 i=1", "x=2 x=3", NULL };
        const char *const *cases = op->cases ? op->cases : none;
        for (size_t k = 0; cases[k]; k++)
            for (size_t round = 0; round < ROUNDS; round++) {
                char text[WORDS * 96];
                line l = split(cases[k]);
                for (size_t times = hear_rng_below(&rng, 3) + 1; times > 0 && l.n > 0; times--)
                    change(&rng, op, &l);
                if (!is_readable(&l))
                    continue;
                join(&l, text, sizeof text);
                if (getenv("VERBOSE")) {
                    print_message("%s %s\n", op->name, text);
                    fflush(NULL);
                }
                const char *said = one_node_error(op->name, text);
                n_refused += said[0] != '\0';
                n_ran += said[0] == '\0';
                assert_null(strchr(said, '\n'));
            }
    }
    print_message("%zu refused, %zu ran\n", n_refused, n_ran);
    assert_true(n_refused > 1000 && n_ran > 1000);
}

/* One tree: node 0 asks for feature 1, nodes 1 and 2 are leaves. */
#define TREE_BUT(ids, yes, no, features, modes, leaves, labels)                                    \
    "x=2x3 nodes_treeids=4,4,4 nodes_nodeids=" ids " nodes_truenodeids=" yes                       \
    " nodes_falsenodeids=" no " nodes_featureids=" features                                        \
    " nodes_values=0,0,0 nodes_modes=" modes " class_treeids=4,4 class_nodeids=" leaves            \
    " class_ids=" labels " class_weights=1,1 outs=2"
#define LABELS " classlabels_int64s=7,8"
#define BLL "BRANCH_LEQ,LEAF,LEAF"
#define BBL "BRANCH_LEQ,BRANCH_GT,LEAF"

static void test_numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *op, *text, *part;
    } cases[] = {
        { "Conv", "x=1x2x5x5 x=2x2x3x3 strides=0,1", "strides are out of range" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 dilations=1,-1", "dilations are out of range" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 pads=-1,0,0,0", "pads are out of range" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 pads=1,0,0,9223372036854775807", "pads are out of range" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 pads=1000000,1000000,0,0", "MiB" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 pads=1,1", "pads has 2 numbers instead of 4" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 group=0", "group does not fit" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 group=-1", "group does not fit" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 group=4611686018427387904", "group does not fit" },
        { "Conv", "x=1x2x5x5 x=3x1x3x3 group=2", "group does not fit" },
        { "Conv", "x=1x2x5x5 x=2x2x7x3", "the kernel is larger" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 kernel_shape=3,2", "kernel_shape" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 x=3", "bias" },
        { "Conv", "x=1x2x5x5 x=2x2x3x3 auto_pad=SAME", "auto_pad" },
        { "Conv", "x=1x0x5x5 x=2x0x3x3", "there is no channel" },
        { "Conv", "x=1x2 x=2x2", "3 to 5 dimensions" },
        { "MaxPool", "x=1x1x5 kernel_shape=0", "out of range" },
        { "MaxPool", "x=1x1x5 kernel_shape=2,2", "must have 1 numbers" },
        { "MaxPool", "x=1x1x5", "must have 1 numbers" },
        { "MaxPool", "x=1x1x5 kernel_shape=2 pads=2,0", "pads must be smaller" },
        { "AveragePool", "x=1x1x5 kernel_shape=1000000 pads=999999,999999",
          "larger than the input" },
        { "Transpose", "x=2x3 perm=0,0", "twice" },
        { "Transpose", "x=2x3 perm=0,2", "out of range" },
        { "Transpose", "x=2x3 perm=0", "perm has 1 numbers" },
        { "Concat", "x=2 x=2 axis=1", "axis 1 is out of range" },
        { "Concat", "x=2 x=2 axis=-9223372036854775808", "out of range" },
        { "Gather", "x=2x3 i=2", "index 2 is out of range" },
        { "Gather", "x=2x3 i=0 axis=2", "axis 2 is out of range" },
        { "Pad", "x=2x3 i=0,0,0,9223372036854775807", "pads are out of range" },
        { "Pad", "x=2x3 i=0,0,0,2147483647", "pads are out of range" },
        { "Pad", "x=2x3 i=0,0,0,-4", "pads are out of range" },
        { "Pad", "x=2x3 i=0,0", "2 numbers for 2 dimensions" },
        { "Pad", "x=0x3 i=1,0,0,0 mode=edge", "the input is empty" },
        { "Unsqueeze", "x=2 i=3", "axis 3 is out of range" },
        { "Split", "x=4 i=1,4 outs=2", "length 4 does not fit" },
        { "Split", "x=4 i=1,-1,4 outs=3", "length -1 does not fit" },
        { "Split", "x=4 i=1,2 outs=2", "do not add up to 4" },
        { "Split", "x=4 i=4 outs=2", "1 lengths for 2 outputs" },
        { "Expand", "x=3 i=2,2", "does not fit the shape asked for" },
        { "Expand", "x=3 i=-1,3", "shape holds -1" },
        { "Expand", "x=1 i=65536,65536", "MiB" },
        { "Tile", "x=3 i=9223372036854775807", "repeats" },
        { "Tile", "x=3 i=2147483647", "MiB" },
        { "Tile", "x=1x1x1x1x1 i=2,2,2,2,2", "more than 4 dimensions to repeat" },
        { "Where", "b=1,0 x=2 x=3", "shapes do not fit" },
        { "Where", "x=2 x=2 x=2", "element type float32 is not supported" },
        { "Range", "i=0 i=9223372036854775807 i=1", "numbers" },
        { "Range", "i=0 i=1 i=0", "numbers" },
        { "Range", "i=0 i=1000000000 i=1", "MiB" },
        { "ConstantOfShape", "i=-1", "shape holds -1" },
        { "LayerNormalization", "x=2x3 x=2", "the scale has 2 numbers instead of 3" },
        { "InstanceNormalization", "x=2x3x4 x=3 x=4", "the bias has 4 numbers instead of 3" },
        { "GroupNormalization", "x=1x6x2 x=6 x=6 num_groups=4 opset=21", "does not divide" },
        { "PRelu", "x=3 x=2x3", "the slopes do not fit" },
        { "QuantizeLinear", "x=2x3 x=2 axis=1", "the scale does not fit axis 1" },
        { "QuantizeLinear", "x=2x3 x=1 i=3", "element type int64 is not supported" },
        { "DequantizeLinear", "s=1,2 x=1 u=3", "the zero point is uint8, not int8" },
        { "DequantizeLinear", "s=1,2 x=2 s=3 axis=0", "scale and zero point differ" },
        { "DequantizeLinear", "s=1,2 x=1 block_size=-1 axis=0 opset=21", "block_size" },
        { "Cast", "x=2 to=99", "element type 99" },
        { "Cast", "x=2 to=-9223372036854775808", "is not supported" },
        { "Clip", "x=2 x=2", "must be one number" },
        { "ArgMax", "x=2x3 axis=2", "axis 2 is out of range" },
        { "ArgMax", "x=2x0 axis=1", "axis 1 is empty" },
        { "ArrayFeatureExtractor", "x=2x3 i=3", "index 3 is out of range" },
        { "ArrayFeatureExtractor", "x=2x3 i=-1", "index -1 is out of range" },
        { "Scaler", "x=2x3 offset=1,2 scale=1,2,3", "offset has 2 numbers for 3 features" },
        { "Scaler", "x=2x3 offset=1", "scale has 0 numbers for 3 features" },
        { "Normalizer", "x=2x3 norm=L3", "norm \"L3\" is not known" },
        { "ZipMap", "x=2x3 classlabels_int64s=1,2", "2 labels for 3 probabilities" },
        { "LinearClassifier", "x=2x3 coefficients=1,2,3 intercepts=1", "has no labels" },
        { "LinearClassifier", "x=2x3 coefficients=1,2,3 intercepts=1 classlabels_ints=1,2,3",
          "1 intercepts for 3 labels" },
        { "LinearClassifier", "x=2x3 coefficients=1,2 intercepts=1 classlabels_ints=1,2",
          "2 coefficients for 1 scores of 3 features" },
        { "LinearClassifier",
          "x=2x1 coefficients=1 intercepts=1 classlabels_ints=1,2 classlabels_strings=a,b",
          "two lists of labels" },
        { "LinearClassifier",
          "x=2x1 coefficients=1 intercepts=1 classlabels_ints=1,2 post_transform=PROBIT",
          "post_transform \"PROBIT\" is not supported" },
        { "TreeEnsembleClassifier", "x=2x3 classlabels_ints=1,2", "not known" },
        { "TreeEnsembleClassifier", "x=2x3 classlabels_int64s=1,2", "has 0 tree nodes" },
        { "TreeEnsembleClassifier", TREE_BUT("0,1,2", "1,0,0", "2,0,0", "1,0,0", BLL, "1,2", "0,1"),
          "has no labels" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,2", "1,0,0", "2,0,0", "3,0,0", BLL, "1,2", "0,1") LABELS,
          "feature 3 of 3" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,2", "1,0,0", "2,0,0", "-1,0,0", BLL, "1,2", "0,1") LABELS,
          "feature -1 of 3" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,2", "1,0,0", "9,0,0", "1,0,0", BLL, "1,2", "0,1") LABELS,
          "tree 4 has no node 9" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,1", "1,0,0", "2,0,0", "1,0,0", BLL, "1,2", "0,1") LABELS,
          "tree 4 has two nodes 1" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,2", "1,0,0", "2,2,0", "1,0,0", BBL, "2,2", "0,1") LABELS,
          "two ways lead to node 2" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,2", "1,0,0", "1,2,0", "1,0,0", BLL, "1,2", "0,1") LABELS,
          "two ways lead to node 1" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,2", "1,0,0", "0,2,0", "1,0,0", BLL, "1,2", "0,1") LABELS,
          "a tree goes in circles" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,2", "1,0,0", "2,0,0", "1,0,0", "BRANCH_LEQ,LEAF,STEM", "1,2", "0,1") LABELS,
          "node mode \"STEM\" is not known" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,2", "1,0,0", "2,0,0", "1,0,0", BLL, "0,2", "0,1") LABELS,
          "tree 4 has no leaf 0" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,2", "1,0,0", "2,0,0", "1,0,0", BLL, "1,2", "0,2") LABELS, "label 2 of 2" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1", "1,0,0", "2,0,0", "1,0,0", BLL, "1,2", "0,1") LABELS,
          "nodes_nodeids has 2 entries instead of 3" },
        { "TreeEnsembleClassifier",
          TREE_BUT("0,1,2", "1,0,0", "2,0,0", "1,0,0", BLL, "1,2", "0,1") LABELS
          " base_values=1,2,3",
          "3 base values for 2 labels" },
        { "TreeEnsembleClassifier",
          "x=2x3 nodes_treeids=0,0 nodes_nodeids=0,1 nodes_truenodeids=0,0 nodes_falsenodeids=0,0 "
          "nodes_featureids=0,0 nodes_values=0,0 nodes_modes=LEAF,LEAF classlabels_int64s=1,2",
          "tree 0 has two roots" },
        { "TreeEnsembleClassifier",
          "x=2x3 nodes_treeids=0,0,0,0 nodes_nodeids=0,1,2,3 nodes_truenodeids=0,2,1,0 "
          "nodes_falsenodeids=0,3,0,0 nodes_featureids=0,0,0,0 nodes_values=0,0,0,0 "
          "nodes_modes=LEAF,BRANCH_LEQ,BRANCH_LEQ,LEAF classlabels_int64s=1,2",
          "a tree goes in circles" },
        { "TreeEnsembleClassifier",
          "x=2x3 nodes_treeids=0,0,0,0,0 nodes_nodeids=0,1,2,3,4 nodes_truenodeids=0,2,1,0,0 "
          "nodes_falsenodeids=0,3,4,0,0 nodes_featureids=0,0,0,0,0 nodes_values=0,0,0,0,0 "
          "nodes_modes=LEAF,BRANCH_LEQ,BRANCH_LEQ,LEAF,LEAF classlabels_int64s=1,2",
          "a tree goes in circles" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *said = one_node_error(cases[i].op, cases[i].text);
        if (!strstr(said, cases[i].part))
            fail_msg("%s \"%s\": said \"%s\"", cases[i].op, cases[i].text, said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_out_of_range_are_refused),
        cmocka_unit_test(test_hostile_nodes_are_refused_or_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
