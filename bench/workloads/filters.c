/* Signal processing with fixed points: filters of both kinds, a lattice, and a cosine transform, over
 * samples of 16 bits. */
#include "workload.h"

#define SAMPLES 256
#define TAPS 32
#define STAGES 8
static int16_t samples[SAMPLES + TAPS], taps[TAPS];
static int32_t filtered[SAMPLES];
static int16_t blocks[4][64];

static NOINLINE void finite_response(const int16_t *x, const int16_t *h, int32_t *y) {
    for (int i = 0; i < SAMPLES; i++) {
        int32_t sum = 0;
        for (int j = 0; j < TAPS; j++) {
            sum += x[i + j] * h[j];
        }
        y[i] = sum >> 15;
    }
}

/* Second-order sections, one after the other, each with its own state. */
static NOINLINE void infinite_response(int32_t *y, const int16_t *h) {
    int32_t state[STAGES][2] = {{0}};
    for (int i = 0; i < SAMPLES; i++) {
        int32_t x = y[i];
        for (int j = 0; j < STAGES; j++) {
            const int16_t *c = h + j * 4;
            int32_t w = x + ((c[0] * (state[j][0] >> 4) - c[1] * (state[j][1] >> 4)) >> 12);
            x = w + ((c[2] * (state[j][0] >> 4) + c[3] * (state[j][1] >> 4)) >> 12);
            state[j][1] = state[j][0];
            state[j][0] = w >> 1;
        }
        y[i] = x;
    }
}

static NOINLINE int32_t lattice(const int16_t *x, const int16_t *k) {
    int32_t back[STAGES + 1] = {0}, sum = 0;
    for (int i = 0; i < SAMPLES; i++) {
        int32_t forth = x[i];
        for (int j = STAGES - 1; j >= 0; j--) {
            forth -= (k[j] * (back[j] >> 2)) >> 14;
            back[j + 1] = back[j] + ((k[j] * (forth >> 2)) >> 14);
        }
        back[0] = forth;
        sum += forth ^ back[STAGES];
    }
    return sum;
}

/* A cosine transform of eight by eight by shifts and few products, rows first. */
static NOINLINE void cosines(int16_t *block) {
    for (int pass = 0; pass < 2; pass++) {
        int step = pass ? 8 : 1, row = pass ? 1 : 8;
        for (int i = 0; i < 8; i++) {
            int16_t *p = block + i * row;
            int32_t s07 = p[0] + p[7 * step], d07 = p[0] - p[7 * step];
            int32_t s16 = p[step] + p[6 * step], d16 = p[step] - p[6 * step];
            int32_t s25 = p[2 * step] + p[5 * step], d25 = p[2 * step] - p[5 * step];
            int32_t s34 = p[3 * step] + p[4 * step], d34 = p[3 * step] - p[4 * step];
            int32_t even = s07 + s34, odd = s16 + s25, a = s07 - s34, b = s16 - s25;
            p[0] = (int16_t)((even + odd) >> 1);
            p[4 * step] = (int16_t)((even - odd) >> 1);
            p[2 * step] = (int16_t)((a * 10703 + b * 4433) >> 14);
            p[6 * step] = (int16_t)((a * 4433 - b * 10703) >> 14);
            p[step] = (int16_t)((d07 * 11363 + d16 * 9633 + d25 * 6437 + d34 * 2260) >> 14);
            p[3 * step] = (int16_t)((d07 * 9633 - d16 * 2260 - d25 * 11363 - d34 * 6437) >> 14);
            p[5 * step] = (int16_t)((d07 * 6437 - d16 * 11363 + d25 * 2260 + d34 * 9633) >> 14);
            p[7 * step] = (int16_t)((d07 * 2260 - d16 * 6437 + d25 * 9633 - d34 * 11363) >> 14);
        }
    }
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 2463534242u;
    int64_t sum = 0;
    for (int i = 0; i < SAMPLES + TAPS; i++) {
        samples[i] = (int16_t)((int32_t)next_random(&random) >> 18);
    }
    for (int i = 0; i < TAPS; i++) {
        taps[i] = (int16_t)((int32_t)next_random(&random) >> 20);
    }
    for (int32_t i = 0; i < n; i++) {
        finite_response(samples, taps, filtered);
        infinite_response(filtered, taps);
        sum = sum * 31 + lattice(samples, taps);
        for (int j = 0; j < 256; j++) {
            blocks[j / 64][j % 64] = (int16_t)(filtered[j] >> 6);
        }
        for (int j = 0; j < 4; j++) {
            cosines(blocks[j]);
        }
        for (int j = 0; j < 256; j += 17) {
            sum = sum * 3 + filtered[j] + blocks[j / 64][j % 64];
        }
        samples[i % SAMPLES] ^= (int16_t)(i & 511);
    }
    return sum;
}
