"""Expressions of Python's own tree as libcst's nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any

import libcst as cst

from errlint.bare.nodes import ASYNCHRONOUS, OPERATORS, maker
from errlint.bare.strings import string_of
from errlint.nesting import refusal

_LONGEST_CHAIN = 300
"""Terms of one ``and``, loops of one comprehension: what Python's tree has side by side, and libcst's each below the other."""

_name = maker(cst.Name, "value")
_attribute = maker(cst.Attribute, "value", "attr")
_argument = maker(cst.Arg, "value", "keyword", "star")
_call = maker(cst.Call, "func", "args")
_subscript, _subscript_element = maker(cst.Subscript, "value", "slice"), maker(cst.SubscriptElement, "slice")
_index, _slice = maker(cst.Index, "value", "star"), maker(cst.Slice, "lower", "upper", "step")
_ellipsis = maker(cst.Ellipsis)
_integer = maker(cst.Integer, "value")
_float = maker(cst.Float, "value")
_imaginary = maker(cst.Imaginary, "value")
_boolean = maker(cst.BooleanOperation, "left", "operator", "right")
_binary = maker(cst.BinaryOperation, "left", "operator", "right")
_unary = maker(cst.UnaryOperation, "operator", "expression")
_comparison, _comparison_target = maker(cst.Comparison, "left", "comparisons"), maker(cst.ComparisonTarget, "operator", "comparator")
_conditional, _lambda = maker(cst.IfExp, "test", "body", "orelse"), maker(cst.Lambda, "params", "body")
_tuple = maker(cst.Tuple, "elements")
_list = maker(cst.List, "elements")
_set = maker(cst.Set, "elements")
_dict = maker(cst.Dict, "elements")
_element, _starred = maker(cst.Element, "value"), maker(cst.StarredElement, "value")
_dict_element, _starred_dict_element = maker(cst.DictElement, "key", "value"), maker(cst.StarredDictElement, "value")
_list_comp = maker(cst.ListComp, "elt", "for_in")
_set_comp = maker(cst.SetComp, "elt", "for_in")
_generator = maker(cst.GeneratorExp, "elt", "for_in")
_dict_comp = maker(cst.DictComp, "key", "value", "for_in")
_comp_for, _comp_if = maker(cst.CompFor, "target", "iter", "ifs", "inner_for_in", "asynchronous"), maker(cst.CompIf, "test")
_await, _yield, _from = maker(cst.Await, "expression"), maker(cst.Yield, "value"), maker(cst.From, "item")
_named = maker(cst.NamedExpr, "target", "value")
_parameters = maker(cst.Parameters, "params", "star_arg", "kwonly_params", "star_kwarg", "posonly_params")
_parameter, _bare_star = maker(cst.Param, "name", "annotation", "default"), maker(cst.ParamStar)
_annotation = maker(cst.Annotation, "annotation")


class Expressions:
    """Reads expressions.

    :param code: the whole text in UTF-8, lines ending with LF; positions in Python's tree are bytes of it.
    """

    def __init__(self, code: bytes) -> None:
        self.code = code
        self._lines = [0, *accumulate(map(len, code.splitlines(keepends=True)))]

    def start(self, node: ast.expr | ast.stmt | ast.pattern) -> int:
        """Where a node starts, in bytes."""
        return self._lines[node.lineno - 1] + node.col_offset

    def is_closed_after(self, node: ast.pattern) -> bool:
        """Whether a round bracket closes after a node, which may or may not have opened right before it."""
        return self.code[self._lines[node.end_lineno - 1] + node.end_col_offset :].lstrip()[:1] == b")"

    def line_start(self, node: ast.expr | ast.stmt) -> int:
        """Where the line starts that a node starts in, in bytes."""
        return self._lines[node.lineno - 1]

    def _written(self, node: ast.expr) -> bytes:
        end = self._lines[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        return self.code[self.start(node) : end]

    def of(self, node: ast.expr) -> Any:
        """The expression as libcst has it.

        :raises KeyError: for a kind of expression that is not known. :raises RecursionError: when it is nested too deeply.
        """
        return _READERS[type(node)](self, node)

    def maybe(self, node: ast.expr | None) -> Any:
        """The same of an expression that need not be there."""
        return None if node is None else _READERS[type(node)](self, node)

    def _in_full(self, node: ast.expr) -> cst.BaseExpression:
        """What cannot be told from Python's tree (how a string is put together, what stands in an f-string): libcst reads it."""
        code = f"({self._written(node).decode()})"
        if refusal(code) is not None:
            raise RecursionError
        return cst.parse_expression(code)

    # names, literals ---------------------------------------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> cst.Name:
        return _name(node.id)

    def _constant(self, node: ast.Constant) -> cst.BaseExpression:
        value = node.value
        kind = type(value)
        if kind is str or kind is bytes:
            return self._text(node)
        if value is None or kind is bool:
            return _name(str(value))
        if value is Ellipsis:
            return _ellipsis()
        return _NUMBERS[kind](self._written(node).decode())

    def _text(self, node: ast.Constant | ast.JoinedStr) -> cst.BaseExpression:
        return string_of(node, self._written(node), self.of) or self._in_full(node)

    # access, calls -----------------------------------------------------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute) -> cst.Attribute:
        return _attribute(self.of(node.value), _name(node.attr))

    def _subscript(self, node: ast.Subscript) -> cst.BaseExpression:
        part = node.slice
        if not isinstance(part, ast.Tuple):
            parts: Sequence[ast.expr] = (part,)
        elif not part.elts or self.code[self.start(part)] == ord("("):  # `d[(a, b)]` or `d[(a), b]`
            return self._in_full(node)
        else:
            parts = part.elts
        return _subscript(self.of(node.value), tuple([_subscript_element(self._part(found)) for found in parts]))

    def _part(self, node: ast.expr) -> cst.BaseSlice:
        if isinstance(node, ast.Slice):
            return _slice(self.maybe(node.lower), self.maybe(node.upper), self.maybe(node.step))
        if isinstance(node, ast.Starred):
            return _index(self.of(node.value), "*")
        return _index(self.of(node), None)

    def _call(self, node: ast.Call) -> cst.Call:
        return _call(self.of(node.func), self.arguments(node.args, node.keywords))

    def arguments(self, plain: Iterable[ast.expr], keywords: Sequence[ast.keyword]) -> tuple[cst.Arg, ...]:
        """The arguments of a call in the order in which they are written."""
        of = self.of
        found = [
            (argument, _argument(of(argument.value), None, "*") if type(argument) is ast.Starred else _argument(of(argument), None, ""))
            for argument in plain
        ]
        if not keywords:
            return tuple([made for _, made in found])
        named = [(keyword, self._named_argument(keyword)) for keyword in keywords]
        every: list[tuple[ast.expr | ast.keyword, cst.Arg]] = [*found, *named]
        if any(type(argument) is ast.Starred for argument, _ in found):
            every.sort(key=lambda pair: (pair[0].lineno, pair[0].col_offset))
        return tuple([made for _, made in every])

    def _named_argument(self, node: ast.keyword) -> cst.Arg:
        value = self.of(node.value)
        return _argument(value, None, "**") if node.arg is None else _argument(value, _name(node.arg), "")

    # operations --------------------------------------------------------------------------------------------------------------------

    def _boolean(self, node: ast.BoolOp) -> cst.BaseExpression:
        left, *others = node.values
        refuse_chain(others)
        made: cst.BaseExpression = self.of(left)
        for right in others:
            made = _boolean(made, OPERATORS[type(node.op)], self.of(right))
        return made

    def _binary(self, node: ast.BinOp) -> cst.BinaryOperation:
        return _binary(self.of(node.left), OPERATORS[type(node.op)], self.of(node.right))

    def _unary(self, node: ast.UnaryOp) -> cst.UnaryOperation:
        return _unary(OPERATORS[type(node.op)], self.of(node.operand))

    def _comparison(self, node: ast.Compare) -> cst.Comparison:
        pairs = zip(node.ops, node.comparators, strict=True)
        targets = [_comparison_target(OPERATORS[type(operator)], self.of(right)) for operator, right in pairs]
        return _comparison(self.of(node.left), tuple(targets))

    def _conditional(self, node: ast.IfExp) -> cst.IfExp:
        return _conditional(self.of(node.test), self.of(node.body), self.of(node.orelse))

    def _named(self, node: ast.NamedExpr) -> cst.NamedExpr:
        return _named(self.of(node.target), self.of(node.value))

    def _await(self, node: ast.Await) -> cst.Await:
        return _await(self.of(node.value))

    def _yield(self, node: ast.Yield) -> cst.Yield:
        return _yield(self.maybe(node.value))

    def _yield_from(self, node: ast.YieldFrom) -> cst.Yield:
        return _yield(_from(self.of(node.value)))

    # collections -------------------------------------------------------------------------------------------------------------------

    def _elements(self, nodes: Iterable[ast.expr]) -> tuple[cst.BaseElement, ...]:
        of = self.of
        return tuple([_starred(of(node.value)) if type(node) is ast.Starred else _element(of(node)) for node in nodes])

    def _tuple(self, node: ast.Tuple) -> cst.Tuple:
        return _tuple(self._elements(node.elts))

    def _list(self, node: ast.List) -> cst.List:
        return _list(self._elements(node.elts))

    def _set(self, node: ast.Set) -> cst.Set:
        return _set(self._elements(node.elts))

    def _dict(self, node: ast.Dict) -> cst.Dict:
        return _dict(tuple([self._entry(key, value) for key, value in zip(node.keys, node.values, strict=True)]))

    def _entry(self, key: ast.expr | None, value: ast.expr) -> cst.BaseDictElement:
        return _starred_dict_element(self.of(value)) if key is None else _dict_element(self.of(key), self.of(value))

    def _list_comp(self, node: ast.ListComp) -> cst.ListComp:
        return _list_comp(self.of(node.elt), self._loops(node.generators))

    def _set_comp(self, node: ast.SetComp) -> cst.SetComp:
        return _set_comp(self.of(node.elt), self._loops(node.generators))

    def _generator(self, node: ast.GeneratorExp) -> cst.GeneratorExp:
        return _generator(self.of(node.elt), self._loops(node.generators))

    def _dict_comp(self, node: ast.DictComp) -> cst.DictComp:
        return _dict_comp(self.of(node.key), self.of(node.value), self._loops(node.generators))

    def _loops(self, nodes: Sequence[ast.comprehension]) -> cst.CompFor | None:
        made = None
        refuse_chain(nodes)
        for node in reversed(nodes):
            tests = tuple([_comp_if(self.of(test)) for test in node.ifs])
            made = _comp_for(self.of(node.target), self.of(node.iter), tests, made, ASYNCHRONOUS if node.is_async else None)
        return made

    # functions ---------------------------------------------------------------------------------------------------------------------

    def _lambda(self, node: ast.Lambda) -> cst.Lambda:
        return _lambda(self.parameters(node.args), self.of(node.body))

    def parameters(self, node: ast.arguments) -> cst.Parameters:
        """The parameters of a function."""
        plain = [*node.posonlyargs, *node.args]
        missing = len(plain) - len(node.defaults)
        made = [self._parameter(found, node.defaults[at - missing] if at >= missing else None) for at, found in enumerate(plain)]
        only = tuple([self._parameter(found, default) for found, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)])
        many = self._parameter(node.vararg, None) if node.vararg is not None else _bare_star() if only else cst.MaybeSentinel.DEFAULT
        rest = self._parameter(node.kwarg, None) if node.kwarg is not None else None
        first = len(node.posonlyargs)
        return _parameters(tuple(made[first:]), many, only, rest, tuple(made[:first]))

    def _parameter(self, node: ast.arg, default: ast.expr | None) -> cst.Param:
        return _parameter(_name(node.arg), self.annotation(node.annotation), self.maybe(default))

    def annotation(self, node: ast.expr | None) -> cst.Annotation | None:
        """An annotation, if there is one."""
        return None if node is None else _annotation(self.of(node))


def refuse_chain(links: Sequence[object]) -> None:
    """Refuse what would make a tree too deep.

    :raises RecursionError: when it would.
    """
    if len(links) > _LONGEST_CHAIN:
        raise RecursionError


_NUMBERS: dict[type, Callable[..., cst.BaseExpression]] = {int: _integer, float: _float, complex: _imaginary}
_READERS: dict[type[ast.AST], Callable[[Expressions, Any], Any]] = {
    ast.Name: Expressions._name,
    ast.Constant: Expressions._constant,
    ast.Attribute: Expressions._attribute,
    ast.Subscript: Expressions._subscript,
    ast.Call: Expressions._call,
    ast.BoolOp: Expressions._boolean,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.Compare: Expressions._comparison,
    ast.IfExp: Expressions._conditional,
    ast.NamedExpr: Expressions._named,
    ast.Await: Expressions._await,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield_from,
    ast.Tuple: Expressions._tuple,
    ast.List: Expressions._list,
    ast.Set: Expressions._set,
    ast.Dict: Expressions._dict,
    ast.ListComp: Expressions._list_comp,
    ast.SetComp: Expressions._set_comp,
    ast.GeneratorExp: Expressions._generator,
    ast.DictComp: Expressions._dict_comp,
    ast.Lambda: Expressions._lambda,
    ast.JoinedStr: Expressions._text,
}
