"""Texts that the project gives its own exceptions: nobody else can reword them.

``raise SignInError(NO_TOKEN)`` and later ``e.message == NO_TOKEN``: the constant stands for one kind of error, whatever it says.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.meaning import Meaning
from errlint.semantics.scopes import Binding, How
from errlint.semantics.text_tests import TextTest

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class OwnTexts:
    """Answers for the tests of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def asked_for(self, test: TextTest, subject: Meaning) -> bool:
        """Whether a test asks an exception of the project for a constant with which the project raises it.

        What another module raises is not looked at: a constant that comes from there and is all of the text was made for that.
        """
        origin = subject.origin
        if origin is None or origin.sheet is None or not self._semantics.types.is_of_project(origin.sheet):
            return False
        if not isinstance(test.phrase, cst.Name):
            return False
        bindings = self._semantics.scopes.reaching(test.phrase)
        if not bindings:
            return False
        if bindings[0].how is How.IMPORT:
            name = self._semantics.names.qualified(test.phrase)
            return test.exact and name is not None and is_first_party(name)
        return bindings[0] in self._raised

    @cached_property
    def _raised(self) -> set[Binding]:
        """The constants that exceptions are raised with in this file."""
        found: set[Binding] = set()
        for statement in self._semantics.tree.all(cst.Raise):
            if isinstance(statement.exc, cst.Call):
                names = [argument.value for argument in statement.exc.args if isinstance(argument.value, cst.Name)]
                found.update(binding for name in names for binding in self._semantics.scopes.reaching(name))
        return found
