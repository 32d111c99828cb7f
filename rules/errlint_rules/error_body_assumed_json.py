"""The body of an error that is taken for JSON

Where the answer is known to be an error, its body is decoded as JSON, or what was decoded before is used, and nothing is ready for a body
that is none: the page of a proxy, a firewall or a load balancer, a plain text, nothing at all.

## Why

The errors of an API come as JSON only as long as the API itself answers. A gateway in front of it says "502 Bad Gateway" in HTML, and
then `.json()` fails in the middle of the error handling: the status is lost, and what the caller sees is a `JSONDecodeError`, which no
retry policy and no handler of API errors expects.

That an answer is an error is known by tests of its status, also of all callers in the file that hand it on, and where an exception class
makes its instances of an answer and reads the status.

errlint is silent where the failure is caught (also by decorators and context managers of the project, and by all callers in the file),
where a test asks for the content type or looks at the text first, where the same answer was decoded before, and where tests leave none of
the statuses that servers in front of an API answer with themselves: 403, 413, 429, 500 to 504, 520 to 530. They may send others (a page for
404, say), which the API itself sends much more often.

## Example

```python
import requests

def create(name):
    answer = requests.post("https://api.example.com/items", json={"name": name}, timeout=5)
    if answer.status_code >= 400:
        raise RuntimeError(answer.json()["error"]["code"])
    return answer.headers["Location"]
```

## Use instead

```python
import requests

def create(name):
    answer = requests.post("https://api.example.com/items", json={"name": name}, timeout=5)
    if answer.status_code >= 400:
        try:
            code = answer.json()["error"]["code"]
        except (ValueError, LookupError, TypeError):
            code = f"status {answer.status_code}"
        raise RuntimeError(code)
    return answer.headers["Location"]
```

## Fix safety

There is no fix: what stands for the code where there is none is for people to say.

## References

- RFC 9110, section 15.6: 502 and 504 come from a gateway or proxy
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import Context, Finding, Place, rule


@rule("ERR503", on=(cst.Call,), since="0.1", screen=lambda code: code.decodes and code.tells_errors)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    body = ctx.decodings.at(node)
    needed = ctx.decodings.needed_for_an_error(node, body) if body is not None else None
    if body is None or needed is None or ctx.decodings.guarded(node, body):
        return
    yield ctx.finding(
        node,
        "the body of an error may be no JSON, but the page of a proxy: decoding it fails, and hides the error",
        trail=[*body.trail, *([Place(needed, "needed where the answer is an error")] if needed is not node else [])],
        remedy=f"catch {' and '.join(f'`{name}`' for name in ctx.decodings.raised(body))} here, and fall back to the status",
        api=body.catalogue,
    )
