"""Who else reads a list that is written in a file: what is taken out of it is missing there, too."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.members import Literal

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_Statement = cst.Assign | cst.AnnAssign | cst.AugAssign
_HOPS = 4
"""How many names are followed; cycles end here."""


class Sharing:
    """Answers for the expressions of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def is_only_for(self, uses: Collection[cst.CSTNode], expression: cst.CSTNode, hops: int = _HOPS) -> bool:
        """Whether an expression is a part of one of the uses, or is given names that nothing but these reads, by way of other names or not.

        Names that the module exports are read by anyone; of what is handed on otherwise, nobody knows.
        """
        for found in (expression, *self._tree.ancestors(expression)):
            if found in uses and not isinstance(self._tree.parent.get(found), cst.DictElement):
                return True
            if isinstance(found, _Statement):
                value = found.value
                targets = [target.target for target in found.targets] if isinstance(found, cst.Assign) else [found.target]
                return value is not None and all(self._is_kept_for(uses, target, value, hops) for target in targets)
            if isinstance(found, cst.Param):
                return found.default is not None and self._is_kept_for(uses, found.name, found.default, hops)
            if isinstance(found, (cst.BaseStatement, cst.BaseSmallStatement, cst.Call)) and not self._is_collection(found):
                return False
        return False

    def _is_collection(self, node: cst.CSTNode) -> bool:
        """`frozenset({400, 500})`, `CODES.union(MORE)`: the members are the same."""
        return isinstance(node, cst.Call) and bool(self._semantics.collections.members(node).literals)

    def _is_kept_for(self, uses: Collection[cst.CSTNode], target: cst.BaseExpression, value: cst.BaseExpression, hops: int) -> bool:
        if not hops:
            return False
        if isinstance(target, (cst.Tuple, cst.List)):
            return all(self._is_kept_for(uses, element.value, value, hops) for element in target.elements)
        if isinstance(target, cst.Attribute):
            reads = self._reads_of_attribute(target.attr.value)
        elif isinstance(target, cst.Name) and not self._is_exported(target):
            reads = self._reads(target, value)
        else:
            return False
        return all(self.is_only_for(uses, read, hops - 1) for read in reads)

    def _reads(self, target: cst.Name, value: cst.BaseExpression) -> Iterator[cst.CSTNode]:
        """Where a name has, or may have, the value that is assigned; of a name in the body of a class, as an attribute as well."""
        for name in self._tree.all(cst.Name):
            is_read = name.value == target.value and name is not target and self._stands_alone(name)
            if is_read and any(binding.value is value for binding in self._semantics.scopes.reaching(name)):
                yield name
        if isinstance(self._semantics.scopes.scope_of(target), cst.ClassDef):
            yield from self._reads_of_attribute(target.value)

    def _reads_of_attribute(self, name: str) -> Iterator[cst.CSTNode]:
        for node in self._tree.all(cst.Attribute):
            if node.attr.value == name and not isinstance(self._tree.parent.get(node), (cst.AssignTarget, cst.AnnAssign)):
                yield node

    def _stands_alone(self, name: cst.Name) -> bool:
        """Whether a name is read: it is no attribute, no keyword, and nothing is bound to it there."""
        parent = self._tree.parent.get(name)
        match parent:
            case cst.Attribute(attr=attr):
                return attr is not name
            case cst.Arg(keyword=keyword):
                return keyword is not name
            case cst.AnnAssign(target=target) | cst.AugAssign(target=target):
                return target is not name
            case cst.Param(name=own):
                return own is not name
        return not isinstance(parent, cst.AssignTarget)

    def _is_exported(self, target: cst.Name) -> bool:
        """Whether ``__all__`` has the name."""
        semantics = self._semantics
        listed = [binding.value for binding in semantics.scopes.bindings("__all__", self._tree.module) if binding.value is not None]
        literals: Iterator[Literal] = (literal for value in listed for literal in semantics.collections.members(value).literals)
        return semantics.scopes.scope_of(target) is self._tree.module and any(literal.value == target.value for literal in literals)
