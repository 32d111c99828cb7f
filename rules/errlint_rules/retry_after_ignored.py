"""A wait that does not ask how long the server wants it to be

The code knows that it was rate limited, and waits for as long as it guesses. The answer at hand says how long: `Retry-After`, or what the
API has in its place.

## Why

Coming back too early turns one rejected request into several, and some APIs extend the ban each time; coming back too late wastes time.
RFC 6585 (section 4) and RFC 9110 (section 10.2.3) let the server say when. After 429 that is usual; after 503 and other statuses it counts
where the API's catalogue promises it.

Clients of some SDKs try again by themselves, and wait as they are told. A wait around them comes on top of that, and errlint says nothing
of it, unless the client is made without retries of its own (`OpenAI(max_retries=0)`).

## Example

```python
import random
import time
import requests

def fetch(url):
    for attempt in range(5):
        response = requests.get(url, timeout=10)
        if response.status_code != 429:
            break
        time.sleep(2**attempt + random.random())
    return response
```

## Use instead

```python
import time
import requests

def fetch(url):
    for attempt in range(5):
        response = requests.get(url, timeout=10)
        if response.status_code != 429:
            break
        told = response.headers.get("Retry-After", "")
        time.sleep(min(int(told), 120) if told.isdigit() else 2**attempt)
    return response
```

## Fix safety

Unsafe: the client may wait longer than it did, up to two minutes (or, where it waited for longer anyway, as long as it did), and other
failures that are waited for in the same place are asked, too. A function is added to the module, once, that reads the header (a number of
seconds or a date), and without it the others that the API's catalogue lists (milliseconds, the time of a reset); the old wait remains for
answers that say nothing, or nothing that makes sense. A wait that is told or added up beside it is named once, so that what is said of it
is true; where the new one cannot be known there, there is no fix. A library is told where it knows what failed: tenacity by a function for
its wait, backoff by a generator, which is sent the failure and draws the chance itself (a part of what the server asks for would be too
little), stamina, from 25.2 on, by the answer of `on`. The sheet of a library may name another
header, which is read instead. There is no fix where it says that the wait stands in the body.

## References

- RFC 9110, section 10.2.3; RFC 6585, section 4
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import libcst as cst

from errlint.rule import RETRIES, Context, Finding, RetryPolicy, head, rule


@rule("ERR301", on=RETRIES, since="0.1", uses=("wait",), screen=lambda code: code.retries or code.waits_once)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for policy in (*ctx.retries_at(node), *ctx.waits_once_at(node)):
        there = policy.elsewhere if policy.elsewhere is not None and policy.elsewhere.by_use else None
        wait = there.wait if there is not None else policy.wait
        is_here = policy.written_by_hand and there is None
        place = wait.node if wait.node is not None or is_here else policy.node
        if wait.server is not False or wait.growth == "none" or place is None or not policy.trail:
            continue
        is_at_hand = _has_the_answer(policy, place, ctx) if is_here else policy.answered
        if any(_is_switched_off(call, ctx) for call in (policy.node, place, *ctx.ancestors(place))):
            continue  # there is a rule for that
        told = ctx.judge.told_when(policy)
        if not told or ctx.judge.honoured_below(policy):
            continue
        dropped = ctx.answer_dropped(policy, told[0]) if not is_at_hand and there is None else None
        if not is_at_hand and dropped is None:
            continue
        in_body = ctx.wait_in_body(policy)
        # one that reads a header has no wait to find there
        edits = ctx.delays.as_told(policy, told[0]) if is_at_hand and not in_body else None
        so_long = f"as long as {in_body or f'`{ctx.wait_header(policy)}` says'}, and so long only without it"
        yield ctx.finding(
            head(place),
            f"this wait after status {told[0]} does not ask how long the server wants it to be",
            trail=(*policy.trail, dropped) if dropped is not None else policy.trail,
            remedy=f"wait {so_long}" if dropped is None else f"keep the headers in the exception, and wait {so_long}",
            api=policy.catalogue,
            fix=ctx.tried_fix(edits, ctx.trials.asks_server, policy, "Wait as long as the server asks"),
        )


def _is_switched_off(node: cst.CSTNode, ctx: Context) -> bool:
    call = node.decorator if isinstance(node, cst.Decorator) else node
    if not isinstance(call, cst.Call):
        return False
    defeats = ctx.libraries.defeats_retry_after.get(ctx.qualified(call.func) or "", ())
    return any(
        defeat.argument.name == argument.keyword.value
        for defeat in defeats
        for argument in call.args
        if argument.keyword is not None and not defeat.needs
    )


def _has_the_answer(policy: RetryPolicy, wait: cst.CSTNode, ctx: Context) -> bool:
    """Whether the answer is at hand where it waits, or, if a helper or the next pass does that, where the failure is looked at."""
    if ctx.headers_at(wait) is not None:
        return True
    if policy.node in ctx.ancestors(wait) and not policy.wait.next_pass:
        return False
    return any(ctx.headers_at(_end_of(place.node, ctx)) is not None for place in policy.retried.places)


def _end_of(node: cst.CSTNode, ctx: Context) -> cst.CSTNode:
    """Where all has been looked at that a handler, a loop or a test looks at."""
    if isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler)):
        return node.body
    branch = ctx.parent(node)
    if isinstance(branch, cst.If) and branch.test is node:
        return branch.body
    return deque(ctx.below(node.body), maxlen=1)[0] if isinstance(node, (cst.For, cst.While, cst.FunctionDef)) else node
