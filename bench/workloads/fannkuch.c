/* Permutations of a few numbers: short loops over small arrays. */
#include "workload.h"

EXPORT int64_t run(int32_t n) {
    int32_t start[16], work[16], count[16], most = 0, sum = 0, parity = 0, r = n;
    for (int32_t i = 0; i < n; i++) {
        start[i] = i;
    }
    for (;;) {
        for (; r != 1; r--) {
            count[r - 1] = r;
        }
        int32_t flips = 0, first;
        for (int32_t i = 0; i < n; i++) {
            work[i] = start[i];
        }
        while ((first = work[0]) != 0) {
            for (int32_t i = 0, j = first; i < j; i++, j--) {
                int32_t swap = work[i];
                work[i] = work[j];
                work[j] = swap;
            }
            flips++;
        }
        most = flips > most ? flips : most;
        sum += parity ? -flips : flips;
        for (;; r++) {
            if (r == n) {
                return (int64_t)sum * 1000 + most;
            }
            int32_t head = start[0];
            for (int32_t i = 0; i < r; i++) {
                start[i] = start[i + 1];
            }
            start[r] = head;
            if (--count[r] > 0) {
                break;
            }
        }
        parity ^= 1;
    }
}
