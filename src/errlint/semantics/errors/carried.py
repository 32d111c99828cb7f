"""What exceptions of the project carry: ``raise ApiError(message, body=response.text)``, where ``__init__`` keeps ``body`` as its own.

An attribute is what the ``raise`` gives for the parameter that the constructor keeps in it. It is said in the words of sheets, so that it
holds wherever the class is caught, in whatever module that is.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Iterator

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.constants import assigned
from errlint.semantics.program.functions import arguments, fields, is_super_init
from errlint.semantics.program.names import Names, called, dotted
from errlint.semantics.program.scopes import How, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.project.imported import Imported
from errlint.semantics.project.summaries import Making
from errlint.semantics.values.class_members import is_static
from errlint.semantics.values.inside import KIND_OF, part_of_body
from errlint.semantics.values.types import Types

Carries = tuple[tuple[str, str, str], ...]
"""Types of exceptions, attributes that they have, and what these hold, in the words of sheets."""
_WORDS: dict[Kind, str] = {kind: word for word, kind in KIND_OF.items() if kind not in (Kind.OK, Kind.CALL)}
_SAYING = (Kind.TEXT, Kind.BODY, Kind.MESSAGE, Kind.REASON, Kind.EXCEPTION)
CODE = "code"
"""All that an exception is made with is a code: nobody words it."""
_VALUES = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)


def is_builtin(name: str) -> bool:
    """Whether a name is that of an exception of Python itself."""
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, Exception)


def is_of_python(name: str) -> bool:
    """Whether a name is that of an exception of Python itself, and of one kind: not ``Exception``."""
    return is_builtin(name) and name != "Exception"


def is_of_unknown_library(name: str) -> bool:
    """Whether a dotted name is that of something that is imported from elsewhere; it has no sheet, which is for who asks to know."""
    root, _, rest = name.partition(".")
    return bool(rest) and root not in sys.stdlib_module_names and not is_first_party(name)


def takes(caught: str, raised: str) -> bool:
    """Whether a handler of one type takes another, of Python or of a library that is not known, as far as the names tell."""
    if not is_builtin(caught) or not is_builtin(raised):
        return caught == raised
    return issubclass(getattr(builtins, raised), getattr(builtins, caught))


class Carried:
    """Answers for one file.

    :param meaning: what an expression means.
    """

    def __init__(
        self,
        tree: Tree,
        names: Names,
        types: Types,
        imported: Imported | None,
        meaning: Callable[[cst.BaseExpression], Meaning | None],
    ) -> None:
        self._tree = tree
        self._names = names
        self._types = types
        self._imported = imported
        self._meaning = meaning

    def of(self, made: cst.Call, name: str) -> Carries:
        """What an exception of this type carries that a call makes.

        One of Python itself has nothing but what it is made with, and of one of a library that no sheet knows, nothing else is known.
        """
        if is_builtin(name) or (is_of_unknown_library(name) and self._types.type(name) is None):
            whole = self._whole(made)
            return ((name, "args", whole),) if whole == CODE or self.says(made) else ()
        given = {key: word for key, value in arguments(made) if (word := self._word(value))}
        found: dict[str, str] = {}
        for ancestor in self._types.ancestors(name) if given else ():
            making = self._making(ancestor.name)
            if making is None:
                continue
            known = {making.parameters[key] if isinstance(key, int) else key: word for key, word in given.items() if _fits(key, making)}
            for attribute, parameter in making.kept:
                if parameter in known:
                    found.setdefault(attribute, known[parameter])
            given = {key: known[parameter] for key, parameter in making.handed if parameter in known}
        return tuple((name, attribute, word) for attribute, word in found.items())

    def _whole(self, made: cst.Call) -> str:
        """What the one value that an exception is made with is, where that is a part of a body, no message; a text for all else."""
        given = made.args[0] if len(made.args) == 1 else None
        found = self._meaning(given.value) if given is not None and not given.star else None
        is_part = found is not None and found.proven and is_plain_part(found)
        return (self._word(given.value) if is_part and given is not None else "") or "text"

    def says(self, made: cst.Call) -> bool:
        """Whether a call is given what a server said."""
        return any(self._holds_text(argument.value) for argument in made.args)

    def _holds_text(self, value: cst.BaseExpression) -> bool:
        """Whether what a server said is written into a text."""
        parts = (self._meaning(node) for node in (value, *self._tree.below(value)) if isinstance(node, _VALUES))
        return any(found is not None and found.proven and found.kind in _SAYING for found in parts)

    def _making(self, name: str) -> Making | None:
        if is_first_party(name):
            return self._imported.making(name) if self._imported is not None else None
        definition = self._types.definition(name)
        return making_of(definition, self._tree, self._names, self._types) if definition is not None else None

    def _word(self, value: cst.BaseExpression) -> str:
        """What a value is, in the words of sheets; "" where that cannot be said."""
        found = self._meaning(value)
        if found is None:
            return "retry-after" if self._is_made_of_the_wait(value) else ""
        if not found.proven or found.from_exception or not self._is_one_thing(value, found):
            return ""
        if found.kind is Kind.BODY and found.path:
            return part_of_body(found.path)
        if found.kind is Kind.RESPONSE and found.sheet is not None and not self._types.is_of_project(found.sheet):
            return found.sheet.name
        return _WORDS.get(found.kind, "")

    def _is_made_of_the_wait(self, value: cst.BaseExpression) -> bool:
        """``seconds(response.headers.get("Retry-After"))``."""
        parts = (self._meaning(node) for node in self._tree.inside(value, cst.Call, cst.Subscript, cst.Name, into_functions=False))
        return any(found is not None and found.kind is Kind.RETRY_AFTER for found in parts)

    def _is_one_thing(self, value: cst.BaseExpression, found: Meaning) -> bool:
        """Whether a name is the same whatever way led here: not the body, decoded, and its text where that failed."""
        if not isinstance(value, cst.Name):
            return True
        options = (self._meaning(one.value) for one in self._names.scopes.reaching(value) if one.how is How.VALUE and one.value is not None)
        return all(option is None or option.kind is found.kind for option in options)


def is_plain_part(value: Meaning) -> bool:
    """Whether a value is a code, or stands in a body under a key that is none of a message."""
    return value.kind is Kind.CODE or (value.kind is Kind.BODY and bool(value.path))


def making_of(definition: cst.ClassDef, tree: Tree, names: Names, types: Types) -> Making | None:
    """How instances of a class are made, if the class says so itself."""
    constructor = next(
        (bound.node for bound in names.scopes.bindings("__init__", definition) if isinstance(bound.node, cst.FunctionDef)), None
    )
    if constructor is None:
        if not any(types.makes_record(names.qualified(called(decorator.decorator)) or "") for decorator in definition.decorators):
            return None
        names_of_fields = tuple(fields(definition))
        return Making(names_of_fields, tuple((name, name) for name in names_of_fields))
    if is_static(constructor):
        return None
    params = (*constructor.params.posonly_params, *constructor.params.params)[1:]
    parameters = tuple(parameter.name.value for parameter in (*params, *constructor.params.kwonly_params))
    kept: list[tuple[str, str]] = []
    handed: list[tuple[int | str, str]] = []
    for node in tree.inside(constructor.body, cst.Assign, cst.AnnAssign, cst.Call, into_functions=False):
        if isinstance(node, cst.Call):
            if is_super_init(node):
                handed += [(key, parameter) for key, value in arguments(node) if (parameter := _parameter(value, parameters))]
            continue
        assert isinstance(node, (cst.Assign, cst.AnnAssign))
        for target, value in assigned(node):
            parameter, member = _parameter(value, parameters), dotted(target) or ""
            if parameter and member.startswith("self.") and member.count(".") == 1:
                kept.append((member.removeprefix("self."), parameter))
    return Making(parameters, tuple(kept), tuple(handed))


def put_into_records(given: Iterable[cst.CSTNode], scopes: Scopes) -> Iterator[cst.BaseExpression]:
    """What stands in the dicts that names stand for: ``answer = {"status": response.status_code}`` and ``raise ApiError(answer)``."""
    for name in given:
        for binding in scopes.reaching(name) if isinstance(name, cst.Name) else ():
            record = binding.value if binding.how is How.VALUE and not binding.path else None
            yield from (element.value for element in record.elements) if isinstance(record, cst.Dict) else ()


def _fits(key: int | str, making: Making) -> bool:
    return key in making.parameters if isinstance(key, str) else key < len(making.parameters)


def _parameter(value: cst.BaseExpression, parameters: tuple[str, ...]) -> str:
    """The parameter that a value is, or is unless that is nothing: ``body``, ``body or {}``; "" for any other value."""
    if isinstance(value, cst.BooleanOperation) and isinstance(value.operator, cst.Or):
        value = value.left
    return value.value if isinstance(value, cst.Name) and value.value in parameters else ""
