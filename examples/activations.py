"""Every activation function of the lectures, plotted with the derivative that symgrad writes.

python examples/activations.py [--out activations.png]
"""

import argparse
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

import symgrad as sg

# The functions stand with the tests, which compare each with its derivative on paper.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from lectures.activations import ACTIVATIONS, Activation


def maxout_of_one_input(x, w1, b1, w2, b2):
    return np.maximum(w1 * x + b1, w2 * x + b2)


def d_maxout_of_one_input(x, w1, b1, w2, b2):
    return np.where(w1 * x + b1 > w2 * x + b2, w1, w2)


MAXOUT = Activation(maxout_of_one_input, d_maxout_of_one_input, lambda x: (0.8, 0.0, -0.4, -0.5))

# A curve wants one parameter all along; the tests give each unit another.
SHOWN = {"rrelu": 0.2, "soft_exponential": 0.5}


def curve(row, x):
    """Values and derivatives at the points x."""
    parameters = (np.full(x.shape, SHOWN[row.name]),) if row.name in SHOWN else row.parameters(x)
    with np.errstate(all="ignore"):  # branches that `where` does not take may overflow
        y, pullback = sg.vjp(row.f, x, *parameters, jit=False)
    return y, pullback(np.ones_like(x))[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("activations.png"))
    args = parser.parse_args()

    rows = [*ACTIVATIONS, MAXOUT]
    x = np.linspace(-4, 4, 801)
    columns = 6
    figure, axes = plt.subplots(-(-len(rows) // columns), columns, figsize=(15, 14), layout="constrained")
    for axis, row in zip(axes.flat, rows, strict=False):
        # BReLU treats every other unit differently: each point twice, and both kinds are drawn.
        points, kinds = (np.repeat(x, 2), 2) if row.name == "brelu" else (x, 1)
        y, dx = curve(row, points)
        for kind in range(kinds):
            axis.plot(x, y[kind::kinds], color="tab:blue", linewidth=1.5)
            axis.plot(x, dx[kind::kinds], color="tab:red", linewidth=1, linestyle="--")
        axis.set_title(row.name.replace("_", " "), fontsize=9)
        axis.set_ylim(-2.2, 2.2)
        axis.grid(alpha=0.3)
    for axis in axes.flat[len(rows) :]:
        axis.set_axis_off()
    figure.suptitle("Activations (solid) and the derivatives that symgrad writes (dashed)")
    figure.savefig(args.out, dpi=110)
    print(f"{len(rows)} functions and their derivatives in {args.out}")


if __name__ == "__main__":
    main()
