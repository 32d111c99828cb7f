"""Packages whose abstract classes are made as plain ones while they are imported.

Of an abstract base class, :func:`isinstance` asks a method of the metaclass; of a plain class it reads the bases, in a third of the time.
What is lost is that nobody is kept from making an object of a class that is only meant to be inherited from.
"""

from __future__ import annotations

import abc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Base:
    """Stands for :class:`abc.ABC` in the bases of classes: in those of a package for nothing, elsewhere for itself (PEP 560)."""

    def __init__(self, package: str, usual: type) -> None:
        self._package = package
        self._usual = usual

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        home: str = sys._getframe(1).f_globals.get("__name__", "")
        return () if home.startswith(self._package) else (self._usual,)


@contextmanager
def unabstract(package: str) -> Iterator[None]:
    """While a package is imported, its abstract base classes are plain classes; those of every other package are made as always."""
    usual = abc.ABC
    abc.ABC = _Base(package, usual)  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        abc.ABC = usual  # type: ignore[misc]
