"""JSON and YAML as values with lines.

YAML is read event by event, with the scalars of YAML 1.2: ``NO`` and ``off`` are words, ``12:30`` is no number, and no tag makes an object.
Anchors are kept as what they are, the same value at several places; a document that they blow up, or that contains itself, is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any

from errlint.catalogue.importers.facts import Facts, Place
from errlint.catalogue.importers.jsonsample import Node
from errlint.catalogue.importers.sources import Source
from errlint.errors import UsageProblem
from errlint.lean import dataclass

_DEEPEST = 200
_LARGEST_SLOW_YAML = 2_000_000
"""Characters that are read without libyaml, which is fifty times faster than PyYAML's own parser."""
_MOST_VALUES = 20_000_000
_FREE_VALUES = 100_000
_MOST_GROWTH = 20
"""How often aliases may repeat what a document holds, beyond the first hundred thousand values; OpenAPI documents stay below 2."""
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s{}\[\],:"]+')
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}


class Lines(str):
    """A text whose lines are lines of the document (a literal block of YAML); ``first`` is that of its first one."""

    __slots__ = ("first",)
    first: int


def read_structured(source: Source, index: int, facts: Facts) -> Node:
    """The document as nodes, whose lines count from 1; keys are texts.

    :raises UsageProblem: it is not what it says it is, is nested too deeply, or is blown up by aliases.
    """

    def twice(key: str, line: int) -> None:
        facts.doubt(f"the key '{key}' stands twice in one mapping; the later one counts", Place(index, line))

    return _read_json(source, twice) if source.kind == "json" else _read_yaml(source, twice)


# JSON -----------------------------------------------------------------------------------------------------------------------------


def _read_json(source: Source, twice: Callable[[str, int], None]) -> Node:
    text = source.text
    try:
        json.loads(text)  # what is wrong is told by who knows best; below, everything is known to fit
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise UsageProblem(message, path=source.name, line=error.lineno, column=error.colno, source=text) from error
    except (RecursionError, ValueError) as error:  # too many brackets; a number with thousands of digits
        raise UsageProblem("this JSON cannot be read: it is nested too deeply, or a number in it is too long", path=source.name) from error
    build = _Build(source, twice)
    line, last = 1, 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        first = token[0]
        if first in "}]":
            build.close()
            continue
        line += text.count("\n", last, match.start())
        last = match.start()
        if first in "{[":
            build.open({} if first == "{" else [], line)
        elif first == '"':
            build.scalar(json.loads(token, strict=False) if "\\" in token else token[1:-1], line)
        else:
            build.scalar(json.loads(token), line)
    return build.whole()


# YAML -----------------------------------------------------------------------------------------------------------------------------


def _read_yaml(source: Source, twice: Callable[[str, int], None]) -> Node:
    import yaml

    loader = getattr(yaml, "CBaseLoader", None)
    if loader is None and len(source.text) > _LARGEST_SLOW_YAML:
        message = f"YAML of more than {_LARGEST_SLOW_YAML // 1_000_000} MB needs PyYAML with libyaml"
        raise UsageProblem(message, path=source.name, hint="convert it to JSON")
    build = _Build(source, twice)
    try:
        for event in _first_document(yaml.parse(source.text, Loader=loader or yaml.BaseLoader)):
            _take(event, build)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UsageProblem(
            f"this is not YAML: {error.problem or error.context}",
            path=source.name,
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
            source=source.text,
        ) from error
    except yaml.YAMLError as error:
        raise UsageProblem(f"this is not YAML: {' '.join(str(error).split())}", path=source.name) from error
    return build.whole()


def _first_document(events: Iterator[Any]) -> Iterator[Any]:
    from yaml import events as kinds

    for event in events:
        if isinstance(event, kinds.DocumentEndEvent):
            return
        yield event


def _take(event: Any, build: _Build) -> None:
    from yaml import events as kinds

    line = event.start_mark.line + 1
    if isinstance(event, kinds.ScalarEvent):
        build.scalar(_scalar(event, line), line, event.anchor, is_merge=event.value == "<<" and event.implicit[0])
    elif isinstance(event, kinds.AliasEvent):
        build.alias(event.anchor or "", line)
    elif isinstance(event, (kinds.MappingStartEvent, kinds.SequenceStartEvent)):
        build.open({} if isinstance(event, kinds.MappingStartEvent) else [], line, event.anchor)
    elif isinstance(event, (kinds.MappingEndEvent, kinds.SequenceEndEvent)):
        build.close()


def _scalar(event: Any, line: int) -> Any:
    text: str = event.value
    if event.style == "|":
        block = Lines(text)
        block.first = line + 1
        return block
    if not event.implicit[0] or event.style in {'"', "'", ">"}:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


# both -----------------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is open: what is in it so far, the key that waits for its value, how many values it is with aliases."""

    value: Any
    line: int
    anchor: str | None
    key: str | None = None
    key_line: int = 0
    merged: list[dict[str, Node]] = field(default_factory=list)
    size: int = 1


class _Build:
    """Puts a document together without recursion."""

    def __init__(self, source: Source, twice: Callable[[str, int], None]) -> None:
        self._source = source
        self._twice = twice
        self._open: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._root: Node | None = None
        self._count = 0

    def whole(self) -> Node:
        """The document."""
        return self._root or Node(None, 1)

    def open(self, value: Any, line: int, anchor: str | None = None) -> None:
        """A mapping or a list begins."""
        if len(self._open) >= _DEEPEST:
            raise self._problem("this is nested too deeply", line)
        if self._open and isinstance(self._open[-1].value, dict) and self._open[-1].key is None:
            raise self._problem("a key that is no text", line)
        if anchor:
            self._anchors[anchor] = None
        self._open.append(_Frame(value, line, anchor))

    def close(self) -> None:
        """It ends."""
        frame = self._open.pop()
        for other in frame.merged:
            for key, node in other.items():
                frame.value.setdefault(key, node)
        self._put(Node(frame.value, frame.line), frame.size, frame.anchor)

    def scalar(self, value: Any, line: int, anchor: str | None = None, *, is_merge: bool = False) -> None:
        """A key, or a value that holds no others."""
        frame = self._open[-1] if self._open else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            frame.key = "\0<<" if is_merge else _key(value)
            frame.key_line = line
            if anchor:
                self._anchors[anchor] = (Node(value, line), 1)
            return
        self._put(Node(value, line), 1, anchor)

    def alias(self, anchor: str, line: int) -> None:
        """What stands at an anchor stands here, too."""
        if anchor not in self._anchors:
            raise self._problem(f"the alias *{anchor} has no anchor", line)
        found = self._anchors[anchor]
        if found is None:
            raise self._problem(f"what the anchor &{anchor} stands for contains itself", line)
        node, size = found
        frame = self._open[-1] if self._open else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            frame.key, frame.key_line = _key(node.value), line
            return
        self._put(node, size, None)

    def _put(self, node: Node, size: int, anchor: str | None) -> None:
        self._count += 1
        if anchor:
            self._anchors[anchor] = (node, size)
        if not self._open:
            self._root = node
            return
        frame = self._open[-1]
        frame.size += size
        if frame.size > _MOST_VALUES or (frame.size > _FREE_VALUES and frame.size > _MOST_GROWTH * self._count):
            raise self._problem(f"its aliases blow this up to more than {frame.size:,} values", frame.line)
        if isinstance(frame.value, list):
            frame.value.append(node)
            return
        assert frame.key is not None
        if frame.key == "\0<<":
            parts = node.value if isinstance(node.value, list) else [node]
            frame.merged.extend(part.value for part in parts if isinstance(part.value, dict))
        else:
            if frame.key in frame.value:
                self._twice(frame.key, frame.key_line)
            frame.value[frame.key] = Node(node.value, frame.key_line)
        frame.key = None

    def _problem(self, message: str, line: int) -> UsageProblem:
        return UsageProblem(message, path=self._source.name, line=line, column=1, source=self._source.text)


def _key(value: Any) -> str:
    """A key as text; a status may be written with or without quotes."""
    return value if isinstance(value, str) else json.dumps(value)
