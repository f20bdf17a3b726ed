"""Comprehensions and generator expressions over arrays of any length."""

import numpy as np
from language.programs import Programs, X

PROGRAMS = Programs()
program = PROGRAMS.program


@program(X)
def comp_sum(x):
    return sum(v * v for v in x) + max([v * 2 for v in x]) + sum([x[i] * i for i in range(len(x))])


@program(X)
def mean_list(x):
    sq = [v**2 for v in x]
    return sum(sq) / len(sq) + np.mean(sq) + sq[-1]


@program(X)
def gen(x):
    return np.sqrt(sum((v - x[0]) ** 2 for v in x))


@program(X)
def comp_cond(x):
    return sum([v * v for v in x if v > 0])


@program(X)
def comp_cond_arr(x):
    out = np.array([v * v for v in x if v > 0.5])
    return np.sum(out * out)


@program(X)
def gen_cond(x):
    return sum(v * v for v in x if v > 0)


@program(X)
def nested_comp(x):
    return sum([a * b for a in x for b in x])


@program(X)
def nested_comp2(x):
    return np.sum(np.array([[a * b for a in x] for b in x]) ** 2)


@program(X)
def comp_ifelse(x):
    return sum([v if v > 0 else -2 * v for v in x])


@program(X)
def any_all(x):
    if any(v < -1 for v in x) and all(v < 5 for v in x):
        return x[0] * x[1]
    return x[2]


@program(X)
def comp_filter2(x):
    n = [i for i in range(len(x)) if x[i] > 0.8]
    s = 0.0
    for i in n:
        s += x[i] ** 2
    return s


@program(X)
def comp_rows_filter(x):
    a = np.outer(x, x)
    r = [row * 2 for row in a if row[0] > 0]
    return np.sum(np.array(r) ** 2)


@program(X)
def bool_list(x):
    a = []
    for v in x:
        a.append(v > 0.8)
    return x[np.array(a)].sum()


test_program = PROGRAMS.test()
