/* onnx_read.c - ONNX's messages to a graph, see onnx.h.
 *
 * Names are found by a sorted table, so that a hostile file of a million of them costs no more than
 * an honest one. */
#include "config.h"

#include "nn/onnx.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "nn/onnx_attr.h"
#include "nn/onnx_external.h"
#include "nn/onnx_tensor.h"
#include "nn/onnx_unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_IR 3       /* the first with opset_import */
#define MAX_PORTS 1024 /* inputs, outputs of a graph */
#define MAX_ATTRS 256  /* of a node */
#define MAX_PROPS 1024
#define SHOWN 80 /* characters of a name in a message */

typedef ProtobufCBinaryData bytes;

typedef struct {
    const bytes *name;
    enum { INIT, INPUT, RESULT } kind; /* who defines it; sorts in this order */
    size_t value;                      /* its number, as soon as the graph has it */
    int32_t refused_type;              /* of an initialiser that only matters if it is used */
} definition;

typedef struct {
    HearOnnx__GraphProto *from;
    hear_onnx_memory *memory;
    hear_graph *to;
    definition *names; /* [n_names], sorted */
    size_t n_names;
    hear_error *err;
} reader;

static int shown(const bytes *b)
{
    return b->len < SHOWN ? (int)b->len : SHOWN;
}

/* "%.*s" of a name that may have no bytes at all. */
#define SHOW(b) shown(b), (b)->len > 0 ? (const char *)(b)->data : ""

static bool same(const bytes *b, const char *text)
{
    return b->len == strlen(text) && (b->len == 0 || memcmp(b->data, text, b->len) == 0);
}

/* A name or text as a string of its own; what: for the message. */
static hear_status take_text(reader *r, const bytes *b, const char *what, char **out)
{
    *out = NULL;
    if (!hear_is_utf8((const char *)b->data, b->len))
        return hear_fail(r->err, HEAR_ERR_MODEL, "%s '%.*s' is not UTF-8 text", what, SHOW(b));
    *out = hear_onnx_text(b);
    return *out ? HEAR_OK : hear_fail(r->err, HEAR_ERR_MEM, NULL);
}

/* ---- the table of names */

static int compare_bytes(const bytes *a, const bytes *b)
{
    const size_t n = a->len < b->len ? a->len : b->len;
    const int order = n > 0 ? memcmp(a->data, b->data, n) : 0;
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int compare(const void *pa, const void *pb)
{
    const definition *a = pa, *b = pb;
    const int order = compare_bytes(a->name, b->name);
    return order ? order : (int)a->kind - (int)b->kind;
}

/* The first definition of a name, or NULL. */
static definition *find(const reader *r, const bytes *name)
{
    size_t low = 0, high = r->n_names;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_bytes(r->names[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const bool hit = low < r->n_names && compare_bytes(r->names[low].name, name) == 0;
    return hit ? &r->names[low] : NULL;
}

static void define(reader *r, const bytes *name, int kind)
{
    definition *d = &r->names[r->n_names++];
    *d = (definition){ .name = name, .value = HEAR_NO_VALUE };
    d->kind = kind;
}

static hear_status collect_names(reader *r)
{
    const HearOnnx__GraphProto *from = r->from;
    size_t room = from->n_initializer + from->n_input + 1;
    for (size_t i = 0; i < from->n_node; i++)
        room += from->node[i]->n_output;
    r->names = calloc(room, sizeof *r->names);
    if (!r->names)
        return hear_fail(r->err, HEAR_ERR_MEM, NULL);
    for (size_t i = 0; i < from->n_initializer; i++)
        define(r, &from->initializer[i]->name, INIT);
    for (size_t i = 0; i < from->n_input; i++)
        define(r, &from->input[i]->name, INPUT);
    for (size_t i = 0; i < from->n_node; i++)
        for (size_t k = 0; k < from->node[i]->n_output; k++)
            if (from->node[i]->output[k].len > 0)
                define(r, &from->node[i]->output[k], RESULT);
    qsort(r->names, r->n_names, sizeof *r->names, compare);
    for (size_t i = 0; i < r->n_names; i++) {
        const definition *d = &r->names[i];
        if (d->name->len == 0)
            return hear_fail(r->err, HEAR_ERR_MODEL, "an input or initialiser has no name");
        if (i == 0 || compare_bytes(d[-1].name, d->name) != 0)
            continue;
        if (d[-1].kind != INIT || d->kind != INPUT) /* as IR version 3 lists all initialisers */
            return hear_fail(r->err, HEAR_ERR_MODEL, "the name '%.*s' is given twice",
                             SHOW(d->name));
    }
    return HEAR_OK;
}

/* Puts a new value of that name into the graph; init is taken over. */
static hear_status add_value(reader *r, definition *d, hear_tensor *init)
{
    char *name;
    hear_status status = take_text(r, d->name, "the name", &name);
    if (status != HEAR_OK) {
        hear_tensor_destroy(init);
        return status;
    }
    status = hear_graph_push_value(r->to, name, init, &d->value);
    free(name);
    return status == HEAR_OK ? HEAR_OK : hear_fail(r->err, status, NULL);
}

/* ---- inputs and weights */

static void set_type(hear_value *v, const HearOnnx__TypeProto *type)
{
    if (v->init || v->dtype || !type || !type->tensor_type)
        return; /* a tensor knows itself better */
    const HearOnnx__TypeProto__Tensor *t = type->tensor_type;
    const hear_dtype dtype = hear_onnx_dtype(t->elem_type);
    if (!dtype)
        return;
    v->dtype = dtype;
    if (!t->shape || t->shape->n_dim > HEAR_MAX_RANK)
        return;
    v->has_type = true;
    v->shape.rank = t->shape->n_dim;
    for (size_t i = 0; i < t->shape->n_dim; i++) {
        const HearOnnx__TensorShapeProto__Dimension *d = t->shape->dim[i];
        v->shape.dim[i] = d->has_dim_value && d->dim_value >= 0 ? d->dim_value : -1;
    }
}

static hear_status add_inputs(reader *r)
{
    const HearOnnx__GraphProto *from = r->from;
    for (size_t i = 0; i < from->n_input; i++) {
        definition *d = find(r, &from->input[i]->name);
        if (d->kind == INIT)
            continue;
        if (r->to->n_in >= MAX_PORTS)
            return hear_fail(r->err, HEAR_ERR_MODEL, "more than %d inputs", MAX_PORTS);
        hear_status status = add_value(r, d, NULL);
        if (status != HEAR_OK)
            return status;
        set_type(&r->to->values[d->value], from->input[i]->type);
        status = hear_graph_push_input(r->to, d->value);
        if (status != HEAR_OK)
            return hear_fail(r->err, status, NULL);
    }
    return HEAR_OK;
}

static hear_status add_weights(reader *r)
{
    for (size_t i = 0; i < r->from->n_initializer; i++) {
        HearOnnx__TensorProto *t = r->from->initializer[i];
        definition *d = find(r, &t->name);
        if (!hear_onnx_dtype(t->data_type)) {
            d->refused_type = t->data_type ? t->data_type : -1;
            continue;
        }
        char what[SHOWN + 32];
        snprintf(what, sizeof what, "initialiser '%.*s'", SHOW(&t->name));
        hear_tensor *init;
        hear_status status = hear_onnx_tensor(&init, t, what, r->err);
        if (status == HEAR_OK)
            status = add_value(r, d, init);
        if (status != HEAR_OK)
            return status;
        hear_onnx_release_bytes(&t->raw_data, r->memory); /* large: held once, not twice */
    }
    return HEAR_OK;
}

/* ---- nodes */

/* "node 3 (Conv 'block1/conv')" */
static void name_node(const reader *r, size_t i, char *out, size_t room)
{
    const HearOnnx__NodeProto *n = r->from->node[i];
    if (n->name.len > 0)
        snprintf(out, room, "node %zu (%.*s '%.*s')", i, SHOW(&n->op_type), SHOW(&n->name));
    else
        snprintf(out, room, "node %zu (%.*s)", i, SHOW(&n->op_type));
}

static hear_status check_domain(const reader *r, const HearOnnx__NodeProto *n, const char *what)
{
    if (n->op_type.len == 0)
        return hear_fail(r->err, HEAR_ERR_MODEL, "%s has no operator", what);
    const bool own = n->domain.len == 0 || same(&n->domain, "ai.onnx");
    if ((own && r->to->opset == 0) || (same(&n->domain, "ai.onnx.ml") && r->to->opset_ml == 0))
        return hear_fail(r->err, HEAR_ERR_MODEL, "%s: the opset of its domain is not imported",
                         what);
    if (n->n_attribute > MAX_ATTRS)
        return hear_fail(r->err, HEAR_ERR_MODEL, "%s has more than %d attributes", what, MAX_ATTRS);
    return HEAR_OK;
}

/* The number of a value that is used by what; it must be there already. */
static hear_status use(const reader *r, const bytes *name, const char *what, size_t *value)
{
    const definition *d = find(r, name);
    if (!d)
        return hear_fail(r->err, HEAR_ERR_MODEL, "%s uses '%.*s', which nothing makes", what,
                         SHOW(name));
    if (d->refused_type)
        return hear_fail(r->err, HEAR_ERR_MODEL,
                         "%s uses initialiser '%.*s' of data type %d, which is not supported", what,
                         SHOW(name), (int)d->refused_type);
    if (d->value == HEAR_NO_VALUE)
        return hear_fail(r->err, HEAR_ERR_MODEL,
                         "%s uses '%.*s' before it is made: nodes out of order or in a circle",
                         what, SHOW(name));
    *value = d->value;
    return HEAR_OK;
}

static hear_status add_ports(reader *r, const HearOnnx__NodeProto *n, const char *what, size_t *in,
                             size_t *out)
{
    hear_status status = HEAR_OK;
    for (size_t i = 0; status == HEAR_OK && i < n->n_input; i++) {
        in[i] = HEAR_NO_VALUE;
        if (n->input[i].len > 0)
            status = use(r, &n->input[i], what, &in[i]);
    }
    for (size_t i = 0; status == HEAR_OK && i < n->n_output; i++) {
        out[i] = HEAR_NO_VALUE;
        if (n->output[i].len == 0)
            continue;
        definition *d = find(r, &n->output[i]);
        status = add_value(r, d, NULL);
        out[i] = d->value;
    }
    return status;
}

static hear_status push_node(reader *r, const HearOnnx__NodeProto *n, const size_t *in,
                             const size_t *out)
{
    char *name = NULL, *op = NULL, *domain = NULL;
    hear_status status = take_text(r, &n->name, "the node's name", &name);
    if (status == HEAR_OK)
        status = take_text(r, &n->op_type, "the operator", &op);
    if (status == HEAR_OK)
        status = take_text(r, &n->domain, "the domain", &domain);
    if (status == HEAR_OK) {
        const char *short_domain = strcmp(domain, "ai.onnx") == 0 ? "" : domain;
        status =
            hear_graph_push_node(r->to, short_domain, op, name, n->n_input, in, n->n_output, out);
        if (status != HEAR_OK)
            hear_fail(r->err, status, NULL);
    }
    free(name);
    free(op);
    free(domain);
    return status;
}

/* Networks in half precision run in float32: so what they cast to is float32. */
static void widen(hear_attr *a)
{
    const bool is_type = strcmp(a->name, "to") == 0 || strcmp(a->name, "output_dtype") == 0;
    if (is_type && a->type == HEAR_ATTR_INT && a->ints[0] > 0 && a->ints[0] <= INT32_MAX &&
        hear_onnx_dtype((int32_t)a->ints[0]) == HEAR_F32)
        a->ints[0] = HEAR_F32;
}

static hear_status add_attributes(reader *r, const HearOnnx__NodeProto *n, const char *what)
{
    hear_node *to = hear_graph_last_node(r->to);
    hear_status status = HEAR_OK;
    for (size_t i = 0; status == HEAR_OK && i < n->n_attribute; i++) {
        hear_attr a = { 0 };
        status = hear_onnx_attr(&a, n->attribute[i], what, r->err);
        if (status == HEAR_OK && hear_node_attr(to, a.name))
            status = hear_fail(r->err, HEAR_ERR_MODEL, "%s: attribute '%.*s' is given twice", what,
                               SHOWN, a.name);
        if (status != HEAR_OK) {
            hear_attr_clear(&a);
        } else {
            widen(&a);
            status = hear_node_take_attr(to, &a);
            if (status != HEAR_OK)
                hear_fail(r->err, status, NULL);
        }
    }
    return status;
}

static hear_status add_node(reader *r, size_t i)
{
    const HearOnnx__NodeProto *n = r->from->node[i];
    char what[2 * SHOWN + 48];
    name_node(r, i, what, sizeof what);
    hear_status status = check_domain(r, n, what);
    if (status != HEAR_OK)
        return status;
    size_t *numbers = calloc(n->n_input + n->n_output + 1, sizeof *numbers);
    if (!numbers)
        return hear_fail(r->err, HEAR_ERR_MEM, NULL);
    status = add_ports(r, n, what, numbers, numbers + n->n_input);
    if (status == HEAR_OK)
        status = push_node(r, n, numbers, numbers + n->n_input);
    if (status == HEAR_OK)
        status = add_attributes(r, n, what);
    free(numbers);
    return status;
}

/* ---- outputs, types of what is between, metadata */

static hear_status add_outputs(reader *r)
{
    const HearOnnx__GraphProto *from = r->from;
    if (from->n_output == 0)
        return hear_fail(r->err, HEAR_ERR_MODEL, "the graph has no output");
    if (from->n_output > MAX_PORTS)
        return hear_fail(r->err, HEAR_ERR_MODEL, "more than %d outputs", MAX_PORTS);
    for (size_t i = 0; i < from->n_output; i++) {
        size_t value;
        hear_status status = use(r, &from->output[i]->name, "an output", &value);
        if (status != HEAR_OK)
            return status;
        set_type(&r->to->values[value], from->output[i]->type);
        status = hear_graph_add_output(r->to, value);
        if (status == HEAR_ERR_MODEL)
            return hear_fail(r->err, status, "the output '%.*s' is given twice",
                             SHOW(&from->output[i]->name));
        if (status != HEAR_OK)
            return hear_fail(r->err, status, NULL);
    }
    return HEAR_OK;
}

static void add_types(reader *r)
{
    for (size_t i = 0; i < r->from->n_value_info; i++) {
        const HearOnnx__ValueInfoProto *info = r->from->value_info[i];
        const definition *d = find(r, &info->name);
        if (d && d->value != HEAR_NO_VALUE)
            set_type(&r->to->values[d->value], info->type);
    }
}

static hear_status add_props(reader *r, const HearOnnx__ModelProto *m)
{
    if (m->n_metadata_props > MAX_PROPS)
        return hear_fail(r->err, HEAR_ERR_MODEL, "more than %d metadata entries", MAX_PROPS);
    for (size_t i = 0; i < m->n_metadata_props; i++) {
        const HearOnnx__StringStringEntryProto *p = m->metadata_props[i];
        char *key = NULL, *text = NULL;
        hear_status status = take_text(r, &p->key, "the metadata key", &key);
        if (status == HEAR_OK && !hear_is_utf8((const char *)p->value.data, p->value.len))
            status = hear_fail(r->err, HEAR_ERR_MODEL, "metadata '%.*s' is not UTF-8 text",
                               SHOW(&p->key));
        if (status == HEAR_OK && hear_graph_prop(r->to, key))
            status =
                hear_fail(r->err, HEAR_ERR_MODEL, "metadata '%.*s' is given twice", SHOW(&p->key));
        if (status == HEAR_OK) {
            text = hear_onnx_text(&p->value);
            status = text ? hear_graph_set_prop(r->to, key, text) : HEAR_ERR_MEM;
            if (status != HEAR_OK)
                hear_fail(r->err, status, NULL);
        }
        free(key);
        free(text);
        if (status != HEAR_OK)
            return status;
    }
    return HEAR_OK;
}

/* ---- the whole */

static hear_status read_versions(hear_graph *to, const HearOnnx__ModelProto *m, hear_error *err)
{
    if (!m->has_ir_version)
        return hear_fail(err, HEAR_ERR_MODEL, "not an ONNX file: no IR version");
    if (m->ir_version < MIN_IR)
        return hear_fail(err, HEAR_ERR_MODEL, "IR version %lld; %d is the oldest supported",
                         (long long)m->ir_version, MIN_IR);
    for (size_t i = 0; i < m->n_opset_import; i++) {
        const HearOnnx__OperatorSetIdProto *o = m->opset_import[i];
        const bool own = o->domain.len == 0 || same(&o->domain, "ai.onnx");
        if (!own && !same(&o->domain, "ai.onnx.ml"))
            continue;
        int64_t *opset = own ? &to->opset : &to->opset_ml;
        if (*opset != 0 && *opset != o->version)
            return hear_fail(err, HEAR_ERR_MODEL, "imports two opsets of one domain");
        if (o->version < 1) /* how far up is each operator's to say */
            return hear_fail(err, HEAR_ERR_MODEL, "opset %lld%s", (long long)o->version,
                             own ? "" : " of ai.onnx.ml");
        *opset = o->version;
    }
    return HEAR_OK;
}

static hear_status read_graph(reader *r, const HearOnnx__ModelProto *m)
{
    if (r->from->n_sparse_initializer > 0)
        return hear_fail(r->err, HEAR_ERR_MODEL, "sparse initialisers are not supported");
    hear_status status = collect_names(r);
    if (status == HEAR_OK)
        status = add_inputs(r);
    if (status == HEAR_OK)
        status = add_weights(r);
    for (size_t i = 0; status == HEAR_OK && i < r->from->n_node; i++)
        status = add_node(r, i);
    if (status == HEAR_OK)
        status = add_outputs(r);
    if (status == HEAR_OK)
        add_types(r);
    return status == HEAR_OK ? add_props(r, m) : status;
}

static hear_status to_graph(hear_graph **out, HearOnnx__ModelProto *m, hear_onnx_memory *memory,
                            hear_error *err)
{
    *out = NULL;
    if (!m->graph)
        return hear_fail(err, HEAR_ERR_MODEL, "not an ONNX file: no graph");
    reader r = { .from = m->graph, .memory = memory, .err = err };
    hear_status status = hear_graph_create(&r.to, 0);
    if (status != HEAR_OK)
        return hear_fail(err, status, NULL);
    status = read_versions(r.to, m, err);
    if (status == HEAR_OK)
        status = read_graph(&r, m);
    free(r.names);
    if (status != HEAR_OK)
        hear_graph_destroy(r.to);
    else
        *out = r.to;
    return status;
}

hear_status hear_onnx_parse(hear_graph **out, const void *data, size_t n_bytes, hear_error *err)
{
    *out = NULL;
    hear_onnx_memory memory;
    ProtobufCMessage *m;
    hear_status status =
        hear_onnx_unpack(&m, &memory, &hear_onnx__model_proto__descriptor, data, n_bytes, err);
    if (status == HEAR_OK)
        status = to_graph(out, (HearOnnx__ModelProto *)m, &memory, err);
    hear_onnx_release(m, &memory);
    return status;
}

hear_status hear_onnx_read(hear_graph **out, const char *path, hear_error *err)
{
    *out = NULL;
    char *data;
    size_t n_bytes;
    hear_status status = hear_file_read(path, HEAR_ONNX_MAX_BYTES, &data, &n_bytes, err);
    if (status == HEAR_ERR_DATA && err)
        err->status = HEAR_ERR_MODEL;
    if (status != HEAR_OK)
        return status == HEAR_ERR_DATA ? HEAR_ERR_MODEL : status;
    hear_onnx_memory memory;
    ProtobufCMessage *m;
    status = hear_onnx_unpack(&m, &memory, &hear_onnx__model_proto__descriptor, data, n_bytes, err);
    free(data); /* before the graph is made: a large file is held twice at most */
    if (status == HEAR_OK && ((HearOnnx__ModelProto *)m)->graph)
        status = hear_onnx_take_external(((HearOnnx__ModelProto *)m)->graph, &memory, path, err);
    if (status == HEAR_OK)
        status = to_graph(out, (HearOnnx__ModelProto *)m, &memory, err);
    hear_onnx_release(m, &memory);
    return status;
}
