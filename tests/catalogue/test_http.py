"""The generic catalogue against the standards: may the same request be repeated, and by which phrase is a status known."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from errlint.catalogue import Catalogue, Catalogues

SAYS = """
400 no  401 after_change  402 unstated  403 after_change  404 unstated  405 no  406 no  407 after_change  408 yes
409 after_change  410 no  411 after_change  412 no  413 conditional  414 no  415 no  416 no  417 no
421 conditional  422 no  425 conditional  426 after_change  428 after_change  429 yes  431 after_change  451 unstated
500 unstated  501 unstated  502 unstated  503 yes  504 unstated  505 unstated  507 after_change  511 after_change
"""


@pytest.fixture(scope="module")
def http(built_in: Catalogues) -> Catalogue:
    return built_in.require("http")


@pytest.mark.parametrize(("status", "retry"), list(zip(map(int, SAYS.split()[::2]), SAYS.split()[1::2], strict=True)))
def test_what_the_standards_say_of_repeating_a_request(http: Catalogue, status: int, retry: str) -> None:
    assert http.verdict(status=status).retry == retry


def test_an_unknown_status_counts_as_the_first_of_its_class(http: Catalogue) -> None:
    assert http.verdict(status=471).retry == http.verdict(status=400).retry
    assert http.verdict(status=599).retry == http.verdict(status=500).retry


def test_what_is_concluded_is_not_passed_off_as_said(http: Catalogue) -> None:
    says = {status: http.verdict(status=status).says for status in (400, 403, 429)}
    assert [says[status] and says[status].evidence for status in (400, 403, 429)] == ["inferred", "stated", "stated"]  # type: ignore[union-attr]


def test_an_outage_allows_to_repeat_what_may_be_applied_twice(http: Catalogue) -> None:
    assert http.verdict(status=503, method="GET").retry == "yes"
    assert http.verdict(status=503, method="put").retry == "yes"
    assert http.verdict(status=503, method="post").retry == "conditional"


@pytest.mark.parametrize(
    ("status", "promised"), [(429, True), (503, True), (413, True), (301, True), (307, True), (500, False), (404, False)]
)
def test_where_retry_after_is_defined(http: Catalogue, status: int, promised: bool) -> None:
    assert http.retry_after[0].applies(status=status) is promised


def test_there_are_no_codes_and_no_hosts(http: Catalogue) -> None:
    assert http.names == ()
    assert http.hosts == ()
    assert (http.addresses, http.import_roots) == (frozenset(), frozenset())


# Python has names of its own for some statuses, by version; the phrases of RFC 9110 come first in the catalogue.
KNOWN = [status for status in HTTPStatus if status >= 400 and status not in {418, 506, 510}]


@pytest.mark.parametrize("status", KNOWN, ids=int)
def test_every_status_is_known_by_the_phrase_that_python_has_for_it(http: Catalogue, status: HTTPStatus) -> None:
    assert status.value in http.statuses_for_text(status.phrase)


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("not found", (404,)),
        ("Too Many Requests", (429,)),
        ("too many", (429,)),
        ("service unavailable", (503,)),
        ("payload too large", (413,)),
        ("too large", (413, 414, 431)),
        ("Unauthorized", (401,)),
        ("unavailable", ()),
        ("found", ()),
        ("", ()),
    ],
)
def test_texts_stand_for_statuses(http: Catalogue, text: str, statuses: tuple[int, ...]) -> None:
    assert http.statuses_for_text(text) == statuses
