"""A retry without an end

As long as the API fails, the call is made again: no number of attempts and no time ends it. An outage becomes a program that hangs, and
every client that hangs keeps the load up that the API suffers from.

## Why

A failure that lasts (a quota that is used up for the month, a host that is gone) is told to nobody. A limit turns it into an error that
somebody sees.

## Example

```python
import random
import time
import requests

def fetch(url):
    while True:
        response = requests.get(url, timeout=10)
        if response.status_code != 503:
            return response
        time.sleep(5 + random.random())
```

## Use instead

```python
import random
import time
import requests

def fetch(url):
    for attempt in range(6):
        response = requests.get(url, timeout=10)
        if response.status_code != 503:
            break
        time.sleep(5 + random.random())
    return response
```

## Fix safety

Unsafe: a retry of a library gives up after five attempts, with the exception that the library then raises. A loop has no fix: what to do
after the last attempt is a decision.

## References

- RFC 9110, section 9.2.2; AWS Builders' Library: timeouts, retries and backoff with jitter
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import RETRIES, Context, Finding, head, rule


@rule("ERR203", on=RETRIES, since="0.1", preview=True, screen=lambda code: code.retries)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for policy in ctx.retries_at(node):
        # who makes any call again, elsewhere, is told of it by the use alone
        there = policy.elsewhere if policy.elsewhere is not None and policy.elsewhere.by_use else None
        stop = there.stop if there is not None else policy.stop
        if stop.bounded is False and policy.trail:
            yield ctx.finding(
                head(stop.node or policy.node),
                "this retry never gives up",
                trail=policy.trail,
                remedy="limit the attempts, or the time",
                api=policy.catalogue,
                fix=ctx.tried_fix(ctx.limits.of(policy), ctx.trials.is_bounded, policy, "Give up after five attempts"),
            )
