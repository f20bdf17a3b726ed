"""From IR or text to something that runs: study text under NumPy, loop kernels under numba."""
