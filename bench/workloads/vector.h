/* Vectors of 128 bits for the workloads that use them: with the instructions of WebAssembly, and
 * natively without any, for what a C compiler has no notation of its own for. */
#include "workload.h"

typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef uint16_t u16x8 __attribute__((vector_size(16)));
typedef int16_t i16x8 __attribute__((vector_size(16)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef float f32x4 __attribute__((vector_size(16)));

/* Vectors may lie anywhere. */
#define LOAD(type, from) \
    ({ \
        type loaded; \
        memcpy(&loaded, (from), 16); \
        loaded; \
    })
#define STORE(to, vector) \
    ({ \
        __typeof__(vector) stored = (vector); \
        memcpy((to), &stored, 16); \
    })

#ifdef __wasm__
#include <wasm_simd128.h>

static inline u8x16 swizzle(u8x16 from, u8x16 at) {
    return (u8x16)wasm_i8x16_swizzle((v128_t)from, (v128_t)at);
}
static inline i32x4 dot(i16x8 a, i16x8 b) {
    return (i32x4)wasm_i32x4_dot_i16x8((v128_t)a, (v128_t)b);
}
static inline u16x8 widen_low(u8x16 from) {
    return (u16x8)wasm_u16x8_extend_low_u8x16((v128_t)from);
}
static inline u16x8 widen_high(u8x16 from) {
    return (u16x8)wasm_u16x8_extend_high_u8x16((v128_t)from);
}
static inline u8x16 narrow(u16x8 low, u16x8 high) {
    return (u8x16)wasm_u8x16_narrow_i16x8((v128_t)low, (v128_t)high);
}
static inline u8x16 saturating_sub(u8x16 a, u8x16 b) {
    return (u8x16)wasm_u8x16_sub_sat((v128_t)a, (v128_t)b);
}
#else
static inline u8x16 swizzle(u8x16 from, u8x16 at) {
    u8x16 to;
    for (int i = 0; i < 16; i++) {
        to[i] = at[i] < 16 ? from[at[i]] : 0;
    }
    return to;
}
static inline i32x4 dot(i16x8 a, i16x8 b) {
    i32x4 to;
    for (int i = 0; i < 4; i++) {
        to[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
    }
    return to;
}
static inline u16x8 widen_low(u8x16 from) {
    u16x8 to;
    for (int i = 0; i < 8; i++) {
        to[i] = from[i];
    }
    return to;
}
static inline u16x8 widen_high(u8x16 from) {
    u16x8 to;
    for (int i = 0; i < 8; i++) {
        to[i] = from[i + 8];
    }
    return to;
}
static inline u8x16 narrow(u16x8 low, u16x8 high) {
    u8x16 to;
    for (int i = 0; i < 16; i++) {
        int16_t value = (int16_t)(i < 8 ? low[i] : high[i - 8]);
        to[i] = value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
    }
    return to;
}
static inline u8x16 saturating_sub(u8x16 a, u8x16 b) {
    u8x16 to;
    for (int i = 0; i < 16; i++) {
        to[i] = a[i] > b[i] ? a[i] - b[i] : 0;
    }
    return to;
}
#endif
