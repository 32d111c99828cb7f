"""Every kind of fix has a proof, and every proof holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixes.matrix import (
    LIBRARIES,
    NOT_SHOWN,
    PAGE,
    all_proofs,
    changes,
    kinds_in,
    not_shown_with,
    page,
    row,
    shown_with,
    tells_of,
)
from tests.fixes.proof import ALL, FIXTURES, SOME, Proof, examine
from tests.harness.bench import Bench
from tests.harness.fixture import Fixture, fixtures, shown
from tests.support.server import FaultServer

_STALE = "docs/fixes.md is stale: `make proofs` writes it"
_lines: dict[Proof, list[tuple[str, str]]] = {}
"""What the page says of each proof; not what was examined: that would be gigabytes of what clients logged."""


@pytest.mark.parametrize(
    "proof", [pytest.param(proof, id=str(proof), marks=pytest.mark.xdist_group(shown(FIXTURES / proof.client))) for proof in all_proofs()]
)
def test_proof(proof: Proof, bench: Bench, server: FaultServer, update: bool) -> None:
    complaint = ""
    try:
        examined = list(examine(proof, bench, server, ALL if update else SOME))
    except AssertionError as error:
        complaint = str(error)
    if complaint:
        # the message is all that an author of proofs needs
        pytest.fail(complaint, pytrace=False)
    _lines[proof] = [(row(one), changes(one)) for one in examined]
    written = PAGE.read_text(encoding="utf-8")
    for one in () if update else examined:
        if row(one) not in written or not tells_of(written, one):
            pytest.fail(f"{_STALE}\n{row(one)}\n{changes(one)}", pytrace=False)


def test_the_page_has_these_proofs_and_no_others(update: bool) -> None:
    """What its lines say is compared by each proof itself, so that they can be executed apart."""
    if update:
        lines = [one for proof in all_proofs() for one in _lines.get(proof, ())]
        PAGE.write_text(page([line for line, _ in lines], [changed for _, changed in lines]), encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    titles = {f"`{proof.call}` in [{proof.client}]" for proof in all_proofs()}
    rows = _rows(text)
    assert all(any(title in line for title in titles) for line in rows), _STALE
    assert all(any(title in line for line in rows) for title in titles), _STALE
    assert text.startswith(page(rows, []).rstrip()), _STALE


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=shown(path), marks=pytest.mark.xdist_group(shown(path))) for path in fixtures(FIXTURES)]
)
def test_every_kind_of_fix_is_proven(path: Path, bench: Bench) -> None:
    """The page says what is proven: each proof holds it against what it executes."""
    proven = shown_with(_rows(PAGE.read_text(encoding="utf-8")))
    missing = [f"{' '.join(kind)} ({place})" for kind, place in kinds_in(Fixture.read(path), bench).items() if kind not in proven]
    assert not missing, "kinds of fix without a proof, see tests/fixes/README.md: " + "; ".join(missing)


def test_each_http_library_shows_a_kind_of_fix_or_a_reason_is_stated() -> None:
    missing = []
    for kind, clients in shown_with(_rows(PAGE.read_text(encoding="utf-8"))).items():
        missing += [f"{' '.join(kind)}: {library}" for library in LIBRARIES if not clients[library] and not not_shown_with(kind, library)]
    assert not missing, f"no proof, and no reason in `matrix.NOT_SHOWN`: {missing}"


def test_reasons_are_no_longer_stated_where_there_are_proofs() -> None:
    shown = shown_with(_rows(PAGE.read_text(encoding="utf-8")))
    missing = [(kind, library) for kind, clients in shown.items() for library in LIBRARIES if not clients[library]]
    needed = {found for kind, library in missing for found in ((*kind[:2], library), (kind[0], "", library))}
    assert not (stale := set(NOT_SHOWN) - needed), stale


def _rows(text: str) -> list[str]:
    """The lines of the table of proofs."""
    return [line for line in text.splitlines() if line.startswith("| ERR") and "](../fixtures/" in line]
