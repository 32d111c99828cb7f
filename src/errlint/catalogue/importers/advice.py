"""What a sentence advises about sending a request again.

Read is what the words say, clause by clause: that a retry may help or not, what has to be different first, how long to wait, and who has to
see to it. A text that says nothing of these gives None: what is not said is unstated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from errlint.catalogue.importers.facts import Advice
from errlint.catalogue.importers.phrases import (
    ACTIONS,
    AFTER,
    BEFORE,
    FIRST,
    HAPPENS_ELSEWHERE,
    HEDGE,
    IMPERATIVE,
    KEY,
    LOOK_ONLY,
    MAY_BE_DONE,
    NOT,
    OWN_TIME,
    PERSISTS,
    POLL,
    RETRY,
    ROLLED_BACK,
    SERVER_TIME,
    STATEMENT,
    THEN,
    THROTTLE,
    TIME_ONLY,
    WITH,
)
from errlint.catalogue.schema import Retry, Wait

_OF_THE_REQUEST = {"request", "credentials", "permissions"}
"""What has to change here is the request itself, so the same one never succeeds."""


def advice(text: str, *, imperative: bool = True) -> Advice | None:
    """What a text advises; None if it says nothing about it.

    :param imperative: whether "Check the ID" counts as an instruction (in a column of remedies, not in one of meanings).
    """
    found = [one for clause in _clauses(text) if (one := _of_clause(clause, imperative)) is not None]
    if not found:
        return None
    merged = found[0]
    for one in found[1:]:
        merged = _together(merged, one)
    effect: Literal["", "rolled_back", "maybe_partial"] = ""
    if ROLLED_BACK.search(text) or MAY_BE_DONE.search(text):
        effect = "rolled_back" if ROLLED_BACK.search(text) else "maybe_partial"
    key = KEY.search(text)
    return replace(
        merged,
        write_effect=effect,
        idempotency_key="" if key is None else "reuse" if key["no"] or key[0].lower().startswith("same") else "new",
        hedged=is_hedged(text),
    )


def is_hedged(text: str) -> bool:
    """Whether a text says that there are other cases ("usually")."""
    return bool(HEDGE.search(text))


def actions(text: str) -> str:
    """What somebody has to see to, if the text names a thing that errors come from."""
    return next((action for action, pattern in ACTIONS if pattern.search(text)), "")


def refine(verdict: str, said: Advice | None) -> Advice:
    """The advice of a row whose cell says yes, no or maybe and whose notes say ``said``."""
    if verdict == "yes":
        if said is None or said.retry in {"no", "unstated"}:
            return Advice("yes", said.wait if said else "")
        return replace(said, retry="yes") if said.retry == "after_change" and not said.change else said
    if verdict == "no":
        if said is not None and said.retry == "after_change":
            return said
        return Advice("no", action=said.action if said else "")
    if verdict == "maybe":
        if said is not None and said.retry in {"conditional", "after_change", "after_poll"}:
            return said
        return Advice("unstated") if said is None else Advice("conditional", said.wait, change="see the document")
    return said or Advice("unstated")


def together(one: Advice | None, other: Advice | None) -> Advice | None:
    """The advice of two texts about the same thing."""
    return one if other is None else other if one is None else _together(one, other)


def _clauses(text: str) -> Iterable[str]:
    """The parts of a text that each say one thing; what stands in parentheses goes along."""
    plain = re.sub(r"\s+", " ", text.replace("’", "'").replace("`", "")).strip()
    for clause in re.split(r"(?<=[a-z)\d\"']{2})[.;!?](?:\s+|$)|\s+[—–]\s+|\s+-\s+|(?<=\w):\s+(?=[A-Za-z])", plain):
        if clause.strip():
            yield clause.strip(" .;")


def _of_clause(clause: str, imperative: bool) -> Advice | None:
    if PERSISTS.match(clause):
        return None
    poll = POLL.search(clause)
    if RETRY.search(_without_header(clause)):
        return _of_retry(clause, poll["poll"].strip() if poll else "")
    if poll is not None and poll["poll"].strip() and clause.lower().startswith(("poll", "wait")):
        return Advice("unstated", poll=poll["poll"].strip())
    if SERVER_TIME.search(clause) and not NOT.search(clause):
        return Advice("yes", "retry_after")
    if THROTTLE.search(clause) and imperative:
        return Advice("yes", "backoff")
    first = FIRST.match(clause)
    if first is not None and imperative:
        return _changed(first["change"])
    if imperative and IMPERATIVE.match(clause):
        if LOOK_ONLY.search(clause):
            return Advice("unstated")
        return Advice("no", action=actions(clause) or "request", inferred=True)
    return None


def _without_header(clause: str) -> str:
    """The name of the header is no word about a retry."""
    return re.sub(r"\bretry[- ]after\b(?! (?:a|the|some|\d))", "the header", clause, flags=re.IGNORECASE)


def _of_retry(clause: str, poll: str) -> Advice:
    wait = _wait(clause)
    before = BEFORE.search(clause)
    if before is not None:
        return _changed(before["change"], wait)
    if poll:
        return Advice("after_poll", "poll", poll=poll)
    negated = NOT.search(clause)
    after = AFTER.search(clause)
    if negated is not None:
        if after is not None and re.search(r"\b(?:until|unless|without)\b", clause[: after.start("change")], re.IGNORECASE):
            return _conditional(after, wait)
        return Advice("no", action=actions(clause) if IMPERATIVE.match(clause) else "")
    with_ = WITH.search(clause)
    if with_ is not None and not _is_time(with_["change"]):
        return Advice("conditional", change=_imperative_of(clause), action="request")
    if after is not None and not _is_time(after["change"]) and not PERSISTS.match(clause[after.start("change") - 3 :]):
        return _conditional(after, wait)
    then = THEN.match(clause)
    if then is not None and not THROTTLE.search(then["change"]) and not _is_time(then["change"]):
        if IMPERATIVE.match(then["change"]):
            return _changed(then["change"], wait)
        if not STATEMENT.match(then["change"]) and then["glue"] != ",":
            return Advice("conditional", wait, change=_tidy(then["change"]))
    return Advice("yes", wait or "")


def _conditional(found: re.Match[str], wait: Wait) -> Advice:
    """ "Retry after topping up": not before; "retry once the part is ready", "if it is idempotent": waiting may be all that it takes."""
    change = _tidy(found["change"])
    if found["when"].lower() != "after":
        return Advice("conditional", wait, change=change)
    action = actions(change)
    return Advice("after_change", "" if wait == "backoff" else wait, change=change, action=action if action != "request" else "")


def _changed(change: str, wait: Wait = "") -> Advice:
    """ "Add credits before retrying": the same request may succeed after it; "fix the request before retrying": it never does."""
    if _is_time(change) or not change.strip():
        return Advice("yes", wait or "backoff")
    action = actions(change)
    if action in _OF_THE_REQUEST or not action:
        if not HAPPENS_ELSEWHERE.match(change.strip()):
            return Advice("no", action=action or "request")
        action = ""
    return Advice("after_change", change=_tidy(change), action=action)


def _together(one: Advice, other: Advice) -> Advice:
    """The advice of two clauses of one text: what is more particular counts, and what only one of them says is kept."""
    rank: dict[Retry, int] = {"unstated": 0, "no": 1, "yes": 2, "after_change": 3, "conditional": 3, "after_poll": 4}
    # what is said of a retry counts, whatever else is to be done
    first, second = (
        (one, other) if (not one.inferred, rank.get(one.retry, 0)) >= (not other.inferred, rank.get(other.retry, 0)) else (other, one)
    )
    if first.retry == "unstated" and not first.poll:
        first, second = second, first
    if first.retry == "yes" and second.poll:
        return replace(first, retry="after_poll", wait="poll", poll=second.poll)
    wait: Wait = first.wait
    if first.retry == "yes" and second.retry == "yes":
        wait = "retry_after" if "retry_after" in {first.wait, second.wait} else first.wait or second.wait
    action = "" if first.retry == "yes" else first.action or second.action
    return replace(first, wait=wait, action=action, change=first.change or second.change, poll=first.poll or second.poll)


def _wait(clause: str) -> Wait:
    if SERVER_TIME.search(clause):
        return "retry_after"
    return "backoff" if OWN_TIME.search(clause) else ""


def _is_time(change: str) -> bool:
    """Whether what a retry waits for is only time to pass."""
    return bool(TIME_ONLY.match(change.strip()) or (SERVER_TIME.search(change) and _wait(change)))


def _imperative_of(clause: str) -> str:
    with_ = WITH.search(clause)
    assert with_ is not None
    return _tidy(f"send {with_['change']}")


def _tidy(change: str) -> str:
    """A change as people read it in a catalogue: without the capital and the full stop."""
    text = " ".join(change.split()).strip(" .,;:")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
