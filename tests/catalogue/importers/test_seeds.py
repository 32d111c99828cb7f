"""The documents that the built-in catalogues were made of import to what those say.

The documents are not part of the repository: they lie beside the checkout, or these tests are skipped. What needs judgement stands in the
overlays of the rule pack, each with its reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from errlint.catalogue import Catalogue, load_catalogue
from errlint.catalogue.differences import differences
from errlint.catalogue.importers import Imported, import_sources

ROOT = Path(__file__).parents[3]
CATALOGUES = ROOT / "rules" / "errlint_rules" / "catalogues"
SEEDS = next((folder for parent in ROOT.parents if (folder := parent / "shared" / "seeds").is_dir()), ROOT.parent / "shared" / "seeds")
"""Beside the checkout, or beside the folder with the work trees."""
NUMBERS = {"withgiga": ("001", "000"), "girardai": ("002",), "engine-parts": ("003",), "openai-compatible-images": ("004",)}

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason=f"the documents are not there: {SEEDS}")


def imported(name: str, *, decided: bool = True) -> Imported:
    paths = [next(SEEDS.glob(f"{number}_*")) for number in NUMBERS[name]]
    return import_sources([*paths, *([CATALOGUES / "overlays" / f"{name}.toml"] if decided else [])])


def loaded(done: Imported, folder: Path) -> Catalogue:
    path = folder / "imported.toml"
    path.write_text(done.toml, encoding="utf-8")
    return load_catalogue(path)


@pytest.mark.parametrize("name", NUMBERS)
def test_the_documents_say_what_the_catalogue_says(name: str, tmp_path: Path) -> None:
    assert differences(load_catalogue(CATALOGUES / f"{name}.toml"), loaded(imported(name), tmp_path)) == ()


@pytest.mark.parametrize("name", NUMBERS)
def test_no_decision_is_idle(name: str) -> None:
    assert not [line for line in imported(name).report.doubtful if "changes nothing" in line]


@pytest.mark.parametrize("name", NUMBERS)
def test_without_decisions_no_verdict_flips(name: str, tmp_path: Path) -> None:
    """Decisions settle what is open or disputed; they never turn what the documents say into its opposite."""
    plain = loaded(imported(name, decided=False), tmp_path)
    assert not [one for one in differences(load_catalogue(CATALOGUES / f"{name}.toml"), plain) if one.flips]


def test_the_copy_that_lost_its_samples_takes_nothing_from_the_complete_one(tmp_path: Path) -> None:
    complete = import_sources([next(SEEDS.glob("001_*"))], id="withgiga")
    both = import_sources([next(SEEDS.glob("000_*")), next(SEEDS.glob("001_*"))], id="withgiga")
    folder = tmp_path / "both"
    folder.mkdir()
    assert differences(loaded(complete, tmp_path), loaded(both, folder)) == ()
    assert not [line for line in both.report.doubtful if "disagree" in line]


def test_facts_carry_the_lines_of_their_document() -> None:
    text = imported("girardai", decided=False).toml
    assert '    "MISSING_API_KEY",  # 32, 43\n' in text
    assert 'hosts = ["api.girardai.com"]  # 38\n' in text
    both = imported("withgiga").toml
    assert '"INSUFFICIENT_CREDITS"]  # a51, b19' in both or '"INSUFFICIENT_CREDITS",  # a51, b19' in both


@pytest.mark.parametrize(
    ("name", "found", "missing"),
    [
        ("withgiga", "13 codes", "whether message texts may change"),
        ("girardai", "31 codes, 6 texts on the wire", "whether these may be retried: EXTERNAL_SERVICE_ERROR, CONFLICT"),
        ("engine-parts", "idempotency key: Idempotency-Key", "when to retry: neither a header nor a field"),
        ("openai-compatible-images", "1 code, 1 text on the wire", "a request id"),
    ],
)
def test_the_report_tells_what_was_found_and_what_is_missing(name: str, found: str, missing: str) -> None:
    told = imported(name).report
    assert found in told.found
    assert missing in told.missing


def test_what_follows_from_words_only_is_doubtful() -> None:
    doubtful = imported("openai-compatible-images", decided=False).report.doubtful
    assert "that rate_limit_exceeded comes with 429 follows from the words only" in doubtful
