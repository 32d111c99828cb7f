"""JSON as documentation shows it: with ``...`` for what is left out, comments, trailing commas; every value with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from errlint.catalogue.importers.codelines import json_end
from errlint.catalogue.importers.fields import Found, JsonPath, part_of
from errlint.lean import dataclass

_SPACE = re.compile(r"(?:\s|//[^\n]*|#[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_BARE = re.compile(r"[^\s,}\]]+(?:[ \t]+[^\s,}\]]+)*")
_LEFT_OUT = re.compile(r"\.{3}|…")
_DEEPEST = 40
_MOST_TRIES = 40
"""How many places of a sample are tried at which no JSON begins after all; code begins lines with braces, too."""
_AT_LINE_START = re.compile(r"^[ \t]*(?=[{\[])", re.MULTILINE)
_ANYWHERE = re.compile(r'(?=\{\s*")')


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its line, counted from 0 in the sample; ``value`` holds nodes if it is a dict or a list, ``...`` if it was left out."""

    value: Any
    line: int

    def plain(self) -> Any:
        """The value without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value

    def fields(self, path: JsonPath = ()) -> Iterator[Found]:
        """Every field below, outer ones first, with its part; of a list, its elements count as one."""
        if isinstance(self.value, list):
            for node in self.value[:20]:
                yield from node.fields((*path, "*"))
        elif isinstance(self.value, dict):
            for key, node in self.value.items():
                value = node.value
                yield Found(part_of((*path, key), value), (*path, key), value, node.line)
            for key, node in self.value.items():
                yield from node.fields((*path, key))


def bodies(text: str, *, inside: bool = False) -> Iterator[Node]:
    """The JSON objects and lists in a sample that begin on a line of their own; ``inside``: the objects anywhere in a text."""
    at = tries = 0
    while tries < _MOST_TRIES and (found := (_ANYWHERE if inside else _AT_LINE_START).search(text, at)):
        length = json_end(text[found.end() :])
        node = parse(text[found.end() : found.end() + length], text.count("\n", 0, found.end())) if length else None
        if node is not None:
            yield node
        tries += node is None
        at = found.end() + max(length, 1)


def parse(text: str, line: int = 0) -> Node | None:
    """The value that a text is; None if it is no JSON even by these rules."""
    try:
        node, end = _Parser(text, line).value(_SPACE.match(text).end(), 0)  # type: ignore[union-attr]
    except _NoJson:
        return None
    return node if _SPACE.fullmatch(text, end) else None


class _NoJson(Exception):
    """The text is not JSON."""


class _Parser:
    def __init__(self, text: str, line: int) -> None:
        self._text = text
        self._line = line

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        """The value at an offset, and where it ends."""
        if depth > _DEEPEST:
            raise _NoJson
        line = self._line + self._text.count("\n", 0, at)
        first = self._text[at : at + 1]
        if first == "{":
            pairs, end = self._object(at + 1, depth + 1)
            return Node(pairs, line), end
        if first == "[":
            items, end = self._list(at + 1, depth + 1)
            return Node(items, line), end
        if string := _STRING.match(self._text, at):
            try:
                return Node(json.loads(string[0]), line), string.end()
            except ValueError:
                return Node(string[0][1:-1], line), string.end()
        if left_out := _LEFT_OUT.match(self._text, at):
            return Node(..., line), left_out.end()
        bare = _BARE.match(self._text, at)
        if bare is None:
            raise _NoJson
        return Node(_scalar(bare[0]), line), bare.end()

    def _object(self, at: int, depth: int) -> tuple[dict[str, Node], int]:
        pairs: dict[str, Node] = {}
        while True:
            at = self._skip(at)
            if self._text[at : at + 1] == "}":
                return pairs, at + 1
            if left_out := _LEFT_OUT.match(self._text, at):
                at = left_out.end()
                continue
            key = _STRING.match(self._text, at)
            if key is None:
                raise _NoJson
            line = self._line + self._text.count("\n", 0, at)
            at = self._skip(key.end())
            if self._text[at : at + 1] != ":":
                raise _NoJson
            node, at = self.value(self._skip(at + 1), depth)
            pairs.setdefault(key[0][1:-1], Node(node.value, line))

    def _list(self, at: int, depth: int) -> tuple[list[Node], int]:
        items: list[Node] = []
        while True:
            at = self._skip(at)
            if self._text[at : at + 1] == "]":
                return items, at + 1
            if left_out := _LEFT_OUT.match(self._text, at):
                at = left_out.end()
                continue
            node, at = self.value(at, depth)
            items.append(node)

    def _skip(self, at: int) -> int:
        """Past space, comments and a comma."""
        found = _SPACE.match(self._text, at)
        at = found.end() if found else at
        if self._text[at : at + 1] == ",":
            found = _SPACE.match(self._text, at + 1)
            return found.end() if found else at + 1
        if at >= len(self._text):
            raise _NoJson
        return at


def _scalar(text: str) -> Any:
    """A number, a constant, or a placeholder such as ``<string>``."""
    if text in {"true", "false", "null"}:
        return {"true": True, "false": False}.get(text)
    try:
        return json.loads(text) if re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text) else ...
    except ValueError:
        return ...
