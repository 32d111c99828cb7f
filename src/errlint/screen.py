"""Which rules may have something to say about a file, told from words and forms in its code before it is parsed.

The gate asks whether a file has to do with HTTP at all; a screen asks whether it does anything that one rule is about. Rules name theirs
(``@rule(…, screen=…)``) as questions about a :class:`Code`. A screen may let one file too many pass, never one too few: it looks for what a
finding cannot be without. Comments do not count, and of strings only what f-strings put into them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from errlint.encoding import with_lf
from errlint.http_words import STATUS_IN_STRING
from errlint.lean import dataclass

if TYPE_CHECKING:
    from errlint.libraries import Libraries

_PROSE = re.compile(
    rb"""\#[^\n]*
    |(?P<prefix>\b[bBfFrRtTuU]{1,2})?(?:
        \"{3}(?P<long>(?:[^"\\]|\\.|"(?!""))*)\"{3}
        |'{3}(?P<tall>(?:[^'\\]|\\.|'(?!''))*)'{3}
        |"(?P<double>(?:[^"\\\n]|\\.)*)"
        |'(?P<single>(?:[^'\\\n]|\\.)*)'
    )""",
    re.DOTALL | re.VERBOSE,
)
_WOVEN = re.compile(rb"\{([^{}]*)")

_IN = re.compile(rb"\bin\b")
_FOR = re.compile(rb"\bfor\b[^:\n]*?\bin\b")
_COMPARES = re.compile(rb"[=!]=\s*(?![\s\d-]|None\b|True\b|False\b)|\bcase\b")
_ASKS_TEXT = re.compile(
    rb"\.\s*(?:startswith|endswith|find|rfind|index|rindex|count)\b|\b(?:search|match|fullmatch|findall|finditer)\b|\.\s*get\s*\(\s*[^\s\"']"
)
_JOINED = re.compile(
    rb"\b(?:if|elif|while|assert|and|not)\b[\s(]*[\w.]+\)*\s*(?:\band\b|:\s*if\b)|\)\s*and\b|\band\s+[\w.]+\s*(?:[:)\]\n]|and\b|or\b|else\b)"
)
_ALONE = re.compile(rb"\bif[\s(]+[\w.]+[\s)]+else\b|\b(?:if|elif)[\s(]+[\w.]+[\s)]*:\s*raise\b")
_LOOPS = re.compile(rb"^[ \t\f]*(?:async\s+)?(?:for|while)\b", re.MULTILINE)
_AGAIN = re.compile(rb"retr|attempt|tries|again|back_?off|sleep|wait|delay|pause", re.IGNORECASE)
_RUN_BY_OTHERS = re.compile(
    rb"(?:[Rr]etr(?:y|ie[rs]|ying)|[Aa]ttempt|[Aa]gain(?!st)|[Bb]ack_?[Oo]ff)\w*(?:\.\w+)?[ \t]*\("
    rb"|^[ \t]*@(?!property|cached|static|class|abstract|over|data|deprecat|validate|field|model|context|async)\w+[ \t]*(?:\(|$)",
    re.MULTILINE,
)
"""What a project may call its retries, and its decorators."""
_TOLD = re.compile(rb"retry|reset|wait|after|delay|back_?off", re.IGNORECASE)
_KEY_OF_TABLE = re.compile(rb"\s*:")
_HANDLES = re.compile(rb"\bexcept\b")
_OF_EXCEPTION = re.compile(rb"\bisinstance\b[^\n]*(?:Err|Exc)|:[ \t]*[\w.\[\]| ]*(?:Error|Exception)\b")
_MESSAGE_KEY = re.compile(rb"""["']message["']""", re.IGNORECASE)
_ERROR_KEYS = re.compile(
    rb"""["'](?:err|errors?|fault|error_?messages?|error_?description|success|ok|succeeded|successful|is_?success|status|detail|result|state"""
    rb"""|outcome|code|error_?code|err_?code|err_?no|ret|ret_?code)["']""",
    re.IGNORECASE,
)


class Words:
    """What members are called that sheets speak of, as patterns: compiled once a run.

    :param libraries: the sheets.
    """

    def __init__(self, libraries: Libraries) -> None:
        self._libraries = libraries

    @cached_property
    def status(self) -> Members:
        """Members that tell the status, in whatever form."""
        return Members.of(self._libraries.status_members)

    @cached_property
    def error(self) -> Members:
        """Members that tell the status, or the text of an error."""
        return Members.of(self._libraries.status_members | self._libraries.members("reason", "message"))

    @cached_property
    def falsy(self) -> Members:
        """Members of exceptions that are responses without truth where the status is an error; used as they are."""
        return Members.of(self._libraries.falsy_members, rb"(?!\s*(?:[.\[(=!<>]|is\b|in\b|not\b))")

    @cached_property
    def retries(self) -> re.Pattern[bytes]:
        """What sets up a retry, or a part of one."""
        rows = (row for sheet in self._libraries.sheets for row in sheet.retry if not row.builtin)
        return re.compile(rb"\b(?:%b)\b" % _options(name.rpartition(".")[2] for row in rows for name in row.names))

    @cached_property
    def asks_text(self) -> re.Pattern[bytes]:
        """What makes a retry depend on the text of an exception."""
        rows = (row for sheet in self._libraries.sheets for row in sheet.retry)
        asking = (row for row in rows if any({"text", "text-pattern"}.intersection(argument.says) for argument in row.arguments))
        return re.compile(rb"\b(?:%b)\b" % _options(name.rpartition(".")[2] for row in asking for name in row.names))

    @cached_property
    def body(self) -> Members:
        """Methods that decode the body of an answer."""
        return Members.of(self._libraries.decoding_methods)

    @cached_property
    def decoders(self) -> re.Pattern[bytes]:
        """A function that decodes JSON."""
        return re.compile(rb"\b(?:%b)\b" % _options(name.rpartition(".")[2] for name in self._libraries.decoders))

    @cached_property
    def pauses(self) -> re.Pattern[bytes]:
        """A call that waits."""
        return re.compile(rb"\b(?:%b)\b" % _options(name.rpartition(".")[2] for name in self._libraries.pauses))

    @cached_property
    def defeats(self) -> re.Pattern[bytes]:
        """An argument that makes a layer ignore Retry-After, or the value that does."""
        rows = [row for rows in self._libraries.defeats_retry_after.values() for row in rows]
        values = _options(row.when_is.rpartition(".")[2] for row in rows if row.when_is)
        arguments = _options(row.argument.name for row in rows if not row.when_is)
        return re.compile(rb"""\b(?:%b)\b|\b(?:%b)["']?\s*[=:]""" % (values, arguments))


@dataclass(frozen=True, slots=True)
class Members:
    """Members of these names, in any of the ways to ask for one: ``x.name``, ``getattr(x, "name")``, ``case Type(name=…)``."""

    asked: re.Pattern[bytes]
    quoted: re.Pattern[bytes]

    @classmethod
    def of(cls, names: Iterable[str], then: bytes = b"") -> Members:
        """The patterns for these names; ``then`` is what follows when they are asked for with a dot."""
        options = _options(names)
        asked = rb"\.\s*(?:%b)\b%b|\bcase\b[^\n]*\b(?:%b)\s*=" % (options, then, options)
        return cls(re.compile(asked), re.compile(rb"""["'](?:%b)["']""" % options))

    def stand_in(self, code: Code) -> bool:
        """Whether one of them is asked for."""
        if self.asked.search(code.skeleton) is not None:
            return True
        return b"getattr" in code.skeleton and self.quoted.search(code.raw) is not None


def _options(words: Iterable[str]) -> bytes:
    return b"|".join(re.escape(word.encode()) for word in sorted(set(words))) or b"(?!)"


class Code:
    """The code of one file, as screens see it.

    :ivar raw: its bytes, lines ending with LF; :param words: what sheets speak of.
    """

    def __init__(self, raw: bytes, words: Words) -> None:
        self.raw = with_lf(raw)
        self.words = words

    @cached_property
    def skeleton(self) -> bytes:
        """The code without comments and without what its strings say."""
        return _PROSE.sub(_emptied, self.raw)

    @cached_property
    def handles_exceptions(self) -> bool:
        """There is an ``except``."""
        return _HANDLES.search(self.skeleton) is not None

    @cached_property
    def has_exceptions(self) -> bool:
        """Something may be known to be an exception: it was caught, or its type is asked for or declared."""
        return self.handles_exceptions or _OF_EXCEPTION.search(self.skeleton) is not None

    @cached_property
    def tests_text(self) -> bool:
        """Something is asked whether it says something: ``in``, ``==``, ``startswith``, regular expressions, ``match``."""
        code = self.skeleton
        if _COMPARES.search(code) is not None or _ASKS_TEXT.search(code) is not None:
            return True
        return len(_IN.findall(code)) > len(_FOR.findall(code))

    @cached_property
    def retries_by_text(self) -> bool:
        """A retry depends on the text of an exception."""
        return self.words.asks_text.search(self.skeleton) is not None

    @cached_property
    def tells_errors(self) -> bool:
        """Something may be known to be an error: it was caught, or its type, status or body is looked at."""
        return self.has_exceptions or self.words.error.stand_in(self) or _ERROR_KEYS.search(self.raw) is not None

    @cached_property
    def names_messages(self) -> bool:
        """The message of a body is looked at."""
        return _MESSAGE_KEY.search(self.raw) is not None

    @cached_property
    def looks_for_status(self) -> bool:
        """A status is written as text, though not as the key of a table: something may be searched for it."""
        return any(_KEY_OF_TABLE.match(self.raw, found.end()) is None for found in STATUS_IN_STRING.finditer(self.raw))

    @cached_property
    def tests_status(self) -> bool:
        """The status of an answer is asked for, in whatever form."""
        return self.words.status.stand_in(self)

    @cached_property
    def decodes(self) -> bool:
        """A body is decoded."""
        return self.words.body.stand_in(self) or self.words.decoders.search(self.skeleton) is not None

    @cached_property
    def retries(self) -> bool:
        """Something may be tried again: by a library, after an exception or a status, in a loop that speaks of it, or by other modules."""
        code = self.skeleton
        if self.handles_exceptions or self.words.retries.search(code) is not None or self.tests_status:
            return True
        if _RUN_BY_OTHERS.search(code) is not None:
            return True
        return _LOOPS.search(code) is not None and _AGAIN.search(code) is not None

    @cached_property
    def pauses(self) -> bool:
        """Something waits."""
        return self.words.pauses.search(self.skeleton) is not None

    @cached_property
    def reads_waits(self) -> bool:
        """Something may be read that says how long to wait."""
        return _TOLD.search(self.raw) is not None

    @cached_property
    def asks_truths(self) -> bool:
        """The bare truth of something decides, joined by another test, in an expression, or whether something is raised."""
        return _JOINED.search(self.skeleton) is not None or _ALONE.search(self.skeleton) is not None

    @cached_property
    def names_falsy_response(self) -> bool:
        """An exception is asked for a response that may be without truth."""
        return self.has_exceptions and self.words.falsy.stand_in(self)

    @cached_property
    def defeats_retry_after(self) -> bool:
        """A word is there that makes a layer ignore Retry-After."""
        return self.words.defeats.search(self.raw) is not None


Screen = Callable[[Code], bool]
"""What a rule asks of the code of a file."""


def _emptied(found: re.Match[bytes]) -> bytes:
    """What is left of a comment or a string."""
    if found[0].startswith(b"#"):
        return b""
    prefix = (found["prefix"] or b"").lower()
    if b"f" not in prefix and b"t" not in prefix:
        return b'""'
    text = next(part for part in found.group("long", "tall", "double", "single") if part is not None)
    return b'f"" ' + b" ".join(_WOVEN.findall(text))
