"""The end of a retry, said of a failure after which no other attempt is made: words about many attempts are not true of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.names import dotted
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.places import is_text
from errlint.semantics.rewrites.writing import Writing

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ATTEMPTS = later(r"\b(attempts|tries|retries)\b")
"""Of a text: there were several."""


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


class Words:
    """What the code of one retry says of it.

    :param tests: what asks whether an attempt is left; :param counts: whether something grows or falls from attempt to attempt.
    """

    def __init__(
        self, semantics: Semantics, policy: RetryPolicy, tests: Iterable[cst.CSTNode], counts: Callable[[cst.BaseExpression], object]
    ) -> None:
        self._tree = semantics.tree
        self._most = policy.stop.attempts
        self._counts = counts
        self._limits = {name for test in tests for name, node in self._read_in(test) if not counts(node)}

    def of_many(self, statements: Sequence[cst.CSTNode]) -> bool:
        """Whether statements tell of as many attempts as there may be, or of several, which is not true where there was one.

        A counter that is told is true after any attempt.
        """
        said = [one for part in statements for one in self._tree.inside(part, cst.Raise, cst.Return, cst.Expr, into_functions=False)]
        return any(map(self._is_of_many, said))

    def _is_of_many(self, said: cst.CSTNode) -> bool:
        read = list(self._read_in(said))
        if any(name in self._limits for name, _ in read):
            return True
        is_counted = any(self._counts(node) for _, node in read)
        inside = self._tree.inside(said, cst.SimpleString, cst.FormattedStringText, cst.Integer)
        return any(self._names_most(node) or (not is_counted and bool(_ATTEMPTS.search(_text(node).lower()))) for node in inside)

    def _names_most(self, node: cst.CSTNode) -> bool:
        """``"3 times in vain"``, where there are three attempts."""
        return self._most is not None and self._most > 1 and str(self._most) in re.findall(r"(?<![\w.])\d+(?!\.?\w)", _text(node))

    def _read_in(self, code: cst.CSTNode) -> Iterator[tuple[str, cst.Name | cst.Attribute]]:
        """The values that some code reads by a name, not the functions that it calls."""
        for node in (code, *self._tree.below(code)):
            around = self._tree.parent.get(node)
            is_part = isinstance(around, cst.Attribute) or (isinstance(around, cst.Call) and around.func is node)
            if isinstance(node, (cst.Name, cst.Attribute)) and not is_part:
                yield dotted(node) or "", node


def _text(node: cst.CSTNode) -> str:
    """What is written in a string, a part of one, or as a number."""
    written = string_value(node) if isinstance(node, cst.SimpleString) else getattr(node, "value", "")
    return written if isinstance(written, str) else ""
