"""While a package is imported, its abstract base classes become plain ones; nobody else notices."""

from __future__ import annotations

import abc
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from errlint.unabstract import unabstract

_CODE = """
from abc import ABC, abstractmethod


class Base(ABC):
    @abstractmethod
    def said(self): ...


class Mixed(Base, ABC):
    def said(self):
        return "so"
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("plainly", "elsewhere"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "classes.py").write_text(_CODE)
        monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.delitem(sys.modules, f"{name}.classes", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("packages")
def test_classes_of_the_package_are_plain_and_inherit_as_written() -> None:
    with unabstract("plainly."):
        module = importlib.import_module("plainly.classes")
    assert (type(module.Base), type(module.Mixed)) == (type, type)
    assert module.Base.__mro__ == (module.Base, object)
    assert module.Mixed.__mro__ == (module.Mixed, module.Base, object)
    assert module.Mixed().said() == "so"


@pytest.mark.usefixtures("packages")
def test_classes_of_other_packages_stay_abstract() -> None:
    with unabstract("plainly."):
        module = importlib.import_module("elsewhere.classes")
    assert type(module.Base) is abc.ABCMeta
    assert issubclass(module.Base, abc.ABC)
    with pytest.raises(TypeError, match="abstract"):
        module.Base()


def test_afterwards_everything_is_as_it_was() -> None:
    usual = abc.ABC
    with pytest.raises(ZeroDivisionError), unabstract("plainly."):
        raise ZeroDivisionError
    assert abc.ABC is usual


def test_nodes_of_libcst_are_plain_classes_when_errlint_imports_it_first() -> None:
    code = "import errlint.nodes, libcst as cst; print({type(kind).__name__ for kind in errlint.nodes._all_below(cst.CSTNode)})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'type'}"
