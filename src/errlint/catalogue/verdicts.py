"""May this be retried? The verdict of a catalogue on what is known of an error.

The more precise statement wins: (code, status, operation) > (code, status) > code > status > class of status. A header that overrides
all of them (``override_headers``) is only known at run time and is not looked at here. ``unstated`` and ``ambiguous`` are answers: they
are never replaced by a less precise statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from errlint.catalogue.schema import Case, CodeRule, Retry, Statement, StatusRule, Wait, When
from errlint.lean import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a catalogue says about repeating a request.

    ``because`` names the statement that decided ("code TIMEOUT", "status 503", …). ``says`` is that statement, with
    ``change``, ``poll``, ``write_effect`` and the rest; None if the catalogue has none. ``disputed``, if not empty, tells how
    the document contradicts itself there: draw no conclusion then.
    """

    retry: Retry
    wait: Wait = ""
    because: str = ""
    disputed: str = ""
    says: Statement | None = None

    @property
    def can_succeed(self) -> bool | None:
        """Can the same request succeed if it is simply sent again? None where the catalogue does not settle it, or contradicts itself."""
        if self.disputed:
            return None
        return {"yes": True, "no": False, "after_change": False}.get(self.retry)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an error: only facts that can be told from code."""

    status: int | None = None
    operation: str | None = None
    method: str | None = None
    type: str | None = None


def decide(code: str | None, rule: CodeRule | None, statuses: Mapping[str, StatusRule], facts: Facts) -> Verdict:
    """The verdict for a code (``rule``: what the catalogue says of it, None if nothing) under the given facts."""
    if rule is None:
        verdict = _by_status(statuses, facts)
        return verdict if code is None else _with_prefix(f"code {code} is not in the catalogue; ", verdict)
    found = best_case(rule.case, facts)
    if found is not None:
        return _verdict(found, f"code {code} {_told(found.when)}")
    if rule.retry != "by_status":
        return _verdict(rule, f"code {code}")
    if facts.status is not None:
        told = _with_prefix(f"code {code}, ", _by_status(statuses, facts))
        return replace(told, disputed=rule.disputed or told.disputed)
    return _agreed(code, rule, statuses, facts)


def best_case(cases: Iterable[Case], facts: Facts) -> Case | None:
    """The most precise case whose circumstances all hold; cases that code cannot tell apart never do."""
    return max((case for case in cases if _holds(case.when, facts)), key=lambda case: rank(case.when), default=None)


def rank(when: When) -> tuple[bool, bool, bool, bool]:
    """How precise the circumstances are; two cases of equal rank speak of the same kinds of facts."""
    return (bool(when.operation), bool(when.type), bool(when.method), when.status is not None)


def is_observable(when: When) -> bool:
    """True if code alone can tell that the circumstances hold."""
    return any(rank(when)) and not (when.param or when.header or when.sdk_version or when.cause)


def same_words(one: str, other: str) -> bool:
    """Operations are compared without regard to case, white space, underscores and hyphens."""
    return _folded(one) == _folded(other)


def _by_status(statuses: Mapping[str, StatusRule], facts: Facts) -> Verdict:
    if facts.status is None:
        return Verdict("unstated", because="neither a code nor a status that the catalogue knows")
    for key in (str(facts.status), f"{facts.status // 100}xx"):
        rule = statuses.get(key)
        if rule is not None:
            found = best_case(rule.case, facts)
            return _verdict(rule, f"status {key}") if found is None else _verdict(found, f"status {key} {_told(found.when)}")
    return Verdict("unstated", because=f"the catalogue says nothing of status {facts.status}")


def _agreed(code: str | None, rule: CodeRule, statuses: Mapping[str, StatusRule], facts: Facts) -> Verdict:
    """Without a status: what holds under every status the code comes with, if that is one and the same."""
    answers = [decide(code, rule, statuses, replace(facts, status=status)) for status in rule.status]
    if answers and len({(answer.retry, answer.wait) for answer in answers}) == 1:
        return answers[0]
    return _verdict(rule, f"code {code}")


def _holds(when: When, facts: Facts) -> bool:
    return (
        is_observable(when)
        and when.status in {None, facts.status}
        and (not when.operation or (facts.operation is not None and same_words(when.operation, facts.operation)))
        and (not when.method or (facts.method is not None and facts.method.upper() in when.method))
        and (not when.type or when.type == facts.type)
    )


def _verdict(statement: Statement, because: str) -> Verdict:
    return Verdict(statement.retry, statement.wait, because, statement.disputed, statement)


def _with_prefix(prefix: str, verdict: Verdict) -> Verdict:
    return Verdict(verdict.retry, verdict.wait, prefix + verdict.because, verdict.disputed, verdict.says)


def _told(when: When) -> str:
    parts = (
        f"status {when.status}" if when.status is not None else "",
        f"operation “{when.operation}”" if when.operation else "",
        "/".join(when.method),
        f"type {when.type}" if when.type else "",
    )
    return "with " + ", ".join(part for part in parts if part)


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())
