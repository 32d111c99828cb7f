"""Idempotency keys: which key does a retried request carry, and is it the same one in each attempt?

An API that knows such keys answers a request that it has already carried out with the first answer. That works only if all attempts carry
one key, so it has to be made before the first of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.retries.policy import Attempt, RetryPolicy

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

Function = cst.FunctionDef | cst.Lambda
_KEY = later(r"idempoten|client_?(request|order)_?(token|id)$", re.IGNORECASE)
_SAME_TO_THE_API = later(
    r"idempoten|client_?(request|order|batch)?_?(token|id)$|request_?token|dedup|transaction_?id|external_?id|if-match|upsert",
    re.IGNORECASE,
)
"""Words for what lets an API tell that two requests are one."""
_READS = frozenset({
    "search", "query", "queries", "graphql", "find", "lookup", "filter", "list", "get", "fetch", "read", "load", "count", "aggregate",
    "report", "export", "status", "ping", "token", "tokens", "oauth", "oauth2", "auth", "login", "authenticate", "session", "sessions",
    "refresh", "introspect", "verify", "validate", "check", "completions", "completion", "chat", "responses", "embeddings", "embed",
    "generate", "generatecontent", "predict", "predictions", "infer", "inference", "ask", "classify", "analyze", "translate",
    "transcriptions", "moderations", "rerank", "tokenize", "summarize", "rpc", "jsonrpc",
})  # fmt: skip
"""Words for what a POST does besides writing: it asks for something too long for a URL, logs in, has a model answer."""
_WORD = later(r"[A-Za-z][a-z0-9]*")
_HOPS = 4


@dataclass(frozen=True, eq=False)
class Key:
    """A key that a request carries: where it is named, and what its value is written as."""

    node: cst.CSTNode
    value: cst.BaseExpression


@dataclass(frozen=True, eq=False)
class FreshKey:
    """A key that is another one in each attempt.

    :ivar made: the expression that makes it; :ivar draws: the call in it whose value is new each time; :ivar code: the code of the attempt.
    """

    key: Key
    made: cst.BaseExpression
    draws: cst.Call
    code: cst.CSTNode


class Keys:
    """Answers for the policies of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def fresh(self, policy: RetryPolicy) -> Iterator[FreshKey]:
        """The keys that each attempt makes anew, each once."""
        seen: set[cst.CSTNode] = set()
        for code in self._attempted(policy):
            for key in self._written_in(code):
                found = self._made_in(key.value, code, _HOPS)
                if found is not None and found[0] not in seen:
                    seen.add(found[0])
                    yield FreshKey(key, found[0], found[1], code)

    def makes_safe(self, attempt: Attempt) -> bool:
        """Whether anything near the call, or near the client it is made through, may let the API tell that two attempts are one request."""
        places = [attempt.call, *(place.node for place in attempt.trail)]
        around = dict.fromkeys(self._surroundings(place) for place in places)
        return any(self._names_identity(node) for code in around for node in self._tree.below(code))

    def is_looked_up(self, policy: RetryPolicy, attempt: Attempt) -> bool:
        """Whether code asks before the next attempt if the last was carried out, and leaves if it was: ``if find(reference): return``."""
        for code in policy.code[:1]:
            for test in self._tree.inside(code, cst.If, into_functions=False):
                nodes = (test.test, *self._tree.below(test.test))
                if leaves(test.body) and any(self._is_of_another(node, attempt, code) for node in nodes):
                    return True
        return False

    def _is_of_another(self, node: cst.CSTNode, attempt: Attempt, code: cst.CSTNode) -> bool:
        """Whether a value comes from another call of HTTP in the same code than the attempt."""
        for binding in self._semantics.scopes.reaching(node) if isinstance(node, cst.Name) else ():
            made = binding.value.expression if isinstance(binding.value, cst.Await) else binding.value
            if isinstance(made, cst.Call) and made is not attempt.call and self._tree.within(made, code) and self._semantics.runs(made):
                evidence = self._semantics.does_http(made)
                return evidence is not None and all(place.node is not attempt.call for place in evidence.trail)
        found = self._semantics.meaning(node) if isinstance(node, (cst.Name, cst.Call)) else None
        calls = [place.node for place in found.trail if place.http and self._tree.within(place.node, code)] if found is not None else []
        return bool(calls) and attempt.call not in calls

    def writes(self, attempt: Attempt) -> bool:
        """Whether a request seems to change something: its address is known in part, and neither it nor the function says "read"."""
        call = next((place.node for place in attempt.trail if place.http and isinstance(place.node, cst.Call)), attempt.call)
        address = [argument.value for argument in call.args if argument.keyword is None or argument.keyword.value in ("url", "path")]
        words = {word for expression in address[:2] for word in self._words(expression, passed=False)}
        told = {word for expression in address[:2] for word in self._words(expression, passed=True)}
        functions = [found for found in self._tree.ancestors(call) if isinstance(found, cst.FunctionDef)]
        said = {word.lower() for function in functions for word in _WORD.findall(function.name.value.replace("_", " "))}
        return bool(words) and not _READS.intersection(told | said)

    def _words(self, expression: cst.BaseExpression, *, passed: bool) -> Iterator[str]:
        for text in self._texts(expression, _HOPS, passed=passed):
            yield from map(str.lower, _WORD.findall(text))

    def _texts(self, expression: cst.BaseExpression, hops: int, *, passed: bool) -> Iterator[str]:
        """The literal texts that an address is made of; of a whole URL, what follows the host.

        :param passed: those that callers pass for a part of it, too.
        """
        for node in (expression, *self._tree.below(expression)):
            text = (
                node.value
                if isinstance(node, cst.FormattedStringText)
                else string_value(node)
                if isinstance(node, (cst.SimpleString, cst.ConcatenatedString))
                else None
            )
            if isinstance(text, str):
                yield text.partition("://")[2].partition("/")[2] if "://" in text else text
            elif isinstance(node, (cst.Name, cst.Attribute)) and hops:
                bindings = self._semantics.scopes.reaching(node) if isinstance(node, cst.Name) else ()
                given = (value for binding in bindings if passed for value in self._semantics.functions.passed_for(binding))
                for value in (*self._semantics.constants.values(node), *given):
                    yield from self._texts(value, hops - 1, passed=passed)

    def _surroundings(self, node: cst.CSTNode) -> cst.CSTNode:
        """The function around a node, else its statement."""
        if isinstance(node, cst.FunctionDef):
            return node
        function = self._tree.enclosing(node, cst.FunctionDef)
        return function if function is not None else self._tree.statement(node)

    def _names_identity(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.SimpleString):
            text = string_value(node)
            return text is not None and " " not in text and bool(_SAME_TO_THE_API.search(text))
        return isinstance(node, cst.Name) and bool(_SAME_TO_THE_API.search(node.value))

    def _attempted(self, policy: RetryPolicy) -> Iterator[cst.CSTNode]:
        """The code that each attempt runs: of the retry, and the functions of this file that lead to its requests."""
        seen: set[cst.CSTNode] = set(policy.code)
        yield from policy.code
        for attempt in policy.attempts:
            for place in (attempt.call, *(step.node for step in attempt.trail if step.http)):
                function = self._tree.enclosing(place, cst.FunctionDef)
                inside = any(self._tree.within(place, code) for code in policy.code)
                if function is not None and function not in seen and not inside and policy.code:
                    seen.add(function)
                    yield function

    # where keys are named ------------------------------------------------------------------------------------------------------

    def _written_in(self, code: cst.CSTNode) -> Iterator[Key]:
        body = code.body if isinstance(code, (cst.For, cst.While, cst.FunctionDef, cst.Lambda)) else code
        for node in self._tree.below(body, into_functions=False):
            match node:
                case cst.DictElement(key=name, value=value) if self._is_key(name):
                    yield Key(node, value)
                case cst.Arg(keyword=cst.Name(value=name), value=value) if _KEY.search(name):
                    yield Key(node, value)
                case cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript() as target)], value=value) if self._is_item(target):
                    yield Key(node, value)

    def _is_key(self, name: cst.BaseExpression) -> bool:
        return any(_KEY.search(text) for text in self._semantics.constants.strings(name))

    def _is_item(self, target: cst.Subscript) -> bool:
        return any(isinstance(element.slice, cst.Index) and self._is_key(element.slice.value) for element in target.slice)

    # where they are made -------------------------------------------------------------------------------------------------------

    def _made_in(self, value: cst.BaseExpression, code: cst.CSTNode, hops: int) -> tuple[cst.BaseExpression, cst.Call] | None:
        """The expression in ``code`` that makes a value, and the call in it whose result is new each time."""
        if not hops or isinstance(value, (cst.BooleanOperation, cst.IfExp)):
            return None  # `key or new_key()` keeps the first one, if it is kept anywhere
        for node in (value, *self._tree.below(value)):
            if isinstance(node, cst.Call) and self._is_new(node, hops):
                return value, node
        for node in (value, *self._tree.below(value)):
            if isinstance(node, cst.Name) and string_value(node) is None:
                for binding in self._semantics.scopes.reaching(node):
                    found = self._bound_in(binding, code, hops)
                    if found is not None:
                        return found
            elif isinstance(node, cst.Attribute):
                for statement in self._set_before(node, code):
                    found = self._made_in(statement.value, code, hops - 1)
                    if found is not None:
                        return found
        return None

    def _set_before(self, read: cst.Attribute, code: cst.CSTNode) -> Iterator[cst.Assign]:
        """``self.key = new()`` in the attempt, before it is read, whatever else comes out."""
        wanted, order = dotted(read), self._tree.order
        body = code.body if isinstance(code, (cst.For, cst.While, cst.FunctionDef)) else None
        for statement in self._tree.inside(body, cst.Assign, into_functions=False) if wanted is not None and body is not None else ():
            is_set = any(dotted(target.target) == wanted for target in statement.targets)
            if is_set and order[statement] < order[read] and self._always_runs(statement, code):
                yield statement

    def _bound_in(self, binding: Binding, code: cst.CSTNode, hops: int) -> tuple[cst.BaseExpression, cst.Call] | None:
        """What a name that the attempt itself binds was made by; nothing where a test decides whether it is made."""
        if binding.how is not How.VALUE or binding.value is None or binding.path or not self._tree.within(binding.node, code):
            return None
        return self._made_in(binding.value, code, hops - 1) if self._always_runs(binding.node, code) else None

    def _always_runs(self, node: cst.CSTNode, code: cst.CSTNode) -> bool:
        """Whether no test in the code of the attempt decides whether a node is run."""
        for around in self._tree.ancestors(node):
            if around is code:
                return True
            if isinstance(around, (cst.If, cst.FunctionDef)):
                return False
        return True

    def _is_new(self, call: cst.Call, hops: int) -> bool:
        name = self._semantics.names.qualified(call.func)
        if name is not None and name in self._semantics.libraries.new_each_time:
            return True
        returned = [value for function in self._semantics.functions.run_by(call) for value in self._semantics.functions.returned(function)]
        inner = (node for value in returned for node in (value, *self._tree.below(value)) if isinstance(node, cst.Call))
        return len(returned) == 1 and hops > 1 and any(self._is_new(node, hops - 2) for node in inner)
