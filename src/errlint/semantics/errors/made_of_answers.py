"""Classes of a file that are raised for nothing but what a server said, whoever runs the code that raises them.

What a ``try`` calls may not be known, as that of ``stream.sync()``. Its handler takes a class of the file, which is raised there with the
body of an answer, and for nothing else: so the text of what arrives is an API's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.errors.raising import Answer
from errlint.semantics.meaning import Meaning, Place
from errlint.semantics.program.functions import is_super_init, method
from errlint.semantics.program.handling import Handler

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class MadeOfAnswers:
    """Answers for the exceptions of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def of(self, subject: Meaning) -> Place | None:
        """Where an exception is made of an answer that can only be what ``subject`` is the text of; None where it may be another."""
        statements = self.raised(subject)
        made = [one.exc for one in statements if isinstance(one.exc, cst.Call) and self._semantics.evaluator.carried_by.says(one.exc)]
        return Place(made[0], "it is made of the answer") if made and len(made) == len(statements) else None

    def raised(self, subject: Meaning) -> list[cst.Raise]:
        """All statements that raise what a handler catches: classes of this file, out of code of which nothing is known."""
        born = subject.trail[0].node
        handler = born if isinstance(born, Handler) else self._tree.parent.get(born)
        tried = self._tree.tried(handler) if isinstance(handler, Handler) else None
        if not isinstance(handler, Handler) or handler.type is None or tried is None or not subject.says_all:
            return []
        if self._semantics.raises_for_status(tried).answer is not Answer.UNKNOWN:
            return []
        found: list[cst.Raise] = []
        for name in self._semantics.evaluator.type_names(handler.type):
            statements = self._semantics.foreign_errors.class_uses.raised(name) if self._says_what_it_is_given(name) else None
            if not statements:
                return []
            found += statements
        return found

    def _says_what_it_is_given(self, name: str) -> bool:
        """Whether the text of a class of this file is what its instances are made with."""
        definition = self._semantics.types.definition(name)
        if definition is None or method(definition, "__str__") is not None:
            return False
        constructor = method(definition, "__init__")
        if constructor is None:
            return True
        parameters = {parameter.name.value for parameter in (*constructor.params.params[1:], *constructor.params.kwonly_params)}
        made = (call for call in self._tree.inside(constructor.body, cst.Call, into_functions=False) if is_super_init(call))
        told = (name for call in made for name in self._tree.inside(call, cst.Name))
        return any(name.value in parameters for name in told)
