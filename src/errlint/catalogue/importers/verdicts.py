"""One verdict out of everything that the documents say about a code or a status, and how they contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from errlint.catalogue.importers.facts import STRENGTH, Advice, Fact, Place, lines_of
from errlint.catalogue.schema import Evidence
from errlint.lean import dataclass

_CAN = {"yes": True, "no": False, "after_change": False}
_MORE_PRECISE = {"unstated": 0, "yes": 1, "no": 1, "after_change": 2, "conditional": 2, "after_poll": 3}


@dataclass(frozen=True, slots=True)
class Said:
    """The outcome: what counts, where it stands, how well it is founded, and what speaks against it."""

    advice: Advice
    places: tuple[Place, ...] = ()
    evidence: Evidence = "stated"
    disputed: str = ""

    @property
    def can_succeed(self) -> bool | None:
        """As :attr:`errlint.catalogue.verdicts.Verdict.can_succeed`."""
        return None if self.disputed else _CAN.get(self.advice.retry)


UNSTATED = Said(Advice("unstated"))


def settle(facts: Sequence[Fact], weight: Callable[[int], int], cite: Callable[[Iterable[Place]], str]) -> Said:
    """What counts of all advice on one subject: what is said before what is concluded, and of equals the more complete source.

    :param weight: how much a source says on the subject; :param cite: how places are told to people.
    """
    told = [fact for fact in facts if fact.value.retry != "unstated" or fact.value.action]
    if not told:
        return UNSTATED
    decided = [fact for fact in told if fact.value.retry != "unstated"] or told
    best = max(STRENGTH[fact.evidence] for fact in decided)
    strongest = [fact for fact in decided if STRENGTH[fact.evidence] == best]
    chosen = sorted(strongest, key=lambda fact: -weight(fact.at.source))
    first = chosen[0]
    merged: Advice = first.value
    against: list[Fact] = []
    for fact in chosen[1:]:
        if _contradict(merged, fact.value):
            against.append(fact)
        else:
            merged = _combined(merged, fact.value)
    with_it = [fact for fact in chosen if fact not in against]
    # the remedy may stand elsewhere than the verdict
    action = merged.action or next((fact.value.action for fact in told if fact.value.action), "")
    merged = replace(merged, action="" if merged.retry == "yes" else action)
    disputed = ""
    if against:
        disputed = f"{merged.retry} according to {cite(lines_of(with_it))}, {against[0].value.retry} according to {cite(lines_of(against))}"
    return Said(merged, lines_of(with_it), first.evidence, disputed)


def _contradict(one: Advice, other: Advice) -> bool:
    """Whether both cannot hold: one says yes and the other no, or one sets a condition and the other none."""
    if "unstated" in {one.retry, other.retry}:
        return False
    return (one.retry == "yes") != (other.retry == "yes")


def _combined(one: Advice, other: Advice) -> Advice:
    first, second = (one, other) if _MORE_PRECISE.get(one.retry, 0) >= _MORE_PRECISE.get(other.retry, 0) else (other, one)
    waits = {first.wait, second.wait}
    return replace(
        first,
        wait="poll" if first.retry == "after_poll" else "retry_after" if "retry_after" in waits else first.wait or second.wait,
        action=first.action or second.action,
        change=first.change or second.change,
        write_effect=first.write_effect or second.write_effect,
        idempotency_key=first.idempotency_key or second.idempotency_key,
    )
