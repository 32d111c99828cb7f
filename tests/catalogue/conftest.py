"""What the tests of catalogues share: the built-in files, and small ones written for a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from errlint.catalogue import Catalogue, Catalogues, load_catalogue, load_catalogues

BUILT_IN = Path(__file__).parents[2] / "rules" / "errlint_rules" / "catalogues"

HEAD = """\
schema = 1

[api]
id = "acme"
name = "Acme"
"""
"""The least a catalogue can say: lines 1 to 5; what a test adds starts on line 6."""


@pytest.fixture(scope="session")
def built_in() -> Catalogues:
    return load_catalogues(sorted(BUILT_IN.glob("*.toml")))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def written(text: str, name: str = "acme.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return written


@pytest.fixture
def acme(write: Callable[..., Path]) -> Callable[[str], Catalogue]:
    """A catalogue made of the head and the given tables."""
    return lambda tables: load_catalogue(write(HEAD + tables))
