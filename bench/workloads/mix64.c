/* 64-bit integers: multiplication, division, rotation and counting of bits. */
#include "workload.h"

static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

static uint64_t gcd(uint64_t a, uint64_t b) {
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

EXPORT int64_t run(int32_t n) {
    uint64_t s[4] = {0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u, 0x94d049bb133111ebu, 1}, sum = 0;
    for (int32_t i = 0; i < n; i++) {
        uint64_t result = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = rotate(s[3], 45);
        sum += result ^ (uint64_t)__builtin_popcountll(result) << 40 ^ (uint64_t)__builtin_clzll(result | 1);
        if ((i & 31) == 0) {
            sum ^= gcd(result >> 20, s[0] >> 24 | 1);
        }
        sum = rotate(sum, (int)(1 + (result & 31))) + (uint64_t)((int64_t)result >> 9);
    }
    return (int64_t)sum;
}
