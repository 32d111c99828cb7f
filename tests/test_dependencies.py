"""The digest of a file's dependencies changes exactly with the modules that it reaches."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errlint.dependencies import Dependencies
from errlint.gate import Gate
from errlint.project import Project

EDGES = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=16)


def write(folder: Path, edges: set[tuple[int, int]], changed: int | None = None) -> None:
    for number in range(7):
        lines = [f"import m{other}" for start, other in sorted(edges) if start == number]
        mark = "x = 2" if number == changed else "x = 1"
        (folder / f"m{number}.py").write_text("\n".join([*lines, mark, ""]), encoding="utf-8")


def digests(folder: Path) -> list[bytes]:
    """One a module, by a run of its own."""
    project = Project(str(folder))
    found = Dependencies(Gate(("requests",), project), project)
    return [found.digest((folder / f"m{number}.py").read_bytes(), str(folder / f"m{number}.py")) for number in range(7)]


def reached(start: int, edges: set[tuple[int, int]]) -> set[int]:
    found: set[int] = set()
    todo = [start]
    while todo:
        here = todo.pop()
        for one, other in edges:
            if one == here and other not in found:
                found.add(other)
                todo.append(other)
    return found


@settings(max_examples=40, deadline=None)
@given(edges=EDGES, changed=st.integers(0, 6))
def test_a_digest_changes_with_what_is_reached(tmp_path_factory: pytest.TempPathFactory, edges: set[tuple[int, int]], changed: int) -> None:
    folder = tmp_path_factory.mktemp("project")
    write(folder, edges)
    before = digests(folder)
    assert digests(folder) == before
    write(folder, edges, changed)
    after = digests(folder)
    assert {number for number in range(7) if before[number] != after[number]} == {
        number for number in range(7) if changed in reached(number, edges)
    }


def test_a_new_module_may_change_what_an_import_means(tmp_path: Path) -> None:
    write(tmp_path, {(0, 1)})
    before = digests(tmp_path)[0]
    (tmp_path / "m1.py").unlink()
    (tmp_path / "m1").mkdir()
    (tmp_path / "m1" / "__init__.py").write_text("x = 1\n", encoding="utf-8")
    project = Project(str(tmp_path))
    assert Dependencies(Gate((), project), project).digest(b"import m1\n", str(tmp_path / "m0.py")) != before
