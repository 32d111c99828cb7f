"""What is left of an error behind the handlers around the code that raises it: a ``try`` may swallow it, replace it or let it pass."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from dataclasses import replace

import libcst as cst

from errlint.semantics.errors.carried import is_builtin
from errlint.semantics.errors.raising import Raising, joined
from errlint.semantics.errors.thrown import Exceptions
from errlint.semantics.program.handling import Handler, caught_name
from errlint.semantics.program.names import dotted
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.callees import Callees
from errlint.semantics.values.types import Types
from errlint.sheets.library import TypeSheet

_ANY = frozenset({"Exception", "BaseException"})


class LeftOver:
    """Answers for one file.

    :param tells: whether an exception is made of something of the answer.
    """

    def __init__(
        self,
        tree: Tree,
        callees: Callees,
        *,
        types: Types,
        exceptions: Exceptions,
        tells: Callable[[cst.BaseExpression], bool],
    ) -> None:
        self._tree = tree
        self._callees = callees
        self._types = types
        self._exceptions = exceptions
        self._tells = tells

    def of(self, raising: Raising, node: cst.CSTNode, body: cst.CSTNode) -> Raising | None:
        """What leaves ``body`` of an error that is raised at ``node``; None if nothing does."""
        child, left = node, raising
        for found in self._tree.ancestors(node):
            if child is body:
                return left
            if isinstance(found, (cst.Try, cst.TryStar)) and child is found.body:
                behind = self._behind(left, found)
                if behind is None:
                    return None
                left = behind
            child = found
        return left

    def _behind(self, raising: Raising, around: cst.Try | cst.TryStar) -> Raising | None:
        """What leaves a ``try``: what its handlers pass on of the types that they take, and the other types."""
        left: list[Raising] = []
        for handler in around.handlers:
            caught = tuple(self._caught_types(handler.type))
            if not raising.types:
                if any(self._takes_unknown(name) for name in caught):
                    return self._passed_on(raising, handler)
                continue
            taken = [raised for raised in raising.types if any(self._takes(name, raised) for name in caught)]
            if not taken:
                continue
            passed = self._passed_on(raising.only(taken), handler)
            left += [passed] if passed is not None else []
            raising = raising.only([raised for raised in raising.types if raised not in taken])
            if not raising.types:
                return joined(left)
        return joined([*left, raising]) if left else raising

    def _passed_on(self, raising: Raising, handler: Handler) -> Raising | None:
        """What a handler raises, again or in the place of what it takes; None if nothing."""
        caught = caught_name(handler)
        passed: list[Raising] = []
        for node in self._tree.inside(handler.body, cst.Raise, cst.Call, into_functions=False):
            if isinstance(node, cst.Call):
                passed += [raising] if caught is not None and self._raised_by_helper(node, caught) else []
            elif isinstance(node, cst.Raise):
                same = node.exc is None or (isinstance(node.exc, cst.Name) and node.exc.value == caught)
                passed.append(raising if same or node.exc is None else self._replaced(raising, node.exc))
        return passed[0] if len(passed) == 1 else joined(passed)

    def _replaced(self, raising: Raising, made: cst.BaseExpression) -> Raising:
        """Another exception in the place of one that was caught."""
        thrown, tells = self._exceptions.of(made), self._tells(made)
        return replace(
            raising,
            types=thrown.types,
            tells=tells,
            under=(),
            wording=thrown.wording,
            carries=thrown.carries,
            silent=() if tells else thrown.types,
            ways=(),
        )

    def _raised_by_helper(self, call: cst.Call, caught: str) -> bool:
        """``self._failed(error)``, which writes it down and raises it again."""
        handed = any(isinstance(argument.value, cst.Name) and argument.value.value == caught for argument in call.args)
        for function in self._callees.here(call) if handed else ():
            names = {parameter.name.value for parameter in (*function.params.params, *function.params.kwonly_params)}
            for node in self._tree.inside(function.body, cst.Raise, into_functions=False):
                if isinstance(node.exc, cst.Name) and node.exc.value in names:
                    return True
        return False

    def _caught_types(self, written: cst.BaseExpression | None) -> Iterator[str]:
        if isinstance(written, cst.Tuple):
            for element in written.elements:
                yield from self._caught_types(element.value)
        else:
            yield "BaseException" if written is None else self._types.named(written) or dotted(written) or ""

    def _takes(self, name: str, raised: str) -> bool:
        """Whether a handler of a type takes an exception of another one; what is not known to be none of it is taken."""
        if name in _ANY or name == raised:
            return True
        above = list(self._types.ancestors(raised))
        sheet = self._types.type(name)
        if sheet is not None:
            return any(sheet.name == ancestor.name for ancestor in above) or (not above and self._stands_for_status(sheet))
        bases = (base for base in (raised, *(parent for ancestor in above for parent in ancestor.parents)) if is_builtin(base))
        return is_builtin(name) and any(issubclass(getattr(builtins, base), getattr(builtins, name)) for base in bases)

    def _takes_unknown(self, name: str) -> bool:
        """Whether a handler of a type takes an exception that some status has led to."""
        sheet = self._types.type(name)
        return name in _ANY or (sheet is not None and self._stands_for_status(sheet))

    def _stands_for_status(self, sheet: TypeSheet) -> bool:
        return sheet.covers_status or sheet.carries_status
