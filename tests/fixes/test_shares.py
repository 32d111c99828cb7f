"""A suite that plays a part of the answers plays the defect of every proof, and all answers over a few proofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.fixes.claims import has_status, raised, returned
from tests.fixes.proof import ALL, SOME, Proof
from tests.support.answers import Answer, bare

ANSWERS = [bare(status) for status in range(400, 480)]


def _proof(name: str) -> Proof:
    return Proof("ERR000", "Nothing", name, "call()", "acme", has_status(*range(440, 450)), raised("E"), returned(None))


def _played(name: str, answers: Sequence[Answer] = ANSWERS) -> list[Answer]:
    return SOME.of(_proof(name), answers)


def test_all_plays_all_answers_in_their_order() -> None:
    assert ALL.of(_proof("a.py"), ANSWERS) == ANSWERS


def test_some_plays_few_and_always_the_first_that_shows_the_defect() -> None:
    for name in map(str, range(40)):
        played = _played(name)
        assert ANSWERS[40] in played
        assert len(played) < len(ANSWERS) / 4


def test_the_first_that_shows_the_defect_may_stand_behind_others_that_change_something() -> None:
    proof = replace(_proof("a.py"), changes=has_status(*range(400, 440)))
    for name in map(str, range(40)):
        assert ANSWERS[40] in SOME.of(replace(proof, client=name), ANSWERS)


def test_the_same_proof_plays_the_same_answers() -> None:
    assert _played("a.py") == _played("a.py")


def test_each_answer_is_played_by_some_proof() -> None:
    assert all(any(answer in _played(name) for name in map(str, range(500))) for answer in ANSWERS)
