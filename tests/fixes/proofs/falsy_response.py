"""ERR504: a response with an error status is a response."""

from __future__ import annotations

from errlint.model import Safety
from tests.fixes.claims import ASKED_ONCE, NEVER_ENDED, Claim, asked, has_status, not_, raised, returned
from tests.fixes.proof import Proof
from tests.support.answers import Answer


def _answered_with_an_error(answer: Answer) -> bool:
    return answer.status >= 400


def _is_a_page(answer: Answer) -> bool:
    return answer.status >= 400 and ("Content-Type", "text/html") in answer.headers


_TOLD_THE_STATUS = Claim("told the status", lambda run, answer: run.returned == f"status {answer.status}")

PROOFS = [
    Proof(
        "ERR504",
        "Test for presence: `…`",
        "falsy_response/bad_answers_that_came.py",
        "Runs().state('r1')",
        "girardai",
        on=has_status(404),
        before=raised("HTTPError"),
        after=returned("gone"),
    ),
    Proof(  # without an answer, the value is None as before
        "ERR504",
        "Test for presence: `…`",
        "falsy_response/bad_values.py",
        "status_of('https://api.girardai.com/v1/runs')",
        "girardai",
        on=_answered_with_an_error,
        before=not_(_TOLD_THE_STATUS),
        after=_TOLD_THE_STATUS,
    ),
    Proof(  # one test is left of two
        "ERR504",
        "Test for presence: `…`",
        "falsy_response/bad_asked_twice.py",
        "limited('https://api.girardai.com/v1/runs')",
        "girardai",
        on=has_status(429),
        before=raised("HTTPError"),
        after=returned(True),
    ),
    Proof(  # what asked once asks without end, for as long as it is told to come again: it has no other limit
        "ERR504",
        "Test for presence: `…`",
        "falsy_response/bad_without_end.py",
        "polled('https://api.girardai.com/v1/runs')",
        "girardai",
        on=has_status(503),
        before=ASKED_ONCE,
        after=NEVER_ENDED,
        only=Safety.UNSAFE,
    ),
    Proof(  # with another limit, it ends
        "ERR504",
        "Test for presence: `…`",
        "falsy_response/bad_without_end.py",
        "polled_for_a_while('https://api.girardai.com/v1/runs')",
        "girardai",
        on=has_status(503),
        before=ASKED_ONCE,
        after=asked(5),
        only=Safety.SAFE,
    ),
    Proof(  # what told of the page of a proxy, with the words of the exception, now takes it for JSON
        "ERR504",
        "Test for presence: `…`",
        "falsy_response/bad_decoded_bodies.py",
        "cancelled('b1', 'https://api.girardai.com/v1')",
        "girardai",
        on=_is_a_page,
        before=returned(False),
        after=raised("JSONDecodeError"),
        changes=_answered_with_an_error,
        only=Safety.UNSAFE,
    ),
    Proof(
        "ERR504",
        "Test for absence: `…`",
        "falsy_response/bad_answers_that_came.py",
        "Runs().reachable('r1')",
        "girardai",
        on=_answered_with_an_error,
        before=returned(False),
        after=returned(True),
    ),
    Proof(
        "ERR504",
        "Test for absence: `…`",
        "falsy_response/bad_decoded_bodies.py",
        "stopped('b1', 'https://api.girardai.com/v1')",
        "girardai",
        on=_is_a_page,
        before=raised("BuildError"),
        after=raised("JSONDecodeError"),
        changes=_answered_with_an_error,
        only=Safety.UNSAFE,
    ),
]
