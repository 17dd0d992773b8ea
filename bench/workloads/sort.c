/* Quicksort and heapsort: comparisons that branch either way, recursion, swaps in memory. */
#include "workload.h"

#define SIZE 60000
static uint32_t keys[SIZE];

static NOINLINE void quicksort(uint32_t *v, int32_t low, int32_t high) {
    while (high - low > 12) {
        uint32_t pivot = v[low + (high - low) / 2];
        int32_t i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot) {
                i++;
            }
            while (v[j] > pivot) {
                j--;
            }
            if (i <= j) {
                uint32_t swap = v[i];
                v[i++] = v[j];
                v[j--] = swap;
            }
        }
        if (j - low < high - i) {
            quicksort(v, low, j);
            low = i;
        } else {
            quicksort(v, i, high);
            high = j;
        }
    }
    for (int32_t i = low + 1; i <= high; i++) {
        uint32_t key = v[i];
        int32_t j = i - 1;
        for (; j >= low && v[j] > key; j--) {
            v[j + 1] = v[j];
        }
        v[j + 1] = key;
    }
}

static void sift(uint32_t *v, int32_t root, int32_t count) {
    uint32_t key = v[root];
    for (int32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && v[child + 1] > v[child]) {
            child++;
        }
        if (v[child] <= key) {
            break;
        }
        v[root] = v[child];
    }
    v[root] = key;
}

static NOINLINE void heapsort(uint32_t *v, int32_t count) {
    for (int32_t i = count / 2 - 1; i >= 0; i--) {
        sift(v, i, count);
    }
    for (int32_t last = count - 1; last > 0; last--) {
        uint32_t swap = v[0];
        v[0] = v[last];
        v[last] = swap;
        sift(v, 0, last);
    }
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 7;
    uint64_t sum = 0;
    for (int32_t round = 0; round < n; round++) {
        for (int32_t i = 0; i < SIZE; i++) {
            keys[i] = next_random(&random);
        }
        if (round & 1) {
            heapsort(keys, SIZE);
        } else {
            quicksort(keys, 0, SIZE - 1);
        }
        for (int32_t i = 0; i < SIZE; i += 97) {
            sum = sum * 33 + keys[i];
        }
    }
    return (int64_t)sum;
}
