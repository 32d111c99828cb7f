"""Examples of bodies as facts: where the parts of an error stand, the codes and texts that are shown, times to retry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from errlint.catalogue.importers.facts import ENVELOPE, FAILURE, Facts, Place, code
from errlint.catalogue.importers.fields import Found, JsonPath, format_of, in_details, written
from errlint.catalogue.importers.jsonsample import Node
from errlint.catalogue.importers.tokens import is_code, is_number, is_placeholder
from errlint.lean import dataclass

_ERROR_KEYS = {"error", "errors", "fault", "err", "exception", "error_code", "errorcode", "errorMessage", "error_description", "errorCode"}
_ANY_TEXT = re.compile(
    r"\b(?:human[- ]readable|error message|message (?:here|goes)|a message|description of|explanation of|lorem|what went wrong)\b"
    r"|^<.*>$|^\W*$|^string$",
    re.IGNORECASE,
)
_PLACES = ("code", "message", "hint", "type", "param", "request_id", "upstream_message")


@dataclass(frozen=True, slots=True)
class Context:
    """Where an example stands: its source, the first line of the sample, the status it is about (None: not told), whether errors are.

    *Certain*: the document declares it the body of an error. A *specimen* was made of a schema: it shows which fields there are and what
    they hold, but no codes and no texts; ``optional`` are the fields that need not be there. ``weight``: how many answers look like this.
    """

    source: int
    line: int
    status: int | None = None
    of_errors: bool = False
    certain: bool = False
    specimen: bool = False
    optional: frozenset[JsonPath] = frozenset()
    weight: int = 1


def read_body(node: Node, context: Context, facts: Facts) -> JsonPath | None:
    """Take down what the body of an answer shows, if it is an error; the path of what tells errors apart there, or ``()``."""
    found = list(node.fields())
    if not _is_error(found, context):
        return None
    best = {part: _outermost(found, part) for part in _PLACES}
    # where nothing is called a code, the type is what tells errors apart
    code_field = best["code"] or best["type"]
    name = "" if context.specimen else _name(code_field)
    places: list[tuple[str, str, bool, int]] = []
    for part in _PLACES:
        for one in found:
            if one.part == part and (one is best[part] or (part == "message" and in_details(one.path)) or part == "upstream_message"):
                entry = (part, written(one.path), one is not best[part] or _is_optional(one, context), context.line + one.line)
                if entry[:2] not in [known[:2] for known in places]:
                    places.append(entry)
    # what holds the request id, or another part of the error, is no detail of it
    holders = {one.path[:end] for one in best.values() if one is not None for end in range(len(one.path))}
    details = next((one for one in found if one.part == "details" and one.path not in holders and _beside(one.path, code_field)), None)
    at = Place(context.source, context.line + node.line)
    facts.add(
        ENVELOPE,
        "body",
        Body(
            tuple(places),
            _shape(details),
            written(details.path) if details else "",
            context.line + details.line if details else 0,
            _is_int(code_field),
            name,
            context.specimen,
            context.weight,
        ),
        at,
        "example",
    )
    _success(found, context, facts)
    if name and code_field is not None:
        _about_code(name, best, details, context, facts)
    if not context.specimen:
        _times(found, name, context, facts)
    return code_field.path if code_field is not None else ()


@dataclass(frozen=True, slots=True)
class Body:
    """An example: the places it shows (part, path, whether it may be absent, line), the shape of its details, its code; see `Context`."""

    places: tuple[tuple[str, str, bool, int], ...]
    details_shape: str
    details: str
    details_line: int
    numeric: bool
    code: str
    specimen: bool = False
    weight: int = 1


def _is_error(found: Sequence[Found], context: Context) -> bool:
    parts = {one.part for one in found}
    if any(one.part == "success" and one.value is True for one in found):
        return False
    if context.certain:
        return bool(parts & {"code", "message", "type"})
    keys = {one.path[-1] for one in found if len(one.path) <= 2}
    if "openapi" in keys or "jsonrpc" in keys:
        return False
    if keys & _ERROR_KEYS and parts & {"code", "message", "type"}:
        return True
    if not parts & {"code", "type"} or "message" not in parts:
        return False
    if {"type", "title", "status"} <= {one.path[-1] for one in found if len(one.path) == 1}:
        return True  # RFC 9457
    beside = any(
        one.part in {"code", "type"} and other.part == "message" and one.path[:-1] == other.path[:-1] for one in found for other in found
    )
    return beside and (context.status is not None or context.of_errors)


def _outermost(found: Sequence[Found], part: str) -> Found | None:
    """The field that is this part of the error as a whole: not one in its details, the outermost, a word rather than a number."""
    candidates = [one for one in found if one.part == part and (part == "request_id" or not in_details(one.path))]
    if part == "code":
        candidates.sort(key=lambda one: (isinstance(one.value, int), _folded_depth(one.path)))
    else:
        candidates.sort(key=lambda one: (_folded_depth(one.path), one.path[-1] in {"title", "description"}, _says_nothing(one)))
    return candidates[0] if candidates else None


def _says_nothing(field: Found) -> bool:
    """``"type": "error"`` beside the object that is the error."""
    return field.part == "type" and isinstance(field.value, str) and is_placeholder(field.value)


def _folded_depth(path: JsonPath) -> int:
    """How deep a field lies; the object that is called an error is no depth."""
    return sum(key != "*" and key not in {"error", "errors", "err", "fault"} for key in path)


def _beside(path: JsonPath, other: Found | None) -> bool:
    return other is None or path[:-1] == other.path[:-1]


def _name(field: Found | None) -> str:
    """The code that an example shows; empty if it is a placeholder or nothing that is a code."""
    if field is None or isinstance(field.value, bool):
        return ""
    if isinstance(field.value, int):
        return str(field.value) if not 100 <= field.value <= 599 else ""
    text = field.value if isinstance(field.value, str) else ""
    return text if (is_code(text) or is_number(text)) and not is_placeholder(text) and "://" not in text else ""


def _is_int(field: Found | None) -> bool:
    return field is not None and isinstance(field.value, int) and not isinstance(field.value, bool)


def _about_code(name: str, best: dict[str, Found | None], details: Found | None, context: Context, facts: Facts) -> None:
    field = best["code"] or best["type"]
    assert field is not None
    at = Place(context.source, context.line + field.line)
    facts.add(code(name), "shown", True, at, "example")
    message = best["message"]
    if message is not None and isinstance(message.value, str) and not _is_any_text(message.value):
        facts.add(code(name), "message", message.value, Place(context.source, context.line + message.line), "example")
    kind = best["type"]
    if kind is not None and kind is not field and isinstance(kind.value, str) and is_code(kind.value) and not is_placeholder(kind.value):
        facts.add(code(name), "type", kind.value, Place(context.source, context.line + kind.line), "example")
    if details is not None and _shape(details) == "array":
        facts.add(code(name), "details_shape", "array", Place(context.source, context.line + details.line), "example")
    if context.status is not None:
        facts.add(code(name), "status", context.status, at, "example")


def _is_any_text(text: str) -> bool:
    """Whether a message only says that a message goes here."""
    return bool(_ANY_TEXT.search(text)) or is_placeholder(text)


def _is_optional(field: Found, context: Context) -> bool:
    """Whether the field need not be there: the schema says so, or what stands in a sample ("Optional suggestion")."""
    if any(field.path[:end] in context.optional for end in range(1, len(field.path) + 1)):
        return True
    return isinstance(field.value, str) and bool(re.match(r"(?i)\W*optional\b|.*\b(?:if (?:any|available|applicable))\b", field.value))


def _success(found: Sequence[Found], context: Context, facts: Facts) -> None:
    for one in found:
        if one.part == "success" and one.value is False and len(one.path) == 1:
            facts.add(FAILURE, "json", (written(one.path), False), Place(context.source, context.line + one.line), "example")


def _times(found: Sequence[Found], name: str, context: Context, facts: Facts) -> None:
    for one in found:
        shape = format_of(one.path[-1], one.value) if one.part == "retry_after" else None
        if shape is not None:
            subject = ("retry_after", "json", written(one.path))
            at = Place(context.source, context.line + one.line)
            facts.add(subject, "format", shape, at, "example")
            on: Any = name or context.status
            if on:
                facts.add(subject, "on", on, at, "example")


def _shape(field: Found | None) -> str:
    if field is None:
        return ""
    if isinstance(field.value, list):
        return "array"
    return "string" if isinstance(field.value, str) else "object" if isinstance(field.value, dict) or field.value is ... else ""
