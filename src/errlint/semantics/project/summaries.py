"""What one module tells the others of its functions and values: small, frozen, serialisable.

A summary speaks the language of library sheets and adds what only code shows: where in the module each fact can be seen, and what becomes
of arguments. It holds no node of a syntax tree, so the module can be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from errlint.sheets.library import FunctionSheet


class Spot(msgspec.Struct, frozen=True):
    """A place in another file: the rank of its node in document order (lines are counted only for what is shown)."""

    file: str
    rank: int
    note: str
    http: bool = False


class Value(msgspec.Struct, frozen=True):
    """A meaning without the nodes of its file; the fields are those of :class:`errlint.semantics.meaning.Meaning`.

    ``kind`` is the name of a kind, ``type`` that of the type, ``api`` the id of the catalogue (``-``: one that no catalogue knows) and
    ``because`` how that is known. ``argument`` is the argument that the value was taken from, by position or name.
    """

    kind: str
    type: str = ""
    name: str = ""
    path: tuple[str | int, ...] = ()
    api: str = ""
    because: str = ""
    from_exception: bool = False
    argument: int | str | None = None
    spots: tuple[Spot, ...] = ()
    succeeded: bool = False


class Making(msgspec.Struct, frozen=True):
    """How instances of a class are made: the parameters of its constructor, which attributes keep which of them (``kept``), and which of
    them are handed on to the constructor above, by position or name (``handed``).
    """

    parameters: tuple[str, ...]
    kept: tuple[tuple[str, str], ...] = ()
    handed: tuple[tuple[int | str, str], ...] = ()


class Fixed(msgspec.Struct, frozen=True):
    """The status that a class is made with whoever makes it (0: none is seen), and the numbers that it hands on, by their position, to the
    constructor above it; whether its own code compares the status of its instances with one of HTTP's; whether its constructor reads the
    status of an answer that it is given.
    """

    status: int = 0
    handed: tuple[tuple[int, int], ...] = ()
    compared: bool = False
    answered: bool = False


class RaisedFor(msgspec.Struct, frozen=True):
    """A class of exceptions that its module raises for nothing but error answers: how that can be seen, and what its attributes keep."""

    spots: tuple[Spot, ...] = ()
    carries: tuple[tuple[str, str], ...] = ()


Given = tuple[tuple[int | str, Value], ...]
"""What is known of the arguments of a call, by position or keyword; the spots left out."""


class FunctionSummary(FunctionSheet, frozen=True):
    """A function of the project, for calls with certain arguments.

    ``value`` is what it returns and ``items`` what the tuple that it returns holds; ``http`` shows the call that it makes, if any;
    ``answer`` says whether it raises for a status, ``raised`` how that can be seen, ``tells`` that the error is made of the answer,
    ``under`` the statuses under which types are raised, ``wording`` what is written into the errors, ``carries`` what these keep of the
    answer (:mod:`errlint.semantics.errors.carried`), ``silent`` those of the types that have nothing of it, ``makes`` the exceptions that
    it makes and returns, with their statuses, and ``may`` and ``must`` for which statuses what it returns is true (bit sets, see
    :mod:`errlint.semantics.values.status_sets`), if that is known.
    Of an ``abstract`` method, subclasses have the code that runs.
    """

    value: Value | None = None
    items: tuple[Value | None, ...] = ()
    http: tuple[Spot, ...] = ()
    answer: Literal["yes", "no", "unknown"] = "unknown"
    raised: tuple[Spot, ...] = ()
    tells: bool = True
    under: tuple[tuple[str, int], ...] = ()
    wording: tuple[str, ...] = ()
    carries: tuple[tuple[str, str, str], ...] = ()
    silent: tuple[str, ...] = ()
    makes: tuple[tuple[str, int], ...] = ()
    escapes: bool = False
    predicate: tuple[int, int] | None = None
    abstract: bool = False
    only_reads: bool = False
    """It returns a part of what it is given, and does nothing else with it."""
    gives_another: bool = False
    """Each call of it gives another one of many."""
    hooks: tuple[str, ...] = ()
    """The methods of its class that it calls, and that raise: where an object has others in their place, it does something else."""
    may_give_none: bool = False
    """It may return None in place of a value."""


Kinds = tuple[tuple[int | str, tuple[str, ...]], ...]
"""By position or keyword of an argument, the names of the types that it names."""


class Arguments(msgspec.Struct, frozen=True):
    """What a call passes: the types that each argument names, and the numbers among them, by position or keyword.

    ``predicates`` are the functions among them: the outcomes that they may and certainly do let through, and the statuses that they name.
    """

    kinds: Kinds = ()
    numbers: tuple[tuple[int | str, float], ...] = ()
    predicates: tuple[tuple[int | str, tuple[int, int, int]], ...] = ()


ByType = tuple[tuple[tuple[str, ...], int], ...]
"""What is raised: types, each with the outcomes under which it is; no type stands for whatever the HTTP library raises."""


class Onward(msgspec.Struct, frozen=True):
    """What a function does with outcomes that it is handed (:mod:`errlint.semantics.retries.outcomes`): those that may go on behind its
    call (``next``), and those that it may raise.
    """

    next: int
    raised: ByType = ()


class Retrying(msgspec.Struct, frozen=True):
    """What a function is asked about that may run something again: its arguments, and what is raised.

    ``given`` are those of the call, ``made`` those that its object was made with; None: not known. ``raised`` are types, each with the
    error statuses under which it is raised; no type stands for whatever the HTTP library raises.
    """

    given: Arguments | None = Arguments()
    made: Arguments | None = Arguments()
    raised: tuple[tuple[tuple[str, ...], int], ...] = ()


class Schedule(msgspec.Struct, frozen=True):
    """How long a retry waits and when it gives up: the fields of :class:`~errlint.semantics.retries.policy.Wait` and its ``Stop``, with
    spots for nodes.
    """

    growth: Literal["none", "constant", "growing", "unknown"] = "unknown"
    first: float | None = None
    jitter: bool | None = None
    server: bool | None = None
    cap: float | None = None
    waits: tuple[Spot, ...] = ()
    bounded: bool | None = None
    attempts: int | None = None
    stops: tuple[Spot, ...] = ()


class Waiting(msgspec.Struct, frozen=True):
    """How long a function waits (``pauses``), or a wait is of the number of seconds that it returns (``delay``)."""

    pauses: Schedule | None = None
    delay: Schedule | None = None


class Decision(msgspec.Struct, frozen=True):
    """What a predicate lets through: sets of outcomes (:mod:`errlint.semantics.retries.outcomes`) that may, and certainly do, pass it.

    ``named`` are the statuses that it names, ``rejected`` those of them that it certainly does not let through.
    """

    may: int
    must: int
    named: int = 0
    rejected: int = 0


class Retrier(msgspec.Struct, frozen=True):
    """A function that runs what it is given again: after which failures it may, and certainly does, and on which schedule.

    ``may`` and ``must`` are sets of outcomes (:mod:`errlint.semantics.retries.outcomes`), ``named`` the statuses that it names. What it
    runs is the argument at the position ``callee``, or with the name ``parameter``; None: what is given to a function that it makes.
    ``asks``: it asks failures for their status by itself, whoever uses it.
    """

    may: int
    must: int
    named: int = 0
    places: tuple[Spot, ...] = ()
    callee: int | None = None
    parameter: str = ""
    asks: bool = False
    schedule: Schedule = Schedule()


def of_any(found: Sequence[FunctionSummary]) -> FunctionSummary | None:
    """A method of which any of these implementations may run: it does HTTP if half of them do, and raises if all of those do."""
    http = [summary for summary in found if summary.http]
    if not http or 2 * len(http) < len(found):
        return None
    raising = all(summary.answer == "yes" for summary in http)
    return FunctionSummary(
        names=http[0].names,
        raises=tuple(dict.fromkeys(name for summary in http for name in summary.raises)) if raising else (),
        http=http[0].http,
        answer="yes" if raising else "unknown",
        raised=http[0].raised if raising else (),
        tells=any(summary.tells for summary in http),
        wording=tuple(text for summary in http for text in summary.wording) if raising else (),
        carries=tuple(dict.fromkeys(row for summary in http for row in summary.carries)) if raising else (),
        silent=tuple(dict.fromkeys(name for summary in http for name in summary.silent if not _tells(http, name))) if raising else (),
        escapes=any(summary.escapes for summary in http),
    )


def _tells(found: Sequence[FunctionSummary], name: str) -> bool:
    """Whether any of these functions raises a type with something of the answer."""
    return any(summary.tells and name in summary.raises and name not in summary.silent for summary in found)
