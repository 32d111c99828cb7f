"""What ``errlint check`` writes at the end of a run, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from errlint.cli.group import style
from errlint.diffs import unified_diff
from errlint.errors import UsageProblem
from errlint.model import FileReport, RuleText, Safety
from errlint.reporters import FOR_PEOPLE, Results, reporter
from errlint.reporters.sources import Sources
from errlint.reporters.summary import count, statistics, summary
from errlint.terminal import Style, printable, write, write_bytes

if TYPE_CHECKING:
    from errlint.cli.check import Request
    from errlint.runner import Outcome

_WITHOUT_PAGES = frozenset({"concise", "grouped", "gitlab", "junit"})
_PASSED_OVER = frozenset({"gated", "screened"})
_ODD = "backslashreplace"
"""What is left of a file name that is not UTF-8 becomes an escape, as it is one in JSON."""


def finish(outcomes: Sequence[Outcome], request: Request, stream: TextIO) -> int:
    """Report on a run, to the given stream or, for what is not part of the report, to standard error.

    :return: the exit code.
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.report.path.split("/"))
    changed = [outcome for outcome in ordered if outcome.before != outcome.after]
    reports = tuple(outcome.report for outcome in ordered)
    results = Results(
        reports,
        sum(outcome.fixed for outcome in changed),
        len(changed),
        _rule_texts() if request.output_format == "sarif" else (),
        sum(outcome.silenced for outcome in ordered),
        sum(outcome.silenced > 0 for outcome in ordered),
        _pages(reports) if _tells_pages(request, stream) else {},
    )
    sources = Sources({outcome.report.path: outcome.after for outcome in ordered if outcome.report.findings})
    if request.verbose:
        tell(f"{report.path}: nothing in it that a rule looks for" for report in results.reports if report.stage in _PASSED_OVER)
    if not request.quiet:
        what = "fixes left out" if request.add_ignores is None else "not everything was silenced"
        tell(f"warning: {outcome.report.path}: {what}: {outcome.held_back}" for outcome in ordered if outcome.held_back)
    if request.diff:
        _diff(changed, results, request)
    elif request.output_file is not None:
        _write_file(request.output_file, "".join(_text(results, sources, request, Style())))
        if not request.quiet:
            write(sys.stderr, summary(results, style(sys.stderr)))
    elif request.output_format in FOR_PEOPLE:
        look = style(stream)
        write(stream, chain(_text(results, sources, request, look), () if request.quiet else summary(results, look)))
    else:
        write_bytes(stream, "".join(_text(results, sources, request, Style())).encode("utf-8", _ODD))
    return _exit_code(results, changed, request)


def _write_file(path: Path, text: str) -> None:
    """Write the report.

    :raises UsageProblem: when the file cannot be written.
    """
    try:
        path.write_bytes(text.encode("utf-8", _ODD))
    except OSError as error:
        raise UsageProblem(f"--output-file: cannot write '{printable(str(path))}': {error.strerror or error}") from error


def _tells_pages(request: Request, stream: TextIO) -> bool:
    """Whether the report leads to the pages about what was found."""
    return style(stream).links if request.output_format == "full" else request.output_format not in _WITHOUT_PAGES


def _pages(reports: Iterable[FileReport]) -> dict[str, str]:
    from errlint.registry import page

    return {finding.rule: page(finding.name) for report in reports for finding in report.findings}


def _rule_texts() -> tuple[RuleText, ...]:
    """Imports all rules, which takes a while."""
    from errlint.registry import rule_texts

    return rule_texts()


def tell(lines: Iterable[str]) -> None:
    """Write lines to standard error."""
    write(sys.stderr, (printable(line) + "\n" for line in lines))


def _exit_code(results: Results, changed: Sequence[Outcome], request: Request) -> int:
    if request.exit_zero:
        return 0
    if request.diff:
        return int(bool(changed) or results.files_failed > 0)
    return int(results.total > 0 or (request.exit_non_zero_on_fix and results.fixed > 0))


def _text(results: Results, sources: Sources, request: Request, look: Style) -> Iterable[str]:
    if not results.total and request.output_format in FOR_PEOPLE:
        return ()  # without the import of what shows findings
    if not request.statistics:
        return reporter(request.output_format)(results, sources, look)
    if request.output_format != "json":
        return statistics(results, look)
    from errlint.reporters.json import statistics_as_json

    return statistics_as_json(results)


def _diff(changed: Sequence[Outcome], results: Results, request: Request) -> None:
    """The patch, alone on standard output; what could not be looked at, and the counts, go to standard error."""
    look = style(sys.stdout)
    for outcome in changed:
        patch = unified_diff(outcome.before, outcome.after, outcome.report.path)
        write_bytes(sys.stdout, coloured(patch, look) if look.colour else patch)
    failed = Results(tuple(report for report in results.reports if report.stage == "failed"))
    look = style(sys.stderr)
    write(sys.stderr, reporter("concise")(failed, Sources(), look))
    if not request.quiet:
        write(sys.stderr, _diff_summary(results, request))


def _diff_summary(results: Results, request: Request) -> Iterator[str]:
    more = 0 if request.unsafe_fixes else results.fixable(Safety.UNSAFE)
    rest = f" ({more} more with --unsafe-fixes)" if more else ""
    if results.fixed:
        yield f"Would fix {count(results.fixed, 'finding')} in {count(results.fixed_files, 'file')}{rest}.\n"
    else:
        yield f"Nothing would be fixed{rest}.\n"
    if results.total:
        yield f"{count(results.total, 'finding')} would remain.\n"


def coloured(patch: bytes, look: Style) -> bytes:
    """The patch with colours, for reading."""
    purposes = {"@": "hunk", "+": "added", "-": "removed"}
    lines = patch.decode("utf-8", "surrogateescape").split("\n")
    painted = (look.paint(line, "bold" if line[:4] in {"--- ", "+++ "} else purposes.get(line[:1], "plain")) for line in lines)
    return "\n".join(painted).encode("utf-8", "surrogateescape")
