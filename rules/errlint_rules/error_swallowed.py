"""An error of the API that passes without a trace

A handler deals with one status or one code of the API, and every other error runs through it: nothing is raised, logged or returned. Or it
lets everything pass.

## Why

Who writes `if status == 404` in a handler thinks of the missing object, and not of the token that ran out, the rate limit, or the outage.
The program goes on as if the call had succeeded, and fails later, somewhere else, without the code and the request id that would
explain it.

errlint is silent where the rest is dealt with: raised, logged, kept, turned into a value, noticed by a test after the `try`, tried
again. It is silent where nobody could do anything about it (cleaning up in `finally`, in another handler, in `close()`), about types that
stand for one status, and, where nothing at all is done, about calls that remove something and about a handler with a comment that says
why. A handler of an API's errors that does nothing about any of them is told of as advice; `except Exception: pass` is not, since it is no
matter of HTTP, and ruff (BLE001, S110) tells of it.

## Example

```python
import requests

def remove(session: requests.Session, url: str) -> None:
    try:
        session.delete(url, timeout=5).raise_for_status()
    except requests.HTTPError as e:
        if e.response.status_code == 404:
            print("it is gone already")
```

## Use instead

```python
import requests

def remove(session: requests.Session, url: str) -> None:
    try:
        session.delete(url, timeout=5).raise_for_status()
    except requests.HTTPError as e:
        if e.response.status_code != 404:
            raise
        print("it is gone already")
```

## Fix safety

There is no fix: what has to happen with the other errors is for people to say.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import Context, Finding, Place, Severity, head, rule


@rule("ERR505", on=(cst.ExceptHandler, cst.ExceptStarHandler), since="0.1", screen=lambda code: code.handles_exceptions)
def check(node: cst.ExceptHandler | cst.ExceptStarHandler, ctx: Context) -> Iterator[Finding]:
    silence = ctx.silence(node)
    if silence is None:
        return
    if silence.test is not None:
        message = "all errors of the API but those named here pass without a trace"
        trail = [*silence.caught.trail, Place(silence.test, "only this is handled")]
        remedy = "raise the others again, or log them"
    else:
        message = "every error of the API passes without a trace"
        trail = [*silence.caught.trail]
        remedy = "handle the status or the code that is expected, and raise the others; or say in a comment why none of them matters"
    # somebody who names one error forgot the others; somebody who names none may have meant it
    severity = None if silence.test is not None else Severity.ADVICE
    yield ctx.finding(head(node), message, trail=trail, remedy=remedy, api=silence.caught.catalogue, severity=severity)
