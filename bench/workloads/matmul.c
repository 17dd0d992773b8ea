/* Dense matrices of doubles. */
#include "workload.h"

#define SIZE 100
static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

EXPORT int64_t run(int32_t n) {
    uint32_t random = 42;
    for (int i = 0; i < SIZE; i++) {
        for (int j = 0; j < SIZE; j++) {
            a[i][j] = (double)(next_random(&random) % 1000) / 8;
            b[i][j] = (double)(next_random(&random) % 1000) / 16;
        }
    }
    for (int32_t round = 0; round < n; round++) {
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                double sum = 0;
                for (int k = 0; k < SIZE; k++) {
                    sum += a[i][k] * b[k][j];
                }
                c[i][j] = sum;
            }
        }
        a[round % SIZE][7] = c[3][round % SIZE] / 1024;
    }
    double trace = 0;
    for (int i = 0; i < SIZE; i++) {
        trace += c[i][i] + c[i][SIZE - 1 - i];
    }
    return (int64_t)(trace * 16);
}
