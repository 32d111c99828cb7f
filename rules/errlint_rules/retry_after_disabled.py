"""A retry layer told not to wait as long as the server asks

`Retry-After` is the server's own answer to "when may I come back?". A retry layer that honours it is told here to ignore it, or
to sleep a random part of it, so the retries come too early, fail again, and may get the client banned.

## Why

RFC 9110 (section 10.2.3) lets a server say how long to wait; RFC 6585 does so for 429. Coming back sooner turns one rejected request into
several.

## Example

```python
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

retry = Retry(total=5, status_forcelist=[429, 503], backoff_factor=1, backoff_jitter=1, respect_retry_after_header=False)
session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=retry))
```

## Use instead

```python
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

retry = Retry(total=5, status_forcelist=[429, 503], backoff_factor=1, backoff_jitter=1)
session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=retry))
```

## Fix safety

Safe: the argument that defeats the wait is removed (the default honours the header), or the one that keeps it whole is added. Nothing
else changes. Unsafe where the function that reads the header may give a wait of its own: then that is no longer random either; where
a comment stands behind the argument, or one at the statement speaks of waits or headers: it may say why it is there; and for urllib3,
which raises `InvalidHeader` for a Retry-After that is neither a number of seconds nor a date, sleeps six hours if it is told so, and
tries 413, 429 and 503 with the header again whatever its list says.

## References

- RFC 9110, section 10.2.3; RFC 6585, section 4
- urllib3: `Retry.respect_retry_after_header`; backoff: `backoff.runtime` and its `jitter`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from errlint.rule import Argument, Context, Finding, Fix, Place, RetryAfterDefeat, Safety, Severity, rule

_Given = cst.Arg | cst.DictElement | cst.Assign
_CHOICES = (cst.BooleanOperation, cst.IfExp, cst.Integer, cst.Float)
_CONVERSIONS = frozenset({"int", "float"})
_HOPS = 3
_OWN_WAY = re.compile(r"^__init__$|sleep|retry_after")
"""Methods by which a class goes another way than the one of the library that it inherits from."""
_REASONS = re.compile(r"wait|retry.?after|header|respect|honou?r|ignor", re.IGNORECASE)
"""Words of a comment by which it may say why somebody wanted it so."""


@rule("ERR302", on=(cst.Call, cst.Assign), since="0.1", severity=Severity.ERROR, screen=lambda code: code.defeats_retry_after)
def check(node: cst.Call | cst.Assign, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, cst.Assign):
        yield from _set_afterwards(node, ctx)
        return
    name = _called(node.func, ctx)
    for defeat in ctx.libraries.defeats_retry_after.get(name or "", ()):
        argument = _argument(node, defeat.argument, ctx)
        if not _applies(node, defeat, ctx) or not _defeats(argument, defeat, ctx):
            continue
        yield ctx.finding(
            argument or node.func,
            f"`{name}` {defeat.because}",
            trail=[Place(node, f"`{name}()` sets up a retry that would honour Retry-After")],
            remedy=f"pass `{defeat.argument.name}={defeat.equals}`" if defeat.needs else f"leave `{defeat.argument.name}` out",
            fix=_fix(node, argument, defeat, ctx),
        )


def _set_afterwards(node: cst.Assign, ctx: Context) -> Iterator[Finding]:
    """`retry.respect_retry_after_header = False`, of what was made without it."""
    target = node.targets[0].target
    if not isinstance(target, cst.Attribute) or not isinstance(target.value, (cst.Name, cst.Attribute)):
        return
    made = [one for one in ctx.semantics.constants.values(target.value) if isinstance(one, cst.Call)]
    for call in made[:1]:
        name = _called(call.func, ctx)
        for defeat in ctx.libraries.defeats_retry_after.get(name or "", ()):
            if target.attr.value == defeat.argument.name and not defeat.needs and _is(node.value, defeat.equals):
                yield ctx.finding(
                    node,
                    f"`{name}` {defeat.because}",
                    trail=[Place(call, f"`{name}()` sets up a retry that would honour Retry-After")],
                    remedy=f"leave `{defeat.argument.name}` as it is",
                )


def _called(function: cst.BaseExpression, ctx: Context, hops: int = _HOPS) -> str | None:
    """The name of a call, or of the library's class that makes the objects of a class of the file: `class Patient(Retry): ...`."""
    name = ctx.qualified(function) or _inherited(function, ctx)
    if name in ctx.libraries.defeats_retry_after or not hops:
        return name
    for definition in ctx.semantics.scopes.classes(function):
        if not any(isinstance(one, cst.FunctionDef) and _OWN_WAY.search(one.name.value) for one in definition.body.body):
            return next(filter(None, (_called(base.value, ctx, hops - 1) for base in definition.bases)), None)
    return name


def _inherited(function: cst.BaseExpression, ctx: Context) -> str | None:
    """The class above that ``super().__init__(…)`` makes an instance of."""
    match function:
        case cst.Attribute(value=cst.Call(func=cst.Name(value="super")), attr=cst.Name(value="__init__")):
            definition = next((found for found in ctx.ancestors(function) if isinstance(found, cst.ClassDef)), None)
            bases = definition.bases if definition is not None else ()
            return next(filter(None, (ctx.qualified(base.value) for base in bases)), None)
        case _:
            return None


def _argument(call: cst.Call, wanted: Argument, ctx: Context) -> _Given | None:
    tables = (argument.value for argument in call.args if argument.star == "**")
    for element in (element for table in tables for element in _elements(table, ctx)):
        if _key(element) == wanted.name:
            return element
    plain = [argument for argument in call.args if argument.keyword is None and not argument.star]
    named = next((argument for argument in call.args if argument.keyword is not None and argument.keyword.value == wanted.name), None)
    if named is None and wanted.position is not None and wanted.position < len(plain):
        return plain[wanted.position]
    return named


def _elements(table: cst.BaseExpression, ctx: Context) -> Iterator[_Given]:
    """What stands in a dict, or in the only one that a name stands for: `OPTIONS = {"total": 5}`, `dict(total=5)`.

    What is put into it afterwards comes first.
    """
    if isinstance(table, cst.Name):
        filled = ctx.semantics.tree.inside(ctx.semantics.scopes.scope_of(table), cst.Assign)
        yield from (one for one in filled if _is_put_into(one, table))
    values = list(ctx.semantics.constants.values(table)) if isinstance(table, cst.Name) else [table]
    match values:
        case [cst.Dict(elements=elements)]:
            yield from (element for element in elements if isinstance(element, cst.DictElement))
        case [cst.Call(func=cst.Name(value="dict"), args=arguments)]:
            yield from arguments


def _is_put_into(statement: cst.Assign, table: cst.Name) -> bool:
    """`options["respect_retry_after_header"] = False`."""
    target = statement.targets[0].target
    return isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name) and target.value.value == table.value


def _key(element: _Given) -> str:
    if isinstance(element, cst.Assign):
        target = element.targets[0].target
        index = target.slice[0].slice if isinstance(target, cst.Subscript) else None
        key = index.value if isinstance(index, cst.Index) else None
        return str(key.evaluated_value) if isinstance(key, cst.SimpleString) else ""
    if isinstance(element, cst.Arg):
        return element.keyword.value if element.keyword is not None else ""
    return str(element.key.evaluated_value) if isinstance(element.key, cst.SimpleString) else ""


def _applies(call: cst.Call, defeat: RetryAfterDefeat, ctx: Context) -> bool:
    given = [_argument(call, Argument(name), ctx) for name in defeat.useless_with]
    if any(one is not None and (_is(one.value, "False") or _is_zero(one.value)) for one in given):
        return False
    if defeat.when is None:
        return True
    condition = _argument(call, defeat.when, ctx)
    return condition is not None and ctx.qualified(condition.value) == defeat.when_is


def _defeats(argument: _Given | None, defeat: RetryAfterDefeat, ctx: Context) -> bool:
    if argument is None:
        return defeat.needs
    is_literal = _is(argument.value, defeat.equals) or _is_constant(argument.value, defeat.equals, ctx)
    if defeat.needs:
        # a name or a call may well be the right value: only what is written out is judged
        name = ctx.qualified(argument.value) or ""
        return not is_literal and name.startswith(f"{defeat.when_is.partition('.')[0]}.") and name not in defeat.harmless
    return is_literal


def _is(expression: cst.CSTNode, word: str) -> bool:
    return isinstance(expression, cst.Name) and expression.value == word


def _is_zero(expression: cst.CSTNode) -> bool:
    return isinstance(expression, cst.Integer) and expression.evaluated_value == 0


def _is_constant(expression: cst.BaseExpression, word: str, ctx: Context) -> bool:
    """Whether a name stands for the word and nothing else; what callers may choose does not."""
    values = list(ctx.semantics.constants.values(expression)) if isinstance(expression, cst.Name) else []
    return bool(values) and all(_is(value, word) and not isinstance(ctx.parent(value), cst.Param) for value in values)


def _fix(call: cst.Call, argument: _Given | None, defeat: RetryAfterDefeat, ctx: Context) -> Fix | None:
    if any(found.star for found in call.args):
        return None
    if defeat.needs:
        code = f"{defeat.argument.name}={defeat.equals}"
        edits = (ctx.replace(argument, code),) if argument is not None else ctx.add_argument(call, code)
        return ctx.fix(Safety.SAFE if _knows_no_other_wait(call, defeat, ctx) else Safety.UNSAFE, f"Pass `{code}`", *edits)
    assert isinstance(argument, cst.Arg)
    removal = ctx.remove_argument(call, argument)
    if removal is None:
        return None
    # a comment may say why somebody wanted it so; the one behind the argument even goes with it
    said = "#" in ctx.source.text[removal.start : removal.end] or _is_explained(call, ctx)
    is_safe = not said and not defeat.strict and _retries_nothing_more(call, ctx)
    return ctx.fix(Safety.SAFE if is_safe else Safety.UNSAFE, f"Remove `{defeat.argument.name}`", removal)


def _is_explained(call: cst.Call, ctx: Context) -> bool:
    """Whether a comment above the statement, or behind it on its line, speaks of waits."""
    return _REASONS.search(ctx.writing.said_at(ctx.semantics.tree.statement(call))) is not None


def _retries_nothing_more(call: cst.Call, ctx: Context) -> bool:
    """Whether the statuses that the layer takes as well, once it goes by the header, are retried anyway.

    But for 413: with Retry-After it is of the moment (RFC 9110, section 15.5.14).
    """
    described = ctx.libraries.retry(_called(call.func, ctx) or "")
    hinted = set(described.sheet.default.hinted) - {413} if described is not None else set()
    retried = [policy.retried.statuses.must for policy in ctx.retries_at(call)]
    return not hinted or (bool(retried) and all(must >> one & 1 for must in retried for one in hinted if isinstance(one, int)))


def _knows_no_other_wait(call: cst.Call, defeat: RetryAfterDefeat, ctx: Context) -> bool:
    """Whether the wait is what the header says or nothing: `value=lambda response: int(response.headers["Retry-After"])`."""
    reader = _argument(call, defeat.reads, ctx) if defeat.reads is not None else None
    if reader is None or not isinstance(reader.value, cst.Lambda):
        return False
    parts = [reader.value.body, *ctx.below(reader.value.body)]
    calls = (part for part in parts if isinstance(part, cst.Call))
    return not any(isinstance(part, _CHOICES) for part in parts) and all(ctx.qualified(one.func) in _CONVERSIONS for one in calls)
