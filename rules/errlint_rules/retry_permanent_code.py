"""A code that is retried, or given up, against what the API says of it

The status looks temporary and the code is not: 503 `STORAGE_NOT_CONFIGURED`, 429 `insufficient_quota`. A retry that names such a code
waits for something that does not come. The other way round, a list of permanent codes that holds a temporary one gives up too early.

## Why

APIs use one status for several errors; the code tells them apart, and only their document says which of them pass. errlint asks the API's
catalogue and speaks about codes that the retry itself names, or whose like it names: a retry of 503 that gives up on one permanent code
and forgets another. Codes of statuses that are permanent anyway are the business of ERR201.

## Example

```python
import random
import time
import requests

TEMPORARY = {"SERVICE_UNAVAILABLE", "STORAGE_NOT_CONFIGURED", "INTERNAL_ERROR"}

def workflow(name):
    for attempt in range(5):
        response = requests.get(f"https://api.girardai.com/v1/workflows/{name}", timeout=10)
        if response.ok:
            return response.json()["data"]
        code = response.json()["error"]["code"] if "json" in response.headers["Content-Type"] else "SERVICE_UNAVAILABLE"
        if code not in TEMPORARY:
            raise RuntimeError(code, response)
        time.sleep(2**attempt + random.random())
    return None
```

## Use instead

```python
import random
import time
import requests

TEMPORARY = {"SERVICE_UNAVAILABLE", "INTERNAL_ERROR"}

def workflow(name):
    for attempt in range(5):
        response = requests.get(f"https://api.girardai.com/v1/workflows/{name}", timeout=10)
        if response.ok:
            return response.json()["data"]
        code = response.json()["error"]["code"] if "json" in response.headers["Content-Type"] else "SERVICE_UNAVAILABLE"
        if code not in TEMPORARY:
            raise RuntimeError(code, response)
        time.sleep(2**attempt + random.random())
    return None
```

## Fix safety

The fix takes the code out of the list, or adds the forgotten one. It is safe where a code that cannot succeed leaves a list that stands in
the test itself, and comes to what it came to after the last attempt: it is given up at once instead of later. A list with a name may have
other uses, and a code that is retried from now on, or that shares the arm of another one, is a change of what the program does: there the
fix is unsafe. A code that stands alone is not fixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from errlint.rule import RETRIES, Context, Finding, Fix, Misjudged, Place, RetryPolicy, Safety, Severity, rule


@rule("ERR202", on=RETRIES, since="0.1", severity=Severity.ERROR, preview=True, uses=("retry",), screen=lambda code: code.retries)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for policy in ctx.retries_at(node):
        for found in ctx.judge.misjudged(policy):
            if _is_told_before(policy, found, ctx):
                continue
            yield ctx.finding(
                found.literal.node,
                _message(found),
                trail=[*policy.trail, Place(found.literal.node, f"`{found.literal.value}` is named here")],
                remedy=_remedy(found),
                api=found.catalogue,
                fix=_fix(policy, found, ctx),
            )


def _is_told_before(policy: RetryPolicy, found: Misjudged, ctx: Context) -> bool:
    """A list that several retries share is spoken of once."""
    for other in ctx.semantics.retries.policies:
        if other is policy:
            return False
        if any(one.codes == found.codes and one.literal.node is found.literal.node for one in ctx.judge.misjudged(other)):
            return True
    return False


def _message(found: Misjudged) -> str:
    codes, many = _shown(found.codes), len(found.codes) > 1
    if not found.retried:
        return f"{codes} is given up, but the same request may succeed later"
    if found.missing:
        return f"{codes} {'are' if many else 'is'} retried, but {'they are' if many else 'it is'} as permanent as `{found.literal.value}`"
    under = f" with status {' or '.join(map(str, found.under))}" if found.under else ""
    return f"{codes} is retried, but{under} the same request fails again"


def _remedy(found: Misjudged) -> str:
    codes = _shown(found.codes)
    if found.missing:
        return f"give up on {codes}, too"
    if found.under:
        return "look at the status as well"
    return f"give up on {codes} at once" if found.retried else f"retry {codes}"


def _shown(codes: Sequence[str]) -> str:
    """The codes in words."""
    *others, last = [f"`{code}`" for code in codes]
    return f"{', '.join(others)} and {last}" if others else last


def _fix(policy: RetryPolicy, found: Misjudged, ctx: Context) -> Fix | None:
    element = ctx.parent(found.literal.node)
    if not isinstance(element, cst.Element) or not isinstance(found.literal.node, cst.SimpleString) or found.under:
        return None
    holder = ctx.parent(element)
    if not isinstance(holder, (cst.Set, cst.List, cst.Tuple)):
        return None
    if found.missing:
        quote = found.literal.node.quote
        added = ctx.writing.listing.add_behind(element, element.value, [f"{quote}{code}{quote}" for code in found.codes])
        return ctx.fix(Safety.UNSAFE, f"Give up on `{', '.join(found.codes)}`, too", *added)
    code = found.codes[0]
    if not _is_decided_by_list(policy, found):
        return None
    removed = ctx.writing.listing.remove_elements(holder, [element.value])
    if removed is None:
        return None
    if not found.retried:
        return ctx.fix(Safety.UNSAFE, f"Retry `{code}`", *removed)
    named = not any(isinstance(around, cst.Comparison) for around in ctx.ancestors(holder))
    is_safe = not named and ctx.lists.end_alike(policy, found.literal.node)
    return ctx.fix(Safety.SAFE if is_safe else Safety.UNSAFE, f"Do not retry `{code}`", *removed)


def _is_decided_by_list(policy: RetryPolicy, found: Misjudged) -> bool:
    """Whether a code that the list does not have is treated the other way."""
    unnamed = policy.retried.unnamed
    statuses = found.catalogue.statuses_of(found.codes[0])
    if unnamed is None:
        return False
    return all(not unnamed.may >> status & 1 if found.retried else unnamed.must >> status & 1 for status in statuses)
