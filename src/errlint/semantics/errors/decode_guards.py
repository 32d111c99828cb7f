"""Is anything ready for a body that is no JSON? What catches the failure to decode it, or has looked at the body before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.errors.handlers import BROAD
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.constants import index_value
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.values.status_sets import statuses

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 3
"""Variables of variables that are asked."""
IN_FRONT = 1 << 403 | 1 << 413 | 1 << 429 | statuses(500, 505) | statuses(520, 531)
"""Error statuses that servers in front of an API (firewalls, load balancers, proxies) answer with by themselves, in any format."""
_LOOKS_AT = (Kind.TEXT, Kind.HEADERS, Kind.RESPONSE, Kind.BODY)
_CONTENT_TYPE = "content-type"
_OS_ERRORS = ("OSError", "IOError", "EnvironmentError")


class DecodeGuards:
    """Answers for the calls of one file that decode the body of an answer."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def ready(self, node: cst.CSTNode, body: Meaning) -> bool:
        """Whether the failure to decode ``body`` at ``node`` is caught in or around its function, or the body was looked at there."""
        if self._catches(self._semantics.shields.at(node), body) or self._looked_at(node, body):
            return True
        function = self._tree.enclosing(node, cst.FunctionDef)
        decorators = function.decorators if function is not None else ()
        return any(self._catches(self._semantics.shields.of(one.decorator), body) for one in decorators)

    # handlers --------------------------------------------------------------------------------------------------------------------

    def takes(self, types: cst.BaseExpression | None, body: Meaning) -> bool:
        """Whether a handler of these types takes the failure to decode a body."""
        return types is None or self._catches(self._semantics.evaluator.type_names(types), body)

    def _catches(self, names: Iterable[str], body: Meaning) -> bool:
        return any(name.endswith("DecodeError") or name in self._failures(body) for name in names)

    def raised(self, body: Meaning) -> tuple[str, ...]:
        """The types, one or more, that a handler has to name to take any failure to decode a body."""
        declared = body.origin.sheet.undecodable if body.origin is not None and body.origin.sheet is not None else ()
        # what is called a DecodeError is a ValueError in all libraries
        return ("ValueError", *(name for name in declared if not name.endswith("DecodeError")))

    def _failures(self, body: Meaning) -> set[str]:
        """The types, by all their names, that catch the failure to decode a body."""
        found = {*BROAD, "ValueError"}
        raised = body.origin.sheet.undecodable if body.origin is not None and body.origin.sheet is not None else ()
        for name in raised:
            for sheet in self._semantics.types.ancestors(name):
                found.update((sheet.name, *sheet.also, *sheet.parents))
        return found.union(_OS_ERRORS if "OSError" in found else ())

    # tests -----------------------------------------------------------------------------------------------------------------------

    def _looked_at(self, node: cst.CSTNode, body: Meaning) -> bool:
        """A test on the way asks what the body is: its content type, how its text begins, or a helper that is given the answer.

        What was asked under statuses with which no page gets here says nothing: ``if status == 400 and "too short" in text: return``.
        """
        possible = self._semantics.answers.statuses(body).possible_at
        pages = possible(node) & IN_FRONT
        looks = (part for test in self._tests_at(node) for part in self._looking(test, _HOPS))
        return any(not pages or possible(part) & pages for part in looks)

    def _tests_at(self, node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
        """All that is asked on the way to a place: conditions, and the subjects and guards of cases."""
        yield from (test for test, _ in conditions_at(self._tree, node))
        for found in self._tree.ancestors(node):
            if isinstance(found, (cst.FunctionDef, cst.Lambda)):
                return
            if isinstance(found, cst.MatchCase):
                match = self._tree.parent.get(found)
                asked = (match.subject if isinstance(match, cst.Match) else None, found.guard)
                yield from (test for test in asked if test is not None)

    def _looking(self, test: cst.BaseExpression, hops: int) -> Iterator[cst.CSTNode]:
        """The parts of a test that ask what the body is."""
        return (node for node in (test, *self._tree.below(test)) if self._asks(node, hops))

    def _asks(self, node: cst.CSTNode, hops: int) -> bool:
        """Whether a part of a test asks what the body is; what a variable holds was asked where it was kept."""
        match node:
            case cst.Attribute(attr=cst.Name(value="content_type" | "mimetype" | "get_content_type")):
                return True
            case cst.Comparison():
                return any(self._is(part, Kind.TEXT) for part in _operands(node))
            case cst.Call() | cst.Subscript():
                if self._is_content_type(node) or self._has_key(node):
                    return True
                return isinstance(node, cst.Call) and self._is_looked_at_by(node)
            case cst.Name():
                return self._is_content_type(node) or (hops > 0 and self._is_kept_look(node, hops))
            case _:
                return False

    def _is_content_type(self, node: cst.BaseExpression) -> bool:
        found = self._semantics.meaning(node)
        return found is not None and found.kind is Kind.HEADER and found.name.lower() == _CONTENT_TYPE

    def _has_key(self, node: cst.Call | cst.Subscript) -> bool:
        """`headers.get("content-type")`, whatever is known of the headers: a copy with other names, those of a wrapper."""
        key = index_value(node) if isinstance(node, cst.Subscript) else next((argument.value for argument in node.args[:1]), None)
        return key is not None and any(word.lower() == _CONTENT_TYPE for word in self._semantics.constants.strings(key))

    def _is_looked_at_by(self, call: cst.Call) -> bool:
        """Whether a call looks at the text, or is given the answer to look at."""
        if isinstance(call.func, cst.Attribute) and self._is(call.func.value, Kind.TEXT):
            return bool(call.args)  # `.startswith("{")`, and not `.strip()`
        name = dotted(call.func)
        given = (self._semantics.meaning(argument.value) for argument in call.args)
        return name not in ("len", "bool", "isinstance", "str") and any(one is not None and one.kind in _LOOKS_AT for one in given)

    def _is_kept_look(self, name: cst.Name, hops: int) -> bool:
        """`readable = "json" in content_type`: what is kept is no part of an answer, but what was found out about one."""
        if self._semantics.meaning(name) is not None:
            return False
        bindings = self._semantics.scopes.reaching(name)
        values = (one.value for one in bindings if one.how is How.VALUE and one.value is not None)
        return any(True for value in values for _ in self._looking(value, hops - 1))

    def _is(self, expression: cst.BaseExpression, kind: Kind) -> bool:
        found = self._semantics.meaning(expression)
        return found is not None and found.kind is kind


def _operands(comparison: cst.Comparison) -> Iterator[cst.BaseExpression]:
    yield comparison.left
    yield from (target.comparator for target in comparison.comparisons)
