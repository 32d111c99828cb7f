"""What a sentence advises about sending a request again.

Read is what the words say, clause by clause: that a retry may help or not, what has to be different first, how long to wait, and who has to
see to it. A text that says nothing of these gives None: what is not said is unstated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from errlint.catalogue.importers.facts import Advice
from errlint.catalogue.schema import Retry, Wait

_AGAIN = r"(?:re-?tr(?:y|ies|ied|ying|yable|iable)|try(?:ing)?(?: (?:the|your|this))?(?: same)?(?: \w+)? again|re-?send(?:ing)?|re-?submit(?:ting)?|re-?attempt(?:s|ed|ing)?|repeat(?:ing)? (?:the|your) (?:same )?\w+|re-?issue the request|send (?:it|the request|your request) again)"
_RETRY = re.compile(rf"\b(?:non-?)?{_AGAIN}\b", re.IGNORECASE)
_NOT = re.compile(
    rf"\b(?:do not|don'?t|does not|doesn'?t|never|not|cannot|can'?t|isn'?t|aren'?t|should ?n[o']t|must not|won'?t|avoid|without|no need to|no|stop)\b(?:\s+(?!but\b|only\b)[\w-]+){{0,3}}?\s+(?:non-?)?{_AGAIN}\b"
    rf"|\bnon-?re-?tr(?:y|i)able\b|\b{_AGAIN}(?: \w+){{0,4}} (?:will not|won'?t|does not|doesn'?t|is not|isn'?t|never|cannot|can'?t|is pointless|is useless)\b(?! be (?:charged|processed))"
    rf"|\b(?:permanent|not transient|fatal) (?:error|failure)s?\b|\bwill (?:always |never |still |just )?(?:fail|succeed) again\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"^(?P<change>.*?),?\s*\bbefore (?:you )?(?:\w+ )?{_AGAIN}", re.IGNORECASE)
_THEN = re.compile(rf"^(?P<change>.*?)(?P<glue>,? (?:and )?then|,? and|,) (?:\w+ )?{_AGAIN}\b", re.IGNORECASE)
_AFTER = re.compile(rf"\b{_AGAIN}\b(?:\s+\w+)?(?:\s+\w+)?,? (?:only )?(?P<when>after|once|when|as soon as|if|unless|until)\s+(?P<change>.+)$", re.IGNORECASE)
_WITH = re.compile(rf"\b{_AGAIN}(?: \w+){{0,2}} (?:with|using)\s+(?:an? |the |your )?(?P<change>.+)$", re.IGNORECASE)
_FIRST = re.compile(r"^(?P<change>[a-z]+ .+?) first\b(?!\W*\w+ (?:character|page|item|time))", re.IGNORECASE)
_POLL = re.compile(r"\b(?:poll|check back on|wait (?:for|until) (?!\w*[\s-]?retry|the (?:time|number|duration|period|interval|window|limit|rate)|\d|a |at least|some|few)(?=.*\b(?:finish|complete|ready|process|available|end))\w*)\s*(?P<poll>[^,.;]*)", re.IGNORECASE)

_SERVER_TIME = re.compile(
    r"\bretry-after\b|\bretry after (?:header|value|seconds)\b|\b(?:specified|indicated|returned|suggested|given|provided|recommended|required|stated)\b(?: \w+){0,3} (?:time|delay|interval|period|duration|seconds|wait)\b"
    r"|\b(?:time|delay|interval|period|duration|seconds)\b(?: \w+){0,2} (?:specified|indicated|returned|suggested|given|provided|recommended)\b|\buntil the (?:rate[- ]limit )?(?:window|limit|quota|rate)\w* (?:resets?|expires?|is reset)\b",
    re.IGNORECASE,
)
_OWN_TIME = re.compile(
    r"\bback(?:ing)?[- ]?off\b|\bexponential(?:ly)?\b|\blater\b|\b(?:a|one|few) (?:moment|while|seconds?|minutes?|bit)\b|\bshortly\b|\bwait(?:ing)?\b|\bslow(?:ing)?(?: \w+)? down\b|\bdelays?\b"
    r"|\b(?:reduce|lower|decrease|limit|throttle|spread)\b(?: \w+){0,3} (?:rate|frequency|requests?|calls|traffic|load)\b(?! size)",
    re.IGNORECASE,
)
_THROTTLE = re.compile(r"\bslow(?:ing)?(?: \w+)? down\b|\bback(?:ing)?[- ]?off\b|^wait\b|\b(?:reduce|lower|decrease|throttle|spread)\b(?: \w+){0,3} (?:rate|frequency|requests?|calls|traffic|load)\b(?! size)", re.IGNORECASE)
_TIME_ONLY = re.compile(
    r"^(?:the |a |an |some |at least |about |around |up to |waiting |you |we |your |it |in )*(?:retry[- ]after\b|backoff|exponential|\d|few |little |short |brief |longer |increasing |random|moment|while|wait|delay|time|number|specified|indicated|suggested|period|interval|duration|seconds?|minutes?|hours?|rate|window|limit|quota|reset|jitter|same|linear|progressive|caution|later|back)",
    re.IGNORECASE,
)
_PERSISTS = re.compile(r"^(?:if|when|unless|should) (?:the |this |it |that )?(?:\w+ )?(?:persists?|continues?|keeps?|still|happens|occurs|repeats|recurs|problem|issue|error)", re.IGNORECASE)
_ROLLED_BACK = re.compile(r"\b(?:rolled back|was not (?:applied|saved|processed|committed|executed|created)|nothing was (?:written|saved|changed)|no (?:changes|charge) (?:were|was) made)\b", re.IGNORECASE)
_MAY_BE_DONE = re.compile(r"\bmay (?:still )?(?:have|be) (?:been )?(?:partially |already )?(?:succeeded|processed|applied|completed|created|executed)\b", re.IGNORECASE)
_NEW_KEY = re.compile(r"\b(?:a )?new (?:\S+ )?idempotency[- ]key\b(?P<no>.*\b(?:not|isn't) (?:needed|required|necessary)\b)?|\bsame idempotency[- ]key\b", re.IGNORECASE)
_HEDGE = re.compile(r"\b(?:usually|typically|often|generally|most likely|sometimes|mostly|in most cases)\b", re.IGNORECASE)

_IMPERATIVE = re.compile(
    r"^(?:please |you (?:must|should|need to|have to|can) |(?:try|consider) (?=\w+ing\b)|(?:then|also|instead|first),? )*(?P<verb>activate|add|adjust|ask|change|check|choose|confirm|configure|contact|correct|create|enable|ensure|fix|generate|get|grant|include|increase|install|log|look|make|obtain|pass|pick|provide|reach|re-?authenticate|re-?authorize|re-?connect|reduce|refer|refresh|regenerate|remove|rename|renew|replace|report|request|re-?create|re-?enable|re-?set|re-?view|rotate|see|select|send|set|shorten|sign|specify|split|supply|switch|top|update|upgrade|use|validate|verify|visit|wait)\b",
    re.IGNORECASE,
)  # fmt: skip
_STATEMENT = re.compile(r"^(?:the|this|that|these|those|an?|it|they|you|we|your|our|all|any|some|most|such|errors?|requests?|responses?|if|when|for|in|on|clients?|treat|[\d`])\b", re.IGNORECASE)
_LOOK_ONLY = re.compile(r"\b(?:status page|service status|integration status|system status|status of|status\.\w+|outage|incidents?)\b|^(?:see|refer to|look at|visit) ", re.IGNORECASE)
_ACTIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (action, re.compile(pattern, re.IGNORECASE))
    for action, pattern in (
        ("support", r"\bcontact\b|\bsupport\b|\breport\b|\breach out\b|\badmin"),
        ("configuration", r"\bconfig\w*\b|\bset ?up\b|\bsettings?\b|\benvironment\b|\binstall\b"),
        ("billing", r"\bcredits?\b|\bbilling\b|\bplan\b|\bupgrade\b|\bpayment\b|\bsubscri\w+\b|\bbalance\b|\bquota\b|\btop up\b|\bfunds\b|\binvoice"),
        ("permissions", r"\bpermissions?\b|\bscopes?\b|\baccess\b|\broles?\b|\bgrant\b|\bauthoriz(?:e|ed|ation)\b(?! header|:)|\borg\b"),
        ("credentials", r"\b(?:api|access|secret)?[- ]?(?:keys?|tokens?)\b|\bcredentials?\b|\bauthenticat\w+\b|\bauthorization(?: header|:)|\bbearer\b|\blog ?in\b|\bsign ?in\b|\bpassword\b"),
        ("request", r"\brequest\b|\bparameters?\b|\bbody\b|\bfields?\b|\bvalues?\b|\bformat\b|\bpayload\b|\bids?\b|\burl\b|\bendpoint\b|\bjson\b|\bheaders?\b|\bmethod\b|\binputs?\b|\bdetails\b|\bsyntax\b|\bquery\b|\bsize\b|\bfile\b|\bdata\b|\bit\b"),
    )
)  # fmt: skip
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
    effect = "rolled_back" if _ROLLED_BACK.search(text) else "maybe_partial" if _MAY_BE_DONE.search(text) else ""
    key = _NEW_KEY.search(text)
    return replace(
        merged,
        write_effect=effect,
        idempotency_key="" if key is None else "reuse" if key["no"] or key[0].lower().startswith("same") else "new",
        hedged=is_hedged(text),
    )


def is_hedged(text: str) -> bool:
    """Whether a text says that there are other cases ("usually")."""
    return bool(_HEDGE.search(text))


def actions(text: str) -> str:
    """What somebody has to see to, if the text names a thing that errors come from."""
    return next((action for action, pattern in _ACTIONS if pattern.search(text)), "")


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
        return Advice("conditional", said.wait if said else "", change="see the document") if said else Advice("unstated")
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
    if _PERSISTS.match(clause):
        return None
    poll = _POLL.search(clause)
    if _RETRY.search(_without_header(clause)):
        return _of_retry(clause, poll["poll"].strip() if poll else "")
    if poll is not None and poll["poll"].strip() and clause.lower().startswith(("poll", "wait")):
        return Advice("unstated", poll=poll["poll"].strip())
    if _SERVER_TIME.search(clause) and not _NOT.search(clause):
        return Advice("yes", "retry_after")
    if _THROTTLE.search(clause) and imperative:
        return Advice("yes", "backoff")
    first = _FIRST.match(clause)
    if first is not None and imperative:
        return _changed(first["change"])
    if imperative and _IMPERATIVE.match(clause):
        if _LOOK_ONLY.search(clause):
            return Advice("unstated")
        return Advice("no", action=actions(clause) or "request", inferred=True)
    return None


def _without_header(clause: str) -> str:
    """The name of the header is no word about a retry."""
    return re.sub(r"\bretry[- ]after\b(?! (?:a|the|some|\d))", "the header", clause, flags=re.IGNORECASE)


def _of_retry(clause: str, poll: str) -> Advice:
    wait = _wait(clause)
    before = _BEFORE.search(clause)
    if before is not None:
        return _changed(before["change"], wait)
    if poll:
        return Advice("after_poll", "poll", poll=poll)
    negated = _NOT.search(clause)
    after = _AFTER.search(clause)
    if negated is not None:
        if after is not None and re.search(r"\b(?:until|unless|without)\b", clause[: after.start("change")], re.IGNORECASE):
            return _conditional(after, wait)
        return Advice("no", action=actions(clause) if _IMPERATIVE.match(clause) else "")
    with_ = _WITH.search(clause)
    if with_ is not None and not _is_time(with_["change"]):
        return Advice("conditional", change=_imperative_of(clause), action="request")
    if after is not None and not _is_time(after["change"]) and not _PERSISTS.match(clause[after.start("change") - 3 :]):
        return _conditional(after, wait)
    then = _THEN.match(clause)
    if then is not None and not _THROTTLE.search(then["change"]) and not _is_time(then["change"]):
        if _IMPERATIVE.match(then["change"]):
            return _changed(then["change"], wait)
        if not _STATEMENT.match(then["change"]) and then["glue"] != ",":
            return Advice("conditional", wait, change=_tidy(then["change"]))
    return Advice("yes", wait or "")


def _conditional(found: re.Match[str], wait: Wait) -> Advice:
    """"Retry after topping up": not before; "retry once the part is ready", "if it is idempotent": waiting may be all that it takes."""
    change = _tidy(found["change"])
    if found["when"].lower() != "after":
        return Advice("conditional", wait, change=change)
    action = actions(change)
    return Advice("after_change", "" if wait == "backoff" else wait, change=change, action=action if action != "request" else "")


def _changed(change: str, wait: Wait = "") -> Advice:
    """"Add credits before retrying": the same request may succeed after it; "fix the request before retrying": it never does."""
    if _is_time(change) or not change.strip():
        return Advice("yes", wait or "backoff")
    action = actions(change)
    if action in _OF_THE_REQUEST or not action:
        if not re.match(r"(?i)^(?:activate|enable|wait|create|connect|complete|finish|verify your (?:email|account))\b", change.strip()):
            return Advice("no", action=action or "request")
        action = ""
    return Advice("after_change", change=_tidy(change), action=action)


def _together(one: Advice, other: Advice) -> Advice:
    """The advice of two clauses of one text: what is more particular counts, and what only one of them says is kept."""
    rank: dict[Retry, int] = {"unstated": 0, "no": 1, "yes": 2, "after_change": 3, "conditional": 3, "after_poll": 4}
    # what is said of a retry counts, whatever else is to be done
    first, second = (one, other) if (not one.inferred, rank.get(one.retry, 0)) >= (not other.inferred, rank.get(other.retry, 0)) else (other, one)
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
    if _SERVER_TIME.search(clause):
        return "retry_after"
    return "backoff" if _OWN_TIME.search(clause) else ""


def _is_time(change: str) -> bool:
    """Whether what a retry waits for is only time to pass."""
    return bool(_TIME_ONLY.match(change.strip()) or (_SERVER_TIME.search(change) and _wait(change)))


def _imperative_of(clause: str) -> str:
    with_ = _WITH.search(clause)
    assert with_ is not None
    return _tidy(f"send {with_['change']}")


def _tidy(change: str) -> str:
    """A change as people read it in a catalogue: without the capital and the full stop."""
    text = " ".join(change.split()).strip(" .,;:")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
