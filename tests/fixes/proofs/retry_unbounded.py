"""ERR203: five attempts, and then the error is told."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import Claim, asked, has_status, raised
from tests.fixes.proof import Proof
from tests.support.answers import Answer


def _nothing_comes(answer: Answer) -> bool:
    return bool(answer.fault)


NEVER_ENDED = Claim("never ended", lambda run, _: run.is_endless)


def _breaks(answer: Answer) -> bool:
    return answer.fault == "reset"


_proof = partial(Proof, "ERR203", "Give up after five attempts", before=NEVER_ENDED)
proof = partial(
    _proof,
    "retry_unbounded/bad_libraries.py",
    api="http",
    on=_breaks,
    after=asked(5) & raised("ConnectionError"),
)
coroutine = partial(_proof, "retry_unbounded/bad_async.py", api="http")
sdk = partial(_proof, "retry_unbounded/bad_sdks.py", after=asked(5) & raised("RetryError"))

PROOFS = [
    proof("item('i1')"),
    proof("stock('i1')"),
    proof("price('i1')"),
    proof("weight('i1')"),
    coroutine("item('i1')", on=_nothing_comes, after=asked(5) & raised("ReadError", "ReadTimeout")),
    coroutine("stock('i1')", on=_breaks, after=asked(10) & raised("ClientOSError")),  # aiohttp asks twice
    sdk("answer('q')", api="openai", on=has_status(429)),
    sdk("customer('c1')", api="stripe", on=_nothing_comes),
]
