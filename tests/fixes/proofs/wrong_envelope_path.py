"""ERR502: what is read is there."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import TOLD_THE_ID, Claim, both, has_an_id, has_status, raised
from tests.fixes.proof import Proof
from tests.support.answers import Answer
from tests.support.wires import aws_xml

proof = partial(Proof, "ERR502")
_RETURNED_THE_CODE = Claim("returned the code", lambda run, answer: run.returned == answer.code)


def _has_a_code(answer: Answer) -> bool:
    return bool(answer.code)


def _is_an_answer(answer: Answer) -> bool:
    return answer.status >= 400


def _is_an_error_of_the_api(answer: Answer) -> bool:
    return answer.status >= 400 and isinstance(answer.body, dict) and "error" in answer.body


aws = partial(
    proof,
    client="wrong_envelope_path/bad_aws.py",
    api="aws",
    wire=aws_xml,
    on=_is_an_answer,
    before=raised("KeyError"),
    after=raised("ApiError"),
)

PROOFS = [
    proof(
        "Read the error code where it stands",
        *("wrong_envelope_path/bad_girardai.py", "code_at_the_root('w1')", "girardai"),
        on=both(has_status(404), _has_a_code),
        before=raised("KeyError"),
        after=_RETURNED_THE_CODE,
    ),
    proof(
        "Read the error message where it stands",
        *("wrong_envelope_path/bad_girardai.py", "message_of_another_api('w1')", "girardai"),
        on=_is_an_error_of_the_api,
        before=raised("KeyError"),
        after=raised("ApiError"),
    ),
    proof(
        "Read the request id where it stands",
        *("wrong_envelope_path/bad_girardai.py", "told('w1')", "girardai"),
        on=_has_a_code,
        before=raised("KeyError"),
        after=TOLD_THE_ID,
    ),
    aws("Read the error code where it stands", call="aws_code('b')"),
    aws("Read the request id where it stands", call="aws('b')", on=has_an_id),
]
