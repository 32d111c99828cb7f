"""An error code taken for an HTTP status, or the reverse

`error["code"] == 404` compares the API's code, a text such as `RESOURCE_NOT_FOUND`, with a number; `response.status_code == "429"` compares
a number with a text. Python answers both with False, always, and without a word.

## Why

Many documents call statuses "error codes", and many APIs have both: a status for HTTP and a code for programs. Values of different
types are never equal in Python, so the branch is dead; the error is handled like any other.

## Example

```python
import requests

answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
if answer.status_code == "429":
    print("slow down")
elif answer.json()["error"]["code"] == 404:
    print("gone")
```

## Use instead

```python
import requests

answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
if answer.status_code == 429:
    print("slow down")
elif answer.status_code == 404:
    print("gone")
```

## Fix safety

Safe where only the type of the literal changes, in the test itself: it could not be true before, or only be true (`!=`, `not in`). Unsafe
where the test asks for something else afterwards, the status instead of the code.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import Catalogue, CodeTest, Context, Finding, Fix, Kind, Literal, Meaning, Place, Safety, Severity, Way, rule


@rule(
    "ERR103",
    on=(cst.Comparison, cst.Call, cst.Subscript, cst.MatchCase),
    since="0.1",
    severity=Severity.ERROR,
    uses=("code",),
    screen=lambda code: code.tells_errors and code.tests_values,
)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    if not any(_may_be_confused(literal.value, ctx) for literal in ctx.literals_asked_for(node)):
        return  # most tests are about something else
    for test in ctx.code_tests(node):
        for literal in test.asked:
            confused = _confusion(test, literal, ctx)
            tests = ctx.tests_asking_for(literal) if confused is not None else []
            # a constant may serve tests of both: it is wrong only if it is wrong for all
            if confused is None or tests[0] is not test or any(_confusion(other, literal, ctx) is None for other in tests):
                continue
            message, remedy, fix = confused
            yield ctx.finding(
                literal.node,
                message,
                trail=[*test.subject.trail, Place(test.node, f"{test.way.value} {literal.value!r}")],
                api=test.subject.catalogue,
                remedy=remedy,
                fix=fix,
            )


def _may_be_confused(value: str | int, ctx: Context) -> bool:
    """Whether a value can be of the wrong type, whatever it is compared with: a number, in digits or not, or the name of a code."""
    return isinstance(value, int) or value.isdigit() or value in ctx.semantics.catalogues.code_names


def _confusion(test: CodeTest, literal: Literal, ctx: Context) -> tuple[str, str, Fix | None] | None:
    """What is wrong with asking this subject for this value; with the remedy and the fix."""
    if not test.origin.pure or literal.value in test.origin.defaults:
        return None
    if test.subject.kind is Kind.STATUS:
        return _status(test, literal, ctx) if _is_declared(test.subject, ctx) else None
    return _code(test, literal, ctx)


def _is_declared(subject: Meaning, ctx: Context) -> bool:
    """Whether a library's sheet says that this is the status: what is only called one, by an unknown type, may be a text.

    An exception of the project has it as a number where it is given that of a library.
    """
    sheet = subject.origin.sheet if subject.origin is not None else None
    if not subject.proven or sheet is None:
        return False
    return ctx.semantics.own_numbers.has(subject) if ctx.is_of_project(sheet) else not sheet.told_by


def _status(test: CodeTest, literal: Literal, ctx: Context) -> tuple[str, str, Fix | None] | None:
    value, api = literal.value, test.subject.catalogue
    if test.subject.path or not isinstance(value, str):
        return None  # a status inside a body may be anything; only that of a library is known to be a number
    if _is_status(value):
        return (
            f"the status is a number, and never equal to '{value}'",
            f"compare it with {value}",
            _retyped(test, literal, str(int(value)), ctx),
        )
    if api is not None and value in api.names:
        return f"the status is a number, and never equal to the error code `{value}`", "test the error code", None
    return None


def _code(test: CodeTest, literal: Literal, ctx: Context) -> tuple[str, str, Fix | None] | None:
    api, place, value = test.subject.catalogue, ctx.code_place(test.subject), literal.value
    if api is None or place is None:
        return None
    types = {one.type for one in api.envelope.code}
    if types == {"int"} and isinstance(value, str):
        if not value.isascii() or not value.isdigit():
            return None
        return (
            f"error codes of {api.name} are numbers, and never equal to '{value}'",
            f"compare it with {value}",
            _retyped(test, literal, str(int(value)), ctx),
        )
    if not types <= {"str", "canonical"}:
        return None
    # a text of digits can be a code, unless the catalogue shows that codes look different
    impossible = isinstance(value, int) or (_is_status(value) and (api.envelope.codes == "complete" or not place.spells(value)))
    known = api.code(str(value)) is not None
    if not impossible or (known and isinstance(value, str)):
        return None
    what = f"the number {value}" if isinstance(value, int) else f"'{value}'"
    message = f"an error code of {api.name} is a text, and never equal to {what}"
    if known:
        return message, f"compare it with '{value}'", _retyped(test, literal, f'"{value}"', ctx)
    status = int(value) if _is_status(str(value)) else None
    return message, _remedy(status, api), _other_test(test, status, ctx)


def _is_status(value: str) -> bool:
    return len(value) == 3 and value.isascii() and value.isdigit() and "100" <= value <= "599"


def _remedy(status: int | None, api: Catalogue) -> str:
    if status is None:
        return f"`errlint catalogue show {api.id}` lists its codes"
    codes = api.codes_at(status)
    return "test the status" + (f", or one of its codes: {', '.join(codes)}" if codes else "")


def _retyped(test: CodeTest, literal: Literal, written: str, ctx: Context) -> Fix | None:
    """The literal as a number, or a number as a text; only where it stands in the test itself."""
    node = literal.node
    if not isinstance(node, (cst.SimpleString, cst.Integer)) or test.node not in ctx.ancestors(node):
        return None
    if isinstance(test.node, cst.Comparison) and any(isinstance(one.operator, (cst.Is, cst.IsNot)) for one in test.node.comparisons):
        return None  # which is no question about numbers and texts
    kind = "number" if isinstance(node, cst.SimpleString) else "text"
    return ctx.fix(Safety.SAFE, f"Compare with the {kind} `{written}`", ctx.replace(node, written))


def _other_test(test: CodeTest, status: int | None, ctx: Context) -> Fix | None:
    """The test of the status that was meant."""
    if status is None or test.way is not Way.EQUAL:
        return None
    replacement = ctx.replacement((str(status),), test.subject, test.node, negated=test.negated)
    return ctx.fix(Safety.UNSAFE, f"Test {replacement.what}", ctx.replace(test.node, replacement.code)) if replacement else None
