"""What code itself expects of an exception of which nothing else is known.

Handlers are broad, helpers take any exception, and the call that raised may be that of a library which no sheet knows. But code that asks
an exception for ``.status_code``, or looks for ``"429"`` in its text, says that an HTTP error can arrive: then its text is an API's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import libcst as cst

from errlint.http_words import STATUS_MEMBERS, names_status
from errlint.semantics.asked.text_tests import TextTest, TextTests
from errlint.semantics.meaning import Kind, Meaning, Place
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.tree import Tree
from errlint.sheets.library import TypeSheet

_NUMBER = frozenset({"status", "code"})
"""Members that are a status if they are compared with one."""


class Expectations:
    """Answers for the exceptions of one file.

    :param asked: what a test of text asks; :param number: the int that an expression stands for;
    :param types: the sheets of the types that an expression names; :param are_apart: whether what is expected of the exception of a text at
    one place cannot hold where the text is asked.
    """

    def __init__(
        self,
        tree: Tree,
        text_tests: TextTests,
        *,
        meaning: Callable[[cst.BaseExpression], Meaning | None],
        asked: Callable[[TextTest], Meaning | None],
        number: Callable[[cst.BaseExpression], int | None],
        types: Callable[[cst.BaseExpression], Iterator[TypeSheet]],
        are_apart: Callable[[Meaning, cst.CSTNode, cst.CSTNode], bool],
    ) -> None:
        self._tree = tree
        self._text_tests = text_tests
        self._meaning = meaning
        self._asked = asked
        self._number = number
        self._types = types
        self._are_apart = are_apart

    def of(self, subject: Meaning, node: cst.CSTNode) -> Place | None:
        """What shows that the exception of which ``subject`` is the text may be an HTTP error where ``node`` asks it."""
        found = self._found.get(_born(subject), ())
        return next((place for place in found if not self._are_apart(subject, place.node, node)), None)

    @cached_property
    def _found(self) -> dict[cst.CSTNode, list[Place]]:
        found: dict[cst.CSTNode, list[Place]] = {}
        for subject, place in (*self._members(), *self._calls(), *self._texts()):
            if not subject.proven:
                found.setdefault(_born(subject), []).append(place)
        return found

    def _members(self) -> Iterator[tuple[Meaning, Place]]:
        """``e.status_code``; ``e.code == 404``."""
        for attribute in self._tree.all(cst.Attribute):
            name = attribute.attr.value
            if name in STATUS_MEMBERS or (name in _NUMBER and self._is_compared(attribute)):
                subject = self._exception(attribute.value)
                if subject is not None:
                    yield subject, Place(attribute, f"the code asks it for `.{name}`")

    def _calls(self) -> Iterator[tuple[Meaning, Place]]:
        """``getattr(e, "status_code", None)``, ``hasattr(e, "response")``, ``isinstance(e, HTTPError)``."""
        for call in self._tree.all(cst.Call):
            if not isinstance(call.func, cst.Name) or len(call.args) < 2:
                continue
            asked = call.func.value
            if asked in ("getattr", "hasattr"):
                name = string_value(call.args[1].value) or ""
                expected = name in STATUS_MEMBERS or (name in _NUMBER and self._is_compared(call))
                note = f"the code asks it for `.{name}`"
            elif asked == "isinstance":
                expected = any(sheet.carries_status for sheet in self._types(call.args[1].value))
                note = "the code expects that it may be an HTTP error"
            else:
                continue
            subject = self._exception(call.args[0].value) if expected else None
            if subject is not None:
                yield subject, Place(call, note)

    def _texts(self) -> Iterator[tuple[Meaning, Place]]:
        """``"429" in str(e)``."""
        for node in self._tree.of_types(cst.Comparison, cst.Call, cst.Match):
            for test in self._text_tests.all_at(node):
                word = next(filter(names_status, test.words()), None)
                subject = self._asked(test) if word is not None else None
                if subject is not None and subject.from_exception:
                    yield subject, Place(node, f"the code looks for {word!r} in its text")

    def _exception(self, expression: cst.BaseExpression) -> Meaning | None:
        found = self._meaning(expression)
        return found if found is not None and found.kind is Kind.EXCEPTION else None

    def _is_compared(self, expression: cst.BaseExpression) -> bool:
        """Whether the value is compared with an error status, where it is read or by the name that it is kept in."""
        if self._is_in_comparison(expression):
            return True
        outward = [expression, *self._tree.ancestors(expression)]
        kept = next(found for found in outward[1:] if not isinstance(found, (cst.BooleanOperation, cst.IfExp)))
        targets = [target.target for target in kept.targets] if isinstance(kept, cst.Assign) else []
        names = {target.value for target in targets if isinstance(target, cst.Name)}
        function = self._tree.enclosing(expression, cst.FunctionDef) if names else None
        inside = self._tree.below(function.body, into_functions=False) if function is not None else ()
        return any(isinstance(name, cst.Name) and name.value in names and self._is_in_comparison(name) for name in inside)

    def _is_in_comparison(self, expression: cst.BaseExpression) -> bool:
        around = self._tree.parent.get(expression)
        if not isinstance(around, cst.Comparison):
            around = self._tree.parent.get(around) if isinstance(around, cst.ComparisonTarget) else None
        if not isinstance(around, cst.Comparison):
            return False
        compared = [around.left]
        for target in around.comparisons:
            inner = target.comparator
            members = inner.elements if isinstance(inner, (cst.Tuple, cst.List, cst.Set)) else ()
            compared.extend([inner, *(element.value for element in members)])
        numbers = [self._number(other) for other in compared if other is not expression]
        return any(number is not None and 400 <= number < 600 for number in numbers)


def _born(subject: Meaning) -> cst.CSTNode:
    return subject.trail[0].node
