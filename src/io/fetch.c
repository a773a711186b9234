/* fetch.c - see fetch.h. */
#include "config.h"

#include "io/fetch.h"

#include "base/digest.h"
#include "base/error.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_S = 30, STALL_S = 30 };

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
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "hearsay/" PACKAGE_VERSION);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, tell);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
    const CURLcode code = curl_easy_perform(curl);
    long answer = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
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
                     why[0] ? why : curl_easy_strerror(code));
}

hear_status hear_fetch(char **bytes, const char *url, const hear_fetch_config *config,
                       hear_error *err)
{
    *bytes = NULL;
    transfer t = { .config = config, .bytes = malloc(config->n_bytes ? config->n_bytes : 1) };
    CURL *const curl = t.bytes ? curl_easy_init() : NULL;
    const hear_status s = curl ? run(curl, &t, url, err) : hear_fail(err, HEAR_ERR_MEM, NULL);
    curl_easy_cleanup(curl);
    if (s == HEAR_OK)
        *bytes = t.bytes;
    else
        free(t.bytes);
    return s;
}
