/* Cells on a torus: neighbours in a byte array, and conditions without branches. */
#include "workload.h"

#define SIDE 128
static uint8_t cells[2][SIDE][SIDE];

EXPORT int64_t run(int32_t n) {
    uint32_t random = 3;
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            cells[0][y][x] = next_random(&random) >> 8 & 1;
        }
    }
    int64_t sum = 0;
    for (int32_t round = 0; round < n; round++) {
        uint8_t(*now)[SIDE] = cells[round & 1], (*next)[SIDE] = cells[~round & 1];
        int32_t alive = 0;
        for (int y = 0; y < SIDE; y++) {
            const uint8_t *above = now[(y - 1) & (SIDE - 1)], *row = now[y], *below = now[(y + 1) & (SIDE - 1)];
            for (int x = 0; x < SIDE; x++) {
                int l = (x - 1) & (SIDE - 1), r = (x + 1) & (SIDE - 1);
                int count = above[l] + above[x] + above[r] + row[l] + row[r] + below[l] + below[x] + below[r];
                uint8_t lives = (uint8_t)((count | row[x]) == 3);
                next[y][x] = lives;
                alive += lives;
            }
        }
        sum = sum * 5 + alive;
    }
    return sum;
}
