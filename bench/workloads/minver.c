/* Matrices of small floating-point numbers inverted with pivots, and polynomials over them. */
#include "workload.h"

#define SIDE 12
static float matrix[SIDE][SIDE], inverse[SIDE][SIDE], product[SIDE][SIDE];

static float size_of(float x) { return x < 0.0f ? -x : x; }

/* Inverts in place by Gauss and Jordan; the determinant. */
static NOINLINE float invert(float a[SIDE][SIDE]) {
    int order[SIDE];
    float determinant = 1.0f;
    for (int i = 0; i < SIDE; i++) {
        order[i] = i;
    }
    for (int k = 0; k < SIDE; k++) {
        int pivot = k;
        float largest = size_of(a[k][k]);
        for (int i = k + 1; i < SIDE; i++) {
            float size = size_of(a[i][k]);
            if (size > largest) {
                largest = size;
                pivot = i;
            }
        }
        if (largest < 1e-6f) {
            return 0.0f;
        }
        if (pivot != k) {
            determinant = -determinant;
            int swapped = order[k];
            order[k] = order[pivot];
            order[pivot] = swapped;
            for (int j = 0; j < SIDE; j++) {
                float held = a[k][j];
                a[k][j] = a[pivot][j];
                a[pivot][j] = held;
            }
        }
        float head = a[k][k];
        determinant *= head;
        for (int j = 0; j < SIDE; j++) {
            a[k][j] /= head;
        }
        for (int i = 0; i < SIDE; i++) {
            if (i != k) {
                float factor = a[i][k];
                if (factor != 0.0f) {
                    for (int j = 0; j < SIDE; j++) {
                        if (j != k) {
                            a[i][j] -= factor * a[k][j];
                        }
                    }
                    a[i][k] = -factor / head;
                }
            }
        }
        a[k][k] = 1.0f / head;
    }
    for (int i = 0; i < SIDE; i++) {
        float row[SIDE];
        for (int j = 0; j < SIDE; j++) {
            row[order[j]] = a[i][j];
        }
        for (int j = 0; j < SIDE; j++) {
            a[i][j] = row[j];
        }
    }
    return determinant;
}

static NOINLINE float multiply(void) {
    float off = 0.0f;
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            float sum = 0.0f;
            for (int k = 0; k < SIDE; k++) {
                sum += matrix[i][k] * inverse[k][j];
            }
            product[i][j] = sum;
            off += size_of(sum - (i == j ? 1.0f : 0.0f));
        }
    }
    return off;
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 2463534242u;
    int64_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        for (int j = 0; j < SIDE * SIDE; j++) {
            float x = (float)(int32_t)(next_random(&random) >> 20) / 4096.0f - 0.5f;
            matrix[j / SIDE][j % SIDE] = x;
            inverse[j / SIDE][j % SIDE] = x;
        }
        float determinant = invert(inverse);
        float off = multiply();
        /* A well-conditioned matrix gives the unit matrix almost exactly. */
        sum = sum * 31 + (off < 0.01f) + (int32_t)(determinant * 1e8f);
        for (int j = 0; j < SIDE; j++) {
            float x = inverse[j][j], y = ((x * 0.25f + 0.5f) * x - 0.75f) * x + 1.0f;
            sum += (int32_t)(y > 1e6f ? 1e6f : y < -1e6f ? -1e6f : y);
        }
    }
    return sum;
}
