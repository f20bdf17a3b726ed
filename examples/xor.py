"""One unit learns AND and OR, and cannot learn XOR; two layers can.

The network is the loop over examples and units of the lecture, in plain Python; symgrad differentiates it.

    python examples/xor.py [--steps 2000] [--quick]
"""

import argparse
import math
import sys

import numpy as np

import symgrad as sg

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
GATES = {"AND": np.array([0.0, 0.0, 0.0, 1.0]), "OR": np.array([0.0, 1.0, 1.0, 1.0])}
XOR = np.array([0.0, 1.0, 1.0, 0.0])


def sigmoid(s):
    return 1.0 / (1.0 + math.exp(-s))


def unit(w, x):
    """Weights, then a bias."""
    s = w[-1]
    for i in range(len(x)):
        s += w[i] * x[i]
    return sigmoid(s)


def one_unit(w, x):
    return unit(w, x)


def two_layers(hidden, w, x):
    h = np.zeros(len(hidden))
    for j in range(len(hidden)):
        h[j] = unit(hidden[j], x)
    return unit(w, h)


def cross_entropy(p, t):
    return -(t * math.log(p) + (1.0 - t) * math.log(1.0 - p))


def loss_of_one(w, xs, ts):
    total = 0.0
    for k in range(len(xs)):
        total += cross_entropy(one_unit(w, xs[k]), ts[k])
    return total


def loss_of_two(hidden, w, xs, ts):
    total = 0.0
    for k in range(len(xs)):
        total += cross_entropy(two_layers(hidden, w, xs[k]), ts[k])
    return total


def learn_one(ts, steps):
    gradient = sg.grad(loss_of_one)
    w = np.zeros(3)
    for _ in range(steps):
        w -= 0.5 * gradient(w, X, ts)
    return w


def learn_two(ts, steps, rng):
    gradient = sg.grad(loss_of_two, wrt=("hidden", "w"))
    hidden, w = rng.normal(size=(3, 3)), rng.normal(size=4)
    for _ in range(steps):
        dhidden, dw = gradient(hidden, w, X, ts)
        hidden -= 0.5 * dhidden
        w -= 0.5 * dw
    return hidden, w, gradient


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--quick", action="store_true", help="1000 steps, enough to round right")
    args = parser.parse_args()
    steps = 1000 if args.quick else args.steps

    for name, ts in (*GATES.items(), ("XOR", XOR)):
        w = learn_one(ts, steps)
        print(f"one unit, {name:3}  ", " ".join(f"{one_unit(w, x):.3f}" for x in X))
    hidden, w, gradient = learn_two(XOR, steps, np.random.default_rng(0))
    answers = [two_layers(hidden, w, x) for x in X]
    print("two layers, XOR", " ".join(f"{a:.3f}" for a in answers))
    print("\nThe derivative of the two layers:\n")
    print(gradient.source)
    return 0 if [round(a) for a in answers] == XOR.tolist() else 1


if __name__ == "__main__":
    sys.exit(main())
