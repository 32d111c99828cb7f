"""The text edits that put a request id where it was missing."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.model import Edit
from errlint.semantics.meaning import Kind
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.handling import Handler, caught_name
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.request_ids.failures import Failure
from errlint.semantics.request_ids.speech import Speaking, Speech
from errlint.semantics.request_ids.wording import Wording, is_filled, is_notation, trailing
from errlint.semantics.rewrites.helpers import Helpers
from errlint.semantics.rewrites.placing import Binding, binding, requoted
from errlint.semantics.rewrites.writing import Writing

if TYPE_CHECKING:
    pass

_ROOT = re.compile(r"(?<![\w.\"'])([a-z_]\w*)\.")
"""The first name of a dotted one."""
_PERCENT = re.compile(r"%(?!%)")
_NUMBERED = re.compile(r"\{(\d{1,3})[!:}]")
"""A gap of `str.format`, by its number."""
_ENTRY = "request_id"
_FIELD = "api_request_id"
"""The field of a log line: programs that serve requests have their own logging put the id of *their* request into ``request_id``."""
_FREE = ("e", "err", "exc", "error")
"""Names for an exception that has none yet."""


_OF_ONE = frozenset({"str", "repr", "int", "len", "type"})
"""Functions of Python that give one value."""
_SCALARS = (Kind.STATUS, Kind.REASON, Kind.CODE, Kind.MESSAGE, Kind.TEXT)


class Additions:
    """Makes edits for one file; an empty tuple where there is no good place."""

    def __init__(self, writing: Writing) -> None:
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._source = writing.source
        self._writing = writing
        self._wording = Wording(writing.semantics)
        self._speaking = Speaking(writing.semantics)

    def name(self, failure: Failure, node: cst.CSTNode) -> tuple[str, tuple[Edit, ...]] | None:
        """What the exception or the response is called where ``node`` stands, and what gives it that name; None if nothing can."""
        if isinstance(failure.handler, cst.ExceptStarHandler):
            return None  # what has the name is a group of them
        if failure.handler is not None:
            return self._caught(failure.handler, node)
        is_kept = self._semantics.rebinding.keeps_name(failure.name.partition(".")[0], failure.region, node)
        return (failure.name, ()) if failure.name and is_kept else None

    def cause(self, failure: Failure, node: cst.CSTNode) -> tuple[str, tuple[Edit, ...]] | None:
        """The same of the exception that is handled where ``node`` stands: in a handler within that of the failure, it is another one."""
        handler = self._innermost(node) or failure.handler
        return self._caught(handler, node) if handler is not None else None

    def _caught(self, handler: Handler, node: cst.CSTNode) -> tuple[str, tuple[Edit, ...]] | None:
        if not self._semantics.rebinding.keeps(handler, node):
            return None
        name = caught_name(handler)
        return (name, ()) if name is not None else self._named(handler)

    def _innermost(self, node: cst.CSTNode) -> Handler | None:
        around = self._tree.ancestors(node)
        return next((found for found in around if isinstance(found, (cst.ExceptHandler, cst.ExceptStarHandler))), None)

    def _named(self, handler: Handler) -> tuple[str, tuple[Edit, ...]] | None:
        """A name for what a handler catches, and what gives it that name."""
        if handler.type is None:
            return None
        used = self._names_around(handler)
        free = next((name for name in _FREE if name not in used), None)
        end = self._source.end(handler.type)
        return (free, (Edit(end, end, f" as {free}"),)) if free is not None else None

    def reading(self, failure: Failure, name: str) -> tuple[str, tuple[Edit, ...]]:
        """What reads the id off the exception or response of this name, and what it needs; empty where nothing does so safely."""
        where = failure.where
        if where.expression or where.of_type is None:
            return where.expression.replace("{e}", name), ()
        kind, expression = where.of_type
        writing = self._writing
        named = writing.named(kind)
        if named is None or _calls_modules(expression):
            return "", ()
        body = [
            '"""The id that the server gave the request; None for other errors."""',
            f"return {expression.replace('{e}', 'error')} if isinstance(error, {named[0]}) else None",
        ]
        function, edits = Helpers(writing).function("_request_id", "error", body)
        return f"{function}({name})", (*named[1], *edits)

    def _names_around(self, handler: Handler) -> set[str]:
        function = self._tree.enclosing(handler, cst.FunctionDef) or self._tree.module
        return {node.value for node in self._tree.inside(function, cst.Name)}

    def to_speech(self, speech: Speech, expression: str) -> tuple[Edit, ...]:
        """Add the id to what a call tells people."""
        if speech.sheet.shown or speech.sheet.once:
            return ()
        entry = self._wording.last_entry(speech.text.value, _ENTRY) if speech.text is not None else None
        if entry is not None:
            return self._writing.listing.add_behind(entry, entry.value, [f'"{_ENTRY}": {expression}'])
        goes_on = self._wording.goes_on(speech)
        if not speech.certain:
            if not goes_on:
                return ()
            # a text with the id in it is the same to all libraries
            values = [argument for argument in speech.call.args if argument.keyword is None][speech.sheet.text + 1 :]
            return self.to_text(speech.text.value, expression) if speech.text is not None and not values else ()
        field, given = self._field(), {argument.keyword.value for argument in speech.call.args if argument.keyword is not None}
        if speech.sheet.fields == "keywords":
            return self.argument(speech.call, f"{field}={expression}") if field not in given else ()
        text = speech.text
        if text is not None and goes_on:
            found = self._to_kept(speech, text.value, expression) or self._in_place(speech, text.value, expression)
            if found:
                return found
        free = "extra" not in given and not any(argument.star == "**" for argument in speech.call.args)
        return self.argument(speech.call, f'extra={{"{field}": {expression}}}') if speech.sheet.fields == "extra" and free else ()

    def _to_kept(self, speech: Speech, text: cst.BaseExpression, expression: str) -> tuple[Edit, ...]:
        """`message = f"…"; log.error(message); print(message)`: the id in the text itself, where all that reads it tells it to people."""
        if not isinstance(text, cst.Name) or self._relies_on_fields:
            return ()
        scopes = self._semantics.scopes
        bindings = scopes.bindings(text.value, scopes.scope_of(text))
        node, value = (bindings[0].node, bindings[0].value) if len(bindings) == 1 else (None, None)
        if not isinstance(node, cst.Assign) or len(node.targets) > 1 or not isinstance(value, cst.FormattedString):
            return ()
        block, line = self._tree.block(speech.call), self._tree.statement(node)
        if self._tree.parent.get(line) is not block or self._tree.order[node] > self._tree.order[text]:
            return ()
        function = self._tree.enclosing(node, cst.FunctionDef) or self._tree.module
        reads = [name for name in self._tree.inside(function, cst.Name) if name.value == text.value and not self._tree.is_member(name)]
        reads = [name for name in reads if not isinstance(self._tree.parent.get(name), cst.AssignTarget)]
        return self.to_text(value, expression) if all(self._is_told(name, block) for name in reads) else ()

    def _is_told(self, name: cst.Name, block: cst.CSTNode) -> bool:
        """Whether a text is all that a call in a block tells people, be it in a log line or in the terminal."""
        argument = self._tree.parent.get(name)
        call = self._tree.parent.get(argument) if isinstance(argument, cst.Arg) else None
        speech = self._speaking.of(call) if isinstance(call, cst.Call) and self._tree.block(call) is block else None
        if speech is None or speech.text is None or speech.text.value is not name:
            return False
        return speech.certain and not (speech.sheet.shown or speech.sheet.once) and self._wording.goes_on(speech)

    def _field(self) -> str:
        """The name of the field: ``request_id`` where the file has put something of an error that it caught under that name already."""
        entries = (entry for entry in self._tree.all(cst.DictElement) if string_value(entry.key) == _ENTRY)
        within = [entry.value for entry in entries if isinstance(self._tree.parent.get(self._tree.parent[entry]), cst.Arg)]
        named = [one.value for one in self._tree.all(cst.Arg) if one.keyword is not None and one.keyword.value == _ENTRY]
        return _ENTRY if any(map(self._is_of_caught, (*within, *named))) else _FIELD

    def _is_of_caught(self, value: cst.BaseExpression) -> bool:
        """Whether something is read off the exception of the handler around it, there or where it is kept for it."""
        if isinstance(value, cst.Name):
            kept = (binding.value for binding in self._semantics.scopes.reaching(value))
            return any(one is not None and not isinstance(one, cst.Name) and self._is_of_caught(one) for one in kept)
        around = self._tree.ancestors(value, cst.ExceptHandler, cst.ExceptStarHandler)
        named = [found.name for found in around if isinstance(found, (cst.ExceptHandler, cst.ExceptStarHandler))]
        names = {dotted(name.name) for name in named if name is not None}
        return any(node.value in names for node in self._tree.inside(value, cst.Name))

    def _in_place(self, speech: Speech, text: cst.BaseExpression, expression: str) -> tuple[Edit, ...]:
        plain = [argument.value for argument in speech.call.args if argument.keyword is None]
        last, values = plain[-1], plain[speech.sheet.text + 1 :]
        if speech.sheet.style == "joined":
            woven = self.to_text(last, expression) if isinstance(last, cst.FormattedString) or is_filled(last) else ()
            return woven or self._after(last, self._alone(last, expression))
        if is_filled(text):
            return (self.to_text(text, expression) or self._as_value(speech, text, expression)) if not values else ()
        literal = _last_literal(text)
        if isinstance(literal, cst.FormattedString):
            return self.to_text(literal, expression) if not values else ()
        if literal is None or not _is_plain(text):
            return self._as_value(speech, text, expression) if not values else ()
        written = self._source.code(text)
        if speech.sheet.style == "percent" and _takes(written, "%s", len(values)):
            return (*self._inserted(literal, " (request id %s)"), *self._after(last, expression))
        if speech.sheet.style == "brace" and _takes(written, "{}", len(values)):
            return (*self._inserted(literal, " (request id {})"), *self._after(last, expression))
        return self.to_text(text, expression) if speech.sheet.style == "text" and not values else ()

    def _alone(self, beside: cst.BaseExpression, expression: str) -> str:
        """A text that says the id, to stand beside an expression; empty where none can."""
        if self._writing.syntax.puts_values_behind:
            return f'"(request id %s)" % {_operand(expression)}'
        inside = requoted(expression, ['"', *self._writing.placing.quotes_around(beside)])
        return f'f"(request id {{{inside}}})"' if inside else ""

    def _as_value(self, speech: Speech, text: cst.BaseExpression, expression: str) -> tuple[Edit, ...]:
        """`log.error(message)`: the text as a value beside the id: usual formats show no fields. Not where a file relies on these."""
        if speech.sheet.style != "percent" or speech.sheet.fields != "extra" or self._relies_on_fields:
            return ()
        start, end = self._writing.span(text)
        if _is_added_up(text):
            return (Edit(end, end, f' + " (request id %s)" % {_operand(expression)}'),)
        return (Edit(start, start, '"%s (request id %s)", '), *self._after(text, expression))

    @cached_property
    def _relies_on_fields(self) -> bool:
        """Whether log lines of the file have fields already."""
        if any(one.keyword is not None and one.keyword.value == "extra" for one in self._tree.all(cst.Arg)):
            return True
        said = (self._speaking.of(call) for call in self._tree.all(cst.Call))
        return any(speech is not None and speech.certain and speech.sheet.fields == "keywords" for speech in said)

    def to_text(self, text: cst.BaseExpression, expression: str) -> tuple[Edit, ...]:
        """Add the id to the end of an f-string, of a literal that becomes one, or of one that values are put into; to a sentence only."""
        if is_notation(text):
            return ()
        match text:
            case cst.BinaryOperation(left=left, operator=cst.Modulo(), right=cst.Tuple() as values):
                return self._to_values(left, values.elements, "%s", expression)
            case cst.BinaryOperation(left=left, operator=cst.Modulo(), right=value):
                return self._to_value(left, value, expression)
            case cst.Call(func=cst.Attribute(value=left, attr=cst.Name(value="format")), args=arguments):
                return self._to_values(left, arguments, "{}", expression)
        literal = _last_literal(text)
        if literal is not None and _is_plain(text) and self._writing.syntax.puts_values_behind:
            end = self._source.span(literal)[1]
            filled = (*self._inserted(literal, " (request id %s)"), Edit(end, end, f" % {_operand(expression)}"))
            return filled if "%" not in self._source.code(text) else ()
        if literal is None or (isinstance(text, cst.ConcatenatedString) and not isinstance(literal, cst.FormattedString)):
            return ()
        quote = literal.end if isinstance(literal, cst.FormattedString) else literal.quote
        inside = requoted(expression, [quote[0], *self._writing.placing.quotes_around(literal)])
        if not inside:
            return ()
        if isinstance(literal, cst.FormattedString):
            return self._inserted(literal, f" (request id {{{inside}}})")
        if literal.prefix or "{" in literal.value or "}" in literal.value:
            return ()
        start = self._source.span(literal)[0]
        return (Edit(start, start, "f"), *self._inserted(literal, f" (request id {{{inside}}})"))

    def _to_values(
        self, text: cst.BaseExpression, values: Sequence[cst.BaseElement | cst.Arg], gap: str, expression: str
    ) -> tuple[Edit, ...]:
        """`"%s: %s" % (name, status)`, `"{}: {}".format(name, status)`: one gap more, and the id for it."""
        literal = _last_literal(text)
        if not isinstance(literal, cst.SimpleString) or not _is_plain(text) or not values:
            return ()
        written = self._source.code(text)
        if gap == "{}" and _takes_numbered(written, len(values)):
            gap = f"{{{len(values)}}}"
        elif not _takes(written, gap, len(values)):
            return ()
        if any(isinstance(value, cst.StarredElement) or (isinstance(value, cst.Arg) and (value.star or value.keyword)) for value in values):
            return ()
        return (
            *self._inserted(literal, f" (request id {gap})"),
            *self._writing.listing.add_behind(values[-1], values[-1].value, [expression]),
        )

    def _to_value(self, text: cst.BaseExpression, value: cst.BaseExpression, expression: str) -> tuple[Edit, ...]:
        """`"%s" % error`: one gap more, and a tuple of both values."""
        literal = _last_literal(text)
        if not isinstance(literal, cst.SimpleString) or not _is_plain(text) or not _takes(self._source.code(text), "%s", 1):
            return ()
        if not self._is_one(value):
            return ()
        start, end = self._writing.span(value)
        return (*self._inserted(literal, " (request id %s)"), Edit(start, start, "("), Edit(end, end, f", {expression})"))

    def _is_one(self, value: cst.BaseExpression) -> bool:
        """Whether what stands behind a `%` is seen to be one value, not a tuple of several or a dict."""
        match value:
            case cst.Name():
                return any(binding.how is How.EXCEPT for binding in self._semantics.scopes.reaching(value))
            case cst.Call(func=function):
                return self._semantics.names.qualified(function) in _OF_ONE
            case cst.SimpleString() | cst.FormattedString() | cst.BaseNumber():
                return True
            case cst.Attribute() | cst.Subscript():
                known = self._semantics.meaning(value)
                return known is not None and known.kind in _SCALARS
        return False

    def argument(self, call: cst.Call, code: str) -> tuple[Edit, ...]:
        """Add an argument at the end of a call."""
        return self._writing.listing.add_argument(call, code)

    def _inserted(self, literal: cst.SimpleString | cst.FormattedString, words: str) -> tuple[Edit, ...]:
        """Words at the end of a literal, but on its last line."""
        closing = literal.end if isinstance(literal, cst.FormattedString) else literal.quote
        end = self._source.span(literal)[1] - len(closing) - len(trailing(literal))
        return (Edit(end, end, words),)

    def _after(self, argument: cst.BaseExpression, code: str) -> tuple[Edit, ...]:
        """One more argument behind one that is given by position."""
        if not code:
            return ()
        listed = self._tree.parent[argument]
        return self._writing.listing.add_behind(listed, argument, [code])


def _calls_modules(expression: str) -> bool:
    """``json.loads({e}.body)``: it would need an import, and may fail by itself."""
    return any(name in sys.stdlib_module_names for name in _ROOT.findall(expression))


def _is_added_up(text: cst.BaseExpression) -> bool:
    """``"not sent: " + str(error)``."""
    if not isinstance(text, cst.BinaryOperation) or not isinstance(text.operator, cst.Add) or text.lpar:
        return False
    return isinstance(text.left, cst.SimpleString) or _is_added_up(text.left)


def _operand(expression: str) -> str:
    """An expression as it can stand behind a `%`."""
    parsed = cst.parse_expression(expression)
    return expression if binding(parsed) >= Binding.WHOLE else f"({expression})"


def _last_literal(text: cst.BaseExpression) -> cst.SimpleString | cst.FormattedString | None:
    while isinstance(text, cst.ConcatenatedString):
        text = text.right
    return text if isinstance(text, (cst.SimpleString, cst.FormattedString)) else None


def _is_plain(text: cst.BaseExpression) -> bool:
    """A literal without values in it, in one piece or several."""
    if isinstance(text, cst.ConcatenatedString):
        return _is_plain(text.left) and _is_plain(text.right)
    return isinstance(text, cst.SimpleString) and "b" not in text.prefix.lower()


def _takes(text: str, gap: str, values: int) -> bool:
    """Whether a text has gaps, of one kind and without names, for just so many values."""
    if gap == "%s":
        return len(_PERCENT.findall(text.replace("%%", ""))) == values and "%(" not in text
    return text.count("{}") == values and text.count("{") == values


def _takes_numbered(text: str, values: int) -> bool:
    """`"{0}: {1}"`: whether a text has a gap, by its number, for each of the values, and no other."""
    numbers = _NUMBERED.findall(text)
    return {int(number) for number in numbers} == set(range(values)) and text.count("{") == len(numbers)
