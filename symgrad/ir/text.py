"""The graph as text, for traces and golden files; and structural equality of two functions.

In: a function. Out: lines such as `h:float64[n] = sigmoid(a)`. Names here are only for reading:
hints with a number where they repeat.
"""

from __future__ import annotations

from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Value


def show(function: Function) -> str:
    """The whole function, one equation a line."""
    names: dict[Value, str] = {}
    params = ", ".join(f"{_name(p, names)}:{p.type}" for p in function.params)
    lines = [f"{function.name}({params}):"]
    _show_block(function.body, names, lines, "  ")
    lines.append(f"  return {', '.join(_arg(r, names) for r in function.results)}")
    lines += [f"  require {g.nonnegative} >= 0" for g in function.guards]
    return "\n".join(lines) + "\n"


def _show_block(block: Block, names: dict[Value, str], lines: list[str], indent: str) -> None:
    for eqn in block.eqns:
        lines.append(indent + show_eqn(eqn, names))
        for region in eqn.regions:
            lines.append(f"{indent}  ({', '.join(f'{_name(p, names)}:{p.type}' for p in region.params)}) ->")
            _show_block(region, names, lines, indent + "    ")
            lines.append(f"{indent}    yield {', '.join(_arg(r, names) for r in region.results)}")


def show_eqn(eqn: Eqn, names: dict[Value, str] | None = None) -> str:
    names = {} if names is None else names
    args = [_arg(a, names) for a in eqn.args] + [f"{k}={v}" for k, v in sorted(eqn.attrs.items())]
    outs = ", ".join(f"{_name(o, names)}:{o.type}" for o in eqn.outs)
    phase = f"  # {eqn.phase}" if eqn.phase else ""
    return f"{outs} = {eqn.op.name}({', '.join(args)}){phase}"


def _name(value: Value, names: dict[Value, str]) -> str:
    if value not in names:
        base = value.hint or "t"
        taken = set(names.values())
        name, k = base, 1
        while name in taken:
            name, k = f"{base}_{k}", k + 1
        names[value] = name
    return names[value]


def _arg(arg: Arg, names: dict[Value, str]) -> str:
    return f"{arg.value!r}" if isinstance(arg, Const) else _name(arg, names)


def equal(a: Function, b: Function) -> bool:
    """The same program: equal structure, types, attributes and guards; hints, notes and places are free."""
    return not difference(a, b)


def difference(a: Function, b: Function) -> str:
    """Where two functions first differ, or ""."""
    env: dict[Value, Value] = {}
    found = _block_difference(a.body, b.body, env)
    if not found and [g.nonnegative for g in a.guards] != [g.nonnegative for g in b.guards]:
        found = "guards differ"
    return found


def _block_difference(a: Block, b: Block, env: dict[Value, Value]) -> str:
    if [p.type for p in a.params] != [p.type for p in b.params]:
        return f"params differ: {a.params} and {b.params}"
    env.update(zip(a.params, b.params, strict=True))
    for left, right in zip(a.eqns, b.eqns, strict=False):
        same = (
            left.op == right.op
            and dict(left.attrs) == dict(right.attrs)
            and len(left.args) == len(right.args)
            and all(_same_arg(x, y, env) for x, y in zip(left.args, right.args, strict=True))
            and [o.type for o in left.outs] == [o.type for o in right.outs]
        )
        if not same:
            return f"{show_eqn(left)}\n{show_eqn(right)}"
        for x, y in zip(left.regions, right.regions, strict=True):
            if found := _block_difference(x, y, env):
                return found
        env.update(zip(left.outs, right.outs, strict=True))
    if len(a.eqns) != len(b.eqns):
        return f"{len(a.eqns)} equations and {len(b.eqns)}"
    if len(a.results) != len(b.results) or not all(
        map(_same_arg, a.results, b.results, [env] * len(a.results))
    ):
        return "results differ"
    return ""


def _same_arg(a: Arg, b: Arg, env: dict[Value, Value]) -> bool:
    if isinstance(a, Const) or isinstance(b, Const):
        return a == b
    return env.get(a) is b
