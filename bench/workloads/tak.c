/* Calls with several arguments, and calls whose results are arguments. */
#include "workload.h"

static NOINLINE int64_t tak(int64_t x, int64_t y, int64_t z) {
    if (y >= x) {
        return z;
    }
    int64_t a = tak(x - 1, y, z), b = tak(y - 1, z, x), c = tak(z - 1, x, y);
    return tak(a, b, c);
}

EXPORT int64_t run(int32_t n) { return tak(3 * n, 2 * n, n); }
