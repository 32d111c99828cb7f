"""``errlint catalogue``: what errlint knows of APIs, and whether a catalogue file is right."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from errlint.cli.catalogue_import import import_
from errlint.cli.group import color_option, show, style
from errlint.errors import UsageProblem
from errlint.terminal import Style, write

if TYPE_CHECKING:
    from errlint.catalogue import Catalogue, Catalogues

_MORE = click.option(
    "--catalogue", "files", multiple=True, metavar="FILE", type=click.Path(path_type=Path), help="A catalogue of your own; may be repeated."
)


@click.group()
def catalogue() -> None:
    """What errlint knows of the errors of APIs."""


catalogue.add_command(import_)


@catalogue.command("list")
@_MORE
@color_option
def list_(files: tuple[Path, ...]) -> None:
    """List the catalogues: those that come with errlint, and those of the configuration."""
    from errlint.cli.tables import table

    rows = [(one.id, str(len(one.names)), one.name, ", ".join(one.hosts) or "-") for one in _all(files)]
    write(sys.stdout, table(("Id", "Codes", "API", "Hosts"), rows, style(sys.stdout)))


@catalogue.command("show")
@click.argument("id")
@_MORE
@color_option
def show_(id: str, files: tuple[Path, ...]) -> None:  # noqa: A002 -- the catalogue's own word
    """Show what the catalogue ID says: where the parts of an error stand, and what each code means for a retry."""
    look = style(sys.stdout)
    write(sys.stdout, _facts(_all(files).require(id), look))


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


def _all(files: tuple[Path, ...]) -> Catalogues:
    """The catalogues of the packs, of the configuration of the working directory, and of the command line."""
    from errlint import registry
    from errlint.config import Configs

    configured = Configs().for_file(Path.cwd() / "_").catalogues
    return registry.catalogues((*configured, *files))


def _facts(one: Catalogue, look: Style) -> Iterator[str]:
    from errlint.cli.tables import table

    yield look.paint(f"{one.id}: {one.name}", "bold") + "\n"
    envelope = one.envelope
    about = {
        "hosts": ", ".join(one.hosts),
        "sources": "; ".join(f"{source.title} {source.url}".strip() for source in one.api.sources),
        "packages": ", ".join(dict.fromkeys(f"{sdk.package} {sdk.versions}".strip() for sdk in one.sdks)),
        "surfaces": ", ".join(surface.id for surface in one.surfaces),
        "code": _joined(envelope.code),
        "message": _joined(envelope.message),
        "request id": _joined(envelope.request_id),
        "retry after": _joined(source.place for source in one.retry_after),
        "texts are": one.message_contract.replace("_", " "),
        "file": one.path,
    }
    yield from (f"  {label + ':':<12} {text}\n" for label, text in about.items() if text)
    if one.codes:
        rows = [(name, _statuses(rule.status), _words(rule.retry), _words(rule.wait)) for rule in one.codes for name in rule.names]
        yield "\n"
        yield from table(("Code", "Status", "Retry", "Wait"), rows, look)
    if one.status:
        yield "\n"
        statuses = [(key, _words(rule.retry), _words(rule.wait)) for key, rule in one.status.items()]
        yield from table(("Status", "Retry", "Wait"), statuses, look)


def _joined(places: Iterable[object]) -> str:
    return ", ".join(str(place) for place in places)


def _statuses(statuses: tuple[int, ...]) -> str:
    return ", ".join(map(str, statuses)) or "-"


def _words(name: str) -> str:
    return name.replace("_", " ") or "-"
