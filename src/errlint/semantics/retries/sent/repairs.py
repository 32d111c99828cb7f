"""Does a call mend what an attempt failed for? The missing bucket is made, the channel is joined: then the same request may succeed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.sent.changes import root
from errlint.semantics.retries.sent.request_parts import is_read

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_READS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_ASKS = later(
    r"(^|_)(get|list|describe|read|head|fetch|query|search|find|show|retrieve|count|exists?|check|info|history|status|ping|is|has)(_|$)"
)
"""Names of calls that only ask for something."""
_ADDRESSES = ("url", "path", "endpoint")
_MADE = (How.VALUE, How.ITEM, How.WITH)
_HOPS = 3
_OBJECTS = ("self", "cls")
_HOST = later(r"https?://[^/{}]+")


class Repairs:
    """Answers for one attempt."""

    def __init__(self, semantics: Semantics, attempt: cst.Call) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._attempt = attempt

    def mends(self, call: cst.Call) -> bool:
        """Whether a call that a failure leads to changes something at the same API; what tells of the failure does not."""
        mine = self._sent_by(self._attempt)
        return any(self._is_same_api(mine, its) or self._is_led_to(mine, its, call) for its in self._written_by(call))

    def writes(self, call: cst.Call) -> bool:
        """Whether a call, other than the attempt, may change something over HTTP; what tells of the failure does not."""
        return any(self._written_by(call))

    def _written_by(self, call: cst.Call) -> Iterator[cst.Call]:
        """The requests by which a call changes something: its own, and those of a function of the file."""
        if call is self._attempt or self._tells_of_failure(call):
            return
        functions = self._semantics.functions.run_by(call)
        inner = [one for function in functions for one in self._tree.inside(function.body, cst.Call, into_functions=False)]
        for one in (call, *(one for one in inner if self._semantics.does_http(one) is not None)):
            sent = self._sent_by(one)
            if sent is not self._sent_by(self._attempt) and not self._only_asks(sent):
                yield sent

    def _sent_by(self, call: cst.Call) -> cst.Call:
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

    def _is_led_to(self, mine: cst.Call, its: cst.Call, call: cst.Call) -> bool:
        """Whether a client is sent where the same things lead as those that the address of the attempt is made of.

        ``for asset in session.get(release["assets_url"]).json(): session.delete(asset["url"])``; or ``asset.delete()``, where the attempt
        is ``release.upload_asset(path)`` and the assets are those of ``release``.

        :param call: what sends ``its``: itself, or the call of a function that gets what leads there.
        """
        given = [argument.value for argument in call.args] if call is not its else []
        if self._semantics.attempts.method(mine) is None or self._semantics.attempts.method(its) is None:
            owner = its.func.value if isinstance(its.func, cst.Attribute) else None
            sources = [*([owner] if owner is not None else []), *given]
            return root(mine.func) != "" and any(root(mine.func) in self._origins(source, _HOPS) for source in sources)
        first = {name for value in self._where_to(mine) for name in self._origins(value, _HOPS)}
        second = {name for value in (*self._where_to(its)[:1], *given) for name in self._origins(value, _HOPS)}
        return root(mine.func) == root(its.func) != "" and bool(first & second)

    def _origins(self, value: cst.BaseExpression, hops: int) -> Iterator[str]:
        """The names that a value is read from, and those that these are made of."""
        for name in (value, *self._tree.below(value)):
            if not isinstance(name, cst.Name) or name.value in _OBJECTS or not is_read(self._tree, name):
                continue
            found = [one for one in self._semantics.scopes.reaching(name) if one.how is not How.IMPORT]
            yield from (name.value for _ in found[:1])
            for binding in found if hops else ():
                if binding.value is not None and binding.how in _MADE:
                    yield from self._origins(binding.value, hops - 1)

    def _where_to(self, call: cst.Call) -> list[cst.BaseExpression]:
        """The arguments in which the address of a request may be."""
        named = [argument.value for argument in call.args if argument.keyword is not None and argument.keyword.value in _ADDRESSES]
        return [*named, *[argument.value for argument in call.args if argument.keyword is None][:2]]

    def _address(self, call: cst.Call) -> Iterator[str]:
        """The parts by which an address says whom it is of: its host, variables, the path if there is nothing else."""
        for value in self._where_to(call):
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
