"""An expression in another one's place: in the brackets, the quotes and the white space that the place asks for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import libcst as cst

from errlint.semantics.program.tree import Tree
from errlint.source import Source


class Binding(IntEnum):
    """How strongly the parts of an expression hold together, from the weakest: Python's table of precedence."""

    LOOSE = 0
    """`a, b` without brackets, `yield a`"""
    NAMED = 1
    """`a := b`"""
    CHOICE = 2
    """`a if b else c`, `lambda: a`"""
    OR = 3
    AND = 4
    NOT = 5
    COMPARISON = 6
    BIT_OR = 7
    BIT_XOR = 8
    BIT_AND = 9
    SHIFT = 10
    SUM = 11
    PRODUCT = 12
    SIGN = 13
    POWER = 14
    AWAIT = 15
    WHOLE = 16
    """`a`, `a.b`, `a(b)`, and all that stands in brackets"""
    BRACKETS = 17
    """Not even that: `1.real` is no attribute of a number."""


_OPERATORS: dict[type[cst.CSTNode], Binding] = {
    cst.BitOr: Binding.BIT_OR,
    cst.BitXor: Binding.BIT_XOR,
    cst.BitAnd: Binding.BIT_AND,
    cst.LeftShift: Binding.SHIFT,
    cst.RightShift: Binding.SHIFT,
    cst.Add: Binding.SUM,
    cst.Subtract: Binding.SUM,
    cst.Power: Binding.POWER,
}
"""Operators between two numbers; all others multiply or divide."""
_PATTERNS = (cst.MatchValue, cst.MatchSingleton, cst.MatchKeywordElement, cst.MatchMappingElement)
_TESTS = (cst.If, cst.While, cst.MatchCase)


def binding(expression: cst.BaseExpression) -> Binding:
    """How strongly an expression of a full tree holds together."""
    if expression.lpar:
        return Binding.WHOLE
    match expression:
        case cst.Tuple() | cst.Yield():
            return Binding.LOOSE
        case cst.NamedExpr():
            return Binding.NAMED
        case cst.IfExp() | cst.Lambda():
            return Binding.CHOICE
        case cst.BooleanOperation(operator=operator):
            return Binding.OR if isinstance(operator, cst.Or) else Binding.AND
        case cst.UnaryOperation(operator=operator):
            return Binding.NOT if isinstance(operator, cst.Not) else Binding.SIGN
        case cst.Comparison():
            return Binding.COMPARISON
        case cst.BinaryOperation(operator=operator):
            return _OPERATORS.get(type(operator), Binding.PRODUCT)
        case cst.Await():
            return Binding.AWAIT
        case _:
            return Binding.WHOLE


class Placing:
    """Puts expressions into one file."""

    def __init__(self, tree: Tree, source: Source) -> None:
        self._tree = tree
        self._source = source

    def fitted(self, node: cst.BaseExpression, code: str, *, in_brackets: bool = False) -> str | None:
        """The code of an expression so that it is one operand where ``node`` stands; None where it cannot be.

        :param in_brackets: the brackets around ``node`` stay where they are.

        A name that ``node`` gives to a value (``:=``) has to be given by the code as well: what comes later may need it.
        """
        expression, code = _parsed(code)
        if expression is None or self._loses_a_name(node, code):
            return None
        quotes = self.quotes_around(node)
        bracketed = in_brackets and bool(self._source.full(node).lpar)
        loose = self._needed(node, expression) > binding(expression) or (bool(quotes) and _has_open_colon(expression))
        if loose and not bracketed:
            code = f"({code})"
        quoted = requoted(code, quotes)
        return self._spaced(node, quoted, in_brackets=in_brackets) if quoted is not None else None

    def _loses_a_name(self, node: cst.BaseExpression, code: str) -> bool:
        given = (part for part in (node, *self._tree.below(node)) if isinstance(part, cst.NamedExpr))
        return any(self._source.code(part) not in code for part in given)

    def _needed(self, node: cst.BaseExpression, expression: cst.BaseExpression) -> Binding:
        """How strongly an expression has to hold together in a node's place."""
        parent = self._tree.parent.get(node)
        match parent:
            case cst.BooleanOperation(operator=operator):
                # `a and (b and c)` is what `a and b and c` is
                return Binding.OR if isinstance(operator, cst.Or) else Binding.AND
            case cst.UnaryOperation(operator=operator):
                # `not a is b` is Python, but is easily misread
                return Binding.BIT_OR if isinstance(operator, cst.Not) else Binding.SIGN
            case cst.BinaryOperation(operator=cst.Power()):
                return Binding.AWAIT if parent.left is node else Binding.SIGN
            case cst.BinaryOperation(operator=operator):
                own = _OPERATORS.get(type(operator), Binding.PRODUCT)
                return own if parent.left is node else Binding(own + 1)
            case cst.Comparison() | cst.ComparisonTarget() | cst.StarredElement() | cst.StarredDictElement():
                return Binding.BIT_OR
            case cst.Attribute() if isinstance(expression, cst.BaseNumber) and not expression.lpar:
                return Binding.BRACKETS
            case cst.Await() | cst.Call() | cst.Subscript() | cst.Attribute():
                return Binding.WHOLE
            case cst.IfExp():
                return Binding.CHOICE if parent.orelse is node else Binding.OR
            case cst.CompFor() | cst.CompIf():
                return Binding.OR
            case cst.Arg():
                return Binding.CHOICE if parent.star or parent.keyword is not None else Binding.NAMED
            case _ if isinstance(parent, _PATTERNS):
                return Binding.LOOSE
            case _ if isinstance(parent, _TESTS):
                return Binding.NAMED
            case _:
                return Binding.CHOICE

    def quotes_around(self, node: cst.CSTNode) -> tuple[str, ...]:
        """The quotes of the f-strings that a node stands in."""
        around = (found for found in self._tree.ancestors(node) if isinstance(found, cst.FormattedString))
        return tuple(self._source.full(found).end for found in around)

    def _spaced(self, node: cst.BaseExpression, code: str, *, in_brackets: bool) -> str:
        """`not"a"in b`: a keyword that touches quotes would touch a name. And two braces are none in an f-string."""
        text, full = self._source.text, self._source.full(node)
        if in_brackets or not full.lpar:
            start, end = self._source.span(node)
        else:
            start, end = self._source.span(full.lpar[0])[0], self._source.end(node)
        touched = text[start - 1 : start]
        before = " " if (_is_of_word(touched) and _is_of_word(code[:1])) or touched == code[:1] == "{" else ""
        after = " " if _is_of_word(text[end : end + 1]) and _is_of_word(code[-1:]) else ""
        return f"{before}{code}{after}"


def requoted(code: str, quotes: Sequence[str]) -> str | None:
    """Code for a place in f-strings with these quotes, as any Python reads them; None if it cannot stand there."""
    if not quotes:
        return code
    if any(quote in code for quote in quotes):
        expression, code = _parsed(code)
        if expression is None:
            return None
        changed = expression.visit(_Quotes(quotes))
        code = cst.Module([]).code_for_node(changed) if isinstance(changed, cst.BaseExpression) else code
    bad = ["\\", "#", *quotes]
    if any(len(quote) == 1 for quote in quotes):
        bad += ["\n", "\r"]
    return None if any(one in code for one in bad) else code


class _Quotes(cst.CSTTransformer):
    """Gives strings other quotes than some, where they have these."""

    def __init__(self, taken: Sequence[str]) -> None:
        super().__init__()
        self._free = next((quote for quote in ('"', "'") if not any(quote in one for one in taken)), "")

    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.SimpleString:  # noqa: N802  (libcst)
        text = original_node.raw_value
        if not self._free or original_node.quote == self._free or self._free in text:
            return updated_node
        return updated_node.with_changes(value=f"{original_node.prefix}{self._free}{text}{self._free}")


def _parsed(code: str) -> tuple[cst.BaseExpression | None, str]:
    """An expression of some code, and the code: in brackets, where it runs over several lines without."""
    for written in (code, f"({code})"):
        try:
            return cst.parse_expression(written), written
        except cst.ParserSyntaxError:
            continue
    return None, code


def _has_open_colon(expression: cst.BaseExpression) -> bool:
    """`lambda: a`, `a if b else lambda: c`: in an f-string, the colon would begin a format."""
    if expression.lpar:
        return False
    return isinstance(expression, cst.Lambda) or (isinstance(expression, cst.IfExp) and _has_open_colon(expression.orelse))


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_"
