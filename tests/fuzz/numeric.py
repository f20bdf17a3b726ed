"""Random programs of the kind that kernels are made of: stencils, scatters, products, time steps.

In: a `random.Random`. Out: a `Program` with the arguments of `fuzz.writer`: a vector x, a matrix a, a number
c, an int k, which may be negative, and an int array idx. Where `writer` puts statements together blindly,
here whole loops are: what backends/windows, spread, carry and opt/tiny, products, deferred look for.

    def f(x, a, c, k, idx):
        n, m = a.shape
        y, z = x.copy(), np.zeros(n)
        for t in range(3):
            for i in range(1, n - 1):
                z[i] = y[i] + 0.3 * (y[i - 1] - 2.0 * y[i] + y[i + 1])
            y, z = z, y
        return np.sum(y * y) + np.sum(z)
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from fuzz.texts import Texts
from fuzz.writer import Program

Phrase = Callable[[], None]


def write(rng: Random, steps: int = 6) -> Program:
    """A program of about that many loops or statements over slices."""
    return Program(_Writer(rng, steps).program(), rng.randrange(10**6), signed=True)


class _Writer(Texts):
    def stencil(self) -> None:
        i, low, high = self.counter(), self.rng.randint(0, 2), self.rng.randint(0, 2)
        self.loop(f"for {i} in {self.trips(low, high)}:")
        self.counters.append(i)
        leaves = [*self.around(i, low, high), *self.scalars()]
        if self.chance(0.3):
            self.line(f"s = {self.choice(leaves)}")
            leaves.append("s")
        for _ in range(self.pick([1, 1, 2, 3])):
            operator = self.pick(["=", "+=", "+=", "-=", "*="])
            factor = "0.5 + 0.3 * " if operator == "*=" else ""
            self.line(f"{self.target()}[{self.at(i, low, high)}] {operator} {factor}{self.choice(leaves)}")
        if self.chance(0.15):
            self.line(f"if {self.pick(leaves)} > 1.2:")
            self.line(f"    {self.pick(['break', 'continue'])}")
            self.line(f"{self.target()}[{i}] += {self.value(leaves, 1)}")
        self.counters.pop()
        self.end()

    def slices(self) -> None:
        low, high = self.rng.randint(0, 2), self.rng.randint(0, 2)

        def part(shift: int) -> str:
            first, last = low + shift, high - shift
            return f"[{first or ''}:{-last if last and self.chance(0.5) else f'n - {last}' if last else ''}]"

        leaves = [f"{self.pick(self.vectors)}{part(self.rng.randint(-low, high))}" for _ in range(4)]
        y = self.target()
        self.line(f"{y}{part(self.rng.randint(-low, high))} {self.pick(['=', '+=', '-='])} "
                  f"{self.value([*leaves, *self.scalars()])}")  # fmt: skip

    def recurrence(self) -> None:
        """A number, or the row before, goes from trip to trip."""
        i = self.counter()
        self.line(f"s = {self.pick(['0.0', 'c', 'x[0]', '1.0'])}")
        self.loop(f"for {i} in {self.trips(0, 0)}:")
        leaves = [*self.around(i, 0, 0, 2), *self.scalars(), "s"]
        lines = [f"s = 0.6 * s + {self.value(leaves, 1)}", f"{self.target()}[{i}] = {self.value(leaves)}"]
        if self.chance(0.5):
            lines.append(f"{self.target()}[{i}] += s * {self.value(leaves, 1)}")
        self.rng.shuffle(lines)
        for text in lines:
            self.line(text)
        self.end()
        if "s" not in self.numbers:
            self.numbers.append("s")

    def rows(self) -> None:
        """Loops over a matrix, along rows or columns, with neighbours."""
        i, j, a = self.counter(), "", self.pick(self.wide)
        self.counters.append(i)
        j = self.counter()
        lows = [self.rng.randint(0, 1) for _ in range(4)]
        heads = [
            f"for {i} in {self.trips(lows[0], lows[1])}:",
            f"for {j} in {self.trips(lows[2], lows[3], 'm')}:",
        ]
        if self.chance(0.3):
            heads.reverse()
        for head in heads:
            self.loop(head)
        mine = [w for w in self.wide if w != "a"] or ["a"]
        place = lambda: f"[{self.at(i, lows[0], lows[1])}, {self.at(j, lows[2], lows[3])}]"
        leaves = [f"{self.pick(self.wide)}{place()}" for _ in range(3)]
        leaves += [f"{a}[{i}, {j}]", f"{self.pick(self.vectors)}[{i}]", *self.scalars()]
        for _ in range(self.pick([1, 2])):
            kind = self.rng.randrange(4)
            if kind < 2:
                self.line(f"{self.pick(mine)}{place()} {self.pick(['=', '+=', '+='])} {self.choice(leaves)}")
            elif kind == 2:
                self.line(f"{self.target()}[{i}] += {self.value(leaves)}")
            elif self.square:
                b = self.pick(self.square)
                self.line(f"{b}[{j}, {self.pick([j, '0', '-1'])}] += {self.value(leaves)}")
        self.counters.pop()
        self.end(2)

    def product(self) -> None:
        """A product of matrices, spelt in one of many ways."""
        a, b, y = self.pick(self.wide), self.pick(self.wide), self.target()
        s = self.pick(self.square) if self.square else None
        kind = self.rng.randrange(8)
        if kind == 0 and s:
            self.loops("for l in range(n):", "for i in range(m):", "for j in range(m):")
            self.line(f"{s}[i, j] += 0.2 * {a}[l, i] * {b}[l, j]")
            self.end(3)
        elif kind == 1 and s:
            self.loops("for i in range(n):", "for j in range(m):")
            self.line("s = 0.0")
            self.line("for l in range(m):")
            self.line(f"    s += {a}[i, l] * {s}[{self.pick(['l, j', 'j, l'])}]")
            self.line(f"{self.pick(self.wide)}[i, j] {self.pick(['=', '+='])} 0.3 * s")
            self.end(2)
        elif kind == 2:
            self.loops("for i in range(n):", "for j in range(m):")
            self.line(f"{y}[i] += 0.3 * {a}[i, j] * {b}[i, j]")
            self.end(2)
        elif kind == 3 and s:
            self.line(f"{s} = {s} @ {s} * 0.3 + {a}.T @ {b}")
        elif kind == 4:
            self.loops("for i in range(n):", f"for j in range({self.pick(['i', 'i + 1'])}):")
            self.line(
                f"{y}[i] {self.pick(['+=', '-='])} 0.3 * ({a}[i] @ {b}[j]) * {self.pick(self.vectors)}[j]"
            )
            self.end(2)
        elif kind == 5:
            self.loops("for i in range(n):")
            self.line(f"{y}[i] = {a}[i] @ {b}[{self.pick(['0', 'n - 1 - i', 'i'])}]")
            self.end()
        elif kind == 6:
            self.loops("for j in range(m):")
            self.line(f"{y} += 0.2 * {a}[:, j] * {self.pick(['j', 'c', f'{b}[0, j]'])}")
            self.end()
        else:
            self.loops("for i in range(n):")
            rows = self.pick([w for w in self.wide if w != "a"] or ["a"])
            self.line(f"{rows}[i] += {self.pick(self.vectors)}[i] * {b}[{self.pick(['i', '0'])}]")
            self.end()

    def loops(self, *heads: str) -> None:
        for head in heads:
            self.loop(head)

    def scatter(self) -> None:
        y, i = self.target(), self.counter()
        leaves = [
            f"{self.pick(self.vectors)}[idx[{i}]]",
            f"{self.pick(self.vectors)}[{i} % n]",
            *self.scalars(),
        ]
        kind = self.rng.randrange(7)
        if kind < 3:
            self.loop(f"for {i} in range(len(idx)):")
            self.line(f"{y}[idx[{i}]] {self.pick(['+=', '+=', '='])} {self.choice(leaves)}")
            if self.chance(0.4):
                a = self.pick(self.wide)
                self.line(f"{y}[idx[{i}]] += np.sum({a}[idx[{i}]] * {a}[0])")
            self.end()
        elif kind == 3:
            self.line(f"np.add.at({y}, idx, {self.pick(self.vectors)}[idx] * c)")
        elif kind == 4:
            w = self.pick([w for w in self.wide if w != "a"] or ["a"])
            self.line(f"for {i} in range(len(idx)):")
            self.line(f"    {w}[idx[{i}]] += 0.5 * {self.pick(self.wide)}[idx[{i}] - 1]")
        elif kind == 5:
            self.line(f"for {i} in range(n):")
            self.line(f"    {y}[idx[{i} % 3]] += {self.value([f'x[{i}]', *self.scalars()])}")
        else:
            v = self.pick(self.vectors)
            self.line(f"{y}[{v} > 0.1] {self.pick(['*= 0.5', '+= c', '= 0.3'])}")

    def points(self) -> None:
        """Rows of three: pairs, rotations, products of small matrices."""
        if not self.tiny:
            if self.counters:  # the loop may have no trips
                return self.stencil()
            self.line(f"P = np.zeros((n, 3))\n{'    ' * self.indent}Q = np.zeros((3, 3))")
            self.tiny, self.small = ["P"], ["Q"]
            for row in range(3):
                self.line(f"P[:, {row}] = {self.value([*self.vectors, *self.scalars()], 1)} + np.zeros(n)")
                self.line(f"Q[{row}, {self.pick([0, 1, 2])}] = {self.pick(self.numbers)} + {row}.5")
            return None
        p, q = self.tiny[0], self.small[0]
        kind = self.rng.randrange(6)
        if kind == 0:
            self.loops("for i in range(n):", f"for j in range({self.pick(['i', 'n', 'i + 1, n'])}):")
            self.line(f"r = {p}[i] - {p}[j]")
            self.line(f"g = 1.0 / (1.0 + {self.pick(['r @ r', 'np.sum(r * r)', 'r[0] * r[0] + r[2]**2'])})")
            self.line(f"{self.target()}[i] += 0.1 * g")
            if self.chance(0.5):
                self.line(f"{p}[j] {self.pick(['+=', '-='])} 0.05 * g * r")
            self.end(2)
        elif kind == 1:
            self.loops("for i in range(n):")
            self.line(f"{p}[i] = 0.4 * ({q} @ {p}[i]) + {self.pick(self.vectors)}[i]")
            self.end()
        elif kind == 2:
            self.loops("for i in range(n):", "for j in range(3):", "for l in range(3):")
            self.line(f"{q}[j, l] {self.pick(['+=', '-='])} 0.1 * {p}[i, j] * {p}[i, l]")
            self.end(3)
        elif kind == 3:
            self.line(f"{q} = 0.3 * ({q} @ {q}.T) + {p}.T @ {p}")
        elif kind == 4:
            self.loops("for i in range(1, n):", "for j in range(3):")
            column = self.pick(["j", "0", "j - 1", "(j + 1) % 3"])
            self.line(f"{p}[i, j] = 0.5 * {p}[i - 1, j] + np.sin({p}[i, {column}])")
            self.end(2)
        else:
            self.loops("for i in range(n):")
            self.line(f"R = {self.pick(['np.zeros((3, 3))', f'{q}.copy()', f'0.5 * {q}'])}")
            self.line(f"R[0, 1] += {self.pick(self.vectors)}[i]")
            self.line(f"R[2] = {p}[i]")
            self.line(f"{self.target()}[i] += np.sum(R @ R)")
            self.end()
        return None

    def by_argument(self) -> None:
        """Lengths and places that an integer argument decides; it may be negative."""
        y, v = self.target(), self.pick(self.vectors)
        options = [
            ("for i in range(k):", f"{y}[i % n] += 0.5 * {v}[i % n]"),
            ("for i in range(k, n):", f"{y}[i] = 0.5 * {y}[i - k] + {v}[i]"),
            ("for i in range(n - k):", f"{y}[i + k] += np.sin({v}[i]) * {y}[i]"),
            ("if k > 0:", f"{y}[:-k] += 0.5 * {v}[k:]"),
            (f"{y}[:k] *= c",),
            (f"{y}[k:] += {v}[k:] * {v}[k:]",),
            (f"{y}[k] += np.sum({v}[:k])",),
            (f"c = c + k * np.sum({v}[k:] * {y}[k:])",),
            (f"{y} = {y} * 0.5 + np.roll({v}, k)",),
        ]
        for depth, text in enumerate(self.pick(options)):
            self.line("    " * depth + text)

    def time_steps(self) -> None:
        """A few trips over whole arrays, mostly with two of them that change places."""
        count = self.pick(["2", "3", "k", "m", "abs(k)", "k + 2"])
        t = self.counter()
        source = f"range({count})"
        if self.chance(0.2):
            source = f"sg.checkpoint({source}{self.pick(['', ', slots=1', ', slots=2'])})"
        self.loop(f"for {t} in {source}:")
        self.counters.append(t)
        mine = [v for v in self.vectors if v != "x"]
        fresh = self.chance(0.25) and mine
        for _ in range(self.pick([1, 1, 2])):
            self.statement()
        if fresh:
            y = self.pick(mine)
            self.line(f"{y} = {self.value([*self.vectors, *self.scalars()])} + 0.5 * {y}")
        elif len(mine) > 1 and self.chance(0.6):
            y, z = self.rng.sample(mine, 2)
            self.line(self.pick([f"{y}, {z} = {z}, {y}", f"{y}[:] = {z}", f"{y} = {z}.copy()"]))
        elif self.chance(0.4):
            self.line(f"c = 0.7 * c + {self.pick([f'{self.pick(self.vectors)}[0]', '0.1'])}")
        self.counters.pop()
        self.end()

    def put_off(self) -> None:
        """A value made, what it was made of changed, and then the value used."""
        y, v = self.target(), self.pick(self.vectors)
        name = self.pick(["s", "g", "h"])
        kind = self.rng.randrange(4)
        if kind == 0:
            self.line(f"{name} = {self.value([f'{v}[0]', *self.scalars()])}")
            self.line(f"c = 0.9 * c + {name}")
        elif kind == 1:
            self.line(f"e = {self.value([v, *self.scalars()])} + np.zeros(n)")
            self.line(f"{v if v != 'x' else y}[{self.pick(['0', '-1', ':'])}] *= 0.5")
            self.line(f"{y} += e")
        elif kind == 2:
            self.line(f"e = {y}{self.pick(['', '[::-1]', '.copy()', '[:]'])}")
            self.line(f"{y}[0] = c * {y}[-1]")
            self.line(f"{y} += 0.5 * e")
        else:
            self.line(f"e = {y}[1:]")
            self.line(f"{y}[:-1] += 0.3 * e")
            self.line("e *= 0.8")
        if kind == 0 and name not in self.numbers:
            self.numbers.append(name)

    def call(self) -> None:
        """A helper, which writes into its first argument or returns an array."""
        if not self.helpers:
            return self.stencil()
        h = self.pick(self.helpers)
        y, v = self.target(), self.pick(self.vectors)
        if h.startswith("put") and y != v:
            self.line(f"{h}({y}, {v}, {self.pick(self.numbers)})")
        elif h.startswith("get"):
            self.line(f"{y} = 0.5 * {h}({y}, {v}, {self.pick(self.numbers)})")
        else:
            self.slices()

    def statement(self) -> None:
        self.left -= 1
        phrases: list[tuple[int, Phrase]] = [
            (6, self.stencil), (3, self.slices), (3, self.recurrence), (4, self.rows), (4, self.product),
            (4, self.scatter), (3, self.points), (3, self.by_argument), (2, self.put_off), (2, self.call),
        ]  # fmt: skip
        if len(self.counters) < 2:
            phrases.append((5, self.time_steps))
        total = self.rng.randrange(sum(w for w, _ in phrases))
        for weight, make in phrases:
            total -= weight
            if total < 0:
                return make()

    def helper(self) -> None:
        """A function that writes into its first argument, or into a copy of it that it returns."""
        self.vectors, self.numbers = ["p", "q"], ["u"]
        name = self.pick(["put", "get"])
        self.loop(f"def {name}(p, q, u):")
        if name == "get":
            self.line("p = p.copy()")
        mark = len(self.lines)
        self.pick([self.stencil, self.slices, self.stencil])()
        self.lines[mark:] = [text.replace("x[", "p[") for text in self.lines[mark:]]
        if name == "get":
            self.line(f"return {self.pick(['p', 'p + q', 'p[::-1] * u'])}")
        self.end()
        self.helpers.append(name)
        self.vectors, self.numbers = ["x"], ["c"]

    def program(self) -> str:
        self.line("n, m = a.shape")
        if self.chance(0.4):
            self.helper()
        vectors = [
            "x.copy()",
            "np.zeros(n)",
            "0.5*x",
            "np.ones(n)",
            "a[:,0].copy()",
            "np.sin(x)",
            "x[::-1].copy()",
        ]
        for name in self.pick([["y"], ["y", "z"], ["y", "z"], ["y", "z", "w"]]):
            self.line(f"{name} = {self.pick(vectors)}")
            self.vectors.append(name)
        if self.chance(0.5):
            self.line(f"A = {self.pick(['a.copy()', 'np.zeros((n, m))', '0.5 * a', 'np.outer(x, a[0])'])}")
            self.wide.append("A")
        if self.chance(0.5):
            self.line(f"B = {self.pick(['np.zeros((m, m))', 'a.T @ a', 'np.eye(m)', 'np.ones((m, m))'])}")
            self.square.append("B")
        if self.chance(0.3):
            self.points()
        while self.left > 0:
            self.statement()
        kept = [*self.vectors, *self.wide, *self.square, *self.tiny, *self.small]
        parts = [self.pick([f"np.sum({v})", f"np.sum({v} * {v})", f"np.sum(np.sin({v}))"]) for v in kept]
        defined = [number for number in self.numbers if number not in ("s", "g", "h")]
        self.line(f"return {' + '.join([*parts, *defined])}")
        return "\n".join(["def f(x, a, c, k, idx):", *self.lines]) + "\n"
