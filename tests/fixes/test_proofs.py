"""Every kind of fix has a proof, and every proof holds."""

from __future__ import annotations

import pytest

from tests.fixes.matrix import PAGE, all_proofs, kinds_in_fixtures, page
from tests.fixes.proof import Examined, Proof, examine
from tests.harness.bench import Bench
from tests.support.server import FaultServer

pytestmark = pytest.mark.xdist_group("proofs")

_examined: dict[Proof, list[Examined]] = {}


@pytest.mark.parametrize("proof", all_proofs(), ids=str)
def test_proof(proof: Proof, bench: Bench, server: FaultServer) -> None:
    _examined[proof] = list(examine(proof, bench, server))


def test_every_kind_of_fix_is_proven(bench: Bench) -> None:
    proven = {proof.kind for proof in all_proofs()}
    shown = kinds_in_fixtures(bench)
    missing = [f"{' '.join(kind)} ({place})" for kind, place in shown.items() if kind not in proven]
    assert not missing, "kinds of fix without a proof, see tests/fixes/README.md: " + "; ".join(missing)
    assert not (strange := proven - set(shown)), f"proofs of kinds that no fixture shows: {strange}"


def test_the_page_is_true(bench: Bench, server: FaultServer, update: bool) -> None:
    for proof in all_proofs():
        if proof not in _examined:
            _examined[proof] = list(examine(proof, bench, server))
    written = page(one for proof in all_proofs() for one in _examined[proof])
    if update:
        PAGE.write_text(written, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == written, "docs/fixes.md is stale: `make proofs` writes it"
