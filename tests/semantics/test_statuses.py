"""A test on the status means what Python makes of it, for every status."""

from __future__ import annotations

from types import SimpleNamespace

import libcst as cst
from hypothesis import given, settings
from hypothesis import strategies as st

from errlint import registry
from errlint.catalogue import Catalogues
from errlint.semantics.analysis import Semantics
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.status_sets import ALL, BELOW_400, ERRORS, SUCCESS, Range, statuses

PREAMBLE = """
from http import HTTPStatus
import requests

RETRYABLE = {429, 500, 502, 503, 504}
LIMIT = 400
response = requests.get("https://api.example.com")
"""


def semantics_of(code: str) -> Semantics:
    return Semantics(Tree.of(cst.parse_module(code)), registry.libraries(), Catalogues(()))


def range_of(test: str) -> Range:
    semantics = semantics_of(f"{PREAMBLE}if {test}:\n    pass\n")
    (statement,) = semantics.tree.all(cst.If)
    return semantics.statuses.range_of(statement.test)


numbers = st.integers(min_value=100, max_value=599)
comparisons = st.builds(
    "response.status_code {} {}".format, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), numbers | st.just("LIMIT")
)
mirrored = st.builds("{} {} response.status_code".format, numbers, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
chained = st.builds("{} <= response.status_code < {}".format, numbers, numbers)
classes = st.builds("response.status_code // 100 {} {}".format, st.sampled_from(["==", "!=", ">"]), st.integers(1, 5))
members = st.builds("response.status_code {} {}".format, st.sampled_from(["in", "not in"]), st.sampled_from([
    "{404, 410}", "(200, 201)", "[429]", "range(500, 600)", "RETRYABLE", "frozenset([401, 403])", "RETRYABLE | {408}",
    "(404,) + (500, 503)", "[404, 410] if flag else [404]", "[*RETRYABLE, *(range(400, 404) if flag else ())]",
]))  # fmt: skip
named = st.sampled_from([
    "response.status_code == HTTPStatus.NOT_FOUND", "response.status_code == requests.codes.too_many_requests", "response.ok", "response",
    "response.status_code == HTTPStatus.OK.value", "int(response.status_code) >= 400",
])  # fmt: skip
opaque = st.just("flag")
tests = st.recursive(
    comparisons | mirrored | chained | classes | members | named | opaque,
    lambda inner: (
        st.builds("not ({})".format, inner)
        | st.builds("({}) and ({})".format, inner, inner)
        | st.builds("({}) or ({})".format, inner, inner)
    ),
    max_leaves=5,
)


class _Response(SimpleNamespace):
    def __bool__(self) -> bool:
        return bool(self.ok)


@settings(max_examples=150, deadline=None)
@given(tests)
def test_a_test_admits_what_python_says(test: str) -> None:
    import requests

    found = range_of(test)
    namespace: dict[str, object] = {}
    exec(PREAMBLE.replace('requests.get("https://api.example.com")', "None"), namespace)  # only constants of this file
    namespace["requests"] = requests
    code = compile(test, "<test>", "eval")
    for status in (*range(100, 106), *range(198, 206), *range(300, 306), *range(398, 432), *range(498, 506), 599):
        outcomes = set()
        for flag in (True, False):
            response = _Response(status_code=status, ok=status < 400)
            outcomes.add(bool(eval(code, namespace, {"response": response, "flag": flag})))
        if True in outcomes:
            assert found.may >> status & 1, (test, status)
        if found.must >> status & 1:
            assert outcomes == {True}, (test, status)
        if "flag" not in test:
            assert bool(found.may >> status & 1) is (True in outcomes), (test, status)


def possible_at_mark(code: str) -> int:
    semantics = semantics_of(PREAMBLE + code)
    mark = next(name for name in semantics.tree.all(cst.Name) if name.value == "MARK")
    return semantics.statuses.possible_at(mark)


def test_a_branch_and_its_else_divide_the_statuses() -> None:
    assert possible_at_mark("if response.ok:\n    MARK\n") == BELOW_400
    assert possible_at_mark("if response.ok:\n    pass\nelse:\n    MARK\n") == ALL & ~BELOW_400


def test_an_early_exit_leaves_the_rest() -> None:
    code = "def f():\n    r = requests.get('x')\n    if 200 <= r.status_code < 300:\n        return r\n    MARK\n"
    assert possible_at_mark(code) == ALL & ~SUCCESS


def test_an_exit_of_all_arms_counts_as_one() -> None:
    code = (
        "def f(x):\n    r = requests.get('x')\n    if r.status_code < 400:\n        if x:\n            return 1\n"
        "        else:\n            raise ValueError\n    MARK\n"
    )
    assert possible_at_mark(code) == ALL & ~BELOW_400


def test_the_left_of_an_and_holds_on_its_right() -> None:
    assert possible_at_mark("if response.status_code >= 400 and MARK:\n    pass\n") & ~statuses(400, 600) == 0
    assert possible_at_mark("if response.status_code < 400 or MARK:\n    pass\n") == ALL & ~BELOW_400


def test_what_is_not_known_excludes_nothing() -> None:
    assert range_of("flag") == Range(ALL, 0)
    assert range_of("response.status_code == flag") == Range(ALL, 0)
    assert range_of("response.status_code in (404, flag)") == Range(ALL, 0)
    assert ERRORS & SUCCESS == 0
