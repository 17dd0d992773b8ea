/* Bytes are written as base64 with vectors: swizzles by constants and by what was computed. */
#include "vector.h"

#define BYTES (12 * 4096)
static uint8_t input[BYTES + 16];
static uint8_t output[BYTES / 3 * 4];

static void encode(void) {
    /* Each three bytes twice, so that each lane of 32 bits has all of its four digits. */
    const u8x16 spread = {1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10};
    /* What is added to a digit by the class that it is in. */
    const u8x16 offsets = {'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                           '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0};
    uint8_t *to = output;
    for (int at = 0; at < BYTES; at += 12, to += 16) {
        u32x4 in = (u32x4)swizzle(LOAD(u8x16, &input[at]), spread);
        u32x4 first = (in >> 10 & 0x3f) | (in & 0x3f0) << 4;
        u32x4 second = (in >> 6 & 0x3f0000) | (in & 0x3f0000) << 8;
        u8x16 digits = (u8x16)(first | second);
        u8x16 class = saturating_sub(digits, (u8x16){} + 51);
        u8x16 upper = (u8x16)(digits < 26) & 13;
        STORE(to, digits + swizzle(offsets, class | upper));
    }
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 2463534242u;
    for (int i = 0; i < BYTES; i++) {
        input[i] = (uint8_t)next_random(&random);
    }
    uint64_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        encode();
        /* The next round has other bytes. */
        memcpy(&input[i & 1023], &output[(i * 7) & 4095], 64);
        sum = sum * 31 + output[i & 8191];
    }
    for (unsigned i = 0; i < sizeof output; i++) {
        sum = sum * 31 + output[i];
    }
    return (int64_t)sum;
}
