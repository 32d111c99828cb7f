"""The test that should stand where a test of text stands: on the code, else on the status."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Literal

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.catalogue.schema import sdk_expression
from errlint.http_words import LONGEST_STATUS_TEXT, statuses_named
from errlint.lean import dataclass
from errlint.library_sheets import TypeSheet
from errlint.semantics.constants import string_value
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.tree import Tree
from errlint.source import Source

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
    """Source code of the test that should be made, and what it tests ("the error code", "the status")."""

    code: str
    what: str


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

    def __init__(self, tree: Tree, source: Source) -> None:
        self._tree = tree
        self._source = source

    def of(self, words: Sequence[str], subject: Meaning, node: cst.CSTNode, *, negated: bool) -> Replacement | None:
        """The test that replaces asking ``subject`` for ``words`` at ``node``; None when there is no unique answer."""
        codes = unique_codes(words, subject.catalogue)
        found = self._code_expression(subject, node, codes) if codes else None
        if found is not None:
            meant = [*codes, *(code for code in _longer(words, subject) if code not in codes)]
            return Replacement(_guarded(*found, [_quoted(code) for code in meant], negated=negated), "the error code")
        statuses = sorted({status for status in map(status_in, words) if status is not None})
        if not statuses or any(status_in(word) is None for word in words):
            return None
        found = self._status_expression(subject, node)
        if found is None:
            return None
        return Replacement(_guarded(*found, [str(status) for status in statuses], negated=negated), "the status")

    def _code_expression(self, subject: Meaning, node: cst.CSTNode, codes: Sequence[str]) -> tuple[str, str] | None:
        """The code beside the message, the same attribute or key path with the last step changed, and what must hold before it is read."""
        catalogue = subject.catalogue
        part = catalogue.part_of(codes) if catalogue is not None else None
        if catalogue is None or part is None:
            return None
        if subject.path and subject.expression is not None:
            sibling = self._sibling(subject, catalogue, part)
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

    def _sibling(self, subject: Meaning, catalogue: Catalogue, part: Literal["code", "type"]) -> str | None:
        envelope = catalogue.envelope
        types = {place.json for place in envelope.type}
        places = envelope.type if part == "type" else [place for place in envelope.code if place.json not in types]
        paths = [place.json for place in places if place.json]
        path = next((path for path in paths if len(path) == len(subject.path) and path[:-1] == subject.path[:-1]), None)
        key = _key_node(subject.expression)
        if path is None or key is None or string_value(key) != subject.path[-1]:
            return None
        start, end = self._source.span(subject.expression)  # type: ignore[arg-type]
        key_start, key_end = self._source.span(key)
        text = self._source.text
        return f"{text[start:key_start]}{_quoted(str(path[-1]))}{text[key_end:end]}"

    def _status_expression(self, subject: Meaning, node: cst.CSTNode) -> tuple[str, str] | None:
        exception = self._exception(subject, node)
        if exception is not None and subject.origin is not None:
            sheet = subject.origin.sheet
            if sheet is None or not sheet.status:
                return None
            return sheet.status.format(e=exception), sheet.status_guard.format(e=exception)
        return None

    def _exception(self, subject: Meaning, node: cst.CSTNode) -> str | None:
        """The name of the exception, where ``node`` stands in its handler."""
        origin = subject.origin
        if origin is None or origin.kind is not Kind.EXCEPTION:
            return None
        handler = self._tree.enclosing(node, cst.ExceptHandler) or self._tree.enclosing(node, cst.ExceptStarHandler)
        name = handler.name.name if handler is not None and handler.name is not None else None
        if not isinstance(name, cst.Name) or not isinstance(origin.expression, cst.Name):
            return None
        return name.value if origin.expression.value == name.value else None


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


def _guarded(expression: str, guard: str, values: Sequence[str], *, negated: bool) -> str:
    """The test of an expression that may only be read where ``guard``, if there is one, holds."""
    if not guard:
        return _compared(expression, values, negated)
    test = f"{guard} and {_compared(expression, values, False)}"
    return f"not ({test})" if negated else test


def _compared(expression: str, values: Sequence[str], negated: bool) -> str:
    if len(values) == 1:
        return f"{expression} {'!=' if negated else '=='} {values[0]}"
    return f"{expression} {'not in' if negated else 'in'} {{{', '.join(values)}}}"
