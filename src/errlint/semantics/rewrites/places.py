"""Where a retry that is written by hand waits, and where that begins: what is told of the next attempt belongs to the wait."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, TypeVar

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.retries.waiting.pauses import pause_of

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.rewrites.writing import Writing

N = TypeVar("N", bound=cst.CSTNode)
_AGAIN = later(r"\b(again|re-?try(ing)?|re-?tries|sleeping|waiting|backing off)\b")
"""Of a text that is told: there is another attempt."""
_ANNOUNCED = later(
    r"""(?P<said>[\w.]+\(f(?P<quote>["'])[^"'\\]*\}[)\]]?)(?P<end>[.!,;:]?)[\s—–-]*"""
    r"""(?:(?:will|and|now|so)\s+)*(?i:again|re-?try(?:ing)?|re-?tries|sleeping|waiting|backing off)\b[^"'\\]*(?P=quote)\)"""
)
"""A call with one f-string that ends with what is said of the next attempt."""


def pause_in(semantics: Semantics, policy: RetryPolicy, code: cst.CSTNode, *, but_in: Sequence[cst.CSTNode] = ()) -> cst.CSTNode | None:
    """The statement of some code that waits, if there is one; what waits in other parts of it does not count."""
    tree, node = semantics.tree, policy.wait.node
    inside = tree.inside(code, cst.Call, into_functions=False)
    pauses = _pauses(semantics, policy, [call for call in inside if not any(tree.within(call, part) for part in but_in)])
    if len(pauses) == 1:
        return tree.statement(pauses[0])
    return tree.statement(node) if node is not None and pauses and tree.within(node, code) else None


def waits_in(semantics: Semantics, policy: RetryPolicy, code: cst.CSTNode) -> bool:
    """Whether some code waits, be it in a function that it calls."""
    return bool(_pauses(semantics, policy, semantics.tree.inside(code, cst.Call, into_functions=False)))


def _pauses(semantics: Semantics, policy: RetryPolicy, calls: Sequence[cst.Call]) -> list[cst.Call]:
    pauses = [call for call in calls if pause_of(semantics, call) is not None]
    node = policy.wait.node
    if node is not None and not pauses:  # a function of the file may wait
        return [call for call in calls if any(semantics.tree.within(node, function) for function in semantics.functions.run_by(call))]
    return pauses


def first_of_wait(semantics: Semantics, pause: cst.CSTNode, *, within: cst.CSTNode, kept: str | None) -> cst.CSTNode:
    """The first of the statements that lead to the next attempt: what makes the delay, and tells of it, goes with the statement that waits.

    :param within: the code that is searched; :param kept: the name of a failure that is told nowhere else: lines of the log with it stay;
    empty, if it has none: then lines stay that say which attempt it was.
    """
    tree = semantics.tree
    block = tree.parent.get(pause)
    if not isinstance(block, cst.IndentedBlock) or not tree.within(block, within):
        return pause
    loop = tree.enclosing(pause, cst.For)
    counted = _names(semantics, loop.target) if loop is not None else ()
    moved = [pause]
    for statement in reversed(block.body[: block.body.index(pause)]):
        is_told = tells_of_wait(semantics, statement, moved, aside=counted if kept == "" else ())
        is_told = is_told and kept not in _names(semantics, *_said(semantics, statement))
        if not _is_delay(semantics, statement, moved) and not is_told:
            break
        moved.append(statement)
    return moved[-1]


def announcement_in(semantics: Semantics, body: cst.IndentedBlock, *, kept: str | None) -> cst.CSTNode | None:
    """The first of the last statements of a block that only tell of the next attempt; None where it ends with something else.

    :param kept: as for :func:`first_of_wait`.
    """
    found: cst.CSTNode | None = None
    moved: list[cst.CSTNode] = []
    for statement in reversed(body.body[:-1] if leaves(body) else body.body):
        if found is not None and _is_delay(semantics, statement, moved):  # the text that is told
            moved.append(statement)
            found = statement
            continue
        if kept in _names(semantics, *_said(semantics, statement)) or not tells_of_wait(semantics, statement, ()):
            break
        moved.append(statement)
        found = statement
    return found


def first_of_telling(semantics: Semantics, body: cst.IndentedBlock) -> tuple[cst.CSTNode | None, cst.CSTNode | None]:
    """The first of the last statements of a handler that nothing is done by but to tell and to keep something, and the one above it.

    What stands above may be an answer to a failure: a test that leaves, a function that may raise. The statement by which a handler ends
    (``continue``, the call by which a function calls itself) is one of the last ones in any case.
    """
    ends = isinstance(body.body[-1], cst.SimpleStatementLine) and leaves(body)
    first: cst.CSTNode | None = body.body[-1] if ends else None
    for statement in reversed(body.body[:-1] if ends else body.body):
        if not _only_tells(semantics, statement):
            return first, statement
        first = statement
    return first, None


def _only_tells(semantics: Semantics, statement: cst.CSTNode) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    if semantics.tree.inside(statement, cst.Return, cst.Raise, cst.Break, cst.Continue, cst.Assert, into_functions=False):
        return False
    return not any(semantics.functions.run_by(call) for call in semantics.tree.inside(statement, cst.Call, into_functions=False))


def told_alone(writing: Writing, first: cst.CSTNode, kept: str | None) -> str | None:
    """The line that tells of a failure, without what it says of the next attempt: ``print(f"got {error}")`` of ``"got {error}, retrying"``.

    None where nothing, or more than one line, tells of it, and where it cannot be taken apart.

    :param first: the first of the statements of a wait; :param kept: the name of the failure.
    """
    block = writing.semantics.tree.parent.get(first)
    behind = block.body[block.body.index(first) :] if isinstance(block, cst.IndentedBlock) else ()
    told = [one for one in behind if kept in _names(writing.semantics, one) and tells_of_wait(writing.semantics, one, ())]
    found = _ANNOUNCED.fullmatch(writing.code(told[0])) if len(told) == 1 else None
    if found is None or not re.search(rf"\{{{kept}\b", found["said"]):
        return None
    return f"{found['said']}{found['end'] if found['end'] in ('.', '!') else ''}{found['quote']})"


def _is_delay(semantics: Semantics, statement: cst.CSTNode, wait: Sequence[cst.CSTNode]) -> bool:
    """``delay = 2**attempt``, where nothing but the wait reads it."""
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    target = small.targets[0].target if isinstance(small, cst.Assign) and len(small.targets) == 1 else None
    if not isinstance(target, cst.Name):
        return False
    tree = semantics.tree
    uses = [name for name in tree.inside(semantics.scopes.scope_of(target), cst.Name) if name.value == target.value and name is not target]
    return bool(uses) and all(any(tree.within(name, part) for part in wait) for name in uses)


def tells_of_wait(semantics: Semantics, statement: cst.CSTNode, wait: Sequence[cst.CSTNode], *, aside: Collection[str] = ()) -> bool:
    """A call for its own sake whose text speaks of another attempt, or that has what the wait is made of; by this logger or another way.

    :param aside: names of which the wait is made, and which say nothing of it.
    """
    if isinstance(statement, cst.If):
        branches = [statement.body, *([statement.orelse] if isinstance(statement.orelse, cst.If) else [])]
        branches += [statement.orelse.body] if isinstance(statement.orelse, cst.Else) else []
        told = [one for branch in branches for one in (branch.body if isinstance(branch, cst.IndentedBlock) else [branch])]
        return bool(told) and all(tells_of_wait(semantics, one, wait, aside=aside) for one in told)
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    small = statement if isinstance(statement, cst.Expr) else small
    call = small.value if isinstance(small, cst.Expr) else None
    if not isinstance(call, cst.Call):
        return False
    said = _said(semantics, call)
    made_of = {name for one in wait for pause in semantics.tree.inside(one, cst.Call) for name in _names(semantics, *pause.args)}
    made_of.difference_update(aside)
    texts = [string_value(part) or "" for part in _inside(semantics, said, cst.SimpleString)]
    texts += [part.value for part in _inside(semantics, said, cst.FormattedStringText)]
    return bool(_names(semantics, *said) & made_of) or any(_AGAIN.search(text.lower()) for text in texts)


def _said(semantics: Semantics, code: cst.CSTNode) -> list[cst.CSTNode]:
    """What calls in some code are handed, with the texts that were made for that a line above: ``msg = f"…"``, ``log.info(msg)``."""
    calls = [code] if isinstance(code, cst.Call) else semantics.tree.inside(code, cst.Call, into_functions=False)
    said: list[cst.CSTNode] = [code] if not isinstance(code, cst.Call) else list(code.args)
    for argument in (argument for call in calls for argument in call.args):
        if isinstance(argument.value, cst.Name):
            bindings = semantics.scopes.reaching(argument.value)
            made = [one.value for one in bindings if one.how is How.VALUE and one.value is not None]
            said += made if len(made) == len(bindings) == 1 and is_text(made[0]) else []
    return said


def is_text(value: cst.BaseExpression) -> bool:
    """Whether a value is written as a text, be it one that others are put into."""
    match value:
        case cst.BinaryOperation(left=left, right=right):
            return is_text(left) or is_text(right)
        case cst.Call(func=cst.Attribute(value=text, attr=cst.Name(value="format"))):
            return is_text(text)
        case _:
            return isinstance(value, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString))


def _inside(semantics: Semantics, nodes: Sequence[cst.CSTNode], kind: type[N]) -> list[N]:
    """The nodes of a type among some nodes, and below them."""
    return [found for node in nodes for found in ([node] if isinstance(node, kind) else semantics.tree.inside(node, kind))]


def _names(semantics: Semantics, *nodes: cst.CSTNode) -> set[str]:
    return {name.value for name in _inside(semantics, nodes, cst.Name)}


def suppresses(semantics: Semantics, statement: cst.With) -> bool:
    """Whether code goes on behind a ``with`` although its body has failed."""
    called = [item.item.func for item in statement.items if isinstance(item.item, cst.Call)]
    return any((semantics.names.qualified(function) or "").endswith("contextlib.suppress") for function in called)
