"""Does the outcome of a test decide anything, or does it only choose words?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import libcst as cst

from errlint.semantics.constants import string_value
from errlint.semantics.names import dotted
from errlint.semantics.scopes import Scopes
from errlint.semantics.tree import Tree

_TELLING = frozenset({
    "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "trace", "success", "print", "echo", "secho",
    "pprint", "rule", "write", "display",
})  # fmt: skip
_TRUTH = frozenset({"any", "all", "bool", "next", "filter", "len", "max", "sum"})
_AROUND = (cst.Comparison, cst.Dict, cst.DictElement, cst.Tuple, cst.List, cst.Element)
"""What a truth may be a part of without being used by it."""
_HOPS = 3


class Decisions:
    """Answers whether control flow, a returned value, a raised type or a retry depends on an expression."""

    def __init__(self, tree: Tree, scopes: Scopes) -> None:
        self._tree = tree
        self._scopes = scopes
        self._describing: dict[cst.FunctionDef, bool] = {}

    def decides(self, node: cst.CSTNode, hops: int = _HOPS) -> bool:
        """Whether the truth of ``node`` changes what the program does, beyond the wording of what it tells."""
        if isinstance(node, cst.Match):
            return not all(_only_tells(case.body, describes=self._describes(node)) for case in node.cases)
        child: cst.CSTNode = node
        for found in self._tree.ancestors(node):
            if isinstance(found, (cst.BooleanOperation, cst.UnaryOperation, cst.GeneratorExp, cst.ListComp, cst.SetComp, cst.Arg)):
                if isinstance(found, (cst.GeneratorExp, cst.ListComp, cst.SetComp)) and child is not found.elt:
                    return True
            elif isinstance(found, cst.NamedExpr):
                if self._used(found.target, hops):
                    return True
            elif isinstance(found, _AROUND):
                pass
            elif isinstance(found, cst.Call):
                # what a table gives may be called: `ERRORS.get(message, RuntimeError)(message)`
                if child is not found.func and not (isinstance(found.func, cst.Name) and found.func.value in _TRUTH):
                    return False
            elif isinstance(found, cst.If):
                return child is found.test and not self._if_only_tells(found, describes=self._describes(found))
            elif isinstance(found, cst.IfExp):
                only_words = _prose(found.body) and _prose(found.orelse)
                return child is found.test and not only_words and self._matters(found, hops)
            elif isinstance(found, (cst.While, cst.Assert, cst.CompIf, cst.MatchCase, cst.Return, cst.Raise, cst.Lambda)):
                return True
            elif isinstance(found, cst.Assign):
                return any(self._used(target.target, hops) for target in found.targets)
            elif isinstance(found, cst.AnnAssign):
                return self._used(found.target, hops)
            else:
                return False
            child = found
        return False

    def _matters(self, node: cst.CSTNode, hops: int) -> bool:
        """Whether the value of a conditional expression goes anywhere but into what is told."""
        for found in self._tree.ancestors(node):
            if isinstance(found, cst.Call) and _tells(found):
                return False
            if isinstance(found, cst.FormattedString):
                return False
            if isinstance(found, cst.Assign) and hops and all(isinstance(target.target, cst.Name) for target in found.targets):
                return any(self._matters(use, hops - 1) for target in found.targets for use in self._uses(target.target))
            if isinstance(found, cst.Raise):
                # one type, and two words for what happened
                return not isinstance(node, cst.IfExp) or string_value(node.body) is None or string_value(node.orelse) is None
            if isinstance(found, cst.BaseSmallStatement):
                return True
        return True

    def _used(self, target: cst.BaseExpression, hops: int) -> bool:
        """Whether a name that keeps the outcome is used to decide; an attribute always is."""
        if not isinstance(target, cst.Name):
            return isinstance(target, (cst.Attribute, cst.Subscript))
        return hops > 0 and any(self.decides(use, hops - 1) for use in self._uses(target))

    def _uses(self, target: cst.BaseExpression) -> Iterator[cst.Name]:
        """Where the name is used, further down in the scope that it is bound in."""
        if not isinstance(target, cst.Name):
            return
        scope = self._scopes.scope_of(target)
        start = self._tree.order[target]
        for name in self._names.get(target.value, ()):
            if self._tree.order[name] > start and self._scopes.scope_of(name) is scope:
                yield name

    @cached_property
    def _names(self) -> dict[str, list[cst.Name]]:
        found: dict[str, list[cst.Name]] = {}
        for name in self._tree.all(cst.Name):
            found.setdefault(name.value, []).append(name)
        return found

    def _if_only_tells(self, test: cst.If, *, describes: bool) -> bool:
        if self._ends_alike(test):
            return True
        if not _only_tells(test.body, describes=describes):
            return False
        rest = test.orelse
        if rest is None:
            return True
        return self._if_only_tells(rest, describes=describes) if isinstance(rest, cst.If) else _only_tells(rest.body, describes=describes)

    def _ends_alike(self, test: cst.If) -> bool:
        """Whether all branches, and what follows where there is no ``else``, return the same but for its wording."""
        ends = list(self._ends(self._head(test)))
        last = ends[-1]
        return last is not None and any(map(_has_prose, filter(None, ends))) and all(end is not None and _alike(end, last) for end in ends)

    def _ends(self, test: cst.If) -> Iterator[cst.BaseExpression | None]:
        """What the branches return, and what comes after them; None where they do something else."""
        rest: cst.If | cst.Else | None = test
        while isinstance(rest, cst.If):
            yield _end(rest.body.body)
            rest = rest.orelse
        if rest is not None:
            yield _end(rest.body.body)
            return
        block = self._tree.parent.get(test)
        body = list(block.body) if isinstance(block, cst.IndentedBlock) else []
        following = body[body.index(test) + 1 :] if test in body else []
        if following and isinstance(following[0], cst.If):
            yield from self._ends(following[0])
        else:
            yield _end(following)

    def _head(self, test: cst.If) -> cst.If:
        """The ``if`` that an ``elif`` belongs to."""
        parent = self._tree.parent.get(test)
        return self._head(parent) if isinstance(parent, cst.If) and parent.orelse is test else test

    def _describes(self, node: cst.CSTNode) -> bool:
        """Whether the function around returns nothing but prose: what it returns is for people."""
        function = self._tree.enclosing(node, cst.FunctionDef)
        if function is None:
            return False
        if function not in self._describing:
            inside = self._tree.below(function.body, into_functions=False)
            values = [found.value for found in inside if isinstance(found, cst.Return)]
            self._describing[function] = bool(values) and all(map(_prose, values))
        return self._describing[function]


def _prose(expression: cst.BaseExpression | None) -> bool:
    """Text made to be read: a literal with a space, an f-string, or a join of such."""
    if expression is None:
        return False
    value = string_value(expression)
    if value is not None:
        return " " in value.strip() or not value
    if isinstance(expression, (cst.FormattedString, cst.ConcatenatedString)):
        return True
    if isinstance(expression, cst.BinaryOperation):
        return _prose(expression.left) or _prose(expression.right)
    if isinstance(expression, cst.IfExp):
        return _prose(expression.body) and _prose(expression.orelse)
    return False


def _tells(call: cst.Call) -> bool:
    function = call.func
    name = function.attr.value if isinstance(function, cst.Attribute) else function.value if isinstance(function, cst.Name) else ""
    # log_error(), print_warning(): helpers that tell say so in their first word
    return name in _TELLING or name.lstrip("_").partition("_")[0] in ("log", "print", "warn")


def _only_tells(body: cst.BaseSuite, *, describes: bool = False) -> bool:
    """Whether a block does nothing but tell: log, print, choose or build prose; in a function that describes, return it."""
    return all(_telling_statement(statement, describes=describes) for statement in body.body)


def _telling_statement(statement: cst.CSTNode, *, describes: bool) -> bool:
    if isinstance(statement, cst.SimpleStatementLine):
        return all(_telling_statement(small, describes=describes) for small in statement.body)
    if isinstance(statement, cst.Pass):
        return True
    if isinstance(statement, cst.Expr):
        value = statement.value
        return (isinstance(value, cst.Call) and (_tells(value) or (describes and _collects(value)))) or _written_out(value)
    if isinstance(statement, cst.Return):
        return describes
    if isinstance(statement, cst.Assign) and describes:
        return all(isinstance(target.target, cst.Name) for target in statement.targets)
    if isinstance(statement, (cst.Assign, cst.AugAssign)):
        return _prose(statement.value)
    if isinstance(statement, cst.If):
        rest = statement.orelse
        tail = rest is None or (
            _telling_statement(rest, describes=describes) if isinstance(rest, cst.If) else _only_tells(rest.body, describes=describes)
        )
        return _only_tells(statement.body, describes=describes) and tail
    return False


def _written_out(expression: cst.BaseExpression) -> bool:
    return string_value(expression) is not None or isinstance(expression, cst.FormattedString)


def _collects(call: cst.Call) -> bool:
    """``parts.append(…)`` of a local list."""
    function = call.func
    return isinstance(function, cst.Attribute) and isinstance(function.value, cst.Name) and function.attr.value in ("append", "extend")


def _end(statements: Sequence[cst.CSTNode]) -> cst.BaseExpression | None:
    """What a block returns that before does nothing but tell."""
    if not statements or not all(_telling_statement(statement, describes=False) for statement in statements[:-1]):
        return None
    last = statements[-1]
    small = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
    return small.value if isinstance(small, cst.Return) else None


def _alike(one: cst.BaseExpression, other: cst.BaseExpression) -> bool:
    """Whether two expressions are the same but for texts that people read."""
    if _prose(one) and _prose(other):
        return True
    if isinstance(one, cst.Tuple) and isinstance(other, cst.Tuple):
        pairs = [(left.value, right.value) for left, right in zip(one.elements, other.elements, strict=False)]
        return len(one.elements) == len(other.elements) and all(_alike(left, right) for left, right in pairs)
    if isinstance(one, cst.Call) and isinstance(other, cst.Call):
        names = [argument.keyword and argument.keyword.value for argument in one.args]
        same = _alike(one.func, other.func) and names == [argument.keyword and argument.keyword.value for argument in other.args]
        return same and all(_alike(left.value, right.value) for left, right in zip(one.args, other.args, strict=True))
    name = dotted(one)
    if name is not None:
        return name == dotted(other)
    same_number = isinstance(one, cst.Integer) and isinstance(other, cst.Integer) and one.value == other.value
    text = string_value(one)
    return same_number or (text is not None and text == string_value(other))


def _has_prose(expression: cst.BaseExpression) -> bool:
    if isinstance(expression, cst.Tuple):
        return any(_has_prose(element.value) for element in expression.elements)
    if isinstance(expression, cst.Call):
        return any(_has_prose(argument.value) for argument in expression.args)
    return _prose(expression)
