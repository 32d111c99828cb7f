"""Statements of Python's own tree as libcst's nodes."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from errlint.bare.expressions import Expressions, refuse_chain
from errlint.bare.nodes import ASSIGNING, ASYNCHRONOUS, DOT, maker
from errlint.bare.patterns import Patterns

_name, _attribute = maker(cst.Name, "value"), maker(cst.Attribute, "value", "attr")
_line = maker(cst.SimpleStatementLine, "body")
_suite = maker(cst.SimpleStatementSuite, "body")
_block = maker(cst.IndentedBlock, "body")
_expression = maker(cst.Expr, "value")
_assign, _assign_target = maker(cst.Assign, "targets", "value"), maker(cst.AssignTarget, "target")
_annotated, _augmented = maker(cst.AnnAssign, "target", "annotation", "value"), maker(cst.AugAssign, "target", "operator", "value")
_return, _raise, _from = maker(cst.Return, "value"), maker(cst.Raise, "exc", "cause"), maker(cst.From, "item")
_assert, _delete = maker(cst.Assert, "test", "msg"), maker(cst.Del, "target")
_tuple, _element = maker(cst.Tuple, "elements"), maker(cst.Element, "value")
_import, _import_from = maker(cst.Import, "names"), maker(cst.ImportFrom, "module", "names", "relative")
_alias, _as_name, _star = maker(cst.ImportAlias, "name", "asname"), maker(cst.AsName, "name"), maker(cst.ImportStar)
_global, _nonlocal, _name_item = maker(cst.Global, "names"), maker(cst.Nonlocal, "names"), maker(cst.NameItem, "name")
_pass, _break, _continue = maker(cst.Pass), maker(cst.Break), maker(cst.Continue)
_function = maker(cst.FunctionDef, "name", "params", "body", "decorators", "returns", "type_parameters", "asynchronous")
_class = maker(cst.ClassDef, "name", "body", "bases", "keywords", "decorators", "type_parameters")
_decorator = maker(cst.Decorator, "decorator")
_if, _else = maker(cst.If, "test", "body", "orelse"), maker(cst.Else, "body")
_while, _for = maker(cst.While, "test", "body", "orelse"), maker(cst.For, "target", "iter", "body", "orelse", "asynchronous")
_with, _with_item = maker(cst.With, "items", "body", "asynchronous"), maker(cst.WithItem, "item", "asname")
_try, _finally = maker(cst.Try, "body", "handlers", "orelse", "finalbody"), maker(cst.Finally, "body")
_handler = maker(cst.ExceptHandler, "body", "type", "name")
_try_star = maker(cst.TryStar, "body", "handlers", "orelse", "finalbody")
_star_handler = maker(cst.ExceptStarHandler, "body", "type", "name")
_match, _case = maker(cst.Match, "subject", "cases"), maker(cst.MatchCase, "pattern", "body", "guard")
module_of = maker(cst.Module, "body")


class Statements:
    """Reads statements.

    :param code: the whole text in UTF-8, lines ending with LF.
    """

    def __init__(self, code: bytes) -> None:
        self._code = code
        self._expressions = Expressions(code)
        self._of = self._expressions.of
        self._maybe = self._expressions.maybe
        self._patterns = Patterns(self._expressions)

    def module(self, node: ast.Module) -> cst.Module:
        """The module.

        :raises KeyError: for a kind of statement or expression that is not known.
        """
        return module_of(self._statements(node.body))

    # blocks ------------------------------------------------------------------------------------------------------------------------

    def _statements(self, nodes: Sequence[ast.stmt]) -> tuple[cst.BaseStatement, ...]:
        """Statements of a block: simple ones that share a line stand in one node."""
        made: list[cst.BaseStatement] = []
        line: list[cst.BaseSmallStatement] = []
        for node in nodes:
            read = _SIMPLE.get(type(node))
            if line and (read is None or self._starts_line(node)):
                made.append(_line(tuple(line)))
                line = []
            if read is None:
                made.append(_COMPOUND[type(node)](self, node))
            else:
                line.append(read(self, node))
        if line:
            made.append(_line(tuple(line)))
        return tuple(made)

    def _starts_line(self, node: ast.stmt) -> bool:
        start = self._expressions.line_start(node)
        return not self._code[start : start + node.col_offset].strip() and self._code[start - 2 : start] != b"\\\n"

    def _body(self, nodes: Sequence[ast.stmt]) -> cst.BaseSuite:
        first = nodes[0]
        if type(first) in _SIMPLE and not self._starts_line(first):
            return _suite(tuple([_SIMPLE[type(node)](self, node) for node in nodes]))
        return _block(self._statements(nodes))

    def _otherwise(self, nodes: Sequence[ast.stmt]) -> cst.Else | None:
        return _else(self._body(nodes)) if nodes else None

    # compound statements -----------------------------------------------------------------------------------------------------------

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> cst.FunctionDef:
        _refuse_type_parameters(node)
        return _function(
            _name(node.name),
            self._expressions.parameters(node.args),
            self._body(node.body),
            self._decorators(node.decorator_list),
            self._expressions.annotation(node.returns),
            None,
            ASYNCHRONOUS if type(node) is ast.AsyncFunctionDef else None,
        )

    def _class(self, node: ast.ClassDef) -> cst.ClassDef:
        _refuse_type_parameters(node)
        arguments = self._expressions.arguments(node.bases, node.keywords)
        bases = tuple([found for found in arguments if found.keyword is None and found.star != "**"])
        keywords = tuple([found for found in arguments if found.keyword is not None or found.star == "**"])
        return _class(_name(node.name), self._body(node.body), bases, keywords, self._decorators(node.decorator_list), None)

    def _decorators(self, nodes: Sequence[ast.expr]) -> tuple[cst.Decorator, ...]:
        return tuple([_decorator(self._of(node)) for node in nodes])

    def _if(self, node: ast.If) -> cst.If:
        chained = len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) and self._is_elif(node.orelse[0])
        otherwise = self._if(node.orelse[0]) if chained else self._otherwise(node.orelse)  # type: ignore[arg-type]
        return _if(self._of(node.test), self._body(node.body), otherwise)

    def _is_elif(self, node: ast.If) -> bool:
        return self._code.startswith(b"elif", self._expressions.start(node))

    def _while(self, node: ast.While) -> cst.While:
        return _while(self._of(node.test), self._body(node.body), self._otherwise(node.orelse))

    def _for(self, node: ast.For | ast.AsyncFor) -> cst.For:
        runs = ASYNCHRONOUS if type(node) is ast.AsyncFor else None
        return _for(self._of(node.target), self._of(node.iter), self._body(node.body), self._otherwise(node.orelse), runs)

    def _with(self, node: ast.With | ast.AsyncWith) -> cst.With:
        items = [_with_item(self._of(item.context_expr), self._as(item.optional_vars)) for item in node.items]
        return _with(tuple(items), self._body(node.body), ASYNCHRONOUS if type(node) is ast.AsyncWith else None)

    def _as(self, node: ast.expr | None) -> cst.AsName | None:
        return None if node is None else _as_name(self._of(node))

    def _try(self, node: Any) -> cst.Try | cst.TryStar:
        """``try`` with ``except``, or, since Python 3.11, with ``except*``."""
        is_plain = type(node) is ast.Try
        handlers = tuple([self._handler(handler, _handler if is_plain else _star_handler) for handler in node.handlers])
        final = _finally(self._body(node.finalbody)) if node.finalbody else None
        return (_try if is_plain else _try_star)(self._body(node.body), handlers, self._otherwise(node.orelse), final)

    def _handler(self, node: ast.ExceptHandler, make: Callable[..., Any]) -> Any:
        return make(self._body(node.body), self._maybe(node.type), _as_name(_name(node.name)) if node.name is not None else None)

    def _match(self, node: ast.Match) -> cst.Match:
        return _match(self._of(node.subject), tuple([self._case(case) for case in node.cases]))

    def _case(self, node: ast.match_case) -> cst.MatchCase:
        return _case(self._patterns.of(node.pattern), self._body(node.body), self._maybe(node.guard))

    # simple statements -------------------------------------------------------------------------------------------------------------

    def _expression(self, node: ast.Expr) -> cst.Expr:
        return _expression(self._of(node.value))

    def _assign(self, node: ast.Assign) -> cst.Assign:
        return _assign(tuple([_assign_target(self._of(target)) for target in node.targets]), self._of(node.value))

    def _annotated(self, node: ast.AnnAssign) -> cst.AnnAssign:
        return _annotated(self._of(node.target), self._expressions.annotation(node.annotation), self._maybe(node.value))

    def _augmented(self, node: ast.AugAssign) -> cst.AugAssign:
        return _augmented(self._of(node.target), ASSIGNING[type(node.op)], self._of(node.value))

    def _return(self, node: ast.Return) -> cst.Return:
        return _return(self._maybe(node.value))

    def _raise(self, node: ast.Raise) -> cst.Raise:
        return _raise(self._maybe(node.exc), _from(self._of(node.cause)) if node.cause is not None else None)

    def _assert(self, node: ast.Assert) -> cst.Assert:
        return _assert(self._of(node.test), self._maybe(node.msg))

    def _delete(self, node: ast.Delete) -> cst.Del:
        targets = [self._of(target) for target in node.targets]
        return _delete(targets[0] if len(targets) == 1 else _tuple(tuple([_element(target) for target in targets])))

    def _import(self, node: ast.Import) -> cst.Import:
        return _import(tuple([_aliased(alias) for alias in node.names]))

    def _import_from(self, node: ast.ImportFrom) -> cst.ImportFrom:
        names = _star() if node.names[0].name == "*" else tuple([_aliased(alias) for alias in node.names])
        return _import_from(_dotted(node.module) if node.module else None, names, (DOT,) * node.level)

    def _global(self, node: ast.Global) -> cst.Global:
        return _global(tuple([_name_item(_name(name)) for name in node.names]))

    def _nonlocal(self, node: ast.Nonlocal) -> cst.Nonlocal:
        return _nonlocal(tuple([_name_item(_name(name)) for name in node.names]))

    def _pass(self, _node: ast.Pass) -> cst.Pass:
        return _pass()

    def _break(self, _node: ast.Break) -> cst.Break:
        return _break()

    def _continue(self, _node: ast.Continue) -> cst.Continue:
        return _continue()


def _refuse_type_parameters(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
    if getattr(node, "type_params", None):
        raise KeyError("type_params")


def _aliased(node: ast.alias) -> cst.ImportAlias:
    return _alias(_dotted(node.name), _as_name(_name(node.asname)) if node.asname is not None else None)


def _dotted(name: str) -> cst.BaseExpression:
    first, *others = name.split(".")
    refuse_chain(others)
    made: cst.BaseExpression = _name(first)
    for part in others:
        made = _attribute(made, _name(part))
    return made


_COMPOUND: dict[type[ast.AST], Callable[[Statements, Any], cst.BaseStatement]] = {
    ast.FunctionDef: Statements._function,
    ast.AsyncFunctionDef: Statements._function,
    ast.ClassDef: Statements._class,
    ast.If: Statements._if,
    ast.While: Statements._while,
    ast.For: Statements._for,
    ast.AsyncFor: Statements._for,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
    ast.Try: Statements._try,
    ast.Match: Statements._match,
}
if sys.version_info >= (3, 11):
    _COMPOUND[ast.TryStar] = Statements._try
_SIMPLE: dict[type[ast.AST], Callable[[Statements, Any], cst.BaseSmallStatement]] = {
    ast.Expr: Statements._expression,
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Return: Statements._return,
    ast.Raise: Statements._raise,
    ast.Assert: Statements._assert,
    ast.Delete: Statements._delete,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
    ast.Global: Statements._global,
    ast.Nonlocal: Statements._nonlocal,
    ast.Pass: Statements._pass,
    ast.Break: Statements._break,
    ast.Continue: Statements._continue,
}
