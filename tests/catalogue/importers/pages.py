"""A catalogue as the page that an API's owner would have written: Markdown, HTML, or text that was scraped off it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from msgspec import UNSET

from errlint.catalogue.places import parse_json_path
from errlint.catalogue.schema import CatalogueFile, RetryAfterSheet, Statement

_VERDICTS = {
    ("yes", ""): ("Yes", "-"),
    ("yes", "backoff"): ("Yes", "Use exponential backoff"),
    ("yes", "retry_after"): ("Yes", "Wait for the specified time"),
    ("no", ""): ("No", "-"),
    ("unstated", ""): ("-", "-"),
    ("by_status", ""): ("Depends", "Depends on the HTTP status"),
    ("by_code", ""): ("Depends on the error code", "-"),
}
_UNITS = {
    "delta-seconds": "Seconds to wait",
    "http-date": "A date to wait for",
    "milliseconds": "Milliseconds to wait",
    "epoch-seconds": "Unix timestamp of the end of the window",
    "rfc3339": "End of the window, ISO 8601",
}


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Sample:
    text: str


Piece = Heading | Sample | str | tuple[tuple[str, ...], ...]
"""A heading, an example, a paragraph, or a table with its titles."""


def page_of(file: CatalogueFile) -> Iterator[Piece]:
    """The page."""
    yield Heading(1, f"{file.api.name} errors")
    yield f"This page is about the errors of the {file.api.name} API."
    for host in file.api.hosts:
        yield f"Base URL: https://{host}/v1"
    if file.envelope.codes == "complete":
        yield f"It lists all error codes returned by the {file.api.name} API."
    if file.envelope.codes == "open":
        yield "New error codes may be added at any time."
    yield Heading(2, "Error format")
    code = file.code[0].names[0] if _is_number(file) and file.code else "ERROR_CODE"
    yield Sample(json.dumps(_body(file, code, "Human-readable error message"), indent=2))
    if file.envelope.message_contract == "unstable":
        yield "Error messages may change."
    if file.envelope.branch_on:
        told = " and the ".join(
            {"code": "error code", "status": "HTTP status", "type": "error type", "message": "message"}[one]
            for one in file.envelope.branch_on
        )
        yield f"Use the {told} to decide what to do."
    for place in file.envelope.request_id:
        if place.header:
            yield f"Every response includes the {place.header} header."
    if file.envelope.request_id_echo:
        yield f"The request id echoes your {file.envelope.request_id_echo} header if you sent one."
    if file.idempotency is not None:
        required = " and ".join(file.idempotency.required_on)
        yield f"{file.idempotency.header} is required on {required}." if required else f"Send an {file.idempotency.header} header."
    if file.code:
        yield from _codes(file)
    if file.status:
        yield Heading(2, "HTTP statuses")
        rows = [(key, rule.meaning or "-", *_verdict(rule)) for key, rule in file.status.items()]
        yield (("Status", "Meaning", "Retry?", "Notes"), *rows)
    for sheet in file.retry_after:
        if sheet.header and set(sheet.formats) <= set(_UNITS):
            yield from _wait(sheet)


def _codes(file: CatalogueFile) -> Iterator[Piece]:
    yield Heading(2, "Error codes")
    title = "Typical status" if file.envelope.code_statuses == "typical" else "HTTP status"
    rows = [
        (name, ", ".join(map(str, rule.status)), rule.meanings.get(name, "-"), *_verdict(rule)) for rule in file.code for name in rule.names
    ]
    yield (("Code", title, "Meaning", "Retry?", "Notes"), *rows)
    for rule in file.code:
        for name, texts in rule.messages.items():
            for text in texts:
                yield Heading(3, "Example")
                yield Sample(json.dumps(_body(file, name, text, rule.type), indent=2))
    patterns = [(str(rule.status[0]), rule.pattern) for rule in file.code if rule.pattern]
    if patterns:
        yield Heading(2, "Summary")
        yield (("HTTP status", "Common codes"), *patterns)


def _verdict(rule: Statement) -> tuple[str, str]:
    if rule.retry == "after_change":
        return "No", f"{rule.change[:1].upper()}{rule.change[1:]} before retrying"
    if rule.retry == "conditional":
        return "Maybe", f"Retry only if {rule.change}"
    if rule.retry == "after_poll":
        return "Yes", f"Poll {rule.poll}, then retry"
    return _VERDICTS.get((rule.retry, rule.wait), ("-", "-"))  # what a table cannot tell stays open


def _wait(sheet: RetryAfterSheet) -> Iterator[Piece]:
    yield Heading(2, f"Headers of errors ({', '.join(map(str, sheet.on))})" if sheet.on else "Headers of errors")
    yield (("Header", "Description"), (sheet.header, " or ".join(_UNITS[one] for one in sheet.formats)))


def _body(file: CatalogueFile, code: str, message: str, kind: str = "") -> dict[str, object]:
    body: dict[str, object] = {}
    for test in file.failure:
        if test.json:
            _put(body, test.json, None if test.equals is UNSET else test.equals)
    values = {
        "code": int(code) if _is_number(file) and code.isdigit() else code,
        "message": message,
        "type": kind or "error_type",
        "param": "amount",
        "hint": "A suggestion",
        "request_id": "req_8f2c",
    }
    for part, value in values.items():
        for place in getattr(file.envelope, part)[:1]:
            if place.json:
                _put(body, place.json, value)
    return body


def _put(body: dict[str, object], path: str, value: object) -> None:
    """Put a value where a path of keys and lists leads; where the body itself is a list, it is its element."""
    steps = list(parse_json_path(path) or ())
    inner = body
    while steps:
        step = steps.pop(0)
        if step == "*" or isinstance(step, int):
            continue
        below = [rest for rest in steps if isinstance(rest, str) and rest != "*"]
        if not below:
            inner.setdefault(step, value)
            return
        in_list = steps[0] == "*" or isinstance(steps[0], int)
        found = inner.setdefault(step, [{}] if in_list else {})
        inner = found[0] if isinstance(found, list) else found  # type: ignore[assignment]


def _is_number(file: CatalogueFile) -> bool:
    return any(place.type in {"int", "http_status"} for place in file.envelope.code[:1])


# how it is written ----------------------------------------------------------------------------------------------------------------


def markdown(pieces: Sequence[Piece]) -> str:
    """GitHub's Markdown."""
    return "\n\n".join(_markdown(piece) for piece in pieces) + "\n"


def _markdown(piece: Piece) -> str:
    if isinstance(piece, Heading):
        return f"{'#' * piece.level} {piece.text}"
    if isinstance(piece, Sample):
        return f"```json\n{piece.text}\n```"
    if isinstance(piece, str):
        return re.sub(r"([*_<>`\\])", r"\\\1", piece)
    rows = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in piece]
    return "\n".join([rows[0], "|" + " --- |" * len(piece[0]), *rows[1:]])


def _cell(text: str) -> str:
    return f"`{text}`" if re.fullmatch(r"\w+", text) else re.sub(r"([*_<>`\\|])", r"\\\1", text)


def webpage(pieces: Sequence[Piece]) -> str:
    """HTML, with the chrome of a site around it."""
    inner = "\n".join(_html(piece) for piece in pieces)
    head = "<!DOCTYPE html><html><head><title>x</title><script>var a = '429';</script></head>"
    return f"{head}<body><nav><a>Home</a></nav><main>{inner}</main></body></html>"


def _html(piece: Piece) -> str:
    if isinstance(piece, Heading):
        return f"<h{piece.level}>{escape(piece.text)}</h{piece.level}>"
    if isinstance(piece, Sample):
        return f'<pre><code class="language-json">{escape(piece.text)}</code></pre>'
    if isinstance(piece, str):
        return f"<p>{escape(piece)}</p>"
    head = "".join(f"<th>{escape(cell)}</th>" for cell in piece[0])
    rows = "".join("<tr>" + "".join(f"<td><code>{escape(cell)}</code></td>" for cell in row) + "</tr>\n" for row in piece[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def scraped(pieces: Sequence[Piece]) -> str:
    """Text that lost its marks: headings are lines, rows have no bar at their beginning, examples no fences and no indentation."""
    return "\n".join(_scraped(piece) for piece in pieces)


def _scraped(piece: Piece) -> str:
    if isinstance(piece, Heading):
        return piece.text
    if isinstance(piece, Sample):
        return "\n".join(line.strip() for line in piece.text.splitlines())
    if isinstance(piece, str):
        return piece
    rows = [f"{' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in piece]
    return "\n".join([f"| {rows[0]}", "|" + "---|" * len(piece[0]), *rows[1:]])
