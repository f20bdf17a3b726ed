"""The switch of passes, for those of `opt`: one switch serves all stages.

with without("tiny", "windows"):  text = kernel(f)
"""

from symgrad.ir.switch import is_on, without

__all__ = ["is_on", "without"]
