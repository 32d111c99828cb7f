"""What a sentence advises about sending a request again.

Read is what the words say, clause by clause: that a retry may help or not, what has to be different first, how long to wait, and who has to
see to it. A text that says nothing of these gives None: what is not said is unstated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from errlint.catalogue.importers.facts import Advice
from errlint.catalogue.importers.phrases import (
    ACTIONS,
    AFTER,
    ANOTHER_DAY,
    ANSWER,
    BEFORE,
    COUNT,
    FIRST,
    HAPPENS_ELSEWHERE,
    HEDGE,
    IMPERATIVE,
    KEY,
    KINDS_ONLY,
    LOOK_INTO,
    LOOK_ONLY,
    MAY_BE_DONE,
    NEW_KEY,
    NOT,
    NOT_AT_ONCE,
    ONE_OF_TWO,
    OWN_TIME,
    PERSISTS,
    POLL,
    QUESTION,
    RESTRICTION,
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
    found: list[Advice] = []
    topic = ""
    for clause, answer in _clauses(text):
        one = _answered(clause, answer) if answer is not None else _of_clause(clause, imperative, topic)
        if one is not None:
            found.append(one)
        topic = actions(clause)
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
        of_some=False,
        write_effect=effect,
        idempotency_key="" if key is None else "reuse" if key["no"] or key[0].lower().startswith("same") else "new",
        hedged=is_hedged(text),
    )


def is_hedged(text: str) -> bool:
    """Whether a text says that there are other cases ("usually")."""
    return bool(HEDGE.search(text))


def actions(text: str) -> str:
    """What somebody has to see to, if the text names a thing that errors come from."""
    # who can help is the last resort, if there is another
    own = re.split(r",? or (?=(?:contact|ask|reach|report)\b)", text, maxsplit=1, flags=re.IGNORECASE)[0]
    return next((action for part in dict.fromkeys((own, text)) for action, pattern in ACTIONS if pattern.search(part)), "")


def refine(verdict: str, said: Advice | None, rest: str = "") -> Advice:
    """The advice of a row whose cell says yes, no or maybe and whose notes say ``said``; ``rest`` is what the cell goes on with."""
    if verdict == "yes":
        limited = _limited(rest)
        if limited is not None and (said is None or said.retry in {"yes", "no", "unstated"}):
            return limited
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


_CLAUSE_END = re.compile(r"(?<=[a-z)\d\"']{2})[.;!?]\**(?:\s+|$)|\s+[—–]\s+|\s+-\s+|(?<=\w):\s+(?=[A-Za-z])")


def _clauses(text: str) -> Iterator[tuple[str, str | None]]:
    """The parts of a text that each say one thing, a question with its answer; what stands in parentheses goes along.

    A question says nothing by itself: its answer is empty if it gets no yes or no.
    """
    plain = re.sub(r"\s+", " ", text.replace("’", "'").replace("`", "")).strip()
    parts: list[tuple[str, str]] = []
    start = 0
    for end in _CLAUSE_END.finditer(plain):
        parts.append((plain[start : end.start()], end[0].strip()[:1]))
        start = end.end()
    parts.append((plain[start:], ""))
    parts = [(clause.strip(" .;*"), mark) for clause, mark in parts if clause.strip(" .;*")]
    at = 0
    while at < len(parts):
        clause, mark = parts[at]
        following = parts[at + 1][0] if at + 1 < len(parts) else ""
        asks = mark == "?" or (mark == ":" and bool(ANSWER.match(following)) and bool(QUESTION.search(clause)))
        answer = following if asks and ANSWER.match(following) else ""
        yield clause, answer if asks else None
        at += 2 if answer else 1


def _answered(question: str, answer: str) -> Advice | None:
    """What a question about retries amounts to with its answer; one without is no permission."""
    found = ANSWER.match(answer)
    if found is None or not RETRY.search(_without_header(question)) or not QUESTION.search(question) or NOT.search(question):
        return None
    if found["no"]:
        return None if re.match(r"(?:before|until|unless|without|yet|immediately)\b", found["rest"], re.IGNORECASE) else Advice("no")
    return _limited(found["rest"]) or Advice("yes", _wait(found["rest"]))


def _limited(rest: str) -> Advice | None:
    """What a yes amounts to that something stands behind ("but only GET", "from the first page"); None: it is a plain yes."""
    found = RESTRICTION.match(rest.strip(" ,;:.()—–-"))
    if found is None or not (found["glue"] or found["when"]) or RETRY.search(_without_header(rest)) or COUNT.search(rest):
        return None
    when, change = (found["when"] or "").lower(), (found["change"] or "").strip(" ()")
    if _wait(rest) or (change and _is_time(change)):
        return None
    if when == "from" or (when == "after" and change):
        return replace(_conditional_on(change, "after"), change=_tidy(rest))
    return Advice("conditional", change=re.sub(r"^(?:but|and|however|though),? ", "", _tidy(rest)))


def _of_clause(clause: str, imperative: bool, topic: str) -> Advice | None:
    if PERSISTS.match(clause):
        return None
    poll = POLL.search(clause)
    if RETRY.search(_without_header(clause)):
        return _of_retry(clause, poll["poll"].strip() if poll else "", topic)
    if poll is not None and poll["poll"].strip() and clause.lower().startswith(("poll", "wait")):
        return Advice("unstated", poll=poll["poll"].strip())
    if SERVER_TIME.search(clause) and not NOT.search(clause):
        return Advice("yes", "retry_after")
    if THROTTLE.search(clause) and imperative:
        return Advice("yes", "backoff")
    first = FIRST.match(clause)
    if first is not None and imperative:
        return _looked_into(first["change"]) or _changed(first["change"])
    if imperative and IMPERATIVE.match(clause):
        if LOOK_ONLY.search(clause):
            return Advice("unstated")
        return Advice("no", action=actions(clause) or "request", inferred=True)
    return None


def _without_header(clause: str) -> str:
    """The name of the header is no word about a retry."""
    return re.sub(r"\bretry[- ]after\b(?! (?:a|the|some|\d))", "the header", clause, flags=re.IGNORECASE)


def _of_retry(clause: str, poll: str, topic: str) -> Advice:
    wait = _wait(clause)
    negated = NOT.search(clause)
    after = AFTER.search(clause)
    if negated is not None and (early := _too_early(clause, after, wait)) is not None:
        return early
    before = BEFORE.search(clause)
    if before is not None:
        return _looked_into(before["change"]) or _changed(before["change"], wait, topic)
    if poll:
        return Advice("after_poll", "poll", poll=poll)
    if negated is not None:
        if after is not None and re.search(r"\b(?:until|unless|without)\b", clause[: after.start("change")], re.IGNORECASE):
            return _conditional(after, wait)
        of_some = KINDS_ONLY.search(clause) is not None
        return Advice("no", action=actions(clause) if IMPERATIVE.match(clause) else "", of_some=of_some)
    if ONE_OF_TWO.search(clause):
        return Advice("ambiguous")
    another_day = ANOTHER_DAY.search(clause)
    if another_day is not None:
        return Advice("conditional", change=_tidy(another_day["change"]))
    with_ = WITH.search(clause)
    if with_ is not None and not _is_time(with_["change"]):
        return Advice("conditional", change=_imperative_of(clause), action="request")
    if after is not None and not _is_time(after["change"]) and not PERSISTS.match(clause[after.start("change") - 3 :]):
        return _conditional(after, wait)
    then = THEN.match(clause)
    if then is not None and not THROTTLE.search(then["change"]) and not _is_time(then["change"]):
        if IMPERATIVE.match(then["change"]):
            return _changed(then["change"], wait, topic)
        if not STATEMENT.match(then["change"]) and then["glue"] != ",":
            return Advice("conditional", wait, change=_tidy(then["change"]))
    return Advice("yes", wait or "")


def _too_early(clause: str, after: re.Match[str] | None, wait: Wait) -> Advice | None:
    """ "Do not retry immediately", "before a minute has passed", "before checking the status": only that it be done now is denied."""
    if NOT_AT_ONCE.search(clause):
        return Advice("yes", wait or "backoff")
    if after is None or after["when"].lower() not in {"before", "until"}:
        return None
    change = after["change"]
    if _is_time(change):
        return Advice("yes", wait or "backoff")
    looked = _looked_into(re.sub(r"^you(?:'ve| have)? ", "", change, flags=re.IGNORECASE))
    if looked is not None or after["when"].lower() == "until":
        return looked
    return Advice("no", action="request") if actions(change) == "request" else _conditional_on(change, "after")


def _looked_into(change: str) -> Advice | None:
    """To ask first how it stands is to poll."""
    found = LOOK_INTO.match(change.strip())
    return Advice("after_poll", "poll", poll=_tidy(found["thing"] or found["state"])) if found is not None else None


def _conditional(found: re.Match[str], wait: Wait) -> Advice:
    """ "Retry after topping up": not before; "retry once the part is ready", "if it is idempotent": waiting may be all that it takes."""
    return _conditional_on(found["change"], found["when"], wait)


def _conditional_on(text: str, when: str, wait: Wait = "") -> Advice:
    change = _tidy(text)
    if when.lower() != "after":
        return Advice("conditional", wait, change=change)
    action = actions(change)
    return Advice("after_change", "" if wait == "backoff" else wait, change=change, action=action if action != "request" else "")


def _changed(change: str, wait: Wait = "", topic: str = "") -> Advice:
    """ "Add credits before retrying": the same request may succeed after it; "fix the request before retrying": it never does.

    :param topic: what the words before it were about, which is what "it" is.
    """
    if _is_time(change) or not change.strip():
        return Advice("yes", wait or "backoff")
    action = actions(change)
    if topic and action == "request" and not actions(re.sub(r"\b(?:it|them)\b", "", change)):
        action = topic
    if action in _OF_THE_REQUEST or not action:
        if action == "credentials" and NEW_KEY.match(change.strip()):
            return Advice("after_change", change=_tidy(change), action=action)  # the key is new, the request as it was
        if not HAPPENS_ELSEWHERE.match(change.strip()):
            return Advice("no", action=action or "request")
        action = ""
    return Advice("after_change", change=_tidy(change), action=action)


def _together(one: Advice, other: Advice) -> Advice:
    """The advice of two clauses of one text: what is more particular counts, and what only one of them says is kept."""
    rank: dict[Retry, int] = {"unstated": 0, "no": 1, "yes": 2, "after_change": 3, "conditional": 3, "ambiguous": 3, "after_poll": 4}
    if {one.retry, other.retry} == {"yes", "no"} and (one.of_some or other.of_some):
        return Advice("conditional", one.wait or other.wait, change="see the document")
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
    change, poll = first.change or second.change, first.poll or second.poll
    return replace(first, wait=wait, action=action, change=change, poll=poll, of_some=first.of_some or second.of_some)


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
