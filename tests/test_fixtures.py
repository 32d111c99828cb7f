"""Every fixture, in every way that must hold; see fixtures/README.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import folders
from tests.harness.bench import Bench
from tests.harness.checks import Check, checked, sibling_is_the_fixed_text
from tests.harness.fixture import Fixture, compilable, shown
from tests.harness.siblings import write_siblings

ROOT = Path(__file__).parent.parent / "fixtures"


@pytest.mark.parametrize(
    ("path", "check"),
    [
        # one process runs all checks of a fixture, which share what is found and what becomes of it by fixes
        pytest.param(path, check, id=f"{shown(path)}-{check.__name__}", marks=pytest.mark.xdist_group(shown(path)))
        for path in compilable(ROOT)
        for check in checked(path)
    ],
)
def test_fixture(path: Path, check: Check, bench: Bench, update: bool) -> None:
    fixture = Fixture.read(path)
    if update and check is sibling_is_the_fixed_text and fixture.is_bad:
        fixture = write_siblings(fixture, bench)
    complaint = ""
    try:
        for variant in fixture.variants():
            check(variant, bench)
    except AssertionError as error:
        complaint = str(error)
    if complaint:
        # the message is all that an author of fixtures needs
        pytest.fail(complaint, pytrace=False)


def test_every_rule_has_bad_and_ok_files(bench: Bench) -> None:
    folders.every_rule_is_shown(ROOT, bench.rules)


def test_every_folder_belongs_to_a_rule(bench: Bench) -> None:
    folders.every_folder_has_a_rule(ROOT, bench.rules)


def test_every_file_is_used() -> None:
    folders.every_file_is_used(ROOT)
