/* checksum.c - see checksum.h. Every text and list goes in with its length in front, every number
 * as eight bytes, the least first: no two graphs give the same stream. */
#include "config.h"

#include "nn/checksum.h"

#include <stdint.h>
#include <string.h>

static void put_number(hear_digest *d, uint64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    hear_digest_add(d, bytes, sizeof bytes);
}

static void put_text(hear_digest *d, const char *text)
{
    const size_t n = text ? strlen(text) : 0;
    put_number(d, n);
    hear_digest_add(d, text, n);
}

static void put_float(hear_digest *d, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_number(d, bits);
}

/* Elements as a file has them: the least byte first. */
static void put_elements(hear_digest *d, const void *data, size_t count, size_t size)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    const uint8_t *const bytes = data;
    for (size_t i = 0; i < count; i++)
        for (size_t k = size; k-- > 0;)
            hear_digest_add(d, bytes + i * size + k, 1);
#else
    hear_digest_add(d, data, count * size);
#endif
}

static void put_tensor(hear_digest *d, const hear_tensor *t)
{
    put_number(d, (uint64_t)t->dtype);
    put_number(d, t->shape.rank);
    for (size_t i = 0; i < t->shape.rank; i++)
        put_number(d, (uint64_t)t->shape.dim[i]);
    if (t->dtype == HEAR_STRING)
        for (size_t i = 0; i < t->count; i++)
            put_text(d, ((char *const *)t->data)[i]);
    else
        put_elements(d, t->data, t->count, hear_dtype_size(t->dtype));
}

static void put_attr(hear_digest *d, const hear_attr *a)
{
    put_text(d, a->name);
    put_number(d, (uint64_t)a->type);
    put_number(d, a->n);
    for (size_t i = 0; i < a->n; i++)
        switch (a->type) {
        case HEAR_ATTR_INT:
        case HEAR_ATTR_INTS:
            put_number(d, (uint64_t)a->ints[i]);
            break;
        case HEAR_ATTR_FLOAT:
        case HEAR_ATTR_FLOATS:
            put_float(d, a->floats[i]);
            break;
        case HEAR_ATTR_STRING:
        case HEAR_ATTR_STRINGS:
            put_text(d, a->strings[i]);
            break;
        case HEAR_ATTR_TENSOR:
            break;
        }
    if (a->type == HEAR_ATTR_TENSOR)
        put_tensor(d, a->tensor);
}

static void put_names(hear_digest *d, const hear_graph *g, const size_t *values, size_t n)
{
    put_number(d, n);
    for (size_t i = 0; i < n; i++)
        put_text(d, values[i] == HEAR_NO_VALUE ? "" : g->values[values[i]].name);
}

void hear_graph_sha256(const hear_graph *g, char text[HEAR_DIGEST_TEXT])
{
    hear_digest d;
    hear_digest_begin(&d);
    put_number(&d, (uint64_t)g->opset);
    put_number(&d, (uint64_t)g->opset_ml);
    put_names(&d, g, g->in, g->n_in);
    put_names(&d, g, g->out, g->n_out);
    put_number(&d, g->n_nodes);
    for (size_t i = 0; i < g->n_nodes; i++) {
        const hear_node *const n = &g->nodes[i];
        put_text(&d, n->domain);
        put_text(&d, n->op_type);
        put_names(&d, g, n->in, n->n_in);
        put_names(&d, g, n->out, n->n_out);
        put_number(&d, n->n_attrs);
        for (size_t k = 0; k < n->n_attrs; k++)
            put_attr(&d, &n->attrs[k]);
    }
    for (size_t i = 0; i < g->n_values; i++)
        if (g->values[i].init) {
            put_text(&d, g->values[i].name);
            put_tensor(&d, g->values[i].init);
        }
    hear_digest_end(&d, text);
}
