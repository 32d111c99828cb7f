"""Does a piece of code make an HTTP call? By itself, or in the functions that it calls."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from errlint.semantics.meaning import Evidence, Kind, Meaning, Place
from errlint.semantics.program.tree import Tree
from errlint.semantics.questions import Questions
from errlint.semantics.values.callees import Callees
from errlint.semantics.values.types import shown


class HttpCalls:
    """Answers for the calls, functions and statements of one file; remembered for each function."""

    def __init__(self, tree: Tree, callees: Callees, meaning: Callable[[cst.BaseExpression], Meaning | None]) -> None:
        self._tree = tree
        self._callees = callees
        self._meaning = meaning
        self._questions: Questions[Evidence] = Questions()

    def of(self, code: cst.CSTNode) -> Evidence | None:
        """The first HTTP call that running ``code`` makes: a call, a function that is called, or any statements.

        None when nothing shows that it makes one.
        """
        if isinstance(code, cst.Call):
            return self._call(code)
        if isinstance(code, (cst.FunctionDef, cst.Lambda)):
            return self._questions.ask(code, lambda function: self._first_below(function.body))
        return self._first_below(code)

    def _first_below(self, code: cst.CSTNode) -> Evidence | None:
        calls = [code] if isinstance(code, cst.Call) else []
        calls.extend(self._tree.inside(code, cst.Call, into_functions=False))
        return next((found for found in map(self._call, calls) if found is not None), None)

    def _call(self, call: cst.Call) -> Evidence | None:
        found = self._meaning(call)
        if found is not None and found.kind is not Kind.INSTANCE:  # how an object of the project came about shows no call
            for position, place in enumerate(found.trail):
                if place.http and place.node is call:
                    return Evidence(found.trail[: position + 1])
        for function in self._callees.here(call):
            evidence = self.of(function)
            if evidence is not None:
                return Evidence((*evidence.trail, Place(call, f"done by `{function.name.value}()`")))
        summary = self._callees.elsewhere(call)
        if summary is not None and summary.http:
            return Evidence((Place(call, f"done by `{shown(summary.names[0])}()`", http=True, elsewhere=summary.http),))
        return None
