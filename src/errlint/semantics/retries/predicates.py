"""What a test, a predicate function or a handler lets through, in outcomes of an attempt.

Inside a retry more is known than elsewhere: the exception and the answer at hand are those of the attempt. So ``e.response.status_code``
and ``exc.code in (429, 503)`` are tests of the status here, whatever the type of ``e``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.meaning import Kind, Meaning, Place
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.functions import Given
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.retries.codes import Codes
from errlint.semantics.retries.exception_types import ExceptionTypes, Raised
from errlint.semantics.retries.kinds import KindsOfAnswers
from errlint.semantics.retries.outcomes import ANYTHING, NO_ANSWER, NOTHING
from errlint.semantics.retries.readable import Readable, of_each
from errlint.semantics.retries.status_texts import any_status, status_in_text
from errlint.semantics.retries.tables import StatusTables
from errlint.semantics.retries.waiting.named import Named
from errlint.semantics.retries.waiting.settings import default_of
from errlint.semantics.retries.words import ANSWER_WORDS, STATUS_WORDS, last_word
from errlint.semantics.retries.wrapped.handed import Handed, Verdict
from errlint.semantics.values.class_members import is_abstract
from errlint.semantics.values.status_sets import ALL, ERRORS, UNKNOWN, Range
from errlint.semantics.values.statuses import Statuses
from errlint.semantics.values.types import UNKNOWN_TYPE

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

Function = cst.FunctionDef | cst.Lambda
_OK_WORDS = {
    "ok": "ok",
    "is_success": "success",
    "is_error": "is-error",
    "is_client_error": "client-error",
    "is_server_error": "server-error",
}
_TRUTHS = ("True", "False")
_HOPS = 4

Extra = Callable[[cst.BaseExpression], "Range | None"]


class Predicates(Statuses):
    """Tests of outcomes. Beside tests of statuses: types of exceptions, predicates of the same file, names that keep the result of a test.

    :param given: what parameters stand for, of the function that made the predicate; :param handed: the predicates that a use hands over.
    :ivar extra: asked first; says of a test that only its caller understands (a counter, a code) what it lets through.
    """

    def __init__(
        self,
        semantics: Semantics,
        types: ExceptionTypes | None = None,
        extra: Extra | None = None,
        given: Given | None = None,
        handed: Handed | None = None,
    ) -> None:
        super().__init__(semantics.tree, self._lenient, semantics.names.qualified, self._values)
        self._given = given or {}
        self.types = types or ExceptionTypes(
            semantics.tree,
            semantics.scopes,
            semantics.names,
            libraries=semantics.libraries,
            types=semantics.types,
            given=given,
            attributes=semantics.constants.attribute_values,
        )
        self._semantics = semantics
        self._extra = extra
        self._handed = handed
        self._kinds = KindsOfAnswers(semantics, self)
        self._tables = StatusTables(semantics, self)
        self._codes = Codes(semantics)
        self._readable = Readable(semantics, self.types)
        self.named = Named(semantics, self, self._kinds, self._tables, handed)
        self._asking: set[cst.CSTNode] = set()
        self.in_flight: tuple[Raised, ...] = ()
        """What was caught, while tests of its handler are asked: an error of one library is of no type of another."""

    def _values(self, expression: cst.BaseExpression) -> list[cst.BaseExpression]:
        if isinstance(expression, cst.Name) and self._given:
            passed = [self._given[found.node] for found in self._semantics.scopes.reaching(expression) if found.node in self._given]
            if passed:
                return passed
        values = [default_of(value) for value in self._semantics.constants.values(expression)]
        return values or (self._semantics.settings.held_by_default(expression) if isinstance(expression, cst.Attribute) else [])

    # meanings --------------------------------------------------------------------------------------------------------------------

    def _lenient(self, expression: cst.BaseExpression) -> Meaning | None:
        if self.in_flight and self._readable.is_absent(expression, self.in_flight):
            return None
        meaning = self._semantics.meaning(expression)
        if meaning is None or meaning.kind is Kind.CODE:
            # the code in the body of some APIs is the status once more; a code that is a word is never equal to a number
            return self._guessed(expression) or meaning
        return meaning

    def _guessed(self, expression: cst.BaseExpression) -> Meaning | None:
        """A status or a success flag by its name."""
        if isinstance(expression, cst.BooleanOperation):
            return self._lenient(expression.left) or (self._lenient(expression.right) if self.in_flight else None)
        word = last_word(expression).lower()
        if word in STATUS_WORDS:
            return Meaning(Kind.STATUS, (Place(expression, ""),), name="guessed")
        if word in _OK_WORDS and isinstance(expression, cst.Attribute):
            return Meaning(Kind.OK, (Place(expression, ""),), name=_OK_WORDS[word])
        if isinstance(expression, cst.Name):
            return self._kept(expression)
        return None

    def _kept(self, name: cst.Name) -> Meaning | None:
        """``code = getattr(e, "status_code", None)``: a name is what it was assigned."""
        if name in self._asking:
            return None
        self._asking.add(name)
        try:
            for binding in self._semantics.scopes.reaching(name):
                if binding.how is How.VALUE and binding.value is not None and not binding.path:
                    return (
                        self._lenient(binding.value) if not isinstance(binding.value, (cst.Call, cst.Await)) else self._got(binding.value)
                    )
            return None
        finally:
            self._asking.discard(name)

    def _got(self, value: cst.BaseExpression) -> Meaning | None:
        return self._guessed(value) if isinstance(value, cst.Call) and dotted(value.func) in ("getattr", "int") else None

    def _compare(self, left: cst.BaseExpression, relation: cst.BaseCompOp, right: cst.BaseExpression) -> Range:
        tabled = self._tables.compared(left, relation, right)
        if tabled is not None:
            return tabled
        if isinstance(relation, (cst.Is, cst.IsNot)) and isinstance(right, cst.Name) and right.value == "None":
            present = self._is_handed_over(left)
            present = self._presence(left) if present == UNKNOWN else present
            return present.negated() if isinstance(relation, cst.Is) else present
        if isinstance(relation, (cst.Is, cst.IsNot, cst.Equal, cst.NotEqual)) and isinstance(right, cst.Name) and right.value in _TRUTHS:
            said = self.range_of(left)
            negative = isinstance(relation, (cst.IsNot, cst.NotEqual)) == (right.value == "True")
            return said.negated() if negative and said != UNKNOWN else said
        if isinstance(relation, (cst.In, cst.NotIn)):
            named = status_in_text(left, right)
            if named:
                return Range(named, named) if isinstance(relation, cst.In) else Range(named, named).negated()
            mixed = self._with_codes(left, right)
            if mixed is not None:
                return mixed if isinstance(relation, cst.In) else mixed.negated()
        found = super()._compare(left, relation, right)
        if found == UNKNOWN:
            return self._kinds.compared(left, relation, right) or UNKNOWN
        numbers = [number for number in (self.number(left), self.number(right)) if number is not None]
        if any(not 100 <= number <= 600 for number in numbers) and self._divisor(left) == 1:
            return UNKNOWN  # `code >= 3` is no test of an HTTP status
        return found

    def _with_codes(self, left: cst.BaseExpression, right: cst.BaseExpression) -> Range | None:
        """``e.code in ("LIMIT_EXCEEDED", 429)``: codes that are words come with errors only."""
        elements = [element.value for element in right.elements] if isinstance(right, (cst.Tuple, cst.List, cst.Set)) else []
        words = [element for element in elements if string_value(element) is not None]
        numbers = [self.number(element) for element in elements if element not in words]
        if not words or not numbers or self._divisor(left) != 1:
            return None
        named = sum(1 << number for number in set(numbers) if number is not None and 400 <= number < 600)
        return None if None in numbers else Range(ERRORS, named)

    def is_status(self, expression: cst.BaseExpression) -> bool:
        """Whether an expression is the status of the answer."""
        return self._divisor(expression) == 1

    def matched(self, pattern: cst.MatchPattern) -> int:
        """The statuses that a pattern of ``match`` takes."""
        return self._matched(pattern)

    def _is_handed_over(self, parameter: cst.BaseExpression) -> Range:
        """``should_retry is not None``, ``should_retry``: of a predicate that a use may hand over, or leave out."""
        absent = self._handed.is_none(parameter) if self._handed is not None and isinstance(parameter, cst.Name) else None
        return UNKNOWN if absent is None else NOTHING if absent else ANYTHING

    def _presence(self, subject: cst.BaseExpression) -> Range:
        """``e.response is not None``: there is an answer."""
        meaning = self._semantics.meaning(subject)
        about_answers = meaning is not None and meaning.kind in (Kind.RESPONSE, Kind.STATUS)
        if about_answers or last_word(subject).lower() in ANSWER_WORDS or self._guessed(subject) is not None:
            return Range(ALL & ~NO_ANSWER, ALL & ~NO_ANSWER)
        return UNKNOWN

    # tests -----------------------------------------------------------------------------------------------------------------------

    def range_of(self, test: cst.BaseExpression) -> Range:
        """The outcomes under which a test is true."""
        if self._extra is not None:
            found = self._extra(test)
            if found is not None:
                return found
        if isinstance(test, cst.NamedExpr):
            return self.range_of(test.value)
        if isinstance(test, cst.Await):
            return self.range_of(test.expression)
        if isinstance(test, cst.IfExp):
            return self._conditional(test)
        tabled = self._tables.passed(test) if isinstance(test, (cst.Call, cst.Subscript, cst.Name)) else None
        if tabled is not None:
            return tabled
        if isinstance(test, cst.Call):
            return self._call(test)
        if isinstance(test, cst.Name) and test.value in ("True", "False", "None"):
            return ANYTHING if test.value == "True" else NOTHING
        found = super().range_of(test)
        if found == UNKNOWN and isinstance(test, cst.Name):
            found = self._is_handed_over(test)
        if found == UNKNOWN and isinstance(test, cst.Comparison) and self._is_servers_hint(test):
            return Range(ERRORS, 0)
        if found == UNKNOWN and isinstance(test, cst.Comparison):
            return self._codes.of_failures(test) or UNKNOWN
        if found == UNKNOWN and isinstance(test, cst.Attribute):
            found = self._property(test)
        if found == UNKNOWN and isinstance(test, (cst.Name, cst.Attribute)):
            present = last_word(test).lower() in ANSWER_WORDS
            return Range(ALL & ~NO_ANSWER, 0) if present else self._kept_test(test)
        return found

    def _property(self, attribute: cst.Attribute) -> Range:
        """``error.is_temporary``, of an exception of the project."""
        for function in self._semantics.deciders.here(attribute, called=False):
            return UNKNOWN if is_abstract(function) else self.of_function(function)
        known = self._semantics.deciders.elsewhere(attribute, self.in_flight, called=False)
        return Range(known.may, known.must) if known is not None else UNKNOWN

    def _is_servers_hint(self, test: cst.Comparison) -> bool:
        """``headers["x-should-retry"] == "true"``, ``"x-should-retry" in headers``."""
        read = [test.left, *(value for value in self._values(test.left) if isinstance(test.left, cst.Name))]
        nodes = (node for expression in read for node in (expression, *self._tree.below(expression)))
        hints = self._semantics.catalogues.hints
        return any((string_value(node) or "").lower() in hints for node in nodes if isinstance(node, cst.SimpleString))

    def _conditional(self, test: cst.IfExp) -> Range:
        condition, yes, no = self.range_of(test.test), self.range_of(test.body), self.range_of(test.orelse)
        otherwise = condition.negated()
        may = condition.may & yes.may | otherwise.may & no.may
        must = condition.must & yes.must | otherwise.must & no.must | yes.must & no.must
        return Range(may, must)

    def _call(self, call: cst.Call) -> Range:
        name = dotted(call.func) or ""
        arguments = [argument.value for argument in call.args]
        if name == "isinstance" and len(arguments) == 2:
            return self._is_number(*arguments) or self._of_types(arguments[1])
        if name == "issubclass" and len(arguments) == 2 and isinstance(arguments[0], cst.Call) and dotted(arguments[0].func) == "type":
            return self._of_types(arguments[1])
        if name == "bool" and len(arguments) == 1:
            return self.range_of(arguments[0])
        if name == "hasattr" and len(arguments) == 2:
            word = (string_value(arguments[1]) or "").lower()
            answered = ALL & ~NO_ANSWER
            return Range(answered, answered) if word in ANSWER_WORDS | STATUS_WORDS else UNKNOWN
        if name in ("any", "all") and len(arguments) == 1:
            return any_status(arguments[0], self._semantics.constants.strings) if name == "any" else UNKNOWN
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "startswith" and len(arguments) == 1:
            named = status_in_text(arguments[0], call.func.value)
            if named:
                return Range(named, named)
        deciders = self._semantics.deciders
        for function in self._semantics.functions.run_by(call) or deciders.here(call.func, called=True):
            return UNKNOWN if is_abstract(function) else self.of_function(function)
        handed = self._handed.behind(call.func) if self._handed is not None else None
        if handed is not None:
            return handed.passes if isinstance(handed, Verdict) else self.of_function(handed)
        known = deciders.elsewhere(call.func, self.in_flight)
        return Range(known.may, known.must) if known is not None else super().range_of(call)

    def _is_number(self, value: cst.BaseExpression, written: cst.BaseExpression) -> Range | None:
        """``isinstance(status, int)``: whether there is a status."""
        meaning = self._lenient(value) if dotted(written) == "int" else None
        if meaning is None or meaning.kind is not Kind.STATUS:
            return None
        return Range(ALL & ~NO_ANSWER, ALL & ~NO_ANSWER)

    def _of_types(self, written: cst.BaseExpression) -> Range:
        names = self.types.named(written)
        if UNKNOWN_TYPE in names or any(name in ("dict", "list", "str", "bytes", "int", "tuple") for name in names):
            return UNKNOWN
        sheets = [self._semantics.libraries.type(name) for name in names]
        if any(sheet is not None and sheet.is_a == "response" and not sheet.carries_status for sheet in sheets):
            return UNKNOWN
        if any(self.types.local(name) is not None or is_first_party(name) for name in names):
            if not self._are_told_apart(names):
                return UNKNOWN
            found = self._of_those_in_flight(names)
            # what the project makes of a failure of the network is not known
            return Range(found.may | NO_ANSWER, found.must)
        return self._of_those_in_flight(names) if self.in_flight else self.types.covers(names)

    def _are_told_apart(self, names: list[str]) -> bool:
        """Whether it is known of all that was caught whether it is of these types: no class of it has one of them below it."""
        kinds = {kind for one in self.in_flight if one.types or one.outcomes & ERRORS for kind in one.types or (UNKNOWN_TYPE,)}
        above = {kind for name in names if name not in kinds for kind in self.types.ancestry(name)[0]}
        return bool(kinds) and UNKNOWN_TYPE not in kinds and not kinds & above

    def _of_those_in_flight(self, names: list[str]) -> Range:
        """The outcomes that arrived here as exceptions of these types: code may have raised its own for them.

        Exceptions that nothing is known of are taken to be those that libraries raise.
        """
        may = certain = doubtful = 0
        for one in self.in_flight:
            taken = self.types.taken(names, Raised((), one.outcomes) if UNKNOWN_TYPE in one.types else one)
            may, certain, doubtful = may | taken.may, certain | taken.must, doubtful | one.outcomes & ~taken.must
        return Range(may, certain & ~doubtful)

    def _kept_test(self, name: cst.Name | cst.Attribute) -> Range:
        """``retryable = status in RETRYABLE`` and ``retry = False; if …: retry = True``: what the assignments that reach the name say."""
        if not isinstance(name, cst.Name) or name in self._asking:
            return UNKNOWN
        bindings = self._semantics.scopes.reaching(name)
        if not bindings or any(binding.how is not How.VALUE or binding.value is None or binding.path for binding in bindings):
            return UNKNOWN
        self._asking.add(name)
        try:
            return self._joined(bindings)
        finally:
            self._asking.discard(name)

    def _joined(self, bindings: list[Binding]) -> Range:
        """The last binding is asked first: what passes it for certain is decided by it."""
        may = must = 0
        undecided = ALL
        for binding in bindings:
            assert binding.value is not None
            said = self.range_of(binding.value)
            may |= undecided & self.possible_at(binding.node) & said.may
            if len(bindings) == 1:
                must = said.must
        return Range(may, must) if may != ALL or must else UNKNOWN

    def in_case(self, case: cst.MatchCase) -> Range:
        """The outcomes that the pattern of a case of ``match response.status_code`` takes; its guard is another question."""
        taken = self._in_case(case)
        return Range(taken, 0 if taken == ALL or self._matched(case.pattern) == ALL else taken)

    # functions -------------------------------------------------------------------------------------------------------------------

    def of_function(self, function: Function) -> Range:
        """The outcomes for which a predicate (``def is_transient(e): …``, ``lambda e: …``) returns something true."""
        if function in self._asking or len(self._asking) > _HOPS * 8:
            return UNKNOWN
        self._asking.add(function)
        try:
            found = self.range_of(function.body) if isinstance(function, cst.Lambda) else self._of_body(function)
        finally:
            self._asking.discard(function)
        several = len(self.in_flight) > 1 and self._readable.is_asked_in(function)
        return of_each(self.in_flight, found, lambda one: self._about(one).of_function(function)) if several else found

    def _about(self, raised: Raised) -> Predicates:
        """The same questions about some of the exceptions in flight."""
        about = Predicates(self._semantics, self.types, self._extra, self._given, self._handed)
        about.in_flight = (raised,)
        return about

    def _of_body(self, function: cst.FunctionDef) -> Range:
        true, false = 0, 0
        for node in self._tree.below(function.body, into_functions=False):
            if isinstance(node, cst.Return):
                reached = self.possible_at(node)
                said = self.range_of(node.value) if node.value is not None else NOTHING
                true |= reached & said.may
                false |= reached & said.negated().may
            elif isinstance(node, (cst.Yield, cst.From)):
                return UNKNOWN
        if not leaves(function.body):
            false |= self._after_exits(function.body, None)
        return Range(true, ALL & ~false & true)
