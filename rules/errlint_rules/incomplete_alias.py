"""One of several codes for the same error

The API has several codes that mean the same, and the decision knows only some of them. The others are handled like any other error.

## Why

Documents grow, and old codes stay: `RATE_LIMITED` and `RATE_LIMIT_EXCEEDED` are both sent for one thing, and which of them comes is up to
the server. A client that waits for one of them gives up at the other.

errlint speaks where the catalogue says that codes are synonyms. It is silent when the others are tested anywhere in the same decision: in
another arm or case, in another collection, in a helper that is called, in the function that calls this one, or by their status.

## Example

```python
import requests

answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
if answer.status_code >= 400 and "json" in answer.headers["Content-Type"]:
    if answer.json()["error"]["code"] == "RATE_LIMITED":
        print("slow down")
```

## Use instead

```python
import requests

answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
if answer.status_code >= 400 and "json" in answer.headers["Content-Type"]:
    if answer.json()["error"]["code"] in {"RATE_LIMITED", "RATE_LIMIT_EXCEEDED"}:
        print("slow down")
```

## Fix safety

Unsafe: errors with the other codes take this branch from now on, which is what the API's document asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from errlint.rule import Catalogue, CodeTest, Context, Edit, Finding, Fix, Kind, Literal, Place, Safety, Way, is_slip, rule


@rule(
    "ERR105",
    on=(cst.Comparison, cst.Call, cst.Subscript, cst.MatchCase),
    since="0.1",
    preview=True,
    uses=("alias",),
    screen=lambda code: code.tells_errors and code.tests_words,
)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for test in ctx.code_tests(node):
        api = test.subject.catalogue
        if api is None or not test.complete or test.subject.kind is not Kind.CODE or ctx.code_place(test.subject) is None:
            continue
        for literal in test.asked:
            missing = _missing(test, literal, ctx)
            tests = ctx.tests_asking_for(literal)
            # a constant that several tests share is reported once, and only if none of them has the others elsewhere
            if not missing or tests[0] is not test or any(not _missing(other, literal, ctx) for other in tests):
                continue
            others = " and ".join(f"`{code}`" for code in missing)
            yield ctx.finding(
                literal.node,
                f"`{literal.value}` is only one code for this error; {api.name} also sends {others}",
                trail=[*test.subject.trail, Place(test.node, f"{test.way.value} `{literal.value}`")],
                api=api,
                remedy=f"ask for {others}, too",
                fix=_fix(literal, missing, ctx),
            )


def _missing(test: CodeTest, literal: Literal, ctx: Context) -> tuple[str, ...]:
    """The synonyms of the value that the decision does not know; () if it knows them, or there are none."""
    api = test.subject.catalogue
    value = str(literal.value)
    if api is None:
        return ()
    group = api.alias_group(value)
    if len(group) < 2 or test.origin.fold or _is_only_worded(literal, ctx):
        return ()
    known = {_meant(str(other), api) for one in (test, *ctx.tests_beside(test)) for other in one.values}
    missing = tuple(code for code in group if code not in known and not ctx.handles_status(test, api.statuses_of(code)))
    first = next((str(other.value) for other in test.asked if str(other.value) in group), value)
    # of several synonyms in one collection, the first is reported
    return missing if first == value else ()


def _meant(value: str, api: Catalogue) -> str:
    """A code as it is asked for, or as it should be spelt: a slip is another rule's finding, and no missing code."""
    near = () if api.code(value) is not None else api.near(value)
    return near[0] if len(near) == 1 and is_slip(value, near[0]) else value


def _is_only_worded(literal: Literal, ctx: Context) -> bool:
    """Whether the value leads to nothing but words for people, in a table of texts."""
    entry = ctx.parent(literal.node)
    text = entry.value if isinstance(entry, cst.DictElement) else None
    return isinstance(text, (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)) and " " in ctx.code(text)


def _fix(literal: Literal, missing: tuple[str, ...], ctx: Context) -> Fix | None:
    """The others beside the one: in the collection, in the pattern, in the table, or in a collection of their own in every test."""
    if not isinstance(literal.node, cst.SimpleString):
        return None
    quote = literal.node.quote
    others = [f"{literal.node.prefix}{quote}{code}{quote}" for code in missing]
    holder = ctx.parent(literal.node)
    edits: Sequence[Edit | None]
    if isinstance(holder, cst.Element):
        edits = ctx.writing.listing.add_behind(holder, holder.value, others)
    elif isinstance(holder, cst.MatchValue):
        edits = [ctx.replace(literal.node, " | ".join([ctx.code(literal.node), *others]))]
    elif isinstance(holder, cst.DictElement) and not any(isinstance(node, cst.Call) for node in (holder.value, *ctx.below(holder.value))):
        value = ctx.writing.code(holder.value)
        edits = ctx.writing.listing.add_behind(holder, holder.value, [f"{other}: {value}" for other in others])
    else:
        edits = [_membership(test, literal, others, ctx) for test in ctx.tests_asking_for(literal)]
    return ctx.fix(Safety.UNSAFE, "Ask for the synonyms, too", *edits)


def _membership(test: CodeTest, literal: Literal, others: list[str], ctx: Context) -> Edit | None:
    """``code == "A"`` as ``code in {"A", "B"}``, whichever side the value stands on, and under whatever name."""
    if test.way is not Way.EQUAL or not isinstance(test.node, cst.Comparison):
        return None
    left, right = test.node.left, test.node.comparisons[0].comparator
    subject, value = (right, left) if left is literal.node else (left, right)
    if ctx.meaning(subject) is None:
        return None
    codes = ", ".join([ctx.code(value), *others])
    return ctx.replace(test.node, f"{ctx.writing.code(subject)} {'not in' if test.negated else 'in'} {{{codes}}}")
