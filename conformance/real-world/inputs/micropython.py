# What MicroPython and CPython do alike, with exceptions wherever they can be.
import sys


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


class Guard:
    def __init__(self, name, swallows):
        self.name, self.swallows = name, swallows

    def __enter__(self):
        print("in", self.name)
        return self

    def __exit__(self, kind, value, trace):
        print("out", self.name, kind)
        return self.swallows


class Own(Exception):
    pass


def numbers():
    try:
        for i in range(5):
            yield i
    finally:
        print("the generator ends")


def deep(n):
    if n == 0:
        raise Own("from below")
    try:
        deep(n - 1)
    finally:
        trail.append(n)


print(fib(20), 2**200, "%.3f" % (22 / 7), sum(numbers()), hash("") == hash(""))
trail = []
try:
    deep(50)
except Own as error:
    print(error, trail[:3], len(trail))

with Guard("outer", True), Guard("inner", False):
    {}["missing"]
for action in (
    lambda: 1 // 0,
    lambda: [][1],
    lambda: None.x,
    lambda: int("x"),
    lambda: "a" + 1,
    lambda: unknown,
    lambda: next(iter([])),
):
    try:
        action()
    except (ZeroDivisionError, LookupError) as error:
        print("arithmetic or lookup:", type(error).__name__)
    except Exception as error:
        print("other:", type(error).__name__)

taken = caught = 0
for i in range(20000):
    try:
        if i % 3:
            raise IndexError(i)
        taken += i
    except IndexError as error:
        caught += error.args[0]
print(taken, caught)

with open("written.txt", "w") as file:
    for i in range(1000):
        file.write("line %d\n" % i)
try:
    open("none.txt")
except OSError as error:
    print("no file:", error.args[0])
with open("written.txt") as file:
    print(sum(len(line) for line in file))

words = {}
for word in ("to be or not to be that is the question " * 50).split():
    words[word] = words.get(word, 0) + 1
print(sorted(words.items()))


def recursive(n):
    return recursive(n + 1)


try:
    recursive(0)
except RuntimeError as error:
    print("too deep")
sys.exit(0)
