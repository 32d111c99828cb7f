"""Where code is written into a file: before and after statements, as an import, under a name that is not taken."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.model import Edit
from errlint.semantics.program.names import dotted
from errlint.semantics.rewrites.listing import Listing
from errlint.semantics.rewrites.placing import Placing
from errlint.semantics.rewrites.syntax import Syntax
from errlint.source import Source

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_BLANK = " \t"
_WIDTH = 100
"""Letters of a line that nobody minds."""
_ERROR = "error"


class Writing:
    """Writes into one file."""

    def __init__(self, semantics: Semantics, source: Source) -> None:
        self.semantics = semantics
        self.source = source
        self._tree = semantics.tree

    def code(self, node: cst.CSTNode) -> str:
        """The source text of a node, with its brackets."""
        start, end = self.span(node)
        return self.source.text[start:end]

    @cached_property
    def placing(self) -> Placing:
        """How expressions are put into others."""
        return Placing(self._tree, self.source)

    @cached_property
    def syntax(self) -> Syntax:
        """Which syntax the file allows."""
        return Syntax(self.semantics)

    def replace(self, node: cst.CSTNode, code: str) -> Edit:
        """Other code in the place of a node and its brackets; in new ones, where an expression needs them there."""
        start, end = self.span(node)
        fitted = self.placing.fitted(node, code) if isinstance(node, cst.BaseExpression) else None
        return Edit(start, end, fitted if fitted is not None else code)

    def without_operand(self, node: cst.CSTNode) -> Edit | None:
        """One side of an ``and`` or ``or`` taken out; None where a comment would go with it."""
        around = self.semantics.tree.parent.get(node)
        if not isinstance(around, cst.BooleanOperation):
            return None
        if around.right is node:
            start, end = self.span(around.left)[1], self.span(node)[1]
        else:
            start, end = self.span(node)[0], self.span(around.right)[0]
        return Edit(start, end, "") if "#" not in self.source.text[start:end] else None

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Where a node starts and ends, with the brackets around it, which libcst does not count to it."""
        start, end = self.source.span(node)
        full = self.source.full(node)
        for bracket in reversed(getattr(full, "lpar", ())):
            start = self.source.span(bracket)[0]
        for bracket in getattr(full, "rpar", ()):
            end = self.source.span(bracket)[1]
        return start, end

    # statements ------------------------------------------------------------------------------------------------------------------

    def indent(self, statement: cst.CSTNode) -> str:
        """The white space before a statement; empty too where it shares its line (see :meth:`starts_line`)."""
        start = self._start(statement)
        line = self.line_at(start)
        text = self.source.text[line:start]
        return text if not text.strip(_BLANK) else ""

    def starts_line(self, statement: cst.CSTNode) -> bool:
        """Whether nothing but white space stands before a statement on its line."""
        start = self._start(statement)
        return not self.source.text[self.line_at(start) : start].strip(_BLANK)

    @cached_property
    def step(self) -> str:
        """One level of indentation, as the file has it."""
        return self.source.module.default_indent

    def asked(self, test: str, at: cst.CSTNode) -> list[str]:
        """The head of an ``if`` at a statement; over several lines where one would be longer than all of the file."""
        line = f"if {test}:"
        parts = test.split(" and ")
        if self.fits(self.indent(at) + line) or len(parts) == 1 or " or " in test or " if " in test:
            return [line]
        return ["if (", f"{self.step}{parts[0]}", *(f"{self.step}and {part}" for part in parts[1:]), "):"]

    def fits(self, line: str) -> bool:
        """Whether a line is no longer than others of the file, or than what nobody minds."""
        return len(line) <= max(_WIDTH, max(map(len, self.source.text.splitlines()), default=0))

    def group(self, test: str, at: cst.CSTNode) -> str:
        """A test with ``and`` in brackets of several lines, as a part of the head of a statement."""
        indent, (first, *others) = self.indent(at), test.split(" and ")
        lines = ["(", f"{indent}{self.step}{first}", *(f"{indent}{self.step}and {other}" for other in others), f"{indent})"]
        return self.newline.join(lines)

    def before(self, statement: cst.CSTNode, lines: Sequence[str], *, with_comments: bool = False) -> Edit:
        """Lines above a statement, indented like it; ``with_comments``: and above those that speak of it, in lines of their own."""
        at = self.line_at(self._start(statement)) - (len(self.said_above(statement)) if with_comments else 0)
        return Edit(at, at, self._lines(lines, self.indent(statement)))

    def said_above(self, statement: cst.CSTNode) -> str:
        """The comments right above a statement, in lines of their own: they speak of it."""
        end = at = self.line_at(self._start(statement))
        while at and self.source.text[(above := self.line_at(at - 1)) : at].strip(_BLANK).startswith("#"):
            at = above
        return self.source.text[at:end]

    def said_at(self, statement: cst.CSTNode) -> str:
        """What comments say of a statement: those right above it, and the one behind it on its line."""
        return self.said_above(statement) + self.whole_line(statement).rpartition("\n")[2].partition("#")[2]

    def in_place_of_pass(self, statement: cst.CSTNode, lines: Sequence[str]) -> Edit | None:
        """Lines instead of a ``pass`` that stands alone on its line, which is of no more use; None for other statements."""
        if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Pass):
            return None
        gone = self.remove(statement)
        return Edit(gone.start, gone.end, self._lines(lines, self.indent(statement))) if gone is not None else None

    def after(self, statement: cst.CSTNode, lines: Sequence[str], *, indent: str | None = None) -> Edit:
        """Lines below a statement, indented like it."""
        end = self.source.span(statement)[1]
        text = self.source.text
        newline = text.find("\n", end)
        at = newline + 1 if newline >= 0 else len(text)
        written = self._lines(lines, self.indent(statement) if indent is None else indent)
        return Edit(at, at, written if newline >= 0 else self.newline + written)

    def below(self, statement: cst.CSTNode, lines: Sequence[str]) -> Edit:
        """Lines below a statement that may have blocks, indented like its head."""
        lines_of = self._tree.inside(statement, cst.SimpleStatementLine, cst.SimpleStatementSuite)
        last = max(lines_of, key=self._tree.order.__getitem__, default=statement)
        return self.after(last, lines, indent=self.indent(statement))

    def whole_line(self, statement: cst.CSTNode) -> str:
        """A statement, and what comment follows it on its line."""
        start, end = self.source.span(statement)
        return self.source.text[start : self._line_end(end)].rstrip()

    def remove(self, statement: cst.CSTNode, *, with_comment: bool = False) -> Edit | None:
        """A statement's line taken out; None where it is not alone on its lines, or a comment would go that the caller wants to keep."""
        start, end = self.source.span(statement)
        stop = self._line_end(end)
        rest = self.source.text[end:stop].strip()
        if not self.starts_line(statement) or (rest and not (with_comment and rest.startswith("#"))):
            return None
        return Edit(self.line_at(start), stop, "")

    def _line_end(self, offset: int) -> int:
        """Behind the newline of a line."""
        newline = self.source.text.find("\n", offset)
        return newline + 1 if newline >= 0 else len(self.source.text)

    def _lines(self, lines: Sequence[str], indent: str) -> str:
        return "".join(f"{indent}{line}{self.newline}" if line else self.newline for line in lines)

    @property
    def newline(self) -> str:
        """How lines end in the file."""
        return self.source.module.default_newline

    def _start(self, statement: cst.CSTNode) -> int:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)) and statement.decorators:
            return min(self.source.span(decorator)[0] for decorator in statement.decorators)
        return self.source.span(statement)[0]

    def line_of(self, statement: cst.CSTNode) -> int:
        """Where the first line of a statement starts."""
        return self.line_at(self._start(statement))

    def line_at(self, offset: int) -> int:
        """Where the line starts on which an offset (in characters) stands."""
        return self.source.text.rfind("\n", 0, offset) + 1

    @cached_property
    def listing(self) -> Listing:
        """How parts are put into lists and taken out of them."""
        return Listing(self)

    # names -----------------------------------------------------------------------------------------------------------------------

    @cached_property
    def _taken(self) -> frozenset[str]:
        return frozenset(node.value for node in self._tree.all(cst.Name) if self._stands_alone(node))

    def _stands_alone(self, name: cst.Name) -> bool:
        """Whether a name is one of the file, not an attribute of something or the keyword of an argument."""
        parent = self._tree.parent.get(name)
        if isinstance(parent, cst.ImportFrom) or (isinstance(parent, cst.ImportAlias) and parent.asname is not None):
            return False  # `from time import sleep`, `import time as clock`
        return not (isinstance(parent, cst.Attribute) and parent.attr is name) and not (
            isinstance(parent, cst.Arg) and parent.keyword is name
        )

    def free(self, wanted: str, within: cst.CSTNode | None = None, *, skipped: int = 0) -> str:
        """The name, or one like it, that the file does not use for anything else; or not in the outermost function around a node.

        :param skipped: how many such names are left to others.
        """
        outermost: cst.CSTNode = self._tree.module
        for found in (within, *self._tree.ancestors(within)) if within is not None else ():
            outermost = found if isinstance(found, cst.FunctionDef) else outermost
        names = self._tree.inside(outermost, cst.Name)
        candidates = itertools.chain((wanted,), (f"{wanted}_{number}" for number in itertools.count(2)))
        free = (name for name in candidates if not any(node.value == name and self._stands_alone(node) for node in names))
        return next(itertools.islice(free, skipped, None))

    def caught(self, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> str:
        """A name for the exception of a handler that gives it none; handlers beside it may have the same, which they forget."""
        others = [found for found in self._tree.all(type(handler)) if found.name is not None and not self._tree.within(handler, found)]
        function = next((found for found in reversed(list(self._tree.ancestors(handler))) if isinstance(found, cst.FunctionDef)), None)
        within = function or self._tree.module

        def is_forgotten(name: cst.Name) -> bool:
            return any(
                isinstance(other.name.name, cst.Name) and other.name.name.value == name.value and self._tree.within(name, other)
                for other in others
                if other.name is not None and not self._tree.within(other, handler)
            )

        uses = [name for name in self._tree.inside(within, cst.Name) if name.value == _ERROR and self._stands_alone(name)]
        return _ERROR if all(map(is_forgotten, uses)) else self.free(_ERROR, handler)

    def named(self, name: str) -> tuple[str, tuple[Edit, ...]] | None:
        """How the file can call the dotted ``name`` of another module, and the import that this needs; None where its root is taken."""
        module, _, last = name.rpartition(".")
        for statement in (*self._imports, *self._tried_imports):
            if isinstance(statement, cst.ImportFrom):
                if statement.relative or statement.module is None or dotted(statement.module) != module:
                    continue
                for alias in statement.names if not isinstance(statement.names, cst.ImportStar) else ():
                    if alias.evaluated_name == last:
                        return alias.evaluated_alias or last, ()
            else:
                for alias in statement.names:
                    if alias.evaluated_name == module and (alias.asname is not None or module):
                        return f"{alias.evaluated_alias or module}.{last}", ()
        extended = self._extended(module, last)
        if extended is not None:
            return extended
        root = (module or last).partition(".")[0]
        if root in self._taken and not self._is_module(root):
            return None
        return name, (self.imported(f"import {module or last}"),)

    def module(self, name: str) -> tuple[str, tuple[Edit, ...]]:
        """How a function of the module can call another module, and the import that this needs: under another name where it is taken."""
        imported = [alias for statement in self._imports if isinstance(statement, cst.Import) for alias in statement.names]
        plain = [alias for alias in imported if alias.evaluated_name == name]
        for alias in sorted(plain, key=lambda alias: alias.asname is not None):
            return alias.evaluated_alias or name, ()
        root = name.partition(".")[0]
        if not self._is_bound(root) or self._is_module(root):
            return name, (self.imported(f"import {name}"),)
        other = self.free(f"{name.replace('.', '_')}_module")
        return other, (self.imported(f"import {name} as {other}"),)

    def _is_bound(self, name: str) -> bool:
        """Whether a name of the module is taken; those of functions do not matter to another function."""
        shared = (item.name.value for node in self._tree.all(cst.Global) for item in node.names)
        return bool(self.semantics.scopes.bindings(name, self._tree.module)) or name in shared

    def _extended(self, module: str, last: str) -> tuple[str, tuple[Edit, ...]] | None:
        """``from tenacity import retry`` is given one name more."""
        for statement in self._imports:
            if not isinstance(statement, cst.ImportFrom) or statement.relative or isinstance(statement.names, cst.ImportStar):
                continue
            if statement.module is None or dotted(statement.module) != module or last in self._taken:
                continue
            for alias in statement.names:
                if alias.evaluated_name > last and alias.evaluated_name[:1].islower():
                    start = self.source.span(alias.name)[0]
                    return last, (Edit(start, start, f"{last},{self.listing.gap(alias)}"),)
            alias = statement.names[-1]
            end = self.source.span(alias.asname or alias.name)[1]
            return last, (Edit(end, end, f",{self.listing.gap(alias)}{last}"),)
        return None

    def _is_module(self, root: str) -> bool:
        return any(
            isinstance(statement, cst.Import)
            and any(alias.asname is None and alias.evaluated_name.partition(".")[0] == root for alias in statement.names)
            for statement in self._imports
        )

    @cached_property
    def _imports(self) -> list[cst.Import | cst.ImportFrom]:
        """The imports that hold in the whole file."""
        lines = (statement for statement in self._tree.module.body if isinstance(statement, cst.SimpleStatementLine))
        return [part for line in lines for part in line.body if isinstance(part, (cst.Import, cst.ImportFrom))]

    @cached_property
    def _head(self) -> list[cst.Import | cst.ImportFrom]:
        """Those of them at the head of the file, with nothing but more imports above; all of them where none is there."""
        body = self._tree.module.body
        first = next((found for found in body if not self._is_docstring(found) and not is_import(found)), None)
        ends = self._tree.order[first] if first is not None else None
        return [found for found in self._imports if ends is None or self._tree.order[found] < ends] or self._imports

    @cached_property
    def _tried_imports(self) -> list[cst.Import | cst.ImportFrom]:
        """Those for which the file stands by with something else: who gets to use them has them."""
        tried = (statement.body for statement in self._tree.module.body if isinstance(statement, cst.Try))
        lines = (line for body in tried for line in body.body if isinstance(line, cst.SimpleStatementLine))
        return [part for line in lines for part in line.body if isinstance(part, (cst.Import, cst.ImportFrom))]

    def imported(self, line: str) -> Edit:
        """An ``import`` in alphabetical order among those of its kind (of Python's own modules or of others), ahead of ``from`` imports."""
        kind = _is_standard(line.removeprefix("import "))
        alike = [found for found in self._head if _is_standard(_module(found)) is kind and not self._is_future(found)]
        plain = [found for found in alike if isinstance(found, cst.Import)]
        for found in plain:
            if self.code(found) > line:
                return self.before(self._tree.statement(found), [line])
        if plain:
            return self.after(self._tree.statement(plain[-1]), [line])
        if alike:
            return self.before(self._tree.statement(alike[0]), [line])
        others = [found for found in self._head if kind is False or self._is_future(found)]
        if others:
            return self.after(self._tree.statement(others[-1]), [line])
        if self._head:
            return self.before(self._tree.statement(self._head[0]), [line])
        body = self._tree.module.body
        first = next((found for found in body if not self._is_docstring(found)), body[0])
        return self.before(first, [line, ""])

    def _is_future(self, statement: cst.Import | cst.ImportFrom) -> bool:
        return isinstance(statement, cst.ImportFrom) and statement.module is not None and dotted(statement.module) == "__future__"

    def _is_docstring(self, statement: cst.CSTNode) -> bool:
        return (
            isinstance(statement, cst.SimpleStatementLine)
            and isinstance(statement.body[0], cst.Expr)
            and isinstance(statement.body[0].value, (cst.SimpleString, cst.ConcatenatedString))
        )


def is_import(statement: cst.CSTNode) -> bool:
    """Whether a statement does nothing but import; also for type checkers only (``if TYPE_CHECKING:``), or with something to stand by."""
    if isinstance(statement, cst.SimpleStatementLine):
        return isinstance(statement.body[0], (cst.Import, cst.ImportFrom))
    if not isinstance(statement, (cst.If, cst.Try)) or not isinstance(statement.body, cst.IndentedBlock):
        return False
    return all(map(is_import, statement.body.body))


def _module(statement: cst.Import | cst.ImportFrom) -> str:
    """The module of which a statement imports something; empty for one beside the file."""
    if isinstance(statement, cst.Import):
        return statement.names[0].evaluated_name
    return (dotted(statement.module) or "") if statement.module is not None and not statement.relative else ""


def _is_standard(module: str) -> bool:
    """Whether a module is of Python's own."""
    return module.partition(".")[0] in sys.stdlib_module_names
