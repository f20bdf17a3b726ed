"""Lists that a loop makes longer or shorter: how far each trip moves their ends.

In: a trial of a loop body. Out: ends that follow from the number of the trip, where each trip moves them
alike (the first trial learns how far); else the list is counted beside its array.

    for v in x: out.append(v); out.append(-v)       a trip i begins with 2 * i items, and n trips leave 2 * n
"""

from __future__ import annotations

from collections.abc import Callable

from symgrad.frontend.carried import Again, Learnt
from symgrad.frontend.context import Lowering
from symgrad.frontend.regions import Grown, Scope
from symgrad.frontend.values import Tensor
from symgrad.ir.dims import Dim

Trips = Callable[[], Dim | None]
_WHERE = "in a loop whose trips are counted at run time"


def enter(low: Lowering, learnt: Learnt, number: Dim | None) -> None:
    """The ends at the beginning of a trip."""
    if number is None:
        return
    for rows, (first, last) in learnt.lists.items():
        low.change_rows(rows)
        rows.start, rows.stop = rows.start + first * number, rows.stop + last * number


def leave(low: Lowering, scope: Scope, learnt: Learnt, number: Dim | None, trips: Trips, whole: bool) -> None:
    """Learn how far a trip moves the ends; once that is known, move them by all trips."""
    resolve = low.solver.resolve
    changed = {rows for rows, _ in scope.changed_lists()}
    for rows, (start, stop) in list(scope.changed_lists()):
        steps = learnt.lists.get(rows, (0, 0))
        if number is None or not whole or isinstance(start, Tensor):
            raise Grown(rows, [], low.loc(), _WHERE, exact=False)
        first = resolve(start - rows.start - steps[0] * number)
        last = resolve(stop - rows.stop - steps[1] * number)
        if scope.is_inner((first, last)):
            raise Grown(rows, [], low.loc(), _WHERE, exact=False)
        if (first, last) != steps:
            if rows in learnt.lists:
                raise Grown(rows, [], low.loc(), _WHERE, exact=False)
            learnt.lists[rows] = first, last
            raise Again
    for rows, (first, last) in learnt.lists.items():
        if rows in changed:
            if (total := trips()) is None:
                raise Grown(rows, [], low.loc(), _WHERE, exact=False)
            low.change_rows(rows)
            rows.start, rows.stop = resolve(rows.start + first * total), resolve(rows.stop + last * total)


def count(low: Lowering, scope: Scope, trips: Trips) -> None:
    """How many items all trips append, at most; any number, where the data decide how many trips run."""
    for rows, items in scope.journal.appended.items():
        if id(rows) not in scope.owned:
            continue
        most = None
        if items is not None and not scope.is_inner((items,)) and (total := trips()) is not None:
            most = low.solver.most(total)
        for journal in low.journals[-1:]:
            journal.count(rows, None if items is None or most is None else items * most)
