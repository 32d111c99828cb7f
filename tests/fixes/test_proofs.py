"""Every kind of fix has a proof, and every proof holds."""

from __future__ import annotations

import pytest

from tests.fixes.matrix import (
    LIBRARIES,
    NOT_SHOWN,
    PAGE,
    all_proofs,
    changes,
    kind_of,
    kinds_in_fixtures,
    not_shown_with,
    page,
    row,
    shown_with,
    tells_of,
)
from tests.fixes.proof import ALL, SOME, Proof, examine
from tests.harness.bench import Bench
from tests.support.server import FaultServer

_STALE = "docs/fixes.md is stale: `make proofs` writes it"
_lines: dict[Proof, list[tuple[str, str]]] = {}
"""What the page says of each proof; not what was examined: that would be gigabytes of what clients logged."""


@pytest.mark.parametrize("proof", all_proofs(), ids=str)
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


def test_every_kind_of_fix_is_proven(bench: Bench) -> None:
    proven = {kind_of(proof, bench) for proof in all_proofs()}
    shown = kinds_in_fixtures(bench)
    missing = [
        f"{rule} {fix}, {safety.value} ({place})" for (rule, fix, safety), place in shown.items() if (rule, fix, safety) not in proven
    ]
    assert not missing, "kinds of fix without a proof, see tests/fixes/README.md: " + "; ".join(missing)
    assert not (strange := proven - set(shown)), f"proofs of kinds that no fixture shows: {strange}"


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
