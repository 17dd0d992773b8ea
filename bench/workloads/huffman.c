/* Huffman's code: counts, a heap and a tree, then bits written and read again one by one. */
#include "workload.h"

#define SIZE 4096
#define NODES 511
static uint8_t text[SIZE], packed[SIZE * 2], unpacked[SIZE];
static uint32_t weight[NODES];
static int16_t child[NODES][2], heap[257];
static uint32_t code[256];
static uint8_t length[256];

static void make_text(uint32_t seed) {
    /* Few letters are frequent, as in texts. */
    for (int i = 0; i < SIZE; i++) {
        uint32_t x = next_random(&seed);
        uint32_t rank = (x & 63) * (x >> 6 & 63) * (x >> 12 & 63) >> 11;
        text[i] = (uint8_t)(rank * 89 + 17);
    }
}

static NOINLINE void sink(int32_t size, int32_t at) {
    int16_t moved = heap[at];
    for (;;) {
        int32_t below = at * 2;
        if (below > size) {
            break;
        }
        if (below < size && weight[heap[below + 1]] < weight[heap[below]]) {
            below++;
        }
        if (weight[heap[below]] >= weight[moved]) {
            break;
        }
        heap[at] = heap[below];
        at = below;
    }
    heap[at] = moved;
}

/* The root of the tree. */
static NOINLINE int16_t make_tree(void) {
    int32_t size = 0;
    int16_t next = 256;
    for (int i = 0; i < NODES; i++) {
        weight[i] = 0;
        child[i][0] = child[i][1] = -1;
    }
    for (int i = 0; i < SIZE; i++) {
        weight[text[i]]++;
    }
    for (int16_t i = 0; i < 256; i++) {
        if (weight[i]) {
            heap[++size] = i;
        }
    }
    for (int32_t i = size / 2; i > 0; i--) {
        sink(size, i);
    }
    while (size > 1) {
        int16_t a = heap[1];
        heap[1] = heap[size--];
        sink(size, 1);
        int16_t b = heap[1];
        weight[next] = weight[a] + weight[b];
        child[next][0] = a;
        child[next][1] = b;
        heap[1] = next++;
        sink(size, 1);
    }
    return heap[1];
}

static NOINLINE void make_codes(int16_t node, uint32_t bits, uint8_t depth) {
    if (child[node][0] < 0) {
        code[node] = bits;
        length[node] = depth;
        return;
    }
    make_codes(child[node][0], bits << 1, depth + 1);
    make_codes(child[node][1], bits << 1 | 1, depth + 1);
}

static NOINLINE int32_t pack(void) {
    uint64_t pending = 0;
    int32_t bits = 0, at = 0;
    for (int i = 0; i < SIZE; i++) {
        pending = pending << length[text[i]] | code[text[i]];
        bits += length[text[i]];
        while (bits >= 8) {
            bits -= 8;
            packed[at++] = (uint8_t)(pending >> bits);
        }
    }
    packed[at++] = (uint8_t)(pending << (8 - bits));
    return at;
}

static NOINLINE void unpack(int16_t root) {
    int32_t at = 0;
    int32_t bit = 0;
    for (int i = 0; i < SIZE; i++) {
        int16_t node = root;
        while (child[node][0] >= 0) {
            node = child[node][packed[at] >> (7 - bit) & 1];
            bit++;
            at += bit >> 3;
            bit &= 7;
        }
        unpacked[i] = (uint8_t)node;
    }
}

EXPORT int64_t run(int32_t n) {
    int64_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        make_text((uint32_t)i * 2 + 1);
        int16_t root = make_tree();
        make_codes(root, 0, 0);
        int32_t size = pack();
        unpack(root);
        for (int j = 0; j < SIZE; j++) {
            sum = sum * 3 + (unpacked[j] != text[j] ? 1000000007 : packed[j % size]);
        }
        sum += size;
    }
    return sum;
}
