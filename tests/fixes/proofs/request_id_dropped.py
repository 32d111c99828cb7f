"""ERR401: who catches the new error can find the request id of the old one."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import LEADS_TO_THE_ID, Selector, not_, nothing, raised
from tests.fixes.proof import Proof
from tests.support.answers import Answer


def has_an_id(answer: Answer) -> bool:
    """Errors that come with a request id."""
    return answer.status >= 400 and bool(answer.request_id)


def has_none(answer: Answer) -> bool:
    """Errors of proxies, which come without."""
    return answer.status >= 400 and not answer.request_id


def _proof(fix: str, client: str, call: str, error: str, *, on: Selector = has_an_id, changes: Selector = nothing) -> Proof:
    before, after = raised(error) & not_(LEADS_TO_THE_ID), raised(error) & LEADS_TO_THE_ID
    return Proof("ERR401", fix, client, call, "github", on=on, before=before, after=after, changes=changes)


GITHUB = "request_id_dropped/bad_github.py"
cause = partial(_proof, "Name the cause: `…`", on=lambda answer: answer.status >= 400)

PROOFS = [
    cause(GITHUB, "tags('o/r')", "RuntimeError"),
    _proof("Name the cause instead of hiding it: `…`", GITHUB, "labels('o/r')", "RuntimeError", changes=has_none),
    _proof("Pass it on: `…`", GITHUB, "issues('o/r')", "HubError"),
    _proof("Add the request id to the text: `…`", GITHUB, "repository('o/r')", "RuntimeError", changes=has_none),
    _proof("Give the class a place for it: `…`", GITHUB, "star('o/r')", "BareHubError", changes=has_none),
]
