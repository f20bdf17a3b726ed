#!/usr/bin/env python3
"""What becomes of every program of tests/language, by feature: right, refused, wrong; on both backends.

scripts/language_report.py            # run them all: some minutes
scripts/language_report.py --write    # put the table into docs/language.md as well
scripts/language_report.py --listed   # the table as the tests have it, without running anything
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
DOC = ROOT / "docs" / "language.md"


def main() -> int:
    from language import report  # the folder of the tests is on the path only now

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--listed", action="store_true")
    chosen = parser.parse_args()
    with np.errstate(all="ignore"):
        rows = report.listed() if chosen.listed else report.tried(print)
    table = report.table(rows)
    print(table)
    if chosen.write:
        DOC.write_text(report.replaced(DOC.read_text(encoding="utf-8"), table), encoding="utf-8")
    return int(any(row.wrong for row in rows))


if __name__ == "__main__":
    sys.exit(main())
