"""With which rules and knowledge each file of a run is linted, and whether that was done before.

What a result depends on, beside the bytes of the file, are its *setup* (errlint itself, its rules and its knowledge, the catalogues and
settings of the user, the versions of packages) and the modules of the project that the file was told something by. A file with a known
result costs no rule, no parser, and, if all are known, not even their import.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from errlint import registry
from errlint.cache import Results, load, store
from errlint.config import api_for, check_apis, layers
from errlint.digests import digest, digest_of
from errlint.encoding import is_no_text
from errlint.errors import UsageProblem
from errlint.garbage import loaded
from errlint.globs import absolute
from errlint.identity import contents, identity
from errlint.installed import UNKNOWN, Installed, Projects
from errlint.known import Known, shipped
from errlint.lean import dataclass
from errlint.model import FileReport
from errlint.project import NO_NEWS, Seen
from errlint.screens.gate import is_test
from errlint.traces import NOTHING, Basis

if TYPE_CHECKING:
    from datetime import date

    from errlint.baseline import Baseline
    from errlint.changes import Changes
    from errlint.config import Config, Configs, Layer
    from errlint.engine import Setup
    from errlint.fixer import Lint


@dataclass(frozen=True)
class _Lane:
    """What holds for all files of a folder that are bound to the same API, or to none.

    :ivar config: their settings; :ivar api: the id of that API; :ivar known: what has to be known to leave them aside;
    :ivar installed: the versions that they run with; :ivar results: where their results are kept, if they are.
    """

    config: Config
    api: str | None
    known: Known
    installed: Installed
    results: Results | None


@dataclass(frozen=True)
class Task:
    """A file that rules have to be asked about.

    :ivar shown: its path for people; :ivar rules: the ids of these rules; :ivar remembered: whether the result is to be kept;
    :ivar screened_by: the modules of the project that were asked which rules these are.
    """

    path: Path
    shown: str
    raw: bytes
    rules: tuple[str, ...]
    remembered: bool
    screened_by: Basis = NOTHING


@dataclass(frozen=True)
class Answer:
    """What rules say of a file: plain data, which can come from another process.

    :ivar basis: the other modules of the project that this rests on, if it is to be kept; :ivar contents: the digest of what they said;
    :ivar news: of the folders in which imports were looked for, from a process that saw others than this one.
    """

    report: FileReport
    basis: Basis = NOTHING
    contents: bytes = b""
    news: Seen = NO_NEWS


class Plan:
    """What every file of a run is linted with: the settings that hold for it, and the rules and the knowledge these amount to.

    :param given: what the command line says about rules; :param catalogues: catalogue files of the command line;
    :param api: the id of the API that every file is bound to, before what the settings say; :param baseline: a file of accepted findings,
    instead of that of the settings; :param accepting: False: accept nothing; :param changes: report only what stands on changed lines;
    :param cache: the folder of remembered results; None: nothing is remembered.

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
        cache: Path | None = None,
    ) -> None:
        self._configs = configs
        self._given = given
        self._extra = tuple(Path(absolute(path)) for path in catalogues)
        self._api = api
        self._baseline = baseline
        self._accepting = accepting
        self._changes = changes
        self._baselines: dict[Path, Baseline] = {}
        self._cache = cache
        self._knowns: dict[tuple[Path | None, str | None], Known] = {}
        self._known_of: dict[tuple[object, ...], Known] = {}
        self._bare: dict[tuple[Path | None, str | None], Setup] = {}
        self._full: dict[tuple[Path | None, str | None, Installed], Setup] = {}
        self._projects: dict[tuple[str, ...], Projects] = {}
        self._results: dict[tuple[Path | None, str | None, Installed], Results] = {}
        self._lanes: dict[tuple[str, str | None], _Lane] = {}
        self._last: tuple[Path, _Lane, str] | None = None

    def lint_for(self, path: Path) -> Lint:
        """The function that lints the bytes of a file, by the settings that hold for its path; the file need not exist.

        :raises UsageProblem: as loading of settings, rules and catalogues does, or no rule is selected.
        """
        self._at(path)

        def lint(raw: bytes, shown: str) -> FileReport:
            begun = self.begin(path, raw, shown)
            return begun if isinstance(begun, FileReport) else self.finish(begun, self.answer(begun))

        return lint

    def begin(self, path: Path, raw: bytes, shown: str) -> FileReport | Task:
        """What is told of a file without parsing it, or what is left to do.

        :raises UsageProblem: as :meth:`lint_for`.
        """
        lane, place = self._at(path)
        if b"errlint:" not in raw:
            if is_no_text(raw) and not is_test(shown):
                from errlint.engine import undecodable

                return undecodable(raw, shown)
            if not lane.known.gate.lets_pass(raw, place):
                return FileReport(shown, stage="gated")
            if is_test(shown):
                return FileReport(shown, stage="screened")
        key = self._key(raw, shown, place) if lane.results is not None else b""
        report = lane.results.get(key, shown) if lane.results is not None else None
        if report is None:
            from errlint.engine import before_parsing

            setup = self._setup(lane.config, lane.api, lane.installed)
            asked = before_parsing(raw, shown, setup, Path(place))
            basis = setup.screened_by(place) if lane.results is not None else NOTHING
            if not isinstance(asked, FileReport):
                return Task(path, shown, raw, tuple(rule.id for rule in asked), lane.results is not None, basis)
            report = asked
            if lane.results is not None:
                lane.results.put(key, report, *(setup.consulted(place) if basis != NOTHING else ()))
        return self._for_the_user(report, raw, lane, path)

    def answer(self, task: Task) -> Answer:
        """Ask the rules. This takes its time, and leaves no traces but in what is remembered of the project."""
        from errlint.engine import ask

        lane, place = self._at(task.path)
        setup = self._setup(lane.config, lane.api, lane.installed)
        rules = tuple(rule for rule in setup.rules if rule.id in task.rules)
        report = ask(rules, task.raw, task.shown, setup, Path(place))
        if not task.remembered:
            return Answer(report)
        return Answer(report, *setup.consulted(place, task.screened_by)) if report.stage == "checked" else Answer(report)

    def news_of(self, task: Task) -> Seen:
        """What was seen of the folders of a task's project since that was asked last, if answers are remembered."""
        return self._at(task.path)[0].known.gate.project.news() if task.remembered else NO_NEWS

    def finish(self, task: Task, answer: Answer) -> FileReport:
        """What the user is told of a file; the answer is remembered."""
        lane, place = self._at(task.path)
        if lane.results is not None:
            lane.known.gate.project.learn(answer.news)
            key = self._key(task.raw, task.shown, place)
            lane.results.put(key, answer.report, answer.basis, answer.contents)
        return self._for_the_user(answer.report, task.raw, lane, task.path)

    def _for_the_user(self, report: FileReport, raw: bytes, lane: _Lane, path: Path) -> FileReport:
        report = self._without_silenced(report, lane.config, path)
        if self._changes is not None:
            report = self._changes.on_changed_lines(report, path)
        baseline = self._baseline_of(lane.config)
        return report if baseline is None else baseline.without_accepted(report, raw, path)

    def _at(self, path: Path) -> tuple[_Lane, str]:
        """The lane of a file, and its absolute path; asked several times for each file of a run, so the last answer is kept."""
        if self._last is None or self._last[0] is not path:
            place = self._configs.place(path)
            self._last = path, self._lane(path, os.path.dirname(place)), place  # noqa: PTH120 -- takes a fifth of the time
        return self._last[1:]

    def _lane(self, path: Path, folder: str) -> _Lane:
        config = self._configs.for_folder(folder)
        api = self._api or api_for(config, path)
        if (folder, api) not in self._lanes:
            known = self._known(config, api)
            if self._selects(config):
                self._selection(config, api)
            installed = self._installed_for(folder, known)
            results = self._results_for(config, api, installed)  # which tell the gate what modules imported the last time
            self._lanes[folder, api] = _Lane(config, api, known, installed, results)
        return self._lanes[folder, api]

    @cached_property
    def _today(self) -> date:
        """The user's own day."""
        from datetime import date

        return date.today()  # noqa: DTZ011

    def remember(self) -> None:
        """Keep what was found for the runs to come."""
        for results in self._results.values():
            results.save()

    def _key(self, raw: bytes, shown: str, place: str) -> bytes:
        """What a result depends on beside its setup and other modules; a suppression may end with the day."""
        until = self._today.isoformat() if b"until" in raw else ""
        return digest(digest_of((shown, place, until)), raw)

    def _results_for(self, config: Config, api: str | None, installed: Installed) -> Results | None:
        """Where the results of a setup are kept."""
        if self._cache is None:
            return None
        key = config.source, api, installed
        if key not in self._results:
            selected = [(layer.select, layer.extend_select, layer.ignore, layer.preview) for layer in self._layers(config)]
            # these change no result, but the names in them are looked at only where nothing is known yet
            ignored = sorted({selector for layer in config.layers for _, selectors in layer.per_file_ignores for selector in selectors})
            parts = (self._digest(config), selected, ignored, config.require_reason, api, installed)
            self._results[key] = Results(self._cache, digest_of(parts), self._known(config, api).gate)
        return self._results[key]

    def _selection(self, config: Config, api: str | None) -> None:
        """Refuse a selection that makes no sense; one that has results did."""
        results = self._results_for(config, api, UNKNOWN)
        if results is None or not results.known:
            self._setup(config, api)

    @property
    def given(self) -> Layer | None:
        """What the command line says about rules."""
        return self._given

    def rules_for(self, path: Path) -> frozenset[str]:
        """The ids of the rules that run on a file."""
        config = self._configs.for_file(path)
        return frozenset(rule.id for rule in self._setup(config, self._api or api_for(config, path)).rules)

    @property
    def accepts_any(self) -> bool:
        """Whether a baseline holds for any of the files that were looked at so far."""
        return any(self._accepted(config) is not None for config in self._configs.seen)

    def baseline_for(self, path: Path) -> Baseline | None:
        """The accepted findings that hold for a file.

        :raises UsageProblem: the baseline cannot be read.
        """
        return self._baseline_of(self._configs.for_file(path))

    def _accepted(self, config: Config) -> Path | None:
        return (self._baseline or config.baseline) if self._accepting else None

    def _baseline_of(self, config: Config) -> Baseline | None:
        file = self._accepted(config)
        if file is None:
            return None
        if file not in self._baselines:
            from errlint.baseline import Baseline

            self._baselines[file] = Baseline.read(file, quoted=file not in config.outside)
        return self._baselines[file]

    def _said(self, config: Config) -> tuple[object, ...]:
        """What the user says of libraries and APIs: the catalogues, and the wrappers of each layer."""
        return self._catalogues(config), repr([layer.wrappers for layer in config.layers])

    def _catalogues(self, config: Config) -> tuple[Path, ...]:
        """The user's catalogues."""
        return tuple(dict.fromkeys((*config.catalogues, *self._extra)))

    def _known(self, config: Config, api: str | None) -> Known:
        """What sheets and catalogues speak of; settings that say the same of them share it."""
        key = config.source, api
        if key not in self._knowns:
            said = self._said(config)
            known = self._known_of[said] if said in self._known_of else self._remembered(config)
            self._known_of[said] = known
            check_apis(config, known.apis)
            if api is not None and api not in known.apis:
                self._knowledge(config, api)  # which says what is known
            self._knowns[key] = known
        return self._knowns[key]

    def _remembered(self, config: Config) -> Known:
        """What sheets and catalogues speak of: known from an earlier run, shipped with them, or read from the whole."""
        file = self._cache / f"known-{self._digest(config).hex()}" if self._cache is not None else None
        body = load(file) if file is not None else None
        if body is not None:
            return Known.read(body)
        known = self._shipped(config) or Known.of(self._knowledge(config, None))
        if file is not None:
            store(file, known.written())
        return known

    def _shipped(self, config: Config) -> Known | None:
        """What the only pack ships, where nobody else says anything."""
        own, *others = registry.packs() or (None,)
        said = others or registry.packaged_catalogues() or self._catalogues(config) or any(layer.wrappers for layer in config.layers)
        return shipped(own) if own is not None and not said else None

    def _digest(self, config: Config) -> bytes:
        """Of errlint, and all that it knows with these settings."""
        files = (*registry.packaged_catalogues(), *self._catalogues(config))
        return digest(identity(), contents(files), digest_of(self._said(config)))

    def _knowledge(self, config: Config, api: str | None) -> Setup:
        """A setup without rules."""
        from errlint.engine import Setup

        key = config.source, api
        if key not in self._bare:
            if not any(pack.modules for pack in registry.packs()):
                registry.rules()  # which says what is wrong
            from errlint.wrappers import with_wrappers

            catalogues = registry.catalogues(self._catalogues(config), config.outside)
            known = self._known_of.get(self._said(config))
            self._bare[key] = Setup(
                (), with_wrappers(registry.libraries(), config), catalogues, api, shared=known.gate if known is not None else None
            )
            _ = self._bare[key].default_api  # an unknown --api is refused even if no file is bound to it
        return self._bare[key]

    def _installed_for(self, folder: str, known: Known) -> Installed:
        """What is known of the versions that code in a folder runs with, of the packages where they make a difference."""
        if known.versioned not in self._projects:
            self._projects[known.versioned] = Projects(known.versioned)
        return self._projects[known.versioned].installed_for(folder)

    def _setup(self, config: Config, api: str | None, installed: Installed = UNKNOWN) -> Setup:
        key = config.source, api, installed
        if key not in self._full:
            from errlint.selection import hint_to_select, select_rules

            rules = registry.rules()
            selected = select_rules(rules, config, self._given)
            if not selected:
                raise UsageProblem("no rule is selected, so nothing would be checked", hint=hint_to_select(config, self._given))
            known = frozenset(word for rule in rules for word in (rule.id, rule.name))
            self._full[key] = self._knowledge(config, api).with_rules(
                selected, known, require_reason=config.require_reason, today=self._today, installed=installed
            )
            loaded()
        return self._full[key]

    def _layers(self, config: Config) -> tuple[Layer, ...]:
        return layers(config, self._given)

    def _selects(self, config: Config) -> bool:
        """Whether anything is said about rules that may be wrong."""
        return any(
            (layer.select is not None, layer.extend_select, layer.ignore, layer.per_file_ignores) != (False, (), (), ())
            for layer in self._layers(config)
        )

    def _without_silenced(self, report: FileReport, config: Config, path: Path) -> FileReport:
        if not report.findings or not any(layer.per_file_ignores or layer.ignore for layer in self._layers(config)):
            return report
        from errlint.selection import silenced

        ids = silenced(registry.rules(), config, path, self._given)
        kept = tuple(finding for finding in report.findings if finding.rule not in ids)
        gone = tuple(sorted({finding.rule for finding in report.findings if finding.rule in ids}))
        return replace(report, findings=kept, suppressed=report.suppressed + len(report.findings) - len(kept), ignored=gone)
