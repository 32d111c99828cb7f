"""A part of an error that is looked for in the wrong place

The code, the message or the request id is read from a place in the body where the API does not have it: `error.requestId` of an API that
has it in `meta.requestId`. The read fails, or finds nothing, on every error.

## Why

Each API wraps its errors in its own way, and the wrapping of one is easily taken for that of another. Nothing tells: errors are rare,
`.get()` gives `None`, and a `KeyError` in the error handling looks like an odd error of the API.

errlint speaks where the call is bound to an API whose catalogue knows the place of that part. It is silent where the function reads the
right place as well: then the other one is there on purpose, for a proxy or another version.

## Example

```python
import requests

answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
if answer.status_code >= 400 and "json" in answer.headers["Content-Type"]:
    body = answer.json()
    print("failed:", body["error"]["code"], body["error"].get("requestId"))
```

## Use instead

```python
import requests

answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
if answer.status_code >= 400 and "json" in answer.headers["Content-Type"]:
    body = answer.json()
    print("failed:", body["error"]["code"], body.get("meta", {}).get("requestId"))
```

## Fix safety

Unsafe: the fix reads the place that the catalogue names first, and what depended on the value that was never there now sees it. There is no
fix where the API has the part in a header, or in a list, or where the body is out of reach.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import Context, Finding, Place, Safety, Severity, rule


@rule(
    "ERR502",
    on=(cst.Subscript, cst.Call),
    since="0.1",
    severity=Severity.ERROR,
    preview=True,
    uses=("envelope",),
    screen=lambda code: code.reads_parts,
)
def check(node: cst.Subscript | cst.Call, ctx: Context) -> Iterator[Finding]:
    read = ctx.misplaced(node)
    api = read.meaning.catalogue if read is not None else None
    if read is None or api is None:
        return
    wanted = " or ".join(f"`{place}`" for place in read.places)
    yield ctx.finding(
        node,
        f"{api.name} has no {read.part} here",
        trail=[*read.meaning.trail, Place(node, f"read as the {read.part}")],
        remedy=f"it stands in {wanted}",
        api=api,
        fix=ctx.fix(Safety.UNSAFE, f"Read the {read.part} where it stands", ctx.replace(node, read.right)) if read.right else None,
    )
