"""Which known name is told for one that is not known, and which is not."""

from __future__ import annotations

import pytest

from errlint.errors import UsageProblem
from errlint.hints import did_you_mean


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("ERR320", "ERR302"),
        ("ERR11", "ERR101"),
        ("mesage-branch", "message-branch"),
        ("per_file_ignores", "per-file-ignores"),
        ("OPENAI", "openai"),
        ("opena", "openai"),
    ],
)
def test_a_slip_is_told_what_was_meant(name: str, known: str) -> None:
    assert did_you_mean(name, [known, "something-else"]) == f"did you mean '{known}'?"


@pytest.mark.parametrize(("name", "known"), [("seconds", "milliseconds"), ("nope", "openai"), ("x" * 5000, "x" * 5001)])
def test_what_is_no_slip_is_told_what_there_is(name: str, known: str) -> None:
    assert did_you_mean(name, [known, "rest"]) is None
    assert did_you_mean(name, [known, "rest"], else_list="there are") == f"there are {known}, rest"


def test_a_message_cuts_names_that_nobody_reads() -> None:
    problem = UsageProblem(f"there is no rule '{'x' * 3000}'")
    assert len(problem.message) < 200
    assert problem.message.startswith("there is no rule 'xxx")
    assert problem.message.endswith("xxx'")
