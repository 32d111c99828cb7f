"""Do the statements about retries fit together?

Refused are two of equal rank that disagree, cases that are never reached, and verdicts that nobody gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from errlint.catalogue.parts import Part
from errlint.catalogue.problem import KeyPath, Problem
from errlint.catalogue.schema import Case, CodeRule, Statement, When
from errlint.catalogue.verdicts import Facts, decide, is_observable, rank, same_words


def contradictions(part: Part) -> Iterator[Problem]:
    """Everything that is wrong with the statements of one part of a catalogue."""
    code, status = part.where("code"), part.where("status")
    yield from _alias_groups(part, code)
    for index, rule in enumerate(part.code):
        yield from _statement(rule, (*code, index), part)
        yield from _cases(rule.case, (*code, index, "case"), part)
        yield from _reached(rule, (*code, index))
        yield from _decided(rule, (*code, index), part)
    for key, default in part.status.items():
        yield from _statement(default, (*status, key), part)
        yield from _cases(default.case, (*status, key, "case"), part)


def _alias_groups(part: Part, at: KeyPath) -> Iterator[Problem]:
    groups: dict[str, list[tuple[int, CodeRule]]] = {}
    for index, rule in enumerate(part.code):
        if rule.alias_group:
            groups.setdefault(rule.alias_group, []).append((index, rule))
    for group, members in groups.items():
        index, first = members[0]
        if sum(len(rule.names) for _, rule in members) < 2:
            yield Problem(f"alias group '{group}' has one code only", (*at, index, "alias_group"), "name the others, or drop it")
        for other, rule in members[1:]:
            if (rule.retry, rule.wait) != (first.retry, first.wait):
                hint = f"codes that mean the same are retried the same way: '{first.retry}' and '{rule.retry}' cannot both hold"
                yield Problem(f"alias group '{group}' contradicts itself", (*at, other, "retry"), hint)


def _statement(said: Statement, at: KeyPath, part: Part) -> Iterator[Problem]:
    """What a statement has to bring along."""
    if said.retry in {"conditional", "after_change"} and not said.change:
        yield Problem(f"'{said.retry}' without saying what has to change", (*at, "retry"), 'add `change = "…"`')
    if said.retry == "after_poll" and not said.poll:
        yield Problem("'after_poll' without saying what to poll", (*at, "retry"), 'add `poll = "…"`')
    if said.retry == "no" and said.wait:
        yield Problem("a wait before a retry that cannot succeed", (*at, "wait"), "drop `wait`, or correct `retry`")
    if said.wait == "retry_after" and not part.retry_after:
        hint = "add [[retry_after]] with the place and its format, or write wait = 'backoff'"
        yield Problem("waits for a time to retry that the catalogue does not know of", (*at, "wait"), hint)


def _cases(cases: tuple[Case, ...], at: KeyPath, part: Part) -> Iterator[Problem]:
    for index, case in enumerate(cases):
        yield from _statement(case, (*at, index), part)
        if case.when == When():
            yield Problem("a case without circumstances", (*at, index, "when"), "say in `when` what has to hold")
        for method in case.when.method:
            if method != method.upper():
                yield Problem(
                    f"'{method}' is no method", (*at, index, "when", "method"), f"methods are spelt in capitals: '{method.upper()}'"
                )
    for (_, one), (index, other) in combinations(enumerate(cases), 2):
        if _compete(one.when, other.when):
            what = "repeats" if (one.retry, one.wait) == (other.retry, other.wait) else "contradicts"
            yield Problem(f"this case {what} an earlier one of equal rank", (*at, index, "when"), "let their `when` exclude each other")


def _compete(one: When, other: When) -> bool:
    """True if both cases can hold at once and neither is the more precise one."""
    if not (is_observable(one) and is_observable(other)):
        return one == other
    return (
        rank(one) == rank(other)
        and one.status == other.status
        and same_words(one.operation, other.operation)
        and one.type == other.type
        and (one.method == other.method or not set(one.method).isdisjoint(other.method))
    )


def _reached(rule: CodeRule, at: KeyPath) -> Iterator[Problem]:
    for index, case in enumerate(rule.case):
        wanted = case.when.status
        if wanted is not None and rule.status and wanted not in rule.status:
            place = (*at, "case", index, "when", "status")
            hint = f"add {wanted} to `status` of the [[code]], or drop the case"
            yield Problem(f"this case is never reached: the code does not come with status {wanted}", place, hint)
        if case.when.type and rule.type and case.when.type != rule.type:
            place = (*at, "case", index, "when", "type")
            hint = "correct one of them, or drop `type` of the [[code]] if it varies"
            yield Problem(f"this case is never reached: the code comes with the type '{rule.type}'", place, hint)


def _decided(rule: CodeRule, at: KeyPath, part: Part) -> Iterator[Problem]:
    """``by_status`` needs a case or a [status] table for every status that the code comes with."""
    if rule.retry == "by_code":
        yield Problem("a code cannot leave the verdict to the code", (*at, "retry"), "say it here, or 'by_status', or 'unstated'")
    if rule.retry != "by_status":
        return
    name = rule.names[0] if rule.names else rule.pattern
    if not rule.status:
        yield Problem(f"'{name}' leaves the verdict to its status, but has none", (*at, "retry"), "add `status`")
    for status in rule.status:
        verdict = decide(name, rule, part.status, Facts(status=status))
        if verdict.says is None or verdict.retry in {"by_status", "by_code"}:
            hint = f"add a [[code.case]] with when = {{ status = {status} }}, or [status.{status}]"
            yield Problem(f"nothing decides on '{name}' under status {status}", (*at, "retry"), hint)
