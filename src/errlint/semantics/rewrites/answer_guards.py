"""Retries written by hand that ask the answer for its status: they are left where the test says that it goes on."""

from __future__ import annotations

import libcst as cst

from errlint.lean import dataclass
from errlint.model import Edit
from errlint.semantics.meaning import Kind
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.leaving import leaves
from errlint.semantics.retries.by_hand.exits import Region
from errlint.semantics.retries.policy import Attempt, RetryPolicy
from errlint.semantics.rewrites.failures import Failures, one_of, permanent
from errlint.semantics.rewrites.places import first_of_wait, pause_in, suppresses, told_alone
from errlint.semantics.rewrites.ways_out import WaysOut
from errlint.semantics.rewrites.writing import Writing


@dataclass(frozen=True, eq=False)
class _Place:
    """Where a guard is written: above a statement, or below it."""

    statement: cst.CSTNode
    below: bool = False


class AnswerGuards:
    """Guards for the answers of one file: ``if response.status_code < 500 and …: break``."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._failures = Failures(writing)

    def of(self, policy: RetryPolicy, region: Region, ways: WaysOut) -> tuple[Edit, ...]:
        """The edits; none where it is not clear where the guard belongs."""
        found = self._answer(policy.attempts[0]) if len(policy.attempts) == 1 else None
        place = self._place(policy, region) if found is not None else None
        if found is None or place is None or not self._writing.starts_line(place.statement) or self._may_have_none(policy, place):
            return ()
        name, status, raises = found
        way = ways.endings.at(place.statement)
        if way.stops_others or (way.raises and not raises):
            return ()
        kept = None if way.raises or ways.endings.reads_behind(name) else name
        whole = self._before_announcements(place, region, None)
        told = told_alone(self._writing, whole.statement, kept) if kept is not None and not place.below else None
        place = whole if told is not None else self._before_announcements(place, region, kept)
        test, edits = self._test(policy, name, status, place.statement)
        if self._is_given_none(policy.attempts[0].call) and not self._is_told_apart(name, place.statement):
            test = f"{name} is not None and {f'({test})' if ' or ' in test else test}"
        ends = (f"{name}.raise_for_status()",) if way.raises else way.lines
        done = (told, *ends) if told is not None else ends
        lines = [*self._writing.asked(test, place.statement), *(f"{self._writing.step}{line}" for line in done)]
        if place.below:
            return (*edits, self._writing.after(place.statement, lines))
        return (*edits, self._writing.before(place.statement, lines, with_comments=True))

    def _test(self, policy: RetryPolicy, name: str, status: str, at: cst.CSTNode) -> tuple[str, tuple[Edit, ...]]:
        """The test that is true for answers after which the same request fails again, and a helper that it needs."""
        path = self._code_path(policy)
        worth = self._semantics.judge.worth(policy, by_code=path is not None, at=at)
        test = permanent(f"{name}.{status}", worth)
        if not worth.vain:
            test = f"400 <= {test}" if not worth.drop else f"{name}.{status} >= 400 and ({test})"
        if path is None or not (worth.codes or worth.only):
            return test, ()
        expression, edits = self._failures.code_in(name, path)
        test = f"{test} and {one_of(expression, worth.only, negated=True)}" if worth.only else test
        return (f"({test}) or {one_of(expression, worth.codes)}" if worth.codes else test), edits

    # where -----------------------------------------------------------------------------------------------------------------------

    def _place(self, policy: RetryPolicy, region: Region) -> _Place | None:
        """Before the wait; where there is none, or handlers wait as well, where the branch goes on that has the answer."""
        handlers = list(self._tree.inside(region, cst.ExceptHandler, cst.ExceptStarHandler, into_functions=False))
        pause = pause_in(self._semantics, policy, region, but_in=handlers)
        tried = self._tried(policy.attempts[0], region)
        if pause is not None and (tried is None or self._tree.within(pause, tried.body) or all(leaves(one.body) for one in tried.handlers)):
            return _Place(pause)
        going_on = self._goes_on(policy)
        if going_on is not None:
            return _Place(going_on)
        if tried is None:
            return None
        body = tried.orelse.body if tried.orelse is not None else tried.body
        if leaves(body) or not isinstance(body, cst.IndentedBlock):
            return None
        return _Place(body.body[-1], below=True)

    def _before_announcements(self, place: _Place, region: Region, kept: str | None) -> _Place:
        """A place above what tells of the next attempt, as of :func:`first_of_wait`."""
        if place.below:
            return place
        first = first_of_wait(self._semantics, place.statement, within=region, kept=kept)
        return _Place(first) if self._writing.starts_line(first) else place

    def _may_have_none(self, policy: RetryPolicy, place: _Place) -> bool:
        """Whether code comes to a place as well where no answer came, as failures were suppressed."""
        around = self._tree.ancestors(policy.attempts[0].call, cst.With)
        return any(
            isinstance(one, cst.With) and suppresses(self._semantics, one) and not self._tree.within(place.statement, one) for one in around
        )

    def _is_given_none(self, call: cst.Call) -> bool:
        """Whether a function of the project is called that returns None where no answer came."""
        callees = self._semantics.evaluator.callees
        here = callees.here(call)
        elsewhere = callees.elsewhere(call) if not here else None
        return any(map(self._semantics.functions.may_give_none, here)) or (elsewhere is not None and elsewhere.may_give_none)

    def _is_told_apart(self, name: str, place: cst.CSTNode) -> bool:
        """Whether a place is reached with an answer only: behind ``if answer is None: continue``."""
        for test, truth in conditions_at(self._tree, place):
            match test:
                case cst.Name(value=word) if word == name and truth:
                    return True
                case cst.Comparison(
                    left=cst.Name(value=word),
                    comparisons=[cst.ComparisonTarget(operator=cst.Is() | cst.IsNot() as operator, comparator=cst.Name(value="None"))],
                ) if word == name:
                    return truth is isinstance(operator, cst.IsNot)
        return False

    def _tried(self, attempt: Attempt, region: Region) -> cst.Try | cst.TryStar | None:
        """The ``try`` around an attempt: behind it, there may be no answer."""
        found = self._tree.enclosing(attempt.call, cst.Try, cst.TryStar, cst.For, cst.While, cst.FunctionDef)
        return found if isinstance(found, (cst.Try, cst.TryStar)) and self._tree.within(found, region) else None

    def _goes_on(self, policy: RetryPolicy) -> cst.CSTNode | None:
        """The ``continue`` of the only test for the status."""
        tests = [place.node for place in policy.retried.places if isinstance(place.node, cst.BaseExpression)]
        branch = self._tree.parent.get(tests[0]) if len(tests) == 1 else None
        if not isinstance(branch, cst.If) or branch.test is not tests[0] or not isinstance(branch.body, cst.IndentedBlock):
            return None
        last = branch.body.body[-1]
        is_next = isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Continue)
        return last if is_next else None

    # what ------------------------------------------------------------------------------------------------------------------------

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
