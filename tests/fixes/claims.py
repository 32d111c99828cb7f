"""What a proof can claim of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.support.answers import Answer
from tests.support.client import Run

Selector = Callable[[Answer], bool]
"""Picks answers out of all that an API can give."""


@dataclass(frozen=True)
class Claim:
    """Something that holds of a run; ``says`` completes "the client …"."""

    says: str
    holds: Callable[[Run, Answer], bool]

    def __and__(self, other: Claim) -> Claim:
        return Claim(f"{self.says} and {other.says}", lambda run, answer: self.holds(run, answer) and other.holds(run, answer))


def returned(value: Any) -> Claim:
    """It returned just this."""
    return Claim(f"returned {value!r}", lambda run, _: run.raised is None and type(run.returned) is type(value) and run.returned == value)


def raised(*names: str) -> Claim:
    """It raised an exception of a class with one of these names."""
    return Claim(f"raised {' or '.join(names)}", lambda run, _: type(run.raised).__name__ in names)


def asked(times: int) -> Claim:
    """The server got so many requests."""
    return Claim(f"asked {times} times" if times != 1 else "asked once", lambda run, _: len(run.calls) == times and not run.is_endless)


ASKED_AGAIN = Claim("asked again", lambda run, _: len(run.calls) > 1)
ASKED_ONCE = asked(1)
NEVER_ENDED = Claim("asked without end", lambda run, _: run.is_endless)


def waited(*seconds: float) -> Claim:
    """It slept so long, and between no other requests."""
    return Claim(f"waited {', '.join(map('{:g} s'.format, seconds)) or 'not at all'}", lambda run, _: run.waits == seconds)


WAITED_AS_TOLD = Claim(
    "waited at least as long as the server said before each further request",
    lambda run, answer: len(run.calls) > 1 and answer.told is not None and min(_pauses(run)) >= answer.told - 1,
)
WAITED_ITS_GUESS = Claim(
    "asked again sooner than the server said",
    lambda run, answer: len(run.calls) > 1 and answer.told is not None and min(_pauses(run)) < answer.told - 1,
)
TOLD_THE_ID = Claim("told the request id", lambda run, answer: bool(answer.request_id) and answer.request_id in run.said)
LOST_THE_ID = Claim("lost the request id", lambda run, answer: bool(answer.request_id) and answer.request_id not in run.said)

_NO_ID = ("None", '"request_id": null')
TOLD_WHAT_ID_THERE_IS = Claim(
    "told the request id, or that there is none",
    lambda run, answer: any(said in run.said for said in ((answer.request_id,) if answer.request_id else _NO_ID)),
)
DID_NOT_TELL_THE_ID = Claim("did not tell the request id", lambda run, answer: not answer.request_id or answer.request_id not in run.said)


def _leads_to_the_id(run: Run, answer: Answer) -> bool:
    error = run.raised
    if error is not None and not answer.request_id:
        return error.__cause__ is not None or any("None" in str(value) for value in (error, *vars(error).values()))
    while error is not None:
        headers = getattr(getattr(error, "response", None), "headers", {})
        known = [str(error), *map(str, vars(error).values()), *headers.values()]
        if any(answer.request_id in text for text in known):
            return True
        error = error.__cause__
    return False


LEADS_TO_THE_ID = Claim("raised what leads to the request id, if there is one", _leads_to_the_id)


def not_(claim: Claim) -> Claim:
    """The claim does not hold."""
    return Claim(f"did not do this: {claim.says}", lambda run, answer: not claim.holds(run, answer))


def has_code(*codes: str) -> Selector:
    """Answers with one of these error codes."""
    return lambda answer: answer.code in codes


def has_status(*statuses: int) -> Selector:
    """Answers with one of these statuses."""
    return lambda answer: answer.status in statuses


def has_an_id(answer: Answer) -> bool:
    """Errors that come with a request id."""
    return answer.status >= 400 and bool(answer.request_id)


def both(*selectors: Selector) -> Selector:
    """Answers that all of these pick."""
    return lambda answer: all(selector(answer) for selector in selectors)


def nothing(_: Answer) -> bool:
    """No answer."""
    return False


def _pauses(run: Run) -> list[float]:
    """Virtual seconds between each request and the next."""
    times = [call.at for call in run.calls]
    return [later - earlier for earlier, later in pairwise(times)]
