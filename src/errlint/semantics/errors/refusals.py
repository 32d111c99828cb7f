"""Bodies that are taken for errors by what their message says, while nobody asks for the status.

``if data.get("message") == "city not found": return None`` knows an error by its words alone. The test is no evidence by itself: messages
are data as well, of a chat or of a list of tasks. The answer may still be an error there, the message stands at the top of its body and is
compared with a sentence, and where it says that sentence, the code has nothing to give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.asked.text_tests import TextTest
from errlint.semantics.errors.raising import Answer
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.conditions import atoms
from errlint.semantics.values.status_sets import ERRORS

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_KEYS = frozenset({"message", "detail"})
_SENTENCE = later(r"[^\W\d_]{2,}(?:'[a-z]+)?[,:]? +(?=.*[^\W\d_]{2})")
"""Two words or more: what is made for machines has no spaces."""


def refuses(semantics: Semantics, test: TextTest, asked: Meaning) -> bool:
    """Whether a test of the message of an answer, if it is true, is all that makes the answer an error."""
    if asked.kind is not Kind.MESSAGE or asked.origin is None or asked.origin.kind is not Kind.RESPONSE:
        return False
    if len(asked.path) != 1 or str(asked.path[0]).lower() not in _KEYS:
        return False
    if not test.exact or test.negated or not all(map(_SENTENCE.match, test.words())):
        return False
    return _gives_up(semantics, test.node) and _may_be_an_error(semantics, test.node, asked)


def _may_be_an_error(semantics: Semantics, node: cst.CSTNode, asked: Meaning) -> bool:
    """Whether nothing before has sorted errors out."""
    born = next((place.node for place in asked.trail if place.http), None)
    if not isinstance(born, cst.Call) or semantics.raises_for_status(born).answer is not Answer.NO:
        return False
    return semantics.circumstances.statuses_at(node, asked) & ERRORS == ERRORS


def _gives_up(semantics: Semantics, node: cst.CSTNode) -> bool:
    """Whether the branch of a true test raises, or returns nothing that it could have made of the answer."""
    branch = semantics.tree.enclosing(node, cst.If, cst.FunctionDef, cst.Lambda)
    if not isinstance(branch, cst.If) or not any(part is node and truth for part, truth in atoms(branch.test, truth=True)):
        return False
    if any(_asks_more(semantics, part) for part, _ in atoms(branch.test, truth=True) if part is not node):
        return False
    statement = branch.body.body[-1]
    last = statement.body[-1] if isinstance(statement, cst.SimpleStatementLine) else statement
    if isinstance(last, cst.Return):
        return last.value is None or _is_nothing(last.value)
    return isinstance(last, cst.Raise)


def _asks_more(semantics: Semantics, test: cst.BaseExpression) -> bool:
    """Whether a test beside it compares something else of an answer: that may say that it is a success."""
    if not isinstance(test, cst.Comparison) or isinstance(test.comparisons[0].operator, (cst.In, cst.NotIn)):
        return False
    return semantics.meaning(test.left) is not None


def _is_nothing(value: cst.BaseExpression) -> bool:
    if isinstance(value, (cst.Tuple, cst.List, cst.Dict)):
        return not value.elements or (isinstance(value, cst.Tuple) and all(_is_nothing(element.value) for element in value.elements))
    if isinstance(value, cst.SimpleString):
        return not value.evaluated_value
    return isinstance(value, cst.Name) and value.value in ("None", "False")
