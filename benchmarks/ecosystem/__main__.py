"""``python -m benchmarks.ecosystem``: run errlint over the corpus and hold its findings against the record.

Ends with 0, with 1 when ``--strict`` finds a default rule below the floor, with 2 when something could not be done.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import msgspec

from benchmarks.ecosystem import report
from benchmarks.ecosystem.corpus import CORPUS, CorpusProblem, Pin, cache_folder, provide, read_pins
from benchmarks.ecosystem.lint import LintProblem, Run, Spoken, lint
from benchmarks.ecosystem.record import Comparison, RecordProblem, compare, merge, read_judgements, read_record, scores, write_record
from errlint import registry

RECORD = Path(__file__).with_name("record.jsonl")
FLOOR = 0.90
"""The precision below which a rule is no default rule."""

_Result = TypeVar("_Result")


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (CorpusProblem, LintProblem, RecordProblem, OSError) as problem:
        print(f"ecosystem: {problem}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ecosystem", description=__doc__)
    parser.add_argument("--package", action="append", default=[], metavar="NAME", help="only this package (may be repeated)")
    parser.add_argument("--rule", action="append", default=[], metavar="ID", help="only this rule (may be repeated)")
    parser.add_argument("--preview", action="store_true", help="run the preview rules, too")
    parser.add_argument("--new", action="store_true", help="lay out the findings without a verdict for triage")
    parser.add_argument("--sample", type=int, metavar="N", help="lay out N findings of each rule, chosen by chance")
    parser.add_argument("--seed", type=int, default=0, help="another choice by chance (default: 0)")
    parser.add_argument("--judge", type=Path, metavar="FILE", help="take the verdicts of this file into the record")
    parser.add_argument("--update", action="store_true", help="drop what vanished from the record")
    parser.add_argument("--reuse", action="store_true", help="do not run errlint: take what the last run found")
    parser.add_argument("--fetch-only", action="store_true", help="download and unpack, nothing else")
    parser.add_argument("--strict", action="store_true", help=f"end with 1 if a default rule is below {FLOOR:.0%}% precision")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="packages at a time (default: number of cores)")
    parser.add_argument("--record", type=Path, default=RECORD, help=argparse.SUPPRESS)
    return parser


def _run(options: argparse.Namespace) -> int:
    pins = _chosen_pins(options.package)
    cache = cache_folder()
    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        folders, unavailable = _settle(pool, pins, lambda pin: provide(pin, cache), CorpusProblem)
        if options.fetch_only:
            print(f"{len(folders)} packages below {cache / 'unpacked'}")
            return 2 if unavailable else 0
        if options.reuse:
            runs, failed = read_runs(cache, {pin.name for pin in folders}), 0
        else:
            extra = ("--preview",) if options.preview else ()
            results, failed = _settle(pool, folders, lambda pin: _told(lint(pin.name, folders[pin], extra)), LintProblem)
            runs = list(results.values())
            _keep_runs(cache, runs)
    by_name = {pin.name: folder for pin, folder in folders.items()}
    ran = {run.package for run in runs}
    below_floor = _compare(options, runs, ran, by_name)
    return 2 if unavailable or failed else int(options.strict and below_floor)


def _chosen_pins(names: list[str]) -> tuple[Pin, ...]:
    pins = read_pins(CORPUS.read_text(encoding="utf-8"))
    unknown = sorted(set(names) - {pin.name for pin in pins})
    if unknown:
        raise CorpusProblem(f"not in the corpus: {', '.join(unknown)}")
    return tuple(pin for pin in pins if not names or pin.name in names)


def _settle(
    pool: ThreadPoolExecutor, pins: Iterable[Pin], work: Callable[[Pin], _Result], problem: type[Exception]
) -> tuple[dict[Pin, _Result], int]:
    """Do the work for each package; what cannot be done is said and counted, and the others go on."""
    done, failed = {}, 0
    for pin, future in [(pin, pool.submit(work, pin)) for pin in pins]:
        try:
            done[pin] = future.result()
        except problem as error:
            failed += 1
            print(f"ecosystem: {error}", file=sys.stderr)
    return done, failed


def _told(run: Run) -> Run:
    """A sign of life after each package: the whole corpus takes minutes."""
    print(f"{run.package}: {len(run.findings)} findings in {run.files} files, {run.wall:.1f} s", file=sys.stderr)
    return run


def _keep_runs(cache: Path, runs: Iterable[Run]) -> None:
    kept = {run.package: run for run in read_runs(cache)} | {run.package: run for run in runs}
    (cache / "last-run.json").write_bytes(msgspec.json.encode([kept[name] for name in sorted(kept)]))


def read_runs(cache: Path, packages: set[str] | None = None) -> list[Run]:
    """What the last runs over packages found."""
    file = cache / "last-run.json"
    kept = msgspec.json.decode(file.read_bytes(), type=list[Run]) if file.is_file() else []
    return [run for run in kept if packages is None or run.package in packages]


def _compare(options: argparse.Namespace, runs: list[Run], ran: set[str], folders: dict[str, Path]) -> bool:
    """Print what was asked for, keep the record, and tell whether a default rule is below the floor."""

    def wanted(package: str, rule: str) -> bool:
        return package in ran and (not options.rule or rule in options.rule)

    findings = sorted(
        (one for run in runs for one in run.findings if wanted(run.package, one.place.rule)), key=lambda one: report.line_of(one.place)
    )
    record = read_record(options.record)
    here = [entry for entry in record if wanted(entry.place.package, entry.place.rule)]
    elsewhere = [entry for entry in record if not wanted(entry.place.package, entry.place.rule)]
    places = [one.place for one in findings]
    comparison = compare(places, here)
    if options.judge:
        here = list(merge(comparison, read_judgements(options.judge.read_text(encoding="utf-8"), places)))
        comparison = compare(places, here)
    if options.update:
        here = list(comparison.judged)
    if options.judge or options.update:
        write_record(options.record, [*elsewhere, *here])
    for line in _pages(options, comparison, findings, runs, folders):
        print(line)
    default = _default_rules() if options.strict else set()
    return any(rule in default and score.precision is not None and score.precision < FLOOR for rule, score in scores(comparison).items())


def _pages(
    options: argparse.Namespace, comparison: Comparison, findings: list[Spoken], runs: list[Run], folders: dict[str, Path]
) -> Iterator[str]:
    known = {entry.place: entry for entry in comparison.judged}
    new = [one for one in findings if one.place not in known]
    if options.sample is not None:
        yield from report.triage(report.sample(findings, options.sample, options.seed), folders, known)
        return
    if options.new:
        yield from report.triage(new, folders, known)
        return
    yield from report.times(runs)
    failures = [one for run in runs for one in run.failures]
    yield f"\nFiles that failed: {len(failures)}"
    yield from report.short(failures)
    yield f"\nNew findings, without a verdict: {len(new)}"
    yield from report.short(new)
    yield f"\nVanished findings, still in the record: {len(comparison.vanished)}"
    yield from (f"  {entry.verdict} {line.strip()}" for entry in comparison.vanished for line in report.short([Spoken(entry.place, "")]))
    yield ""
    yield from report.rule_table(comparison)


def _default_rules() -> set[str]:
    return {rule.id for rule in registry.rules() if not rule.preview}


if __name__ == "__main__":
    sys.exit(main())
