"""``errlint check``: the options, and what is written where."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from errlint.cli.completion import api_ids, rule_words
from errlint.cli.group import Choice, color_option, listed, style
from errlint.errors import UsageProblem
from errlint.lean import dataclass
from errlint.terminal import shown_path, write, write_bytes

if TYPE_CHECKING:
    from errlint.baseline import Baseline
    from errlint.changes import Changes
    from errlint.config import Configs
    from errlint.discovery import Skipped
    from errlint.plan import Plan
    from errlint.runner import Mode, Outcome

FORMATS = ("full", "concise", "grouped", "json", "json-lines", "sarif", "github", "gitlab", "junit", "rdjson")
STDIN = Path("-")
_NOTEBOOK = ".ipynb"
_FILE = click.Path(path_type=Path)


class _Code(click.Path):
    """A file or folder; Python takes an empty path for the working directory, but it comes of a variable that is not set."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As click's."""
        if value == "":
            self.fail("the path is empty.", param, ctx)
        return super().convert(value, param, ctx)


_CODE = _Code(path_type=Path, readable=False)
"""Of what cannot be read there is a finding, and the rest is checked."""


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    paths: tuple[Path, ...]
    fix: bool
    unsafe_fixes: bool
    diff: bool
    add_ignores: str | None
    output_format: str
    output_file: Path | None
    baseline: Path | None
    diff_base: str | None
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    extend_select: tuple[str, ...]
    preview: bool
    isolated: bool
    config: Path | None
    catalogues: tuple[Path, ...]
    api: str | None
    stdin_filename: Path | None
    exclude: tuple[str, ...]
    force_exclude: bool
    exit_zero: bool
    exit_non_zero_on_fix: bool
    statistics: bool
    watch: bool
    show_files: bool
    quiet: bool
    verbose: bool
    no_cache: bool
    jobs: int | None

    @property
    def stdin(self) -> bool:
        """Whether the code comes from standard input."""
        return STDIN in self.paths

    @property
    def mode(self) -> Mode:
        """What happens to fixes."""
        from errlint.runner import Mode

        return Mode.DIFF if self.diff else Mode.FIX if self.fix else Mode.CHECK


@click.command(short_help="Look for mistakes in files and folders.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=_CODE)
@click.option("--fix", is_flag=True, help="Apply the safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the fixes that may change which branch is taken, too.")
@click.option("--diff", is_flag=True, help="Show what the fixes would change, as a patch, and write nothing.")
@click.option("--add-ignores", metavar="REASON", help="Silence what is found by comments that give this reason.")
@click.option(
    "--output-format",
    type=Choice(FORMATS),
    metavar="FORMAT",
    default="full",
    show_default=True,
    help=f"How findings are printed: {', '.join(FORMATS)}.",
)
@click.option("--output-file", type=_FILE, metavar="FILE", help="Write the findings to this file; the summary goes to standard error.")
@click.option(
    "--select",
    multiple=True,
    callback=listed,
    shell_complete=rule_words,
    metavar="RULES",
    help="Only these rules: ids, names, prefixes (ERR1) or ALL.",
)
@click.option("--ignore", multiple=True, callback=listed, shell_complete=rule_words, metavar="RULES", help="Not these rules.")
@click.option("--extend-select", multiple=True, callback=listed, shell_complete=rule_words, metavar="RULES", help="These rules, too.")
@click.option("--preview", is_flag=True, help="Let the preview rules run.")
@click.option("--isolated", is_flag=True, help="Ignore all configuration files.")
@click.option("--config", type=_FILE, metavar="FILE", help="Use this configuration for all files.")
@click.option("--catalogue", "catalogues", multiple=True, type=_FILE, metavar="FILE", help="An error catalogue of your own.")
@click.option("--api", shell_complete=api_ids, metavar="ID", help="The API that the code calls, where the code does not tell.")
@click.option("--baseline", type=_FILE, metavar="FILE", help="Leave out the findings that this file accepts.")
@click.option("--diff-base", metavar="REV", help="Only what stands on lines that changed since the revision of git.")
@click.option("--stdin-filename", type=_FILE, metavar="FILE", help="With -: the name of the file that comes from standard input.")
@click.option("--exclude", multiple=True, callback=listed, metavar="GLOBS", help="Leave out these files and folders, too.")
@click.option("--force-exclude", is_flag=True, help="Leave out excluded files even if they are named on the command line.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead of showing them.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes.")
@click.option("--show-files", is_flag=True, help="List the files that would be checked.")
@click.option("-q", "--quiet", is_flag=True, help="Findings only, no summary.")
@click.option("-v", "--verbose", is_flag=True, help="Tell which configuration is used and which files are skipped.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs found.")
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Use at most N processes. Without: as many as there is use for."
)
@color_option
@click.pass_context
def check(ctx: click.Context, /, **options: object) -> None:
    """Look for mistakes in PATHs: files, folders, or - for standard input. Without PATH: the working directory."""
    request = Request(**options)  # type: ignore[arg-type]
    _refuse_contradictions(request, ctx)
    if request.watch:
        _watch(request)
    ctx.exit(_once(request))


def _once(request: Request) -> int:
    configs = _configs(request)
    plan = _plan(request, configs)
    if request.stdin and not request.show_files:
        _refuse_output(request, [request.stdin_filename or STDIN], configs)
        return _check_stdin(request, configs, plan)
    found = _discover(request, configs)
    if request.show_files:
        _show_files(found.files, request)
        return 0
    _refuse_output(request, found.files, configs)
    return _check_files(found, request, configs, plan)


def _configs(request: Request) -> Configs:
    from errlint.config import Configs

    return Configs(config=request.config, isolated=request.isolated)


def _watch(request: Request) -> None:
    from errlint.cli.group import show
    from errlint.cli.watch import watch

    ctx = click.get_current_context()
    look = style(sys.stdout)
    watch(lambda: _once(request), lambda: _watched(request), lambda problem: show(problem, ctx), clear=look.colour and bool(look.width))


def _watched(request: Request) -> Iterator[Path]:
    """The files that a run depends on, as far as settings and the command line name them."""
    configs = _configs(request)
    files = _discover(request, configs).files
    yield from files
    yield from _settings(request, configs, files)


def _settings(request: Request, configs: Configs, files: Iterable[Path]) -> Iterator[Path]:
    """The files besides code that a run over these files goes by."""
    yield from request.catalogues
    yield from (request.baseline,) if request.baseline is not None else ()
    found = {id(config): config for config in map(configs.for_file, files)}
    for config in found.values():
        yield from (Path(layer.document.path) for layer in config.layers if layer.document is not None)
        yield from config.catalogues
        yield from (config.baseline,) if config.baseline is not None else ()


def _refuse_contradictions(request: Request, ctx: click.Context) -> None:
    if request.stdin and len(request.paths) > 1:
        raise click.UsageError("'-' cannot be combined with other paths.", ctx)
    if request.stdin_filename is not None and not request.stdin:
        raise click.UsageError("'--stdin-filename' needs '-' as the path.", ctx)
    if request.add_ignores is not None and (request.fix or request.diff or request.diff_base is not None or request.stdin):
        raise click.UsageError("'--add-ignores' cannot be combined with '--fix', '--diff', '--diff-base' and '-'.", ctx)
    if request.watch and (request.fix or request.diff or request.add_ignores is not None or request.stdin or request.show_files):
        raise click.UsageError("'--watch' only checks: it cannot be combined with what writes, shows or reads something else.", ctx)
    if request.statistics and request.output_format not in ("full", "concise", "grouped", "json"):
        raise click.UsageError(f"'--statistics' has no format '{request.output_format}', only text and json.", ctx)
    if request.isolated and request.config is not None:
        raise click.UsageError("'--isolated' and '--config' exclude each other.", ctx)
    if request.diff_base is not None and (request.fix or request.diff):
        raise click.UsageError("'--diff-base' cannot be combined with '--fix' and '--diff': fixes shift lines.", ctx)
    if request.quiet and request.verbose:
        raise click.UsageError("'--quiet' and '--verbose' exclude each other.", ctx)


def _refuse_output(request: Request, files: Sequence[Path], configs: Configs) -> None:
    """Keep code, and what the run goes by, from being written over by the report.

    :raises UsageProblem: the output is one of the files that are checked, Python code that is there, or settings, a baseline or a catalogue
        that holds for one of the files.
    """
    from errlint.discovery import SUFFIXES

    output = request.output_file
    if output is None or not output.is_file():
        return
    real, checked = os.path.realpath(output), (os.path.realpath(path) for path in files)
    if output.name.endswith(SUFFIXES) or real.endswith(SUFFIXES) or real in checked:
        raise UsageProblem(f"--output-file: '{shown_path(output)}' is code, which is not written over", hint="name another file")
    if real in (os.path.realpath(path) for path in _settings(request, configs, files)):
        raise UsageProblem(f"--output-file: this run goes by '{shown_path(output)}', which is not written over", hint="name another file")


def _plan(request: Request, configs: Configs) -> Plan:
    from errlint.cache import cache_folder
    from errlint.plan import Plan
    from errlint.selection import options

    given = options(
        select=request.select or None, extend_select=request.extend_select, ignore=request.ignore, preview=request.preview or None
    )
    return Plan(
        configs,
        given=given,
        catalogues=request.catalogues,
        api=request.api,
        baseline=request.baseline,
        changes=_changes(request),
        cache=None if request.no_cache else cache_folder(),
    )


def _changes(request: Request) -> Changes | None:
    if request.diff_base is None:
        return None
    from errlint.changes import Changes

    return Changes.since(request.diff_base, Path())


@dataclass(frozen=True)
class _Found:
    """The files of a run, and what was left out.

    :ivar outside: the symlinks among the files that lead out of the folder in which they were met; :ivar notebooks: files that were named
    and are no Python.
    """

    files: list[Path]
    skipped: list[Skipped]
    outside: set[Path]
    notebooks: list[Path]


def _discover(request: Request, configs: Configs) -> _Found:
    from errlint.discovery import discover

    if request.stdin:
        return _Found([request.stdin_filename or STDIN], [], set(), [])
    skipped: list[Skipped] = []
    outside: set[Path] = set()
    found: list[Path] = []
    notebooks: list[Path] = []
    for path in discover(
        request.paths or (Path(),),
        configs,
        force_exclude=request.force_exclude,
        extra_exclude=request.exclude,
        on_skip=skipped.append,
        on_outside=outside.add,
    ):
        (notebooks if path.suffix == _NOTEBOOK else found).append(path)
    return _Found(found, skipped, outside, notebooks)


def _show_files(files: Iterable[Path], request: Request) -> None:
    shown = [shown_path(path) for path in files]
    if request.output_format == "json":
        write(sys.stdout, [json.dumps({"schema": 1, "files": shown}, ensure_ascii=False, indent=2), "\n"])
    else:
        write(sys.stdout, (path + "\n" for path in shown))


def _check_files(found: _Found, request: Request, configs: Configs, plan: Plan) -> int:
    from errlint.cli.output import finish, tell
    from errlint.cli.progress import with_progress
    from errlint.runner import processors, run, silence, unquoted, unreachable

    files, outside = found.files, found.outside
    if request.verbose:
        tell(f"configuration: {source or 'none'}" for source in sorted({str(configs.for_file(path).source or "") for path in files}))
        tell(f"{one.path}: skipped, {one.reason}" for one in found.skipped)
    if not request.quiet:
        tell(f"warning: {shown_path(path)}: notebooks are not read, so nothing in it was checked" for path in found.notebooks)
    if request.add_ignores is not None:
        from errlint.ignores import checked_reason

        reason = checked_reason(request.add_ignores)
        working: Iterator[Outcome] = (silence(path, plan, reason, outside) for path in files)
    else:
        jobs = request.jobs or processors()
        working = run(files, plan, request.mode, unsafe=request.unsafe_fixes, jobs=jobs, outside=outside)
    done = zip(files, with_progress(working, len(files)), strict=True)
    outcomes = [
        *(unquoted(one) if path in outside else one for path, one in done),
        *(unreachable(one) for one in found.skipped if one.wanted),
    ]
    outcomes += _unused_in_settings(files, outcomes, request, configs, plan)
    if not outcomes:
        plan.lint_for(STDIN)  # a mistake in the settings or options is told even if there is nothing to check
        if not request.quiet:
            tell(["warning: no Python files to check"])
    _tell_stale(files, outcomes, request, plan)
    return finish(outcomes, request, sys.stdout)


def _unused_in_settings(files: list[Path], outcomes: list[Outcome], request: Request, configs: Configs, plan: Plan) -> list[Outcome]:
    """What `per-file-ignores` say in vain; a run that left something out, or that looks at changes only, cannot know."""
    if len(outcomes) != len(files) or request.exclude or request.diff_base is not None or request.add_ignores is not None:
        return []
    if not any(layer.per_file_ignores for config in configs.seen for layer in config.layers):
        return []
    from errlint.file_ignores import unused_file_ignores

    checked = ((path, outcome.report) for path, outcome in zip(files, outcomes, strict=True))
    return list(unused_file_ignores(checked, plan, configs, request.paths or (Path(),), request.mode, unsafe=request.unsafe_fixes))


def _tell_stale(files: Iterable[Path], outcomes: Iterable[Outcome], request: Request, plan: Plan) -> None:
    """Say that a baseline accepts what is no longer found; a run of other rules or of changed lines only cannot know."""
    if request.quiet or request.select or request.ignore or request.diff_base is not None or request.fix or request.diff:
        return
    if request.add_ignores is not None:
        return
    of: dict[Path, tuple[Baseline, list[Path]]] = {}
    for path in files if plan.accepts_any else ():
        baseline = plan.baseline_for(path)
        if baseline is not None:
            of.setdefault(baseline.path, (baseline, []))[1].append(path)
    accepted = sum(baseline.entries_for(paths) + baseline.entries_of_gone() for baseline, paths in of.values())
    stale = accepted - sum(outcome.report.accepted for outcome in outcomes)
    if stale > 0:
        from errlint.cli.output import tell

        tell([f"warning: the baseline accepts more than there is ({stale} too many): `errlint baseline update`"])


def _check_stdin(request: Request, configs: Configs, plan: Plan) -> int:
    from errlint.cli.output import finish
    from errlint.discovery import Excludes
    from errlint.runner import Mode, work_bytes

    if sys.stdin is None:
        raise UsageProblem("standard input is closed")
    raw = sys.stdin.buffer.read()
    path = request.stdin_filename or STDIN
    if request.force_exclude and Excludes(configs, request.exclude).reason(path):
        if request.mode is Mode.FIX:
            write_bytes(sys.stdout, raw)
        return 0
    outcome = work_bytes(raw, shown_path(path), plan.lint_for(path), request.mode, unsafe=request.unsafe_fixes)
    if request.mode is Mode.FIX:
        # an editor takes standard output for the new text of the file, changed or not
        write_bytes(sys.stdout, outcome.after if outcome.fixed else raw)
        return finish([outcome], request, sys.stderr)
    return finish([outcome], request, sys.stdout)
