"""Run in a process of its own by run.py: prints the seconds of the import and of the first gradient."""

import math
import sys
import time


def neuron(w0, x0, w1, x1, w2):
    return 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))


def symgrad_gradient():
    import symgrad as sg

    yield
    yield sg.value_and_grad(neuron, wrt="*")(2.0, -1.0, -3.0, -2.0, -3.0)[1]


def jax_gradient():
    import jax

    yield
    fun = lambda w0, x0, w1, x1, w2: 1 / (1 + jax.numpy.exp(-(w0 * x0 + w1 * x1 + w2)))
    yield jax.jit(jax.grad(fun, argnums=(0, 1, 2, 3, 4)))(2.0, -1.0, -3.0, -2.0, -3.0)


def main():
    stages = {"symgrad": symgrad_gradient, "jax": jax_gradient}[sys.argv[1]]()
    start = time.perf_counter()
    next(stages)
    imported = time.perf_counter()
    gradient = [float(d) for d in next(stages)]
    done = time.perf_counter()
    assert [round(d, 2) for d in gradient] == [-0.20, 0.39, -0.39, -0.59, 0.20]
    print(imported - start, done - imported)


if __name__ == "__main__":
    main()
