"""Is a text nested too deeply, or too large, to be parsed? Answered from its tokens, before a parser sees it.

libcst's native parser, and the trees it makes, use the C stack once a level, without a limit: a text that is nested too deeply takes the
process down, and how deep is too deep depends on the machine. So the depth is bounded here, by counting whatever makes the parser go one
level down: brackets, operators, links of a chain (``a.b()[0]``), adjacent strings, blocks, ``elif``, and all of that in f-strings. After a
comma or a line it starts anew. The count is never less than the depth of the tree, and close to it in code that people write.

A text that is no Python stops the parser at its first mistake, and the count as well.
"""

from __future__ import annotations

import re
from dataclasses import field
from functools import cache

from errlint.lean import dataclass

LEVELS = 600
"""The deepest text that is parsed: a sum of 600 terms, a chain of 300 calls. libcst takes up to 4 KiB of stack for such a level, and Python
3.12 gives up to write out a tree of 750."""
BRACKETS = 200
"""Brackets in each other, as in Python itself (``MAXLEVEL`` of its tokenizer). libcst takes up to 10 KiB of stack for each."""
BLOCKS = 100
"""Blocks in each other, as in Python itself (``MAXINDENT``)."""

TOKENS = 500_000
"""The tokens that are counted here (operators, brackets, separators, strings, lines) of the largest text that is parsed. A tree takes up to
4 KiB for each; the largest file in the packages that errlint is measured with, of 21 MB, has 387,000."""

_CODE = re.compile(
    r"""
      (?P<line> (?:(?:\r\n?|\n)(?P<indent>[ \t\f]*)(?:\#[^\r\n]*)?)+ (?P<elif>(?:elif|else)\b)? )
    | (?P<formatted> \b(?:[fFtT][rR]?|[rR][fFtT])(?P<quote>"{3}|'{3}|["']) )
    | (?P<string> "{3}[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"{3} | '{3}[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'{3}
        | "[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*" | '[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*' )
    | (?P<open> [(\[{] ) | (?P<close> [)\]}] ) | (?P<next> [,;] ) | (?P<colon> :=? )
    | (?P<deeper> \.|\*\*|//|[-+*/%@|&^~]|\b(?:and|or|not|else|await)\b )
    | (?P<lambda> \blambda\b ) | (?P<for> \bfor\b ) | (?P<in> \bin\b )
    | (?P<skipped> \#[^\r\n]*|\\(?:\r\n?|\n) )
    | (?P<broken> ["'] )
    """,
    re.VERBOSE | re.DOTALL,
)


@cache
def _text_of(quote: str, *, format_spec: bool) -> re.Pattern[str]:
    """The tokens in the text of an f-string, or in the format behind a colon in its braces, where no brace is escaped."""
    escaped = r"\\." if format_spec else r"\\.|\{\{|\}\}"
    broken = r"|(?P<broken>[\r\n])" if len(quote) == 1 else ""
    return re.compile(rf"(?P<skipped>{escaped})|(?P<open>\{{)|(?P<close>\}}|{quote}){broken}", re.DOTALL)


_PARTNER = {"(": ")", "[": "]", "{": "}"}


@dataclass
class _Open:
    """What the scan is in: a logical line, a bracket, or an f-string.

    :ivar closed_by: the bracket or quote that ends it; :ivar base: the depth outside of it; :ivar brackets: how many of them are open;
    :ivar chain: levels since the last separator; :ivar lambdas: whose colon is still to come; :ivar targets: ``for`` without its ``in``;
    :ivar quote: of the f-string that it is, or in whose text this bracket stands; :ivar tokens: what it is made of.
    """

    closed_by: str
    base: int
    brackets: int = 0
    chain: int = 0
    lambdas: int = 0
    targets: int = 0
    quote: str = ""
    tokens: re.Pattern[str] = field(default=_CODE)

    @property
    def depth(self) -> int:
        return self.base + self.chain


class _Blocks:
    """The blocks that are open: for each its column, and how many ``elif`` of it hang on each other."""

    def __init__(self) -> None:
        self._columns = [0]
        self._chained = [0]

    @property
    def count(self) -> int:
        return len(self._columns) - 1

    def enter(self, indent: str, *, hangs_on: bool) -> int:
        """A logical line starts; returns the depth around it."""
        column = len(indent.rpartition("\f")[2].expandtabs(8))
        while column < self._columns[-1]:
            self._columns.pop()
            self._chained.pop()
        if column > self._columns[-1]:
            self._columns.append(column)
            self._chained.append(0)
        self._chained[-1] = self._chained[-1] + 1 if hangs_on else 0
        return self.count + sum(self._chained)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text is not parsed, as the end of a sentence, and the offset at which that shows."""

    because: str
    offset: int


def refusal(text: str) -> Refusal | None:
    """Why a text must not be parsed; None when it may be."""
    blocks = _Blocks()
    line = _Open("", 0)
    stack = [line]
    found = line.tokens.search(text)
    count = 0
    while found is not None:
        count += 1
        if count > TOKENS:
            return Refusal(f"too large to be parsed, with more than {TOKENS:,} tokens; leave it out (`exclude`)", found.start())
        here = stack[-1]
        match found.lastgroup:
            case "line":
                if here is line:
                    line.base = blocks.enter(found["indent"], hangs_on=found["elif"] is not None)
                    line.chain = line.lambdas = line.targets = 0
            case "next":
                # of a `lambda a, b:` and a `for a, b in` the comma is a part
                if not here.lambdas and not here.targets:
                    here.chain = 0
            case "deeper" | "string":
                here.chain += 1
            case "lambda":
                here.chain += 1
                here.lambdas += 1
            case "for":
                here.chain += 1
                here.targets += 1
            case "in":
                here.targets = max(0, here.targets - 1)
            case "colon":
                if here.lambdas:
                    here.lambdas -= 1
                elif here.quote:
                    here.tokens = _text_of(here.quote, format_spec=True)
            case "formatted":
                here.chain += 1
                quote = found["quote"]
                stack.append(_Open(quote, here.depth, here.brackets, quote=quote, tokens=_text_of(quote, format_spec=False)))
            case "open":
                if here.tokens is _CODE:
                    here.chain += 1
                stack.append(_Open(_PARTNER[found[0]], here.depth + 1, here.brackets + 1, quote="" if here.tokens is _CODE else here.quote))
            case "close":
                if found[0] != here.closed_by:
                    return None
                stack.pop()
            case "broken":
                return None
        here = stack[-1]
        if here.depth > LEVELS or here.brackets > BRACKETS or blocks.count > BLOCKS:
            return Refusal("nested too deeply to be parsed", found.start())
        found = here.tokens.search(text, found.end())
    return None
