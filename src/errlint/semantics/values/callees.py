"""What a call runs: functions and methods of this file, and those of the project's other modules, of which there are summaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import libcst as cst

from errlint.first_party import is_first_party
from errlint.http_words import is_called_a_client
from errlint.semantics.meaning import Bound, Kind, Meaning, Place
from errlint.semantics.program.constants import assigned, string_value
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.names import Names, dotted, is_partial
from errlint.semantics.program.tree import Tree
from errlint.semantics.project.imported import Imported
from errlint.semantics.project.summaries import FunctionSummary, Given, Value, of_any
from errlint.semantics.project.summarise import outline
from errlint.semantics.values.binding import ApiBinding
from errlint.semantics.values.class_members import ClassMembers, Member, is_abstract, is_property, raising_hooks
from errlint.semantics.values.types import Types, shown
from errlint.sheets.library import TypeSheet

_TAKEN_FROM = (Kind.RESPONSE, Kind.EXCEPTION)


class Callees:
    """Answers for the calls of one file."""

    def __init__(
        self,
        tree: Tree,
        names: Names,
        functions: Functions,
        members: ClassMembers,
        *,
        types: Types,
        binding: ApiBinding,
        imported: Imported | None,
        meaning: Callable[[cst.BaseExpression], Meaning | None],
    ) -> None:
        self._tree = tree
        self._names = names
        self._functions = functions
        self._members = members
        self._types = types
        self._binding = binding
        self._imported = imported
        self._meaning = meaning
        self._summaries: dict[cst.Call, FunctionSummary | None] = {}

    def here(self, call: cst.Call) -> list[cst.FunctionDef]:
        """The functions of this file that a call may run; several when a name is defined in branches, or by several subclasses."""
        found = self._functions.run_by(call)
        if not found and isinstance(call.func, cst.Attribute):
            found = self.members(call.func)
            kept = self.kept_method(call.func) if not found else None
            found = self.members(kept) if kept is not None else found
        found = found or self._handed_on(call) or self._of_subclasses(call.func)
        handed = self.run_in_thread(call) if not found else None
        if handed is not None:
            found = self._functions.defined(handed) or (self.members(handed) if isinstance(handed, cst.Attribute) else [])
        if not any(map(is_abstract, found)):
            return found
        written = [function for function in found if not is_abstract(function)]
        for owner, name in self._abstract(found):
            written += [function for function in self._members.implementations(owner, name) if function not in written]
        return written

    def run_in_thread(self, call: cst.Call) -> cst.BaseExpression | None:
        """What a call has a thread run: ``get`` of ``asyncio.to_thread(get, url)``, ``loop.run_in_executor(None, partial(get, url))``."""
        word = call.func.attr.value if isinstance(call.func, cst.Attribute) else dotted(call.func) or ""
        runners = self._types.runners(word)
        if not runners:
            return None  # asked first, as nearly none is
        written = self._names.qualified(call.func) or dotted(call.func) or word
        position = next((argument.position for name, argument in runners if f".{written}".endswith(f".{name}")), None)
        plain = [argument.value for argument in call.args if argument.keyword is None and not argument.star]
        if position is None or position >= len(plain):
            return None
        run = plain[position]
        return run.args[0].value if isinstance(run, cst.Call) and is_partial(run) and run.args else run

    def _of_subclasses(self, called: cst.BaseExpression) -> list[cst.FunctionDef]:
        """What the classes below have for ``self.fetch()``, which a class calls and does not define."""
        if not isinstance(called, cst.Attribute) or called.attr.value not in self._functions.words:
            return []
        owner = self._types.own_class(self._meaning(called.value))
        return list(self._members.implementations(owner, called.attr.value)) if owner is not None else []

    def kept_method(self, attribute: cst.BaseExpression) -> cst.Attribute | None:
        """``client.request``, where a class has set ``self._request`` to it, and to nothing else."""
        if not isinstance(attribute, cst.Attribute) or attribute.attr.value not in self._set_to_members:
            return None  # asked first, as nearly none is
        member = self.member(attribute)
        values = list(self._members.values(member)) if member is not None else []
        return values[0] if len(values) == 1 and isinstance(values[0], cst.Attribute) else None

    @cached_property
    def _set_to_members(self) -> frozenset[str]:
        """The last names of all that is set to a member of something in this file: ``self._request = client.request``."""
        statements = self._tree.of_types(cst.Assign, cst.AnnAssign)
        pairs = (pair for one in statements if isinstance(one, (cst.Assign, cst.AnnAssign)) for pair in assigned(one))
        names = (dotted(target) for target, value in pairs if isinstance(value, cst.Attribute))
        return frozenset(name.rpartition(".")[2] for name in names if name is not None)

    def _handed_on(self, call: cst.Call) -> list[cst.FunctionDef]:
        """``self.middleware(request, self.send)``: what is handed to a callable of the file that calls it."""
        found: list[cst.FunctionDef] = []
        for position, argument in enumerate(call.args):
            handed = self._functions.defined(argument.value) if isinstance(argument.value, (cst.Name, cst.Attribute)) else []
            if handed and any(self._calls_parameter(runner, position, argument) for runner in self._callables(call.func)):
                found += handed
        return found

    def listed(self, tables: Iterable[cst.BaseExpression], key: str) -> Iterator[cst.FunctionDef]:
        """The functions of the file that stand in a list under a key: ``{"response": [check]}``."""
        for table in tables:
            written = [table, *(self._functions.values(table) if isinstance(table, (cst.Name, cst.Attribute)) else ())]
            elements = (element for found in written if isinstance(found, cst.Dict) for element in found.elements)
            for element in elements:
                if isinstance(element, cst.DictElement) and string_value(element.key) == key:
                    held = element.value.elements if isinstance(element.value, (cst.List, cst.Tuple)) else ()
                    yield from (function for one in held for function in self._functions.defined(one.value))

    def _callables(self, name: cst.BaseExpression) -> Iterator[cst.FunctionDef | cst.Lambda]:
        """The lambdas that a name stands for, and the ``__call__`` of the objects of the file."""
        if isinstance(name, (cst.Name, cst.Attribute)):
            yield from (found for found in self._functions.behind(name) if isinstance(found, cst.Lambda))
            for value in self._functions.values(name):
                methods = self._functions.methods_of(value.func) if isinstance(value, cst.Call) else []
                yield from (method for method in methods if method.name.value == "__call__")

    def _calls_parameter(self, runner: cst.FunctionDef | cst.Lambda, position: int, argument: cst.Arg) -> bool:
        """Whether a callable calls what an argument hands to it."""
        parameters = [*runner.params.posonly_params, *runner.params.params][isinstance(runner, cst.FunctionDef) :]
        if argument.keyword is not None:
            name = argument.keyword.value
        elif position < len(parameters):
            name = parameters[position].name.value
        else:
            return False
        return any(isinstance(inner.func, cst.Name) and inner.func.value == name for inner in self._tree.inside(runner.body, cst.Call)) or (
            isinstance(runner.body, cst.Call) and isinstance(runner.body.func, cst.Name) and runner.body.func.value == name
        )

    def _abstract(self, functions: list[cst.FunctionDef]) -> Iterator[tuple[cst.ClassDef, str]]:
        for function in functions:
            owner = self._tree.enclosing(function, cst.ClassDef) if is_abstract(function) else None
            if owner is not None:
                yield owner, function.name.value

    def runs_code(self, call: cst.Call) -> bool:
        """Whether the project has the code that a call runs."""
        return bool(self.here(call)) or self.elsewhere(call) is not None

    def elsewhere(self, call: cst.Call) -> FunctionSummary | None:
        """The function of another module that a call runs, for the arguments that it is given."""
        if self._imported is None:
            return None
        if call not in self._summaries:
            self._summaries[call] = None  # a call that is its own argument
            self._summaries[call] = self._elsewhere(call)
        return self._summaries[call]

    def name_elsewhere(self, call: cst.Call) -> tuple[str, bool]:
        """The name of the function of another module that a call runs, and whether it is called on an instance; "" for others."""
        name = self._names.qualified(call.func) or ""
        if is_first_party(name):
            return name, False
        member = self._member_run_by(call)
        return (member.elsewhere, True) if member is not None else ("", False)

    def _member_run_by(self, call: cst.Call) -> Member | None:
        """The member of a class that a call runs, be it kept in an attribute of another class."""
        if not isinstance(call.func, cst.Attribute) or self._functions.run_by(call):
            return None
        kept = self.kept_method(call.func)
        return self.member(kept if kept is not None else call.func)

    def _elsewhere(self, call: cst.Call) -> FunctionSummary | None:
        assert self._imported is not None
        name = self._names.qualified(call.func)
        if name is not None and is_first_party(name):
            found = self._imported.function(name, self._given(call), bound=False)
            if found is not None:
                return found
        handed = self.run_in_thread(call)
        name = self._names.qualified(handed) if handed is not None else None
        if name is not None and is_first_party(name):
            return self._imported.function(name, (), bound=False)
        if not isinstance(call.func, cst.Attribute):
            return None
        here = self._functions.run_by(call)
        member = self._member_run_by(call)
        if member is not None and member.elsewhere:
            found = self._imported.function(member.elsewhere, self._given(call), bound=True)
            if found is not None and self._is_overridden(call.func, member, found.hooks):
                return None
            if found is None or not found.abstract:
                return found
            owner, _, method = member.elsewhere.rpartition(".")
            return self._of_any(self._imported.implementations(owner, method), call)
        here = here or (list(self._members.functions(member)) if member is not None else [])
        if any(map(is_abstract, here)) and not self.here(call):
            names = [name for owner, method in self._abstract(here) for name in self._members.implemented_elsewhere(owner, method)]
            return self._of_any(names, call)
        return None

    def _of_any(self, names: Sequence[str], call: cst.Call) -> FunctionSummary | None:
        """What a call of an abstract method runs, where subclasses have it."""
        assert self._imported is not None
        found = [self._imported.function(name, self._given(call), bound=True) for name in names]
        return of_any([summary for summary in found if summary is not None])

    def member(self, attribute: cst.Attribute) -> Member | None:
        """The member of a class of the project that ``x.name`` reads."""
        value = attribute.value
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "super":
            definition = self._tree.enclosing(value, cst.ClassDef)
            sheet = self._types.of_class(definition) if definition is not None else None
            return self._members.find(sheet, attribute.attr.value, above=True) if sheet is not None else None
        found = self._meaning(value)
        return self._members.find(found.sheet, attribute.attr.value) if found is not None and found.sheet is not None else None

    def _is_overridden(self, attribute: cst.Attribute, member: Member, hooks: Iterable[str]) -> bool:
        """Whether the object that a method is called of has other code for what the method calls in turn."""
        found = self._meaning(attribute.value)
        return found is not None and found.sheet is not None and self._members.overrides(found.sheet, member, hooks)

    def members(self, attribute: cst.Attribute) -> list[cst.FunctionDef]:
        """The functions of this file that ``x.name`` reads."""
        member = self.member(attribute)
        found = list(self._members.functions(member)) if member is not None else []
        overridden = (member is not None and self._is_overridden(attribute, member, raising_hooks(self._tree, one)) for one in found)
        return [] if any(overridden) else found

    def properties(self, attribute: cst.Attribute) -> tuple[list[cst.FunctionDef], str]:
        """The properties of this file that reading an attribute runs, or the name of the member of another module that it reads."""
        member = self.member(attribute)
        here = [function for function in self._members.functions(member) if is_property(function)] if member is not None else []
        return here, member.elsewhere if member is not None else ""

    def method(self, sheet: TypeSheet, name: str) -> Member | None:
        """The member of this name that a type of the project has."""
        return self._members.find(sheet, name)

    def _given(self, call: cst.Call) -> Given:
        given: list[tuple[int | str, Value]] = []
        position = 0
        for argument in call.args:
            if argument.star:
                position += len(call.args)  # what follows stands nobody knows where
                continue
            key = argument.keyword.value if argument.keyword is not None else position
            position += argument.keyword is None
            found = self._meaning(argument.value)
            # an instance says nothing that its class does not say, wherever it is passed
            if found is not None and found.kind is not Kind.INSTANCE:
                given.append((key, outline(found, self.outside)))
        return tuple(given)

    def outside(self, name: str) -> str:
        """The name by which other modules know a type of this file."""
        known = self._imported is not None and self._types.definition(name) is not None
        return f"{self._imported.file}:{name}" if self._imported is not None and known else name

    def client(self, call: cst.Call) -> Meaning | None:
        """What the object means that a method is called of."""
        return self._meaning(call.func.value) if isinstance(call.func, cst.Attribute) else None

    # what comes back -------------------------------------------------------------------------------------------------------------

    def returned(self, call: cst.Call, summary: FunctionSummary, value: Value | None, client: Meaning | None) -> Meaning | None:
        """What a summarised call gives; ``value`` is what it returns, or an item of the tuple that it returns."""
        if value is None:
            return None
        place = Place(call, f"returned by `{shown(summary.names[0])}()`", bool(summary.http), value.spots)
        if value.argument is not None:
            return self._of_argument(call, value, place)
        inherited = client.api if client is not None and client.api is not None else self._binding.named(value.api, value.because)
        return self._made(value, place, call, self._binding.of_call(call, inherited=inherited))

    def kept(self, expression: cst.BaseExpression, name: str) -> Meaning | None:
        """What a variable of another module, or an attribute of a class there, means at ``expression``."""
        value = self._imported.value(name) if self._imported is not None else None
        if value is None:
            return None
        place = Place(expression, f"kept in `{shown(name)}`", elsewhere=value.spots)
        return self._made(value, place, expression, self._binding.named(value.api, value.because))

    def made_with(self, parameter: cst.Param) -> Meaning | None:
        """What other modules give the constructor of a class for a parameter without annotation, if it is called as clients are."""
        constructor = self._tree.enclosing(parameter, cst.FunctionDef)
        definition = self._tree.enclosing(parameter, cst.ClassDef)
        name = parameter.name.value
        if self._imported is None or constructor is None or constructor.name.value != "__init__" or not is_called_a_client(name):
            return None
        if definition is None or self._types.of_class(definition) is None:
            return None
        names = [one.name.value for one in (*constructor.params.posonly_params, *constructor.params.params)]
        class_name = f"{self._imported.file}:{definition.name.value}"
        keys: tuple[int | str, ...] = (name,) if name not in names else (names.index(name) - 1, name)
        value = self._imported.made_with(class_name, keys)
        if value is None:
            return None
        place = Place(parameter, f"passed as `{name}`", elsewhere=value.spots)
        return self._made(value, place, parameter.name, self._binding.named(value.api, value.because))

    def _made(self, value: Value, place: Place, expression: cst.BaseExpression, api: Bound | None) -> Meaning | None:
        sheet = self._sheet(value)
        if value.type and sheet is None:
            return None
        return Meaning(
            Kind[value.kind],
            (place,),
            sheet,
            api,
            value.path,
            value.name,
            from_exception=value.from_exception,
            expression=expression,
            succeeded=value.succeeded,
        )

    def _of_argument(self, call: cst.Call, value: Value, place: Place) -> Meaning | None:
        argument = self.argument(call, value.argument)
        given = self._meaning(argument) if argument is not None else None
        if given is None:
            return None
        sheet = self._sheet(value)
        return replace(
            given,
            kind=Kind[value.kind],
            trail=(*given.trail, place),
            sheet=sheet,
            path=value.path,
            name=value.name,
            origin=given if given.kind in _TAKEN_FROM else given.origin,
            from_exception=value.from_exception,
            expression=call,
        )

    def _sheet(self, value: Value) -> TypeSheet | None:
        return self._types.type(value.type) if value.type else None

    def argument(self, call: cst.Call, key: int | str | None) -> cst.BaseExpression | None:
        """The argument at a position or with a name."""
        position = 0
        for argument in call.args:
            if argument.keyword is not None:
                if argument.keyword.value == key:
                    return argument.value
            elif not argument.star:
                if position == key:
                    return argument.value
                position += 1
        return None
