"""The members of the project's classes: where an attribute or a method is defined, in the class or in one that it inherits from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from errlint.first_party import is_first_party
from errlint.lean import dataclass
from errlint.semantics.program.constants import Constants
from errlint.semantics.program.functions import method
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.project.imported import Imported
from errlint.semantics.values.types import Types
from errlint.sheets.library import TypeSheet

_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})


@dataclass(frozen=True)
class Member:
    """A member that a class of the project defines.

    :ivar owner: the class, if it stands in this file; :ivar elsewhere: the name of the member, if the class stands in another.
    """

    name: str
    owner: cst.ClassDef | None = None
    elsewhere: str = ""


class ClassMembers:
    """Answers for one file."""

    def __init__(self, scopes: Scopes, constants: Constants, types: Types, imported: Imported | None) -> None:
        self._scopes = scopes
        self._constants = constants
        self._types = types
        self._imported = imported

    def find(self, sheet: TypeSheet, name: str, *, above: bool = False) -> Member | None:
        """The member of a type; None if no class of the project defines it before a library's type does.

        :param above: start with what the type inherits from, as ``super()`` does.
        """
        for position, ancestor in enumerate(self._types.ancestors(sheet.name)):
            if above and not position:
                continue
            if is_first_party(ancestor.name):
                if self._imported is not None and self._imported.has_member(ancestor.name, name):
                    return Member(name, elsewhere=f"{ancestor.name}.{name}")
                continue
            definition = self._types.definition(ancestor.name)
            if definition is not None:
                if self._scopes.bindings(name, definition) or next(self._constants.values_in(definition, name), None) is not None:
                    return Member(name, definition)
            elif name in ancestor.methods or name in ancestor.attributes:
                return None
        return None

    def overrides(self, sheet: TypeSheet, member: Member, hooks: Iterable[str]) -> bool:
        """Whether a class has methods of its own for some that the member of a class above it calls."""
        for hook in hooks:
            own = self.find(sheet, hook)
            if own is not None and own != self._of_definer(sheet, member, hook):
                return True
        return False

    def _of_definer(self, sheet: TypeSheet, member: Member, name: str) -> Member | None:
        """What the class that defines a member has for another name."""
        for ancestor in self._types.ancestors(sheet.name):
            is_here = member.owner is not None and self._types.definition(ancestor.name) is member.owner
            if is_here or member.elsewhere == f"{ancestor.name}.{member.name}":
                return self.find(ancestor, name)
        return None

    def implementations(self, owner: cst.ClassDef, name: str) -> Iterator[cst.FunctionDef]:
        """The methods of this file that subclasses of one of its classes have for an abstract one."""
        for definition in self._types.subclasses(owner):
            yield from (found for found in self.functions(Member(name, definition)) if not is_abstract(found))

    def values_below(self, owner: cst.ClassDef, name: str) -> list[cst.BaseExpression]:
        """What subclasses of this file set an attribute to that one of its classes reads, and does not set."""
        return [value for definition in self._types.subclasses(owner) for value in self._constants.values_in(definition, name)]

    def implemented_elsewhere(self, owner: cst.ClassDef, name: str) -> tuple[str, ...]:
        """The same in other modules, by their names."""
        if self._imported is None or self._types.of_class(owner) is None:
            return ()
        return self._imported.implementations(f"{self._imported.file}:{owner.name.value}", name)

    def functions(self, member: Member) -> Iterator[cst.FunctionDef]:
        """The functions of this file that a member is."""
        for binding in self._scopes.bindings(member.name, member.owner) if member.owner is not None else ():
            if binding.how is How.FUNCTION and isinstance(binding.node, cst.FunctionDef):
                yield binding.node

    def values(self, member: Member) -> Iterator[cst.BaseExpression]:
        """The expressions that a member of a class of this file is bound to."""
        return self._constants.values_in(member.owner, member.name) if member.owner is not None else iter(())


def raising_hooks(tree: Tree, function: cst.FunctionDef) -> tuple[str, ...]:
    """The methods of its class that a method calls, and that raise: a class below may have others in their place."""
    definition = tree.enclosing(function, cst.ClassDef)
    called = (call.func for call in tree.inside(function.body, cst.Call)) if definition is not None else ()
    names = dict.fromkeys(one.attr.value for one in called if isinstance(one, cst.Attribute) and dotted(one.value) == "self")
    hooks = ((name, method(definition, name)) for name in names) if definition is not None else ()
    return tuple(name for name, hook in hooks if hook is not None and not is_abstract(hook) and _raises(tree, hook))


def _raises(tree: Tree, function: cst.FunctionDef) -> bool:
    asked = (call.func for call in tree.inside(function.body, cst.Call))
    words = (one.attr.value for one in asked if isinstance(one, cst.Attribute))
    return bool(tree.inside(function.body, cst.Raise)) or "raise_for_status" in words


def is_property(function: cst.FunctionDef) -> bool:
    """Whether reading the attribute runs the function."""
    return any(dotted(decorator.decorator) in _PROPERTIES for decorator in function.decorators)


def is_static(function: cst.FunctionDef) -> bool:
    """Whether the function takes neither an instance nor a class."""
    return any(dotted(decorator.decorator) == "staticmethod" for decorator in function.decorators)


def is_abstract(function: cst.FunctionDef) -> bool:
    """Whether a method has no code of its own: it is decorated so, or its body does nothing but to say so."""
    if any((dotted(decorator.decorator) or "").rpartition(".")[2] == "abstractmethod" for decorator in function.decorators):
        return True
    lines = function.body.body
    parts = [part for line in lines for part in (line.body if isinstance(line, cst.SimpleStatementLine) else (line,))]
    return bool(parts) and any(map(_says_so, parts)) and all(_says_so(part) or _is_nothing(part) for part in parts)


def _says_so(statement: cst.CSTNode) -> bool:
    """``raise NotImplementedError``."""
    if not isinstance(statement, cst.Raise) or statement.exc is None:
        return False
    return dotted(statement.exc.func if isinstance(statement.exc, cst.Call) else statement.exc) == "NotImplementedError"


def _is_nothing(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.Pass) or (isinstance(statement, cst.Expr) and not isinstance(statement.value, (cst.Call, cst.Await)))
