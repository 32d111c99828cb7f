"""Functions that are written into a module for the code that needs them, each at most once."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import libcst as cst

from errlint.model import Edit
from errlint.semantics.rewrites.writing import Writing, is_import


def merged(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Edits of which several may insert at one place: those become one, in their order."""
    found: dict[tuple[int, int], Edit] = {}
    for edit in edits:
        place = (edit.start, edit.end)
        before = found.get(place)
        if before is None:
            found[place] = edit
        elif edit.start == edit.end and edit.text != before.text:
            found[place] = Edit(edit.start, edit.end, _joined(before.text, edit.text))
    return tuple(sorted(found.values()))


def _joined(first: str, second: str) -> str:
    """Two insertions at one place: space that the second brings before itself counts once."""
    newline = "\r\n" if second.startswith("\r\n") else "\n"
    return (first.rstrip("\r\n") + newline if second.startswith(newline * 2) else first) + second


class Helpers:
    """The helpers of one module."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._tree = writing.semantics.tree

    def function(self, name: str, parameters: str, body: Sequence[str], *, like: Sequence[str] = ()) -> tuple[str, tuple[Edit, ...]]:
        """The name of a function with this body: of the one that the module has, or of one that the edits add.

        :param body: lines, indented by steps of four spaces below the function; :param like: another body that will do, if it is there.
        """
        for function in self._tree.module.body:
            if isinstance(function, cst.FunctionDef) and any(self._is(function, parameters, one) for one in (body, like) if one):
                return function.name.value, ()
        free = self._writing.free(name)
        before = self._last_like(name) if free != name else None
        return free, (self._edit(self._lines(free, parameters, body), before),)

    def _lines(self, name: str, parameters: str, body: Sequence[str]) -> list[str]:
        step = self._writing.step
        indented = [step * (1 + (len(line) - len(line.lstrip())) // 4) + line.lstrip() if line else "" for line in body]
        return [f"def {name}({parameters}):", *indented]

    def _is(self, function: cst.FunctionDef, parameters: str, body: Sequence[str]) -> bool:
        wanted = self._lines(function.name.value, parameters, body)
        return [line.rstrip() for line in self._writing.code(function).splitlines()] == wanted

    def _last_like(self, name: str) -> cst.CSTNode | None:
        """Of the functions right below the head of the module, the last one that has this name, or the name with a number."""
        head = self._last_of_head()
        body = self._tree.module.body
        below = body[body.index(head) + 1 :] if head is not None else body
        first = itertools.takewhile(lambda statement: isinstance(statement, cst.FunctionDef), below)
        numbered = re.compile(rf"{re.escape(name)}(?:_\d+)?")
        like = [found for found in first if isinstance(found, cst.FunctionDef) and numbered.fullmatch(found.name.value)]
        return like[-1] if like else None

    def _edit(self, lines: Sequence[str], before: cst.CSTNode | None) -> Edit:
        """Below ``before``, else below the imports at the head of the module, with two lines of space around."""
        writing = self._writing
        head = before or self._last_of_head()
        text = writing.newline.join(lines) + writing.newline
        gap = writing.newline * 2
        if head is None:
            first = self._tree.module.body[0]
            return Edit(place := writing.before(first, []).start, place, text + gap)
        at = writing.after(head, []).start
        follows = writing.source.text[at : at + len(gap)]
        missing = "" if follows in ("", gap) else writing.newline if follows.startswith(writing.newline) else gap
        return Edit(at, at, gap + text + missing)

    def _last_of_head(self) -> cst.CSTNode | None:
        """The last import before functions and classes are defined, or anything is made that may call the helper; else the docstring."""
        last: cst.CSTNode | None = None
        for position, statement in enumerate(self._tree.module.body):
            small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
            if is_import(statement) or (position == 0 and isinstance(small, cst.Expr)):
                last = statement
            elif isinstance(statement, (cst.FunctionDef, cst.ClassDef)) or self._retries(statement):
                break
        return last

    def _retries(self, statement: cst.CSTNode) -> bool:
        """Whether a statement at the top level may be given a helper."""
        policies = self._writing.semantics.retries.policies
        return any(self._tree.within(policy.node, statement) for policy in policies)
