"""The catalogues that a command speaks of, and the option that adds to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from errlint.catalogue import Catalogue, Catalogues

catalogue_option = click.option(
    "--catalogue", "files", multiple=True, metavar="FILE", type=click.Path(path_type=Path), help="A catalogue of your own; may be repeated."
)


def known_catalogues(files: tuple[Path, ...]) -> Catalogues:
    """The catalogues of installed packages, of the configuration of the working directory, and of the command line."""
    from errlint import registry
    from errlint.config import Configs

    config = Configs().for_file(Path.cwd() / "_")
    return registry.catalogues((*config.catalogues, *files), config.outside)


def catalogue_named(name: str, files: tuple[Path, ...]) -> Catalogue:
    """The catalogue of an id, or in a file.

    :raises UsageProblem: there is neither, or the file is no catalogue.
    """
    from errlint.catalogue import load_catalogue

    path = Path(name)
    if path.suffix == ".toml":
        return load_catalogue(path)
    known = known_catalogues(files)
    return load_catalogue(path) if known.get(name) is None and path.is_file() else known.require(name)
