"""Any fixture in other clothes: what is found is the same, and the fixed file is in order.

``ERRLINT_DISGUISES`` sets how many disguises are tried.
"""

from __future__ import annotations

import ast
import os
import random
import re
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from errlint.encoding import decode
from errlint.fixer import apply, choose, fix_source
from errlint.model import FileReport, Finding
from tests.harness import disguise
from tests.harness.bench import Bench
from tests.harness.disguise import Disguised
from tests.harness.fixture import Fixture, fixtures

ROOT = Path(__file__).parent.parent / "fixtures"
FIXTURES = fixtures(ROOT)
EXAMPLES = int(os.environ.get("ERRLINT_DISGUISES", "25"))
_ABOUT_THE_FILE = {"ERR003", "ERR004"}
"""Comments that say which rules they silence, and fixes that cannot be made, depend on the text itself."""
_HEARS_COMMENTS = {"ERR505"}
"""A comment in a handler that does nothing says why."""


@dataclass(frozen=True)
class Outfit:
    """What a fixture wears; the seed decides the rest."""

    fixture: str
    seed: int
    worn: frozenset[str]
    indent: str
    newline: str
    encoding: str

    def put_on(self) -> tuple[Fixture, Disguised, bytes]:
        fixture = Fixture.read(ROOT / self.fixture)
        pick = random.Random(self.seed).randrange
        dressed = Disguised.of(fixture.text)
        if "names" in self.worn and fixture.project is None:  # other modules use the names, too
            speaking = disguise.functions(fixture.text)
            names = dict(disguise.new_names(disguise.own_names(fixture.text), pick))
            dressed = disguise.renamed(dressed, {old: f"{old}_é" if old in speaking else new for old, new in names.items()})
        if "indent" in self.worn:
            dressed = disguise.reindented(dressed, self.indent)
        if "brackets" in self.worn:
            dressed = disguise.broken(dressed, pick)
        if "comments" in self.worn:
            dressed = disguise.commented(dressed, pick)
        if "feeds" in self.worn:
            dressed = disguise.with_form_feeds(dressed, pick)
        # where lines end with CR alone, Python does not find the declaration of an encoding
        can_be_declared = disguise.fits(dressed.text, self.encoding) and self.newline != "\r"
        encoding = self.encoding if can_be_declared or self.encoding.startswith("utf-8") else "utf-8"
        raw, dressed = disguise.encoded(dressed, self.newline, encoding)
        return fixture, dressed, raw


OUTFITS = st.builds(
    Outfit,
    fixture=st.sampled_from([path.relative_to(ROOT).as_posix() for path in FIXTURES]),
    seed=st.integers(0, 2**32),
    worn=st.frozensets(st.sampled_from(["names", "indent", "brackets", "comments", "feeds"])),
    indent=st.sampled_from([" ", "  ", "\t", "        "]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "cp1252"]),
)


def places(findings: tuple[Finding, ...], dressed: Disguised, *, commented: bool) -> Counter[tuple[str, int]]:
    left_out = _ABOUT_THE_FILE | (_HEARS_COMMENTS if commented else set())
    return Counter((finding.rule, dressed.line(finding.location.line)) for finding in findings if finding.rule not in left_out)


def parsed(raw: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(raw)


def goes_with_its_line(at: int, text: str, found: Iterable[Finding]) -> bool:
    """Whether the comment at an offset stands behind something that a fix takes out, with its whole lines."""
    cuts = [edit for finding in found if finding.fix is not None for edit in finding.fix.edits if not edit.text]
    lines = re.compile(r"(?<![^\r\n])")
    return any(edit.start <= at < edit.end and lines.match(text, edit.start) and lines.match(text, edit.end) for edit in cuts)


# a failure is small as it is, and making it smaller takes longer than looking at it
@example(outfit=Outfit("unknown_error_code/bad_misspelt.py", 95987404, frozenset({"brackets", "names"}), "\t", "\n", "utf-8"))
@example(
    outfit=Outfit(
        "retry_after_disabled/bad_forms.py",
        51596859,
        frozenset({"feeds", "brackets", "names", "indent", "comments"}),
        " " * 8,
        "\n",
        "cp1252",
    )
)
@example(outfit=Outfit("retry_unbounded/bad_loops.py", 21848, frozenset(), "    ", "\r", "utf-8"))
@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(outfit=OUTFITS)
def test_clothes_change_nothing(bench: Bench, outfit: Outfit) -> None:
    fixture, dressed, raw = outfit.put_on()
    parsed(raw)

    def lint(raw: bytes, _: str) -> FileReport:
        return bench.lint(fixture, raw)

    found = lint(raw, "").findings
    commented = bool(dressed.comments)
    expected = places(bench.findings(fixture), Disguised.of(fixture.text), commented=commented)
    assert places(found, dressed, commented=commented) == expected, fixture.shown

    fixed = fix_source(raw, fixture.shown, lint, unsafe=True)
    assert fixed.held_back is None or any(finding.rule == "ERR004" for finding in found), fixture.shown
    parsed(fixed.raw)
    before, after = decode(raw), decode(fixed.raw)
    assert (before.encoding, before.bom) == (after.encoding, after.bom)
    lost = [note for note in dressed.comments if note not in after.text]
    assert [note for note in lost if not goes_with_its_line(before.text.index(note), before.text, found)] == [], fixture.shown
    assert set(re.findall(r"\r\n|\r|\n", after.text)) == set(re.findall(r"\r\n|\r|\n", before.text)), fixture.shown
    again = fix_source(fixed.raw, fixture.shown, lint, unsafe=True)
    assert again.raw is fixed.raw, fixture.shown
    changes_only_edited_lines(before.text, found)


def changes_only_edited_lines(text: str, findings: tuple[Finding, ...]) -> None:
    """After the fixes of the first round every line that no edit touches is there, unchanged and in its place among the others."""
    edits = choose(findings, unsafe=True).edits
    starts = [0, *(newline.end() for newline in re.finditer(r"\r\n|\r|\n", text))]

    def line_of(offset: int) -> int:
        return sum(start <= offset for start in starts)

    touched = {line for edit in edits for line in range(line_of(edit.start), line_of(max(edit.start, edit.end - 1)) + 1)}
    new = iter(re.split(r"\r\n|\r|\n", apply(text, edits)))
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        assert number in touched or line in new, f"line {number} has changed: {line!r}"


@pytest.mark.parametrize("path", [path for path in FIXTURES if path.stat().st_size][:5], ids=lambda path: path.stem)
def test_disguises_are_worn(path: Path) -> None:
    text = Fixture.read(path).text
    plain = Disguised.of(text)
    assert ast.dump(ast.parse(disguise.reindented(plain, "\t").text)) == ast.dump(ast.parse(text))
    noted = disguise.commented(plain, lambda _: 0)
    assert ast.dump(ast.parse(noted.text)) == ast.dump(ast.parse(text))
    assert len(noted.comments) > text.count("\n") / 2
    assert [line for line, origin in zip(noted.text.split("\n"), noted.origin, strict=True) if origin and "# note" not in line]
    inside = disguise.broken(plain, lambda _: 0)
    assert ast.dump(ast.parse(inside.text)) == ast.dump(ast.parse(text))
    assert len(inside.comments) > text.count("(")
    names = disguise.own_names(text)
    assert disguise.renamed(plain, {name: f"{name}_x" for name in names}).text != text or not names
