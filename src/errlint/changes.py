"""Which lines changed since a revision: what ``--diff-base`` reports findings on."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from errlint.errors import UsageProblem
from errlint.globs import absolute
from errlint.lean import dataclass
from errlint.model import FileReport, Finding

_OPTIONS = ("--unified=0", "--no-ext-diff", "--no-color", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "--find-renames")


@dataclass(frozen=True)
class Changes:
    """Changed lines by absolute path: 1-based first and last line of each run; None for files that git does not track yet: all lines."""

    lines: dict[Path, tuple[tuple[int, int], ...] | None]

    @classmethod
    def since(cls, revision: str, folder: Path) -> Changes:
        """Compare the working tree around ``folder`` with where it left ``revision`` (their merge base).

        :raises UsageProblem: the folder is in no repository, git is missing, or the revision is not there (a shallow clone, a typo).
        """
        root = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
        base = _merge_base(folder, revision)
        patch = _git(root, "diff", *_OPTIONS, base, "--")
        untracked = _git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
        lines: dict[Path, tuple[tuple[int, int], ...] | None] = {Path(absolute(root / name)): None for name in untracked if name}
        return cls({**_changed(patch, root), **lines})

    def on_changed_lines(self, report: FileReport, path: Path) -> FileReport:
        """The report of a file without the findings whose statement did not change."""
        key = Path(absolute(path)).resolve()
        if key not in self.lines:
            return replace(report, findings=())
        runs = self.lines[key]
        return report if runs is None else replace(report, findings=tuple(found for found in report.findings if _meets(found, runs)))


def _meets(finding: Finding, runs: Sequence[tuple[int, int]]) -> bool:
    at = finding.location
    first = min(at.line, finding.lines[0] or at.line)
    last = max(at.end_line, finding.lines[1])
    return any(start <= last and first <= end for start, end in runs)


def _changed(patch: str, root: Path) -> dict[Path, tuple[tuple[int, int], ...] | None]:
    from unidiff.patch import PatchSet

    found: dict[Path, tuple[tuple[int, int], ...] | None] = {}
    for file in PatchSet.from_string(patch):
        if not file.is_removed_file:
            runs = tuple((hunk.target_start, hunk.target_start + hunk.target_length - 1) for hunk in file if hunk.target_length)
            found[Path(absolute(root / file.path)).resolve()] = runs
    return found


def _merge_base(folder: Path, revision: str) -> str:
    shallow = _git(folder, "rev-parse", "--is-shallow-repository").strip() == "true"
    hint = "a shallow clone lacks older commits: fetch more of them (in GitHub Actions: `fetch-depth: 0`)" if shallow else None
    try:
        commit = _git(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    except UsageProblem as problem:
        raise UsageProblem(f"--diff-base: git knows no revision '{revision}'", hint=hint) from problem
    try:
        return _git(folder, "merge-base", commit, "HEAD").strip()
    except UsageProblem as problem:
        raise UsageProblem(f"--diff-base: there is no way from '{revision}' to the checked out commit", hint=hint) from problem


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "core.quotePath=off", *arguments]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, check=True)  # noqa: S603 -- git, with arguments of our own
    except FileNotFoundError as error:
        raise UsageProblem("--diff-base: git is not installed") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().removeprefix("fatal: ").splitlines()
        raise UsageProblem(f"--diff-base: {said[0] if said else 'git failed'}") from error
    return done.stdout.decode("utf-8", "surrogateescape")
