"""The last lines of a report for people, and the counts of ``--statistics``."""

from __future__ import annotations

from collections.abc import Iterator

from errlint.model import Safety, Severity
from errlint.reporters import Results, badge
from errlint.terminal import Style


def summary(results: Results, style: Style) -> Iterator[str]:
    """How many findings, files and fixes; nothing if no file was there to check."""
    if results.fixed:
        yield style.paint(f"Fixed {count(results.fixed, 'finding')} in {count(results.fixed_files, 'file')}.", "good") + "\n"
    if results.silenced:
        yield style.paint(f"Silenced {count(results.silenced, 'finding')} in {count(results.silenced_files, 'file')}.", "good") + "\n"
    if not results.reports:
        return
    files = ", ".join(_files(results))
    if results.total:
        found = ", ".join(count(number, severity.value) for severity, number in results.by_severity.items() if number)
        yield f"{style.paint(f'Found {found}', 'bold')} ({files}).\n"
    else:
        yield f"{style.paint('No findings', 'good')} ({files}).\n"
    yield from _fixes(results)


def statistics(results: Results, style: Style) -> Iterator[str]:
    """A line for each rule, the most frequent first: how often it speaks, and how it can be fixed."""
    first = {finding.rule: finding for finding in reversed(list(results))}
    width = len(str(max(results.by_rule.values(), default=0)))
    for rule, number in sorted(results.by_rule.items(), key=lambda one: (-one[1], one[0])):
        fixable = {badge(finding) for finding in results if finding.rule == rule} - {""}
        finding = first[rule]
        line = f"{number:>{width}}  {style.paint(rule, finding.severity.value)}  {finding.name}  {' '.join(sorted(fixable))}"
        yield line.rstrip() + "\n"


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 or noun == Severity.ADVICE.value else f"{number} {noun}s"


def _files(results: Results) -> Iterator[str]:
    yield f"{count(results.files_checked, 'file')} checked"
    if results.files_failed:
        yield f"{results.files_failed} could not be checked"
    if results.suppressed:
        yield f"{results.suppressed} suppressed"


def _fixes(results: Results) -> Iterator[str]:
    safe, unsafe = results.fixable(Safety.SAFE), results.fixable(Safety.UNSAFE)
    if safe and unsafe:
        yield f"{safe} fixable with --fix, {unsafe} more with --unsafe-fixes.\n"
    elif safe:
        yield f"{safe} fixable with --fix.\n"
    elif unsafe:
        yield f"{unsafe} fixable with --fix --unsafe-fixes.\n"
