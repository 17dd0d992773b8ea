/* What all workloads share. Each defines `run`, which repeats its work `n` times, or has it grow
 * with `n`, and returns a checksum. Natively compiled, it is a program that prints the checksum. */
#include <stddef.h>
#include <stdint.h>

#ifdef __wasm__
#define EXPORT __attribute__((export_name("run")))
/* There is no C library; these become instructions. */
#define memcpy __builtin_memcpy
#define memmove __builtin_memmove
#define memset __builtin_memset
#else
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define EXPORT
int64_t run(int32_t n);
int main(int argc, char **argv) {
    printf("%lld\n", (long long)run(argc > 1 ? atoi(argv[1]) : 1));
    return 0;
}
#endif

#define NOINLINE __attribute__((noinline))

static inline uint32_t next_random(uint32_t *state) {
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}
