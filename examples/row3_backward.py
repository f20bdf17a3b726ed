"""The lecture's staged function, with the backward pass of the slide beside the one that symgrad writes."""

import inspect
import itertools
import math

import symgrad as sg


def staged(x, y):
    sigy = 1.0 / (1 + math.exp(-y))  # sigmoid in numerator
    num = x + sigy  # numerator
    sigx = 1.0 / (1 + math.exp(-x))  # sigmoid in denominator
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr  # denominator
    invden = 1.0 / den
    f = num * invden  # done!
    return f


# fmt: off
def backward(sigy, num, sigx, xpy, den, invden):
    # backprop f = num * invden
    dnum = invden
    dinvden = num
    # backprop invden = 1.0 / den
    dden = (-1.0 / (den**2)) * dinvden
    # backprop den = sigx + xpysqr
    dsigx = (1) * dden
    dxpysqr = (1) * dden
    # backprop xpysqr = xpy**2
    dxpy = (2 * xpy) * dxpysqr
    # backprop xpy = x + y
    dx = (1) * dxpy
    dy = (1) * dxpy
    # backprop sigx = 1.0 / (1 + math.exp(-x))
    dx += ((1 - sigx) * sigx) * dsigx
    # backprop num = x + sigy
    dx += (1) * dnum
    dsigy = (1) * dnum
    # backprop sigy = 1.0 / (1 + math.exp(-y))
    dy += ((1 - sigy) * sigy) * dsigy
    return dx, dy
# fmt: on


def by_hand(x, y):
    sigy = 1.0 / (1 + math.exp(-y))
    num = x + sigy
    sigx = 1.0 / (1 + math.exp(-x))
    xpy = x + y
    den = sigx + xpy**2
    return backward(sigy, num, sigx, xpy, den, 1.0 / den)


def main():
    gradient = sg.grad(staged, argnums=(0, 1))
    x, y = 3.0, -4.0
    print("symgrad:", gradient(x, y))
    print("slide:  ", by_hand(x, y), "\n")

    slide = inspect.getsource(backward).splitlines()
    generated = gradient.backward_source.strip("\n").splitlines()
    width = max(map(len, slide))
    print(f"{'# THE SLIDE':{width}}   # SYMGRAD")
    for left, right in itertools.zip_longest(slide, generated, fillvalue=""):
        print(f"{left:{width}}   {right}".rstrip())


if __name__ == "__main__":
    main()
