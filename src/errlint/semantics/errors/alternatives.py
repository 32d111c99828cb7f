"""Texts that are asked beside a status: ``if answer.status_code == 404 or "does not exist" in answer.text: return``.

What stands beside a status of errors in an ``or`` is taken for another sign of the same error, and where the code then asks the answer to
raise for its status, the text alone makes an error count as something else. Pages say the like with a status of success, so the answer has
to be known as one of an API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Meaning
from errlint.semantics.program.leaving import asked_to_raise, otherwise
from errlint.semantics.program.tree import parts
from errlint.semantics.values.status_sets import ERRORS, OK

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_OF_APIS = frozenset({"PUT", "PATCH", "DELETE"})
"""Methods that no link and no form of a page has."""


def is_sign_of_error(semantics: Semantics, of: Meaning, node: cst.CSTNode) -> bool:
    """Whether a test of a part of an answer stands beside one that only errors pass, of what is raised otherwise."""
    branch = _branch(semantics, node)
    if branch is None or not _is_raised_otherwise(semantics, of, branch):
        return False
    statuses = semantics.answers.statuses(of)
    beside = (statuses.range_of(other).may for other in parts(branch.test, cst.Or) if not semantics.tree.within(node, other))
    return any(possible & ERRORS and not possible & OK for possible in beside) and _is_of_api(semantics, of, branch)


def _branch(semantics: Semantics, node: cst.CSTNode) -> cst.If | None:
    """The ``if`` that has a test as a part of its condition, with nothing but ``or`` and ``and`` around it."""
    for found in semantics.tree.ancestors(node):
        if isinstance(found, cst.If):
            return found if isinstance(found.test, cst.BooleanOperation) and semantics.tree.within(node, found.test) else None
        if not isinstance(found, cst.BooleanOperation):
            return None
    return None


def _is_raised_otherwise(semantics: Semantics, of: Meaning, branch: cst.If) -> bool:
    """Whether the answer is asked to raise for its status where the condition is false."""
    asked = (
        asked_to_raise(line) for line in otherwise(branch, semantics.tree.parent.get(branch)) if isinstance(line, cst.SimpleStatementLine)
    )
    return any(answer is not None and _is_same(semantics, answer, of) for answer in asked)


def _is_of_api(semantics: Semantics, of: Meaning, branch: cst.If) -> bool:
    """Whether an answer is none of a page: by the method, by what is sent, or since its body is decoded."""
    asked = next((place.node for place in of.trail if place.http and isinstance(place.node, cst.Call)), None)
    if isinstance(asked, cst.Call) and (semantics.attempts.method(asked) in _OF_APIS or any(_is_json(argument) for argument in asked.args)):
        return True
    function = semantics.tree.enclosing(branch, cst.FunctionDef)
    calls = semantics.tree.inside(function.body, cst.Call, into_functions=False) if function is not None else ()
    members = (call.func for call in calls if isinstance(call.func, cst.Attribute))
    return any(member.attr.value == "json" and _is_same(semantics, member.value, of) for member in members)


def _is_json(argument: cst.Arg) -> bool:
    return argument.keyword is not None and argument.keyword.value == "json"


def _is_same(semantics: Semantics, answer: cst.BaseExpression, of: Meaning) -> bool:
    found = semantics.meaning(answer)
    return found is not None and semantics.answers.of(found) == semantics.answers.of(of)
