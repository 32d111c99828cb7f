"""``except`` clauses as they are written: the name that one gives what it catches, and those that come before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import libcst as cst

from errlint.semantics.program.tree import Tree

Handler = cst.ExceptHandler | cst.ExceptStarHandler


def caught_name(handler: Handler) -> str | None:
    """The name that a handler gives the exception: ``except … as e``."""
    return handler.name.name.value if handler.name is not None and isinstance(handler.name.name, cst.Name) else None


def earlier_handlers(tree: Tree, handler: Handler) -> Iterator[Handler]:
    """The handlers of the same ``try`` that are asked before this one."""
    outer = tree.parent.get(handler)
    handlers: Sequence[Handler] = outer.handlers if isinstance(outer, (cst.Try, cst.TryStar)) else ()
    return takewhile(lambda one: one is not handler, handlers)
