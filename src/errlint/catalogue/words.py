"""What a catalogue says, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from errlint.catalogue.model import Catalogue
from errlint.catalogue.schema import Format, Retry, Statement, When
from errlint.catalogue.verdicts import Verdict

_FORMATS: dict[Format, str] = {
    "delta-seconds": "seconds",
    "decimal-seconds": "seconds, with a fraction",
    "milliseconds": "milliseconds",
    "http-date": "an HTTP date",
    "epoch-seconds": "a time in seconds since 1970",
    "epoch-ms": "a time in milliseconds since 1970",
    "rfc3339": "a time as in 2026-01-22T12:00:00Z",
    "go-duration": "a duration as in 6m0s",
    "proto-duration": "a duration as in 34s",
    "ietf-ratelimit": "the structured field of the IETF draft, seconds in t",
    "seconds-number": "a number of seconds",
}
_ACTIONS = {
    "request": "correct the request",
    "credentials": "check the credentials",
    "permissions": "ask for the permission",
    "billing": "see to the account: credits, plan, payment",
    "configuration": "complete the configuration",
    "support": "contact the support",
}
_EFFECTS = {
    "none": "A write has had no effect.",
    "unknown": "Nobody knows whether a write has had its effect.",
    "rolled_back": "A write was rolled back.",
    "maybe_partial": "A write may have had its effect, or part of it.",
}
_KEYS = {"reuse": "Keep the idempotency key.", "new": "Use a new idempotency key."}
_SHORT: dict[Retry, str] = {
    "after_change": "after a change",
    "after_poll": "after a poll",
    "by_status": "by status",
    "by_code": "by code",
}


def retry_in_words(statement: Statement | Verdict) -> str:
    """One or two words for a table, with a mark if the documents contradict themselves."""
    return _SHORT.get(statement.retry, statement.retry) + (" (disputed)" if statement.disputed else "")


def verdict_in_words(statement: Statement) -> str:
    """Retry and wait together, in the few words that a table has room for."""
    if statement.disputed:
        return "disputed"
    wait = {"retry_after": ", when told", "backoff": ", growing delays"}.get(statement.wait, "")
    return _SHORT.get(statement.retry, statement.retry) + wait


def wait_in_words(wait: str) -> str:
    """For a table: what the server says, growing delays …"""
    return {"": "-", "retry_after": "what the answer says", "backoff": "growing delays", "poll": "until it is ready"}[wait]


def remedy(verdict: Verdict, catalogue: Catalogue) -> str:
    """What to do about an error, in sentences."""
    if verdict.disputed:
        return f"Draw no conclusion, the documents contradict themselves: {verdict.disputed}."
    said = verdict.says
    change = said.change if said else ""
    action = _ACTIONS.get(said.action, said.action.replace("_", " ")) if said else ""
    first = {
        "yes": "Send the same request again"
        + {"": ".", "retry_after": " after the time that the answer names.", "backoff": " after delays that grow."}.get(verdict.wait, "."),
        "no": "Do not send the same request again, it fails again" + (f": {action}." if action else "."),
        "conditional": f"Send it again only on a condition: {change}.",
        "after_change": f"Something has to be different first: {change}. Then the same request may succeed.",
        "after_poll": f"Poll {said.poll if said else ''}; when it is ready, send the same request again.",
        "by_status": "It depends on the status.",
        "by_code": "It depends on the code.",
        "ambiguous": "The documents give it several meanings, and nothing in the answer tells them apart.",
        "unstated": f"{catalogue.name} does not say whether the same request may succeed later; draw no conclusion"
        + (f", but {action}." if action else "."),
    }[verdict.retry]
    more = [first]
    if said is not None:
        more += [text for text in (_EFFECTS.get(said.write_effect, ""), _KEYS.get(said.idempotency_key, "")) if text]
    return " ".join(more)


def waits_in_words(catalogue: Catalogue, *, status: Iterable[int] = (), codes: tuple[str, ...] = ()) -> list[str]:
    """Where the time to retry of such an error stands, and in which unit."""
    statuses = (*status, None)
    return [
        f"{source.place} ({' or '.join(_FORMATS[one] for one in source.formats)})"
        for source in catalogue.retry_after
        if any(source.applies(status=one, codes=codes) for one in statuses)
    ]


def when_in_words(when: When) -> str:
    """The circumstances of a case."""
    parts = (
        f"status {when.status}" if when.status is not None else "",
        f"operation “{when.operation}”" if when.operation else "",
        f"method {'/'.join(when.method)}" if when.method else "",
        f"type {when.type}" if when.type else "",
        f"parameter {when.param}" if when.param else "",
        f"header {when.header}" if when.header else "",
        f"SDK {when.sdk_version}" if when.sdk_version else "",
        when.cause,
    )
    return ", ".join(part for part in parts if part)
