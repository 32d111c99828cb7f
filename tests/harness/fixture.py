"""A fixture: a specimen of client code, its header, and the fixed text beside it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import msgspec
import tomli

from errlint.installed import Installed, normalised
from errlint.versions import parse_versions
from tests.harness.comments import Comment, Mark, parse_comments
from tests.harness.swap import swap

FIXED = ".fixed.py"
KINDS = ("bad_", "ok_")
_HEADER = re.compile(r"^# /// fixture\r?\n(?P<content>(?:#(?: .*)?\r?\n)*?)# ///\r?$", re.MULTILINE)
_OPENING = re.compile(r"^# /// fixture\b", re.MULTILINE)


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The optional TOML block at the top of a fixture.

    ``catalogue``: files beside the fixture, loaded in addition to the built-in ones; ``api``: the catalogue that the whole file is
    bound to; ``libraries``: the library the code is written with, then those it is run with again; ``versions``: by package, the range
    that the project of the code has.
    """

    catalogue: str | tuple[str, ...] = ()
    api: str | None = None
    libraries: tuple[str, ...] = ()
    versions: dict[str, str] = {}

    @property
    def installed(self) -> Installed:
        """The versions that the code is written for."""
        known = {normalised(package): parse_versions(versions) for package, versions in self.versions.items()}
        assert all(known.values()), f"versions that mean nothing: {self.versions}"
        return Installed(tuple((package, versions) for package, versions in sorted(known.items()) if versions))


@dataclass(frozen=True)
class Fixture:
    """One specimen, written with one library.

    :ivar text: its source; :ivar sibling: the text of its own ``.fixed.py``, if there is one; :ivar library: the library it was
    swapped to, empty as written; :ivar swapped: the ``.fixed.py`` of what was written, swapped too; it serves where the library has no own.
    """

    path: Path
    text: str
    sibling: str | None = None
    library: str = ""
    swapped: str | None = None

    @classmethod
    def read(cls, path: Path) -> Fixture:
        """Read a fixture and its sibling. Fixtures are UTF-8 with ``\\n``; other encodings and newlines are made of them."""
        return cls(path, _read(path), _read_sibling(path))

    @property
    def shown(self) -> str:
        """The path that findings and messages name: folder, file, library."""
        return shown(self.path) + (f" [{self.library}]" if self.library else "")

    @property
    def project(self) -> Path | None:
        """The folder of modules that it belongs to; None for a file that stands alone."""
        return self.path.parent if self.path.parent.name.startswith(KINDS) else None

    @property
    def folder(self) -> str:
        """The name of the folder of its rule."""
        return (self.project or self.path).parent.name

    @property
    def is_bad(self) -> bool:
        """Whether it shows mistakes (``bad_*.py``, or a module of ``bad_*/``) or near misses (``ok_…``)."""
        return (self.project or self.path).name.startswith("bad_")

    @cached_property
    def header(self) -> Header:
        """The parsed header.

        :raises AssertionError: it is not TOML, not closed, or says something unknown.
        """
        match = _HEADER.search(self.text)
        if match is None:
            assert not _OPENING.search(self.text), f"{self.shown}: the header is not closed by `# ///`"
            return Header()
        content = "\n".join(line[2:] for line in match["content"].splitlines())
        try:
            return msgspec.convert(tomli.loads(content), Header)
        except (tomli.TOMLDecodeError, msgspec.ValidationError) as error:
            raise AssertionError(f"{self.shown}: the header cannot be read: {error}") from error

    @property
    def catalogues(self) -> tuple[Path, ...]:
        """The catalogue files that the header names."""
        named = self.header.catalogue
        return tuple(self.path.parent / name for name in ((named,) if isinstance(named, str) else named))

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """What the fixture says about itself."""
        try:
            return parse_comments(self.text)
        except AssertionError as error:
            raise AssertionError(f"{self.shown}: {error}") from None

    def rules(self, *marks: Mark) -> set[str]:
        """The ids that comments with these marks name."""
        return {entry.rule for comment in self.comments if comment.mark in marks for entry in comment.entries}

    def with_text(self, text: str) -> Fixture:
        """The same place with other text."""
        return replace(self, text=text, sibling=None, swapped=None)

    def variants(self) -> Iterator[Fixture]:
        """The fixture as written, then once for every further library of its header."""
        yield self
        for library in self.header.libraries[1:]:
            written = self.header.libraries[0]
            try:
                text, swapped = swap(self.text, written, library), self.sibling and swap(self.sibling, written, library)
            except ValueError as error:
                raise AssertionError(f"{self.shown}: {error}") from None
            yield Fixture(self.path, text, _read_sibling(self.path, library), library, swapped)


def shown(path: Path) -> str:
    """The folder of the rule, the folder of modules, if there is one, and the file."""
    alone = not path.parent.name.startswith(KINDS)
    return "/".join(path.parts[-2:] if alone else path.parts[-3:])


def fixtures(root: Path) -> list[Path]:
    """All specimens below the folder of fixtures, the modules of folders included, siblings left out."""
    return sorted(path for pattern in ("*/*.py", "*/*/*.py") for path in root.glob(pattern) if not path.name.endswith(FIXED))


def compilable(root: Path) -> list[Path]:
    """Those of them that this Python can compile: not all that errlint runs on know ``except*``."""
    return [path for path in fixtures(root) if sys.version_info >= (3, 11) or b"except*" not in path.read_bytes()]


def sibling_path(path: Path, library: str = "") -> Path:
    """Where the fixed text of a fixture stands; that of another library only if it differs in more than names."""
    return path.with_name(f"{path.stem}.{library}{FIXED}" if library else path.stem + FIXED)


def _read_sibling(path: Path, library: str = "") -> str | None:
    sibling = sibling_path(path, library)
    return _read(sibling) if sibling.exists() else None


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")
