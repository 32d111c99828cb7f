"""Where a function is handed something to call: as a decorator, by a factory of decorators, in a call, as the method of an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.functions import Given, bound_arguments, fields, is_spread, method
from errlint.semantics.program.names import called, dotted, is_partial
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.by_hand.steps import Callee
from errlint.semantics.retries.words import last_word

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 3
_CALLED = "__call__"


@dataclass(frozen=True, eq=False)
class Use:
    """One use of a function that calls what it is given.

    :ivar node: the decorator or the call; :ivar callee: what is called; :ivar given: what the function's parameters stand for, and those of
    the ``__init__`` that made its object.
    """

    node: cst.Decorator | cst.Call
    callee: Callee
    given: Given
    name: str


def uses(semantics: Semantics, owner: cst.FunctionDef, parameter: cst.Param, hops: int = _HOPS) -> Iterator[Use]:
    """The uses of a function in its file; ``parameter`` is the one that it calls."""
    factory = _factory_of(semantics, owner)
    for decorated in semantics.tree.all(cst.FunctionDef):
        for decorator in decorated.decorators:
            given = _given_by_decorator(semantics, decorator.decorator, owner, factory, _HOPS)
            if given is not None:
                yield Use(decorator, decorated, given, dotted(called(decorator.decorator)) or owner.name.value)
    for call in semantics.tree.all(cst.Call):
        if not _runs(semantics, call, owner) or semantics.tree.within(call, owner):
            continue
        yield from _by_call(semantics, call, owner, parameter, hops)


def _by_call(semantics: Semantics, call: cst.Call, owner: cst.FunctionDef, parameter: cst.Param, hops: int) -> Iterator[Use]:
    """The uses that a call is; where it hands on what its own function is given, they are those of that function."""
    given = _bound(call, owner)
    handed = given.get(parameter)
    if handed is None:
        return
    behind = parameter_behind(semantics, handed) if hops else None
    outer = semantics.tree.enclosing(behind, cst.FunctionDef) if behind is not None else None
    passed_on = list(uses(semantics, outer, behind, hops - 1)) if behind is not None and outer is not None else []
    if passed_on and outer is not None and _class_of(semantics, outer) is _class_of(semantics, owner):
        yield from (replace(use, given={**given, **use.given}) for use in passed_on)  # the same object
        return
    given = {**_of_instance(semantics, call, owner), **given}
    yield from (replace(use, given={**given, **use.given}) for use in passed_on)
    for callee in callees(semantics, handed, call) if not passed_on else ():
        yield Use(call, callee, given, owner.name.value)


def parameter_behind(semantics: Semantics, name: cst.BaseExpression) -> cst.Param | None:
    """The parameter of a function that a name stands for."""
    for binding in semantics.scopes.reaching(name) if isinstance(name, cst.Name) else ():
        if binding.how is How.PARAMETER and isinstance(binding.node, cst.Param):
            return binding.node
    return None


def _factory_of(semantics: Semantics, owner: cst.FunctionDef) -> cst.FunctionDef | None:
    """The function that makes the decorator ``owner`` and returns it."""
    outer = semantics.tree.enclosing(owner, cst.FunctionDef)
    if outer is None:
        return None
    returned = (dotted(value) for value in semantics.functions.returned(outer))
    return outer if owner.name.value in returned else None


def _given_by_decorator(
    semantics: Semantics, decorator: cst.BaseExpression, owner: cst.FunctionDef, factory: cst.FunctionDef | None, hops: int
) -> Given | None:
    """What the parameters stand for where a decorator leads to ``owner``; None where it does not."""
    definition = _class_of(semantics, owner) if owner.name.value == _CALLED else None
    if isinstance(decorator, cst.Call):
        if factory is not None and factory in semantics.functions.run_by(decorator):
            return _bound(decorator, factory)
        return _made_by(semantics, decorator, definition) if definition is not None else None
    if not isinstance(decorator, (cst.Name, cst.Attribute)):
        return None
    functions = semantics.functions.run_by(cst.Call(decorator))
    if owner in functions or (factory is not None and factory in functions):
        return {}
    if isinstance(decorator, cst.Name) and hops:
        for binding in semantics.scopes.reaching(decorator):
            if binding.how is How.VALUE and binding.value is not None and not binding.path:
                return _given_by_decorator(semantics, binding.value, owner, factory, hops - 1)
    return None


# objects ---------------------------------------------------------------------------------------------------------------------------


def _runs(semantics: Semantics, call: cst.Call, owner: cst.FunctionDef) -> bool:
    """Whether a call runs a function: by name, as a method, or because its object is called."""
    if owner.name.value == _CALLED:
        found = semantics.meaning(call.func)
        definition = _class_of(semantics, owner)
        sheet = semantics.types.of_class(definition) if definition is not None else None
        return found is not None and sheet is not None and found.sheet is sheet
    return last_word(call.func) == owner.name.value and owner in semantics.runs(call)


def _class_of(semantics: Semantics, function: cst.FunctionDef) -> cst.ClassDef | None:
    """The class whose method a function is."""
    definition = semantics.tree.enclosing(function, cst.ClassDef)
    return definition if definition is not None and method(definition, function.name.value) is function else None


def _of_instance(semantics: Semantics, call: cst.Call, owner: cst.FunctionDef) -> Given:
    """What the object was made with whose method a call runs."""
    definition = _class_of(semantics, owner)
    if definition is None:
        return {}
    instance = call.func.value if isinstance(call.func, cst.Attribute) and owner.name.value != _CALLED else call.func
    values = [instance, *(semantics.functions.values(instance) if isinstance(instance, (cst.Name, cst.Attribute)) else ())]
    made = (_made_by(semantics, value, definition) for value in values if isinstance(value, cst.Call))
    return next((given for given in made if given is not None), _unknown(definition))


def _made_by(semantics: Semantics, call: cst.Call, definition: cst.ClassDef) -> Given | None:
    """What a call passes to the ``__init__`` of a class; None where it makes no instance of it."""
    bindings = semantics.scopes.reaching(call.func) if isinstance(call.func, cst.Name) else ()
    if not any(binding.how is How.CLASS and binding.node is definition for binding in bindings):
        return None
    made = method(definition, "__init__")
    if made is not None:
        return _bound(call, made)
    if any(argument.star for argument in call.args):
        return _unknown(definition)
    known = fields(definition)
    by_name = {argument.keyword.value: argument.value for argument in call.args if argument.keyword is not None}
    plain = (argument.value for argument in call.args if argument.keyword is None)
    return {**dict(zip(known.values(), plain, strict=False)), **{known[name]: value for name, value in by_name.items() if name in known}}


def _unknown(definition: cst.ClassDef) -> Given:
    """Of an instance of which nobody knows how it was made."""
    made = method(definition, "__init__")
    return _open(made) if made is not None else {field: cst.Ellipsis() for field in fields(definition).values()}


def _bound(call: cst.Call, function: cst.FunctionDef) -> Given:
    """What a call passes; what it passes by a star may go to any parameter, unless there is a star to take it."""
    spread = is_spread({argument.star for argument in call.args}, function)
    return {**(_open(function) if spread else {}), **bound_arguments(call, function)}


def _open(function: cst.FunctionDef) -> Given:
    """Nothing is known of any parameter."""
    return {parameter: cst.Ellipsis() for parameter in (*function.params.params, *function.params.kwonly_params)}


def handing(semantics: Semantics, node: cst.Decorator | cst.Call, callee: Callee) -> cst.Call | None:
    """The call by which a function is run again that others may call without that: it is none of a decorator, nor written in place."""
    in_place = not isinstance(callee, cst.FunctionDef) or semantics.tree.enclosing(callee, cst.FunctionDef) is not None
    return node if isinstance(node, cst.Call) and not in_place else None


# what is handed over ---------------------------------------------------------------------------------------------------------------


def callees(semantics: Semantics, handed: cst.BaseExpression, call: cst.Call, hops: int = _HOPS) -> Iterator[Callee]:
    """What runs when ``handed`` is called: a lambda, a function of the file, a function of a library."""
    if isinstance(handed, cst.Lambda):
        yield handed
    elif isinstance(handed, cst.Call) and is_partial(handed) and handed.args:
        yield from callees(semantics, handed.args[0].value, handed, hops)
    elif isinstance(handed, (cst.Name, cst.Attribute)):
        functions = semantics.functions.run_by(cst.Call(handed))
        yield from functions
        if functions:
            return
        if isinstance(handed, cst.Name) and hops:
            for binding in semantics.scopes.reaching(handed):
                if binding.how is How.VALUE and binding.value is not None and not binding.path:
                    yield from callees(semantics, binding.value, call, hops - 1)
                    return
        yield cst.Call(handed, call.args[1:])
