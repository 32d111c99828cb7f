"""Samples of code and of exchanges as facts: the host that is called, headers that are shown, what an SDK's exception carries.

What a sample *does* is never advice; samples break the rules of their own page.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from errlint.catalogue.importers.blocks import Sample
from errlint.catalogue.importers.bodies import Context, read_body
from errlint.catalogue.importers.facts import API, Facts, Place
from errlint.catalogue.importers.hosts import is_nobodys
from errlint.catalogue.importers.jsonsample import bodies

_URL = re.compile(r"https?://[A-Za-z0-9.{}$:_-]+(?:/[^\s\"'`<>)\\]*)?")
_NOT_THE_API = re.compile(
    r"^(?:docs?|developers?|help|support|status|www|blog|cdn|dashboard|console|app|github|example|localhost|schemas?|unpkg)\.|^localhost|^127\.|\.(?:md|html)$|github\.com|w3\.org|npmjs|pypi|jsdelivr"
)
_API_PATH = re.compile(r"(?:^|/)(?:api|rest|v\d+(?:\.\d+)?|graphql)(?:/|$)|/v\d+")
_STATUS_LINE = re.compile(r"^(?:<\s*)?HTTP/[\d.]+\s+(\d{3})", re.MULTILINE)
_HEADER_LINE = re.compile(r"^(?:<\s*)?([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+):[ \t]*(\S[^\n]*)$", re.MULTILINE)
_AUTH = re.compile(r"""["']?\b(Authorization|X-API-Key|Api-Key|X-Auth-Token)\b["']?\s*:""", re.IGNORECASE)
_IMPORT = re.compile(r"^\s*(?:from\s+([A-Za-z_][\w.]*)\s+import\s+(.+)|import\s+([A-Za-z_][\w.]*))\s*$", re.MULTILINE)
_EXCEPT = re.compile(r"^\s*except\s+\(?\s*([A-Za-z_][\w.]*)(?:\s*,[^)]*)?\)?\s+as\s+(\w+)\s*:", re.MULTILINE)
_STDLIB = {
    "json",
    "time",
    "os",
    "sys",
    "random",
    "logging",
    "typing",
    "asyncio",
    "datetime",
    "re",
    "requests",
    "httpx",
    "aiohttp",
    "tenacity",
    "backoff",
    "urllib",
    "http",
    "urllib3",
}
_ATTRIBUTES = {
    **dict.fromkeys(["code", "error_code"], "code"),
    **dict.fromkeys(["message", "user_message"], "message"),
    **dict.fromkeys(["status", "status_code", "http_status"], "status"),
    **{name: name for name in ("request_id", "headers", "response", "body", "retry_after", "type", "param", "hint", "details")},
}
"""What an exception's attribute carries, by its name."""
_LONGEST = 200_000


def read_sample(sample: Sample, context: Context, facts: Facts) -> None:
    """Take down what a sample shows."""
    text = sample.text[:_LONGEST]
    found = _STATUS_LINE.search(text)
    if found is not None:
        context = Context(context.source, context.line, int(found[1]), context.of_errors)
        _exchange(text, context, facts)
    if sample.language not in {"python", "py", "javascript", "js", "typescript", "ts", "ruby", "go", "java", "php"}:
        for node in bodies(text):
            read_body(node, context, facts)
    if not text.lstrip().startswith(("{", "[")):
        _hosts(text, context, facts)
        _python(text, context, facts)
        auth = _AUTH.search(text)
        if auth is not None:
            facts.add(API, "auth_header", auth[1], _at(context, text, auth.start()), "example")


def is_api_host(host: str, path: str) -> bool | None:
    """Whether an address answers calls: None if there is no telling."""
    if not host or is_nobodys(host) or _NOT_THE_API.search(host) or "." not in host:
        return False
    if "api" in re.split(r"[.-]", host) or host.startswith("api"):
        return True
    return True if _API_PATH.search(path) else None


def _hosts(text: str, context: Context, facts: Facts) -> None:
    for match in _URL.finditer(text):
        try:
            url = urlsplit(match[0])
            host = (url.hostname or "").lower().rstrip(".")
        except ValueError:
            continue
        host = re.sub(r"[${][^.]*", "*", host)
        told = is_api_host(host, url.path)
        if told:
            facts.add(API, "host", host, _at(context, text, match.start()), "example")
        elif told is None:
            facts.doubt(f"{host} may or may not be the host of the API", _at(context, text, match.start()))


def _exchange(text: str, context: Context, facts: Facts) -> None:
    """The headers of an answer that is shown as it goes over the wire."""
    assert context.status is not None
    if context.status < 400:
        return
    for match in _HEADER_LINE.finditer(text):
        facts.add(("header", match[1]), "shown", (context.status, match[2].strip()), _at(context, text, match.start()), "example")


def _python(text: str, context: Context, facts: Facts) -> None:
    """``except AcmeError as e`` and the attributes that are read of it; the sample need not be valid Python."""
    handler = _EXCEPT.search(text)
    if handler is None:
        return
    name, variable = handler[1].rpartition(".")[2], handler[2]
    root = _root_of(handler[1], text)
    if root is None:
        return
    subject = ("sdk", root)
    at = _at(context, text, handler.start())
    facts.add(subject, "base_exception", f"{root}.{name}" if "." not in handler[1] else handler[1], at, "example")
    for match in re.finditer(rf"\b{re.escape(variable)}\.([a-z_]\w*)(?:\.([a-z_]\w*))?(?!\w|\()", text):
        dotted = ".".join(part for part in match.groups() if part)
        known = _ATTRIBUTES.get(match[2] or match[1])
        if known:
            facts.add(subject, "attr", (known, dotted), _at(context, text, match.start()), "example")


def _root_of(exception: str, text: str) -> str | None:
    """The package that an exception was imported from."""
    first = exception.partition(".")[0]
    for match in _IMPORT.finditer(text):
        module, names, plain = match.groups()
        root = (module or plain).partition(".")[0]
        if root not in _STDLIB and (plain == first or (names and re.search(rf"\b{re.escape(first)}\b", names))):
            return root
    return None


def _at(context: Context, text: str, offset: int) -> Place:
    return Place(context.source, context.line + text.count("\n", 0, offset))
