"""Where does a retry lose the answer that says how long to wait? Where an exception of the project is made of a limit, without it.

``if answer.status_code == 429: raise Limited(answer.text)``: whoever catches ``Limited`` can wait for nothing but a guess, and the mistake
shows where the answer was at hand last.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.meaning import Kind, Place
from errlint.semantics.retries.exception_types import FEW, Raised
from errlint.semantics.retries.policy import RetryPolicy, repeated
from errlint.semantics.values.status_sets import ERRORS

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 3
"""How many functions of the file are looked into, one inside of the other."""
_PARTS = frozenset({
    Kind.STATUS, Kind.OK, Kind.REASON, Kind.BODY, Kind.TEXT, Kind.CODE, Kind.MESSAGE, Kind.REQUEST_ID, Kind.CLIENT, Kind.INSTANCE,
    Kind.OBJECT,
})  # fmt: skip
"""What has no headers in it. A body may say how long to wait; that is seen where the wait reads it."""


def dropped_at(semantics: Semantics, policy: RetryPolicy, status: int) -> Place | None:
    """Where what a policy runs raises one of the types that it retries for a status (and few others), and keeps nothing of the answer.

    None where the answer is not at hand there, or comes along in whatever way: then it may be kept where nobody sees it.
    """
    names = list(_retried_types(semantics, policy))
    found = [one for code in policy.code for one in _raises(semantics, repeated(code), _HOPS)] if names else []
    meant = [one for one in dict.fromkeys(found) if _is_for(semantics, one, status) and _is_taken(semantics, one, names, status)]
    if not meant or any(_takes_it_along(semantics, one) or semantics.headers.at(one) is None for one in meant):
        return None
    return Place(meant[0], "raised without the headers of the answer, which say how long to wait")


def _retried_types(semantics: Semantics, policy: RetryPolicy) -> Iterator[str]:
    """The project's own exceptions that a policy names as retried: those of handlers, or of the arguments of a library."""
    types = semantics.predicates.types
    for place in policy.retried.places:
        match place.node:
            case cst.ExceptHandler(type=node) | cst.ExceptStarHandler(type=node) | cst.Arg(value=node):
                named = types.named(node) if node is not None else []
            case _:
                named = []
        yield from (name for name in named if is_first_party(name) or types.local(name) is not None)


def _raises(semantics: Semantics, code: cst.CSTNode, hops: int) -> Iterator[cst.Raise]:
    """The ``raise`` statements in code and in the functions of the file that it calls."""
    body = code.body if isinstance(code, (cst.FunctionDef, cst.While)) else code
    for node in semantics.tree.inside(body, cst.Raise, cst.Call, into_functions=False):
        if isinstance(node, cst.Raise):
            yield node
        elif isinstance(node, cst.Call) and hops:
            for function in semantics.runs(node):
                yield from _raises(semantics, function, hops - 1)


def _is_for(semantics: Semantics, statement: cst.Raise, status: int) -> bool:
    """Whether a status is singled out where an exception is raised: one that is raised for any error tells of no limit."""
    possible = semantics.statuses.possible_at(statement) & ERRORS
    return bool(possible >> status & 1) and possible.bit_count() <= FEW


def _is_taken(semantics: Semantics, statement: cst.Raise, names: list[str], status: int) -> bool:
    made = statement.exc.func if isinstance(statement.exc, cst.Call) else statement.exc
    types = tuple(semantics.predicates.types.named(made)) if made is not None else ()
    return bool(types) and bool(semantics.predicates.types.taken(names, Raised(types, 1 << status)).must)


def _takes_it_along(semantics: Semantics, statement: cst.Raise) -> bool:
    """Whether what is raised is handed the answer, its headers, or what may be made of them."""
    passed = statement.exc.args if isinstance(statement.exc, cst.Call) else ()
    return any(argument.star or _is_more_than_text(semantics, argument.value, _HOPS) for argument in passed)


def _is_more_than_text(semantics: Semantics, value: cst.BaseExpression, hops: int) -> bool:
    """Whether a value may hold more of an answer than a text, a number or the body."""
    meaning = semantics.meaning(value)
    if semantics.waits.said.by_server(value) is not None:
        return True
    if meaning is not None:
        return meaning.kind not in _PARTS
    if isinstance(value, cst.Name):
        values = [one.value for one in semantics.scopes.reaching(value) if one.value is not None]
        return any(_is_more_than_text(semantics, one, hops - 1) for one in values) if hops else bool(values)
    parts = (part for part in semantics.tree.below(value, into_functions=False) if isinstance(part, (cst.Name, cst.Attribute, cst.Call)))
    return any(_is_more_than_text(semantics, part, hops) for part in parts if _is_outermost(semantics, part, value))


def _is_outermost(semantics: Semantics, part: cst.BaseExpression, value: cst.BaseExpression) -> bool:
    """Whether nothing that means something stands around a part of a value: of `answer.text`, `answer` is not asked."""
    around = (one for one in semantics.tree.ancestors(part) if isinstance(one, cst.BaseExpression))
    for one in around:
        if one is value:
            break
        if semantics.meaning(one) is not None:
            return False
    return True
