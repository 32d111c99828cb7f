"""Texts of the project's own: nobody else can reword them.

``raise SignInError(NO_TOKEN)`` and later ``e.message == NO_TOKEN``: the constant stands for one kind of error, whatever it says. And a
function that returns ``"done"`` or the text of an error, a record whose ``"status"`` is one of the two: who asks for ``"done"`` asks for
what this file wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.body_keys import CODES
from errlint.first_party import is_first_party
from errlint.http_words import names_status
from errlint.semantics.asked.text_tests import TextTest
from errlint.semantics.errors.carried import CODE, is_plain_part, takes
from errlint.semantics.errors.raising import Answer
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.constants import item_key, string_value
from errlint.semantics.program.functions import is_super_init, method
from errlint.semantics.program.handling import Handler
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.program.wordings import written_beginning, written_texts
from errlint.semantics.values.inside import BODY

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class OwnTexts:
    """Answers for the tests of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def asked_for(self, test: TextTest, subject: Meaning) -> bool:
        """Whether a test asks for what the project wrote: a constant it raises its exception with, or a text beside that of the error.

        A constant that comes from another module and is all of the text was made for that.
        """
        if self._is_written_beside(test.words(), subject) or self._is_raised_with(test.words(), subject):
            return True
        origin = subject.origin
        if origin is None or origin.sheet is None or not self._semantics.types.is_of_project(origin.sheet):
            return False
        if test.of_beginning and self._begins_itself(test.words(), origin.sheet.name):
            return True
        if test.exact and subject.name == "str" and self._says_only(origin.sheet.name, self._is_code):
            return True
        if not isinstance(test.phrase, cst.Name):
            return False
        bindings = self._semantics.scopes.reaching(test.phrase)
        if not bindings:
            return False
        if bindings[0].how is How.IMPORT:
            name = self._semantics.names.qualified(test.phrase)
            return test.exact and name is not None and is_first_party(name)
        return bindings[0] in self._raised

    def _is_written_beside(self, words: Sequence[str], subject: Meaning) -> bool:
        """Whether every word stands in a text that the value may be instead of that of the error, or around it."""
        texts = [text.casefold() for place in subject.trail for text in self._beside(place.node)]
        return bool(words) and all(any(word.casefold() in text for text in texts) for word in words)

    def _is_raised_with(self, words: Sequence[str], subject: Meaning) -> bool:
        """Whether all that is asked for is what the project itself writes.

        A library writes the status into the text of its own: whoever asks for that number asks for both.
        """
        origin = subject.origin
        by_library = origin is not None and origin.sheet is not None and not self._semantics.types.is_of_project(origin.sheet)
        of_both = by_library and any(word.strip().isdigit() and names_status(word) for word in words)
        return not of_both and self.are_raised(words, subject)

    def are_raised(self, words: Sequence[str], subject: Meaning) -> bool:
        """Whether every word stands in what the project itself writes into the exceptions that the ``try`` raises for a status."""
        if not subject.from_exception:
            return False
        tree = self._semantics.tree
        for place in subject.trail:
            tried = tree.tried(place.node) or tree.tried(tree.parent.get(place.node))
            if tried is not None:
                raising = self._semantics.raises_for_status(tried)
                wording = raising.wording if raising.answer is not Answer.UNKNOWN else self._raised_as(subject)
                texts = [text.casefold() for text in wording]
                return bool(words) and all(any(word.casefold() in text for text in texts) for word in words)
        return False

    def _raised_as(self, subject: Meaning) -> Iterator[str]:
        """What is written into the exceptions of a class wherever this file raises it, since it does not show what is run."""
        for statement in self._semantics.made_of_answers.raised(subject):
            if statement.exc is not None:
                yield from self._semantics.evaluator.exceptions.of(statement.exc).wording

    def _begins_itself(self, words: Sequence[str], kind: str) -> bool:
        """Whether this file begins every exception of a class itself, and one of them with each of the words: nothing that comes from
        elsewhere stands there.
        """
        if "." in kind:
            return False  # of another module, which may raise it as well
        beginnings = self._beginnings.get(kind, [])
        if not beginnings or not all(beginnings):
            return False
        return bool(words) and all(any(one.startswith(word) for one in beginnings) for word in words)

    def is_one_part(self, subject: Meaning) -> bool:
        """Whether the text of an exception is one part of a body, as it came: ``str(e)`` for ``ValueError(body["reason"])``.

        Compared as a whole, it is asked what that part would be asked.
        """
        origin = subject.origin
        if origin is not None and origin.sheet is not None:
            return self._semantics.types.is_of_project(origin.sheet) and self._says_only(origin.sheet.name, self._is_part)
        tree = self._semantics.tree
        born = (found for place in subject.trail for found in (place.node, tree.parent.get(place.node)))
        handler = next((found for found in born if isinstance(found, Handler)), None)
        tried = tree.tried(handler)
        if handler is None or handler.type is None or tried is None:
            return False
        caught = self._semantics.evaluator.type_names(handler.type)
        rows = self._semantics.raises_for_status(tried).carries
        held = [word for name, attribute, word in rows if attribute == "args" and any(takes(one, name) for one in caught)]
        return bool(held) and all(word == CODE or word.startswith(BODY) for word in held)

    def _says_only(self, kind: str, is_meant: Callable[[cst.BaseExpression | None], bool]) -> bool:
        """Whether all that exceptions of a class of this file say is of one sort, as the code of the answer: then nobody words it."""
        given = self._given.get(kind, [])
        definition = self._semantics.types.definition(kind) if given else None
        if definition is None:
            return False
        constructor = method(definition, "__init__")
        if constructor is None:
            return all(map(is_meant, given))
        made = (call for call in self._semantics.tree.inside(constructor.body, cst.Call, into_functions=False) if is_super_init(call))
        told = next((call.args for call in made), ())
        if len(told) != 1:
            return False
        first = next((parameter.name.value for parameter in constructor.params.params[1:]), None)
        handed_on = isinstance(told[0].value, cst.Name) and told[0].value.value == first
        return all(map(is_meant, given)) if handed_on else is_meant(told[0].value)

    def _is_code(self, value: cst.BaseExpression | None) -> bool:
        """Whether a value is the code of an answer, or is kept in a name that is, unless there is none."""
        kept = self._semantics.scopes.reaching(value) if isinstance(value, cst.Name) else ()
        options = [value, *(binding.value for binding in kept if binding.how is How.VALUE)]
        found = (self._semantics.meaning(option) for option in options if option is not None)
        return any(
            meaning is not None and (meaning.kind is Kind.CODE or (meaning.kind is Kind.BODY and _ends_in_code(meaning)))
            for meaning in found
        )

    def _is_part(self, value: cst.BaseExpression | None) -> bool:
        """Whether a value is a part of a body, no message, wherever it was kept."""
        kept = self._semantics.scopes.reaching(value) if isinstance(value, cst.Name) else ()
        options = [value, *(binding.value for binding in kept if binding.how is How.VALUE)]
        found = [meaning for option in options if option is not None and (meaning := self._semantics.meaning(option)) is not None]
        return bool(found) and all(map(is_plain_part, found))

    @cached_property
    def _beginnings(self) -> dict[str, list[str]]:
        """By class, how the texts begin that it is raised with in this file; ``""`` where one begins with what is not known."""
        return {name: [written_beginning(one) if one is not None else "" for one in given] for name, given in self._given.items()}

    @cached_property
    def _given(self) -> dict[str, list[cst.BaseExpression | None]]:
        """By class, what it and its subclasses are raised with in this file, in the first place; None for nothing."""
        found: dict[str, list[cst.BaseExpression | None]] = {}
        for statement in self._semantics.tree.all(cst.Raise):
            raised = statement.exc
            if raised is None:
                continue
            first = raised.args[0] if isinstance(raised, cst.Call) and raised.args else None
            given = first.value if first is not None and first.keyword is None and not first.star else None
            types = self._semantics.evaluator.exceptions.of(raised).types
            for name in {ancestor.name for raised_type in types for ancestor in self._semantics.types.ancestors(raised_type)}:
                found.setdefault(name, []).append(given)
        return found

    def _beside(self, node: cst.CSTNode) -> Iterator[str]:
        """The texts that are written where a value passes: returned by the same function, kept under the same key."""
        if isinstance(node, cst.Call):
            for function in self._semantics.functions.run_by(node):
                for returned in self._semantics.functions.returned(function):
                    yield from written_texts(returned)
        key = _key_of(self._semantics.tree.parent.get(node))
        if key is not None:
            for value in self._kept.get(key, ()):
                yield from written_texts(value)

    @cached_property
    def _kept(self) -> dict[str, list[cst.BaseExpression]]:
        """By key, everything that the file keeps under it."""
        found: dict[str, list[cst.BaseExpression]] = {}
        for holder in self._semantics.tree.of_types(cst.DictElement, cst.Assign):
            key = _key_of(holder)
            if key is not None and isinstance(holder, (cst.DictElement, cst.Assign)):
                found.setdefault(key, []).append(holder.value)
        return found

    @cached_property
    def _raised(self) -> set[Binding]:
        """The constants that exceptions are raised with in this file."""
        found: set[Binding] = set()
        for statement in self._semantics.tree.all(cst.Raise):
            if isinstance(statement.exc, cst.Call):
                names = [argument.value for argument in statement.exc.args if isinstance(argument.value, cst.Name)]
                found.update(binding for name in names for binding in self._semantics.scopes.reaching(name))
        return found


def _ends_in_code(meaning: Meaning) -> bool:
    return bool(meaning.path) and str(meaning.path[-1]).lower() in CODES


def _key_of(holder: cst.CSTNode | None) -> str | None:
    """The key under which ``{"key": value}`` or ``record["key"] = value`` keeps its value."""
    if isinstance(holder, cst.DictElement):
        return string_value(holder.key)
    return item_key(holder.targets[0].target) if isinstance(holder, cst.Assign) else None
