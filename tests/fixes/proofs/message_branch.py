"""ERR101: the test on the code, or on the status, takes the branch whatever the wording is."""

from __future__ import annotations

from tests.fixes.claims import both, has_code, raised, returned
from tests.fixes.proof import Proof
from tests.support.answers import REWORDED, Answer


def _reworded(answer: Answer) -> bool:
    return answer.text == REWORDED


def _without_a_code(answer: Answer) -> bool:
    return answer.status >= 400 and not answer.code and isinstance(answer.body, dict)


PROOFS = [
    Proof(
        "ERR101",
        "Test the error code",
        "message_branch/bad_girardai.py",
        "workflow('w1')",
        "girardai",
        on=both(has_code("WORKFLOW_NOT_FOUND"), _reworded),
        before=raised("KeyError"),
        after=returned(None),
        changes=_without_a_code,  # the missing key has another name
    ),
    Proof(
        "ERR101",
        "Test the status",
        "message_branch/bad_str_of_exception.py",
        "missing('https://shop.example.com/items/404')",
        "http",
        on=lambda answer: answer.is_error and not answer.fault and answer.status != 404,
        before=returned(None),  # the number stands in the URL
        after=raised("HTTPError"),
    ),
    Proof(
        "ERR101",
        "Test the status",
        "message_branch/bad_str_of_exception.py",
        "not_missing('https://shop.example.com/items/7')",
        "http",
        on=lambda answer: answer.status == 404 and answer.reason is not None,
        before=raised("HTTPError"),
        after=returned(None),
    ),
]
