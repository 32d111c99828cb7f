"""What is tried again, by the arguments that say so: types, functions of the exception or the result, statuses, switches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import libcst as cst

from errlint.body_keys import CODES, SIGNS, STATES
from errlint.semantics.meaning import Place
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.functions import Given as Passed
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.codes import OTHER, Codes
from errlint.semantics.retries.exception_types import BROAD, FEW
from errlint.semantics.retries.library.calls import Given, RetrySite
from errlint.semantics.retries.library.defaults import Defaults
from errlint.semantics.retries.library.leaving import Leaving
from errlint.semantics.retries.library.said import Again, Said
from errlint.semantics.retries.library.values import classes, is_nothing, truth
from errlint.semantics.retries.outcomes import FAILED, FAILURES, NOT_YET, NOTHING, REFUSED
from errlint.semantics.retries.predicates import Function, Predicates
from errlint.semantics.retries.wrapped.deciders import of_its_kind
from errlint.semantics.values.status_sets import ALL, ERRORS, UNKNOWN, Range
from errlint.semantics.values.types import shown
from errlint.sheets.retry import Says

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_OF_ERRORS = (SIGNS | CODES) - STATES
"""Keys of bodies that tell an error from a success; what tells a state may be that of a thing which is not ready yet."""
_SUCCESSES = ALL & ~FAILED & ~NOT_YET
_PERHAPS = Range(FAILURES, 0)
_MOST_CODES = 48


class Conditions:
    """Answers for the calls of one file.

    :param part: what an expression in the library's own words says.
    """

    def __init__(self, semantics: Semantics, leaving: Leaving, part: Callable[[cst.BaseExpression], Said | None]) -> None:
        self._semantics = semantics
        self._leaving = leaving
        self._part = part

    def of(self, passed: list[Given], site: RetrySite, default: Defaults, whole: Said | None) -> Again | None:
        """What arguments and defaults say; None if nothing, or nothing but ``whole``, a policy that is handed over."""
        raised = self._positive(passed, ("retried", "types", "when", "text", "text-pattern"))
        listed = self._positive(passed, ("statuses",))
        returned = self._positive(passed, ("result", "not-result"))
        switched = self._switches(passed, site)
        taken = self._positive(passed, ("unless", "not-types"))
        if whole is not None and (raised or listed or returned or taken) is None:
            return None
        parts = [
            raised if raised is not None else default.raised(site.node),
            listed if listed is not None else default.listed(site.node),
            default.hinted(),
            default.network(),
            returned if returned is not None else default.returned(site.node),
            switched,
        ]
        known = [part for part in parts if part is not None]
        if not known:
            return None
        found = reduce(Again.__or__, known)
        return found.without(taken) if taken is not None else found

    def _positive(self, passed: list[Given], words: tuple[Says, ...]) -> Again | None:
        found: Again | None = None
        for item in passed:
            if item.argument.adds or not set(words).intersection(item.argument.says):
                continue
            said = self._said_of(item)
            if said is not None:
                found = said if found is None else found | said
        return found

    def _said_of(self, item: Given) -> Again | None:
        words = item.argument.says
        if "retried" in words:
            part = self._part(item.value)
            if part is not None:
                return part.again
            if "when" not in words:
                asks_result = any(self._takes_result(function, item.argument.result) for function, _ in self._functions(item.value))
                return Again(NOTHING if asks_result else _PERHAPS, places=(Place(item.node, "decides what is tried again"),))
        if "text" in words or "text-pattern" in words:
            return Again(_PERHAPS, places=(Place(item.node, "the text of the exception decides what is tried again"),))
        if "statuses" in words:
            return self._listed(item)
        if "result" in words or "not-result" in words:
            return self._returned(item, inverted="not-result" in words)
        by_type = "types" in words or "not-types" in words
        if by_type and not ({"when", "unless"}.intersection(words) and self._is_function(item.value)):
            return self._raised(item)
        return self._decided(item)

    def _is_function(self, expression: cst.BaseExpression) -> bool:
        return isinstance(expression, cst.Call) or bool(self._semantics.functions.behind(expression))

    def _raised(self, item: Given) -> Again:
        types = self._semantics.predicates.types
        names = types.named(item.value)
        outcomes = self._leaving.caught(names, types) if not self._is_of_successes(names) else NOTHING
        anything = bool(BROAD.intersection(names))
        what = "any exception is tried again" if anything else f"{', '.join(f'`{shown(name)}`' for name in names)}: tried again"
        if "not-types" in item.argument.says:
            what = what.replace("tried again", "given up")
        named = types.statuses_named(names) | types.named_by_raising(names, self._leaving.raised)
        return Again(outcomes, named, (Place(item.node, what),))

    def _is_of_successes(self, names: list[str]) -> bool:
        """Whether types are raised on the way from an answer with any status, that of a success as well: something is not ready yet."""
        types = self._semantics.predicates.types
        taken = [(types.taken(names, one), one) for one in self._leaving.raised]
        return any(passes.may & FAILURES for passes, _ in taken) and all(
            one.outcomes & _SUCCESSES and not passes.must & FAILURES & ~self._leaving.returned for passes, one in taken if passes.may
        )

    def _decided(self, item: Given) -> Again:
        """What a function of the exception lets through."""
        functions = self._functions(item.value)
        inverted = "unless" in item.argument.says
        place = Place(item.node, "decides when to give up" if inverted else "decides what is tried again")

        def outcomes(passes: Range) -> Range:
            known = Range(passes.may & FAILURES, passes.must & FAILURES)
            return known if inverted else self._leaving.tested(known)

        if len(functions) != 1:
            known = self._semantics.deciders.elsewhere(item.value, self._leaving.raised) if not functions else None
            if known is None:
                return Again(Range(FAILURES, 0), places=(place,))
            return Again(outcomes(Range(known.may, known.must)), known.rejected if inverted else known.named, (place,))
        function, given = functions[0]
        predicates = Predicates(self._semantics, given=given)
        predicates.in_flight = self._leaving.raised

        by_code = {code: outcomes(passes) for code, passes in self._by_code(function, given).items()}
        named = predicates.named.in_function(function)
        if inverted and named:
            kinds = Predicates(self._semantics, extra=lambda test: of_its_kind(self._semantics, test), given=given)
            named &= ~kinds.of_function(function).may
        return Again(outcomes(predicates.of_function(function)), named, (place,), by_code)

    def _takes_result(self, function: Function, result: str) -> bool:
        """``lambda state: state.outcome.result() is None``: what has failed is raised there, and goes to the caller."""
        state = next((one.name.value for one in function.params.params), "")
        outcome, _, member = result.format(given=state).partition("(")[0].rpartition(".")
        asked = {node.attr.value for node in self._semantics.tree.inside(function.body, cst.Attribute) if dotted(node.value) == outcome}
        return bool(result) and asked == {member}

    def _by_code(self, function: Function, given: Passed) -> dict[str, Range]:
        """What a function lets through, of failures with each code that it names, and with any other."""
        codes = Codes(self._semantics)
        named = list(dict.fromkeys(codes.named_in(function.body)))[:_MOST_CODES]

        def with_code(code: str) -> Range:
            return Predicates(self._semantics, extra=lambda test: codes.passed(test, code), given=given).of_function(function)

        return {code: with_code(code) for code in (*named, OTHER)} if named else {}

    def _returned(self, item: Given, *, inverted: bool) -> Again:
        """What a function of the result lets through: nothing that failed, if all that it asks for is if something is ready."""
        functions = self._functions(item.value)
        place = Place(item.node, "decides by the result what is tried again")
        asks_for_errors = False
        if len(functions) == 1:
            function, given = functions[0]
            predicates = Predicates(self._semantics, extra=lambda test: self._of_result(test, function), given=given)
            passes, named = predicates.of_function(function), predicates.named.in_function(function)
            asks_for_errors = self._asks_for_errors(function)
        else:
            known = self._semantics.deciders.elsewhere(item.value, ()) if not functions else None
            passes, named = (Range(known.may, known.must), known.named) if known is not None else (UNKNOWN, 0)
        passes = passes.negated() if inverted else passes
        if not asks_for_errors and not named and _says_nothing(passes):
            return Again(NOTHING, places=(place,))
        known_by = self._leaving.come_back(passes)
        return Again(Range(known_by.may | (REFUSED if asks_for_errors else 0), known_by.must), named, (place,))

    def _of_result(self, test: cst.BaseExpression, function: Function) -> Range | None:
        """What a test of the result itself lets through: whether it is true, or not None."""
        if isinstance(test, cst.Name):
            return self._leaving.true if self._is_result(test, function) else None
        if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1 or not self._is_result(test.left, function):
            return None
        target = test.comparisons[0]
        if not isinstance(target.comparator, cst.Name) or target.comparator.value != "None":
            return None
        known = self._leaving.true if self._leaving.may_be_none else UNKNOWN
        return known.negated() if isinstance(target.operator, (cst.Is, cst.Equal)) else known

    def _is_result(self, expression: cst.BaseExpression, function: Function) -> bool:
        reaching = self._semantics.scopes.reaching(expression) if isinstance(expression, cst.Name) else ()
        return any(binding.node in function.params.params for binding in reaching)

    def _asks_for_errors(self, function: Function) -> bool:
        """Whether a function looks into a body for what only errors have, or for whether it was a success."""
        texts = self._semantics.tree.inside(function.body, cst.SimpleString)
        return any((string_value(text) or "").lower() in _OF_ERRORS for text in texts)

    def _functions(self, expression: cst.BaseExpression) -> list[tuple[Function, Passed]]:
        """The functions that a predicate may be: itself, or those that a call makes."""
        if isinstance(expression, cst.Call):
            return self._semantics.functions.made(expression)
        return [(function, {}) for function in self._semantics.functions.behind(expression)]

    def _listed(self, item: Given) -> Again | None:
        if is_nothing(item.value):
            return None
        members = self._semantics.predicates.members(item.value)
        if members is None:
            number = self._semantics.predicates.number(item.value)
            members = 1 << number if number is not None and 400 <= number < 600 else None
        place = Place(item.node, "the statuses that are tried again")
        passed = list(self._passed_for(item.value))
        if passed:
            members = (members or 0) | reduce(or_, (found for _, found in passed))
        if members is None:
            return Again(Range(ERRORS, 0), places=(place,))
        members &= ERRORS
        named = members & ~reduce(or_, (self._in_ranges(value) for value in (item.value, *(value for value, _ in passed))))
        given = (Place(value, "the statuses that are passed to be tried again") for value, _ in passed)
        return Again(Range(members, members), named if members.bit_count() <= FEW else 0, (*given, place))

    def _passed_for(self, value: cst.BaseExpression) -> Iterator[tuple[cst.BaseExpression, int]]:
        """The lists of statuses that calls of this file pass for a parameter, if all are known: ``session(codes=(400, 500))``."""
        semantics = self._semantics
        bindings = semantics.scopes.reaching(value) if isinstance(value, cst.Name) else []
        passed = [given for one in bindings if one.how is How.PARAMETER for given in semantics.functions.passed_for(one)]
        known = [(given, semantics.predicates.members(given)) for given in passed]
        if all(members is not None for _, members in known):
            yield from ((given, members) for given, members in known if members is not None)

    def _in_ranges(self, listed: cst.BaseExpression) -> int:
        """The statuses of ``[*range(400, 410), 503]`` that are not named one by one."""
        elements = listed.elements if isinstance(listed, (cst.List, cst.Tuple, cst.Set)) else ()
        inner = [one.value for one in elements if isinstance(one, cst.StarredElement) and isinstance(one.value, cst.Call)]
        return reduce(or_, (self._semantics.predicates.members(one) or 0 for one in inner), 0)

    def _switches(self, passed: list[Given], site: RetrySite) -> Again | None:
        found: Again | None = None
        for argument in site.described.sheet.arguments:
            if not argument.adds:
                continue
            item = next((one for one in passed if one.argument is argument), None)
            on = argument.by_default if item is None else truth(item.value)
            if on is not False:
                added = classes(argument.adds)
                says = "the statuses that are tried again" if item is not None else "tried again by default"
                place = Place(item.node if item is not None else site.node, says)
                one = Again(Range(added, added if on else 0), places=(place,))
                found = one if found is None else found | one
        return found


def _says_nothing(passes: Range) -> bool:
    """Whether a test of a result passes or not regardless of the status."""
    return not passes.must & ERRORS and passes.may & ERRORS == ERRORS
