"""What library sheets say of calls that tell people something (log lines, prints, screens), and of code that serves requests."""

# no `from __future__ import annotations`: msgspec would compile the text of each annotation again
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

import msgspec

from errlint.lean import dataclass
from errlint.sheets.patterns import Patterns

Level = Literal["debug", "info", "warning", "error", "exception"]
"""How loud: ``exception`` writes the exception that is being handled, whatever the text says."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Strict decoding for everything in a sheet."""


class SpeechSheet(_Table, frozen=True, kw_only=True):
    """``[[speech]]``: calls that tell people something: of the functions ``names``, and of ``methods`` of what calls of ``makers`` return.

    Where nothing shows what an object is, it is one of these if it is called like one of ``receivers`` (``*`` for any part of a name).
    """

    names: dict[str, Level] = {}
    """Functions by dotted name, and how loud they are."""
    makers: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    methods: dict[str, Level] = {}
    called: dict[str, Level] = {}
    """Plain names of functions of which nothing is known but that: projects have them to do what the library does."""
    text: int = 0
    """The position of the text."""
    level: int | None = None
    """The position of the argument that says how loud it is, by its last name: ``logging.ERROR``."""
    style: Literal["percent", "brace", "joined", "text"] = "text"
    """What becomes of the arguments after the text: put in for ``%s``, for ``{}``, written one after the other, or something else."""
    fields: Literal["", "extra", "keywords"] = ""
    """Where further values go: a dict in the argument ``extra``, or any keyword."""
    traceback: tuple[str, ...] = ()
    """Keywords, of the call or of one that made its object, that add the exception that is being handled."""
    ends: bool = False
    """The program ends there, or the command that it runs."""
    shown: bool = False
    """End users see it."""
    once: bool = False
    """Each text is told once for each place: one that is another each time would be told each time, so nothing is added to it."""


class ServingSheet(_Table, frozen=True, kw_only=True):
    """``[[serving]]``: code that answers requests rather than making them."""

    decorators: tuple[str, ...] = ()
    """Last names of decorators of functions that answer requests: they count with a path (``"/items"``) as their first argument."""
    marks: tuple[str, ...] = ()
    """Decorators of such functions by dotted name (``*`` for any part of it), which need no path."""
    responses: tuple[str, ...] = ()
    """What makes an answer, by dotted name (``*`` for any part of it): a function that returns one answers a request."""
    bases: tuple[str, ...] = ()
    """Classes, by dotted name (``*`` for any part of it), whose subclasses answer requests in their ``methods``."""
    methods: tuple[str, ...] = ()
    """Names of methods (``*`` for any part of one)."""
    exceptions: tuple[str, ...] = ()
    """Exceptions that are themselves an answer."""
    hooks: tuple[str, ...] = ()
    """Last names of decorators of functions that are called with the program's own answers or errors, or around them."""
    inner: tuple[str, ...] = ()
    """Last names of what hands a request on within the program: called with the request, it gives the program's own answer."""
    clients: tuple[str, ...] = ()
    """What makes a client whose requests the program answers itself, by dotted name (``*`` for any part of it)."""


@dataclass(frozen=True)
class Speeches:
    """All that the sheets of a run say of speech."""

    sheets: tuple[SpeechSheet, ...] = ()
    serving: tuple[ServingSheet, ...] = ()

    @cached_property
    def _functions(self) -> dict[str, tuple[SpeechSheet, Level]]:
        return {name: (sheet, level) for sheet in self.sheets for name, level in sheet.names.items()}

    @cached_property
    def _makers(self) -> dict[tuple[str, str], SpeechSheet]:
        return {(name, method): sheet for sheet in self.sheets for name in sheet.makers for method in sheet.methods}

    def function(self, name: str) -> tuple[SpeechSheet, Level] | None:
        """What a call of this dotted name tells people with."""
        return self._functions.get(name)

    def made_by(self, name: str, method: str) -> SpeechSheet | None:
        """What a method of the object tells people with that a call of this dotted name returns."""
        return self._makers.get((name, method))

    def called(self, receiver: str, method: str) -> SpeechSheet | None:
        """What an object with this plain name is likely to be."""
        word = receiver.lower()
        return next((sheet for sheet, receivers in self._receivers if method in sheet.methods and word in receivers), None)

    @cached_property
    def _receivers(self) -> tuple[tuple[SpeechSheet, Patterns], ...]:
        return tuple((sheet, Patterns(sheet.receivers)) for sheet in self.sheets)

    @cached_property
    def _called(self) -> dict[str, tuple[SpeechSheet, Level]]:
        return {name: (sheet, level) for sheet in self.sheets for name, level in sheet.called.items()}

    def function_called(self, word: str) -> tuple[SpeechSheet, Level] | None:
        """What a function with this plain name is likely to tell people with."""
        return self._called.get(word)

    @cached_property
    def methods(self) -> frozenset[str]:
        """The names of all methods that tell people something: most calls need no further look."""
        return frozenset(method for sheet in self.sheets for method in sheet.methods)

    @cached_property
    def words(self) -> frozenset[str]:
        """The last names of all calls that may tell people something."""
        functions = (name.rpartition(".")[2] for name in self._functions)
        return self.methods.union(functions, self._called)

    @cached_property
    def routes(self) -> frozenset[str]:
        """Last names of decorators of functions that answer requests."""
        return frozenset(name for sheet in self.serving for name in sheet.decorators)

    @cached_property
    def hooks(self) -> frozenset[str]:
        """Last names of decorators of functions that are called with the program's own answers."""
        return frozenset(name for sheet in self.serving for name in sheet.hooks)

    @cached_property
    def inner(self) -> frozenset[str]:
        """Last names of what hands a request on within the program."""
        return frozenset(name for sheet in self.serving for name in sheet.inner)

    @cached_property
    def own_clients(self) -> Patterns:
        """What makes, or is, a client whose requests the program answers itself, by dotted name."""
        return Patterns(name for sheet in self.serving for name in sheet.clients)

    @cached_property
    def answering_errors(self) -> Patterns:
        """Exceptions, by dotted name, that are themselves an answer to a request."""
        return Patterns(name for sheet in self.serving for name in sheet.exceptions)

    @cached_property
    def marks(self) -> Patterns:
        """Decorators, by dotted name, of functions that answer requests."""
        return Patterns(name for sheet in self.serving for name in sheet.marks)

    @cached_property
    def responses(self) -> Patterns:
        """What makes an answer to a request, by dotted name."""
        return Patterns(name for sheet in self.serving for name in sheet.responses)

    @cached_property
    def _served(self) -> tuple[tuple[Patterns, Patterns], ...]:
        return tuple((Patterns(sheet.bases), Patterns(sheet.methods)) for sheet in self.serving)

    def answers_in(self, base: str, method: str) -> bool:
        """Whether classes that inherit from one of this dotted name answer requests in a method."""
        return any(base in bases and method in methods for bases, methods in self._served)

    @classmethod
    def of(cls, sheets: Iterable[tuple[Iterable[SpeechSheet], Iterable[ServingSheet]]]) -> "Speeches":
        """What these sheets say together."""
        found = list(sheets)
        return cls(tuple(one for speech, _ in found for one in speech), tuple(one for _, serving in found for one in serving))
