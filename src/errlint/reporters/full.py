"""``--output-format full``: for people. The place with its code, how the value came there, what to do, and whether errlint can do it."""

from __future__ import annotations

from collections.abc import Iterator

from errlint.frames import frame
from errlint.model import Finding, Location, Step
from errlint.reporters import Results, badge
from errlint.reporters.sources import Sources
from errlint.terminal import Style, printable, wrapped


def report(results: Results, sources: Sources, style: Style) -> Iterator[str]:
    """A block for each finding, with a blank line after it."""
    for finding in results:
        yield "\n".join(_block(finding, sources, style, results.pages.get(finding.rule, ""))) + "\n\n"


def _block(finding: Finding, sources: Sources, style: Style, page: str) -> Iterator[str]:
    at = finding.location
    purpose = finding.severity.value
    headline = (
        style.paint(f"{printable(at.path)}:{at.line}:{at.column}", "bold"),
        style.link(style.paint(finding.rule, purpose), page),
        finding.name,
        style.paint(badge(finding), "good"),
    )
    yield " ".join(part for part in headline if part)
    yield from wrapped(f"{purpose}: ", style.paint(purpose, purpose) + ": ", finding.message, style)
    shown = [step for step in finding.trail if sources.lines(step.location.path)]
    gutter = len(str(max([at.end_line + 2, *(step.location.line for step in shown)])))
    edge = style.paint(f"{'':{gutter}} |", "gutter")
    lines = sources.lines(at.path)
    if lines:
        yield edge
        yield from frame(lines, at, style, gutter=gutter, purpose=purpose)
        yield edge
    yield from _trail(finding, sources, style, gutter)
    if finding.remedy:
        yield from _note("remedy", finding.remedy, style, gutter)
    if finding.fix is not None:
        yield from _note(f"fix ({finding.fix.safety.value})", finding.fix.message, style, gutter)


def _trail(finding: Finding, sources: Sources, style: Style, gutter: int) -> Iterator[str]:
    """Every step, with its line of code unless that has just been shown."""
    last = _line(finding.location)
    for step in finding.trail:
        at = step.location
        yield from _note("trail", f"{printable(at.path)}:{at.line}:{at.column}  {step.note}", style, gutter)
        lines = sources.lines(at.path)
        if lines and _line(at) not in {last, _line(finding.location)}:
            yield from frame(lines, _first_line(step, lines), style, gutter=gutter, purpose="gutter", mark="-", context=0)
        last = _line(at)


def _line(location: Location) -> tuple[str, int]:
    return location.path, location.line


def _first_line(step: Step, lines: list[str]) -> Location:
    at = step.location
    if at.end_line == at.line or at.line > len(lines):
        return at
    return Location(at.path, at.line, at.column, at.line, len(lines[at.line - 1]) + 1)


def _note(label: str, text: str, style: Style, gutter: int) -> Iterator[str]:
    indent = " " * (gutter + 1)
    sign = style.paint("=", "gutter")
    yield from wrapped(f"{indent}= {label}: ", f"{indent}{sign} {style.paint(label, 'bold')}: ", text, style)
