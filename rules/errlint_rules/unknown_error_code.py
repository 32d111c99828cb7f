"""An error code that the API does not have

A code is compared with a value that is none of the API's codes: a slip of the pen, the wrong case, the code of another API. The comparison
is never true, so the error that it was written for is handled like any other.

## Why

Nothing fails when a code is misspelt: the branch is merely never taken, which shows on the day of the error, in production. Codes are made
for machines, compared letter by letter, and every API spells its own: what is `RATE_LIMITED` for one is `rate_limit_exceeded` for the next.

errlint speaks where the API's catalogue settles it: a value that is nearly one of its codes, that is not spelt as its codes are, or, if the
catalogue says that its list is complete, any value that is not in it. It is silent about values that the program sets itself, such as
the default of `error.get("code", "unknown")`, and about lists that hold the right spelling as well.

## Example

```python
import requests

answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
if answer.status_code >= 400 and "json" in answer.headers["Content-Type"]:
    code = answer.json()["error"]["code"]
    if code == "RATE_LIMIT_EXCEDED":
        print("slow down")
```

## Use instead

```python
import requests

answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
if answer.status_code >= 400 and "json" in answer.headers["Content-Type"]:
    code = answer.json()["error"]["code"]
    if code in {"RATE_LIMIT_EXCEEDED", "RATE_LIMITED"}:
        print("slow down")
```

## Fix safety

The fix corrects the case, or one letter, where only one code of the API is that near. It is safe where the value stands in the test itself:
the test could not be true for it, and now is for the error that it names. A value in a constant may be used for something else as
well, so that fix is unsafe.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import Catalogue, CodeTest, Context, Finding, Fix, Literal, Place, Safety, Severity, is_slip, one_edit_apart, rule


@rule(
    "ERR102",
    on=(cst.Comparison, cst.Call, cst.Subscript, cst.MatchCase),
    since="0.1",
    severity=Severity.ERROR,
    preview=True,
    uses=("code",),
    screen=lambda code: code.tells_errors and code.tests_words,
)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for test in ctx.code_tests(node):
        api = test.subject.catalogue
        for literal in test.asked if api is not None else ():
            # a constant that several tests share is reported once, and only if all of them ask this API for it
            tests = ctx.tests_asking_for(literal)
            if api is None or tests[0] is not test or any(not _asks_in_vain(other, literal, ctx) for other in tests):
                continue
            near = api.near(str(literal.value))
            owner = _owner(str(literal.value), api, ctx)
            yield ctx.finding(
                literal.node,
                f"`{literal.value}` is no error code of {api.name}" + (f", but one of {owner.name}" if owner and not near else ""),
                trail=[*test.subject.trail, Place(test.node, f"{test.way.value} `{literal.value}`")],
                api=api,
                remedy=f"did you mean {' or '.join(f'`{code}`' for code in near)}?" if near else _remedy(api),
                fix=_fix(test, literal, near, ctx),
            )


def _asks_in_vain(test: CodeTest, literal: Literal, ctx: Context) -> bool:
    """Whether the test can never find the value, because the API has no such code."""
    api, place, value = test.subject.catalogue, ctx.code_place(test.subject), literal.value
    if api is None or place is None or not test.origin.pure or value in test.origin.defaults:
        return False
    if not isinstance(value, str) or not value or value != "".join(value.split()) or value.isdigit():
        return False
    if api.code(value) is not None or value in {test.origin.spelling(code) for code in api.names}:
        return False
    near = api.near(value)
    if _is_deliberate(test, value, near, ctx):
        return False
    misspelt = place.case and not place.spells(value) and not test.origin.fold
    return bool(near or misspelt) or api.envelope.codes == "complete"


def _is_deliberate(test: CodeTest, value: str, near: tuple[str, ...], ctx: Context) -> bool:
    """Whether the right spelling is asked for, too: then the other one is there on purpose, for another version or a proxy."""
    if near and one_edit_apart(value, near[0]):
        return not set(test.values).isdisjoint(near)  # nobody handles a slip in an arm of its own
    asked = {other.value for group in (test, *ctx.tests_beside(test)) for other in group.asked}
    return not asked.isdisjoint(near)


def _owner(code: str, api: Catalogue, ctx: Context) -> Catalogue | None:
    """The API that has the code, if it is one other alone."""
    owners = [other for other in ctx.catalogues if other.id != api.id and code in other.names]
    return owners[0] if len(owners) == 1 else None


def _fix(test: CodeTest, literal: Literal, near: tuple[str, ...], ctx: Context) -> Fix | None:
    if len(near) != 1 or not isinstance(literal.node, cst.SimpleString) or not is_slip(str(literal.value), near[0]):
        return None
    safety = Safety.SAFE if test.node is literal.node or test.node in ctx.ancestors(literal.node) else Safety.UNSAFE
    written = literal.node.prefix + literal.node.quote + near[0] + literal.node.quote
    return ctx.fix(safety, f"Correct the code to `{near[0]}`", ctx.replace(literal.node, written))


def _remedy(api: Catalogue) -> str:
    return f"`errlint catalogue show {api.id}` lists its codes"
