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
from errlint.http_words import statuses_in_strings

if TYPE_CHECKING:
    from errlint.sheet_words import Members, Retrying, Words

_PROSE = re.compile(
    rb"""[#"'](?:(?<=\#)[^\n]*
    |(?<=")(?:""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"{3}|[^"\\\n]*(?:\\.[^"\\\n]*)*")
    |(?<=')(?:''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'{3}|[^'\\\n]*(?:\\.[^'\\\n]*)*')
    )""",
    re.DOTALL | re.VERBOSE,
)
_WOVEN = re.compile(rb"\{([^{}]*)")
_PREFIX = re.compile(rb"\b[bBfFrRtTuU]{1,2}\Z")
_LONGEST_PREFIX = 3
"""Of a string, with what must not be a letter before it: bytes."""

# Most questions are about words, and sets of words are quick to ask. A pattern comes after them, and begins with what is rare: only then
# does `re` leap to the places where that stands, instead of trying each byte.
_APART = bytes(byte if bytes((byte,)).isalnum() or byte == ord("_") or byte > 127 else ord(" ") for byte in range(256))

_IN = re.compile(rb"\bin\b")
_FOR = re.compile(rb"\bfor\b[^:\n]*?\bin\b")
_COMPARES = re.compile(rb"[=!]=\s*(?![\s\d-]|None\b|True\b|False\b)")
_ASKS_TEXT = re.compile(rb"\.\s*(?:startswith|endswith|find|rfind|index|rindex|count)\b|\.\s*get\s*\(\s*[^\s\"']")
_COMMENT = ord("#")
_PREFIXES = frozenset(b"bBfFrRtTuU")
_FORMATS = frozenset(b"fFtT")
_EXCEPT = frozenset({b"except"})
_CASE = frozenset({b"case"})
_SEARCHES = frozenset({b"search", b"match", b"fullmatch", b"findall", b"finditer"})
_JOINED = re.compile(
    rb"\b(?:if|elif|while|assert|and|not)\b[\s(]*[\w.]+\)*\s*(?:\band\b|:\s*if\b)|\)\s*and\b|\band\s+[\w.]+\s*(?:[:)\]\n]|and\b|or\b|else\b)"
)
_ALONE = re.compile(rb"\bif[\s(]+[\w.]+[\s)]+else\b|\b(?:if|elif)[\s(]+[\w.]+[\s)]*:\s*raise\b")
_LOOPS = re.compile(rb"\n([ \t\f]*)(?=[afw])(?:async\s+)?(?:for|(while))\b")
_LEAVES = re.compile(rb"\b(?:break|return|raise)\b")
_AGAIN = (
    b"retry", b"retried", b"retrier", b"retries", b"attempt", b"tries", b"again", b"backoff", b"back_off", b"sleep", b"wait", b"delay",
    b"pause",
)  # fmt: skip
_NAMED_SO = (b"retry", b"retrier", b"retries", b"attempt", b"again", b"backoff", b"back_off")
_RUNS_AGAIN = re.compile(
    rb"(?:[Rr]etr(?:y|ie[rs]|ying)|[Aa]ttempt|[Aa]gain(?!st)|[Bb]ack_?[Oo]ff)\w*(?:\.\w+)?[ \t]*\(",
)
"""What a project may call its retries."""
_NAME_OF_DECORATOR = rb"(?!property|cached|static|class|abstract|over|data|deprecat|validate|field|model|context|async)\w+"
_MAY_DECORATE = re.compile(rb"@(?<=\s@)" + _NAME_OF_DECORATOR)
_DECORATOR = re.compile(rb"\n[ \t]*@%b[ \t]*[(\n]" % _NAME_OF_DECORATOR)
"""A decorator of the project."""
_FUNCTION = re.compile(rb"\n([ \t\f]*)(?:async[ \t]+)?def[ \t]+(\w+)")
_LINE = re.compile(rb"\n([ \t\f]*)(?:async[ \t]+)?(?=[^\s)\]}])(\w*)")
_BRACKET = re.compile(rb"\s*\(")
_OF_ANOTHER = re.compile(rb"(?:[.)\]]\s*\w*\s*\.\s*|\w|lambda[^\n()]*:\s*[\w.]*)\Z")
"""Before a name: the end of another name, or of an object that is no plain name, or the beginning of a function inside."""
_LONGEST_OWNER = 80
"""Bytes."""
_TOLD = re.compile(rb"retry|reset|wait|after|delay|back_?off", re.IGNORECASE)
_KEY_OF_TABLE = re.compile(rb"\s*:")
_IS_EXCEPTION = re.compile(rb"isinstance\b[^\n]*(?:Err|Exc)")
_OF_EXCEPTION = re.compile(rb":[ \t]*[\w.\[\]| ]*(?:Error|Exception)\b")
_MESSAGE = frozenset({b"message"})
_ERROR_KEYS = frozenset(
    b"err error errors fault errormessage errormessages error_message error_messages errordescription error_description success ok "
    b"succeeded successful issuccess is_success status detail result state outcome code errorcode error_code errcode err_code errno err_no "
    b"ret retcode ret_code".split()
)
_NAMES_OF_EXCEPTIONS = (b"Error", b"Exception")


class Code:
    """The code of one file, as screens see it.

    :ivar raw: its bytes, each line after an LF; :ivar known: what sheets speak of.
    """

    def __init__(self, raw: bytes, known: Words) -> None:
        self.raw = b"\n" + with_lf(raw)
        self.known = known

    @cached_property
    def all_words(self) -> frozenset[bytes]:
        """Every word of the file, be it in a comment or a string."""
        return frozenset(self.raw.translate(_APART).split())

    @cached_property
    def skeleton(self) -> bytes:
        """The code without comments and without what its strings say, each line between two LF."""
        return _PROSE.sub(_emptied, self.raw) + b"\n"

    @cached_property
    def own_words(self) -> frozenset[bytes]:
        """The words of the skeleton."""
        return frozenset(self.skeleton.translate(_APART).split())

    @cached_property
    def quoted_words(self) -> frozenset[bytes]:
        """What stands between two quotes, in small letters: keys of bodies and names of members among it."""
        return frozenset(self.raw.lower().replace(b"'", b'"').split(b'"'))

    def _matches(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether the code has what a pattern for code on one line looks for: most files have nothing like it, not even in a string."""
        return pattern.search(self.raw) is not None and pattern.search(self.skeleton) is not None

    def _asks_for(self, members: Members) -> bool:
        """Whether one of these members is asked for."""
        if members.names.isdisjoint(self.all_words):
            return False
        if self._matches(members.asked) or (b"case" in self.all_words and self._matches(members.matched)):
            return True
        return b"getattr" in self.all_words and not members.folded.isdisjoint(self.quoted_words)

    def _has(self, words: frozenset[bytes]) -> bool:
        """Whether the code has one of these words."""
        return not words.isdisjoint(self.all_words) and not words.isdisjoint(self.own_words)

    @cached_property
    def _all_small(self) -> bytes:
        """All words in small letters, to look for parts of them."""
        return b" ".join(self.all_words).lower()

    @cached_property
    def _own_small(self) -> bytes:
        return b" ".join(self.own_words).lower()

    @cached_property
    def handles_exceptions(self) -> bool:
        """There is an ``except``."""
        return self._has(_EXCEPT)

    @cached_property
    def has_exceptions(self) -> bool:
        """Something may be known to be an exception: it was caught, or its type is asked for or declared."""
        if self.handles_exceptions:
            return True
        if b"isinstance" in self.all_words and self._matches(_IS_EXCEPTION):
            return True
        return any(word.endswith(_NAMES_OF_EXCEPTIONS) for word in self.all_words) and self._matches(_OF_EXCEPTION)

    @cached_property
    def tests_text(self) -> bool:
        """Something is asked whether it says something: ``in``, ``==``, ``startswith``, regular expressions, ``match``."""
        code = self.skeleton
        if self._has(_SEARCHES) or self._has(_CASE) or _COMPARES.search(code) is not None or _ASKS_TEXT.search(code) is not None:
            return True
        return len(_IN.findall(code)) > len(_FOR.findall(code))

    @cached_property
    def retries_by_text(self) -> bool:
        """A retry depends on the text of an exception."""
        return self._has(self.known.asks_text)

    @cached_property
    def tells_errors(self) -> bool:
        """Something may be known to be an error: it was caught, or its type, status or body is looked at."""
        return self.has_exceptions or self._asks_for(self.known.error) or not self.quoted_words.isdisjoint(_ERROR_KEYS)

    @cached_property
    def names_messages(self) -> bool:
        """The message of a body is looked at."""
        return not self.quoted_words.isdisjoint(_MESSAGE)

    @cached_property
    def looks_for_status(self) -> bool:
        """A status is written as text, though not as the key of a table: something may be searched for it."""
        return any(_KEY_OF_TABLE.match(self.raw, end) is None for end in statuses_in_strings(self.raw, self.all_words))

    @cached_property
    def tests_status(self) -> bool:
        """The status of an answer is asked for, in whatever form."""
        return self._asks_for(self.known.status)

    @cached_property
    def decodes(self) -> bool:
        """A body is decoded."""
        return self._asks_for(self.known.body) or self._has(self.known.decoders)

    @cached_property
    def retries(self) -> bool:
        """Something may be tried again: by a library, in a loop, by other modules, or by a function that calls itself."""
        return self._sets_up_retries or self._is_run_by_others or self._loops_again or self._calls_itself

    @property
    def _sets_up_retries(self) -> bool:
        return any(self._sets_up(retrying) for retrying in self.known.retries)

    def _sets_up(self, retrying: Retrying) -> bool:
        if not retrying.needed <= self.all_words:
            return False
        members = (member for member in retrying.members & self.all_words if b"." + member in self.raw)
        return self._has(retrying.functions) or self._has(frozenset(members))

    @property
    def _is_run_by_others(self) -> bool:
        """By what may be a retry by its name, or by a decorator of which nothing is known."""
        if _MAY_DECORATE.search(self.raw) is not None and _DECORATOR.search(self.skeleton) is not None:
            return True
        return (
            _has_part(self._all_small, _NAMED_SO)
            and _has_part(self._own_small, _NAMED_SO)
            and _RUNS_AGAIN.search(self.skeleton) is not None
        )

    @property
    def _loops_again(self) -> bool:
        """A loop that may end early, in a file that asks how things went, or that speaks of another attempt."""
        if not self._asks_outcomes and not _has_part(self._all_small, _AGAIN):
            return False
        if _LOOPS.search(self.raw) is None or not any(_may_end(self.skeleton, loop) for loop in _LOOPS.finditer(self.skeleton)):
            return False
        return self._asks_outcomes or _has_part(self._own_small, _AGAIN)

    @property
    def _calls_itself(self) -> bool:
        """A function that calls itself, in a file that asks how things went."""
        return self._asks_outcomes and any(map(self._calls, _FUNCTION.finditer(self.skeleton)))

    def _calls(self, function: re.Match[bytes]) -> bool:
        """Whether a function calls itself, by its name or by that of something that has it: ``call()``, ``self.call()``."""
        code, name, start, end = self.skeleton, function[2], function.end(), _end(self.skeleton, function)
        at = code.find(name, start, end)
        while at >= 0:
            before = code[max(0, at - _LONGEST_OWNER) : at]
            is_called = _BRACKET.match(code, at + len(name)) is not None and not _OF_ANOTHER.search(before)
            # by the bare name of a method, something else is called
            if is_called and (function.start() not in self._methods or before.rstrip().endswith(b".")):
                return True
            at = code.find(name, at + len(name), end)
        return False

    @cached_property
    def _methods(self) -> frozenset[int]:
        """Where the lines start of the functions that stand right in the body of a class: offsets in the skeleton, in bytes."""
        found: set[int] = set()
        around: list[tuple[int, bytes]] = []
        for line in _LINE.finditer(self.skeleton):
            width = len(line[1])
            while around and around[-1][0] >= width:
                around.pop()
            if line[2] == b"def" and around and around[-1][1] == b"class":
                found.add(line.start())
            around.append((width, line[2]))
        return frozenset(found)

    @property
    def _asks_outcomes(self) -> bool:
        return self.handles_exceptions or self.tests_status

    @cached_property
    def pauses(self) -> bool:
        """Something waits."""
        return self._has(self.known.pauses)

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
        return self._asks_for(self.known.falsy) and self.has_exceptions

    @cached_property
    def defeats_retry_after(self) -> bool:
        """A word is there that makes a layer ignore Retry-After."""
        words, pattern = self.known.defeats
        return not words.isdisjoint(self.all_words) and pattern.search(self.raw) is not None


Screen = Callable[[Code], bool]
"""What a rule asks of the code of a file."""


def _has_part(words: bytes, parts: Iterable[bytes]) -> bool:
    return any(part in words for part in parts)


def _end(code: bytes, statement: re.Match[bytes]) -> int:
    """Where a compound statement ends, whose indentation is the first group: as an offset in bytes."""
    dedent = re.compile(rb"\n[ \t\f]{0,%d}[^\s)\]}]" % len(statement[1])).search(code, statement.end())
    return dedent.start() if dedent else len(code)


def _may_end(code: bytes, loop: re.Match[bytes]) -> bool:
    """Whether a loop may end before it has gone through everything: one that never does makes no attempts."""
    return loop[2] is not None or _LEAVES.search(code, loop.end(), _end(code, loop)) is not None


def _emptied(found: re.Match[bytes]) -> bytes:
    """What is left of a comment or a string; the prefix of the string stands before it."""
    raw, start = found.string, found.start()
    if raw[start] == _COMMENT:
        return b""
    if not start or raw[start - 1] not in _PREFIXES:
        return b'""'  # nearly all
    prefix = _PREFIX.search(raw, max(0, start - _LONGEST_PREFIX), start)
    if prefix is None or not _FORMATS.intersection(prefix[0]):
        return b'""'
    return b'"" ' + b" ".join(_WOVEN.findall(found[0]))
