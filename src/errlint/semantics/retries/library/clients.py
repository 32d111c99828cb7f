"""A client that is handed around: does it wait by itself as long as the server says, by the call that made it?"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.names import dotted
from errlint.semantics.retries.library.calls import RetryCalls
from errlint.semantics.retries.library.leaving import BY_ANY_LIBRARY
from errlint.semantics.retries.library.parts import Parts
from errlint.semantics.retries.policy import Attempt
from errlint.sheets.retry import RetrySheet

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


def asks_by_itself(semantics: Semantics, node: cst.CSTNode | None) -> bool | None:
    """False where a call makes a client that does not try again (``max_retries=0``) or does not ask the server; true for other clients that
    libraries have try again; None for what says nothing of that, as ``client.with_options(timeout=5)``.
    """
    if not isinstance(node, cst.Call):
        return None
    calls = RetryCalls(semantics)
    site = calls.at(node)
    if site is None or site.described.sheet.covers != "client":
        return None
    if site.described.sheet.extends and not site.given() and not site.is_open:
        return None
    said = Parts(semantics, calls, BY_ANY_LIBRARY).of_site(site)
    if said.stop is not None and said.stop.attempts is not None and said.stop.attempts <= 1:
        return False
    if said.wait is None:
        return True if site.described.sheet.extends else None
    return said.wait.server is not False


def waits_by_parts(semantics: Semantics, node: cst.CSTNode | None) -> bool | None:
    """Whether what a file mounts on the client that a call makes, ``session.mount(…)``, waits as long as the server says; else None."""
    calls = RetryCalls(semantics)
    for site in calls.all():
        if site.described.sheet.covers == "receiver" and isinstance(site.node, cst.Call) and isinstance(site.node.func, cst.Attribute):
            receiver = semantics.meaning(site.node.func.value)
            if receiver is not None and any(place.node is node for place in receiver.trail):
                said = Parts(semantics, calls, BY_ANY_LIBRARY).of_site(site)
                if said.wait is not None:
                    return said.wait.server is not False
    return None


def is_sent_again(sheet: RetrySheet, attempt: Attempt) -> bool:
    """Whether a client that retries only what some of its methods send retries what an attempt sends."""
    if not sheet.calls:
        return True
    requests = [place.node for place in attempt.trail if place.http and isinstance(place.node, cst.Call)]
    names = {(dotted(call.func) or "").rpartition(".")[2] for call in requests or [attempt.call]}
    return all(any(fnmatchcase(name, pattern) for pattern in sheet.calls) for name in names)


def clients_that_ask(semantics: Semantics, name: str) -> list[bool]:
    """Of the clients that this file makes of the library that the type ``name`` is of: whether each waits as long as the server says."""
    calls, root = RetryCalls(semantics), name.partition(".")[0]
    sites = (calls.at(call) for call in semantics.tree.all(cst.Call))
    made = (site.node for site in sites if site is not None and site.described.name.partition(".")[0] == root)
    return [told for node in made if (told := asks_by_itself(semantics, node)) is not None]
