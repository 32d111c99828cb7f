"""``errlint init``: settings and a hook for a repository, from what it imports and calls."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from errlint.cli.group import color_option, style
from errlint.errors import UsageProblem
from errlint.terminal import printable, shown_path, wrapped, write, write_bytes

if TYPE_CHECKING:
    from errlint.catalogue import Catalogues
    from errlint.proposal import Change
    from errlint.survey import Called, Survey

_MOST = 8
"""Reasons, libraries or rules that are told one by one."""


@click.command(short_help="Propose settings and a pre-commit hook.")
@click.argument("folder", type=click.Path(path_type=Path), default=Path(), metavar="[FOLDER]")
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
@color_option
def init(folder: Path, *, yes: bool) -> None:
    """Look at what the Python code in FOLDER imports and calls, and propose settings and a hook for pre-commit.

    Everything is shown before it is written; what is there already is never changed. Without a terminal nothing is written, unless with
    --yes.
    """
    from errlint.proposal import hook, settings

    if not folder.is_dir():
        raise UsageProblem(f"there is no folder '{folder}'")
    files, seen, catalogues, broken = _look_around(folder)
    look = style(sys.stdout)
    write(sys.stdout, (line + "\n" for prefix, text in _described(seen) for line in wrapped(prefix, prefix, text, look)))
    if catalogues or broken:
        write(sys.stdout, ["\nCatalogues in the repository:\n"])
        write(sys.stdout, [f"  {shown_path(path)}\n" for path in catalogues])
        write(sys.stdout, [f"  {shown_path(path)}: left out: {printable(why)}\n" for path, why in broken])
    write(sys.stdout, ["\n", *_first_run(files, catalogues)])
    changes = []
    for proposed in (settings(folder, catalogues, seen.unbound), hook(folder)):
        if isinstance(proposed, str):
            write(sys.stdout, [f"\n{printable(proposed)}\n" if "\n" not in proposed else f"\n{proposed}\n"])
        else:
            changes.append(proposed)
            _show(proposed)
    _write(changes, yes=yes)


def _look_around(folder: Path) -> tuple[list[Path], Survey, list[Path], list[tuple[Path, str]]]:
    """The Python files, what they call, the catalogues of the repository, and those that are broken, with the reason."""
    from errlint import registry
    from errlint.catalogue.load import catalogue_problems
    from errlint.config import Configs
    from errlint.discovery import discover
    from errlint.engine import Setup
    from errlint.installed import Projects
    from errlint.survey import own_catalogues, survey

    configs = Configs()
    files = list(discover([folder], configs))
    catalogues, broken = [], []
    built_in = {path for pack in registry.packs() for path in pack.catalogues}
    for path in own_catalogues(folder):
        problems = catalogue_problems(path)
        if problems:
            broken.append((path, str(problems[0])))
        elif path.resolve() not in built_in:
            catalogues.append(path)
    known = _known(catalogues, broken)
    installed = Projects({*registry.libraries().versioned, *known.versioned}).installed_for(str(folder.absolute()))
    return files, survey(files, Setup((), registry.libraries(), known, installed=installed)), catalogues, broken


def _known(catalogues: list[Path], broken: list[tuple[Path, str]]) -> Catalogues:
    """The catalogues of the packs and of the repository; one whose id is taken by another of the repository is left out."""
    from errlint import registry

    while True:
        try:
            return registry.catalogues(tuple(catalogues))
        except UsageProblem as problem:
            broken.append((catalogues.pop(), str(problem)))


def _described(seen: Survey) -> Iterator[tuple[str, str]]:
    """What was seen: lines, each with what stands before it."""
    using = ", ".join(f"{name} ({count})" for name, count in seen.libraries[:_MOST])
    more = f" and {len(seen.libraries) - _MOST} more" if len(seen.libraries) > _MOST else ""
    yield "", f"{_count(seen.files, 'Python file')}" + (f"; imported are {using}{more}" if using else "; none imports an HTTP library")
    if seen.called:
        yield "", ""
        yield "", "APIs that are called:"
    width = max((len(one.api) for one in seen.called), default=0)
    for one in seen.called:
        where = f"{_count(one.calls, 'call')} in {_count(one.files, 'file')}"
        how = f", by {_reasons(one)}" if one.api else f" without a catalogue: {_reasons(one)}"
        yield f"  {one.api or '-':<{width}}  ", f"{where}{how}"
    if any(not one.api for one in seen.called):
        yield "  ", "For these, write a catalogue, or name the API in the code (`# errlint: api=ID`) or in the settings (`apis`)."


def _reasons(called: Called) -> str:
    more = f" and {len(called.because) - _MOST} more" if len(called.because) > _MOST else ""
    return ", ".join(called.because[:_MOST]) + more


def _first_run(files: Sequence[Path], catalogues: Sequence[Path]) -> Iterator[str]:
    from errlint.config import Configs
    from errlint.plan import Plan
    from errlint.reporters import Results
    from errlint.reporters.summary import statistics, summary
    from errlint.runner import Mode, run

    look = style(sys.stdout)
    outcomes = list(run(files, Plan(Configs(), catalogues=catalogues), Mode.CHECK))
    results = Results(tuple(outcome.report for outcome in outcomes))
    yield "What the first run would say:\n"
    yield from (f"  {line}" for line in statistics(results, look))
    yield from (f"  {line}" for line in summary(results, look))
    if results.total:
        hint = "`errlint baseline create` accepts that for now, `errlint check --add-ignores REASON` writes comments."
        yield from (f"{line}\n" for line in wrapped("  ", "  ", hint, look))


def _show(change: Change) -> None:
    from errlint.cli.output import coloured
    from errlint.diffs import unified_diff

    write(sys.stdout, ["\n"])
    look = style(sys.stdout)
    patch = unified_diff(change.before or b"", change.after, shown_path(change.path), created=change.before is None)
    write_bytes(sys.stdout, coloured(patch, look) if look.colour else patch)


def _write(changes: Sequence[Change], *, yes: bool) -> None:
    if not changes:
        write(sys.stdout, ["\nThere is nothing to write.\n"])
        return
    if not yes:
        if not (sys.stdin is not None and sys.stdin.isatty()):
            write(sys.stdout, ["\nNothing was written; --yes writes it.\n"])
            return
        if not click.confirm("\nWrite this?"):
            write(sys.stdout, ["Nothing was written.\n"])
            return
    for change in changes:
        change.write()
        write(sys.stdout, [f"Wrote {shown_path(change.path)}.\n"])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
