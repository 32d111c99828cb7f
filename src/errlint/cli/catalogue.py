"""``errlint catalogue``: what errlint knows of APIs, and whether a catalogue file is right."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from errlint.cli.catalogue_diff import diff
from errlint.cli.catalogue_import import import_
from errlint.cli.catalogue_show import show_
from errlint.cli.group import color_option, show, style
from errlint.cli.knowledge import catalogue_option, known_catalogues
from errlint.errors import UsageProblem
from errlint.terminal import write


@click.group()
def catalogue() -> None:
    """What errlint knows of the errors of APIs."""


for _command in (import_, show_, diff):
    catalogue.add_command(_command)


@catalogue.command("list")
@catalogue_option
@color_option
def list_(files: tuple[Path, ...]) -> None:
    """List the catalogues: those that come with errlint or another package, and those of the configuration."""
    from errlint.cli.tables import table

    rows = [(one.id, str(len(one.names)), one.name, ", ".join(one.hosts)) for one in known_catalogues(files)]
    write(sys.stdout, table(("Id", "Codes", "API", "Hosts"), rows, style(sys.stdout)))


@catalogue.command()
@click.argument("file", nargs=-1, required=True, type=click.Path(path_type=Path))
@color_option
@click.pass_context
def check(ctx: click.Context, file: tuple[Path, ...]) -> None:
    """Check catalogue FILEs. Exit code 1 if there is anything wrong with one."""
    from errlint.catalogue import catalogue_problems, load_catalogue
    from errlint.reporters.summary import count

    wrong = False
    for path in file:
        if not path.is_file():
            raise UsageProblem(f"no such file: {path}")
        problems = catalogue_problems(path)
        for problem in problems:
            show(problem, ctx)
        if not problems:
            one = load_catalogue(path)
            write(sys.stdout, [f"{path}: fine ({one.name}, {count(len(one.names), 'code')})\n"])
        wrong = wrong or bool(problems)
    ctx.exit(int(wrong))


@catalogue.command()
def schema() -> None:
    """Print the JSON Schema of catalogue files, for editors."""
    from errlint.catalogue.json_schema import json_schema

    write(sys.stdout, [json.dumps(json_schema(), ensure_ascii=False, indent=2), "\n"])
