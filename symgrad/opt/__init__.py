"""IR -> IR, keeps meaning: grouping before differentiation, simplification after it."""

from symgrad.opt.copies import remove_copies
from symgrad.opt.cse import share
from symgrad.opt.dce import remove_dead
from symgrad.opt.simplify import Effort, Level, simplify

__all__ = ["Effort", "Level", "remove_copies", "remove_dead", "share", "simplify"]
