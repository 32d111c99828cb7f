"""Many files: with which rules and knowledge each of them is linted, and what becomes of it.

The unit of work, :func:`work`, is a function of a path and its plan: it writes no more than that one file and remembers nothing of it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from errlint import registry
from errlint.config import api_for, check_apis
from errlint.engine import Setup, check_bytes, failure
from errlint.errors import UsageProblem
from errlint.files import CannotRead, CannotWrite, read_bytes, write_atomically
from errlint.globs import absolute
from errlint.installed import UNKNOWN, Installed, Projects
from errlint.model import FileReport
from errlint.terminal import shown_path

if TYPE_CHECKING:
    from errlint.baseline import Baseline
    from errlint.changes import Changes
    from errlint.config import Config, Configs, Layer
    from errlint.discovery import Skipped
    from errlint.fixer import Lint


_WHY_NOT_FIXED = {"ERR001", "ERR004"}
"""Findings that say themselves why a file is not fixed."""


class Mode(enum.Enum):
    """What happens to fixes."""

    CHECK = "check"
    """They are only shown."""
    FIX = "fix"
    """They are written to the files."""
    DIFF = "diff"
    """They are made, and nothing is written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    :ivar report: what was found; with fixes, what remains; :ivar fixed: how many findings were fixed;
    :ivar before, after: the bytes, equal unless something was fixed, and left empty if nothing was found; :ivar held_back: why wanted
    fixes, or suppressions, were left out, if any were; :ivar silenced: how many findings got a suppression.
    """

    report: FileReport
    fixed: int = 0
    before: bytes = b""
    after: bytes = b""
    held_back: str | None = None
    silenced: int = 0


class Plan:
    """What every file of a run is linted with: the settings that hold for it, and the rules and the knowledge these amount to.

    :param given: what the command line says about rules; :param catalogues: catalogue files of the command line;
    :param api: the id of the API that every file is bound to, before what the settings say; :param baseline: a file of accepted findings,
    instead of that of the settings; :param accepting: False: accept nothing; :param changes: report only what stands on changed lines.

    Rules, and the parser that they need, are imported with the first file that can have a finding, unless a selection has to be checked.
    """

    def __init__(
        self,
        configs: Configs,
        *,
        given: Layer | None = None,
        catalogues: Iterable[Path] = (),
        api: str | None = None,
        baseline: Path | None = None,
        accepting: bool = True,
        changes: Changes | None = None,
    ) -> None:
        self._configs = configs
        self._given = given
        self._extra = tuple(Path(absolute(path)) for path in catalogues)
        self._api = api
        self._baseline = baseline
        self._accepting = accepting
        self._today = date.today()  # noqa: DTZ011 -- the user's own day
        self._changes = changes
        self._baselines: dict[Path, Baseline] = {}
        self._bare: dict[tuple[Path | None, str | None], Setup] = {}
        self._full: dict[tuple[Path | None, str | None, Installed], Setup] = {}
        self._projects: Projects | None = None

    def lint_for(self, path: Path) -> Lint:
        """The function that lints the bytes of a file, by the settings that hold for its path; the file need not exist.

        :raises UsageProblem: as loading of settings, rules and catalogues does, or no rule is selected.
        """
        config = self._configs.for_file(path)
        api = self._api or api_for(config, path)
        bare = self._knowledge(config, api)
        if self._selects(config):
            self._setup(config, api)

        def lint(raw: bytes, shown: str) -> FileReport:
            if not bare.passes.lets_pass(raw, absolute(path)):
                report = check_bytes(raw, shown, bare, path)
                if report.stage == "gated":
                    return report
            setup = self._setup(config, api, self._installed_for(path))
            report = self._without_silenced(check_bytes(raw, shown, setup, path), config, path)
            if self._changes is not None:
                report = self._changes.on_changed_lines(report, path)
            baseline = self.baseline_for(path)
            return report if baseline is None else baseline.without_accepted(report, raw, path)

        return lint

    @property
    def given(self) -> Layer | None:
        """What the command line says about rules."""
        return self._given

    def rules_for(self, path: Path) -> frozenset[str]:
        """The ids of the rules that run on a file."""
        config = self._configs.for_file(path)
        return frozenset(rule.id for rule in self._setup(config, self._api or api_for(config, path)).rules)

    def baseline_for(self, path: Path) -> Baseline | None:
        """The accepted findings that hold for a file.

        :raises UsageProblem: the baseline cannot be read.
        """
        file = (self._baseline or self._configs.for_file(path).baseline) if self._accepting else None
        if file is None:
            return None
        if file not in self._baselines:
            from errlint.baseline import Baseline

            self._baselines[file] = Baseline.read(file)
        return self._baselines[file]

    def _knowledge(self, config: Config, api: str | None) -> Setup:
        """A setup without rules: enough to say that a file has nothing in it that any rule could look at."""
        key = config.source, api
        if key not in self._bare:
            if not any(pack.modules for pack in registry.packs()):
                registry.rules()  # which says what is wrong
            from errlint.wrappers import with_wrappers

            catalogues = registry.catalogues(tuple(dict.fromkeys((*config.catalogues, *self._extra))))
            check_apis(config, (one.id for one in catalogues))
            self._bare[key] = Setup((), with_wrappers(registry.libraries(), config), catalogues, api)
            _ = self._bare[key].default_api  # an unknown --api is refused even if no file is bound to it
        return self._bare[key]

    def _installed_for(self, path: Path) -> Installed:
        """What is known of the versions that a file runs with, of the packages where they make a difference."""
        if self._projects is None:
            catalogues = (setup.catalogues for setup in self._bare.values())
            self._projects = Projects({*registry.libraries().versioned, *(package for one in catalogues for package in one.versioned)})
        return self._projects.installed_for(Path(absolute(path)).parent)

    def _setup(self, config: Config, api: str | None, installed: Installed = UNKNOWN) -> Setup:
        key = config.source, api, installed
        if key not in self._full:
            from errlint.selection import select_rules

            rules = registry.rules()
            selected = select_rules(rules, config, self._given)
            if not selected:
                raise UsageProblem("no rule is selected, so nothing would be checked", hint="`errlint rules` lists all rules")
            known = frozenset(word for rule in rules for word in (rule.id, rule.name))
            self._full[key] = self._knowledge(config, api).with_rules(
                selected, known, require_reason=config.require_reason, today=self._today, installed=installed
            )
        return self._full[key]

    def _selects(self, config: Config) -> bool:
        """Whether anything is said about rules that may be wrong."""
        layers = (*config.layers, *([self._given] if self._given else []))
        return any(
            (layer.select is not None, layer.extend_select, layer.ignore, layer.per_file_ignores) != (False, (), (), ()) for layer in layers
        )

    def _without_silenced(self, report: FileReport, config: Config, path: Path) -> FileReport:
        from errlint.selection import silenced

        ids = silenced(registry.rules(), config, path, self._given)
        kept = tuple(finding for finding in report.findings if finding.rule not in ids)
        gone = tuple(sorted({finding.rule for finding in report.findings if finding.rule in ids}))
        return replace(report, findings=kept, suppressed=report.suppressed + len(report.findings) - len(kept), ignored=gone)


def run(paths: Iterable[Path], plan: Plan, mode: Mode, *, unsafe: bool = False) -> Iterator[Outcome]:
    """Lint files, in the order given; ``unsafe`` wants the unsafe fixes as well.

    :raises UsageProblem: as :meth:`Plan.lint_for`; nothing about the files themselves raises.
    """
    for path in paths:
        yield work(path, plan, mode, unsafe=unsafe)


def work(path: Path, plan: Plan, mode: Mode, *, unsafe: bool = False) -> Outcome:
    """Lint one file, and fix it if asked to. A file that cannot be read, or not be written, has a finding that says so."""
    shown = shown_path(path)
    lint = plan.lint_for(path)
    try:
        raw = read_bytes(path)
    except CannotRead as problem:
        return _unread(shown, problem.message)
    outcome = work_bytes(raw, shown, lint, mode, unsafe=unsafe)
    if mode is Mode.FIX:
        try:
            write_atomically(path, outcome.before, outcome.after)
        except CannotWrite as problem:
            return _unwritten(lint(raw, shown), raw, problem.message)
    return outcome


def work_bytes(raw: bytes, shown: str, lint: Lint, mode: Mode, *, unsafe: bool = False) -> Outcome:
    """Lint bytes, and fix them if asked to; nothing is written."""
    if mode is Mode.CHECK:
        report = lint(raw, shown)
        return Outcome(report, before=raw, after=raw) if report.findings else Outcome(report)
    from errlint.fixer import fix_source

    fixed = fix_source(raw, shown, lint, unsafe=unsafe)
    if not fixed.applied and not fixed.report.findings:
        return Outcome(fixed.report)
    told = any(finding.rule in _WHY_NOT_FIXED for finding in fixed.report.findings)
    return Outcome(fixed.report, sum(fixed.applied.values()), raw, fixed.raw, None if told else fixed.held_back)


def silence(path: Path, plan: Plan, reason: str) -> Outcome:
    """Write suppressions for what is found in one file."""
    from errlint.ignores import add_ignores

    shown = shown_path(path)
    lint = plan.lint_for(path)
    try:
        raw = read_bytes(path)
    except CannotRead as problem:
        return _unread(shown, problem.message)
    done = add_ignores(raw, shown, lint, reason)
    try:
        write_atomically(path, raw, done.raw)
    except CannotWrite as problem:
        return _unwritten(lint(raw, shown), raw, problem.message, "silenced")
    return Outcome(done.report, before=done.raw, after=done.raw, held_back=done.held_back, silenced=done.count)


def unreachable(skipped: Skipped) -> Outcome:
    """What discovery should have found but could not get at: a folder that cannot be read, a symlink to nowhere."""
    return _unread(shown_path(skipped.path), skipped.reason.removeprefix("cannot be read: "))


def _unread(shown: str, reason: str) -> Outcome:
    return Outcome(FileReport(shown, (failure("ERR005", shown, f"cannot be read: {reason}"),), stage="failed"))


def _unwritten(report: FileReport, raw: bytes, reason: str, what: str = "fixed") -> Outcome:
    """What was done did not reach the file, so everything that was found in it still stands."""
    finding = failure("ERR005", report.path, f"cannot be written, so nothing was {what}: {reason}")
    return Outcome(replace(report, findings=(finding, *report.findings)), before=raw, after=raw)
