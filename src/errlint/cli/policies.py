"""A retry policy in words, for ``errlint debug retries``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from errlint.semantics.retries.exception_types import ASKED_FIRST
from errlint.semantics.values.status_sets import ERRORS, in_words
from errlint.terminal import Style, printable, wrapped

if TYPE_CHECKING:
    import libcst as cst

    from errlint.semantics.project.imported import Imported
    from errlint.semantics.project.summaries import Spot
    from errlint.semantics.retries.policy import Attempt, Retried, RetryPolicy, Stop, Wait
    from errlint.source import Source

_LONGEST = 60


def describe(policy: RetryPolicy, source: Source, style: Style, imported: Imported | None = None) -> Iterator[str]:
    """The lines of one policy, with the line of the source behind each fact.

    :param imported: the project, which knows where places in other modules are.
    """
    head = f"{source.path}:{_line(policy.node, source)} {policy.mechanism}"
    if policy.catalogue is not None:
        head += f" [{policy.catalogue.id}]"
    yield style.paint(printable(head), "bold") + "\n"
    there = policy.elsewhere
    if there is None:
        waits, stops = list(_wait(policy.wait, policy.retried, source)), [_stop(policy.stop, source)]
    else:
        waits = [fact + _shown(there.waits, imported) for fact in _wait(there.wait, policy.retried, source)]
        stops = [_stop(there.stop, source) + _shown(there.stops, imported)]
    for label, facts in (
        ("what", [_attempt(attempt, source) for attempt in policy.attempts] or ["nothing that is known to do HTTP"]),
        ("which", list(_failures(policy.retried, source))),
        ("wait", waits),
        ("stop", stops),
    ):
        for number, fact in enumerate(facts):
            prefix = f"  {'' if number else label:<6}"
            yield from (f"{line}\n" for line in wrapped(prefix, prefix, fact, style))


def _shown(spots: Sequence[Spot], imported: Imported | None) -> str:
    """Where another module says so."""
    found = [imported.location(spot) for spot in spots[:1]] if imported is not None else []
    return "".join(f" ({place.path}:{place.line})" for place in found if place is not None)


def _line(node: cst.CSTNode, source: Source) -> int:
    return source.location(node).line


def _code(node: cst.CSTNode, source: Source) -> str:
    text = " ".join(source.code(node).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _attempt(attempt: Attempt, source: Source) -> str:
    raises = {True: "an error status raises", False: "an error status is returned", None: "may raise for an error status"}[attempt.raises]
    method = f"{attempt.method}, " if attempt.method else ""
    return f"{_code(attempt.call, source)} ({method}{raises}; line {_line(attempt.call, source)})"


def _failures(retried: Retried, source: Source) -> Iterator[str]:
    told = retried.unnamed or retried.statuses  # of codes that are named, the names say more
    certain, possible = told.must, told.may & ~told.must
    transport = {True: ["no answer"], None: [], False: []}[retried.transport]
    yield "again after " + (", ".join([*in_words(certain & ERRORS), *transport, *sorted(retried.codes)]) or "nothing for certain")
    perhaps = [*in_words(possible & ERRORS), *(["no answer"] if retried.transport is None else []), *sorted(retried.perhaps)]
    if perhaps:
        yield "perhaps after " + ", ".join(perhaps)
    others = ["any other code"] if retried.unnamed is not None and not retried.unnamed.may else []
    if retried.dropped or others:
        yield "not after " + ", ".join([*sorted(retried.dropped), *others])
    if retried.named:
        yield "by name " + ", ".join(in_words(retried.named & ERRORS))
    for place in retried.places:
        yield f"line {_line(place.node, source)}: {place.note}"


def _wait(wait: Wait, retried: Retried, source: Source) -> Iterator[str]:
    growth = {"none": "no wait", "constant": "always the same", "growing": "longer each time", "unknown": "not known"}[wait.growth]
    if wait.server and wait.growth == "constant" and wait.seconds is None:
        asked = next((status for status in ASKED_FIRST if retried.named >> status & 1), None)
        growth = "as long as the server says" + (f" after {asked}" if asked is not None else "")
    parts = [f"{growth}, or always the same" if wait.steady else growth]
    if wait.seconds is not None:
        parts.append(f"first {wait.seconds:g} s")
    if wait.cap is not None:
        parts.append(f"at most {wait.cap:g} s")
    parts.append({True: "with jitter", False: "without jitter", None: "jitter not known"}[wait.jitter])
    parts.append({True: "follows the server", False: "does not ask the server", None: "may follow the server"}[wait.server])
    where = f" (line {_line(wait.node, source)}: {_code(wait.node, source)})" if wait.node is not None else ""
    yield ", ".join(parts) + where
    for place in wait.places:
        yield f"line {_line(place.node, source)}: {place.note}"
    for one in wait.each if wait.apart else wait.each[1:]:
        yield from (f"after {'other' if one is wait.otherwise else 'some'} failures: {told}" for told in _wait(one, retried, source))


def _stop(stop: Stop, source: Source) -> str:
    where = f" (line {_line(stop.node, source)}: {_code(stop.node, source)})" if stop.node is not None else ""
    if stop.bounded is None:
        return f"not known{where}"
    if not stop.bounded:
        return f"never{where}"
    limits = [f"after {stop.attempts} attempts"] if stop.attempts is not None else []
    limits += [f"after {stop.seconds:g} s"] if stop.seconds is not None else []
    return (" or ".join(limits) or "there is a limit") + where
