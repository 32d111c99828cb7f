"""What all library sheets together say: answers by dotted name.

The engine contains no name of a library: it asks here. What a sheet may say is in :mod:`errlint.sheets.library`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from fnmatch import fnmatchcase
from functools import cached_property

from errlint.installed import Installed
from errlint.lean import dataclass
from errlint.sheets.aliases import Aliases
from errlint.sheets.by_version import rows, sheet_at
from errlint.sheets.library import Argument, Foreign, FunctionSheet, RetryAfterDefeat, Sheet, TypeSheet, ancestors
from errlint.sheets.patterns import Patterns
from errlint.sheets.retry_calls import RetryCall, RetryTables
from errlint.sheets.speech import Speeches


@dataclass(frozen=True)
class Libraries:
    """All sheets of a run, indexed by dotted name.

    :ivar wrapped: the names of functions and classes that the user's settings describe (:mod:`errlint.wrappers`), whoever defines them.
    """

    sheets: tuple[Sheet, ...] = field(default=())
    wrapped: frozenset[str] = frozenset()

    def at(self, installed: Installed) -> Libraries:
        """What holds for a project with these versions; where a version is not known, what holds for all that are possible."""
        return replace(self, sheets=tuple(sheet_at(sheet, installed) for sheet in self.sheets))

    @cached_property
    def versioned(self) -> frozenset[str]:
        """The packages whose version makes a difference."""
        return frozenset(sheet.library.package or sheet.library.id for sheet in self.sheets if any(row.versions for row in rows(sheet)))

    @cached_property
    def _types(self) -> dict[str, TypeSheet]:
        return {name: entry for sheet in self.sheets for entry in sheet.type for name in (entry.name, *entry.also)}

    @cached_property
    def _functions(self) -> dict[str, FunctionSheet]:
        return {name: entry for entry, name in self._function_names() if "*" not in name}

    @cached_property
    def _patterns(self) -> tuple[tuple[str, FunctionSheet], ...]:
        return tuple((name, entry) for entry, name in self._function_names() if "*" in name)

    def _function_names(self) -> Iterator[tuple[FunctionSheet, str]]:
        return ((entry, name) for sheet in self.sheets for entry in sheet.function for name in entry.names)

    @cached_property
    def roots(self) -> frozenset[str]:
        """Top-level import names of libraries that any sheet speaks of."""
        return frozenset(root for sheet in self.sheets for root in sheet.library.roots)

    @cached_property
    def waking(self) -> frozenset[str]:
        """Import names of everything that any sheet speaks of, the user's own wrappers included: top-level ones, and what is an alias."""
        others = {name for name in self.aliases.names if name.partition(".")[0] not in self.roots}
        return self.roots | {name.partition(".")[0] for name in self.wrapped} | others

    @cached_property
    def aliases(self) -> Aliases:
        """Other names of what sheets speak of."""
        return Aliases.of([entry for sheet in self.sheets for entry in sheet.alias])

    def speak_of(self, name: str) -> bool:
        """Whether any row is about something of this dotted name, or about something below it."""
        return name in self._spoken_of or self.function(name) is not None

    @cached_property
    def _spoken_of(self) -> frozenset[str]:
        """The names of all rows, and those of the modules and classes that these stand in."""
        names = {*self._types, *self._functions, *self.retries.names, *self.answerless}
        names.update(pattern.partition("*")[0].rstrip(".") for pattern, _ in self._patterns)
        return frozenset(".".join(parts[:length]) for name in names for parts in [name.split(".")] for length in range(1, len(parts) + 1))

    @cached_property
    def type_names(self) -> tuple[str, ...]:
        """The dotted names of all types, by their first import path."""
        return tuple(sorted({entry.name for sheet in self.sheets for entry in sheet.type}))

    @cached_property
    def defeats_retry_after(self) -> dict[str, tuple[RetryAfterDefeat, ...]]:
        """Calls, by dotted name, that defeat the Retry-After a lower layer would honour."""
        found: dict[str, tuple[RetryAfterDefeat, ...]] = {}
        for sheet in self.sheets:
            for entry in sheet.defeats_retry_after:
                for call in entry.calls:
                    found[call] = (*found.get(call, ()), entry)
        return found

    @cached_property
    def pauses(self) -> dict[str, Argument]:
        """Calls, by dotted name, that wait; and the argument that says how long."""
        return {call: entry.argument for sheet in self.sheets for entry in sheet.pause for call in entry.calls}

    @cached_property
    def limits(self) -> dict[str, Argument]:
        """Calls, by dotted name, that end what they are given, or the block that they open; and the argument that says when."""
        return {call: entry.argument for sheet in self.sheets for entry in sheet.limit for call in entry.calls}

    @cached_property
    def runners(self) -> dict[str, list[tuple[str, Argument]]]:
        """Calls that run what they are given, by their last word: the end of each one's dotted name, and the argument that it runs."""
        found: dict[str, list[tuple[str, Argument]]] = {}
        for entry in (entry for sheet in self.sheets for entry in sheet.runner):
            for call in entry.calls:
                found.setdefault(call.rpartition(".")[2], []).append((call, entry.argument))
        return found

    @cached_property
    def endings(self) -> dict[str, frozenset[str]]:
        """Methods that end the program, by their plain name; and the import names of their libraries."""
        return {method: frozenset(sheet.library.roots) for sheet in self.sheets for entry in sheet.ending for method in entry.methods}

    @cached_property
    def addresses(self) -> dict[str, Argument]:
        """Calls, by dotted name, whose value stands for an address; and the argument that the address is."""
        return {call: entry.argument for sheet in self.sheets for entry in sheet.address for call in entry.calls}

    @cached_property
    def speeches(self) -> Speeches:
        """Calls that tell people something, and code that serves."""
        return Speeches.of((sheet.speech, sheet.serving) for sheet in self.sheets)

    @cached_property
    def random(self) -> Patterns:
        """Functions, by dotted name, that draw their value at random."""
        return Patterns(name for sheet in self.sheets for entry in sheet.random for name in entry.names)

    @cached_property
    def clocks(self) -> Patterns:
        """Functions, by dotted name, that tell the time."""
        return Patterns(name for sheet in self.sheets for entry in sheet.clock for name in entry.names)

    @cached_property
    def new_each_time(self) -> Patterns:
        """Functions, by dotted name, each call of which gives another value: a fresh id, a random number, the time."""
        entries = (entry for sheet in self.sheets for entry in (*sheet.unique, *sheet.random, *sheet.clock))
        return Patterns(name for entry in entries for name in entry.names)

    @cached_property
    def decoders(self) -> frozenset[str]:
        """Functions, by dotted name, that decode JSON."""
        return frozenset(name for sheet in self.sheets for entry in sheet.decoder for name in entry.names)

    @cached_property
    def records(self) -> frozenset[str]:
        """Decorators, by dotted name, that make the constructor of a class of its annotated names."""
        return frozenset(name for sheet in self.sheets for entry in sheet.record for name in entry.names)

    @cached_property
    def matchers(self) -> frozenset[str]:
        """Modules with the functions of ``re``."""
        return frozenset(name for sheet in self.sheets for entry in sheet.matcher for name in entry.names)

    def is_local_text(self, words: str) -> bool:
        """Whether only failures that no answer stands behind say this: a refused connection, a full disk, a parser.

        A single word may stand in anybody's sentence, unless it is all that is said.
        """
        asked = words.strip().casefold()
        return asked in self._sayings or (" " in asked and any(asked in said for said in self._sayings))

    @cached_property
    def _sayings(self) -> tuple[str, ...]:
        return tuple(said.casefold() for sheet in self.sheets for entry in sheet.saying for said in entry.says)

    def foreign(self, name: str) -> Foreign | None:
        """What does something else than HTTP under a dotted name: by its own name, or the longest one that it stands below."""
        while name:
            found = self._foreign.get(name)
            if found is not None:
                return found
            name = name.rpartition(".")[0]
        return None

    @cached_property
    def _foreign(self) -> dict[str, Foreign]:
        return {name: entry for sheet in self.sheets for entry in sheet.foreign for name in entry.names}

    @cached_property
    def retries(self) -> RetryTables:
        """Calls that retry."""
        return RetryTables(self.sheets)

    def retry(self, name: str) -> RetryCall | None:
        """What calls of this dotted name say about retries; a class under any of its import paths, and a function that makes a client."""
        entry = self._types.get(name) or self._made_by(name)
        return self.retries.get((name, entry.name) if entry is not None else (name,))

    def _made_by(self, name: str) -> TypeSheet | None:
        """The type of the client that a function makes."""
        function = self.function(name)
        made = self._types.get(function.returns) if function is not None else None
        return made if made is not None and made.is_a == "client" else None

    def retry_method(self, name: str, method: str) -> RetryCall | None:
        """What calling ``method`` of the type ``name``, own or inherited, says about retries."""
        return self.retries.get(f"{ancestor.name}.{method}" for ancestor in self.ancestors(name))

    @cached_property
    def retry_methods(self) -> frozenset[str]:
        """The names of methods of any type that say something about retries: most names need no further look."""
        return frozenset(name.rpartition(".")[2] for name in self.retries.names if name.rpartition(".")[0] in self._types)

    def type(self, name: str) -> TypeSheet | None:
        """The type with this dotted name, under any of its import paths."""
        return self._types.get(name)

    def members(self, *kinds: str) -> frozenset[str]:
        """The names of all members of which a sheet says one of these things."""
        return frozenset(name for kind in kinds for name in self._members.get(kind, ()))

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for sheet in self.sheets:
            for entry in sheet.type:
                for name, said in (*entry.attributes.items(), *entry.methods.items()):
                    found.setdefault(said.rstrip("?"), []).append(name)
        return found

    @cached_property
    def status_members(self) -> frozenset[str]:
        """The names of members that tell the status, in whatever form."""
        return self.members("status", "ok", "success", "is-error", "client-error", "server-error")

    @cached_property
    def decoding_methods(self) -> frozenset[str]:
        """The names of methods that give the decoded body."""
        types = (entry for sheet in self.sheets for entry in sheet.type)
        methods = frozenset(name for entry in types for name, said in entry.methods.items() if said.rstrip("?") == "body")
        functions = (entry for sheet in self.sheets for entry in sheet.function if entry.returns.rstrip("?") == "body")
        return methods.union(name.rpartition(".")[2] for entry in functions for name in entry.names)

    @cached_property
    def keyed_answers(self) -> frozenset[str]:
        """The names of functions that give the status or the text of an error under a key, in what they return or in a part of it."""
        keyed = {entry.name for sheet in self.sheets for entry in sheet.type if any(not key.isdigit() for key in entry.keys)}
        parted = {entry.name for sheet in self.sheets for entry in sheet.type if keyed.intersection(entry.keys.values())}
        functions = (entry for sheet in self.sheets for entry in sheet.function if entry.returns.rstrip("?") in keyed | parted)
        return frozenset(name.rpartition(".")[2] for entry in functions for name in entry.names)

    @cached_property
    def silent_methods(self) -> frozenset[str]:
        """The names of methods of clients that are known to send nothing: whose client it is need not be known."""
        names = (name.rpartition(".") for sheet in self.sheets for entry in sheet.function if not entry.returns for name in entry.names)
        return frozenset(word for owner, _, word in names if (of := self.type(owner)) is not None and of.is_a == "client")

    @cached_property
    def falsy_members(self) -> frozenset[str]:
        """The names of members of exceptions that are responses without truth where the status is an error."""
        responses = (entry.name for sheet in self.sheets for entry in sheet.type if entry.falsy_on_error)
        exceptions = [entry for sheet in self.sheets for entry in sheet.type if entry.is_a == "exception"]
        wanted = set(responses)
        return frozenset(
            name
            for entry in exceptions
            for name, said in (*entry.attributes.items(), *entry.methods.items())
            if (found := self.type(said.rstrip("?"))) is not None and found.name in wanted
        )

    @cached_property
    def told_by(self) -> dict[str, TypeSheet]:
        """By member that nothing else has, the type of a value of which it is read."""
        return {member: entry for sheet in self.sheets for entry in sheet.type for member in entry.told_by}

    @cached_property
    def told_beside_status(self) -> dict[str, tuple[TypeSheet, frozenset[str]]]:
        """By attribute that holds a status, the type of a value of which it is compared, and the members of which one is read, too."""
        return {
            name: (entry, frozenset(entry.told_beside_status))
            for sheet in self.sheets
            for entry in sheet.type
            if entry.told_beside_status
            for name, said in entry.attributes.items()
            if said == "status"
        }

    def function(self, name: str) -> FunctionSheet | None:
        """What a call of this dotted name gives; exact names before patterns."""
        exact = self._functions.get(name)
        if exact is not None or name.partition(".")[0] not in self.roots:
            return exact
        if name not in self._by_pattern:
            self._by_pattern[name] = next((entry for pattern, entry in self._patterns if fnmatchcase(name, pattern)), None)
        return self._by_pattern[name]

    @cached_property
    def _by_pattern(self) -> dict[str, FunctionSheet | None]:
        return {}

    def method(self, sheet: TypeSheet, name: str) -> FunctionSheet | None:
        """What calling method ``name`` of a type gives; own and inherited, nearest first."""
        key = sheet.name, name
        if key not in self._methods:
            found = (self.own_method(ancestor, name) for ancestor in self.ancestors(sheet.name))
            self._methods[key] = next((method for method in found if method is not None), None)
        return self._methods[key]

    @cached_property
    def _methods(self) -> dict[tuple[str, str], FunctionSheet | None]:
        return {}

    def own_method(self, sheet: TypeSheet, name: str) -> FunctionSheet | None:
        """What calling a method of exactly this type gives.

        A method of a type that only says ``http`` belongs to a client that raises for statuses, as SDKs do.
        """
        dotted = f"{sheet.name}.{name}"
        found = self._functions.get(dotted)
        if found is None and name in sheet.methods:
            returns = sheet.methods[name]
            return FunctionSheet((dotted,), returns, raises_on_status=returns == "http")
        return found

    def errors_of(self, name: str) -> tuple[str, ...]:
        """The most general exceptions that stand for a status, of the library that speaks of the type or function ``name``."""
        client = self.type(name)
        if client is not None and client.raises:
            return client.raises
        sheet = self._homes.get(name) or self._homes.get(name.rpartition(".")[0])
        return self._errors.get(sheet.library.id, ()) if sheet is not None else ()

    def is_general(self, name: str) -> bool:
        """Whether an exception is what clients of its library raise for any status, though it may be one of a base class with others."""
        return name in self._said_of_clients or name in self.errors_of(name)

    def told_apart_from(self, name: str) -> frozenset[int]:
        """The statuses that clients raise another type for, where they raise this one for all the rest."""
        beside = {other for sheet in self.sheets for entry in sheet.type if name in entry.raises for other in entry.raises}
        others = map(self.type, beside - {name})
        return frozenset(status for other in others if other is not None for status in other.statuses)

    @cached_property
    def _said_of_clients(self) -> frozenset[str]:
        return frozenset(name for sheet in self.sheets for entry in sheet.type for name in entry.raises)

    @cached_property
    def answerless(self) -> frozenset[str]:
        """The exceptions of all failures of the network: no answer stands behind one."""
        return frozenset(name for sheet in self.sheets for name in sheet.library.network)

    def temporary(self, name: str) -> tuple[int, ...]:
        """The client errors that may pass by themselves, of the library that a type is of."""
        return self._temporary.get(name, ())

    @cached_property
    def _temporary(self) -> dict[str, tuple[int, ...]]:
        return {entry.name: sheet.library.temporary for sheet in self.sheets if sheet.library.temporary for entry in sheet.type}

    def are_strangers(self, one: str, other: str) -> bool:
        """Whether two types are of libraries none of whose types is one of the other's: an error of one is none of the other."""
        home, away = self._homes.get(one), self._homes.get(other)
        if home is None or away is None or home is away or one.partition(".")[0] == other.partition(".")[0]:
            return False
        return (home.library.id, away.library.id) not in self._related and (away.library.id, home.library.id) not in self._related

    def is_of(self, name: str, library: str) -> bool:
        """Whether a type is of a library, by its id."""
        home = self._homes.get(name)
        return home is not None and home.library.id == library

    @cached_property
    def _related(self) -> frozenset[tuple[str, str]]:
        """Libraries that have a type which is one of another's: ``(whose, of which)``."""
        types = ((sheet, above) for sheet in self.sheets for entry in sheet.type for above in self.ancestors(entry.name))
        return frozenset((sheet.library.id, self._homes[above.name].library.id) for sheet, above in types if above.name in self._homes)

    def asks_by_itself(self, name: str) -> bool:
        """Whether clients of the library that speaks of the type ``name`` retry without being told to, for as long as the server says."""
        sheet = self._homes.get(name)
        return sheet is not None and any(entry.builtin and entry.default.server for entry in sheet.retry)

    @cached_property
    def _homes(self) -> dict[str, Sheet]:
        types = {name: sheet for sheet in self.sheets for entry in sheet.type for name in (entry.name, *entry.also)}
        return {**types, **{name: sheet for sheet in self.sheets for entry in sheet.function for name in entry.names}}

    @cached_property
    def _errors(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for sheet in self.sheets:
            carrying = [entry for entry in sheet.type if entry.carries_status]
            roots = {entry.name.partition(".")[0] for entry in carrying}
            # a service may have a package of its own, with errors that carry none
            others = {entry.name for entry in sheet.type if entry.covers_status and entry.name.partition(".")[0] not in roots}
            stand = {entry.name for entry in carrying} | others
            general = [
                entry.name
                for entry in sheet.type
                if entry.name in stand and not stand.intersection(above.name for above in self.ancestors(entry.name) if above != entry)
            ]
            if general:
                found[sheet.library.id] = tuple(general)
        return found

    def ancestors(self, name: str) -> tuple[TypeSheet, ...]:
        """The type and everything it inherits from, nearest first; cycles in a sheet end the walk."""
        known = self._lines.get(name)
        if known is None:
            known = self._lines[name] = tuple(ancestors(name, self.type))
        return known

    @cached_property
    def _lines(self) -> dict[str, tuple[TypeSheet, ...]]:
        return {}
