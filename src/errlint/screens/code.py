"""Which rules may have something to say about a file, told from words and forms in its code before it is parsed.

The gate asks whether a file has to do with HTTP at all; a screen asks whether it does anything that one rule is about. Rules name theirs
(``@rule(…, screen=…)``) as questions about a :class:`Code`. A screen may let one file too many pass, never one too few: it looks for what a
finding cannot be without. Comments do not count, and of strings only what f-strings put into them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from errlint.http_words import statuses_in_strings
from errlint.screens.retries import RetryScreen
from errlint.screens.skeleton import Skeleton, before_on_line, begins_line, stands_in_block, without_parameters

if TYPE_CHECKING:
    from errlint.screens.sheet_words import Keys, Members, Words

_EXCEPT = frozenset({b"except"})
_HANDLER = re.compile(rb"except(?<=\sexcept)(?!\w)")
_IS_EXCEPTION = re.compile(rb"isinstance\b[^\n]*(?:Err|Exc)")
_OF_EXCEPTION = re.compile(rb":[ \t]*[\w.\[\]| ]*(?:Error|Exception)\b")
_NAMES_OF_EXCEPTIONS = (b"Error", b"Exception")

_IMPORTS = frozenset({b"from", b"import"})
_DECLARED = re.compile(rb"[ \t]*:[^=\n(<>!]*=(?!=)")
_MESSAGE = frozenset({b"message"})
_OF_TABLE = re.compile(rb":\s*\Z")
_NEXT_OF_TABLE = re.compile(rb"\s*[,}]")
_LONGEST_GAP = 80
"""Bytes between a key of a table and its value."""
_LONGEST_TYPE = 4_000
"""Bytes."""
_KEY_OF_TABLE = re.compile(rb"\s*:")

_IN = re.compile(rb"in(?<!\win)(?!\w)")
_FOR = re.compile(rb"for(?<!\wfor)\b[^:\n]*?\bin\b")
_CASE = re.compile(rb"\n[ \t\f]*case\b(?![ \t]*[=.,:)\]])")
_COMPARES = re.compile(rb"[=!]=\s*(?![\s\d-]|None\b|True\b|False\b)")
_ASKS_TEXT = re.compile(rb"\.\s*(?:startswith|endswith|find|rfind|index|rindex|count)\b|\.\s*get\s*\(\s*[^\s\"']")
_SEARCHES = frozenset({b"search", b"match", b"fullmatch", b"findall", b"finditer"})
_IS = re.compile(rb"is(?<!\wis)\s+(?:not\s+)?(?!not\b|None\b|True\b|False\b)")
_NUMBERED = re.compile(rb"(?<!\w)\d|[1-5]\d\d|httpstatus|codes")
"""In what is a number, or stands for one."""
_CONSTANT = re.compile(rb"(?!TYPE_CHECKING)[A-Z][A-Z_]*[A-Z_0-9]")
_KEYED = re.compile(rb"[{,]\s*(?!\d+\s*[\]}])[\w.]+\s*:")
_LOOKED_UP = re.compile(rb"[A-Z]\s*(?:\[(?<=[A-Z]\[)|\.\s*(?:get|__contains__)\s*\()")
_KEYED_BY_TEXT = re.compile(rb"""[{,]\s*\w*""\s*:""")

_BRANCHES = re.compile(rb"\n([ \t\f]*)(?=[ie])(?:if|elif|else)\b")
_ASKED = rb"(?!(?:None|True|False)\b|\d)[\w.]+"
_JOINED = re.compile(
    rb"\b(?:if|elif|while|assert|and|not)\b[\s(]*%b\)*\s*(?:\band\b|:\s*if\b)|\band\s+%b\s*(?:[:)\]\n]|and\b|or\b|else\b)"
    % (_ASKED, _ASKED)
)
_JOINED_CALL = re.compile(rb"\)\s*and\b")
_TELLS_KIND = re.compile(rb"\b(?:isinstance|issubclass|hasattr|callable|len|startswith|endswith|isdigit)\([^()]*(?:\([^()]*\)[^()]*)*\Z")
"""A call, up to its last bracket, whose value is no answer."""
_LONGEST_CALL = 200
"""Bytes."""
_RAISING = frozenset({b"raise_for_status"})
_NONE_AT_FIRST = re.compile(rb"= ?None\b")
_ALONE = re.compile(rb"\bif[\s(]+[\w.]+[\s)]+else\b|\b(?:if|elif)[\s(]+[\w.]+[\s)]*:\s*raise\b")
_NEGATED = re.compile(rb"\bif not (\w+):")
_CASTS = frozenset({b"int", b"float"})
_CAST = re.compile(rb"t(?:(?<=\Wint)|(?<=\Wfloat))\s*\(|=\s*(?:int|float)[ \t]*\n")
_TOLD = re.compile(rb"retry|reset|wait|after|delay|back_?off", re.IGNORECASE)


class Code(Skeleton):
    """The code of one file, as screens see it.

    :ivar known: what sheets and catalogues speak of; :param may_retry: tells of a dotted name that the file imports whether it may stand
    for a decorator that retries; without it, each may.
    """

    def __init__(self, raw: bytes, known: Words, may_retry: Callable[[str], bool] | None = None) -> None:
        super().__init__(raw)
        self.known = known
        self._may_retry = may_retry

    # members -----------------------------------------------------------------------------------------------------------------------

    def _asks_for(self, members: Members) -> bool:
        """Whether one of these members is asked for."""
        if members.names.isdisjoint(self.all_words):
            return False
        if self._reads(members.asked) or (self._matches_cases and self.matches(members.matched)):
            return True
        return b"getattr" in self.all_words and not members.folded.isdisjoint(self.quoted_words)

    def _reads(self, member: re.Pattern[bytes]) -> bool:
        """Whether a member is read: names of modules, and what is only declared to be kept, do not count."""
        return any(map(_is_read, member.finditer(self.raw))) and any(map(_is_read, member.finditer(self.skeleton)))

    @cached_property
    def tests_status(self) -> bool:
        """The status of an answer is asked for, in whatever form."""
        return self._asks_for(self.known.status) or self.has(self.known.keyed)

    @cached_property
    def decodes(self) -> bool:
        """A body is decoded."""
        return self._asks_for(self.known.body) or self.has(self.known.decoders)

    @cached_property
    def names_falsy_response(self) -> bool:
        """An exception is asked for a response that may be without truth."""
        return self._asks_for(self.known.falsy) and self.has_exceptions

    @cached_property
    def raises_what_was_none(self) -> bool:
        """An answer may be None at first, is asked to raise for its status, and something handles that."""
        return self.has(_RAISING) and self.handles_exceptions and self.matches(_NONE_AT_FIRST)

    # errors ------------------------------------------------------------------------------------------------------------------------

    @cached_property
    def handles_exceptions(self) -> bool:
        """There is an ``except``."""
        if b"except" not in self.all_words or not any(map(begins_line, _HANDLER.finditer(self.raw))):
            return False
        return self.has(_EXCEPT)

    @cached_property
    def has_exceptions(self) -> bool:
        """Something may be known to be an exception: it was caught, or its type is asked for or declared."""
        if self.handles_exceptions:
            return True
        if b"isinstance" in self.all_words and self.matches(_IS_EXCEPTION):
            return True
        return any(map(self.has_ending, _NAMES_OF_EXCEPTIONS)) and self.matches(_OF_EXCEPTION)

    @cached_property
    def tells_errors(self) -> bool:
        """Something may be known to be an error: it was caught, or its type, status or body is looked at."""
        if self.has_exceptions or self.has(self.known.keyed):
            return True
        return self._asks_for(self.known.error) or self._asks_for_key(self.known.signs)

    def _asks_for_key(self, keys: Keys) -> bool:
        """One of these keys of bodies is written, though not in a table, or to keep something under it."""
        if self.quoted_words.isdisjoint(keys.names):
            return False
        return self._matches_cases or any(map(self._may_be_key, keys.asked.finditer(self.raw)))

    def _may_be_key(self, text: re.Match[bytes]) -> bool:
        """Whether a text may be the key of something: neither the value of a key in a table, nor of a type (``Literal["error"]``)."""
        raw, start = self.raw, text.start()
        ends = _NEXT_OF_TABLE.match(raw, text.end()) is not None
        if ends and _OF_TABLE.search(raw, max(0, start - _LONGEST_GAP), start) is not None:
            return False
        of_type = raw.rfind(b"Literal[", max(0, start - _LONGEST_TYPE), start)
        return of_type < 0 or raw.find(b"]", of_type, start) >= 0

    @cached_property
    def reads_parts(self) -> bool:
        """A part of an error may be read from a body."""
        return self._asks_for_key(self.known.parts)

    @cached_property
    def names_messages(self) -> bool:
        """The message of a body is looked at."""
        return not self.quoted_words.isdisjoint(_MESSAGE)

    @cached_property
    def looks_for_status(self) -> bool:
        """A status is written as text, though not as the key of a table: something may be searched for it."""
        return any(_KEY_OF_TABLE.match(self.raw, end) is None for end in statuses_in_strings(self.raw, self.all_small))

    # tests -------------------------------------------------------------------------------------------------------------------------

    @cached_property
    def tests_text(self) -> bool:
        """Something is asked whether it says something: ``in``, ``==``, ``startswith``, regular expressions, ``match``."""
        code = self.skeleton
        if self.has(_SEARCHES) or self._matches_cases or _COMPARES.search(code) is not None or _ASKS_TEXT.search(code) is not None:
            return True
        return self._looks_among

    @cached_property
    def tests_values(self) -> bool:
        """Something may be asked whether it is a number or an error code: ``==``, ``is``, ``in``, ``case``, or looked up in a table."""
        if any(map(bytes.isdigit, self.quoted_words)) or not self.known.codes.isdisjoint(self.quoted_words):
            return self._compares or self._looks_up_text
        return self._names_numbers and self._compares

    @property
    def _names_numbers(self) -> bool:
        """A number is written, or what may stand for one: a constant, which other modules may have."""
        if any(map(_CONSTANT.fullmatch, self.own_words)):
            return True
        return _NUMBERED.search(self.own_small) is not None

    @cached_property
    def tests_words(self) -> bool:
        """Something may be asked whether it is a certain text."""
        return self._compares or self._looks_up_text

    @cached_property
    def _compares(self) -> bool:
        """``==``, ``is``, ``in``, ``case``, or a table with other keys than texts, or that stands in another module."""
        code = self.skeleton
        if b"==" in code or b"!=" in code or self._matches_cases or _IS.search(code) is not None or self._looks_among:
            return True
        if _LOOKED_UP.search(code) is not None:
            return True
        return _KEYED.search(code) is not None and _KEYED.search(without_parameters(code)) is not None

    @property
    def _looks_up_text(self) -> bool:
        """A table has texts for keys."""
        return _KEYED_BY_TEXT.search(self.skeleton) is not None

    @cached_property
    def _matches_cases(self) -> bool:
        """There is a ``case``."""
        return b"case" in self.all_words and self.matches(_CASE)

    @cached_property
    def _looks_among(self) -> bool:
        """Something is asked whether it is ``in`` something."""
        return len(_IN.findall(self.skeleton)) > len(_FOR.findall(self.skeleton))

    @cached_property
    def asks_truths(self) -> bool:
        """The bare truth of something decides, joined by another test, in an expression, or whether something is raised.

        Or what is false leaves, and its status is asked for below.
        """
        code = self.skeleton
        if _ALONE.search(code) is not None or _JOINED.search(code) is not None:
            return True
        if any(code.find(b"%b.status" % found[1], found.end()) >= 0 for found in _NEGATED.finditer(code)):
            return True
        calls = (found.start() for found in _JOINED_CALL.finditer(code))
        return any(_TELLS_KIND.search(code, max(0, end - _LONGEST_CALL), end) is None for end in calls)

    # what is done ------------------------------------------------------------------------------------------------------------------

    @cached_property
    def ends_differently(self) -> bool:
        """An ``except``, or a branch that raises, returns, leaves a loop, or tells people something."""
        return self.handles_exceptions or stands_in_block(self.skeleton, _BRANCHES, self.known.ends)

    @cached_property
    def retries(self) -> bool:
        """Something may be tried again: by a library, in a loop, by other modules, or by a function that calls itself."""
        return RetryScreen(self, self.known, lambda: self.handles_exceptions or self.tests_status, self._may_retry).found

    @cached_property
    def waits_once(self) -> bool:
        """Something may be waited for in a branch or a handler, after which a request is sent, with no retry around it."""
        return b"sleep" in self.all_small and (self.handles_exceptions or self.tests_status)

    @cached_property
    def retries_by_text(self) -> bool:
        """A retry depends on the text of an exception."""
        return self.has(self.known.asks_text)

    @cached_property
    def pauses(self) -> bool:
        """Something waits."""
        return self.has(self.known.pauses)

    @cached_property
    def reads_waits(self) -> bool:
        """Something may be read, as a number, that says how long to wait."""
        return not _CASTS.isdisjoint(self.all_words) and self.matches(_CAST) and _TOLD.search(self.raw) is not None

    @cached_property
    def defeats_retry_after(self) -> bool:
        """A word is there that makes a layer ignore Retry-After."""
        values, arguments, given = self.known.defeats
        return self.has(values) or (not arguments.isdisjoint(self.all_words) and given.search(self.raw) is not None)


Screen = Callable[[Code], bool]
"""What a rule asks of the code of a file."""


def _is_read(member: re.Match[bytes]) -> bool:
    """Whether a match is not part of the name of a module, and no attribute that is only declared."""
    before = before_on_line(member.string, member.start())
    words = before.split(None, 1) if before is not None else []
    if words and words[0] in _IMPORTS and b";" not in words[-1]:
        return False
    return words != [b"self"] or _DECLARED.match(member.string, member.end()) is None
