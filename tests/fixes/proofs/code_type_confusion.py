"""ERR103: the comparison that was never true is true for what it names."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import has_status, raised, returned
from tests.fixes.proof import Proof
from tests.support.answers import Answer
from tests.support.wires import aws_xml


def _is_404_alone(answer: Answer) -> bool:
    """botocore makes a code of the status where the answer has none."""
    return answer.code == "404" or (answer.status == 404 and not answer.code)


proof = partial(Proof, "ERR103", "Compare with the number `…`")
text = partial(Proof, "ERR103", "Compare with the text `…`")
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
    proof(
        *("code_type_confusion/bad_own_exceptions.py", "order_or_none('7')", "http"),
        on=has_status(404),
        before=raised("ShopError"),
        after=returned(None),
    ),
    text(
        *("code_type_confusion/bad_aws.py", "load('k')", "aws"),
        wire=aws_xml,
        on=_is_404_alone,
        before=raised("ClientError"),
        after=returned(None),
    ),
]
