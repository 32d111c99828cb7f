"""Policies that are set up with a library: decorators, loops over its objects, mounted adapters, clients with retries of their own.

What each call says is in the sheets (:mod:`errlint.sheets.retry`); this module names no library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.meaning import Place
from errlint.semantics.retries.library.calls import RetryCalls, RetrySite
from errlint.semantics.retries.library.clients import is_sent_again
from errlint.semantics.retries.library.coverage import Coverage, Covered
from errlint.semantics.retries.library.parts import ABOUT, Parts
from errlint.semantics.retries.library.said import Again, Said
from errlint.semantics.retries.library.telling import Telling
from errlint.semantics.retries.library.values import is_nothing
from errlint.semantics.retries.policy import Retried, RetryPolicy, Stop, Wait, seen_in
from errlint.semantics.retries.sent.renewals import CREDENTIALS
from errlint.semantics.values.status_sets import Range, statuses

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.program.tree import Tree

_CLIENT_ERRORS = statuses(400, 500)


@dataclass(eq=False)
class _Found:
    """A policy on its way: the site that decides, and all that it covers."""

    site: RetrySite
    root: RetrySite
    covered: Covered


def library_policies(semantics: Semantics) -> Iterator[RetryPolicy]:
    """The policies of one file."""
    calls = RetryCalls(semantics)
    sites = list(calls.all())
    if not sites:
        return
    coverage = Coverage(semantics, calls)
    by_site: dict[cst.CSTNode, _Found] = {}
    of_clients = {inner.node for site in sites if _covers_client(site) for inner in _inside(site, calls)}
    for site in sites:
        sheet = site.described.sheet
        passed = {item.argument.name for item in site.given()}
        if (not sheet.covers and not sheet.http) or (sheet.needs and sheet.needs not in passed and not site.is_open):
            continue
        deciding = _deciding(site, calls, semantics.tree)
        if sheet.builtin and deciding is site and _is_told_otherwise(site, calls):
            continue
        covered = coverage.of(site)
        found = by_site.setdefault(deciding.node, _Found(deciding, site, covered))
        if found.covered is not covered:
            found.root = site if sheet.covers else found.root
            found.covered.extend(covered)
    for found in by_site.values():
        covers_client = _covers_client(found.root) or found.site.node in of_clients
        yield from _policy(found, semantics, calls, coverage, covers_client=covers_client)


def _covers_client(site: RetrySite) -> bool:
    return site.described.sheet.covers in ("client", "receiver", "call")


def _inside(site: RetrySite, calls: RetryCalls) -> Iterator[RetrySite]:
    """What a site may be handed as its policy, at any depth; one of two, where a setting chooses."""
    seen, left = {site.node}, [site]
    while left:
        for item in left.pop().given():
            inner = calls.behind(item.value) if "policy" in item.argument.says else ()
            new = [one for one in inner if one.node not in seen]
            seen.update(one.node for one in new)
            left += new
            yield from new


def _is_told_otherwise(site: RetrySite, calls: RetryCalls) -> bool:
    """Whether a client is handed a policy of which nothing is known: it may be the one that retries nothing."""
    handed = [item.value for item in site.given() if "policy" in item.argument.says]
    return any(not is_nothing(value) and not calls.behind(value) for value in handed)


def _deciding(site: RetrySite, calls: RetryCalls, tree: Tree) -> RetrySite:
    """The call of this file that says what is retried: the `Retry` inside of the adapter that is mounted."""
    for item in site.given():
        if "policy" in item.argument.says:
            inner = calls.behind(item.value)
            if len(inner) == 1 and inner[0].node in tree.order:
                return _deciding(inner[0], calls, tree)
    return site


def _seen_here(said: Said, site: RetrySite, semantics: Semantics) -> Said:
    """What a site says, where the argument that brings it from another module stands for what is written there."""
    tree = semantics.tree

    def use(about: str) -> cst.CSTNode:
        given = [item for item in site.given() if ABOUT[about].intersection(item.argument.says)]
        return next((item.value for item in given if item.value in tree.order), site.node)

    return replace(
        said,
        again=said.again and replace(said.again, places=seen_in(said.again.places, tree, use("again"))),
        wait=said.wait and said.wait.seen_in(tree, use("wait")),
        stop=said.stop and said.stop.seen_in(tree, use("stop")),
    )


def _policy(found: _Found, semantics: Semantics, calls: RetryCalls, coverage: Coverage, *, covers_client: bool) -> Iterator[RetryPolicy]:
    covered = found.covered
    leaving = coverage.leaving(covered, looks_at_answers=found.site.described.sheet.looks_at_answers)
    parts = Parts(semantics, calls, leaving)
    said = _seen_here(parts.of_site(found.root, covered.said), found.site, semantics)
    stop = said.stop or Stop()
    if (said.again is None and said.wait is None and said.stop is None) or (stop.attempts is not None and stop.attempts <= 1):
        return
    node: cst.CSTNode = found.site.node
    if not isinstance(node, cst.Call):
        node = semantics.tree.parent[node]
        node = semantics.tree.parent[node] if isinstance(node, cst.Arg) else node  # the call that is told to retry
    sheet = found.site.described.sheet
    handed = list(_inside(found.site, calls))  # by another module, else one of them decided
    builtin = sheet.builtin and not handed
    # with no failure among it, it waits for something to be there
    after_failures = said.again is None or said.again.after_failures
    sent = covered.attempts if after_failures else ()
    attempts = [
        attempt
        for attempt in sent
        if (not said.methods or attempt.method is None or attempt.method in said.methods) and is_sent_again(sheet, attempt)
    ]
    retried = (said.again or Again()).retried
    wait, sites, telling = said.wait or Wait(), (found.site, found.root), Telling(semantics, calls)
    answered = False
    only_credentials = not retried.statuses.must & _CLIENT_ERRORS & ~CREDENTIALS and retried.statuses.must & CREDENTIALS
    if only_credentials and telling.renewed_beside(sites, covered.code):
        retried = replace(retried, statuses=Range(retried.statuses.may, retried.statuses.must & ~CREDENTIALS))
    if wait.server is False and retried.named:
        answered = telling.comes_along(sites, leaving, retried.named, seen=bool(covered.attempts)) or _looks_at_answers(
            (*handed, found.site)
        )
        wait = replace(wait, server=None) if telling.asked_beside(sites, covered.code) else wait
    evidence: Place | None = None
    if not covered.attempts and after_failures:
        evidence = _evidence(found, [*handed, found.site], retried, telling, builtin=builtin)
    yield RetryPolicy(
        found.site.described.library,
        node,
        tuple(attempts),
        retried,
        wait,
        stop,
        methods=said.methods or None,
        evidence=(evidence,) if evidence is not None else (),
        covers_client=covers_client,
        covers_call=found.root.described.sheet.covers == "call",
        builtin=builtin,
        code=tuple(covered.code),
        answered=answered,
    )


def _looks_at_answers(sites: Iterable[RetrySite]) -> bool:
    """Whether it is the library itself that sees the answer, and does not ask it how long to wait."""
    return any(site.described.sheet.http and site.described.sheet.default.server is False for site in sites)


def _evidence(found: _Found, sites: list[RetrySite], retried: Retried, telling: Telling, *, builtin: bool) -> Place | None:
    """What shows that a retry with no attempt to be seen is about HTTP."""
    node = found.site.node
    of_http = next((site for site in sites if site.described.sheet.http), None)
    if of_http is not None:
        return Place(node, f"`{of_http.described.name}` retries HTTP requests")
    if retried.named and not builtin:
        return Place(retried.places[-1].node if retried.places else node, "asks for the status of the answer")
    if not found.covered.code and not builtin and telling.speaks_of_answers(found.site):
        return Place(node, "names errors that stand for the status of an answer")
    return None
