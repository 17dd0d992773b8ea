/* A picture is blurred with vectors: bytes are widened, added and narrowed again. */
#include "vector.h"

#define WIDTH 512
#define HEIGHT 384
/* Rows have a margin that is read and never written. */
#define STRIDE (WIDTH + 32)
static uint8_t picture[2][HEIGHT + 2][STRIDE];

/* The weighted sum of three neighbours: 1, 2, 1. */
static inline u16x8 weighed(u16x8 a, u16x8 b, u16x8 c) {
    return a + (b << 1) + c;
}

static void blur(uint8_t (*from)[STRIDE], uint8_t (*to)[STRIDE]) {
    for (int y = 1; y <= HEIGHT; y++) {
        for (int x = 16; x < 16 + WIDTH; x += 16) {
            u16x8 low[3], high[3];
            for (int row = 0; row < 3; row++) {
                const uint8_t *at = &from[y + row - 1][x];
                u8x16 left = LOAD(u8x16, at - 1), here = LOAD(u8x16, at), right = LOAD(u8x16, at + 1);
                low[row] = weighed(widen_low(left), widen_low(here), widen_low(right));
                high[row] = weighed(widen_high(left), widen_high(here), widen_high(right));
            }
            u16x8 sum_low = weighed(low[0], low[1], low[2]);
            u16x8 sum_high = weighed(high[0], high[1], high[2]);
            STORE(&to[y][x], narrow((sum_low + 8) >> 4, (sum_high + 8) >> 4));
        }
    }
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 2463534242u;
    for (int y = 0; y < HEIGHT + 2; y++) {
        for (int x = 0; x < STRIDE; x++) {
            picture[0][y][x] = picture[1][y][x] = (uint8_t)next_random(&random);
        }
    }
    uint64_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        blur(picture[i & 1], picture[~i & 1]);
        /* So that it never comes to rest. */
        uint8_t *row = &picture[~i & 1][1 + i % HEIGHT][16];
        for (int x = 0; x < WIDTH; x++) {
            row[x] = (uint8_t)next_random(&random);
        }
        sum = sum * 31 + picture[~i & 1][HEIGHT / 2][16 + i % WIDTH];
    }
    for (int y = 1; y <= HEIGHT; y++) {
        for (int x = 16; x < 16 + WIDTH; x++) {
            sum = sum * 31 + picture[n & 1][y][x];
        }
    }
    return (int64_t)sum;
}
