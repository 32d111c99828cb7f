"""ERR205: the waits are what they were, and up to a second more."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import Claim, has_status
from tests.fixes.proof import Proof
from tests.support.answers import Answer

WHOLE = Claim("waited whole seconds", lambda run, _: bool(run.waits) and all(wait == int(wait) for wait in run.waits))
WITH_CHANCE = Claim(
    "waited a part of a second more, another one each time",
    lambda run, _: len({wait % 1 for wait in run.waits}) == len(run.waits) > 1,
)


def _server_error(answer: Answer) -> bool:
    return answer.status >= 500


def _overloaded(answer: Answer) -> bool:
    """The number in the text is all that the client looks for."""
    return answer.status == 529 or "529" in str(answer.body)


_proof = partial(Proof, "ERR205", "Add a random part of a second to the wait", on=_server_error, before=WHOLE, after=WITH_CHANCE)
proof = partial(_proof, "retry_without_jitter/bad_loops.py", api="http")

PROOFS = [
    proof("growing('https://api.example.com/items')"),
    proof("constant('https://api.example.com/items')"),
    _proof("retry_without_jitter/bad_second_waits.py", "page('https://api.example.com/items')", "http"),
    _proof("retry_after_ignored/bad_told_waits.py", "shifted('c1')", "http", on=has_status(429)),
    _proof("retry_without_jitter/bad_sdks.py", "answer('q')", "openai"),
    _proof("message_branch/bad_anthropic.py", "gather(['q'], AsyncAnthropic(max_retries=0))", "anthropic", on=_overloaded),
]
