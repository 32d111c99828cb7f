"""Does a call mend what an attempt failed for? The missing bucket is made, the channel is joined: then the same request may succeed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.sent.changes import root

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_READS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_ASKS = later(
    r"(^|_)(get|list|describe|read|head|fetch|query|search|find|show|retrieve|count|exists?|check|info|history|status|ping|is|has)(_|$)"
)
"""Names of calls that only ask for something."""
_ADDRESSES = ("url", "path", "endpoint")
_HOST = later(r"https?://[^/{}]+")


class Repairs:
    """Answers for one attempt."""

    def __init__(self, semantics: Semantics, attempt: cst.Call) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._attempt = attempt

    def mends(self, call: cst.Call) -> bool:
        """Whether a call that a failure leads to changes something at the same API; what tells of the failure does not."""
        if call is self._attempt or self._tells_of_failure(call):
            return False
        mine, its = self._sent_by(self._attempt), self._sent_by(call)
        return its is not None and mine is not None and its is not mine and not self._only_asks(its) and self._is_same_api(mine, its)

    def _sent_by(self, call: cst.Call) -> cst.Call | None:
        """The HTTP call that a call makes, in a function of the file, too."""
        evidence = self._semantics.does_http(call)
        sent = [place.node for place in evidence.trail if place.http and isinstance(place.node, cst.Call)] if evidence is not None else []
        return sent[0] if sent else call

    def _tells_of_failure(self, call: cst.Call) -> bool:
        """``client.post("/events", json={"text": str(error)})``."""
        names = (
            node for argument in call.args for node in (argument.value, *self._tree.below(argument.value)) if isinstance(node, cst.Name)
        )
        return any(binding.how is How.EXCEPT for name in names for binding in self._semantics.scopes.reaching(name))

    def _only_asks(self, sent: cst.Call) -> bool:
        method = self._semantics.attempts.method(sent)
        word = sent.func.attr.value if isinstance(sent.func, cst.Attribute) else getattr(sent.func, "value", "")
        return method in _READS if method is not None else bool(_ASKS.search(_snake(str(word))))

    def _is_same_api(self, mine: cst.Call, its: cst.Call) -> bool:
        """By the client; where a client goes anywhere it is told to, by the address."""
        methods = (self._semantics.attempts.method(mine), self._semantics.attempts.method(its))
        if methods == (None, None):
            return bool(root(mine.func)) and root(mine.func) == root(its.func)
        first, second = set(self._address(mine)), set(self._address(its))
        if first & second:
            return True
        relative = all(any(part.startswith("/") for part in parts) for parts in (first, second))
        return relative and bool(root(mine.func)) and root(mine.func) == root(its.func)

    def _address(self, call: cst.Call) -> Iterator[str]:
        """The parts by which an address says whom it is of: its host, variables, the path if there is nothing else."""
        named = [argument.value for argument in call.args if argument.keyword is not None and argument.keyword.value in _ADDRESSES]
        plain = [argument.value for argument in call.args if argument.keyword is None][:2]
        for value in (*named, *plain):
            for node in (value, *self._tree.below(value)):
                text = string_value(node) if isinstance(node, cst.SimpleString) else getattr(node, "value", "")
                host = (
                    _HOST.match(text) if isinstance(node, (cst.SimpleString, cst.FormattedStringText)) and isinstance(text, str) else None
                )
                if host is not None:
                    yield host.group()
                elif isinstance(node, cst.SimpleString) and isinstance(text, str) and text.startswith("/"):
                    yield text[:1]
                elif isinstance(node, (cst.Name, cst.Attribute)) and root(node):
                    yield root(node)


def _snake(word: str) -> str:
    """``createFolder`` as ``create_folder``."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in word)
