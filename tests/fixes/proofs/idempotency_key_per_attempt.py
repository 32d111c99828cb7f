"""ERR207: all attempts carry one key."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import Claim, has_status
from tests.fixes.proof import Proof
from tests.support.answers import RESET, Answer
from tests.support.client import Run


def _keys(run: Run) -> list[str]:
    return [value for call in run.calls for name, value in call.headers.items() if name.endswith("idempotency-key")]


ONE_KEY = Claim(
    "sent one and the same key with each request",
    lambda run, _: len(run.calls) > 1 and len(_keys(run)) == len(run.calls) and len(set(_keys(run))) == 1,
)
NEW_KEYS = Claim("sent another key with each request", lambda run, _: len(set(_keys(run))) == len(run.calls) > 1)


def _keys_by_path(run: Run) -> dict[str, set[str | None]]:
    return {call.path: {other.key("Idempotency-Key") for other in run.calls if other.path == call.path} for call in run.calls}


KEY_EACH = Claim(
    "sent one key with each of two requests, and not the same with both",
    lambda run, _: [len(keys) for keys in _keys_by_path(run).values()] == [1, 1] and len(set(_keys(run))) == 2,
)


def _breaks(answer: Answer) -> bool:
    return answer.fault == RESET.fault


def _breaks_or_hangs(answer: Answer) -> bool:
    return bool(answer.fault)


def _hangs(answer: Answer) -> bool:
    return answer.fault == "hang"


LOOPS, DECORATORS = "idempotency_key_per_attempt/bad_loops.py", "idempotency_key_per_attempt/bad_decorators.py"
TWO = "idempotency_key_per_attempt/bad_two_requests.py"
PUT_IN = "idempotency_key_per_attempt/bad_put_in.py"
AIOHTTP = "idempotency_key_per_attempt/bad_aiohttp.py"
_keyed = partial(Proof, "ERR207", before=NEW_KEYS, after=ONE_KEY)
above = partial(_keyed, fix="Make the key once, above the loop", client=LOOPS)
split = partial(_keyed, fix="Make the key once, before the function that is retried", client=DECORATORS)

PROOFS = [
    above(call="pay({'item': 1})", api="http", on=has_status(500, 503)),
    above(call="refund('p1')", api="http", on=_breaks),
    above(call="order('i1')", api="http", on=_breaks_or_hangs),
    above(call="book({'item': 1})", api="http", client=TWO, after=KEY_EACH, on=_breaks, then=(Answer("200", 200),)),
    above(call="transferred(5)", api="http", client=PUT_IN, on=has_status(500, 502, 503)),
    above(call="Till().charge(5)", api="http", client=PUT_IN, on=has_status(503)),
    split(call="pay('o1')", api="http", on=_hangs),
    split(call="order('i1')", api="http", on=_breaks_or_hangs),
    split(call="Shop().ship('o1')", api="http", on=_breaks),
    above(call="pay({'item': 1})", api="http", client=AIOHTTP, on=has_status(500, 503)),
    above(call="refund('p1')", api="http", client=AIOHTTP, on=_breaks),
    split(call="ship('o1')", api="http", client=AIOHTTP, on=_breaks),
    split(call="Shop().order('i1')", api="http", client=AIOHTTP, on=_breaks),
]
