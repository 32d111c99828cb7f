"""Reads of an error's parts in the body of an answer, held against where the API has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.catalogue.places import Place
from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.constants import index_value, string_value
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.program.tree import alike
from errlint.semantics.values.fields import likely_part, matches, may_be_part, names_error

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

Read = cst.Subscript | cst.Call
Path = tuple[str | int, ...]
_PARTS = {"code": "error code", "message": "error message", "request_id": "request id"}


@dataclass(frozen=True, eq=False)
class Misplaced:
    """A part of the error that is read where the API does not have it.

    :ivar part: what is looked for, in words; :ivar places: where the API has it; :ivar meaning: the value that is read;
    :ivar right: the expression that reads it from the right place, where there is one and the body is at hand.
    """

    part: str
    places: tuple[Place, ...]
    meaning: Meaning
    right: str | None


@dataclass(frozen=True, eq=False)
class _Chain:
    """How a value is reached: from ``root`` by steps; ``hops`` when through variables.

    :ivar root: an expression of the whole body, or of what an SDK keeps of it: then ``at`` is where that stands in the body.
    """

    root: cst.BaseExpression
    leaf: Read
    hops: bool
    gets: bool
    at: Path = ()


class EnvelopeReads:
    """Answers for the reads of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._paths: dict[cst.CSTNode, set[Path]] = {}

    def at(self, node: Read, code: Callable[[cst.CSTNode], str]) -> Misplaced | None:
        """The misplaced read that a node is; ``code`` gives the text of a node."""
        meaning = self._semantics.meaning(node) if self._may_be_part(node) else None
        if meaning is None or meaning.catalogue is None or not meaning.path:
            return None
        catalogue, path = meaning.catalogue, meaning.path
        part = likely_part(path, catalogue.envelope)
        places: tuple[Place, ...] = getattr(catalogue.envelope, part) if part is not None else ()
        if part is None or not places or self._is_known(path, catalogue) or not self._is_an_error(meaning, node):
            return None
        if self._is_in_an_addition(path, catalogue):
            return None
        chain = self._chain(node, path)
        if chain is None or self._tries_several(node, places):
            return None
        right = self._right(node, chain, places, code) if not self._is_made_sure_of(node) else None
        return Misplaced(_PARTS[part], places, meaning, right)

    def _may_be_part(self, node: Read) -> bool:
        """Whether the node itself, and no function or name, takes the last step to what may be part of an error."""
        key = _key(node)
        if key is None or self._tree.is_in(node, cst.Annotation):
            return False
        word = string_value(key)
        return word is None or may_be_part(word, self._semantics.catalogues)

    def _is_known(self, path: Path, catalogue: Catalogue) -> bool:
        """Whether the API has something there, or above or below it."""
        envelope = catalogue.envelope
        groups = (envelope.code, envelope.message, envelope.hint, envelope.details, envelope.type, envelope.param, envelope.status)
        places = [place for group in (*groups, envelope.request_id, envelope.upstream_message) for place in group]
        known = [place.json for place in (*places, *(told.place for told in catalogue.retry_after)) if place.json is not None]
        return any(matches(one[: len(path)], path[: len(one)]) for one in known)

    def _is_in_an_addition(self, path: Path, catalogue: Catalogue) -> bool:
        """``error["innererror"]["code"]``: in an object that the API adds to its error, which has a code of its own."""
        known = [self._is_known(path[:end], catalogue) for end in range(len(path))]
        return any(known[end] and not known[end + 1] and not names_error(path[end : end + 1]) for end in range(1, len(path) - 1))

    def _is_an_error(self, meaning: Meaning, node: Read) -> bool:
        return names_error(meaning.path[:1]) or self._semantics.circumstances.is_error(meaning, node)

    def _tries_several(self, node: Read, places: tuple[Place, ...]) -> bool:
        """Whether the right place is read as well: then the other one is there on purpose, for a proxy or another version."""
        known = [place.json for place in places if place.json is not None]
        function = self._tree.enclosing(node, cst.FunctionDef) or self._tree.module
        return any(matches(path, read) for path in known for read in self._read_in(function))

    def _is_made_sure_of(self, node: Read) -> bool:
        """Whether a test on the way asks for the key of a read, `"request_id" in body`: beside the right place, it would ask in vain."""
        container, key = _step(node)
        return any(
            isinstance(test, cst.Comparison)
            and isinstance(test.comparisons[0].operator, (cst.In, cst.NotIn))
            and string_value(test.left) == key
            and (container is None or alike(test.comparisons[0].comparator, container))
            for test, _ in conditions_at(self._tree, node)
        )

    def _read_in(self, function: cst.CSTNode) -> set[Path]:
        """All paths in bodies that a function reads."""
        if function not in self._paths:
            reads = self._tree.inside(function, cst.Subscript, cst.Call)
            self._paths[function] = {found.path for found in map(self._semantics.meaning, reads) if found is not None and found.path}
        return self._paths[function]

    # the right place -------------------------------------------------------------------------------------------------------------

    def _chain(self, node: Read, path: Path) -> _Chain | None:
        """The way from the body to a read; None where it cannot be followed, or starts at what an SDK made of the body."""
        current: cst.BaseExpression = node
        hops = gets = False
        for _ in range(12):
            found = self._semantics.meaning(current)
            if found is None:
                return None
            kept = self._kept(current)
            if not found.path or found.path == kept:
                whole = bool(kept) or self._is_whole(self._source(current), found, path)
                return _Chain(current, node, hops, gets, found.path) if whole else None
            if self._has_another(current):
                return None
            match current:
                case (
                    cst.Subscript(value=below) | cst.Await(expression=below) | cst.NamedExpr(value=below) | cst.BooleanOperation(left=below)
                ):
                    current = below
                case cst.Call(func=cst.Attribute(value=below)):
                    current, gets = below, True
                case cst.Name():
                    bindings = self._semantics.scopes.reaching(current)
                    if len(bindings) != 1 or bindings[0].how is not How.VALUE or bindings[0].path or bindings[0].value is None:
                        return None
                    current, hops = bindings[0].value, True
                case _:
                    return None
        return None

    def _has_another(self, step: cst.BaseExpression) -> bool:
        """`body.get("error", body)`, `body.get("error") or body`: what may be read instead is a part of the answer, too."""
        match step:
            case cst.BooleanOperation(right=other) | cst.Call(args=[_, cst.Arg(value=other)]):
                return self._semantics.meaning(other) is not None
            case _:
                return False

    def _kept(self, expression: cst.BaseExpression) -> Path:
        """Where in the body stands what an SDK keeps of it in an exception; empty for all else."""
        taken = self._semantics.meaning(expression.value) if isinstance(expression, cst.Attribute) else None
        sheet = taken.sheet if taken is not None and taken.kind is Kind.EXCEPTION else None
        return self._semantics.types.unwrapped(sheet) if sheet is not None else ()

    def _source(self, expression: cst.BaseExpression) -> cst.BaseExpression:
        """What an expression has its value from, through `or` and a variable."""
        for _ in range(4):
            match expression:
                case cst.BooleanOperation(left=below) | cst.NamedExpr(value=below):
                    expression = below
                case cst.Name():
                    bindings = self._semantics.scopes.reaching(expression)
                    value = bindings[0].value if len(bindings) == 1 and bindings[0].how is How.VALUE and not bindings[0].path else None
                    if value is None:
                        return expression
                    expression = value
                case _:
                    return expression
        return expression

    def _is_whole(self, expression: cst.BaseExpression, body: Meaning, path: Path) -> bool:
        """Whether this is the body as the API sent it.

        What an SDK keeps in an exception (`e.body`) may be a part of it, unless the catalogue reads it so; and beside the error it may have
        put further members, so only what is read below the known ones is in the wrong place.
        """
        taken = self._semantics.meaning(expression.value) if isinstance(expression, cst.Attribute) else None
        if taken is None or taken.kind is not Kind.EXCEPTION or body.catalogue is None or not isinstance(expression, cst.Attribute):
            return True
        envelope = body.catalogue.envelope
        known = {place.json[0] for place in (*envelope.code, *envelope.message, *envelope.request_id) if place.json is not None}
        roots = {f'{expression.attr.value}["{key}"]' for key in known}
        read_so = any(attribute.startswith(root) for sdk in body.catalogue.sdks for attribute in sdk.attrs.values() for root in roots)
        return read_so and path[0] in known

    def _right(self, node: Read, chain: _Chain, places: tuple[Place, ...], code: Callable[[cst.CSTNode], str]) -> str | None:
        place = next((one for one in places if one.json is not None and "*" not in one.json), None)
        if place is None or place.json is None or (chain.hops and not self._is_at_hand(chain.root, node)):
            return None
        root = code(chain.root)
        if isinstance(chain.root, (cst.Await, cst.BooleanOperation)):
            root = f"({root})"
        if place.json[: len(chain.at)] != chain.at:
            return None
        wanted = place.json[len(chain.at) :]
        *above, last = wanted
        if not (chain.gets or place.optional):
            return root + "".join(f'["{key}"]' if isinstance(key, str) else f"[{key}]" for key in wanted)
        if any(isinstance(key, int) for key in wanted):
            return None
        default = ""
        if isinstance(node, cst.Call) and len(node.args) > 1:
            default = ", " + code(node.args[1].value)
        return root + "".join(f'.get("{key}", {{}})' for key in above) + f'.get("{last}"{default})'

    def _is_at_hand(self, root: cst.BaseExpression, node: Read) -> bool:
        """Whether the body still goes by the name that it was read by: a variable that is bound once."""
        if not isinstance(root, cst.Name) or dotted(root) is None:
            return False
        scope = self._semantics.scopes.scope_of(root)
        return scope is self._semantics.scopes.scope_of(node) and len(self._semantics.scopes.bindings(root.value, scope)) == 1


def _key(node: Read) -> cst.BaseExpression | None:
    """The last key of a read."""
    if isinstance(node, cst.Subscript):
        return index_value(node)
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in ("get", "pop") and node.args:
        return node.args[0].value
    return None


def _step(node: Read) -> tuple[cst.BaseExpression | None, str | None]:
    """What a read takes its value out of, and the last key, if it is written there."""
    key = _key(node)
    within = node.value if isinstance(node, cst.Subscript) else node.func.value if isinstance(node.func, cst.Attribute) else None
    return within, string_value(key) if key is not None else None
