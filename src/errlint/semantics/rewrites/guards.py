"""Retries written by hand: where the same request fails again, they are left before they wait."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from errlint.model import Edit
from errlint.semantics.leaving import leaves
from errlint.semantics.meaning import Kind
from errlint.semantics.names import dotted
from errlint.semantics.retries.counters import Counters
from errlint.semantics.retries.exception_types import BROAD
from errlint.semantics.retries.policy import Attempt, RetryPolicy
from errlint.semantics.rewrites.failures import Failure, Failures, one_of, permanent
from errlint.semantics.rewrites.predicates import may_succeed
from errlint.semantics.rewrites.writing import Writing
from errlint.semantics.scopes import How
from errlint.semantics.statuses import UNKNOWN

Handler = cst.ExceptHandler | cst.ExceptStarHandler
Region = cst.For | cst.While | cst.FunctionDef


@dataclass(frozen=True, eq=False)
class Guard:
    """Edits that put a guard before the wait; ``narrow``: in a handler that takes nothing but error statuses, and raises them again."""

    edits: tuple[Edit, ...]
    narrow: bool


class Guards:
    """Guards for the retries of one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._failures = Failures(writing)

    def of(self, policy: RetryPolicy) -> Guard | None:
        """The guard for a policy; None where it is not clear where it belongs."""
        region = policy.code[0] if policy.code else None
        if not policy.written_by_hand or not isinstance(region, (cst.For, cst.While, cst.FunctionDef)):
            return None
        handlers = [place.node for place in policy.retried.places if isinstance(place.node, (cst.ExceptHandler, cst.ExceptStarHandler))]
        if handlers:
            return self._in_handlers(policy, region, handlers)
        return self._after_answer(policy, region)

    # exceptions ------------------------------------------------------------------------------------------------------------------

    def _in_handlers(self, policy: RetryPolicy, region: Region, handlers: list[Handler]) -> Guard | None:
        edits: list[Edit] = []
        narrow = True
        for handler in handlers:
            if not self._takes_statuses(handler):
                continue
            failure = self._own_failure(handler) or self._tried_failure(policy, handler)
            found = self._in_handler(policy, region, handler, failure) if failure is not None else None
            if found is None:
                return None
            edits += found.edits
            narrow = narrow and found.narrow
        return Guard(tuple(edits), narrow) if edits else None

    def _in_handler(self, policy: RetryPolicy, region: Region, handler: Handler, failure: Failure) -> Guard | None:
        if not isinstance(handler.body, cst.IndentedBlock) or handler.type is None:
            return None
        names = self._semantics.predicates.types.named(handler.type)
        is_narrow = names == [failure.sheet.name] and failure.sheet.carries_status
        name, edits = self._named(handler)
        if name is None:
            return None
        by_code = self._failures.code_of(failure, name, policy.catalogue) is not None
        worth = self._semantics.judge.worth(policy, by_code=by_code)
        if not is_narrow or worth.codes or worth.only:
            predicate, added = may_succeed(self._writing, policy, failure)
            test, edits = f"not {predicate}({name})", [*edits, *failure.edits, *added]
        else:
            present = failure.present(name)
            test = permanent(failure.status(name), worth)
            test = f"{present} and {_joined(test)}" if present else test
        pause = self._pause_in(policy, handler)
        place = pause or handler.body.body[0]
        way = self._way_out(policy, region, place)
        lines = [f"if {test}:", f"{self._writing.step}{way}"]
        last = handler.body.body[-1]
        if pause is None and way == "break" and not leaves(handler.body) and not isinstance(last, cst.BaseCompoundStatement):
            edits.append(self._writing.after(last, lines))  # what is told of the failure is told first
            return Guard(tuple(edits), is_narrow)
        if not self._writing.starts_line(place):
            return None
        edits.append(self._writing.before(place, lines))
        return Guard(tuple(edits), is_narrow)

    def _own_failure(self, handler: Handler) -> Failure | None:
        """By the type that a handler takes, if that stands for nothing but an answer."""
        names = self._semantics.predicates.types.named(handler.type)
        sheet = self._semantics.libraries.type(names[0]) if len(names) == 1 else None
        return self._failures.of_type(sheet) if sheet is not None and sheet.carries_status and sheet.status else None

    def _tried_failure(self, policy: RetryPolicy, handler: Handler) -> Failure | None:
        """By what the code raises that a handler stands by."""
        tried = self._tree.parent.get(handler)
        return self._failures.of(policy, tried.body if isinstance(tried, (cst.Try, cst.TryStar)) else None)

    def _named(self, handler: Handler) -> tuple[str | None, list[Edit]]:
        """The name of the exception, which the handler is given if it has none."""
        if handler.name is not None:
            return (handler.name.name.value, []) if isinstance(handler.name.name, cst.Name) else (None, [])
        assert handler.type is not None
        name = self._writing.free("error", handler)
        end = self._writing.source.end(handler.type)
        return name, [Edit(end, end, f" as {name}")]

    def _takes_statuses(self, handler: Handler) -> bool:
        types = self._semantics.predicates.types
        names = types.named(handler.type)
        return bool(types.covers(names).may >> 400) or any(name in BROAD for name in names)

    # answers ---------------------------------------------------------------------------------------------------------------------

    def _after_answer(self, policy: RetryPolicy, region: Region) -> Guard | None:
        """``if response.status_code < 500 and …: break`` before the wait."""
        pause = self._pause_in(policy, region)
        if len(policy.attempts) != 1 or pause is None or not self._writing.starts_line(pause):
            return None
        found = self._answer(policy.attempts[0])
        if found is None:
            return None
        name, status, raises = found
        path = self._code_path(policy)
        worth = self._semantics.judge.worth(policy, by_code=path is not None)
        test = permanent(f"{name}.{status}", worth)
        test = f"400 <= {test}" if not worth.drop else f"{name}.{status} >= 400 and ({test})"
        edits: list[Edit] = []
        if (worth.codes or worth.only) and path is not None:
            expression, added = self._failures.code_in(name, path)
            edits += added
            test = f"{test} and {one_of(expression, worth.only, negated=True)}" if worth.only else test
            test = f"({test}) or {one_of(expression, worth.codes)}" if worth.codes else test
        way = self._way_out(policy, region, pause)
        if way == "raise":
            if not raises:
                return None
            way = f"{name}.raise_for_status()"
        edits.append(self._writing.before(pause, [f"if {test}:", f"{self._writing.step}{way}"]))
        return Guard(tuple(edits), narrow=False)

    def _answer(self, attempt: Attempt) -> tuple[str, str, bool] | None:
        """The name that holds the response, the attribute of its status, and whether it can raise for it."""
        for node in (attempt.call, *self._tree.ancestors(attempt.call)):
            target: cst.CSTNode | None = None
            if isinstance(node, cst.Assign) and len(node.targets) == 1:
                target = node.targets[0].target
            elif isinstance(node, cst.WithItem) and node.asname is not None:
                target = node.asname.name
            elif isinstance(node, (cst.Await, cst.Call)):
                continue
            if not isinstance(target, cst.Name):
                return None
            return self._response(target.value, attempt)
        return None

    def _response(self, name: str, attempt: Attempt) -> tuple[str, str, bool] | None:
        call: cst.BaseExpression = attempt.call
        parent = self._tree.parent.get(call)
        meaning = self._semantics.meaning(parent if isinstance(parent, cst.Await) else call)
        if meaning is None or meaning.kind is not Kind.RESPONSE or meaning.sheet is None:
            return None
        sheets = list(self._semantics.libraries.ancestors(meaning.sheet.name))
        status = next((member for sheet in sheets for member, kind in sheet.attributes.items() if kind == "status"), None)
        raises = any("raise_for_status" in sheet.methods or self._semantics.libraries.method(sheet, "raise_for_status") for sheet in sheets)
        return (name, status, raises) if status is not None else None

    def _code_path(self, policy: RetryPolicy) -> tuple[str | int, ...] | None:
        """Where the body has the code, if it can be read without waiting for it."""
        meaning = self._semantics.meaning(policy.attempts[0].call)
        sheets = list(self._semantics.libraries.ancestors(meaning.sheet.name)) if meaning is not None and meaning.sheet is not None else []
        is_async = isinstance(self._tree.parent.get(policy.attempts[0].call), cst.WithItem)
        if is_async or policy.catalogue is None or not any(sheet.methods.get("json") == "body" for sheet in sheets):
            return None
        paths = [place.json for place in policy.catalogue.envelope.code if place.json and "*" not in place.json]
        return paths[0] if paths else None

    # where, and how --------------------------------------------------------------------------------------------------------------

    def _pause_in(self, policy: RetryPolicy, code: cst.CSTNode) -> cst.CSTNode | None:
        """The statement that waits."""
        calls = self._tree.inside(code, cst.Call, into_functions=False)
        pauses = [call for call in calls if self._semantics.waits.pause(call) is not None]
        if len(pauses) == 1:
            return self._tree.statement(pauses[0])
        node = policy.wait.node
        return self._tree.statement(node) if node is not None and pauses and self._tree.within(node, code) else None

    def _way_out(self, policy: RetryPolicy, region: Region, place: cst.CSTNode) -> str:
        """Out as after the last attempt, where that is the end of the loop; else by raising."""
        if (
            isinstance(region, cst.FunctionDef)
            or self._tree.enclosing(place, cst.For, cst.While) is not region
            or region.orelse is not None
        ):
            return "raise"
        if (isinstance(region, cst.While) and dotted(region.test) == "True") or self._is_tried_after(policy, region):
            return "raise"
        counted = Counters(self._semantics, region)
        asked = (node for node in self._tree.below(region.body, into_functions=False) if isinstance(node, (cst.If, cst.IfExp)))
        limits = (node for node in asked if counted.passed(node.test) not in (None, UNKNOWN))
        return "raise" if any(map(self._gives_up, limits)) else "break"

    def _gives_up(self, limit: cst.CSTNode) -> bool:
        """Whether the code that asks for the last attempt leaves the loop there; a handler that does not only saves itself a wait."""
        handler = self._tree.enclosing(limit, cst.ExceptHandler, cst.ExceptStarHandler, cst.For, cst.While)
        if not isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)):
            return True
        return bool(self._tree.inside(handler, cst.Raise, cst.Return, cst.Break, into_functions=False))

    def _is_tried_after(self, policy: RetryPolicy, region: Region) -> bool:
        """Whether what follows the loop makes the call once more."""
        function = self._tree.enclosing(region, cst.FunctionDef)
        called = {dotted(attempt.call.func) for attempt in policy.attempts}
        called |= {dotted(node.func) for node in self._tree.below(region.body) if isinstance(node, cst.Call) and self._is_handed(node)}
        last = self._tree.order[region]
        following = (
            node
            for node in self._tree.below(function or self._tree.module)
            if isinstance(node, cst.Call) and self._tree.order[node] > last and not self._tree.within(node, region)
        )
        return any(dotted(node.func) in called or self._semantics.does_http(node) is not None for node in following)

    def _is_handed(self, call: cst.Call) -> bool:
        """Whether a call runs a parameter."""
        bindings = self._semantics.scopes.reaching(call.func) if isinstance(call.func, cst.Name) else []
        return any(binding.how is How.PARAMETER for binding in bindings)


def _joined(test: str) -> str:
    """A test as a part of ``and``."""
    return f"({test})" if " or " in test else test
