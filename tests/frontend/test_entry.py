"""Entry checks: one program for all sizes, guards where a size decides, exact sizes where a guard fails."""

import numpy as np
import pytest

from symgrad.errors import ShapeError
from symgrad.frontend.entry import broken_extents
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import NeedConstant, bind
from symgrad.ir.evaluate import run
from symgrad.ir.verify import verify
from symgrad.tree import flatten

W = np.ones((3, 4))


class Calls:
    """A dispatcher in small: specialise, check, specialise exactly."""

    def __init__(self, fun):
        self.fun = fun
        self.table = {}
        self.constants = frozenset()

    def __call__(self, *args):
        exact = frozenset()
        while True:
            signature = bind(self.fun, args, {}, exact=exact, constants=self.constants)
            lowered = self.table.get(signature.key)
            if lowered is None or any(w.changed() for w in lowered.watches):
                try:
                    lowered = lower(self.fun, signature)
                except NeedConstant as need:
                    self.constants |= {need.path}
                    continue
                verify(lowered.function)
                self.table[signature.key] = lowered
            values = [*signature.leaves, *(c.get() for c in lowered.captures)]
            broken = broken_extents(lowered, values)
            if broken is None:
                return lowered.out_tree.build(run(lowered.function, *values))
            if broken <= exact:
                raise ShapeError("the arguments do not fit together")
            exact |= broken


def agrees(fun, *calls):
    """The number of programs that all these calls needed."""
    f = Calls(fun)
    for args in calls:
        got, want = flatten(f(*args))[0], flatten(fun(*args))[0]
        for g, w in zip(got, want, strict=True):
            assert np.shape(g) == np.shape(w)
            np.testing.assert_allclose(g, w, rtol=1e-12, atol=1e-13)
    return len(f.table)


def vector(n):
    return np.random.default_rng(n).normal(size=n)


def test_one_program_for_all_sizes():
    f = lambda x, y: (np.mean(x * y[1:]), x @ y[:-1], np.concatenate((x, y)), x[::2], x[::-1], x[-1] + x[2])
    assert agrees(f, *[(vector(n), vector(n + 1)) for n in (3, 4, 7, 20)]) == 1


def test_clipped_slices_are_specialised():
    f = lambda x: (x[:5] * 2, x[2:4].sum(), x[-3:])
    assert agrees(f, (vector(7),), (vector(30),), (vector(5),)) == 1
    assert agrees(f, (vector(7),), (vector(4),), (vector(3),), (vector(9),), (vector(2),)) == 4


def test_a_pattern_of_ones_is_another_program():
    f = lambda x, y: x + y
    shapes = [((3, 4), (3, 4)), ((5, 2), (5, 2)), ((3, 1), (1, 4)), ((5, 1), (1, 7)), ((3, 4), (1, 1))]
    rng = np.random.default_rng(0)
    assert agrees(f, *[(rng.normal(size=a), rng.normal(size=b)) for a, b in shapes]) == 3


def test_an_extent_that_happens_to_be_one_broadcasts():
    f = lambda x, y: x[1:] * y
    assert agrees(f, (vector(4), vector(3)), (vector(2), vector(5)), (vector(6), vector(5))) >= 2
    assert agrees(f, (vector(2), vector(5)), (vector(4), vector(3))) == 2


def test_fixed_sizes():
    f = Calls(lambda x: x + np.ones(3))
    np.testing.assert_allclose(f(vector(3)), vector(3) + 1)
    with pytest.raises(ShapeError, match=r"x has shape \(5,\)"):
        f(vector(5))


def test_arguments_that_disagree():
    f = Calls(lambda x, y: x * y)
    f(vector(3), vector(3))
    with pytest.raises(ShapeError, match=r"x has shape \(3,\), y has shape \(4,\)") as e:
        f(vector(3), vector(4))
    assert e.value.col > 0


def test_integer_arguments_as_sizes():
    def f(x, k):
        return x[k:] * 2.0, np.zeros(3).sum() + k, x[k] * k

    assert agrees(f, (vector(9), 2), (vector(5), 3), (vector(5), 1)) == 1
    assert agrees(f, (vector(9), 2), (vector(5), -3), (vector(5), -1)) >= 2
    assert agrees(lambda x, i: x[i] * 2, (vector(9), 2), (vector(5), -3), (vector(3), 0)) == 1
    g = Calls(lambda x, i: x[i])
    g(vector(5), 4)
    with pytest.raises(ShapeError, match="index 5 is out of bounds for axis 0 of size 5"):
        g(vector(5), 5)
    with pytest.raises(ShapeError, match="index -6 is out of bounds for axis 0 of size 5"):
        g(vector(5), -6)
    assert agrees(lambda k, x: np.ones(k) @ x + np.sum(np.arange(k)), (3, vector(3)), (5, vector(5))) == 1


def test_integer_arguments_where_only_a_constant_can_stand():
    assert agrees(lambda x, axis: np.sum(x, axis=axis), (np.eye(3), 0), (np.eye(3), 1)) == 2
    assert agrees(lambda x, n: x**n, (vector(3), 2), (vector(3), 3), (vector(4), 3)) == 2
    assert agrees(lambda x, n: [x * i for i in range(n)], (vector(3), 2), (vector(3), 3)) == 2
    assert (
        agrees(lambda x, axis: np.sum(x, axis=axis), (np.eye(3), np.int64(0)), (np.eye(3), np.int64(1))) == 2
    )


def test_conditions_on_sizes_are_guarded():
    def f(x):
        if x.shape[0] > 3 and x.shape[0] != 7:
            return x * 2
        return x * 3 if len(x) % 2 == 0 else x

    assert agrees(f, (vector(5),), (vector(6),)) == 1
    assert agrees(f, *[((vector(n)),) for n in (5, 2, 3, 7, 8)]) >= 3


def test_captured_arrays_may_change_size():
    global W
    f = Calls(lambda x: x @ W)
    for shape in [(3, 4), (5, 2), (3, 4), (3, 1)]:
        W = np.random.default_rng(1).normal(size=shape)
        x = vector(shape[0])
        np.testing.assert_allclose(f(x), x @ W)
    assert len(f.table) == 1  # a pattern of ones replaces the program


def test_reshapes():
    f = lambda x: (x.reshape(-1), x.reshape(x.shape[1], -1), x.reshape(x.shape[0] * x.shape[1]))
    assert agrees(f, (np.ones((3, 4)),), (np.ones((5, 2)),)) == 1
    g = lambda x: x.reshape(-1, 3)
    assert agrees(g, (vector(6),), (vector(9),)) >= 1


def test_signature_key_and_names():
    def f(n, x, params, mode="a"):
        return x

    s = bind(f, (2, np.ones((3, 1)), {"w": np.ones(2), "k": None}), {})
    assert s.parameters == ("n", "x", "params", "mode")
    assert s.names == ("n", "x", "params_w") and s.arg_of_leaf == (0, 1, 2)
    assert [str(t) for t in s.types] == ["int64[]", "float64[m, 1]", "float64[k]"]
    assert s.leaf_numbers(2) == (2, None) and s.leaf_numbers(3) == (None,)
    assert s.weak == (True, False, False) and not s.flat
    same = bind(f, (5, np.zeros((9, 1)), {"w": np.ones(4), "k": None}), {})
    assert same.key == s.key and hash(same.key) == hash(s.key)
    for other in [
        bind(f, (2.0, np.ones((3, 1)), {"w": np.ones(2), "k": None}), {}),
        bind(f, (2, np.ones((3, 2)), {"w": np.ones(2), "k": None}), {}),
        bind(f, (2, np.ones((3, 1), np.float32), {"w": np.ones(2), "k": None}), {}),
        bind(f, (2, np.ones((3, 1)), {"w": np.ones(2), "k": True}), {}),
        bind(f, (2, np.ones((3, 1)), {"w": np.ones(2)}), {}),
        bind(f, (2, np.ones((3, 1)), {"w": np.ones(2), "k": None}, "b"), {}),
        bind(f, (2, np.ones((3, 1)), {"w": np.ones(2), "k": None}), {}, exact=frozenset("k")),
        bind(f, (2, np.ones((3, 1)), {"w": np.ones(2), "k": None}), {}, constants=frozenset("n")),
    ]:
        assert other.key != s.key


@pytest.mark.parametrize(
    "value, what",
    [
        (type("Tensor", (), {"__array__": lambda self: np.ones(2)})(), "a Tensor"),
        (np.ones(2, complex), "an array of complex128"),
        (1j, "a complex"),
        (np.array(["a"]), "an array of <U1"),
        (np.array([None]), "an array of object"),
        (np.ones(2, np.float16), "an array of float16"),
        (2**70, "an integer that 64 bits cannot hold"),
        (np.ones(2).view(type("Matrix", (np.ndarray,), {})), "an array of float64, a Matrix"),
        (np.ma.masked_array([1.0]), "an array of float64, a MaskedArray"),
        (np.ones(2, ">f8"), "an array of >f8"),
    ],
)
def test_arguments_that_are_not_numbers(value, what):
    def f(x):
        return x

    with pytest.raises(TypeError) as e:
        bind(f, (value,), {})
    assert f"argument 'x' of f is {what}" in str(e.value)


def test_sizes_of_captured_arrays_that_break_a_guard():
    global W
    f = Calls(lambda x: x[:2].sum() + W[:3].sum())
    for n, m in [(4, 5), (1, 5), (4, 2), (3, 2), (4, 7), (1, 1)]:
        W = np.random.default_rng(m).normal(size=m)
        np.testing.assert_allclose(f(vector(n)), vector(n)[:2].sum() + W[:3].sum())
