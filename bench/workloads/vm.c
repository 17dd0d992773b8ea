/* An interpreter in the interpreter: a loop around a switch over byte codes. */
#include "workload.h"

enum { PUSH, LOAD, STORE, ADD, SUB, MUL, AND, XOR, SHIFT, LESS, JUMP, JUMP_IF, DUP, SWAP, PEEK, POKE, HALT };

/* for (i = 0; i < limit; i++) { x = (x * 31 + i) ^ (x >> 5); table[x & 15] += i - x; } */
static const int32_t program[] = {
    PUSH, 0, STORE, 0,                                                         /* 0: i = 0 */
    LOAD, 0, LOAD, 1, LESS, JUMP_IF, 13, JUMP, 64,                             /* 4 */
    LOAD, 2, PUSH, 31, MUL, LOAD, 0, ADD, LOAD, 2, PUSH, 5, SHIFT, XOR, STORE, 2, /* 13 */
    LOAD, 2, PUSH, 15, AND, DUP, PEEK, LOAD, 0, ADD, LOAD, 2, SUB,             /* 29 */
    SWAP, POKE,                                                                /* 42 */
    LOAD, 0, PUSH, 1, ADD, STORE, 0, JUMP, 4,                                  /* 44 */
    HALT, HALT, HALT, HALT, HALT, HALT, HALT, HALT, HALT, HALT, HALT, HALT,    /* 53 */
};

static int32_t table[16];

static NOINLINE int32_t interpret(const int32_t *code, int32_t limit) {
    int32_t stack[16], *top = stack, locals[4] = {0, limit, 12345, 0}, a, b;
    for (const int32_t *pc = code;;) {
        switch (*pc++) {
        case PUSH: *top++ = *pc++; break;
        case LOAD: *top++ = locals[*pc++]; break;
        case STORE: locals[*pc++] = *--top; break;
        case ADD: b = *--top; top[-1] = (int32_t)((uint32_t)top[-1] + (uint32_t)b); break;
        case SUB: b = *--top; top[-1] = (int32_t)((uint32_t)top[-1] - (uint32_t)b); break;
        case MUL: b = *--top; top[-1] = (int32_t)((uint32_t)top[-1] * (uint32_t)b); break;
        case AND: b = *--top; top[-1] &= b; break;
        case XOR: b = *--top; top[-1] ^= b; break;
        case SHIFT: b = *--top; top[-1] >>= b & 31; break;
        case LESS: b = *--top; top[-1] = top[-1] < b; break;
        case JUMP: pc = code + *pc; break;
        case JUMP_IF: pc = *--top ? code + *pc : pc + 1; break;
        case DUP: top[0] = top[-1]; top++; break;
        case SWAP: a = top[-1]; top[-1] = top[-2]; top[-2] = a; break;
        case PEEK: top[-1] = table[top[-1] & 15]; break;
        case POKE: a = *--top; table[a & 15] = *--top; break;
        case HALT: return locals[2];
        default: __builtin_trap();
        }
    }
}

EXPORT int64_t run(int32_t n) {
    for (int i = 0; i < 16; i++) {
        table[i] = 0;
    }
    int64_t sum = interpret(program, n);
    for (int i = 0; i < 16; i++) {
        sum = sum * 31 + table[i];
    }
    return sum;
}
