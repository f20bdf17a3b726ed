"""The first two programs of the lecture: their gradients at the points of the slides, and the source."""

import math

import symgrad as sg


@sg.value_and_grad(wrt="*")
def circuit(x, y, z):
    q = x + y
    f = q * z
    return f


@sg.value_and_grad(wrt="*")
def neuron(w0, x0, w1, x1, w2):
    dot = w0 * x0 + w1 * x1 + w2
    f = 1.0 / (1 + math.exp(-dot))
    return f


def main():
    f, (dx, dy, dz) = circuit(-2.0, 5.0, -4.0)
    print(f"f = (x + y) * z = {f}:  df/dx = {dx}, df/dy = {dy}, df/dz = {dz}\n")
    print(circuit.source)

    f, gradient = neuron(2.0, -1.0, -3.0, -2.0, -3.0)
    names = ("w0", "x0", "w1", "x1", "w2")
    print(f"f = sigmoid(w0 x0 + w1 x1 + w2) = {f:.2f}:")
    print("  " + ", ".join(f"df/d{name} = {d:.2f}" for name, d in zip(names, gradient, strict=True)), "\n")
    print(neuron.source)


if __name__ == "__main__":
    main()
