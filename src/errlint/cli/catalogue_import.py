"""``errlint catalogue import``: a catalogue from the documents that an API publishes about its errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from errlint.cli.group import color_option, style
from errlint.errors import UsageProblem
from errlint.files import CannotWrite, write_whole
from errlint.garbage import loaded
from errlint.terminal import Style, shown_path, wrapped, write

if TYPE_CHECKING:
    from errlint.catalogue.importers import Report

_FILE = click.Path(path_type=Path)


@click.command("import", short_help="Make a catalogue from an API's documents.")
@click.argument("source", nargs=-1, required=True, type=_FILE)
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write the catalogue there instead of to standard output.")
@click.option("--id", "wanted_id", metavar="ID", default="", help="The id of the catalogue.  [default: from the host or the name]")
@click.option("--name", metavar="NAME", default="", help="The name of the API.  [default: what the documents call it]")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@color_option
def import_(source: tuple[Path, ...], output: Path | None, wanted_id: str, name: str, *, force: bool) -> None:
    """Make a catalogue from SOURCEs that document one API: pages about errors (Markdown, HTML, text), OpenAPI documents (JSON, YAML).

    Several sources are merged: the more complete one wins, and where they contradict each other the catalogue says `disputed`. A TOML
    file among them is an overlay: decisions of your own that come last. Nothing is fetched.

    The catalogue tells in comments on which line each fact stands; the report tells what was found, what is doubtful, what is missing.
    """
    from errlint.catalogue.importers import import_sources

    if output is not None:
        _refuse(output, source, force=force)
    loaded()  # but for the documents, which may be large
    done = import_sources(source, id=wanted_id, name=name)
    if output is None:
        write(sys.stdout, [done.toml])
        write(sys.stderr, _lines(done.report, style(sys.stderr)))
        return
    try:
        write_whole(output, done.toml.encode())
    except CannotWrite as problem:
        raise UsageProblem(f"the catalogue cannot be written: {problem.message}", path=str(output)) from problem
    write(sys.stdout, _lines(done.report, style(sys.stdout)))


def _refuse(output: Path, sources: tuple[Path, ...], *, force: bool) -> None:
    """Keep what people wrote.

    :raises UsageProblem: the output is one of the sources, or is there and nobody said that it can go.
    """
    if any(os.path.realpath(output) == os.path.realpath(one) for one in sources):
        raise UsageProblem(f"'{shown_path(output)}' is a source, which is not written over", hint="name another file for the catalogue")
    if (output.is_file() or output.is_symlink()) and not force:
        hint = "--force writes it anew; decisions of your own belong into an overlay, a TOML file among the sources"
        raise UsageProblem(f"there is already a file '{shown_path(output)}'", hint=hint)


def _lines(report: Report, look: Style) -> Iterator[str]:
    for label, purpose, lines in (
        ("found", "good", report.found),
        ("doubtful", "warning", report.doubtful),
        ("missing", "advice", report.missing),
    ):
        for line in lines:
            yield from (f"{text}\n" for text in wrapped(f"{label:<10}", look.paint(f"{label:<10}", purpose), line, look))
