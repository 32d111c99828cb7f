"""What library sheets and catalogues speak of, as the words and patterns that screens look for in the bytes of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from errlint.body_keys import PARTS, SIGNS
from errlint.lean import dataclass

if TYPE_CHECKING:
    from errlint.catalogue import Catalogues
    from errlint.sheets.libraries import Libraries


class Words:
    """What sheets speak of, as words and patterns: made once a run.

    :param libraries: the sheets; :param catalogues: whose codes, and keys of bodies, count as well.
    """

    def __init__(self, libraries: Libraries, catalogues: Catalogues | None = None) -> None:
        self._libraries = libraries
        self._catalogues = catalogues

    @cached_property
    def codes(self) -> frozenset[bytes]:
        """Error codes, in small letters."""
        return _small(self._catalogues.code_names if self._catalogues is not None else ())

    @cached_property
    def parts(self) -> Keys:
        """The keys of parts of an error."""
        of_apis = self._catalogues.part_keys if self._catalogues is not None else ()
        return Keys.of({*PARTS, *of_apis})

    @cached_property
    def signs(self) -> Keys:
        """The keys that say in a body that it is one of an error."""
        return Keys.of(SIGNS)

    @cached_property
    def status(self) -> Members:
        """Members that tell the status, in whatever form."""
        return Members.of(self._libraries.status_members)

    @cached_property
    def error(self) -> Members:
        """Members that tell the status, or the text of an error."""
        return Members.of(self._libraries.status_members | self._libraries.members("reason", "message"))

    @cached_property
    def keyed(self) -> frozenset[bytes]:
        """The names of functions that give the status, or the text of an error, under a key."""
        return _last_parts(self._libraries.keyed_answers)

    @cached_property
    def falsy(self) -> Members:
        """Members of exceptions that are responses without truth where the status is an error; used as they are."""
        return Members.of(self._libraries.falsy_members, rb"(?!\s*(?:[.\[(=!<>]|is\b|in\b|not\b))")

    @cached_property
    def retries(self) -> tuple[Retrying, ...]:
        """What sets up a retry, or a part of one."""
        needing: dict[str, list[str]] = {}
        for row in self._libraries.retries.chosen:
            by_place = any(argument.name == row.needs and argument.position is not None for argument in row.arguments)
            needing.setdefault("" if by_place else row.needs, []).extend(row.names)
        return tuple(Retrying.of(names, needed) for needed, names in needing.items())

    @cached_property
    def takers(self) -> dict[bytes, re.Pattern[bytes]]:
        """By the name of an argument for which calls take what retries them: a name that is passed for it."""
        names = (name.encode() for name in self._libraries.retries.takers)
        return {name: re.compile(rb"%b(?<=[\s(,]%b)\s*=\s*(?!None|True|False)[A-Za-z_]" % (name, name)) for name in names}

    @cached_property
    def asks_text(self) -> frozenset[bytes]:
        """The names of what makes a retry depend on the text of an exception."""
        return _last_parts(self._libraries.retries.asking_text)

    @cached_property
    def body(self) -> Members:
        """Methods that decode the body of an answer."""
        return Members.of(self._libraries.decoding_methods)

    @cached_property
    def decoders(self) -> frozenset[bytes]:
        """The names of functions that decode JSON."""
        return _last_parts(self._libraries.decoders)

    @cached_property
    def pauses(self) -> frozenset[bytes]:
        """The names of calls that wait."""
        return _last_parts(self._libraries.pauses)

    @cached_property
    def ends(self) -> re.Pattern[bytes]:
        """Words with which a branch ends, or tells people something."""
        told = (word.encode() for word in self._libraries.speeches.words)
        return re.compile(rb"\b(?:%b)\b" % _any_of({b"raise", b"return", b"continue", b"break", *told}))

    @cached_property
    def defeats(self) -> tuple[frozenset[bytes], frozenset[bytes], re.Pattern[bytes]]:
        """The words of values that make a layer ignore Retry-After, and of arguments that do, and how these stand there."""
        rows = [row for rows in self._libraries.defeats_retry_after.values() for row in rows]
        values = _last_parts(row.when_is for row in rows if row.when_is)
        arguments = _last_parts(row.argument.name for row in rows if not row.when_is)
        return values, arguments, re.compile(rb"""\b(?:%b)["']?\s*[=:]""" % _any_of(arguments))


@dataclass(frozen=True, slots=True)
class Retrying:
    """What sets up a retry: functions and classes, members of classes, and the words without which none of them does."""

    functions: frozenset[bytes]
    members: frozenset[bytes]
    needed: frozenset[bytes]

    @classmethod
    def of(cls, names: Sequence[str], needed: str) -> Retrying:
        """By the dotted names of a sheet, and the name of an argument, or "" for none."""
        of_classes = [name for name in names if name.rpartition(".")[0].rpartition(".")[2][:1].isupper()]
        functions = _last_parts(set(names).difference(of_classes))
        return cls(functions, _last_parts(of_classes) - functions, frozenset({needed.encode()} if needed else ()))


@dataclass(frozen=True, slots=True)
class Members:
    """Members of these names, in any of the ways to ask for one: ``x.name``, ``getattr(x, "name")``, ``case Type(name=…)``."""

    names: frozenset[bytes]
    folded: frozenset[bytes]
    asked: re.Pattern[bytes]
    matched: re.Pattern[bytes]

    @classmethod
    def of(cls, names: Iterable[str], then: bytes = b"") -> Members:
        """The patterns for these names; ``then`` is what follows when they are asked for with a dot."""
        words = frozenset(name.encode() for name in names)
        options = _any_of(words)
        return cls(
            words,
            frozenset(word.lower() for word in words),
            re.compile(rb"\.(?:\s|#[^\n]*\n)*(?:%b)\b(?!\s*=(?!=))%b" % (options, then)),
            re.compile(rb"case\b[^\n]*\b(?:%b)\s*=" % options),
        )


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of bodies, in small letters, and the pattern of one that stands neither for the key of a table nor for a place to keep."""

    names: frozenset[bytes]
    asked: re.Pattern[bytes]

    @classmethod
    def of(cls, keys: Iterable[str]) -> Keys:
        """The pattern for these keys."""
        names = _small(keys)
        return cls(names, re.compile(rb"""["'](?i:%b)["'](?!\s*:|\]\s*=(?!=))""" % _any_of(names)))


def _small(words: Iterable[str]) -> frozenset[bytes]:
    return frozenset(word.lower().encode() for word in words)


def _last_parts(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.rpartition(".")[2].encode() for name in names)


def _any_of(words: Iterable[bytes]) -> bytes:
    return b"|".join(re.escape(word) for word in sorted(words)) or b"(?!)"
