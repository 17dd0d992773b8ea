/* Bytes and tables: CRC-32, and base64 there and back. */
#include "workload.h"

#define SIZE 30000
static uint8_t data[SIZE], encoded[SIZE / 3 * 4], decoded[SIZE];
static uint32_t crc_table[256];
static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t value_of[256];

static uint32_t crc(const uint8_t *bytes, int32_t size) {
    uint32_t sum = ~0u;
    for (int32_t i = 0; i < size; i++) {
        sum = crc_table[(sum ^ bytes[i]) & 255] ^ sum >> 8;
    }
    return ~sum;
}

EXPORT int64_t run(int32_t n) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t entry = i;
        for (int bit = 0; bit < 8; bit++) {
            entry = entry & 1 ? 0xedb88320u ^ entry >> 1 : entry >> 1;
        }
        crc_table[i] = entry;
    }
    for (uint8_t i = 0; i < 64; i++) {
        value_of[(uint8_t)digits[i]] = i;
    }
    uint32_t random = 99;
    uint64_t sum = 0;
    for (int32_t round = 0; round < n; round++) {
        for (int32_t i = 0; i < SIZE; i++) {
            data[i] = (uint8_t)next_random(&random);
        }
        for (int32_t i = 0, o = 0; i < SIZE; i += 3) {
            uint32_t group = (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 | data[i + 2];
            encoded[o++] = (uint8_t)digits[group >> 18];
            encoded[o++] = (uint8_t)digits[group >> 12 & 63];
            encoded[o++] = (uint8_t)digits[group >> 6 & 63];
            encoded[o++] = (uint8_t)digits[group & 63];
        }
        for (int32_t i = 0, o = 0; o < SIZE; i += 4) {
            uint32_t group = (uint32_t)value_of[encoded[i]] << 18 | (uint32_t)value_of[encoded[i + 1]] << 12 |
                             (uint32_t)value_of[encoded[i + 2]] << 6 | value_of[encoded[i + 3]];
            decoded[o++] = (uint8_t)(group >> 16);
            decoded[o++] = (uint8_t)(group >> 8);
            decoded[o++] = (uint8_t)group;
        }
        sum = sum * 31 + crc(encoded, sizeof encoded) + (crc(data, SIZE) ^ crc(decoded, SIZE));
    }
    return (int64_t)sum;
}
