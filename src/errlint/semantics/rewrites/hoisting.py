"""A value that each attempt makes anew is made once, before the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.model import Edit
from errlint.semantics.retries.sent.keys import FreshKey
from errlint.semantics.rewrites.listing import last_part
from errlint.semantics.rewrites.writing import Writing

if TYPE_CHECKING:
    from errlint.semantics.retries.policy import RetryPolicy

_NAME = "idempotency_key"


@dataclass(frozen=True, eq=False)
class _Kept:
    """A statement that gives the key its name: the name, what stands there instead once it is moved, and the lines that it is moved as."""

    name: str
    gone: Edit
    lines: tuple[str, ...]
    comment: str = ""


class Hoisting:
    """Edits for one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree

    def above_loop(self, fresh: FreshKey, others: Sequence[FreshKey] = ()) -> tuple[Edit, ...] | None:
        """The key made above the loop; None where what attempts have or set goes into it.

        :param others: the keys of other requests that are moved before this one: each needs a name of its own, though the texts be alike.
        """
        loop = fresh.code
        if not isinstance(loop, (cst.For, cst.While)) or not self._writing.starts_line(loop) or self._depends(fresh.made, loop):
            return None
        kept = self._kept_as(fresh)
        if kept is not None:
            return (self._writing.before(loop, kept.lines, with_comments=True), kept.gone)
        unnamed = [other for other in others if other.code is loop and self._kept_as(other) is None]
        name = self._writing.free(_NAME, loop, skipped=len(unnamed))
        made = self._writing.code(fresh.made)
        if len(made.splitlines()) > 1:
            made = f"({made})"  # the brackets in which its lines could end stay behind
        return (self._writing.before(loop, [f"{name} = {made}"], with_comments=True), self._writing.replace(fresh.made, name))

    def above_function(self, keys: Sequence[FreshKey], policy: RetryPolicy) -> tuple[Edit, ...] | None:
        """The decorated function takes its keys, and one under its old name makes them; None where that is more than a change of text."""
        function = keys[0].code
        if not isinstance(function, cst.FunctionDef) or any(self._depends(fresh.made, function) for fresh in keys):
            return None
        if list(function.decorators) != [self._decorator(policy)]:
            return None  # what else decorates it may want it as it is
        passed = self._passed_on(function)
        block = self._tree.parent.get(self._tree.block(function))
        is_method = isinstance(block, cst.ClassDef)
        if passed is None or not self._writing.starts_line(function) or (is_method and not passed):
            return None
        named = self._named(keys, function)
        old = function.name.value
        new = self._writing.free(f"_{old.strip('_')}_with_key")
        receiver = f"{passed[0]}." if is_method else ""
        arguments = [f"{name}={name}" for name in (passed[1:] if is_method else passed)]
        arguments += [f"{name}={self._writing.code(fresh.made)}" for name, fresh in named]
        start = "async def" if function.asynchronous is not None else "def"
        parameters = self._parameters(function)
        awaited = "await " if function.asynchronous is not None else ""
        step = self._writing.step
        returns = f" -> {self._writing.code(function.returns.annotation)}" if function.returns is not None else ""
        docstring = self._docstring(function)
        wrapper = [
            f"{start} {old}({parameters}){returns}:",
            *([f"{step}{docstring}"] if docstring else []),
            f"{step}return {awaited}{receiver}{new}({', '.join(arguments)}){''.join(self._said_of(fresh) for fresh in keys)}",
        ]
        gap = [""] if is_method or not isinstance(self._tree.block(function), cst.Module) else ["", ""]
        separator = ", " if parameters else ""
        star = "" if function.params.kwonly_params else "*, "
        at = self._writing.source.span(self._last_parameter(function))[1] if parameters else self._open(function)
        taken = ", ".join(f"{name}{self._annotation(fresh, function)}" for name, fresh in named)
        return (
            self._writing.replace(function.name, new),
            Edit(at, at, f"{separator}{star}{taken}"),
            *self._without_docstring(function, docstring),
            *(self._used_instead(fresh, name) for name, fresh in named),
            self._writing.after(function, [*gap, *wrapper]),
        )

    def _named(self, keys: Sequence[FreshKey], function: cst.FunctionDef) -> list[tuple[str, FreshKey]]:
        """Each key with the name that it has, or gets."""
        found: list[tuple[str, FreshKey]] = []
        unnamed = 0
        for fresh in keys:
            kept = self._kept_as(fresh)
            name = kept.name if kept is not None else self._writing.free(_NAME, function, skipped=unnamed)
            unnamed += kept is None
            found.append((name, fresh))
        return found

    def _used_instead(self, fresh: FreshKey, key: str) -> Edit:
        kept = self._kept_as(fresh)
        return kept.gone if kept is not None else self._writing.replace(fresh.made, key)

    def _said_of(self, fresh: FreshKey) -> str:
        """The comment behind the statement that keeps the key, as it stands behind another."""
        kept = self._kept_as(fresh)
        return f"  {kept.comment}" if kept is not None and kept.comment else ""

    def _annotation(self, fresh: FreshKey, function: cst.FunctionDef) -> str:
        """The type of the key, where the parameters beside it have theirs, and it is seen to be a text."""
        first, *others = [*function.params.params, *function.params.kwonly_params] or (None,)
        beside = others[-1] if others else first
        return ": str" if beside is not None and beside.annotation is not None and self._is_text(fresh.made) else ""

    def _is_text(self, made: cst.BaseExpression) -> bool:
        match made:
            case cst.FormattedString():
                return True
            case cst.Call(func=func):
                return self._semantics.names.qualified(func) == "str"
            case cst.Attribute(attr=cst.Name(value="hex")):
                return True
        return False

    # docstrings ------------------------------------------------------------------------------------------------------------------

    def _docstring(self, function: cst.FunctionDef) -> str:
        """What tells the callers of a function about it, where it stands on lines of its own and is not all there is; else empty."""
        body = function.body
        first = body.body[0] if isinstance(body, cst.IndentedBlock) and len(body.body) > 1 else None
        if not isinstance(first, cst.SimpleStatementLine) or len(first.body) != 1 or self._writing.remove(first) is None:
            return ""
        is_text = isinstance(first.body[0], cst.Expr) and isinstance(first.body[0].value, (cst.SimpleString, cst.ConcatenatedString))
        return self._writing.code(first) if is_text else ""

    def _without_docstring(self, function: cst.FunctionDef, docstring: str) -> tuple[Edit, ...]:
        body = function.body
        if not docstring or not isinstance(body, cst.IndentedBlock):
            return ()
        text = self._writing.source.text
        start, end = self._writing.line_of(body.body[0]), self._writing.line_of(body.body[1])
        gap = text[self._writing.source.span(body.body[0])[1] : end]
        removal = self._writing.remove(body.body[0])
        # the blank lines below it would open the body
        return (Edit(start, end, ""),) if not gap.strip() else (removal,) if removal is not None else ()

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

    def _kept_as(self, fresh: FreshKey) -> _Kept | None:
        """The statement ``name = <what makes the key>``, if nothing else binds the name and the block has other statements."""
        assign = self._tree.parent.get(fresh.made)
        if not isinstance(assign, cst.Assign) or len(assign.targets) != 1 or not isinstance(assign.targets[0].target, cst.Name):
            return None
        line = self._tree.parent.get(assign)
        block = self._tree.parent.get(line) if line is not None else None
        if not isinstance(line, cst.SimpleStatementLine) or not isinstance(block, cst.IndentedBlock):
            return None
        name = assign.targets[0].target.value
        if len(self._semantics.scopes.bindings(name, self._semantics.scopes.scope_of(line))) != 1:
            return None
        written = self._writing.code(assign)
        if len(line.body) > 1:
            return self._kept_beside(name, assign, line)
        removal = self._writing.remove(line, with_comment=True)
        if removal is None or len(block.body) == 1:
            return None
        said, whole = self._writing.said_above(line), self._writing.whole_line(line)
        lines = (*(comment.strip() for comment in said.splitlines()), whole)
        return _Kept(name, Edit(removal.start - len(said), removal.end, ""), lines, whole.removeprefix(written).strip())

    def _kept_beside(self, name: str, assign: cst.Assign, line: cst.SimpleStatementLine) -> _Kept | None:
        """The same for a statement that shares its line with others, which stay: ``key = new(); headers = {…}``."""
        position = next(at for at, part in enumerate(line.body) if part is assign)
        if position + 1 == len(line.body):
            return None
        start, end = self._writing.source.span(assign)[0], self._writing.source.span(line.body[position + 1])[0]
        return _Kept(name, Edit(start, end, ""), (self._writing.code(assign),))

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
        return last_part([*function.params.params, *function.params.kwonly_params][-1])

    def _open(self, function: cst.FunctionDef) -> int:
        """Behind the bracket that opens the parameters."""
        end = self._writing.source.span(function.name)[1]
        return self._writing.source.text.index("(", end) + 1
