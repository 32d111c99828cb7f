"""An idempotency key that each attempt makes anew

The key tells the API that two requests are one: that the second is only there because nobody knows what became of the first. A key that is
made inside the attempt says the opposite. The order is placed twice, as if there were no key at all.

## Why

An API that knows a key answers with what it answered before, and carries nothing out again. So a key belongs to the operation, not to the
attempt: it is made once, before the first attempt, and sent with all of them.

## Example

```python
import random
import time
import uuid
import requests

def pay(order):
    for attempt in range(5):
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        response = requests.post("https://api.example.com/payments", json=order, headers=headers, timeout=10)
        if response.status_code not in (500, 503):
            break
        time.sleep(2**attempt + random.random())
    return response
```

## Use instead

```python
import random
import time
import uuid
import requests

def pay(order):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    for attempt in range(5):
        response = requests.post("https://api.example.com/payments", json=order, headers=headers, timeout=10)
        if response.status_code not in (500, 503):
            break
        time.sleep(2**attempt + random.random())
    return response
```

## Fix safety

In a loop, the key is made above it: safe, nothing else changes. A decorated function is given the key by a new function that takes its
name: unsafe, since what is attached to the decorated function (`.retry`, `.__wrapped__`) is then found on the other one. There is no
fix where something that belongs to the attempt goes into the key.

## References

- draft-ietf-httpapi-idempotency-key-header
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from errlint.rule import RETRIES, Context, Finding, Fix, FreshKey, Place, RetryPolicy, Safety, Severity, rule


@rule("ERR207", on=RETRIES, since="0.1", severity=Severity.ERROR, preview=True, uses=("idempotency",), screen=lambda code: code.retries)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for policy in ctx.retries_at(node):
        keys = tuple(ctx.keys.fresh(policy)) if policy.trail else ()
        for fresh in keys:
            yield ctx.finding(
                fresh.draws,
                "each attempt makes an idempotency key of its own, so the API takes every one for a new request",
                trail=[*policy.trail, Place(fresh.key.node, "sent as the idempotency key")],
                remedy="make the key before the first attempt, and send it with all of them",
                api=policy.catalogue,
                fix=_fix(fresh, keys, policy, ctx),
            )


def _fix(fresh: FreshKey, keys: Sequence[FreshKey], policy: RetryPolicy, ctx: Context) -> Fix | None:
    """The key made once; of the other ``keys`` of a retry, each stays one of its own, since they belong to other requests."""
    edits = ctx.hoisting.above_loop(fresh, keys[: keys.index(fresh)])
    if edits is not None:
        return ctx.fix(Safety.SAFE, "Make the key once, above the loop", *edits)
    edits = ctx.hoisting.above_function([key for key in keys if key.code is fresh.code], policy)
    return None if edits is None else ctx.fix(Safety.UNSAFE, "Make the key once, before the function that is retried", *edits)
