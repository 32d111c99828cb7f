"""What a module says of its own names: functions, classes with their bases, imports, and what is re-exported.

Python's own parser reads it, which takes a tenth of the time that the syntax tree with all its white space takes. It answers where a name
leads; what the thing there *means* is asked of :mod:`errlint.semantics`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from errlint.digests import digest_of
from errlint.encoding import UndecodableSource, decode
from errlint.python_tree import python_tree

_IMPORTS = (ast.Import, ast.ImportFrom)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where statements hold statements, or clauses that do."""


class Bound(msgspec.Struct, frozen=True):
    """One binding of a name at the top level of a module.

    ``alias`` and ``import`` lead on to ``name``: a dotted name of this module, or with its leading dots as the import has it.
    """

    how: Literal["function", "class", "import", "alias", "value"]
    name: str = ""


class ClassIndex(msgspec.Struct, frozen=True):
    """A class: its bases as written, where they are dotted names, and the names of its members (``self.x = …`` included)."""

    bases: tuple[str, ...]
    members: frozenset[str]
    parameters: tuple[str, ...] = ()
    """Of its ``__init__``, without ``self``; or its fields, where it has none."""


class Index(msgspec.Struct, frozen=True):
    """The names of one module. ``stars`` are modules of which everything is imported; ``public`` is ``__all__``, if it is a literal."""

    names: dict[str, tuple[Bound, ...]]
    classes: dict[str, ClassIndex]
    stars: tuple[str, ...] = ()
    public: frozenset[str] | None = None

    def exports(self, name: str) -> bool:
        """Whether ``from module import *`` may bring the name."""
        return name in self.public if self.public is not None else not name.startswith("_")


def index_of(raw: bytes) -> Index | None:
    """The index of a module; None when it cannot be parsed."""
    try:
        return _index(python_tree(decode(raw).text))
    except (UndecodableSource, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def digest_of_index(index: Index | None) -> bytes:
    """A digest that two indexes share only if they say the same."""
    if index is None:
        return digest_of(())
    classes = [(name, one.bases, sorted(one.members), one.parameters) for name, one in index.classes.items()]
    names = [(name, [(bound.how, bound.name) for bound in bounds]) for name, bounds in index.names.items()]
    return digest_of((names, classes, index.stars, sorted(index.public) if index.public is not None else None))


def _index(tree: ast.Module) -> Index:
    names: dict[str, list[Bound]] = {}
    classes: dict[str, ClassIndex] = {}
    stars: list[str] = []
    public: frozenset[str] | None = None
    for statement in _statements(tree.body):
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.setdefault(name, []).append(Bound("function"))
            case ast.ClassDef(name=name):
                names.setdefault(name, []).append(Bound("class"))
                classes[name] = _class(statement)
            case ast.Import(names=aliases):
                for alias in aliases:
                    bound = alias.asname or alias.name.partition(".")[0]
                    names.setdefault(bound, []).append(Bound("import", alias.name if alias.asname else bound))
            case ast.ImportFrom(names=aliases, module=module, level=level):
                start = "." * level + (module or "")
                for alias in aliases:
                    if alias.name == "*":
                        stars.append(start)
                    else:
                        dot = "." if module else ""
                        names.setdefault(alias.asname or alias.name, []).append(Bound("import", f"{start}{dot}{alias.name}"))
            case ast.Assign() | ast.AnnAssign():
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                for target in targets:
                    for name in _names(target):
                        dotted = _dotted(statement.value) if isinstance(target, ast.Name) else ""
                        names.setdefault(name, []).append(Bound("alias", dotted) if dotted else Bound("value"))
                if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
                    public = _strings(statement.value)
            case ast.AugAssign(target=ast.Name(id="__all__")):
                # what is added may come from anywhere: then all that is public by name is
                added = _strings(statement.value)
                public = public | added if public is not None and added is not None else None
    return Index({name: tuple(bounds) for name, bounds in names.items()}, classes, tuple(stars), public)


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported, branches included; of two bindings of a name, the later one is meant.

    What a handler binds without an import stands in for one that failed, so it comes first.
    """
    for statement in body:
        yield statement
        handled = [found for handler in getattr(statement, "handlers", ()) for found in _statements(handler.body)]
        yield from (found for found in handled if not isinstance(found, _IMPORTS))
        for block in ("body", "orelse", "finalbody"):
            if isinstance(statement, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
                yield from _statements(getattr(statement, block, ()))
        yield from (found for found in handled if isinstance(found, _IMPORTS))


def _class(definition: ast.ClassDef) -> ClassIndex:
    members: set[str] = set()
    parameters: tuple[str, ...] = ()
    fields: list[str] = []
    for statement in _statements(definition.body):
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                members.add(name)
                members.update(_assigned_to_self(statement))
                if name == "__init__":
                    arguments = statement.args
                    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
                    parameters = tuple(argument.arg for argument in every[1:])
            case ast.Assign(targets=targets):
                members.update(name for target in targets for name in _names(target))
            case ast.AnnAssign(target=ast.Name(id=name)):
                members.add(name)
                fields.append(name)
    written = (base.value if isinstance(base, ast.Subscript) else base for base in definition.bases)  # the base `Generic[T]` is `Generic`
    bases = tuple(dotted for dotted in map(_dotted, written) if dotted)
    return ClassIndex(bases, frozenset(members), parameters or tuple(fields))


def _assigned_to_self(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The names in ``self.name = …``, in whatever block of a method it stands; no expression sets a member."""
    statements: list[ast.AST] = [*function.body]
    while statements:
        statement = statements.pop()
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor)):
            targets = [statement.target]
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            targets = [item.optional_vars for item in statement.items if item.optional_vars is not None]
        else:
            targets = []
        for target in targets:
            yield from _members_of_self(target)
        for block in _BLOCKS:
            statements += getattr(statement, block, ())


def _members_of_self(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Attribute):
        if isinstance(target.value, ast.Name) and target.value.id == "self":
            yield target.attr
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _members_of_self(element)
    elif isinstance(target, ast.Starred):
        yield from _members_of_self(target.value)


def _names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _names(element)


def _dotted(expression: ast.expr | None) -> str:
    """``a.b.c`` as written; "" for anything else."""
    parts: list[str] = []
    current = expression
    while isinstance(current, ast.Attribute):
        parts.append(current.attr)
        current = current.value
    if not isinstance(current, ast.Name):
        return ""
    return ".".join([current.id, *reversed(parts)])


def _strings(expression: ast.expr | None) -> frozenset[str] | None:
    """The strings of a list or tuple; None when it holds anything else."""
    if not isinstance(expression, (ast.List, ast.Tuple, ast.Set)):
        return None
    values = [element.value for element in expression.elts if isinstance(element, ast.Constant) and isinstance(element.value, str)]
    return frozenset(values) if len(values) == len(expression.elts) else None
