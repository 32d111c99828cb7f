"""Whether a retry that is not seen to wait may do so after all: in a helper, in what a ``with`` enters, in a client of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.retries.waiting.pauses import pause_of

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 2
"""How many functions deep a pause may stand."""
_ENTERED = frozenset({"__enter__", "__aenter__"})


def may_pause(semantics: Semantics, region: cst.CSTNode) -> bool:
    """Whether anything that is called in a region may wait, as far as this file shows. Its own pauses are known already."""
    return any(_pauses(semantics, code, _HOPS, {region}) for code in _called_in(semantics, region))


def _pauses(semantics: Semantics, code: cst.CSTNode, hops: int, seen: set[cst.CSTNode]) -> bool:
    if code in seen:
        return False
    seen.add(code)
    if any(pause_of(semantics, call) is not None for call in semantics.tree.inside(code, cst.Call)):
        return True
    return hops > 0 and any(_pauses(semantics, one, hops - 1, seen) for one in _called_in(semantics, code))


def _called_in(semantics: Semantics, code: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What runs by the calls in some code, and where a ``with`` in it enters something."""
    for call in semantics.tree.inside(code, cst.Call):
        yield from _run_by(semantics, call)
    for item in semantics.tree.inside(code, cst.WithItem):
        yield from _entered(semantics, item)


def _run_by(semantics: Semantics, call: cst.Call) -> Iterator[cst.CSTNode]:
    """The code that a call runs: functions and lambdas; the methods of a client of one's own; the hooks that its client was made with."""
    yield from semantics.runs(call)
    yield from (one for one in semantics.functions.behind(call.func) if isinstance(one, cst.Lambda))
    if not isinstance(call.func, cst.Attribute):
        return
    client = semantics.meaning(call.func.value)
    if client is None:
        return
    definition = semantics.types.definition(client.sheet.name) if client.sheet is not None else None
    if definition is not None:
        yield definition
    for place in client.trail:
        made = place.node if isinstance(place.node, cst.Call) else None
        for argument in made.args if made is not None else ():
            yield from _handed(semantics, argument.value)


def _handed(semantics: Semantics, value: cst.BaseExpression) -> Iterator[cst.CSTNode]:
    """The functions and classes of this file that an argument names: ``event_hooks={"response": [note]}``, ``auth=Patient()``."""
    for node in (value, *semantics.tree.below(value)):
        if isinstance(node, (cst.Name, cst.Attribute)):
            yield from semantics.functions.behind(node)
            yield from semantics.scopes.classes(node)


def _entered(semantics: Semantics, item: cst.WithItem) -> Iterator[cst.CSTNode]:
    """What runs where a ``with`` enters an object of a class of this file."""
    found = semantics.meaning(item.item)
    sheets = [found.sheet] if found is not None and found.sheet is not None else []
    classes = [one for sheet in sheets if (one := semantics.types.definition(sheet.name)) is not None]
    made = item.item.func if isinstance(item.item, cst.Call) else item.item
    for definition in (*classes, *semantics.scopes.classes(made)):
        for function in semantics.tree.inside(definition, cst.FunctionDef):
            if function.name.value in _ENTERED:
                yield function
