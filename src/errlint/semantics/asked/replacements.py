"""The test that should stand where a test of text stands: on the code, else on the status."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, TypeGuard

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.catalogue.schema import sdk_expression
from errlint.http_words import LONGEST_STATUS_TEXT, statuses_named
from errlint.lean import dataclass
from errlint.model import Edit
from errlint.semantics.asked.repetitions import before, beside
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.handling import caught_name
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.sheets.library import TypeSheet
from errlint.source import Source

if TYPE_CHECKING:  # files with findings are few, so what writes is imported when it is needed
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.rewrites.failures import Failures
    from errlint.semantics.rewrites.writing import Writing

_OPERAND = re.compile(r"""[\w.]+(?:\[["']\w+["']\])*""")
"""An expression that can be compared as it stands."""
_PHRASES = {status.phrase.casefold(): int(status) for status in HTTPStatus if status >= 400}


def status_in(literal: str) -> int | None:
    """The HTTP error status that a text names: ``"404"``, ``"HTTP 429"``, ``"404 Client Error"``, or a whole reason phrase (RFC 9110)."""
    found = statuses_named(literal)
    if len(found) == 1 and len(literal) <= LONGEST_STATUS_TEXT:
        return found[0]
    return _PHRASES.get(" ".join(literal.casefold().split()))


@dataclass(frozen=True)
class Replacement:
    """Source code of the test that should be made, and what it tests ("the error code", "the status"); edits elsewhere that go with it.

    :ivar repeats: a test beside it says the same already: nothing is left to be asked.
    """

    code: str
    what: str
    edits: tuple[Edit, ...] = ()
    repeats: bool = False


@dataclass(frozen=True)
class _Asked:
    """The expression of a status, and what has to be true for that there is one."""

    status: str
    guards: tuple[str, ...] = ()


def candidates(words: Iterable[str], catalogue: Catalogue | None) -> tuple[str, ...]:
    """The codes of the API that the texts could stand for; () when none is known."""
    if catalogue is None:
        return ()
    found: dict[str, None] = {}
    for word in words:
        found.update(dict.fromkeys(catalogue.codes_for_text(word)))
    return tuple(found)


def unique_codes(words: Sequence[str], catalogue: Catalogue | None) -> tuple[str, ...]:
    """The one answer of the catalogue: a code, or the group of its synonyms; () when a text is unknown or there are several answers."""
    if catalogue is None:
        return ()
    groups = {tuple(sorted(catalogue.codes_for_text(word))) for word in words}
    if len(groups) != 1:
        return ()
    (group,) = groups
    return group if group and set(group) <= set(catalogue.alias_group(group[0])) else ()


class Replacements:
    """Writes the tests of one file anew."""

    def __init__(self, semantics: Semantics, source: Source) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._source = source

    def of(self, words: Sequence[str], subject: Meaning, node: cst.CSTNode, *, negated: bool) -> Replacement | None:
        """The test that replaces asking ``subject`` for ``words`` at ``node``; None when there is no unique answer."""
        found = self._made(words, subject, node, negated=negated)
        if found is None:
            return None
        if any(self._becomes(other, found.code) for other in before(self._tree, node)):
            return None  # that one first: then this one says no more
        repeats = beside(self._tree, node, found.code)
        return replace(found, edits=(*(() if repeats else found.edits), *self._leftovers(node, found.code)), repeats=repeats)

    def _becomes(self, other: cst.BaseExpression, code: str) -> bool:
        """Whether a test of text is one for which the same test would stand."""
        test = self._semantics.text_tests.at(other)
        subject = self._semantics.asked(test) if test is not None else None
        made = self._made(test.words(), subject, other, negated=test.negated) if test is not None and subject is not None else None
        return made is not None and made.code == code

    def _made(self, words: Sequence[str], subject: Meaning, node: cst.CSTNode, *, negated: bool) -> Replacement | None:
        """The test alone, whatever stands beside it."""
        kind = self._kind_guard(subject, node)
        if kind is None:
            return None
        return self._of_code(words, subject, node, kind, negated=negated) or self._of_status(words, subject, node, kind, negated=negated)

    def _of_code(self, words: Sequence[str], subject: Meaning, node: cst.CSTNode, kind: str, *, negated: bool) -> Replacement | None:
        codes = unique_codes(words, subject.catalogue)
        read = self._code_expression(subject, node, codes) if codes else None
        if read is None:
            return None
        expression, guard = read
        meant = [*codes, *(code for code in _longer(words, subject) if code not in codes)]
        return Replacement(_guarded([kind, guard], expression, [_quoted(code) for code in meant], negated=negated), "the error code")

    def _of_status(self, words: Sequence[str], subject: Meaning, node: cst.CSTNode, kind: str, *, negated: bool) -> Replacement | None:
        statuses = sorted({status for status in map(status_in, words) if status is not None})
        if not statuses or any(status_in(word) is None for word in words):
            return None
        of_body = subject.kind in (Kind.TEXT, Kind.BODY, Kind.MESSAGE) and subject.name != "str"
        if of_body and not all(any(map(str.isdigit, word)) for word in words):
            return None  # "not found" may be what an API says under 400 as well
        asked = self._of_response(subject, node) or self._status_expression(subject, node)
        if asked is None:
            return None
        values = [str(status) for status in statuses]
        code = _guarded([kind, *asked.guards], asked.status, values, negated=negated)
        return Replacement(code, "the status", () if negated else self._said_before(node, asked.status, statuses))

    def _said_before(self, node: cst.CSTNode, status: str, statuses: Sequence[int]) -> tuple[Edit, ...]:
        """The edit that takes out a test of the status right before another, which says no more: ``status != 200 and status == 404``."""
        match self._tree.parent.get(node):
            case cst.BooleanOperation(left=cst.Comparison() as before, operator=cst.And(), right=right) if right is node:
                holds = self._semantics.statuses.range_of(before).must
            case _:
                return ()
        if dotted(before.left) != status or not all(holds >> number & 1 for number in statuses):
            return ()
        start, end = self._writing.span(before)[0], self._writing.span(node)[0]
        return (Edit(start, end, ""),) if "#" not in self._source.text[start:end] else ()

    def _leftovers(self, node: cst.CSTNode, code: str) -> tuple[Edit, ...]:
        from errlint.semantics.rewrites.leftovers import Leftovers

        return tuple(Leftovers(self._writing).of(node, code))

    @cached_property
    def _writing(self) -> Writing:
        from errlint.semantics.rewrites.writing import Writing

        return Writing(self._semantics, self._source)

    @cached_property
    def _failures(self) -> Failures:
        from errlint.semantics.rewrites.failures import Failures

        return Failures(self._writing)

    def _kind_guard(self, subject: Meaning, node: cst.CSTNode) -> str | None:
        """The test that tells the exceptions which have what is read of them from the others that the handler takes.

        Empty where it takes no others; None where they cannot be told apart by what is written there.
        """
        exception = self._exception(subject, node)
        handler = self._handler(node)
        if exception is None or handler is None or handler.type is None or subject.origin is None or subject.origin.sheet is None:
            return ""
        sheet, evaluator = subject.origin.sheet, self._semantics.evaluator
        caught = evaluator.caught(handler)
        if caught is None or caught.sheet is None or caught.sheet.name != sheet.name:
            return ""  # tests on the way have told them apart
        asked = [test.args[1].value for test, truth in conditions_at(self._tree, node) if truth and _is_instance(test, exception)]
        if any(self._are(types, sheet) for types in (handler.type, *asked)):
            return ""
        written = [element.value for element in handler.type.elements] if isinstance(handler.type, cst.Tuple) else []
        known = [one for one in written if self._are(one, sheet)]
        if not known or any(len(evaluator.type_names(one)) > 1 for one in written):
            return None
        types = ", ".join(map(self._source.code, known))
        return f"isinstance({exception}, {types if len(known) == 1 else f'({types})'})"

    def _are(self, types: cst.BaseExpression, sheet: TypeSheet) -> bool:
        """Whether all types that an expression names are this one, or inherit from it."""
        names = self._semantics.evaluator.type_names(types)
        return bool(names) and all(any(above.name == sheet.name for above in self._semantics.types.ancestors(name)) for name in names)

    def _handler(self, node: cst.CSTNode) -> cst.ExceptHandler | cst.ExceptStarHandler | None:
        return self._tree.enclosing(node, cst.ExceptHandler) or self._tree.enclosing(node, cst.ExceptStarHandler)

    # codes -------------------------------------------------------------------------------------------------------------------------

    def _code_expression(self, subject: Meaning, node: cst.CSTNode, codes: Sequence[str]) -> tuple[str, str] | None:
        """The code beside the message, the same attribute or key path with the last step changed, and what must hold before it is read."""
        catalogue = subject.catalogue
        part = catalogue.part_of(codes) if catalogue is not None else None
        if catalogue is None or part is None:
            return None
        if subject.path and subject.expression is not None:
            sibling = self._sibling(subject, catalogue, part, node)
            return (sibling, "") if sibling is not None else None
        exception = self._exception(subject, node)
        if exception is None or subject.origin is None or subject.origin.sheet is None:
            return None
        sheet = subject.origin.sheet
        root = sheet.name.partition(".")[0]
        # several rows: the version is not known, and only what is true of all of them may be written
        written = {sdk.attrs.get(part, "") for sdk in catalogue.sdks if root in sdk.import_roots}
        if len(written) != 1 or not all(written):
            return None
        attribute = written.pop()
        expression = sdk_expression(attribute, exception)
        guard = "" if _has(sheet, attribute) else sheet.status_guard.format(e=exception)
        return (expression if _OPERAND.fullmatch(expression) else f"({expression})"), guard

    def _sibling(self, subject: Meaning, catalogue: Catalogue, part: Literal["code", "type"], node: cst.CSTNode) -> str | None:
        envelope = catalogue.envelope
        types = {place.json for place in envelope.type}
        places = envelope.type if part == "type" else [place for place in envelope.code if place.json not in types]
        paths = [place.json for place in places if place.json]
        path = next((path for path in paths if len(path) == len(subject.path) and path[:-1] == subject.path[:-1]), None)
        read = self._read(subject.expression, node)
        key = _key_node(read)
        if path is None or read is None or key is None or string_value(key) != subject.path[-1]:
            return None
        start, end = self._source.span(read)
        key_start, key_end = self._source.span(key)
        text = self._source.text
        return f"{text[start:key_start]}{_quoted(str(path[-1]))}{text[key_end:end]}"

    def _read(self, expression: cst.BaseExpression | None, node: cst.CSTNode) -> cst.BaseExpression | None:
        """The expression by which a text is read from the body: itself, or what is kept in a name and could be read at ``node`` as well."""
        if expression is None or not self._tree.within(expression, node):
            return None  # what a function reads, which `node` calls
        if not isinstance(expression, cst.Name):
            return expression
        bindings = self._semantics.scopes.reaching(expression)
        value = bindings[0].value if len(bindings) == 1 and bindings[0].how is How.VALUE and not bindings[0].path else None
        return value if value is not None and self._holds_at(value, node) else None

    def _holds_at(self, value: cst.BaseExpression, node: cst.CSTNode) -> bool:
        """Whether an expression that was evaluated before gives the same at ``node``: it only looks, at names that are not bound anew."""
        calls = self._tree.inside(value, cst.Call)
        if any(not isinstance(call.func, cst.Attribute) or call.func.attr.value != "get" for call in calls):
            return False
        function = self._tree.enclosing(node, cst.FunctionDef, cst.Lambda)
        if function is not self._tree.enclosing(value, cst.FunctionDef, cst.Lambda) or self._tree.is_in(value, cst.CompFor):
            return False
        start = self._tree.order[value]
        inside = (part for part in self._tree.inside(value, cst.Name) if not self._tree.is_member(part))
        bound = (
            binding for name in inside for binding in self._semantics.scopes.bindings(name.value, self._semantics.scopes.scope_of(name))
        )
        return all(self._tree.order[binding.node] < start for binding in bound)

    # statuses ----------------------------------------------------------------------------------------------------------------------

    def _of_response(self, subject: Meaning, node: cst.CSTNode) -> _Asked | None:
        """``answer.status_code``, beside ``answer.reason``; ``info["status"]``, beside ``info["msg"]``."""
        answer, read = subject.origin, subject.expression
        if subject.kind is not Kind.REASON or answer is None or answer.kind is not Kind.RESPONSE or answer.sheet is None:
            return None
        by_key = isinstance(read, cst.Subscript)
        above = self._semantics.types.ancestors(answer.sheet.name)
        said = (row for sheet in above for row in (sheet.keys if by_key else sheet.attributes).items())
        status = next((name for name, what in said if what == "status"), None)
        owner = dotted(read.value) if isinstance(read, (cst.Attribute, cst.Subscript)) else None
        if status is None or owner is None or read is None or not self._tree.within(read, node):
            return None
        return _Asked(f"{owner}[{_quoted(status)}]" if by_key else f"{owner}.{status}")

    def _status_expression(self, subject: Meaning, node: cst.CSTNode) -> _Asked | None:
        exception = self._exception(subject, node)
        if exception is None or subject.origin is None:
            return None
        sheet = subject.origin.sheet
        if sheet is None:
            return self._of_one_library(exception, node) if subject.origin.proven else None
        if not sheet.status:
            return None
        failure = self._failures.of_type(sheet)
        guard = failure.present(exception) if failure is not None else sheet.status_guard.format(e=exception)
        return _Asked(sheet.status.format(e=exception), (guard,) if guard else ())

    def _of_one_library(self, exception: str, node: cst.CSTNode) -> _Asked | None:
        """In a handler of any exception: where all that the ``try`` runs is known, and one library raises for statuses."""
        handler = self._tree.enclosing(node, cst.ExceptHandler, cst.ExceptStarHandler)
        tried = self._tree.tried(handler)
        if tried is None or not all(map(self._is_known, self._tree.inside(tried, cst.Call, into_functions=False))):
            return None
        failure = self._failures.of_raising(self._semantics.raises_for_status(tried))
        if failure is None or failure.edits:
            return None
        present = failure.present(exception)
        guards = (f"isinstance({exception}, {failure.type})", *((present,) if present else ()))
        return _Asked(failure.status(exception), guards)

    def _is_known(self, call: cst.Call) -> bool:
        """Whether it is known what a call does, as far as errors of an API go."""
        if self._semantics.meaning(call) is not None or self._semantics.runs(call):
            return True
        if isinstance(call.func, cst.Attribute):
            return self._semantics.meaning(call.func.value) is not None
        return isinstance(call.func, cst.Name) and hasattr(builtins, call.func.value)

    def _exception(self, subject: Meaning, node: cst.CSTNode) -> str | None:
        """The name of the exception, where ``node`` stands in its handler."""
        origin = subject.origin
        if origin is None or origin.kind is not Kind.EXCEPTION:
            return None
        handler = self._handler(node)
        name = caught_name(handler) if handler is not None else None
        if handler is None or name is None or not isinstance(origin.expression, cst.Name):
            return None
        if not self._semantics.rebinding.keeps(handler, node):
            return None
        return name if origin.expression.value == name else None


def _is_instance(test: cst.CSTNode, exception: str) -> TypeGuard[cst.Call]:
    """`isinstance(e, …)`"""
    match test:
        case cst.Call(func=cst.Name(value="isinstance"), args=[cst.Arg(value=cst.Name(value=name)), _]):
            return name == exception
        case _:
            return False


def _has(sheet: TypeSheet, attribute: str) -> bool:
    """Whether every exception of a type has an attribute, or looks for itself; a type that stands for answers alone has all."""
    return sheet.carries_status or "{e}" in attribute or re.split(r"\W", attribute, maxsplit=1)[0] in sheet.attributes


def _longer(words: Iterable[str], subject: Meaning) -> Iterator[str]:
    """The codes that the text has as well where it has one of these, and that mean the same to the API: `ThrottlingException`."""
    sheet, catalogue = subject.origin.sheet if subject.origin is not None else None, subject.catalogue
    if catalogue is None or sheet is None or sheet.text not in ("code", "body"):
        return
    for word in words:
        rule = catalogue.code(word)
        yield from (name for name in (rule.names if rule is not None else ()) if name.startswith(word) and name != word)


def _key_node(expression: cst.BaseExpression | None) -> cst.BaseExpression | None:
    """The last key of ``body["error"]["message"]`` or ``….get("message")``, where it is written out."""
    if isinstance(expression, cst.Subscript) and isinstance(expression.slice[0].slice, cst.Index):
        return expression.slice[0].slice.value
    if isinstance(expression, cst.Call) and isinstance(expression.func, cst.Attribute) and expression.func.attr.value == "get":
        return expression.args[0].value if expression.args else None
    return None


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _compared(expression: str, values: Sequence[str], negated: bool) -> str:
    if len(values) == 1:
        return f"{expression} {'!=' if negated else '=='} {values[0]}"
    return f"{expression} {'not in' if negated else 'in'} {{{', '.join(values)}}}"


def _guarded(guards: Sequence[str], expression: str, values: Sequence[str], *, negated: bool) -> str:
    """What must hold before an expression is read, and its test; false, or true if negated, where that does not hold.

    That the expression itself is there is no such thing: None equals no value.
    """
    first = [guard for guard in guards if guard not in ("", f"{expression} is not None")]
    if not first:
        return _compared(expression, values, negated)
    whole = " and ".join([*first, _compared(expression, values, negated=False)])
    return f"not ({whole})" if negated else whole
