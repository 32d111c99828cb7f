"""Which tests say that an error has no request id, so that there is nothing to lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.http_words import STATUS_MEMBERS
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.names import dotted
from errlint.semantics.request_ids.failures import Failure, is_special
from errlint.semantics.request_ids.id_values import IdValues, is_none

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ANSWER = STATUS_MEMBERS | {"response"}
"""Members of an exception that an answer stands behind."""


class Absence:
    """Answers for the tests that run after one failure."""

    def __init__(self, semantics: Semantics, failure: Failure, ids: IdValues) -> None:
        self._semantics = semantics
        self._ids = ids
        name = failure.handler.name if failure.handler is not None else None
        self._caught = dotted(name.name) if name is not None else None
        """What the exception is called."""

    def said(self, test: cst.BaseExpression, truth: bool) -> bool:
        """Whether a test that comes out so says that there is no id: `if e.request_id` that is false, `e.response is None` that is true."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            return self.said(test.expression, not truth)
        if isinstance(test, cst.BooleanOperation):
            parts = (self.said(part, truth) for part in (test.left, test.right))
            return any(parts) if isinstance(test.operator, cst.And) is truth else all(parts)
        if self._caught is not None and _is_answered(test, self._caught) is (not truth):
            return True
        if not isinstance(test, cst.Comparison):
            return not truth and (self._ids.is_one(test) or self._is_any_answer(test))
        target = test.comparisons[0]
        if len(test.comparisons) > 1 or not self._ids.is_one(test.left):
            return False
        if isinstance(target.operator, (cst.In, cst.NotIn)):
            return isinstance(target.operator, cst.NotIn) is truth and isinstance(test.left, cst.SimpleString)
        return is_none(target.comparator) and isinstance(target.operator, (cst.Is, cst.Equal) if truth else (cst.IsNot, cst.NotEqual))

    def _is_any_answer(self, test: cst.BaseExpression) -> bool:
        """`isinstance(e, openai.APIStatusError)`: the type of all errors that an answer stands behind."""
        match test:
            case cst.Call(func=cst.Name(value="isinstance"), args=[cst.Arg(value=subject), cst.Arg(value=types)]):
                names = self._semantics.evaluator.type_names(types) if dotted(subject) == self._caught else ()
                sheets = (self._semantics.types.type(name) for name in names)
                return any(sheet is not None and sheet.carries_status and not is_special(self._semantics, sheet) for sheet in sheets)
            case _:
                return False


def _is_answered(test: cst.BaseExpression, caught: str) -> bool | None:
    """Whether a test that is true says that there is an answer, or none; None where it asks something else."""
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        target = test.comparisons[0]
        if dotted(target.comparator) != "None" or not isinstance(target.operator, (cst.Is, cst.IsNot)):
            return None
        return isinstance(target.operator, cst.IsNot) if _is_answer(test.left, caught) else None
    return True if _is_answer(test, caught) else None


def _is_answer(asked: cst.BaseExpression, caught: str) -> bool:
    """`e.response`, `getattr(e, "response", None)`, `hasattr(e, "status_code")`."""
    if isinstance(asked, cst.Call) and dotted(asked.func) in ("hasattr", "getattr") and len(asked.args) > 1:
        return dotted(asked.args[0].value) == caught and string_value(asked.args[1].value) in _ANSWER
    return dotted(asked) in {f"{caught}.{member}" for member in _ANSWER}
