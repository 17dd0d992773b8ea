/* Dot products of floats and of small integers. */
#include "vector.h"

#define LENGTH 4096
static float floats[2][LENGTH];
static int16_t ints[2][LENGTH];

static NOINLINE float dot_floats(const float *a, const float *b) {
    f32x4 sums[2] = {{0}, {0}};
    for (int i = 0; i < LENGTH; i += 8) {
        sums[0] += LOAD(f32x4, a + i) * LOAD(f32x4, b + i);
        sums[1] += LOAD(f32x4, a + i + 4) * LOAD(f32x4, b + i + 4);
    }
    f32x4 sum = sums[0] + sums[1];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static NOINLINE int32_t dot_ints(const int16_t *a, const int16_t *b) {
    i32x4 sums[2] = {{0}, {0}};
    for (int i = 0; i < LENGTH; i += 16) {
        sums[0] += dot(LOAD(i16x8, a + i), LOAD(i16x8, b + i));
        sums[1] += dot(LOAD(i16x8, a + i + 8), LOAD(i16x8, b + i + 8));
    }
    i32x4 sum = sums[0] + sums[1];
    return sum[0] + sum[1] + sum[2] + sum[3];
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 2463534242u;
    for (int i = 0; i < LENGTH; i++) {
        for (int j = 0; j < 2; j++) {
            floats[j][i] = (float)(next_random(&random) % 2000) / 64 - 15;
            ints[j][i] = (int16_t)(next_random(&random) % 400 - 200);
        }
    }
    uint64_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        float product = dot_floats(floats[0], floats[1]);
        int32_t whole = dot_ints(ints[0], ints[1]);
        floats[i & 1][i & (LENGTH - 1)] += 0.25f;
        ints[i & 1][i & (LENGTH - 1)]++;
        sum = sum * 31 + (uint64_t)(int64_t)(product * 16) + (uint32_t)whole;
    }
    return (int64_t)sum;
}
