"""A retry that does not wait

After a failure the call is made again at once. All attempts are used up before the API can recover, and each failure multiplies the load.

## Why

What makes an API answer 429, 500 or 503 lasts longer than the milliseconds until the next attempt.

## Example

```python
import requests

def fetch(url):
    for attempt in range(5):
        response = requests.get(url, timeout=10)
        if response.status_code not in (429, 503):
            break
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
        if response.status_code not in (429, 503):
            break
        told = response.headers.get("Retry-After", "")
        time.sleep(int(told) if told.isdigit() else 2**attempt + random.random())
    return response
```

## Fix safety

There is no fix.

## References

- RFC 9110, section 10.2.3; AWS Builders' Library: timeouts, retries and backoff with jitter
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import RETRIES, Context, Finding, RetryPolicy, head, rule

_AT_ONCE_IS_FINE = 2
"""A second attempt at once mends a connection that was kept too long."""


@rule("ERR204", on=RETRIES, since="0.1", preview=True, screen=lambda code: code.retries)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for policy in ctx.retries_at(node):
        if policy.wait.growth != "none" or not policy.trail or not _retries_statuses(policy) or policy.stop.attempts == _AT_ONCE_IS_FINE:
            continue
        places = policy.retried.places
        yield ctx.finding(
            head(policy.wait.node or (places[0].node if places else node)),
            "this retry does not wait before the next attempt",
            trail=policy.trail,
            remedy="wait before the next attempt, longer each time",
            api=policy.catalogue,
        )


def _retries_statuses(policy: RetryPolicy) -> bool:
    return bool(policy.retried.statuses.must or policy.retried.codes)
