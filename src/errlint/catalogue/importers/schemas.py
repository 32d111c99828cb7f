"""JSON Schemas of error bodies: what a body looks like, and which codes its code can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any

from errlint.catalogue.importers.fields import JsonPath
from errlint.catalogue.importers.jsonsample import Node
from errlint.catalogue.importers.references import References
from errlint.lean import dataclass

_DEEPEST = 6
_MOST_FIELDS = 300
_DEEPEST_ALL_OF = 30
_MOST_VARIANTS = 60
_MOST_STEPS = 1_000_000
_ENUM_TEXTS = ("x-enum-descriptions", "x-enumDescriptions", "x-ms-enum-descriptions", "x-enum-description")


@dataclass(slots=True)
class Shape:
    """A body as a schema describes it: a specimen with placeholders, the schemas of its leaves, the fields that need not be there."""

    specimen: Node
    leaves: dict[JsonPath, list[Node]] = field(default_factory=dict)
    optional: set[JsonPath] = field(default_factory=set)
    description: Node | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a leaf can have, and what the schema says of it."""

    value: Any
    line: int
    text: str = ""


class Schemas:
    """Reads schemas of one document; recursive ones are cut off where they begin again."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._of_lists: dict[int, dict[str, Node]] = {}
        self._kept: list[Node] = []
        """What ``_of_lists`` knows by its identity must not go away."""
        self._steps = 0

    @property
    def gave_up(self) -> bool:
        """Whether the schemas are too entangled to be read to their end."""
        return self._steps > _MOST_STEPS

    def shapes(self, schema: Node) -> Iterator[Shape]:
        """The bodies that a schema allows, one for each of the alternatives at its top or right below."""
        for variant in self._variants(schema):
            shape = Shape(Node(None, variant.line))
            maker = _Maker(self, shape)
            shape.specimen = maker.make(variant, (), ())
            shape.description = self.merged(variant).get("description")
            yield shape

    def choices(self, leaves: list[Node]) -> Iterator[Choice]:
        """The values that a leaf is limited to; nothing if it can be anything."""
        for leaf in leaves:
            yield from self._choices(leaf, 0)

    def merged(self, schema: Node, depth: int = 0) -> dict[str, Node]:
        """The keywords of a schema with those of its ``allOf``; a property that several describe is all of them."""
        self._steps += 1
        node = self._references.resolve(schema)
        own: dict[str, Node] = dict(node.value) if isinstance(node.value, dict) and not self.gave_up else {}
        parts = own.pop("allOf", None)
        if parts is None or not isinstance(parts.value, list) or depth > _DEEPEST_ALL_OF:
            return own
        found = dict(self._of_all(parts, depth))
        for key, value in own.items():
            found[key] = _both(found[key], value, key) if key in found else value
        return found

    def _of_all(self, parts: Node, depth: int) -> dict[str, Node]:
        known = self._of_lists.get(id(parts.value))
        if known is not None:
            return known
        self._of_lists[id(parts.value)] = {}  # a schema that is part of itself adds nothing
        found: dict[str, Node] = {}
        for part in parts.value[:_MOST_VARIANTS]:
            for key, value in self.merged(part, depth + 1).items():
                found[key] = _both(found[key], value, key) if key in found else value
        self._of_lists[id(parts.value)] = found
        self._kept.append(parts)
        return found

    def alternatives(self, keywords: dict[str, Node]) -> list[Node]:
        """What ``oneOf`` or ``anyOf`` lists, without null."""
        for key in ("oneOf", "anyOf"):
            node = keywords.get(key)
            if node is not None and isinstance(node.value, list):
                return [one for one in node.value[:_MOST_VARIANTS] if _text(self._references.resolve(one), "type") != "null"]
        return []

    def _variants(self, schema: Node, depth: int = 0) -> list[Node]:
        """The schema, once for each alternative at its top or of the one object that is the error."""
        keywords = self.merged(schema)
        line = self._references.resolve(schema).line or schema.line
        alternatives = self.alternatives(keywords)
        if len(alternatives) > 1 or (alternatives and "properties" not in keywords):
            rest = {key: value for key, value in keywords.items() if key not in {"oneOf", "anyOf", "description"}}
            nodes = [Node({"allOf": Node([Node(rest, line), one], line)}, one.line) for one in alternatives]
            return [variant for node in nodes for variant in (self._variants(node, depth + 1) if depth < 2 else [node])][:_MOST_VARIANTS]
        properties = keywords.get("properties")
        if properties is None or not isinstance(properties.value, dict):
            return [Node(keywords, line)]
        for name in ("error", "errors"):
            inner = self.alternatives(self.merged(properties.value[name])) if name in properties.value else []
            if len(inner) > 1:
                return [Node({**keywords, "properties": Node({**properties.value, name: one}, properties.line)}, one.line) for one in inner]
        return [Node(keywords, line)]

    def _choices(self, leaf: Node, depth: int) -> Iterator[Choice]:
        keywords = self.merged(leaf)
        text = _text(Node(keywords, 0), "description")
        if "const" in keywords:
            yield Choice(keywords["const"].value, keywords["const"].line, text)
            return  # it narrows whatever else is listed
        values = keywords.get("enum")
        if values is not None and isinstance(values.value, list):
            told = next((keywords[key].value for key in _ENUM_TEXTS if key in keywords), None)
            for index, one in enumerate(values.value):
                yield Choice(one.value, one.line, _told(told, index, one.value) or (text if len(values.value) == 1 else ""))
        if depth < _DEEPEST:
            for one in self.alternatives(keywords):
                yield from self._choices(one, depth + 1)


class _Maker:
    """Makes one specimen."""

    def __init__(self, schemas: Schemas, shape: Shape) -> None:
        self._schemas = schemas
        self._shape = shape
        self._fields = 0

    def make(self, schema: Node, path: JsonPath, above: tuple[int, ...]) -> Node:
        keywords = self._schemas.merged(schema)
        line = schema.line
        alternatives = self._schemas.alternatives(keywords)
        properties = self._properties(keywords, alternatives)
        items = keywords.get("items")
        key = hash(tuple(map(id, (properties or {}).values())))  # a schema is told by the properties that it has in the document
        too_deep = len(path) > _DEEPEST or key in above or self._fields > _MOST_FIELDS
        if properties:
            return Node({} if too_deep else self._object(properties, keywords, path, (*above, key)), line)
        kind = _kind(keywords, alternatives, self._schemas)
        if kind == "array" or items is not None:
            inner = items if items is not None and isinstance(items.value, dict) else None
            return Node([] if inner is None or len(path) > _DEEPEST else [self.make(inner, (*path, "*"), above)], line)
        if kind == "object":
            return Node({}, line)
        self._shape.leaves.setdefault(path, []).append(schema)
        return Node({"integer": 0, "number": 0, "boolean": ..., "string": "string"}.get(kind, ...), line)

    def _object(self, properties: dict[str, Node], keywords: dict[str, Node], path: JsonPath, above: tuple[int, ...]) -> dict[str, Node]:
        needed = keywords.get("required")
        required = {one.value for one in needed.value} if needed is not None and isinstance(needed.value, list) else set()
        found: dict[str, Node] = {}
        # what stands in the object itself comes before what lies deeper, so that a large part leaves room for the others
        for name, one in sorted(properties.items(), key=lambda entry: self._is_large(entry[1])):
            self._fields += 1
            if self._fields > _MOST_FIELDS:
                break
            found[name] = Node(self.make(one, (*path, name), above).value, one.line)
            if required and name not in required:  # without any list of what is required nothing is said
                self._shape.optional.add((*path, name))
        return found

    def _is_large(self, schema: Node) -> bool:
        keywords = self._schemas.merged(schema)
        return not keywords.keys().isdisjoint({"properties", "items", "oneOf", "anyOf"})

    def _properties(self, keywords: dict[str, Node], alternatives: list[Node]) -> dict[str, Node] | None:
        """The properties, with those of all alternatives."""
        found: dict[str, Node] = {}
        for one in (keywords, *(self._schemas.merged(other) for other in alternatives)):
            node = one.get("properties")
            for name, value in node.value.items() if node is not None and isinstance(node.value, dict) else ():
                found[name] = _both(found[name], value, name) if name in found else value
        return found or None


def _both(one: Node, other: Node, key: str) -> Node:
    """Two statements on one keyword: properties and requirements add up, a property is all that is said of it, else the later counts."""
    if key == "properties" and isinstance(one.value, dict) and isinstance(other.value, dict):
        names = dict.fromkeys((*one.value, *other.value))
        return Node({name: _property([part.value[name] for part in (one, other) if name in part.value]) for name in names}, other.line)
    if key == "required" and isinstance(one.value, list) and isinstance(other.value, list):
        return Node([*one.value, *other.value], other.line)
    if isinstance(one.value, dict) and isinstance(other.value, dict) and one.value is not other.value:
        return _property([one, other])
    return other


def _property(nodes: list[Node]) -> Node:
    """All that is said of a property."""
    if len(nodes) == 1 or nodes[0].value is nodes[-1].value:
        return nodes[-1]
    return Node({"allOf": Node(nodes, nodes[-1].line)}, nodes[-1].line)


def _kind(keywords: dict[str, Node], alternatives: list[Node], schemas: Schemas) -> str:
    """The type of a value, null aside."""
    node = keywords.get("type")
    if node is not None and isinstance(node.value, list):
        return next((one.value for one in node.value if one.value != "null"), "")
    if node is not None and isinstance(node.value, str):
        return str(node.value)
    if "const" in keywords or "enum" in keywords:
        values = [keywords["const"]] if "const" in keywords else keywords["enum"].value
        first = values[0].value if isinstance(values, list) and values else ""
        return "boolean" if isinstance(first, bool) else "integer" if isinstance(first, int) else "string"
    if keywords.get("properties") is not None or keywords.get("additionalProperties") is not None:
        return "object"
    return next((found for one in alternatives if (found := _kind(schemas.merged(one), [], schemas))), "")


def _told(texts: Any, index: int, value: Any) -> str:
    """What an extension says of one value of an enum: a list beside it, or a mapping."""
    node = texts[index] if isinstance(texts, list) and index < len(texts) else texts.get(str(value)) if isinstance(texts, dict) else None
    return str(node.value) if node is not None and isinstance(node.value, str) else ""


def _text(node: Node, key: str) -> str:
    found = node.value.get(key) if isinstance(node.value, dict) else None
    return found.value if found is not None and isinstance(found.value, str) else ""
