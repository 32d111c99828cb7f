"""Where are the headers of the answer, seen from the place that waits?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.handling import Handler, caught_name
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.policy import Attempt
from errlint.semantics.retries.words import ANSWER_WORDS
from errlint.sheets.library import TypeSheet

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_KEPT_AS = ("response", "resp", "res")


@dataclass(frozen=True, eq=False)
class AtHand:
    """The headers of the answer that failed.

    :ivar headers: the expression (or that of the wait itself, where an exception keeps it), with ``{e}`` for an exception that has no
    name yet; :ivar guard: what must hold before it may be read;
    :ivar unnamed: the handler whose exception would have to be named.
    """

    headers: str
    guard: str = ""
    unnamed: Handler | None = None


class Headers:
    """Answers for the places of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def at(self, place: cst.CSTNode) -> AtHand | None:
        """The headers that can be read at ``place``; None when none are in sight."""
        for found in self._tree.ancestors(place):
            if isinstance(found, (cst.ExceptHandler, cst.ExceptStarHandler)):
                caught = self._of_handler(found)
                if caught is not None:
                    return caught
            if isinstance(found, (cst.FunctionDef, cst.Module)):
                break
        return next(self._of_responses(place), None)

    def _of_handler(self, handler: Handler) -> AtHand | None:
        meaning = self._semantics.evaluator.caught(handler)
        name = caught_name(handler) or "{e}"
        unnamed = handler if name == "{e}" else None
        if meaning is None or meaning.sheet is None:
            return None
        for member, declared in self._members(meaning.sheet):
            if declared.rstrip("?") == "headers":
                return AtHand(f"{name}.{member}", f"{name}.{member} is not None" if declared.endswith("?") else "", unnamed)
        for member, declared in self._members(meaning.sheet):
            inner = self._semantics.types.type(declared.rstrip("?"))
            headers = self._headers_of(inner)
            if inner is not None and inner.is_a == "response" and headers:
                guard = f"{name}.{member} is not None" if declared.endswith("?") else ""
                return AtHand(f"{name}.{member}.{headers}", guard, unnamed)
        for member, declared in self._members(meaning.sheet):
            if declared.rstrip("?") == "retry-after":
                return AtHand(f"{name}.{member}", f"{name}.{member} is not None" if declared.endswith("?") else "", unnamed)
        return self._carried_by(handler, name) or self._kept_by(handler, meaning, name)

    def _carried_by(self, handler: Handler, name: str) -> AtHand | None:
        """What an exception of the project was given where it is raised: the headers, the answer, or the wait itself."""
        unnamed = handler if name == "{e}" else None
        for member, word in self._semantics.evaluator.carried(handler).items():
            headers = self._headers_of(self._semantics.types.type(word))
            if headers:
                return AtHand(f"{name}.{member}.{headers}", "", unnamed)
            if word in ("headers", "retry-after"):
                return AtHand(f"{name}.{member}", "", unnamed)
        return None

    def _kept_by(self, handler: Handler, caught: Meaning, name: str) -> AtHand | None:
        """The answer that an exception of the project keeps: ``self.response = response``."""
        if handler.type is None:
            return None
        unnamed = handler if name == "{e}" else None
        return next((AtHand(f"{name}.{read}", "", unnamed) for read in self._kept(caught, handler.type)), None)

    def _kept(self, instance: Meaning, node: cst.BaseExpression) -> Iterator[str]:
        """What is read of an object of the project for the headers that it keeps: ``headers``, ``response.headers``."""
        for word in ("headers", *_KEPT_AS):
            kept = self._semantics.evaluator.own_member(instance, word, node)
            if kept is not None and kept.kind is Kind.HEADERS:
                yield word
            headers = self._headers_of(kept.sheet) if kept is not None and kept.kind is Kind.RESPONSE else None
            if headers:
                yield f"{word}.{headers}"

    def of_exception(self, sheet: TypeSheet) -> bool:
        """Whether exceptions of a type have the headers of the answer, or the answer."""
        for _, declared in self._members(sheet):
            inner = self._semantics.types.type(declared.rstrip("?"))
            if declared.rstrip("?") == "headers" or (inner is not None and inner.is_a == "response" and self._headers_of(inner)):
                return True
        return any(self._semantics.evaluator.defines(sheet, word) for word in (*_KEPT_AS, "headers"))

    def wait_in_body(self, attempts: Iterable[Attempt]) -> str:
        """Where the errors of calls say how long to wait, in the words of a sheet; empty if that is a header, or nobody knows."""
        return next((sheet.wait_in for sheet in self._raised(attempts) if sheet.wait_in), "")

    def wait_headers(self, attempts: Iterable[Attempt]) -> Mapping[str, str]:
        """The headers in which the errors of calls say how long to wait, by the sheets, and what stands in each; none: as HTTP has it."""
        return next((sheet.wait_headers for sheet in self._raised(attempts) if sheet.wait_headers), {})

    def _raised(self, attempts: Iterable[Attempt]) -> Iterator[TypeSheet]:
        raised = (name for attempt in attempts for name in self._semantics.raises_for_status(attempt.call).types)
        return (sheet for name in dict.fromkeys(raised) for sheet in self._semantics.types.ancestors(name))

    def _members(self, sheet: TypeSheet) -> Iterator[tuple[str, str]]:
        for ancestor in self._semantics.types.ancestors(sheet.name):
            yield from ancestor.attributes.items()

    def _headers_of(self, sheet: TypeSheet | None) -> str | None:
        if sheet is None:
            return None
        return next((member for member, declared in self._members(sheet) if declared == "headers"), None)

    def _of_responses(self, place: cst.CSTNode) -> Iterator[AtHand]:
        """Responses that the tests around the place, or before it, look at; the nearest first."""
        function = self._tree.enclosing(place, cst.FunctionDef) or self._tree.module
        order = self._tree.order
        before = [
            node
            for node in self._tree.below(function.body if isinstance(function, cst.FunctionDef) else function, into_functions=False)
            if isinstance(node, (cst.Name, cst.Attribute)) and order[node] < order[place]
        ]
        for node in reversed(before):
            meaning = self._semantics.meaning(node)
            written = dotted(node)
            if written is None or self._is_target(node):
                continue
            if meaning is not None and meaning.kind is Kind.RESPONSE:
                headers = self._headers_of(meaning.sheet)
                if headers:
                    guard = f"{written} is not None" if self._may_be_none(node) else ""
                    yield AtHand(f"{written}.{headers}", guard)
            elif meaning is not None and meaning.kind is Kind.INSTANCE:
                yield from (AtHand(f"{written}.{read}") for read in self._kept(meaning, node))
            elif isinstance(node, cst.Attribute) and node.attr.value in ANSWER_WORDS and self._is_caught(node.value):
                yield AtHand(f"{written}.headers", f"{written} is not None")

    def _is_target(self, node: cst.CSTNode) -> bool:
        return isinstance(self._tree.parent.get(node), (cst.AssignTarget, cst.AsName))

    def _may_be_none(self, node: cst.Name | cst.Attribute) -> bool:
        if isinstance(node, cst.Attribute):
            return True
        bindings = self._semantics.scopes.reaching(node)
        return any(isinstance(binding.value, cst.Name) and binding.value.value == "None" for binding in bindings)

    def _is_caught(self, expression: cst.BaseExpression) -> bool:
        if not isinstance(expression, cst.Name):
            return False
        return any(binding.how is How.EXCEPT for binding in self._semantics.scopes.reaching(expression))
