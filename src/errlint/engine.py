"""One file in, findings out.

    bytes -> gate -> screens -> bare tree -> rules -> suppressions -> sorted findings

Most files that reach the rules have nothing in them that a rule would speak of. So the rules look at a tree without white space
(:mod:`errlint.bare`), and only where one of them has something to say is the file parsed in full, to say where it stands and what to write.
Where there is no such tree, or it does not do, the rules look at the one that is parsed in full.

Nothing that a file contains can stop a run: what goes wrong becomes a finding of the tool itself (``ERR0xx``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from errlint import garbage, stack
from errlint.api_comments import ApiCommentProblem, ApiComments
from errlint.encoding import UndecodableSource, decode
from errlint.globs import absolute
from errlint.installed import UNKNOWN, Installed
from errlint.lean import dataclass
from errlint.model import TOOL_RULES, FileReport, Finding, Fix, Location, Safety, Severity
from errlint.project import Project
from errlint.screens.code import Code
from errlint.screens.gate import Gate, is_test
from errlint.screens.sheet_words import Words
from errlint.suppressions import SuppressionProblem, Suppressions, may_be_reportable
from errlint.terminal import shown_path
from errlint.traces import NOTHING, Basis

if TYPE_CHECKING:
    from datetime import date

    from errlint.catalogue import Catalogue, Catalogues
    from errlint.rule import Rule
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.program.names import Names
    from errlint.semantics.program.tree import Tree
    from errlint.semantics.project.modules import Modules
    from errlint.sheets.libraries import Libraries
    from errlint.source import Source


@dataclass(frozen=True)
class Setup:
    """Everything that decides what is found in a file, beside the file.

    :ivar api: the id of the API that the user binds the file to, if any; :ivar gate, screen, bare: False turns the byte gate, the screens
    of rules, or the look at a tree without white space off (for tests of them).
    :ivar known: ids and names of all installed rules: what a suppression may name; :ivar require_reason: a suppression has to say why;
    :ivar today: what suppressions with ``until=`` are held against; None: they all hold; :ivar installed: the versions of packages that
    the code runs with, as far as they are known.
    :ivar shared: the byte gate, if there is one already.
    :ivar root: the folder outside of which no module of a project is looked for; without it, found for each file.
    """

    rules: tuple[Rule, ...]
    libraries: Libraries
    catalogues: Catalogues
    api: str | None = None
    gate: bool = True
    known: frozenset[str] = frozenset()
    require_reason: bool = False
    today: date | None = None
    installed: Installed = UNKNOWN
    root: str | None = None
    screen: bool = True
    bare: bool = True
    shared: Gate | None = None
    _base: Setup | None = None

    def with_rules(
        self, rules: tuple[Rule, ...], known: frozenset[str], *, require_reason: bool, today: date | None, installed: Installed = UNKNOWN
    ) -> Setup:
        """The same with rules: what is known of the project's modules is shared, unless other versions change what libraries do."""
        base = self if installed == self.installed else None
        return replace(self, rules=rules, known=known, require_reason=require_reason, today=today, installed=installed, _base=base)

    @cached_property
    def apis(self) -> Catalogues:
        """The catalogues, with what their SDKs are in these versions."""
        return self.catalogues.at(self.installed)

    @cached_property
    def knowledge(self) -> Libraries:
        """The library sheets, and those that the catalogues' SDKs amount to (unless a sheet of a pack describes the library)."""
        if self._base is not None:
            return self._base.knowledge
        from errlint.semantics.sdks import sdk_sheets
        from errlint.sheets.libraries import Libraries

        sheets = (*sdk_sheets(self.catalogues, self.libraries.roots), *self.libraries.sheets)
        return Libraries(sheets, self.libraries.wrapped).at(self.installed)

    @cached_property
    def _project(self) -> Project:
        return self.shared.project if self.shared is not None else Project(self.root)

    @cached_property
    def passes(self) -> Gate:
        """The byte gate."""
        if self.shared is not None:
            return self.shared
        return self._base.passes if self._base is not None else Gate(self.knowledge.waking, self._project, self.knowledge.told_by)

    @cached_property
    def words(self) -> Words:
        """What screens look for."""
        return self._base.words if self._base is not None else Words(self.knowledge, self.apis)

    def concerned(self, raw: bytes, place: str | None = None) -> tuple[Rule, ...]:
        """The rules that may have something to say about a file that passed the gate; with its absolute path, its project is asked, too."""
        if not self.screen:
            return self.rules
        code = Code(raw, self.words, partial(self._may_retry, place) if place is not None else None)
        return tuple(entry for entry in self.rules if entry.screen is None or entry.screen(code))

    def _may_retry(self, place: str, name: str) -> bool:
        """Whether what a file imports by a dotted name may be a decorator that retries, as far as its project can be asked."""
        try:
            with self.noting(place):
                return stack.run(lambda: self.modules.may_retry(place, name))
        except Exception:  # noqa: BLE001  (rules are asked then, and tell what is wrong)
            return True

    @cached_property
    def modules(self) -> Modules:
        """The other modules of the projects that the files belong to."""
        if self._base is not None:
            return self._base.modules
        from errlint.semantics.project.modules import Modules

        return Modules(self.knowledge, self.apis, self._project, lambda file: shown_path(Path(file)))

    def noting(self, place: str | None) -> AbstractContextManager[None]:
        """Note which modules of the project are asked about while a file is checked."""
        return self.modules.trace.on_behalf_of(place) if place is not None else nullcontext()

    def screened_by(self, place: str) -> Basis:
        """The modules of the project that were asked about a file so far, without any being loaded for this question."""
        owner = self._base or self
        return owner.modules.trace.told(place) if "modules" in vars(owner) else NOTHING

    def consulted(self, place: str, besides: Basis = NOTHING) -> tuple[Basis, bytes]:
        """What anything that is known of a file rests on beside its bytes: modules of the project, and the digest of what they say.

        :param besides: modules that were asked in another process.
        """
        basis = self.modules.trace.told(place).joined(besides)
        return basis, self._project.contents(basis, self.modules.first_party.index)

    @cached_property
    def default_api(self) -> Catalogue | None:
        """The catalogue that the user binds every call to."""
        return self.apis.require(self.api) if self.api is not None else None

    @cached_property
    def api_ids(self) -> frozenset[str]:
        """What a comment may name: the ids of all catalogues and of their surfaces."""
        return frozenset(part.id for part in self.catalogues.everything)


def failure(rule: str, path: str, message: str, line: int = 1, column: int = 1, *, remedy: str | None = None) -> Finding:
    """A finding about a file that could not be handled, or about the tool."""
    location = Location(path, line, column, line, column + 1)
    return Finding(rule, TOOL_RULES[rule], Severity.ERROR, message, location, remedy=remedy, lines=(line, line))


def undecodable(raw: bytes, path: str) -> FileReport:
    """The report of a file that cannot be decoded."""
    try:
        decode(raw)
    except UndecodableSource as problem:
        return _undecodable(path, problem)
    return FileReport(path)


def _undecodable(path: str, problem: UndecodableSource) -> FileReport:
    finding = failure("ERR001", path, f"cannot be decoded: {problem.message}", problem.line, problem.column)
    return FileReport(path, (finding,), stage="failed")


def check_bytes(raw: bytes, path: str, setup: Setup, file: Path | None = None) -> FileReport:
    """Lint one file.

    :param raw: its bytes; :param path: how it is shown to the user; :param file: where it stands, so that its imports of other modules of
        the project can be followed. Never raises for what the bytes contain.
    """
    asked = before_parsing(raw, path, setup, file)
    return asked if isinstance(asked, FileReport) else ask(asked, raw, path, setup, file)


def before_parsing(raw: bytes, path: str, setup: Setup, file: Path | None = None) -> FileReport | tuple[Rule, ...]:
    """The rules that have to be asked about a file, or its report, if there is nothing to ask: as gate and screens tell.

    Parameters are those of :func:`check_bytes`.
    """
    place = absolute(file) if file is not None else None
    gated = setup.gate and not setup.passes.lets_pass(raw, place)
    rules = () if gated or is_test(path) else setup.concerned(raw, place)
    if not rules and b"errlint:" not in raw:
        return FileReport(path, stage="gated" if gated else "screened")
    return rules


def ask(rules: tuple[Rule, ...], raw: bytes, path: str, setup: Setup, file: Path | None = None) -> FileReport:
    """What these rules say of a file; the other parameters are those of :func:`check_bytes`."""
    place = absolute(file) if file is not None else None
    with garbage.seldom(len(raw)), setup.noting(place) if rules else nullcontext():
        return stack.run(lambda: _check(raw, path, setup, place, rules))


def _check(raw: bytes, path: str, setup: Setup, place: str | None, rules: tuple[Rule, ...]) -> FileReport:
    from errlint.source import Source, SyntaxProblem

    try:
        text = decode(raw).text
        said = ApiComments.parse(text, setup.api_ids)
        looked = _with_bare_tree(raw, path, setup, said, place=place, rules=rules)
        source, findings = looked if looked is not None else (Source.parse(raw, path), None)
    except SyntaxProblem as problem:
        finding = failure("ERR001", path, f"cannot be parsed: {problem.message}", problem.line, problem.column)
        return FileReport(path, (finding,), stage="failed")
    except UndecodableSource as problem:
        return _undecodable(path, problem)
    try:
        if findings is None:
            findings = list(_findings(source, semantics_of(source, setup, said, place), rules))
    except RecursionError:
        finding = failure("ERR001", path, "nested too deeply to be checked", remedy="split the longest expression of the file")
        return FileReport(path, (finding,), stage="failed")
    if not findings and not may_be_reportable(raw):
        return FileReport(path)
    suppressions = Suppressions.parse(text, setup.known, today=setup.today, require_reason=setup.require_reason)
    kept, suppressed = suppressions.apply(findings)
    if any(finding.fix is not None for finding in kept) and not source.lossless:
        kept = [replace(finding, fix=None) for finding in kept]
        held, silenced = suppressions.apply([_lossy(path)])
        kept, suppressed = [*kept, *held], suppressed + silenced
    active = frozenset(entry.id for entry in setup.rules)
    kept = [*kept, *_suppression_findings(suppressions, path, active), *_comment_findings(said, path)]
    return FileReport(path, tuple(sorted(kept, key=lambda finding: finding.sort_key)), suppressed)


class _Later:
    """Stands for the source where there is only a bare tree: parsed as soon as somebody asks where a node of it stands, or for text."""

    def __init__(self, raw: bytes, path: str, tree: Tree) -> None:
        self._raw = raw
        self._path = path
        self._tree = tree

    @cached_property
    def _source(self) -> Source:
        from errlint.semantics.program.tree import Tree
        from errlint.source import Source

        source = Source.parse(self._raw, self._path)
        return source.beside(dict(zip(self._tree.order, Tree.of(source.module).order, strict=True)))

    def __getattr__(self, name: str) -> object:
        return getattr(self._source, name)


def _with_bare_tree(
    raw: bytes, path: str, setup: Setup, said: ApiComments, *, place: str | None, rules: tuple[Rule, ...]
) -> tuple[Source, list[Finding]] | None:
    """What the rules say of a file, by its bare tree; None where that does not tell."""
    from errlint.bare import NotBare, bare_module
    from errlint.semantics.program.tree import Tree

    if said.comments or not setup.bare:  # where comments stand, only the text tells
        return None
    try:
        names = setup.modules.bare(place, raw) if place is not None else None
        tree = names.tree if names is not None else Tree.of(bare_module(raw))
    except NotBare:
        return None
    source = cast("Source", _Later(raw, path, tree))
    if not rules:
        return source, []
    try:
        findings = list(_findings(source, _semantics(tree, setup, said, place, names=names), rules))
    except Exception:  # noqa: BLE001  (the file cannot be parsed in full, or is nested too deeply, which is told there)
        return None
    # who asks for white space and commas in a bare tree crashes; who crashes in a full one as well, is told so there
    return None if any(finding.rule == "ERR002" for finding in findings) else (source, findings)


def semantics_of(source: Source, setup: Setup, said: ApiComments, file: str | None = None) -> Semantics:
    """The semantic layer of one file; with its absolute path, what it imports from the project is followed."""
    from errlint.semantics.program.tree import Tree

    return _semantics(Tree.of(source.module), setup, said, file, source=source)


def _semantics(
    tree: Tree, setup: Setup, said: ApiComments, file: str | None, *, source: Source | None = None, names: Names | None = None
) -> Semantics:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.meaning import Bound
    from errlint.semantics.values.said_apis import SaidApis

    default = Bound(setup.default_api, "the configuration, or `--api`") if setup.default_api is not None else None
    return Semantics(
        tree,
        setup.knowledge,
        setup.apis,
        default,
        SaidApis(tree, said.comments, setup.apis, source.lines_of if source is not None else None),
        imported=setup.modules.seen_from(file) if file is not None else None,
        names=names,
    )


def _findings(source: Source, semantics: Semantics, rules: tuple[Rule, ...]) -> Iterator[Finding]:
    from errlint.rule import Context

    tree = semantics.tree
    for current in rules:
        context = Context(source, semantics, current)
        told: set[tuple[Location, str]] = set()
        for node in tree.of_types(*current.on):
            try:
                for finding in current.check(node, context):
                    if (finding.location, finding.message) in told:
                        continue  # two uses of one retry have the same mistake in the same place
                    told.add((finding.location, finding.message))
                    yield finding
            except RecursionError:
                raise  # the file's doing, not the rule's
            except Exception as error:  # noqa: BLE001  (a crash is a finding, and the run goes on)
                line, column = source.position(source.span(node)[0])
                crash = f"{current.id} crashed here: {type(error).__name__}: {error}"
                yield failure("ERR002", source.path, crash, line, column, remedy="please report this with the code around the place")


def _lossy(path: str) -> Finding:
    return failure(
        "ERR004",
        path,
        "the file cannot be rewritten without losing white space, so its fixes are held back",
        remedy="remove form feeds, and spaces before the colon of `except (…) :`",
    )


def _suppression_findings(suppressions: Suppressions, path: str, active: frozenset[str]) -> Iterable[Finding]:
    for problem in suppressions.problems(active):
        finding = _about_comment("ERR003", path, problem)
        if problem.removal is not None:
            safety = Safety.UNSAFE if problem.reasoned else Safety.SAFE  # a reason that a person wrote is not lost unasked
            finding = replace(finding, fix=Fix(safety, "Remove the comment", (problem.removal,)))
        yield finding


def _comment_findings(said: ApiComments, path: str) -> Iterable[Finding]:
    return (_about_comment("ERR006", path, problem) for problem in said.problems)


def _about_comment(rule: str, path: str, problem: SuppressionProblem | ApiCommentProblem) -> Finding:
    finding = failure(rule, path, problem.message, problem.line, problem.column)
    location = Location(path, problem.line, problem.column, problem.line, problem.end_column)
    return replace(finding, location=location, severity=Severity.WARNING)
