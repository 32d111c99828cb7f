"""Names: where they are bound, and which bindings reach a use.

The analysis is flow-sensitive by position and blocks, not by a control-flow graph: a binding reaches a use in the same scope when it stands
before it and in no branch that excludes it; an unconditional binding hides the ones before it. That is linear, and right for real code.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import cached_property

import libcst as cst
import msgspec

from errlint.semantics.program.handling import caught_name
from errlint.semantics.program.tree import Tree, children

Scope = cst.Module | cst.FunctionDef | cst.Lambda | cst.ClassDef | cst.CSTNode
_NEAREST = 200
"""Bindings of a name that are looked at for one use: the cost must not grow with the square of their number."""
_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
_SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda, *_COMPREHENSIONS)
_FUNCTIONS = frozenset({cst.FunctionDef, cst.Lambda})
_HANDLERS = (cst.ExceptHandler, cst.ExceptStarHandler)


class How(Enum):
    """How a name gets its value."""

    VALUE = "is assigned"
    AUGMENTED = "is extended"
    WITH = "is entered"
    ITEM = "is an item of"
    EXCEPT = "is caught"
    IMPORT = "is imported"
    FUNCTION = "is defined"
    CLASS = "is defined as a class"
    PARAMETER = "is a parameter"
    DECLARED = "is annotated"
    MATCH = "is captured by a pattern"


class Binding(msgspec.Struct, frozen=True, eq=False):  # of which there are tens of thousands
    """One place where a name gets a value.

    :ivar node: the statement, handler, parameter … that binds; :ivar value: the expression it comes from, if any;
    :ivar path: positions of tuple unpacking that lead from the value to the name (``a, (b, c) = v`` gives ``(1, 0)`` for b).
    """

    name: str
    how: How
    node: cst.CSTNode
    value: cst.BaseExpression | None = None
    path: tuple[int, ...] = ()
    annotation: cst.BaseExpression | None = None


def _targets(target: cst.BaseExpression, path: tuple[int, ...] = ()) -> Iterator[tuple[cst.BaseExpression, tuple[int, ...]]]:
    if isinstance(target, (cst.Tuple, cst.List)):
        for position, element in enumerate(target.elements):
            yield from _targets(element.value, (*path, position))
    else:
        yield target, path


class Scopes:
    """All bindings of a module."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._reached: dict[cst.Name, list[Binding]] = {}
        self._everywhere: dict[str, list[Binding]] = {}

    def scope_of(self, node: cst.CSTNode) -> Scope:
        """The scope whose names the node sees first. Decorators, defaults and a comprehension's first iterable belong outside."""
        tree = self._tree
        rank = tree.order.get(node)
        if rank is None:
            return tree.module
        if type(node) is cst.Param:
            return tree.parent[tree.parent[node]]  # of the function, unlike its annotation and its default
        return tree.at(self._owners[rank]) or tree.module

    @cached_property
    def _owners(self) -> array[int]:
        """By rank of a node, the rank of its scope."""
        scopes = self._tree.of_types(*_SCOPES)
        return self._tree.owners((part, scope) for scope in scopes for part in _seen_from_inside(scope))

    def outer(self, scope: Scope) -> Iterator[Scope]:
        """The scope and those around it in which a name is looked up; class bodies are skipped from within functions."""
        yield scope
        current: Scope = scope
        while not isinstance(current, cst.Module):
            current = self.scope_of(current)
            if not isinstance(current, cst.ClassDef):
                yield current

    @cached_property
    def _bindings(self) -> dict[tuple[Scope, str], list[Binding]]:
        found: dict[tuple[Scope, str], list[Binding]] = {}
        order = self._tree.order
        for binding in self._collect():
            scope = self._home(binding)
            found.setdefault((scope, binding.name), []).append(binding)
        for bindings in found.values():
            bindings.sort(key=lambda binding: order[binding.node])
        return found

    def _home(self, binding: Binding) -> Scope:
        kind = type(binding.node)
        if kind is cst.CompFor:
            return self._tree.enclosing(binding.node, *_COMPREHENSIONS) or self._tree.module
        scope = self.scope_of(binding.node)
        if kind is cst.NamedExpr:
            while isinstance(scope, _COMPREHENSIONS):
                scope = self.scope_of(scope)
        return scope

    def _collect(self) -> Iterator[Binding]:
        tree = self._tree
        for assign in tree.all(cst.Assign):
            for target in assign.targets:
                yield from self._assigned(target.target, How.VALUE, assign, assign.value)
        for annotated in tree.all(cst.AnnAssign):
            how = How.DECLARED if annotated.value is None else How.VALUE
            if isinstance(annotated.target, cst.Name):
                yield Binding(annotated.target.value, how, annotated, annotated.value, (), _says_a_type(annotated.annotation.annotation))
        for augmented in tree.all(cst.AugAssign):
            yield from self._assigned(augmented.target, How.AUGMENTED, augmented, augmented.value)
        for walrus in tree.all(cst.NamedExpr):
            yield from self._assigned(walrus.target, How.VALUE, walrus, walrus.value)
        for item in tree.all(cst.WithItem):
            if item.asname is not None:
                yield from self._assigned(item.asname.name, How.WITH, item, item.item)
        for loop in tree.of_types(cst.For, cst.CompFor):
            assert isinstance(loop, (cst.For, cst.CompFor))
            yield from self._assigned(loop.target, How.ITEM, loop, loop.iter)
        for handler in tree.of_types(cst.ExceptHandler, cst.ExceptStarHandler):
            assert isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler))
            caught = caught_name(handler)
            if caught is not None:
                yield Binding(caught, How.EXCEPT, handler, handler.type)
        for function in tree.all(cst.FunctionDef):
            yield Binding(function.name.value, How.FUNCTION, function)
        for definition in tree.all(cst.ClassDef):
            yield Binding(definition.name.value, How.CLASS, definition)
        for param in tree.all(cst.Param):
            annotation = param.annotation.annotation if param.annotation is not None else None
            yield Binding(param.name.value, How.PARAMETER, param, param.default, (), annotation)
        for statement in tree.of_types(cst.Import, cst.ImportFrom):
            assert isinstance(statement, (cst.Import, cst.ImportFrom))
            if not isinstance(statement.names, cst.ImportStar):
                for alias in statement.names:
                    bound = alias.evaluated_alias or alias.evaluated_name.partition(".")[0]
                    yield Binding(bound, How.IMPORT, alias)
        for capture in tree.all(cst.MatchAs):
            if capture.name is not None:
                yield Binding(capture.name.value, How.MATCH, capture)
        for rest in tree.of_types(cst.MatchStar, cst.MatchMapping):
            assert isinstance(rest, (cst.MatchStar, cst.MatchMapping))
            name = rest.name if isinstance(rest, cst.MatchStar) else rest.rest
            if name is not None:
                yield Binding(name.value, How.MATCH, rest)

    def _assigned(self, target: cst.BaseExpression, how: How, node: cst.CSTNode, value: cst.BaseExpression) -> Iterator[Binding]:
        for leaf, path in _targets(target):
            if isinstance(leaf, cst.Name):
                yield Binding(leaf.value, how, node, value, path)

    def bindings(self, name: str, scope: Scope) -> list[Binding]:
        """All bindings of a name in exactly this scope, in document order."""
        return self._bindings.get((scope, name), [])

    def classes(self, name: cst.BaseExpression) -> Iterator[cst.ClassDef]:
        """The classes of this file that a name may stand for; none for any other expression."""
        for binding in self.reaching(name) if isinstance(name, cst.Name) else ():
            if binding.how is How.CLASS and isinstance(binding.node, cst.ClassDef):
                yield binding.node

    @cached_property
    def leading_on(self) -> frozenset[str]:
        """The names that anywhere in the module are bound to what is imported, or to what goes by another name."""
        return frozenset(name for (_, name), bindings in self._bindings.items() if any(map(_leads_on, bindings)))

    def reaching(self, use: cst.Name) -> list[Binding]:
        """The bindings whose value the name may have here, latest first; none in a literal that was brought from another module.

        Where an import may fail, what a handler binds instead (``except ImportError: openai = None``) is left out.
        """
        known = self._reached.get(use)
        if known is None:
            known = self._reached[use] = self._find_reaching(use)
        return known

    def _find_reaching(self, use: cst.Name) -> list[Binding]:
        word = use.value
        if word not in self._homes or use not in self._tree.order:
            return []
        seen_from = self.scope_of(use)
        if self._homes[word] is not self._tree.module or type(seen_from) not in _FUNCTIONS:
            return self._without_stand_ins(self._may_reach(use, seen_from))
        # most names that a function uses are bound at the top level alone, and mean the same in all functions
        known = self._everywhere.get(word)
        if known is None:
            known = self._everywhere[word] = self._without_stand_ins(self._may_reach(use, seen_from))
        return known

    @cached_property
    def _homes(self) -> dict[str, Scope | None]:
        """By name, the scope that it is bound in; None where there are several."""
        found: dict[str, Scope | None] = {}
        for scope, name in self._bindings:
            found[name] = None if name in found else scope
        return found

    def _without_stand_ins(self, found: list[Binding]) -> list[Binding]:
        imports = [self._tree.parent.get(self._tree.block(one.node)) for one in found if one.how is How.IMPORT]
        if not imports or not any(isinstance(around, (cst.Try, cst.TryStar)) for around in imports):
            return found
        return [one for one in found if one.how is How.IMPORT or not self._is_in_handler(one.node, imports)]

    def _is_in_handler(self, node: cst.CSTNode, of: Sequence[cst.CSTNode | None]) -> bool:
        handler = self._tree.parent.get(self._tree.block(node))
        return isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)) and self._tree.parent.get(handler) in of

    def _may_reach(self, use: cst.Name, home: Scope) -> list[Binding]:
        runs_later = False
        for scope in self.outer(home):
            bindings = self.bindings(use.value, scope)
            if not bindings:
                runs_later |= not isinstance(scope, _COMPREHENSIONS)
                continue
            if runs_later:
                # a function runs later: any binding of the outer scope may hold by then
                return bindings[: -_NEAREST - 1 : -1]
            if len(bindings) == 1 and bindings[0].how is How.PARAMETER:
                return bindings  # as `self`, and most others
            return self._reaching(use, bindings, scope)
        return []

    def _reaching(self, use: cst.Name, bindings: list[Binding], scope: Scope) -> list[Binding]:
        reached: list[Binding] = []
        for binding in self._before(use, bindings, scope):
            if self._excludes(binding, use):
                continue
            reached.append(binding)
            if self._hides(binding, use):
                return reached
        return reached or self._later_in_loop(use, bindings)

    def _before(self, use: cst.Name, bindings: list[Binding], scope: Scope) -> list[Binding]:
        """The nearest bindings that stand before the use, latest first; of handlers only those around it."""
        if isinstance(scope, _COMPREHENSIONS):
            return bindings[::-1]  # whose names are bound after the element that uses them
        plain, ranks = self._not_caught[scope, use.value]
        order = self._tree.order
        position = bisect_right(ranks, order[use])
        found = plain[max(0, position - _NEAREST) : position]
        if use.value not in self._caught_names:
            return found[::-1]
        around = [self._caught[handler] for handler in self._tree.ancestors(use, *_HANDLERS) if handler in self._caught]
        caught = [binding for binding in around if binding.name == use.value and self._home(binding) is scope]
        if not caught:
            return found[::-1]
        return sorted([*found, *caught], key=lambda binding: order[binding.node], reverse=True)

    @cached_property
    def _caught(self) -> dict[cst.CSTNode, Binding]:
        """By handler, the name that it binds."""
        return {binding.node: binding for bindings in self._bindings.values() for binding in bindings if binding.how is How.EXCEPT}

    @cached_property
    def _caught_names(self) -> frozenset[str]:
        return frozenset(binding.name for binding in self._caught.values())

    @cached_property
    def _not_caught(self) -> dict[tuple[Scope, str], tuple[list[Binding], list[int]]]:
        """All other bindings, and the ranks of their nodes."""
        order = self._tree.order
        plain = {key: [binding for binding in found if binding.how is not How.EXCEPT] for key, found in self._bindings.items()}
        return {key: (found, [order[binding.node] for binding in found]) for key, found in plain.items()}

    def _later_in_loop(self, use: cst.Name, bindings: list[Binding]) -> list[Binding]:
        loop = self._tree.enclosing(use, cst.For, cst.While)
        if loop is None:
            return []
        order = self._tree.order
        position = bisect_right(bindings, order[use], key=lambda binding: order[binding.node])
        return [
            binding
            for binding in bindings[max(0, position - _NEAREST) : position + _NEAREST][::-1]
            if self._tree.within(binding.node, loop)
        ]

    def _excludes(self, binding: Binding, use: cst.Name) -> bool:
        """Whether control cannot pass from the binding to the use: its own value, another branch, a handler that was left."""
        if binding.how is How.EXCEPT:
            assert isinstance(binding.node, (cst.ExceptHandler, cst.ExceptStarHandler))
            return not self._tree.within(use, binding.node.body)
        if binding.how is How.WITH or binding.how is How.ITEM:
            return self._tree.within(use, binding.value)
        if binding.how in (How.VALUE, How.AUGMENTED) and self._tree.within(use, binding.node):
            return True
        return self.are_apart(binding.node, use)

    def are_apart(self, first: cst.CSTNode, second: cst.CSTNode) -> bool:
        """Whether control cannot pass from one place to another, since they stand in branches that exclude each other."""
        found, child, other = self._tree.parting(first, second)
        if child is other:
            return False
        if isinstance(found, (cst.If, cst.IfExp)):
            return child is not found.test and other is not found.test
        if isinstance(found, (cst.Try, cst.TryStar)):
            return isinstance(child, _HANDLERS) and (isinstance(other, _HANDLERS) or other is found.orelse)
        return isinstance(child, cst.MatchCase) and isinstance(other, cst.MatchCase)

    def _hides(self, binding: Binding, use: cst.Name) -> bool:
        """Whether every path to the use passes the binding: its block is around the use, and it always runs."""
        if binding.how in (How.EXCEPT, How.PARAMETER, How.FUNCTION, How.CLASS):
            return True
        if binding.how is How.AUGMENTED:
            return False
        if isinstance(binding.node, cst.CompFor):
            return True
        if isinstance(binding.node, (cst.WithItem, cst.For)):
            return self._tree.within(use, self._tree.statement(binding.node))
        if isinstance(binding.node, (cst.MatchAs, cst.MatchStar, cst.MatchMapping)):
            case = self._tree.enclosing(binding.node, cst.MatchCase)
            return self._tree.within(use, case)
        block = self._tree.block(binding.node)
        if isinstance(self._tree.parent.get(block), (cst.Try, cst.TryStar)) and not self._tree.within(use, block):
            return False
        return self._tree.within(use, block)


def _seen_from_inside(scope: Scope) -> Sequence[cst.CSTNode]:
    """The parts of a scope in which its names are seen first."""
    return (scope.body,) if isinstance(scope, (cst.FunctionDef, cst.ClassDef)) else children(scope)


def _leads_on(binding: Binding) -> bool:
    is_alias = binding.how is How.VALUE and not binding.path and isinstance(binding.value, (cst.Name, cst.Attribute))
    return is_alias or binding.how is How.IMPORT


def _says_a_type(annotation: cst.BaseExpression) -> cst.BaseExpression | None:
    """``answer: Final = get(url)`` says that the name keeps its value, and not of what type that is."""
    word = annotation.attr if isinstance(annotation, cst.Attribute) else annotation
    return None if isinstance(word, cst.Name) and word.value == "Final" else annotation
