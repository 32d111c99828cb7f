"""Waits that code also tells or adds up: named once, so that what is told is what is waited."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from itertools import pairwise

import libcst as cst

from errlint.model import Edit
from errlint.regex import later
from errlint.semantics.program.constants import targets_of
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.tree import alike
from errlint.semantics.retries.waiting.pauses import pause_of
from errlint.semantics.rewrites.writing import Writing

_Assignment = cst.Assign | cst.AnnAssign | cst.AugAssign | cst.NamedExpr
_ASSIGNMENTS: tuple[type[_Assignment], ...] = (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.NamedExpr)
_NAME = "wait"
_TIME = later(r"wait|slept|sleep|elapsed|spent|seconds|secs|time(?!s)|delay|duration", re.IGNORECASE)
_SECONDS = later(r"\s*s(ec(ond)?s?)?\b", re.IGNORECASE)
_WHOLE = tuple("dxXbocn")
"""Letters of formats that take whole numbers alone."""
_SEQUENCES = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString, cst.List, cst.Tuple)
_OF_WHOLE_NUMBERS = frozenset({"range", "bytes", "bytearray", "chr", "hex", "bin", "oct", "divmod"})
_COUNTING = frozenset({"range", "enumerate", "count"})


class SharedWaits:
    """Edits of the waits of one file, and of what is said of them."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._tree = writing.semantics.tree
        self._scopes = writing.semantics.scopes

    def replaced(self, delay: cst.BaseExpression, code: str, needed: Collection[str] = ()) -> tuple[Edit, ...] | None:
        """Other code for a delay, in all places of its block that mean this very wait.

        :param needed: the names that the code reads and the delay does not.
        :returns: None where the new wait cannot be known in one of these places.
        """
        if any(self._parts(delay)):
            if self._is_told_in_seconds(delay):
                return None
            uses = self._uses(delay)
        elif self._is_said(delay):
            return None
        else:
            uses = self._added_up(delay)  # elsewhere the same number may be any other
        if any(map(self._needs_whole, uses)):
            return None
        line = self._tree.statement(delay)
        if not uses:
            return (self._writing.replace(delay, code),)
        beside = [self._line_at(use, line) for use in uses if self._is_below(use, line)]
        first = min((*beside, line), key=self._tree.order.__getitem__)
        if not self._writing.starts_line(first) or self._are_made_anew(needed, first, line):
            return None
        if isinstance(delay, cst.Name) and self._is_of_one_pass(delay):
            return (self._writing.before(first, [f"{delay.value} = {code}"], with_comments=True),)
        if len(beside) < len(uses):
            return None
        name = self._writing.free(_NAME, delay)
        named = (self._writing.replace(use, name) for use in (*uses, delay))
        return (self._writing.before(first, [f"{name} = {code}"], with_comments=True), *named)

    def is_needed_whole(self, name: cst.Name) -> bool:
        """Whether a variable is used anywhere in its function as only whole numbers are: ``"." * wait``, ``f"{wait:d}"``."""
        function = self._tree.enclosing(name, cst.FunctionDef) or self._tree.module
        return any(one.value == name.value and self._needs_whole(one) for one in self._tree.inside(function, cst.Name))

    def _needs_whole(self, use: cst.CSTNode) -> bool:
        match self._tree.parent.get(use):
            case cst.FormattedStringExpression(format_spec=[*_, cst.FormattedStringText(value=value)]):
                return value[-1:] in _WHOLE
            case cst.BinaryOperation(left=left, operator=cst.Multiply(), right=right):
                return any(isinstance(one, _SEQUENCES) for one in (left, right))
            case cst.Index() | cst.Slice():
                return True
            case cst.Arg() as argument:
                return self._takes_whole(argument)
        return False

    def _takes_whole(self, argument: cst.Arg) -> bool:
        """``"{:>3d}".format(wait)``, ``range(wait)``, ``divmod(wait, 60)``."""
        match self._tree.parent.get(argument):
            case cst.Call(func=cst.Attribute(value=cst.SimpleString(value=text), attr=cst.Name(value="format"))):
                return any(f"{letter}}}" in text for letter in _WHOLE)
            case cst.Call(func=cst.Name(value=name)):
                return name in _OF_WHOLE_NUMBERS
        return False

    def _is_said(self, delay: cst.BaseExpression) -> bool:
        """``log.warning("limited, sleeping 10 seconds")`` beside ``time.sleep(10)``: a number that no name stands for."""
        if not isinstance(delay, (cst.Integer, cst.Float)):
            return False
        line = self._tree.statement(delay)
        block = self._tree.parent.get(line)
        number = re.compile(rf"(?<![\w.]){re.escape(delay.value)}(?![\w.]*\d)")
        for statement in block.body if isinstance(block, cst.IndentedBlock) else ():
            small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
            if statement is line or not isinstance(small, cst.Expr) or not isinstance(small.value, cst.Call):
                continue
            for node in self._tree.inside(small, cst.SimpleString, cst.FormattedStringText, type(delay)):
                if alike(node, delay) or (not isinstance(node, type(delay)) and number.search(self._writing.code(node))):
                    return True
        return False

    def _is_told_in_seconds(self, delay: cst.BaseExpression) -> bool:
        """``print(f"waiting {attempt} seconds")`` beside ``time.sleep(attempt)``: as a number of attempts, it stays what it is."""
        if not isinstance(delay, (cst.Name, cst.Attribute)) or not self._counts_passes(delay):
            return False
        block = self._tree.block(self._tree.statement(delay))
        for text in self._tree.inside(block, cst.FormattedString):
            for part, behind in pairwise(text.parts):
                told = part.expression if isinstance(part, cst.FormattedStringExpression) else None
                if told is not None and alike(told, delay) and isinstance(behind, cst.FormattedStringText) and _SECONDS.match(behind.value):
                    return True
        return False

    def _added_up(self, delay: cst.BaseExpression) -> list[cst.BaseExpression]:
        """``time.sleep(10)`` and ``waited += 10`` in one pass: the same number. What goes up by one is the time only if it is called so."""
        block = self._tree.parent.get(self._tree.statement(delay))
        found: list[cst.BaseExpression] = []
        for statement in block.body if isinstance(block, cst.IndentedBlock) else ():
            small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
            if not isinstance(small, cst.AugAssign) or not alike(small.value, delay) or not self._is_added(small.value):
                continue
            if not isinstance(delay, cst.Integer) or delay.value != "1" or _TIME.search(dotted(small.target) or ""):
                found.append(small.value)
        return found

    def _uses(self, delay: cst.BaseExpression) -> list[cst.BaseExpression]:
        """The other places of a pass in which a delay is read while it is as long as it is waited for."""
        line, loop = self._tree.statement(delay), self._tree.enclosing(delay, cst.For, cst.While, cst.FunctionDef)
        if any(self._counts_passes(one) for one in (delay, *self._without_chance(delay)) if isinstance(one, (cst.Name, cst.Attribute))):
            return []
        names = {dotted(part) or "" for part in self._parts(delay)}
        around: cst.CSTNode = loop.body if loop is not None else self._tree.block(line)
        made = self._made_in(around, names)
        meant = [delay, *self._without_chance(delay)]
        nodes = (node for node in self._tree.below(around, into_functions=False) if isinstance(node, cst.BaseExpression))
        others = (node for node in nodes if type(node) in map(type, meant) and not self._tree.within(node, delay))
        read = (node for node in others if any(alike(node, one) for one in meant) and self._is_read(node))
        if isinstance(loop, cst.FunctionDef):
            read = (node for node in read if not self._is_handed_to(node, loop))
        return [node for node in read if self._is_of_this_wait(node, line, made) and not self._makes(node, made)]

    def _without_chance(self, delay: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
        """What is told of ``delay + random.random()``: ``delay``."""
        match delay:
            case cst.BinaryOperation(left=left, operator=cst.Add(), right=cst.Call(func=function)):
                name = self._writing.semantics.names.qualified(function)
                if name is not None and name in self._writing.semantics.libraries.random and any(self._parts(left)):
                    yield left

    def _made_in(self, around: cst.CSTNode, names: AbstractSet[str]) -> list[_Assignment]:
        """The statements that give the parts of a delay another value, and those from which these have it: ``longer = pause * 2``."""
        assigned = self._tree.inside(around, *_ASSIGNMENTS, into_functions=False)
        made = [one for one in assigned if not names.isdisjoint(_bound(one))]
        read = {dotted(part) or "" for one in made for value in (one.value,) if value is not None for part in self._parts(value)}
        return [*made, *(one for one in assigned if one not in made and not read.isdisjoint(_bound(one)))]

    def _parts(self, value: cst.BaseExpression) -> Iterator[cst.Name | cst.Attribute]:
        yield from (part for part in (value, *self._tree.below(value)) if isinstance(part, (cst.Name, cst.Attribute)))

    def _makes(self, node: cst.CSTNode, made: Collection[_Assignment]) -> bool:
        return any(self._tree.within(node, one) for one in made)

    def _is_of_this_wait(self, node: cst.CSTNode, line: cst.CSTNode, made: Collection[_Assignment]) -> bool:
        """Whether an expression has the value that is waited for: what it is made of is not made anew in between.

        Beside the wait in its block; and added to something behind it, which may also come after the block.
        """
        order = self._tree.order
        first, last = sorted((order[node], order[line]))
        if any(first < order[one] < last for one in made):
            return False
        if self._is_below(node, line):
            return not self._is_of_another_way(node, line)
        block = self._tree.block(self._tree.statement(node))
        return order[node] > order[line] and self._tree.within(line, block) and self._is_added(node)

    def _is_of_another_way(self, node: cst.CSTNode, line: cst.CSTNode) -> bool:
        """Whether something is run in place of a wait: in a block that goes on with the next pass, maybe after a wait of its own."""
        beside = self._line_at(node, line)
        blocks = [one for one in self._tree.ancestors(node, cst.IndentedBlock) if self._tree.within(one, beside)]
        goes_on = [one for block in blocks if leaves(block) for one in self._tree.inside(block, cst.Continue, into_functions=False)]
        pauses = (call for block in blocks for call in self._tree.inside(block, cst.Call, into_functions=False))
        return bool(goes_on) or any(pause_of(self._writing.semantics, call) is not None for call in pauses)

    def _is_added(self, node: cst.CSTNode) -> bool:
        added = self._tree.parent.get(node)
        return isinstance(added, cst.AugAssign) and added.value is node and isinstance(added.operator, cst.AddAssign)

    def _counts_passes(self, delay: cst.Name | cst.Attribute) -> bool:
        """Whether a name is that of the attempt, too: ``sleep(attempt)`` does not make what else reads it a wait."""
        bindings = [one.node for one in self._scopes.reaching(delay)] if isinstance(delay, cst.Name) else self._changes(delay)
        if any(isinstance(node, (cst.For, cst.AugAssign)) and self._is_count(node) for node in bindings):
            return True
        sums = self._tree.inside(self._tree.enclosing(delay, cst.FunctionDef) or self._tree.module, cst.BinaryOperation)
        return any(alike(one.left, delay) and isinstance(one.operator, cst.Add) and isinstance(one.right, cst.Integer) for one in sums)

    def _changes(self, attribute: cst.Attribute) -> list[cst.CSTNode]:
        """Where a function changes an attribute by adding to it: ``self.failures += 1``."""
        function = self._tree.enclosing(attribute, cst.FunctionDef) or self._tree.module
        return [one for one in self._tree.inside(function, cst.AugAssign) if alike(one.target, attribute)]

    def _is_count(self, node: cst.For | cst.AugAssign) -> bool:
        if isinstance(node, cst.AugAssign):
            return isinstance(node.value, cst.Integer) and isinstance(node.operator, cst.AddAssign)
        return isinstance(node.iter, cst.Call) and (dotted(node.iter.func) or "").rpartition(".")[2] in _COUNTING

    def _is_handed_to(self, node: cst.CSTNode, function: cst.FunctionDef) -> bool:
        """Whether a value is that of a parameter in the next attempt: ``return fetch(url, delay)``."""
        functions = self._writing.semantics.functions
        calls = (above for above in self._tree.ancestors(node, cst.Call) if isinstance(above, cst.Call))
        return any(function in functions.run_by(call) for call in calls)

    def _is_read(self, node: cst.BaseExpression) -> bool:
        """Whether a value goes on from a place, which a test alone does not make it: it is told, kept or added to something."""
        match self._tree.parent.get(node):
            case cst.BinaryOperation(left=left, operator=operator, right=right):
                return isinstance(operator, cst.Add) and not isinstance(left, cst.Integer) and not isinstance(right, cst.Integer)
            case cst.Comparison() | cst.ComparisonTarget() | cst.BooleanOperation() | cst.UnaryOperation() | cst.If() | cst.IfExp():
                return False
            case cst.AssignTarget() | cst.Attribute() | cst.NameItem():
                return False
            case cst.Arg(keyword=keyword) if keyword is node:
                return False
            case cst.AugAssign(target=target) | cst.AnnAssign(target=target) | cst.For(target=target) | cst.NamedExpr(target=target):
                return target is not node
        return True

    def _is_below(self, node: cst.CSTNode, line: cst.CSTNode) -> bool:
        """Whether something stands in the block of a statement, or in a block within that."""
        block = self._tree.parent.get(line)
        return isinstance(block, cst.IndentedBlock) and self._tree.within(node, block)

    def _line_at(self, node: cst.CSTNode, line: cst.CSTNode) -> cst.CSTNode:
        """The statement beside a line in which something stands."""
        block = self._tree.parent.get(line)
        return next(above for above in (node, *self._tree.ancestors(node)) if self._tree.parent.get(above) is block)

    def _are_made_anew(self, names: Collection[str], first: cst.CSTNode, line: cst.CSTNode) -> bool:
        """Whether names get their value only after the place where they are to be read, and before a line."""
        order = self._tree.order
        found = (binding for name in names for binding in self._scopes.bindings(name, self._scopes.scope_of(line)))
        return any(order[first] <= order[binding.node] < order[line] for binding in found)

    def _is_of_one_pass(self, delay: cst.Name) -> bool:
        """Whether each pass makes a name anew, so that another value in it is forgotten with the pass."""
        loop = self._tree.enclosing(delay, cst.For, cst.While, cst.FunctionDef)
        scope = self._scopes.scope_of(delay)
        bindings = self._scopes.bindings(delay.value, scope)
        if (
            not isinstance(loop, (cst.For, cst.While))
            or not all(self._tree.within(one.node, loop.body) for one in bindings)
            or not bindings
        ):
            return False
        order = self._tree.order
        first = min((one.node for one in bindings), key=order.__getitem__)
        block = self._tree.parent.get(self._tree.statement(first))
        if not isinstance(first, (cst.Assign, cst.AnnAssign)) or not isinstance(block, cst.IndentedBlock):
            return False
        others = [name for name in self._tree.inside(scope, cst.Name) if name.value == delay.value and not self._tree.is_member(name)]
        is_first = all(order[name] > order[first] and self._tree.within(name, loop.body) for name in others)
        reads_itself = first.value is not None and any(self._tree.within(name, first.value) for name in others)
        return self._tree.within(delay, block) and is_first and not reads_itself


def _bound(node: _Assignment) -> set[str]:
    """The names and attributes that a statement gives a value."""
    return {dotted(target) or "" for target in targets_of(node)}
