/* fuzz_mutate.c - changes an ONNX file one field at a time, so that lengths and nesting stay right
 * and the change gets past protobuf into our own code. Knows messages only by their descriptors. */
#include "config.h"

#include "fuzz.h"

#include "nn/onnx.pb-c.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory of one mutation: given back at once, so that fields may be pointed anywhere */

static union {
    max_align_t align;
    uint8_t bytes[8 << 20];
} arena;
static size_t used;

static void *take(void *user, size_t size)
{
    (void)user;
    size = (size + 15) / 16 * 16;
    if (size > sizeof arena - used)
        return NULL;
    used += size;
    return arena.bytes + used - size;
}

static void give_back(void *user, void *p)
{
    (void)user;
    (void)p;
}

static ProtobufCAllocator allocator = { .alloc = take, .free = give_back };

static uint64_t state;

static uint64_t draw(uint64_t below)
{
    state ^= state << 13; /* xorshift64 of G. Marsaglia */
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

/* ---- one field of all, each with the same chance */

typedef struct {
    ProtobufCMessage *message;
    const ProtobufCFieldDescriptor *field;
} place;

static void *at(const place *p, size_t offset)
{
    return (uint8_t *)p->message + offset;
}

static size_t *count_of(const place *p)
{
    return at(p, p->field->quantifier_offset);
}

static void pick(ProtobufCMessage *m, place *chosen, size_t *seen)
{
    for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
        const place p = { m, &m->descriptor->fields[i] };
        if (draw(++*seen) == 0)
            *chosen = p;
        if (p.field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        if (p.field->label == PROTOBUF_C_LABEL_REPEATED) {
            ProtobufCMessage **list = *(ProtobufCMessage ***)at(&p, p.field->offset);
            for (size_t k = 0; k < *count_of(&p); k++)
                pick(list[k], chosen, seen);
        } else {
            ProtobufCMessage *sub = *(ProtobufCMessage **)at(&p, p.field->offset);
            if (sub)
                pick(sub, chosen, seen);
        }
    }
}

/* ---- changing one element */

static int64_t number(int64_t old)
{
    static const int64_t odd[] = { 0,  1,   2,   3,   4,         5,         6,         7,
                                   8,  9,   11,  13,  16,        21,        -1,        -2,
                                   64, 255, 256, 999, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN };
    switch (draw(4)) {
    case 0:
        return old ^ (int64_t)(1ull << draw(63));
    case 1:
        return (int64_t)((uint64_t)old + draw(9) - 4);
    default:
        return odd[draw(sizeof odd / sizeof odd[0])];
    }
}

static const char *const words[] = {
    "",
    "Add",
    "Mul",
    "Relu",
    "Conv",
    "Gemm",
    "MatMul",
    "Softmax",
    "Reshape",
    "Transpose",
    "Concat",
    "Flatten",
    "Clip",
    "MaxPool",
    "AveragePool",
    "Identity",
    "Constant",
    "Dropout",
    "ReduceMean",
    "BatchNormalization",
    "Tanh",
    "Sigmoid",
    "LeakyRelu",
    "axis",
    "GlobalAveragePool",
    "pads",
    "strides",
    "dilations",
    "kernel_shape",
    "group",
    "auto_pad",
    "transA",
    "transB",
    "SAME_UPPER",
    "ceil_mode",
    "VALID",
    "keepdims",
    "axes",
    "perm",
    "count_include_pad",
    "alpha",
    "value",
    "ai.onnx.ml",
    "Slice",
    "Sub",
    "Div",
    "Pow",
    "Sqrt",
    "Exp",
    "Log",
    "Unsqueeze",
    "Squeeze",
    "Gather",
    "Shape",
    "Cast",
    "x",
    "y",
    "w",
    "b",
    "allowzero",
    "Pad",
    "Cast",
    "GlobalMaxPool",
    "LogSoftmax",
    "Max",
    "Min",
    "ReduceSum",
    "ReduceMax",
    "mode",
    "reflect",
    "edge",
    "to",
    "ratio",
    "epsilon",
    "storage_order",
    "noop_with_empty_axes",
};

/* Some name of a node's input or output, to join what was apart. */
static ProtobufCBinaryData other_name(const HearOnnx__ModelProto *m)
{
    const ProtobufCBinaryData none = { 0 };
    if (!m->graph || m->graph->n_node == 0)
        return none;
    const HearOnnx__NodeProto *n = m->graph->node[draw(m->graph->n_node)];
    const bool in = draw(2) == 0;
    const size_t count = in ? n->n_input : n->n_output;
    return count == 0 ? none : (in ? n->input : n->output)[draw(count)];
}

static void change_bytes(const HearOnnx__ModelProto *m, ProtobufCBinaryData *b)
{
    const char *word = words[draw(sizeof words / sizeof words[0])];
    switch (draw(4)) {
    case 0:
        *b = (ProtobufCBinaryData){ .len = strlen(word), .data = (uint8_t *)(uintptr_t)word };
        return;
    case 1:
        *b = other_name(m);
        return;
    case 2:
        b->len = b->len > 0 ? draw(b->len) : 0;
        return;
    default:
        break;
    }
    uint8_t *room = take(NULL, b->len + 64);
    if (!room)
        return;
    if (b->len > 0)
        memcpy(room, b->data, b->len);
    b->len = LLVMFuzzerMutate(room, b->len, b->len + 64);
    b->data = room;
}

static void change_element(const HearOnnx__ModelProto *m, ProtobufCType type, void *element)
{
    static const float odd[] = { 0.0f, -0.0f, 1.0f, -1.0f, 0.5f, 1e30f, -1e30f, 1e-40f };
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
        *(int32_t *)element = (int32_t)number(*(int32_t *)element);
        break;
    case PROTOBUF_C_TYPE_INT64:
        *(int64_t *)element = number(*(int64_t *)element);
        break;
    case PROTOBUF_C_TYPE_FLOAT:
        *(float *)element = odd[draw(sizeof odd / sizeof odd[0])];
        break;
    case PROTOBUF_C_TYPE_DOUBLE:
        *(double *)element = odd[draw(sizeof odd / sizeof odd[0])];
        break;
    case PROTOBUF_C_TYPE_BYTES:
        change_bytes(m, element);
        break;
    default:
        break;
    }
}

static size_t size_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_FLOAT:
        return 4;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return 8;
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return sizeof(void *);
    }
}

/* Removes, doubles, moves or changes an element, or adds an empty one. */
static void change_list(const HearOnnx__ModelProto *m, const place *p)
{
    const size_t size = size_of(p->field->type), n = *count_of(p);
    uint8_t *old = *(uint8_t **)at(p, p->field->offset);
    uint8_t *list = take(NULL, (n + 1) * size);
    if (!list)
        return;
    memset(list, 0, (n + 1) * size);
    if (n > 0)
        memcpy(list, old, n * size);
    *(uint8_t **)at(p, p->field->offset) = list;
    const size_t i = n > 0 ? draw(n) : 0;
    const bool messages = p->field->type == PROTOBUF_C_TYPE_MESSAGE;
    const uint64_t what = draw(8);
    if (n == 0 && messages)
        return;
    if (n == 0 || what == 0) {
        memcpy(list + n * size, list + i * size, size); /* again; a first one is zero */
        *count_of(p) = n + 1;
    } else if (what == 1) {
        memmove(list + i * size, list + (i + 1) * size, (n - i - 1) * size);
        *count_of(p) = n - 1;
    } else if (what == 2) {
        memcpy(list + n * size, list + i * size, size); /* changes places with another */
        const size_t k = draw(n);
        memcpy(list + i * size, list + k * size, size);
        memcpy(list + k * size, list + n * size, size);
    } else if (!messages) {
        change_element(m, p->field->type, list + i * size);
    }
}

static void change_single(const HearOnnx__ModelProto *m, const place *p)
{
    if (p->field->type == PROTOBUF_C_TYPE_MESSAGE) {
        if (draw(4) == 0)
            *(void **)at(p, p->field->offset) = NULL;
        return;
    }
    protobuf_c_boolean *has = at(p, p->field->quantifier_offset);
    *has = draw(8) != 0;
    change_element(m, p->field->type, at(p, p->field->offset));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    state = seed * 0x9e3779b97f4a7c15ull | 1;
    if (draw(8) == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    used = 0;
    HearOnnx__ModelProto *m = hear_onnx__model_proto__unpack(&allocator, size, data);
    if (!m)
        return LLVMFuzzerMutate(data, size, max_size);
    for (uint64_t i = draw(3) + 1; i > 0; i--) {
        place chosen = { 0 };
        size_t seen = 0;
        pick(&m->base, &chosen, &seen);
        if (chosen.field->label == PROTOBUF_C_LABEL_REPEATED)
            change_list(m, &chosen);
        else
            change_single(m, &chosen);
    }
    if (hear_onnx__model_proto__get_packed_size(m) > max_size)
        return size;
    return hear_onnx__model_proto__pack(m, data);
}
