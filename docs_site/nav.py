"""The order of the pages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

_FIXED: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Use",
        (
            ("Coming to errlint", "adoption.md"),
            ("Configuration", "configuration.md"),
            ("While you work", "editing.md"),
            ("The command line", "commands.md"),
            ("Questions about findings", "faq.md"),
            ("Why it says so", "debugging.md"),
        ),
    ),
    (
        "In CI",
        (
            ("GitHub", "github.md"),
            ("GitLab", "gitlab.md"),
            ("Container", "container.md"),
            ("Output formats", "output-formats.md"),
            ("JSON", "json.md"),
        ),
    ),
)
_ABOUT = (
    ("Catalogues", "catalogues.md"),
    ("Library sheets", "library-sheets.md"),
    ("Fixes, executed", "fixes.md"),
    ("Proofs of fixes", "proofs.md"),
    ("Fixtures", "fixtures.md"),
    ("Architecture", "architecture.md"),
    ("Contributing", "contributing.md"),
    ("Changelog", "changelog.md"),
    ("All pages", "contents.md"),
)


def nav(pages: Collection[str]) -> list[Any]:
    """The navigation: every page stands in it once."""
    groups: list[Any] = [{"Start": "index.md"}]
    groups += [{title: [{name: place} for name, place in entries]} for title, entries in _FIXED]
    groups.append({"Rules": ["rules/index.md", *_below(pages, "rules/"), {"Of the tool itself": "own-findings.md"}]})
    groups.append({"APIs": ["apis/index.md", *_below(pages, "apis/"), {"Libraries": "libraries.md"}]})
    groups.append({"Write your own": [{name: place} for name, place in _ABOUT]})
    left = sorted(set(pages) - set(_places(groups)))
    return [*groups, {"More": left}] if left else groups


def _below(pages: Collection[str], folder: str) -> list[str]:
    return [page for page in sorted(pages) if page.startswith(folder) and page != f"{folder}index.md"]


def _places(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    below = entry.values() if isinstance(entry, dict) else entry
    return [place for one in below for place in _places(one)]
