"""The words of error documents that have a form of their own: statuses, codes, names of headers, addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Literal

_STATUS = re.compile(r"(?<![\w.$-])([1-5][0-9][0-9]|[1-5][xX*]{2})(?![\w%]|[.,][0-9])")
_RANGE = re.compile(r"(?<![\w.$-])([1-5])00\s*(?:-|–|to|through|\.\.)\s*\1(?:99|[0-9][0-9])(?!\w)|(?<![\w.$-])([1-5])00\s*\+")
_EXCEPTED = re.compile(r"\b(?:except(?:ing)?(?: for)?|other than|apart from|besides|but not|excluding)\b", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.:/-][A-Za-z0-9]+)*")
_WILDCARD = re.compile(r"(?=.*[A-Za-z])(?:\*[_.-]?|)[A-Za-z][A-Za-z0-9_.-]*?(?:[_.-]?\*|)")
_SPLIT = re.compile(r"\s*(?:,|;|\||/(?=\s)|\s/|\bor\b|\band\b|\s)\s*")
_BESIDE = re.compile(r"\w\s+(?!or\b|and\b|/)\w")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+")
_CASES: dict[str, re.Pattern[str]] = {
    "UPPER_SNAKE": re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*"),
    "lower_snake": re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"),
    "camelCase": re.compile(r"[a-z][A-Za-z0-9]*"),
    "PascalCase": re.compile(r"[A-Z][A-Za-z0-9]*"),
}
_KNOWN_HEADERS = {"retry-after", "idempotency-key", "x-request-id", "request-id", "www-authenticate", "content-type"}
_NOTHING = {"", "-", "–", "—", "n/a", "none", "null", "any", "*"}
_PLACEHOLDER_WORDS = frozenset({
    "a", "an", "any", "api", "code", "error", "errorcode", "example", "foo", "here", "identifier", "machine", "my", "name",
    "readable", "short", "some", "string", "the", "this", "type", "value", "xxx", "your",
})  # fmt: skip

Case = Literal["", "UPPER_SNAKE", "lower_snake", "camelCase", "PascalCase"]


def statuses(text: str) -> list[str]:
    """The statuses ("429") and classes ("5xx") in a text, each once, in order; ranges and "500+" are classes."""
    found: dict[str, int] = {}
    covered: list[tuple[int, int]] = []
    for match in _RANGE.finditer(text):
        found.setdefault(f"{match[1] or match[2]}xx", match.start())
        covered.append(match.span())
    for match in _STATUS.finditer(text):
        if not any(start <= match.start() < end for start, end in covered):
            found.setdefault(match[1].lower().replace("*", "x"), match.start())
    return sorted(found, key=lambda key: found[key])


def with_exceptions(text: str) -> tuple[str, str]:
    """What a text is about, and what it leaves out ("all 4xx other than 429")."""
    found = _EXCEPTED.search(text)
    return (text, "") if found is None else (text[: found.start()], text[found.end() :])


def is_status_cell(text: str) -> bool:
    """Whether a cell of a table holds statuses and nothing but, perhaps, their reason phrases ("429 Too Many Requests")."""
    cell = with_exceptions(text)[0].strip().strip("`*\"'( ")
    if not statuses(cell) or len(cell) > 60:
        return False
    rest = _STATUS.sub(" ", _RANGE.sub(" ", cell))
    words = re.findall(r"[A-Za-z]+", rest)
    known = {word for status in statuses(cell) if status.isdigit() for word in phrase(int(status)).lower().split()}
    return all(word.lower() in known | {"http", "or", "and", "to", "error", "errors", "code", "status", "e", "g"} for word in words) or (
        cell[0].isdigit() and len(words) <= 4
    )


def phrase(status: int) -> str:
    """The reason phrase of a status, as Python knows it; empty if it does not."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def codes_in_cell(text: str) -> list[str]:
    """The codes that a cell of a table consists of, patterns (``*_NOT_FOUND``) included; empty if it is anything else."""
    cell = text.strip().replace("`", " ").replace("**", " ").strip(" \"'")
    if is_nothing(cell):
        return []
    parts = [part for part in (piece.strip("\"'()….") for piece in _SPLIT.split(cell)) if part]
    if not parts or not all(is_code(part) or is_wildcard(part) for part in parts):
        return []
    # words beside each other are a sentence, unless each has a form that only codes have
    return parts if not _BESIDE.search(cell) or all(looks_like_code(part) or is_wildcard(part) for part in parts) else []


def is_nothing(text: str) -> bool:
    """Whether a cell is empty, or says that it is ("-", "n/a")."""
    return text.strip().lower() in _NOTHING


def is_code(text: str) -> bool:
    """Whether a word can be a code at all: a single identifier."""
    return bool(_IDENTIFIER.fullmatch(text)) and len(text) <= 80


def is_wildcard(text: str) -> bool:
    """Whether a word is the pattern of a family of codes."""
    return "*" in text and bool(_WILDCARD.fullmatch(text)) and len(text) > 2


def looks_like_code(text: str) -> bool:
    """Whether a word has the form that only a code has: ``RATE_LIMITED``, ``rate_limited``, ``rateLimited``, ``RateLimited``."""
    return is_code(text) and ("_" in text or bool(re.search(r"[a-z][A-Z]", text)) or (text.isupper() and len(text) > 3))


def is_number(text: str) -> bool:
    """Whether a cell is a number that can be a code."""
    return text.strip("`").isascii() and text.strip("`").lstrip("-").isdigit() and len(text) <= 12


def case_of(names: Sequence[str]) -> Case:
    """How all the names are spelt; empty if not alike, or if there is no telling."""
    for case, pattern in _CASES.items():
        if names and all(pattern.fullmatch(name) for name in names):
            return case  # type: ignore[return-value]
    return ""


def is_header_cell(text: str) -> bool:
    """Whether a cell is the name of an HTTP header."""
    return bool(_HEADER.fullmatch(text.strip("` :")))


def headers(text: str) -> list[str]:
    """The names of HTTP headers in a text: ``X-…``, and those that are known by themselves."""
    found = (match[0] for match in re.finditer(r"(?<![\w/-])[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+(?![\w-])", text))
    return list(dict.fromkeys(name for name in found if _is_header(name)))


def _is_header(name: str) -> bool:
    low = name.lower()
    return low in _KNOWN_HEADERS or low.startswith(("x-", "ratelimit-", "rate-limit-")) or "idempot" in low or "retry-after" in low


def is_placeholder(text: str) -> bool:
    """Whether a value in a sample stands for any value: ``ERROR_CODE``, ``string``, ``<code>``, ``…``."""
    bare = text.strip().strip("<>{}[]$")
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare).lower())
    return bare != text.strip() or not words or all(word in _PLACEHOLDER_WORDS for word in words)
