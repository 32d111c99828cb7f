"""Which calls tell people something: log lines, prints, screens, the last words of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.lean import dataclass
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.sheets.speech import Level, SpeechSheet

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


_LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")


@dataclass(frozen=True, eq=False)
class Speech:
    """A call that tells people something. :ivar method: by what name it was called."""

    call: cst.Call
    sheet: SpeechSheet
    level: Level
    method: str
    whole: bool
    """It writes the exception that is being handled, whatever the text says."""
    certain: bool = True
    """What it belongs to is known, not told from its name: another library may put values into its texts in another way."""

    @property
    def text(self) -> cst.Arg | None:
        """The text, if it is given by position."""
        plain = [argument for argument in self.call.args if argument.keyword is None]
        return plain[self.sheet.text] if len(plain) > self.sheet.text and not any(argument.star for argument in plain) else None


class Speaking:
    """Answers for the calls of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._speeches = semantics.libraries.speeches

    def of(self, call: cst.Call) -> Speech | None:
        """What a call tells people, and how; None if it does not."""
        name = self._semantics.names.qualified(call.func)
        if name is not None:
            found = self._speeches.function(name)
            if found is not None:
                return self._speech(call, found[0], found[1], name.rpartition(".")[2])
        word = call.func.value if isinstance(call.func, cst.Name) else ""
        likely = self._speeches.function_called(word) if name is None or is_first_party(name) else None
        if likely is not None:
            return self._speech(call, likely[0], likely[1], word, certain=False)
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in self._speeches.methods:
            return None
        method = call.func.attr.value
        made = self._object(call.func.value, method)
        sheet = made or self._called(call.func.value, method)
        if sheet is None or method not in sheet.methods:
            return None
        return self._speech(call, sheet, sheet.methods[method], method, certain=made is not None)

    def _speech(self, call: cst.Call, sheet: SpeechSheet, level: Level, method: str, *, certain: bool = True) -> Speech:
        arguments = [*call.args, *_arguments_of_makers(call)]
        with_traceback = any(
            argument.keyword is not None and argument.keyword.value in sheet.traceback and not _is_false(argument.value)
            for argument in arguments
        )
        return Speech(call, sheet, _said_level(call, sheet) or level, method, level == "exception" or with_traceback, certain)

    def _called(self, expression: cst.BaseExpression, method: str) -> SpeechSheet | None:
        """What an object is likely to tell people with, by what it is called."""
        while isinstance(expression, cst.Call) and isinstance(expression.func, cst.Attribute):
            expression = expression.func.value
        written = dotted(expression)
        found = self._speeches.called(written.rpartition(".")[2], method) if written is not None else None
        made = (value for value in self._values(expression) if isinstance(value, cst.Call))
        return found or next((sheet for value in made if (sheet := self._called(value, method)) is not None), None)

    def _object(self, expression: cst.BaseExpression, method: str) -> SpeechSheet | None:
        """What an object tells people with, by the call that made it."""
        while isinstance(expression, cst.Call) and isinstance(expression.func, cst.Attribute):
            # `logger.bind(…)`, `logging.getLogger(…)`
            made = self._made(expression, method)
            if made is not None:
                return made
            expression = expression.func.value
        if isinstance(expression, cst.Call):
            return self._made(expression, method)
        name = self._semantics.names.qualified(expression)
        if name is not None:
            made = self._speeches.made_by(name, method)
            if made is not None:
                return made
        for value in self._values(expression):
            made = self._object(value, method) if isinstance(value, cst.Call) else None
            if made is not None:
                return made
        return None

    def _made(self, call: cst.Call, method: str) -> SpeechSheet | None:
        name = self._semantics.names.qualified(call.func)
        return self._speeches.made_by(name, method) if name is not None else None

    def _values(self, expression: cst.BaseExpression) -> list[cst.BaseExpression]:
        if isinstance(expression, cst.Name):
            bindings = self._semantics.scopes.reaching(expression)
            return [binding.value for binding in bindings if binding.how is How.VALUE and binding.value is not None and not binding.path]
        return list(self._semantics.constants.attribute_values(expression)) if isinstance(expression, cst.Attribute) else []


def _said_level(call: cst.Call, sheet: SpeechSheet) -> Level | None:
    """How loud a call says to be: `log.log(logging.ERROR, …)`."""
    if sheet.level is None or len(call.args) <= sheet.level:
        return None
    word = (dotted(call.args[sheet.level].value) or "").rpartition(".")[2].lower()
    return next((level for level in _LEVELS if level == word), None)


def _arguments_of_makers(call: cst.Call) -> list[cst.Arg]:
    """The arguments of calls on the way to the method: ``logger.opt(exception=True).error(…)``."""
    found: list[cst.Arg] = []
    current: cst.BaseExpression = call.func
    while isinstance(current, (cst.Attribute, cst.Call)):
        if isinstance(current, cst.Call):
            found.extend(current.args)
            current = current.func
        else:
            current = current.value
    return found


def _is_false(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Name) and value.value in ("False", "None")
