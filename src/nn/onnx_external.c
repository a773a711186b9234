/* onnx_external.c - see onnx_external.h. */
#include "config.h"

#include "nn/onnx_external.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/onnx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SHOWN 80 /* characters of a name in a message */

typedef ProtobufCBinaryData bytes;

typedef struct {
    char location[256];
    size_t offset, length;
    bool has_length;
} place;

static bool same(const bytes *b, const char *text)
{
    return b->len == strlen(text) && memcmp(b->data, text, b->len) == 0;
}

static bool read_size(const bytes *b, size_t *out)
{
    *out = 0;
    for (size_t i = 0; i < b->len; i++) {
        const unsigned digit = b->data[i] - (unsigned)'0';
        if (digit > 9 || *out > HEAR_ONNX_MAX_BYTES)
            return false;
        *out = *out * 10 + digit;
    }
    return b->len > 0 && *out <= HEAR_ONNX_MAX_BYTES;
}

static bool take_entry(place *p, const HearOnnx__StringStringEntryProto *e)
{
    if (same(&e->key, "offset"))
        return read_size(&e->value, &p->offset);
    if (same(&e->key, "length"))
        return p->has_length = read_size(&e->value, &p->length);
    if (!same(&e->key, "location"))
        return true; /* a checksum, say */
    const bytes *v = &e->value;
    if (v->len == 0 || v->len >= sizeof p->location || memchr(v->data, 0, v->len) ||
        memchr(v->data, '/', v->len))
        return false;
    memcpy(p->location, v->data, v->len);
    p->location[v->len] = '\0';
    return strcmp(p->location, ".") != 0 && strcmp(p->location, "..") != 0;
}

static hear_status find_place(place *p, const HearOnnx__TensorProto *t, hear_onnx_memory *memory,
                              const char *what, hear_error *err)
{
    *p = (place){ .location = "" };
    for (size_t i = 0; i < t->n_external_data; i++) {
        ProtobufCMessage *m = protobuf_c_message_unpack(
            &hear_onnx__string_string_entry_proto__descriptor, &memory->allocator,
            t->external_data[i].len, t->external_data[i].data);
        const bool ok = m && take_entry(p, (const HearOnnx__StringStringEntryProto *)m);
        hear_onnx_release(m, memory);
        if (!ok)
            return hear_fail(err, HEAR_ERR_MODEL,
                             "%s keeps its data in another file, but not one beside the model",
                             what);
    }
    if (!p->location[0])
        return hear_fail(err, HEAR_ERR_MODEL, "%s keeps its data in a file without a name", what);
    return HEAR_OK;
}

/* Room in the message's memory, which was measured by the model file alone. */
static hear_status make_room(bytes *to, size_t n, hear_onnx_memory *memory, size_t *total,
                             const char *what, hear_error *err)
{
    if (n > HEAR_ONNX_MAX_BYTES - *total)
        return hear_fail(err, HEAR_ERR_MODEL, "%s: more than %zu MiB in files beside the model",
                         what, HEAR_ONNX_MAX_BYTES >> 20);
    *total += n;
    memory->cap += n + 64;
    to->data = memory->allocator.alloc(memory->allocator.allocator_data, n);
    if (!to->data)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    to->len = n;
    return HEAR_OK;
}

static hear_status read_place(HearOnnx__TensorProto *t, const place *p, const char *folder,
                              hear_onnx_memory *memory, size_t *total, const char *what,
                              hear_error *err)
{
    char path[4096];
    struct stat st;
    if ((size_t)snprintf(path, sizeof path, "%s%s", folder, p->location) >= sizeof path)
        return hear_fail(err, HEAR_ERR_MODEL, "%s: the path of its data is too long", what);
    FILE *in = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rb") : NULL;
    if (!in)
        return hear_fail(err, HEAR_ERR_MODEL, "%s keeps its data in %s, which cannot be read", what,
                         p->location);
    const size_t size = st.st_size > 0 ? (size_t)st.st_size : 0;
    const size_t left = p->offset < size ? size - p->offset : 0;
    const size_t n = p->has_length ? p->length : left;
    hear_status s = HEAR_OK;
    hear_onnx_release_bytes(&t->raw_data, memory);
    if (n > left)
        s = hear_fail(err, HEAR_ERR_MODEL, "%s: %s is too short", what, p->location);
    else if (n > 0)
        s = make_room(&t->raw_data, n, memory, total, what, err);
    if (!s && n > 0 &&
        (fseek(in, (long)p->offset, SEEK_SET) != 0 || fread(t->raw_data.data, 1, n, in) != n))
        s = hear_fail(err, HEAR_ERR_MODEL, "%s: %s cannot be read", what, p->location);
    fclose(in);
    return s;
}

/* It has its data now. */
static void forget_place(HearOnnx__TensorProto *t, hear_onnx_memory *memory)
{
    for (size_t i = 0; i < t->n_external_data; i++)
        hear_onnx_release_bytes(&t->external_data[i], memory);
    memory->allocator.free(memory->allocator.allocator_data, t->external_data);
    t->external_data = NULL;
    t->n_external_data = 0;
    t->has_data_location = 0;
}

hear_status hear_onnx_take_external(HearOnnx__GraphProto *graph, hear_onnx_memory *memory,
                                    const char *path, hear_error *err)
{
    const char *slash = strrchr(path, '/');
    const size_t n_folder = slash ? (size_t)(slash - path) + 1 : 0;
    char *folder = malloc(n_folder + 1);
    size_t total = 0;
    hear_status s = HEAR_OK;
    if (!folder)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    memcpy(folder, path, n_folder);
    folder[n_folder] = '\0';
    for (size_t i = 0; i < graph->n_initializer && !s; i++) {
        HearOnnx__TensorProto *t = graph->initializer[i];
        char what[SHOWN + 32];
        place p;
        if (!t->has_data_location || t->data_location != 1)
            continue;
        snprintf(what, sizeof what, "initialiser '%.*s'",
                 t->name.len < SHOWN ? (int)t->name.len : SHOWN,
                 t->name.len > 0 ? (const char *)t->name.data : "");
        if (!(s = find_place(&p, t, memory, what, err)) &&
            !(s = read_place(t, &p, folder, memory, &total, what, err)))
            forget_place(t, memory);
    }
    free(folder);
    return s;
}
