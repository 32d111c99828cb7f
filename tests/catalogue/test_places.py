"""The notation for places in JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errlint.catalogue import Place, parse_json_path


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("$", ()),
        ("$.error.code", ("error", "code")),
        ("$.errors[*].code", ("errors", "*", "code")),
        ("$[0].errorCode", (0, "errorCode")),
        ("$.error.details[2][*]", ("error", "details", 2, "*")),
        ('$["odd key"].x', ("odd key", "x")),
        ("$['a.b']", ("a.b",)),
        ("$.@type", ("@type",)),
        ("$.retry-after", ("retry-after",)),
    ],
)
def test_a_path_is_read_as_steps(text: str, steps: tuple[str | int, ...]) -> None:
    assert parse_json_path(text) == steps


NO_PATHS = ["", "error.code", "$error", "$.", "$..code", "$.a[", "$.a[-1]", "$.a[b]", "$.a b", "$.a[?(@.x)]", "$[]", '$["*"]']


@pytest.mark.parametrize("text", NO_PATHS)
def test_what_is_no_path_is_refused(text: str) -> None:
    assert parse_json_path(text) is None


KEYS = st.text(st.characters(codec="utf-8", exclude_characters='"\\*'), min_size=1)


@given(st.lists(st.one_of(KEYS, st.integers(0, 99), st.just("*"))))
def test_writing_a_place_and_reading_it_gives_the_same_steps(steps: list[str | int]) -> None:
    assert parse_json_path(str(Place(json=tuple(steps)))) == tuple(steps)


def test_places_outside_json_are_named_by_kind() -> None:
    assert str(Place(header="X-Request-Id")) == "header X-Request-Id"
    assert str(Place(sdk_attr="request_id")) == ".request_id"
    assert str(Place(xml="Error/Code")) == "xml Error/Code"
