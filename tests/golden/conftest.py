"""`pytest tests/golden --update-golden` writes what the compiler generates now into the golden files."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the generated part of golden files"
    )
