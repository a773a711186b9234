/* onnx_write.c - a graph to ONNX's messages and a file, see onnx.h.
 *
 * The messages point into the graph: weights are not copied where the machine is little-endian. */
#include "config.h"

#include "nn/onnx.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "nn/onnx_tensor.h"

#include <stdlib.h>
#include <string.h>

#define IR_VERSION 8

/* What the messages take while they are written, freed at once. */
typedef struct block {
    struct block *next;
    max_align_t data[];
} block;

typedef struct {
    block *blocks;
    bool failed; /* memory ran out: what take returned NULL for is left out */
} writer;

static void *take(writer *w, size_t n, size_t size)
{
    size_t bytes;
    block *b = NULL;
    if (hear_mul(n, size, &bytes) && hear_add(bytes, sizeof *b, &bytes))
        b = calloc(1, bytes);
    if (!b) {
        w->failed = true;
        return NULL;
    }
    b->next = w->blocks;
    w->blocks = b;
    return b->data;
}

static void release(writer *w)
{
    while (w->blocks) {
        block *b = w->blocks;
        w->blocks = b->next;
        free(b);
    }
}

static ProtobufCBinaryData text(const char *s)
{
    return (ProtobufCBinaryData){ .len = strlen(s), .data = (uint8_t *)(uintptr_t)s };
}

static ProtobufCBinaryData *texts(writer *w, char *const *from, size_t n)
{
    ProtobufCBinaryData *list = take(w, n, sizeof *list);
    for (size_t i = 0; list && i < n; i++)
        list[i] = text(from[i] ? from[i] : "");
    return list;
}

/* n messages of a type, and the list of pointers that protobuf-c wants, as NAME and NAME_list. */
#define MESSAGES(type, name, count, init)                                                          \
    type *name = take(w, count, sizeof(type));                                                     \
    type **name##_list = take(w, count, sizeof(type *));                                           \
    for (size_t at = 0; name && name##_list && at < (count); at++) {                               \
        init(&name[at]);                                                                           \
        name##_list[at] = &name[at];                                                               \
    }                                                                                              \
    if (w->failed)                                                                                 \
    return

static void put_tensor(writer *w, HearOnnx__TensorProto *to, const hear_tensor *t, const char *name)
{
    to->n_dims = t->shape.rank;
    to->dims = (int64_t *)(uintptr_t)t->shape.dim;
    to->has_data_type = true;
    to->data_type = (int32_t)t->dtype;
    to->has_name = name != NULL;
    if (name)
        to->name = text(name);
    if (t->dtype == HEAR_STRING) {
        to->n_string_data = t->count;
        to->string_data = texts(w, t->data, t->count);
        return;
    }
    const size_t size = hear_dtype_size(t->dtype);
    to->has_raw_data = true;
    to->raw_data = (ProtobufCBinaryData){ .len = t->count * size, .data = t->data };
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    to->raw_data.data = take(w, t->count, size);
    if (to->raw_data.data) {
        memcpy(to->raw_data.data, t->data, t->count * size);
        hear_onnx_swap(to->raw_data.data, t->count, size);
    }
#endif
}

static void put_attr(writer *w, HearOnnx__AttributeProto *to, const hear_attr *a)
{
    to->has_name = true;
    to->name = text(a->name);
    to->has_type = true;
    to->type = (int32_t)a->type;
    switch (a->type) {
    case HEAR_ATTR_INT:
        to->has_i = true;
        to->i = a->ints[0];
        break;
    case HEAR_ATTR_INTS:
        to->n_ints = a->n;
        to->ints = a->ints;
        break;
    case HEAR_ATTR_FLOAT:
        to->has_f = true;
        to->f = a->floats[0];
        break;
    case HEAR_ATTR_FLOATS:
        to->n_floats = a->n;
        to->floats = a->floats;
        break;
    case HEAR_ATTR_STRING:
        to->has_s = true;
        to->s = text(a->strings[0]);
        break;
    case HEAR_ATTR_STRINGS:
        to->n_strings = a->n;
        to->strings = texts(w, a->strings, a->n);
        break;
    case HEAR_ATTR_TENSOR:
        to->t = take(w, 1, sizeof *to->t);
        if (to->t) {
            hear_onnx__tensor_proto__init(to->t);
            put_tensor(w, to->t, a->tensor, NULL);
        }
        break;
    }
}

/* Whether a node of ONNX's own operators, which give tensors, makes that value, or none does. */
static bool is_tensor(const hear_graph *g, size_t value)
{
    for (size_t i = 0; i < g->n_nodes; i++)
        for (size_t k = 0; k < g->nodes[i].n_out; k++)
            if (g->nodes[i].out[k] == value)
                return g->nodes[i].domain[0] == '\0';
    return true;
}

/* The type of a value; a dimension that is open is the batch where it is the first. */
static void put_type(writer *w, HearOnnx__ValueInfoProto *to, const hear_graph *g, size_t value)
{
    const hear_value *v = &g->values[value];
    to->has_name = true;
    to->name = text(v->name);
    if (!v->dtype && !is_tensor(g, value))
        return; /* a map or a sequence (ai.onnx.ml's ZipMap): to be inferred */
    MESSAGES(HearOnnx__TypeProto, type, 1, hear_onnx__type_proto__init);
    MESSAGES(HearOnnx__TypeProto__Tensor, tensor, 1, hear_onnx__type_proto__tensor__init);
    to->type = type;
    type->tensor_type = tensor;
    tensor->has_elem_type = true;
    tensor->elem_type = v->dtype ? (int32_t)v->dtype : HEAR_F32; /* readers want one */
    if (!v->has_type)
        return;
    const size_t rank = v->shape.rank;
    MESSAGES(HearOnnx__TensorShapeProto, shape, 1, hear_onnx__tensor_shape_proto__init);
    MESSAGES(HearOnnx__TensorShapeProto__Dimension, dim, rank,
             hear_onnx__tensor_shape_proto__dimension__init);
    tensor->shape = shape;
    shape->n_dim = rank;
    shape->dim = dim_list;
    for (size_t i = 0; i < rank; i++) {
        dim[i].has_dim_value = v->shape.dim[i] >= 0;
        dim[i].dim_value = v->shape.dim[i];
        dim[i].has_dim_param = v->shape.dim[i] < 0 && i == 0;
        if (dim[i].has_dim_param)
            dim[i].dim_param = text("N");
    }
}

static ProtobufCBinaryData *port_names(writer *w, const hear_graph *g, const size_t *ports,
                                       size_t n)
{
    ProtobufCBinaryData *list = take(w, n, sizeof *list);
    for (size_t i = 0; list && i < n; i++)
        list[i] = text(ports[i] == HEAR_NO_VALUE ? "" : g->values[ports[i]].name);
    return list;
}

static void put_node(writer *w, HearOnnx__NodeProto *to, const hear_graph *g, const hear_node *n)
{
    to->n_input = n->n_in;
    to->input = port_names(w, g, n->in, n->n_in);
    to->n_output = n->n_out;
    to->output = port_names(w, g, n->out, n->n_out);
    to->has_name = n->name[0] != '\0';
    to->name = text(n->name);
    to->has_op_type = true;
    to->op_type = text(n->op_type);
    to->has_domain = n->domain[0] != '\0';
    to->domain = text(n->domain);
    MESSAGES(HearOnnx__AttributeProto, attr, n->n_attrs, hear_onnx__attribute_proto__init);
    to->n_attribute = n->n_attrs;
    to->attribute = attr_list;
    for (size_t i = 0; i < n->n_attrs; i++)
        put_attr(w, &attr[i], &n->attrs[i]);
}

static void put_weights(writer *w, HearOnnx__GraphProto *to, const hear_graph *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_values; i++)
        n += g->values[i].init != NULL;
    MESSAGES(HearOnnx__TensorProto, tensor, n, hear_onnx__tensor_proto__init);
    to->n_initializer = n;
    to->initializer = tensor_list;
    n = 0;
    for (size_t i = 0; i < g->n_values; i++)
        if (g->values[i].init)
            put_tensor(w, &tensor[n++], g->values[i].init, g->values[i].name);
}

static bool listed(const size_t *list, size_t n, size_t value)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == value)
            return true;
    return false;
}

/* Types of inputs, outputs, and of what is between where they are known. */
static void put_types(writer *w, HearOnnx__GraphProto *to, const hear_graph *g)
{
    MESSAGES(HearOnnx__ValueInfoProto, in, g->n_in, hear_onnx__value_info_proto__init);
    MESSAGES(HearOnnx__ValueInfoProto, out, g->n_out, hear_onnx__value_info_proto__init);
    MESSAGES(HearOnnx__ValueInfoProto, info, g->n_values, hear_onnx__value_info_proto__init);
    to->n_input = g->n_in;
    to->input = in_list;
    for (size_t i = 0; i < g->n_in; i++)
        put_type(w, &in[i], g, g->in[i]);
    to->n_output = g->n_out;
    to->output = out_list;
    for (size_t i = 0; i < g->n_out; i++)
        put_type(w, &out[i], g, g->out[i]);
    to->value_info = info_list;
    for (size_t i = 0; i < g->n_values; i++)
        if (g->values[i].dtype && !g->values[i].init && !listed(g->in, g->n_in, i) &&
            !listed(g->out, g->n_out, i))
            put_type(w, &info[to->n_value_info++], g, i);
}

static void put_graph(writer *w, HearOnnx__GraphProto *to, const hear_graph *g)
{
    to->has_name = true;
    to->name = text("hearsay");
    MESSAGES(HearOnnx__NodeProto, node, g->n_nodes, hear_onnx__node_proto__init);
    to->n_node = g->n_nodes;
    to->node = node_list;
    for (size_t i = 0; i < g->n_nodes; i++)
        put_node(w, &node[i], g, &g->nodes[i]);
    put_weights(w, to, g);
    put_types(w, to, g);
}

static void put_opset(HearOnnx__ModelProto *to, HearOnnx__OperatorSetIdProto *o, const char *domain,
                      int64_t version)
{
    if (version == 0)
        return;
    o->has_domain = true;
    o->domain = text(domain);
    o->has_version = true;
    o->version = version;
    to->opset_import[to->n_opset_import++] = o;
}

static void put_model(writer *w, HearOnnx__ModelProto *to, const hear_graph *g)
{
    const char *doc = hear_graph_prop(g, "hearsay.card");
    to->has_ir_version = true;
    to->ir_version = IR_VERSION;
    to->has_producer_name = true;
    to->producer_name = text("hearsay");
    to->has_producer_version = true;
    to->producer_version = text(PACKAGE_VERSION);
    to->has_doc_string = doc != NULL;
    to->doc_string = text(doc ? doc : "");
    MESSAGES(HearOnnx__OperatorSetIdProto, opset, 2, hear_onnx__operator_set_id_proto__init);
    to->opset_import = opset_list;
    put_opset(to, &opset[0], "", g->opset);
    put_opset(to, &opset[1], "ai.onnx.ml", g->opset_ml);
    MESSAGES(HearOnnx__StringStringEntryProto, prop, g->n_props,
             hear_onnx__string_string_entry_proto__init);
    to->n_metadata_props = g->n_props;
    to->metadata_props = prop_list;
    for (size_t i = 0; i < g->n_props; i++) {
        prop[i].has_key = prop[i].has_value = true;
        prop[i].key = text(g->props[i].key);
        prop[i].value = text(g->props[i].text);
    }
    MESSAGES(HearOnnx__GraphProto, graph, 1, hear_onnx__graph_proto__init);
    to->graph = graph;
    put_graph(w, graph, g);
}

/* protobuf-c's buffer, as a stream; what goes wrong shows when the file is committed. */
typedef struct {
    ProtobufCBuffer base;
    FILE *stream;
} stream_buffer;

static void append(ProtobufCBuffer *buffer, size_t n, const uint8_t *data)
{
    if (n > 0)
        fwrite(data, 1, n, ((stream_buffer *)buffer)->stream);
}

hear_status hear_onnx_write(const hear_graph *g, const char *path, hear_error *err)
{
    writer w = { 0 };
    HearOnnx__ModelProto model = HEAR_ONNX__MODEL_PROTO__INIT;
    put_model(&w, &model, g);
    hear_status status = HEAR_OK;
    hear_outfile *file = NULL;
    if (w.failed)
        status = hear_fail(err, HEAR_ERR_MEM, NULL);
    else if (protobuf_c_message_get_packed_size(&model.base) > HEAR_ONNX_MAX_BYTES)
        status = hear_fail(err, HEAR_ERR_IO, "the model is larger than %zu MiB",
                           HEAR_ONNX_MAX_BYTES >> 20);
    else
        status = hear_outfile_open(&file, path, err);
    if (status == HEAR_OK) {
        stream_buffer buffer = { .base = { .append = append },
                                 .stream = hear_outfile_stream(file) };
        protobuf_c_message_pack_to_buffer(&model.base, &buffer.base);
        status = hear_outfile_commit(file, err);
    }
    release(&w);
    return status;
}
