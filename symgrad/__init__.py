"""symgrad: source-to-source automatic differentiation of plain Python and NumPy.

    import symgrad as sg

    df = sg.grad(f)          # a compiled gradient
    print(df.source)         # the program that computes it, to read

Names are loaded on first use, so that `import symgrad` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# fmt: off
_HOME = {
    "grad": "api", "value_and_grad": "api", "fwd_and_bwd": "api", "vjp": "api", "jvp": "api",
    "jacobian": "api", "jacrev": "api", "jacfwd": "api", "hessian": "api", "hvp": "api",
    "Derivative": "derivative", "check_grads": "testing", "stop_gradient": "runtime",
    "checkpoint": "checkpointing",
    "from_source": "frontend.source", "config": "config", "cache_info": "cache", "clear_cache": "cache",
    "SymgradError": "errors", "UnsupportedSyntaxError": "errors", "NotDifferentiableError": "errors",
    "NoRule": "errors", "SourceUnavailableError": "errors", "ShapeError": "errors", "CheckError": "errors",
}
_RENAMED = {"cache_info": "info", "clear_cache": "clear"}
# fmt: on

__all__ = sorted(_HOME)

if TYPE_CHECKING:
    import symgrad.cache
    from symgrad.api import fwd_and_bwd as fwd_and_bwd
    from symgrad.api import grad as grad
    from symgrad.api import hessian as hessian
    from symgrad.api import hvp as hvp
    from symgrad.api import jacfwd as jacfwd
    from symgrad.api import jacobian as jacobian
    from symgrad.api import jacrev as jacrev
    from symgrad.api import jvp as jvp
    from symgrad.api import value_and_grad as value_and_grad
    from symgrad.api import vjp as vjp
    from symgrad.checkpointing import checkpoint as checkpoint
    from symgrad.config import config as config
    from symgrad.derivative import Derivative as Derivative
    from symgrad.errors import CheckError as CheckError
    from symgrad.errors import NoRule as NoRule
    from symgrad.errors import NotDifferentiableError as NotDifferentiableError
    from symgrad.errors import ShapeError as ShapeError
    from symgrad.errors import SourceUnavailableError as SourceUnavailableError
    from symgrad.errors import SymgradError as SymgradError
    from symgrad.errors import UnsupportedSyntaxError as UnsupportedSyntaxError
    from symgrad.frontend.source import from_source as from_source
    from symgrad.runtime import stop_gradient as stop_gradient
    from symgrad.testing import check_grads as check_grads

    cache_info = symgrad.cache.info
    clear_cache = symgrad.cache.clear


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'symgrad' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"symgrad.{_HOME[name]}"), _RENAMED.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
