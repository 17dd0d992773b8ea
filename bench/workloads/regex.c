/* Regular expressions by backtracking: recursion, pointers, and a decision for each character. */
#include "workload.h"

static const char *const patterns[] = {
    "^[a-z]+@[a-z]+\\.(com|org|net)$",
    "(\\d\\d?\\d?\\.)(\\d+\\.)(\\d+\\.)\\d+",
    "[A-Z][a-z]*( [A-Z][a-z]*)+",
    "(a|ab)(c|bcd)(d*)",
    "([a-z]+\\s)*fox(\\s[a-z]+)*$",
    "\\w+\\s*=\\s*(\\d+|\"[^\"]*\")",
    "(x+x+)+y",
    ".*z.*q",
};
static const char *const texts[] = {
    "someone@example.org",
    "the address 192.168.10.254 of a machine",
    "It was Ada Lovelace who wrote it",
    "abcd and abbcdd",
    "the quick brown fox jumps over the lazy dog",
    "name = \"a value\", width = 1024, height=768",
    "xxxxxxxxxxz",
    "no such letter in all of this sentence, which is rather long, is there",
};
#define COUNT 8

static const char *match_here(const char *re, const char *end, const char *s, int32_t *steps);

/* The end of one atom of a pattern. */
static const char *after_atom(const char *re) {
    if (*re == '\\') {
        return re + 2;
    }
    if (*re == '[') {
        re++;
        re += *re == '^';
        while (*re != ']') {
            re += *re == '\\' ? 2 : 1;
        }
        return re + 1;
    }
    if (*re == '(') {
        int depth = 1;
        for (re++; depth; re++) {
            if (*re == '\\') {
                re++;
            } else if (*re == '[') {
                re = after_atom(re) - 1;
            } else {
                depth += (*re == '(') - (*re == ')');
            }
        }
        return re;
    }
    return re + 1;
}

static int in_class(char kind, char c) {
    switch (kind) {
    case 'd': return c >= '0' && c <= '9';
    case 's': return c == ' ' || c == '\t' || c == '\n';
    case 'w': return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    default: return c == kind;
    }
}

static NOINLINE int match_one(const char *re, char c) {
    if (!c) {
        return 0;
    }
    switch (*re) {
    case '.': return 1;
    case '\\': return in_class(re[1], c);
    case '[': {
        int negated = re[1] == '^', found = 0;
        for (re += 1 + negated; *re != ']'; re++) {
            if (*re == '\\') {
                found |= in_class(*++re, c);
            } else if (re[1] == '-' && re[2] != ']') {
                found |= c >= re[0] && c <= re[2];
                re += 2;
            } else {
                found |= *re == c;
            }
        }
        return found != negated;
    }
    default: return *re == c;
    }
}

/* One atom, of which what is in parentheses may have several ends: the longest that is found. */
static const char *match_atom(const char *re, const char *end, const char *s, int32_t *steps) {
    if (*re != '(') {
        return match_one(re, *s) ? s + 1 : NULL;
    }
    const char *from = re + 1, *best = NULL;
    while (from < end) {
        const char *to = from;
        while (*to != '|' && to < end - 1) {
            to = after_atom(to);
        }
        const char *found = match_here(from, to, s, steps);
        if (found && (!best || found > best)) {
            best = found;
        }
        from = to + 1;
    }
    return best;
}

static const char *repeat(const char *re, const char *next, const char *end, const char *s, int least, int most,
                          int32_t *steps) {
    const char *best = NULL;
    if (least <= 0) {
        best = match_here(next + 1, end, s, steps);
    }
    if (most > 0) {
        const char *once = match_atom(re, next, s, steps);
        if (once && once > s) {
            const char *found = repeat(re, next, end, once, least - 1, most - 1, steps);
            best = found ? found : best;
        }
    }
    return best;
}

static NOINLINE const char *match_here(const char *re, const char *end, const char *s, int32_t *steps) {
    for (++*steps; re < end; ++*steps) {
        if (*re == '$') {
            return *s ? NULL : s;
        }
        const char *next = after_atom(re);
        if (next < end && *next == '*') {
            return repeat(re, next, end, s, 0, 1000, steps);
        }
        if (next < end && *next == '+') {
            return repeat(re, next, end, s, 1, 1000, steps);
        }
        if (next < end && *next == '?') {
            return repeat(re, next, end, s, 0, 1, steps);
        }
        s = match_atom(re, next, s, steps);
        if (!s) {
            return NULL;
        }
        re = next;
    }
    return s;
}

static int32_t search(const char *re, const char *text, int32_t *steps) {
    const char *end = re;
    while (*end) {
        end++;
    }
    int fixed = *re == '^';
    for (const char *s = text;; s++) {
        const char *found = match_here(re + fixed, end, s, steps);
        if (found) {
            return (int32_t)((s - text) * 100 + (found - s));
        }
        if (fixed || !*s) {
            return -1;
        }
    }
}

EXPORT int64_t run(int32_t n) {
    int64_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        for (int j = 0; j < COUNT; j++) {
            int32_t steps = 0;
            int32_t same = search(patterns[j], texts[j], &steps);
            int32_t other = search(patterns[j], texts[(i + j) % COUNT], &steps);
            sum = sum * 7 + same * 1000 + other + steps;
        }
    }
    return sum;
}
