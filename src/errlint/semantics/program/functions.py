"""The functions of a file: which one a call runs, what is passed for a parameter, what comes back."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cached_property
from itertools import takewhile

import libcst as cst

from errlint.semantics.program.constants import Constants
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How, Scopes
from errlint.semantics.program.tree import Tree

Given = dict[cst.CSTNode, cst.BaseExpression]
"""By parameter of a function, what a call passes for it."""
_HOPS = 3
_WITHOUT_A_NAME = frozenset({"__init__", "__call__"})
"""Methods that a call of a class, or of an instance, runs."""


class Functions:
    """Calls and the functions of the same file that they run: by name, or a method of the same class by ``self``."""

    def __init__(self, tree: Tree, scopes: Scopes, constants: Constants) -> None:
        self._tree = tree
        self._scopes = scopes
        self._constants = constants
        self._defined: dict[cst.BaseExpression, list[cst.FunctionDef]] = {}

    def run_by(self, call: cst.Call) -> list[cst.FunctionDef]:
        """The functions that a call may run; several when a name is defined in branches."""
        return self.defined(call.func)

    def defined(self, name: cst.BaseExpression) -> list[cst.FunctionDef]:
        """The functions of the file that a name, or ``self.name``, stands for."""
        word = name.value if isinstance(name, cst.Name) else name.attr.value if isinstance(name, cst.Attribute) else ""
        if word not in self.words:
            return []
        known = self._defined.get(name)
        if known is None:
            known = self._defined[name] = self._find_defined(name)
        return known

    @cached_property
    def words(self) -> frozenset[str]:
        """The names that functions are defined by."""
        return frozenset(function.name.value for function in self._tree.all(cst.FunctionDef))

    def _find_defined(self, name: cst.BaseExpression) -> list[cst.FunctionDef]:
        bindings: list[Binding] = []
        if isinstance(name, cst.Name):
            bindings = self._scopes.reaching(name)
        elif isinstance(name, cst.Attribute):
            owner = self._constants.owner(name)
            bindings = self._scopes.bindings(name.attr.value, owner) if owner is not None else []
        return [binding.node for binding in bindings if binding.how is How.FUNCTION and isinstance(binding.node, cst.FunctionDef)]

    def methods_of(self, name: cst.BaseExpression) -> list[cst.FunctionDef]:
        """The functions in the classes of the file that a name stands for."""
        bindings = self._scopes.reaching(name) if isinstance(name, cst.Name) else []
        classes = (binding.node for binding in bindings if binding.how is How.CLASS)
        return [method for definition in classes for method in self._tree.inside(definition, cst.FunctionDef)]

    def behind(self, expression: cst.BaseExpression) -> list[cst.FunctionDef | cst.Lambda]:
        """The functions and lambdas of the file that a value may be: a lambda itself, a name of one, a function's name."""
        if isinstance(expression, cst.Lambda):
            return [expression]
        lambdas = self._constants.values(expression) if isinstance(expression, (cst.Name, cst.Attribute)) else ()
        return [*self.defined(expression), *(value for value in lambdas if isinstance(value, cst.Lambda))]

    def made(self, call: cst.Call) -> list[tuple[cst.FunctionDef | cst.Lambda, Given]]:
        """The functions that a call of this file's functions makes and returns, with what their makers are given."""
        found: list[tuple[cst.FunctionDef | cst.Lambda, Given]] = []
        for maker in self.run_by(call):
            inside = [function for value in self.returned(maker) for function in self.behind(value)]
            found += [(function, bound_arguments(call, maker)) for function in inside if self._tree.within(function, maker)]
        return found

    def values(self, name: cst.Name | cst.Attribute) -> Iterator[cst.BaseExpression]:
        """The expressions that a name or an attribute is bound to."""
        return iter(self._constants.values(name))

    def annotations(self, name: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
        """The annotations of a name or of ``self.name``, those included of the parameters that an attribute is set to."""
        if isinstance(name, cst.Name):
            bindings = self._scopes.reaching(name)
        elif isinstance(name, cst.Attribute):
            owner = self._constants.owner(name)
            bindings = self._scopes.bindings(name.attr.value, owner) if owner is not None else []
            yield from (found for value in self.values(name) if isinstance(value, cst.Name) for found in self.annotations(value))
        else:
            bindings = []
        yield from (binding.annotation for binding in bindings if binding.annotation is not None)

    def returned(self, function: cst.FunctionDef) -> Iterator[cst.BaseExpression]:
        """The expressions that a function returns, in document order."""
        for node in self._tree.inside(function.body, cst.Return, into_functions=False):
            if node.value is not None:
                yield node.value

    def may_give_none(self, function: cst.FunctionDef, hops: int = _HOPS) -> bool:
        """Whether a function may return None, beside whatever it returns: ``return None``, ``return``, or by its end."""
        ends = self._tree.inside(function.body, cst.Return, into_functions=False)
        if any(end.value is None or self._may_be_none(end.value, hops) for end in ends):
            return True
        last = function.body.body[-1]
        return not leaves(function.body) and not (isinstance(last, cst.While) and dotted(last.test) == "True")

    def _may_be_none(self, value: cst.BaseExpression, hops: int) -> bool:
        match value:
            case cst.Name(value="None"):
                return True
            case cst.IfExp(body=body, orelse=orelse):
                return self._may_be_none(body, hops) or self._may_be_none(orelse, hops)
            case cst.Await(expression=inner):
                return self._may_be_none(inner, hops)
            case cst.Name() if hops:
                bound = (one.value for one in self._scopes.reaching(value) if one.how is How.VALUE and not one.path)
                return any(one is not None and self._may_be_none(one, hops - 1) for one in bound)
            case cst.Call() if hops:
                return any(self.may_give_none(function, hops - 1) for function in self.run_by(value))
        return False

    def returned_tuples(self, value: cst.BaseExpression | None) -> Iterator[cst.Tuple | cst.List]:
        """The tuples that a call of this file's functions returns, or the tuple itself."""
        if isinstance(value, cst.Await):
            value = value.expression
        if isinstance(value, (cst.Tuple, cst.List)):
            yield value
        elif isinstance(value, cst.Call):
            for function in self.run_by(value):
                yield from (found for found in self.returned(function) if isinstance(found, (cst.Tuple, cst.List)))

    def passed_for(self, parameter: Binding) -> Iterator[cst.BaseExpression]:
        """What the calls of this file pass for a parameter."""
        function = self._tree.enclosing(parameter.node, cst.FunctionDef)
        if function is None:
            return
        for call in self._calls.get(function, ()):
            yield from _passed(call, parameter, function, bound=self._is_method(function) and isinstance(call.func, cst.Attribute))

    def calls_of(self, function: cst.FunctionDef) -> list[cst.Call]:
        """The calls of this file that may run a function."""
        return self._calls.get(function, [])

    def _is_method(self, function: cst.FunctionDef) -> bool:
        in_class = isinstance(self._tree.parent.get(self._tree.block(function)), cst.ClassDef)
        return in_class and not any(dotted(decorator.decorator) == "staticmethod" for decorator in function.decorators)

    @cached_property
    def _calls(self) -> dict[cst.FunctionDef, list[cst.Call]]:
        found: dict[cst.FunctionDef, list[cst.Call]] = {}
        for call in self._tree.all(cst.Call):
            for function in self.run_by(call):
                found.setdefault(function, []).append(call)
        return found


def _passed(call: cst.Call, parameter: Binding, function: cst.FunctionDef, *, bound: bool) -> Iterator[cst.BaseExpression]:
    parameters = [*function.params.posonly_params, *function.params.params]
    position = next((index for index, param in enumerate(parameters) if param is parameter.node), None)
    plain = [argument for argument in call.args if argument.keyword is None and not argument.star]
    yield from (found.value for found in call.args if found.keyword is not None and found.keyword.value == parameter.name)
    if position is not None and 0 <= position - bound < len(plain):
        yield plain[position - bound].value


def method(definition: cst.ClassDef, name: str) -> cst.FunctionDef | None:
    """The method of this name that a class defines itself."""
    return next((found for found in definition.body.body if isinstance(found, cst.FunctionDef) and found.name.value == name), None)


def is_super_init(call: cst.Call) -> bool:
    """``super().__init__(…)``."""
    match call.func:
        case cst.Attribute(value=cst.Call(func=cst.Name(value="super")), attr=cst.Name(value="__init__")):
            return True
        case _:
            return False


def arguments(call: cst.Call) -> Iterator[tuple[int | str, cst.BaseExpression]]:
    """The arguments of a call, by position or name; what follows ``*arguments`` stands nobody knows where."""
    plain = takewhile(lambda argument: not argument.star, (argument for argument in call.args if argument.keyword is None))
    yield from ((position, argument.value) for position, argument in enumerate(plain))
    yield from ((argument.keyword.value, argument.value) for argument in call.args if argument.keyword is not None)


def fields(definition: cst.ClassDef) -> dict[str, cst.AnnAssign]:
    """The annotated names in the body of a class, in order: what a dataclass is made of."""
    parts = (part for line in definition.body.body if isinstance(line, cst.SimpleStatementLine) for part in line.body)
    return {part.target.value: part for part in parts if isinstance(part, cst.AnnAssign) and isinstance(part.target, cst.Name)}


def is_spread(stars: Container[object], function: cst.FunctionDef) -> bool:
    """Whether what a call passes by stars (``*``, ``**``) may go to any parameter: the function has no star to take it."""
    takes_rest = isinstance(function.params.star_arg, cst.Param)
    return ("*" in stars and not takes_rest) or ("**" in stars and function.params.star_kwarg is None)


def bound_arguments(call: cst.Call, function: cst.FunctionDef) -> Given:
    """What a call passes for each parameter of a function of the file; what follows ``*arguments`` may go anywhere."""
    parameters = [*function.params.posonly_params, *function.params.params]
    of_instance = isinstance(call.func, cst.Attribute) or function.name.value in _WITHOUT_A_NAME
    if parameters and parameters[0].name.value in ("self", "cls") and of_instance:
        parameters = parameters[1:]
    by_name = {parameter.name.value: parameter for parameter in (*parameters, *function.params.kwonly_params)}
    plain = takewhile(lambda argument: not argument.star, (argument for argument in call.args if argument.keyword is None))
    found: Given = {parameter: argument.value for parameter, argument in zip(parameters, plain, strict=False)}
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value in by_name:
            found[by_name[argument.keyword.value]] = argument.value
    if isinstance(function.params.star_arg, cst.Param) and not any(argument.star == "*" for argument in call.args):
        rest = [argument.value for argument in call.args if argument.keyword is None and not argument.star][len(parameters) :]
        found[function.params.star_arg] = cst.Tuple([cst.Element(value) for value in rest])
    return found
