/* A hash in the manner of BLAKE: four columns at a time are added, xored and rotated. */
#include "vector.h"

#define WORDS 4096
static uint32_t message[WORDS];

static inline u32x4 rotate(u32x4 a, int by) {
    return a >> by | a << (32 - by);
}
/* The lanes, moved on by so many. */
#define TURN(a, by) __builtin_shufflevector((a), (a), (by) & 3, ((by) + 1) & 3, ((by) + 2) & 3, ((by) + 3) & 3)

static inline void mix(u32x4 *s, u32x4 x, u32x4 y) {
    s[0] += s[1] + x;
    s[3] = rotate(s[3] ^ s[0], 16);
    s[2] += s[3];
    s[1] = rotate(s[1] ^ s[2], 12);
    s[0] += s[1] + y;
    s[3] = rotate(s[3] ^ s[0], 8);
    s[2] += s[3];
    s[1] = rotate(s[1] ^ s[2], 7);
}

static void compress(u32x4 *state, const uint32_t *block, uint32_t count) {
    u32x4 s[4] = {state[0],
                  state[1],
                  {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a},
                  {count, 0x510e527f, 0x9b05688c, 64}};
    u32x4 m[4];
    for (int i = 0; i < 4; i++) {
        m[i] = LOAD(u32x4, block + 4 * i);
    }
    for (int round = 0; round < 7; round++) {
        mix(s, m[0], m[1]);
        s[1] = TURN(s[1], 1);
        s[2] = TURN(s[2], 2);
        s[3] = TURN(s[3], 3);
        mix(s, m[2], m[3]);
        s[1] = TURN(s[1], 3);
        s[2] = TURN(s[2], 2);
        s[3] = TURN(s[3], 1);
        u32x4 first = m[0];
        m[0] = __builtin_shufflevector(m[1], m[2], 2, 6, 3, 5);
        m[1] = __builtin_shufflevector(m[3], first, 1, 7, 0, 4);
        m[2] = __builtin_shufflevector(m[2], m[3], 3, 0, 6, 7);
        m[3] = __builtin_shufflevector(first, m[1], 1, 5, 2, 6);
    }
    state[0] ^= s[0] ^ s[2];
    state[1] ^= s[1] ^ s[3];
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 2463534242u;
    for (int i = 0; i < WORDS; i++) {
        message[i] = next_random(&random);
    }
    u32x4 state[2] = {{1, 2, 3, 4}, {5, 6, 7, 8}};
    for (int32_t i = 0; i < n; i++) {
        for (int at = 0; at < WORDS; at += 16) {
            compress(state, message + at, (uint32_t)(i + at));
        }
    }
    u32x4 sum = state[0] ^ state[1];
    return (int64_t)((uint64_t)sum[0] << 32 | sum[1]) ^ ((int64_t)sum[2] << 16) ^ sum[3];
}
