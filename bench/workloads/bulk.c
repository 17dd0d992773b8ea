/* Copying and filling: long and short, at all alignments, and overlapping. */
#include "workload.h"

#define SIZE (1 << 16)
static uint8_t source[SIZE], target[SIZE];

EXPORT int64_t run(int32_t n) {
    uint32_t random = 5;
    for (int i = 0; i < SIZE; i++) {
        source[i] = (uint8_t)next_random(&random);
        target[i] = 0;
    }
    int64_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        uint32_t r = next_random(&random), size = i % 16 ? r % 61 : r % 8000;
        uint32_t from = (r >> 7) % (SIZE - size), to = (r >> 11) % (SIZE - size);
        switch (i & 3) {
        case 0: memset(target + to, (int)(r >> 24), size); break;
        case 1: memmove(target + to, target + from, size); break;
        default: memcpy(target + to, source + from, size);
        }
        sum = sum * 3 + target[(to + size / 2) & (SIZE - 1)];
    }
    return sum;
}
