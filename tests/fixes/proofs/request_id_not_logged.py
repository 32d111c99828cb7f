"""ERR402: what is logged or printed of an error has its request id."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import DID_NOT_TELL_THE_ID, TOLD_WHAT_ID_THERE_IS
from tests.fixes.proof import Proof
from tests.support.answers import Answer


def _is_an_error(answer: Answer) -> bool:
    return answer.status >= 400


COMMANDS = "request_id_not_logged/bad_commands.py"
GIRARD = "request_id_not_logged/bad_girardai.py"

_adds = partial(Proof, "ERR402", on=_is_an_error, before=DID_NOT_TELL_THE_ID, after=TOLD_WHAT_ID_THERE_IS)
proof = partial(_adds, fix="Add the request id: `…`", api="github")
guarded = partial(_adds, fix="Add the request id, where there is one: `…`", api="girardai")

PROOFS = [
    proof(client=COMMANDS, call="fetch('o/r')"),
    proof(client=COMMANDS, call="commits('o/r')"),
    proof(client=COMMANDS, call="releases('o/r')"),
    proof(client=COMMANDS, call="forks('o/r')"),
    proof(client=COMMANDS, call="told('o/r')"),
    guarded(client=GIRARD, call="start('w1')"),
    guarded(client=GIRARD, call="inspect('w1')"),
]
