"""An API error is raised or returned without its request id

A handler raises another exception, or returns a description of the error, and nothing of what it passes on has the request id that came
with the answer. Likewise for code that turns a response with an error status into an exception, and for exception classes that are made of
an answer and have no place for its id.

## Why

The request id is what the people who run the API look a failure up by. Whoever catches the new error can neither log nor report it. That
Python remembers the exception which was being handled (`__context__`) helps only where a traceback is printed; `from e` is a promise.

Which errors have an id, and where, tells the catalogue of the API; or the project itself, whose exceptions keep it (`self.request_id = …`).

errlint is silent where the code has looked at the error, in a test for one status or code, and says in words of its own what that means:
`raise Missing(key)` after a test for 404 is an answer, not the report of a failure.

## Example

```python
import boto3
from botocore.exceptions import ClientError

def load(key):
    try:
        return boto3.client("s3").get_object(Bucket="models", Key=key)
    except ClientError as e:
        raise RuntimeError(f"cannot load {key}: {e}")
```

## Use instead

```python
import boto3
from botocore.exceptions import ClientError

def load(key):
    try:
        return boto3.client("s3").get_object(Bucket="models", Key=key)
    except ClientError as e:
        raise RuntimeError(f"cannot load {key}: {e}") from e
```

## Fix safety

`from e` is safe; in place of `from None`, which hides the cause on purpose, it is unsafe. Unsafe, too, is what gives the id to an exception
that is made of a response: in the parameter that its class has for it, in one that is added to the class, or at the end of the text.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import Context, Edit, Finding, Fix, Loss, Lost, Place, Safety, Slotless, parameters, rule, slot

_HOW = {Lost.RAISED: "this exception is raised", Lost.RETURNED: "this error is returned"}


@rule(
    "ERR401",
    on=(cst.ExceptHandler, cst.ExceptStarHandler, cst.If, cst.ClassDef),
    since="0.1",
    uses=("request_id",),
    screen=lambda code: code.tells_errors and code.ends_differently,
)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, cst.ClassDef):
        slotless = ctx.exception_classes.slotless(node)
        if slotless is not None:
            yield _of_class(slotless, ctx)
        return
    for loss in ctx.lost_ids(node):
        # what one change of a class mends is one mistake, and told where the class is
        if loss.lost is not Lost.SAID and not ctx.exception_classes.is_told_at_class(loss):
            yield ctx.finding(
                loss.node,
                f"{_HOW[loss.lost]} without the request id of the call that failed",
                trail=(*loss.failure.meaning.trail, Place(loss.node, f"{loss.lost.value} here")),
                remedy=_remedy(loss),
                api=loss.failure.meaning.catalogue,
                fix=_chained(loss, ctx) if loss.failure.handler is not None else _passed_on(loss, ctx),
            )


def _remedy(loss: Loss) -> str:
    if loss.lost is Lost.RAISED and loss.failure.handler is not None:
        return f"raise it `from {loss.failure.name or 'e'}`, or pass on the request id: {loss.failure.place}"
    return f"pass on the request id: {loss.failure.place}"


def _of_class(slotless: Slotless, ctx: Context) -> Finding:
    name = slotless.definition.name
    failure = slotless.losses[0].failure
    return ctx.finding(
        name,
        f"`{name.value}` is made of an answer, and has no place for its request id",
        trail=(
            *failure.meaning.trail,
            Place(slotless.losses[0].node, "an instance is raised here"),
            Place(name, "the class has no place for the id"),
        ),
        remedy="add a parameter for the request id, and keep it",
        api=failure.meaning.catalogue,
        fix=_slot(slotless, ctx),
    )


def _chained(loss: Loss, ctx: Context) -> Fix | None:
    """``from e``, where nothing else is the cause."""
    named = ctx.additions.cause(loss.failure, loss.node)
    if named is None or not isinstance(loss.node, cst.Raise) or loss.node.exc is None:
        return None
    name, naming = named
    cause = loss.node.cause
    if cause is None:
        end = ctx.source.end(loss.node.exc)
        return ctx.fix(Safety.SAFE, f"Name the cause: `from {name}`", *naming, Edit(end, end, f" from {name}"))
    if isinstance(cause.item, cst.Name) and cause.item.value == "None":
        return ctx.fix(Safety.UNSAFE, f"Name the cause instead of hiding it: `from {name}`", *naming, ctx.replace(cause.item, name))
    return None


def _passed_on(loss: Loss, ctx: Context) -> Fix | None:
    """The id for an exception that is made of a response."""
    expression = loss.failure.expression
    if not isinstance(loss.raised, cst.Call) or not expression or ctx.additions.name(loss.failure, loss.node) is None:
        return None
    init = ctx.exception_classes.constructor(loss)
    if init is not None:
        free = slot(init)  # without one, the fix is that of the class
        value = {"response": loss.failure.name, "resp": loss.failure.name, "request_id": expression}.get(free or "")
        if free is None or value is None or not _is_left_out(loss.raised, init, free):
            return None
        return ctx.fix(Safety.UNSAFE, f"Pass it on: `{free}={value}`", *ctx.additions.argument(loss.raised, f"{free}={value}"))
    edits = ctx.additions.to_text(loss.raised.args[0].value, expression) if loss.raised.args else ()
    return ctx.fix(Safety.UNSAFE, f"Add the request id to the text: `{expression}`", *edits) if edits else None


def _is_left_out(call: cst.Call, init: cst.FunctionDef, name: str) -> bool:
    """Whether a parameter gets no argument."""
    position = next(at for at, param in enumerate(parameters(init)) if param.name.value == name)
    plain = sum(argument.keyword is None for argument in call.args)
    return plain <= position and not any(argument.star or (argument.keyword and argument.keyword.value == name) for argument in call.args)


def _slot(slotless: Slotless, ctx: Context) -> Fix | None:
    """A parameter for the id, kept as an attribute, and the id for it wherever this file makes an instance with an answer at hand."""
    init = slotless.init
    last = parameters(init)[-1:]
    if not last or not isinstance(init.body, cst.IndentedBlock):
        return None
    declared = "request_id: str | None = None" if last[0].annotation is not None else "request_id=None"
    statement = init.body.body[-1]
    after = ctx.source.span(statement)[1]
    indent = ctx.before(statement)
    if indent.strip() or isinstance(statement, cst.BaseCompoundStatement):
        return None
    kept = Edit(after, after, f"{ctx.newline}{indent}self.request_id = request_id")
    passed: list[Edit] = []
    for call, failure in ctx.exception_classes.answers(slotless):
        named = ctx.additions.name(failure, call)
        if named is not None and failure.where.expression:
            value = failure.where.expression.replace("{e}", named[0])
            passed += (edit for edit in named[1] if edit not in passed)
            passed += ctx.additions.argument(call, f"request_id={value}")
    if not passed:
        return None  # a place that nobody fills
    return ctx.fix(Safety.UNSAFE, "Give the class a place for it: `request_id`", *ctx.add_parameter(last[0], declared), kept, *passed)
