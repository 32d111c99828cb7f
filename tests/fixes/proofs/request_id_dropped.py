"""ERR401: who catches the new error can find the request id of the old one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.fixes.claims import LEADS_TO_THE_ID, Selector, has_an_id, not_, nothing, raised
from tests.fixes.proof import Proof
from tests.support.answers import Answer
from tests.support.wires import as_it_is, aws_json, aws_xml

Wire = Callable[[Answer], Answer]


def has_none(answer: Answer) -> bool:
    """Errors of proxies, which come without."""
    return answer.status >= 400 and not answer.request_id


def reaches_the_client(answer: Answer) -> bool:
    """PyGithub's own retries of these end in an error of requests."""
    return 400 <= answer.status < 500 and not (answer.status == 403 and any(name == "Retry-After" for name, _ in answer.headers))


def of_slack(answer: Answer) -> bool:
    """Anything but a success: Slack's errors come with 200."""
    return answer.is_error and not answer.fault


def _proof(
    fix: str,
    client: str,
    call: str,
    *,
    error: str,
    api: str = "github",
    on: Selector = has_an_id,
    changes: Selector = nothing,
    wire: Wire = as_it_is,
) -> Proof:
    before, after = raised(error) & not_(LEADS_TO_THE_ID), raised(error) & LEADS_TO_THE_ID
    return Proof("ERR401", fix, client, call, api, on=on, before=before, after=after, changes=changes, wire=wire)


GITHUB = "request_id_dropped/bad_github.py"
RAISES = "request_id_dropped/bad_all_raises.py"
AIOHTTP = "request_id_dropped/bad_aiohttp.py"
SDKS = "request_id_dropped/bad_sdks.py"
AWS = "request_id_dropped/bad_aws.py"
cause = partial(_proof, "Name the cause: `…`", on=lambda answer: answer.status >= 400)
hidden = partial(_proof, "Name the cause instead of hiding it: `…`", changes=has_none)

PROOFS = [
    cause(GITHUB, "tags('o/r')", error="RuntimeError"),
    hidden(GITHUB, "labels('o/r')", error="RuntimeError"),
    _proof("Pass it on: `…`", GITHUB, "issues('o/r')", error="HubError"),
    _proof("Add the request id to the text: `…`", GITHUB, "repository('o/r')", error="RuntimeError", changes=has_none),
    _proof("Give the class a place for it: `…`", GITHUB, "star('o/r')", error="BareHubError", changes=has_none),
    _proof(
        "Give the class a place for it: `…`",
        RAISES,
        "closed('o/r', 1)",
        error="NotThere",
        on=lambda answer: has_an_id(answer) and answer.status == 404,
        changes=lambda answer: answer.status >= 400,
    ),
    cause(AIOHTTP, "tags('o/r')", error="RuntimeError"),
    hidden(AIOHTTP, "labels('o/r')", error="RuntimeError"),
    _proof("Pass it on: `…`", AIOHTTP, "issues('o/r')", error="HubError"),
    _proof("Add the request id to the text: `…`", AIOHTTP, "repository('o/r')", error="RuntimeError", changes=has_none),
    _proof("Give the class a place for it: `…`", AIOHTTP, "star('o/r')", error="BareHubError", changes=has_none),
    cause(SDKS, "answer('q')", error="AssistantError", api="openai"),
    hidden(SDKS, "image('t')", error="ValueError", api="openai", on=lambda answer: answer.status == 400, changes=nothing),
    cause(SDKS, "post('c', 't')", error="RuntimeError", api="slack", on=of_slack),
    cause(SDKS, "branch('o/r')", error="LookupError", on=reaches_the_client),
    cause(SDKS, "charge(1)", error="RuntimeError", api="stripe", on=lambda answer: answer.is_error),
    cause(AWS, "load('k')", error="StoreError", api="aws", wire=aws_xml),
    hidden(AWS, "send('q', 't')", error="RuntimeError", api="aws", wire=aws_json),
]
