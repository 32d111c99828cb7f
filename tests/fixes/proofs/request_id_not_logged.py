"""ERR402: what is logged or printed of an error has its request id."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import DID_NOT_TELL_THE_ID, TOLD_WHAT_ID_THERE_IS, has_status
from tests.fixes.proof import Proof
from tests.support.answers import Answer
from tests.support.wires import aws_xml


def _is_an_error(answer: Answer) -> bool:
    return answer.status >= 400


def _reaches_the_client(answer: Answer) -> bool:
    """PyGithub's own retries of these end in an error of requests."""
    return 400 <= answer.status < 500 and not (answer.status == 403 and any(name == "Retry-After" for name, _ in answer.headers))


def _is_told(answer: Answer) -> bool:
    """Slack's errors come with 200."""
    return answer.is_error and not answer.fault


def _is_any_failure(answer: Answer) -> bool:
    """With or without an answer."""
    return answer.is_error


def _is_no_error(answer: Answer) -> bool:
    """The first of the keys is refused by the client itself, whatever the server says to the second."""
    return not _is_an_error(answer)


def _is_no_timeout(answer: Answer) -> bool:
    """aiohttp's error for the time of a whole request is Python's own."""
    return answer.is_error and answer.fault != "hang"


def _is_another_failure(answer: Answer) -> bool:
    return answer.is_error and answer.status != 429


AIOHTTP = "request_id_not_logged/bad_aiohttp.py"
BROAD = "request_id_not_logged/bad_broad_handlers.py"
SDKS = "request_id_not_logged/bad_sdks.py"
AWS = "request_id_not_logged/bad_aws.py"
OPENAI = "request_id_not_logged/bad_openai.py"
COMMANDS = "request_id_not_logged/bad_commands.py"
GIRARD = "request_id_not_logged/bad_girardai.py"
SCRIPTS = "request_id_not_logged/bad_scripts.py"
NOTATIONS = "request_id_not_logged/bad_notations.py"

_adds = partial(Proof, "ERR402", on=_is_an_error, before=DID_NOT_TELL_THE_ID, after=TOLD_WHAT_ID_THERE_IS)
proof = partial(_adds, fix="Add the request id: `…`", api="github")
guarded = partial(_adds, fix="Add the request id, where there is one: `…`", api="girardai")

PROOFS = [
    proof(client=COMMANDS, call="fetch('o/r')"),
    proof(client=COMMANDS, call="commits('o/r')"),
    proof(client=COMMANDS, call="releases('o/r')"),
    proof(client=COMMANDS, call="forks('o/r')"),
    proof(client=COMMANDS, call="told('o/r')"),
    proof(client=SCRIPTS, call="stars('o/r')"),
    proof(client=SCRIPTS, call="topics('o/r')"),
    proof(client=SCRIPTS, call="license_of('o/r')"),
    guarded(client=GIRARD, call="start('w1')"),
    guarded(client=GIRARD, call="inspect('w1')"),
    guarded(client=BROAD, call="repository('o/r')", api="github", on=_is_any_failure),
    guarded(client=BROAD, call="tags('o/r')", api="github", on=_is_any_failure),
    proof(client=AIOHTTP, call="tags('o/r')"),
    proof(client=AIOHTTP, call="forks('o/r')"),
    guarded(client=AIOHTTP, call="labels('o/r')", api="github", on=_is_no_timeout),
    guarded(client=AIOHTTP, call="commits('o/r')", api="github", on=_is_any_failure),
    proof(client=SDKS, call="branch('o/r')", on=_reaches_the_client),
    proof(client=SDKS, call="post('c', 't')", api="slack", on=_is_told),
    guarded(client=SDKS, call="charge(1)", api="stripe", on=_is_any_failure),
    proof(client=AWS, call="load('k')", api="aws", wire=aws_xml),
    guarded(client=AWS, call="exists('k')", api="aws", on=_is_any_failure, wire=aws_xml),
    guarded(client=AWS, call="is_there('k')", api="aws", on=_is_any_failure, wire=aws_xml),
    guarded(client=AWS, call="published(['k', 'public/k'])", api="aws", wire=aws_xml, changes=_is_no_error),
    guarded(client=AWS, call="shown('k')", api="aws", on=_is_any_failure, wire=aws_xml),
    proof(client=OPENAI, call="answer('q')", api="openai", on=has_status(429)),
    proof(client=NOTATIONS, call="as_json('q')", api="openai"),
    proof(client=NOTATIONS, call="written('q')", api="openai"),
    guarded(client=OPENAI, call="answer('q')", api="openai", on=_is_another_failure),
]
