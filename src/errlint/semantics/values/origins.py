"""What a code may be besides the API's: a default, a value of the program's own; and whether its letters were changed on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.constants import Constants, string_value
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.scopes import Binding, How, Scopes
from errlint.semantics.questions import Questions

_FOLDS = {"lower": "lower", "casefold": "lower", "upper": "upper"}


@dataclass(frozen=True)
class Origin:
    """Where a value comes from, besides the answer of an API.

    :ivar defaults: literals that it may be instead (``body.get("code", "unknown")``); :ivar kinds: what of the answer it is, several
    after ``error["code"] if error else answer.status_code``; :ivar known: it is nothing else;
    :ivar fold: the case that it was brought to, ``lower`` or ``upper``.
    """

    defaults: frozenset[str | int] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    known: bool = True
    fold: str = ""

    @property
    def pure(self) -> bool:
        """Whether it is one part of the answer, or one of the defaults, and nothing else."""
        return self.known and len(self.kinds) <= 1

    def spelling(self, code: str) -> str:
        """How a code of the API arrives."""
        return _folded(code, self.fold) if self.fold else code

    def __or__(self, other: Origin) -> Origin:
        return Origin(self.defaults | other.defaults, self.kinds | other.kinds, self.known and other.known, self.fold or other.fold)


PURE = Origin()
_FOREIGN = Origin(known=False)


class Origins:
    """Answers for the expressions of one file."""

    def __init__(
        self, scopes: Scopes, constants: Constants, functions: Functions, meaning: Callable[[cst.BaseExpression], Meaning | None]
    ) -> None:
        self._scopes = scopes
        self._constants = constants
        self._functions = functions
        self._meaning = meaning
        self._questions: Questions[Origin] = Questions()

    def of(self, expression: cst.BaseExpression | None) -> Origin:
        """What the value of an expression may come from."""
        return PURE if expression is None else self._questions.ask(expression, self._of) or PURE

    def _of(self, expression: cst.BaseExpression) -> Origin:
        value = string_value(expression)
        if value is not None:
            return Origin(frozenset({value}))
        if isinstance(expression, cst.Integer):
            return Origin(frozenset({expression.evaluated_value}))
        if isinstance(expression, cst.Name) and expression.value in ("None", "True", "False"):
            return PURE
        meaning = self._meaning(expression)
        if meaning is None:
            return _FOREIGN
        here = Origin(kinds=frozenset({meaning.kind}))
        match expression:
            case cst.NamedExpr(value=inner) | cst.Await(expression=inner):
                return self.of(inner)
            case cst.BooleanOperation(left=left, operator=cst.Or(), right=right) | cst.IfExp(body=left, orelse=right):
                return self.of(left) | self.of(right)
            case cst.BooleanOperation(right=right):
                return self.of(right)
            case cst.Call():
                return self._call(expression, here)
            case cst.Attribute():
                return self._any(self._constants.attribute_values(expression)) if self._meaning(expression.value) is None else here
            case cst.Name():
                return self._any_of(map(self._bound, self._scopes.reaching(expression)))
            case _:
                return here

    def _call(self, call: cst.Call, here: Origin) -> Origin:
        function = call.func
        if isinstance(function, cst.Name):
            if function.value == "getattr":
                return here | self._any(argument.value for argument in call.args[2:])
            if function.value in ("str", "repr", "format"):
                return self._any(argument.value for argument in call.args[:1])
        elif isinstance(function, cst.Attribute):
            method = function.attr.value
            if method in _FOLDS:
                inner = self.of(function.value)
                defaults = frozenset(_folded(str(value), _FOLDS[method]) for value in inner.defaults)
                return replace(inner, defaults=defaults, fold=_FOLDS[method])
            if method in ("strip", "lstrip", "rstrip"):
                return self.of(function.value)
            if method in ("get", "pop", "setdefault"):
                return here | self._any(argument.value for argument in call.args[1:])
        returned = [value for run in self._functions.run_by(call) for value in self._functions.returned(run)]
        return self._any(returned) if returned else here

    def _bound(self, binding: Binding) -> Origin:
        if binding.how is How.PARAMETER:
            return self._any(self._functions.passed_for(binding)) | self.of(binding.value)
        if binding.how is How.VALUE and not binding.path:
            return self.of(binding.value)
        if binding.how is How.VALUE and len(binding.path) == 1:
            tuples = (written.elements for written in self._functions.returned_tuples(binding.value))
            return self._any(elements[binding.path[0]].value for elements in tuples if len(elements) > binding.path[0])
        # what is captured, or iterated over, has nothing beside it
        return PURE

    def _any(self, expressions: Iterable[cst.BaseExpression]) -> Origin:
        return self._any_of(map(self.of, expressions))

    def _any_of(self, origins: Iterable[Origin]) -> Origin:
        found = PURE
        for origin in origins:
            found |= origin
        return found


def _folded(value: str, fold: str) -> str:
    return value.lower() if fold == "lower" else value.upper()
