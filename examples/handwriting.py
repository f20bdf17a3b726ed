"""What the two examples that learn to read digits share: the line of progress, and the command line.

python examples/train_digits.py --epochs 20 --seed 3
"""

import argparse
import sys
import time

import numpy as np


def progress(epoch, epochs, loss, held_out):
    line = f"\repoch {epoch:3}/{epochs}  loss {loss:.4f}  held-out accuracy {held_out:.1%}  "
    print(line, end="\n" if epoch == epochs else "", file=sys.stderr, flush=True)


def main(description, train, epochs, quick, target):
    """Train, say how many digits are read right, and print what symgrad wrote; 1 if `target` is missed."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help=f"{quick} epochs, enough for {target:.0%}%")
    args = parser.parse_args()

    start = time.perf_counter()
    source, held_out = train(quick if args.quick else args.epochs, np.random.default_rng(args.seed))
    seconds = time.perf_counter() - start
    print(f"{held_out:.1%} of the held-out digits are read right, after {seconds:.1f} s\n")
    print("What symgrad wrote:\n")
    print(source)
    return 0 if held_out > target else 1
