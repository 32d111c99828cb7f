"""What an annotation says about a name: evidence that needs no call."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.names import Names, dotted
from errlint.semantics.program.scopes import How, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.types import Types

_TRANSPARENT = frozenset({"Optional", "Union", "Annotated", "Awaitable", "Coroutine", "Final", "ClassVar"})
_OPTIONAL = frozenset({"Optional", "Union", "Annotated"})
_SUBSCRIPT = later(r"(?:\w+\.)*(\w+)\[(.*)\]")


class Annotations:
    """Dotted names of the types that annotations name."""

    def __init__(self, tree: Tree, scopes: Scopes, names: Names, types: Types) -> None:
        self._tree = tree
        self._scopes = scopes
        self._names = names
        self._types = types

    def types(self, annotation: cst.BaseExpression) -> Iterator[str]:
        """The dotted names in ``X``, ``X | None``, ``Optional[X]``, ``Union[X, Y]`` and quoted annotations."""
        if isinstance(annotation, cst.BinaryOperation):
            yield from self.types(annotation.left)
            yield from self.types(annotation.right)
        elif isinstance(annotation, cst.Subscript):
            if (dotted(annotation.value) or "").rpartition(".")[2] in _TRANSPARENT:
                for element in annotation.slice:
                    if isinstance(element.slice, cst.Index):
                        yield from self.types(element.slice.value)
        elif isinstance(annotation, (cst.Name, cst.Attribute)):
            name = self._types.named(annotation)
            if name:
                yield name
        else:
            quoted = string_value(annotation)
            if quoted is not None:
                yield from self._quoted(quoted)

    def results(self, annotation: cst.BaseExpression) -> Iterator[str]:
        """The dotted names of the types that calling a value gives, for one that is annotated as ``Callable[…, X]``."""
        if isinstance(annotation, cst.BinaryOperation):
            yield from self.results(annotation.left)
            yield from self.results(annotation.right)
        elif isinstance(annotation, cst.Subscript):
            parts = [element.slice.value for element in annotation.slice if isinstance(element.slice, cst.Index)]
            word = (dotted(annotation.value) or "").rpartition(".")[2]
            if word == "Callable" and len(parts) == 2:
                yield from self.types(parts[1])
            elif word in _OPTIONAL:
                yield from (name for part in parts for name in self.results(part))

    def _quoted(self, text: str) -> Iterator[str]:
        wrapped = _SUBSCRIPT.fullmatch(text.strip())
        if wrapped is not None:
            for part in _apart(wrapped[2]) if wrapped[1] in _TRANSPARENT else ():
                yield from self._quoted(part)
            return
        root, _, rest = text.partition("|")[0].strip().partition(".")
        for binding in self._scopes.bindings(root, self._tree.module):
            imported = self._names.imported(binding) if binding.how is How.IMPORT else None
            if imported:
                yield self._names.resolved(f"{imported}.{rest}" if rest else imported)
            elif binding.how is How.CLASS and not rest:
                yield root


def _apart(text: str) -> Iterator[str]:
    """What stands between the commas that are in no brackets."""
    depth, start = 0, 0
    for position, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if char == "," and not depth:
            yield text[start:position]
            start = position + 1
    yield text[start:]
