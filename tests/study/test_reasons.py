"""`Derivative.memory` says why each thing is kept, as data and as a sentence."""

import numpy as np

import symgrad as sg


def kept(f, *args):
    """(line within the function, what, kind of reason) of all that is kept."""
    first = f.__code__.co_firstlineno
    memory = sg.grad(f, jit=False).memory(*args)
    return memory, {(s.line - first, s.name, s.reason.kind) for s in memory.lines}


def carried(x, c):
    for _ in range(4):
        y = np.exp(x)
        x = x * y + c
    return np.sum(x)


def eliminated(A, c):
    A = A.copy()
    for k in range(A.shape[0]):
        p = k + np.argmax(np.abs(A[k:, k]))
        row = A[k].copy()
        A[k] = A[p] / c
        A[p] = row
        for i in range(k + 1, A.shape[0]):
            A[i] -= A[i, k] / A[k, k] * A[k]
    return np.sum(A)


def straight(x, c):
    y = np.tanh(x)
    z = y * c
    return np.sum(z * z)


def test_kinds():
    _, found = kept(carried, np.ones(3), 0.1)
    assert found == {(1, "x", "carried"), (2, "y", "dear")}
    _, found = kept(straight, np.ones(3), 0.1)
    assert {(1, "y", "read")} <= found
    memory, found = kept(eliminated, np.eye(5) + 0.1, 2.0)
    kinds = {kind for _, _, kind in found}
    assert {"overwritten", "rerun", "lost"} <= kinds
    around = next(s for s in memory.lines if s.reason.around)
    assert around.reason.around == "for k in range(A.shape[0]):" and around.reason.around in around.why


def test_sentences():
    memory, _ = kept(carried, np.ones(3), 0.1)
    why = {s.name: s.why for s in memory.lines}
    assert why["x"] == "the next trip overwrites it, and the adjoint reads it"
    assert why["y"] == "exp: dearer to compute again than to load"
    assert next(s for s in memory.lines if s.name == "y").reason.op == "exp"


def test_the_line_that_reads():
    memory, _ = kept(straight, np.ones(3), 0.1)
    y = next(s for s in memory.lines if s.name == "y")
    assert y.reason.here and y.reason.line == y.line and "this line" in y.why


def test_a_length_with_a_comma_is_not_a_name():
    def halves(x):
        s = 1.0
        for i in range(len(x) - 1):
            flag = np.exp(s * x[i])
            s = np.sin(flag) * s
        return s

    memory = sg.grad(halves, jit=False).memory(np.ones(5))
    assert all("B x" not in s.name for s in memory.lines) and len(memory.lines) > 1
    assert {s.shape for s in memory.lines} == {(4,)}
