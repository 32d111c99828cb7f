"""A page that is written from a catalogue imports to that catalogue, and a catalogue that is written as TOML is read as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
import tomli
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from errlint.catalogue import Catalogue, load_catalogue
from errlint.catalogue.checks import problems_of
from errlint.catalogue.differences import differences
from errlint.catalogue.importers import import_sources
from errlint.catalogue.importers.writing import toml_of
from errlint.catalogue.schema import (
    Api,
    CatalogueFile,
    CodeRule,
    EnvelopeSheet,
    FailureTest,
    Idempotency,
    PlaceSheet,
    RetryAfterSheet,
    StatusRule,
)
from errlint.errors import UsageProblem
from tests.catalogue.importers.pages import Piece, markdown, page_of, scraped, webpage

OPENAPI = Path(__file__).parents[2] / "data" / "openapi"
BUILT_IN = sorted((Path(__file__).parents[3] / "rules" / "errlint_rules" / "catalogues").glob("*.toml"))

# catalogues -----------------------------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    [
        "account",
        "billing",
        "channel",
        "charge",
        "country",
        "coupon",
        "device",
        "folder",
        "invoice",
        "item",
        "ledger",
        "locale",
        "member",
        "model",
        "order",
        "owner",
        "part",
        "plan",
        "project",
        "quota",
        "report",
        "route",
        "store",
        "tenant",
        "ticket",
        "token",
        "upload",
        "voucher",
        "window",
    ]
)
_STATES = st.sampled_from(
    [
        "blocked",
        "broken",
        "closed",
        "empty",
        "expired",
        "full",
        "gone",
        "invalid",
        "late",
        "locked",
        "lost",
        "missing",
        "stale",
        "unknown",
        "unpaid",
    ]
)
_STATUSES = (400, 401, 402, 403, 404, 409, 410, 413, 422, 423, 429, 500, 502, 503, 504, 529)
_CASES: dict[str, Callable[[str, str], str]] = {
    "UPPER_SNAKE": lambda one, other: f"{one}_{other}".upper(),
    "lower_snake": lambda one, other: f"{one}_{other}",
    "camelCase": lambda one, other: f"{one}{other.capitalize()}",
    "PascalCase": lambda one, other: f"{one.capitalize()}{other.capitalize()}",
    "": lambda one, other: str(10_000 + sum(one.encode()) * 7 + sum(other.encode()) * 1_009),
}
_VERDICTS: list[dict[str, Any]] = [
    {"retry": "yes"},
    {"retry": "yes", "wait": "backoff"},
    {"retry": "yes", "wait": "retry_after"},
    {"retry": "no"},
    {"retry": "after_change", "change": "add credits", "action": "billing"},
    {"retry": "conditional", "change": "the order is still open"},
    {"retry": "after_poll", "wait": "poll", "poll": "the job"},
]


@st.composite
def _envelopes(draw: st.DrawFn, case: str) -> EnvelopeSheet:
    root = draw(st.sampled_from(["$.error", "$", "$.fault"]))
    at = {
        "code": draw(st.sampled_from(["code", "error_code", "errorCode"])),
        "message": draw(st.sampled_from(["message", "detail", "error_description"])),
        "hint": draw(st.sampled_from(["", "hint", "suggestion"])),
        "type": draw(st.sampled_from(["", "type", "error_type"])),
    }
    places: dict[str, Any] = {part: (PlaceSheet(json=f"{root}.{key}"),) for part, key in at.items() if key}
    places["code"] = (PlaceSheet(json=f"{root}.{at['code']}", case=case, type="str" if case else "int"),)  # type: ignore[arg-type]
    request_id = draw(st.sampled_from(["", f"{root}.request_id", "$.meta.requestId", "X-Request-Id"]))
    if request_id:
        places["request_id"] = (PlaceSheet(json=request_id) if request_id.startswith("$") else PlaceSheet(header=request_id),)
    return EnvelopeSheet(
        **places,
        request_id_echo=draw(st.sampled_from(["", "X-Request-Id"])) if request_id.startswith("$") else "",
        branch_on=draw(st.sampled_from([(), ("code",), ("status",), ("code", "status")])),
        codes=draw(st.sampled_from(["unstated", "open", "complete"])),
        code_statuses=draw(st.sampled_from(["typical", "complete"])),
        message_contract=draw(st.sampled_from(["unstated", "unstable"])),
    )


@st.composite
def catalogues(draw: st.DrawFn) -> CatalogueFile:
    """Catalogues of what a page can say, and says in so many words."""
    case = draw(st.sampled_from(sorted(_CASES)))
    pairs = draw(st.lists(st.tuples(_WORDS, _STATES), unique=True, min_size=1, max_size=6))
    waits = draw(
        st.lists(
            st.builds(
                RetryAfterSheet,
                header=st.sampled_from(["Retry-After", "X-RateLimit-Reset", "Retry-After-Ms"]),
                formats=st.just(()),
                on=st.lists(st.sampled_from(_STATUSES), min_size=1, max_size=2, unique=True).map(tuple),
            ),
            unique_by=lambda sheet: sheet.header,
            max_size=3,
        )
    )
    formats = {
        "Retry-After": st.sampled_from([("delta-seconds",), ("http-date",), ("delta-seconds", "http-date")]),
        "X-RateLimit-Reset": st.sampled_from([("epoch-seconds",), ("rfc3339",)]),
        "Retry-After-Ms": st.just(("milliseconds",)),
    }
    sheets = tuple(msgspec.structs.replace(sheet, formats=draw(formats[sheet.header])) for sheet in waits)
    possible = [one for one in _VERDICTS if sheets or one.get("wait") != "retry_after"]
    of_codes, of_statuses = st.sampled_from([*possible, {"retry": "by_status"}]), st.sampled_from([*possible, {"retry": "by_code"}])
    envelope = draw(_envelopes(case))
    families = draw(st.booleans()) and case in {"UPPER_SNAKE", "lower_snake"}
    rules = []
    for one, other in pairs:
        name = _CASES[case](one, other)
        texts = draw(st.lists(st.sampled_from([f"The {one} is {other}.", f"{one.capitalize()} {other}: see the page"]), max_size=1))
        rules.append(
            CodeRule(
                names=(name,),
                status=tuple(sorted(draw(st.lists(st.sampled_from(_STATUSES), min_size=1, max_size=2, unique=True)))),
                messages={name: tuple(texts)} if texts else {},
                type=draw(st.sampled_from(["card_error", "api_error"])) if texts and envelope.type else "",
                pattern=_CASES[case]("*", other) if families else "",
                meanings={name: f"The {one} was found to be {other}"},
                **draw(of_codes),
            )
        )
    used = sorted({status for rule in rules for status in rule.status} | set(draw(st.lists(st.sampled_from(_STATUSES), max_size=3))))
    file = CatalogueFile(
        schema=1,
        api=Api(id="acme", name=draw(st.sampled_from(["Acme", "Globex Cloud", "Initech"])), hosts=("api.acme.io",)),
        failure=(FailureTest(status=">=400"), *draw(st.sampled_from([(), (FailureTest(json="$.success", equals=False),)]))),
        envelope=envelope,
        retry_after=sheets,
        idempotency=draw(
            st.sampled_from([None, *(Idempotency(header="Idempotency-Key", required_on=on) for on in ((), ("POST", "PATCH")))])
        ),
        status={
            **{str(status): StatusRule(meaning=f"Nr {status}", **draw(of_statuses)) for status in used},
            **{key: StatusRule(meaning="The rest", **draw(of_statuses)) for key in draw(st.sampled_from([(), ("4xx",), ("4xx", "5xx")]))},
        },
        code=tuple(rules),
    )
    assume(not any(problems_of(file)))  # a code and its status that leave the verdict to each other
    return file


# properties -----------------------------------------------------------------------------------------------------------------------


def loaded(text: str, folder: Path) -> Catalogue:
    path = folder / "c.toml"
    path.write_text(text, encoding="utf-8")
    return load_catalogue(path)


@pytest.mark.parametrize(("suffix", "write"), [("md", markdown), ("html", webpage), ("txt", scraped)])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(file=catalogues())
def test_the_page_of_a_catalogue_imports_to_that_catalogue(file: CatalogueFile, suffix: str, write: Callable[[list[Piece]], str]) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        page = folder / f"page.{suffix}"
        page.write_text(write(list(page_of(file))), encoding="utf-8")
        done = import_sources([page], id="acme")
        assert differences(loaded(toml_of(file, {}), folder), loaded(done.toml, folder)) == ()
        # what the comments say: every code stands on the lines that are given for it
        lines = page.read_text(encoding="utf-8").splitlines()
        for line in done.toml.splitlines():
            name, _, numbers = line.strip().removeprefix("names = [").partition("  # ")
            for rule in file.code:
                if numbers and name.strip("],") == f'"{rule.names[0]}"':
                    assert all(rule.names[0] in lines[int(number.split("-")[0]) - 1] for number in numbers.split(", "))


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.stem)
def test_the_page_of_a_built_in_catalogue_imports_to_its_codes_statuses_and_verdicts(path: Path, tmp_path: Path) -> None:
    """Of what a page of tables can say; the rest stays open, and nothing turns into its opposite."""
    page = tmp_path / "page.md"
    page.write_text(
        markdown(list(page_of(msgspec.convert(tomli.loads(path.read_text(encoding="utf-8")), CatalogueFile)))), encoding="utf-8"
    )
    before = load_catalogue(path)
    after = loaded(import_sources([page], id=before.id).toml, tmp_path)
    assert set(after.names) == set(before.names)
    for name in before.names:
        assert set(after.statuses_of(name)) >= set(before.statuses_of(name))
        for status in before.statuses_of(name) or (None,):
            told = before.verdict(code=name, status=status).can_succeed
            assert told is None or after.verdict(code=name, status=status).can_succeed is told
    for key in before.status:
        told = before.verdict(status=int(key.replace("xx", "99"))).can_succeed
        assert told is None or after.verdict(status=int(key.replace("xx", "99"))).can_succeed is told


_NOISE = st.sampled_from(
    [
        "429",
        "| --- |",
        "{",
        "}",
        "[",
        "*_X",
        "Yes",
        "Retry-After",
        "```",
        "#",
        "<table>",
        "&a",
        "*a",
        "- ",
        "except 429",
        "\x00",
        "\u2028",
        "é",
    ]
)
_EDITS = st.lists(
    st.tuples(st.sampled_from(["drop", "repeat", "cut", "insert", "swap"]), st.integers(0, 400), st.integers(0, 60), _NOISE), max_size=12
)


@settings(max_examples=150, deadline=None, phases=set(Phase) - {Phase.shrink, Phase.explain})
@given(file=catalogues(), edits=_EDITS, kind=st.sampled_from(["md", "html", "txt", "openapi"]))
def test_a_damaged_document_imports_to_a_catalogue_that_loads_or_is_refused(file: CatalogueFile, edits: list[Any], kind: str) -> None:
    """No damage ends in a crash, or in a catalogue that errlint does not take."""
    if kind == "openapi":
        text = (OPENAPI / "payments.yaml").read_text(encoding="utf-8")
    else:
        text = {"md": markdown, "html": webpage, "txt": scraped}[kind](list(page_of(file)))
    lines = text.split("\n")
    for edit, first, second, noise in edits:
        at, other = first % len(lines), (first + second) % len(lines)
        if edit == "drop" and len(lines) > 1:
            del lines[at]
        elif edit == "repeat":
            lines.insert(other, lines[at])
        elif edit == "cut":
            lines[at] = lines[at][:second]
        elif edit == "insert":
            lines[at] = lines[at][:second] + noise + lines[at][second:]
        else:
            lines[at], lines[other] = lines[other], lines[at]
    with TemporaryDirectory() as temporary:
        path = Path(temporary) / ("d.yaml" if kind == "openapi" else f"d.{kind}")
        path.write_text("\n".join(lines), encoding="utf-8")
        try:
            done = import_sources([path], id="acme")
        except UsageProblem:
            return
        loaded(done.toml, Path(temporary))


@settings(max_examples=100, deadline=None)
@given(file=catalogues())
def test_a_catalogue_that_is_written_is_read_as_it_was(file: CatalogueFile) -> None:
    assert msgspec.convert(tomli.loads(toml_of(file, {})), CatalogueFile) == file


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.stem)
def test_a_built_in_catalogue_that_is_written_is_read_as_it_was(path: Path) -> None:
    file = msgspec.convert(tomli.loads(path.read_text(encoding="utf-8")), CatalogueFile)
    assert msgspec.convert(tomli.loads(toml_of(file, {})), CatalogueFile) == file
