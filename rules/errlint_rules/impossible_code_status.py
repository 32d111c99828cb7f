"""An error code tested under a status that it never comes with

The branch asks for a code and for a status that the API never sends together. One of the two is wrong, and the branch is dead.

## Why

A code and a status are two names of one error. A branch for a pair that does not exist looks handled, and is not: `TIMEOUT` under 503,
where the API answers 504, is met by whatever comes next. Which of the two was meant only the author can say, so there is no fix.

errlint speaks where the catalogue says that it knows all statuses of a code. What counts is a test on the way that asks for a status, or
for a class of them, of the same answer: `status == 503`, `if status != 503: return`, `status >= 500`, the class of an exception. To ask
for a code besides a status that was ruled out (`status == 429 or code == "RATE_LIMITED"`) is caution, and no mistake.

## Example

```python
import requests

answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
if answer.status_code == 503 and "json" in answer.headers["Content-Type"]:
    if answer.json()["error"]["code"] == "TIMEOUT":
        print("too much at once")
```

## Use instead

```python
import requests

answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
if answer.status_code == 504 and "json" in answer.headers["Content-Type"]:
    if answer.json()["error"]["code"] == "TIMEOUT":
        print("too much at once")
```

## Fix safety

There is no fix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from errlint.rule import Catalogue, CodeTest, Context, Finding, Kind, Place, Severity, Way, rule

_CLASS = 100
"""Statuses; tests that leave more than one class of them rule something out, and ask for nothing."""


@rule(
    "ERR104",
    on=(cst.Comparison, cst.MatchCase),
    since="0.1",
    severity=Severity.ERROR,
    preview=True,
    uses=("status",),
    screen=lambda code: code.tells_errors and (code.tests_words or code.tests_values),
)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for test in ctx.code_tests(node):
        if test.subject.kind is Kind.CODE:
            yield from _code_under_status(test, ctx)
        else:
            yield from _status_under_code(test, ctx)


def _code_under_status(test: CodeTest, ctx: Context) -> Iterator[Finding]:
    """``if status == 503: … if code == "TIMEOUT"``."""
    api = test.subject.catalogue
    if api is None or test.negated or test.origin.fold or not test.complete or ctx.code_place(test.subject) is None:
        return
    comes_with = _statuses(test.values, api)
    possible = ctx.statuses_at(test.node, test.subject)
    if comes_with and 0 < possible.bit_count() <= _CLASS and comes_with.isdisjoint(_members(possible)):
        named = _names(test.values)
        yield ctx.finding(
            test.node,
            f"{named} never {'comes' if len(test.values) == 1 else 'come'} with {_shown(_members(possible))}, so this is never true",
            trail=[*test.subject.trail, Place(test.node, f"{test.way.value} {named}, where the status is {_shown(_members(possible))}")],
            api=api,
            remedy=f"{api.name} sends {named} with {_shown(comes_with)}",
        )


def _status_under_code(test: CodeTest, ctx: Context) -> Iterator[Finding]:
    """``if code == "TIMEOUT": … if status == 503``."""
    api = test.subject.catalogue
    codes = ctx.codes_at(test.node, test.subject)
    if api is None or test.negated or not test.complete or not codes or test.way is Way.CASE:
        return
    comes_with = _statuses(codes, api)
    if comes_with and comes_with.isdisjoint(test.values):
        asked = _shown(value for value in test.values if isinstance(value, int))
        named = _names(sorted(codes))
        yield ctx.finding(
            test.node,
            f"{named} never {'comes' if len(codes) == 1 else 'come'} with {asked}, so this is never true",
            trail=[*test.subject.trail, Place(test.node, f"{test.way.value} {asked}, where the code is {named}")],
            api=api,
            remedy=f"{api.name} sends {named} with {_shown(comes_with)}",
        )


def _statuses(codes: Iterable[object], api: Catalogue) -> frozenset[int]:
    """All statuses that the codes can come with; empty when that is not known of one of them."""
    found = [api.only_statuses_of(str(code)) for code in codes]
    return frozenset(status for statuses in found for status in statuses) if all(found) else frozenset()


def _members(statuses: int) -> frozenset[int]:
    return frozenset(status for status in range(600) if statuses >> status & 1)


def _shown(statuses: Iterable[int]) -> str:
    """`503`, `429 or 503`, `5xx`, `400 to 451`."""
    numbers = sorted(statuses)
    if len(numbers) > 3 and numbers[-1] - numbers[0] == len(numbers) - 1:
        start, end = numbers[0], numbers[-1]
        return f"{start // 100}xx" if start % 100 == 0 and end == start + 99 else f"{start} to {end}"
    return " or ".join(map(str, numbers)) if len(numbers) <= 3 else f"one of {', '.join(map(str, numbers))}"


def _names(codes: Iterable[object]) -> str:
    return " and ".join(f"`{code}`" for code in codes)
