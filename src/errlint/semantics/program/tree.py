"""The one walk over a file: parents, document order, and nodes by type.

libcst's own visitors spend most of their time on white space and on rebuilding nodes. No rule looks at white space, and no rule changes the
tree, so this walk reads only the fields that hold code.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache, cached_property
from itertools import zip_longest
from operator import attrgetter
from typing import Any, TypeVar, cast, overload

import libcst as cst

from errlint import nodes as _  # noqa: F401  (whose classes are quicker to ask)
from errlint.lean import dataclass

N = TypeVar("N", bound=cst.CSTNode)

_PUNCTUATION = frozenset({
    "lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace", "comma", "semicolon",
    "dot", "equal", "colon", "first_colon", "second_colon", "operator", "leading_lines", "lines_after_decorators",
    "header", "footer", "trailing_whitespace", "indent", "encoding", "default_indent", "default_newline", "has_trailing_newline",
    "asynchronous", "star", "posonly_ind", "separator", "relative", "trailing_comma",
})  # fmt: skip
_LEAVES: frozenset[type[cst.CSTNode]] = frozenset(
    {cst.Name, cst.SimpleString, cst.Integer, cst.Float, cst.Pass, cst.Break, cst.Continue, cst.Ellipsis}
)

_FUNCTIONS_IN_ORDER = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
_FUNCTIONS = frozenset(_FUNCTIONS_IN_ORDER)
_BLOCKS = (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module)
_STATEMENTS = (
    cst.SimpleStatementLine, cst.SimpleStatementSuite, cst.FunctionDef, cst.ClassDef, cst.If, cst.Try, cst.TryStar, cst.With, cst.For,
    cst.While, cst.Match,
)  # fmt: skip


class _Readers(dict[type[cst.CSTNode], Callable[[cst.CSTNode], tuple[Any, ...]]]):
    """By type, what gives the values of the fields of a node that hold code, last first (the walk is a stack)."""

    def __missing__(self, kind: type[cst.CSTNode]) -> Callable[[cst.CSTNode], tuple[Any, ...]]:
        names = [f.name for f in fields(kind) if f.name not in _PUNCTUATION and "whitespace" not in f.name][::-1]
        get = attrgetter(*names) if names else None
        reader: Callable[[cst.CSTNode], tuple[Any, ...]]
        reader = (lambda _node: ()) if get is None else get if len(names) > 1 else lambda node: (get(node),)
        self[kind] = reader
        return reader


class _Parts(dict[type, bool | None]):
    """By the type of a field's value, whether it is a node (True), several (False), or none (None)."""

    def __missing__(self, kind: type) -> bool | None:
        self[kind] = found = True if issubclass(kind, cst.CSTNode) else False if kind in (list, tuple) else None
        return found


_code_of = _Readers()
_is_node = _Parts()  # `isinstance` asks libcst's abstract classes, which takes ten times as long


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The code below a node, in the order of the walk reversed."""
    found: list[cst.CSTNode] = []
    for value in _code_of[type(node)](node):
        is_node = _is_node[type(value)]
        if is_node:
            found.append(value)
        elif is_node is False:
            found.extend(value[::-1])
    return found


def alike(node: cst.CSTNode, other: cst.CSTNode) -> bool:
    """Whether two pieces of code are the same, white space, commas and brackets aside."""
    return _sign(node) == _sign(other) and all(alike(mine, its) for mine, its in zip_longest(children(node), children(other)))


def _sign(node: cst.CSTNode | None) -> tuple[object, ...]:
    """What a node says by itself: its type, its word, its operator."""
    value = getattr(node, "value", None)
    return type(node), value if isinstance(value, str) else None, type(getattr(node, "operator", None)), getattr(node, "star", None)


def _walk(node: cst.CSTNode, *, into_functions: bool) -> Iterator[cst.CSTNode]:
    """Everything below a node that belongs to no tree."""
    stack = children(node)
    while stack:
        current = stack.pop()
        yield current
        if into_functions or type(current) not in _FUNCTIONS:
            stack.extend(children(current))


@cache
def _concrete(kinds: tuple[type[cst.CSTNode], ...]) -> frozenset[type[cst.CSTNode]]:
    """These types and all below them."""
    return frozenset(kinds).union(*(_concrete(tuple(kind.__subclasses__())) for kind in kinds if kind.__subclasses__()))


@dataclass(frozen=True, slots=True)
class Parents:
    """Each node's parent, as a mapping has it."""

    _order: dict[cst.CSTNode, int]
    _above: list[int]
    _nodes: list[cst.CSTNode]

    @overload
    def get(self, node: cst.CSTNode) -> cst.CSTNode | None: ...
    @overload
    def get(self, node: cst.CSTNode, default: cst.CSTNode) -> cst.CSTNode: ...
    def get(self, node: cst.CSTNode, default: cst.CSTNode | None = None) -> cst.CSTNode | None:
        """The parent of a node; the default for the module, and for what is not part of it."""
        rank = self._order.get(node)
        return self._nodes[self._above[rank]] if rank else default

    def __getitem__(self, node: cst.CSTNode) -> cst.CSTNode:
        """The parent of a node below the module.

        :raises KeyError: for any other.
        """
        found = self.get(node)
        if found is None:
            raise KeyError(node)
        return found


@dataclass(frozen=True)
class Tree:
    """A module with the relations a rule needs.

    Nodes are numbered in document order, parents first: what stands below a node are the numbers from its own to its end.

    :ivar parent: each node's parent; :ivar order: each node's rank in document order (parents first);
    :ivar by_type: nodes by exact type, in document order.
    """

    module: cst.Module
    parent: Parents
    order: dict[cst.CSTNode, int]
    by_type: dict[type[cst.CSTNode], list[cst.CSTNode]]
    _nodes: list[cst.CSTNode]
    _above: list[int]
    """By rank, the rank of the parent; of the module itself, -1."""
    _ends: list[int]
    """By rank, the rank after the last node below."""

    @classmethod
    def of(cls, module: cst.Module) -> Tree:
        """Walk the module once. Iterative, so nesting is bounded by memory and not by the recursion limit."""
        nodes: list[cst.CSTNode] = []
        by_type: defaultdict[type[cst.CSTNode], list[cst.CSTNode]] = defaultdict(list)
        above: list[int] = []
        stack: list[cst.CSTNode] = [module]
        parents: list[int] = [-1]
        rank = -1
        while stack:  # a million times in a run of some hundred files, so it is :func:`children` once more, without its list
            node = stack.pop()
            kind = type(node)
            rank += 1
            nodes.append(node)
            above.append(parents.pop())
            by_type[kind].append(node)
            if kind not in _LEAVES:
                for value in _code_of[kind](node):
                    is_node = _is_node[type(value)]
                    if is_node:
                        stack.append(value)
                        parents.append(rank)
                    elif is_node is False:
                        stack += value[::-1]
                        parents += [rank] * len(value)
        ranks = [*range(len(nodes))]  # the same numbers stand in all lists: they take as much room as these
        order = dict(zip(nodes, ranks, strict=True))
        ends = [*ranks[1:], len(ranks)]
        for rank in reversed(ranks[1:]):
            parent = above[rank]
            if ends[rank] > ends[parent]:  # noqa: PLR1730  (`max` takes three times as long)
                ends[parent] = ends[rank]
        return cls(module, Parents(order, above, nodes), order, dict(by_type), nodes, above, ends)

    def all(self, kind: type[N]) -> Sequence[N]:
        """All nodes of exactly this type, in document order."""
        return cast("list[N]", self.by_type.get(kind, []))

    def at(self, rank: int) -> cst.CSTNode | None:
        """The node of a rank."""
        return self._nodes[rank] if 0 <= rank < len(self._nodes) else None

    def of_types(self, *kinds: type[cst.CSTNode]) -> list[cst.CSTNode]:
        """All nodes of exactly these types, in document order."""
        if len(kinds) == 1:
            return self.by_type.get(kinds[0], [])
        known = self._of_types.get(kinds)
        if known is None:
            found = [node for kind in kinds for node in self.by_type.get(kind, ())]
            known = self._of_types[kinds] = sorted(found, key=self.order.__getitem__)
        return known

    @cached_property
    def _of_types(self) -> dict[tuple[type[cst.CSTNode], ...], list[cst.CSTNode]]:
        return {}

    def ancestors(self, node: cst.CSTNode, *kinds: type[cst.CSTNode]) -> Iterator[cst.CSTNode]:
        """The node's parent, its parent, … up to the module; with ``kinds``, those of exactly these types."""
        if node not in self.order:
            return
        above = self._nearest(kinds) if kinds else self._above
        rank = above[self.order[node]]
        while rank >= 0:
            yield self._nodes[rank]
            rank = above[rank]

    def _nearest(self, kinds: tuple[type[cst.CSTNode], ...]) -> array[int]:
        """By rank, the rank of the nearest ancestor of exactly one of these types; -1 where there is none."""
        known = self._nearest_of.get(kinds)
        if known is None:
            known = self._nearest_of[kinds] = array("i", [-1]) * len(self._nodes)
            for rank in [self.order[node] for node in self.of_types(*kinds)]:  # outer ones first: inner ones write over them
                start, end = rank + 1, self._ends[rank]
                known[start:end] = array("i", [rank]) * (end - start)
        return known

    def owners(self, parts: Iterable[tuple[cst.CSTNode, cst.CSTNode]]) -> array[int]:
        """By rank, the rank of the owner of the last of these parts that a node is or stands in; that of the module for all other nodes.

        :param parts: nodes, and the nodes that own them.
        """
        found = array("i", [0]) * len(self._nodes)
        for part, owner in parts:
            start = self.order[part]
            found[start : self._ends[start]] = array("i", [self.order[owner]]) * (self._ends[start] - start)
        return found

    @cached_property
    def _nearest_of(self) -> dict[tuple[type[cst.CSTNode], ...], array[int]]:
        return {}

    def parting(self, first: cst.CSTNode, second: cst.CSTNode) -> tuple[cst.CSTNode, cst.CSTNode, cst.CSTNode]:
        """The innermost node around two others, and the two nodes right below it in which they stand."""
        here, there = self.order[first], self.order[second]
        above, ends = self._above, self._ends
        child = here
        common = above[here]
        while not common < there < ends[common]:
            child, common = common, above[common]
        other = there
        while other != common and above[other] != common:
            other = above[other]
        return self._nodes[common], self._nodes[child], self._nodes[other]

    def within(self, node: cst.CSTNode, ancestor: cst.CSTNode | None) -> bool:
        """Whether ``node`` is ``ancestor`` or stands below it."""
        if node is ancestor:
            return True
        if ancestor is None or node not in self.order or ancestor not in self.order:
            return False
        start = self.order[ancestor]
        return start < self.order[node] < self._ends[start]

    def is_in(self, node: cst.CSTNode, kind: type[cst.CSTNode]) -> bool:
        """Whether a node stands below one of exactly this type; asked of many, it takes no walk."""
        rank = self.order.get(node)
        return rank is not None and self._nearest((kind,))[rank] >= 0

    def enclosing(self, node: cst.CSTNode, *kinds: type[N]) -> N | None:
        """The nearest ancestor of one of these types."""
        types = _concrete(kinds)
        above = self._nearest(_FUNCTIONS_IN_ORDER) if types <= _FUNCTIONS else self._above
        rank = above[self.order[node]] if node in self.order else -1
        while rank >= 0:
            if type(self._nodes[rank]) in types:
                return cast("N", self._nodes[rank])
            rank = above[rank]
        return None

    def tried(self, handler: cst.CSTNode | None) -> cst.BaseSuite | None:
        """The code that a handler stands by; None for other nodes."""
        outer = self.parent.get(handler) if isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)) else None
        return outer.body if isinstance(outer, (cst.Try, cst.TryStar)) else None

    def below(self, node: cst.CSTNode, *, into_functions: bool = True) -> Iterator[cst.CSTNode]:
        """Everything below a node (itself excluded), in document order; nested functions and classes on request only."""
        if node not in self.order:  # a literal that was brought from another module
            yield from _walk(node, into_functions=into_functions)
            return
        rank = self.order[node] + 1
        end = self._ends[rank - 1]
        if into_functions:
            yield from self._nodes[rank:end]
            return
        while rank < end:
            current = self._nodes[rank]
            yield current
            rank = self._ends[rank] if type(current) in _FUNCTIONS else rank + 1

    def inside(self, node: cst.CSTNode, *kinds: type[N], into_functions: bool = True) -> list[N]:
        """Of what :meth:`below` yields, the nodes of exactly these types. This takes time for these only, not for all."""
        if node not in self.order:
            return [cast("N", found) for found in _walk(node, into_functions=into_functions) if type(found) in kinds]
        start = self.order[node]
        ranks: list[int] = []
        for kind in kinds:
            known = self._ranks(kind)
            ranks += known[bisect_right(known, start) : bisect_left(known, self._ends[start])]
        if not into_functions and ranks:
            around = self._nearest(_FUNCTIONS_IN_ORDER)
            ranks = [rank for rank in ranks if around[rank] <= start]
        if len(kinds) > 1:
            ranks.sort()
        return [cast("N", self._nodes[rank]) for rank in ranks]

    def inner_first(self, node: cst.CSTNode, kind: type[N]) -> list[N]:
        """The nodes of exactly this type that are ``node`` or stand in it, inner ones first; not those of functions it only defines."""
        if type(node) in _FUNCTIONS:
            return []
        order, ends = self.order, self._ends
        found = self.inside(node, kind, into_functions=False)
        if type(node) is kind:
            found.append(node)
        return sorted(found, key=lambda one: (ends[order[one]], -order[one]))

    def _ranks(self, kind: type[cst.CSTNode]) -> list[int]:
        known = self._ranks_of.get(kind)
        if known is None:
            known = self._ranks_of[kind] = [self.order[node] for node in self.by_type.get(kind, ())]
        return known

    @cached_property
    def _ranks_of(self) -> dict[type[cst.CSTNode], list[int]]:
        return {}

    def tests_around(self, node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
        """The tests that hold where ``node`` stands: of the ``if`` around it, and to its left in an ``and``; conjunctions taken apart."""
        child = node
        for found in self.ancestors(node):
            if isinstance(found, (cst.FunctionDef, cst.Lambda)):
                return
            if isinstance(found, (cst.If, cst.IfExp, cst.While)) and child is found.body:
                yield from parts(found.test, cst.And)
            elif isinstance(found, cst.BooleanOperation) and isinstance(found.operator, cst.And) and child is found.right:
                yield from parts(found.left, cst.And)
            child = found

    def is_member(self, name: cst.Name) -> bool:
        """Whether a name is that of a member, not one that is looked up: `b` in `a.b`."""
        parent = self.parent.get(name)
        return isinstance(parent, cst.Attribute) and parent.attr is name

    def statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The statement that holds the node: a simple statement line or a compound statement."""
        if type(node) in _STATEMENTS or type(node) is cst.Module:
            return node
        return next(self.ancestors(node, *_STATEMENTS), self.module)

    def block(self, node: cst.CSTNode) -> cst.CSTNode:
        """The nearest block (module, indented block, one-line suite) that the node's statement stands in."""
        return next(self.ancestors(node, *_BLOCKS), self.module)


def parts(test: cst.BaseExpression, *operators: type[cst.BaseBooleanOp]) -> Iterator[cst.BaseExpression]:
    """The parts of ``a or b or c``, or of ``a and b and c``; of anything else, that itself."""
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, operators):
        yield from parts(test.left, *operators)
        yield from parts(test.right, *operators)
    else:
        yield test
