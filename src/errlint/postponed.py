"""Packages whose modules are imported as always, and whose own ``__init__`` is run when somebody asks for something in it.

libcst imports two modules of its package for metadata, and thereby all of it, with :mod:`subprocess` and much else. errlint asks
for none of that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.abc import Loader, MetaPathFinder
else:  # to import them takes longer than to do without
    Loader = MetaPathFinder = object


@contextmanager
def postponed(package: str) -> Iterator[None]:
    """While something is imported, leave it to later to run the ``__init__`` of a package that is not there yet."""
    finder = _Finder(package)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name == self._package else None
        if spec is not None and spec.loader is not None and spec.submodule_search_locations is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    def __init__(self, usual: Loader) -> None:
        self._usual = usual

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._usual.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Have the module run when it is asked for what it does not have (PEP 562)."""
        usual, lock, running = self._usual, RLock(), set[bool]()
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = usual

        def run(name: str) -> Any:
            with lock:  # who asks while another thread runs it waits; and it may ask for what it does not have itself
                if not running and vars(module).get("__getattr__") is run:
                    running.add(True)
                    try:
                        usual.exec_module(module)
                    finally:
                        running.clear()
                    if vars(module).get("__getattr__") is run:
                        del module.__getattr__
            if name in vars(module):
                return vars(module)[name]
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

        module.__getattr__ = run  # type: ignore[method-assign]
