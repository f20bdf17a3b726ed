"""Lists and dicts of a fixed number of items, whose items loops and branches replace."""

from language.programs import Programs, X

PROGRAMS = Programs()
program = PROGRAMS.program


@program(X)
def cond_item(x):
    st = [x[0], 1.0, x[1]]
    if x[2] > 1:
        st[0] = x[3] * 2
        st[1] = x[0]
    else:
        st[2] = 3.0
    return st[0] * st[1] * st[2]


@program(X)
def cond_dict(x):
    d = {"a": x[0], "b": 2}
    for v in x:
        if v > 1:
            d["a"] += v
        else:
            d["b"] = d["b"] + v
    return d["a"] * d["b"]


@program(X)
def list_of_arrays(x):
    L = [x * 1.0, x**2]
    for k in range(len(x)):
        L[0] = L[0] * 0.5 + L[1][k]
        L[0], L[1] = L[1], L[0]
    return (L[0] * L[1]).sum()


@program(X)
def list_arr_inplace(x):
    L = [x * 1.0, x**2]
    for k in range(len(x)):
        L[0][k] += L[1][0] * x[k]
    return (L[0] * L[1]).sum()


@program(X)
def list_ret(x):
    L = [1.0, 2.0]
    for v in x:
        L[0] *= v + 2
        if v > 3:
            return L[0]
    return L[1]


@program(X)
def list_shape(x):
    L = [0.0] * 3
    for v in x:
        L[0], L[1], L[2] = L[1], L[2], v * L[0] + 1
    return sum(L)


@program(X)
def list_index_i(x):
    L = [0.0, 0.0]
    for i in range(len(x)):
        L[i % 2] += x[i]
    return L[0] * L[1]


@program(X)
def wlist(x):
    L = [0.0, 1.0]
    while L[0] < 5:
        L[0] += x[0]
        L[1] *= x[1]
    return L[1]


@program(X)
def none_item(x):
    L = [None, x[0]]
    for v in x:
        L[1] = L[1] * v
    return L[1]


@program(X)
def alias_l(x):
    L = [0.0, 1.0]
    M = L
    for v in x:
        L[0] += v
    return M[0] ** 2


@program(X)
def acc_arr(x):
    L = [0.0]
    for v in x:
        L[0] = L[0] + x * v
    return L[0].sum()


@program(X)
def minmax(x):
    st = {"lo": x[0], "hi": x[0]}
    for v in x[1:]:
        if v < st["lo"]:
            st["lo"] = v
        elif v > st["hi"]:
            st["hi"] = v
    return st["hi"] - st["lo"]


@program(X)
def dict_carry(x):
    d = {"a": x[0], "b": x[1]}
    for v in x:
        d["a"] = d["a"] * 0.5 + v
        d["b"] += d["a"]
    return d["a"] * d["b"]


@program(X)
def list_state(x):
    st = [x[0], x[1]]
    for v in x:
        st[0] = st[0] * 0.5 + v
        st[1] += st[0]
    return st[0] * st[1]


@program(X)
def items_are_updated(x):
    d, pair = {"a": x[0] * 2}, [x[1], x]
    d["a"] += x[1]
    pair[0] *= d["a"]
    pair[1] = pair[1] + pair[0]
    return d["a"] ** 2 + (pair[1] * x).sum()


test_program = PROGRAMS.test()
