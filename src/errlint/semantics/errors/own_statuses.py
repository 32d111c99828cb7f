"""Exceptions of the project that stand for one status: ``class RateLimited(ApiError): status_code = 429``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from errlint.semantics.program.constants import assigned, int_value
from errlint.semantics.program.functions import is_super_init, method
from errlint.semantics.program.names import dotted
from errlint.semantics.program.tree import Tree
from errlint.semantics.project.summaries import Fixed
from errlint.semantics.values.statuses import named_status

STATUS_NAMES = frozenset({"status_code", "status", "http_status", "http_status_code"})
"""Attributes and parameters that hold the status of an answer."""
_COLLECTIONS = (cst.Tuple, cst.List, cst.Set)


def fixed_by(definition: cst.ClassDef, qualified: Callable[[cst.BaseExpression], str | None]) -> Fixed:
    """The numbers that a class says itself: in its body, in its constructor, to the constructor above it."""
    statuses: list[int] = []
    handed: list[tuple[int, int]] = []
    for target, value in _assigned(definition.body.body):
        if isinstance(target, cst.Name) and target.value in STATUS_NAMES:
            statuses.append(_number(value, qualified))
    constructor = method(definition, "__init__")
    for line in constructor.body.body if constructor is not None else ():
        for target, value in _assigned([line]):
            if (dotted(target) or "").removeprefix("self.") in STATUS_NAMES and isinstance(target, cst.Attribute):
                statuses.append(_number(value, qualified))
        call = _call_of_super(line)
        for position, argument in enumerate(call.args if call is not None else ()):
            number = _number(argument.value, qualified)
            if argument.keyword is not None and argument.keyword.value in STATUS_NAMES:
                statuses.append(number)
            elif argument.keyword is None and not argument.star and number:
                handed.append((position, number))
    # one that is set from a parameter (0) may be any
    return Fixed(statuses[-1] if statuses else 0, () if statuses else tuple(handed))


def compares_status(definition: cst.ClassDef, tree: Tree) -> bool:
    """``self.status == 429``, ``400 <= self.status < 500``: the class itself takes the status for one of HTTP's."""
    for test in tree.inside(definition, cst.Comparison):
        values = (test.left, *(target.comparator for target in test.comparisons))
        of_itself = any(
            (dotted(value) or "").removeprefix("self.") in STATUS_NAMES and isinstance(value, cst.Attribute) for value in values
        )
        collected = (element.value for value in values if isinstance(value, _COLLECTIONS) for element in value.elements)
        if of_itself and any(isinstance(value, cst.Integer) and 400 <= int_value(value) < 600 for value in (*values, *collected)):
            return True
    return False


def reads_answer(definition: cst.ClassDef, tree: Tree) -> bool:
    """``self.status = response.status_code`` in the constructor, of what it is given; aiohttp's answers have ``status`` and ``headers``."""
    constructor = method(definition, "__init__")
    if constructor is None:
        return False
    given = {parameter.name.value for parameter in tree.inside(constructor.params, cst.Param)} - {"self"}
    read: dict[str, set[str]] = {}
    for node in tree.inside(constructor.body, cst.Attribute):
        if isinstance(node.value, cst.Name) and node.value.value in given:
            read.setdefault(node.value.value, set()).add(node.attr.value)
    return any("status_code" in members or members >= {"status", "headers"} for members in read.values())


def _assigned(lines: object) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """What assignments give values to, and what that is."""
    for line in lines if isinstance(lines, (list, tuple)) else ():
        for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(part, (cst.Assign, cst.AnnAssign)):
                yield from assigned(part)


def _call_of_super(line: cst.CSTNode) -> cst.Call | None:
    """``super().__init__(…)`` as a statement."""
    part = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
    call = part.value if isinstance(part, cst.Expr) else None
    return call if isinstance(call, cst.Call) and is_super_init(call) else None


def _number(value: cst.BaseExpression, qualified: Callable[[cst.BaseExpression], str | None]) -> int:
    """An error status that is written out: ``429``, ``HTTPStatus.TOO_MANY_REQUESTS``, with ``.value``; else 0."""
    if isinstance(value, cst.Attribute) and value.attr.value == "value":
        value = value.value
    number = int_value(value) if isinstance(value, cst.Integer) else None
    if isinstance(value, cst.Attribute):
        name = qualified(value) or ""
        number = named_status(value.attr.value) if "HTTPStatus." in name or ".codes." in name else None
    return number if number is not None and 400 <= number < 600 else 0
