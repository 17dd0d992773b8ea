/* A tight loop of doubles with a data-dependent end. */
#include "workload.h"

EXPORT int64_t run(int32_t n) {
    int64_t sum = 0;
    for (int32_t row = 0; row < n; row++) {
        for (int32_t column = 0; column < n; column++) {
            double cx = 3.0 * column / n - 2.0, cy = 2.0 * row / n - 1.0, x = 0, y = 0;
            int32_t steps = 0;
            while (steps < 100 && x * x + y * y <= 4.0) {
                double next = x * x - y * y + cx;
                y = 2 * x * y + cy;
                x = next;
                steps++;
            }
            sum = sum * 3 + steps;
        }
    }
    return sum;
}
