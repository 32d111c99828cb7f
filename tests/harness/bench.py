"""Runs errlint over fixtures: with all rules, preview rules included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from errlint import registry
from errlint.catalogue import Catalogues
from errlint.engine import Setup, check_bytes
from errlint.fixer import FixOutcome, fix_source
from errlint.installed import UNKNOWN, Installed
from errlint.model import FileReport, Finding
from errlint.rule import Rule
from errlint.sheets.libraries import Libraries
from tests.harness.fixture import Fixture


@dataclass(frozen=True, repr=False)
class Bench:
    """Rules and knowledge to run fixtures with.

    :ivar catalogues: gives the catalogues of a run, the files of a fixture added to the built-in ones.
    """

    rules: tuple[Rule, ...]
    libraries: Libraries
    catalogues: Callable[[tuple[Path, ...]], Catalogues]
    _reports: dict[tuple[Fixture, bool], FileReport] = field(default_factory=dict, init=False, repr=False, compare=False)
    _setups: dict[tuple[tuple[Path, ...], str | None, Installed, bool], Setup] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _fixed: dict[Fixture, FixOutcome] = field(default_factory=dict, init=False, repr=False, compare=False)

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """What hypothesis writes when a test fails; of all that is known here it would be half a megabyte, which it refuses."""
        printer.text("Bench()")

    @classmethod
    def installed(cls) -> Bench:
        """Everything that is installed."""
        return cls(registry.rules(), registry.libraries(), cache(registry.catalogues))

    def rule(self, id: str) -> Rule | None:  # noqa: A002 -- the rule's own word
        """The rule with this id; None for the tool's own (``ERR0xx``)."""
        return next((rule for rule in self.rules if rule.id == id), None)

    def setup(
        self,
        *,
        catalogues: tuple[Path, ...] = (),
        api: str | None = None,
        gate: bool = True,
        preview: bool = True,
        installed: Installed = UNKNOWN,
    ) -> Setup:
        """A run's setup; ``preview=False`` leaves out the rules that are off by default."""
        known = frozenset(word for rule in self.rules for word in (rule.id, rule.name))
        active = tuple(rule for rule in self.rules if preview or not rule.preview)
        return Setup(active, self.libraries, self.catalogues(catalogues), api, gate, known, installed=installed, screen=gate, bare=gate)

    def findings(self, fixture: Fixture, *, gate: bool = True) -> tuple[Finding, ...]:
        """What errlint finds in a fixture."""
        return self.report(fixture, gate=gate).findings

    def report(self, fixture: Fixture, *, gate: bool = True) -> FileReport:
        """What becomes of a fixture; remembered, because every check asks."""
        if (fixture, gate) not in self._reports:
            self._reports[fixture, gate] = check_bytes(
                fixture.text.encode(), fixture.shown, self.setup_for(fixture, gate=gate), _file(fixture)
            )
        return self._reports[fixture, gate]

    def lint(self, fixture: Fixture, raw: bytes) -> FileReport:
        """What errlint finds in other bytes than a fixture's, with all else as the fixture says."""
        return check_bytes(raw, fixture.shown, self.setup_for(fixture), _file(fixture))

    def fixed(self, fixture: Fixture) -> str:
        """The text after all fixes, safe and unsafe, until nothing changes."""
        return self.fix(fixture).raw.decode()

    def fix(self, fixture: Fixture) -> FixOutcome:
        """What becomes of a fixture by all fixes, safe and unsafe; remembered."""
        if fixture not in self._fixed:
            setup = self.setup_for(fixture)
            lint = partial(check_bytes, setup=setup, file=_file(fixture))
            self._fixed[fixture] = fix_source(fixture.text.encode(), fixture.shown, lint, unsafe=True)
        return self._fixed[fixture]

    def setup_for(self, fixture: Fixture, *, gate: bool = True) -> Setup:
        """The setup that the header of a fixture asks for; the same for all that ask for the same, unless it has modules of its own."""
        key = fixture.catalogues, fixture.header.api, fixture.header.installed, gate
        if key not in self._setups:
            self._setups[key] = self._new_setup(fixture, gate=gate)
        known = self._setups[key]
        if fixture.project is None:
            return known
        fresh = self._new_setup(fixture, gate=gate)  # what is known of its modules is of other bytes
        vars(fresh).update(knowledge=known.knowledge, words=known.words)  # and all that is known of libraries takes a while
        return fresh

    def _new_setup(self, fixture: Fixture, *, gate: bool) -> Setup:
        return self.setup(catalogues=fixture.catalogues, api=fixture.header.api, gate=gate, installed=fixture.header.installed)


def _file(fixture: Fixture) -> Path | None:
    """Where a module of a folder stands, so that its imports of the others are followed."""
    return fixture.path if fixture.project is not None else None
