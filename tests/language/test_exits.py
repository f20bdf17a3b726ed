"""`break`, `continue`, `return` out of loops, `for`/`else`."""

from language.programs import A, Programs, X

PROGRAMS = Programs()
program = PROGRAMS.program


@program(X)
def early_return(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            s += x[i] * x[j]
            if s > 9.0:
                return s * x[j]
    return s


@program(X)
def forelse2(x):
    r = 0.0
    for i in range(len(x)):
        if x[i] > 2.0:
            r = x[i] * x[i]
            break
    else:
        r = x[0] * x[1]
    return r


@program(X)
def idx_after(x):
    for i in range(len(x)):
        if x[i] > 2.0:
            break
    return x[i] ** 2


@program(X)
def continue_nested(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] < 0:
            continue
        t = x[i]
        if t > 2:
            if t > 3:
                break
            s += 1.0 * t
            continue
        s += t * t
    return s


@program(X)
def helper_returns(x):
    def clip(v, lo, hi):
        if v < lo:
            return lo
        if v > hi:
            return hi
        return v

    s = 0.0
    for i in range(len(x)):
        s += clip(x[i], 0.0, 2.0) ** 2
    return s


@program(X)
def while_break_return(x):
    k = 0
    s = 1.0
    while True:
        if k >= len(x):
            return s
        if x[k] < 0:
            s = s * 3
            break
        s = s * x[k]
        k += 1
    return s + x[k]


@program(X)
def return_in_while(x):
    i = 0
    while i < len(x):
        if x[i] > 2.0:
            return x[i] * x[0]
        i += 1
    return x[0]


@program(X)
def ret_tuple(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i]
        if s > 5.0:
            return s, x * s
    return s, x


@program(X)
def deep(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(i, len(x)):
            for k in range(j + 1):
                if k == i:
                    continue
                if x[k] < 0:
                    break
                s += x[i] * x[j] * x[k]
            else:
                s *= 0.5
            s += 1.0 * x[j]
    return s


@program(A)
def nested_break(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > 0.8:
                break
            s += a[i, j] ** 2
        else:
            s *= 2.0
        if s > 20:
            break
    return s


@program(A)
def nested_return(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] ** 2
            if s > 3:
                return s * a[i, j]
    return s


@program(A)
def nested_return_tuple(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] ** 2
            if s > 3:
                return s * a[i, j] + i * j
    return -s


@program(X)
def bool_found(x):
    found = False
    r = 0.0
    for v in x:
        if not found and v > 2:
            r = v * v
            found = True
    return r


test_program = PROGRAMS.test()
