"""A wait in the wrong unit

The server says how long to wait, and the code sleeps a thousand times as long, a thousandth of it, or until a point in time as if it were
a number of seconds: fifty years.

## Why

`sleep()` takes seconds. `Retry-After` is in seconds, too; other headers are in milliseconds, or say *when*, and each API has its own. The
unit comes from the API's catalogue, and for `Retry-After` and `retry-after-ms` from their definition.

## Example

```python
import time
import requests

def fetch(url):
    response = requests.get(url, timeout=10)
    if response.status_code == 429:
        time.sleep(float(response.headers.get("retry-after-ms", 1000)))
        response = requests.get(url, timeout=10)
    return response
```

## Use instead

```python
import time
import requests

def fetch(url):
    response = requests.get(url, timeout=10)
    if response.status_code == 429:
        time.sleep(float(response.headers.get("retry-after-ms", 1000)) / 1000)
        response = requests.get(url, timeout=10)
    return response
```

## Fix safety

There is no fix.

## References

- RFC 9110, section 10.2.3
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

import libcst as cst

from errlint.rule import Context, Finding, Severity, Slept, rule

_MILLI = 0.001


@rule("ERR304", on=(cst.Call,), since="0.1", severity=Severity.ERROR, preview=True, uses=("wait",), screen=lambda code: code.pauses)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    delay = ctx.pause(node)
    for slept in ctx.told.slept(delay) if delay is not None else ():
        wrong = _wrong(slept)
        if wrong is not None:
            message, remedy = wrong
            yield ctx.finding(delay or node, message, trail=slept.told.trail, remedy=remedy, api=slept.told.catalogue)


def _wrong(slept: Slept) -> tuple[str, str] | None:
    """What is wrong with the unit, and what to do."""
    unit = slept.told.unit
    if unit == "milliseconds" and isclose(slept.factor, 1):
        return "milliseconds are slept as seconds", "divide by 1000"
    if unit == "seconds" and isclose(slept.factor, _MILLI):
        return "a wait in seconds is divided by 1000", "sleep the seconds as they are"
    if unit == "seconds" and isclose(slept.factor, 1 / _MILLI):
        return "a wait in seconds is multiplied by 1000", "sleep the seconds as they are"
    if unit == "point-in-time" and not slept.relative and isclose(slept.factor, 1):
        return "a point in time is slept as a number of seconds", "subtract the time of now"
    return None
