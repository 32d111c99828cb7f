"""ERR301: the wait is as long as the server asks, in seconds, milliseconds, or by a date or an epoch; the old one where it does not say."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import WAITED_AS_TOLD, WAITED_ITS_GUESS
from tests.fixes.proof import Proof
from tests.support.answers import Answer, Told, ok

_READ = frozenset({"delta-seconds", "http-date", "milliseconds", "epoch-seconds"})
"""The formats that the function reads which the fix writes."""


def _is_told(answer: Answer) -> bool:
    return any(isinstance(value, Told) and value.format in _READ for _, value in answer.headers)


def _says_when(answer: Answer) -> bool:
    return answer.status == 429 and _is_told(answer)


def _says_when_it_is_up(answer: Answer) -> bool:
    return answer.status in (503, 529) and _is_told(answer)


proof = partial(
    Proof,
    "ERR301",
    "Wait as long as the server asks",
    api="http",
    on=_says_when,
    before=WAITED_ITS_GUESS,
    after=WAITED_AS_TOLD,
    then=(ok(),),
)

CALLS = {
    "bad_clients": ("item('i1')", "stock('i1')", "price('i1')"),
    "bad_senders": ("item('i1')", "stock('i1')", "price('i1')", "size('i1')"),
    "bad_told_waits": ("told('i1')", "shifted('c1')", "grows('s1')"),
    "bad_shared_waits": ("within_a_budget('i1')", "written_twice('c1')", "made_in_each_pass('s1')"),
    "bad_tenacity": ("item('i1')", "stock('i1')", "price('i1')", "size('i1')"),
}
PROOFS = [
    *(proof(f"retry_after_ignored/{name}.py", call) for name, calls in CALLS.items() for call in calls),
    proof("retry_after_ignored/bad_sdks.py", "answer('q')", api="openai"),
    proof("retry_after_ignored/bad_sdks.py", "reply([])", api="anthropic"),
    proof("retry_after_ignored/bad_unavailable.py", "models()", api="openai", on=_says_when_it_is_up),
    proof("retry_after_ignored/bad_unavailable.py", "pages({})", api="notion", on=_says_when_it_is_up),
    proof("retry_after_ignored/bad_plain_headers.py", "emojis()", api="github"),
    *(proof("retry_after_ignored/bad_resets.py", call, api="github") for call in ("pulls('o/r')", "commits('o/r')")),
    proof("retry_after_ignored/bad_resets.py", "flows()", api="girardai"),
    proof("retry_after_ignored/bad_resets.py", "projects()", api="gitlab"),
]
