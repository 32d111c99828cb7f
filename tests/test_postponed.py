"""A package that is run later is what it would have been."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module, reload
from pathlib import Path

import pytest

from errlint.postponed import postponed

INIT = """
import later_log
later_log.RUNS.append(__name__)
from later_package.second import TWO
ONE = 1
__all__ = ["ONE"]
"""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """How often the package was run; it is `later_package`, with the modules `first` and `second`."""
    folder = tmp_path / "later_package"
    folder.mkdir()
    (folder / "__init__.py").write_text(INIT, encoding="utf-8")
    (folder / "first.py").write_text("HERE = 'first'\n", encoding="utf-8")
    (folder / "second.py").write_text("TWO = 2\n", encoding="utf-8")
    (tmp_path / "later_log.py").write_text("RUNS = []\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    finders = list(sys.meta_path)
    yield import_module("later_log").RUNS
    assert sys.meta_path == finders
    for name in [name for name in sys.modules if name.startswith("later_")]:
        del sys.modules[name]


def test_its_modules_are_imported_without_it(runs: list[str]) -> None:
    with postponed("later_package"):
        assert import_module("later_package.first").HERE == "first"
    assert not runs
    package = sys.modules["later_package"]
    assert package.__file__ is not None
    assert package.__file__.endswith("__init__.py")
    assert package.first is sys.modules["later_package.first"]
    assert not runs


def test_it_is_run_once_when_it_is_asked(runs: list[str]) -> None:
    with postponed("later_package"):
        import_module("later_package.first")
    package = sys.modules["later_package"]
    assert (package.ONE, package.TWO, package.__all__) == (1, 2, ["ONE"])
    with pytest.raises(AttributeError, match="nothing"):
        _ = package.nothing
    assert runs == ["later_package"]
    assert "__getattr__" not in vars(package)
    assert reload(package) is package
    assert runs == ["later_package"] * 2


def test_what_goes_wrong_is_told_to_who_asks_and_tried_again(runs: list[str], tmp_path: Path) -> None:
    init = tmp_path / "later_package" / "__init__.py"
    init.write_text("raise KeyError('not now')\n", encoding="utf-8")
    with postponed("later_package"):
        import_module("later_package.first")
    for _ in range(2):
        with pytest.raises(KeyError, match="not now"):
            _ = sys.modules["later_package"].ONE
    assert not runs


@pytest.mark.parametrize("postponing", ["another_package", "later_package.first", "later_log"])
def test_nothing_else_is_postponed(postponing: str, runs: list[str]) -> None:
    with postponed(postponing):
        import_module("later_package.first")
    assert runs == ["later_package"]


@pytest.mark.parametrize(
    "ask",
    [
        "from libcst.metadata import MetadataWrapper, PositionProvider",
        "from libcst.metadata import *",
        "import libcst.metadata as m; MetadataWrapper, PositionProvider = m.MetadataWrapper, m.PositionProvider",
        "from libcst.codemod import CodemodContext; from libcst.metadata import MetadataWrapper, PositionProvider",
    ],
)
def test_metadata_of_libcst_is_there_for_who_wants_it(ask: str) -> None:
    code = (
        "import errlint.nodes, sys\n"
        "assert 'libcst.metadata.scope_provider' not in sys.modules\n"
        f"{ask}\nimport libcst as cst\n"
        "assert MetadataWrapper is cst.MetadataWrapper\n"
        "places = MetadataWrapper(cst.parse_module('a = 1')).resolve(PositionProvider)\n"
        "assert any(isinstance(node, cst.Integer) and place.start.column == 4 for node, place in places.items())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
