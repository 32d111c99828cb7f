"""The types that a file can name: those of library sheets, and the classes of the project, which may inherit from them.

A class of the project has a sheet like that of a library. What it says is what is inherited; what its own members mean is asked of the
members (:mod:`errlint.semantics.values.class_members`), and whether an exception stands for a status is seen where it is raised.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest

import libcst as cst
import msgspec

from errlint.first_party import file_and_path, is_first_party
from errlint.semantics.errors.own_statuses import STATUS_NAMES, compares_status, fixed_by, reads_answer
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.names import Names, dotted
from errlint.semantics.program.scopes import How, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.project.imported import Imported
from errlint.semantics.project.summaries import Fixed, RaisedFor
from errlint.sheets.libraries import Libraries
from errlint.sheets.library import Argument, FunctionSheet, TypeSheet, ancestors
from errlint.sheets.speech import Speeches

STATUS_ATTRIBUTES = {
    "status_code": "status", "status": "status", "http_status": "status", "http_status_code": "status", "message": "message",
    "msg": "message", "detail": "message", "body": "body", "headers": "headers", "request_id": "request-id", "retry_after": "retry-after",
    "reason": "reason", "error_code": "code", "text": "text",
}  # fmt: skip
"""What attributes of an exception mean that is known to be made of an answer."""
_STATUS_PARAMETERS = frozenset({"status_code", "http_status", "http_status_code"})
_BESIDE_A_RESPONSE = frozenset({"code", "status", "reason", "body", "headers", "request_id"})
"""A response of HTTP, not that of a person or a model, is given with one of these."""
_WITH_A_REQUEST = frozenset({"request", "body"})
"""A request and the body of its answer are both given."""
UNKNOWN_TYPE = "?"
"""Stands for a type that cannot be told."""


def shown(name: str) -> str:
    """A type or function as people call it: without the file that defines it."""
    return name.rpartition(":")[2]


class Types:
    """Answers for the names of one file. A class of the file itself goes by its plain name."""

    def __init__(self, tree: Tree, scopes: Scopes, names: Names, libraries: Libraries, imported: Imported | None) -> None:
        self._tree = tree
        self._scopes = scopes
        self._names = names
        self._libraries = libraries
        self._imported = imported
        self._local: dict[str, TypeSheet | None] = {}
        self._numbers: dict[cst.ClassDef, Fixed] = {}

    def named(self, expression: cst.BaseExpression) -> str | None:
        """The name of the type that an expression stands for, as far as it is one."""
        name = self._names.qualified(expression)
        if name is not None:
            return name
        plain = dotted(expression)
        return plain if plain is not None and self.definition(plain) is not None else None

    def type(self, name: str) -> TypeSheet | None:
        """The type with this name."""
        if is_first_party(name):
            file, path = file_and_path(name)
            if self._imported is None or len(path) != 1:
                return None
            return self._own(path[0]) if file == self._imported.file else self._imported.type(name)
        return self._libraries.type(name) or self._own(name)

    def in_tuple(self, name: str) -> tuple[str, ...]:
        """The types that a name of another module stands for that is bound to several of them, or to another name of one."""
        return self._imported.type_names(name) if self._imported is not None and is_first_party(name) else ()

    def _own(self, name: str) -> TypeSheet | None:
        if name not in self._local:
            definition = self.definition(name)
            self._local[name] = None  # a class that inherits from itself inherits nothing
            if definition is not None:
                parents = [found for base in definition.bases if (found := self._base(base.value)) is not None]
                self._local[name] = sheet_of_class(name, parents, self.type)
        return self._local[name]

    def _base(self, expression: cst.BaseExpression) -> str | None:
        return self.named(expression.value if isinstance(expression, cst.Subscript) else expression)

    def definition(self, name: str) -> cst.ClassDef | None:
        """The class of this file's top level with this plain name."""
        for binding in self._scopes.bindings(name, self._tree.module):
            if binding.how is How.CLASS and isinstance(binding.node, cst.ClassDef):
                return binding.node
        return None

    def of_class(self, definition: cst.ClassDef) -> TypeSheet | None:
        """The type that a class of this file is; None for one inside of a function or a class."""
        name = definition.name.value
        return self.type(name) if self.definition(name) is definition else None

    def own_class(self, found: Meaning | None) -> cst.ClassDef | None:
        """The class of this file that a value is an instance of, and that is no library's."""
        return self.definition(found.sheet.name) if found is not None and found.kind is Kind.INSTANCE and found.sheet is not None else None

    def makes_exceptions(self, definition: cst.CSTNode | None) -> bool:
        """Whether a node is a class of this file whose objects are exceptions."""
        sheet = self.of_class(definition) if isinstance(definition, cst.ClassDef) else None
        return sheet is not None and sheet.is_a == "exception"

    def subclasses(self, definition: cst.ClassDef) -> Iterator[cst.ClassDef]:
        """The classes of this file that inherit from one of its classes."""
        sheet = self.of_class(definition)
        for found in self._tree.all(cst.ClassDef) if sheet is not None else ():
            inherits = any(ancestor is sheet for ancestor in self.ancestors(found.name.value))
            if inherits and found is not definition and self.definition(found.name.value) is found:
                yield found

    def ancestors(self, name: str) -> Iterable[TypeSheet]:
        """The type and everything it inherits from, nearest first; cycles end the walk."""
        return self._libraries.ancestors(name) or ancestors(name, self.type)

    def told_by(self, member: str) -> TypeSheet | None:
        """The type of a value of which nothing is known but that this member is read of it."""
        return self._libraries.told_by.get(member)

    def told_beside(self, attribute: str) -> tuple[TypeSheet, frozenset[str]] | None:
        """The type of a value whose status this attribute is, if any of these members are read of it as well."""
        return self._libraries.told_beside_status.get(attribute)

    @property
    def speeches(self) -> Speeches:
        """What the sheets say of code that serves."""
        return self._libraries.speeches

    def runners(self, word: str) -> Sequence[tuple[str, Argument]]:
        """The calls with this last word that run what they are given: the end of each one's dotted name, and the argument that it runs."""
        return self._libraries.runners.get(word, ())

    def function(self, name: str) -> FunctionSheet | None:
        """What a library sheet says of calls of this name."""
        return self._libraries.function(name)

    def decodes(self, name: str) -> bool:
        """Whether a function of this dotted name decodes JSON."""
        return name in self._libraries.decoders

    def makes_record(self, name: str) -> bool:
        """Whether a decorator of this dotted name makes the constructor of a class of its annotated names."""
        return name in self._libraries.records

    def method(self, sheet: TypeSheet, name: str) -> FunctionSheet | None:
        """What a library sheet says of a method of a type, own or inherited."""
        found = (self._libraries.own_method(ancestor, name) for ancestor in self.ancestors(sheet.name))
        return next((method for method in found if method is not None), None)

    def errors_of(self, name: str) -> tuple[str, ...]:
        """The most general exceptions that stand for a status, of the library that a name comes from or whose type it inherits from."""
        found = (self._libraries.errors_of(known) for known in (name, *(entry.name for entry in self.ancestors(name))))
        return next((errors for errors in found if errors), ())

    def is_answerless(self, sheet: TypeSheet) -> bool:
        """Whether an exception is a failure of the network: whatever its base class has for a response, it is without."""
        return any(entry.name in self._libraries.answerless for entry in self.ancestors(sheet.name))

    def from_status(self, sheet: TypeSheet) -> TypeSheet:
        """An exception of the project that is seen to be raised for a status."""
        return msgspec.structs.replace(self.made_of_answer(sheet), covers_status=True)

    def made_of_answer(self, sheet: TypeSheet) -> TypeSheet:
        """An exception that is known to be made of an answer, with what its attributes then mean."""
        return msgspec.structs.replace(sheet, attributes={**STATUS_ATTRIBUTES, **sheet.attributes})

    def takes_status(self, sheet: TypeSheet) -> bool:
        """Whether an exception of the project is given an HTTP status when it is made: ``ApiError(message, status_code=…)``.

        Not if it inherits from an exception of a library that no sheet knows: web frameworks answer with such exceptions.
        """
        above = list(self.ancestors(sheet.name))
        bases = {parent for entry in above for parent in entry.parents}
        if any(not is_first_party(base) and self.type(base) is None and not hasattr(builtins, base) for base in bases):
            return False
        taken = {name for entry in above for name in self._parameters(entry)}
        if taken & _STATUS_PARAMETERS or ("response" in taken and taken & _BESIDE_A_RESPONSE):
            return True
        own = [fixed for entry in above if self.is_of_project(entry) and (fixed := self._fixed(entry.name)) is not None]
        if any(fixed.answered or (fixed.compared and taken & STATUS_NAMES) for fixed in own):
            return True
        # the base of an SDK's errors; those that no answer stands behind are made of the request alone
        nearest = next((found for entry in above if (found := self._parameters(entry))), ())
        return _WITH_A_REQUEST.issubset(nearest)

    def _parameters(self, sheet: TypeSheet) -> tuple[str, ...]:
        """What a class of the project is made of: the parameters of its ``__init__``, without ``self``."""
        if is_first_party(sheet.name):
            return self._imported.parameters(sheet.name) if self._imported is not None else ()
        definition = self.definition(sheet.name)
        made = self._scopes.bindings("__init__", definition) if definition is not None else []
        functions = [binding.node for binding in made if isinstance(binding.node, cst.FunctionDef)]
        found = ((*function.params.posonly_params, *function.params.params, *function.params.kwonly_params)[1:] for function in functions)
        return tuple(parameter.name.value for parameters in found for parameter in parameters)

    def raised_for(self, sheet: TypeSheet) -> RaisedFor | None:
        """What an exception of another module is raised for there, if that are error answers alone."""
        return self._imported.raised_for(sheet.name) if self._imported is not None and is_first_party(sheet.name) else None

    def unwrapped(self, sheet: TypeSheet) -> tuple[str, ...]:
        """Where in the answer stands what an exception keeps as its body; empty where that is all of it."""
        return next(((found.unwrapped,) for found in self.ancestors(sheet.name) if found.unwrapped), ())

    def status_of(self, name: str) -> int:
        """The status that an exception of the project stands for by its own code; 0 where it may be any.

        A class above others has a default, and so has one that says no more than that the client or the server is at fault (400, 500; a
        client treats statuses that it does not know like these).
        """
        own = [entry for entry in self.ancestors(name) if self.is_of_project(entry) and entry.is_a == "exception"]
        for entry, above in zip_longest(own, own[1:]):
            fixed = self._fixed(entry.name)
            if fixed is None:
                continue
            parameters = self._parameters(above) if above is not None else ()
            handed = (number for position, number in fixed.handed if STATUS_NAMES.intersection(parameters[position : position + 1]))
            status = fixed.status or next(handed, 0)
            if status:
                return 0 if above is None and (entry.name != name or not status % 100) else status
        return 0

    def _fixed(self, name: str) -> Fixed | None:
        if is_first_party(name):
            return self._imported.fixed(name) if self._imported is not None else None
        definition = self.definition(name)
        return self.fixed(definition) if definition is not None else None

    def fixed(self, definition: cst.ClassDef) -> Fixed:
        """The numbers that a class of this file is made with; none where classes below it are made with others."""
        if definition not in self._numbers:
            self._numbers[definition] = self._fixed_by(definition)
        return self._numbers[definition]

    def _fixed_by(self, definition: cst.ClassDef) -> Fixed:
        found = fixed_by(definition, self._names.qualified)
        others = (fixed_by(below, self._names.qualified) for below in self.subclasses(definition)) if found != Fixed() else ()
        found = Fixed() if any(other not in (Fixed(), found) for other in others) else found
        compared, answered = compares_status(definition, self._tree), reads_answer(definition, self._tree)
        return msgspec.structs.replace(found, compared=compared, answered=answered) if compared or answered else found

    def is_of_project(self, sheet: TypeSheet) -> bool:
        """Whether the type is a class of the project."""
        return self._libraries.type(sheet.name) is None

    def library_name(self, sheet: TypeSheet) -> str:
        """The name of the type, or for a class of the project of the library's type that it inherits from."""
        return next((entry.name for entry in self.ancestors(sheet.name) if self._libraries.type(entry.name) is not None), sheet.name)


def sheet_of_class(name: str, parents: Sequence[str], type_of: Callable[[str], TypeSheet | None]) -> TypeSheet:
    """The sheet of a class of the project; ``parents`` are the names of its bases."""
    above = [sheet for parent in parents if (sheet := type_of(parent)) is not None]
    known = next((sheet for sheet in above if sheet.is_a != "class"), None)
    if known is not None:
        return msgspec.structs.replace(
            known,
            name=name,
            also=(),
            parents=tuple(parents),
            attributes={},
            methods={},
            covers_status=any(sheet.covers_status for sheet in above),
            carries_status=any(sheet.carries_status for sheet in above),
        )
    is_exception = any(_is_exception(parent) for parent in parents)
    return TypeSheet(name=name, is_a="exception" if is_exception else "class", parents=tuple(parents))


def _is_exception(name: str) -> bool:
    found = getattr(builtins, name, None)
    if isinstance(found, type):
        return issubclass(found, BaseException)
    # of a library that no sheet speaks of
    return not is_first_party(name) and name.endswith(("Error", "Exception"))
