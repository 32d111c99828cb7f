"""Do two values come from the same answer of the API? Only then does a test of the status say something about the code."""

from __future__ import annotations

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.statuses import Statuses

_BIRTHS = (cst.BaseExpression, cst.ExceptHandler, cst.ExceptStarHandler)

Answer = tuple[cst.CSTNode, ...]
"""What an answer is known by: the call or handler it comes from, and the calls of the file's own functions it came through."""


class Answers:
    """Tells the answers of one file apart."""

    def __init__(self, tree: Tree, functions: Functions, statuses: Statuses) -> None:
        self._tree = tree
        self._functions = functions
        self._statuses = statuses
        self._about: dict[Answer, Statuses] = {}

    def of(self, meaning: Meaning) -> Answer:
        """The answer that a value was taken from."""
        root = meaning
        while root.origin is not None:
            root = root.origin
        born: list[cst.CSTNode] = [place.node for place in root.trail if isinstance(place.node, _BIRTHS)]
        if not born and root.kind is Kind.RESPONSE:
            born = [place.node for place in root.trail[:1] if isinstance(place.node, cst.Param)]  # `def check(answer: requests.Response)`
        if root.kind not in (Kind.RESPONSE, Kind.EXCEPTION):
            del born[1:]  # the rest is how a part of the answer was reached
        steps = dict.fromkeys((*born, *(place.node for place in meaning.trail if self._runs(place.node))))
        found: list[cst.CSTNode] = []
        for step in steps:
            # `code_of(answer)` is a step of the answer that it was given, `ask()` makes an answer of its own
            functions = self._runs(step)
            if not functions or any(self._tree.within(earlier, function) for earlier in found for function in functions):
                found.append(step)
        return tuple(found)

    def calls(self, meaning: Meaning) -> tuple[cst.Call, ...]:
        """The calls by which the answer came that a value was taken from, those that made the client among them."""
        return tuple(step for step in self.of(meaning) if isinstance(step, cst.Call))

    def _runs(self, node: cst.CSTNode) -> list[cst.FunctionDef]:
        return self._functions.run_by(node) if isinstance(node, cst.Call) else []

    def statuses(self, meaning: Meaning) -> Statuses:
        """Questions about the status of the answer that ``meaning`` was taken from: tests of other answers count for nothing."""
        answer = self.of(meaning)
        if answer not in self._about:
            self._about[answer] = self._statuses.restricted(lambda other: self.of(other) == answer)
        return self._about[answer]
