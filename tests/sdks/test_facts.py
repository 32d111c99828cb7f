"""What catalogues say of SDKs, held against the SDKs that are installed, and the tool that does it against one that is made up."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from benchmarks.sdks.observe import Observation, disagreements, installed, observe, sheet
from benchmarks.sdks.server import Answer
from benchmarks.sdks.specimens import ID, MESSAGE, SPECIMENS, Specimen
from errlint.catalogue import Catalogues
from errlint.catalogue.schema import ExceptionSheet, Sdk


@pytest.mark.filterwarnings("ignore")  # theirs
@pytest.mark.parametrize("specimen", SPECIMENS, ids=str)
def test_the_catalogue_says_what_the_sdk_does(built_in: Catalogues, specimen: Specimen) -> None:
    release = installed(specimen)
    if release is None:
        pytest.skip(f"{specimen.package} is not installed")
    table = sheet(built_in.require(specimen.api), specimen, release)
    assert list(disagreements(specimen, observe(specimen), table)) == []


@pytest.mark.parametrize("specimen", SPECIMENS, ids=str)
def test_every_specimen_belongs_to_an_sdk_of_a_catalogue(built_in: Catalogues, specimen: Specimen) -> None:
    roots = [root for sdk in built_in.require(specimen.api).sdks for root in sdk.import_roots]
    assert specimen.module.partition(".")[0] in roots


def test_every_sdk_of_a_catalogue_has_a_specimen(built_in: Catalogues) -> None:
    unseen = {"girardai"}  # nobody can install it
    roots = {specimen.module.partition(".")[0] for specimen in SPECIMENS}
    assert {sdk.package for one in built_in for sdk in one.sdks if roots.isdisjoint(sdk.import_roots)} == unseen


class AcmeError(Exception):
    def __init__(self, status: int, text: str, trace: str) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status
        self.inner = SimpleNamespace(trace=trace)


def call(_: Any, url: str) -> object:
    try:
        return urlopen(url).read()
    except HTTPError as error:
        with error:
            raise AcmeError(error.code, error.read().decode(), error.headers["X-Trace"]) from error


ACME = Specimen(
    "acme", "acme", __name__, "gone", Answer(410, {"X-Trace": ID}, MESSAGE, "text/plain"), call,
    {"status": "410", "message": MESSAGE, "request_id": ID},
)  # fmt: skip
TRUE = Sdk(
    package="acme",
    import_roots=("acme",),
    attrs={"status": "status", "request_id": "{e}.inner.trace", "message": "args[0]"},
    str_shows=("status", "message"),
)


@pytest.fixture(scope="module")
def seen() -> Observation:
    return observe(replace(ACME, module="errlint", raises=(AcmeError.__module__.partition(".")[0],)))


def test_a_true_table_has_no_disagreement(seen: Observation) -> None:
    assert (set(seen.shown), seen.found) == ({"status", "message"}, ("e.inner.trace",))
    assert list(disagreements(ACME, seen, TRUE)) == []


@pytest.mark.parametrize(
    ("lie", "complaint"),
    [
        ({"attrs": {"request_id": "trace"}}, "AttributeError"),
        ({"attrs": {"status": "{e}.status + 1"}}, "gives 411"),
        ({"unreachable": ("request_id",), "attrs": {}}, "out of reach, but stands at e.inner.trace"),
        ({"str_shows": ("status",)}, "not to show message"),
        ({"str_shows": ("status", "message", "request_id")}, "to show request_id"),
        ({"exceptions": (ExceptionSheet(class_=f"{__name__}.AcmeError", str_shows=()),)}, "not to show"),
    ],
)
def test_a_lie_is_found_out(seen: Observation, lie: dict[str, Any], complaint: str) -> None:
    table = Sdk(**{**{name: getattr(TRUE, name) for name in TRUE.__struct_fields__}, **lie})
    assert any(complaint in found for found in disagreements(ACME, seen, table))


def test_an_error_of_somebody_else_is_no_observation() -> None:
    with pytest.raises(LookupError, match="cannot be called like that"):
        observe(replace(ACME, module="errlint", raises=()))


def test_a_call_that_succeeds_is_no_observation() -> None:
    with pytest.raises(LookupError, match="no error came out"):
        observe(replace(ACME, module="errlint", answer=Answer(200)))
