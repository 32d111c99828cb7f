"""A failed call is reported without its request id

The error of an API ends in a log line, or in something printed, and nothing on the way has the request id that came with it. The answer at
hand has it: in a header, in the body, or in an attribute of the SDK's exception.

## Why

The request id is what the people who run the API look a failure up by. Without it, a report of an error is a description of symptoms.
AWS, OpenAI, GitHub, Slack and others ask for it in every ticket; it cannot be found out later.

Which errors have an id, and where, tells the catalogue of the API; or the project itself, whose exceptions keep it (`self.request_id = …`).

errlint is silent where the exception itself goes along (`logger.exception`, `exc_info=True`), which trackers of errors can read; where the
code has looked at the error, in a test for one status or code, and says in words of its own what that means; where the call is tried again
after the report, be it by a loop that goes on for ever; and in the routes of servers, which have logs of requests of their own.

## Example

```python
import logging

import boto3
from botocore.exceptions import ClientError

logger = logging.getLogger(__name__)

def publish(topic, text):
    try:
        boto3.client("sns").publish(TopicArn=topic, Message=text)
    except ClientError as e:
        logger.error("cannot publish: %s", e)
```

## Use instead

```python
import logging

import boto3
from botocore.exceptions import ClientError

logger = logging.getLogger(__name__)

def publish(topic, text):
    try:
        boto3.client("sns").publish(TopicArn=topic, Message=text)
    except ClientError as e:
        request_id = e.response.get("ResponseMetadata", {}).get("RequestId")
        logger.error("cannot publish: %s (request id %s)", e, request_id)
```

## Fix safety

The fix adds the id, and nothing else of the answer, to the text that is logged or printed, or as a field. It is safe where everything that
the handler catches has the id, and unsafe where it is read with a guard. What end users see is left as it is, and so is what programs read
(JSON, markup, columns, other streams than the terminal's); a dict that is printed, by itself or as JSON, gets one entry more. Log lines get
a field in files that give them fields anyway, and where the text cannot go on: usual formats do not show it. A field of
a log line is called `api_request_id`, since `request_id` is often that of the request which the program itself serves; unless the file has
put what it read off an error under that name before. Warnings are left as they are: Python shows each text once.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import Context, Finding, Fix, Loss, Lost, Place, Safety, rule


@rule(
    "ERR402",
    on=(cst.ExceptHandler, cst.ExceptStarHandler, cst.If),
    since="0.1",
    uses=("request_id",),
    screen=lambda code: code.tells_errors and code.ends_differently,
)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for loss in ctx.lost_ids(node):
        if loss.lost is Lost.SAID:
            yield ctx.finding(
                loss.node,
                "this report of a failed call does not have its request id",
                trail=(*loss.failure.meaning.trail, Place(loss.node, "reported here")),
                remedy=f"add the request id: {loss.failure.place}",
                api=loss.failure.meaning.catalogue,
                fix=_fix(loss, ctx),
            )


def _fix(loss: Loss, ctx: Context) -> Fix | None:
    named = ctx.additions.name(loss.failure, loss.node)
    if named is None or loss.speech is None:
        return None
    name, naming = named
    expression, imports = ctx.additions.reading(loss.failure, name)
    edits = ctx.additions.to_speech(loss.speech, expression) if expression else ()
    if not edits:
        return None
    if loss.failure.where.narrow:
        return ctx.fix(Safety.SAFE, f"Add the request id: `{expression}`", *naming, *imports, *edits)
    return ctx.fix(Safety.UNSAFE, f"Add the request id, where there is one: `{expression}`", *naming, *imports, *edits)
