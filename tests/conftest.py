"""Shared by all tests: one kernel cache for the whole session, and the verifier on.

The variables are set at import, before any test module can import symgrad: it reads them once.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator

import hypothesis
import numpy as np
import pytest

# The xdist controller imports this file first and its workers inherit the variable, so that a kernel is
# compiled once for all of them; `_OWNER` keeps a worker from removing what the others still use.
_OWNER = "SYMGRAD_TEST_CACHE" not in os.environ
if _OWNER:
    os.environ["SYMGRAD_TEST_CACHE"] = tempfile.mkdtemp(prefix="symgrad-tests-")
os.environ["SYMGRAD_CACHE_DIR"] = os.environ["SYMGRAD_TEST_CACHE"]
os.environ["SYMGRAD_VERIFY"] = "1"
os.environ.setdefault("MPLBACKEND", "Agg")

# The same examples in every run, on a busy machine too; scripts/random_programs.py looks for new ones.
hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None)
hypothesis.settings.load_profile("fixed")


def pytest_unconfigure() -> None:
    if _OWNER:
        shutil.rmtree(os.environ["SYMGRAD_TEST_CACHE"], ignore_errors=True)


@pytest.fixture
def rng() -> np.random.Generator:
    """The same numbers in every run."""
    return np.random.default_rng(20240117)


@pytest.fixture
def for_every_size() -> Iterator[None]:
    """Kernels as they are for long axes, also where the arrays of the test have short ones."""
    from symgrad.ir.switch import without  # beside its use: the variables above come first

    with without("few"):
        yield
