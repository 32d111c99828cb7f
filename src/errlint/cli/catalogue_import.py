"""``errlint catalogue import``: a catalogue from the documents that an API publishes about its errors."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from errlint.cli.group import color_option, style
from errlint.errors import UsageProblem
from errlint.garbage import loaded
from errlint.terminal import Style, wrapped, write

if TYPE_CHECKING:
    from errlint.catalogue.importers import Report

_FILE = click.Path(path_type=Path)


@click.command("import", short_help="Make a catalogue from an API's documents.")
@click.argument("source", nargs=-1, required=True, type=_FILE)
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write the catalogue there instead of to standard output.")
@click.option("--id", "wanted_id", metavar="ID", default="", help="The id of the catalogue.  [default: from the host or the name]")
@click.option("--name", metavar="NAME", default="", help="The name of the API.  [default: what the documents call it]")
@color_option
def import_(source: tuple[Path, ...], output: Path | None, wanted_id: str, name: str) -> None:
    """Make a catalogue from SOURCEs that document one API: pages about errors (Markdown, HTML, text), OpenAPI documents (JSON, YAML).

    Several sources are merged: the more complete one wins, and where they contradict each other the catalogue says `disputed`. A TOML
    file among them is an overlay: decisions of your own that come last. Nothing is fetched.

    The catalogue tells in comments on which line each fact stands; the report tells what was found, what is doubtful, what is missing.
    """
    from errlint.catalogue.importers import import_sources

    loaded()  # but for the documents, which may be large
    done = import_sources(source, id=wanted_id, name=name)
    if output is None:
        write(sys.stdout, [done.toml])
        write(sys.stderr, _lines(done.report, style(sys.stderr)))
        return
    try:
        output.write_text(done.toml, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageProblem(f"the catalogue cannot be written: {error.strerror or error}", path=str(output)) from error
    write(sys.stdout, _lines(done.report, style(sys.stdout)))


def _lines(report: Report, look: Style) -> Iterator[str]:
    for label, purpose, lines in (
        ("found", "good", report.found),
        ("doubtful", "warning", report.doubtful),
        ("missing", "advice", report.missing),
    ):
        for line in lines:
            yield from (f"{text}\n" for text in wrapped(f"{label:<10}", look.paint(f"{label:<10}", purpose), line, look))
