"""What the fuzzer begins with, and what it has found, holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, seeds

CRASHES = [(path.parent.name, path) for path in sorted(Path(__file__).with_name("crashes").glob("*/*"))]


@pytest.mark.parametrize(("target", "path"), CRASHES, ids=lambda one: one if isinstance(one, str) else one.name)
def test_what_was_found_holds_now(target: str, path: Path) -> None:
    TARGETS[target](path.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_seeds_hold(target: str) -> None:
    few = list(seeds(target))[:: 1 if target != "fixer" else 30]
    assert few
    for seed in few:
        TARGETS[target](seed)
    TARGETS[target](b"")


def test_a_target_that_does_not_hold_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.targets.comments", lambda _: [(0, 1)])
    with pytest.raises(AssertionError):
        TARGETS["suppressions"](b"x = 1")
