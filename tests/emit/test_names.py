"""Names: hints win, versions share a name when they can, nothing is hidden."""

import keyword

from steps import steps

from symgrad.emit.names import FOREVER, Slot, allocate, identifier


def test_a_dead_version_gives_its_name_to_the_next() -> None:
    assert allocate([Slot(0, 3, "dx", "t"), Slot(3, 9, "dx", "t")]) == ["dx", "dx"]


def test_a_living_version_keeps_its_name() -> None:
    slots = [Slot(0, 5, "dx", "t"), Slot(3, 9, "dx", "t"), Slot(4, 6, "dx", "t")]
    assert allocate(slots) == ["dx", "dx_2", "dx_3"]


def test_temporaries_never_take_a_name_that_somebody_wants() -> None:
    slots = [
        Slot(0, 1, "", "diff"),
        Slot(1, 2, "", "diff"),
        Slot(2, FOREVER, "diff", "t"),
        Slot(3, 4, "", "diff"),
    ]
    assert allocate(slots) == ["diff2", "diff3", "diff", "diff4"]


def test_reserved_names_are_not_given() -> None:
    assert allocate([Slot(0, 1, "sigmoid", "sig")], ["sigmoid"]) == ["sigmoid_2"]


def test_nothing_that_the_text_uses_is_hidden() -> None:
    assert identifier("np") == "np_"
    for word in keyword.kwlist:
        assert not keyword.iskeyword(identifier(word))
    assert identifier("params[0].w").isidentifier()
    assert identifier("2x").isidentifier()
    assert allocate([Slot(0, 1, "", "sum")]) != ["sum"]


def test_many_names_are_linear_work() -> None:
    def work(count: int) -> int:
        names: list[str] = []
        spent = steps(lambda: names.extend(allocate([Slot(i, FOREVER, "dx", "t") for i in range(count)])))
        assert len(set(names)) == count
        return spent

    assert work(8000) < 1.1 * 16 * work(500)
