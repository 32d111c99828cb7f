"""ERR103: the comparison that was never true is true for what it names."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import has_status, raised, returned
from tests.fixes.proof import Proof

proof = partial(Proof, "ERR103", "Compare with the number `…`")
URL = "https://shop.example.com/items/7"

PROOFS = [
    proof(
        *("code_type_confusion/bad_statuses_as_texts.py", f"gone('{URL}')", "http"),
        on=has_status(404),
        before=returned(False),
        after=returned(True),
    ),
    proof(
        *("code_type_confusion/bad_statuses_as_texts.py", f"opened('{URL}')", "http"),
        on=has_status(404),
        before=raised("HTTPError"),
        after=returned(None),
    ),
    proof(
        *("code_type_confusion/bad_sdks.py", "answer('q')", "openai"),
        on=has_status(429),
        before=raised("RateLimitError"),
        after=returned(None),
    ),
    proof(
        *("code_type_confusion/bad_sdks.py", "branch('o/r')", "github"),
        on=has_status(404),
        before=raised("GithubException", "UnknownObjectException"),
        after=returned(None),
    ),
]
