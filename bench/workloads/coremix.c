/* What embedded processors are measured by: lists that are searched and sorted, small integer
 * matrices, a state machine over text, and a checksum over all. */
#include "workload.h"

typedef struct Node {
    struct Node *next;
    int16_t key, data;
} Node;

#define NODES 120
#define SIDE 14
static Node nodes[NODES];
static int16_t left[SIDE][SIDE], right[SIDE][SIDE];
static int32_t product[SIDE][SIDE];
static const char text[] = "5012,-7.25,1.5e3,x12,+44,0.0001,9e,1e-7,.5,--3,abc,17,3.1.4,-0,1E+5,77777,1.,e5,";

static NOINLINE uint16_t crc16(uint32_t value, uint16_t crc) {
    for (int i = 0; i < 16; i++) {
        uint16_t carry = (uint16_t)((value ^ crc) & 1);
        value >>= 1;
        crc >>= 1;
        if (carry) {
            crc ^= 0xa001;
        }
    }
    return crc;
}

static int32_t by_key(const Node *a, const Node *b) { return a->key - b->key; }
static int32_t by_data(const Node *a, const Node *b) { return (a->data & 255) - (b->data & 255); }

static NOINLINE Node *merge_sort(Node *list, int32_t (*compare)(const Node *, const Node *)) {
    for (int32_t size = 1;; size *= 2) {
        Node *rest = list, *tail = NULL;
        int32_t merges = 0;
        list = NULL;
        while (rest) {
            merges++;
            Node *a = rest, *b = rest;
            int32_t a_size = 0, b_size = size;
            while (b && a_size < size) {
                a_size++;
                b = b->next;
            }
            while (a_size > 0 || (b_size > 0 && b)) {
                Node *least;
                if (a_size == 0 || (b_size > 0 && b && compare(a, b) > 0)) {
                    least = b;
                    b = b->next;
                    b_size--;
                } else {
                    least = a;
                    a = a->next;
                    a_size--;
                }
                if (tail) {
                    tail->next = least;
                } else {
                    list = least;
                }
                tail = least;
            }
            rest = b;
        }
        tail->next = NULL;
        if (merges <= 1) {
            return list;
        }
    }
}

static Node *reverse(Node *list) {
    Node *done = NULL;
    while (list) {
        Node *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static NOINLINE uint16_t lists(int32_t seed, uint16_t crc) {
    for (int i = 0; i < NODES; i++) {
        nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
        nodes[i].key = (int16_t)((i * 37 + seed) % 251);
        nodes[i].data = (int16_t)((i * 101 ^ seed) & 0x7fff);
    }
    Node *list = merge_sort(nodes, by_data);
    for (int16_t wanted = 0; wanted < 40; wanted++) {
        list = reverse(list);
        Node *found = list;
        while (found && found->key != wanted) {
            found = found->next;
        }
        crc = crc16(found ? (uint32_t)found->data : 0xffff, crc);
    }
    list = merge_sort(list, by_key);
    for (const Node *node = list; node; node = node->next) {
        crc = crc16((uint32_t)(node->key ^ node->data), crc);
    }
    return crc;
}

static NOINLINE uint16_t matrices(int32_t seed, uint16_t crc) {
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            left[i][j] = (int16_t)((seed + i * 7 + j * 3) & 255);
            right[i][j] = (int16_t)((seed ^ (i * 11 - j * 5)) & 255);
        }
    }
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            int32_t sum = 0, bits = 0;
            for (int k = 0; k < SIDE; k++) {
                int32_t term = left[i][k] * right[k][j];
                sum += term;
                bits += (term >> 2 & 15) * (term >> 5 & 127);
            }
            product[i][j] = sum ^ bits;
        }
    }
    int32_t previous = 0, sum = 0;
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            sum += product[i][j] > previous ? 10 : 1;
            previous = product[i][j];
        }
    }
    return crc16((uint32_t)(sum ^ product[seed % SIDE][3]), crc);
}

enum State { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, SCIENTIFIC, INVALID, STATES };

static NOINLINE uint16_t machine(int32_t seed, uint16_t crc) {
    uint32_t count[STATES] = {0};
    for (int repeat = 0; repeat < 4; repeat++) {
        enum State state = START;
        for (const char *p = text; *p; p++) {
            char c = (*p ^ seed) % 67 ? *p : 'e';
            if (c == ',') {
                count[state]++;
                state = START;
                continue;
            }
            int digit = c >= '0' && c <= '9', sign = c == '+' || c == '-';
            switch (state) {
            case START: state = digit ? INTEGER : sign ? SIGN : c == '.' ? POINT : INVALID; break;
            case SIGN: state = digit ? INTEGER : c == '.' ? POINT : INVALID; break;
            case INTEGER: state = digit ? INTEGER : c == '.' ? FRACTION : c == 'e' || c == 'E' ? EXPONENT : INVALID; break;
            case POINT: state = digit ? FRACTION : INVALID; break;
            case FRACTION: state = digit ? FRACTION : c == 'e' || c == 'E' ? EXPONENT : INVALID; break;
            case EXPONENT: state = digit ? SCIENTIFIC : sign ? EXPONENT_SIGN : INVALID; break;
            case EXPONENT_SIGN:
            case SCIENTIFIC: state = digit ? SCIENTIFIC : INVALID; break;
            default: break;
            }
        }
    }
    for (int i = 0; i < STATES; i++) {
        crc = crc16(count[i], crc);
    }
    return crc;
}

EXPORT int64_t run(int32_t n) {
    uint16_t crc = 0;
    int64_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        crc = lists(i, crc);
        crc = matrices(i, crc);
        crc = machine(i, crc);
        sum = sum * 7 + crc;
    }
    return sum;
}
