"""Which of several statements about one error wins."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from errlint.catalogue import Catalogue

LADDER = """
[status.4xx]
retry = "no"

[status.409]
retry = "yes"
wait = "backoff"

[[code]]
names = ["busy"]
status = [409, 423]
retry = "unstated"

[[code.case]]
when = { status = 409 }
retry = "conditional"
change = "a"

[[code.case]]
when = { status = 409, operation = "create part" }
retry = "after_poll"
poll = "the part"

[[code.case]]
when = { operation = "delete part" }
retry = "ambiguous"

[[code.case]]
when = { status = 423, method = ["POST", "PATCH"] }
retry = "no"

[[code.case]]
when = { cause = "nobody can see this" }
retry = "yes"

[[code]]
names = ["mixed"]
status = [409, 404]
retry = "by_status"

[[code]]
names = ["plain"]
status = [404, 410]
retry = "by_status"
"""


@pytest.mark.parametrize(
    ("facts", "retry"),
    [
        ({"code": "busy", "status": 409, "operation": "create part"}, "after_poll"),
        ({"code": "busy", "status": 409, "operation": "Create_Part"}, "after_poll"),
        ({"code": "busy", "status": 409, "operation": "read part"}, "conditional"),
        ({"code": "busy", "status": 409, "operation": "delete part"}, "ambiguous"),
        ({"code": "busy", "status": 409}, "conditional"),
        ({"code": "busy", "status": 423}, "unstated"),
        ({"code": "busy", "status": 423, "method": "post"}, "no"),
        ({"code": "busy", "status": 423, "method": "GET"}, "unstated"),
        ({"code": "busy"}, "unstated"),
        ({"code": "busy", "status": 404}, "unstated"),
        ({"status": 409}, "yes"),
        ({"status": 404}, "no"),
        ({"status": 500}, "unstated"),
        ({"code": "new", "status": 409}, "yes"),
        ({"code": "new"}, "unstated"),
        ({}, "unstated"),
        ({"code": "mixed", "status": 409}, "yes"),
        ({"code": "mixed", "status": 404}, "no"),
        ({"code": "mixed"}, "by_status"),
        ({"code": "plain"}, "no"),
    ],
)
def test_the_more_precise_statement_wins(acme: Callable[[str], Catalogue], facts: dict[str, object], retry: str) -> None:
    assert acme(LADDER).verdict(**facts).retry == retry  # type: ignore[arg-type]


def test_a_verdict_names_the_statement_that_decided(acme: Callable[[str], Catalogue]) -> None:
    catalogue = acme(LADDER)
    polled = catalogue.verdict(code="busy", status=409, operation="create part")
    assert polled.because == "code busy with status 409, operation “create part”"
    assert catalogue.verdict(status=404).because == "status 4xx"
    assert catalogue.verdict(code="new", status=409).because == "code new is not in the catalogue; status 409"
    assert catalogue.verdict(code="mixed", status=404).because == "code mixed, status 4xx"


def test_a_verdict_carries_the_wait_and_the_statement(acme: Callable[[str], Catalogue]) -> None:
    verdict = acme(LADDER).verdict(status=409)
    assert verdict.wait == "backoff"
    assert verdict.says is not None
    assert acme(LADDER).verdict(status=503).says is None


@pytest.mark.parametrize(
    ("statement", "can_succeed"),
    [
        ('retry = "yes"', True),
        ('retry = "no"', False),
        ('retry = "after_change"\nchange = "credits"', False),
        ('retry = "conditional"\nchange = "size"', None),
        ('retry = "after_poll"\npoll = "part"', None),
        ('retry = "ambiguous"', None),
        ('retry = "unstated"', None),
        ('retry = "by_code"', None),
        ('retry = "yes"\ndisputed = "the sample does not"', None),
    ],
)
def test_only_what_is_settled_says_whether_a_repeated_request_can_succeed(
    acme: Callable[[str], Catalogue], statement: str, can_succeed: bool | None
) -> None:
    assert acme(f"[status.418]\n{statement}\n").verdict(status=418).can_succeed is can_succeed
