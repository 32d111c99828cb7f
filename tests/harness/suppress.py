"""Puts suppression comments into a fixture, in the two places where they count."""

from __future__ import annotations

import tokenize
from collections import defaultdict
from collections.abc import Iterable, Sequence

from errlint.model import Finding
from tests.harness.comments import tokens
from tests.harness.fixture import Fixture


def suppressed_on_the_line(fixture: Fixture, findings: Iterable[Finding]) -> str:
    """The text with a comment at the end of each finding's line; above the statement where no comment can stand there."""
    lines = fixture.text.split("\n")
    free = _free_lines(fixture.text)
    above: list[Finding] = []
    ids: dict[int, set[str]] = defaultdict(set)
    for finding in findings:
        if finding.location.line in free:
            ids[finding.location.line].add(finding.rule)
        else:
            above.append(finding)
    for comment in reversed(fixture.comments):
        if comment.line == comment.target and comment.line in ids:
            line = lines[comment.line - 1]
            lines[comment.line - 1] = line[: comment.start] + line[comment.end :]
    for number, rules in ids.items():
        lines[number - 1] += f"  # {_ignore(rules)}"
    return _above(lines, above)


def suppressed_above(fixture: Fixture, findings: Sequence[Finding]) -> str:
    """The text with a comment alone on the line above each finding's statement."""
    return _above(fixture.text.split("\n"), findings)


def _above(lines: list[str], findings: Iterable[Finding]) -> str:
    ids: dict[int, set[str]] = defaultdict(set)
    for finding in findings:
        ids[finding.lines[0]].add(finding.rule)
    for number, rules in sorted(ids.items(), reverse=True):
        line = lines[number - 1]
        lines.insert(number - 1, f"{line[: len(line) - len(line.lstrip())]}# {_ignore(rules)}")
    return "\n".join(lines)


def _ignore(rules: Iterable[str]) -> str:
    return f"errlint: ignore[{', '.join(sorted(rules))}]"


def _free_lines(text: str) -> set[int]:
    """Lines at whose end a comment may be put: they end with a newline token, not inside a string or after a backslash."""
    return {token.start[0] for token in tokens(text) if token.type in (tokenize.NEWLINE, tokenize.NL)}
