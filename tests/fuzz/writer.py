"""Random programs of the language as Python source: what a scientist could write, put together blindly.

In: a `random.Random` (hypothesis's own for tests, seeded for long runs). Out: a `Program`, whose function `f`
takes a vector x, a matrix a, a number c, an int k and an int array idx, and returns one number:

    def f(x, a, c, k, idx):
        n, m = a.shape
        y = x.copy()
        for i in range(1, n):
            if y[i - 1] > 0.3:
                y[i] -= 0.5 * y[i - 1] * c
                continue
            y[i:] *= 0.9
        return c + np.sum(np.sin(y))

Every loop ends, indices are in range (mostly) and values stay small (mostly): a program that raises or
overflows under NumPy says nothing. Shapes are tracked by name, `n`, `m`, `n - 1`: arrays meet that fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Shape = tuple[str, ...]
INT: Shape = ("int",)  # the kind of an integer; () is a number, ("n", "m") a matrix
NAMES: dict[str, list[str]] = {"": ["s", "t", "q"], "v": ["y", "z", "w", "v"], "m": ["A", "B", "C"]}


@dataclass(frozen=True)
class Program:
    """The text of `f`, and the seed of its arguments; whether its integer argument may be negative."""

    source: str
    seed: int
    signed: bool = False


def write(rng: Random, steps: int = 14) -> Program:
    """A program of about that many statements."""
    return Program(_Writer(rng, steps).program(), rng.randrange(10**6))


class _Writer:
    def __init__(self, rng: Random, steps: int) -> None:
        self.rng, self.left = rng, steps
        self.lines: list[str] = []
        self.indent = 1
        self.scope: dict[str, Shape] = {}
        self.bound: dict[str, str] = {}  # loop variables and the extent that they stay below
        self.loops: list[str] = []  # "for" or "while", innermost last
        self.fresh = 0
        self.helpers: dict[str, tuple[Shape, ...]] = {}
        self.in_helper = False
        self.value = ""  # what a `return` here may return a piece of

    # Choices.

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.rng.randrange(len(options))]

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def of(self, *options: str | Callable[[], str]) -> str:
        """One of the texts, made only if it is chosen."""
        chosen = self.pick(options)
        return chosen if isinstance(chosen, str) else chosen()

    # Lines and scopes.

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def having(self, shape: Shape) -> list[str]:
        return [name for name, kind in self.scope.items() if kind == shape]

    def arrays(self, rank: int) -> list[str]:
        return [n for n, kind in self.scope.items() if len(kind) == rank and kind != INT]

    def new_name(self, shape: Shape) -> str:
        """A name for a value: often one that is in use for its like, so that it is assigned again."""
        same = [n for n in self.having(shape) if n not in ("n", "m") and n not in self.bound]
        if same and self.chance(0.4):
            return str(self.pick(same))
        stems = NAMES["" if not shape else "v" if len(shape) == 1 else "m"]
        free = [s for s in stems if s not in self.scope]
        if free:
            return free[0]
        self.fresh += 1
        return f"{stems[0]}{self.fresh}"

    def block(self, count: int, names: dict[str, Shape] | None = None) -> None:
        """An indented block of a few statements; names that it introduces mostly end with it."""
        before = dict(self.scope)
        self.scope.update(names or {})
        self.indent += 1
        mark = len(self.lines)
        for _ in range(count):
            if self.left > 0:
                self.statement()
        if len(self.lines) == mark:
            self.line(self.of(self._plain_update, "pass"))
        self.indent -= 1
        if not self.chance(0.15):
            self.scope = {name: kind for name, kind in self.scope.items() if name in before}
        for name in names or {}:
            self.bound.pop(name, None)
        self.scope |= {name: kind for name, kind in before.items()}

    # Numbers.

    def index(self, extent: str) -> str:
        """A position on an axis of this extent."""
        known = [i for i, e in self.bound.items() if e == extent]
        options: list[str | Callable[[], str]] = ["0", "-1"]
        if known:
            i = str(self.pick(known))
            options = [i, i, i, f"{i} - 1", f"-{i}", f"-1 - {i}", f"{self._atom(extent)} - 1 - {i}", *options]
        options.append(lambda: f"({self.integer()}) % {self._atom(extent)}")
        if extent == "n":
            options += ["idx[0]", lambda: f"int(np.argmax({self.vector('n', 1)}))"]
        return self.of(*options)

    def integer(self) -> str:
        ints = self.having(INT)
        return self.of(
            lambda: str(self.pick([0, 1, 2, 3])),
            lambda: str(self.pick(ints)) if ints else "2",
            lambda: str(self.pick(ints)) if ints else "k",
            "k",
            "len(x)",
            lambda: f"{self.pick(ints) if ints else 'k'} {self.pick(['+', '-', '*', '//', '%'])} 2",
        )

    def constant(self) -> str:
        return str(self.pick(["0.5", "0.3", "1.5", "-0.7", "2.0", "1.0", "0.0", "2", "1"]))

    def element(self, depth: int = 1) -> str:
        """An element of an array."""
        vectors, matrices = self.arrays(1), self.arrays(2)
        if matrices and self.chance(0.3):
            a = self.pick(matrices)
            rows, columns = self.scope[a]
            i, j = self.index(rows), self.index(columns)
            return f"{a}[{i}, {j}]" if self.chance(0.85) else f"{a}[{i}][{j}]"
        if not vectors:
            return "c"
        v = self.pick(vectors)
        return f"{v}[{self.index(self.scope[v][0])}]"

    def number(self, depth: int = 3) -> str:
        """A float."""
        numbers = self.having(())
        if depth <= 0 or self.chance(0.25):
            return self.of(
                lambda: str(self.pick(numbers)) if numbers else "c", self.element, self.element, self.constant
            )
        d = depth - 1
        return self.of(
            lambda: f"{self.number(d)} {self.pick('+-*')} {self._tight(self.number(d))}",
            lambda: f"{self.number(d)} {self.pick('+-*')} {self._tight(self.number(d))}",
            lambda: f"{self._tight(self.number(d))} * {self.constant()}",
            lambda: f"np.{self.pick(['sin', 'tanh', 'cos'])}({self.number(d)})",
            lambda: f"math.{self.pick(['sin', 'tanh', 'atan'])}({self.number(d)})",
            lambda: f"{self._tight(self.number(d))} ** 2 / (1.0 + {self._tight(self.number(0))} ** 2)",
            lambda: f"np.sum({self.some_vector(d)})",
            lambda: f"{self.some_vector(d, True)}.{self.pick(['sum()', 'mean()', 'max()', 'min()'])}",
            lambda: f"{self.vector('n', d)} @ {self._tight(self.vector('n', d))}",
            lambda: f"(np.sin({self.number(d)}) if {self.test(d)} else {self.number(d)})",
            lambda: f"(math.sqrt({(s := self.named())}) if {s} > 0.1 else {self.number(d)})",
            lambda: f"(1.0 / {(s := self.named())} if abs({s}) > 0.2 else {self.constant()})",
            lambda: f"{self.pick(['max', 'min'])}({self.number(d)}, {self.number(d)})",
            lambda: f"abs({self.number(d)})",
            lambda: f"{self.integer()} * {self.constant()}",
            lambda: (
                f"np.sum({self.matrix(d)}{self.pick(['', ', axis=0)[0', ', axis=1)[-1'])}"
                if False
                else f"np.sum({self.matrix(d)})"
            ),
            self.called,
        )

    def named(self) -> str:
        """A float that may be mentioned twice."""
        numbers = self.having(())
        return str(self.pick(numbers)) if numbers and self.chance(0.6) else self.element()

    def called(self) -> str:
        """A call of a helper that returns a number."""
        if not self.helpers or self.in_helper:
            return self.number(0)
        name = self.pick(list(self.helpers))
        given = []
        for shape in self.helpers[name]:
            fit = self.having(shape) if shape != () else []
            given.append(str(self.pick(fit)) if fit else self.number(1) if shape == () else "x")
        return f"{name}({', '.join(given)})"

    def test(self, depth: int = 1) -> str:
        kind = self.rng.randrange(6)
        if kind == 0 and (ints := self.having(INT)):
            return f"{self.pick(ints)} {self.pick(['<', '>=', '==', '!='])} {self.pick([0, 1, 2])}"
        if kind == 1 and depth > 0:
            return f"{self.test(0)} {self.pick(['and', 'or'])} {self.test(0)}"
        if kind == 2:
            return f"-0.4 < {self.number(depth)} <= {self.pick(['0.6', '1.1'])}"
        if kind == 3 and depth > 0:
            return f"not ({self.test(0)})"
        if kind == 4 and not self.in_helper:
            name = self.new_name(())
            text = f"({name} := {self.number(depth)}) > {self.pick(['0.1', '-0.2'])}"
            self.scope.setdefault(name, ())
            return text
        return f"{self.number(depth)} {self.pick(['<', '>', '>='])} {self.pick(['0.15', '-0.35', '0.6'])}"

    # Arrays.

    def some_vector(self, depth: int, tight: bool = False) -> str:
        extents = [self.scope[v][0] for v in self.arrays(1)] or ["n"]
        text = self.vector(self.pick(extents), depth)
        return self._tight(text) if tight else text

    def vector(self, extent: str, depth: int) -> str:
        """A vector of this extent."""
        same = self.having((extent,))
        leaves: list[str | Callable[[], str]] = [lambda: str(self.pick(same))] * 3 if same else []
        leaves += self._parts(extent)
        if not leaves:
            leaves = [f"np.ones({extent})", f"np.full({extent}, c)", f"np.linspace(0.1, 0.9, {extent})"]
        if depth <= 0 or self.chance(0.35):
            return self.of(*leaves)
        d = depth - 1
        return self.of(
            lambda: f"{self.vector(extent, d)} {self.pick('+-*')} {self._tight(self.vector(extent, d))}",
            lambda: f"{self._tight(self.number(d))} * {self._tight(self.vector(extent, d))}",
            lambda: f"np.{self.pick(['sin', 'tanh', 'cos', 'abs'])}({self.vector(extent, d)})",
            lambda: f"np.where({self.mask(extent)}, {self.vector(extent, d)}, {self.number(d)})",
            lambda: f"np.where({(v := self.of(*leaves))} > 0.1, np.log({v}), {self.vector(extent, d)})",
            lambda: f"np.{self.pick(['maximum', 'minimum'])}({self.vector(extent, d)}, {self.number(0)})",
            lambda: f"np.cumsum({self.vector(extent, d)})",
            lambda: f"{self._tight(self.vector(extent, d))}[::-1]",
            lambda: f"np.zeros({extent})",
            lambda: f"0.5 * np.arange({extent})",
            lambda: self._product(extent, d),
        )

    def _parts(self, extent: str) -> list[str | Callable[[], str]]:
        """Pieces of other arrays that have this extent."""
        found: list[str | Callable[[], str]] = []
        for name, shape in self.scope.items():
            if shape == INT or name == "idx":
                continue
            if len(shape) == 1 and extent == f"{shape[0]} - 1":
                found += [f"{name}[1:]", f"{name}[:-1]", f"{name}[:0:-1]"]
            if len(shape) == 1 and extent == "n" and shape == ("n",):
                found += [f"{name}[::-1]", f"np.roll({name}, 1)"]
            if len(shape) == 1 and extent == "len(idx)" and shape == ("n",):
                found += [f"{name}[idx]"] * 2
            if len(shape) == 2 and shape[1] == extent:
                found += [lambda a=name, e=shape[0]: f"{a}[{self.index(e)}]", f"{name}.sum(axis=0)"]  # type: ignore[misc]
            if len(shape) == 2 and shape[0] == extent:
                found += [
                    lambda a=name, e=shape[1]: f"{a}[:, {self.index(e)}]",  # type: ignore[misc]
                    f"{name}.max(axis=1)",
                    f"{name}.T[0]",
                ]
        return found

    def _product(self, extent: str, depth: int) -> str:
        rows = [a for a in self.arrays(2) if self.scope[a][0] == extent]
        columns = [a for a in self.arrays(2) if self.scope[a][1] == extent]
        if rows and (not columns or self.chance(0.5)):
            a = self.pick(rows)
            return f"({a} @ {self._tight(self.vector(self.scope[a][1], depth))})"
        if columns:
            a = self.pick(columns)
            return f"({self._tight(self.vector(self.scope[a][0], depth))} @ {a})"
        return self.vector(extent, 0)

    def mask(self, extent: str) -> str:
        v = self.vector(extent, 0)
        return f"{v} {self.pick(['>', '<'])} {self.pick(['0.1', '-0.25', '0.5'])}"

    def matrix(self, depth: int, shape: Shape | None = None) -> str:
        """A matrix, of this shape if one is given."""
        if shape is None:
            shape = self.scope[self.pick(self.arrays(2))] if self.arrays(2) else ("n", "m")
        same = self.having(shape)
        turned = self.having((shape[1], shape[0])) if shape[0] != shape[1] else []
        leaves: list[str | Callable[[], str]] = [lambda: str(self.pick(same))] * 3 if same else []
        leaves += [f"{t}.T" for t in turned]
        leaves.append(lambda: f"np.outer({self.vector(shape[0], 0)}, {self.vector(shape[1], 0)})")
        if depth <= 0 or self.chance(0.4):
            return self.of(*leaves)
        d = depth - 1
        return self.of(
            lambda: f"{self.matrix(d, shape)} {self.pick('+-*')} {self._tight(self.matrix(d, shape))}",
            lambda: f"{self._tight(self.number(d))} * {self._tight(self.matrix(d, shape))}",
            lambda: f"{self._tight(self.matrix(d, shape))} * {self._tight(self.vector(shape[1], d))}",
            lambda: (
                f"({self._tight(self.matrix(d, shape))} + {self._tight(self.vector(shape[0], d))}[:, None])"
            ),
            lambda: f"np.{self.pick(['sin', 'tanh'])}({self.matrix(d, shape)})",
            lambda: f"np.where({self.matrix(0, shape)} > 0.2, {self.matrix(d, shape)}, {self.number(0)})",
            lambda: f"np.zeros(({shape[0]}, {shape[1]}))",
            lambda: (
                f"{self._tight(self.matrix(0, shape))} @ {self._tight(self.matrix(0, (shape[1], shape[1])))}"
            ),
        )

    @staticmethod
    def _tight(text: str) -> str:
        """The text in brackets, unless it is one thing already."""
        plain = text.replace("_", "").replace(".", "")
        if plain.isalnum():
            return text
        depth = 0
        for number, letter in enumerate(text):
            depth += (letter in "([") - (letter in ")]")
            if depth == 0 and (letter in " +-*/@<>:" or (number and letter == "(" and text[0] == "(")):
                return f"({text})"
        return text

    @staticmethod
    def _atom(extent: str) -> str:
        return extent if extent.isalnum() or extent.startswith("len(") else f"({extent})"

    # Statements.

    def statement(self) -> None:
        self.left -= 1
        shallow = self.indent < 5 and self.left > 0
        options: list[tuple[int, Callable[[], None]]] = [
            (4, self.assign_number),
            (3, self.augment_number),
            (4, self.assign_vector),
            (2, self.assign_matrix),
            (3, self.assign_view),
            (6, self.write_element),
            (5, self.write_part),
            (2, self.write_mask),
            (2, self.write_gathered),
            (2, self.augment_array),
            (3, self.swap),
            (1, self.count),
        ]
        if shallow:
            options += [(7, self.loop_for), (3, self.loop_while), (6, self.branch)]
        if self.loops:
            options += [(3, self.leave)]
        elif self.indent > 1 and not self.in_helper:
            options += [(1, self.give_back)]
        if self.helpers and not self.in_helper:
            options += [(2, self.call)]
        weights = [w for w, _ in options]
        at = self.rng.randrange(sum(weights))
        for weight, make in options:
            at -= weight
            if at < 0:
                make()
                return

    def assign_number(self) -> None:
        text = self.number()
        if self.chance(0.3) and "if" not in text:
            text = f"np.tanh({text})"
        name = self.new_name(())
        self.line(f"{name} = {text}")
        self.scope[name] = ()

    def augment_number(self) -> None:
        numbers = [s for s in self.having(()) if s != "c"] or ["c"]
        self.line(f"{self.pick(numbers)} {self.pick(['+=', '-=', '*='])} {self.number(2)}")

    def count(self) -> None:
        ints = [i for i in self.having(INT) if i not in self.bound and i not in ("n", "m", "k")]
        if ints:
            self.line(f"{self.pick(ints)} {self.pick(['+= 1', '+= 2', '-= 1', '*= 2'])}")
        else:
            self.line(f"count = {self.integer()}")
            self.scope["count"] = INT

    def _extent(self) -> str:
        return self.of("n", "n", "n", "m", "n - 1", "len(idx)")

    def assign_vector(self) -> None:
        extent = self._extent()
        text = self.of(
            lambda: self.vector(extent, 3),
            lambda: self.vector(extent, 2),
            lambda: f"{self._tight(self.vector(extent, 1))}.copy()",
            lambda: f"np.zeros({extent})",
        )
        name = self.new_name((extent,))
        self.line(f"{name} = {text}")
        self.scope[name] = (extent,)

    def assign_matrix(self) -> None:
        shape = self.pick([("n", "m"), ("n", "n"), ("m", "n")])
        text = self.matrix(2, shape)
        if self.chance(0.3):
            text = f"{self._tight(text)}.copy()"
        name = self.new_name(shape)
        self.line(f"{name} = {text}")
        self.scope[name] = shape

    def assign_view(self) -> None:
        """A second name for an array or a part of it."""
        arrays = [a for a in (*self.arrays(1), *self.arrays(2)) if a != "idx"]
        a = self.pick(arrays)
        shape = self.scope[a]
        if len(shape) == 1:
            options = [(a, shape), (f"{a}[::-1]", shape), (f"{a}[:]", shape)]
            if shape[0] in ("n", "m"):
                options += [(f"{a}[1:]", (f"{shape[0]} - 1",)), (f"{a}[:-1]", (f"{shape[0]} - 1",))]
        else:
            i, j = self.index(shape[0]), self.index(shape[1])
            options = [
                (a, shape),
                (f"{a}.T", shape[::-1]),
                (f"{a}[{i}]", shape[1:]),
                (f"{a}[:, {j}]", shape[:1]),
            ]
        text, kind = self.pick(options)
        name = self.new_name(kind)
        self.line(f"{name} = {text}")
        self.scope[name] = kind

    def _operator(self) -> str:
        return str(self.pick(["=", "=", "+=", "-=", "*="]))

    def write_element(self) -> None:
        target = self.element()
        if target == "c" or target.startswith("idx"):
            return self.augment_number()
        operator = self._operator()
        self.line(f"{target} {operator} {self.number(1 if operator == '*=' else 2)}")

    def write_part(self) -> None:
        """A slice, a row, a column."""
        arrays = [a for a in (*self.arrays(1), *self.arrays(2)) if a != "idx"]
        a = self.pick(arrays)
        shape = self.scope[a]
        operator = self._operator()
        if len(shape) == 2:
            i, j = self.index(shape[0]), self.index(shape[1])
            part, extent = self.pick(
                [(f"[{i}]", shape[1]), (f"[:, {j}]", shape[0]), (f"[{i}, ::-1]", shape[1])]
            )
            value = self.vector(extent, 2) if self.chance(0.8) else self.number(1)
        elif shape[0] in ("n", "m") and self.chance(0.5):
            part, extent = self.pick([("[1:]", "1"), ("[:-1]", "1"), ("[:0:-1]", "1")])[0], f"{shape[0]} - 1"
            value = self.vector(extent, 2) if self.chance(0.8) else self.number(1)
        elif self.chance(0.4):
            i = self.index(shape[0])
            part, value = self.pick([f"[{i}:]", f"[:{i}]", "[::2]", f"[{i}::-1]"]), self.number(1)
            if self.chance(0.3):
                value = f"{a}{part} * {self.constant()} + {value}"
        else:
            part, value = self.pick(["[:]", "[::-1]"]), self.vector(shape[0], 2)
        self.line(f"{a}{part} {operator} {value}")

    def write_mask(self) -> None:
        vectors = [v for v in self.arrays(1) if v != "idx"]
        v = self.pick(vectors)
        mask = self.mask(self.scope[v][0]) if self.chance(0.5) else f"{v} > {self.pick(['0.2', '-0.3'])}"
        kind = self.rng.randrange(3)
        if kind == 0:
            self.line(f"{v}[{mask}] {self._operator()} {self.number(1)}")
        elif kind == 1:
            self.line(f"mask = {mask}")
            self.line(f"{v}[mask] {self._operator()} {self._tight(self.vector(self.scope[v][0], 1))}[mask]")
        else:
            name = self.new_name(())
            self.line(f"{name} = np.sum({v}[{mask}])")
            self.scope[name] = ()

    def write_gathered(self) -> None:
        vectors = [v for v in self.having(("n",)) if v != "idx"]
        if not vectors:
            return self.augment_number()
        v = self.pick(vectors)
        if self.chance(0.3):
            self.line(
                f"np.add.at({v}, idx, {self.vector('len(idx)', 1) if self.chance(0.5) else self.number(1)})"
            )
        else:
            value = self.vector("len(idx)", 1) if self.chance(0.6) else self.number(1)
            self.line(f"{v}[idx] {self._operator()} {value}")

    def augment_array(self) -> None:
        arrays = [a for a in (*self.arrays(1), *self.arrays(2)) if a != "idx"]
        a = self.pick(arrays)
        shape = self.scope[a]
        if self.chance(0.4):
            value = self.number(1)
        else:
            value = (
                self.vector(shape[-1], 1) if len(shape) == 1 or self.chance(0.4) else self.matrix(1, shape)
            )
        self.line(f"{a} {self.pick(['+=', '-=', '*='])} {value}")

    def swap(self) -> None:
        """Two names, two elements, or numbers in a ring."""
        kind = self.rng.randrange(4)
        vectors = [v for v in self.having(("n",)) if v != "idx"]
        numbers = self.having(())
        if kind == 0 and len(vectors) > 1:
            u, v = self.rng.sample(vectors, 2)
            self.line(f"{u}, {v} = {v}, {u}")
        elif kind == 1:
            v = self.pick(vectors or ["x"])
            i, j = self.index("n"), self.index("n")
            self.line(f"{v}[{i}], {v}[{j}] = {v}[{j}], {v}[{i}]")
        elif kind == 2 and self.arrays(2):
            a = self.pick(self.arrays(2))
            i, j = self.index(self.scope[a][0]), self.index(self.scope[a][0])
            self.line(f"{a}[[{i}, {j}]] = {a}[[{j}, {i}]]")
        elif len(numbers) > 1:
            s, t = self.rng.sample(numbers, 2)
            self.line(f"{s}, {t} = {t}, {self.of(s, f'{s} + 0.5 * {t}', f'np.sin({s})')}")
        else:
            self.augment_number()

    def _plain_update(self) -> str:
        numbers = self.having(())
        return f"{self.pick(numbers)} += {self.number(1)}" if numbers else "pass"

    def loop_for(self) -> None:
        i = next(name for name in ("i", "j", "l", "r", "o", "i2", "i3", "i4") if name not in self.scope)
        outer = [b for b, e in self.bound.items() if e == "n"]
        vectors = [v for v in self.having(("n",)) if v != "idx"] or ["x"]
        v = self.pick(vectors)
        names: dict[str, Shape] = {i: INT}
        kind = self.rng.randrange(13)
        extent = "n"
        if kind < 4:
            extent = self.of("n", "n", "m")
            header = self.of(f"range({extent})", f"range({extent})", f"range(1, {extent})")
        elif kind == 4:
            header = self.of("range(n - 1, -1, -1)", "range(len(x) - 2, 0, -1)", "reversed(range(n))")
        elif kind == 5:
            header = self.of("range(0, n, 2)", "range(n // 2)", "range(n - 1)", "range(k, n)", "range(2, 1)")
        elif kind == 6 and outer:
            o = self.pick(outer)
            header = self.of(f"range({o})", f"range({o} + 1, n)", f"range({o}, -1, -1)")
        elif kind == 7:
            header, extent = f"range({self.pick([1, 2, 3])})", "?"
        elif kind == 8:
            header, names = f"{v}", {f"{i}e": ()}
        elif kind == 9:
            header, names = f"enumerate({v})", {i: INT, f"{i}e": ()}
        elif kind == 10:
            u = self.pick(vectors)
            header, names = f"zip({v}, {u})", {f"{i}e": (), f"{i}z": ()}
        elif kind == 11 and self.arrays(2):
            a = self.pick(self.arrays(2))
            header, names = f"{a}", {f"{i}r": (self.scope[a][1],)}
        else:
            header = "range(n)"
        if i in names:
            self.bound[i] = extent
        self.line(f"for {', '.join(names)} in {header}:")
        self.loops.append("for")
        self.block(self.pick([1, 2, 3, 4]), names)
        self.loops.pop()
        if self.chance(0.06):
            self.line("else:")
            self.block(1)

    def loop_while(self) -> None:
        self.fresh += 1
        trips = f"trip{self.fresh}"
        limit = self.of("n", "3", "len(x)", "n - 1", "k + 1")
        self.line(f"{trips} = 0")
        self.scope[trips] = INT
        self.bound[trips] = "?"
        if self.chance(0.2):
            self.line("while True:")
            self.line(f"    if {trips} >= {limit}:")
            self.line("        break")
        else:
            extra = self.of("", "", lambda: f" and ({self.test(1)})")  # it may be an `or`
            self.line(f"while {trips} < {limit}{extra}:")
        at_end = self.chance(0.5)
        if not at_end:
            self.line(f"    {trips} += 1")
        # A `continue` may not jump over the counter.
        self.loops.append("while" if at_end else "for")
        self.block(self.pick([1, 2, 3]))
        self.loops.pop()
        if at_end:
            self.line(f"    {trips} += 1")
        self.scope[trips] = INT

    def branch(self) -> None:
        self.line(f"if {self.test()}:")
        self.block(self.pick([1, 1, 2, 3]))
        while self.chance(0.2):
            self.line(f"elif {self.test()}:")
            self.block(self.pick([1, 2]))
        if self.chance(0.5):
            self.line("else:")
            self.block(self.pick([1, 2]))

    def leave(self) -> None:
        """Out of a loop, or on to its next trip, under a condition."""
        options = ["break", "break"] + (["continue"] * 2 if self.loops[-1] == "for" else [])
        if not self.in_helper:
            options.append(f"return {self.number(1)}")
        self.line(f"if {self.test(1)}:")
        self.line(f"    {self.pick(options)}")

    def give_back(self) -> None:
        self.line(f"return {self.number(1)}")

    def call(self) -> None:
        text = self.called()
        self.line(text if text.startswith("h") and self.chance(0.4) else f"c += {text}")

    def helper(self) -> None:
        """A function inside that changes its argument or reads what is around it."""
        name = f"h{len(self.helpers) + 1}"
        outside, bound, left = self.scope, self.bound, self.left
        self.scope, self.bound, self.left = {"p": ("n",), "u": ()}, {}, 3
        self.scope |= {"n": INT} | ({"x": ("n",)} if self.chance(0.3) else {})
        self.in_helper = True
        self.line(f"def {name}(p, u):")
        self.indent += 1
        for _ in range(self.pick([1, 2])):
            self.statement()
        if self.chance(0.3):
            self.line(f"if {self.test(0)}:")
            self.line(f"    return {self.number(1)}")
        self.line(f"return {self.number(1)}")
        self.indent -= 1
        self.in_helper = False
        self.scope, self.bound, self.left = outside, bound, left
        self.helpers[name] = (("n",), ())

    def program(self) -> str:
        self.scope = {"x": ("n",), "a": ("n", "m"), "c": (), "n": INT, "m": INT, "k": INT}
        self.line(self.of("n, m = a.shape", "n, m = len(x), a.shape[1]"))
        while self.chance(0.25) and len(self.helpers) < 2:
            self.helper()
        while self.left > 0:
            self.statement()
        parts = []
        for name, kind in self.scope.items():
            if kind in (INT, ()) and name not in ("n", "m", "k"):
                parts.append(f"0.3 * {name}" if kind == INT else name)
            elif kind != INT:
                parts.append(
                    self.of(f"np.sum({name})", f"np.sum(np.sin({name}))", f"np.sum({name} * {name})")
                )
        self.line(f"return {' + '.join(parts)}")
        return "\n".join(["def f(x, a, c, k, idx):", *self.lines]) + "\n"
