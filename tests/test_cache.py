"""The cache: content addresses, whole files, races, and a second process that compiles nothing."""

import inspect
import json
import linecache
import multiprocessing
import os
import pickle
import stat
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from cache_worker import race

from symgrad import cache
from symgrad.cache import address, files, place
from symgrad.config import Config, config

PLAIN = '''\
"""A generated module."""


def double___HASH__(x):
    return 2 * x


def fail___HASH__(x):
    return 1 / x
'''

KERNEL = """\
import symgrad.vmath as vm
import numba
import numpy as np


@numba.njit(cache=True, error_model="numpy")
def total___HASH__(x):
    result = 0.0
    for i in range(x.size):
        result += vm.exp(x[i])
    return result
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own for each test, and none of its modules afterwards."""
    before = set(sys.modules)
    folder = tmp_path / "cache"
    monkeypatch.setattr(place, "state", place.State())
    monkeypatch.setattr(config, "cache_dir", str(folder))
    yield folder
    forget(before)


def forget(keep: set[str] = frozenset()) -> None:
    """Make the next load an import from disk, as in a new process."""
    for name in set(sys.modules) - keep:
        if name.startswith("symgrad.generated.k"):
            linecache.cache.pop(sys.modules[name].__file__, None)
            del sys.modules[name]


def the_file(folder: Path) -> Path:
    (path,) = folder.glob("k*.py")
    return path


def run(program: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "SYMGRAD_CACHE_DIR": config.cache_dir or "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# --- addresses


def test_digest_depends_on_what_decides_the_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    base = cache.digest("x", {"a": 1})
    assert len(base) == 16
    assert int(base, 16) >= 0
    assert base == cache.digest("x", {"a": 1})
    assert len({base, cache.digest("y", {"a": 1}), cache.digest("x", {"a": 2}), cache.digest("x", {})}) == 4
    assert cache.digest("x", {"a": True}) != base != cache.digest("x", {"a": 1.0})
    # A new version of anything it is compiled with is a new address.
    for position, _ in enumerate(address._environment()):
        changed = list(address._environment())
        changed[position] += "x"
        with monkeypatch.context() as patch:
            patch.setattr(address, "_environment", lambda changed=changed: tuple(changed))
            assert cache.digest("x", {"a": 1}) != base


def test_digest_is_the_same_in_every_process() -> None:
    options = "{'flags': {'nsz', 'arcp', 'contract', 'reassoc'}, 'b': (1, [2, None]), 'a': {'y': 1, 'x': 2}}"
    program = f"from symgrad.cache import digest; print(digest('text', {options}))"
    assert {run(program, PYTHONHASHSEED=seed) for seed in "012"} == {cache.digest("text", eval(options))}


def test_options_are_plain_data() -> None:
    with pytest.raises(TypeError, match="must be plain data, not object"):
        cache.digest("x", {"a": object()})


def test_nothing_heavy_is_imported() -> None:
    program = """
import sys
import symgrad.cache as cache
cache.digest("x", {}); cache.lookup("k"); cache.remember("k", {}); cache.info()
print([m for m in ("numba", "numpy", "sympy", "scipy") if m in sys.modules])
"""
    assert run(program) == "[]"


# --- modules


def test_load_writes_a_real_module(own_folder: Path) -> None:
    double = cache.load(PLAIN, "double___HASH__")
    assert double(21) == 42
    sha = cache.digest(PLAIN, {})
    assert the_file(own_folder).name == f"k{sha}.py"
    assert (double.__module__, double.__name__) == (f"symgrad.generated.k{sha}", f"double_{sha}")
    assert "__HASH__" not in the_file(own_folder).read_text()
    assert pickle.loads(pickle.dumps(double)) is double
    assert cache.load(PLAIN, "double___HASH__") is double
    assert cache.load(PLAIN, "double___HASH__", {"fastmath": True}) is not double


def test_source_and_tracebacks() -> None:
    fail = cache.load(PLAIN, "fail___HASH__")
    assert inspect.getsource(fail).endswith("return 1 / x\n")
    with pytest.raises(ZeroDivisionError) as caught:
        fail(0)
    assert "return 1 / x" in "".join(traceback.format_tb(caught.tb))


def test_names_without_the_hash_are_refused() -> None:
    with pytest.raises(ValueError, match="'helper' must contain __HASH__"):
        cache.load(PLAIN + "\n\ndef helper():\n    pass\n", "double___HASH__")
    with pytest.raises(ValueError, match="defines no 'triple___HASH__'"):
        cache.load(PLAIN, "triple___HASH__")


def test_an_error_in_the_text_is_shown_as_it_is() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        cache.load_module("import no_such_module\n")
    with pytest.raises(ValueError, match="mine"):
        cache.load_module("raise ValueError('mine')\n")


def test_readable() -> None:
    assert cache.readable(PLAIN).count("def double(x)") == 1
    assert "HASH" not in cache.readable(PLAIN)


@pytest.mark.parametrize(
    "damage", [lambda d: d[:-30], lambda d: b"", lambda d: d.replace(b"2", b"3", 1), None]
)
def test_a_damaged_module_is_rewritten(own_folder: Path, damage) -> None:
    cache.load(PLAIN, "double___HASH__")
    path, sha = the_file(own_folder), cache.digest(PLAIN, {})
    whole, number = path.read_bytes(), path.stat().st_ino
    keep = path.open("rb")  # its inode stays in use, so that a new file has another one
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage(whole))
    forget()
    assert cache.load_stored(sha, "double___HASH__") is None
    assert cache.load(PLAIN, "double___HASH__")(21) == 42
    assert path.read_bytes() == whole
    assert path.stat().st_ino != number
    keep.close()


def test_damaged_bytecode_is_dropped(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    cache.load(PLAIN, "double___HASH__")
    (compiled,) = own_folder.glob("__pycache__/k*.pyc")
    header = compiled.read_bytes()[:16]
    for rubbish in (b"", b"\xff\xfe", b"\xe3\x00\x00", b"i\x01\x00\x00\x00"):
        compiled.write_bytes(header + rubbish)
        forget()
        assert cache.load(PLAIN, "double___HASH__")(21) == 42


def test_load_stored(own_folder: Path) -> None:
    double = cache.load(PLAIN, "double___HASH__")
    sha = cache.digest(PLAIN, {})
    assert cache.load_stored(sha, "double___HASH__") is double
    assert cache.load_stored(sha, f"double_{sha}") is double
    assert cache.load_stored(sha, "triple___HASH__") is None
    forget()
    fresh = cache.load_stored(sha, "double___HASH__")
    assert fresh is not double
    assert fresh is not None
    assert fresh(4) == 8


def test_modules_outlive_clear(own_folder: Path) -> None:
    total = cache.load(KERNEL, "total___HASH__")
    fail = cache.load(PLAIN, "fail___HASH__")
    assert cache.clear() == 2
    assert list(own_folder.rglob("k*")) == []
    import numpy as np

    # Compiled only now: neither the source nor the folder of numba's cache is there.
    assert total(np.zeros(3)) == 3.0
    assert inspect.getsource(fail).endswith("return 1 / x\n")
    linecache.checkcache()
    assert inspect.getsource(fail).endswith("return 1 / x\n")
    assert cache.load_stored(cache.digest(PLAIN, {}), "fail___HASH__") is None
    assert cache.load(PLAIN, "fail___HASH__") is fail
    assert the_file(own_folder).exists()


def test_clear_leaves_the_rest_alone(own_folder: Path) -> None:
    cache.load(PLAIN, "double___HASH__")
    cache.remember("key", {})
    others = [own_folder / "notes.txt", own_folder / "kernel.py", own_folder / "k0123456789abcdef.py.tmp.x"]
    for path in others:
        path.write_text("mine")
    assert cache.clear() == 1
    assert cache.lookup("key") is None
    assert all(path.exists() for path in others)
    os.utime(others[-1], (0, 0))  # left behind by a crash long ago
    cache.clear()
    assert [path.exists() for path in others] == [True, True, False]


def test_info(own_folder: Path) -> None:
    assert cache.info() == cache.CacheInfo(str(own_folder), 0, 0, 0, 0)
    cache.load(PLAIN, "double___HASH__")
    cache.load(PLAIN, "double___HASH__")
    cache.load_stored(cache.digest(PLAIN, {}), "double___HASH__")
    found = cache.info()
    assert (found.entries, found.hits, found.misses) == (1, 2, 1)
    assert found.bytes >= the_file(own_folder).stat().st_size


def test_the_folder_may_change(own_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    double = cache.load(PLAIN, "double___HASH__")
    monkeypatch.setattr(config, "cache_dir", str(tmp_path / "other"))
    assert cache.load(PLAIN, "double___HASH__") is double
    assert the_file(tmp_path / "other").exists()
    forget()
    assert cache.load(PLAIN, "double___HASH__").__code__.co_filename.startswith(str(tmp_path / "other"))


# --- records


def test_records(own_folder: Path) -> None:
    assert cache.lookup("f(float64)") is None
    cache.remember("f(float64)", {"sha": "0" * 16, "saved": [1, 2.5, None]})
    assert cache.lookup("f(float64)") == {"sha": "0" * 16, "saved": [1, 2.5, None]}
    assert cache.lookup("f(float32)") is None
    cache.remember("f(float64)", {"sha": "1" * 16})
    assert cache.lookup("f(float64)") == {"sha": "1" * 16}
    with pytest.raises(TypeError):
        cache.remember("f", {"bad": object()})


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d[:-5],
        lambda d: b"",
        lambda d: b"\xff\x00",
        lambda d: b"[" * 100000,
        lambda d: b"[]",
        lambda d: b"null",
        lambda d: d.replace(b'"key": "k"', b'"key": "other"'),
        lambda d: json.dumps({**json.loads(d), "stamp": "older"}).encode(),
        lambda d: json.dumps({**json.loads(d), "record": [1]}).encode(),
    ],
)
def test_a_damaged_record_is_a_miss(own_folder: Path, damage) -> None:
    cache.remember("k", {"a": 1})
    (path,) = own_folder.glob("index/*.json")
    path.write_bytes(damage(path.read_bytes()))
    assert cache.lookup("k") is None
    cache.remember("k", {"a": 1})
    assert cache.lookup("k") == {"a": 1}


def test_a_changed_compiler_voids_the_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "symgrad"
    package.mkdir()
    (package / "rules.py").write_text("x = 1")
    monkeypatch.setattr(address, "_PACKAGE", str(package))
    monkeypatch.setattr(cache, "compiler_stamp", address.compiler_stamp.__wrapped__)
    cache.remember("k", {"a": 1})
    assert cache.lookup("k") == {"a": 1}
    (package / "rules.py").write_text("x = 12")
    assert cache.lookup("k") is None


# --- other processes and threads


def test_a_second_process_compiles_nothing() -> None:
    program = f"""
import sys
from symgrad import cache
record = cache.lookup("total(float64[:])")
if record is None:
    text = {KERNEL!r}
    total = cache.load(text, "total___HASH__")
    cache.remember("total(float64[:])", {{"sha": cache.digest(text, {{}}), "entry": "total___HASH__"}})
else:
    total = cache.load_stored(record["sha"], record["entry"])
import numpy as np
assert total(np.zeros(1003)) == 1003.0
print(sum(total.stats.cache_hits.values()), cache.info().hits, "sympy" in sys.modules)
"""
    assert run(program) == "0 0 False"
    assert run(program) == "1 1 False"


def test_generated_modules_import_by_name_alone() -> None:
    double = cache.load(PLAIN, "double___HASH__")
    assert run(f"import pickle; print(pickle.loads({pickle.dumps(double)!r})(21))") == "42"


def _keep_clearing(folder: str, stop) -> None:
    config.cache_dir = folder
    while not stop.is_set():
        cache.clear()
        stop.wait(0.002)


@pytest.mark.parametrize("clearing", [False, True])
def test_processes_race(own_folder: Path, clearing: bool) -> None:
    context = multiprocessing.get_context("spawn")
    start, stop, results = context.Barrier(2), context.Event(), context.Queue()
    workers = [context.Process(target=race, args=(str(own_folder), start, results)) for _ in range(2)]
    clearer = threading.Thread(target=_keep_clearing, args=(str(own_folder), stop))
    if clearing:
        clearer.start()
    for worker in workers:
        worker.start()
    assert [results.get(timeout=60) for _ in workers] == ["ok", "ok"]
    stop.set()
    for process in workers:
        process.join()
    if clearing:
        clearer.join()
    else:
        assert len(list(own_folder.glob("k*.py"))) == 20
        assert list(own_folder.rglob("*.tmp*")) == []


def test_threads_race(own_folder: Path) -> None:
    start, results = threading.Barrier(8), []

    def work() -> None:
        start.wait()
        for i in range(20):
            results.append(cache.load(f"def f___HASH__():\n    return {i}\n", "f___HASH__")() == i)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 160
    assert cache.info().hits + cache.info().misses == 160


# --- folders that cannot be written


def test_an_unwritable_folder_gives_a_private_one_and_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setattr(config, "cache_dir", str(blocked / "cache"))
    with pytest.warns(cache.CacheWarning, match="SYMGRAD_CACHE_DIR") as caught:
        assert cache.load(PLAIN, "double___HASH__")(21) == 42
        cache.remember("k", {"a": 1})
        assert cache.lookup("k") == {"a": 1}
        monkeypatch.setattr(config, "cache_dir", str(blocked / "another"))
        cache.load(PLAIN, "double___HASH__")
    assert len(caught) == 1
    assert stat.S_IMODE(os.stat(cache.folder()).st_mode) == 0o700
    assert cache.info().entries == 1


def test_a_private_folder_goes_with_its_process(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    program = (
        "import warnings; warnings.simplefilter('ignore'); from symgrad import cache; print(cache.folder())"
    )
    assert not os.path.exists(run(program, SYMGRAD_CACHE_DIR=str(blocked / "cache")))


def test_a_disk_that_fills_up(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.load(PLAIN, "double___HASH__")
    whole = files.store

    def full(path: str, data: bytes) -> None:
        if path.startswith(str(own_folder)):
            raise OSError(28, "No space left on device")
        whole(path, data)

    monkeypatch.setattr(files, "store", full)
    with pytest.warns(cache.CacheWarning):
        assert cache.load(KERNEL, "total___HASH__").__module__.startswith("symgrad.generated.k")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cache.remember("k", {"a": 1})
        assert cache.lookup("k") == {"a": 1}


# --- settings


def test_config_reads_the_environment() -> None:
    assert repr(Config({})) == "Config(cache_dir=None, vector_math='auto', verbose=False)"
    assert Config({"SYMGRAD_CACHE_DIR": "/x/../y"}).cache_dir == os.path.abspath("/y")
    assert Config({"SYMGRAD_CACHE_DIR": ""}).cache_dir is None
    assert Config({"SYMGRAD_VECTOR_MATH": "OFF"}).vector_math == "off"
    assert [Config({"SYMGRAD_VERBOSE": t}).verbose for t in ("1", "true", "0", "")] == [
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(ValueError, match="SYMGRAD_VECTOR_MATH: vector_math must be one of"):
        Config({"SYMGRAD_VECTOR_MATH": "fast"})
    with pytest.raises(ValueError, match="SYMGRAD_VERBOSE: must be 0 or 1, not 'maybe'"):
        Config({"SYMGRAD_VERBOSE": "maybe"})


def test_config_checks_assignments(tmp_path: Path) -> None:
    settings = Config({})
    settings.cache_dir = tmp_path
    assert settings.cache_dir == str(tmp_path)
    settings.cache_dir = "~/somewhere"
    assert settings.cache_dir == os.path.abspath(os.path.expanduser("~/somewhere"))
    for name, value, error in (
        ("cache_dir", 3, TypeError),
        ("cache_dir", "", ValueError),
        ("vector_math", True, ValueError),
        ("verbose", 1, TypeError),
        ("vebose", True, AttributeError),
    ):
        with pytest.raises(error, match=name):
            setattr(settings, name, value)
