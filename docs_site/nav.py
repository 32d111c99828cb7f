"""The order of the pages."""

from __future__ import annotations

from collections.abc import Mapping
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
    ("Rules of your own", "own-rules.md"),
    ("Fixes, executed", "fixes.md"),
    ("Proofs of fixes", "proofs.md"),
    ("Fixtures", "fixtures.md"),
    ("Architecture", "architecture.md"),
    ("Contributing", "contributing.md"),
    ("Changelog", "changelog.md"),
    ("All pages", "contents.md"),
)


def nav(pages: Mapping[str, str]) -> list[Any]:
    """The navigation: every page, by path with its text, stands in it once."""
    rules = _below(pages, "rules/")
    groups: list[Any] = [{"errlint": "index.md"}, {"Start in five minutes": "start.md"}]
    groups += [{title: [{name: place} for name, place in entries]} for title, entries in _FIXED]
    own = [entry for entry in rules if next(iter(entry)).startswith("ERR0")]
    groups.append(
        {"Rules": ["rules/index.md", *(rule for rule in rules if rule not in own), {"Of the tool itself": ["own-findings.md", *own]}]}
    )
    groups.append({"APIs": ["apis/index.md", *_below(pages, "apis/"), {"Libraries": "libraries.md"}]})
    groups.append({"Write your own": [{name: place} for name, place in _ABOUT]})
    left = sorted(set(pages) - set(_places(groups)))
    return [*groups, {"More": left}] if left else groups


def _below(pages: Mapping[str, str], folder: str) -> list[dict[str, str]]:
    """The pages of a folder by the beginning of their titles: ``ERR101 message-branch``."""
    found = [
        (text.removeprefix("# ").partition("\n")[0].partition(":")[0], page) for page, text in pages.items() if page.startswith(folder)
    ]
    return [{title: page} for title, page in sorted(found, key=lambda one: one[0].casefold()) if page != f"{folder}index.md"]


def _places(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    below = entry.values() if isinstance(entry, dict) else entry
    return [place for one in below for place in _places(one)]
