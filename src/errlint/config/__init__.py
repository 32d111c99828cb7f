"""The user's settings: which file they stand in, what they say, and where exactly, for when something is wrong with them.

The nearest ``.errlint.toml``, ``errlint.toml`` or ``pyproject.toml`` with ``[tool.errlint]`` at or above a file holds its settings;
nothing is merged, except with the file that it names in ``extend``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from errlint.errors import UsageProblem
from errlint.globs import absolute, is_below, matches
from errlint.hints import did_you_mean
from errlint.lean import dataclass

if TYPE_CHECKING:
    from errlint.config.schema import Wrapper
    from errlint.toml import Document

FILE_NAMES = (".errlint.toml", "errlint.toml", "pyproject.toml")
"""Where settings may stand; of two in one folder the first counts."""

_PYPROJECT = "pyproject.toml"
_TABLE = ("tool", "errlint")


@dataclass(frozen=True)
class Layer:
    """What one file says, or the command line: all but ``extend``.

    :ivar root: the absolute folder that its globs are relative to; :ivar document: the file, if it is one;
    :ivar table: where in the file the settings stand. The other fields are those of :class:`errlint.config.schema.Settings`;
    ``catalogues`` are absolute paths of files that were there. :ivar outside: the files among those that are named which lie outside of the
    folder of the settings: nothing of what they hold is told to anybody, unless it is what they should hold.
    """

    root: Path
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    catalogues: tuple[Path, ...] = ()
    apis: tuple[tuple[str, str], ...] = ()
    wrappers: tuple[tuple[str, Wrapper], ...] = ()
    preview: bool | None = None
    baseline: Path | None = None
    require_reason: bool | None = None
    outside: frozenset[Path] = frozenset()
    document: Document | None = field(default=None, compare=False, repr=False)
    table: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def problem(self, message: str, *at: str | int, hint: str | None = None) -> UsageProblem:
        """A problem with what stands at a key path, such as ``"select", 0``; a layer of the command line names the option instead."""
        if self.document is not None:
            return self.document.problem(message, (*self.table, *at), hint)
        return UsageProblem(f"--{at[0]}: {message}" if at else message, hint=hint)


@dataclass(frozen=True)
class Config:
    """The settings for a folder.

    :ivar root: the folder of the file that was found, or the working directory; :ivar source: that file, if any;
    :ivar layers: what the file says, after what the files say that it extends: later ones take precedence.
    """

    root: Path
    source: Path | None = None
    layers: tuple[Layer, ...] = ()

    @property
    def catalogues(self) -> tuple[Path, ...]:
        """The catalogue files of all layers, each once."""
        return tuple(dict.fromkeys(path for layer in self.layers for path in layer.catalogues))

    @property
    def outside(self) -> frozenset[Path]:
        """The files that the settings name although they lie outside of their folder."""
        return frozenset().union(*(layer.outside for layer in self.layers))

    @property
    def require_reason(self) -> bool:
        """Whether comments that silence findings have to say why."""
        return next((layer.require_reason for layer in reversed(self.layers) if layer.require_reason is not None), False)

    @property
    def baseline(self) -> Path | None:
        """The file of accepted findings, if there is one."""
        return next((layer.baseline for layer in reversed(self.layers) if layer.baseline is not None), None)

    @property
    def preview(self) -> bool:
        """Whether preview rules run."""
        said = [layer.preview for layer in self.layers if layer.preview is not None]
        return said[-1] if said else False


def layers(config: Config, given: Layer | None) -> tuple[Layer, ...]:
    """The layers of the settings, and after them that of the command line, if there is one."""
    return config.layers if given is None else (*config.layers, given)


def ignored_rules(config: Config, path: Path) -> tuple[str, ...]:
    """The selectors of ``per-file-ignores`` that hold for a file.

    :raises UsageProblem: a glob cannot be understood.
    """
    found: dict[str, None] = {}
    for layer, key, glob, selectors in _entries(config, "per-file-ignores"):
        if matches_entry(layer, key, glob, path):
            found.update(dict.fromkeys(selectors))
    return tuple(found)


def api_for(config: Config, path: Path) -> str | None:
    """The id of the API that ``apis`` binds a file to; the last glob that matches decides.

    :raises UsageProblem: a glob cannot be understood.
    """
    for layer, key, glob, (api,) in reversed(list(_entries(config, "apis"))):
        if matches_entry(layer, key, glob, path):
            return api
    return None


def check_apis(config: Config, known: Iterable[str]) -> None:
    """Hold the ids in ``apis`` against those of the catalogues.

    :raises UsageProblem: there is no catalogue with such an id.
    """
    ids = sorted(known)
    for layer, key, glob, (api,) in _entries(config, "apis"):
        if api not in ids:
            raise layer.problem(
                f"there is no catalogue with the id '{api}'", key, glob, hint=did_you_mean(api, ids, else_list="known are:")
            )


def _entries(config: Config, key: str) -> Iterator[tuple[Layer, str, str, tuple[str, ...]]]:
    """What stands in a table from globs to something, layer by layer."""
    for layer in config.layers:
        if key == "apis":
            yield from ((layer, key, glob, (api,)) for glob, api in layer.apis)
        else:
            yield from ((layer, key, glob, selectors) for glob, selectors in layer.per_file_ignores)


def matches_entry(layer: Layer, key: str, glob: str, path: Path) -> bool:
    """Whether a file is taken in by a glob that stands as a key in a table of a layer.

    :raises UsageProblem: the glob cannot be understood.
    """

    def complain(_: int, reason: str) -> UsageProblem:
        return layer.problem(f"this glob cannot be understood: {reason}", key, glob)

    return matches(glob, str(layer.root), absolute(path), complain)


# files -------------------------------------------------------------------------------------------------------------------------


def find_config(path: Path) -> Path | None:
    """The nearest file with settings at or above a file or folder, as an absolute path.

    :raises UsageProblem: a pyproject.toml on the way cannot be read.
    """
    start = Path(absolute(path))
    for folder in (start, *start.parents):
        found = _config_in(folder)
        if found is not None:
            return found
    return None


def load_config(path: Path) -> Config:
    """Read a file with settings, and those that it extends.

    :raises UsageProblem: it cannot be read, or says something that has no meaning or names a file that is not there.
    """
    file = Path(absolute(path))
    return Config(file.parent, file, tuple(_layers(file, (), file.parent)))


def _config_in(folder: Path) -> Path | None:
    for name in FILE_NAMES:
        candidate = folder / name
        if _is_file(candidate) and (name != _PYPROJECT or _read(candidate).has_table(_TABLE)):
            return candidate
    return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # nothing in its folder may be looked at
        return False


def _read(path: Path, *, quoted: bool = True) -> Document:
    from errlint.toml import Document

    return Document.read(path, quoted=quoted)


def _layers(path: Path, extended_by: tuple[Path, ...], home: Path) -> list[Layer]:
    """What a file says, after what the file says that it extends.

    :param home: the folder of the settings that were found: of what they name elsewhere, nothing is quoted.
    """
    from errlint.config.schema import Settings

    document = _read(path, quoted=is_below(path, home) or not extended_by)
    table = _TABLE if path.name == _PYPROJECT else ()
    if not table and document.has_table(_TABLE):
        raise document.problem(f"[tool.errlint] is for pyproject.toml; in {path.name} its keys stand at the top level", _TABLE)
    settings = document.decode(Settings, table)
    layer = Layer(
        path.parent,
        settings.select,
        settings.extend_select,
        settings.ignore,
        tuple(settings.per_file_ignores.items()),
        settings.exclude,
        preview=settings.preview,
        require_reason=settings.require_reason,
        apis=tuple(settings.apis.items()),
        wrappers=tuple(settings.wrappers.items()),
        document=document,
        table=table,
    )
    catalogues = tuple(_existing(layer, home, name, "catalogues", index) for index, name in enumerate(settings.catalogues))
    baseline = _existing(layer, home, settings.baseline, "baseline") if settings.baseline is not None else None
    base: list[Layer] = []
    if settings.extend is not None:
        chain = (*extended_by, path)
        target = _existing(layer, home, settings.extend, "extend")
        if any(target.samefile(one) for one in chain):
            raise layer.problem(f"'extend' goes round in a circle: {' > '.join(one.name for one in (*chain, target))}", "extend")
        base = _layers(target, chain, home)
    named = (*catalogues, baseline) if baseline is not None else catalogues
    outside = frozenset(one for one in named if not is_below(one, home))
    return [*base, replace(layer, catalogues=catalogues, baseline=baseline, outside=outside)]


def _existing(layer: Layer, home: Path, name: str, *at: str | int) -> Path:
    """The absolute path of a file that the settings name; of files outside of ``home``, no names are told."""
    path = Path(absolute(layer.root / os.path.expanduser(name)))  # noqa: PTH111 -- Path's raises for an unknown user
    if _is_file(path):
        return path
    try:
        siblings = sorted(entry.name for entry in path.parent.iterdir())
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = f"its folder '{path.parent}' cannot be read: {getattr(error, 'strerror', error)}"
        raise layer.problem(f"there is no file '{name}'", *at, hint=reason) from error
    if path.is_dir():
        raise layer.problem(f"'{name}' is a folder, not a file", *at)
    if path.exists():
        raise layer.problem(f"'{name}' is not a regular file", *at)
    near = did_you_mean(path.name, siblings) if is_below(path.parent, home) else None
    raise layer.problem(f"there is no file '{name}'", *at, hint=near or f"it is looked for in {path.parent}")


class Configs:
    """The settings for every file of a run; each file with settings is read once.

    :param config: use this file for everything, instead of looking for the nearest; :param isolated: use no file at all.
    :ivar seen: the settings of all folders that were asked for so far.
    """

    def __init__(self, config: Path | None = None, *, isolated: bool = False) -> None:
        self._none = Config(Path.cwd())
        self._only = self._none if isolated else None if config is None else load_config(config)
        self.seen: set[Config] = set() if self._only is None else {self._only}
        self._by_folder: dict[str, Config] = {}
        self._folders: dict[str, str] = {}

    def place(self, path: Path) -> str:
        """The absolute path of a file, as :func:`~errlint.globs.absolute`; the folder of many files is looked for once."""
        folder, name = os.path.split(path)
        if name in ("", ".."):
            return absolute(path)
        if folder not in self._folders:
            self._folders[folder] = absolute(Path(folder))
        return os.path.join(self._folders[folder], name)  # noqa: PTH118 -- asked for each file of a run

    def for_file(self, path: Path) -> Config:
        """The settings for a file, which need not exist.

        :raises UsageProblem: as :func:`find_config` and :func:`load_config`.
        """
        return self.for_folder(os.path.dirname(self.place(path)))  # noqa: PTH120 -- asked several times for each file of a run

    def for_folder(self, folder: str) -> Config:
        """The settings for what stands in an absolute folder.

        :raises UsageProblem: as :func:`find_config` and :func:`load_config`.
        """
        if self._only is not None:
            return self._only
        known = self._by_folder.get(folder)
        if known is None:
            here = Path(folder)
            source = _config_in(here)
            if source is not None:
                known = load_config(source)
            elif here.parent != here:
                known = self.for_folder(str(here.parent))
            else:
                known = self._none
            self._by_folder[folder] = known
            self.seen.add(known)
        return known
