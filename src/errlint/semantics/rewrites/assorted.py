"""Failures that have no type in common, as when an attempt fails by exceptions of several SDKs, or of the project beside a library's.

Each is asked in its own words. Those that keep the status by the same name need not be told apart: ``getattr(error, "status_code", None)``.
Of one that stands for a few statuses and does not keep which, the type itself says that nothing will come of another attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import or_

import libcst as cst

from errlint.lean import dataclass
from errlint.model import Edit
from errlint.semantics.program.names import dotted
from errlint.semantics.retries.exception_types import Raised
from errlint.semantics.retries.outcomes import members
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.failures import Failure, Failures
from errlint.semantics.rewrites.writing import Writing
from errlint.semantics.values.status_sets import ERRORS

_MOST_ATTRIBUTES = 2
_MOST_TYPES = 3


@dataclass(frozen=True, eq=False)
class Assorted:
    """Exceptions of several types that stand for an answer.

    :ivar attributes: those that hold the status, in which one of the exceptions or another: asked without the names of their types;
    :ivar others: those that have it elsewhere; :ivar hopeless: how the file writes those that say by their type that it is no use.
    """

    attributes: tuple[str, ...] = ()
    others: tuple[Failure, ...] = ()
    hopeless: tuple[str, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The imports that the types need."""
        return tuple(edit for one in self.others for edit in one.edits)

    def given_up(self, exception: str) -> list[str]:
        """The lines of a predicate that end it for those that are no use."""
        if not self.hopeless:
            return []
        types = self.hopeless[0] if len(self.hopeless) == 1 else f"({', '.join(self.hopeless)})"
        return [f"if isinstance({exception}, {types}):", "    return False"]

    def status(self, exception: str) -> list[str]:
        """The lines that put the status into ``status``; None where the exception has none."""
        lines: list[str] = []
        for one in self.others:
            present = one.sheet.status_guard.format(e=exception)
            test = f"isinstance({exception}, {one.type}){f' and {present}' if present else ''}"
            lines += [f"{'elif' if lines else 'if'} {test}:", f"    status = {one.status(exception)}"]
        got = " or ".join(f'getattr({exception}, "{attribute}", None)' for attribute in self.attributes) or "None"
        return [*lines, "else:", f"    status = {got}"] if lines else [f"status = {got}"]


class Assortment:
    """Answers for one file."""

    def __init__(self, writing: Writing, failures: Failures) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._failures = failures

    def of(self, policy: RetryPolicy, tried: cst.CSTNode | None, taken: Callable[[str], bool]) -> Assorted | None:
        """The exceptions that stand for an answer; None where some of them do not tell which one.

        :param tried: the code that a handler stands by, as in :meth:`Failures.of`; :param taken: whether a type is one that is tried again.
        """
        under = self._failures.under(policy, tried)
        names = [name for name in under if taken(name)]
        if any(self._says_another_status(name, under[name]) or self._has_a_constant(name) for name in names):
            return None
        readable = {name: self._failures.attribute(name) for name in names}
        others = [failure for name in names if readable[name] is None and (failure := self._failures.of_name(name)) is not None]
        attributes = dict.fromkeys(filter(None, readable.values()))
        mute = [name for name in names if readable[name] is None and self._failures.of_name(name) is None]
        hopeless = [name for name in mute if self._is_no_use(policy, name, under[name])]
        if any(name not in hopeless and not self._is_of_use(policy, under[name]) for name in mute):
            return None
        if len(attributes) > _MOST_ATTRIBUTES or len(others) > _MOST_TYPES or not (attributes or others):
            return None
        if len(telling := [name for name in names if name not in mute]) == 1 and (alone := self._failures.of_name(telling[0])) is not None:
            attributes, others = {}, [alone]
        # where several have a `code`, it is a word in those that hold the status elsewhere
        kept = tuple(sorted(attributes, key=lambda name: name == "code"))
        return Assorted(kept, tuple(others), tuple(self._topmost(hopeless)))

    def _is_no_use(self, policy: RetryPolicy, name: str, under: int) -> bool:
        """Whether a class of the file, and those below it, are raised only for statuses after which the same request fails again."""
        if self._semantics.predicates.types.local(name) is None or not under or self._allowed(policy, under):
            return False
        return all(raised and not self._allowed(policy, raised) for raised in self._raised_as(name))

    def _is_of_use(self, policy: RetryPolicy, under: int) -> bool:
        """Whether a type stands for nothing but statuses after which the same request may succeed: it goes on as before."""
        return self._allowed(policy, under) == under

    def _allowed(self, policy: RetryPolicy, statuses: int) -> int:
        worth = self._semantics.judge.worth(policy)
        return reduce(or_, (1 << status for status in members(statuses & ERRORS) if worth.allows(status)), 0)

    def _raised_as(self, name: str) -> Iterator[int]:
        """For each place of the file that raises a class, or one below it: the error statuses that it is for; 0 where none is known."""
        types = self._semantics.predicates.types
        for statement in self._semantics.tree.all(cst.Raise):
            raised = self._semantics.raises_for_status(statement)
            written = statement.exc.func if isinstance(statement.exc, cst.Call) else statement.exc
            kinds = dict.fromkeys((*raised.types, *(types.named(written) if written is not None else ())))
            for kind in kinds:
                if name in types.ancestry(kind)[0]:
                    yield dict(raised.under).get(kind, 0) & ERRORS

    def _topmost(self, names: Sequence[str]) -> Iterator[str]:
        """Without those that are below another one."""
        types = self._semantics.predicates.types
        return (name for name in names if not any(other != name and other in types.ancestry(name)[0] for other in names))

    def _has_a_constant(self, name: str) -> bool:
        """Whether what would hold the status is a number of the class, for all answers that it is raised for: ``status = 0``."""
        own, word = self._semantics.types.type(name), self._failures.attribute(name)
        if own is None or word is None or self._semantics.types.status_of(name):
            return False
        values = list(self._semantics.evaluator.bound_to(own, word))
        return bool(values) and all(isinstance(value, cst.Integer) or dotted(value) == "None" for value in values)

    def _says_another_status(self, name: str, under: int) -> bool:
        """Whether an exception of the project has a status of its own (``status_code = 429``), and is raised for others as well."""
        status = self._semantics.types.status_of(name)
        return bool(status) and under != ERRORS and bool(under & ~(1 << status))


def taken_by(writing: Writing, names: Sequence[str]) -> Callable[[str], bool]:
    """Whether an exception may be of one of these types."""
    types = writing.semantics.predicates.types
    return lambda name: bool(types.taken(list(names), Raised((name,), ERRORS)).may)
