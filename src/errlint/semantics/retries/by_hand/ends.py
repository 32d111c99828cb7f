"""Calls behind which a program does not go on: ``sys.exit()``, what sheets call an ending, functions of the file that end so or raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

ENDS = frozenset({"sys.exit", "os._exit", "exit", "quit", "typing.assert_never", "typing_extensions.assert_never"})
_DEPTH = 2


def never_returns(semantics: Semantics, call: cst.Call, *, or_raises: bool = True, depth: int = _DEPTH) -> bool:
    """Whether a call ends the program, whatever it is handed: ``die("…")``, where that ends with ``sys.exit(1)``.

    :param or_raises: to raise an exception at its end counts as well.
    """
    if semantics.names.qualified(call.func) in ENDS:
        return True
    functions = semantics.functions.run_by(call)
    if not semantics.runs(call) and _is_ending(semantics, call):
        return True
    return depth > 0 and bool(functions) and all(_ends(semantics, one, depth - 1, or_raises=or_raises) for one in functions)


def _is_ending(semantics: Semantics, call: cst.Call) -> bool:
    """Whether a call is of a method by which programs that use a library of the file end: ``module.fail_json(msg="…")``."""
    if not isinstance(call.func, cst.Attribute):
        return False
    roots = semantics.libraries.endings.get(call.func.attr.value, frozenset())
    return not roots.isdisjoint(semantics.names.roots)


def is_the_end(semantics: Semantics, statement: cst.CSTNode) -> bool:
    """Whether nothing comes behind a statement as it is such a call."""
    small = statement.body[-1] if isinstance(statement, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.Call) and never_returns(semantics, small.value)


def _ends(semantics: Semantics, function: cst.FunctionDef, depth: int, *, or_raises: bool) -> bool:
    """Whether the last statement of a function ends it so, and nothing leaves it before."""
    if semantics.tree.inside(function.body, cst.Return, cst.Yield, into_functions=False) or function.asynchronous is not None:
        return False
    line = function.body.body[-1]
    last = line.body[-1] if isinstance(line, cst.SimpleStatementLine) else line
    if isinstance(last, cst.Expr) and isinstance(last.value, cst.Call):
        return never_returns(semantics, last.value, or_raises=or_raises, depth=depth)
    return or_raises and isinstance(last, cst.Raise)
