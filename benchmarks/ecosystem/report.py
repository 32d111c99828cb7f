"""What a person reads: the table of rules, findings laid out for triage, failures and times."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.ecosystem.lint import Run, Spoken, source_lines
from benchmarks.ecosystem.record import Comparison, Judged, Place, Score, scores

_FRAME = 6
"""Lines of code shown before and after a finding."""
_REACH = 40
"""How many lines above a finding a step of its trail may stand to be shown with it."""


def rule_table(comparison: Comparison) -> Iterator[str]:
    """One line a rule: findings, verdicts, precision by the record, what is new and what vanished."""
    yield f"{'rule':8}{'findings':>9}{'judged':>8}{'right':>7}{'wrong':>7}{'debatable':>11}{'precision':>11}{'new':>6}{'vanished':>10}"
    for rule, score in scores(comparison).items():
        new = sum(place.rule == rule for place in comparison.new)
        vanished = sum(entry.place.rule == rule for entry in comparison.vanished)
        yield (
            f"{rule:8}{score.findings:>9}{score.judged:>8}{score.right:>7}{score.wrong:>7}{score.debatable:>11}"
            f"{shown_precision(score):>11}{new:>6}{vanished:>10}"
        )


def shown_precision(score: Score) -> str:
    """The precision as a percentage, or a dash when nothing was decided."""
    return "-" if score.precision is None else f"{100 * score.precision:.1f} %"


def short(findings: Iterable[Spoken]) -> Iterator[str]:
    """One line a finding: its place and the text of the line."""
    for one in findings:
        place = one.place
        yield f"  {place.rule} {place.package} {place.path}:{place.line}: {place.snippet[:120]}"


def triage(findings: Iterable[Spoken], folders: Mapping[str, Path], known: Mapping[Place, Judged]) -> Iterator[str]:
    """Findings in the form that ``--judge`` reads, each line of code below its frame; ``known`` gives the verdicts that stand already."""
    for (package, path, line, rule), same_line in groupby(findings, lambda one: line_of(one.place)):
        group = list(same_line)
        lines = source_lines(folders[package] / path)
        yield ""
        for one in group:
            yield f"# {one.message}"
            yield from (f"#   line {step}: {note}" for step, note in one.trail)
        steps = [step for one in group for step, _ in one.trail if step <= line < step + _REACH]
        for number in range(max(1, min([line, *steps]) - _FRAME), min(len(lines), line + _FRAME) + 1):
            yield f"# {'>' if number == line else ' '}{number:5} {lines[number - 1]}"
        answers = [known.get(one.place) for one in group]
        if len({answer and (answer.verdict, answer.why) for answer in answers}) == 1:
            yield _answer(answers[0], f"{rule} {package} {path}:{line}")
        else:
            yield from (
                _answer(answer, f"{rule} {package} {path}:{line}:{one.place.column}") for one, answer in zip(group, answers, strict=True)
            )


def line_of(place: Place) -> tuple[str, str, int, str]:
    """Package, path, line and rule: findings that agree in these are read, and mostly judged, as one."""
    return (place.package, place.path, place.line, place.rule)


def _answer(verdict: Judged | None, place: str) -> str:
    return f"{verdict.verdict} {place} {verdict.why}" if verdict else f"? {place}"


def sample(findings: Sequence[Spoken], size: int, seed: int) -> list[Spoken]:
    """At most ``size`` findings of each rule, chosen by chance; the same seed and findings give the same choice."""
    by_rule = defaultdict(list)
    for one in sorted(findings, key=lambda one: one.place):
        by_rule[one.place.rule].append(one)
    chosen: list[Spoken] = []
    for rule, group in sorted(by_rule.items()):
        dice = random.Random(f"{seed} {rule}")  # noqa: S311
        chosen += sorted(dice.sample(group, min(size, len(group))), key=lambda one: line_of(one.place))
    return chosen


def times(runs: Sequence[Run]) -> Iterator[str]:
    """One line a package, the slowest first, and their sum."""
    yield f"{'package':40}{'files':>7}{'findings':>10}{'failed':>8}{'wall s':>9}{'CPU s':>9}"
    for run in sorted(runs, key=lambda run: -run.cpu):
        yield f"{run.package:40}{run.files:>7}{len(run.findings):>10}{len(run.failures):>8}{run.wall:>9.2f}{run.cpu:>9.2f}"
    yield (
        f"{'all':40}{sum(run.files for run in runs):>7}{sum(len(run.findings) for run in runs):>10}"
        f"{sum(len(run.failures) for run in runs):>8}{sum(run.wall for run in runs):>9.2f}{sum(run.cpu for run in runs):>9.2f}"
    )
