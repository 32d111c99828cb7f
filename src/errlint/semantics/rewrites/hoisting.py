"""A value that each attempt makes anew is made once, before the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.model import Edit
from errlint.semantics.retries.keys import FreshKey
from errlint.semantics.rewrites.writing import Writing

if TYPE_CHECKING:
    from errlint.semantics.retries.policy import RetryPolicy

_NAME = "idempotency_key"


class Hoisting:
    """Edits for one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree

    def above_loop(self, fresh: FreshKey) -> tuple[Edit, ...] | None:
        """The key made above the loop; None where what attempts have or set goes into it."""
        loop = fresh.code
        if not isinstance(loop, (cst.For, cst.While)) or not self._writing.starts_line(loop) or self._depends(fresh.made, loop):
            return None
        kept = self._kept_as(fresh)
        if kept is not None:
            statement, _ = kept
            removal = self._writing.remove(statement, with_comment=True)
            if removal is not None:
                said = self._writing.said_above(statement)
                lines = [*(line.strip() for line in said.splitlines()), self._writing.whole_line(statement)]
                whole = Edit(removal.start - len(said), removal.end, "")
                return (self._writing.before(loop, lines, with_comments=True), whole)
        name = self._writing.free(_NAME, loop)
        made = self._writing.code(fresh.made)
        if len(made.splitlines()) > 1:
            made = f"({made})"  # the brackets in which its lines could end stay behind
        return (self._writing.before(loop, [f"{name} = {made}"], with_comments=True), self._writing.replace(fresh.made, name))

    def above_function(self, fresh: FreshKey, policy: RetryPolicy) -> tuple[Edit, ...] | None:
        """The decorated function takes the key, and one under its old name makes it; None where that is more than a change of text."""
        function = fresh.code
        if not isinstance(function, cst.FunctionDef) or self._depends(fresh.made, function):
            return None
        if list(function.decorators) != [self._decorator(policy)]:
            return None  # what else decorates it may want it as it is
        passed = self._passed_on(function)
        block = self._tree.parent.get(self._tree.block(function))
        is_method = isinstance(block, cst.ClassDef)
        if passed is None or not self._writing.starts_line(function) or (is_method and not passed):
            return None
        kept = self._kept_as(fresh)
        old, key = function.name.value, kept[1] if kept is not None else self._writing.free(_NAME, function)
        new = self._writing.free(f"_{old.strip('_')}_with_key")
        receiver = f"{passed[0]}." if is_method else ""
        arguments = [*(f"{name}={name}" for name in (passed[1:] if is_method else passed)), f"{key}={self._writing.code(fresh.made)}"]
        start = "async def" if function.asynchronous is not None else "def"
        parameters = self._parameters(function)
        awaited = "await " if function.asynchronous is not None else ""
        step = self._writing.step
        returns = f" -> {self._writing.code(function.returns.annotation)}" if function.returns is not None else ""
        wrapper = [
            f"{start} {old}({parameters}){returns}:",
            f"{step}return {awaited}{receiver}{new}({', '.join(arguments)}){self._said_of(fresh)}",
        ]
        gap = [""] if is_method or not isinstance(self._tree.block(function), cst.Module) else ["", ""]
        separator = ", " if parameters else ""
        star = "" if function.params.kwonly_params else "*, "
        at = self._writing.source.span(self._last_parameter(function))[1] if parameters else self._open(function)
        return (
            self._writing.replace(function.name, new),
            Edit(at, at, f"{separator}{star}{key}"),
            *self._used_instead(fresh, key),
            self._writing.after(function, [*gap, *wrapper]),
        )

    def _used_instead(self, fresh: FreshKey, key: str) -> tuple[Edit, ...]:
        kept = self._kept_as(fresh)
        removal = self._writing.remove(kept[0], with_comment=True) if kept is not None else None
        return (removal or self._writing.replace(fresh.made, key),)

    def _said_of(self, fresh: FreshKey) -> str:
        """The comment behind the statement that keeps the key, as it stands behind another."""
        kept = self._kept_as(fresh)
        comment = self._writing.whole_line(kept[0]).removeprefix(self._writing.code(kept[0])).strip() if kept is not None else ""
        return f"  {comment}" if comment else ""

    # questions -------------------------------------------------------------------------------------------------------------------

    def _depends(self, made: cst.BaseExpression, code: cst.CSTNode) -> bool:
        """Whether a value reads a name that the attempts bind, or waits for something."""
        for node in (made, *self._tree.below(made)):
            if isinstance(node, (cst.Await, cst.NamedExpr, cst.Yield)):
                return True
            if isinstance(node, cst.Name):
                for binding in self._semantics.scopes.reaching(node):
                    if self._tree.within(binding.node, code) and not isinstance(binding.node, cst.Param):
                        return True
        return False

    def _kept_as(self, fresh: FreshKey) -> tuple[cst.CSTNode, str] | None:
        """The statement ``name = <what makes the key>``, and the name, if nothing else binds it and the block has other statements."""
        assign = self._tree.parent.get(fresh.made)
        if not isinstance(assign, cst.Assign) or len(assign.targets) != 1 or not isinstance(assign.targets[0].target, cst.Name):
            return None
        line = self._tree.parent.get(assign)
        block = self._tree.parent.get(line) if line is not None else None
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1 or not isinstance(block, cst.IndentedBlock):
            return None
        name = assign.targets[0].target.value
        is_only = len(self._semantics.scopes.bindings(name, self._semantics.scopes.scope_of(line))) == 1
        return (line, name) if is_only and len(block.body) > 1 and self._writing.remove(line, with_comment=True) is not None else None

    def _decorator(self, policy: RetryPolicy) -> cst.CSTNode | None:
        return policy.node if isinstance(policy.node, cst.Decorator) else self._tree.parent.get(policy.node)

    def _passed_on(self, function: cst.FunctionDef) -> Sequence[str] | None:
        """The names of the parameters, where each can be passed on by its name."""
        parameters = function.params
        if parameters.posonly_params or parameters.star_kwarg is not None or isinstance(parameters.star_arg, cst.Param):
            return None
        return [parameter.name.value for parameter in (*parameters.params, *parameters.kwonly_params)]

    def _parameters(self, function: cst.FunctionDef) -> str:
        """The parameters as they are written."""
        parameters = [*function.params.params, *function.params.kwonly_params]
        if not parameters:
            return ""
        start, end = self._writing.source.span(parameters[0])[0], self._writing.source.span(self._last_parameter(function))[1]
        return ("" if function.params.params else "*, ") + self._writing.source.text[start:end]

    def _last_parameter(self, function: cst.FunctionDef) -> cst.CSTNode:
        last = [*function.params.params, *function.params.kwonly_params][-1]
        return last.default or (last.annotation.annotation if last.annotation is not None else last.name)

    def _open(self, function: cst.FunctionDef) -> int:
        """Behind the bracket that opens the parameters."""
        end = self._writing.source.span(function.name)[1]
        return self._writing.source.text.index("(", end) + 1
