"""ERR102: the branch for the code that was meant is taken, and nothing else changes."""

from __future__ import annotations

from functools import partial

from errlint.model import Safety
from tests.fixes.claims import asked, has_code, raised, returned
from tests.fixes.proof import Proof
from tests.support.answers import ok
from tests.support.wires import aws_xml

proof = partial(Proof, "ERR102", "Correct the code to `…`")

PROOFS = [
    proof(
        *("unknown_error_code/bad_misspelt.py", "workflow_exists('w1')", "girardai"),
        on=has_code("WORKFLOW_NOT_FOUND"),
        before=returned(True),
        after=returned(False),
    ),
    proof(
        *("unknown_error_code/bad_misspelt.py", "start('w1', {})", "girardai"),
        on=has_code("RATE_LIMIT_EXCEEDED"),
        before=raised("GirardError"),
        after=asked(2),
        then=(ok(),),
        only=Safety.SAFE,
    ),
    proof(
        *("unknown_error_code/bad_constants.py", "Girard('k').run('r1')", "girardai"),
        on=has_code("RUN_NOT_FOUND"),
        before=raised("KeyError"),
        after=returned(None),
    ),
    proof(
        *("unknown_error_code/bad_withgiga.py", "deploy('t1')", "withgiga"),
        on=has_code("INSUFFICIENT_CREDITS"),
        before=returned(False),
        after=returned(True),
    ),
    proof(
        *("unknown_error_code/bad_aiohttp.py", "is_missing('w1')", "girardai"),
        on=has_code("WORKFLOW_NOT_FOUND"),
        before=returned(False),
        after=returned(True),
    ),
    proof(
        *("unknown_error_code/bad_sdks.py", "answer('q')", "openai"),
        on=has_code("insufficient_quota"),
        before=raised("RateLimitError"),
        after=returned(None),
    ),
    proof(
        *("unknown_error_code/bad_aws.py", "load('k')", "aws"),
        wire=aws_xml,
        on=has_code("NoSuchKey"),
        before=raised("NoSuchKey"),
        after=returned(None),
    ),
    proof(
        *("unknown_error_code/bad_sdks.py", "post('c', 't')", "slack"),
        on=has_code("channel_not_found"),
        before=raised("SlackApiError"),
        after=returned(None),
    ),
    proof(
        *("unknown_error_code/bad_sdks.py", "customer('c1')", "stripe"),
        on=has_code("resource_missing"),
        before=raised("InvalidRequestError"),
        after=returned(None),
    ),
]
