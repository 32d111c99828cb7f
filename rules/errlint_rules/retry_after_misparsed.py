"""A Retry-After header that is taken for a number

`int()` or `float()` of `Retry-After` fails for a date, which is the header's other format; for an empty value; and, without a default,
where there is no header at all. The error in the error handling hides the error of the API.

## Why

RFC 9110 (section 10.2.3) allows a number of seconds and a date; proxies in front of an API send what they like. `float()` lets `nan` and
negative numbers pass, and `sleep()` fails with them.

## Example

```python
import time
import requests

def fetch(url):
    response = requests.get(url, timeout=10)
    if response.status_code == 429:
        time.sleep(int(response.headers["Retry-After"]))
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
        told = response.headers.get("Retry-After", "")
        time.sleep(int(told) if told.isdigit() else 5)
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

import libcst as cst

from errlint.rule import Context, Finding, rule

_NUMBERS = ("int", "float")


@rule("ERR303", on=(cst.Call,), since="0.1", preview=True, uses=("wait",), screen=lambda code: code.reads_waits)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    if ctx.qualified(node.func) not in _NUMBERS or len(node.args) != 1:
        return
    told = ctx.told.of(node.args[0].value)
    if told is None or not ctx.told.may_be_a_date(told) or ctx.told.survives(node):
        return
    yield ctx.finding(
        node,
        f"`{ctx.qualified(node.func)}()` fails where `Retry-After` is a date",
        trail=told.trail,
        remedy="take a date, too, and have a wait for the case that the header is not there or makes no sense",
        api=told.catalogue,
    )
