"""A handler that names statuses after which it gives up is told the others, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from errlint.model import Edit
from errlint.semantics.program.handling import Handler
from errlint.semantics.program.tree import parts
from errlint.semantics.retries.judge import Worth
from errlint.semantics.rewrites.failures import Failure, permanent
from errlint.semantics.rewrites.ways_out import WaysOut
from errlint.semantics.rewrites.writing import Writing


def by_own_test(writing: Writing, ways: WaysOut, handler: Handler, failure: Failure, *, name: str, worth: Worth) -> Edit | None:
    """``if e.status_code in (400, 401): raise`` becomes a test for all client errors but those that are worth it, which keeps its own.

    Not where the handler has another end for some failures behind it: they would no longer come there.

    :param name: what the handler calls the failure.
    """
    status = failure.status(name)
    statements = handler.body.body if isinstance(handler.body, cst.IndentedBlock) else ()
    for position, statement in enumerate(statements):
        if ways.ends_otherwise(handler, statements[position + 1 :]):
            continue
        if isinstance(statement, cst.If) and statement.orelse is None and _raises(statement.body):
            for part in parts(statement.test, cst.And):
                own = _statuses(part)
                if own is not None and writing.code(own[0]) == status and all(400 <= number < 500 for number in own[1]):
                    vain = tuple(sorted({*worth.vain, *own[1]})) if worth.vain and not worth.exact else ()
                    kept = replace(worth, keep=tuple(number for number in worth.keep if number not in own[1]), vain=vain)
                    return writing.replace(part, permanent(status, kept, certain=failure.certain))
    return None


def _raises(suite: cst.BaseSuite) -> bool:
    """Whether nothing is done but that the error itself goes on: another end is meant for these statuses alone."""
    line = suite.body[0] if len(suite.body) == 1 else None
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else line
    return isinstance(small, cst.Raise) and small.exc is None


def _statuses(test: cst.BaseExpression) -> tuple[cst.BaseExpression, list[int]] | None:
    """What is asked for, and the numbers: ``status in (400, 401)``, ``status == 400``."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return None
    operator, value = test.comparisons[0].operator, test.comparisons[0].comparator
    numbers = list(_numbers(value))
    is_list = isinstance(operator, cst.In) and isinstance(value, (cst.Tuple, cst.List, cst.Set))
    is_one = isinstance(operator, cst.Equal) and isinstance(value, cst.Integer)
    return (test.left, [number for number in numbers if number is not None]) if (is_list or is_one) and None not in numbers else None


def _numbers(value: cst.BaseExpression) -> Iterator[int | None]:
    elements = [one.value for one in value.elements] if isinstance(value, (cst.Tuple, cst.List, cst.Set)) else [value]
    yield from (one.evaluated_value if isinstance(one, cst.Integer) else None for one in elements)
