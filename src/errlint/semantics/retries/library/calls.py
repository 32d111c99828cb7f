"""The calls of a file that a retry table of a sheet describes, and what stands in their arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.lean import dataclass
from errlint.regex import later
from errlint.retry_words import SPEAKS_OF_AGAIN
from errlint.semantics.program.closed import filled_in
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.functions import method
from errlint.semantics.program.names import dotted, is_partial
from errlint.semantics.retries.library.values import is_nothing
from errlint.semantics.retries.words import last_word
from errlint.sheets.retry import RetryArgument
from errlint.sheets.retry_calls import RetryCall

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_AGAIN = later(SPEAKS_OF_AGAIN)
_HOPS = 5
"""How many names and returns an object is followed through."""


@dataclass(frozen=True, eq=False)
class Passed:
    """What a call passes: an argument, or an entry of the dict in ``**options``; ``name`` is None for a positional one."""

    name: str | None
    value: cst.BaseExpression
    node: cst.CSTNode


@dataclass(frozen=True, eq=False)
class Given:
    """What is passed for an argument that a sheet describes; ``node`` stands for it in the source."""

    argument: RetryArgument
    value: cst.BaseExpression
    node: cst.CSTNode


@dataclass(frozen=True, eq=False)
class RetrySite:
    """A call (or the bare name of a decorator or part, without arguments) that a table of a sheet describes.

    :ivar passed: its arguments; :ivar is_open: others may come from elsewhere: ``retry(**options)``.
    """

    node: cst.BaseExpression
    described: RetryCall
    passed: tuple[Passed, ...] = ()
    is_open: bool = False

    def given(self) -> list[Given]:
        """The arguments that the sheet knows."""
        return list(given(self.passed, self.described.sheet.arguments))

    @property
    def ends_as(self) -> str:
        """The exception that comes out after the last attempt, in place of the failure; "" where the failure does, or something else."""
        sheet = self.described.sheet
        told = (found.value for found in self.passed if found.name in sheet.ends_as_it_is_by)
        return sheet.ends_as if all(dotted(value) in ("False", "None") for value in told) else ""

    @property
    def is_called_back(self) -> bool:
        """Whether a function is called after the last attempt, instead of the failure that came out."""
        sheet = self.described.sheet
        return any(found.name in sheet.calls_back_by and not is_nothing(found.value) for found in self.passed)

    def others(self) -> tuple[Passed, ...]:
        """Keyword arguments that the table does not list."""
        known = {argument.name for argument in self.described.sheet.arguments}
        return tuple(found for found in self.passed if found.name is not None and found.name not in known)


def given(passed: Iterable[Passed], described: Iterable[RetryArgument]) -> Iterator[Given]:
    """What is passed for the arguments that a sheet describes."""
    passed = list(passed)
    plain = [found for found in passed if found.name is None]
    named = {found.name: found for found in passed if found.name is not None}
    for argument in described:
        found = named.get(argument.name)
        if found is None and argument.position is not None and argument.position < len(plain):
            found = plain[argument.position]
        if found is None:
            continue
        if argument.rest and argument.position is not None:
            yield from (Given(argument, other.value, other.node) for other in plain[argument.position :])
        elif not argument.key:
            yield Given(argument, found.value, found.node)
        else:
            value = _under(argument.key, found.value)
            if value is not None:
                yield Given(argument, value, found.node)


def _under(key: str, mapping: cst.BaseExpression) -> cst.BaseExpression | None:
    """The value under a key of ``{"key": value}`` or ``dict(key=value)``."""
    if isinstance(mapping, cst.Dict):
        for element in mapping.elements:
            if isinstance(element, cst.DictElement) and string_value(element.key) == key:
                return element.value
    elif isinstance(mapping, cst.Call) and isinstance(mapping.func, cst.Name) and mapping.func.value == "dict":
        return next((found.value for found in mapping.args if found.keyword is not None and found.keyword.value == key), None)
    return None


class RetryCalls:
    """Finds them in one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def all(self) -> Iterator[RetrySite]:
        """Every call, and every bare name that decorates, that a table describes; in document order.

        What another module made stands where it is used: ``standard`` of ``@standard``, ``again`` of ``for attempt in again``. Where it
        does not decorate by one name, its name says so, or that of the argument for which it is passed. Screens look for both; else
        modules had to be asked what they have made.
        """
        nodes = self._semantics.tree.of_types(cst.Call, cst.Decorator, cst.For)
        for node in nodes:
            assert isinstance(node, (cst.Call, cst.Decorator, cst.For))
            used = node.func if isinstance(node, cst.Call) else node.decorator if isinstance(node, cst.Decorator) else node.iter
            site = self.at(node) if isinstance(node, cst.Call) else self.at(used) if not isinstance(used, cst.Call) else None
            decorates = isinstance(node, cst.Decorator) and isinstance(used, cst.Name)
            site = site or (self.made_elsewhere(used) if decorates or _speaks_of_again(used) else None)
            site = site or (self._made_by_call(node) if isinstance(node, cst.Call) else None)
            if site is not None:
                yield site
            yield from self._taken_by(node) if isinstance(node, cst.Call) else ()

    def _taken_by(self, call: cst.Call) -> Iterator[RetrySite]:
        """What another module made and a call is passed as what retries it: ``bucket.get_blob(name, retry=patient)``."""
        for argument in call.args:
            if argument.keyword is not None and argument.keyword.value in self._semantics.libraries.retries.takers:
                site = self.made_elsewhere(argument.value) if isinstance(argument.value, (cst.Name, cst.Attribute)) else None
                if site is not None and site.described.sheet.taken_as == argument.keyword.value:
                    yield site

    def _made_by_call(self, call: cst.Call) -> RetrySite | None:
        """The same of ``@resilient(tries=3)``, and of ``make_retrying()(fetch)``, where a function of another module makes it."""
        parent = self._semantics.tree.parent.get(call)
        decorates = isinstance(parent, cst.Decorator) and isinstance(call.func, cst.Name)
        return self.made_elsewhere(call) if decorates or _speaks_of_again(call.func) else None

    def made_elsewhere(self, used: cst.BaseExpression) -> RetrySite | None:
        """The site that an imported object stands for, or the call of an imported function that makes it; it stands at the use."""
        name = used.func if isinstance(used, cst.Call) else used
        if not isinstance(name, (cst.Name, cst.Attribute)) or not is_first_party(self._semantics.names.qualified(name) or ""):
            return None
        sites = self.behind(used)
        here = len(sites) == 1 and sites[0].node in self._semantics.tree.order
        if len(sites) != 1 or (here and sites[0].node is not used) or sites[0].described.sheet.covers != "function":
            return None
        return replace(sites[0], node=used)

    def at(self, expression: cst.BaseExpression) -> RetrySite | None:
        """The site that an expression is: a call of a described name, or the name itself."""
        name = expression.func if isinstance(expression, cst.Call) else expression
        if not isinstance(name, (cst.Name, cst.Attribute)):
            return None
        described = self._described(name)
        if described is None:
            return self._prepared(expression, name) if isinstance(expression, cst.Call) else None
        if not isinstance(expression, cst.Call):
            return RetrySite(expression, described)
        passed, is_open = self.passed(expression)
        constructor = self._constructor(name)
        if constructor is not None:
            passed, is_open = self._handed_up(constructor, passed)
        return RetrySite(expression, described, passed, is_open)

    def _prepared(self, call: cst.Call, name: cst.Name | cst.Attribute) -> RetrySite | None:
        """``lenient(wait=…)`` of ``lenient = partial(retry, stop=…)``: what is passed both here and there is passed here."""
        values = list(self._semantics.constants.values(name)) if isinstance(name, cst.Name) else []
        made = values[0] if len(values) == 1 else None
        if not isinstance(made, cst.Call) or not is_partial(made) or not made.args:
            return None
        described = self._described(made.args[0].value) if isinstance(made.args[0].value, (cst.Name, cst.Attribute)) else None
        if described is None:
            return None
        before, was_open = self.passed(cst.Call(made.func, made.args[1:]))
        passed, is_open = self.passed(call)
        named = {found.name for found in passed if found.name is not None}
        return RetrySite(call, described, (*(found for found in before if found.name not in named), *passed), was_open or is_open)

    def written_at(self, node: cst.CSTNode | None) -> RetrySite | None:
        """The site that a call or a decorator is; None if what is passed is not all written there, but in another module or a partial."""
        expression = node.decorator if isinstance(node, cst.Decorator) else node
        site = self.at(expression) if isinstance(expression, cst.BaseExpression) else None
        tree = self._semantics.tree
        here = site is not None and all(found.value in tree.order for found in site.passed) and not self._is_prepared(site.node)
        return site if here else None

    def _is_prepared(self, expression: cst.BaseExpression) -> bool:
        return isinstance(expression, cst.Call) and self._described(expression.func) is None

    def passed(self, call: cst.Call) -> tuple[tuple[Passed, ...], bool]:
        """The arguments of a call, and whether there may be others: of ``*args``, or of a ``**dict`` that is not written in this file."""
        found: list[Passed] = []
        is_open = False
        for argument in call.args:
            if argument.star == "**":
                entries = self._entries(argument.value)
                found.extend(entries or ())
                is_open = is_open or entries is None
            elif argument.star:
                is_open = True
            else:
                found.append(Passed(argument.keyword.value if argument.keyword is not None else None, argument.value, argument))
        return tuple(found), is_open

    def _entries(self, mapping: cst.BaseExpression) -> list[Passed] | None:
        """The entries of a dict that is written out, or assigned in this file; of what callers may give instead, nothing is known."""
        values = [mapping] if isinstance(mapping, (cst.Dict, cst.Call)) else list(self._semantics.constants.values(mapping))
        dicts = [value for value in values if isinstance(value, cst.Dict)]
        if len(dicts or values) != 1:
            return None
        written = (dicts or values)[0]
        if isinstance(written, cst.Dict):
            entries = [element for element in written.elements if isinstance(element, cst.DictElement)]
            keys = [string_value(element.key) for element in entries]
            if len(entries) == len(written.elements) and None not in keys:
                return [Passed(key, element.value, element) for key, element in zip(keys, entries, strict=True)]
        elif isinstance(written, cst.Call) and isinstance(written.func, cst.Name) and written.func.value == "dict":
            named = [Passed(found.keyword.value, found.value, found) for found in written.args if found.keyword is not None]
            return named if len(named) == len(written.args) else None
        return None

    def _described(self, name: cst.BaseExpression) -> RetryCall | None:
        if not isinstance(name, (cst.Name, cst.Attribute)):
            return None
        libraries = self._semantics.libraries
        qualified = self._semantics.names.qualified(name)
        found = libraries.retry(qualified) if qualified is not None else None
        if found is not None:
            return found
        if isinstance(name, cst.Name):
            return self._inherited(name)
        if name.attr.value not in libraries.retry_methods:
            return None
        receiver = self._semantics.meaning(name.value)
        above = self._semantics.types.ancestors(receiver.sheet.name) if receiver is not None and receiver.sheet is not None else ()
        methods = (libraries.retry_method(one.name, name.attr.value) for one in above)
        return next((one for one in methods if one is not None), None)

    def _inherited(self, name: cst.Name) -> RetryCall | None:
        """A class of this file that is made from a described one, and does not decide by itself what that decides."""
        for definition in self._semantics.scopes.classes(name):
            for base in definition.bases:
                qualified = self._semantics.names.qualified(base.value)
                found = self._semantics.libraries.retry(qualified) if qualified is not None else None
                if found is not None:
                    return found if found.sheet.covers or method(definition, "__call__") is None else None
        return None

    def _constructor(self, name: cst.BaseExpression) -> cst.FunctionDef | None:
        """The constructor that a class of this file has in place of the described one."""
        return next(
            (found for definition in self._semantics.scopes.classes(name) if (found := method(definition, "__init__")) is not None), None
        )

    def _handed_up(self, constructor: cst.FunctionDef, passed: tuple[Passed, ...]) -> tuple[tuple[Passed, ...], bool]:
        """What a constructor hands to the described one: `super().__init__(is_transient)`; and by name what it may pass on of its own."""
        calls = [call for call in self._semantics.tree.inside(constructor.body, cst.Call) if _is_constructor(call.func)]
        if len(calls) != 1:
            return (), True
        handed, is_open = self.passed(calls[0])
        known = {found.name for found in handed}
        return (*handed, *(found for found in passed if is_open and found.name is not None and found.name not in known)), is_open

    def behind(self, expression: cst.BaseExpression, hops: int = _HOPS) -> list[RetrySite]:
        """The sites that a value may come from: itself, or through names, attributes, and functions of this file that return it."""
        if isinstance(expression, cst.Await):
            expression = expression.expression
        site = self.at(expression)
        if site is not None:
            return [site]
        if not hops:
            return []
        sources: list[cst.BaseExpression] = []
        if isinstance(expression, cst.Call):
            for function in self._semantics.functions.run_by(expression):
                sources.extend(self._semantics.functions.returned(function))
            made = self._made_of_arguments(expression) if not sources else None
            if made is not None:
                return [replace(site, node=expression) for site in self.behind(made, hops - 1)]
        elif isinstance(expression, (cst.Name, cst.Attribute)):
            sources.extend(self._semantics.constants.values(expression))
        elif isinstance(expression, cst.IfExp):
            sources.extend((expression.body, expression.orelse))
        elif isinstance(expression, cst.BooleanOperation):
            sources.extend((expression.left, expression.right))
        found = [site for source in sources for site in self.behind(source, hops - 1)]
        return list({site.node: site for site in found}.values())

    def _made_of_arguments(self, call: cst.Call) -> cst.BaseExpression | None:
        """What a function of another module makes of what it is given."""
        name = self._semantics.names.qualified(call.func) or ""
        imported = self._semantics.imported
        made = imported.makes(name) if imported is not None and is_first_party(name) else None
        return filled_in(made, call) if made is not None else None


def _speaks_of_again(name: cst.BaseExpression) -> bool:
    """Whether something is called like what makes another attempt."""
    return _AGAIN.search(last_word(name)) is not None


def _is_constructor(function: cst.BaseExpression) -> bool:
    return isinstance(function, cst.Attribute) and function.attr.value == "__init__"
