"""What the racing processes of test_cache.py run: a module that a spawned process can import by name."""

from symgrad import cache
from symgrad.config import config


def race(folder: str, start, results) -> None:
    """Load twenty modules and keep a record up to date, while others do the same."""
    config.cache_dir = folder
    start.wait()
    try:
        for i in range(20):
            text = f"def f___HASH__():\n    return {i}\n"
            assert cache.load(text, "f___HASH__")() == i
            cache.remember("shared", {"i": i})
            found = cache.lookup("shared")
            assert found is None or set(found) == {"i"}
        results.put("ok")
    except BaseException as error:
        results.put(repr(error))
