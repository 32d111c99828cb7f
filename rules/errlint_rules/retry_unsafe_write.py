"""A write that is sent again although the first may have been carried out

After a timeout, a broken connection or a status 5xx nobody knows what became of a request: it may have been lost on its way, or carried
out. Sent again, a POST may order twice.

## Why

POST and PATCH are not idempotent (RFC 9110, section 9.2.2): a client should not repeat them by itself unless it knows that the first
request was not applied, or has told the API that both are one. For that, APIs have idempotency keys, ids that the client chooses, and
preconditions.

## Example

```python
import random
import time
import requests

def order(item):
    for attempt in range(4):
        try:
            return requests.post("https://api.example.com/orders", json={"item": item}, timeout=10)
        except requests.Timeout:
            time.sleep(2**attempt + random.random())
    return None
```

## Use instead

```python
import random
import time
import uuid
import requests

def order(item):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    for attempt in range(4):
        try:
            return requests.post("https://api.example.com/orders", json={"item": item}, headers=headers, timeout=10)
        except requests.Timeout:
            time.sleep(2**attempt + random.random())
    return None
```

## Fix safety

There is no fix. Where the API documents no key, something else has to make the repetition safe: an id in the body, a look whether the
first was carried out, or no repetition at all.

## References

- RFC 9110, section 9.2.2; draft-ietf-httpapi-idempotency-key-header
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import RETRIES, Attempt, Context, Finding, RetryPolicy, Severity, rule

_NOT_IDEMPOTENT = frozenset({"POST", "PATCH"})
_NO_EFFECT = ("none", "rolled_back")


@rule("ERR206", on=RETRIES, since="0.1", preview=True, uses=("idempotency",), screen=lambda code: code.retries)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for policy in ctx.retries_at(node):
        for attempt in policy.attempts:
            unsure = _unsure(policy, attempt, ctx)
            if unsure is None or not _is_write(policy, attempt) or ctx.keys.makes_safe(attempt):
                continue
            if ctx.keys.is_looked_up(policy, attempt):
                continue
            header = attempt.catalogue.idempotency.header if attempt.catalogue is not None and attempt.catalogue.idempotency else ""
            if not header and not ctx.keys.writes(attempt):
                continue
            yield ctx.finding(
                attempt.call.func,
                f"this {attempt.method} is sent again after {unsure}, when it may have been carried out already",
                trail=policy.trail if attempt is policy.attempts[0] else [*attempt.trail, *policy.retried.places],
                remedy=f"send the same `{header}` with each attempt"
                if header
                else "let the API tell that both requests are one, or ask first",
                api=attempt.catalogue,
                severity=Severity.WARNING if header else Severity.ADVICE,
            )


def _is_write(policy: RetryPolicy, attempt: Attempt) -> bool:
    """Whether the request is one that the policy sends again, and of a method that promises nothing."""
    again = policy.methods is None or attempt.method in policy.methods
    return attempt.method in _NOT_IDEMPOTENT and again


def _unsure(policy: RetryPolicy, attempt: Attempt, ctx: Context) -> str | None:
    """The failures after which nobody knows what became of the request; None where all that are retried say that it was not carried out."""
    if ctx.judge.may_have_arrived(policy):
        return "failures of the network"
    for status in range(500, 600):
        if policy.retried.statuses.must >> status & 1:
            catalogue = attempt.catalogue
            says = catalogue.verdict(status=status, method=attempt.method).says if catalogue is not None else None
            if says is None or says.write_effect not in _NO_EFFECT:
                return f"status {status}"
    return None
