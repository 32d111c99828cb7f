"""``python -m benchmarks.speed``: errlint beside other linters on the same files, in one run; then its start-up and its growth.

Ends with 0, or with 2 when something could not be measured. Nothing here is a test: times depend on the machine, ratios less so.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

from benchmarks.ecosystem.corpus import CorpusProblem, cache_folder
from benchmarks.speed import report, same, tools, work
from benchmarks.speed.measure import BenchProblem, Cost, cost_of, median
from benchmarks.speed.stages import stages
from benchmarks.speed.tools import Tool

_PACKAGES = ("openai", "agno")
_LINES = (500, 2_000, 8_000)
_FINDINGS = (40, 400, 1_600)
_FILES = (400, 1_600, 6_400)
_LINES_OF_A_FUNCTION = 7


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            # the stages come last: Linux counts the memory of the process that starts another one as memory of that one, too
            for part in options.part or ("corpus", "warm", "start", "growth", "stages"):
                _PARTS[part](options, Path(scratch) / part)
    except (BenchProblem, CorpusProblem, OSError) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--files", type=int, default=4_000, help="how many files of the corpus (0: all of them, which takes hours)")
    parser.add_argument("--seed", type=int, default=0, help="another choice by chance")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each linter; medians are shown (default: 3)")
    parser.add_argument("--part", action="append", choices=tuple(_PARTS), help="only this part (may be repeated)")
    parser.add_argument("--only", action="append", default=[], metavar="TOOL", help="only the linters whose name starts so")
    return parser


def _corpus(options: argparse.Namespace, folder: Path) -> None:
    """errlint and its peers on the same files."""
    laid_out = work.corpus(folder, options.files, seed=options.seed)
    tools.prepare(folder)
    everybody = (tools.errlint(), *tools.peers(cache_folder().parent / "bench"))
    wanted = [tool for tool in everybody if not options.only or tool.name.startswith(tuple(options.only))]
    print(f"{laid_out.files} files, {laid_out.lines} lines, {laid_out.size / 1e6:.1f} MB; median of {options.rounds}\n")
    report.beside_each_other(_measured(wanted, folder, options.rounds))


def _warm(options: argparse.Namespace, folder: Path) -> None:
    """One package, all of it known but one file that was edited; beside ruff, which remembers nothing."""
    for name, (edit, edited) in product(_PACKAGES, (("a comment", work.with_comment), ("a statement", work.with_statement))):
        here = folder / name
        shutil.rmtree(here, ignore_errors=True)
        laid_out = work.package(here, name)
        results = folder / f"results-{name}-{edit}"
        remembering = tools.errlint(results=results)
        ruff = next(tool for tool in tools.peers(cache_folder().parent / "bench") if tool.name == "ruff")
        costs: dict[str, list[Cost]] = {"ruff": [], remembering.name: [], "errlint": []}
        costs["errlint"] += [cost for _, cost in _runs(tools.errlint(), here, 1)]
        _ = [*_runs(remembering, here, 1)]
        for _ in range(options.rounds):
            edited(here)
            for tool in (ruff, remembering):
                costs[tool.name] += [cost for _, cost in _runs(tool, here, 1)]
        print(f"{name}, {edit} added to one file: {laid_out.files} files, {laid_out.lines} lines\n")
        report.beside_each_other([(tool, median(found)) for tool, found in costs.items()])


def _same(options: argparse.Namespace, folder: Path) -> None:
    """Whether the choice gives the same findings without the gate, without the screens, and with results remembered."""
    work.corpus(folder, options.files, seed=options.seed)
    different = same.differences(folder)
    report.of_differences(different)
    if any(found for _, found in different):
        raise BenchProblem("the findings are not the same")


def _stages(options: argparse.Namespace, folder: Path) -> None:
    """Where the files of the same choice end."""
    work.corpus(folder, options.files, seed=options.seed)
    report.of_stages(*stages(sorted(folder.rglob("*.py"))))


def _start(options: argparse.Namespace, folder: Path) -> None:
    """How long errlint takes to say its version, or to look at one file, as a multiple of starting Python."""
    folder.mkdir()
    bare = Tool("python -c pass", (sys.executable, "-c", "pass"))
    version = Tool("--version", (sys.executable, "-m", "errlint", "--version"))
    rounds = max(9, options.rounds)
    rows = [*_measured([bare, version], folder, rounds)]
    for name, one in work.small(folder):
        rows += _measured([replace(tools.errlint(), name=name)], one, rounds)
        remembering = tools.errlint(results=one.with_name(f"results-{one.name}"))
        _ = [*_runs(remembering, one, 1)]
        rows += _measured([replace(remembering, name=f"{name}, warm")], one, rounds)
    report.as_multiples(rows)


def _growth(options: argparse.Namespace, folder: Path) -> None:
    """How the time grows with the size of a file, with its findings, and with the number of files."""
    series: dict[str, tuple[Sequence[int], Callable[[Path, int], Path]]] = {
        "lines of one file": (_LINES, lambda at, size: work.harmless(at, size // _LINES_OF_A_FUNCTION)),
        "findings in one file": (_FINDINGS, work.mistakes),
        "files": (_FILES, work.clients),
    }
    for name, (sizes, make) in series.items():
        rows = [(size, median([cost for _, cost in _runs(tools.errlint(), make(folder, size), options.rounds)])) for size in sizes]
        report.of_growth(name, rows)


def _measured(wanted: Sequence[Tool], folder: Path, rounds: int) -> list[tuple[str, Cost]]:
    """Medians; the tools take turns, so that what else the machine does meets them all."""
    costs: dict[str, list[Cost]] = {tool.name: [] for tool in wanted}
    for _ in range(rounds):
        for tool in wanted:
            costs[tool.name] += [cost for _, cost in _runs(tool, folder, 1)]
    return [(name, median(found)) for name, found in costs.items()]


def _runs(tool: Tool, folder: Path, rounds: int) -> Iterator[tuple[str, Cost]]:
    for _ in range(rounds):
        yield tool.name, cost_of(tool.command, folder, ends_with=tool.ends_with, environment=tool.environment)


_PARTS: dict[str, Callable[[argparse.Namespace, Path], None]] = {
    "corpus": _corpus,
    "warm": _warm,
    "stages": _stages,
    "start": _start,
    "growth": _growth,
    "same": _same,
}

if __name__ == "__main__":
    sys.exit(main())
