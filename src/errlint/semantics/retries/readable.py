"""Which exceptions have the attribute that a predicate asks for the status: ``getattr(error, "status", None)`` is None for all others."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.exception_types import ExceptionTypes, Raised
from errlint.semantics.retries.words import STATUS_WORDS, last_word
from errlint.semantics.values.status_sets import ALL, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class Readable:
    """Answers for one file."""

    def __init__(self, semantics: Semantics, types: ExceptionTypes) -> None:
        self._semantics = semantics
        self._types = types

    def is_asked_in(self, function: cst.FunctionDef | cst.Lambda) -> bool:
        """Whether a function reads a status off what it is given."""
        reads = self._semantics.tree.inside(function.body, cst.Attribute, cst.Call)
        return any(self._off_parameter(read) for read in reads if isinstance(read, (cst.Attribute, cst.Call)))

    def is_absent(self, expression: cst.BaseExpression, raised: Sequence[Raised]) -> bool:
        """Whether what is read, here or into a name, is an attribute of what a function was given which no exception in flight has."""
        kinds = [kind for one in raised for kind in one.types]
        if not kinds or not all(one.types for one in raised):
            return False
        bindings = self._semantics.scopes.reaching(expression) if isinstance(expression, cst.Name) else ()
        reads = [binding.value for binding in bindings if binding.how is How.VALUE and not binding.path]
        read = [one for one in (reads if isinstance(expression, cst.Name) else [expression]) if one is not None]
        return len(read) == max(len(bindings), 1) and all(self._lacks_all(one, kinds) for one in read)

    def _lacks_all(self, read: cst.BaseExpression, kinds: Sequence[str]) -> bool:
        if isinstance(read, cst.BooleanOperation):
            return self._lacks_all(read.left, kinds) and self._lacks_all(read.right, kinds)
        return self._off_parameter(read) and all(self._lacks(kind, last_word(read)) for kind in kinds)

    def _off_parameter(self, read: cst.BaseExpression) -> bool:
        """``error.status``, ``getattr(error, "status", None)``, of a parameter."""
        if last_word(read) not in STATUS_WORDS:
            return False
        is_got = isinstance(read, cst.Call) and dotted(read.func) == "getattr" and bool(read.args)
        owner = read.args[0].value if isinstance(read, cst.Call) and is_got else read.value if isinstance(read, cst.Attribute) else None
        bindings = self._semantics.scopes.reaching(owner) if isinstance(owner, cst.Name) else []
        if owner is None or not bindings or not all(binding.how is How.PARAMETER for binding in bindings):
            return False
        known = self._semantics.meaning(owner)
        return known is None or known.kind is Kind.EXCEPTION  # not the answer, which a function may be given as well

    def _lacks(self, kind: str, word: str) -> bool:
        """Whether it is known of exceptions of a type that they have no such attribute."""
        line = list(self._semantics.types.ancestors(kind))
        if any(word in sheet.attributes or re.search(rf"\{{e\}}\.{word}\b", sheet.status) for sheet in line):
            return False
        if self._semantics.libraries.type(kind) is not None:
            return any(sheet.status for sheet in line)
        own = self._semantics.types.type(kind)
        return self._types.ancestry(kind)[1] and own is not None and not self._semantics.evaluator.defines(own, word)


def of_each(raised: Sequence[Raised], together: Range, ask: Callable[[Raised], Range]) -> Range:
    """What a function lets through that is asked about each kind of exceptions by itself; ``together``: about all of them."""
    seen = certain = may = doubtful = 0
    for one in raised:
        said = ask(one)
        seen |= one.outcomes
        may, certain, doubtful = may | said.may & one.outcomes, certain | said.must & one.outcomes, doubtful | one.outcomes & ~said.must
    rest = ALL & ~seen
    return Range(may | together.may & rest, certain & ~doubtful | together.must & rest)
