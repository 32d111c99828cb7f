"""Functions of other modules that are handed what failed: ``raise_unless_temporary(error)``. Which outcomes go on behind their call?

A function is sent the outcomes in the module where it stands (:mod:`~errlint.semantics.project.summarise`). One that cannot be read may
raise for any.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import file_and_path, is_first_party
from errlint.semantics.program.functions import arguments, method
from errlint.semantics.program.names import dotted, first_name
from errlint.semantics.program.scopes import How
from errlint.semantics.project.summaries import Onward
from errlint.semantics.retries.by_hand.exits import Exits
from errlint.semantics.retries.by_hand.marks import Marks
from errlint.semantics.retries.exception_types import Raised
from errlint.semantics.retries.outcomes import FAILED, FAILURES
from errlint.semantics.retries.predicates import Predicates

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.fates import Fate

_ITSELF = ("self", "cls")


def through(semantics: Semantics, function: cst.FunctionDef, outcomes: int, raised: Sequence[Raised]) -> Fate:
    """Where outcomes go that are handed to a function.

    :param raised: the exceptions that they are, where the call stands in a handler.
    """
    from errlint.semantics.retries.by_hand.fates import Walk
    from errlint.semantics.retries.by_hand.steps import Steps

    nothing = cst.Call(cst.Name("nothing"))  # the attempt was made elsewhere
    predicates = Predicates(semantics)
    walk = Walk(Steps(semantics, predicates, function, nothing), Exits(semantics, function), Marks(semantics, function.body))
    return walk.handed(function, outcomes, tuple(raised))


class OnwardCalls:
    """Answers for the calls of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._callees = semantics.evaluator.callees

    def behind(self, call: cst.Call, outcomes: int, raised: Sequence[Raised]) -> Onward | None:
        """What a function of another module does with the outcomes that it is handed; None: nothing is known of it."""
        imported = self._semantics.imported
        name, _ = self._callees.name_elsewhere(call) if imported is not None else ("", False)
        if imported is None or not name or not any(self._is_failure(value) or self._is_status(value) for _, value in arguments(call)):
            return None
        outside = self._callees.outside
        by_type = tuple((tuple(map(outside, one.types)), one.outcomes & FAILURES) for one in raised if one.outcomes & FAILURES)
        told = imported.onward(name, outcomes, by_type)
        here = f"{imported.file}:"
        known = told.raised if told is not None else ()
        raised_here = tuple((tuple(kind.removeprefix(here) for kind in kinds), under) for kinds, under in known)
        return Onward(told.next, raised_here) if told is not None else None

    def may_raise(self, call: cst.Call) -> bool:
        """Whether a function that cannot be read may be there to raise what it is handed: its call is a statement of its own.

        Methods of objects are not: ``errors.append(error)``, ``span.record_exception(error)``; those that this object inherits may be.
        """
        if not self._is_statement(call) or not any(self._is_failure(argument.value) for argument in call.args if argument.keyword is None):
            return False
        name = self._semantics.names.qualified(call.func)
        owner = dotted(call.func.value) if isinstance(call.func, cst.Attribute) else None
        if name is None or owner in _ITSELF:
            return owner in _ITSELF
        if is_first_party(name):
            return len(file_and_path(name)[1]) == 1
        root = name.partition(".")[0]
        known = hasattr(builtins, root) or root in sys.stdlib_module_names or root in self._semantics.libraries.roots
        return not known and self._is_imported(call.func) and name.rpartition(".")[2] not in self._semantics.libraries.speeches.words

    def may_have_enough(self, call: cst.Call) -> bool:
        """Whether a call that is handed neither what failed nor an answer may raise all the same: ``deadline.check()``, ``budget.spend()``.

        It is a statement of its own, of a function of another module or of an object of which nothing is known but that classes of the file
        have a method of this name. An object may be handed what failed, as well.
        """
        if not self._is_statement(call):
            return False
        imported = self._semantics.imported
        name, of_object = self._callees.name_elsewhere(call) if imported is not None else ("", False)
        if not of_object and any(self._semantics.meaning(argument.value) is not None for argument in call.args):
            return False
        if imported is not None and name:
            told = imported.onward(name, FAILED, ())
            return told is not None and bool(told.raised)
        return any(through(self._semantics, method, FAILED, ()).raised for method in self._methods_named_by(call))

    def _methods_named_by(self, call: cst.Call) -> Iterator[cst.FunctionDef]:
        """The methods of the file that go by the name of a method of an unknown object, and make no request."""
        if not isinstance(call.func, cst.Attribute) or self._semantics.names.qualified(call.func) is not None:
            return
        if self._semantics.meaning(call.func.value) is not None:
            return
        for definition in self._semantics.tree.all(cst.ClassDef):
            found = method(definition, call.func.attr.value)
            if found is not None and self._semantics.does_http(found) is None:
                yield found

    def _is_statement(self, call: cst.Call) -> bool:
        parent = self._semantics.tree.parent[call]
        return isinstance(self._semantics.tree.parent[parent] if isinstance(parent, cst.Await) else parent, cst.Expr)

    def _is_imported(self, function: cst.BaseExpression) -> bool:
        root = first_name(function)
        return root is not None and any(binding.how is How.IMPORT for binding in self._semantics.scopes.reaching(root))

    def _is_failure(self, value: cst.BaseExpression) -> bool:
        """Whether a value is the answer or the exception as a whole."""
        if self._semantics.waits.is_answer(value):
            return True
        return isinstance(value, cst.Name) and any(found.how is How.EXCEPT for found in self._semantics.scopes.reaching(value))

    def _is_status(self, value: cst.BaseExpression) -> bool:
        return self._semantics.predicates.is_status(value)
