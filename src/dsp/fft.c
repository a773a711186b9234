/* fft.c - see fft.h. The only file that knows FFTW. */
#include "config.h"

#include "dsp/fft.h"

#include "base/mem.h"

#include <stdbool.h>

#ifdef HAVE_FFTW
#include <fftw3.h>
#include <pthread.h>
#else
#include <complex.h>
#include <liquid/liquid.h>
#include <math.h>
#endif

struct hear_fft {
    size_t n;
    double *in;  /* [n] */
    double *out; /* [n / 2 + 1][2] */
#ifdef HAVE_FFTW
    fftw_plan plan;
#else
    float complex *pairs; /* [n / 2]: in, read as n / 2 complex numbers */
    float complex *half;  /* [n / 2]: their transform */
    double *turn;         /* [n / 2][2]: exp(-2 pi j k / n) */
    fftplan plan;
#endif
};

static bool is_power_of_two(size_t n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

#ifdef HAVE_FFTW

/* FFTW's planner is not thread safe; running a plan is. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

static bool make_plan(hear_fft *f)
{
    /* ESTIMATE: measuring would choose other algorithms, thus other bits, from run to run. */
    pthread_mutex_lock(&planner);
    f->plan = fftw_plan_dft_r2c_1d((int)f->n, f->in, (fftw_complex *)f->out,
                                   FFTW_ESTIMATE | FFTW_DESTROY_INPUT);
    pthread_mutex_unlock(&planner);
    return f->plan != NULL;
}

static void free_plan(hear_fft *f)
{
    if (!f->plan)
        return;
    pthread_mutex_lock(&planner);
    fftw_destroy_plan(f->plan);
    pthread_mutex_unlock(&planner);
}

const double *hear_fft_run(hear_fft *f)
{
    fftw_execute(f->plan);
    return f->out;
}

#else

static bool make_plan(hear_fft *f)
{
    const size_t h = f->n / 2;
    /* not fft_malloc: liquid 1.5.0 reserves n bytes there, not n complex numbers */
    f->pairs = hear_alloc(h, sizeof f->pairs[0]);
    f->half = hear_alloc(h, sizeof f->half[0]);
    f->turn = hear_alloc(2 * h, sizeof f->turn[0]);
    if (!f->pairs || !f->half || !f->turn)
        return false;
    for (size_t k = 0; k < h; k++) {
        f->turn[2 * k] = cos(2.0 * M_PI * (double)k / (double)f->n);
        f->turn[2 * k + 1] = -sin(2.0 * M_PI * (double)k / (double)f->n);
    }
    f->plan = fft_create_plan((unsigned)h, f->pairs, f->half, LIQUID_FFT_FORWARD, 0);
    return f->plan != NULL;
}

static void free_plan(hear_fft *f)
{
    if (f->plan)
        fft_destroy_plan(f->plan);
    hear_free(f->pairs);
    hear_free(f->half);
    hear_free(f->turn);
}

/* With z[i] = x[2i] + j x[2i+1]: even part E = (Z[k] + Z*[h-k]) / 2, odd part
 * O = (Z[k] - Z*[h-k]) / 2j, and X[k] = E + exp(-2 pi j k / n) O. */
const double *hear_fft_run(hear_fft *f)
{
    const size_t h = f->n / 2;
    float *pairs = (float *)f->pairs;
    for (size_t i = 0; i < f->n; i++)
        pairs[i] = (float)f->in[i];
    fft_execute(f->plan);
    const float *z = (const float *)f->half;
    f->out[0] = (double)z[0] + z[1];
    f->out[f->n] = (double)z[0] - z[1];
    f->out[1] = f->out[f->n + 1] = 0.0;
    for (size_t k = 1; k < h; k++) {
        const float *a = z + 2 * k, *b = z + 2 * (h - k);
        const double even_re = 0.5 * (a[0] + b[0]), even_im = 0.5 * (a[1] - b[1]);
        const double odd_re = 0.5 * (a[1] + b[1]), odd_im = 0.5 * (b[0] - a[0]);
        const double c = f->turn[2 * k], s = f->turn[2 * k + 1];
        f->out[2 * k] = even_re + (c * odd_re - s * odd_im);
        f->out[2 * k + 1] = even_im + (c * odd_im + s * odd_re);
    }
    return f->out;
}

#endif

hear_status hear_fft_create(hear_fft **out, size_t n)
{
    *out = NULL;
    if (!is_power_of_two(n) || n < 4 || n > 65536)
        return HEAR_ERR_ARG;
    hear_fft *f = hear_alloc(1, sizeof *f);
    if (!f)
        return HEAR_ERR_MEM;
    f->n = n;
    f->in = hear_alloc(n, sizeof f->in[0]);
    f->out = hear_alloc(n + 2, sizeof f->out[0]);
    if (!f->in || !f->out || !make_plan(f)) {
        hear_fft_destroy(f);
        return HEAR_ERR_MEM;
    }
    for (size_t i = 0; i < n; i++)
        f->in[i] = 0.0; /* the planner may have written there */
    *out = f;
    return HEAR_OK;
}

void hear_fft_destroy(hear_fft *f)
{
    if (!f)
        return;
    free_plan(f);
    hear_free(f->in);
    hear_free(f->out);
    hear_free(f);
}

double *hear_fft_input(hear_fft *f)
{
    return f->in;
}
