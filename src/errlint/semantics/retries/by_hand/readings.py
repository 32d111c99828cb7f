"""What a walk through a retry says about the policy: which failures are retried, and how long it waits."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Place
from errlint.semantics.program.names import dotted
from errlint.semantics.retries.codes import OTHER, Codes
from errlint.semantics.retries.exception_types import ASKED_FIRST, FEW
from errlint.semantics.retries.outcomes import FAILED, FAILURES, NO_ANSWER, NOT_YET
from errlint.semantics.retries.policy import Retried, Wait, either
from errlint.semantics.retries.waiting.elsewhere import paced_by
from errlint.semantics.retries.waiting.noted import is_noted
from errlint.semantics.retries.waiting.pauses import pause_of
from errlint.semantics.retries.waiting.perhaps import may_pause
from errlint.semantics.retries.words import BEGINS_WITH_A_WAIT, MAY_WAIT
from errlint.semantics.values.status_sets import ERRORS, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.program.tree import Tree
    from errlint.semantics.retries.by_hand.exits import Region
    from errlint.semantics.retries.by_hand.passages import Passage

_ASKED_FIRST = reduce(or_, (1 << status for status in ASKED_FIRST))
_NOT_FOUND = 1 << 404
_MOST_CODES = 48
_HANDLERS = (cst.ExceptHandler, cst.ExceptStarHandler)


# which failures --------------------------------------------------------------------------------------------------------------------


def retried(semantics: Semantics, passages: Sequence[Passage]) -> Retried:
    """The failures after which the attempts are made again."""
    may = must = most = 0
    for passage in passages:
        found = passage.retried
        may, must, most = may | found.may, must | found.must, most | passage.most_retried(semantics)
    transport = True if must & NO_ANSWER else None if may & NO_ANSWER else False
    named = _named(semantics, passages, must) & may
    places = tuple(_places(semantics, passages))
    answered = tuple((place, outcomes & ERRORS) for passage in passages for place, outcomes in passage.steps.answered.items())
    sent_back = tuple((node, outcomes & ERRORS) for node, outcomes in _let(passages).items())
    everything = Retried(Range(may & ERRORS, most), transport, named=named, places=places, answered=answered, sent_back=sent_back)
    return _by_code(semantics, passages, everything)


def _by_code(semantics: Semantics, passages: Sequence[Passage], everything: Retried) -> Retried:
    """The same with the codes that are retried, those that are not, and what becomes of all others."""
    tests = Codes(semantics)
    asked = [node for passage in passages for node in passage.walk.reached if isinstance(node, cst.BaseExpression)]
    named = list(dict.fromkeys(code for test in asked for code in tests.named_in(test)))[:_MOST_CODES]
    if not named:
        return everything
    passage = passages[0]
    other = passage.again_with(semantics, OTHER)
    retried, dropped, perhaps = set(), set(), set()
    named_by_code = 0
    for code in named:
        found = passage.again_with(semantics, code)
        known = passage.statuses_of(semantics, code)
        statuses = known or (found.back ^ other.back) | (found.out ^ other.out)
        back, out = found.back & statuses & ERRORS, found.out & statuses & ERRORS
        if back and not out:
            retried.add(code)
            named_by_code |= known if not known & ~_ASKED_FIRST else 0
        elif out and not back:
            dropped.add(code)
        elif back:
            perhaps.add(code)
    written = {literal.node: literal for test in asked for literal in tests.written_in(test)}
    unanswered = everything.transport
    if all(map(tests.are_of_answers, asked)):
        unanswered = True if other.retried.must & NO_ANSWER else None if other.retried.may & NO_ANSWER else False
    return replace(
        everything,
        transport=unanswered,
        codes=frozenset(retried),
        dropped=frozenset(dropped),
        perhaps=frozenset(perhaps),
        named=everything.named | named_by_code & everything.statuses.may,
        unnamed=Range(other.back & ERRORS, other.back & ~other.out & ERRORS),
        written=tuple(written.values()),
    )


def _named(semantics: Semantics, passages: Sequence[Passage], must: int) -> int:
    """The statuses that are named where they are tried again; those that are only tried again perhaps may be named to be raised."""
    found = 0
    is_broad = (must & ERRORS).bit_count() > FEW
    for passage in passages:
        for node in passage.walk.reached:
            back = must | passage.walk.went_back.get(node, 0)
            if isinstance(node, _HANDLERS):
                types, caught = passage.predicates.types, passage.walk.caught.get(node, ())
                names = types.named(node.type)
                named = types.statuses_named(names) | types.named_by_raising(names, caught)
                found |= named & back
            elif is_broad and _only_sorts(semantics.tree, passage, node):
                continue
            elif isinstance(node, cst.BaseExpression):
                # what is left of a few kinds is meant; what is left of all but success is not
                kinds = passage.predicates.named.by_kinds(node) if not is_broad else 0
                found |= (passage.predicates.named.in_test(node) | kinds) & back
            elif isinstance(node, cst.MatchPattern):
                found |= passage.predicates.named.in_pattern(node) & back
        if isinstance(passage.region, cst.While):
            found |= passage.predicates.named.in_test(passage.region.test)
    return found


def _only_sorts(tree: Tree, passage: Passage, test: cst.CSTNode) -> bool:
    """Whether a function that the retry calls only chooses by a test or pattern what it raises: who takes all of that names none of it."""
    branch = tree.parent.get(test)
    if not isinstance(branch, (cst.If, cst.MatchCase)) or tree.within(test, passage.region):
        return False
    last = branch.body.body[-1]
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Raise)


def _places(semantics: Semantics, passages: Sequence[Passage]) -> Iterator[Place]:
    """The handlers and tests that let failures go into another pass; first the one that lets most of them."""
    let = _let(passages)
    certain = reduce(or_, (passage.retried.must for passage in passages), 0)
    for decides in (_is_own, _sends_back):
        some = {node: outcomes for node, outcomes in let.items() if decides(semantics, passages[0].region, node, let)}
        if some and not certain & ~reduce(or_, some.values(), 0):
            let = some
    untold = certain & ERRORS & ~reduce(or_, let.values(), 0)
    order = semantics.tree.order
    ranked = sorted((node for node, outcomes in let.items() if outcomes), key=lambda node: (-let[node].bit_count(), order[node]))
    handlers = [node for node in ranked if isinstance(node, _HANDLERS)]
    if untold or not ranked:
        yield Place(passages[0].region, "whatever is not a success goes into another pass")
    for node in ranked:
        if isinstance(node, _HANDLERS):
            yield Place(node, f"{_caught(node)} caught here, and the call is made again")
        elif not any(semantics.tree.within(node, handler) for handler in handlers):
            yield Place(node, "after this test the call is made again")


def _let(passages: Sequence[Passage]) -> dict[cst.CSTNode, int]:
    """The handlers and tests that let failures go into another pass, and which ones."""
    let: dict[cst.CSTNode, int] = {}
    for passage in passages:
        for node, outcomes in passage.walk.went_back.items():
            if node not in passage.counters.tests:
                let[node] = let.get(node, 0) | outcomes & passage.back & FAILED
    return let


def _is_own(semantics: Semantics, region: Region, node: cst.CSTNode, _let: Container[cst.CSTNode]) -> bool:
    """Whether it stands in the retry itself: what the functions do that it calls decides nothing, if it tells everything."""
    return semantics.tree.within(node, region)


def _is_below_another(tree: Tree, end: cst.CSTNode, branch: cst.If, let: Container[cst.CSTNode]) -> bool:
    """Whether a test inside of a branch decides about a ``continue`` in it."""
    inner = (found for found in tree.ancestors(end, cst.If) if isinstance(found, cst.If) and tree.within(found, branch.body))
    return any(found.test in let for found in inner)


def _sends_back(semantics: Semantics, region: Region, node: cst.CSTNode, let: Container[cst.CSTNode]) -> bool:
    """Whether a handler, or a branch of a test, itself ends the pass: by ``continue``, or as the last of its statements."""
    child = node if isinstance(node, _HANDLERS) else semantics.tree.parent[node]
    if isinstance(child, _HANDLERS) or not isinstance(child, cst.If) or isinstance(region, cst.FunctionDef):
        return True
    ends = semantics.tree.inside(child.body, cst.Continue, into_functions=False)
    if any(not _is_below_another(semantics.tree, end, child, let) for end in ends):
        return True
    for around in semantics.tree.ancestors(child):
        if isinstance(around, cst.IndentedBlock) and around.body[-1] is not child:
            return False
        if around is region:
            return True
        child = around
    return True


def _caught(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> str:
    if handler.type is None or dotted(handler.type) in ("Exception", "BaseException"):
        return "any exception is"
    written = dotted(handler.type)
    return f"`{written}` is" if written else "these exceptions are"


# how long ----------------------------------------------------------------------------------------------------------------------


class _Pauses:
    """The waits of a retry, by what gets to them.

    :param asked: the failures after which its wait is asked for.
    :ivar after: those that these failures meet, and nothing before the first attempt does; :ivar pacing: those that space all attempts;
    :ivar before: those before an attempt; :ivar others: those after other failures.
    """

    def __init__(self, asked: int) -> None:
        self._asked = asked
        self._met: list[int] = []
        """The failures that get to each of the retry's own waits after them."""
        self._met_otherwise: list[int] = []
        """The same of those after other failures."""
        self.after: list[Wait] = []
        self.pacing: list[Wait] = []
        self.before: list[Wait] = []
        self.others: list[Wait] = []

    def keep(self, wait: Wait, outcomes: int, *, is_own: bool = False) -> None:
        """Keep a wait that these outcomes get to; whether it stands in the retry itself."""
        if outcomes & self._asked and not outcomes & NOT_YET:
            self._met += [outcomes & FAILED] if is_own else []
            self.after.append(wait)
        elif outcomes & self._asked:
            self.pacing.append(wait)
        elif outcomes & NOT_YET:
            self.before.append(wait)
        else:
            self._met_otherwise += [outcomes & FAILED] if is_own else []
            self.others.append(wait)

    def pace(self, wait: Wait) -> None:
        """Keep a limiter around the attempts; one that is not seen to wait may do so, but has seen no answer."""
        if wait.node is None and (self.after or self.pacing):
            self.after, self.pacing = ([replace(one, jitter=one.jitter or None) for one in waits] for waits in (self.after, self.pacing))
        else:
            self.before.append(wait)

    def as_one(self) -> Wait | None:
        """All of them; it stands where a failure meets it, if one is there for that."""
        waits = [*self.after, *self.pacing, *self.before]
        if not waits:
            return None
        found, shown = either(waits), either(self.after or waits)
        if shown.node is not found.node:
            found = replace(found, node=shown.node, seconds=shown.seconds)
        return replace(found, next_pass=not (self.after or self.pacing), otherwise=self.otherwise, apart=self._apart())

    @property
    def otherwise(self) -> Wait | None:
        """The wait after other failures, if there is one."""
        return replace(either(self.others), apart=_apart(self.others, self._met_otherwise)) if self.others else None

    def _apart(self) -> tuple[Wait, ...]:
        """The waits after failures, where none of these gets to two of them."""
        return _apart(self.after, self._met) if not self.pacing and not self.before else ()


def _apart(waits: Sequence[Wait], met: Sequence[int]) -> tuple[Wait, ...]:
    """These waits, where no failure gets to two of them.

    :param met: the failures that get to each of them; fewer, where that is not known of all.
    """
    alike = sum(map(int.bit_count, met)) > reduce(or_, met, 0).bit_count()
    return tuple(waits) if len(waits) == len(met) > 1 and not alike else ()


def wait_of(semantics: Semantics, passages: Sequence[Passage], failures: Retried) -> Wait:
    """How long the policy waits, and whether it asks the server; where statuses that come with Retry-After are named, after those."""
    asked = next((1 << status for status in ASKED_FIRST if failures.named >> status & 1), FAILED)
    pauses = _Pauses(asked)
    perhaps = False
    for passage in passages:
        for call, outcomes in passage.steps.pauses.items():
            if outcomes & FAILURES == _NOT_FOUND:
                # what is waited for is not there yet
                perhaps = perhaps or not failures.statuses.may & ~_NOT_FOUND
                continue
            delay = pause_of(semantics, call) if outcomes & (FAILED | NOT_YET) else None
            if delay is not None:
                is_own = semantics.tree.within(call, passage.region)
                pauses.keep(semantics.waits.of(delay, passage.region, passage.given, passage.handed), outcomes, is_own=is_own)
        for call, outcomes in passage.steps.unknown.items():
            elsewhere = semantics.waits.elsewhere(call, passage.region) if outcomes & (FAILED | NOT_YET) else None
            if elsewhere is not None:
                pauses.keep(elsewhere, outcomes)
                continue
            perhaps = perhaps or (bool(outcomes & asked) and MAY_WAIT.search((dotted(call.func) or "").rpartition(".")[2]) is not None)
        pace = paced_by(semantics, passage.region)
        if pace is not None:
            pauses.pace(pace)
    perhaps_before = any(_begins_with_a_wait(passages))
    found = pauses.as_one()
    if found is None:
        somehow = perhaps or perhaps_before or any(may_pause(semantics, passage.region) for passage in passages)
        known = None if somehow else False
        return Wait("unknown" if somehow else "none", None, known, known, otherwise=pauses.otherwise)
    if found.server is False and any(is_noted(semantics, passage, asked) for passage in passages):
        found = replace(found, server=None)
    # each attempt may begin with a wait of its own
    return replace(found, jitter=found.jitter or None) if perhaps_before else found


def _begins_with_a_wait(passages: Sequence[Passage]) -> Iterator[bool]:
    """Whether a call before the first attempt of a pass may wait."""
    reached: dict[cst.Call, int] = {}
    for passage in passages:
        for call, outcomes in passage.steps.unknown.items():
            reached[call] = reached.get(call, 0) | outcomes
    for passage in passages:
        yield any(outcomes == NOT_YET for outcomes in passage.steps.limiters.values())
    for call, outcomes in reached.items():
        yield outcomes == NOT_YET and BEGINS_WITH_A_WAIT.search((dotted(call.func) or "").rpartition(".")[2]) is not None
