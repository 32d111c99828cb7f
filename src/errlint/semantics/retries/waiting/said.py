"""Does an expression read what the server says about the wait: Retry-After, a reset, a member of an SDK, a number in the error's text?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.meaning import Kind, Place
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.names import dotted
from errlint.semantics.retries.waiting.kept import reads_told

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.waiting.numbers import Numbers

_TOLD = later(
    r"retry[-_ ]?(after|in|ms|info|delay_seconds|hint)|rate[-_ ]?limit[-_ a-z]*reset|reset[-_ ]?(at|after|in|time|ms|seconds|epoch)?$|"
    r"wait[-_ ]?(until|seconds_from)|x-rate|ratelimit-|poll-after|server[-_]?(delay|wait)|flood",
    re.IGNORECASE,
)
"""Names and keys by which servers and SDKs say how long to wait. Used for silence only: a name proves nothing, but it may be the header."""
_WORDS = (Kind.TEXT, Kind.MESSAGE, Kind.BODY)


class SaidWaits:
    """Answers for one file.

    :param numbers: what is a number that is written out.
    """

    def __init__(self, semantics: Semantics, numbers: Numbers) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._numbers = numbers
        self._asking: set[cst.CSTNode] = set()

    def is_read_in(self, body: cst.CSTNode) -> bool:
        """Whether code, functions defined in it included, reads what the server says about the wait."""
        return any(True for _ in self.places(body, into_functions=True))

    def by_server(self, expression: cst.BaseExpression) -> Place | None:
        """What an expression reads of that, if it does."""
        meaning = self._semantics.meaning(expression)
        if meaning is not None and meaning.kind is Kind.RETRY_AFTER:
            return Place(expression, "what the server says about the wait")
        word = ""
        match expression:
            case cst.Name():
                word = expression.value
            case cst.Attribute(value=owner):
                # `event.retry` is how long a stream of events wants its client to wait (WHATWG HTML, 9.2.6)
                sse = expression.attr.value == "retry" and dotted(owner) not in ("self", "cls")
                word = "retry-ms" if sse else expression.attr.value
            case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
                word = " ".join(self._semantics.constants.strings(key))
            case cst.Call():
                name = (dotted(expression.func) or "").rpartition(".")[2]
                literals = [string_value(argument.value) or "" for argument in expression.args[:2]]
                constants = [text for argument in expression.args[:2] for text in self._semantics.constants.strings(argument.value)]
                word = next((text for text in (name, *literals, *constants) if _TOLD.search(text)), "")
            case _:
                return None
        if isinstance(expression, cst.Name) and self._numbers.of(expression, None) is not None:
            return None  # it is only called so: `retry_after = 5`
        if isinstance(expression, cst.Attribute) and meaning is None and not _TOLD.search(word) and self._member_tells(expression):
            return Place(expression, "reads what the server says about the wait")
        return Place(expression, "what the server may say about the wait") if word and _TOLD.search(word) else None

    def in_answer(self, expression: cst.BaseExpression, within: cst.CSTNode | None) -> Place | None:
        """A part of what the failure says, of which a wait is made: a number in a text or in a body is the server's."""
        meaning = self._semantics.meaning(expression)
        if meaning is None or not (meaning.from_exception or meaning.kind in _WORDS):
            return None
        if within is not None and not any(self._tree.within(place.node, within) for place in (meaning.origin or meaning).trail):
            return None  # of an answer from before the first attempt
        return Place(expression, "a part of the answer that failed")

    def _member_tells(self, attribute: cst.Attribute) -> bool:
        if attribute in self._asking:
            return False
        self._asking.add(attribute)
        try:
            return reads_told(self._semantics, attribute)
        finally:
            self._asking.discard(attribute)

    def places(self, body: cst.CSTNode, *, into_functions: bool = False) -> Iterator[Place]:
        """Where code reads it."""
        for node in self._tree.below(body, into_functions=into_functions):
            if isinstance(node, (cst.Attribute, cst.Subscript, cst.Call)):
                place = self.by_server(node)
                if place is not None:
                    yield place
