/* status.h - what can go wrong, and how it is told.
 *
 * Every function that the world can make fail returns a hear_status. Functions that know more
 * than a status says also take a hear_error, which may be NULL and is written on failure only.
 * Threads: all of this may be called from any thread. */
#ifndef HEARSAY_STATUS_H
#define HEARSAY_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HEAR_API __attribute__((visibility("default")))
#define HEAR_MUST_CHECK __attribute__((warn_unused_result))
#else
#define HEAR_API
#define HEAR_MUST_CHECK
#endif

typedef enum {
    HEAR_OK = 0,
    HEAR_ERR_ARG,         /* an argument or option out of its range */
    HEAR_ERR_DATA,        /* the content of a recording, table or data set is unusable */
    HEAR_ERR_NO_INPUT,    /* no such file, folder or model */
    HEAR_ERR_DEVICE,      /* no usable audio device, or it went away */
    HEAR_ERR_INTERNAL,    /* a fault of hearsay itself */
    HEAR_ERR_MEM,         /* out of memory */
    HEAR_ERR_IO,          /* reading or writing failed */
    HEAR_ERR_MODEL,       /* malformed or unsupported model file, or malformed configuration */
    HEAR_ERR_INTERRUPTED, /* stopped by request; what was known has been kept */
    HEAR_N_STATUS
} hear_status;

/* One line for people, without the name of what failed: "models/x.onnx" is the caller's to add. */
typedef struct {
    hear_status status;
    char text[256]; /* "" where the status says it all; never holds a line break */
} hear_error;

/* "malformed model", …; never NULL, also for numbers that are no status. */
HEAR_API const char *hear_status_text(hear_status status);

#ifdef __cplusplus
}
#endif
#endif
