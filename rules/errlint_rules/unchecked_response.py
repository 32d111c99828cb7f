"""Data of an answer that may be an error

The data in the body is used, and nothing has asked whether the answer is a success: no test of the status, no `raise_for_status()`, no look
at a field that says so.

## Why

An error has a body, too, and it is another one: the data is not in it. `body["items"]` then fails with a `KeyError` that says nothing of
the expired token, and `body.get("items", [])` makes an empty list of an outage.

errlint speaks only where it sees the whole way: the answer comes from a library that does not raise for a status, on a client without hooks
that this file makes, and is neither tested, nor handed on, nor used inside a `try` that expects the data to be missing. Functions of the
file that only hand on the answer, or its body, are followed. A wrapper that raises counts as a test, in this file or another one of the
project; what a library sheet or the settings say of a wrapper counts as well.

## Example

```python
import requests

def names():
    answer = requests.get("https://api.example.com/items", timeout=5)
    return [item["name"] for item in answer.json()["items"]]
```

## Use instead

```python
import requests

def names():
    answer = requests.get("https://api.example.com/items", timeout=5)
    answer.raise_for_status()
    return [item["name"] for item in answer.json()["items"]]
```

## Fix safety

There is no fix: whether an error has to be raised, logged or turned into a value is for people to say.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import Context, Finding, Place, rule


@rule("ERR501", on=(cst.Call,), since="0.1", preview=True, screen=lambda code: code.decodes)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    unchecked = ctx.unchecked(node)
    if unchecked is None:
        return
    yield ctx.finding(
        node,
        "this may be the body of an error: nothing asks for the status before its data is used",
        trail=[*unchecked.body.trail, Place(unchecked.use, "its data is used")],
        remedy="test the status, or call `raise_for_status()`, first",
        api=unchecked.body.catalogue,
    )
