/* AES-128 in a counter mode: four tables of 32 bits, with each index taken from the last results. */
#include "workload.h"

static uint8_t box[256];
static uint32_t mixed[4][256];
static uint32_t keys[44];

static uint8_t twice(uint8_t x) { return (uint8_t)(x << 1 ^ (x >> 7) * 0x1b); }

static void make_tables(void) {
    /* 3 generates the field's group; by it go `p` and its inverse `q`. */
    uint8_t p = 1, q = 1;
    do {
        p = p ^ twice(p);
        q ^= (uint8_t)(q << 1);
        q ^= (uint8_t)(q << 2);
        q ^= (uint8_t)(q << 4);
        q ^= (q >> 7) * 0x09;
        uint8_t x = q;
        for (int i = 1; i < 5; i++) {
            x ^= (uint8_t)(q << i | q >> (8 - i));
        }
        box[p] = x ^ 0x63;
    } while (p != 1);
    box[0] = 0x63;
    for (int i = 0; i < 256; i++) {
        uint32_t s = box[i], s2 = twice(box[i]);
        uint32_t word = s2 | s << 8 | s << 16 | (s ^ s2) << 24;
        for (int j = 0; j < 4; j++) {
            mixed[j][i] = word;
            word = word << 8 | word >> 24;
        }
    }
}

static uint32_t substituted(uint32_t x) {
    return (uint32_t)box[x & 255] | (uint32_t)box[x >> 8 & 255] << 8 | (uint32_t)box[x >> 16 & 255] << 16 |
           (uint32_t)box[x >> 24] << 24;
}

static void expand_key(uint32_t seed) {
    uint8_t round = 1;
    for (int i = 0; i < 4; i++) {
        keys[i] = next_random(&seed);
    }
    for (int i = 4; i < 44; i++) {
        uint32_t last = keys[i - 1];
        if (i % 4 == 0) {
            last = substituted(last >> 8 | last << 24) ^ round;
            round = twice(round);
        }
        keys[i] = keys[i - 4] ^ last;
    }
}

static NOINLINE void encrypt(const uint32_t *from, uint32_t *to) {
    uint32_t a = from[0] ^ keys[0], b = from[1] ^ keys[1], c = from[2] ^ keys[2], d = from[3] ^ keys[3];
    const uint32_t *key = keys + 4;
    for (int i = 1; i < 10; i++, key += 4) {
        uint32_t e = mixed[0][a & 255] ^ mixed[1][b >> 8 & 255] ^ mixed[2][c >> 16 & 255] ^ mixed[3][d >> 24] ^ key[0];
        uint32_t f = mixed[0][b & 255] ^ mixed[1][c >> 8 & 255] ^ mixed[2][d >> 16 & 255] ^ mixed[3][a >> 24] ^ key[1];
        uint32_t g = mixed[0][c & 255] ^ mixed[1][d >> 8 & 255] ^ mixed[2][a >> 16 & 255] ^ mixed[3][b >> 24] ^ key[2];
        uint32_t h = mixed[0][d & 255] ^ mixed[1][a >> 8 & 255] ^ mixed[2][b >> 16 & 255] ^ mixed[3][c >> 24] ^ key[3];
        a = e, b = f, c = g, d = h;
    }
    to[0] = substituted((a & 0xff) | (b & 0xff00) | (c & 0xff0000) | (d & 0xff000000)) ^ key[0];
    to[1] = substituted((b & 0xff) | (c & 0xff00) | (d & 0xff0000) | (a & 0xff000000)) ^ key[1];
    to[2] = substituted((c & 0xff) | (d & 0xff00) | (a & 0xff0000) | (b & 0xff000000)) ^ key[2];
    to[3] = substituted((d & 0xff) | (a & 0xff00) | (b & 0xff0000) | (c & 0xff000000)) ^ key[3];
}

EXPORT int64_t run(int32_t n) {
    uint32_t counter[4] = {1, 2, 3, 4}, block[4], sum[4] = {0};
    make_tables();
    expand_key(2463534242u);
    for (int32_t i = 0; i < n; i++) {
        counter[0]++;
        encrypt(counter, block);
        for (int j = 0; j < 4; j++) {
            sum[j] = (sum[j] << 5 | sum[j] >> 27) ^ block[j];
        }
    }
    return (int64_t)((uint64_t)(sum[0] ^ sum[2]) << 32 | (sum[1] ^ sum[3]));
}
