"""Regular expressions that read something out of a text, rather than ask what it says: ``code = found.group(1) if found else None``.

What comes of it is a code, a number or an id, or nothing; the code goes on in the same way. One whose mere match decides is a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from errlint.semantics.asked.text_tests import TextTest
from errlint.semantics.program.constants import targets_of
from errlint.semantics.program.names import dotted
from errlint.semantics.program.tree import Tree

_GROUPS = frozenset({"group", "groups", "groupdict", "expand"})
_OPEN = re.compile(r"\\[dDwWsS]|(?<!\\)\[|(?<!\\)\.")
"""Parts of a regular expression that leave open what stands in their place."""


class Extraction:
    """Answers for one file.

    :param test_at: the test of text that a node is; :param tells: whether a statement does nothing but tell.
    """

    def __init__(self, tree: Tree, test_at: Callable[[cst.CSTNode], TextTest | None], tells: Callable[[cst.CSTNode], bool]) -> None:
        self._tree = tree
        self._test_at = test_at
        self._tells = tells

    def is_match(self, node: cst.CSTNode) -> bool:
        """Whether an expression matches texts with regular expressions that leave something open: there is something to be read out."""
        if isinstance(node, cst.BooleanOperation):
            return self.is_match(node.left) and self.is_match(node.right)
        test = self._test_at(node) if isinstance(node, cst.Call) else None
        return test is not None and test.pattern and all(_OPEN.search(literal) for literal in test.literals)

    def reads_out(self, node: cst.CSTNode, match: str) -> bool:
        """Whether an expression or ``if`` that asks for the match of this name does so only to read out of it."""
        if isinstance(node, cst.BooleanOperation):
            return self._reads_behind(node, match)
        if isinstance(node, cst.IfExp):
            return self._chooses(node, match)
        return isinstance(node, cst.If) and self._branches(node, match)

    def _reads_behind(self, node: cst.BooleanOperation, match: str) -> bool:
        """``found and found[1]``, where the value goes somewhere."""
        outer: cst.CSTNode = node
        while isinstance(self._tree.parent.get(outer), cst.BooleanOperation):
            outer = self._tree.parent[outer]
        around = self._tree.parent.get(outer)
        asked = isinstance(around, (cst.If, cst.While, cst.Assert, cst.UnaryOperation, cst.CompIf)) or (
            isinstance(around, cst.IfExp) and around.test is outer
        )
        both = isinstance(node.operator, cst.And) and _holds(node.left, match) is True
        return both and not asked and _Reading(match).is_read(node.right)

    def _chooses(self, node: cst.IfExp, match: str) -> bool:
        held = _holds(node.test, match)
        if held is None or isinstance(self._tree.parent.get(node), cst.Raise):
            return False
        return _Reading(match).is_read(node.body if held else node.orelse)

    def _branches(self, node: cst.If, match: str) -> bool:
        held = _holds(node.test, match)
        if held is None:
            return False
        rest = _else(node)
        otherwise = list(rest if rest is not None else self._following(node))
        matched, unmatched = (node.body.body, otherwise) if held else (otherwise, node.body.body)
        before, last = _parted(matched)
        reading = _Reading(match)
        if last is None or not all(reading.keeps(one) or self._tells(one) for one in before):
            return False
        if isinstance(last, (cst.Return, cst.Raise)):
            return self._ends(last, unmatched, reading)
        if rest is None:
            unmatched = ()  # what follows is done in any case
        kept = reading.keeps(last) or self._tells(last)
        return (
            kept
            and (held or rest is not None)
            and reading.has_kept
            and all(self._is_instead(one, reading) for one in _statements(unmatched))
        )

    def _ends(self, end: cst.Return | cst.Raise, unmatched: Sequence[cst.CSTNode], reading: _Reading) -> bool:
        """Whether what is read out is returned, else nothing; or is put into what is raised or returned in any case."""
        value = end.value if isinstance(end, cst.Return) else end.exc
        if value is None:
            return False
        if isinstance(end, cst.Return) and reading.is_read(value):
            return self._gives_nothing_else(unmatched)
        before, other = _parted(unmatched)
        made = other.value if isinstance(other, cst.Return) else other.exc if isinstance(other, cst.Raise) else None
        alike = type(other) is type(end) and _made(value) is not None and _made(value) == _made(made)
        return alike and reading.is_put_into(value) and all(self._tells(one) or isinstance(one, cst.Assign) for one in before)

    def _gives_nothing_else(self, statements: Sequence[cst.CSTNode]) -> bool:
        """Whether code returns what other matches have in them, a constant or nothing, and does nothing else."""
        for statement in statements:
            for found in (statement, *self._tree.below(statement, into_functions=False)):
                if isinstance(found, cst.Raise) or (isinstance(found, cst.Expr) and not self._tells(found)):
                    return False
                if isinstance(found, cst.Return) and found.value is not None and not self._is_plain(found.value):
                    return False
        return True

    def _is_plain(self, value: cst.BaseExpression) -> bool:
        """A literal, a constant, nothing, a parameter, or what is read out of some match."""
        match value:
            case cst.Name(value=name):
                return name == "None" or name.isupper() or name in self._parameters(value)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                return all(self._is_plain(element.value) for element in elements)
            case cst.Dict(elements=()) | cst.Integer() | cst.Float() | cst.SimpleString():
                return True
            case _:
                return any(_is_group(call) for call in (value, *self._tree.inside(value, cst.Call)))

    def _parameters(self, node: cst.CSTNode) -> list[str]:
        """The names of what the function around a node is given by position."""
        function = self._tree.enclosing(node, cst.FunctionDef)
        return [parameter.name.value for parameter in function.params.params] if function is not None else []

    def _is_instead(self, statement: cst.CSTNode, reading: _Reading) -> bool:
        """Whether the same names are given something else."""
        if isinstance(statement, cst.If):
            branches = [*statement.body.body, *(_else(statement) or ())]
            return all(self._is_instead(one, reading) for one in _statements(branches))
        return self._tells(statement) or (isinstance(statement, cst.Assign) and set(_named(statement)) <= reading.kept)

    def _following(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The statements that come after one, until the function ends or is left."""
        parent = self._tree.parent.get(node)
        while isinstance(parent, cst.If) and parent.orelse is node:
            node, parent = parent, self._tree.parent.get(parent)
        if not isinstance(parent, (cst.IndentedBlock, cst.Module)):
            return
        position = next((index for index, one in enumerate(parent.body) if one is node), len(parent.body))
        for statement in parent.body[position + 1 :]:
            yield statement
            if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[-1], (cst.Return, cst.Raise)):
                return
        around = self._tree.parent.get(parent)
        if isinstance(around, (cst.For, cst.While, cst.With, cst.Try, cst.If)):
            yield from self._following(around)


class _Reading:
    """What is read out of the match of a name, statement by statement.

    :ivar kept: the names and attributes that it was given to.
    """

    def __init__(self, match: str) -> None:
        self._match = match
        self.kept: set[str] = set()

    @property
    def has_kept(self) -> bool:
        """Whether anything was kept."""
        return bool(self.kept)

    def keeps(self, statement: cst.CSTNode) -> bool:
        """Whether a statement gives a name something that is read out."""
        if not isinstance(statement, cst.Assign) or not self.is_read(statement.value):
            return False
        self.kept.update(_named(statement))
        return True

    def is_read(self, value: cst.CSTNode) -> bool:
        """``found[1]``, ``found.group("code")``, a name that keeps it, and what is made of these: ``int(found[1]) * 60``."""
        match value:
            case cst.Name(value=name):
                return name in self.kept
            case cst.Subscript(value=cst.Name(value=name)) if name == self._match:
                return True
            case cst.Call(func=cst.Attribute(value=cst.Name(value=name))) if name == self._match:
                return _is_group(value)
            case cst.Subscript(value=inner) | cst.Call(func=cst.Attribute(value=inner)) if self.is_read(inner):
                return True
            case cst.Call(func=function, args=arguments):
                # what a class makes may be of another kind: an exception
                return not _is_class(function) and any(self.is_read(argument.value) for argument in arguments)
            case cst.BinaryOperation(left=left, right=right) | cst.BooleanOperation(left=left, right=right):
                return self.is_read(left) or self.is_read(right)
            case cst.IfExp(body=body, orelse=orelse):
                return self.is_read(body) or self.is_read(orelse)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                return any(self.is_read(element.value) for element in elements)
            case cst.Dict(elements=elements):
                return any(self.is_read(element.value) for element in elements)
            case cst.FormattedString(parts=parts):
                return any(isinstance(part, cst.FormattedStringExpression) and self.is_read(part.expression) for part in parts)
            case _:
                return False

    def is_put_into(self, value: cst.BaseExpression) -> bool:
        """Whether a call is given what is read out."""
        return isinstance(value, cst.Call) and any(self.is_read(argument.value) for argument in value.args)


def _holds(test: cst.BaseExpression, match: str) -> bool | None:
    """Whether a test is true if there is a match of this name, or if there is none; None if it asks something else."""
    match test:
        case cst.Name(value=name) | cst.NamedExpr(target=cst.Name(value=name)):
            return True if name == match else None
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            found = _holds(inner, match)
            return None if found is None else not found
        case cst.Comparison(left=inner, comparisons=[cst.ComparisonTarget(operator=operator, comparator=cst.Name(value="None"))]):
            found = _holds(inner, match)
            return None if found is None else found != isinstance(operator, (cst.Is, cst.Equal))
        case cst.BooleanOperation(left=left, right=right, operator=operator):
            wanted = isinstance(operator, cst.And)
            return wanted if wanted in (_holds(left, match), _holds(right, match)) else None
        case _:
            return None


def _is_group(node: cst.CSTNode) -> bool:
    match node:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=method))):
            return method in _GROUPS
        case _:
            return False


def _is_class(function: cst.BaseExpression) -> bool:
    return (dotted(function) or "").rpartition(".")[2][:1].isupper()


def _made(value: cst.BaseExpression | None) -> str | None:
    """The function or class that an expression calls."""
    return dotted(value.func) if isinstance(value, cst.Call) else None


def _named(statement: cst.Assign) -> Iterator[str]:
    """What an assignment gives a value to; "" for an item, of which there may be many."""
    return (dotted(target) or "" for target in targets_of(statement))


def _else(node: cst.If) -> Sequence[cst.CSTNode] | None:
    rest = node.orelse
    return None if rest is None else [rest] if isinstance(rest, cst.If) else rest.body.body


def _statements(block: Sequence[cst.CSTNode]) -> list[cst.CSTNode]:
    """The statements of a block one by one, those of one line as well."""
    return [one for line in block for one in (line.body if isinstance(line, cst.SimpleStatementLine) else (line,))]


def _parted(block: Sequence[cst.CSTNode]) -> tuple[list[cst.CSTNode], cst.CSTNode | None]:
    """The statements of a block, and the last one; None where there is none."""
    statements = _statements(block)
    return statements[:-1], statements[-1] if statements else None
