/* A hash table with open addressing: random places of a memory larger than caches. */
#include "workload.h"

#define SLOTS (1 << 18)
static struct {
    uint64_t key;
    uint32_t count, sum;
} slots[SLOTS];

static uint32_t slot_of(uint64_t key) {
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdu;
    key ^= key >> 29;
    return (uint32_t)key & (SLOTS - 1);
}

EXPORT int64_t run(int32_t n) {
    memset(slots, 0, sizeof slots);
    uint32_t random = 2463534242u, used = 0;
    uint64_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        uint64_t key = next_random(&random) % 150000 + 1;
        uint32_t at = slot_of(key);
        while (slots[at].key && slots[at].key != key) {
            at = (at + 1) & (SLOTS - 1);
        }
        if (!slots[at].key) {
            slots[at].key = key;
            used++;
        }
        slots[at].count++;
        slots[at].sum += (uint32_t)i;
        sum += slots[at].sum ^ slots[at].count;
    }
    return (int64_t)(sum * 31 + used);
}
