"""Stages: their seconds are added up, and the collector of garbage is as it was when the last one ends."""

import gc
import threading
import time
from collections.abc import Iterator

import pytest

from symgrad.timed import stage


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    enabled = gc.isenabled()
    yield
    (gc.enable if enabled else gc.disable)()


def test_seconds_add_up() -> None:
    table: dict[str, float] = {}
    for _ in range(2):
        with stage(table, "a"):
            time.sleep(0.01)
    assert table["a"] >= 0.02 and list(table) == ["a"]


@pytest.mark.parametrize("enabled", [True, False])
def test_no_collection_inside_and_as_before_outside(enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()
    with stage({}, "outer"):
        assert not gc.isenabled()
        with stage({}, "inner"):
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled() is enabled


def test_an_error_ends_the_stage() -> None:
    gc.enable()
    with pytest.raises(KeyError), stage({}, "a"):
        raise KeyError
    assert gc.isenabled()


def test_the_last_thread_turns_it_on() -> None:
    gc.enable()
    inside, leave = threading.Event(), threading.Event()

    def work() -> None:
        with stage({}, "a"):
            inside.set()
            leave.wait()

    thread = threading.Thread(target=work)
    with stage({}, "b"):
        thread.start()
        inside.wait()
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()
