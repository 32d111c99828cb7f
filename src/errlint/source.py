"""One file's bytes as text, as a libcst module, and as places a person can find.

Positions are computed only when somebody asks: most files have no finding, and resolving positions costs as much as parsing.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from functools import cached_property
from typing import TypeVar, cast

import libcst as cst
from libcst._nodes.internal import CodegenState

from errlint.encoding import decode
from errlint.lean import dataclass
from errlint.model import Location
from errlint.nesting import refusal
from errlint.nodes import unchecked
from errlint.python_tree import parsed

N = TypeVar("N", bound=cst.CSTNode)

_NEWLINE = re.compile(r"\r\n|\r|\n")
_TOO_DEEP = "nested too deeply to be parsed"
_PANIC = "PanicException"
"""A failed assertion of libcst's native code. The class is no Exception, and nowhere to be imported from."""

# libcst writes a tree out by several calls a level: a chain of 300 operators would reach the usual limit of 1,000
sys.setrecursionlimit(max(sys.getrecursionlimit(), 10_000))


class SyntaxProblem(Exception):
    """The file is not Python that can be parsed; ``line`` and ``column`` are 1-based."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def _objection(text: str) -> SyntaxProblem | None:
    """What the Python that runs errlint has against a file, if anything: it says in better words than libcst what is wrong."""
    try:
        parsed(text)
    except SyntaxError as error:
        return SyntaxProblem(error.msg, error.lineno or 1, max(error.offset or 1, 1))
    except (ValueError, RecursionError, MemoryError) as error:  # NUL bytes, before Python 3.12
        return SyntaxProblem(str(error) or _TOO_DEEP, 1, 1)
    return None


@dataclass
class _OffsetState(CodegenState):
    """Generates the code once more and notes where each node starts and ends, in characters."""

    offset: int = 0
    spans: dict[cst.CSTNode, tuple[int, int]] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:  # noqa: ARG002  (libcst calls it so)
        self.starts.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self.starts.pop()
        # a node that recorded its own syntactic position (without the white space it owns) keeps that
        self.spans.setdefault(node, (start, self.offset))

    @contextmanager
    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> Iterator[None]:
        start = self.offset
        yield
        first = start if start_node is None else self.spans[start_node][0]
        last = self.offset if end_node is None else self.spans[end_node][1]
        self.spans[node] = (first, last)


@dataclass(frozen=True)
class Source:
    """A parsed file.

    :ivar raw: the bytes as read; :ivar text: the decoded text without a byte-order mark, newlines as they stand;
    :ivar path: as shown to the user, with ``/``; :ivar module: the libcst tree.
    """

    raw: bytes
    path: str
    text: str
    module: cst.Module
    _twins: Mapping[cst.CSTNode, cst.CSTNode] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, raw: bytes, path: str) -> Source:
        """Decode (PEP 263) and parse.

        :raises SyntaxProblem: when libcst cannot parse the file (Python 2, a syntax error, too deeply nested).
        :raises errlint.encoding.UndecodableSource: when the bytes are not text in the declared encoding.
        """
        text = decode(raw).text
        refused = refusal(text)
        if refused is not None:
            raise SyntaxProblem(refused.because, len(_NEWLINE.findall(text, 0, refused.offset)) + 1, 1)
        try:
            with unchecked():
                module = cst.parse_module(raw)
        except cst.ParserSyntaxError as error:
            found = SyntaxProblem(error.message.split("\n")[0].strip() or "invalid syntax", error.raw_line, error.raw_column + 1)
            raise _objection(text) or found from None
        except BaseException as error:
            if type(error).__name__ != _PANIC:
                raise
            raise SyntaxProblem(f"libcst's parser gave up: {error}", 1, 1) from None
        return cls(raw, path, text, module)

    def beside(self, twins: Mapping[cst.CSTNode, cst.CSTNode]) -> Source:
        """The same, asked about the nodes of another tree of this text as well.

        :param twins: by each of these nodes, the one of ``module`` that it stands for.
        """
        return replace(self, _twins=twins)

    def full(self, node: N) -> N:
        """The node with its white space, brackets and commas: itself, or of another tree's node the one that it stands for."""
        return cast("N", self._twins.get(node, node))

    @cached_property
    def lossless(self) -> bool:
        """Whether the tree gives back exactly the text; if not (form feeds, a space before a colon), nothing may be rewritten."""
        return self._written[0] == self.text

    @cached_property
    def _written(self) -> tuple[str, dict[cst.CSTNode, tuple[int, int]]]:
        """The tree as code, and where in it each node stands."""
        state = _OffsetState(default_indent=self.module.default_indent, default_newline=self.module.default_newline)
        self.module._codegen(state)
        return "".join(state.tokens), state.spans

    @cached_property
    def _line_starts(self) -> list[int]:
        # offsets come from the tree's own code, which differs from the text only where the tree is lossy
        code = self._written[0]
        return [0, *(match.end() for match in _NEWLINE.finditer(code))]

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Character offsets ``[start, end)`` of a node, without the white space and comments around it.

        :raises KeyError: when the node is not part of this module.
        """
        return self._written[1][self._twins.get(node, node)]

    def end(self, expression: cst.BaseExpression) -> int:
        """Where an expression ends, with the parentheses around it, which are no part of its span."""
        brackets = self.full(expression).rpar
        return self.span(brackets[-1] if brackets else expression)[1]

    def code(self, node: cst.CSTNode) -> str:
        """The node's source text."""
        start, end = self.span(node)
        return self._written[0][start:end]

    def location(self, node: cst.CSTNode) -> Location:
        """Where the node stands: 1-based lines and columns, end exclusive."""
        start, end = self.span(node)
        return self.between(start, end)

    def header_location(self, node: cst.CSTNode) -> Location:
        """Where the node stands; of a compound statement, its header only."""
        location = self.location(node)
        body = getattr(node, "body", None)
        if isinstance(body, cst.BaseSuite):
            start, _ = self.span(node)
            end, _ = self.span(body)
            header = self.between(start, max(start, end))
            return Location(header.path, header.line, header.column, header.line, max(header.column + 1, header.end_column))
        return location

    def lines_of(self, node: cst.CSTNode) -> tuple[int, int]:
        """First and last line of a node, 1-based."""
        location = self.location(node)
        return location.line, location.end_line

    def between(self, start: int, end: int) -> Location:
        """The location of the characters ``[start, end)``."""
        line, column = self.position(start)
        end_line, end_column = self.position(end)
        return Location(self.path, line, column, end_line, end_column)

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column of a character offset."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1
