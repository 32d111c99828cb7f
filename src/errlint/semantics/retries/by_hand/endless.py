"""May code go on for ever once a test comes out otherwise than it did? What repeats it, and what limits that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.leaving import leaves
from errlint.semantics.retries.by_hand.counters import Counters
from errlint.semantics.retries.limits import limit_around

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_KEPT = (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.NamedExpr)
"""What keeps a value, which later tests may ask."""


def may_be_endless(semantics: Semantics, tested: cst.BaseExpression) -> bool:
    """Whether code that nothing limits may go on because ``tested`` is now true, or false: a ``while`` loop, a function that calls itself.

    A test whose branch leaves the loop ends it sooner; a value that is only told to somebody changes nothing.
    """
    tree = semantics.tree
    decides = next(tree.ancestors(tested, cst.If, cst.While, cst.For, cst.FunctionDef, cst.Lambda, *_KEPT), None)
    if isinstance(decides, cst.If):
        if not tree.within(tested, decides.test) or (not _negates(semantics, tested, decides.test) and _ends(semantics, decides)):
            return False
    elif not isinstance(decides, (cst.While, *_KEPT)) or (isinstance(decides, cst.While) and not tree.within(tested, decides.test)):
        return False
    if isinstance(decides, cst.While):
        return not _is_limited(semantics, decides)
    loop = next(tree.ancestors(tested, cst.While, cst.For, cst.FunctionDef, cst.Lambda), None)
    if isinstance(loop, cst.While):
        return not _is_limited(semantics, loop)
    function = loop if isinstance(loop, cst.FunctionDef) else None
    return function is not None and _calls_itself(semantics, function)


def _negates(semantics: Semantics, tested: cst.BaseExpression, test: cst.BaseExpression) -> bool:
    """Whether a part of a test stands under ``not``."""
    above = (found for found in semantics.tree.ancestors(tested) if semantics.tree.within(found, test))
    return any(isinstance(found, cst.UnaryOperation) for found in above)


def _ends(semantics: Semantics, branch: cst.If) -> bool:
    """Whether a branch leaves the loop or the function around it, and does not call this again."""
    if not leaves(branch.body) or semantics.tree.inside(branch.body, cst.Continue, into_functions=False):
        return False
    function = semantics.tree.enclosing(branch, cst.FunctionDef)
    calls = semantics.tree.inside(branch.body, cst.Call, into_functions=False)
    return not any(function in semantics.functions.run_by(call) for call in calls)


def _is_limited(semantics: Semantics, loop: cst.While) -> bool:
    """Whether a loop counts, or is given a time."""
    counters = Counters(semantics, loop)
    for test in (loop.test, *(branch.test for branch in semantics.tree.inside(loop.body, cst.If, into_functions=False))):
        for part in (test, *semantics.tree.below(test)):
            if isinstance(part, cst.BaseExpression):
                counters.passed(part)
    return bool(counters.tests) or limit_around(semantics, loop) is not None


def _calls_itself(semantics: Semantics, function: cst.FunctionDef) -> bool:
    """Whether a function calls itself, and counts nothing."""
    counters = Counters(semantics, function)
    calls = semantics.tree.inside(function.body, cst.Call, into_functions=False)
    return any(function in semantics.functions.run_by(call) and not counters.counts(call) for call in calls)
