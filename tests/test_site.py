"""The site: every page and every rule is on it, every link leads somewhere, and mkdocs has nothing to object to."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from docs_site.__main__ import build
from docs_site.nav import _places, nav
from docs_site.pages import _CODE, _moved, site
from errlint import registry
from errlint.model import TOOL_RULES
from errlint.proposal import settings
from tests.harness.pages import pages as written_pages

ROOT = Path(__file__).parent.parent
URL = "https://errlint.readthedocs.io/"
PAGES, FILES = site(ROOT)
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")


def on_the_site(url: str) -> bool:
    """Whether an address is that of a page."""
    path = url.removeprefix(URL).rstrip("/")
    return url.startswith(URL) and (f"{path}.md" in PAGES or (f"{path}/index.md" if path else "index.md") in PAGES)


def test_the_address_of_every_rule_is_a_page() -> None:
    texts = registry.rule_texts()
    assert texts
    for text in texts:
        assert on_the_site(text.url), text.url
        assert PAGES[f"rules/{text.name}.md"].startswith(f"# {text.id} {text.name}: {text.title}\n")


def test_addresses_in_the_code_are_pages(tmp_path: Path) -> None:
    proposed = settings(tmp_path, [tmp_path / "acme.toml"])
    assert not isinstance(proposed, str)
    named = re.findall(rf"{URL}[\w/-]*", proposed.after.decode())
    for path in (ROOT / "src").rglob("*.py"):
        named += re.findall(rf"{URL}[\w/-]*", path.read_text(encoding="utf-8"))
    assert named
    assert [url for url in named if not on_the_site(url)] == []


def test_every_page_of_the_repository_is_on_the_site() -> None:
    titles = {text.split("\n", 1)[0] for text in PAGES.values()}
    assert [page.name for page in written_pages(ROOT) if page.read_text(encoding="utf-8").split("\n", 1)[0] not in titles] == []


def test_every_finding_leads_to_a_page_of_its_own() -> None:
    texts = registry.rule_texts()
    assert TOOL_RULES.keys() < {text.id for text in texts}
    assert [text.id for text in texts if not on_the_site(text.url) or registry.page(text.name) != text.url] == []
    assert len({text.url for text in texts}) == len(texts)


@pytest.mark.parametrize("place", PAGES)
def test_links_lead_to_pages_and_files(place: str) -> None:
    for match in _LINK.finditer(_CODE.sub("", PAGES[place])):
        target = os.path.normpath(os.path.join(os.path.dirname(place), match[1])) if match[1] else place
        assert target in PAGES or target in FILES, match[0]


def test_every_page_stands_in_the_navigation_once() -> None:
    entries = nav(PAGES)
    assert sorted(_places(entries)) == sorted(PAGES)
    assert "More" not in {title for entry in entries for title in entry}


def test_links_are_moved_and_code_is_not_taken_for_one(tmp_path: Path) -> None:
    places = {"docs/a.md": "a.md", "README.md": "index.md", "rules/x.py": "rules/x.md"}
    text = "[`one`](../README.md#top) `[two](../README.md)` [three](../rules/x.py)\n```\n[four](../README.md)\n```\n[five](https://x.org)\n"
    moved = "[`one`](index.md#top) `[two](../README.md)` [three](rules/x.md)\n```\n[four](../README.md)\n```\n[five](https://x.org)\n"
    assert _moved(text, "docs/a.md", places, tmp_path, {}) == moved


def test_bars_in_code_in_tables_are_written_as_the_site_reads_them(tmp_path: Path) -> None:
    text = "| a | `str \\| None` |\n\nNo table: `a \\| b`.\n"
    assert _moved(text, "docs/a.md", {"docs/a.md": "a.md"}, tmp_path, {}) == "| a | `str | None` |\n\nNo table: `a \\| b`.\n"


def test_what_catalogues_say_is_no_markup() -> None:
    assert "API key format is invalid or key doesn't exist" in PAGES["apis/girardai.md"]
    assert not re.search(r"^\|.*(?<!`)<[a-z]", PAGES["apis/stripe.md"], re.MULTILINE)


def test_mkdocs_has_no_objections(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("mkdocs")
    pytest.importorskip("material")
    assert build(ROOT, tmp_path) == 0, capfd.readouterr()
    assert (tmp_path / "site" / "rules" / "message-branch" / "index.html").is_file()
    index = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    fetched = re.findall(
        r'<(?:script|img|iframe)[^>]* src="(https?://[^"]*)"|<link[^>]* rel="stylesheet"[^>]* href="(https?://[^"]*)"', index
    )
    assert fetched == []


def test_the_host_of_the_site_builds_the_same() -> None:
    commands = yaml.safe_load((ROOT / ".readthedocs.yaml").read_text(encoding="utf-8"))["build"]["commands"]
    assert "python -m docs_site" in commands
