"""Truth of a response that is false exactly when there is an error

A `requests.Response` is false when its status is 400 or above. `if e.response and e.response.status_code == 429` asks for an
answer that is a success *and* an error: the branch never runs, and the rate limit, the error code and the request id in it are never seen.

## Why

`Response.__bool__` returns `ok`. Code that means "there is a response" but writes "the response is a success" handles errors only in the
mind of its author. Other libraries (httpx, aiohttp) have no such truth value, so the same lines work there and break after a change of
library.

errlint takes a test for one of presence where the response is that of an exception, be it the one that an exception of the project keeps;
where it is known to be an error; and where `if not response: return` stands above a test for an error status, which nothing gets to.

## Example

```python
import requests

try:
    requests.get("https://api.example.com/items", timeout=5).raise_for_status()
except requests.HTTPError as e:
    if e.response and e.response.status_code == 429:
        print("slow down")
    raise
```

## Use instead

```python
import requests

try:
    requests.get("https://api.example.com/items", timeout=5).raise_for_status()
except requests.HTTPError as e:
    if e.response is not None and e.response.status_code == 429:
        print("slow down")
    raise
```

## Fix safety

Safe: the test becomes `is not None` (or `is None` under `not`), which is true for every answer of the server and false only when there was
none. The only thing that changes is that the branch runs for errors. Unsafe where a `while` loop, or a function that calls itself, goes on
by that and has no other limit: it asked once, since it took errors for no answer, and would ask for ever. Unsafe, too, where the branch
decodes the body, and nothing there is ready for one that is no JSON: decoding the page of a proxy raises, where the error was told of
before. Where the value of `e.response and …` is used, and not only its truth, it becomes a conditional expression that still gives `None`
when there was no answer.
There is no fix where something else that is false, such as `{}` or `""`, may stand for no answer: a test for `None` would take that for an
answer.

## References

- requests: `Response.__bool__` and `Response.ok`
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import Context, Edit, Finding, Kind, Meaning, Safety, Severity, alike, rule

_TESTS = (cst.If, cst.While, cst.IfExp, cst.BooleanOperation, cst.UnaryOperation, cst.Assert, cst.CompIf)


@rule(
    "ERR504",
    on=_TESTS,
    since="0.1",
    severity=Severity.ERROR,
    screen=lambda code: code.names_falsy_response or code.raises_what_was_none or (code.tests_status and code.asks_truths),
)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for operand in _operands(node, ctx):
        if isinstance(operand, (cst.BooleanOperation, cst.UnaryOperation)):
            continue  # asked for itself
        if not ctx.may_be_failed_response(operand):
            continue
        response = ctx.meaning(operand)
        if response is None or not _is_falsy(response) or not _means_presence(node, operand, response, ctx):
            continue
        negated = isinstance(node, cst.UnaryOperation)
        if negated and ctx.is_known_to_be_there(operand):
            continue  # an error is asked for, on purpose
        is_risky = ctx.may_be_endless(operand) or ctx.decodings.hangs_on(operand, response) or _parses_headers(operand, ctx)
        safety = Safety.UNSAFE if is_risky else Safety.SAFE
        right = f"{ctx.writing.code(operand)} is {'' if negated else 'not '}None"
        asked = "absence" if negated else "presence"
        is_none = ctx.may_only_be_none(operand)
        yield ctx.finding(
            node if negated else operand,
            "a response with an error status is false, so this branch never sees one"
            if not negated
            else "a response with an error status is false, so this takes it for no response at all",
            trail=response.trail,
            remedy=f"{'' if is_none else 'let it be None where there is none, and '}ask for {asked}: `{right}`",
            api=response.catalogue,
            fix=ctx.fix(safety, f"Test for {asked}: `{right}`", _edit(node, operand, right, ctx)) if is_none else None,
        )


def _parses_headers(operand: cst.BaseExpression, ctx: Context) -> bool:
    """`int(e.response.headers["Retry-After"])` where a branch comes to life: what is no number fails there."""
    branch = next((found for found in ctx.ancestors(operand) if isinstance(found, (cst.If, cst.IfExp, cst.BaseStatement))), None)
    body = branch.body if isinstance(branch, (cst.If, cst.IfExp)) else None
    for node in ctx.below(body) if body is not None else ():
        converts = isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in ("int", "float")
        if converts and any(isinstance(part, cst.Attribute) and part.attr.value == "headers" for part in ctx.below(node)):
            return True
    return False


def _edit(node: cst.CSTNode, operand: cst.BaseExpression, right: str, ctx: Context) -> Edit | None:
    """The test for the truth of a response, as ``right``.

    `e.response and e.response.status_code` gives None where there is no response: where that is used as a value, it still does.
    """
    if isinstance(node, cst.BooleanOperation) and not _is_test(node, ctx):
        return ctx.replace(node, f"{ctx.writing.code(node.right)} if {right} else None")
    tested = node if isinstance(node, cst.UnaryOperation) else operand
    around = ctx.parent(tested)
    other = _beside(tested, operand, around) if isinstance(around, cst.BooleanOperation) and _is_test(around, ctx) else None
    if around is not None and other is not None:
        return ctx.replace(around, ctx.writing.code(other))  # what asks rightly is enough
    return ctx.replace(tested, right, with_brackets=tested is operand)


def _beside(tested: cst.BaseExpression, operand: cst.BaseExpression, around: cst.BooleanOperation) -> cst.BaseExpression | None:
    """The other side of ``and`` or ``or``, if the presence of the same response is asked for there already."""
    other = around.left if around.right is tested else around.right
    joins = type(around.operator)
    if joins is not (cst.Or if isinstance(tested, cst.UnaryOperation) else cst.And):
        return None
    parts: list[cst.BaseExpression] = [other]
    while isinstance(parts[-1], cst.BooleanOperation) and type(parts[-1].operator) is joins:
        last = parts.pop()
        assert isinstance(last, cst.BooleanOperation)
        parts += [last.right, last.left]
    return other if any(_asks_none(part, operand, cst.Is if joins is cst.Or else cst.IsNot) for part in parts) else None


def _asks_none(test: cst.BaseExpression, operand: cst.BaseExpression, operator: type[cst.BaseCompOp]) -> bool:
    """`e.response is None`, or `is not None`"""
    match test:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=asked, comparator=cst.Name(value="None"))]):
            return type(asked) is operator and alike(left, operand)
        case _:
            return False


def _operands(node: cst.CSTNode, ctx: Context) -> list[cst.BaseExpression]:
    """The expressions whose truth, and not whose value, this node asks for."""
    if isinstance(node, cst.UnaryOperation):
        return [node.expression] if isinstance(node.operator, cst.Not) else []
    if isinstance(node, cst.BooleanOperation):
        # `e.response or default` and the last operand of `and` are values, unless the whole is a test
        if _is_test(node, ctx):
            return [node.left, node.right]
        return [node.left] if isinstance(node.operator, cst.And) else []
    assert isinstance(node, (cst.If, cst.While, cst.IfExp, cst.Assert, cst.CompIf))
    return [node.test]


def _is_test(node: cst.CSTNode, ctx: Context) -> bool:
    parent = ctx.parent(node)
    if isinstance(parent, cst.BooleanOperation):
        return _is_test(parent, ctx)
    if isinstance(parent, cst.UnaryOperation):
        return isinstance(parent.operator, cst.Not)
    return isinstance(parent, (cst.If, cst.While, cst.IfExp, cst.Assert, cst.CompIf)) and parent.test is node


def _is_falsy(meaning: Meaning) -> bool:
    return meaning.kind is Kind.RESPONSE and meaning.sheet is not None and meaning.sheet.falsy_on_error


def _means_presence(node: cst.CSTNode, operand: cst.BaseExpression, response: Meaning, ctx: Context) -> bool:
    """Whether the author asks "is there a response?"

    It comes from an exception, by way of a parameter or not, is known to be an error already, is handled as one, or was None before it
    raised for its status, is kept by an exception of the project, or is asked for errors below an exit that takes all of them.

    `if response:` straight after a call is a way to ask for success, and stays silent.
    """
    if response.origin is not None and response.origin.kind is Kind.EXCEPTION:
        return True
    if isinstance(node, (cst.If, cst.IfExp)) and ctx.is_error(response, operand):
        return True
    if ctx.goes_on_to_error(operand) or ctx.is_left_by_failure(operand) or ctx.is_handed_by_failures(operand):
        return True
    if ctx.is_of_own_exception(operand) or ctx.is_asked_for_errors_below(operand):
        return True
    return _raises_its_status(node, operand, ctx)


def _raises_its_status(node: cst.CSTNode, operand: cst.BaseExpression, ctx: Context) -> bool:
    """`if response: raise ApiError(response.status_code)`"""
    if not isinstance(node, cst.If) or node.test is not operand or len(node.body.body) != 1:
        return False
    last = node.body.body[-1]
    raised = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
    if not isinstance(raised, cst.Raise):
        return False
    return any(
        isinstance(part, cst.Attribute)
        and alike(part.value, operand)
        and (meaning := ctx.meaning(part)) is not None
        and meaning.kind is Kind.STATUS
        for part in ctx.below(raised)
    )
