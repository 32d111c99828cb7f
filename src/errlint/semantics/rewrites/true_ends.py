"""The end of a retry, said of a failure after which no other attempt is made: words about many attempts are not true of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.rewrites.places import is_text
from errlint.semantics.rewrites.writing import Writing

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


def raised_of(writing: Writing, statement: cst.CSTNode, error: str) -> str | None:
    """``raise Failed("failed after %d tries" % most)`` becomes ``raise Failed(str(error)) from error``; None for other statements.

    :param error: the name that the failure has where it is written.
    """
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Raise(exc=cst.Call(func=failed, args=[cst.Arg(keyword=None, star="") as told]), cause=None)]
        ):
            return f"raise {writing.code(failed)}(str({error})) from {error}" if is_text(told.value) else None
    return None


def renamed(semantics: Semantics, region: cst.CSTNode, place: cst.CSTNode) -> bool:
    """Whether a failure that leaves a loop is raised anew behind it, with words about many attempts, as a more general type.

    Who catches that also catches the failure itself, and may ask for it: ``except NotFound``.

    :param place: where the loop would be left, in the handler of the failure.
    """
    handler = semantics.tree.enclosing(place, cst.ExceptHandler, cst.ExceptStarHandler, cst.FunctionDef)
    block = semantics.tree.parent.get(region)
    if not isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)) or not isinstance(block, cst.IndentedBlock):
        return False
    behind = block.body[block.body.index(region) + 1 :][:1]
    match behind:
        case [cst.SimpleStatementLine(body=[cst.Raise(exc=cst.Call(func=failed, args=[cst.Arg(value=told), *_]))])] if is_text(told):
            types = semantics.predicates.types
            raised, tried = types.named(failed), semantics.tree.tried(handler)
            # of the types that a handler names, those count by which an error status comes to it
            caught = (semantics.raises_for_status(tried).types if tried is not None else ()) or types.named(handler.type)
            return len(raised) == 1 and bool(caught) and all(raised[0] in types.ancestry(name)[0] for name in caught)
    return False
