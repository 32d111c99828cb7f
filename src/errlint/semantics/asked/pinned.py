"""What tests on the way to a place have pinned down of an error: its status, its class, its code.

Who then asks the text tells apart what the API itself keeps under one code: advice, no mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.body_keys import CODES
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.constants import item_key, string_value
from errlint.semantics.program.scopes import How
from errlint.semantics.values.status_sets import ERRORS

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_FEW = 5
"""A test that leaves at most so many statuses has looked at the status, not only at success."""
_KINDS = CODES | {"name", "category", "kind", "subtype", "reason_code"}
"""Fields whose value names one kind of error."""


def narrowed(semantics: Semantics, node: cst.CSTNode, subject: Meaning) -> str | None:
    """What was pinned down of the error that ``subject`` belongs to where ``node`` stands, if anything."""
    possible = semantics.statuses.possible_at(node)
    if not possible & ~ERRORS and possible.bit_count() <= _FEW:
        return "the status"
    origin: Meaning | None = subject
    while origin is not None:
        if origin.kind is Kind.EXCEPTION and origin.sheet is not None and origin.sheet.statuses:
            return "the class"
        origin = origin.origin
    return "the error code" if any(_tests_code(semantics, test, subject) for test in semantics.tree.tests_around(node)) else None


def _tests_code(semantics: Semantics, test: cst.BaseExpression, subject: Meaning) -> bool:
    if isinstance(test, cst.BooleanOperation):
        return _tests_code(semantics, test.left, subject) or _tests_code(semantics, test.right, subject)
    if not isinstance(test, cst.Comparison) or not isinstance(test.comparisons[0].operator, (cst.Equal, cst.In)):
        return False
    meaning = semantics.meaning(test.left)
    if meaning is not None and meaning.kind is Kind.CODE:
        return True
    return _is_of_same(semantics, _read(semantics, test.left), subject) and _names_a_kind(test.comparisons[0])


def _read(semantics: Semantics, asked: cst.BaseExpression) -> cst.BaseExpression:
    """What a value was read by: ``body["code"]`` for the ``code`` that it is kept in, and for ``(code := body["code"])``."""
    if isinstance(asked, cst.NamedExpr):
        return asked.value
    kept = semantics.scopes.reaching(asked) if isinstance(asked, cst.Name) else ()
    only = kept[0] if len(kept) == 1 else None
    return only.value if only is not None and only.how is How.VALUE and only.value is not None and not only.path else asked


def _is_of_same(semantics: Semantics, asked: cst.BaseExpression, subject: Meaning) -> bool:
    """Whether ``asked`` is a field that names the kind of an error, of the body or the exception that the text was taken from."""
    owner, key = _field(asked)
    if owner is None or key.lower() not in _KINDS:
        return False
    meaning = semantics.meaning(owner)
    return meaning is not None and meaning.trail[0].node is subject.trail[0].node


def _field(asked: cst.BaseExpression) -> tuple[cst.BaseExpression | None, str]:
    """``e.code``, ``body["code"]``, ``body.get("code")``: what has the field, and its name."""
    match asked:
        case cst.Attribute(value=owner, attr=cst.Name(value=key)):
            return owner, key
        case cst.Subscript(value=owner):
            return owner, item_key(asked) or ""
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value="get")), args=[cst.Arg(value=key), *_]):
            return owner, string_value(key) or ""
        case _:
            return None, ""


def _names_a_kind(compared: cst.ComparisonTarget) -> bool:
    """Whether a field is compared with a literal that may be the name of a kind: no empty text, and no 0 or 1, which are outcomes."""
    value = compared.comparator
    if not isinstance(compared.operator, cst.Equal):
        return False
    if isinstance(value, cst.UnaryOperation) and isinstance(value.operator, cst.Minus):
        value = value.expression
    return value.evaluated_value > 1 if isinstance(value, cst.Integer) else bool(string_value(value))
