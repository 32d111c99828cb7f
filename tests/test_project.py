"""Where a project begins, and what an import names in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from errlint.first_party import FirstParty
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


def _namespace(folder: Path) -> Path:
    """``acme.orders``, of which ``acme`` is a package by no file."""
    inner = folder / "acme" / "orders"
    inner.mkdir(parents=True)
    for name in ("__init__.py", "hook.py", "trigger.py"):
        (inner / name).write_text("", encoding="utf-8")
    return inner / "trigger.py"


def test_a_part_of_a_namespace_package_finds_itself(tmp_path: Path) -> None:
    file = _namespace(tmp_path)
    found = Project().module(str(file), "acme.orders.hook")
    assert found is not None
    assert found.file == str(file.with_name("hook.py"))


@pytest.mark.parametrize("name", ["acme", "acme.stock", "acme.stock.hook", "orders.hook.x", "other.orders.hook"])
def test_other_parts_of_a_namespace_package_are_not_found(tmp_path: Path, name: str) -> None:
    file = _namespace(tmp_path)
    (tmp_path / "acme" / "stock.txt").write_text("", encoding="utf-8")
    (tmp_path / "other").mkdir()
    assert Project().module(str(file), name) is None


@pytest.mark.parametrize("marked", [False, True])
def test_what_an_installed_part_defines_keeps_its_name(tmp_path: Path, marked: bool) -> None:
    file = _namespace(tmp_path)
    if marked:
        (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    names = FirstParty(Project())
    assert names.resolve(str(file), "acme.base.errors.AcmeError") == "acme.base.errors.AcmeError"
    assert names.resolve(str(file), "acme.orders.hook") == f"{file.with_name('hook.py')}:"
    assert names.resolve(str(file), "acme.orders.hook.Missing") is None


def test_a_module_beside_a_script_comes_before_a_library(tmp_path: Path) -> None:
    script, beside = tmp_path / "script.py", tmp_path / "retry.py"
    script.write_text("", encoding="utf-8")
    beside.write_text("from retry import api\n\ndef again(function):\n    return function\n", encoding="utf-8")
    names = FirstParty(Project(), frozenset({"retry"}))
    assert names.resolve(str(script), "retry.again") == f"{beside}:again"
    assert names.resolve(str(script), "retry.api") == "retry.api", "what it only imports itself"
    assert names.resolve(str(script), "retry.missing") == "retry.missing"
    assert names.resolve(str(beside), "retry.again") == "retry.again", "a module does not import itself"


def test_a_library_finds_its_own_modules_by_their_full_names(tmp_path: Path) -> None:
    folder = tmp_path / "acme_http"
    folder.mkdir()
    for name, text in (
        ("__init__.py", ""),
        ("client.py", ""),
        ("errors.py", "class Failed(Exception): ...\n\nclass Odd(Exception): ...\n"),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    other = tmp_path / "script.py"
    other.write_text("", encoding="utf-8")
    told = {"acme_http.errors.Failed"}
    names = FirstParty(Project(), frozenset({"acme_http"}), frozenset(), told.__contains__)
    assert names.resolve(str(folder / "client.py"), "acme_http.errors.Odd") == f"{folder / 'errors.py'}:Odd"
    assert names.resolve(str(folder / "client.py"), "acme_http.errors.Failed") == "acme_http.errors.Failed", "a sheet is believed"
    assert names.resolve(str(other), "acme_http.errors.Odd") == "acme_http.errors.Odd", "who uses a library may have another version of it"


def test_in_a_package_an_absolute_import_leads_to_the_library(tmp_path: Path) -> None:
    for name in ("__init__.py", "client.py"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "retry.py").write_text("def again(function):\n    return function\n", encoding="utf-8")
    names = FirstParty(Project(), frozenset({"retry"}))
    assert names.resolve(str(tmp_path / "client.py"), "retry.again") == "retry.again"
