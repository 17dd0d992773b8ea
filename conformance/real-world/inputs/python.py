"""A bit of everything: the interpreter's own work and that of its library."""

import collections
import functools
import hashlib
import itertools
import json
import math
import os
import re
import sys
import textwrap
from dataclasses import dataclass, field
from decimal import Decimal, getcontext
from fractions import Fraction

SIZE = int(sys.argv[1])


def numbers():
    getcontext().prec = 50
    print(2**521 - 1, pow(3, 10**6, 10**9 + 7), math.factorial(60), sep="\n")
    print(Decimal(2).sqrt(), Fraction(355, 113) - Fraction(22, 7), (-7) // 2, -7 % 3, 0.1 + 0.2)
    print(math.sin(1), math.gamma(5.5), math.log1p(1e-10), float.hex(math.pi), complex(1, 2) ** 3)
    sieve = bytearray([1]) * (SIZE * 100)
    for i in range(2, int(len(sieve) ** 0.5) + 1):
        if sieve[i]:
            sieve[i * i :: i] = bytes(len(sieve[i * i :: i]))
    print("primes", sum(sieve) - 2)


def bodies():
    @dataclass
    class Body:
        x: float
        y: float
        mass: float
        vx: float = 0.0
        vy: float = 0.0
        trail: list = field(default_factory=list)

    system = [Body(0, 0, 10), Body(5, 0, 1, 0, 1.2), Body(0, -9, 0.5, 1.0, 0)]
    for step in range(SIZE):
        for a, b in itertools.combinations(system, 2):
            dx, dy = b.x - a.x, b.y - a.y
            pull = (dx * dx + dy * dy + 0.01) ** -1.5 * 0.01
            a.vx += dx * b.mass * pull
            a.vy += dy * b.mass * pull
            b.vx -= dx * a.mass * pull
            b.vy -= dy * a.mass * pull
        for body in system:
            body.x += body.vx * 0.01
            body.y += body.vy * 0.01
            if step % 50 == 0:
                body.trail.append(round(body.x, 9))
    print([(b.x, b.y) for b in system], system[1].trail[-1])


def text():
    words = re.findall(r"[a-z]+(?:'[a-z]+)?", (__doc__ + textwrap.__doc__ + re.__doc__).lower())
    print(collections.Counter(words).most_common(5))
    print(re.sub(r"(?P<a>\w)(?P<b>\w)", r"\g<b>\g<a>", "swapping letters, ünïcödé too"))
    print("naïve".encode("utf-16-le").hex(), "ẞ".casefold(), "%-8s|%08.3f" % ("left", math.e), f"{12345678:_} {0.5:>8.1%}")
    print(hashlib.sha256(b"abc" * SIZE).hexdigest(), hashlib.md5(bytes(range(256))).hexdigest())
    print(textwrap.fill(" ".join(words[:40]), 50))


def structures():
    @functools.lru_cache(maxsize=None)
    def ways(n, parts=(1, 5, 10, 25, 50)):
        return 1 if n == 0 else 0 if n < 0 or not parts else ways(n - parts[-1], parts) + ways(n, parts[:-1])

    print(ways(SIZE), sorted({hash(x) % 97 for x in ("a", 1, (2, "b"), None is None)}))
    queens = [p for p in itertools.permutations(range(6)) if len({p[i] + i for i in range(6)}) == len({p[i] - i for i in range(6)}) == 6]
    print(queens)
    data = {"list": [1, 2.5, None, True], "nested": {"é": "\u20ac\n"}, "big": 10**20}
    print(json.dumps(data, sort_keys=True), json.loads(json.dumps(data)) == data)

    def chunks(n):
        try:
            while True:
                n = (yield n // 2) or n - 1
        finally:
            print("closed")

    flow = chunks(10)
    print([next(flow), flow.send(100), next(flow)])
    flow.close()


def failures():
    def deep(n):
        return 1 + deep(n - 1) if n else 0

    for attempt in (lambda: 1 // 0, lambda: [][3], lambda: {}["k"], lambda: deep(10**6), lambda: int("x"), lambda: open("/none")):
        try:
            attempt()
        except Exception as error:
            print(type(error).__name__, error)
    try:
        raise ExceptionGroup("many", [ValueError(1), TypeError(2)])
    except* ValueError as group:
        print(group.exceptions)
    except* TypeError as group:
        print(group.exceptions)


def files():
    os.makedirs("made/inner")
    with open("made/inner/text", "w", encoding="utf-8") as out:
        out.writelines(f"{i}: {'ü' * (i % 7)}\n" for i in range(SIZE))
    with open("made/inner/text", encoding="utf-8") as lines:
        print(sum(len(line) for line in lines), os.stat("made/inner/text").st_size)
    os.rename("made/inner/text", "made/text")
    os.rmdir("made/inner")
    print(sorted(os.listdir("made")), [sorted(names) for _, names, _ in os.walk(".")])


for part in (numbers, bodies, text, structures, failures, files):
    print(f"-- {part.__name__}")
    part()
sys.exit(0)
