"""Could the wait of a retry of a library know what the server says about it, and does code beside the wait ask?

A library hands its wait the exception, or the result, of the attempt. It knows of Retry-After if that carries the answer: an exception of
an HTTP library does, one of the project does if it keeps the response or its headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.names import dotted
from errlint.semantics.retries.library.calls import RetryCalls, RetrySite
from errlint.semantics.retries.library.leaving import Leaving
from errlint.semantics.retries.outcomes import LIMITED
from errlint.semantics.retries.sent.renewals import any_renews
from errlint.semantics.retries.words import ANSWER_WORDS
from errlint.semantics.values.types import UNKNOWN_TYPE

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

Function = cst.FunctionDef | cst.Lambda
_HOPS = 2
"""How many calls of functions of the file are followed."""


class Telling:
    """Answers for the retries of one file."""

    def __init__(self, semantics: Semantics, calls: RetryCalls) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._calls = calls
        self._named = 0

    # does other code ask? ----------------------------------------------------------------------------------------------------------

    def asked_beside(self, sites: Iterable[RetrySite], code: Iterable[cst.CSTNode]) -> bool:
        """Whether a predicate, a callback or the attempt itself reads what the server says: it may have waited already."""
        handed = [function for site in sites for function in self._functions_in(site)]
        return any(self._asks(region, _HOPS) for region in (*handed, *code))

    def renewed_beside(self, sites: Iterable[RetrySite], code: Iterable[cst.CSTNode]) -> bool:
        """Whether a callback or the attempt itself gets new credentials: `on_backoff=log_in`."""
        sites = list(sites)
        handed = [function for site in sites for function in self._functions_in(site)]
        named = [passed.value for site in sites for passed in site.passed]
        return any_renews(self._semantics, (*handed, *named, *code))

    def _asks(self, region: cst.CSTNode, hops: int) -> bool:
        waits = self._semantics.waits
        body = region.body if isinstance(region, (cst.FunctionDef, cst.Lambda, cst.For)) else region
        if waits.said.is_read_in(body):
            return True
        called = {function for node in self._tree.inside(body, cst.Call) for function in self._run_by(node)}
        return bool(hops) and any(self._asks(function, hops - 1) for function in called)

    def _run_by(self, call: cst.Call) -> list[cst.FunctionDef]:
        return self._semantics.functions.run_by(call)

    def _functions_in(self, site: RetrySite, hops: int = 3) -> Iterator[Function]:
        """The functions that a site's arguments are, those of the parts among them included, and the methods of a class of the project."""
        call = site.node
        if not isinstance(call, cst.Call):
            return
        yield from self._semantics.functions.methods_of(call.func)
        for passed in site.passed:
            for node in (passed.value, *self._tree.below(passed.value, into_functions=False)):
                if isinstance(node, (cst.Name, cst.Attribute, cst.Lambda)):
                    yield from self._semantics.functions.behind(node)
                elif isinstance(node, cst.Call):
                    yield from self._run_by(node)
            if isinstance(passed.value, (cst.Name, cst.Attribute)) and hops:
                for inner in self._calls.behind(passed.value):
                    yield from self._functions_in(inner, hops - 1)

    def speaks_of_answers(self, site: RetrySite) -> bool:
        """Whether a retry names types of its own library, which is one for HTTP, that are raised for statuses.

        Of a library for retries alone this says nothing: what it will run may raise these for no status.
        """
        libraries = self._semantics.libraries
        for item in site.given():
            named = self._semantics.predicates.types.named(item.value) if "types" in item.argument.says else []
            for sheet in filter(None, map(libraries.type, named)):
                if (sheet.carries_status or sheet.covers_status) and libraries.is_of(sheet.name, site.described.library):
                    return True
            inner = self._calls.behind(item.value) if {"retried", "types"}.intersection(item.argument.says) else ()
            if any(self.speaks_of_answers(part) for part in inner if part.node is not site.node):
                return True
        return False

    # does the answer come along? ---------------------------------------------------------------------------------------------------

    def comes_along(self, sites: Iterable[RetrySite], leaving: Leaving, named: int, *, seen: bool) -> bool:
        """Whether what the wait is handed after the named statuses (of which 429 decides, if it is there) carries the answer.

        :param leaving: how outcomes leave the attempt; :param seen: whether an attempt is seen at all.
        """
        self._named = named & 1 << LIMITED or named
        if seen and leaving.returned & self._named:
            return True
        for one in leaving.raised if seen else ():
            if one.outcomes & self._named and (not one.types or any(map(self._carries, one.types))):
                return True
        return any(self._is_told_of_it(site) for site in sites)

    def _is_told_of_it(self, site: RetrySite) -> bool:
        """Whether the retry's own words, types and predicates, speak of errors that carry it."""
        types = self._semantics.predicates.types
        for item in site.given():
            named = types.named(item.value) if "types" in item.argument.says else []
            inner = self._calls.behind(item.value)
            if any(map(self._carries, named)) or any(self._is_told_of_it(part) for part in inner if part.node is not site.node):
                return True
        return any(self._looks_at_it(function) for function in self._functions_in(site))

    def _looks_at_it(self, predicate: Function, hops: int = _HOPS) -> bool:
        types = self._semantics.predicates.types
        for node in self._tree.below(predicate.body):
            if isinstance(node, cst.Attribute) and (node.attr.value in ANSWER_WORDS or node.attr.value == "headers"):
                return True
            if not isinstance(node, cst.Call):
                continue
            if dotted(node.func) == "isinstance" and len(node.args) == 2 and any(map(self._carries, types.named(node.args[1].value))):
                return True
            if hops and any(self._looks_at_it(function, hops - 1) for function in self._run_by(node)):
                return True
        return False

    def _carries(self, name: str) -> bool:
        """Whether an exception of this type, for a named status, has the answer or its headers."""
        sheet = self._semantics.types.type(name) if name != UNKNOWN_TYPE else None
        if sheet is None:
            return False
        of_project = self._semantics.types.is_of_project(sheet)
        if not of_project and not self._semantics.predicates.types.covers([name]).may & self._named:
            return False
        return self._semantics.headers.of_exception(sheet)
