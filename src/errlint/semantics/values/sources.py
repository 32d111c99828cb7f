"""Where values come from, as far as it matters whether an answer of HTTP may be among them."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from enum import Flag, auto
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.program.handling import Handler
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.program.tree import children
from errlint.semantics.questions import Questions
from errlint.semantics.values.annotations import Annotations

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_CALLERS = frozenset({"map", "filter", "eval", "exec", "compile", "__import__"})
"""Functions of Python that run what they are given."""
_OF_TEXTS = frozenset({
    "startswith", "endswith", "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "splitlines", "isdigit", "removeprefix",
    "removesuffix",
})  # fmt: skip
"""Methods that strings have and clients do not."""
_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.GeneratorExp)


class Source(Flag):
    """Where a value comes from; several for one that is made of several."""

    OWN = auto()
    """The code itself: literals, and what Python makes of them."""
    GIVEN = auto()
    """Whoever calls the function."""
    FOREIGN = auto()
    """Something that is known to be no HTTP: a program that was run, a file, a database."""
    UNKNOWN = auto()
    """Anything else, HTTP included."""


class Sources:
    """Answers for the expressions of one file.

    :param caught: where the exceptions come from that a handler catches.
    """

    def __init__(self, semantics: Semantics, caught: Callable[[Handler], Source]) -> None:
        self._semantics = semantics
        self._caught = caught
        self._annotations = Annotations(semantics.tree, semantics.scopes, semantics.names, semantics.types)
        self._known: Questions[Source] = Questions()

    def of(self, expression: cst.BaseExpression) -> Source:
        """Where the value of an expression comes from."""
        return self._known.ask(expression, self._find) or Source.UNKNOWN

    def together(self, expressions: Iterable[cst.BaseExpression]) -> Source:
        """Where what is made of several expressions comes from."""
        found = Source.OWN
        for expression in expressions:
            found |= self.of(expression)
        return found

    def of_callee(self, call: cst.Call) -> Source:
        """Where that comes from which does the work of a call, whatever it is given; of functions that are not of this file."""
        name = self._semantics.names.qualified(call.func)
        if name is not None and not is_first_party(name):
            return Source.UNKNOWN if name in _CALLERS else self._of_library(name)
        if isinstance(call.func, cst.Attribute):
            return self._of_method(call.func)
        is_class = isinstance(call.func, cst.Name) and self._semantics.types.definition(call.func.value) is not None
        return Source.OWN if is_class else Source.UNKNOWN

    def _of_method(self, method: cst.Attribute) -> Source:
        owner = self.of(method.value)
        if Source.UNKNOWN in owner:
            return Source.UNKNOWN
        if Source.FOREIGN in owner:
            return Source.FOREIGN
        return owner if Source.GIVEN not in owner or method.attr.value in _OF_TEXTS else Source.UNKNOWN

    def _find(self, expression: cst.BaseExpression) -> Source | None:
        found = self._evaluate(expression)
        return None if Source.UNKNOWN in found else found

    def _evaluate(self, expression: cst.BaseExpression) -> Source:
        match expression:
            case cst.Name():
                return self._of_name(expression)
            case cst.Attribute():
                return self._of_attribute(expression)
            case cst.Call():
                return self._of_call(expression)
            case cst.Subscript(value=value) | cst.NamedExpr(value=value) | cst.Await(expression=value):
                return self.of(value)
            case cst.ListComp() | cst.SetComp() | cst.GeneratorExp():
                return self.of(expression.elt) | self.of(expression.for_in.iter)
            case cst.Lambda() | cst.DictComp() | cst.Yield():
                return Source.UNKNOWN
            case _:
                return self.together(_parts(expression))

    def _of_call(self, call: cst.Call) -> Source:
        functions = self._semantics.runs(call)
        if functions:
            returned = self.together(value for function in functions for value in self._semantics.functions.returned(function))
            return returned | self._of_arguments(call) if Source.GIVEN in returned else returned
        found = self.of_callee(call)
        return found if found & (Source.UNKNOWN | Source.FOREIGN) else found | self._of_arguments(call)

    def _of_arguments(self, call: cst.Call) -> Source:
        return self.together(argument.value for argument in call.args)

    def _of_attribute(self, attribute: cst.Attribute) -> Source:
        imported = self._imported(attribute)
        if imported is not None:
            return imported
        kept = list(self._semantics.constants.attribute_values(attribute))
        declared = self._declared(self._semantics.functions.annotations(attribute))
        if kept or declared:
            return declared or self.together(kept)
        return self.of(attribute.value)

    def _of_name(self, name: cst.Name) -> Source:
        imported = self._imported(name)
        if imported is not None:
            return imported
        bindings = self._semantics.scopes.reaching(name)
        found = Source.OWN if bindings else Source.UNKNOWN
        for binding in bindings:
            found |= self._of_binding(binding)
        return found

    def _imported(self, expression: cst.BaseExpression) -> Source | None:
        """Where that comes from which an import brings, or Python has; None for everything else."""
        name = self._semantics.names.qualified(expression)
        if name is None or is_first_party(name):
            return None
        return self._of_library(name)

    def _of_library(self, name: str) -> Source:
        said = self._semantics.libraries.foreign(name)
        if said is not None:
            return Source.OWN if said.passes_on else Source.FOREIGN
        return Source.OWN if hasattr(builtins, name) else Source.UNKNOWN

    def _of_binding(self, binding: Binding) -> Source:
        declared = self._declared([binding.annotation]) if binding.annotation is not None else None
        if declared is not None:
            return declared
        match binding.how:
            case How.PARAMETER:
                return Source.UNKNOWN if binding.name in ("self", "cls") else Source.GIVEN
            case How.EXCEPT if isinstance(binding.node, (cst.ExceptHandler, cst.ExceptStarHandler)):
                return self._caught(binding.node)
            case How.VALUE | How.WITH | How.ITEM | How.AUGMENTED if binding.value is not None:
                return self.of(binding.value)
            case _:
                return Source.UNKNOWN

    def _declared(self, annotations: Iterable[cst.BaseExpression]) -> Source | None:
        """Where values of annotated types come from, if all of them are known to be no HTTP."""
        types = [name for annotation in annotations for name in self._annotations.types(annotation) if name != "None"]
        rows = [self._semantics.libraries.foreign(name) for name in types if not is_first_party(name)]
        return Source.FOREIGN if types and len(rows) == len(types) and all(row is not None and not row.passes_on for row in rows) else None


def _parts(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """The expressions that one is made of."""
    for child in children(node):
        if isinstance(child, cst.BaseExpression):
            yield child
        elif isinstance(child, cst.Arg):
            yield child.value
        else:
            yield from _parts(child)
