"""OpenAPI 3.0 and 3.1 (and 2.0, as far as it says the same) as facts: what operations answer when they fail, and where.

An operation's responses are collected first, each once however many operations share it; :mod:`.answers` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from errlint.catalogue.importers.answers import Answers
from errlint.catalogue.importers.bodies import Body
from errlint.catalogue.importers.facts import API, IDEMPOTENCY, Fact, Facts, Place
from errlint.catalogue.importers.hosts import is_nobodys
from errlint.catalogue.importers.jsonsample import Node
from errlint.catalogue.importers.markdown import read_markdown
from errlint.catalogue.importers.page import read_page
from errlint.catalogue.importers.prose import read_cell
from errlint.catalogue.importers.references import References
from errlint.catalogue.importers.sources import Source
from errlint.catalogue.importers.structured import Lines, read_structured
from errlint.errors import UsageProblem

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_WRITES = ("post", "put", "patch", "delete")
_TOLD_HEADER = re.compile(r"idempot|(?:request|trace|correlation)-?id$", re.IGNORECASE)
_NOT_A_PREFIX = re.compile(r"v?\d+(?:\.\d+)*|api|rest|apis?|public|\*")
_HOST = re.compile(r"[a-z0-9*-]+(?:\.[a-z0-9*-]+)*\.[a-z0-9-]*[a-z][a-z0-9-]*")
_MOST_VALUES = 20


def read_openapi(source: Source, index: int, facts: Facts) -> None:
    """Take down what an OpenAPI document says.

    :raises UsageProblem: it is no OpenAPI document.
    """
    root = read_structured(source, index, facts)
    version = _version(root)
    if not version.startswith(("2.", "3.")):
        what = "JSON" if source.kind == "json" else "YAML"
        hint = "an OpenAPI document has the key `openapi` (3.0 or 3.1) at its top"
        raise UsageProblem(f"this is {what}, but no OpenAPI document", path=source.name, hint=hint)
    _Reader(root, index, facts).read()


class _Reader:
    def __init__(self, root: Node, source: int, facts: Facts) -> None:
        self._root = root
        self._source = source
        self._facts = facts
        self._references = References(root, source)
        self._answers = Answers(self._references, source, facts)
        self._seen: set[tuple[str, str]] = set()
        self._writes: dict[str, int] = dict.fromkeys(_WRITES, 0)
        self._required: dict[str, list[int]] = {}
        """By method with an idempotency key, the lines that require it."""

    def read(self) -> None:
        self._info()
        self._servers(self._root)
        self._address()
        self._security()
        for path, item in _entries(self._at(self._root, "paths")):
            if path.startswith("/"):
                self._path(path, self._references.resolve(item))
        self._answers.tell()
        self._methods()
        self._references.report(self._facts)

    # what stands once -------------------------------------------------------------------------------------------------------

    def _info(self) -> None:
        info = self._at(self._root, "info")
        title = self._at(info, "title")
        if isinstance(title.value, str) and title.value.strip():
            name = re.sub(r"\s+(?:(?:REST|HTTP|Public|Web)\s+)?API\b.*$", "", title.value.strip()) or title.value.strip()
            self._facts.add(API, "name", name, self._place(title))
            self._facts.add(API, "title", title.value.strip(), self._place(title))
        self._prose(self._at(info, "description"))
        tags = self._at(self._root, "tags").value
        for tag in tags if isinstance(tags, list) else ():
            self._prose(self._at(tag, "description"))

    def _prose(self, node: Node) -> None:
        """Markdown in the document is a page of its own; its lines are those of the document where YAML keeps them."""
        if not isinstance(node.value, str) or len(node.value) < 20:
            return
        own = Facts()
        read_page(read_markdown(node.value), self._source, own)
        first = node.value.first if isinstance(node.value, Lines) else None

        def placed(line: int) -> int:
            return node.line if first is None else first + line - 1

        for fact in own:
            if fact.about == API and fact.key in {"name", "title"}:
                continue
            value = fact.value
            if isinstance(value, Body):
                places = tuple((part, path, extra, placed(line)) for part, path, extra, line in value.places)
                value = replace(value, places=places, details_line=placed(value.details_line))
            self._facts.facts.append(Fact(fact.about, fact.key, value, Place(self._source, placed(fact.at.line)), fact.evidence))
        for doubt in own.doubts:
            self._facts.doubt(doubt.text, Place(self._source, placed(doubt.at.line)) if doubt.at else None)

    def _servers(self, node: Node) -> None:
        servers = self._at(node, "servers").value
        for server in servers if isinstance(servers, list) else ():
            url = self._at(server, "url")
            for address in _addresses(url.value, self._at(server, "variables")) if isinstance(url.value, str) else ():
                self._host(address, url.line)

    def _address(self) -> None:
        """The host of a 2.0 document."""
        host, base = self._at(self._root, "host"), self._at(self._root, "basePath").value
        if isinstance(host.value, str):
            self._host(f"https://{host.value}{base if isinstance(base, str) else ''}", host.line)

    def _host(self, address: str, line: int) -> None:
        try:
            url = urlsplit(address)
            host = (url.hostname or "").lower().rstrip(".")
        except ValueError:
            return
        at = Place(self._source, line)
        if not _HOST.fullmatch(host) or is_nobodys(host):
            if host:
                self._facts.doubt(f"{host} among the servers is no host of the public Internet", at)
            return
        self._facts.add(API, "host", host, at)
        if any(step and not _NOT_A_PREFIX.fullmatch(step) for step in url.path.split("/")):
            # such hosts serve other APIs as well
            self._facts.add(API, "path_prefix", url.path.rstrip("/") + "/", at)

    def _security(self) -> None:
        schemes = self._at(self._root, "components", "securitySchemes")
        for _, scheme in (*_entries(schemes), *_entries(self._at(self._root, "securityDefinitions"))):
            one = self._references.resolve(scheme)
            kind, place = self._at(one, "type").value, self._at(one, "in").value
            if kind == "apiKey" and place == "header" and isinstance(self._at(one, "name").value, str):
                self._facts.add(API, "auth_header", self._at(one, "name").value, self._place(one))
            elif kind in {"http", "basic", "oauth2", "openIdConnect"}:
                self._facts.add(API, "auth_header", "Authorization", self._place(one))

    # operations -------------------------------------------------------------------------------------------------------------

    def _path(self, path: str, item: Node) -> None:
        self._servers(item)
        for method, operation in _entries(item):
            if method not in _METHODS or not isinstance(operation.value, dict):
                continue
            self._servers(operation)
            self._parameters(method, item, operation)
            identifier = self._at(operation, "operationId").value
            name = _words(identifier) if isinstance(identifier, str) else f"{method} {path}"
            responses = dict(_entries(self._at(operation, "responses")))
            for key, response in responses.items():
                only = len(responses) == 1
                self._answers.add(key.lower(), self._references.resolve(response), name, is_only=only)

    def _parameters(self, method: str, *owners: Node) -> None:
        if method in self._writes:
            self._writes[method] += 1
        found: dict[str, Node] = {}
        for owner in owners:
            listed = self._at(owner, "parameters").value
            for one in listed if isinstance(listed, list) else ():
                parameter = self._references.resolve(one)
                name = self._at(parameter, "name").value
                if self._at(parameter, "in").value == "header" and isinstance(name, str) and _TOLD_HEADER.search(name):
                    found[name] = parameter
        for name, parameter in found.items():
            if (name.lower(), method) not in self._seen:
                self._seen.add((name.lower(), method))
                text = self._at(parameter, "description").value
                read_cell(f"{name}: {text if isinstance(text, str) else ''}", [], self._place(parameter), self._facts)
            if "idempot" in name.lower() and method in self._writes:
                if method not in self._required:
                    self._facts.add(IDEMPOTENCY, "header", name, self._place(parameter))
                lines = self._required.setdefault(method, [])
                if self._at(parameter, "required").value is True:
                    lines.append(parameter.line)

    def _methods(self) -> None:
        """A method is refused without a key if every operation with it is."""
        for method, lines in self._required.items():
            if lines and len(lines) == self._writes[method]:
                self._facts.add(IDEMPOTENCY, "required_on", method.upper(), Place(self._source, lines[0]))
            elif lines:
                told = f"{len(lines)} of {self._writes[method]} {method.upper()} operations require an idempotency key"
                self._facts.doubt(told, Place(self._source, lines[0]))

    def _at(self, node: Node, *keys: str) -> Node:
        for key in keys:
            value = node.value
            node = (value.get(key) if isinstance(value, dict) else None) or Node(None, node.line)
        return node

    def _place(self, node: Node) -> Place:
        return Place(self._source, node.line)


def _version(root: Node) -> str:
    value: Any = root.value
    for key in ("openapi", "swagger"):
        if isinstance(value, dict) and key in value:
            return str(value[key].value)
    return ""


def _entries(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node.value, dict):
        yield from node.value.items()


def _addresses(url: str, variables: Node) -> Iterator[str]:
    """The addresses of a server: with the values of a variable if they are listed, else ``*`` for it."""
    known: dict[str, list[str]] = {}
    for name, variable in _entries(variables):
        values = variable.value.get("enum") if isinstance(variable.value, dict) else None
        if values is not None and isinstance(values.value, list):
            known[name] = [str(one.value) for one in values.value[:_MOST_VALUES]]
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/") if separator else ("", "", url)
    host = re.sub(r":(?:\d+|\{[^}]*\})$", "", host)
    addresses = [f"{host}{slash}{path}"] if host else []
    for name, values in known.items():
        if f"{{{name}}}" in f"{host}/{path}" and addresses:
            addresses = [address.replace(f"{{{name}}}", value) for address in addresses for value in values][:_MOST_VALUES]
    for address in addresses:
        yield f"{scheme if '{' not in scheme else 'https'}://{re.sub(r'{[^}]*}', '*', address)}"


def _words(identifier: str) -> str:
    """``createProgram`` as people say it: "create program"."""
    return " ".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", identifier)).lower() or identifier
