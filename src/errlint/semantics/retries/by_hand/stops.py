"""When does a retry written by hand give up?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind
from errlint.semantics.program.functions import method
from errlint.semantics.program.names import dotted
from errlint.semantics.program.tree import Tree, alike, parts
from errlint.semantics.retries.by_hand.lasting import lasting_limits
from errlint.semantics.retries.limits import limit_around, limit_of
from errlint.semantics.retries.outcomes import FAILED
from errlint.semantics.retries.policy import Stop
from errlint.semantics.retries.words import MAY_WAIT
from errlint.semantics.values.status_sets import UNKNOWN

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.passages import Passage

COUNTED = frozenset({"range", "trange"})
"""What counts from 0, as often as its one argument says."""
_ENDLESS = frozenset({"count", "cycle", "repeat"})
_SAME_LENGTH = frozenset({"iter", "list", "deque", "reversed", "sorted"})


def stop_of(semantics: Semantics, passages: Sequence[Passage]) -> Stop:
    """When the policy gives up."""
    found = _own_stop(semantics, passages)
    limit = limit_around(semantics, passages[0].region) if found.bounded is False else None
    seconds = limit_of(semantics, limit) if limit is not None else None
    return found if seconds is None else Stop(True, None, semantics.waits.number(seconds), limit)


def _own_stop(semantics: Semantics, passages: Sequence[Passage]) -> Stop:
    """When the retry itself gives up, whatever limits the code around it."""
    region = passages[0].region
    counted = [test for passage in passages for test in passage.counters.tests]
    if isinstance(region, cst.For):
        found = [_of_iterable(semantics, passage, region) for passage in passages]
        # the uses of a wrapper may each say how often
        return found[0] if len({stop.attempts for stop in found}) == 1 else replace(found[0], attempts=None)
    if isinstance(region, cst.FunctionDef):
        lasting = next((test for passage in passages for test in lasting_limits(semantics, passage)), None)
        if lasting is not None:
            return Stop(True, node=lasting)
        endless = next((call for passage in passages for call in _without_counter(passage)), None)
        if endless is not None:
            return Stop(False, node=endless)
        counted += [test for passage in passages for test in _in_expressions(semantics, passage)]
        return Stop(True, node=counted[0]) if counted else Stop(False, node=region.name)
    if counted:
        tells = dotted(region.test) != "True" and not isinstance(region.test, cst.Integer)
        return Stop(True, _attempts_of_while(semantics, passages, region), None, region.test if tells else counted[-1])
    kept = next(_counted_elsewhere(semantics, region), None)
    if kept is not None:
        return Stop(True, node=kept)
    used_up = next(_used_up(semantics, region), None)
    if used_up is not None:
        return used_up
    return Stop(_is_bounded(semantics, passages[0], region), node=region.test)


def _without_counter(passage: Passage) -> Iterator[cst.Call]:
    """The calls of itself, after failures, by which a function starts to count anew."""
    for call, outcomes in passage.steps.self_calls.items():
        if outcomes & FAILED and not passage.counters.counts(call):
            yield call


def _in_expressions(semantics: Semantics, passage: Passage) -> Iterator[cst.BaseExpression]:
    """The tests of counters in the expressions by which a function calls itself: ``return load(url, left - 1) if left > 0 else None``."""
    for call in passage.steps.self_calls:
        for above in semantics.tree.ancestors(call):
            if isinstance(above, (cst.BaseSuite, cst.FunctionDef)):
                break
            test = above.test if isinstance(above, cst.IfExp) else above.left if isinstance(above, cst.BooleanOperation) else None
            if test is not None and not semantics.tree.within(call, test):
                yield from (part for part in parts(test, cst.And) if passage.counters.passed(part) not in (None, UNKNOWN))


def _counted_elsewhere(semantics: Semantics, region: cst.While) -> Iterator[cst.Comparison]:
    """The tests of counters that functions of the file keep which the loop calls: ``if state["failures"] >= 10: return False``."""
    for call in semantics.tree.inside(region.body, cst.Call, into_functions=False):
        for function in semantics.functions.run_by(call):
            steps = semantics.tree.inside(function.body, cst.AugAssign, into_functions=False)
            counted = [step.target for step in steps if not isinstance(step.target, cst.Name)]
            for test in semantics.tree.inside(function.body, cst.Comparison, into_functions=False) if counted else ():
                if any(alike(target, test.left) for target in counted):
                    yield test


def _used_up(semantics: Semantics, region: cst.While) -> Iterator[Stop]:
    """Each pass takes one of what was there before the loop: ``sleep(delays.pop(0))``, ``sleep(next(delays))``."""
    for call in semantics.tree.inside(region.body, cst.Call, into_functions=False):
        match call:
            case cst.Call(func=cst.Attribute(value=cst.Name() as name, attr=cst.Name(value="pop" | "popleft"))):
                pass
            case cst.Call(func=cst.Name(value="next"), args=[cst.Arg(value=cst.Name() as name)]):
                pass
            case _:
                continue
        bindings = semantics.scopes.reaching(name)
        if not bindings or any(semantics.tree.within(binding.node, region) for binding in bindings):
            continue
        ends = {_is_finite(binding.value) for binding in bindings}
        if False not in ends:
            yield Stop(True if ends == {True} else None, node=call)


def _is_finite(values: cst.BaseExpression | None) -> bool | None:
    """Whether something to take values from ends; None if it is not known."""
    match values:
        case cst.List() | cst.Tuple():
            return True
        case cst.Call(func=function, args=arguments):
            name = (dotted(function) or "").rpartition(".")[2]
            made_of = arguments[0].value if name in _SAME_LENGTH and len(arguments) == 1 else None
            return False if name in _ENDLESS else _is_finite(made_of) if made_of is not None else None
        case _:
            return None


def _is_bounded(semantics: Semantics, passage: Passage, region: cst.While) -> bool | None:
    """Of a ``while`` loop in which nothing counts: not bounded, unless something that is not known here is asked."""
    unknown = passage.steps.unknown
    if passage.walk.ends_by_others or any(_is_inherited_wait(call, outcomes) for call, outcomes in unknown.items()):
        return None
    if any(map(semantics.onward.may_have_enough, unknown)):
        return None
    if _is_count_judged(semantics.tree, region) or _asks_an_object(semantics, region):
        return None
    for part in parts(region.test, cst.And):
        endless = isinstance(part, cst.Integer) or (isinstance(part, cst.Name) and part.value == "True")
        if not endless and passage.predicates.range_of(part) == UNKNOWN:
            return None
    return False


def _is_count_judged(tree: Tree, region: cst.While) -> bool:
    """``if not policy.should_retry(error, attempt): raise``: what the loop counts is handed to a function that has a say in its end."""
    counted = {
        step.target.value for step in tree.inside(region.body, cst.AugAssign, into_functions=False) if isinstance(step.target, cst.Name)
    }
    for branch in tree.inside(region.body, cst.If, into_functions=False) if counted else ():
        handed = (argument.value for call in tree.inside(branch.test, cst.Call) for argument in call.args)
        asked = any(isinstance(value, cst.Name) and value.value in counted for value in handed)
        if asked and any(tree.inside(branch, cst.Raise, cst.Return, cst.Break, into_functions=False)):
            return True
    return False


def _asks_an_object(semantics: Semantics, region: cst.While) -> bool:
    """Whether an object that is no answer has a say in the end: ``or deadline.left() < 0``, ``not budget``, ``and self.next_account()``."""
    for branch in semantics.tree.inside(region.body, cst.If, into_functions=False):
        for part in (branch.test, *semantics.tree.below(branch.test)):
            if isinstance(part, cst.Call) and isinstance(part.func, cst.Attribute):
                about = (part.func.value, *(argument.value for argument in part.args))
                known = [found for one in about if (found := semantics.meaning(one)) is not None and found.kind is not Kind.INSTANCE]
                if not known and semantics.evaluator.callees.runs_code(part):
                    return True
            if isinstance(part, cst.Name) and _has_own_truth(semantics, part):
                return True
    return False


def _has_own_truth(semantics: Semantics, name: cst.Name) -> bool:
    """Whether a variable holds an object of a class of the file that says by itself if it is true."""
    values = (binding.value for binding in semantics.scopes.reaching(name) if isinstance(binding.value, cst.Call))
    classes = (one for value in values for one in semantics.scopes.classes(value.func))
    return any(method(one, word) is not None for one in classes for word in ("__bool__", "__len__"))


def _is_inherited_wait(call: cst.Call, outcomes: int) -> bool:
    """``self.wait()`` of a class of another module, after a failure: it may count, and raise when that is enough."""
    owner, _, word = (dotted(call.func) or "").rpartition(".")
    return owner == "self" and bool(outcomes & FAILED) and MAY_WAIT.search(word) is not None


def _of_iterable(semantics: Semantics, passage: Passage, region: cst.For) -> Stop:
    iterable = region.iter
    if isinstance(iterable, cst.Call):
        name = (dotted(iterable.func) or "").rpartition(".")[2]
        if name == "count":
            return Stop(bool(passage.counters.tests), None, None, iterable)
        if name in COUNTED:
            return Stop(True, _length_of_range(semantics, passage, iterable), None, iterable)
        if name in ("enumerate", "reversed") and iterable.args:
            return Stop(True, _length(semantics, passage, iterable.args[0].value), None, iterable)
        return Stop(True if name in ("tqdm", "zip", "list", "iter") else None, None, None, iterable)
    return Stop(True, _length(semantics, passage, iterable), None, iterable)


def _length_of_range(semantics: Semantics, passage: Passage, call: cst.Call) -> int | None:
    bounds = [semantics.waits.number(argument.value, passage.given) for argument in call.args]
    if not 1 <= len(bounds) <= 3 or None in bounds:
        return None
    return len(range(*(int(bound) for bound in bounds if bound is not None)))


def _length(semantics: Semantics, passage: Passage, iterable: cst.BaseExpression) -> int | None:
    if isinstance(iterable, (cst.Tuple, cst.List)):
        return len(iterable.elements)
    if isinstance(iterable, (cst.Name, cst.Attribute)):
        lengths = {len(value.elements) for value in semantics.constants.values(iterable) if isinstance(value, (cst.Tuple, cst.List))}
        return lengths.pop() if len(lengths) == 1 else None
    if isinstance(iterable, cst.Call) and (dotted(iterable.func) or "") in COUNTED and len(iterable.args) == 1:
        number = semantics.waits.number(iterable.args[0].value, passage.given)
        return int(number) if number is not None else None
    return None


def _attempts_of_while(semantics: Semantics, passages: Sequence[Passage], region: cst.While) -> int | None:
    """``while attempt < 5`` with a counter that starts at 0 or 1."""
    test = region.test
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1 or not isinstance(test.left, cst.Name):
        return None
    limits = {semantics.waits.number(test.comparisons[0].comparator, passage.given) for passage in passages}
    starts = {semantics.waits.number(binding.value) for binding in semantics.scopes.reaching(test.left) if binding.value is not None}
    if len(limits) != 1 or len(starts) != 1:
        return None
    limit, start = limits.pop(), starts.pop()
    if limit is None or start is None or not isinstance(test.comparisons[0].operator, (cst.LessThan, cst.LessThanEqual)):
        return None
    return int(limit - start) + isinstance(test.comparisons[0].operator, cst.LessThanEqual)
