"""What objects of the project are made of: ``Reply(answer.status_code, answer.headers)``, ``super().__init__(…)``, ``cls(…)``.

An attribute is what the constructor is given for it, or the field of a class that has its constructor made from annotations, where all
instances that the file makes are given the same there. Exceptions are asked for it where they are raised: each may be about something else,
unless all of them are given an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.functions import arguments, fields, is_super_init, method
from errlint.semantics.program.scopes import How, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.types import Types

_HOPS = 4
"""How many classes above one are looked at for its constructor."""


class Objects:
    """Answers for the classes of one file.

    :param meaning: what an expression means.
    """

    def __init__(self, tree: Tree, scopes: Scopes, types: Types, meaning: Callable[[cst.BaseExpression], Meaning | None]) -> None:
        self._tree = tree
        self._scopes = scopes
        self._types = types
        self._meaning = meaning

    def parameter(self, parameter: cst.CSTNode) -> list[Meaning]:
        """What a parameter of a constructor stands for; several say the same."""
        constructor = self._tree.enclosing(parameter, cst.FunctionDef)
        definition = self._tree.enclosing(parameter, cst.ClassDef)
        if constructor is None or constructor.name.value != "__init__" or not isinstance(parameter, cst.Param):
            return []
        params = [*constructor.params.posonly_params, *constructor.params.params][1:]
        names = [param.name.value for param in params]
        return self._given(definition, self.makings_of(constructor), parameter.name.value, names)

    def field(self, definition: cst.ClassDef, name: str) -> Meaning | None:
        """What a field of a record stands for."""
        names = list(fields(definition))
        found = self._given(definition, self._makings.get(definition, ()), name, names) if name in names else []
        return next(iter(found), None)

    def makings_of(self, constructor: cst.FunctionDef) -> list[cst.Call]:
        """The calls that run an ``__init__``: of its class, of one below it without its own, of ``super().__init__``."""
        return self._makings.get(constructor, [])

    def _given(self, definition: cst.ClassDef | None, calls: Iterable[cst.Call], name: str, names: list[str]) -> list[Meaning]:
        sheet = self._types.of_class(definition) if definition is not None else None
        if sheet is None:
            return []
        keys = (name, names.index(name)) if name in names else (name,)
        values = [value for call in calls for key, value in arguments(call) if key in keys and not _is_nothing(value)]
        found = [meaning for value in values if (meaning := self._meaning(value)) is not None and meaning.proven]
        kinds = {meaning.kind for meaning in found}
        others = len(values) - len(found) - sum(isinstance(value, cst.Integer) for value in values if kinds == {Kind.STATUS})
        if sheet.is_a == "exception" and kinds != {Kind.RESPONSE}:
            return []
        return found if len(kinds) == 1 and not others else []

    @cached_property
    def _makings(self) -> dict[cst.CSTNode, list[cst.Call]]:
        """By constructor, or by class where none is written, the calls that make an instance of the class or of one below it."""
        found: dict[cst.CSTNode, list[cst.Call]] = {}
        for call in self._tree.all(cst.Call):
            for definition in self._made_by(call):
                found.setdefault(self._constructor(definition) or definition, []).append(call)
        return found

    def _made_by(self, call: cst.Call) -> list[cst.ClassDef]:
        of_class = isinstance(call.func, cst.Name) and call.func.value == "cls"
        if not of_class and not is_super_init(call):
            return self._classes(call.func)
        around = self._tree.enclosing(call, cst.ClassDef)
        if around is None:
            return []
        return [around] if of_class else self._above(around)

    def _classes(self, name: cst.BaseExpression) -> list[cst.ClassDef]:
        bindings = self._scopes.reaching(name) if isinstance(name, cst.Name) else []
        return [binding.node for binding in bindings if binding.how is How.CLASS and isinstance(binding.node, cst.ClassDef)]

    def _above(self, definition: cst.ClassDef) -> list[cst.ClassDef]:
        return [found for base in definition.bases for found in self._classes(base.value)]

    def _constructor(self, definition: cst.ClassDef, hops: int = _HOPS) -> cst.FunctionDef | None:
        """The ``__init__`` that makes instances of a class: its own, else that of the first class above it that has one."""
        own = method(definition, "__init__")
        if own is not None or not hops:
            return own
        return next((found for above in self._above(definition) if (found := self._constructor(above, hops - 1)) is not None), None)


def _is_nothing(value: cst.BaseExpression) -> bool:
    """``None``, ``""``, ``{}``, ``[]``: there was no answer, or nothing in it."""
    match value:
        case cst.Name(value="None") | cst.SimpleString(value='""' | "''"):
            return True
        case cst.Dict(elements=elements) | cst.List(elements=elements) | cst.Tuple(elements=elements):
            return not elements
        case _:
            return False
