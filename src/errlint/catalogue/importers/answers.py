"""The failing answers of an OpenAPI document as facts: statuses, headers, bodies, codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import field, replace

from errlint.catalogue.importers.advice import advice
from errlint.catalogue.importers.bodies import Context, read_body
from errlint.catalogue.importers.facts import Advice, Facts, Place, code, status
from errlint.catalogue.importers.fields import JsonPath, part_of, written
from errlint.catalogue.importers.jsonsample import Node, parse
from errlint.catalogue.importers.prose import formats_in_words, read_cell, read_header
from errlint.catalogue.importers.references import References
from errlint.catalogue.importers.schemas import Choice, Schemas, Shape
from errlint.catalogue.importers.tokens import is_code, is_number, is_placeholder
from errlint.lean import dataclass

_FAILS = re.compile(r"[45](?:[0-9]{2}|xx)|default")
_MOST_OPERATIONS = 5
_MANY_CODES = 8
_LONGEST_MEANING = 300


@dataclass(slots=True)
class _Answer:
    """A response under a status ("429", "5xx", "default"), and the operations that give it."""

    key: str
    node: Node
    operations: list[str] = field(default_factory=list)
    of_errors: bool = True

    @property
    def status(self) -> int | None:
        return int(self.key) if self.key.isdigit() else None


@dataclass(slots=True)
class _Schema:
    """A schema of bodies and the statuses under which it is used, with how often."""

    node: Node
    uses: Counter[str] = field(default_factory=Counter)

    @property
    def status(self) -> int | None:
        """The one status that it is for."""
        return int(next(iter(self.uses))) if len(self.uses) == 1 and next(iter(self.uses)).isdigit() else None


class Answers:
    """Collects the answers of all operations, then tells what they say."""

    def __init__(self, references: References, source: int, facts: Facts) -> None:
        self._references = references
        self._schemas = Schemas(references)
        self._source = source
        self._facts = facts
        self._answers: dict[tuple[str, int], _Answer] = {}

    def add(self, key: str, response: Node, operation: str, *, is_only: bool) -> None:
        """An operation answers this under a key of its ``responses``."""
        if not _FAILS.fullmatch(key):
            return
        one = self._answers.setdefault((key, id(response.value)), _Answer(key, response, of_errors=key != "default" or not is_only))
        one.operations.append(operation)

    def tell(self) -> None:
        """Take down what they say."""
        self._texts()
        bodies: dict[int, _Schema] = {}
        for answer in self._answers.values():
            self._headers(answer)
            for media in self._media(answer):
                self._examples(media, answer)
                schema = self._references.resolve(_get(media, "schema"))
                if isinstance(schema.value, dict):
                    used = bodies.setdefault(id(schema.value), _Schema(schema))
                    used.uses[answer.key if answer.of_errors else "only"] += len(answer.operations)
        self._bodies(bodies)

    # words ------------------------------------------------------------------------------------------------------------------

    def _texts(self) -> None:
        """What the descriptions of responses say of their statuses."""
        by_key: dict[str, list[_Answer]] = {}
        for answer in self._answers.values():
            by_key.setdefault(answer.key, []).append(answer)
        for key, answers in by_key.items():
            if key == "default":
                continue
            texts: dict[str, tuple[Node, list[str]]] = {}
            for answer in answers:
                node = _get(answer.node, "description")
                if isinstance(node.value, str) and node.value.strip():
                    texts.setdefault(node.value, (node, []))[1].extend(answer.operations)
            self._facts.add(status(key), "listed", True, self._place(answers[0].node))
            if texts:
                best, (node, best_for) = max(texts.items(), key=lambda entry: len(entry[1][1]))
                if 2 * len(best_for) > sum(len(one) for _, one in texts.values()):  # else each operation has words of its own
                    self._facts.add(status(key), "meaning", " ".join(best.split())[:_LONGEST_MEANING], self._place(node))
            total = sum(len(operations) for _, operations in texts.values())
            for text, (node, operations) in texts.items():
                read_cell(text, [key], self._place(node), self._facts)
                self._advise(key, text, node, operations, total)

    def _advise(self, key: str, text: str, node: Node, operations: list[str], total: int) -> None:
        """A description's advice holds for the status if all operations share it, else for its own operations."""
        said = advice(text, imperative=False)
        if said is None:
            return
        if len(operations) == total:
            self._facts.add(status(key), "advice", said, self._place(node), "inferred" if said.inferred else "stated")
        elif len(operations) <= _MOST_OPERATIONS:
            for operation in operations:
                self._facts.add(status(key), "advice", replace(said, operation=operation), self._place(node))
        else:
            self._facts.doubt(
                f"{len(operations)} of {total} operations say of {key}: “{' '.join(text.split())[:80]}”; that is not taken for all of them",
                self._place(node),
            )

    def _headers(self, answer: _Answer) -> None:
        headers = _get(answer.node, "headers").value
        for name, reference in headers.items() if isinstance(headers, dict) else ():
            header = self._references.resolve(reference)
            schema = self._references.resolve(_get(header, "schema")) if "schema" in (header.value or {}) else header
            text = _text(header, "description")
            kind, form = _text(schema, "type"), _text(schema, "format")
            if form == "date-time":
                text += " (ISO 8601)"
            elif name.lower() == "retry-after" and kind in {"integer", "number"} and not formats_in_words("", text):
                text += " (seconds)"
            keys = [answer.key] if answer.key != "default" else []
            read_header(name, text, keys, self._place(header), self._facts)
            example = next(
                (found for one in (header, schema) for key in ("example", "default") if (found := _get(one, key).value) is not None), None
            )
            if isinstance(example, (str, int, float)) and answer.status is not None:
                self._facts.add(("header", name), "shown", (answer.status, example), self._place(header), "example")
            if name.lower() == "retry-after" and answer.status in {429, 503}:
                # a time to retry under these two says that a retry may succeed
                self._facts.add(status(answer.key), "advice", Advice("yes", "retry_after"), self._place(header), "inferred")

    # bodies -----------------------------------------------------------------------------------------------------------------

    def _media(self, answer: _Answer) -> Iterator[Node]:
        content = _get(answer.node, "content").value
        for name, media in content.items() if isinstance(content, dict) else ():
            if "json" in name or name in {"*/*", "application/*", ""}:
                yield self._references.resolve(media)
        if isinstance(answer.node.value, dict) and "schema" in answer.node.value:
            yield answer.node  # 2.0

    def _examples(self, media: Node, answer: _Answer) -> None:
        context = Context(self._source, 0, answer.status, True, certain=answer.of_errors, weight=len(answer.operations))
        single = _get(media, "example")
        if single.value is not None:
            self._example(single, context)
        named = _get(media, "examples").value
        for one in named.values() if isinstance(named, dict) else ():
            entry = self._references.resolve(one)
            # in 2.0 the body stands there itself, by its media type
            body = (
                _get(entry, "value")
                if "value" in (entry.value or {})
                else entry
                if "schema" in (answer.node.value or {})
                else Node(None, 0)
            )
            if body.value is not None:
                self._example(body, context, entry)

    def _example(self, body: Node, context: Context, entry: Node | None = None) -> None:
        node = parse(body.value, body.line) if isinstance(body.value, str) else body
        path = read_body(node, context, self._facts) if node is not None else None
        name = _value(node, path) if node is not None and path is not None else None
        if entry is None or not isinstance(name, str) or not self._facts.of(code(name), "shown"):
            return
        for key in ("summary", "description"):
            text = _text(entry, key)
            said = advice(text, imperative=False) if text else None
            if text and not self._facts.of(code(name), "meaning"):
                self._facts.add(code(name), "meaning", " ".join(text.split())[:_LONGEST_MEANING], self._place(_get(entry, key)))
            if said is not None:
                self._facts.add(code(name), "advice", said, self._place(_get(entry, key)), "inferred" if said.inferred else "stated")

    def _bodies(self, schemas: dict[int, _Schema]) -> None:
        listed: list[tuple[list[Choice], _Schema, Shape]] = []
        for used in schemas.values():
            for shape in self._schemas.shapes(used.node):
                context = Context(
                    self._source,
                    0,
                    used.status,
                    True,
                    certain="only" not in used.uses,
                    specimen=True,
                    optional=frozenset(shape.optional),
                    weight=used.uses.total(),
                )
                path = read_body(shape.specimen, context, self._facts)
                if path is None:
                    continue
                self._times(shape)
                choices = [one for one in self._schemas.choices(shape.leaves.get(path, [])) if _is_name(one.value)]
                if choices:
                    listed.append((choices, used, shape))
            self._schema_examples(used)
        self._codes(listed)
        if self._schemas.gave_up:
            self._facts.doubt("the schemas are too entangled to be read to their end; what they say of bodies is incomplete", None)

    def _schema_examples(self, used: _Schema) -> None:
        keywords = self._schemas.merged(used.node)
        context = Context(self._source, 0, used.status, True, certain="only" not in used.uses, weight=used.uses.total())
        if "example" in keywords:
            self._example(keywords["example"], context)
        several = keywords["examples"].value if "examples" in keywords else ()
        for one in several if isinstance(several, list) else ():
            self._example(one, context)

    def _codes(self, listed: list[tuple[list[Choice], _Schema, Shape]]) -> None:
        """The codes of enums. Those of an enum that several statuses share may come with any of them: nobody says which."""
        names = {str(choice.value) for choices, _, _ in listed for choice in choices}
        for choices, used, shape in listed:
            keys = [key for key in used.uses if key.isdigit()] if all(key.isdigit() for key in used.uses) else []
            all_there_are = len(choices) > _MANY_CODES and len({str(one.value) for one in choices}) == len(names)
            if len(choices) > 1 and (len(keys) > 1 or all_there_are):
                keys = []
            for choice in choices:
                at = Place(self._source, choice.line)
                name = str(choice.value)
                self._facts.add(code(name), "listed", True, at)
                for key in keys:
                    self._facts.add(code(name), "status", int(key), at)
                text = choice.text or (_text(shape.description, "") if len(choices) == 1 and shape.description else "")
                if text:
                    self._facts.add(code(name), "meaning", " ".join(text.split())[:_LONGEST_MEANING], at)
                    said = advice(text, imperative=False)
                    if said is not None:
                        self._facts.add(code(name), "advice", said, at, "inferred" if said.inferred else "stated")

    def _times(self, shape: Shape) -> None:
        """Fields with a time to retry: in which unit, their descriptions have to say."""
        for path, leaves in shape.leaves.items():
            if part_of(path, 0) != "retry_after":
                continue
            keywords = self._schemas.merged(leaves[0])
            node = Node(keywords, leaves[0].line)
            is_date = _text(node, "format") == "date-time"
            formats = ("rfc3339",) if is_date else formats_in_words(path[-1], _text(node, "description"))
            at = self._place(leaves[0])
            if not formats:
                self._facts.doubt(f"{written(path)} may tell when to retry, but in which unit is not said", at)
            is_number_ = _text(node, "type") in {"integer", "number"}
            for one in formats:
                self._facts.add(
                    ("retry_after", "json", written(path)), "format", "seconds-number" if is_number_ and one == "delta-seconds" else one, at
                )

    def _place(self, node: Node) -> Place:
        return Place(self._source, node.line)


def _is_name(value: object) -> bool:
    """Whether a value of an enum is a code; numbers from 400 to 599 are statuses."""
    if isinstance(value, int) and not isinstance(value, bool):
        return not 100 <= value <= 599
    return isinstance(value, str) and (is_code(value) or is_number(value)) and not is_placeholder(value) and "://" not in value


def _value(node: Node, path: JsonPath) -> object:
    """What stands at a path of a body; of a list, in its first element."""
    for key in path:
        inner = node.value
        found = (
            (inner[0] if inner else None) if isinstance(inner, list) and key == "*" else inner.get(key) if isinstance(inner, dict) else None
        )
        if found is None:
            return None
        node = found
    return node.value


def _get(node: Node, key: str) -> Node:
    found = node.value.get(key) if isinstance(node.value, dict) else None
    return found if found is not None else Node(None, node.line)


def _text(node: Node, key: str) -> str:
    """The text under a key, or the node's own (``key`` empty)."""
    value = _get(node, key).value if key else node.value
    return value if isinstance(value, str) else ""
