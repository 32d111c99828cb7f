"""ERR105: every code for the same error takes the same branch."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import asked, has_code, raised, returned
from tests.fixes.proof import Proof
from tests.support.answers import ok

_proof = partial(Proof, "ERR105", "Ask for the synonyms, too")
proof = partial(_proof, "incomplete_alias/bad_one_of_two.py")

PROOFS = [
    proof("matched('w1')", "girardai", on=has_code("RATE_LIMITED"), before=returned("RATE_LIMITED"), after=returned("busy")),
    proof(
        *("start('w1')", "girardai"),
        on=has_code("RATE_LIMIT_EXCEEDED"),
        before=raised("RuntimeError"),
        after=asked(2),
        then=(ok(),),
    ),
    _proof(
        *("incomplete_alias/bad_aiohttp.py", "is_busy('w1')", "girardai"),
        on=has_code("RATE_LIMIT_EXCEEDED"),
        before=returned(False),
        after=returned(True),
    ),
]
