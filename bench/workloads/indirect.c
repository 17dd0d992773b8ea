/* Calls through a table of functions: methods of small objects. */
#include "workload.h"

typedef struct Shape Shape;
typedef struct {
    int32_t (*area)(const Shape *);
    void (*grow)(Shape *, int32_t);
    int32_t (*compare)(const Shape *, const Shape *);
} Methods;
struct Shape {
    const Methods *methods;
    int32_t a, b;
};

static int32_t by_area(const Shape *x, const Shape *y) { return x->methods->area(x) - y->methods->area(y); }
static int32_t by_side(const Shape *x, const Shape *y) { return x->a - y->a; }
static int32_t square_area(const Shape *s) { return s->a * s->a; }
static int32_t box_area(const Shape *s) { return s->a * s->b; }
static int32_t triangle_area(const Shape *s) { return s->a * s->b / 2; }
static int32_t point_area(const Shape *s) { return s->b & 1; }
static void grow_a(Shape *s, int32_t by) { s->a = (s->a + by) & 1023; }
static void grow_b(Shape *s, int32_t by) { s->b = (s->b + 3 * by) & 511; }
static void grow_both(Shape *s, int32_t by) { s->a = (s->a ^ by) & 1023, s->b = (s->b + by) & 1023; }

static const Methods kinds[4] = {
    {square_area, grow_a, by_area},
    {box_area, grow_both, by_side},
    {triangle_area, grow_b, by_area},
    {point_area, grow_both, by_side},
};

#define SHAPES 512
static Shape shapes[SHAPES];

EXPORT int64_t run(int32_t n) {
    uint32_t random = 17;
    for (int i = 0; i < SHAPES; i++) {
        uint32_t r = next_random(&random);
        shapes[i] = (Shape){&kinds[r >> 7 & 3], (int32_t)(r >> 9 & 1023), (int32_t)(r >> 19 & 1023)};
    }
    int64_t sum = 0;
    for (int32_t round = 0; round < n; round++) {
        Shape *best = &shapes[round % SHAPES];
        for (int i = 0; i < SHAPES; i++) {
            Shape *shape = &shapes[i];
            shape->methods->grow(shape, round + i);
            if (shape->methods->compare(shape, best) > 0) {
                best = shape;
            }
        }
        sum += best->methods->area(best) * (round & 15);
    }
    return sum;
}
