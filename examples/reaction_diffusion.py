"""A long simulation differentiated in little memory: 10,000 steps of Gray and Scott's reaction on a grid.

The backward pass needs the state of every step, last first. Kept whole they would take 10 GB; a checkpoint
keeps the states of as many steps as fit into 50 MB, chosen so that the fewest steps are run again.

    python examples/reaction_diffusion.py                  300 steps, as the tests run it
    python examples/reaction_diffusion.py 10000            the whole simulation: some minutes
"""

import resource
import sys
import time

import numpy as np

import symgrad as sg

SIZE = 256


def laplacian(u):
    out = np.zeros_like(u)
    out[1:-1, 1:-1] = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
    return out


def react(u, v, feed, kill):
    rate = u * v * v
    return (
        u + 0.16 * laplacian(u) - rate + feed * (1.0 - u),
        v + 0.08 * laplacian(v) + rate - (feed + kill) * v,
    )


def simulate(u, v, feed, kill, steps):
    for _ in sg.checkpoint(range(steps), memory="50 MB"):
        u, v = react(u, v, feed, kill)
    return np.mean(v * v)


def keep_all(u, v, feed, kill, steps):
    for _ in range(steps):
        u, v = react(u, v, feed, kill)
    return np.mean(v * v)


def peak():
    """The most memory that this process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(steps: int) -> None:
    rng = np.random.default_rng(0)
    u, v = np.ones((SIZE, SIZE)), np.zeros((SIZE, SIZE))
    middle = slice(SIZE // 2 - 12, SIZE // 2 + 12)
    u[middle, middle], v[middle, middle] = 0.5, 0.25
    v += 0.01 * rng.random((SIZE, SIZE))
    start = u, v, 0.035, 0.06

    imported = peak()
    gradient = sg.value_and_grad(simulate, wrt=("u", "v", "feed", "kill"))
    gradient(*start, 2)  # compiles
    before, clock = peak(), time.process_time()
    value, (du, dv, dfeed, dkill) = gradient(*start, steps)
    seconds, used = time.process_time() - clock, peak() - before
    print(f"{steps} steps of {SIZE} x {SIZE} in {seconds:.1f} s of CPU time")
    print(f"{used:.0f} MB at most beyond the compiled program ({before - imported:.0f} MB to compile it)")
    print(f"value {value:.6e}, by feed {dfeed:.6e}, by kill {dkill:.6e}")
    print(f"by the field: |du| = {np.linalg.norm(du):.6e}, |dv| = {np.linalg.norm(dv):.6e}")

    short = min(steps, 40)
    plain = sg.grad(keep_all, wrt=("u", "v", "feed", "kill"))(*start, short)
    again = sg.grad(simulate, wrt=("u", "v", "feed", "kill"))(*start, short)
    worst = max(float(np.max(np.abs(a - b))) for a, b in zip(plain, again, strict=True))
    print(f"{short} steps, every state kept: the gradients differ by {worst:.1e} at most")
    print(gradient.memory(*start, steps), end="")
    assert used < 200 and worst < 1e-12


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
