/* fetch.c - see fetch.h. */
#include "config.h"

#include "io/fetch.h"

#include "base/digest.h"
#include "base/error.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_S = 30, STALL_S = 30 };

/* Loaded when something is to be fetched: libcurl brings 30 other libraries, which would take most
 * of the time that every start of the program needs. */
static struct {
    void *library; /* NULL until it is loaded */
    __typeof__(curl_easy_init) *init;
    __typeof__(curl_easy_setopt) *set;
    __typeof__(curl_easy_perform) *perform;
    __typeof__(curl_easy_getinfo) *get;
    __typeof__(curl_easy_strerror) *text;
    __typeof__(curl_easy_cleanup) *clean_up;
} lib;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

static bool find(void *library, const char *name, void *function)
{
    void *const found = dlsym(library, name);
    memcpy(function, &found, sizeof found); /* POSIX: a function's address fits */
    return found != NULL;
}

static hear_status load(hear_error *err)
{
    static const char *const names[] = { "libcurl.so.4", "libcurl-gnutls.so.4" };
    pthread_mutex_lock(&loading);
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !lib.library; i++) {
        void *const l = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (l && find(l, "curl_easy_init", &lib.init) && find(l, "curl_easy_setopt", &lib.set) &&
            find(l, "curl_easy_perform", &lib.perform) && find(l, "curl_easy_getinfo", &lib.get) &&
            find(l, "curl_easy_strerror", &lib.text) && find(l, "curl_easy_cleanup", &lib.clean_up))
            lib.library = l;
    }
    const bool loaded = lib.library != NULL;
    pthread_mutex_unlock(&loading);
    return loaded ? HEAR_OK : hear_fail(err, HEAR_ERR_INTERNAL, "libcurl cannot be loaded");
}

typedef struct {
    const hear_fetch_config *config;
    char *bytes; /* [n_bytes] */
    size_t n;
    bool too_long, stopped;
} transfer;

static size_t take(char *data, size_t size, size_t count, void *user)
{
    transfer *const t = user;
    const size_t n = size * count;
    if (n > t->config->n_bytes - t->n) {
        t->too_long = true;
        return 0;
    }
    memcpy(t->bytes + t->n, data, n);
    t->n += n;
    return n;
}

static int tell(void *user, curl_off_t all, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
    transfer *const t = user;
    (void)all, (void)got, (void)to_send, (void)sent;
    t->stopped =
        t->config->progress && !t->config->progress(t->config->user, t->n, t->config->n_bytes);
    return t->stopped;
}

hear_status hear_fetch_check(const void *bytes, size_t n, const hear_fetch_config *config,
                             hear_error *err)
{
    hear_digest digest;
    char text[HEAR_DIGEST_TEXT];
    if (n != config->n_bytes)
        return hear_fail(err, HEAR_ERR_DATA, "has %zu bytes; %zu are right", n, config->n_bytes);
    hear_digest_begin(&digest);
    hear_digest_add(&digest, bytes, n);
    hear_digest_end(&digest, text);
    if (strcmp(text, config->sha256) != 0)
        return hear_fail(err, HEAR_ERR_DATA, "its SHA-256 is %.16s…, not %.16s…: another file",
                         text, config->sha256);
    return HEAR_OK;
}

static hear_status run(CURL *curl, transfer *t, const char *url, hear_error *err)
{
    char why[CURL_ERROR_SIZE] = "";
    lib.set(curl, CURLOPT_URL, url);
    lib.set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    lib.set(curl, CURLOPT_FOLLOWLOCATION, 1L);
    lib.set(curl, CURLOPT_MAXREDIRS, 5L);
    lib.set(curl, CURLOPT_FAILONERROR, 1L);
    lib.set(curl, CURLOPT_NOSIGNAL, 1L);
    lib.set(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    lib.set(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    lib.set(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
    lib.set(curl, CURLOPT_USERAGENT, "hearsay/" PACKAGE_VERSION);
    lib.set(curl, CURLOPT_ERRORBUFFER, why);
    lib.set(curl, CURLOPT_WRITEFUNCTION, take);
    lib.set(curl, CURLOPT_WRITEDATA, t);
    lib.set(curl, CURLOPT_NOPROGRESS, 0L);
    lib.set(curl, CURLOPT_XFERINFOFUNCTION, tell);
    lib.set(curl, CURLOPT_XFERINFODATA, t);
    const CURLcode code = lib.perform(curl);
    long answer = 0;
    lib.get(curl, CURLINFO_RESPONSE_CODE, &answer);
    if (code == CURLE_OK)
        return hear_fetch_check(t->bytes, t->n, t->config, err);
    if (t->stopped)
        return hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
    if (t->too_long)
        return hear_fail(err, HEAR_ERR_DATA, "has more than the %zu bytes that are right",
                         t->config->n_bytes);
    if (code == CURLE_HTTP_RETURNED_ERROR)
        return hear_fail(err, answer == 404 || answer == 410 ? HEAR_ERR_NO_INPUT : HEAR_ERR_IO,
                         "the server answers %ld", answer);
    return hear_fail(err, code == CURLE_OUT_OF_MEMORY ? HEAR_ERR_MEM : HEAR_ERR_IO, "%s",
                     why[0] ? why : lib.text(code));
}

hear_status hear_fetch(char **bytes, const char *url, const hear_fetch_config *config,
                       hear_error *err)
{
    *bytes = NULL;
    if (load(err) != HEAR_OK)
        return HEAR_ERR_INTERNAL;
    transfer t = { .config = config, .bytes = malloc(config->n_bytes ? config->n_bytes : 1) };
    CURL *const curl = t.bytes ? lib.init() : NULL;
    const hear_status s = curl ? run(curl, &t, url, err) : hear_fail(err, HEAR_ERR_MEM, NULL);
    lib.clean_up(curl);
    if (s == HEAR_OK)
        *bytes = t.bytes;
    else
        free(t.bytes);
    return s;
}
