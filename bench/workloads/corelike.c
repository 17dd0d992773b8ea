/* The structure of EEMBC's CoreMark, written anew: 2,000 bytes in three parts; a list whose items
 * are found, moved, reversed and sorted, where comparing two items runs the state machine or the
 * matrices as the item's own bits say, and remembers the result in it; and a checksum over all. Its
 * result is its own, and no CoreMark score. */
#include "workload.h"

#define PART 666
#define SIDE 9 /* the largest of which two matrices of 16 bits and one of 32 fit in a part */
#define ITEMS (PART / 20 - 2)
#define LOOKED_FOR 0x66

typedef struct Info {
    int16_t data, index;
} Info;

typedef struct Item {
    struct Item *next;
    Info *info;
} Item;

/* What a comparison that computes needs. */
typedef struct Work {
    uint16_t crc, matrix_crc, state_crc;
} Work;

static Item items[ITEMS + 1];
static Info infos[ITEMS + 1];
static int16_t matrix_a[SIDE * SIDE], matrix_b[SIDE * SIDE];
static int32_t matrix_c[SIDE * SIDE];
static uint8_t input[PART];

/* Checksums, a bit at a time. */

static uint16_t crc8(uint8_t value, uint16_t crc) {
    for (int i = 0; i < 8; i++) {
        int carry = (value ^ crc) & 1;
        value >>= 1;
        if (carry) {
            crc = (uint16_t)((crc ^ 0x4002) >> 1 | 0x8000);
        } else {
            crc = (crc >> 1) & 0x7fff;
        }
    }
    return crc;
}

static NOINLINE uint16_t crc16(uint16_t value, uint16_t crc) {
    return crc8((uint8_t)(value >> 8), crc8((uint8_t)value, crc));
}

static uint16_t crc32bits(uint32_t value, uint16_t crc) {
    return crc16((uint16_t)(value >> 16), crc16((uint16_t)value, crc));
}

/* Matrices of 16 bits, and one of 32 for the results. */

static void fill_matrices(int32_t seed) {
    int32_t order = 1;
    seed = seed ? seed : 1;
    for (int i = 0; i < SIDE * SIDE; i++) {
        seed = order * seed % 65536;
        matrix_b[i] = (int16_t)(seed + order);
        matrix_a[i] = (int16_t)((matrix_b[i] + order) & 0xff);
        order++;
    }
}

static NOINLINE void add_to_matrix(int16_t *a, int16_t value) {
    for (int i = 0; i < SIDE * SIDE; i++) {
        a[i] = (int16_t)(a[i] + value);
    }
}

static NOINLINE void scale_matrix(int32_t *c, const int16_t *a, int16_t value) {
    for (int i = 0; i < SIDE * SIDE; i++) {
        c[i] = (int32_t)a[i] * value;
    }
}

static NOINLINE void multiply_vector(int32_t *c, const int16_t *a, const int16_t *b) {
    for (int i = 0; i < SIDE; i++) {
        c[i] = 0;
        for (int j = 0; j < SIDE; j++) {
            c[i] += (int32_t)a[i * SIDE + j] * b[j];
        }
    }
}

static NOINLINE void multiply(int32_t *c, const int16_t *a, const int16_t *b) {
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            int32_t sum = 0;
            for (int k = 0; k < SIDE; k++) {
                sum += (int32_t)a[i * SIDE + k] * b[k * SIDE + j];
            }
            c[i * SIDE + j] = sum;
        }
    }
}

static NOINLINE void multiply_bits(int32_t *c, const int16_t *a, const int16_t *b) {
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            int32_t sum = 0;
            for (int k = 0; k < SIDE; k++) {
                int32_t term = (int32_t)a[i * SIDE + k] * b[k * SIDE + j];
                sum += (term >> 2 & 0xf) * (term >> 5 & 0x7f);
            }
            c[i * SIDE + j] = sum;
        }
    }
}

static NOINLINE int16_t sum_matrix(const int32_t *c, int32_t limit) {
    int32_t sum = 0, previous = 0;
    int16_t score = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        sum += c[i];
        if (sum > limit) {
            score += 10;
            sum = 0;
        } else {
            score = (int16_t)(score + (c[i] > previous));
        }
        previous = c[i];
    }
    return score;
}

static uint16_t matrices(int16_t value, uint16_t crc) {
    int32_t limit = (int32_t)(0xf000u | (uint16_t)value);
    add_to_matrix(matrix_a, value);
    scale_matrix(matrix_c, matrix_a, value);
    crc = crc16((uint16_t)sum_matrix(matrix_c, limit), crc);
    multiply_vector(matrix_c, matrix_a, matrix_b);
    crc = crc16((uint16_t)sum_matrix(matrix_c, limit), crc);
    multiply(matrix_c, matrix_a, matrix_b);
    crc = crc16((uint16_t)sum_matrix(matrix_c, limit), crc);
    multiply_bits(matrix_c, matrix_a, matrix_b);
    crc = crc16((uint16_t)sum_matrix(matrix_c, limit), crc);
    add_to_matrix(matrix_a, (int16_t)-value);
    return crc;
}

/* A state machine that tells numbers apart. */

enum State { START, INVALID, SIGNED, INTEGER, FRACTION, EXPONENT, EXPONENT_SIGN, SCIENTIFIC, STATES };

static void fill_input(uint32_t seed) {
    static const char *const kinds[4][4] = {
        {"5012", "1234", "-874", "+122"},
        {"35.54400", ".1234500", "-110.700", "+0.64400"},
        {"5.500e+3", "-.123e-2", "-87e+832", "+0.6e-12"},
        {"T0.3e-1F", "-T.T++Tq", "1T3.4e4z", "34.0e-T^"},
    };
    int at = 0;
    for (;; seed++) {
        static const uint8_t chosen[8] = {0, 0, 0, 1, 1, 2, 2, 3};
        const char *word = kinds[chosen[seed & 7]][seed >> 3 & 3];
        int length = 0;
        while (word[length]) {
            length++;
        }
        if (at + length + 1 >= PART - 1) {
            break;
        }
        for (int i = 0; i < length; i++) {
            input[at++] = (uint8_t)word[i];
        }
        input[at++] = ',';
    }
    while (at < PART) {
        input[at++] = 0;
    }
}

/* Reads one number, counts the ways taken, and says how it ended. */
static NOINLINE enum State next_state(uint8_t **from, uint32_t *ways) {
    uint8_t *p = *from;
    enum State state = START;
    for (; *p && state != INVALID; p++) {
        uint8_t c = *p;
        if (c == ',') {
            p++;
            break;
        }
        int digit = c >= '0' && c <= '9';
        switch (state) {
        case START:
            state = digit ? INTEGER : c == '+' || c == '-' ? SIGNED : c == '.' ? FRACTION : INVALID;
            ways[START]++;
            ways[INVALID] += state == INVALID;
            break;
        case SIGNED:
            state = digit ? INTEGER : c == '.' ? FRACTION : INVALID;
            ways[SIGNED]++;
            break;
        case INTEGER:
            if (c == '.') {
                state = FRACTION;
                ways[INTEGER]++;
            } else if (!digit) {
                state = INVALID;
                ways[INTEGER]++;
            }
            break;
        case FRACTION:
            if (c == 'e' || c == 'E') {
                state = EXPONENT;
                ways[FRACTION]++;
            } else if (!digit) {
                state = INVALID;
                ways[FRACTION]++;
            }
            break;
        case EXPONENT:
            state = c == '+' || c == '-' ? EXPONENT_SIGN : INVALID;
            ways[EXPONENT]++;
            break;
        case EXPONENT_SIGN:
            state = digit ? SCIENTIFIC : INVALID;
            ways[EXPONENT_SIGN]++;
            break;
        case SCIENTIFIC:
            if (!digit) {
                state = INVALID;
                ways[INVALID]++;
            }
            break;
        default:
            break;
        }
    }
    *from = p;
    return state;
}

static void count_states(uint32_t *ends, uint32_t *ways) {
    uint8_t *p = input;
    while (*p) {
        ends[next_state(&p, ways)]++;
    }
}

static uint16_t state_machine(uint8_t seed, int16_t step, uint16_t crc) {
    uint32_t ends[STATES] = {0}, ways[STATES] = {0};
    count_states(ends, ways);
    /* Some of it is spoilt, and repaired afterwards. */
    for (int i = 0; i < PART; i += step) {
        if (input[i] != ',' && input[i]) {
            input[i] ^= seed;
        }
    }
    count_states(ends, ways);
    for (int i = 0; i < PART; i += step) {
        if (input[i] != ',' && input[i]) {
            input[i] ^= seed;
        }
    }
    for (int i = 0; i < STATES; i++) {
        crc = crc32bits(ways[i], crc32bits(ends[i], crc));
    }
    return crc;
}

/* The list. */

/* The value of an item: computed the first time, remembered in its bits afterwards. */
static NOINLINE int16_t value_of(int16_t *data, Work *work) {
    int16_t bits = *data;
    if (bits >> 7 & 1) {
        return bits & 0x7f;
    }
    int16_t kind = bits & 7, parameter = bits >> 3 & 0xf;
    int16_t value = bits;
    parameter = (int16_t)(parameter | parameter << 4);
    if (kind == 0) {
        value = (int16_t)state_machine(0x80, parameter < 0x22 ? 0x22 : parameter, work->crc);
        work->state_crc = work->state_crc ? work->state_crc : (uint16_t)value;
    } else if (kind == 1) {
        value = (int16_t)matrices(parameter, work->crc);
        work->matrix_crc = work->matrix_crc ? work->matrix_crc : (uint16_t)value;
    }
    work->crc = crc16((uint16_t)value, work->crc);
    value &= 0x7f;
    *data = (int16_t)((bits & 0xff00) | 0x80 | value);
    return value;
}

typedef int32_t (*Compare)(Info *, Info *, Work *);

static int32_t by_value(Info *a, Info *b, Work *work) {
    /* In this order, since both go into the checksum. */
    int32_t first = value_of(&a->data, work);
    return first - value_of(&b->data, work);
}

/* Also has the items forget their values. */
static int32_t by_index(Info *a, Info *b, Work *work) {
    if (!work) {
        a->data = (int16_t)((a->data & 0xff00) | (a->data >> 8 & 0xff));
        b->data = (int16_t)((b->data & 0xff00) | (b->data >> 8 & 0xff));
    }
    return a->index - b->index;
}

static NOINLINE Item *find(Item *list, const Info *wanted) {
    if (wanted->index >= 0) {
        while (list && list->info->index != wanted->index) {
            list = list->next;
        }
    } else {
        while (list && (list->info->data & 0xff) != wanted->data) {
            list = list->next;
        }
    }
    return list;
}

static NOINLINE Item *reverse(Item *list) {
    Item *done = NULL;
    while (list) {
        Item *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

/* Takes the second item's contents away with the item that follows. */
static Item *take_after(Item *item) {
    Item *gone = item->next;
    Info *info = gone->info;
    gone->info = item->info;
    item->info = info;
    item->next = gone->next;
    gone->next = NULL;
    return gone;
}

static void put_back(Item *gone, Item *item) {
    Info *info = gone->info;
    gone->info = item->info;
    item->info = info;
    gone->next = item->next;
    item->next = gone;
}

static NOINLINE Item *merge_sort(Item *list, Compare compare, Work *work) {
    for (int32_t size = 1;; size *= 2) {
        Item *a = list, *tail = NULL;
        int32_t merges = 0;
        list = NULL;
        while (a) {
            Item *b = a;
            int32_t a_left = 0, b_left = size;
            merges++;
            while (b && a_left < size) {
                a_left++;
                b = b->next;
            }
            while (a_left > 0 || (b_left > 0 && b)) {
                Item *least;
                int from_b = a_left == 0 || (b_left > 0 && b && compare(a->info, b->info, work) > 0);
                if (from_b) {
                    least = b;
                    b = b->next;
                    b_left--;
                } else {
                    least = a;
                    a = a->next;
                    a_left--;
                }
                if (tail) {
                    tail->next = least;
                } else {
                    list = least;
                }
                tail = least;
            }
            a = b;
        }
        tail->next = NULL;
        if (merges <= 1) {
            return list;
        }
    }
}

static void fill_list(uint16_t seed) {
    for (int i = 0; i <= ITEMS; i++) {
        uint16_t pattern = (uint16_t)((seed ^ i) & 0xf);
        uint16_t data = (uint16_t)(pattern << 3 | (i & 7));
        items[i].next = i < ITEMS ? &items[i + 1] : NULL;
        items[i].info = &infos[i];
        infos[i].data = (int16_t)(data << 8 | data);
        infos[i].index = (int16_t)(i * 17 % (ITEMS + 1));
    }
}

static NOINLINE uint16_t lists(Item **head, Work *work, int16_t index) {
    uint16_t score = 0, found = 0, missed = 0;
    Info wanted = {0, index};
    Item *list = *head;
    for (int16_t i = 0; i < LOOKED_FOR; i++) {
        wanted.data = i & 0xff;
        Item *item = find(list, &wanted);
        list = reverse(list);
        if (item) {
            found++;
            if (item->info->data & 1) {
                score += item->info->data >> 9 & 1;
            }
            /* What was found is likely to be looked for again, and moves to the front. */
            if (item->next) {
                Item *moved = item->next;
                item->next = moved->next;
                moved->next = list->next;
                list->next = moved;
            }
        } else {
            missed++;
            score += list->next->info->data >> 8 & 1;
        }
        if (wanted.index >= 0) {
            wanted.index++;
        }
    }
    score = (uint16_t)(score + found * 4 - missed);
    list = merge_sort(list, by_value, work);
    Item *gone = take_after(list->next);
    Item *from = find(list, &wanted);
    for (from = from ? from : list->next; from; from = from->next) {
        score = crc16((uint16_t)list->info->data, score);
    }
    put_back(gone, list->next);
    list = merge_sort(list, by_index, NULL);
    for (from = list->next; from; from = from->next) {
        score = crc16((uint16_t)list->info->data, score);
    }
    *head = list;
    return score;
}

EXPORT int64_t run(int32_t n) {
    Work work = {0};
    Item *list = items;
    int64_t sum = 0;
    fill_list(0);
    fill_matrices(0);
    fill_input(0);
    for (int32_t i = 0; i < n; i++) {
        for (int16_t index = 1; index >= -1; index -= 2) {
            uint16_t score = lists(&list, &work, index);
            work.crc = crc16(score, work.crc);
        }
        sum = sum * 7 + work.crc;
    }
    return sum * 31 + work.matrix_crc * 5 + work.state_crc;
}
