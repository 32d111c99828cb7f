"""The same program in other clothes: other names, indentation, comments, newlines, encodings."""

from __future__ import annotations

import ast
import builtins
import codecs
import io
import keyword
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

Pick = Callable[[int], int]
"""Gives a number from 0 up to, and without, the argument."""

_FREE = (tokenize.NEWLINE, tokenize.NL)
_FORMATTED = (getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "FSTRING_END", -1))
"""Python 3.12 has tokens for the parts of formatted strings."""
_SPOKEN = {"self", "cls", "_", "__all__"}
_EVIDENCE = re.compile(
    r"e|ex|err|(?:.*_)?(?:exc|error|exception)"  # a parameter that is called an exception is one (`values.unknown`)
    r"|log_(?:debug|info|warn|warning|error|critical|exception)"  # functions around the logger of a project (`speech.toml`)
)
"""Names that are all there is to go by, so that another name is another program: they are kept."""


@dataclass(frozen=True)
class Disguised:
    """A text, and where its lines come from: 1-based lines of the original, 0 for those that are new."""

    text: str
    origin: tuple[int, ...]
    comments: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Disguised:
        return cls(text, tuple(range(1, len(text.split("\n")) + 1)))

    def line(self, line: int) -> int:
        """The original line of a line."""
        return self.origin[line - 1]


def tokens(text: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(text).readline))


def own_names(text: str) -> list[str]:
    """Names that the file makes up and nobody else sees: not of attributes, arguments by keyword, imports, or in strings, nor evidence."""
    tree = ast.parse(text)
    bound: set[str] = set()
    public: set[str] = set(dir(builtins)) | set(keyword.kwlist) | set(keyword.softkwlist) | _SPOKEN
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) | ast.FunctionDef(name=name) if _EVIDENCE.fullmatch(name):
                public.add(name)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                bound.add(name)
            case ast.AsyncFunctionDef(name=name) | ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)) | ast.ClassDef(name=name):
                public.add(name)
            case ast.ImportFrom(module=str(name)):
                public.update(name.split("."))
            case ast.alias(name=name, asname=other):
                public |= {*name.split("."), other or name}
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                public.add(name)
            case ast.MatchClass(kwd_attrs=names):
                public.update(names)
    for token in tokens(text):
        if token.type in (tokenize.STRING, tokenize.COMMENT):  # a formatted string is one token before Python 3.12
            public |= {word for word in bound if word in token.string}
    for scope in ast.walk(tree):
        if isinstance(scope, ast.ClassDef):  # what a class binds is reached by attributes
            public |= {name.id for one in scope.body for name in ast.walk(one) if isinstance(name, ast.Name)}
            public |= {one.name for one in scope.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))}
    return sorted(bound - public)


def renamed(disguised: Disguised, names: dict[str, str]) -> Disguised:
    """With other names."""
    lines = disguised.text.split("\n")
    for token in reversed(tokens(disguised.text)):
        if token.type == tokenize.NAME and token.string in names:
            (row, start), (_, end) = token.start, token.end
            lines[row - 1] = lines[row - 1][:start] + names[token.string] + lines[row - 1][end:]
    return replace(disguised, text="\n".join(lines))


def reindented(disguised: Disguised, unit: str) -> Disguised:
    """With other indentation of statements; lines inside brackets and strings stay."""
    lines = disguised.text.split("\n")
    depth, begins = 0, True
    for token in tokens(disguised.text):
        if token.type == tokenize.INDENT:
            depth += 1
        elif token.type == tokenize.DEDENT:
            depth -= 1
        elif token.type == tokenize.NEWLINE:
            begins = True
        elif token.type in (tokenize.NL, tokenize.COMMENT, tokenize.ENDMARKER):
            continue
        elif begins:
            row = token.start[0]
            lines[row - 1] = unit * depth + lines[row - 1].lstrip(" \t")
            begins = False
    return replace(disguised, text="\n".join(lines))


def open_lines(text: str) -> set[int]:
    """Lines after whose end a comment, or a line, may be put."""
    return {token.start[0] for token in tokens(text) if token.type in _FREE}


def commented(disguised: Disguised, pick: Pick) -> Disguised:
    """With comments of every kind: at the ends of lines, and on lines of their own."""
    free = open_lines(disguised.text)
    said: list[str] = []

    def comment() -> str:
        said.append(f"# note {len(said)}: é")
        return said[-1]

    lines: list[str] = []
    origin: list[int] = []
    for number, line in enumerate(disguised.text.split("\n"), 1):
        if (number == 1 or number - 1 in free) and pick(3) == 0:
            lines.append(" " * pick(9) + comment())
            origin.append(0)
        ends = number in free and line.strip() and "#" not in line and pick(2) == 0
        lines.append(f"{line}{' ' * (1 + pick(2))}{comment()}" if ends else line)
        origin.append(disguised.line(number))
    return Disguised("\n".join(lines), tuple(origin), (*disguised.comments, *said))


def broken(disguised: Disguised, pick: Pick) -> Disguised:
    """With lines that end in a comment wherever brackets are open: after commas and operators, before dots, around arguments."""
    ends: dict[int, list[int]] = {}
    depth = formatted = 0
    for token in tokens(disguised.text):
        formatted += (token.type == _FORMATTED[0]) - (token.type == _FORMATTED[1])
        if formatted:
            continue  # before Python 3.12 these hold neither newlines nor comments
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        if depth and token.type in (tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP) and pick(6) == 0:
            ends.setdefault(token.end[0], []).append(token.end[1])
    lines: list[str] = []
    origin: list[int] = []
    said: list[str] = []
    for number, line in enumerate(disguised.text.split("\n"), 1):
        columns = [0, *ends.get(number, []), len(line)]
        parts = [line[start:end] for start, end in pairwise(columns)]
        for part in parts[:-1]:
            said.append(f"# inner {len(said)}: é")
            lines.append(f"{part}{' ' * (1 + pick(2))}{said[-1]}")
        lines.append(parts[-1])
        origin += [disguised.line(number)] * len(parts)
    return Disguised("\n".join(lines), tuple(origin), (*disguised.comments, *said))


def with_form_feeds(disguised: Disguised, pick: Pick) -> Disguised:
    """With form feeds on lines of their own, where there is a blank line already."""
    free = open_lines(disguised.text)
    lines = disguised.text.split("\n")
    blank = [at for at, line in enumerate(lines[:-1]) if not line.strip() and (at == 0 or at in free)]
    for at in blank:
        if pick(2):
            lines[at] = "\x0c"
    return replace(disguised, text="\n".join(lines))


def encoded(disguised: Disguised, newline: str, encoding: str) -> tuple[bytes, Disguised]:
    """The bytes, in UTF-8, in UTF-8 with a byte-order mark, or in a declared encoding."""
    if encoding not in ("utf-8", "utf-8-sig"):
        disguised = Disguised(f"# -*- coding: {encoding} -*-\n{disguised.text}", (0, *disguised.origin), disguised.comments)
    raw = disguised.text.replace("\n", newline).encode(encoding.removesuffix("-sig"))
    return (codecs.BOM_UTF8 if encoding == "utf-8-sig" else b"") + raw, disguised


def fits(text: str, encoding: str) -> bool:
    """Whether a text can be written in an encoding."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def new_names(names: list[str], pick: Pick) -> Iterator[tuple[str, str]]:
    """Other names for some of these: longer, shorter, in other scripts."""
    for number, name in enumerate(names):
        style = pick(4)
        if style:
            yield name, (f"v{number}", f"{name}_of_it", f"é{number}")[style - 1]


def functions(text: str) -> set[str]:
    """The names of functions: what they say is evidence for rules (`wait_until_ready` is no retry)."""
    return {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
