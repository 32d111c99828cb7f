"""ERR203: five attempts, and then the error is told."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import Claim, asked, raised
from tests.fixes.proof import Proof
from tests.support.answers import Answer

NEVER_ENDED = Claim("never ended", lambda run, _: run.is_endless)


def _breaks(answer: Answer) -> bool:
    return answer.fault == "reset"


proof = partial(
    Proof,
    "ERR203",
    "Give up after five attempts",
    "retry_unbounded/bad_libraries.py",
    api="http",
    on=_breaks,
    before=NEVER_ENDED,
    after=asked(5) & raised("ConnectionError"),
)

PROOFS = [proof("item('i1')"), proof("stock('i1')"), proof("price('i1')"), proof("weight('i1')")]
