"""Literal values: strings, numbers and their collections, through names and module constants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import libcst as cst

from errlint.semantics.program.scopes import Binding, How, Scopes
from errlint.semantics.program.tree import Tree

_HOPS = 6
"""How many names a literal is followed through; cycles end here."""


def string_value(expression: cst.BaseExpression) -> str | None:
    """The value of a plain string literal (implicit concatenation included), None for bytes and f-strings."""
    if isinstance(expression, (cst.SimpleString, cst.ConcatenatedString)):
        value = _evaluated(expression)
        return value if isinstance(value, str) else None
    return None


def _evaluated(literal: cst.SimpleString | cst.ConcatenatedString) -> str | bytes | None:
    """The value of a literal. Most say it as they stand; libcst has Python compile each."""
    if isinstance(literal, cst.SimpleString):
        written = literal.value
        quote = written[0]
        if quote in "\"'" and "\\" not in written and "\r" not in written:
            return written[3:-3] if len(written) > 5 and written[1] == written[2] == quote else written[1:-1]
    return literal.evaluated_value


def int_value(literal: cst.Integer) -> int:
    """The value of a literal number. Nearly all are plain digits; libcst has Python parse each."""
    return int(literal.value) if literal.value.isdecimal() else literal.evaluated_value


def index_value(subscript: cst.Subscript) -> cst.BaseExpression | None:
    """What stands between the brackets, if it is one index: neither a slice nor several."""
    index = subscript.slice[0].slice if len(subscript.slice) == 1 else None
    return index.value if isinstance(index, cst.Index) else None


def item_key(target: cst.BaseExpression) -> str | None:
    """The key of ``record["key"]``, where it is written out."""
    index = index_value(target) if isinstance(target, cst.Subscript) else None
    return string_value(index) if index is not None else None


def part_at(value: cst.BaseExpression | None, path: Sequence[int]) -> cst.BaseExpression | None:
    """What stands at a path of positions in tuples that are written out; None where they are not."""
    for position in path:
        elements = value.elements if isinstance(value, (cst.Tuple, cst.List)) else ()
        if position >= len(elements) or any(isinstance(element, cst.StarredElement) for element in elements):
            return None
        value = elements[position].value
    return value


def text_value(expression: cst.BaseExpression) -> str | None:
    """Like :func:`string_value`, and bytes as latin-1: for tests against raw bodies."""
    if isinstance(expression, (cst.SimpleString, cst.ConcatenatedString)):
        value = _evaluated(expression)
        return value.decode("latin-1") if isinstance(value, bytes) else value
    return None


def _unwrapped(call: cst.Call) -> cst.BaseExpression | None:
    """What ``frozenset(x)`` or ``x.lower()`` is made of, as far as its strings go."""
    if isinstance(call.func, cst.Name) and call.func.value in ("frozenset", "set", "tuple", "list") and len(call.args) == 1:
        return call.args[0].value
    if isinstance(call.func, cst.Attribute) and call.func.attr.value in ("lower", "upper", "casefold", "strip") and not call.args:
        return call.func.value
    if isinstance(call.func, cst.Attribute) and call.func.attr.value in ("items", "keys") and not call.args:
        # the strings of a table are its keys
        return call.func.value
    return None


def _column(rows: cst.BaseExpression, position: int) -> list[cst.BaseExpression]:
    """What stands at a position of each tuple of a list, or (0 and 1) the keys and the values of a table."""
    if isinstance(rows, cst.Dict):
        entries = [element for element in rows.elements if isinstance(element, cst.DictElement)]
        return [entry.value if position else entry.key for entry in entries] if position < 2 else []
    if not isinstance(rows, (cst.Tuple, cst.List, cst.Set)):
        return []
    written = [element.value for element in rows.elements]
    lines = [line for line in written if isinstance(line, (cst.Tuple, cst.List)) and position < len(line.elements)]
    return [line.elements[position].value for line in lines] if len(lines) == len(written) else []


def _walks_a_table(binding: Binding) -> bool:
    """The first variable of ``for phrase, x in TABLE.items()``."""
    value = binding.value
    items = isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and value.func.attr.value == "items"
    return binding.how is How.ITEM and binding.path == (0,) and items


def assigned(statement: cst.Assign | cst.AnnAssign) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """What an assignment gives values to, each with its value: of ``self.a, self.b = a, b``, two."""
    if statement.value is None:
        return
    targets = [target.target for target in statement.targets] if isinstance(statement, cst.Assign) else [statement.target]
    for target in targets:
        yield from _parts_of(target, statement.value)


def targets_of(statement: cst.Assign | cst.AnnAssign | cst.AugAssign | cst.NamedExpr) -> Iterator[cst.BaseExpression]:
    """What an assignment binds: several, if it takes a tuple apart."""
    parts: list[cst.BaseExpression]
    parts = [target.target for target in statement.targets] if isinstance(statement, cst.Assign) else [statement.target]
    while parts:
        part = parts.pop(0)
        if isinstance(part, (cst.Tuple, cst.List)):
            parts[:0] = [element.value for element in part.elements]
        else:
            yield part


def _parts_of(target: cst.BaseExpression, value: cst.BaseExpression) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    targets, values = _elements(target), _elements(value)
    if targets and len(targets) == len(values):
        for part, given in zip(targets, values, strict=True):
            yield from _parts_of(part, given)
    else:
        yield target, value


def _elements(expression: cst.BaseExpression) -> list[cst.BaseExpression]:
    """The parts of a tuple or list in which nothing is starred."""
    elements = expression.elements if isinstance(expression, (cst.Tuple, cst.List)) else ()
    plain = all(isinstance(element, cst.Element) for element in elements)
    return [element.value for element in elements] if plain else []


class Constants:
    """What the literals of one module are.

    :param elsewhere: gives the literal that an expression stands for in another module, if it is one.
    """

    def __init__(
        self, tree: Tree, scopes: Scopes, elsewhere: Callable[[cst.BaseExpression], cst.BaseExpression | None] | None = None
    ) -> None:
        self._tree = tree
        self._scopes = scopes
        self._elsewhere = elsewhere or (lambda _: None)

    def strings(self, expression: cst.BaseExpression) -> tuple[str, ...]:
        """All strings of a literal, of a collection of literals, or of a name bound to one; () when any part is unknown."""
        return self._strings(expression, _HOPS)

    def _strings(self, expression: cst.BaseExpression, hops: int) -> tuple[str, ...]:
        value = text_value(expression)
        if value is not None:
            return (value,)
        if isinstance(expression, (cst.Tuple, cst.List, cst.Set)):
            parts = [self._strings(element.value, hops) for element in expression.elements]
            return tuple(string for part in parts for string in part) if all(parts) else ()
        if isinstance(expression, cst.Dict):
            keys = [self._strings(element.key, hops) for element in expression.elements if isinstance(element, cst.DictElement)]
            return tuple(string for part in keys for string in part) if all(keys) else ()
        if isinstance(expression, cst.Call):
            inner = _unwrapped(expression)
            return self._strings(inner, hops) if inner is not None else ()
        if isinstance(expression, (cst.GeneratorExp, cst.ListComp, cst.SetComp)):
            # `frozenset(phrase.lower() for phrase in PHRASES)`
            return self._strings(expression.elt, hops - 1) if hops else ()
        if isinstance(expression, cst.IfExp):
            # a default that the caller may replace
            return self._strings(expression.body, hops) or self._strings(expression.orelse, hops)
        if isinstance(expression, cst.BooleanOperation) and isinstance(expression.operator, cst.Or):
            return self._strings(expression.left, hops) or self._strings(expression.right, hops)
        if hops and isinstance(expression, cst.Attribute) and expression.attr.value == "value":
            # a member of an enumeration
            found = self._strings(expression.value, hops - 1)
            if found:
                return found
        if hops:
            for value_expression in self.values(expression):
                found = self._strings(value_expression, hops - 1)
                if found:
                    return found
            return self._in_a_column(expression, hops - 1)
        return ()

    def _in_a_column(self, expression: cst.BaseExpression, hops: int) -> tuple[str, ...]:
        """The strings of ``phrase`` in ``for phrase, x in ((…, …), (…, …))``, and of ``phrases`` in ``for x, phrases in {…}.items()``."""
        bindings = self._scopes.reaching(expression) if isinstance(expression, cst.Name) else []
        if not bindings or bindings[0].how is not How.ITEM or len(bindings[0].path) != 1 or bindings[0].value is None:
            return ()
        position, walked = bindings[0].path[0], bindings[0].value
        table = walked
        if isinstance(walked, cst.Call) and isinstance(walked.func, cst.Attribute) and walked.func.attr.value == "items":
            table = walked.func.value
        for rows in (table, *self.values(table)):
            cells = _column(rows, position)
            strings = [self._strings(cell, hops) for cell in cells]
            if strings and all(strings):
                return tuple(string for found in strings for string in found)
        return ()

    def values(self, expression: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
        """The expressions that a name, ``self.x``, ``cls.x`` or ``Class.x`` is bound to, in this file or in one that it comes from."""
        bound = expression not in self._tree.order
        if isinstance(expression, cst.Name):
            for binding in self._scopes.reaching(expression):
                bound = bound or binding.how is not How.IMPORT
                plain = binding.how in (How.VALUE, How.PARAMETER, How.ITEM) and not binding.path
                if binding.value is not None and (plain or _walks_a_table(binding)):
                    yield binding.value
        elif isinstance(expression, cst.Attribute):
            for value in self.attribute_values(expression):
                bound = True
                yield value
        literal = self._elsewhere(expression) if not bound and isinstance(expression, (cst.Name, cst.Attribute)) else None
        if literal is not None:
            yield literal

    def attribute_values(self, attribute: cst.Attribute) -> Iterator[cst.BaseExpression]:
        """What ``self.x`` is assigned in the methods of its class and in the class body."""
        owner = self.owner(attribute)
        if owner is not None:
            yield from self.values_in(owner, attribute.attr.value)

    def values_in(self, owner: cst.ClassDef, name: str) -> Iterator[cst.BaseExpression]:
        """What an attribute is assigned in the body of a class and in its methods."""
        for binding in self._scopes.bindings(name, owner):
            if binding.value is not None and not binding.path and binding.how is How.VALUE:
                yield binding.value
        yield from self._attribute_assignments.get((owner, name), ())

    def declared(self, owner: cst.ClassDef, name: str) -> Iterator[Binding]:
        """The annotations of an attribute in the methods of a class: ``self.session: Session | None = None``."""
        for annotated in self._annotated_attributes.get(name, ()):
            if isinstance(annotated.target, cst.Attribute) and self.owner(annotated.target) is owner:
                yield Binding(name, How.DECLARED, annotated, None, (), annotated.annotation.annotation)

    @cached_property
    def _annotated_attributes(self) -> dict[str, list[cst.AnnAssign]]:
        found: dict[str, list[cst.AnnAssign]] = {}
        for annotated in self._tree.all(cst.AnnAssign):
            if isinstance(annotated.target, cst.Attribute):
                found.setdefault(annotated.target.attr.value, []).append(annotated)
        return found

    def owner(self, attribute: cst.Attribute) -> cst.ClassDef | None:
        """The class whose instance (or itself) ``attribute`` is read from: ``self.x``, ``cls.x`` inside it, or ``ClassName.x``."""
        if not isinstance(attribute.value, cst.Name):
            return None
        if attribute.value.value in ("self", "cls"):
            function = self._tree.enclosing(attribute, cst.FunctionDef)
            return self._tree.enclosing(function or attribute, cst.ClassDef)
        for binding in self._scopes.reaching(attribute.value):
            if binding.how is How.CLASS and isinstance(binding.node, cst.ClassDef):
                return binding.node
        return None

    @cached_property
    def _attribute_assignments(self) -> dict[tuple[cst.ClassDef, str], list[cst.BaseExpression]]:
        found: dict[tuple[cst.ClassDef, str], list[cst.BaseExpression]] = {}
        for assign in self._tree.of_types(cst.Assign, cst.AnnAssign):
            assert isinstance(assign, (cst.Assign, cst.AnnAssign))
            for target, value in assigned(assign):
                if isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name) and target.value.value in ("self", "cls"):
                    owner = self.owner(target)
                    if owner is not None:
                        found.setdefault((owner, target.attr.value), []).append(value)
        return found
