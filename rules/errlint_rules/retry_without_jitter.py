"""A retry without chance in its wait

Clients that failed together come back together: after 1 second, after 2, after 4. A bit of chance in the wait spreads them.

## Why

An outage or a rate limit hits all workers of a program at the same moment. Without jitter their retries stay in step and hit the API as
one burst each time. Where a loop has several waits, after a rate limit and after other failures, each of them needs its chance.

errlint is silent where the server is asked how long to wait (urllib3's `Retry`, say, goes by Retry-After unless it is told not to): what is
waited without an answer to that is the exception there.

## Example

```python
import time
import requests

def fetch(url):
    for attempt in range(5):
        response = requests.get(url, timeout=10)
        if response.status_code != 503:
            break
        time.sleep(2**attempt)
    return response
```

## Use instead

```python
import random
import time
import requests

def fetch(url):
    for attempt in range(5):
        response = requests.get(url, timeout=10)
        if response.status_code != 503:
            break
        time.sleep(2**attempt + random.random())
    return response
```

## Fix safety

Unsafe: the wait gets longer, by up to a second.

## References

- AWS Architecture Blog: exponential backoff and jitter
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import libcst as cst

from errlint.rule import RETRIES, Context, Finding, RetryPolicy, Severity, Wait, head, rule


@rule("ERR205", on=RETRIES, since="0.1", severity=Severity.ADVICE, screen=lambda code: code.retries)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for policy in ctx.retries_at(node):
        for which, wait in enumerate(policy.wait.each):
            if not which or wait.node is not None:
                yield from _of_wait(policy, which, wait, ctx)


def _of_wait(policy: RetryPolicy, which: int, wait: Wait, ctx: Context) -> Iterator[Finding]:
    """One of the waits of a retry: after the failures that it is about, or after others."""
    is_known = wait.growth in ("constant", "growing") and wait.jitter is False and wait.server is False
    if is_known and policy.trail and policy.may_fail_for_many:
        yield ctx.finding(
            head(wait.node or policy.node),
            "no chance in this wait: clients that failed together come back together",
            trail=policy.trail,
            remedy="add a random part to the wait",
            api=policy.catalogue,
            fix=ctx.tried_fix(
                ctx.delays.with_chance(policy, wait),
                partial(ctx.trials.has_chance, which=which),
                policy,
                "Add a random part of a second to the wait",
            ),
        )
