/* A controller as tools for state charts write it: one function with many small conditions over
 * variables in memory, hardly a loop. It moves the window of a car. */
#include "workload.h"

enum Motion { STILL, RISING, FALLING };
enum Mode { OFF, READY, MOVING, BLOCKED, LEARNING };

static volatile uint8_t key_up, key_down, key_child, ignition, pinched;
static uint8_t was_up, was_down, was_ignition, was_pinched;
static uint8_t mode, motion, wanted, automatic, learnt, error;
static uint8_t timer_debounce, timer_block, timer_sleep, debounced_up, debounced_down;
static int32_t position, top, bottom, current, ticks, moves, stops, reversals, lessons;

static NOINLINE void debounce(void) {
    if (key_up == was_up && key_down == was_down) {
        if (timer_debounce < 3) {
            timer_debounce++;
        } else {
            debounced_up = key_up && !key_down && !key_child;
            debounced_down = key_down && !key_up && !key_child;
        }
    } else {
        timer_debounce = 0;
    }
    was_up = key_up;
    was_down = key_down;
}

static NOINLINE void motor(void) {
    switch (motion) {
    case RISING:
        position += learnt ? 3 : 1;
        current = 20 + (position & 7) + (pinched ? 60 : 0);
        if (position >= top) {
            position = top;
            current += 80;
        }
        break;
    case FALLING:
        position -= learnt ? 4 : 1;
        current = 15 + (position & 3);
        if (position <= bottom) {
            position = bottom;
            current += 80;
        }
        break;
    default:
        current = current > 4 ? current - 4 : 0;
        break;
    }
}

static NOINLINE void chart(void) {
    uint8_t started = ignition && !was_ignition, ended = !ignition && was_ignition;
    uint8_t squeezed = pinched && !was_pinched;
    was_ignition = ignition;
    was_pinched = pinched;
    ticks++;
    if (mode == OFF) {
        if (started) {
            mode = learnt ? READY : LEARNING;
            timer_sleep = 0;
            error = 0;
        }
    } else if (ended) {
        if (mode == MOVING && automatic) {
            timer_sleep = 1;
        } else {
            mode = OFF;
            motion = STILL;
            wanted = STILL;
            automatic = 0;
            stops++;
        }
    }
    if (mode == READY) {
        if (debounced_up && position < top) {
            wanted = RISING;
        } else if (debounced_down && position > bottom) {
            wanted = FALLING;
        } else {
            wanted = STILL;
        }
        if (wanted != STILL) {
            mode = MOVING;
            motion = wanted;
            automatic = 0;
            moves++;
            timer_block = 0;
        } else if (timer_sleep && ++timer_sleep > 50) {
            mode = OFF;
            timer_sleep = 0;
        }
    } else if (mode == MOVING) {
        if (motion == RISING && squeezed && !error) {
            motion = FALLING;
            wanted = FALLING;
            automatic = 1;
            reversals++;
        } else if (motion == RISING && debounced_down) {
            motion = STILL;
            mode = READY;
            stops++;
        } else if (motion == FALLING && debounced_up && !automatic) {
            motion = STILL;
            mode = READY;
            stops++;
        } else if (!automatic && !debounced_up && !debounced_down) {
            if (timer_block < 10) {
                automatic = 1;
            } else {
                motion = STILL;
                mode = READY;
                stops++;
            }
        }
        if (current > 90) {
            if (++timer_block > 12) {
                uint8_t at_end = position == top || position == bottom;
                mode = at_end ? READY : BLOCKED;
                error = at_end ? 0 : error + 1;
                motion = STILL;
                automatic = 0;
                timer_block = 0;
                stops++;
            }
        } else if (timer_block && !(ticks & 3)) {
            timer_block--;
        }
        if (timer_sleep && mode == READY) {
            mode = OFF;
            timer_sleep = 0;
        }
    } else if (mode == BLOCKED) {
        if (error > 3) {
            learnt = 0;
            mode = LEARNING;
            error = 0;
        } else if (!debounced_up && !debounced_down) {
            mode = READY;
        }
    } else if (mode == LEARNING) {
        if (motion == STILL) {
            motion = lessons & 1 ? RISING : FALLING;
            timer_block = 0;
        } else if (current > 90 && ++timer_block > 5) {
            if (motion == RISING) {
                learnt = 1;
                mode = READY;
                motion = STILL;
            } else {
                motion = RISING;
            }
            lessons++;
            timer_block = 0;
        }
    }
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 2463534242u;
    int64_t sum = 0;
    top = 200;
    bottom = position = mode = motion = learnt = error = 0;
    key_up = key_down = key_child = ignition = pinched = 0;
    automatic = wanted = timer_block = timer_sleep = timer_debounce = 0;
    was_up = was_down = was_ignition = was_pinched = debounced_up = debounced_down = 0;
    ticks = moves = stops = reversals = lessons = current = 0;
    for (int32_t i = 0; i < n; i++) {
        uint32_t x = next_random(&random);
        if (x % 64 == 0) {
            key_up = x >> 8 & 1;
        }
        if (x % 64 == 1) {
            key_down = x >> 9 & 1;
        }
        key_child = (x >> 10) % 512 == 0;
        if (x % 1024 == 2) {
            ignition = (x >> 12 & 7) != 0;
        }
        pinched = x % 256 < 2;
        debounce();
        chart();
        motor();
        sum = sum * 3 + position + mode * 7 + current;
    }
    return sum + moves + stops * 3LL + reversals * 5LL + lessons * 7LL;
}
