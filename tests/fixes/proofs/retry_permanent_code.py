"""ERR202: what the API calls permanent is asked for once, and what may pass is asked for again."""

from __future__ import annotations

from functools import partial

from errlint.model import Safety
from tests.fixes.claims import ASKED_AGAIN, ASKED_ONCE, has_code
from tests.fixes.proof import Proof

proof = partial(Proof, "ERR202", client="retry_permanent_code/bad_lists.py", api="girardai")
dropped = partial(proof, "Do not retry `…`", before=ASKED_AGAIN, after=ASKED_ONCE)
openai = partial(dropped, client="retry_permanent_code/bad_openai.py", api="openai")

PROOFS = [
    dropped(call="read('w1')", on=has_code("STORAGE_NOT_CONFIGURED"), client="retry_permanent_code/bad_same_ends.py", only=Safety.SAFE),
    dropped(call="inline('w1')", on=has_code("AI_NOT_CONFIGURED"), only=Safety.UNSAFE),
    dropped(call="named('w1')", on=has_code("STORAGE_NOT_CONFIGURED")),
    dropped(call="named_too('w1', {})", on=has_code("STORAGE_NOT_CONFIGURED")),
    proof("Retry `…`", call="given_up_too_early('w1')", on=has_code("SERVICE_UNAVAILABLE"), before=ASKED_ONCE, after=ASKED_AGAIN),
    proof("Give up on `…`, too", call="one_of_two('w1')", on=has_code("AI_NOT_CONFIGURED"), before=ASKED_AGAIN, after=ASKED_ONCE),
    openai(call="answer('q')", on=has_code("insufficient_quota")),
]
