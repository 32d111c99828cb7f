"""ERR504: a response with an error status is a response."""

from __future__ import annotations

from tests.fixes.claims import has_status, raised, returned
from tests.fixes.proof import Proof
from tests.support.answers import Answer


def _answered_with_an_error(answer: Answer) -> bool:
    return answer.status >= 400


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
]
