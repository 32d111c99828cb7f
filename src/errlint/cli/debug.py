"""``errlint debug``: what errlint makes of a file, for people who write rules, catalogues and sheets."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from errlint.cli.group import color_option, style
from errlint.errors import UsageProblem
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
    lines = (line for policy in found for line in describe(policy, source, style(sys.stdout)))
    write(sys.stdout, lines if found else [f"{source.path}: no retries\n"])


def analysed(file: Path, catalogues: Iterable[Path], api: str | None) -> tuple[Source, Semantics]:
    """The file and its semantic layer, with the knowledge of all installed packs.

    :raises UsageProblem: the file cannot be read or parsed.
    """
    from errlint import registry
    from errlint.api_comments import ApiComments
    from errlint.encoding import UndecodableSource
    from errlint.engine import Setup, semantics_of
    from errlint.source import Source, SyntaxProblem

    setup = Setup((), registry.libraries(), registry.catalogues(tuple(catalogues)), api)
    try:
        source = Source.parse(file.read_bytes(), shown_path(file))
    except OSError as error:
        raise UsageProblem(f"cannot read {file}: {error.strerror}") from error
    except (SyntaxProblem, UndecodableSource) as problem:
        raise UsageProblem(f"{file} cannot be parsed: {problem.message}") from problem
    return source, semantics_of(source, setup, ApiComments.parse(source.text, setup.api_ids))
