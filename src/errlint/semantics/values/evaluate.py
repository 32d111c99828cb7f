"""The meaning of an expression: follows names, attributes, calls and subscripts back to the HTTP call they came from.

Demand-driven and remembered per node, so the cost is linear in what is asked (:mod:`errlint.semantics.questions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.errors.carried import Carried
from errlint.semantics.errors.chosen import Chosen
from errlint.semantics.errors.handlers import Handlers
from errlint.semantics.errors.http_calls import HttpCalls
from errlint.semantics.errors.raises import Raises
from errlint.semantics.errors.thrown import Exceptions
from errlint.semantics.meaning import Kind, Meaning, Place
from errlint.semantics.program.closed import class_named
from errlint.semantics.program.constants import Constants
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.handling import Handler
from errlint.semantics.program.names import Names, dotted
from errlint.semantics.program.narrowing import Narrowings
from errlint.semantics.program.scopes import Binding, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.project.imported import Imported
from errlint.semantics.questions import Questions
from errlint.semantics.values.annotations import Annotations
from errlint.semantics.values.binding import ApiBinding
from errlint.semantics.values.called import Called
from errlint.semantics.values.callees import Callees
from errlint.semantics.values.class_members import ClassMembers, Member, is_property
from errlint.semantics.values.inside import Inside
from errlint.semantics.values.items import Items
from errlint.semantics.values.objects import Objects
from errlint.semantics.values.own_answers import OwnAnswers
from errlint.semantics.values.records import Records
from errlint.semantics.values.serving import Serving
from errlint.semantics.values.statuses import Statuses
from errlint.semantics.values.texts import TEXTS, Texts, several
from errlint.semantics.values.typed import Typed
from errlint.semantics.values.types import Types, shown
from errlint.semantics.values.unknown import Unknown
from errlint.semantics.values.variables import Variables
from errlint.sheets.library import TypeSheet


class Evaluator:
    """Answers "what does this mean?" for the expressions of one file."""

    def __init__(
        self,
        tree: Tree,
        scopes: Scopes,
        names: Names,
        constants: Constants,
        functions: Functions,
        *,
        types: Types,
        binding: ApiBinding,
        imported: Imported | None,
        given: Mapping[cst.CSTNode, Meaning],
    ) -> None:
        self._scopes = scopes
        self._names = names
        self._constants = constants
        self._types = types
        self._binding = binding
        self._functions = functions
        self._annotations = Annotations(tree, scopes, names, types)
        self._typed = Typed(self._annotations, types, binding)
        self._texts = Texts(self.meaning)
        self._members = ClassMembers(scopes, constants, types, imported)
        self.serving = Serving(tree, names, functions, types)
        own = OwnAnswers(tree, scopes, names, functions, annotations=self._annotations, serving=self.serving, speeches=types.speeches)
        self._unknown = Unknown(tree, scopes, self._annotations, types=types, own=own, binding=binding)
        self._inside = Inside(types, self._unknown)
        self._narrowings = Narrowings(tree, scopes)
        self._objects = Objects(tree, scopes, types, self.meaning)
        self.callees = Callees(tree, names, functions, self._members, types=types, binding=binding, imported=imported, meaning=self.meaning)
        self._records = Records(tree, scopes, constants, functions, types=types, runs=self.callees.here)
        self._items = Items(constants, self._records, self.meaning)
        self.http = HttpCalls(tree, self.callees, self.meaning)
        self.statuses = Statuses(tree, self.meaning, names.qualified, lambda value: list(constants.values(value)), self._predicate)
        self.carried_by = Carried(tree, names, types, imported, self.meaning)
        self.exceptions = Exceptions(
            tree,
            names,
            functions,
            self.callees,
            types=types,
            annotations=self._annotations,
            chosen=Chosen(
                scopes,
                constants.values,
                self.statuses.number,
                lambda value: class_named(value) or types.named(value),
                self.statuses.possible_at,
            ),
            carried=self.carried_by,
            possible_at=self.statuses.possible_at,
        )
        self.raises = Raises(
            tree,
            names,
            self.callees,
            self.http,
            types=types,
            meaning=self.meaning,
            possible_at=self.statuses.possible_at,
            exceptions=self.exceptions,
        )
        self._handlers = Handlers(
            tree,
            scopes,
            self.callees,
            types=types,
            binding=binding,
            http=self.http,
            raises=self.raises,
            meaning=self.meaning,
        )
        self._called = Called(
            tree,
            functions,
            self.callees,
            self._handlers,
            types=types,
            binding=binding,
            inside=self._inside,
            members=self._members,
            typed=self._typed,
            items=self._items,
            texts=self._texts,
            meaning=self.meaning,
        )
        self._variables = Variables(
            tree,
            functions,
            self.callees,
            self._handlers,
            types=types,
            binding=binding,
            typed=self._typed,
            inside=self._inside,
            unknown=self._unknown,
            objects=self._objects,
            given=given,
            meaning=self.meaning,
        )
        self._questions: Questions[Meaning] = Questions()

    def meaning(self, expression: cst.BaseExpression) -> Meaning | None:
        """What the expression is, with its trail; None when nothing shows that it has to do with HTTP."""
        return self._questions.ask(expression, self._with_expression)

    def _with_expression(self, expression: cst.BaseExpression) -> Meaning | None:
        found = self._evaluate(expression)
        return replace(found, expression=expression) if found is not None and found.expression is None else found

    def _evaluate(self, expression: cst.BaseExpression) -> Meaning | None:
        match expression:
            case cst.Name():
                return self._name(expression)
            case cst.Attribute():
                return self._attribute(expression)
            case cst.Call():
                return self._called.meaning(expression)
            case cst.Subscript():
                return self._subscript(expression)
            case cst.Await(expression=inner) | cst.NamedExpr(value=inner):
                return self.meaning(inner)
            case cst.BooleanOperation(left=left, right=right, operator=joined):
                # `a and b` is b, or an a that is false; `a or b` may be either
                return self.meaning(right) if isinstance(joined, cst.And) else self._first(left, right)
            case cst.IfExp(body=body, orelse=orelse):
                return self._first(body, orelse)
            case cst.BinaryOperation(left=left, right=right, operator=cst.Add()):
                return self._text(self._first(left, right))
            case cst.BinaryOperation(left=cst.SimpleString() | cst.ConcatenatedString(), right=right, operator=cst.Modulo()):
                return self._texts.woven(
                    expression, [element.value for element in right.elements] if isinstance(right, cst.Tuple) else [right]
                )
            case cst.FormattedString(parts=parts):
                return self._texts.woven(expression, [part.expression for part in parts if isinstance(part, cst.FormattedStringExpression)])
            case cst.ConcatenatedString(left=left, right=right):
                return self._first(left, right)
            case cst.ListComp(elt=each) | cst.SetComp(elt=each) | cst.GeneratorExp(elt=each):
                return several(self._text(self.meaning(each)), expression)
            case _:
                return None

    def _first(self, *expressions: cst.BaseExpression) -> Meaning | None:
        return _most_telling(map(self.meaning, expressions))

    def _text(self, meaning: Meaning | None) -> Meaning | None:
        return meaning if meaning is not None and meaning.kind in TEXTS else None

    def _predicate(self, call: cst.Call) -> tuple[int, int] | None:
        """For which statuses a function of another module may and must be true."""
        summary = self.callees.elsewhere(call)
        return summary.predicate if summary is not None else None

    def returned_by_annotation(self, function: cst.FunctionDef) -> Meaning | None:
        """What a function returns by its annotation (``-> httpx.Response``)."""
        return self._called.returned_by_annotation(function)

    def used_as_response(self, name: cst.Name, node: cst.CSTNode) -> Place | None:
        """Where a value that ``node`` binds to a name is used as only responses are."""
        return self._unknown.telling_use(name, node)

    def callers(self, function: cst.FunctionDef) -> list[cst.Call]:
        """The calls of this file that run a function; for a constructor, those that make an object with it."""
        return [*self._functions.calls_of(function), *self._objects.makings_of(function)]

    def type_names(self, expression: cst.BaseExpression) -> list[str]:
        """The exception types that an expression names, tuples taken apart."""
        return self._handlers.caught_types.named(expression)

    def tells_all_types(self, expression: cst.BaseExpression) -> bool:
        """Whether :meth:`type_names` knows all types that an expression may stand for."""
        return self._handlers.caught_types.tells_all(expression)

    # names ---------------------------------------------------------------------------------------------------------------------

    def _name(self, name: cst.Name) -> Meaning | None:
        narrowed = self._narrowed(name)
        if narrowed is not None:
            return narrowed
        found = _most_telling(map(self.bound, self._scopes.reaching(name)))
        if found is not None:
            return replace(found, expression=name)
        return self._elsewhere(name) or self._unknown.meaning(name)

    def _elsewhere(self, expression: cst.BaseExpression) -> Meaning | None:
        """A variable of another module."""
        name = self._names.qualified(expression)
        return self.callees.kept(expression, name) if name is not None and is_first_party(name) else None

    def _narrowed(self, name: cst.Name | cst.Attribute) -> Meaning | None:
        """What ``isinstance(name, T)`` in a test on the way to the use says of it."""
        tests = self._narrowings.at(name) if isinstance(name, cst.Name) else self._narrowings.at_attribute(name)
        return next((found for test in tests if (found := self.sorted_by(test, test.args[1].value, name)) is not None), None)

    def sorted_by(self, test: cst.BaseExpression, kind_of: cst.BaseExpression, name: cst.BaseExpression) -> Meaning | None:
        """What ``isinstance(name, kind_of)`` says of the value, where it is true; or another test that asks that."""
        written = dotted(name)
        for sheet in self.type_sheets(kind_of):
            api = self._binding.of_name(self._types.library_name(sheet), name)
            return self._typed.of_type(sheet, Place(test, f"`{written}` is a `{shown(sheet.name)}`"), api, name)
        kind = self._unknown.exception_named(kind_of)
        if kind is None:
            return None
        # what is expected of it is told in the same branch, not by tests of other types
        return Meaning(Kind.EXCEPTION, (Place(test, f"`{written}` is a `{kind}`"),), expression=name, proven=False)

    def type_sheets(self, expression: cst.BaseExpression) -> Iterator[TypeSheet]:
        """The sheets of the types that an expression names, tuples taken apart."""
        options = [element.value for element in expression.elements] if isinstance(expression, cst.Tuple) else [expression]
        for option in options:
            sheet = self._types.type(self._types.named(option) or "")
            if sheet is not None:
                yield sheet

    def caught(self, handler: Handler) -> Meaning | None:
        """The exception that a handler catches, named or not."""
        return self._handlers.meaning(handler)

    def carried(self, handler: Handler) -> dict[str, str]:
        """What the exceptions of the project that a handler catches are seen to keep of an answer, in the words of sheets."""
        return self._handlers.carried(handler)

    def bound(self, binding: Binding) -> Meaning | None:
        """What a name means because of one of its bindings."""
        return self._questions.ask(binding, self._variables.meaning)

    # attributes and items ------------------------------------------------------------------------------------------------------

    def _attribute(self, attribute: cst.Attribute) -> Meaning | None:
        narrowed = self._narrowed(attribute)
        if narrowed is not None:
            return narrowed
        base = self.meaning(attribute.value)
        own = self._members.find(base.sheet, attribute.attr.value) if base is not None and base.sheet is not None else None
        if base is not None and base.kind is not Kind.INSTANCE and own is None:
            return self._inside.member(base, attribute.attr.value, attribute)
        written = ((value, self.meaning(value)) for value in self._constants.attribute_values(attribute))
        kept = [found.via(value, f"kept in `{dotted(attribute)}`") for value, found in written if found is not None]
        # `session: Session = MISSING` is a session as soon as it is of any use
        kept.sort(key=lambda meaning: meaning.kind is Kind.INSTANCE)
        if kept and kept[0].kind is not Kind.INSTANCE:
            return kept[0]
        found = self._declared_attribute(attribute) or next(iter(kept), None)
        if found is None and own is not None:
            found = self._of_project(own, attribute)
            if found is not None:
                found = self._given_response(found, base, attribute) or self._of_exception(found, base)
        if found is None and own is not None and base is not None:
            given = self._records.field(base, attribute.attr.value)
            found = self._items.kept(given, f".{attribute.attr.value}") if given is not None else None
        if found is None and base is not None and own is None:
            found = self._set_below(attribute, base)
        if found is None and base is not None:
            return self._inside.member(base, attribute.attr.value, attribute)
        return found or self._elsewhere(attribute)

    def _set_below(self, attribute: cst.Attribute, base: Meaning) -> Meaning | None:
        """What subclasses of this file set an attribute to that their base class reads, where all of them set it to the same."""
        owner = self._types.own_class(base)
        values = self._members.values_below(owner, attribute.attr.value) if owner is not None else []
        found = [self.meaning(value) for value in values]
        same = {(one.kind, one.sheet.name if one.sheet is not None else "") for one in found if one is not None}
        first = found[0] if len(same) == 1 and None not in found else None
        return first.via(values[0], f"kept in `{dotted(attribute)}`") if first is not None else None

    def _given_response(self, found: Meaning, base: Meaning | None, attribute: cst.Attribute) -> Meaning | None:
        """The response that an exception is raised with: of the library that gave it, where its class only uses it as some response."""
        if base is None or base.kind is not Kind.EXCEPTION or not base.proven or found.kind is not Kind.RESPONSE:
            return None
        given = self._inside.member(base, attribute.attr.value, attribute)
        return given if given is not None and given.kind is Kind.RESPONSE else None

    def _of_exception(self, found: Meaning, base: Meaning | None) -> Meaning:
        """What an exception of the project keeps of an answer is that of an error."""
        if base is None or base.kind is not Kind.EXCEPTION or not base.proven:
            return found
        origin = base if found.origin is None else replace(found.origin, origin=found.origin.origin or base)
        return replace(found, origin=origin, trail=(*base.trail, *(place for place in found.trail if place not in base.trail)))

    def own_member(self, base: Meaning, name: str, at: cst.BaseExpression) -> Meaning | None:
        """What a member means that a class of the project defines itself, as ``at`` would read it."""
        own = self._members.find(base.sheet, name) if base.sheet is not None else None
        return self._of_project(own, at) if own is not None else None

    def defines(self, sheet: TypeSheet, name: str) -> bool:
        """Whether a type is a class of the project that has this member, itself or from another class of the project."""
        return self._members.find(sheet, name) is not None

    def bound_to(self, sheet: TypeSheet, name: str) -> Iterator[cst.BaseExpression]:
        """The expressions of this file that a member of a type is bound to."""
        member = self._members.find(sheet, name)
        return self._members.values(member) if member is not None else iter(())

    def _of_project(self, member: Member, attribute: cst.BaseExpression) -> Meaning | None:
        """An attribute or a property that a class of the project defines."""
        if member.elsewhere:
            return self.callees.kept(attribute, member.elsewhere)
        for value in self._members.values(member):
            found = self.meaning(value)
            if found is not None:
                return found.via(value, f"kept in `{dotted(attribute) or f'.{member.name}'}`")
        returned = (
            value for function in self._members.functions(member) if is_property(function) for value in self._functions.returned(function)
        )
        computed = next((found for found in map(self.meaning, returned) if found is not None), None)
        return computed or (self.field(member.owner, member.name) if member.owner is not None else None)

    def field(self, definition: cst.ClassDef, name: str) -> Meaning | None:
        """What a field of a record stands for, where all that the file makes are given the same for it."""
        return self._objects.field(definition, name)

    def _declared_attribute(self, attribute: cst.Attribute) -> Meaning | None:
        owner = self._constants.owner(attribute)
        if owner is None:
            return None
        name = attribute.attr.value
        bindings = (*self._scopes.bindings(name, owner), *self._constants.declared(owner, name))
        found = map(self._variables.annotated, bindings)
        return next((meaning for meaning in found if meaning is not None), None)

    def _subscript(self, subscript: cst.Subscript) -> Meaning | None:
        base = self.meaning(subscript.value)
        if len(subscript.slice) != 1:
            return None
        index = subscript.slice[0].slice
        if not isinstance(index, cst.Index):
            return base if base is not None and base.kind in TEXTS else None
        key = self._items.key(index.value)
        if key is None:
            return None
        return self._items.under(subscript.value, key) if base is None else self._inside.item(base, key, subscript)

    def part(self, base: Meaning, name: str | int, expression: cst.BaseExpression) -> Meaning | None:
        """What stands under a key of a mapping, or in an attribute of an object."""
        return self._inside.part(base, name, expression)


def _most_telling(meanings: Iterable[Meaning | None]) -> Meaning | None:
    """The first of the meanings that a value may have; a message rather than a header that stands in for it."""
    header: Meaning | None = None
    for found in meanings:
        if found is not None and found.kind is not Kind.HEADER:
            return header if header is not None and found.kind is not Kind.MESSAGE else found
        header = header or found
    return header
