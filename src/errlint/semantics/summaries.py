"""What one module tells the others of its functions and values: small, frozen, serialisable.

A summary speaks the language of library sheets and adds what only code shows: where in the module each fact can be seen, and what becomes
of arguments. It holds no node of a syntax tree, so the module can be forgotten.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from errlint.libraries import FunctionSheet


class Spot(msgspec.Struct, frozen=True):
    """A place in another file: the rank of its node in document order (lines are counted only for what is shown)."""

    file: str
    rank: int
    note: str
    http: bool = False


class Value(msgspec.Struct, frozen=True):
    """A meaning without the nodes of its file; the fields are those of :class:`errlint.semantics.meaning.Meaning`.

    ``kind`` is the name of a kind, ``type`` that of the type, ``api`` the id of the catalogue (``-``: one that no catalogue knows) and
    ``because`` how that is known. ``argument`` is the argument that the value was taken from, by position or name.
    """

    kind: str
    type: str = ""
    name: str = ""
    path: tuple[str | int, ...] = ()
    api: str = ""
    because: str = ""
    from_exception: bool = False
    argument: int | str | None = None
    spots: tuple[Spot, ...] = ()


Given = tuple[tuple[int | str, Value], ...]
"""What is known of the arguments of a call, by position or keyword; the spots left out."""


class FunctionSummary(FunctionSheet, frozen=True):
    """A function of the project, for calls with certain arguments.

    ``value`` is what it returns and ``items`` what the tuple that it returns holds; ``http`` shows the call that it makes, if any;
    ``answer`` says whether it raises for a status, ``raised`` how that can be seen, ``tells`` that the error is made of the answer, and
    ``may`` and ``must`` for which statuses what it returns is true (bit sets, see :mod:`errlint.semantics.statuses`), if that is known.
    """

    value: Value | None = None
    items: tuple[Value | None, ...] = ()
    http: tuple[Spot, ...] = ()
    answer: Literal["yes", "no", "unknown"] = "unknown"
    raised: tuple[Spot, ...] = ()
    tells: bool = True
    escapes: bool = False
    predicate: tuple[int, int] | None = None
