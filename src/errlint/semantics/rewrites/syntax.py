"""Which syntax a file allows: one that runs on Python 2, too, cannot have what Python 3 brought."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.model import Edit
from errlint.python_tree import python_tree

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_PYTHON2_FEATURES = frozenset({"print_function", "unicode_literals", "absolute_import", "division", "with_statement"})
"""What only Python 2 has to import ``from __future__``."""
_PYTHON3_NODES = (
    ast.AnnAssign,
    ast.AsyncFor,
    ast.AsyncFunctionDef,
    ast.AsyncWith,
    ast.Await,
    ast.JoinedStr,
    ast.NamedExpr,
    ast.Nonlocal,
    ast.YieldFrom,
)
_PYTHON3_MEMBERS = frozenset({"parsedate_to_datetime"})
"""Members of modules that Python 3 brought, of those that fixes write."""


class Syntax:
    """What may be written into one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._tree = semantics.tree
        self._names = semantics.names
        self._aliases = semantics.libraries.aliases

    @cached_property
    def has_python2(self) -> bool:
        """Whether the file is made to run on Python 2, by its imports, or by what only Python 2 asks a class or module for."""
        if not self._features.isdisjoint(_PYTHON2_FEATURES) or self._sets_metaclass:
            return True
        return any(self._aliases.are_of_python2(self._names.imported_as(alias)) for alias in self._tree.all(cst.ImportAlias))

    @property
    def _sets_metaclass(self) -> bool:
        """``__metaclass__ = type``."""
        targets = (found.target for found in self._tree.all(cst.AssignTarget))
        return any(isinstance(target, cst.Name) and target.value == "__metaclass__" for target in targets)

    @cached_property
    def _features(self) -> frozenset[str]:
        """What the file imports ``from __future__``."""
        imported = map(self._names.imported_as, self._tree.all(cst.ImportAlias))
        return frozenset(name.rpartition(".")[2] for name in imported if name.startswith("__future__."))

    @cached_property
    def puts_values_behind(self) -> bool:
        """Whether a text with values in it is written ``"%s" % value`` here: f-strings are forbidden, or are not what the file has."""
        if self.has_python2:
            return True
        if any(True for _ in self._tree.all(cst.FormattedString)):
            return False
        operations = self._tree.all(cst.BinaryOperation)
        return any(
            isinstance(found.operator, cst.Modulo) and isinstance(found.left, (cst.SimpleString, cst.ConcatenatedString))
            for found in operations
        )

    def allows(self, text: str, edits: Sequence[Edit]) -> bool:
        """Whether the file stays what its Python can read when these edits are made in its text."""
        if not self.has_python2:
            return True
        try:
            before, after = self._newer(python_tree(text)), self._newer(python_tree(edited(text, edits)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        return not after - before

    def _newer(self, tree: ast.Module) -> Counter[str]:
        """How often each form stands in a file that Python 2 cannot read, or reads as something else."""
        return Counter(form for node in ast.walk(tree) for form in self._forms(node))

    def _forms(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Raise(cause=ast.expr()):
                yield "raise … from"
            case ast.arguments(kwonlyargs=[_, *_]) | ast.arguments(posonlyargs=[_, *_]):
                yield "marked parameters"
            case ast.arg(annotation=ast.expr()) | ast.FunctionDef(returns=ast.expr()):
                yield "annotations"
            case ast.Call(func=ast.Name(id="print"), args=args, keywords=keywords) if len(args) != 1 or keywords:
                if "print_function" not in self._features:
                    yield "print"
            case ast.Import(names=names):
                yield from ("import" for alias in names if self._aliases.are_called_otherwise(alias.name))
            case ast.ImportFrom(module=str(module), level=0):
                yield from ("import" for _ in node.names if self._aliases.are_called_otherwise(module))
            case ast.Attribute(attr=name) if name in _PYTHON3_MEMBERS:
                yield name
            case _ if isinstance(node, _PYTHON3_NODES):
                yield type(node).__name__


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text with all edits made, which do not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
