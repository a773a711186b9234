/* one_node.c - see one_node.h. */
#include "one_node.h"

#include "nn/op.h"
#include "nn/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 16

typedef struct {
    const char *op, *text;
    hear_graph *graph;
    bool as_weights, learning;
    size_t n_in, n_out;
    size_t in[MOST];
    hear_tensor *content[MOST]; /* of inputs */
} reader;

/* Where the operator of that name is. */
static const char *domain_of(const char *op)
{
    return hear_op_find("ai.onnx.ml", op) ? "ai.onnx.ml" : "";
}

static void refuse(const reader *r, const char *word)
{
    fail_msg("%s \"%s\": cannot read \"%s\"", r->op, r->text, word);
}

/* Distinct numbers in low .. high in a shuffled order, none of them in the middle. */
static void fill(float *x, size_t n, double low, double high, size_t nth)
{
    size_t step = n * 2 / 3 + 1;
    for (bool coprime = false; !coprime;) {
        size_t a = ++step, b = n ? n : 1;
        while (b) {
            const size_t rest = a % b;
            a = b;
            b = rest;
        }
        coprime = a == 1;
    }
    for (size_t i = 0; i < n; i++) {
        const double at = ((double)(i * step % n) + 0.3 + 0.07 * (double)nth) / (double)n;
        x[i] = (float)(low + (high - low) * at);
    }
}

static void read_tensor(reader *r, const char *word)
{
    hear_shape shape = { 0 };
    char *at = (char *)(uintptr_t)word + 2;
    while (*at >= '0' && *at <= '9') {
        shape.dim[shape.rank++] = strtol(at, &at, 10);
        at += *at == 'x';
    }
    hear_tensor *t;
    assert_int_equal(hear_tensor_create(&t, HEAR_F32, &shape), HEAR_OK);
    double low = -1.0, high = 1.0;
    if (*at == '(') {
        low = strtod(at + 1, &at);
        high = strtod(at + 2, &at);
        at++;
    }
    float *x = t->data;
    fill(x, t->count, low, high, r->n_in);
    if (*at == '{') {
        size_t n = 0;
        while (*at && *at != '}' && n < t->count)
            x[n++] = strtof(at + 1, &at);
        if (*at != '}' || n != t->count)
            refuse(r, word);
        at++;
    }
    if (*at)
        refuse(r, word);
    char name[32];
    snprintf(name, sizeof name, "x%zu", r->n_in);
    size_t v;
    if (r->as_weights || word[0] == 'c')
        assert_int_equal(hear_graph_add_init(r->graph, name, t, &v), HEAR_OK);
    else
        assert_int_equal(hear_graph_add_input(r->graph, name, HEAR_F32, &shape, &v), HEAR_OK);
    r->content[r->n_in] = t;
    r->in[r->n_in++] = v;
}

static size_t read_ints(const char *text, int64_t *values)
{
    size_t n = 0;
    char *at = (char *)(uintptr_t)text;
    while (*at && *at != '}' && n < MOST) {
        values[n++] = strtoll(at, &at, 10);
        at += *at == ',';
    }
    return n;
}

/* 0 for a word that is no list of whole numbers. */
static hear_dtype dtype_of(char letter)
{
    switch (letter) {
    case 'i':
        return HEAR_I64;
    case 'n':
        return HEAR_I32;
    case 'b':
        return HEAR_BOOL;
    case 's':
        return HEAR_I8;
    case 'u':
        return HEAR_U8;
    default:
        return (hear_dtype)0;
    }
}

static bool is_list(const char *word)
{
    return word[0] && word[1] == '=' && dtype_of(word[0]);
}

static void read_list(reader *r, const char *word)
{
    int64_t values[MOST];
    const char *const brace = strchr(word, '{');
    const size_t n = read_ints(brace ? brace + 1 : word + 2, values);
    hear_shape shape = { .rank = 1, .dim = { (int64_t)n } };
    const hear_dtype dtype = dtype_of(word[0]);
    hear_tensor *t;
    if (brace) {
        shape.rank = 0;
        for (char *at = (char *)(uintptr_t)word + 2; at < brace; at += *at == 'x')
            shape.dim[shape.rank++] = strtoll(at, &at, 10);
        size_t count;
        if (!hear_shape_count(&shape, &count) || count != n)
            refuse(r, word);
    }
    assert_int_equal(hear_tensor_create(&t, dtype, &shape), HEAR_OK);
    for (size_t i = 0; i < n; i++)
        switch (dtype) {
        case HEAR_I64:
            ((int64_t *)t->data)[i] = values[i];
            break;
        case HEAR_I32:
            ((int32_t *)t->data)[i] = (int32_t)values[i];
            break;
        case HEAR_BOOL:
            ((uint8_t *)t->data)[i] = values[i] != 0;
            break;
        default:
            ((uint8_t *)t->data)[i] = (uint8_t)values[i];
        }
    char name[32];
    snprintf(name, sizeof name, "i%zu", r->n_in);
    assert_int_equal(hear_graph_add_init(r->graph, name, t, &r->in[r->n_in++]), HEAR_OK);
    hear_tensor_destroy(t);
}

static void read_attr(reader *r, hear_node *node, const char *word)
{
    const char *equals = strchr(word, '=');
    const hear_op *op = hear_op_find(domain_of(r->op), r->op);
    if (!equals || !op)
        refuse(r, word);
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
    const hear_op_attr *a = op->attrs;
    while (a && a->name && strcmp(a->name, name) != 0)
        a++;
    int64_t values[MOST];
    hear_status s = HEAR_ERR_ARG;
    if (!a || !a->name)
        s = hear_node_set_int(node, name, strtoll(equals + 1, NULL, 10));
    else if (a->type == HEAR_ATTR_INT)
        s = hear_node_set_int(node, name, strtoll(equals + 1, NULL, 10));
    else if (a->type == HEAR_ATTR_FLOAT)
        s = hear_node_set_float(node, name, strtof(equals + 1, NULL));
    else if (a->type == HEAR_ATTR_STRING)
        s = hear_node_set_string(node, name, equals + 1);
    else if (a->type == HEAR_ATTR_INTS) {
        const size_t n = read_ints(equals + 1, values);
        s = hear_node_set_ints(node, name, n, values);
    } else if (a->type == HEAR_ATTR_TENSOR) {
        const size_t n = read_ints(equals + 1, values);
        const hear_shape shape = { .rank = 1, .dim = { (int64_t)n } };
        const hear_tensor t = { .dtype = HEAR_I64, .shape = shape, .count = n, .data = values };
        s = hear_node_set_tensor(node, name, &t);
    } else if (a->type == HEAR_ATTR_FLOATS) {
        float floats[MOST];
        const size_t n = read_ints(equals + 1, values);
        for (size_t i = 0; i < n; i++)
            floats[i] = (float)values[i];
        s = hear_node_set_floats(node, name, n, floats);
    } else if (a->type == HEAR_ATTR_STRINGS) {
        char list[256];
        const char *texts[MOST];
        size_t n = 0;
        snprintf(list, sizeof list, "%s", equals + 1);
        for (char *t = list; *t && n < MOST;) {
            texts[n++] = t;
            t += strcspn(t, ",");
            if (*t)
                *t++ = '\0';
        }
        s = hear_node_set_strings(node, name, n, texts);
    }
    if (s)
        refuse(r, word);
}

static reader read_node(const char *op, const char *text, bool as_weights)
{
    reader r = { .op = op, .text = text, .as_weights = as_weights, .n_out = 1 };
    char words[MOST * 2][96];
    size_t n_words = 0;
    const char *domain = domain_of(op);
    int64_t opset = domain[0] ? 3 : 17;
    for (const char *at = text; *at && n_words < MOST * 2;) {
        const size_t length = strcspn(at, " ");
        snprintf(words[n_words++], sizeof words[0], "%.*s", (int)length, at);
        at += length + strspn(at + length, " ");
    }
    for (size_t i = 0; i < n_words; i++)
        if (strncmp(words[i], "opset=", 6) == 0)
            opset = strtol(words[i] + 6, NULL, 10);
    assert_int_equal(hear_graph_create(&r.graph, opset), HEAR_OK);
    r.graph->opset_ml = opset;
    for (size_t i = 0; i < n_words; i++) {
        if (strncmp(words[i], "x=", 2) == 0 || strncmp(words[i], "c=", 2) == 0)
            read_tensor(&r, words[i]);
        else if (is_list(words[i]))
            read_list(&r, words[i]);
        else if (strcmp(words[i], "-") == 0)
            r.in[r.n_in++] = HEAR_NO_VALUE;
        else if (strncmp(words[i], "outs=", 5) == 0)
            r.n_out = (size_t)strtol(words[i] + 5, NULL, 10);
    }
    size_t out[MOST];
    for (size_t o = 0; o < r.n_out; o++) {
        char name[32];
        snprintf(name, sizeof name, "y%zu", o);
        assert_int_equal(hear_graph_add_value(r.graph, name, &out[o]), HEAR_OK);
    }
    assert_int_equal(hear_graph_push_node(r.graph, domain, op, "node", r.n_in, r.in, r.n_out, out),
                     HEAR_OK);
    for (size_t o = 0; o < r.n_out; o++)
        assert_int_equal(hear_graph_add_output(r.graph, out[o]), HEAR_OK);
    for (size_t i = 0; i < n_words; i++) {
        const char *w = words[i];
        if (strcmp(w, "learning") == 0)
            r.learning = true;
        else if (strncmp(w, "x=", 2) && strncmp(w, "c=", 2) && !is_list(w) && strcmp(w, "-") &&
                 strncmp(w, "outs=", 5) && strncmp(w, "opset=", 6))
            read_attr(&r, hear_graph_last_node(r.graph), w);
    }
    return r;
}

static void free_content(reader *r)
{
    for (size_t i = 0; i < MOST; i++)
        hear_tensor_destroy(r->content[i]);
}

one_node one_node_make(const char *op, const char *text, bool as_weights)
{
    reader r = read_node(op, text, as_weights);
    free_content(&r);
    return (one_node){ .graph = r.graph, .learning = r.learning };
}

void one_node_free(one_node *n)
{
    hear_graph_destroy(n->graph);
}

hear_tensor *one_node_run(const char *op, const char *text)
{
    reader r = read_node(op, text, false);
    hear_plan *plan = NULL;
    hear_error err = { 0 };
    const hear_plan_config config = { .batch = 1 };
    if (hear_plan_create(&plan, r.graph, &config, &err))
        fail_msg("%s \"%s\": %s", op, text, err.text);
    for (size_t i = 0; i < r.graph->n_in; i++) {
        hear_tensor *t = hear_plan_input(plan, i);
        for (size_t j = 0; j < r.n_in; j++)
            if (r.in[j] == r.graph->in[i] && t->count > 0)
                memcpy(t->data, r.content[j]->data, t->count * sizeof(float));
    }
    hear_plan_run(plan);
    hear_tensor *copy = NULL;
    assert_int_equal(hear_tensor_copy(&copy, hear_plan_output(plan, 0)), HEAR_OK);
    hear_plan_destroy(plan);
    hear_graph_destroy(r.graph);
    free_content(&r);
    return copy;
}

const char *one_node_error(const char *op, const char *text)
{
    static char said[256];
    reader r = read_node(op, text, false);
    hear_plan *plan = NULL;
    hear_error err = { 0 };
    const hear_plan_config config = { .batch = 1, .max_bytes = (size_t)16 << 20 };
    const hear_status s = hear_plan_create(&plan, r.graph, &config, &err);
    if (s) {
        assert_int_equal(s, HEAR_ERR_MODEL);
        assert_null(plan);
        assert_true(err.text[0] != '\0');
    }
    snprintf(said, sizeof said, "%s", s ? err.text : "");
    if (plan)
        hear_plan_run(plan); /* what passes must also run */
    hear_plan_destroy(plan);
    hear_graph_destroy(r.graph);
    free_content(&r);
    return said;
}

static double number_at(const hear_tensor *t, size_t i)
{
    switch (t->dtype) {
    case HEAR_I32:
        return ((const int32_t *)t->data)[i];
    case HEAR_I8:
        return ((const int8_t *)t->data)[i];
    case HEAR_U8:
        return ((const uint8_t *)t->data)[i];
    default:
        return (double)((const float *)t->data)[i];
    }
}

void one_node_expect(const char *op, const char *text, const char *want)
{
    hear_tensor *y = one_node_run(op, text);
    char *at = (char *)(uintptr_t)want;
    size_t rank = 0;
    while (*at >= '0' && *at <= '9') {
        assert_true(rank < y->shape.rank);
        assert_int_equal(y->shape.dim[rank++], strtol(at, &at, 10));
        at += *at == 'x';
    }
    assert_int_equal(rank, y->shape.rank);
    for (size_t i = 0; i < y->count; i++) {
        const double v = strtod(at + 1, &at), got = number_at(y, i);
        if (got != v && !(isnan(got) && isnan(v)) && !(fabs(got - v) <= 1e-6 * (1.0 + fabs(v))))
            fail_msg("%s \"%s\": number %zu is %.9g, expected %g", op, text, i, got, v);
    }
    hear_tensor_destroy(y);
}

void one_node_refuse(const char *op, const char *text, const char *part)
{
    const char *said = one_node_error(op, text);
    if (!strstr(said, part) || !said[0])
        fail_msg("%s \"%s\": said \"%s\", expected \"%s\"", op, text, said, part);
}
