"""Loops that ask again without anything having failed: they wait for something to be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.meaning import Kind
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.exception_types import FEW
from errlint.semantics.retries.outcomes import ANYTHING, FAILURES, LIMITED, NO_ANSWER, NOT_YET
from errlint.semantics.retries.sent.renewals import renews
from errlint.semantics.retries.waiting.pauses import pause_of
from errlint.semantics.retries.words import STATUS_WORDS, last_word
from errlint.semantics.values.status_sets import ERRORS, OK, UNKNOWN

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.exits import Region
    from errlint.semantics.retries.by_hand.passages import Passage
    from errlint.semantics.retries.policy import Attempt

_WAITS = later(r"^_*(a?wait|poll)|_poll_|(?<!al)ready|healthy?($|_)|alive", re.IGNORECASE)
"""Names of functions that ask again until something is up or done elsewhere: that is no retry, whatever they ask with."""
_PROBES = later(r"^_*(ping|probe|watch|until|reconnect)|_until_", re.IGNORECASE)
"""Names of functions that seem to do so: what brings something of their caller's along does more than to ask."""
_PAYLOADS = frozenset({"json", "data", "content", "body", "files"})
"""The arguments that clients take what a request brings along by."""
_NOT_FOUND = 1 << 404
_IN_USE = _NOT_FOUND | 1 << 409 | 1 << 412 | 1 << 423
"""Statuses (a set) of what is not there yet, or is busy with something else (RFC 9110, section 15.5.10; RFC 4918, section 11.3).

A precondition that does not hold (RFC 9110, section 15.5.13) is one of a lock: nobody else must have written it.
"""
_OF_A_THING = later(r"NotFound|NoSuch|DoesNotExist|NotExist|NotReady|NotYet|InUse|Exists|Locked|Conflict|BeingDeleted")
"""Names of exceptions that say of something that it is not there yet, or is busy."""
_READS = frozenset({"GET", "HEAD"})
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_HOPS = 2
_MANY = 20
"""Who asks so often has no failure in mind, but somebody who takes a minute."""
_OF_HEALTH = later(r"/(health|healthz|healthcheck|livez?|readyz?|ping|heartbeat)/?$", re.IGNORECASE)
"""Ends of addresses at which servers say that they are up; Kubernetes calls them `healthz`, `livez` and `readyz`."""
_OF_THIS_MACHINE = later(r"https?://(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\])(?=[:/]|\Z)", re.IGNORECASE)
"""Beginnings of addresses that lead to the machine that asks (RFC 6761, section 6.3; RFC 1122, section 3.2.1.3)."""

_OF_CREDENTIALS = later(r"auth|log_?in|sign_?in|token|session", re.IGNORECASE)
"""Addresses of what gives credentials: who asks them has changed nothing."""
_STARTS = frozenset(
    {"subprocess.Popen", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "multiprocessing.Process", "pexpect.spawn"}
)
"""Calls that start a process beside this one: a server that takes a while to come up."""


def is_poll(semantics: Semantics, attempt: Attempt, found: Passage) -> bool:
    """Whether a passage waits for what is asked for: it comes to exist, it is made or set free meanwhile, or the server comes up."""
    back = found.back & FAILURES
    if back == _NOT_FOUND or (back and not back & ~_IN_USE and attempt.catalogue is None):
        return True
    if _waits_for_a_thing(semantics, found):
        return True
    if _is_named(semantics, found.region, _PROBES) and (found.back & OK or not _brings_along(semantics, attempt)):
        return True
    if isinstance(found.region, cst.FunctionDef):
        return False
    is_question = attempt.method in _READS and _asks_for_any_answer(semantics, attempt.call)
    if is_question and found.back & FAILURES == NO_ANSWER:
        return True
    is_local = attempt.method in _READS and _is_on_this_machine(semantics, attempt.call)
    if (is_question or is_local) and _starts_a_process(semantics, found.region):
        return True
    if is_question and (_is_about_health(semantics, attempt.call) or _has_changed_something(semantics, found.region)):
        return True
    if _comes_back_for_a_state(semantics, found):
        return True
    if _waits_for_a_change(semantics, attempt, found) or _waits_until_up(semantics, attempt, found):
        return True
    by_answers = found.back & ERRORS & ~found.caught
    if not by_answers:
        return False
    if by_answers == 1 << LIMITED:
        return False  # that is there, and the server is up
    if not found.caught & FAILURES and _waits_first(semantics, found):
        return True
    return attempt.method in _READS and bool(found.caught & NO_ANSWER) and asks_only_for_success(semantics, attempt.call)


def _waits_for_a_thing(semantics: Semantics, found: Passage) -> bool:
    """``except NoSuchEntityException: sleep(2)``, at intervals: what is asked for is not there yet, or somebody has it; all else goes out.

    So do the statuses of that, one by one.
    """
    if not _asks_many_times(semantics, found) or not _asks_at_intervals(semantics, found):
        return False
    back = found.back & FAILURES
    if back and not back & ~_IN_USE:
        return True
    handlers = [one for one in semantics.tree.inside(found.region, cst.ExceptHandler, into_functions=False) if not leaves(one.body)]
    if len(handlers) != 1 or handlers[0].type is None or back & ~found.caught:
        return False
    written = handlers[0].type
    types = [one.value for one in written.elements] if isinstance(written, cst.Tuple) else [written]
    return all(_OF_A_THING.search(last_word(one)) for one in types)


def _comes_back_for_a_state(semantics: Semantics, found: Passage) -> bool:
    """``if e.code != 14: raise`` and ``sleep(2)``, many times over: one number of the API's own says that it is not that far yet.

    No failure is sent back but by that test, and the loop asks at fixed intervals, more often than a retry does.
    """
    if not isinstance(found.region, cst.For) or found.retried.must or not _asks_many_times(semantics, found):
        return False
    if not _asks_at_intervals(semantics, found):
        return False
    asked = [node for test in found.walk.reached if isinstance(test, cst.Comparison) for node in [_number_of_a_code(test)] if node]
    return len(set(asked)) == 1


def _waits_for_a_change(semantics: Semantics, attempt: Attempt, found: Passage) -> bool:
    """``call("POST", "/reboot")`` and ``for _ in range(40): sleep(3)``: a loop asks at intervals for what takes its time.

    Something was changed before it, or it waits first; and it asks many times, or the code has waited before.
    """
    named = attempt.method is None and any(words.search(last_word(attempt.call.func)) for words in (_PROBES, _WAITS))
    if not (attempt.method in _READS or named) or not _asks_at_intervals(semantics, found):
        return False
    if not _asks_many_times(semantics, found) and not _pauses_before(semantics, found.region):
        return False
    return _waits_first(semantics, found) or any(_changes(semantics, call) for call in _before(semantics, found.region))


def _waits_until_up(semantics: Semantics, attempt: Attempt, found: Passage) -> bool:
    """Whether a loop asks at intervals, many times, whatever comes: other successes are no more what it waits for than errors are.

    Or it takes nothing of an answer but that it is a success.
    """
    reads = attempt.method in _READS or (attempt.method is None and len(attempt.call.args) == 1 + _has_timeout(attempt.call))
    if not reads or not _asks_at_intervals(semantics, found) or not _asks_many_times(semantics, found):
        return False
    whatever = bool(found.back & OK) and (found.back & ERRORS).bit_count() > FEW
    return whatever or asks_only_for_success(semantics, attempt.call)


def _has_timeout(call: cst.Call) -> bool:
    """``urlopen(url, timeout=3)``: with nothing else it is a GET."""
    return any(argument.keyword is not None and argument.keyword.value == "timeout" for argument in call.args)


def _asks_many_times(semantics: Semantics, found: Passage) -> bool:
    """Whether a loop has so many passes, or no number of them is told."""
    if not isinstance(found.region, cst.For):
        return isinstance(found.region, cst.While)
    if not isinstance(found.region.iter, cst.Call) or len(found.region.iter.args) != 1:
        return False
    return (semantics.waits.number(found.region.iter.args[0].value) or 0) >= _MANY


def _asks_at_intervals(semantics: Semantics, found: Passage) -> bool:
    """Whether a loop waits, and each time as long: a number of seconds."""
    waits = [pause_of(semantics, call) for call, outcomes in found.steps.pauses.items() if outcomes & (FAILURES | NOT_YET)]
    return bool(waits) and all(wait is not None and semantics.waits.number(wait) is not None for wait in waits)


def _number_of_a_code(test: cst.Comparison) -> int | None:
    """The number that a test compares a code with, where that can be no status of HTTP."""
    if len(test.comparisons) != 1 or not isinstance(test.comparisons[0].operator, (cst.Equal, cst.NotEqual)):
        return None
    other = test.comparisons[0].comparator
    if last_word(test.left).lower() not in STATUS_WORDS or not isinstance(other, cst.Integer):
        return None
    return other.evaluated_value if not 100 <= other.evaluated_value < 600 else None


def waits_by_name(semantics: Semantics, region: Region) -> bool:
    """Whether the function around a region is called as what waits for something elsewhere."""
    return _is_named(semantics, region, _WAITS)


def _is_named(semantics: Semantics, region: Region, words: re.Pattern[str]) -> bool:
    function = region if isinstance(region, cst.FunctionDef) else semantics.tree.enclosing(region, cst.FunctionDef)
    return function is not None and words.search(function.name.value) is not None


def _brings_along(semantics: Semantics, attempt: Attempt) -> bool:
    """Whether a request that writes has a body that is made of what the function was given."""
    if attempt.method in _READS:
        return False
    payloads = (argument.value for argument in attempt.call.args if argument.keyword is not None and argument.keyword.value in _PAYLOADS)
    return any(_is_given(semantics, payload, _HOPS) for payload in payloads)


def _is_given(semantics: Semantics, value: cst.BaseExpression, hops: int) -> bool:
    """Whether a value has a parameter in it."""
    for name in (value, *semantics.tree.inside(value, cst.Name)):
        if isinstance(name, cst.Name):
            bindings = semantics.scopes.reaching(name)
            if any(binding.how is How.PARAMETER for binding in bindings) and name.value not in ("self", "cls"):
                return True
            made = (binding.value for binding in bindings if binding.how is How.VALUE and binding.value is not None)
            if hops and any(_is_given(semantics, one, hops - 1) for one in made):
                return True
    return False


def _starts_a_process(semantics: Semantics, region: Region) -> bool:
    """Whether code before a loop, in its function, starts a process: that is what is waited for."""
    tree = semantics.tree
    around = tree.enclosing(region, cst.FunctionDef) or tree.module
    before = (call for call in tree.inside(around, cst.Call) if tree.order[call] < tree.order[region])
    return any((semantics.names.qualified(call.func) or "") in _STARTS for call in before)


def _has_changed_something(semantics: Semantics, region: Region) -> bool:
    """Whether the block of a loop begins with a request that writes, and a wait: ``call("POST", "/reboot")`` and ``sleep(20)``."""
    tree = semantics.tree
    block = tree.parent.get(region)
    wrote = False
    for statement in block.body if isinstance(block, cst.IndentedBlock) else ():
        if statement is region:
            return False
        for call in tree.inside(statement, cst.Call):
            sent = semantics.attempts.of_call(call) if not wrote else None
            wrote = wrote or (sent is not None and sent.method is not None and sent.method not in _READS)
            if wrote and pause_of(semantics, call) is not None:
                return True
    return False


def _before(semantics: Semantics, region: Region) -> Iterator[cst.Call]:
    """The calls of the function that a loop stands in, before it."""
    tree = semantics.tree
    around = tree.enclosing(region, cst.FunctionDef) or tree.module
    calls = tree.inside(around.body if isinstance(around, cst.FunctionDef) else around, cst.Call, into_functions=False)
    return (call for call in calls if tree.order[call] < tree.order[region])


def _changes(semantics: Semantics, call: cst.Call) -> bool:
    """Whether a call sends a request that writes, and not one for credentials: ``call("POST", "/reboot")``."""
    sent = semantics.attempts.of_call(call)
    if sent is None or sent.method in _READS or (sent.method is None and _WRITES.isdisjoint(_texts_in(semantics, call))):
        return False
    return not renews(semantics, call) and not any(map(_OF_CREDENTIALS.search, _texts_in(semantics, call)))


def _pauses_before(semantics: Semantics, region: Region) -> bool:
    """Whether code waits before a loop: what it asks for takes its time."""
    return any(pause_of(semantics, call) is not None for call in _before(semantics, region))


def _waits_first(semantics: Semantics, found: Passage) -> bool:
    """Whether every pass begins with a wait, the first one, too: what is made elsewhere takes its time."""
    tree = semantics.tree
    if found.rotated:
        return False  # the pass looks at an answer first
    if isinstance(found.region, cst.While) and found.predicates.range_of(found.region.test) not in (ANYTHING, UNKNOWN):
        return False  # the first answer came before the loop
    for statement in found.region.body.body:
        if tree.within(found.attempt, statement):
            return False
        if isinstance(statement, cst.SimpleStatementLine):
            calls = tree.inside(statement, cst.Call)
            if any(pause_of(semantics, call) is not None for call in calls):
                return True
    return False


def _asks_for_any_answer(semantics: Semantics, call: cst.Call) -> bool:
    """Whether all that is asked is if somebody answers: nothing else of the answer is used, or the address is made for the question."""
    tree = semantics.tree
    value: cst.CSTNode = call
    while isinstance(tree.parent.get(value), cst.Await):
        value = tree.parent[value]
    if isinstance(tree.parent.get(value), cst.Expr) or asks_only_for_success(semantics, call):
        return True
    return _is_about_health(semantics, call)


def _is_about_health(semantics: Semantics, call: cst.Call) -> bool:
    """Whether an address is that at which servers say that they are up."""
    return any(map(_OF_HEALTH.search, _texts_in(semantics, call)))


def _is_on_this_machine(semantics: Semantics, call: cst.Call) -> bool:
    """Whether an address is one of the machine that asks, be it written there or in a name."""
    names = (name for argument in call.args for name in (argument.value, *semantics.tree.inside(argument.value, cst.Name, cst.Attribute)))
    named = (text for name in names if isinstance(name, (cst.Name, cst.Attribute)) for text in semantics.constants.strings(name))
    return any(map(_OF_THIS_MACHINE.match, (*_texts_in(semantics, call), *named)))


def _texts_in(semantics: Semantics, call: cst.Call) -> Iterator[str]:
    """The texts that are written in a call."""
    for text in semantics.tree.inside(call, cst.SimpleString):
        value = string_value(text)
        if value is not None:
            yield value
    yield from (text.value for text in semantics.tree.inside(call, cst.FormattedStringText))


def asks_only_for_success(semantics: Semantics, call: cst.Call) -> bool:
    """Whether nothing of an answer is used but whether it is a success: all that is asked is if somebody answers."""
    uses = _uses_of_answer(semantics, call)
    return bool(uses) and all(_is_success(semantics, use) for use in uses)


def uses_besides_success(semantics: Semantics, call: cst.Call) -> list[cst.CSTNode]:
    """What else an answer is asked for; the call itself where it is not known what becomes of its answer."""
    uses = _uses_of_answer(semantics, call)
    return [use for use in uses if not _is_success(semantics, use)] if uses else [call]


def _uses_of_answer(semantics: Semantics, call: cst.Call) -> list[cst.CSTNode]:
    """What is made of an answer, and of the name that it is given; nothing where that is not seen."""
    tree = semantics.tree
    value: cst.CSTNode = call
    outer = tree.parent.get(call)
    while isinstance(outer, cst.Await):
        value, outer = outer, tree.parent.get(outer)
    if isinstance(outer, cst.Attribute):
        return [outer]
    target = outer.targets[0].target if isinstance(outer, cst.Assign) and len(outer.targets) == 1 and outer.value is value else None
    if isinstance(outer, cst.WithItem) and outer.asname is not None:
        target = outer.asname.name
    return list(_uses(semantics, target)) if isinstance(target, cst.Name) else []


def _uses(semantics: Semantics, target: cst.Name) -> Iterator[cst.CSTNode]:
    """What is made of a name in its function: the attributes that are read of it, else the name itself."""
    tree = semantics.tree
    around = tree.enclosing(target, cst.FunctionDef) or tree.module
    for name in tree.inside(around, cst.Name):
        parent = tree.parent.get(name)
        binds = isinstance(parent, (cst.AssignTarget, cst.AnnAssign, cst.AsName, cst.Arg)) and _is_bound(parent, name)
        if name.value != target.value or binds:
            continue
        if isinstance(parent, cst.Attribute) and parent.value is not name:
            continue
        yield parent if isinstance(parent, cst.Attribute) else name


def _is_bound(parent: cst.CSTNode, name: cst.Name) -> bool:
    return not isinstance(parent, cst.Arg) or parent.keyword is name


def _is_success(semantics: Semantics, use: cst.CSTNode) -> bool:
    if isinstance(use, cst.Attribute):
        meaning = semantics.meaning(use)
        return use.attr.value == "raise_for_status" or (meaning is not None and meaning.kind in (Kind.STATUS, Kind.OK, Kind.REASON))
    parent = semantics.tree.parent.get(use)
    # `if response:`, `response is not None and …`
    return isinstance(parent, (cst.If, cst.While, cst.BooleanOperation, cst.UnaryOperation, cst.Comparison))
