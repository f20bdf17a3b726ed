"""Gradient descent on the mean squared error of a line, beside the exact least squares solution.

python examples/line_fit.py [--steps 200] [--rate 0.1]
"""

import argparse

import numpy as np

import symgrad as sg


def mean_squared_error(m, b, x, y):
    return np.mean((y - (m * x + b)) ** 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0.1)
    args = parser.parse_args()

    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 3, size=50)
    y = 1.7 * x - 0.6 + 0.3 * rng.normal(size=50)

    step = sg.value_and_grad(mean_squared_error, wrt=("m", "b"))
    m, b = 0.0, 0.0
    for i in range(args.steps + 1):
        error, (dm, db) = step(m, b, x, y)
        if i % max(1, args.steps // 8) == 0:
            print(f"step {i:4}  error {error:.6f}  m {m:+.6f}  b {b:+.6f}  gradient ({dm:+.1e}, {db:+.1e})")
        m, b = m - args.rate * dm, b - args.rate * db
    slope, intercept = np.polyfit(x, y, 1)
    print(f"least squares              m {slope:+.6f}  b {intercept:+.6f}\n")
    print(step.source)


if __name__ == "__main__":
    main()
