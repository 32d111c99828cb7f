"""The keys of errlint's configuration and their types. Imported only when there is a configuration to read."""

from __future__ import annotations

import msgspec


class Wrapper(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """``[tool.errlint.wrappers."acme_http.Client.get"]``: what a call of your own HTTP library does."""

    returns: str = "http"
    """A type of a library sheet (``requests.Response``), or a word of the sheets for what a value means (``body``)."""
    raises_on_status: bool = False
    """Whether the call raises when the status is an error."""
    raises: tuple[str, ...] = ()
    """The types that it raises then."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """``[tool.errlint]`` in pyproject.toml, or the top level of errlint.toml.

    Rules are named by id (``ERR101``), by name (``message-branch``), by the beginning of an id (``ERR1``), or ``ALL``. Globs are those of a
    .gitignore; they and all paths are relative to the folder of the file that they stand in.
    """

    extend: str | None = None
    """Another configuration file, read first."""
    select: tuple[str, ...] | None = None
    """The rules to run; without it, all that are not in preview."""
    extend_select: tuple[str, ...] = ()
    """Rules to run besides."""
    ignore: tuple[str, ...] = ()
    """Rules not to run; of two selectors that disagree about a rule, the longer one decides."""
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    """Rules not to run in files that a glob matches; ``!glob`` stands for all other files."""
    exclude: tuple[str, ...] = ()
    """Globs of files and folders to leave out, besides those that are left out by default; ``!build`` takes one in again."""
    catalogues: tuple[str, ...] = ()
    """Files with error catalogues."""
    apis: dict[str, str] = {}
    """Which API the files that a glob matches talk to, by the id of its catalogue; the last glob that matches decides."""
    wrappers: dict[str, Wrapper] = {}
    """What calls of your own HTTP libraries do, by the dotted name of a function or of a method (``acme_http.Client.*``: all of HTTP's)."""
    require_reason: bool | None = None
    """Comments that silence findings have to say why."""
    baseline: str | None = None
    """A file with findings that are accepted for now, as `errlint baseline` writes it."""
    preview: bool | None = None
    """Run preview rules too."""
