"""Exceptions of HTTP libraries that the project raises by itself, and hands no answer: ``raise requests.HTTPError("no such user")``.

What a library raises for a status has the answer with it. Whoever reads that off such an exception finds None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind
from errlint.semantics.program.handling import Handler

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 2
"""How many functions deep a ``raise`` is looked for."""


def may_have_no_answer(semantics: Semantics, handler: Handler) -> bool:
    """Whether code that a handler stands by is seen to raise what it takes without an answer."""
    tried = semantics.tree.tried(handler)
    if tried is None or handler.type is None:
        return False
    sheets = (semantics.libraries.type(name) for name in semantics.evaluator.type_names(handler.type))
    caught = {sheet.name for sheet in sheets if sheet is not None}
    return bool(caught) and any(_takes(semantics, caught, name) for name in _raised_bare(semantics, tried, _HOPS))


def _takes(semantics: Semantics, caught: set[str], name: str) -> bool:
    return any(above.name in caught for above in semantics.types.ancestors(name))


def _raised_bare(semantics: Semantics, code: cst.CSTNode, hops: int) -> Iterator[str]:
    """The types that code raises by itself, and hands no answer."""
    for statement in semantics.tree.inside(code, cst.Raise, into_functions=False):
        if statement.exc is not None and not _is_handed_answer(semantics, statement.exc):
            yield from semantics.evaluator.exceptions.of(statement.exc).types
    for call in semantics.tree.inside(code, cst.Call, into_functions=False) if hops else ():
        for function in semantics.runs(call):
            yield from _raised_bare(semantics, function.body, hops - 1)
        summary = semantics.evaluator.callees.elsewhere(call)
        if summary is not None and summary.wording:
            handed = {name for name, attribute, _ in summary.carries if attribute == "response"}
            yield from (name for name in summary.raises if name not in handed)


def _is_handed_answer(semantics: Semantics, made: cst.BaseExpression) -> bool:
    """Whether an exception is made with an answer, or is one that was there before."""
    if not isinstance(made, cst.Call):
        return isinstance(made, cst.Name) and not semantics.evaluator.type_names(made)
    for argument in made.args:
        if argument.star or (argument.keyword is not None and argument.keyword.value == "response"):
            return True
        found = semantics.meaning(argument.value)
        if found is not None and found.kind in (Kind.RESPONSE, Kind.EXCEPTION):
            return True
    return False
