/* A light that fades, a pseudo-random pattern, and checksummed messages on the serial port. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <stdint.h>

#define BAUD 9600UL
#define CLOCK 16000000UL

static const uint8_t curve[16] PROGMEM = {0, 1, 2, 4, 7, 11, 17, 25, 36, 51, 71, 97, 130, 170, 213, 255};

static volatile uint32_t ticks;
static uint16_t state = 0xace1;
static int32_t samples[8];

ISR(TIMER0_OVF_vect) { ticks++; }

static uint16_t next_random(void) {
    uint16_t bit = ((state >> 0) ^ (state >> 2) ^ (state >> 3) ^ (state >> 5)) & 1;
    return state = (uint16_t)((state >> 1) | (bit << 15));
}

static uint8_t crc8(const uint8_t *data, uint8_t length) {
    uint8_t crc = 0;
    while (length--) {
        crc ^= *data++;
        for (uint8_t i = 0; i < 8; i++) {
            crc = crc & 0x80 ? (uint8_t)((crc << 1) ^ 0x07) : (uint8_t)(crc << 1);
        }
    }
    return crc;
}

static void send(uint8_t byte) {
    while (!(UCSR0A & (1 << UDRE0))) {
    }
    UDR0 = byte;
}

static void send_number(int32_t value) {
    char digits[11];
    uint8_t n = 0;
    uint32_t rest = value < 0 ? -(uint32_t)value : (uint32_t)value;
    do {
        digits[n++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) {
        send('-');
    }
    while (n) {
        send((uint8_t)digits[--n]);
    }
    send('\n');
}

static int32_t filter(int32_t sample) {
    int64_t sum = 0;
    for (uint8_t i = 7; i > 0; i--) {
        samples[i] = samples[i - 1];
        sum += (int64_t)samples[i] * (8 - i);
    }
    samples[0] = sample;
    return (int32_t)((sum + (int64_t)sample * 8) / 36);
}

static float scale(int32_t value) { return value * 0.0048828125f - 1.25f; }

int main(void) {
    DDRB = 0xff;
    UBRR0 = CLOCK / (16 * BAUD) - 1;
    UCSR0B = 1 << TXEN0;
    TCCR0B = 1 << CS02;
    TIMSK0 = 1 << TOIE0;
    sei();
    for (;;) {
        uint8_t step = (uint8_t)(ticks >> 4) & 31;
        OCR1AL = pgm_read_byte(&curve[step < 16 ? step : 31 - step]);
        int32_t value = filter((int32_t)next_random() - 32768);
        uint8_t message[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), step};
        send(crc8(message, sizeof message));
        send_number((int32_t)(scale(value) * 100));
        switch (step) {
        case 0: PORTB = 0x01; break;
        case 7: PORTB = 0x80; break;
        case 9: PORTB ^= 0x55; break;
        case 15: PORTB = (uint8_t)~PORTB; break;
        default: PORTB = (uint8_t)(PORTB << 1 | PORTB >> 7);
        }
    }
}
