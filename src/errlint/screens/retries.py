"""May something in a file be tried again? Told from its words and forms before it is parsed (:mod:`errlint.screens.code`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from errlint.retry_words import SPEAKS_OF_AGAIN
from errlint.screens.import_lines import sources
from errlint.screens.skeleton import Skeleton, before_on_line, begins_line, block_end, stands_in_block

if TYPE_CHECKING:
    from errlint.screens.sheet_words import Retrying, Words

_FOR_LOOP = re.compile(rb"for(?<=\sfor)(?!\w)(?:\s*[(\[]|[^\n]*(?:\bin\b|\\\n|[(\[]))")
_WHILE_LOOP = re.compile(rb"while(?<=\swhile)(?!\w)[^\n]*(?::|\\\n|[(\[{])")
_LOOPS = re.compile(rb"\n([ \t\f]*)(?=[afw])(?:async\s+)?(?:for|(while))\b")
_LEAVES = re.compile(rb"\b(?:break|return|raise)\b")
_AGAIN = (
    b"retry", b"retried", b"retrier", b"retries", b"attempt", b"tries", b"again", b"backoff", b"back_off", b"sleep", b"wait", b"delay",
    b"pause",
)  # fmt: skip
_NAMED_SO = (b"retry", b"retrier", b"retries", b"attempt", b"again", b"backoff", b"back_off")
_RUNS_AGAIN = re.compile(SPEAKS_OF_AGAIN.encode())
_CALLED = re.compile(rb"(?!\w)(?:\.\w+)?[ \t]*\(")
_NOT_USED = re.compile(rb"(?:\w|\b(?:class|def)\s+)\Z")
_NO_RETRY = rb"(?!property|cached|static|class|abstract|over|data|deprecat|validate|field|model|context|async)"
_MAY_DECORATE = re.compile(rb"@(?<=\s@)" + _NO_RETRY)
_DECORATOR = re.compile(rb"@(?<=\s@)(%b\w+)[ \t]*[(\n]" % _NO_RETRY)
"""A decorator of the project."""
_FUNCTION = re.compile(rb"\n([ \t\f]*)(?:async[ \t]+)?def[ \t]+(\w+)")
_CLASS = re.compile(rb"class(?<!\wclass)\s+(\w+)")
_LINE = re.compile(rb"\n([ \t\f]*)(?:async[ \t]+)?(?=[^\s)\]}])(\w*)")
_BRACKET = re.compile(rb"\s*\(")
_OF_ANOTHER = re.compile(rb"(?:[.)\]]\s*\w*\s*\.\s*|\w|lambda[^\n()]*:\s*[\w.]*)\Z")
"""Before a name: the end of another name, or of an object that is no plain name, or the beginning of a function inside."""
_WALKED = re.compile(rb"in(?<!\win)[ \t]+\Z")
_OWNER = re.compile(rb"(\w+)\s*\.\s*\Z")
_LONGEST_OWNER = 80
"""Bytes."""


class RetryScreen:
    """Looks for anything that may be a retry.

    :param code: the file; :param known: what sheets speak of; :param asks_outcomes: whether the file asks how things went;
    :param may_retry: tells of a dotted name that the file imports whether it may stand for a decorator that retries.
    """

    def __init__(self, code: Skeleton, known: Words, asks_outcomes: Callable[[], bool], may_retry: Callable[[str], bool] | None) -> None:
        self._code = code
        self._known = known
        self._asks_outcomes = asks_outcomes
        self._may_retry = may_retry

    @property
    def found(self) -> bool:
        """Something may be tried again: by a library, by other modules, in a loop, or by a function that calls itself."""
        return self._sets_up_retries or self._is_run_by_others or self._loops_again or self._calls_itself

    @property
    def _sets_up_retries(self) -> bool:
        return any(self._sets_up(retrying) for retrying in self._known.retries)

    def _sets_up(self, retrying: Retrying) -> bool:
        words = self._code.all_words
        if not retrying.needed <= words:
            return False
        members = (member for member in retrying.members & words if b"." + member in self._code.raw)
        return self._code.has(retrying.functions) or self._code.has(frozenset(members))

    # other modules -----------------------------------------------------------------------------------------------------------------

    @property
    def _is_run_by_others(self) -> bool:
        """By a decorator that may be a retry, by what may be one by its name, or by what is passed as one."""
        code = self._code
        if any(name in code.all_words and passed.search(code.skeleton) for name, passed in self._known.takers.items()):
            return True
        if _MAY_DECORATE.search(code.raw) is not None and any(map(self._may_be_retry, set(_DECORATOR.findall(code.skeleton)))):
            return True
        if not _has_part(code.all_small, _NAMED_SO) or not _has_part(code.own_small, _NAMED_SO):
            return False
        return any(map(self._is_used, filter(_RUNS_AGAIN.search, code.own_words)))

    def _may_be_retry(self, decorator: bytes) -> bool:
        """Whether a decorator may be a retry, as far as its import tells, where it is bound by nothing else."""
        code = self._code
        if self._may_retry is None or b"\n%b =" % decorator in code.skeleton or b"\n%b=" % decorator in code.skeleton:
            return True
        stands_for = self._sources.get(decorator.decode())
        return stands_for is None or any(map(self._may_retry, stands_for))

    @cached_property
    def _sources(self) -> dict[str, list[str]]:
        return sources(self._code.raw)

    def _is_used(self, name: bytes) -> bool:
        """Whether something of a name, or a member of it, is called, iterated, or decorates; the name of a class or a function is not."""
        code = self._code.skeleton
        at = code.find(name)
        while at >= 0:
            if _CALLED.match(code, at + len(name)) is not None and _NOT_USED.search(code, max(0, at - _LONGEST_OWNER), at) is None:
                return True
            if code.startswith(b":", at + len(name)) and _WALKED.search(code, max(0, at - _LONGEST_OWNER), at) is not None:
                return True
            if (before_on_line(code, at) or b"").lstrip().startswith(b"@"):
                return True
            at = code.find(name, at + len(name))
        return False

    # loops -------------------------------------------------------------------------------------------------------------------------

    @property
    def _loops_again(self) -> bool:
        """A loop that may end early, in a file that asks how things went, or that speaks of another attempt."""
        if not self._asks_outcomes() and not _has_part(self._code.all_small, _AGAIN):
            return False
        if not self._has_loop or not _may_end(self._code.skeleton):
            return False
        return self._asks_outcomes() or _has_part(self._code.own_small, _AGAIN)

    @property
    def _has_loop(self) -> bool:
        """Whether a line begins with a loop, be it in a text: asked first, since it takes no skeleton."""
        words = (found for loop in (_FOR_LOOP, _WHILE_LOOP) for found in loop.finditer(self._code.raw))
        return any(begins_line(word, b"async") for word in words)

    # recursion ---------------------------------------------------------------------------------------------------------------------

    @property
    def _calls_itself(self) -> bool:
        """A function that calls itself, in a file that asks how things went."""
        return self._asks_outcomes() and any(map(self._calls, _FUNCTION.finditer(self._code.skeleton)))

    def _calls(self, function: re.Match[bytes]) -> bool:
        """Whether a function itself calls itself, by its name or by that of what has it: ``call()``, ``self.call()``, ``Client.call()``."""
        code, name, start, end = self._code.skeleton, function[2], function.end(), block_end(self._code.skeleton, function)
        calls: list[int] = []
        at = code.find(name, start, end)
        while at >= 0:
            if _BRACKET.match(code, at + len(name)) is not None and self._has_it(function, code[max(0, at - _LONGEST_OWNER) : at]):
                calls.append(at)
            at = code.find(name, at + len(name), end)
        if not calls:
            return False
        inner = [(found.start(), block_end(code, found)) for found in _FUNCTION.finditer(code, start, end)]
        return any(not any(first < call < last for first, last in inner) for call in calls)

    def _has_it(self, function: re.Match[bytes], before: bytes) -> bool:
        """Whether a name after these bytes may be the one of the function."""
        if _OF_ANOTHER.search(before) is not None:
            return False
        owner = _OWNER.search(before)
        if owner is None:
            return function.start() not in self._methods  # by the bare name of a method, something else is called
        return owner[1] in (b"self", b"cls") or owner[1] in self._classes

    @cached_property
    def _classes(self) -> frozenset[bytes]:
        """The names of the classes of the file."""
        return frozenset(_CLASS.findall(self._code.skeleton))

    @cached_property
    def _methods(self) -> frozenset[int]:
        """Where the lines start of the functions that stand right in the body of a class: offsets in the skeleton, in bytes."""
        found: set[int] = set()
        around: list[tuple[int, bytes]] = []
        for line in _LINE.finditer(self._code.skeleton):
            width = len(line[1])
            while around and around[-1][0] >= width:
                around.pop()
            if line[2] == b"def" and around and around[-1][1] == b"class":
                found.add(line.start())
            around.append((width, line[2]))
        return frozenset(found)


def _has_part(words: bytes, parts: Iterable[bytes]) -> bool:
    return any(part in words for part in parts)


def _may_end(code: bytes) -> bool:
    """Whether any loop may end before it has gone through everything: one that never does makes no attempts."""
    return any(loop[2] is not None for loop in _LOOPS.finditer(code)) or stands_in_block(code, _LOOPS, _LEAVES)
