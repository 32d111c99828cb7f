"""Makes the text of a ``.fixed.py``: the source after all fixes, with only the comments that must still fire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from errlint.model import Finding
from tests.harness.bench import Bench
from tests.harness.comments import Comment, Entry, Mark
from tests.harness.fixture import Fixture, sibling_path


def expected_sibling(fixture: Fixture, bench: Bench) -> str | None:
    """What has to stand beside the fixture; None when nothing in it can be fixed."""
    text = bench.fixed(fixture)
    if text == fixture.text:
        return None
    fixed = fixture.with_text(text)
    return _without_settled(fixed, bench.findings(fixed))


def own_sibling(fixture: Fixture, bench: Bench) -> str | None:
    """What its own file has to say; None when there must be none: nothing can be fixed, or swapping the names is all."""
    text = expected_sibling(fixture, bench)
    return None if text == fixture.swapped else text


def write_siblings(fixture: Fixture, bench: Bench) -> Fixture:
    """Write the ``.fixed.py`` files of a fixture and remove what must not stand, then read it again."""
    _write(fixture, bench)
    for variant in Fixture.read(fixture.path).variants():
        if variant.library:
            _write(variant, bench)
    return Fixture.read(fixture.path)


def _write(fixture: Fixture, bench: Bench) -> None:
    text = own_sibling(fixture, bench)
    path = sibling_path(fixture.path, fixture.library)
    if text is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(text.encode())


def _without_settled(fixed: Fixture, findings: Sequence[Finding]) -> str:
    """Take out of the comments what does not fire any more."""
    left = Counter((finding.location.line, finding.rule) for finding in findings)
    lines = fixed.text.split("\n")
    dropped: set[int] = set()
    # from the end: the columns of comments further left stay true
    for comment in reversed(fixed.comments):
        entries = tuple(entry for entry in comment.entries if _fires(entry, comment, left))
        if entries == comment.entries and comment.mark is not Mark.THEN_EXPECT:
            continue
        line = lines[comment.line - 1]
        kept = _render(line[comment.start : comment.end], comment, entries)
        lines[comment.line - 1] = line[: comment.start] + kept + line[comment.end :]
        if not lines[comment.line - 1].strip():
            dropped.add(comment.line)
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in dropped)


def _fires(entry: Entry, comment: Comment, left: Counter[tuple[int, str]]) -> bool:
    if comment.mark in (Mark.THEN_EXPECT, Mark.TODO_EXPECT):
        return True
    place = (comment.target, entry.rule)
    left[place] -= 1
    return left[place] >= 0


def _render(text: str, comment: Comment, entries: tuple[Entry, ...]) -> str:
    if not entries:
        return ""
    space = text[: len(text) - len(text.lstrip())]
    mark = Mark.EXPECT if comment.mark is Mark.THEN_EXPECT else comment.mark
    return f"{space}# {mark.value}: {', '.join(map(str, entries))}"
