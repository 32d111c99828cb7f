"""Ranges of versions mean what `packaging` makes of them, and a bad one is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from errlint.versions import ANY, parse_versions

numbers = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
versions = st.builds("{}{}".format, numbers, st.sampled_from(["", "", "", "a1", "b2", "rc1", ".post1", ".dev3"]))
clauses = st.one_of(
    st.builds("{}{}".format, st.sampled_from(["==", ">=", "<=", ">", "<", "!="]), numbers),
    st.builds("{}{}.*".format, st.sampled_from(["==", "!="]), numbers),
    st.builds("~={}.{}".format, st.integers(0, 3), numbers),
)
specifiers = st.lists(clauses, min_size=1, max_size=3).map(",".join)


@given(specifiers, versions)
def test_a_range_holds_what_packaging_says(specifier: str, version: str) -> None:
    allowed, one = parse_versions(specifier), parse_versions(f"=={version}")
    assert allowed is not None
    assert one is not None
    wanted = Version(version)
    if wanted.is_postrelease and any(clause.startswith(">") and not clause.startswith(">=") for clause in specifier.split(",")):
        return  # PEP 440 makes an exception of `>1.0` and 1.0.post1, of which nobody has a sheet
    assert bool(allowed & one) == SpecifierSet(specifier).contains(wanted, prereleases=True)


@given(specifiers, specifiers, versions)
def test_sets_behave_as_sets(first: str, second: str, version: str) -> None:
    a, b, one = parse_versions(first), parse_versions(second), parse_versions(version)
    assert a is not None
    assert b is not None
    assert one is not None
    assert bool(a & b & one) == (bool(a & one) and bool(b & one))
    assert bool((a | b) & one) == (bool(a & one) or bool(b & one))


@pytest.mark.parametrize(
    ("poetry", "same"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("1.2.3", "==1.2.3"),
        ("1.2.*", "==1.2.*"),
        ("*", ""),
        ("==v1.2+cpu", "==1.2"),
        (">=1,<2 || ==1.5", ">=1,<2"),
    ],
)
def test_poetrys_own_notation(poetry: str, same: str) -> None:
    assert parse_versions(poetry) == parse_versions(same)


@pytest.mark.parametrize("text", ["latest", ">=", "=>1", "1..2", "^x", "~=1", ">=1,,<2", "==1.x.*", ">=1 <2"])
def test_what_cannot_be_understood_is_not_known(text: str) -> None:
    assert parse_versions(text) is None


def test_nothing_said_is_any() -> None:
    assert parse_versions("") == ANY
    assert not parse_versions(">2,<1")
