"""Loops whose trips the data or the sizes decide: `for` and `while` equations.

In: a loop statement, the state before it. Out: the equation, the state after it, how the loop was left.
The body is interpreted once, on params for what is carried. What that is, the text suggests, and the trial
confirms: a name that turns out to be read before the trip writes it, or an array that turns out to be
written, makes the trial start again with it. What was learnt is kept, so that nested loops do not repeat it.

    for i in range(n): s += x[i]      ->   s_1 = for(0, n, 1, s, x): (i, s, x) -> add(s, x[i])
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial

from symgrad.errors import ShapeError, UnsupportedSyntaxError
from symgrad.frontend import branches, contents, lengths, lists
from symgrad.frontend.branches import Live, Run, live_after
from symgrad.frontend.carried import Again, Guess, Learnt, Slot, finish, initial, late, param_of, slots_of
from symgrad.frontend.context import Frame
from symgrad.frontend.exits import CONTINUE, FALSE, TRUE, Exit, Leave, flag, kinds
from symgrad.frontend.flow import may_leave, read_first, rebound, written
from symgrad.frontend.instances import freeze
from symgrad.frontend.leaving import LOOP, condition, left, returned_origins, slots_of_exit
from symgrad.frontend.names import known, stored_names
from symgrad.frontend.regions import Raises, Scope, attempt, closed, emit_region
from symgrad.frontend.structure import is_instance, rebuilt, same, spread
from symgrad.frontend.trial import UNASSIGNED, Head, Trial, bind, ends_of, settle
from symgrad.frontend.values import Carry, Missing, Partly, Pending, Tensor, Val, is_number
from symgrad.ir.core import Arg, Const, Eqn, Value
from symgrad.ir.frozen import replace
from symgrad.ir.regions import FOR, WHILE
from symgrad.ir.types import INT, ArrayType
from symgrad.ir.walk import rewire, rewire_args

ATTEMPTS = 24  # each learns one thing more; types settle in a few
_UNREAD = Missing("it was assigned in a loop and not read after it, as far as the text shows")


def lower(frame: Frame, head: Callable[[], Head], node: LOOP, run: Run, key: object = None) -> Exit:
    """Trials, until one confirms what it was begun with. `key` tells apart loops of one statement."""
    low = frame.low
    place = (id(node), key)
    guess: Guess = low.guesses.get(place) or _first_guess(node)
    low.guesses[place] = guess
    learnt = Learnt()
    for _ in range(ATTEMPTS):
        try:
            with attempt(low, frame):
                return _attempted(frame, head(), guess, learnt, run)
        except Carry as c:
            if c.pending.loop is not guess:
                raise
            guess.names.add(c.pending.name)
        except Again:
            continue
        except ShapeError:
            if not _lengths(frame, head, guess, learnt, run):
                raise
        except Raises as e:
            raise UnsupportedSyntaxError(e.message, e.loc, why=e.why, instead=e.instead) from None
    low.at(frame, node)
    low.refuse(
        "the types of what this loop carries change from trip to trip",
        why="a compiled loop carries numbers and arrays of fixed types",
        instead="start with values of the types that the loop computes",
    )


def _lengths(
    frame: Frame, head: Callable[[], Head], guess: Guess, learnt: Learnt, run: Run
) -> lengths.Learned:
    """What the first trip tells of lengths that the trips change; nothing where it has been asked before."""
    made = head()
    if learnt.probed or made.first is None or made.trips() is None:
        return {}
    learnt.probed = True
    names = sorted(guess.names & set(stored_names(made.node.body)))
    trip = partial(run, frame, made.node.body, Leave.CONTINUE)
    learnt.steps |= lengths.of_first_trip(frame, made.first, trip, names)
    return learnt.steps


def _first_guess(node: LOOP) -> Guess:
    names = read_first([node] if isinstance(node, ast.While) else node.body)
    if isinstance(node, ast.For):
        names -= set(stored_names([node.target]))
    return Guess(node, names, written(node.body))


def _attempted(frame: Frame, head: Head, guess: Guess, learnt: Learnt, run: Run) -> Exit:
    low, node = frame.low, head.node
    trial = _prepared(frame, head, guess, learnt)
    live = live_after(frame, [node])
    with trial.scope.inside():
        _enter(trial, guess, learnt)
        head.enter()
        _begin(trial)
        lists.enter(low, learnt, head.number)
        exit_ = run(frame, node.body, Leave.CONTINUE)
        low.at(frame, node)
        whole = kinds(exit_) == (CONTINUE,)
        if learnt.steps and not whole:
            low.refuse(
                "the shape of an array changes from trip to trip of a loop that may be left",
                why="how long it is then, the data decide",
                instead="an array of the final size, and its elements",
            )
        env = dict(frame.env) | {key: held.items() for key, held in learnt.held.items()}
        for name, before in trial.values.items():
            mine = [s for s in trial.slots if s.name == name]
            finish(low, trial.scope, learnt, node.body, name, before, env.get(name, UNASSIGNED), mine,
                   head.number if whole else None, head.trips)  # fmt: skip
        later, broken = _late(trial, env, live)
        ending = slots_of_exit(low, trial.scope, node, exit_)
        ends = ends_of(trial, env, [*trial.slots, *later], broken)
        origins = returned_origins(trial.scope, exit_, [s.param for s in trial.slots])
        results = [low.arg(t) for t, _ in trial.cells]
        _stay_alike(trial, learnt, results)
        if head.bounds is not None and kinds(exit_) != (CONTINUE,):
            more = [flag(low, exit_, CONTINUE)]
        else:
            more = []
    lists.leave(low, trial.scope, learnt, head.number, head.trips, kinds(exit_) == (CONTINUE,))
    lists.count(low, trial.scope, head.trips)
    _confirm(trial, guess, learnt)
    low.at(frame, node)
    written_before = set(trial.scope.written())
    outs = _emit(trial, [*trial.slots, *later, *ending], results, more, ending)
    handed = bind(trial, env, [*trial.slots, *later], ends, learnt)
    for name, v in broken.items():
        frame.env[name] = replace(v, value=frame.env[name])
    settle(trial, outs, handed, written_before)
    return left(frame, node, exit_, ending, origins, trial.slots, list(broken), run)


# -- before the trip ---------------------------------------------------------------------------------------


def _prepared(frame: Frame, head: Head, guess: Guess, learnt: Learnt) -> Trial:
    """What is carried, as far as it is known."""
    low, node, before = frame.low, head.node, dict(frame.env)
    body: list[ast.AST] = [node] if isinstance(node, ast.While) else [node.target, *node.body]
    stored = sorted({*stored_names(body)})
    in_place = {n for n in stored if _only_updated(before.get(n), n, guess, node.body)}
    values: dict[str, Val] = {}
    slots: list[Slot] = []
    total = head.trips() if learnt.steps else None
    for name in stored:
        value = before.get(name, UNASSIGNED)
        if name in guess.names and name not in in_place and not isinstance(value, Missing):
            value = known(low, name, value)
            if is_instance(value) and name not in learnt.rebound:
                continue  # as long as no trip binds another object, what it holds is carried, not the name
            values[name] = value
            slots += slots_of(low, learnt, name, values[name], total)
    cells: dict[Tensor, None] = {}
    for name in sorted(guess.cells):
        v = before.get(name)
        stays = name not in stored or name in in_place
        if stays and isinstance(v, Tensor) and v.is_array and not v.root.captured:
            cells[v.root] = None
    for key, held in learnt.held.items():
        values[key] = held.items()
        slots += slots_of(low, learnt, key, values[key], total)
    pairs: list[tuple[Tensor, Value]] = []
    counts: dict[Arg, Value] = {}  # what counts of lists begin with: those that begin alike are one, so far
    for t in cells | learnt.cells:
        param = param_of(low, ArrayType(t.dtype, low.shape(t)), t.name)
        if t.type == INT and t.items and t not in learnt.apart:
            param = counts.setdefault(low.arg(t), param)
        pairs.append((t, param))
    scope = Scope(low, frame, certain=head.certain and not may_leave(node.body))
    return Trial(frame, head, scope, before, stored, in_place, values, slots, pairs)


def _only_updated(v: Val, name: str, guess: Guess, body: Sequence[ast.stmt]) -> bool:
    """An array that the text changes by `name += ...` only stays one object."""
    return isinstance(v, Tensor) and v.is_array and name not in guess.fresh and not rebound(body, name)


def _enter(trial: Trial, guess: Guess, learnt: Learnt) -> None:
    """Names and arrays hold the params; the condition of a `while` is computed on them."""
    low, env = trial.low, trial.frame.env
    for name in (*trial.stored, *learnt.held):
        if name in trial.values:
            params = iter([s.param for s in trial.slots if s.name == name])
            value = trial.values[name]
            leaves = [next(params) if is_number(v) else v for v in spread(value)]
            begun = rebuilt(value, iter(leaves))
            freeze(low, value)
            if name in learnt.held:
                learnt.held[name].put(low, begun)
            else:
                env[name] = begun
        elif name in trial.before and name not in trial.in_place:
            v = trial.before[name]
            stays = isinstance(v, Missing) or (is_instance(v) and name not in learnt.rebound)
            env[name] = v if stays else Pending(guess, name)
    for t, param in trial.cells:
        low.touch(t)
        t.arg = param
        t.version += 1
    if trial.head.test is not None:
        scope = Scope(low, trial.frame)
        trial.tests.append(scope)
        with scope.inside():
            v = branches.decided(low, trial.head.test(), "`while`")
            trial.test = low.arg(v) if isinstance(v, Tensor) else TRUE if v else FALSE
        if scope.written():
            low.refuse("the condition of a `while` writes into an array")


def _begin(trial: Trial) -> None:
    """Arrays whose lengths the trips change are as long as the number of this trip says."""
    number = trial.head.number
    for name, value in trial.values.items():
        mine = [s for s in trial.slots if s.name == name]
        if number is not None and any(s.steps for s in mine) and name in trial.stored:
            shapes = (lengths.after(s.first, s.steps, number) for s in mine)
            parts = iter(
                [
                    lengths.beginning(trial.low, s.param, d) if s.steps else s.param
                    for s, d in zip(mine, shapes, strict=True)
                ]
            )
            leaves = [next(parts) if is_number(v) else v for v in spread(value)]
            trial.frame.env[name] = rebuilt(value, iter(leaves))


# -- after the trip ----------------------------------------------------------------------------------------


def _late(trial: Trial, env: dict[str, Val], live: Live) -> tuple[list[Slot], dict[str, Partly]]:
    """Slots for names that no trip reads from the one before, but that are read after the loop.

    And those of them that only a trip that ends by `break` assigns.
    """
    slots: list[Slot] = []
    broken: dict[str, Partly] = {}
    for name in trial.stored:
        value = env.get(name)
        if isinstance(value, Partly) and live(name) and name not in trial.values:
            made = late(trial.low, trial.scope, name, None, value.value, True)
            if not isinstance(made, Missing):
                env[name], broken[name] = value.value, value
                slots += made
            continue
        if name in trial.values or name in trial.in_place or isinstance(value, Pending | Missing | None):
            continue
        before = trial.before.get(name)
        if not live(name):
            env[name] = _UNREAD
        elif before is not None and same(before, value):
            env[name] = before
        else:
            made = late(trial.low, trial.scope, name, before, value, trial.head.runs())
            if isinstance(made, Missing):
                env[name] = made
            else:
                slots += made
    return slots, broken


def _confirm(trial: Trial, guess: Guess, learnt: Learnt) -> None:
    """Start again, if the trip wrote an array that is not carried, or bound a name that should stay."""
    own = {*(t for t, _ in trial.cells), *(s.param for s in trial.slots)}
    missing = [t for t in trial.scope.written() if t not in own]
    for t in missing:
        learnt.cells[t] = None
        guess.cells |= {n for n, v in trial.before.items() if isinstance(v, Tensor) and v.root is t}
    moved = [n for n in trial.in_place if trial.scope.env().get(n) is not trial.before[n]]
    guess.fresh |= set(moved)
    guess.names |= set(moved)
    others = [n for n in trial.stored if n not in learnt.rebound and _is_another(trial, n)]
    learnt.rebound |= set(others)
    guess.names |= set(others)
    held = {id(h.container): h for h in learnt.held.values()}
    replaced = False
    for container, other in contents.replaced(trial.scope):
        keys = contents.moved(container, other)
        known_keys = held[id(container)].keys if id(container) in held else []
        more = [k for k in keys if k not in known_keys]
        replaced = replaced or bool(more)
        if id(container) in held:
            known_keys += more
        elif more:
            key = contents.called(trial.low, container, trial.before)
            while key in learnt.held:
                key = contents.PREFIX + key
            learnt.held[key] = contents.Held(container, more)
    if missing or moved or replaced or others:
        raise Again
    trial.scope.refuse_changed_containers("in a loop whose trips are counted at run time", held)


def _is_another(trial: Trial, name: str) -> bool:
    """Whether the trip has bound the name of an object to another one."""
    before = trial.before.get(name)
    return is_instance(before) and trial.scope.env().get(name) is not before


def _stay_alike(trial: Trial, learnt: Learnt, results: Sequence[Arg]) -> None:
    """Start again, if counts that began alike are not so any more."""
    first: dict[Value, Arg] = {}
    moved = [
        t for (t, param), end in zip(trial.cells, results, strict=True) if first.setdefault(param, end) != end
    ]
    learnt.apart |= dict.fromkeys(moved)
    if moved:
        raise Again


def _emit(
    trial: Trial, slots: Sequence[Slot], results: Sequence[Arg], more: list[Arg], ending: Sequence[Slot]
) -> dict[Tensor, Value]:
    """The equation; what no trip changes is not carried. Gives the values of the written arrays after it."""
    low, head, scope = trial.low, trial.head, trial.scope
    constant: dict[Value, Arg] = {}
    carried: list[tuple[Value, Arg, Arg, Value]] = []  # param, start, yield, result
    outs: dict[Tensor, Value] = {}
    for slot in slots:
        param, start, end = slot.param.arg, initial(low, slot), slot.result
        assert isinstance(param, Value) and end is not None
        if end is param:
            constant[param] = start
        else:
            slot.out = param_of(low, param.type, slot.name)
            carried.append((param, start, end, slot.out))
    shared: dict[Value, Value] = {}
    for (t, param), end in zip(trial.cells, results, strict=True):
        if end is param:
            constant[param] = low.arg(t)
        elif param in shared:
            outs[t] = shared[param]
        else:
            outs[t] = shared[param] = param_of(low, param.type, t.name)
            carried.append((param, low.arg(t), end, outs[t]))
    params, starts = [c[0] for c in carried], [c[1] for c in carried]
    yields = rewire_args([*more, *(c[2] for c in carried)], constant)
    body = ([rewire(e, constant) for e in scope.builder.eqns], yields)
    made = tuple(c[3] for c in carried)
    if head.bounds is not None:
        assert head.index is not None
        blocks, operands = closed(low, [head.index, *params], [body], [scope])
        attrs = {**head.attrs, **({"exits": True} if more else {})}
        emit_region(low, FOR, (*head.bounds, *starts, *operands), made, blocks, operands, attrs)
        return outs
    assert trial.test is not None
    tested: list[Eqn] = [rewire(e, constant) for s in trial.tests for e in s.builder.eqns]
    (value,) = rewire_args([trial.test], constant)
    if ending:
        tested, value = condition(low, tested, value, ending[0].param.arg, trial.tests)
    if isinstance(value, Const) and value.value:
        low.refuse(
            "a `while` that never ends",
            why="its condition is always true, and nothing leaves it",
            instead="a condition that the trips change, or a `break`",
        )
    blocks, operands = closed(low, params, [(tested, [value]), body], [*trial.tests, scope])
    emit_region(low, WHILE, (*starts, *operands), made, blocks, operands)
    return outs
