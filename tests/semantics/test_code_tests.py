"""Every spelling of "is this code, or status, one of …?" is one fact."""

from __future__ import annotations

import pytest

from errlint.semantics.asked.code_tests import CodeTest, Way
from errlint.semantics.meaning import Kind
from tests.semantics.asking import semantics

PREAMBLE = """
import enum, http
import requests

SET = frozenset({"A", "B"})
MORE = SET | {"C"}
ONE = "A"
TABLE = {"A": 1, "B": 2}
EXTENDED = {"A"}
EXTENDED |= {"B"}

class Code(str, enum.Enum):
    A = "A"
    B = "B"

class Client:
    codes = ["A", "B"]

def answer():
    return requests.get("https://api.girardai.com/v1")

def lowered(error):
    code = (error.get("code") or "none").lower()
    return code

def check(others):
    response = answer()
    error = response.json()["error"]
    code = error["code"]
    status = response.status_code
"""


def asked_in(statement: str) -> list[CodeTest]:
    layer, _ = semantics(f"{PREAMBLE}    {statement}\n")
    return list(layer.code_tests.all)


@pytest.mark.parametrize(
    ("statement", "way", "values", "negated"),
    [
        ('code == "A"', Way.EQUAL, ("A",), False),
        ('"A" != error["code"]', Way.EQUAL, ("A",), True),
        ("error.get('code') is not ONE", Way.EQUAL, ("A",), True),
        ("code == Code.B", Way.EQUAL, ("B",), False),
        ("code == Code.B.value", Way.EQUAL, ("B",), False),
        ("code in SET", Way.AMONG, ("A", "B"), False),
        ("code not in MORE", Way.AMONG, ("A", "B", "C"), True),
        ("code in (ONE, 'B')", Way.AMONG, ("A", "B"), False),
        ("code in [*SET, 'C']", Way.AMONG, ("A", "B", "C"), False),
        ("code in SET.union({'C'})", Way.AMONG, ("A", "B", "C"), False),
        ("code in TABLE", Way.AMONG, ("A", "B"), False),
        ("code in TABLE.keys()", Way.AMONG, ("A", "B"), False),
        ("code in Client.codes", Way.AMONG, ("A", "B"), False),
        ("code in sorted({'A'})", Way.AMONG, ("A",), False),
        ("TABLE[code]", Way.TABLE, ("A", "B"), False),
        ("TABLE.get(code, 0)", Way.TABLE, ("A", "B"), False),
        ("any(code == known for known in SET)", Way.AMONG, ("A", "B"), False),
        ("(found := error['code']) == 'A'", Way.EQUAL, ("A",), False),
        ("code.strip() == 'A'", Way.EQUAL, ("A",), False),
        ("status == 404", Way.EQUAL, (404,), False),
        ("status in {404, http.HTTPStatus.GONE}", Way.AMONG, (404, 410), False),
        ("status == '404'", Way.EQUAL, ("404",), False),
    ],
)
def test_one_fact_for_all_spellings(statement: str, way: Way, values: tuple[object, ...], negated: bool) -> None:
    (test,) = asked_in(statement)
    assert (test.way, test.values, test.negated, test.complete) == (way, values, negated, True)
    assert test.subject.kind is (Kind.STATUS if "status" in statement else Kind.CODE)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("code in EXTENDED", ("A",)),
        ("code in {'A', *others}", ("A",)),
        ("code in SET | others", ("A", "B")),
        ("code == ('A' if others else 'B')", ("A", "B")),
    ],
)
def test_what_is_not_known_is_said(statement: str, values: tuple[object, ...]) -> None:
    (test,) = asked_in(statement)
    assert (test.values, test.complete) == (values, False)


@pytest.mark.parametrize(
    "statement",
    [
        "'A' in code",
        "code.startswith('A')",
        "code == others",
        "code in others",
        "others == 'A'",
        "error['message'] == 'A'",
        "others.get(code)",
    ],
)
def test_what_is_no_test_of_a_code(statement: str) -> None:
    assert asked_in(statement) == []


def test_patterns_ask_too() -> None:
    found = asked_in(
        """match response.json():
        case {"error": {"code": "A" | Code.B}}: pass
        case {"error": {"code": "C" as kept}}: pass
    match status, code:
        case (404 | 410, "A"): pass
        case [500, *_]: pass"""
    )
    assert [(test.subject.kind, test.values) for test in found] == [
        (Kind.CODE, ("A", "B")),
        (Kind.CODE, ("C",)),
        (Kind.STATUS, (404, 410)),
        (Kind.CODE, ("A",)),
        (Kind.STATUS, (500,)),
    ]


@pytest.mark.parametrize(
    ("statement", "defaults", "pure", "fold"),
    [
        ("code == 'A'", set(), True, ""),
        ("error.get('code', 'none') == 'A'", {"none"}, True, ""),
        ("(error.get('code') or 'none') == 'A'", {"none"}, True, ""),
        ("(error['code'] if error else '') == 'A'", {""}, True, ""),
        ("getattr(response, 'status_code', 0) == 404", {0}, True, ""),
        ("error.get('code', others) == 'A'", set(), False, ""),
        ("(error['code'] if error else status) == 'A'", set(), False, ""),
        ("lowered(error) == 'a'", {"none"}, True, "lower"),
        ("str(code).upper() == 'A'", set(), True, "upper"),
    ],
)
def test_what_else_the_subject_may_be(statement: str, defaults: set[str | int], pure: bool, fold: str) -> None:
    (test,) = asked_in(statement)
    assert (set(test.origin.defaults), test.origin.pure, test.origin.fold) == (defaults, pure, fold)


def test_a_constant_knows_the_tests_that_ask_for_it() -> None:
    first, second, other = asked_in("code in SET; code not in MORE; code == 'A'")
    assert [test.values for test in (first, second, other)] == [("A", "B"), ("A", "B", "C"), ("A",)]
    assert second.asked[0].node is first.asked[0].node
    assert other.asked[0].node is not first.asked[0].node
