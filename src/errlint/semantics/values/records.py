"""Values that are put into a record and taken out again: a dict that is written out, an instance of a class of the file.

``return {"sent": False, "error": answer.text}`` and later ``result["error"]``; ``Outcome(answer.ok, answer.text)`` and later
``outcome.text``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import libcst as cst

from errlint.semantics.meaning import Meaning
from errlint.semantics.program.constants import Constants, item_key, string_value
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.scopes import How, Scope, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.types import Types

_HOPS = 4


class Records:
    """Answers for the records of one file.

    :param runs: the functions of the file that a call may run.
    """

    def __init__(
        self,
        tree: Tree,
        scopes: Scopes,
        constants: Constants,
        functions: Functions,
        *,
        types: Types,
        runs: Callable[[cst.Call], list[cst.FunctionDef]],
    ) -> None:
        self._tree = tree
        self._scopes = scopes
        self._constants = constants
        self._functions = functions
        self._types = types
        self._runs = runs

    def under(self, mapping: cst.BaseExpression, key: str, hops: int = _HOPS) -> Iterator[cst.BaseExpression]:
        """What is put under a key of the dicts that an expression may be: written there, or assigned later."""
        match mapping:
            case cst.Dict():
                for element in mapping.elements:
                    if isinstance(element, cst.DictElement) and string_value(element.key) == key:
                        yield element.value
            case cst.Await(expression=inner) if hops:
                yield from self.under(inner, key, hops)
            case cst.Name() | cst.Attribute() if hops:
                if isinstance(mapping, cst.Name):
                    yield from self._assigned.get((self._scopes.scope_of(mapping), mapping.value, key), ())
                for value in self._constants.values(mapping):
                    yield from self.under(value, key, hops - 1)
            case cst.Call() if hops:
                for function in self._runs(mapping):
                    for returned in self._functions.returned(function):
                        yield from self.under(returned, key, hops - 1)

    @cached_property
    def _assigned(self) -> dict[tuple[Scope, str, str], list[cst.BaseExpression]]:
        """By scope, name and key, what is assigned: ``result["error"] = str(e)``."""
        found: dict[tuple[Scope, str, str], list[cst.BaseExpression]] = {}
        for assign in self._tree.all(cst.Assign):
            for target in assign.targets:
                if not isinstance(target.target, cst.Subscript) or not isinstance(target.target.value, cst.Name):
                    continue
                name, key = target.target.value, item_key(target.target)
                if key is not None:
                    found.setdefault((self._scopes.scope_of(name), name.value, key), []).append(assign.value)
        return found

    def field(self, instance: Meaning, name: str) -> cst.BaseExpression | None:
        """What an instance of a class of this file was given for an attribute, where it was made."""
        definition = self._types.definition(instance.sheet.name) if instance.sheet is not None else None
        if definition is None:
            return None
        for place in reversed(instance.trail):
            if isinstance(place.node, cst.Call) and self._types.named(place.node.func) == definition.name.value:
                return self._given(place.node, definition, name)
        return None

    def _given(self, call: cst.Call, definition: cst.ClassDef, name: str) -> cst.BaseExpression | None:
        constructors = [found.node for found in self._scopes.bindings("__init__", definition) if isinstance(found.node, cst.FunctionDef)]
        fields = self._parameters(constructors[0], definition, name) if constructors else self._fields(definition, name)
        if fields is None:
            return None
        asked, position = fields
        for argument in call.args:
            if argument.keyword is not None and argument.keyword.value == asked:
                return argument.value
        plain = [argument for argument in call.args if argument.keyword is None]
        known = position is not None and position < len(plain) and not any(argument.star for argument in plain)
        return plain[position].value if position is not None and known else None

    def _parameters(self, constructor: cst.FunctionDef, definition: cst.ClassDef, name: str) -> tuple[str, int | None] | None:
        """The parameter that ``self.name`` is assigned, and its position."""
        names = [parameter.name.value for parameter in constructor.params.params[1:]]
        for value in self._constants.values_in(definition, name):
            bindings = self._scopes.reaching(value) if isinstance(value, cst.Name) else []
            if bindings and bindings[0].how is How.PARAMETER and self._tree.within(bindings[0].node, constructor):
                parameter = bindings[0].name
                return parameter, names.index(parameter) if parameter in names else None
        return None

    def _fields(self, definition: cst.ClassDef, name: str) -> tuple[str, int | None] | None:
        """The field of a class that has its constructor made from annotations: dataclasses, named tuples, models."""
        lines = [line for line in definition.body.body if isinstance(line, cst.SimpleStatementLine)]
        declared = [small.target for line in lines for small in line.body if isinstance(small, cst.AnnAssign)]
        names = [target.value for target in declared if isinstance(target, cst.Name)]
        inherits = any(self._types.definition(base.value.value) for base in definition.bases if isinstance(base.value, cst.Name))
        return (name, None if inherits else names.index(name)) if name in names else None
