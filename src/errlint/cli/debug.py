"""``errlint debug``: what errlint makes of a file, for people who write rules, catalogues and sheets."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from errlint.cli.group import Choice, color_option, style
from errlint.errors import UsageProblem
from errlint.globs import absolute
from errlint.hints import did_you_mean
from errlint.terminal import shown_path, write

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.source import Source

_FILE = click.Path(path_type=Path)
_CATALOGUES = click.option("--catalogue", "catalogues", multiple=True, type=_FILE, metavar="FILE", help="An error catalogue of your own.")
_API = click.option("--api", metavar="ID", help="The API that the whole file is bound to.")


@click.group()
def debug() -> None:
    """Show what errlint makes of a file."""


@debug.command(short_help="Show the retry policies of a file.")
@click.argument("file", type=_FILE)
@_CATALOGUES
@_API
@color_option
def retries(file: Path, catalogues: tuple[Path, ...], api: str | None) -> None:
    """Show every retry policy of FILE: what is attempted, which failures are retried, how long it waits, when it stops."""
    from errlint.cli.policies import describe

    source, semantics = analysed(file, catalogues, api)
    found = semantics.retries.policies
    lines = (line for policy in found for line in describe(policy, source, style(sys.stdout), semantics.imported))
    write(sys.stdout, lines if found else [f"{source.path}: no retries\n"])


@debug.command(short_help="Show what the expressions on a line mean.")
@click.argument("place", metavar="FILE:LINE[:COL]")
@click.option("--format", "form", type=Choice(["text", "json"]), default="text", show_default=True, help="How to print it.")
@_CATALOGUES
@_API
@color_option
def meaning(place: str, form: str, catalogues: tuple[Path, ...], api: str | None) -> None:
    """Show what errlint knows of each expression that begins on LINE of FILE, or stands around COL, and how it knows.

    What it is, and how it got there; which API it is bound to, and why; which statuses the answer may have there; what it asks.
    """
    from errlint.cli.meanings import as_json, check_line, describe, parse_place
    from errlint.semantics.insight import Insights

    file, line, column = parse_place(place)
    source, semantics = analysed(file, catalogues, api)
    check_line(source, line)
    found = Insights(source, semantics).on(line, column)
    if form == "json":
        write(sys.stdout, [as_json(found, source, (line, column))])
    else:
        write(sys.stdout, describe(found, source, (line, column), style(sys.stdout)))


def analysed(file: Path, catalogues: Iterable[Path], api: str | None) -> tuple[Source, Semantics]:
    """The file and its semantic layer, with the knowledge of all installed packs, and by the settings that hold for the file.

    :raises UsageProblem: the file cannot be read or parsed, or there is something wrong with the settings.
    """
    from errlint import registry
    from errlint.api_comments import ApiComments
    from errlint.config import Configs, api_for, check_apis
    from errlint.encoding import UndecodableSource
    from errlint.engine import Setup, semantics_of
    from errlint.installed import Projects
    from errlint.source import Source, SyntaxProblem
    from errlint.wrappers import with_wrappers

    try:
        source = Source.parse(file.read_bytes(), shown_path(file))
    except OSError as error:
        siblings = [str(one) for one in file.parent.glob("*.py")] if file.parent.is_dir() else []
        raise UsageProblem(f"cannot read {file}: {error.strerror}", hint=did_you_mean(str(file), siblings)) from error
    except (SyntaxProblem, UndecodableSource) as problem:
        raise UsageProblem(f"{file} cannot be parsed: {problem.message}") from problem
    config = Configs().for_file(file)
    known = registry.catalogues((*config.catalogues, *(path.absolute() for path in catalogues)), config.outside)
    check_apis(config, (one.id for one in known))
    installed = Projects({*registry.libraries().versioned, *known.versioned}).installed_for(str(file.absolute().parent))
    setup = Setup((), with_wrappers(registry.libraries(), config), known, api or api_for(config, file), installed=installed)
    return source, semantics_of(source, setup, ApiComments.parse(source.text, setup.api_ids), absolute(file))
