"""What an expression keeps of an error: its request id, only its text, or nothing.

The exception, the response or the headers themselves keep the id wherever they go; their text does so only where the API puts the id into
it. What nothing is known of (an attribute of the exception that no sheet has, a value that is called like an id) is taken to keep it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.constants import index_value, string_value
from errlint.semantics.program.scopes import How
from errlint.semantics.program.tree import children
from errlint.semantics.request_ids.containers import Containers, has_id_inside
from errlint.semantics.request_ids.failures import Failure
from errlint.semantics.request_ids.id_values import IdValues
from errlint.semantics.request_ids.other_answers import OtherAnswers
from errlint.semantics.request_ids.readers import mentions_id
from errlint.semantics.request_ids.speech import Speaking
from errlint.semantics.request_ids.whereabouts import is_id
from errlint.sheets.library import TypeSheet

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class Kept(IntEnum):
    """How much of an error there is in a value; more than one part: the most."""

    NOTHING = 0
    MARK = 1
    """Its status or code, in a text."""
    TEXT = 2
    ID = 3


_AS_TEXT = frozenset({"str", "repr", "format", "ascii", "html.escape", "textwrap.shorten", "bytes"})
_NEITHER = frozenset({"type", "isinstance", "issubclass", "len", "hasattr", "id", "bool", "int", "float", "callable"})
_WHOLE = ("traceback.", "sys.exc_info", "sys.exception")
"""Functions that give the exception which is being handled."""
_NAMED_TEXT = frozenset(
    {"message", "msg", "detail", "details", "reason", "title", "error", "errors", "strerror", "description", "user_message"}
)
_NAMED_NOTHING = frozenset({
    "code", "status", "status_code", "http_status", "type", "name", "errno", "__class__", "__traceback__", "args", "__name__", "ok", "url",
    "param", "should_retry",
})  # fmt: skip
_OBJECTS = (Kind.CLIENT, Kind.INSTANCE, Kind.OBJECT)
_TEXTS = (Kind.MESSAGE, Kind.TEXT, Kind.REASON, Kind.BODY)
_HOPS = 4
"""Through how many variables a value is followed."""


class Keeping:
    """Answers for the expressions that run after one failure.

    :ivar ids: which of them are the id itself.
    """

    def __init__(self, semantics: Semantics, speaking: Speaking, failure: Failure) -> None:
        self._semantics = semantics
        self._speaking = speaking
        self._failure = failure
        self.ids = IdValues(semantics, failure.where)
        self._others = OtherAnswers(semantics, failure)
        self._containers = Containers(semantics)
        self._kept_by: dict[cst.FunctionDef, bool] = {}
        """What is known of functions of the file that get the error: whether they keep its id."""

    def of(self, node: cst.CSTNode, *, as_text: bool = False, hops: int = _HOPS) -> Kept:
        """What a value keeps; ``as_text``: it is turned into text where it stands."""
        match node:
            case cst.Comparison() | cst.UnaryOperation(operator=cst.Not()) | cst.BaseNumber():
                return Kept.NOTHING
            case cst.SimpleString():
                return Kept.ID if self.ids.names(string_value(node) or "") else Kept.NOTHING
            case cst.Name():
                return self._name(node, as_text=as_text, hops=hops)
            case cst.Attribute():
                return self._attribute(node, as_text=as_text, hops=hops)
            case cst.Subscript():
                return self._subscript(node, as_text=as_text, hops=hops)
            case cst.Call():
                return self._call(node, as_text=as_text, hops=hops)
            case cst.FormattedStringExpression(expression=inner):
                return self.of(inner, as_text=True, hops=hops)
            case cst.BinaryOperation(left=left, right=right):
                return max(self.of(left, as_text=True, hops=hops), self.of(right, as_text=True, hops=hops))
            case cst.IfExp(body=body, orelse=orelse):
                return max(self.of(body, as_text=as_text, hops=hops), self.of(orelse, as_text=as_text, hops=hops))
            case cst.DictElement(key=key, value=value):
                found = max(self.of(key, hops=hops), self.of(value, as_text=as_text, hops=hops))
                return max(found, Kept.MARK) if self._is_code(value) else found
            case cst.Arg(value=value, keyword=keyword) if keyword is not None and self.ids.names(keyword.value):
                return Kept.NOTHING if isinstance(value, cst.Name) and value.value == "None" else Kept.ID
            case cst.Arg(value=value):
                return self.of(value, as_text=as_text, hops=hops)
            case _:
                return max((self.of(child, as_text=as_text, hops=hops) for child in children(node)), default=Kept.NOTHING)

    def _is_code(self, value: cst.BaseExpression) -> bool:
        meaning = self._semantics.meaning(value)
        return meaning is not None and meaning.kind is Kind.CODE

    # names and parts -----------------------------------------------------------------------------------------------------------

    def _name(self, name: cst.Name, *, as_text: bool, hops: int) -> Kept:
        if self.ids.names(name.value):
            return Kept.ID
        meaning = self._semantics.meaning(name)
        found = self._of_meaning(meaning, as_text=as_text) if meaning is not None else Kept.NOTHING
        if found is Kept.ID or not hops or (meaning is not None and meaning.kind in (Kind.EXCEPTION, Kind.RESPONSE)):
            return found
        for binding in self._semantics.scopes.reaching(name):
            if binding.how is How.EXCEPT:
                return max(found, self._exception(as_text=as_text))
            if isinstance(binding.node, cst.MatchAs) and self.ids.captures(binding.node):
                return Kept.ID
            if binding.how in (How.VALUE, How.AUGMENTED) and binding.value is not None and self._runs_after(binding.node):
                found = max(found, self.of(binding.value, as_text=as_text, hops=hops - 1))
        return found

    def _runs_after(self, node: cst.CSTNode) -> bool:
        """Whether something stands in the code that runs after the failure, or in a helper; before it, nothing is known of it."""
        handler, tree = self._failure.handler, self._semantics.tree
        if handler is None or tree.within(node, handler):
            return True
        return tree.enclosing(node, cst.FunctionDef) is not tree.enclosing(handler, cst.FunctionDef)

    def _exception(self, *, as_text: bool) -> Kept:
        return Kept.ID if not as_text or self._failure.where.in_text else Kept.TEXT

    def _of_meaning(self, meaning: Meaning, *, as_text: bool) -> Kept:
        found = self._of_kind(meaning, as_text=as_text)
        # what another request gave describes no error; whether its id is taken for that of the failure, nobody can tell
        return Kept.NOTHING if found in (Kept.MARK, Kept.TEXT) and self._others.has(meaning) else found

    def _of_kind(self, meaning: Meaning, *, as_text: bool) -> Kept:
        where = self._failure.where
        match meaning.kind:
            case Kind.EXCEPTION:
                return self._exception(as_text=as_text)
            case Kind.RESPONSE:
                return Kept.TEXT if as_text else Kept.ID
            case Kind.HEADERS | Kind.REQUEST_ID:
                return Kept.ID
            case Kind.HEADER:
                return Kept.ID if is_id(Kind.HEADER, meaning.name, (), where) or self.ids.names(meaning.name) else Kept.NOTHING
            case Kind.BODY if is_id(meaning.kind, meaning.name, meaning.path, where):
                return Kept.ID
            case Kind.BODY:
                return Kept.TEXT
            case Kind.TEXT if where.paths:
                return Kept.ID
            case Kind.MESSAGE if meaning.says_all or self._says_as_much(meaning):
                return Kept.ID if where.in_text else Kept.TEXT
            case Kind.MESSAGE | Kind.TEXT | Kind.REASON:
                return Kept.TEXT
            case Kind.CODE | Kind.STATUS if as_text:
                return Kept.MARK
            case _:
                return Kept.NOTHING

    def _says_as_much(self, message: Meaning) -> bool:
        """Whether an attribute holds the text of its exception."""
        return any(message.name in sheet.text_in for sheet in self._types_of(message))

    def is_for_users(self, value: cst.BaseExpression) -> bool:
        """Whether all text of an error in a value is an answer to end users, as its API has it."""
        nodes = (node for node in (value, *self._semantics.tree.below(value)) if isinstance(node, cst.BaseExpression))
        texts = [found for node in nodes if (found := self._semantics.meaning(node)) is not None and found.kind in _TEXTS]
        return bool(texts) and all(any(text.name in sheet.for_users for sheet in self._types_of(text)) for text in texts)

    def _types_of(self, part: Meaning) -> tuple[TypeSheet, ...]:
        """The type of the exception that a part was taken from, and what it inherits from."""
        exception = part.origin
        if exception is None or exception.kind is not Kind.EXCEPTION or exception.sheet is None:
            return ()
        return tuple(self._semantics.types.ancestors(exception.sheet.name))

    def _attribute(self, attribute: cst.Attribute, *, as_text: bool, hops: int) -> Kept:
        name = attribute.attr.value
        if self.ids.names(name):
            return Kept.ID
        meaning = self._semantics.meaning(attribute)
        if meaning is None:
            return self._unknown_part(attribute.value, name, hops)
        properties, _ = self._semantics.evaluator.callees.properties(attribute)
        return Kept.ID if self._any_keeps(properties) else self._of_meaning(meaning, as_text=as_text)

    def _unknown_part(self, of: cst.BaseExpression, name: str, hops: int) -> Kept:
        """A part of which no sheet speaks, by what it is called."""
        base = self.of(of, hops=hops)
        if base is Kept.NOTHING or name in _NAMED_NOTHING:
            return Kept.NOTHING
        return Kept.TEXT if name in _NAMED_TEXT else base

    def _subscript(self, subscript: cst.Subscript, *, as_text: bool, hops: int) -> Kept:
        index = index_value(subscript)
        key = self.ids.key(index) if index is not None else ""
        if self.ids.names(key):
            return Kept.ID
        meaning = self._semantics.meaning(subscript)
        if meaning is not None:
            return self._of_meaning(meaning, as_text=as_text)
        return self._unknown_part(subscript.value, key, hops)

    # calls ---------------------------------------------------------------------------------------------------------------------

    def _call(self, call: cst.Call, *, as_text: bool, hops: int) -> Kept:
        name = self._semantics.names.qualified(call.func) or ""
        if name in _NEITHER:
            return Kept.NOTHING
        if name.startswith(_WHOLE) or name in ("vars", "locals"):
            return Kept.ID
        if name in _AS_TEXT:
            return self._arguments(call, as_text=True, hops=hops)
        if name == "getattr" and len(call.args) > 1:
            part = self.ids.key(call.args[1].value)
            if self.ids.names(part):
                return Kept.ID
            meaning = self._semantics.meaning(call)
            return self._of_meaning(meaning, as_text=as_text) if meaning is not None else self._unknown_part(call.args[0].value, part, hops)
        meaning = self._semantics.meaning(call)
        if meaning is not None and meaning.kind not in (Kind.CALL, *_OBJECTS):
            # what a helper returns is known; what else it does with the error, as far as it shows
            summary = self._semantics.evaluator.callees.elsewhere(call)
            elsewhere = summary is not None and not summary.only_reads and self.passed(call) is Kept.ID
            if elsewhere or self.helper_keeps(call):
                return Kept.ID
            woven = isinstance(call.func, cst.Attribute) and self._weaves(call.func)
            # the text of the error may be one of several values that are put into a text
            others = self._arguments(call, as_text=True, hops=hops) if woven else Kept.NOTHING
            return max(self._of_meaning(meaning, as_text=as_text), others)
        helpers = self._semantics.evaluator.callees.here(call) if hops else []
        if helpers and not call.args:
            return max(self._returned(helper, hops - 1) for helper in helpers)  # it may know the error all the same
        if helpers and self.passed(call) is Kept.ID:
            return Kept.ID if self.helper_keeps(call) else max(self._returned(helper, hops - 1) for helper in helpers)
        given = self._arguments(call, as_text=isinstance(call.func, cst.Attribute) and self._weaves(call.func), hops=hops)
        if given in (Kept.MARK, Kept.TEXT) and self._sends(call):
            # a text that goes to another service is not what comes back
            return max((self._returned(helper, hops - 1) for helper in helpers), default=Kept.NOTHING)
        return max(self._method(call, call.func, hops), given) if isinstance(call.func, cst.Attribute) else given

    def passed(self, call: cst.Call) -> Kept:
        """What the arguments of a call hand over."""
        return self._arguments(call, as_text=False, hops=_HOPS)

    def bound(self, speaker: cst.BaseExpression, hops: int = _HOPS) -> Kept:
        """What was given, after the failure, to the object that tells people something: `logger.bind(reference=…)`, an adapter.

        Its lines have its fields as text, whatever they say themselves; what else is done with the error there is not known.
        """
        match speaker:
            case cst.Call(func=function):
                helpers = self._semantics.functions.run_by(speaker) if hops else []
                parts = (self.of(argument, as_text=argument.keyword is not None, hops=hops) for argument in speaker.args)
                given = max((self._returned(helper, hops - 1) for helper in helpers) if helpers else parts, default=Kept.NOTHING)
                return max(given, self.bound(function, hops))
            case cst.IfExp(body=body, orelse=orelse):
                return max(self.bound(body, hops), self.bound(orelse, hops))
            case cst.Name() if hops:
                bindings = self._semantics.scopes.reaching(speaker)
                values = (one.value for one in bindings if one.how is How.VALUE and one.value is not None and not one.path)
                return self._bound_here(values, hops)
            case cst.Attribute(value=base) if hops:
                return max(self._bound_here(self._semantics.constants.attribute_values(speaker), hops), self.bound(base, hops))
            case _:
                return Kept.NOTHING

    def _bound_here(self, values: Iterable[cst.BaseExpression], hops: int) -> Kept:
        return max((self.bound(value, hops - 1) for value in values if self._is_beside(value)), default=Kept.NOTHING)

    def _is_beside(self, node: cst.CSTNode) -> bool:
        """Whether something runs in the handler of the failure; for an answer, in the same function."""
        tree, handler, region = self._semantics.tree, self._failure.handler, self._failure.region[0]
        if handler is not None:
            return tree.within(node, handler)
        return tree.enclosing(node, cst.FunctionDef) is tree.enclosing(region, cst.FunctionDef)

    def _returned(self, helper: cst.FunctionDef, hops: int) -> Kept:
        """What a helper of this file, which gets the error, keeps of it in what it returns."""
        values = self._semantics.functions.returned(helper)
        return max((self.of(value, hops=hops) for value in values), default=Kept.NOTHING)

    def _sends(self, call: cst.Call) -> bool:
        """Whether a function of the project makes a request of its own: `return notify(f"failed: {e}")`."""
        return self._semantics.evaluator.callees.runs_code(call) and self._semantics.does_http(call) is not None

    def helper_keeps(self, call: cst.Call) -> bool:
        """Whether a function of this file that gets the error, or the id itself, raises one, writes it down whole, or knows of an id.

        On which of its ways it does so is not asked: the one without the id is there for errors that have none.
        """
        helpers = self._semantics.evaluator.callees.here(call)
        return bool(helpers) and (any(self.ids.is_one(argument.value) for argument in call.args) or self._any_keeps(helpers))

    def _any_keeps(self, helpers: Iterable[cst.FunctionDef]) -> bool:
        return any(map(self._keeps, helpers))

    def _keeps(self, helper: cst.FunctionDef) -> bool:
        if helper not in self._kept_by:
            self._kept_by[helper] = False  # a function that runs itself
            nodes = (node for inner in self._with_inner(helper) for node in self._semantics.tree.below(inner.body))
            ends_it = any(isinstance(node, cst.Raise) or self._writes_whole(node) for node in self._semantics.tree.below(helper.body))
            self._kept_by[helper] = ends_it or any(map(self._knows_id, nodes))
        return self._kept_by[helper]

    def _with_inner(self, helper: cst.FunctionDef) -> list[cst.FunctionDef]:
        """A function of this file, and those that it hands something to, be it through others."""
        found = [helper]
        for function in found:  # it grows
            calls = (call for call in self._semantics.tree.inside(function.body, cst.Call) if call.args)
            found += [inner for call in calls for inner in self._semantics.evaluator.callees.here(call) if inner not in found]
        return found

    def _writes_whole(self, node: cst.CSTNode) -> bool:
        return isinstance(node, cst.Call) and (speech := self._speaking.of(node)) is not None and speech.whole

    def _knows_id(self, node: cst.CSTNode) -> bool:
        """Whether a name, a text or what is read is the id, or what has it goes on whole, or is gone through."""
        match node:
            case cst.Name():
                return mentions_id(node, self.ids.names) or (
                    self._containers.is_read(node) and self._has_inside(node) and self._containers.is_used_whole(node)
                )
            case cst.SimpleString():
                return mentions_id(node, self.ids.names)
            case cst.Attribute() | cst.Subscript() | cst.Call():
                return self._containers.is_used_whole(node) if self._has_inside(node) else self.ids.is_one(node)
            case cst.For(iter=inner) | cst.CompFor(iter=inner):
                return self.of(inner) is Kept.ID
            case cst.FormattedStringExpression(expression=inner) | cst.AugAssign(value=inner):
                return not self._is_text_of_error(inner) and self.of(inner, as_text=True) is Kept.ID
            case cst.BinaryOperation():
                return self.of(node) is Kept.ID
            case _:
                return False

    def _is_text_of_error(self, value: cst.BaseExpression) -> bool:
        """Whether a value is the error or its text, which may show the id: on the other ways, what is returned tells."""
        told = self._semantics.meaning(value)
        return told is not None and told.kind in (Kind.EXCEPTION, Kind.TEXT, Kind.MESSAGE)

    def _has_inside(self, node: cst.BaseExpression) -> bool:
        part = self._semantics.meaning(node)
        return part is not None and has_id_inside(part, self._failure.where) and not self.ids.names(part.name)

    def _weaves(self, function: cst.Attribute) -> bool:
        return function.attr.value in ("format", "join") and not isinstance(function.value, cst.Call)

    def _arguments(self, call: cst.Call, *, as_text: bool, hops: int) -> Kept:
        return max((self.of(argument, as_text=as_text, hops=hops) for argument in call.args), default=Kept.NOTHING)

    def _method(self, call: cst.Call, function: cst.Attribute, hops: int) -> Kept:
        """What the object keeps on which a method is called: `details.get("code")`, `str(e).strip()`, `e.to_dict()`."""
        base = self.of(function.value, hops=hops)
        if base is Kept.ID and function.attr.value == "get" and call.args:
            return self._unknown_part(function.value, self.ids.key(call.args[0].value), hops)
        return base
