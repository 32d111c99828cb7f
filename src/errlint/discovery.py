"""From what the user names to the files that are linted.

A folder gives its Python files, without what git ignores and what the settings exclude; a file that is named is always taken, whatever
it is called. Symlinks to folders are not followed unless they are named. pathspec is imported only for a .gitignore or an exclude of the
user's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from errlint.config import Config, Configs, Layer
from errlint.errors import UsageProblem
from errlint.files import reason_of
from errlint.globs import Globs, absolute
from errlint.hints import did_you_mean
from errlint.lean import dataclass

SUFFIXES = (".py", ".pyi")
"""The files that are looked for in folders."""

DEFAULT_EXCLUDES = frozenset({
    ".bzr", ".direnv", ".eggs", ".errlint_cache", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pants.d", ".pyenv",
    ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode", "__pycache__", "__pypackages__", "_build", "buck-out",
    "build", "dist", "node_modules", "site-packages", "venv",
})  # fmt: skip
"""Names of folders that are left out, unless an ``exclude`` takes them in again (``!build``)."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that is not linted, and why.

    :ivar wanted: it would have been linted, had it been possible: an unreadable folder, a symlink to nowhere.
    """

    path: Path
    reason: str
    wanted: bool = False


OnSkip = Callable[[Skipped], None]


def discover(
    paths: Sequence[Path],
    configs: Configs,
    *,
    force_exclude: bool = False,
    extra_exclude: Sequence[str] = (),
    respect_gitignore: bool = True,
    on_skip: OnSkip | None = None,
    on_outside: Callable[[Path], object] | None = None,
) -> Iterator[Path]:
    """All files to lint, each once, in the order of their paths, spelt as the user spelt the beginning.

    :param paths: files and folders. :param force_exclude: exclude what is excluded even if it is named.
    :param extra_exclude: globs relative to the working directory, with precedence over those of the settings.
    :param on_skip: is told what was left out. :param on_outside: is told which of the files is a symlink that was met in a folder, to a
        file that does not lie in it. :raises UsageProblem: a path does not exist, a folder that was named cannot be read, or as
        :meth:`Configs.for_file`.
    """
    excludes = Excludes(configs, extra_exclude)
    walk = _Walk(excludes, respect_gitignore, on_skip or (lambda _: None))
    for path in paths:
        _must_exist(path)
        reason = excludes.reason(path) if force_exclude else None
        if reason is not None:
            walk.on_skip(Skipped(path, reason))
        elif os.path.isdir(path):  # noqa: PTH112 -- is_dir() raises where a folder on the way is locked
            walk.folder(path)
        else:
            walk.take(str(path), os.path.realpath(path))
    if on_outside is not None:
        for link in walk.outside():
            on_outside(link)
    return iter(sorted(walk.found(), key=lambda found: found.parts))


class Excludes:
    """What the settings and the command line exclude."""

    def __init__(self, configs: Configs, extra: Sequence[str] = ()) -> None:
        self._configs = configs
        cwd = str(Path.cwd())
        self._extra = [Globs(cwd, extra, _complaint(Layer(Path(cwd)), "exclude"))] if extra else []
        self._globs: dict[Config, list[Globs]] = {}

    def for_folder(self, folder: str) -> list[Globs]:
        """The globs for what stands in an absolute folder; the first that has a verdict decides."""
        config = self._configs.for_folder(folder)
        known = self._globs.get(config)
        if known is None:
            layers = [layer for layer in reversed(config.layers) if layer.exclude]
            known = self._extra + [Globs(str(layer.root), layer.exclude, _complaint(layer, "exclude")) for layer in layers]
            self._globs[config] = known
        return known

    def reason(self, path: Path) -> str | None:
        """Why a walk would not come to a path; None if it would.

        The walk starts in the working directory or, for a path that is not below it, in the folder of the path's settings.
        """
        target, cwd = Path(absolute(path)), Path.cwd()
        if target in (cwd, *cwd.parents):
            return None
        start = next((top for top in (cwd, self._configs.for_file(target).root) if top in target.parents), target.parent)
        for step in [*reversed(target.parents[: len(target.parents) - len(start.parents) - 1]), target]:
            reason = excluded(self.for_folder(str(step.parent)), str(step), step.name, is_folder=step != target or step.is_dir())
            if reason is not None:
                return reason
        return None


def excluded(globs: Iterable[Globs], path: str, name: str, *, is_folder: bool) -> str | None:
    """Why an absolute path is excluded, judged by itself and not by what is above it; None if it is not."""
    for one in globs:
        verdict = one.verdict(path, is_folder=is_folder)
        if verdict is not None:
            return "excluded by the settings" if verdict else None
    return "excluded by default" if is_folder and name in DEFAULT_EXCLUDES else None


def _complaint(layer: Layer, key: str) -> Callable[[int, str], UsageProblem]:
    return lambda index, reason: layer.problem(f"this glob cannot be understood: {reason}", key, index)


def _must_exist(path: Path) -> None:
    try:
        os.stat(path)  # noqa: PTH116 -- exists() would call an unreadable folder on the way missing
    except FileNotFoundError:
        if path.is_symlink():
            raise UsageProblem(f"'{path}' is a symlink to nowhere") from None
        raise UsageProblem(f"there is no file or folder '{path}'", hint=_nearest_path(path)) from None
    except PermissionError:
        return  # which is told of the file, as of one that is met in a folder
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise UsageProblem(f"'{path}' cannot be read: {reason_of(error)}") from error


def _nearest_path(path: Path) -> str | None:
    try:
        near = did_you_mean(path.name, sorted(entry.name for entry in path.parent.iterdir()))
    except OSError:
        return f"there is no folder '{path.parent}' either"
    return near and near.replace("'", f"'{path.parent}{os.sep}" if path.parent != Path() else "'", 1)


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to walk through.

    :ivar path: its absolute path; :ivar real: the same without symlinks; :ivar prefix: what is shown before the names in it;
    :ivar ignores: what .gitignore files above it say, nearest first; :ivar overruled: excludes that do not count in it;
    :ivar top: the folder that was named, without symlinks and with a separator at its end.
    """

    path: str
    real: str
    prefix: str
    ignores: tuple[Globs, ...]
    overruled: tuple[Globs, ...]
    top: str


class _Walk:
    """Collects files; the key of a file is its real path, so that it counts once."""

    def __init__(self, excludes: Excludes, respect_gitignore: bool, on_skip: OnSkip) -> None:
        self.on_skip = on_skip
        self._excludes = excludes
        self._respect_gitignore = respect_gitignore
        self._files: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._outside: set[str] = set()

    def found(self) -> list[Path]:
        """The files; one that was also found by its own name is not shown by that of a symlink."""
        return [Path(shown) for shown in {**self._links, **self._files}.values()]

    def outside(self) -> list[Path]:
        """Those of the files that are symlinks out of the folder in which they were met."""
        return [Path(self._links[real]) for real in self._outside - self._files.keys()]

    def take(self, shown: str, real: str, *, is_link: bool = False) -> None:
        """Take a file in."""
        (self._links if is_link else self._files).setdefault(real, shown)

    def folder(self, path: Path) -> None:
        """Walk through a folder that was named; what speaks against the folder itself is overruled by naming it."""
        full = absolute(path)
        ignores = tuple(one for one in self._ignores_above(Path(full)) if not one.verdict(full, is_folder=True))
        overruled = tuple(one for one in self._excludes.for_folder(str(Path(full).parent)) if one.verdict(full, is_folder=True))
        prefix = "" if path == Path() else str(path).rstrip(os.sep) + os.sep
        top = os.path.realpath(full)
        todo = [_Folder(full, top, prefix, ignores, overruled, top.rstrip(os.sep) + os.sep)]
        while todo:
            folder = todo.pop()
            try:
                with os.scandir(folder.path) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                if folder.path == full:
                    raise UsageProblem(f"the folder '{path}' cannot be read: {reason_of(error)}") from error
                self.on_skip(Skipped(Path(folder.prefix), f"cannot be read: {reason_of(error)}", wanted=True))
            else:
                todo.extend(reversed(list(self._entries(folder, entries))))

    def _entries(self, folder: _Folder, entries: Iterable[os.DirEntry[str]]) -> Iterator[_Folder]:
        """Take in the files of a folder; gives the folders in it that are to be walked through."""
        ignores = folder.ignores
        if self._respect_gitignore and any(entry.name == ".gitignore" for entry in entries):
            ignores = (*_gitignore(folder.path), *ignores)
        globs: list[Globs] | None = None
        for entry in entries:
            is_folder, is_file, is_link = _kind(entry)
            if not is_folder and not entry.name.endswith(SUFFIXES):
                continue
            if globs is None:  # settings are read only for folders with something to judge
                globs = [one for one in self._excludes.for_folder(folder.path) if one not in folder.overruled]
            path, real, shown = entry.path, f"{folder.real.rstrip(os.sep)}{os.sep}{entry.name}", folder.prefix + entry.name
            reason = excluded(globs, path, entry.name, is_folder=is_folder) or _ignored(ignores, path, is_folder=is_folder)
            if reason is not None:
                self.on_skip(Skipped(Path(shown), reason))
            elif is_folder and is_link:
                self.on_skip(Skipped(Path(shown), "a symlink to a folder"))
            elif is_folder:
                yield _Folder(path, real, shown + os.sep, ignores, folder.overruled, folder.top)
            elif not is_file:
                self.on_skip(Skipped(Path(shown), "a symlink to nowhere" if is_link else "not a regular file", wanted=is_link))
            else:
                target = os.path.realpath(path) if is_link else real
                self.take(shown, target, is_link=is_link)
                if is_link and not target.startswith(folder.top):
                    self._outside.add(target)

    def _ignores_above(self, folder: Path) -> list[Globs]:
        """The .gitignore files between a folder and the top of its git repository, nearest first; none outside a repository."""
        if not self._respect_gitignore or _is_repository(folder):
            return []
        found: list[Globs] = []
        for parent in folder.parents:
            found += _gitignore(str(parent))
            if _is_repository(parent):
                return found
        return []


def _kind(entry: os.DirEntry[str]) -> tuple[bool, bool, bool]:
    """Whether it is a folder, a regular file (both through symlinks), a symlink."""
    try:
        return entry.is_dir(), entry.is_file(), entry.is_symlink()
    except OSError:  # a symlink to itself
        return False, False, True


def _is_repository(folder: Path) -> bool:
    try:
        return (folder / ".git").exists()
    except OSError:  # the folder may be listed, but nothing in it looked at
        return False


def _ignored(ignores: Iterable[Globs], path: str, *, is_folder: bool) -> str | None:
    verdict = next((said for one in ignores if (said := one.verdict(path, is_folder=is_folder)) is not None), None)
    return "ignored by git" if verdict else None


def _gitignore(folder: str) -> list[Globs]:
    """The globs of a folder's .gitignore; nothing if there is none or it cannot be read, as git does."""
    try:
        raw = Path(folder, ".gitignore").read_bytes()
    except OSError:
        return []
    return [Globs(folder, raw.decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n").split("\n"))]
