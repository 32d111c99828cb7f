"""The meaning of an expression: follows names, attributes, calls and subscripts back to the HTTP call they came from.

Demand-driven and remembered per node, so the cost is linear in what is asked (:mod:`errlint.semantics.questions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import libcst as cst

from errlint.first_party import is_first_party
from errlint.library_sheets import TypeSheet
from errlint.semantics.annotations import Annotations
from errlint.semantics.binding import ApiBinding
from errlint.semantics.callees import Callees
from errlint.semantics.chosen import Chosen
from errlint.semantics.class_members import ClassMembers, Member, is_property
from errlint.semantics.constants import Constants, string_value
from errlint.semantics.fields import names_error
from errlint.semantics.functions import Functions
from errlint.semantics.handlers import Handlers
from errlint.semantics.http_calls import HttpCalls
from errlint.semantics.imported import Imported
from errlint.semantics.inside import KIND_OF, OF_TYPE, Inside, is_item
from errlint.semantics.meaning import Bound, Kind, Meaning, Place
from errlint.semantics.names import Names, dotted
from errlint.semantics.narrowing import Narrowings
from errlint.semantics.patterns import captured_path
from errlint.semantics.questions import Questions
from errlint.semantics.raises import Raises
from errlint.semantics.records import Records
from errlint.semantics.scopes import Binding, How, Scopes
from errlint.semantics.statuses import Statuses
from errlint.semantics.tree import Tree
from errlint.semantics.types import Types, shown
from errlint.semantics.unknown import Unknown

_SAME_TEXT = frozenset({
    "lower", "upper", "casefold", "strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix", "title", "capitalize", "decode",
    "encode", "expandtabs", "swapcase", "format",
})  # fmt: skip
_CASTS = frozenset({"typing.cast", "typing_extensions.cast"})
_PASSED_THROUGH = {
    **dict.fromkeys(_CASTS, 1),
    **dict.fromkeys(("asyncio.wait_for", "asyncio.shield", "asyncio.run", "copy.copy", "copy.deepcopy"), 0),
}
"""Functions that give back one of their arguments, by its position."""
_FOLDED = frozenset({"lower", "upper", "casefold", "strip"})
_TEXTS = (Kind.MESSAGE, Kind.TEXT, Kind.REASON, Kind.CODE)
_MADE = {
    "response": "a response",
    "exception": "an exception",
    "client": "a client",
    "object": "an object that does HTTP",
    "class": "an instance",
}


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
        self._tree = tree
        self._scopes = scopes
        self._names = names
        self._constants = constants
        self._types = types
        self._binding = binding
        self._functions = functions
        self._given = given
        self._annotations = Annotations(tree, scopes, names, types)
        self._members = ClassMembers(scopes, constants, types, imported)
        self._unknown = Unknown(tree, scopes, self._annotations, types)
        self._inside = Inside(types, self._unknown)
        self._narrowings = Narrowings(tree, scopes)
        self.callees = Callees(tree, names, functions, self._members, types=types, binding=binding, imported=imported, meaning=self.meaning)
        self._records = Records(tree, scopes, constants, functions, types=types, runs=self.callees.here)
        self.http = HttpCalls(tree, self.callees, self.meaning)
        self.statuses = Statuses(tree, self.meaning, names.qualified, lambda value: list(constants.values(value)), self._predicate)
        self.chosen = Chosen(constants.values, self.statuses.number, types.named)
        self.raises = Raises(
            tree,
            names,
            self.callees,
            self.http,
            types=types,
            meaning=self.meaning,
            possible_at=self.statuses.possible_at,
            chosen=self.chosen,
        )
        self._handlers = Handlers(
            tree,
            names,
            scopes,
            self.callees,
            types=types,
            binding=binding,
            http=self.http,
            raises=self.raises,
            imported=imported,
            meaning=self.meaning,
        )
        self._questions: Questions[Meaning] = Questions()

    def meaning(self, expression: cst.BaseExpression) -> Meaning | None:
        """What the expression is, with its trail; None when nothing shows that it has to do with HTTP."""
        return self._questions.ask(expression, lambda: self._with_expression(expression))

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
                return self._call(expression)
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
                return self._woven(expression, [element.value for element in right.elements] if isinstance(right, cst.Tuple) else [right])
            case cst.FormattedString(parts=parts):
                return self._woven(expression, [part.expression for part in parts if isinstance(part, cst.FormattedStringExpression)])
            case cst.ConcatenatedString(left=left, right=right):
                return self._first(left, right)
            case cst.ListComp(elt=each) | cst.SetComp(elt=each) | cst.GeneratorExp(elt=each):
                return _several(self._text(self.meaning(each)), expression)
            case _:
                return None

    def _first(self, *expressions: cst.BaseExpression) -> Meaning | None:
        return next((found for found in map(self.meaning, expressions) if found is not None), None)

    def _text(self, meaning: Meaning | None) -> Meaning | None:
        return meaning if meaning is not None and meaning.kind in _TEXTS else None

    def _predicate(self, call: cst.Call) -> tuple[int, int] | None:
        """For which statuses a function of another module may and must be true."""
        summary = self.callees.elsewhere(call)
        return summary.predicate if summary is not None else None

    def used_as_response(self, name: cst.Name, node: cst.CSTNode) -> Place | None:
        """Where a value that ``node`` binds to a name is used as only responses are."""
        return self._unknown.telling_use(name, node)

    def type_names(self, expression: cst.BaseExpression) -> list[str]:
        """The exception types that an expression names, tuples taken apart."""
        return self._handlers.named(expression)

    # names ---------------------------------------------------------------------------------------------------------------------

    def _name(self, name: cst.Name) -> Meaning | None:
        narrowed = self._narrowed(name)
        if narrowed is not None:
            return narrowed
        for binding in self._scopes.reaching(name):
            found = self.bound(binding)
            if found is not None:
                return replace(found, expression=name)
        return self._elsewhere(name) or self._unknown.meaning(name)

    def _elsewhere(self, expression: cst.BaseExpression) -> Meaning | None:
        """A variable of another module."""
        name = self._names.qualified(expression)
        return self.callees.kept(expression, name) if name is not None and is_first_party(name) else None

    def _of_type(self, sheet: TypeSheet, place: Place, api: Bound | None, expression: cst.BaseExpression | None = None) -> Meaning:
        """A value that is known to be of a type. An exception of the project may stand for anything."""
        open_ = sheet.is_a == "exception" and not sheet.covers_status and self._types.is_of_project(sheet)
        if open_ and self._types.takes_status(sheet):
            sheet, open_ = self._types.made_of_answer(sheet), False
        return Meaning(OF_TYPE[sheet.is_a], (place,), sheet, api, expression=expression, proven=not open_)

    def _narrowed(self, name: cst.Name | cst.Attribute) -> Meaning | None:
        """What ``isinstance(name, T)`` in a test on the way to the use says of it."""
        tests = self._narrowings.at(name) if isinstance(name, cst.Name) else self._narrowings.at_attribute(name)
        for test in tests:
            written = dotted(name)
            for sheet in self.type_sheets(test.args[1].value):
                api = self._binding.of_name(self._types.library_name(sheet), name)
                return self._of_type(sheet, Place(test, f"`{written}` is a `{shown(sheet.name)}`"), api, name)
            kind = self._unknown.exception_named(test.args[1].value)
            if kind is not None:
                # what is expected of it is told in the same branch, not by tests of other types
                return Meaning(Kind.EXCEPTION, (Place(test, f"`{written}` is a `{kind}`"),), expression=name, proven=False)
        return None

    def type_sheets(self, expression: cst.BaseExpression) -> Iterator[TypeSheet]:
        """The sheets of the types that an expression names, tuples taken apart."""
        options = [element.value for element in expression.elements] if isinstance(expression, cst.Tuple) else [expression]
        for option in options:
            sheet = self._types.type(self._types.named(option) or "")
            if sheet is not None:
                yield sheet

    def caught(self, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> Meaning | None:
        """The exception that a handler catches, named or not."""
        return self._handlers.meaning(handler)

    def bound(self, binding: Binding) -> Meaning | None:
        """What a name means because of one of its bindings."""
        return self._questions.ask(binding, lambda: self._bound(binding))

    def _bound(self, binding: Binding) -> Meaning | None:
        match binding.how:
            case How.EXCEPT:
                return self._handlers.caught(binding)
            case How.PARAMETER:
                return self._parameter(binding)
            case How.DECLARED:
                return self._annotated(binding)
            case How.MATCH:
                return self._captured(binding)
            case How.VALUE | How.WITH | How.ITEM | How.AUGMENTED if binding.value is not None:
                annotated = self._annotated(binding)
                if annotated is not None:
                    return annotated
                if binding.path:
                    return self._unpacked(binding) if binding.how is How.VALUE else self._walked(binding)
                found = self.meaning(binding.value)
                if found is None:
                    return None
                if binding.how is How.ITEM:
                    return self._inside.item(found, "*", binding.value)
                return self._kept(found, binding)
            case _:
                return None

    def _kept(self, meaning: Meaning, binding: Binding) -> Meaning:
        return meaning.via(binding.node, f"kept in `{binding.name}`")

    def _unpacked(self, binding: Binding) -> Meaning | None:
        """``a, b = f()`` where the tuple itself is written out."""
        value = binding.value.expression if isinstance(binding.value, cst.Await) else binding.value
        summary = self.callees.elsewhere(value) if isinstance(value, cst.Call) else None
        if isinstance(value, cst.Call) and summary is not None:
            item = summary.items[binding.path[0]] if len(binding.path) == 1 and binding.path[0] < len(summary.items) else None
            found = self.callees.returned(value, summary, item, self._client(value))
            return None if found is None else self._kept(found, binding)
        found = self._at(value, binding.path) if value is not None else None
        return None if found is None else self._kept(found, binding)

    def _at(self, value: cst.BaseExpression, path: tuple[int, ...]) -> Meaning | None:
        """What stands at a path of positions: in a tuple that is written out, or in the first that is returned and has a meaning there."""
        if not path:
            return self.meaning(value)
        tuples = list(self._functions.returned_tuples(value))
        for written in tuples:
            element = written.elements[path[0]] if path[0] < len(written.elements) else None
            found = self._at(element.value, path[1:]) if element is not None else None
            if found is not None:
                return found
        # `why, *rest = e.args`
        found = self.meaning(value) if not tuples else None
        for position in path:
            found = self._inside.item(found, position, value) if found is not None else None
        return found

    def _walked(self, binding: Binding) -> Meaning | None:
        """The second variable of ``for field, x in errors.items()`` and of ``for index, x in enumerate(errors)``."""
        call = binding.value
        if binding.how is not How.ITEM or binding.path != (1,) or not isinstance(call, cst.Call):
            return None
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "items":
            walked = call.func.value
        elif isinstance(call.func, cst.Name) and call.func.value == "enumerate" and call.args:
            walked = call.args[0].value
        else:
            return None
        found = self.meaning(walked)
        return self._inside.item(found, "*", walked) if found is not None else None

    def _annotated(self, binding: Binding) -> Meaning | None:
        if binding.annotation is None:
            return None
        for name in self._annotations.types(binding.annotation):
            sheet = self._types.type(name)
            if sheet is not None:
                place = Place(binding.node, f"`{binding.name}` is annotated as `{shown(sheet.name)}`")
                return self._of_type(sheet, place, self._binding.of_name(self._types.library_name(sheet), binding.node))
        return None

    def _parameter(self, binding: Binding) -> Meaning | None:
        given = self._given.get(binding.node) or self._instance(binding)
        if given is not None:
            return given
        annotated = self._annotated(binding)
        if annotated is not None and annotated.proven:
            return annotated
        passed = [found for found in map(self.meaning, self._functions.passed_for(binding)) if found is not None and found.proven]
        if not passed:
            return annotated or self._unknown.exception(binding)
        # a helper of several APIs knows the codes of none of them
        return replace(passed[0], api=self._binding.of_calls(passed)).via(binding.node, f"passed as `{binding.name}`")

    def _instance(self, binding: Binding) -> Meaning | None:
        """``self`` and ``cls`` in the methods of a class."""
        if binding.name not in ("self", "cls"):
            return None
        definition = self._tree.enclosing(binding.node, cst.ClassDef)
        sheet = self._types.of_class(definition) if definition is not None else None
        if sheet is None:
            return None
        if sheet.is_a == "exception" and self._types.takes_status(sheet):
            return self._of_type(sheet, Place(binding.node, f"an instance of `{shown(sheet.name)}`, which is made with a status"), None)
        kind = OF_TYPE[sheet.is_a] if sheet.is_a in ("client", "object") else Kind.INSTANCE
        return Meaning(kind, (Place(binding.node, f"an instance of `{shown(sheet.name)}`"),), sheet)

    def _captured(self, binding: Binding) -> Meaning | None:
        """``case text if "limit" in text`` or ``case {"message": text}``."""
        captured = captured_path(self._tree, binding.node) if isinstance(binding.node, cst.MatchAs) else None
        if captured is None:
            return None
        subject, keys = captured
        found = self.meaning(subject)
        for key in keys:
            found = self._inside.item(found, key, subject) if found is not None else None
        return None if found is None else self._kept(found, binding)

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
                found = self._of_exception(found, base)
        if found is None and own is not None and base is not None:
            given = self._records.field(base, attribute.attr.value)
            found = self._from_record(given, f".{attribute.attr.value}") if given is not None else None
        if found is None and base is not None:
            return self._inside.member(base, attribute.attr.value, attribute)
        return found or self._elsewhere(attribute)

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
        return next((found for found in map(self.meaning, returned) if found is not None), None)

    def _declared_attribute(self, attribute: cst.Attribute) -> Meaning | None:
        owner = self._constants.owner(attribute)
        if owner is None:
            return None
        name = attribute.attr.value
        found = (self._annotated(binding) for binding in (*self._scopes.bindings(name, owner), *self._constants.declared(owner, name)))
        return next((meaning for meaning in found if meaning is not None), None)

    def _subscript(self, subscript: cst.Subscript) -> Meaning | None:
        base = self.meaning(subscript.value)
        if len(subscript.slice) != 1:
            return None
        index = subscript.slice[0].slice
        if not isinstance(index, cst.Index):
            return base if base is not None and base.kind in _TEXTS else None
        key = self._key(index.value)
        if key is None:
            return None
        return self._under(subscript.value, key) if base is None else self._inside.item(base, key, subscript)

    def _under(self, mapping: cst.BaseExpression, key: str | int) -> Meaning | None:
        """What a dict of this file has under a key."""
        values = self._records.under(mapping, key) if isinstance(key, str) else ()
        return next((found for found in (self._from_record(value, repr(key)) for value in values) if found is not None), None)

    def _from_record(self, value: cst.BaseExpression, place: str) -> Meaning | None:
        found = self.meaning(value)
        return found.via(value, f"kept under `{place}`") if found is not None else None

    def _key(self, expression: cst.BaseExpression) -> str | int | None:
        if isinstance(expression, cst.Integer):
            return expression.evaluated_value
        found = self._constants.strings(expression)
        return found[0] if len(found) == 1 else None

    def _woven(self, expression: cst.BaseExpression, parts: Iterable[cst.BaseExpression]) -> Meaning | None:
        """A text into which other values are put: ``f"{e}"``, ``"%s" % e``, ``"{}".format(e)``."""
        for part in parts:
            found = self.meaning(part)
            if found is not None and (found.kind in _TEXTS or found.kind is Kind.EXCEPTION):
                return self._as_text(found, expression)
        return None

    def _as_text(self, meaning: Meaning, expression: cst.BaseExpression) -> Meaning | None:
        """``str(x)``: the text of an exception, of a body, of a message."""
        if meaning.kind is Kind.EXCEPTION:
            return meaning.becomes(Kind.MESSAGE, expression, "turned into text", from_exception=True, name="str")
        if meaning.kind in _TEXTS:
            return meaning
        if meaning.kind is Kind.BODY:
            return meaning.becomes(Kind.TEXT, expression, "turned into text")
        return None

    def part(self, base: Meaning, name: str | int, expression: cst.BaseExpression) -> Meaning | None:
        """What stands under a key of a mapping, or in an attribute of an object."""
        return self._inside.part(base, name, expression)

    # calls ---------------------------------------------------------------------------------------------------------------------

    def _call(self, call: cst.Call) -> Meaning | None:
        by_name = self._call_by_name(call)
        if by_name is not None:
            return by_name
        if isinstance(call.func, cst.Attribute):
            found = self._method(call, call.func)
            if found is not None:
                return found
        for function in self.callees.here(call):
            for returned in self._functions.returned(function):
                result = self.meaning(returned)
                if result is not None:
                    return result.via(call, f"returned by `{function.name.value}()`")
            declared = self.returned_by_annotation(function)
            if declared is not None:
                return declared.via(call, f"returned by `{function.name.value}()`")
        summary = self.callees.elsewhere(call)
        return self.callees.returned(call, summary, summary.value, self._client(call)) if summary is not None else None

    def _cast(self, annotation: cst.BaseExpression, call: cst.Call) -> Meaning | None:
        """What a value is by the annotation that ``cast(X, value)`` gives it."""
        for name in self._annotations.types(annotation):
            sheet = self._types.type(name)
            if sheet is not None:
                place = Place(call, f"declared to be a `{shown(sheet.name)}`")
                return self._of_type(sheet, place, self._binding.of_name(self._types.library_name(sheet), call))
        return None

    def returned_by_annotation(self, function: cst.FunctionDef) -> Meaning | None:
        """What a function returns by its annotation (``-> httpx.Response``)."""
        if function.returns is None:
            return None
        for name in self._annotations.types(function.returns.annotation):
            sheet = self._types.type(name)
            if sheet is not None and sheet.is_a != "exception":
                place = Place(function.returns, f"`{function.name.value}()` returns a `{shown(sheet.name)}`")
                return self._of_type(sheet, place, self._binding.of_name(self._types.library_name(sheet), function.returns))
        return None

    def _client(self, call: cst.Call) -> Meaning | None:
        return self.meaning(call.func.value) if isinstance(call.func, cst.Attribute) else None

    def _call_by_name(self, call: cst.Call) -> Meaning | None:
        name = self._types.named(call.func)
        if name is None:
            return None
        special = self._builtin(call, name)
        if special is not None:
            return special
        function = self._types.function(name)
        if function is not None:
            api = self._binding.of_call(call, name)
            return self._result(call, function.returns, f"`{name}()`", api)
        sheet = self._types.type(name)
        if sheet is not None:
            api = self._binding.of_call(call, name)
            return self._of_type(sheet, Place(call, f"`{shown(name)}()` makes {_MADE[sheet.is_a]}"), api)
        return None

    def _result(self, call: cst.Call, returns: str, name: str, api: Bound | None, *, trail: tuple[Place, ...] = ()) -> Meaning | None:
        """What a function or a method of a client gives."""
        kind = KIND_OF.get(returns)
        sheet = None if kind is not None else self._types.type(returns.rstrip("?"))
        if sheet is not None:
            kind = OF_TYPE[sheet.is_a]
        if kind is None:
            return None
        if sheet is not None and sheet.is_a != "response":
            place = Place(call, f"{name} makes {_MADE[sheet.is_a]}")
        else:
            place = Place(call, f"{name} makes an HTTP call", http=True)
        return Meaning(kind, (*trail, place), sheet, api)

    def _builtin(self, call: cst.Call, name: str) -> Meaning | None:
        """What the language and its standard library do to a value that has a meaning."""
        arguments = [argument.value for argument in call.args if argument.keyword is None]
        if name == "traceback.format_exc":
            handler = self._tree.enclosing(call, cst.ExceptHandler)
            caught = self._handlers.meaning(handler) if handler is not None else None
            return None if caught is None else self._as_text(caught, call)
        if not arguments:
            return None
        if name in _PASSED_THROUGH and len(arguments) > _PASSED_THROUGH[name]:
            passed = self.meaning(arguments[_PASSED_THROUGH[name]])
            return passed if passed is not None or name not in _CASTS else self._cast(arguments[0], call)
        if name in ("str", "repr", "format", "bytes") or name in ("json.dumps", "traceback.format_exception", "html.unescape"):
            found = self.meaning(arguments[0])
            return None if found is None else self._as_text(found, call)
        if self._types.decodes(name):
            found = self.meaning(arguments[0])
            if found is not None and (found.kind is Kind.TEXT or self._inside.is_read(found)):
                return found.becomes(Kind.BODY, call, "decoded from JSON")
        if name == "getattr" and len(arguments) > 1:
            member = string_value(arguments[1])
            base = self.meaning(arguments[0])
            if member is not None and base is not None:
                return self._inside.member(base, member, call)
        return None

    def _method(self, call: cst.Call, attribute: cst.Attribute) -> Meaning | None:
        if attribute.attr.value in ("format", "join") and isinstance(attribute.value, (cst.SimpleString, cst.ConcatenatedString)):
            return self._woven(call, [argument.value for argument in call.args])
        base = self.meaning(attribute.value)
        name = attribute.attr.value
        if base is None and name == "get" and call.args:
            key = self._key(call.args[0].value)
            return None if key is None else self._under(attribute.value, key)
        if base is None or (base.sheet is not None and self._members.find(base.sheet, name) is not None):
            return None
        if base.kind in _TEXTS and name in _SAME_TEXT:
            return base
        if base.kind is Kind.BODY and name in _FOLDED and names_error(base.path):
            # `body["error"].lower()` is a text, and what stands for the error
            return base.becomes(Kind.MESSAGE, call, "the text of the error")
        by_key = base.kind in (Kind.BODY, Kind.HEADERS) or is_item(base) or (base.sheet is not None and base.sheet.items)
        if by_key and name in ("get", "pop", "setdefault", "getheader", "get_all") and call.args:
            key = self._key(call.args[0].value)
            return None if key is None else self._inside.item(base, key, call)
        if base.kind in (Kind.MESSAGE, Kind.TEXT) and name in ("split", "splitlines", "partition"):
            return _several(base, call)
        if base.kind is Kind.BODY and name == "values":
            return base  # which is walked like a list
        return self._typed_method(call, name, base)

    def _typed_method(self, call: cst.Call, name: str, base: Meaning) -> Meaning | None:
        if base.sheet is None:
            return None
        method = self._types.method(base.sheet, name)
        if method is not None:
            if base.kind in (Kind.RESPONSE, Kind.EXCEPTION):
                return self._inside.declared_value(base, method.returns, f"{name}()", call)
            api = self._binding.of_call(call, inherited=base.api)
            return self._result(call, method.returns, f"`.{name}()`", api, trail=base.trail)
        if base.kind is Kind.CLIENT and self._inside.declared(base.sheet, name) is None:
            api = self._binding.of_client_call(call, base.api)
            return self._result(call, "http", f"`.{name}()`", api, trail=base.trail)
        return None


def _several(text: Meaning | None, expression: cst.BaseExpression) -> Meaning | None:
    """Several texts, each of which means the same."""
    return None if text is None or text.kind is Kind.CODE else replace(text, expression=expression, name="args")
