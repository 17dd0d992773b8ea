/* Bytes of memory with growing strides. */
#include "workload.h"

#define SIZE 1000000
static uint8_t composite[SIZE];

EXPORT int64_t run(int32_t n) {
    int64_t sum = 0;
    for (int32_t round = 0; round < n; round++) {
        for (int32_t i = 0; i < SIZE; i++) {
            composite[i] = 0;
        }
        for (int32_t i = 2; i * i < SIZE; i++) {
            if (!composite[i]) {
                for (int32_t j = i * i; j < SIZE; j += i) {
                    composite[j] = 1;
                }
            }
        }
        for (int32_t i = 2; i < SIZE; i++) {
            sum += composite[i] ? 0 : i ^ round;
        }
    }
    return sum;
}
