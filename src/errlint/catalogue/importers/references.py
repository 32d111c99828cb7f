"""``$ref`` in an OpenAPI document: followed inside the document, named and left alone if it leads out of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from errlint.catalogue.importers.facts import Facts, Place
from errlint.catalogue.importers.jsonsample import Node

_MOST_STEPS = 50
_MOST_LINES = 5


class References:
    """Resolves references; what cannot be followed is kept for the report, once for each target."""

    def __init__(self, root: Node, source: int) -> None:
        self._root = root
        self._source = source
        self._refused: dict[str, tuple[str, list[int]]] = {}

    def resolve(self, node: Node | None) -> Node:
        """What a node is after all references; an empty mapping if they lead nowhere. A description beside a reference goes before."""
        node = node or Node(None, 0)
        seen: set[str] = set()
        beside: dict[str, Node] = {}
        while isinstance(node.value, dict) and isinstance(getattr(node.value.get("$ref"), "value", None), str):
            ref, line = node.value["$ref"].value, node.value["$ref"].line
            beside = {**{key: one for key, one in node.value.items() if key in {"description", "summary"}}, **beside}
            if ref in seen or len(seen) > _MOST_STEPS:
                return self._refuse(ref, "leads in a circle", line)
            seen.add(ref)
            target = self._target(ref, line)
            if target is None:
                return Node({}, line)
            node = target
        if beside and isinstance(node.value, dict):
            return Node({**node.value, **beside}, node.line)
        return node

    def report(self, facts: Facts) -> None:
        """Tell what was not followed."""
        for ref, (why, lines) in self._refused.items():
            more = f" and {len(lines) - _MOST_LINES} more" if len(lines) > _MOST_LINES else ""
            at = ", ".join(map(str, lines[:_MOST_LINES])) + more
            facts.doubt(f"$ref '{ref}' {why} (line {at})" if len(lines) > 1 else f"$ref '{ref}' {why}", Place(self._source, lines[0]))

    def _target(self, ref: str, line: int) -> Node | None:
        document, _, pointer = ref.partition("#")
        if document:
            self._refuse(ref, "is in another document, which is not read: bundle them into one", line)
            return None
        node: Node | None = self._root
        for step in _steps(pointer):
            node = _child(node, step)
        if node is None:
            self._refuse(ref, "leads nowhere", line)
        return node

    def _refuse(self, ref: str, why: str, line: int) -> Node:
        lines = self._refused.setdefault(ref, (why, []))[1]
        if line not in lines[-1:]:
            lines.append(line)
        return Node({}, line)


def _steps(pointer: str) -> Iterator[str]:
    """The steps of a JSON pointer; a bare name, which is an anchor, leads nowhere."""
    if pointer and not pointer.startswith("/"):
        yield "\0"
        return
    for step in pointer.split("/")[1:]:
        yield unquote(step).replace("~1", "/").replace("~0", "~")


def _child(node: Node | None, step: str) -> Node | None:
    value: Any = node.value if node is not None else None
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
        found: Node = value[int(step)]
        return found
    return None
