/* A code that corrects errors, Reed and Solomon's, as in the square codes that cameras read:
 * arithmetic in a field of 256 by tables of logarithms, and a picture of bits with its masks. */
#include "workload.h"

#define DATA 64
#define CHECK 16
#define SIDE 33
static uint8_t exponent[512], logarithm[256], generator[CHECK + 1];
static uint8_t word[DATA + CHECK], picture[SIDE][SIDE];

static uint8_t times(uint8_t a, uint8_t b) { return a && b ? exponent[logarithm[a] + logarithm[b]] : 0; }

static void make_tables(void) {
    uint32_t x = 1;
    for (int i = 0; i < 255; i++) {
        exponent[i] = exponent[i + 255] = (uint8_t)x;
        logarithm[x] = (uint8_t)i;
        x = x << 1 ^ (x >> 7) * 0x11d;
    }
    for (int i = 0; i <= CHECK; i++) {
        generator[i] = i == 0;
    }
    for (int i = 0; i < CHECK; i++) {
        for (int j = i + 1; j > 0; j--) {
            generator[j] ^= times(generator[j - 1], exponent[i]);
        }
    }
}

static NOINLINE void encode(void) {
    uint8_t rest[CHECK] = {0};
    for (int i = 0; i < DATA; i++) {
        uint8_t lead = word[i] ^ rest[0];
        for (int j = 0; j + 1 < CHECK; j++) {
            rest[j] = rest[j + 1] ^ times(lead, generator[j + 1]);
        }
        rest[CHECK - 1] = times(lead, generator[CHECK]);
    }
    for (int i = 0; i < CHECK; i++) {
        word[DATA + i] = rest[i];
    }
}

/* Corrects what was damaged, by Berlekamp, Massey, Chien and Forney; how many bytes. */
static NOINLINE int decode(void) {
    uint8_t syndrome[CHECK], locator[CHECK + 1] = {1}, last[CHECK + 1] = {1}, value[CHECK] = {0};
    int degree = 0, shift = 1, corrected = 0;
    uint8_t discrepancy_before = 1;
    for (int i = 0; i < CHECK; i++) {
        uint8_t sum = 0;
        for (int j = 0; j < DATA + CHECK; j++) {
            sum = times(sum, exponent[i]) ^ word[j];
        }
        syndrome[i] = sum;
    }
    for (int i = 0; i < CHECK; i++) {
        uint8_t discrepancy = syndrome[i];
        for (int j = 1; j <= degree; j++) {
            discrepancy ^= times(locator[j], syndrome[i - j]);
        }
        if (!discrepancy) {
            shift++;
            continue;
        }
        uint8_t kept[CHECK + 1];
        uint8_t factor = exponent[logarithm[discrepancy] + 255 - logarithm[discrepancy_before]];
        for (int j = 0; j <= CHECK; j++) {
            kept[j] = locator[j];
        }
        for (int j = shift; j <= CHECK; j++) {
            locator[j] ^= times(factor, last[j - shift]);
        }
        if (degree * 2 <= i) {
            degree = i + 1 - degree;
            discrepancy_before = discrepancy;
            shift = 1;
            for (int j = 0; j <= CHECK; j++) {
                last[j] = kept[j];
            }
        } else {
            shift++;
        }
    }
    for (int i = 0; i < CHECK; i++) {
        for (int j = 0; j <= i && j <= degree; j++) {
            value[i] ^= times(locator[j], syndrome[i - j]);
        }
    }
    for (int at = 0; at < DATA + CHECK; at++) {
        int power = DATA + CHECK - 1 - at;
        uint8_t inverse = exponent[255 - power], sum = 0, slope = 0, top = 0;
        for (int j = degree; j >= 0; j--) {
            sum = times(sum, inverse) ^ locator[j];
        }
        if (sum) {
            continue;
        }
        for (int j = 1; j <= degree; j += 2) {
            slope ^= times(locator[j], exponent[(j - 1) * (255 - power) % 255]);
        }
        for (int j = CHECK - 1; j >= 0; j--) {
            top = times(top, inverse) ^ value[j];
        }
        if (slope && top) {
            word[at] ^= exponent[(logarithm[top] + 255 - logarithm[slope] + power) % 255];
            corrected++;
        }
    }
    return corrected;
}

/* How ugly the picture is with a mask, by the rules for long runs and blocks. */
static NOINLINE int32_t penalty(int mask) {
    int32_t sum = 0, dark = 0;
    for (int y = 0; y < SIDE; y++) {
        int run = 0, before = -1;
        for (int x = 0; x < SIDE; x++) {
            int bit = (word[(y * SIDE + x) / 8 % (DATA + CHECK)] >> (x & 7) & 1);
            int flip = mask == 0 ? (x + y) % 2 == 0 : mask == 1 ? y % 2 == 0 : mask == 2 ? x % 3 == 0
                     : mask == 3 ? (x + y) % 3 == 0 : mask == 4 ? (y / 2 + x / 3) % 2 == 0 : x * y % 6 < 3;
            bit ^= flip;
            picture[y][x] = (uint8_t)bit;
            dark += bit;
            run = bit == before ? run + 1 : 1;
            before = bit;
            sum += run == 5 ? 3 : run > 5 ? 1 : 0;
            if (x > 0 && y > 0 && picture[y - 1][x] == bit && picture[y][x - 1] == bit && picture[y - 1][x - 1] == bit) {
                sum += 3;
            }
        }
    }
    int32_t off = dark * 100 / (SIDE * SIDE) - 50;
    return sum + (off < 0 ? -off : off) / 5 * 10;
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 2463534242u;
    int64_t sum = 0;
    make_tables();
    for (int32_t i = 0; i < n; i++) {
        uint8_t sent[DATA + CHECK];
        for (int j = 0; j < DATA; j++) {
            word[j] = (uint8_t)(next_random(&random) >> 9);
        }
        encode();
        for (int j = 0; j < DATA + CHECK; j++) {
            sent[j] = word[j];
        }
        for (int j = 0; j < CHECK / 2; j++) {
            uint32_t x = next_random(&random);
            word[x % (DATA + CHECK)] ^= (uint8_t)(x >> 16);
        }
        sum = sum * 31 + decode();
        for (int j = 0; j < DATA + CHECK; j++) {
            sum += word[j] == sent[j] ? 0 : 1000000007;
        }
        int32_t least = INT32_MAX;
        for (int mask = 0; mask < 6; mask++) {
            int32_t found = penalty(mask);
            least = found < least ? found : least;
        }
        sum = sum * 7 + least;
    }
    return sum;
}
