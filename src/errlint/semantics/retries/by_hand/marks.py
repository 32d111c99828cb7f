"""Names that a pass sets to ``True`` or ``False`` on its way and asks later: ``failed = True`` in a handler, ``if not failed: return``.

What such a name is depends on the outcome of the attempt: an outcome that comes by an assignment has its value, and one that does not has
the value of before the attempt. Where an outcome may also come by another way, nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How, Scope
from errlint.semantics.retries.outcomes import NOT_YET, ended, running
from errlint.semantics.values.status_sets import ALL, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_VALUES = {"True": True, "False": False, "None": False}


@dataclass
class _Mark:
    """What a name is: the outcomes with which it is true, false, or either, and its value with all others."""

    true: int = 0
    false: int = 0
    either: int = 0
    before: bool | None = None

    def set(self, value: bool, outcomes: int, doubtful: int) -> None:
        """Assign a value on the way of some outcomes, of which the doubtful ones may come by another way as well."""
        certain = outcomes & ~doubtful
        self.true, self.false = self.true & ~outcomes, self.false & ~outcomes
        self.either = self.either & ~outcomes | outcomes & doubtful
        if value:
            self.true |= certain
        else:
            self.false |= certain


class Marks:
    """The marks of one region while outcomes are sent through it.

    :ivar doubtful: the outcomes that may come by another way than the one that is walked.
    """

    def __init__(self, semantics: Semantics, region: cst.CSTNode) -> None:
        self._scopes = semantics.scopes
        self._tree = semantics.tree
        self._region = region
        self._known: dict[tuple[Scope, str], _Mark | None] = {}
        self.doubtful = 0

    @contextmanager
    def by_other_ways(self, outcomes: int) -> Iterator[None]:
        """While a way is walked that some outcomes need not have taken."""
        known, self.doubtful = self.doubtful, self.doubtful | running(outcomes) | ended(outcomes)
        try:
            yield
        finally:
            self.doubtful = known

    def assigned(self, statement: cst.Assign | cst.AnnAssign, state: int) -> None:
        """Note an assignment that outcomes pass."""
        targets = [target.target for target in statement.targets] if isinstance(statement, cst.Assign) else [statement.target]
        value = statement.value.value if isinstance(statement.value, cst.Name) else ""
        name = targets[0] if len(targets) == 1 else None
        mark = self._mark(name) if value in _VALUES and isinstance(name, cst.Name) else None
        if mark is None:
            return
        outcomes = running(state) | ended(state)
        if outcomes & NOT_YET:
            mark.before = _VALUES[value] if not self.doubtful & NOT_YET else None
        mark.set(_VALUES[value], outcomes & ~NOT_YET, self.doubtful)

    def passed(self, test: cst.BaseExpression) -> Range | None:
        """The outcomes with which a name is true; None where it is no mark, or nothing was assigned to it yet."""
        mark = self._mark(test) if isinstance(test, cst.Name) else None
        if mark is None or not (mark.true or mark.false or mark.either):
            return None
        rest = ALL & ~(mark.true | mark.false | mark.either)
        may = mark.true | mark.either | (rest if mark.before is not False else 0)
        return Range(may, mark.true | (rest if mark.before else 0))

    def _mark(self, name: cst.Name) -> _Mark | None:
        key = self._scopes.scope_of(name), name.value
        if key not in self._known:
            bindings = self._scopes.bindings(name.value, key[0])
            values = list(map(_literal, bindings))
            inside = [self._tree.within(found.node, self._region) for found in bindings]
            known = len(bindings) > 1 and None not in values
            self._known[key] = _Mark(before=_before(values, inside)) if known else None
        return self._known[key]


def _literal(binding: Binding) -> bool | None:
    plain = binding.value is not None and binding.how is How.VALUE and not binding.path
    return _VALUES.get(dotted(binding.value) or "") if plain and binding.value is not None else None


def _before(values: list[bool | None], inside: list[bool]) -> bool | None:
    """What a name is when a pass begins: what it was set to before the loop, which a pass that sets it otherwise leaves."""
    outside = {value for value, within in zip(values, inside, strict=True) if not within}
    set_inside = {value for value, within in zip(values, inside, strict=True) if within}
    return outside.pop() if len(outside) == 1 and not outside & set_inside else None
