"""The code of a file as bytes, before it is parsed: its words, and its lines without comments and without what strings say.

Most questions of screens are about words, and sets of words are quick to ask. A pattern comes after them, and begins with what is rare:
only then does `re` leap to the places where that stands, instead of trying each byte.
"""

from __future__ import annotations

import re
from functools import cache, cached_property

from errlint.encoding import with_lf

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
_COMMENT = ord("#")
_PREFIXES = frozenset(b"bBfFrRtTuU")
_FORMATS = frozenset(b"fFtT")
_APART = bytes(byte if bytes((byte,)).isalnum() or byte == ord("_") or byte > 127 else ord(" ") for byte in range(256))
_LETTERS = bytes(byte if byte < 128 else ord("x") for byte in range(256))
_MOST_OF_HEADER = 20
"""Lines that a header goes on for without standing deeper; after more of them, nothing closes a bracket that is open."""
_LONGEST_BEFORE = 200
"""Bytes of a line that are looked at before a place in it."""
_PARAMETERS = re.compile(rb"def(?<!\wdef)\s+\w+\s*\(")
_ROUND = re.compile(rb"[()]")


class Skeleton:
    """The bytes of one file.

    :ivar raw: all of them, each line after an LF.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = b"\n" + with_lf(raw)

    @cached_property
    def all_words(self) -> frozenset[bytes]:
        """Every word of the file, be it in a comment or a string."""
        lines = b"\n".join(set(self.raw.split(b"\n")))  # of which many are alike
        return frozenset(lines.translate(_APART).split())

    @cached_property
    def skeleton(self) -> bytes:
        """The code without comments and without what its strings say, each line between two LF; letters of other alphabets are an x."""
        code = _PROSE.sub(_emptied, self.raw) + b"\n"
        return code if code.isascii() else code.translate(_LETTERS)

    @cached_property
    def own_words(self) -> frozenset[bytes]:
        """The words of the skeleton."""
        return frozenset(self.skeleton.translate(_APART).split())

    @cached_property
    def quoted_words(self) -> frozenset[bytes]:
        """What stands between two quotes, in small letters: keys of bodies and names of members among it."""
        return frozenset(self.raw.lower().replace(b"'", b'"').split(b'"'))

    @cached_property
    def _all_in_a_row(self) -> bytes:
        return b" ".join([*self.all_words, b""])

    @cached_property
    def all_small(self) -> bytes:
        """All words in small letters, to look for parts of them."""
        return self._all_in_a_row.lower()

    def has_ending(self, ending: bytes) -> bool:
        """Whether a word of the file ends so, be it in a comment or a string."""
        return ending + b" " in self._all_in_a_row

    @cached_property
    def own_small(self) -> bytes:
        """The words of the skeleton in small letters."""
        return b" ".join(self.own_words).lower()

    def has(self, words: frozenset[bytes]) -> bool:
        """Whether the code has one of these words."""
        return not words.isdisjoint(self.all_words) and not words.isdisjoint(self.own_words)

    def matches(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether the code has what a pattern for code on one line looks for: most files have nothing like it, not even in a string."""
        return pattern.search(self.raw) is not None and pattern.search(self.skeleton) is not None


def block_end(code: bytes, statement: re.Match[bytes]) -> int:
    """Where a compound statement of a skeleton ends, whose indentation is the first group of its match: an offset in bytes."""
    at = statement.start()
    opened = 0
    for line, dedent in enumerate(_dedent(len(statement[1])).finditer(code, statement.end())):
        piece, at = code[at : dedent.start()], dedent.start()
        opened += sum(map(piece.count, (b"(", b"[", b"{"))) - sum(map(piece.count, (b")", b"]", b"}")))
        # else it is a line of the header that stands no deeper than the first
        if (opened <= 0 and not piece.endswith(b"\\")) or line == _MOST_OF_HEADER:
            return at
    return len(code)


@cache
def _dedent(width: int) -> re.Pattern[bytes]:
    return re.compile(rb"\n[ \t\f]{0,%d}[^\s)\]}]" % width)


def stands_in_block(code: bytes, statements: re.Pattern[bytes], wanted: re.Pattern[bytes]) -> bool:
    """Whether something stands in the block of one of these compound statements; each piece of a skeleton is searched once.

    :param statements: as for :func:`block_end`.
    """
    searched = 0
    for statement in statements.finditer(code):
        if statement.start() < searched:
            continue  # it stands in one in which nothing was found
        searched = block_end(code, statement)
        if wanted.search(code, statement.end(), searched) is not None:
            return True
    return False


def begins_line(word: re.Match[bytes], behind: bytes = b"") -> bool:
    """Whether a match stands first on its line, or behind one word; also where that cannot be told."""
    before = before_on_line(word.string, word.start())
    return before is None or before.strip() in (b"", behind)


def before_on_line(code: bytes, at: int) -> bytes | None:
    """What stands before a place on its line; None where that is too long to be of interest."""
    line = code.rfind(b"\n", max(0, at - _LONGEST_BEFORE), at)
    return code[line + 1 : at] if line >= 0 else None


def without_parameters(code: bytes) -> bytes:
    """A skeleton without the parameters of its functions, unless they have tables or sets for defaults."""
    kept: list[bytes] = []
    start = 0
    for function in _PARAMETERS.finditer(code):
        if function.start() < start:
            continue
        depth = 1
        for bracket in _ROUND.finditer(code, function.end()):
            depth += 1 if bracket[0] == b"(" else -1
            if not depth:
                if code.find(b"{", function.end(), bracket.start()) < 0:
                    kept.append(code[start : function.start()])
                    start = bracket.end()
                break
        else:
            break
    return b"".join([*kept, code[start:]])


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
