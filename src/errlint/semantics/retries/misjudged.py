"""Error codes that a policy treats otherwise than their API asks: retried in vain, given up too early, or forgotten beside others."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.lean import dataclass
from errlint.semantics.program.members import Literal
from errlint.semantics.program.tree import Tree
from errlint.semantics.retries.policy import Retried, RetryPolicy


@dataclass(frozen=True, eq=False)
class Misjudged:
    """Error codes that a policy treats otherwise than their API asks, for one reason.

    :ivar codes: the code, or those that one place forgets; :ivar retried: whether the policy tries again; :ivar literal: where the code is
    written, or the permanent one beside which they are missing; :ivar missing: whether they are written nowhere; :ivar under: the statuses
    with which the verdict holds, where it does not hold with all of them; :ivar catalogue: who says so.
    """

    codes: tuple[str, ...]
    retried: bool
    literal: Literal
    catalogue: Catalogue
    missing: bool = False
    under: tuple[int, ...] = ()


def misjudged(policy: RetryPolicy, tree: Tree) -> Iterator[Misjudged]:
    """The codes that are retried in vain although their status looks temporary, or given up although they may succeed.

    A code that is given up is judged only in a list with codes that are rightly given up: who gives it an arm of its own means it.
    Of all codes that the same test forgets, the first one beside which they are missing tells.
    """
    catalogue, retried = policy.catalogue, policy.retried
    if catalogue is None or not policy.trail:
        return
    told: set[str] = set()
    for literal in retried.written:
        code = str(literal.value)
        hopeless, hopeful = _split(catalogue, code)
        if code in retried.codes and hopeless:
            yield Misjudged((code,), True, literal, catalogue, under=hopeless if hopeful else ())
        elif code in retried.dropped and hopeful and not hopeless and _is_beside_permanent(literal, retried, catalogue, tree):
            yield Misjudged((code,), False, literal, catalogue)
        elif code in retried.dropped and hopeless and not hopeful:
            forgotten = tuple(other for other in _forgotten(catalogue, retried, hopeless) if other not in told)
            if forgotten:
                told.update(forgotten)
                yield Misjudged(forgotten, True, literal, catalogue, missing=True)


def _split(catalogue: Catalogue, code: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The statuses with which a code is permanent, and those with which it is temporary; () and () if any of them is not settled."""
    statuses = catalogue.statuses_of(code)
    verdicts = {status: catalogue.verdict(status=status, code=code).can_succeed for status in statuses}
    if None in verdicts.values():
        return (), ()
    return tuple(status for status in statuses if not verdicts[status]), tuple(status for status in statuses if verdicts[status])


def _is_beside_permanent(literal: Literal, retried: Retried, catalogue: Catalogue, tree: Tree) -> bool:
    parent = tree.parent
    return any(
        isinstance(parent[other.node], cst.Element)
        and parent.get(parent[other.node]) is parent.get(parent[literal.node])
        and str(other.value) in retried.dropped
        and catalogue.verdict(code=str(other.value)).can_succeed is False
        for other in retried.written
        if other is not literal
    )


def _forgotten(catalogue: Catalogue, retried: Retried, statuses: tuple[int, ...]) -> Iterator[str]:
    """Codes that are as permanent as the one that is given up, come with the same status, and are retried like any other."""
    told = {str(literal.value) for literal in retried.written} | retried.dropped
    for status in statuses:
        if retried.unnamed is None or not retried.unnamed.must >> status & 1:
            continue
        if catalogue.verdict(status=status).can_succeed is False:
            continue  # no code is needed to see it
        for code in catalogue.codes_at(status):
            if code not in told and catalogue.verdict(status=status, code=code).can_succeed is False:
                told.add(code)
                yield code
