"""``errlint baseline``: accept what is found now, so that only what is new is told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from errlint.cli.group import color_option, listed
from errlint.errors import UsageProblem
from errlint.terminal import shown_path, write

if TYPE_CHECKING:
    from errlint.baseline import Baseline, Entry
    from errlint.config import Configs
    from errlint.plan import Plan

_FILE = click.Path(path_type=Path)
_PATHS = click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path, readable=False))
_SELECT = click.option("--select", multiple=True, callback=listed, metavar="RULES", help="Only these rules.")
_PREVIEW = click.option("--preview", is_flag=True, help="The preview rules, too.")
_OUTPUT = click.option(
    "--baseline", "file", type=_FILE, metavar="FILE", help="The file of accepted findings.  [default: of the configuration]"
)


@click.group(short_help="Accept what is found now.")
def baseline() -> None:
    """Accept what is found now, in a file to commit, so that `errlint check` tells only what is new.

    Name the file in the configuration (`baseline = "errlint-baseline.toml"`), or with `errlint check --baseline`.
    """


@baseline.command(short_help="Accept all that is found.")
@_PATHS
@_OUTPUT
@_SELECT
@_PREVIEW
@click.option("--force", is_flag=True, help="Write over a baseline that is there.")
@color_option
def create(paths: tuple[Path, ...], file: Path | None, select: tuple[str, ...], *, preview: bool, force: bool) -> None:
    """Write a baseline that accepts everything that is found in PATHs now."""
    from errlint.baseline import FILE_NAME, Baseline
    from errlint.config import Configs
    from errlint.globs import absolute

    configs = Configs()
    target = Path(absolute(file or _configured(configs) or Path(FILE_NAME)))
    if target.exists() and not force:
        raise UsageProblem(
            f"there is already a file '{shown_path(target)}'", hint="`errlint baseline update` shrinks it; --force writes it anew"
        )
    made = Baseline(target)
    _, found, _ = _found(made, paths, _plan(configs, select, preview=preview), configs)
    Baseline(target, found).write()
    write(sys.stdout, [f"{shown_path(target)} accepts {_count(len(found))}.\n"])


@baseline.command(short_help="Take out what is gone.")
@_PATHS
@_OUTPUT
@_SELECT
@_PREVIEW
@click.option("--allow-new", is_flag=True, help="Accept what is new, too.")
@color_option
def update(paths: tuple[Path, ...], file: Path | None, select: tuple[str, ...], *, preview: bool, allow_new: bool) -> None:
    """Take out of a baseline what is no longer found in PATHs; entries of other files and of rules that do not run stay."""
    from errlint.baseline import FILE_NAME, Baseline
    from errlint.config import Configs

    configs = Configs()
    before = Baseline.read(file or _configured(configs) or Path(FILE_NAME))
    files, found, rules = _found(before, paths, _plan(configs, select, preview=preview), configs)
    after = before.grown(found) if allow_new else before
    after = after.shrunk(files, found, rules=rules)
    after.write()
    gone, new = len(before.without(after)), len(after.without(before))
    changed = f"{gone} gone" + (f", {new} new" if new else "")
    write(sys.stdout, [f"{shown_path(after.path)} accepts {_count(len(after.entries))} ({changed}).\n"])


def _configured(configs: Configs) -> Path | None:
    """The baseline that the settings name.

    :raises UsageProblem: it lies elsewhere: whoever wrote the settings does not decide which file of a machine is written.
    """
    config = configs.for_file(Path("x.py"))
    if config.baseline is not None and config.baseline in config.outside:
        message = f"the baseline of the settings, '{config.baseline}', lies outside of their folder, so it is not written"
        raise UsageProblem(message, hint="name it: --baseline FILE")
    return config.baseline


def _plan(configs: Configs, select: tuple[str, ...], *, preview: bool) -> Plan:
    from errlint.plan import Plan
    from errlint.selection import options

    return Plan(configs, given=options(select=select or None, preview=preview or None), accepting=False)


def _found(made: Baseline, paths: tuple[Path, ...], plan: Plan, configs: Configs) -> tuple[list[Path], tuple[Entry, ...], frozenset[str]]:
    """The files that were looked at, the entries of what was found in them, and the rules that ran."""
    from errlint.discovery import discover
    from errlint.runner import Mode, work

    files = list(discover(paths or (Path(),), configs))
    entries: list[Entry] = []
    rules: set[str] = set()
    for path in files:
        outcome = work(path, plan, Mode.CHECK)
        entries += made.entries_of(outcome.report, outcome.before, path)
        rules |= plan.rules_for(path)
    return files, tuple(entries), frozenset(rules)


def _count(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"
