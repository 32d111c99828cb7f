"""What the tests of importers share: documents written for a test, and what they import to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from errlint.catalogue import Catalogue, load_catalogue
from errlint.catalogue.importers import Report, import_sources


@dataclass(frozen=True)
class Outcome:
    """The catalogue that documents import to, as errlint loads it; its text; the report."""

    catalogue: Catalogue
    toml: str
    report: Report

    def line_of(self, start: str) -> str:
        """The first line of the text that begins like this."""
        return next(line for line in self.toml.splitlines() if line.startswith(start))


def outcome(paths: list[Path], folder: Path) -> Outcome:
    done = import_sources(paths)
    path = folder / "imported.toml"
    path.write_text(done.toml, encoding="utf-8")
    return Outcome(load_catalogue(path), done.toml, done.report)


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., Outcome]:
    """The outcome of importing documents: files, or texts by the names of files, which are written first."""

    def do(*paths: Path, **texts: str) -> Outcome:
        written = []
        for name, text in texts.items():
            path = tmp_path / name.replace("__", ".")
            path.write_text(text, encoding="utf-8")
            written.append(path)
        return outcome([*paths, *written], tmp_path)

    return do
