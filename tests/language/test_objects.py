"""Objects that the program makes: plain classes, dataclasses, namedtuples, and methods that change them."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from language.programs import Programs

X = np.array([0.7, 1.3, 0.4, 2.1, -0.6, 0.9])
P = np.random.default_rng(5).normal(size=(3, 2))
PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


@dataclass
class State:
    x: np.ndarray
    v: np.ndarray
    t: float = 0.0
    log: list = field(default_factory=list)

    def energy(self):
        return 0.5 * np.sum(self.v**2) + 0.5 * np.sum(self.x**2)

    def step(self, dt):
        self.v -= dt * self.x
        self.x += dt * self.v
        self.t += dt
        return self


@program(X[:3], X[3:])
def in_place_by_a_method(x0, v0):
    s = State(x0.copy(), v0.copy())
    for _ in range(10):
        s.step(0.1)
    return s.energy() + s.t


@program(X[:3], X[3:])
def returned_and_bound_again(x0, v0):
    s = State(x0.copy(), v0.copy())
    for _ in range(4):
        s = s.step(0.1)
    return s.energy() + s.t


@program(X[:3], X[3:])
def attributes_by_branches(x0, v0):
    s = State(x0.copy(), v0.copy())
    for k in range(10):
        if s.x[0] > 0.2:
            s.x = s.x * 0.9
        else:
            s.v = s.v + 0.1
            s.t = s.t + s.v[0]
        if k % 2 == 0:
            s.log.append(s.energy())
    return s.energy() + s.t + sum(s.log)


class Mean:
    def __init__(self):
        self.n = 0
        self.mean = 0.0
        self.m2 = 0.0

    def push(self, x):
        self.n += 1
        d = x - self.mean
        self.mean += d / self.n
        self.m2 += d * (x - self.mean)


@program(X)
def running_variance(x):
    a = Mean()
    for v in x:
        a.push(v)
    return a.m2 / a.n


@program(X)
def one_object_two_names(x):
    a = Mean()
    b = a
    for v in x:
        b.push(v)
        if v > 1.0:
            a.mean = a.mean * 0.5
    return a.mean + b.m2


@program(X)
def objects_in_a_dict(x):
    classes = {"low": Mean(), "high": Mean()}
    for v in x:
        if v > 0.8:
            classes["high"].push(v)
        else:
            classes["low"].push(v)
    return sum(c.mean * c.m2 for c in classes.values())


class Body:
    G = 0.1

    def __init__(self, x, v, m=1.0):
        self.x, self.v, self.m = x, v, m

    def kick(self, a, h):
        self.v = self.v + h * a

    @property
    def energy(self):
        return 0.5 * self.m * np.sum(self.v**2)


@program(P, P[::-1] * 0.3)
def bodies_in_a_list(x0, v0):
    bodies = [Body(x, v, m=1.0 + 0.1 * k) for k, (x, v) in enumerate(zip(x0, v0, strict=True))]
    for _ in range(3):
        for i, p in enumerate(bodies):
            a = np.zeros(2)
            for j, q in enumerate(bodies):
                if i != j:
                    d = q.x - p.x
                    a += Body.G * q.m * d / (d @ d + 0.1) ** 1.5
            p.kick(a, 0.05)
        for p in bodies:
            p.x = p.x + 0.05 * p.v
    return sum(p.energy for p in bodies) + bodies[0].x[1]


class Vec:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __neg__(self):
        return Vec(-self.x, -self.y)

    def __getitem__(self, k):
        return (self.x, self.y)[k]

    def __len__(self):
        return 2

    def __lt__(self, o):
        return self.norm < o.norm

    @property
    def norm(self):
        return np.sqrt(self.x * self.x + self.y * self.y)

    @staticmethod
    def zero():
        return Vec(0.0, 0.0)

    @classmethod
    def unit(cls, a):
        return cls(np.cos(a), np.sin(a))


@program(X)
def operators_of_a_class(x):
    acc = Vec.zero()
    for v in x:
        acc = acc + Vec.unit(v) * v
        if Vec(2.0, x[0]) < acc:
            acc = 0.5 * acc
    e = -acc
    return acc.norm + e[1] + len(e)


@dataclass(frozen=True)
class Point:
    at: np.ndarray
    w: float


@program(P)
def frozen_objects(p):
    points = [Point(row, row[0] * k) for k, row in enumerate(p)]
    c = Point(np.zeros(2), 1.0)
    for q in points:
        c = Point(c.at + q.w * q.at, c.w + q.w)
    best = points[0]
    for q in points:
        if q.w > best.w:
            best = q
    last = replace(c, w=c.w * 2)
    return np.sum(c.at**2) * last.w + best.at @ best.at


class Cell(NamedTuple):
    h: np.ndarray
    c: np.ndarray

    def total(self):
        return np.sum(self.h) + np.sum(self.c * self.c)


@program(P, X[:2])
def namedtuple_with_methods(p, b):
    s = Cell(np.zeros(2), np.ones(2))
    for row in p:
        c = np.tanh(row + s.h) * s.c
        s = s._replace(h=np.sin(c) + b, c=c)
    return s.total()


class Base:
    scale = 2.0

    def __init__(self, k):
        self.k = k

    def __call__(self, x):
        return self.scale * self.k * x


class Shifted(Base):
    def __init__(self, k, c):
        super().__init__(k)
        self.c = c

    def __call__(self, x):
        return super().__call__(x) + self.c


@program(1.5, 0.3)
def inherited(a, b):
    d = Shifted(a, b)
    return d(a * b) + d.scale + isinstance(d, Base)


class Queue:
    def __init__(self):
        self.items = []

    def put(self, v):
        self.items.append(v)

    def get(self):
        return self.items.pop(0)

    def __bool__(self):
        return len(self.items) > 0


@program(X)
def a_list_in_an_object(x):
    q = Queue()
    s = 0.0
    for v in x:
        q.put(v)
        if v > 0.6:
            s = s * 0.9 + q.get()
    while q:
        s = s * 1.1 + q.get()
    return s


@dataclass
class Squared:
    a: float
    b: float = field(init=False)

    def __post_init__(self):
        self.b = self.a**2


@program(1.5)
def after_init(a):
    p = Squared(a)
    p.a *= 2
    return p.a * p.b


@program(X)
def made_in_a_helper_with_branches(x):
    def pick(v):
        if v > 0.5:
            return Vec(v, 1.0)
        return Vec(1.0, v * v)

    return sum(pick(v).norm for v in x)


# What may be one object or another, as the data say, nothing may change.


@refused("an object is changed after a loop or a branch has bound", 1.5, 0.3)
def one_of_two_then_one_is_changed(a, b):
    p, q = Vec(a, b), Vec(b, a)
    best = p if a > b * b else q
    p.x = 5.0 * a
    return best.x


@refused("the attribute 'x' of a Vec is assigned that a loop or a branch has bound", 1.5, 0.3)
def one_of_two_is_changed(a, b):
    p, q = Vec(a, b), Vec(b, a)
    best = p if a > b * b else q
    best.x = 5.0 * a
    return p.x + q.x


@refused("the attribute 'z' is made under a condition", 1.5, 0.3)
def attribute_made_in_a_branch(a, b):
    p = Vec(a, b)
    if a > b * b:
        p.z = a
    return p.x


@refused("the attribute 'w' of a frozen dataclass is assigned", X)
def frozen_is_changed(x):
    p = Point(x, 1.0)
    p.w = x[0]
    return p.w


@refused("a Vec that a loop or a branch has bound is compared", 1.5, 0.3)
def identity_by_data(a, b):
    p, q = Vec(a, b), Vec(b, a)
    best = p if a > b * b else q
    return a if best is p else b


@refused("a list is changed", X)
def objects_under_a_condition(x):
    found = []
    for v in x:
        if v > 0.5:
            found.append(Vec(v, v))
    return sum(f.x for f in found)


@refused("an object is changed after a loop or a branch has bound", X)
def two_objects_change_places(x):
    a, b = Vec(x[0], 0.0), Vec(x[1], 0.0)
    for v in x:
        a.y += v * b.x
        a, b = b, a
    return a.y * 2 + b.y


class Slotted:
    __slots__ = ("a",)

    def __init__(self, a):
        self.a = a


@refused("a Slotted is made in a differentiated function", 1.5)
def with_slots(a):
    return Slotted(a).a


test_program, test_refused = PROGRAMS.tests()
