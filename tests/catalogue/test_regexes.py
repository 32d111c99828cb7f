"""Regular expressions of catalogues: those that could take for ever are refused, the others are quick."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from errlint.catalogue import catalogue_problems, load_catalogue
from errlint.catalogue.regexes import CHOICES, LONGEST_TEXT, REPEATS, finds, refusal

from .conftest import BUILT_IN, HEAD

EXPLODING = [
    "(a+)+$",
    "(a*)*$",
    "(?:a|a)*$",
    "(?:a|aa)+$",
    "(?P<x>a+){2,}$",
    "(a?){40}a{40}$",
    "(?i:a+)+$",
    "(?=(a+))+$",
    r"(a)\1*\1*",
    r"(?P<x>a)(?P=x)",
    "(a)(?(1)a*|b)",
    "a*a*a*a*$",
    ".*a.*a.*a$",
    "a{2,50}a{2,50}a{2,50}$",
    "a?" * 40 + "a" * 40,
    "(a|a)" * 40 + "$",
    "(?x)(a+) +$",
    "(?ix:(a+) +)$",
    "b|(a+)+$",
    "[)](a+)+$",
    "[]a)](a+)+$",
    r"\)(a+)+$",
    "(?#)a+(?#)+",
    "a{99999999999999}",
    "(" * 400 + ")" * 100,
    "(",
    "a" * 501,
]

GOOD = [
    "(?i)rate limit",
    "(?i)please (retry your request again later|wait a few minutes before you try again)",
    "(?i)stack .*does not exist|stack with id|stack .* is gone|.+ (is )?missing",
    r"no such (user|team)\.?$",
    r"(?<=quota )exceeded",
    "[(a+)+]",
    r"\(a+\)+",
    "colou?r",
    "x{3}",
    "(?P<kind>minute|hour) limit",
    "(ab)?c",
]


@pytest.mark.parametrize("regex", EXPLODING)
def test_an_expression_that_could_take_for_ever_is_refused(regex: str) -> None:
    assert refusal(regex) is not None


@pytest.mark.parametrize("regex", GOOD)
def test_expressions_that_people_write_may_be_used(regex: str) -> None:
    assert refusal(regex) is None


@pytest.mark.parametrize(
    "regex",
    ["a*" * REPEATS + "b", ".*" * REPEATS + "(?:a|a)" * CHOICES + "b", "a+" * REPEATS + "a?" * CHOICES + "b", "(?:a|aa)" * CHOICES + "b"],
)
def test_the_worst_that_may_be_used_is_quick(regex: str) -> None:
    assert refusal(regex) is None
    started = time.process_time()
    assert not finds(regex, "a" * 10_000)
    assert time.process_time() - started < 20


def test_only_the_beginning_of_a_text_is_searched() -> None:
    assert finds("b", "a" * (LONGEST_TEXT - 1) + "b")
    assert not finds("b", "a" * LONGEST_TEXT + "b")


def test_it_is_told_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(HEAD + "[envelope]\nmessage_allow = [\n    { regex = 'fine' },\n    { regex = '(a+)+$' },\n]\n")
    [problem] = catalogue_problems(path)
    assert problem.source is not None
    assert problem.line is not None
    assert "(a+)+$" in problem.source.splitlines()[problem.line - 1]
    assert "it repeats a group" in problem.message
    assert "several entries" in str(problem.hint)


def test_the_catalogues_that_are_shipped_have_none_of_them() -> None:
    for path in BUILT_IN.glob("*.toml"):
        for allow in load_catalogue(path).envelope.message_allow:
            assert refusal(allow.regex) is None
