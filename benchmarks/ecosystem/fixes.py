"""``python -m benchmarks.ecosystem.fixes``: apply every fix, safe and unsafe, to a copy of the corpus, and look at what comes of it.

All must hold: every fixed file compiles as before, a second run fixes nothing, and no rule finds more in a file than before. Ends with 0,
with 1 when something does not hold, with 2 when something could not be done.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.ecosystem.__main__ import read_runs
from benchmarks.ecosystem.corpus import CORPUS, CorpusProblem, cache_folder, provide, read_pins

_Counts = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Outcome:
    """What came of a package.

    :ivar fixed: how many findings were fixed, by rule; :ivar files: how many files that changed; :ivar held_back: what errlint said of
    fixes that it left out; :ivar broken: files that compiled before and do not any more; :ivar again: how many findings a second run fixed;
    :ivar more: rules, and the files in which they find more than before.
    """

    package: str
    fixed: Counter[str] = field(default_factory=Counter)
    files: int = 0
    held_back: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    again: int = 0
    more: tuple[str, ...] = ()

    @property
    def complaints(self) -> Iterator[str]:
        """What does not hold."""
        yield from (f"{self.package}: {path} does not compile any more" for path in self.broken)
        yield from (f"{self.package}: more is found of {one}" for one in self.more)
        if self.again:
            yield f"{self.package}: a second run fixed {self.again} more"


def fix_copy(package: str, folder: Path, options: tuple[str, ...] = (), paths: Collection[str] = (".",)) -> Outcome:
    """Fix a copy of a folder, or of some files in it.

    :raises CorpusProblem: errlint could not do its job.
    """
    with tempfile.TemporaryDirectory(prefix="errlint-fixes-") as scratch:
        copy = Path(scratch) / "copy"
        shutil.copytree(folder, copy)
        before, _ = _errlint(package, copy, options, paths)
        fixable = sorted({row["path"] for row in before["findings"] if row["fix"] is not None})
        if not fixable:
            return Outcome(package)
        old = {path: (copy / path).read_bytes() for path in fixable}
        fixing = ("--fix", "--unsafe-fixes", "--exit-zero", *options)
        _, said = _errlint(package, copy, fixing, fixable)
        changed = [path for path in fixable if (copy / path).read_bytes() != old[path]]
        after, _ = _errlint(package, copy, options, fixable)
        again, _ = _errlint(package, copy, fixing, fixable)
        counted, left = _counts(before, fixable), _counts(after, fixable)
        gone = _by_rule(counted - left)
        return Outcome(
            package,
            gone,
            len(changed),
            tuple(line for line in said.splitlines() if "fixes left out" in line),
            tuple(path for path in changed if _compiles(old[path]) and not _compiles((copy / path).read_bytes())),
            again["summary"]["fixed"],
            tuple(f"{rule} in {path}" for path, rule in sorted(left - counted)),
        )


def _errlint(package: str, folder: Path, options: Iterable[str], paths: Iterable[str] = (".",)) -> tuple[dict[str, Any], str]:
    command = [sys.executable, "-m", "errlint", "check", "--isolated", "--output-format", "json", *options, *paths]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise CorpusProblem(f"{package}: errlint ended with {done.returncode}: {done.stderr.strip()}")
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed, done.stderr


def _counts(printed: dict[str, Any], paths: Collection[str]) -> _Counts:
    return Counter((row["path"], row["rule"]) for row in printed["findings"] if row["path"] in paths)


def _by_rule(counts: _Counts) -> Counter[str]:
    rules: Counter[str] = Counter()
    for (_, rule), number in counts.items():
        rules[rule] += number
    return rules


def _compiles(raw: bytes) -> bool:
    """As ``python -m compileall`` sees it; nothing is executed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(raw, "fixed.py", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ecosystem.fixes", description=__doc__)
    parser.add_argument("--package", action="append", default=[], metavar="NAME", help="only this package (may be repeated)")
    parser.add_argument("--preview", action="store_true", help="run the preview rules, too")
    parser.add_argument("--reuse", action="store_true", help="only files in which the last run of the ecosystem check found something")
    options = parser.parse_args(arguments)
    found = {run.package: sorted({one.place.path for one in run.findings}) for run in read_runs(cache_folder())} if options.reuse else None
    outcomes: list[Outcome] = []
    problems = 0
    for pin in read_pins(CORPUS.read_text(encoding="utf-8")):
        if options.package and pin.name not in options.package:
            continue
        try:
            paths = (".",) if found is None else found.get(pin.name, ())
            if paths:
                outcomes.append(fix_copy(pin.name, provide(pin, cache_folder()), ("--preview",) if options.preview else (), paths))
                fixed = ", ".join(f"{number} of {rule}" for rule, number in sorted(outcomes[-1].fixed.items())) or "nothing"
                print(f"{pin.name}: fixed {fixed} in {outcomes[-1].files} files", file=sys.stderr, flush=True)
                print(*outcomes[-1].complaints, *outcomes[-1].held_back, sep="\n", end="", file=sys.stderr, flush=True)
        except (CorpusProblem, OSError) as problem:
            problems += 1
            print(f"fixes: {problem}", file=sys.stderr, flush=True)
    for line in _told(outcomes):
        print(line)
    return 2 if problems else int(any(list(one.complaints) for one in outcomes))


def _told(outcomes: list[Outcome]) -> Iterator[str]:
    fixed: Counter[str] = sum((one.fixed for one in outcomes), Counter())
    files = sum(one.files for one in outcomes)
    yield f"{fixed.total()} findings fixed in {files} files of {len(outcomes)} packages"
    yield from (f"  {rule}  {number}" for rule, number in sorted(fixed.items()))
    held = [line for one in outcomes for line in one.held_back]
    yield f"fixes left out: {len(held)}"
    yield from (f"  {line}" for line in held)
    complaints = [line for one in outcomes for line in one.complaints]
    yield f"what does not hold: {len(complaints)}"
    yield from (f"  {line}" for line in complaints)


if __name__ == "__main__":
    sys.exit(main())
