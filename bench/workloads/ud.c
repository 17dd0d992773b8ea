/* Divisions: systems of linear equations over integers modulo a prime, greatest common divisors,
 * prime factors, and numbers written in decimal. */
#include "workload.h"

#define SIDE 20
#define PRIME 32749
static int32_t matrix[SIDE][SIDE + 1];

static NOINLINE int32_t inverse(int32_t a) {
    int32_t b = PRIME, x = 1, y = 0;
    while (b) {
        int32_t q = a / b, r = a % b, z = x - q * y;
        a = b, b = r;
        x = y, y = z;
    }
    return x < 0 ? x + PRIME : x;
}

static NOINLINE int32_t solve(void) {
    for (int k = 0; k < SIDE; k++) {
        int pivot = k;
        while (pivot < SIDE && !matrix[pivot][k]) {
            pivot++;
        }
        if (pivot == SIDE) {
            return -1;
        }
        for (int j = k; j <= SIDE; j++) {
            int32_t held = matrix[k][j];
            matrix[k][j] = matrix[pivot][j];
            matrix[pivot][j] = held;
        }
        int32_t scale = inverse(matrix[k][k]);
        for (int j = k; j <= SIDE; j++) {
            matrix[k][j] = matrix[k][j] * scale % PRIME;
        }
        for (int i = 0; i < SIDE; i++) {
            int32_t factor = matrix[i][k];
            if (i != k && factor) {
                for (int j = k; j <= SIDE; j++) {
                    matrix[i][j] = (matrix[i][j] + (PRIME - factor) * matrix[k][j]) % PRIME;
                }
            }
        }
    }
    int32_t sum = 0;
    for (int i = 0; i < SIDE; i++) {
        sum = (sum * 3 + matrix[i][SIDE]) % 1000003;
    }
    return sum;
}

static NOINLINE int32_t factors(uint32_t x) {
    int32_t sum = 0;
    for (uint32_t p = 2; p * p <= x; p += p == 2 ? 1 : 2) {
        while (x % p == 0) {
            x /= p;
            sum += (int32_t)p;
        }
    }
    return sum + (int32_t)(x & 0xffff);
}

/* The digits of a number in a base that the compiler does not know, and their sum. */
static NOINLINE int32_t digits(uint64_t x, uint64_t base) {
    int32_t sum = 0;
    do {
        sum = sum * 2 + (int32_t)(x % base);
        x /= base;
    } while (x);
    return sum;
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 2463534242u;
    int64_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        for (int j = 0; j < SIDE * (SIDE + 1); j++) {
            matrix[j / (SIDE + 1)][j % (SIDE + 1)] = (int32_t)(next_random(&random) % PRIME);
        }
        sum = sum * 31 + solve();
        for (int j = 0; j < 4; j++) {
            sum = sum * 3 + factors(next_random(&random) >> 12);
        }
        for (uint32_t j = 0; j < 20; j++) {
            uint64_t x = (uint64_t)next_random(&random) << 32 | next_random(&random);
            sum += digits(x, 7 + j);
        }
    }
    return sum;
}
