"""Run the fenced Python of README.md and docs/*.md, and compare what it prints with what the page says.

All ```python blocks of a file share one namespace, top to bottom, as a reader would type them.  A block
directly followed by an ```output block must print exactly that (trailing blanks aside); a ```text block is
prose.  A block opened as ```python no-run is shown, not executed.

    python scripts/run_docs.py [--update] [file ...]     # --update rewrites the output blocks
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import linecache
import os
import re
import sys
import tempfile
import traceback
import types
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(
    r"^(?P<ticks>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=ticks)[ \t]*$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Example:
    """One block to run; `expected` is the span of the output block's body, if there is one."""

    code: str
    line: int
    expected: slice | None


def examples(text: str) -> list[Example]:
    """Pair the Python blocks of a page with their output blocks."""
    blocks = list(FENCE.finditer(text))
    found = []
    for i, block in enumerate(blocks):
        if block["info"].strip() != "python":
            continue
        after = blocks[i + 1] if i + 1 < len(blocks) else None
        follows = (
            after is not None
            and after["info"].strip() == "output"
            and not text[block.end() : after.start()].strip()
        )
        span = slice(after.start("body"), after.end("body")) if after is not None and follows else None
        found.append(Example(block["body"], text.count("\n", 0, block.start("body")) + 1, span))
    return found


def tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def run_page(path: Path, update: bool) -> bool:
    """Run one page in the current folder; print what went wrong and return whether nothing did."""
    text = path.read_text(encoding="utf-8")
    module = types.ModuleType("__main__")
    replaced: list[tuple[slice, str]] = []
    page = examples(text)
    for example in page:
        # Padded to the page's line numbers and known to linecache: tracebacks and inspect.getsource see real
        # places.  Named per block, because getsource looks a function up by its line in *this* source.
        name = f"{path}:{example.line}"
        source = "\n" * (example.line - 1) + example.code
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(source, name, "exec"), module.__dict__)
        except Exception:
            print(printed.getvalue(), end="")
            traceback.print_exc(file=sys.stdout)
            print(f"{path.name}:{example.line}: the block raised")
            return False
        if example.expected is None:
            continue
        expected, got = tidy(text[example.expected]), tidy(printed.getvalue())
        if expected == got:
            continue
        if update:
            replaced.append((example.expected, got + "\n" if got else ""))
            continue
        print(f"{path.name}:{example.line}: prints something else than the page says")
        diff = difflib.unified_diff(expected.splitlines(), got.splitlines(), "page", "printed", lineterm="")
        print(*diff, sep="\n")
        return False
    for span, new in reversed(replaced):
        text = text[: span.start] + new + text[span.stop :]
    if replaced:
        path.write_text(text, encoding="utf-8")
    print(
        f"{path.name}: {len(page)} blocks run, {sum(e.expected is not None for e in page)} outputs compared"
    )
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--update", action="store_true", help="write what was printed into the output blocks")
    args = parser.parse_args()
    readme = [ROOT / "README.md"] if (ROOT / "README.md").exists() else []
    pages = [path.resolve() for path in args.files] or [*readme, *sorted((ROOT / "docs").glob("*.md"))]
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)  # pages may write files
        return 0 if all([run_page(page, args.update) for page in pages]) else 1


if __name__ == "__main__":
    sys.exit(main())
