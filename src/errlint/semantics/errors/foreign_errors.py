"""Exceptions that are known to come from something else than HTTP, whatever numbers their texts have.

``"550" in str(e)`` asks a mail server, ``"403" in str(e)`` what git has printed, if that is what fails there. It is known of a type: a
library's that speaks another protocol, or a class of this file where everything that raises it is seen to stand behind such a library,
another program, or nothing at all. And it is known of any exception where everything that is tried is of that kind.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.errors.carried import is_builtin
from errlint.semantics.errors.class_uses import ClassUses
from errlint.semantics.errors.handlers import BROAD
from errlint.semantics.meaning import Meaning
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.handling import Handler
from errlint.semantics.questions import Questions
from errlint.semantics.values.sources import Source, Sources

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_STEPS = (cst.Call, cst.Raise, cst.For, cst.CompFor, cst.Await)


class ForeignErrors:
    """Answers for the exceptions of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._sources = Sources(semantics, self._of_handler)
        self.class_uses = ClassUses(semantics.tree, semantics.types, semantics.evaluator.exceptions)
        self._caught: Questions[Source] = Questions()
        self._classes: Questions[bool] = Questions()
        self._runs: Questions[Source] = Questions()

    def is_one(self, subject: Meaning) -> bool:
        """Whether the exception that a text was made of is known to come from something else than HTTP."""
        born = subject.trail[0].node
        if isinstance(born, cst.Call):
            return len(born.args) > 1 and self._of_types(born.args[1].value) is Source.FOREIGN
        handler = born if isinstance(born, Handler) else self._tree.parent.get(born)
        return isinstance(handler, Handler) and self._of_handler(handler) is Source.FOREIGN

    def is_class(self, name: str) -> bool:
        """Whether the exceptions of a class of this file are known to come from something else than HTTP."""
        return self._semantics.types.definition(name) is not None and self._is_foreign(name)

    # handlers --------------------------------------------------------------------------------------------------------------------

    def _of_handler(self, handler: Handler) -> Source:
        """Where the exceptions come from that a handler catches: by their types, or if these say nothing, by what is tried."""
        return self._caught.ask(handler, self._find_caught) or Source.UNKNOWN

    def _find_caught(self, handler: Handler) -> Source | None:
        names = self._semantics.evaluator.type_names(handler.type) if handler.type is not None else ["BaseException"]
        broad = handler.type is None or not BROAD.isdisjoint(names)
        of_types = self._of_types(handler.type) if handler.type is not None and not broad else Source.UNKNOWN
        tried = self._tree.tried(handler)
        if tried is None or not (broad or of_types is Source.OWN):
            return _known(of_types)
        of_code = self._of_code(tried)
        return of_code if Source.UNKNOWN not in of_code else _known(of_types)

    def _of_types(self, types: cst.BaseExpression) -> Source:
        """Where exceptions of the types come from that an expression names; Python's own come from nowhere else."""
        named = self._semantics.evaluator.type_names(types)
        written = len(types.elements) if isinstance(types, (cst.Tuple, cst.List)) else 1
        if len(named) < written or not all(is_builtin(name) or self._is_foreign(name) for name in named) or BROAD.intersection(named):
            return Source.UNKNOWN
        return Source.OWN if all(map(is_builtin, named)) else Source.FOREIGN

    def _is_foreign(self, name: str) -> bool:
        """Whether exceptions of a type, as it is named in this file, come from something else than HTTP."""
        semantics = self._semantics
        if semantics.libraries.type(name) is not None:
            return False
        if is_first_party(name):
            elsewhere = semantics.imported is not None and semantics.imported.is_foreign_error(name)
            return elsewhere and self._raised_here_without_http(name) is not None
        if semantics.types.definition(name) is not None:
            return self._classes.ask(name, self._is_foreign_class) or False
        root, _, rest = name.partition(".")
        of_python = bool(rest) and root in sys.stdlib_module_names and root not in semantics.libraries.roots
        return of_python or semantics.libraries.foreign(name) is not None

    # classes of the file ---------------------------------------------------------------------------------------------------------

    def _is_foreign_class(self, name: str) -> bool | None:
        """Whether everything that raises a class of this file, or one below it, is seen, and no HTTP stands behind any of it."""
        types = self._semantics.types
        above = list(types.ancestors(name))
        bases = {base for entry in above for base in entry.parents if types.definition(base) is None}
        if not all(is_builtin(base) or self._is_foreign(base) for base in bases):
            return None
        return self._raised_here_without_http(name) or None

    def _raised_here_without_http(self, name: str) -> bool | None:
        """Whether a class, or one below it, is raised in this file, without HTTP each time; None where that is not so, or not seen."""
        raised = self.class_uses.raised(name)
        if raised is None:
            return None
        return bool(raised) if all(map(self._is_raised_without_http, raised)) else None

    def _is_raised_without_http(self, statement: cst.Raise) -> bool:
        """Whether an exception is made of nothing that may be an answer of HTTP, and nothing of that kind has led to it.

        A parameter may be an answer, unless what has failed is known.
        """
        assert statement.exc is not None
        function = self._tree.enclosing(statement, cst.FunctionDef)
        if function is not None and self._semantics.does_http(function) is not None:
            return False
        given = statement.exc.args if isinstance(statement.exc, cst.Call) else ()
        text = self._sources.together(argument.value for argument in given)
        led = self._sources.together(test for test, _ in conditions_at(self._tree, statement))
        handler = self._tree.enclosing(statement, cst.ExceptHandler, cst.ExceptStarHandler, cst.FunctionDef)
        if isinstance(handler, Handler):
            led |= self._of_handler(handler)
        if Source.UNKNOWN in text | led:
            return False
        return Source.GIVEN not in text or Source.FOREIGN in text | led

    # code that is tried ----------------------------------------------------------------------------------------------------------

    def _of_code(self, code: cst.CSTNode) -> Source:
        """Where everything comes from that running ``code`` can raise."""
        found = Source.OWN
        for node in self._tree.inside(code, *_STEPS, into_functions=False):
            found |= self._of_step(node)
            if Source.UNKNOWN in found:
                return Source.UNKNOWN
        return Source.FOREIGN if Source.FOREIGN in found else Source.OWN

    def _of_step(self, node: cst.CSTNode) -> Source:
        if isinstance(node, cst.Call):
            return self._of_call(node)
        if isinstance(node, (cst.For, cst.CompFor)):
            return self._sources.of(node.iter) & Source.UNKNOWN | Source.OWN
        if isinstance(node, cst.Await):
            begun = isinstance(node.expression, cst.Call) or Source.FOREIGN in self._sources.of(node.expression)
            return Source.OWN if begun else Source.UNKNOWN
        raised = isinstance(node, cst.Raise) and (node.exc is None or self._is_raised_without_http(node))
        return Source.OWN if raised else Source.UNKNOWN

    def _of_call(self, call: cst.Call) -> Source:
        """Where failures of a call come from; what it is given makes none."""
        functions = list(self._run_by(call))
        if functions:
            found = Source.OWN
            for function in functions:
                found |= self._runs.ask(function, lambda one: self._of_code(one.body)) or Source.UNKNOWN
            return found
        return self._sources.of_callee(call)

    def _run_by(self, call: cst.Call) -> Iterator[cst.FunctionDef]:
        yield from self._semantics.runs(call)
        methods = self._semantics.functions.methods_of(call.func)
        yield from (method for method in methods if method.name.value == "__init__")


def _known(source: Source) -> Source | None:
    """What may be remembered of a question that rests on others."""
    return None if source is Source.UNKNOWN else source
