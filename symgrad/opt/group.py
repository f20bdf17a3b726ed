"""Grouping: naive formulas become known functions, before anything is differentiated.

In: a primal function. Out: the same function with sigmoid, softplus, softmax, ... in place of the formulas
for them, each with a note that says so. Values are the same where both are finite; the grouped ones are
finite, and right, for every argument, and so are their derivatives.

    s = 1 / (1 + exp(-x))    ->    s = sigmoid(x)    # sigmoid, from 1 / (1 + exp(-x))
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.ir.build import Ref
from symgrad.ir.core import Eqn, Function, Value
from symgrad.ir.frozen import replace
from symgrad.ir.walk import all_eqns
from symgrad.opt.copies import remove_copies
from symgrad.opt.dce import remove_dead
from symgrad.opt.describe import described
from symgrad.opt.group_functions import FUNCTIONS
from symgrad.opt.group_losses import LOSSES
from symgrad.opt.group_rows import ROWS
from symgrad.opt.rewrite import Rewritten, Rule, Site, Table, rewrite

_RULES = Table(ROWS, LOSSES, FUNCTIONS)

# fmt: off
_SPOKEN = frozenset({
    "sigmoid", "log_sigmoid", "softplus", "tanh", "logaddexp", "silu", "relu", "sigmoid_cross_entropy",
    "softmax", "log_softmax", "logsumexp", "norm", "absolute",
})
# What the derivative will ask for: kept though the loss no longer reads it, so that it has the user's name.
_ASKED_FOR = frozenset({"sigmoid", "softmax"})
# fmt: on


def group(function: Function) -> Function:
    """`function` with naive formulas grouped."""
    originals = {out: eqn for eqn in all_eqns(function.body) for out in eqn.outs}
    rules = {name: tuple(_noting(rule, originals) for rule in table) for name, table in _RULES.items()}
    grouped = rewrite(function, rules, through_names=True)
    if grouped is function:
        return function
    grouped = remove_copies(grouped, keep_named=True)
    return remove_dead(grouped, keep=lambda e: e.op.name in _ASKED_FOR and bool(e.out.hint))


def _noting(rule: Rule, originals: Mapping[Value, Eqn]) -> Rule:
    """`rule`, with a note on the grouped operation that it writes."""

    def noted(site: Site, eqn: Eqn) -> Rewritten:
        def lookup(value: Value) -> Eqn | None:
            return originals.get(value) or (eqn if value is eqn.out else site.produced.get(value))

        found = rule(site, eqn)
        written = site.builder.eqns
        if not isinstance(found, Ref) or not written:
            return found
        place = next((i for i in reversed(range(len(written))) if written[i].op.name in _SPOKEN), None)
        if place is not None:
            note = f"{written[place].op.name}, from {described(lookup, eqn.out)}"
            written[place] = replace(written[place], note=note)
        return found

    return noted
