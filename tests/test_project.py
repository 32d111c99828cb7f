"""Where a project begins, and what an import names in it."""

from __future__ import annotations

from pathlib import Path

from errlint.project import Project


def _package(folder: Path) -> Path:
    """``shop`` with a module, and a folder without ``__init__.py`` in it."""
    inner = folder / "shop" / "tasks"
    inner.mkdir(parents=True)
    for name in ("shop/__init__.py", "shop/errors.py", "shop/tasks/upload.py"):
        (folder / name).write_text("", encoding="utf-8")
    return inner / "upload.py"


def test_a_folder_of_a_package_belongs_to_it(tmp_path: Path) -> None:
    file = str(_package(tmp_path))
    found = Project().module(file, "shop.errors")
    assert found is not None
    assert found.file == str(tmp_path / "shop" / "errors.py")


def test_what_stands_beside_the_outermost_package_is_not_searched(tmp_path: Path) -> None:
    file = str(_package(tmp_path / "src"))
    (tmp_path / "errors.py").write_text("", encoding="utf-8")
    assert Project().module(file, "errors") is None
