"""Options and shared objects of the test suite."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from tests.harness.bench import Bench
    from tests.support.server import FaultServer

# What is refused must be refused again when somebody looks: the suite draws the same examples each time, `make properties` new ones.
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.register_profile("new", print_blob=True, deadline=None)
hypothesis.settings.load_profile(os.environ.get("ERRLINT_EXAMPLES", "suite"))


@pytest.fixture(scope="session", autouse=True)
def cache() -> Iterator[None]:
    """Results are remembered for the session, in a folder of its own: what people have in theirs makes no difference."""
    with tempfile.TemporaryDirectory(prefix="errlint-cache-") as folder:
        os.environ["ERRLINT_CACHE_DIR"] = folder
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update`` writes what is generated instead of comparing it."""
    parser.addoption(
        "--update", action="store_true", help="write the .fixed.py of fixtures, the index of rules, and what else is generated"
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether generated files are written."""
    return bool(request.config.getoption("--update"))


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Everything that is installed, ready to lint fixtures."""
    from tests.harness.bench import Bench

    return Bench.installed()


@pytest.fixture(scope="session")
def server() -> Iterator[FaultServer]:
    """A fault server for all tests of a process."""
    from tests.support.server import serving

    with serving() as server:
        yield server
