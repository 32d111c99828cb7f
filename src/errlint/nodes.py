"""libcst's nodes as errlint uses them: compared by identity and asked for their type, millions of times a run.

libcst 1.8 hashes a node in Python, and as its classes are abstract base classes, :func:`isinstance` looks into the registers of
:mod:`abc` for each of them. Both give the answers that Python's own implementations give, in a third to a fifth of the time: a node's
hash is its identity, and nothing is registered as a virtual subclass of a node. So Python's own take their place, once a process.

And most of what libcst takes to be imported goes into methods that are written anew for each of its classes. Whoever imports this module
first is spared most of that (:mod:`errlint.lean`), and its classes are no abstract ones then (:mod:`errlint.unabstract`); when libcst is
there already, its classes are made and stay abstract, though they are asked by Python's own method.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterator
from contextlib import contextmanager

from errlint.lean import defined_leanly
from errlint.postponed import postponed
from errlint.unabstract import unabstract

with defined_leanly("libcst."), postponed("libcst.metadata"), unabstract("libcst."):
    import libcst as cst


class _Plain(ABCMeta):
    """Classes that are abstract where they are defined, and asked as any other class."""

    __instancecheck__ = type.__instancecheck__
    __subclasscheck__ = type.__subclasscheck__


def _all_below(kind: type[cst.CSTNode]) -> Iterator[type[cst.CSTNode]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from _all_below(inner)


def lighten() -> None:
    """Make the classes of libcst's nodes as quick to ask as plain ones."""
    for kind in _all_below(cst.CSTNode):  # type: ignore[type-abstract]
        if type(kind) is ABCMeta:
            kind.__class__ = _Plain  # type: ignore[assignment]
        kind.__hash__ = object.__hash__  # type: ignore[method-assign]


@contextmanager
def unchecked() -> Iterator[None]:
    """Parse without a check of every node: libcst 1.8 spends a seventh of its time on it, and its own parser makes no wrong ones."""
    validate = cst.CSTNode.__post_init__
    cst.CSTNode.__post_init__ = _accept  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = validate  # type: ignore[method-assign]


def _accept(_node: cst.CSTNode) -> None:
    """A node of the parser is as it should be."""


lighten()
