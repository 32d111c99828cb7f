"""Reads TOML files into strict types; what is wrong with one is told with its place and the remedy.

tomli reads, msgspec converts, and :mod:`errlint.toml.positions` finds the line that a complaint of msgspec is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any, TypeVar

from errlint.errors import UsageProblem
from errlint.globs import is_below
from errlint.hints import did_you_mean
from errlint.lean import dataclass
from errlint.toml.positions import KeyPath, locate

__all__ = ["Document", "KeyPath", "decode_file", "decode_text", "locate"]

T = TypeVar("T")


def decode_file(path: Path, type: type[T], *, table: tuple[str, ...] = (), quoted: bool = True) -> T:  # noqa: A002 -- the contract's own word
    """Read a TOML file, or one table of it, into a msgspec struct (or anything else that msgspec converts to).

    :param table: the keys that lead to the table, e.g. ``("tool", "errlint")``; :param quoted: as for :meth:`Document.read`.
    :raises UsageProblem: the file cannot be read, is no TOML, has no such table, or does not fit the type.
    """
    return Document.read(path, quoted=quoted).decode(type, table)


def decode_text(text: str, type: type[T], *, path: str, table: tuple[str, ...] = ()) -> T:  # noqa: A002
    """As :func:`decode_file`, from a text; ``path`` is only told to the user."""
    return Document.parse(text, path).decode(type, table)


@dataclass(frozen=True)
class Document:
    """A TOML text that has been parsed.

    :ivar path: the file, as the user is told; :ivar text: without BOM, lines end with a newline only; :ivar data: what tomli made of it;
    :ivar quoted: whether problems may show what stands in it.
    """

    path: str
    text: str = field(repr=False)
    data: dict[str, Any] = field(repr=False)
    quoted: bool = True

    @classmethod
    def read(cls, path: Path, *, quoted: bool = True) -> Document:
        """Read and parse a file.

        :param quoted: False for a file that a repository names and that may be none of its business; a symlink that leads out of its own
            folder is never quoted.
        :raises UsageProblem: it does not exist, may not be read, is a folder, is not UTF-8, or is no TOML.
        """
        quoted = quoted and is_below(path, path.parent)
        try:
            return replace(cls.parse(_text_of(path), str(path)), quoted=quoted)
        except UsageProblem as problem:
            if quoted:
                raise
            raise problem.withheld() from None

    @classmethod
    def parse(cls, text: str, path: str) -> Document:
        """Parse a text.

        :raises UsageProblem: it is no TOML.
        """
        import tomli

        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        try:
            return cls(path, text, tomli.loads(text))
        except tomli.TOMLDecodeError as error:
            message = f"this is not TOML: {error.msg[:1].lower()}{error.msg[1:]}"
            at = error.lineno, error.colno
            raise UsageProblem(message, path=path, line=at[0], column=at[1], source=text, gist="this is not TOML") from error
        except (ValueError, RecursionError) as error:  # a number with thousands of digits, hundreds of nested brackets
            raise UsageProblem(f"this TOML cannot be read: {error}", path=path, source=text, gist="this TOML cannot be read") from error

    def has_table(self, keys: Sequence[str]) -> bool:
        """Whether something stands under these keys, whatever it is."""
        value: Any = self.data
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                return False
            value = value[key]
        return True

    def decode(self, type: type[T], table: tuple[str, ...] = ()) -> T:  # noqa: A002
        """Convert the document, or one table of it, strictly.

        :raises UsageProblem: there is no such table, or it does not fit the type.
        """
        import msgspec

        value: Any = self.data
        for depth, key in enumerate(table, 1):
            if key not in value:
                raise UsageProblem(f"there is no [{'.'.join(table)}]", path=self.path, source=self.text)
            value = value[key]
            if not isinstance(value, dict):
                from errlint.toml.complaints import kind_of

                raise self.problem(f"{'.'.join(table[:depth])}: expected a table, got {kind_of(value)}", table[:depth])
        try:
            return msgspec.convert(value, type)
        except msgspec.ValidationError as error:
            from errlint.toml.complaints import explain

            complaint = explain(str(error), value, type)
            raise self.problem(complaint.message, (*table, *complaint.at), complaint.hint) from error

    def problem(self, message: str, at: Sequence[str | int] = (), hint: str | None = None) -> UsageProblem:
        """A problem of this document at a key path; on its first line when the path is nowhere in it."""
        line, column = locate(self.text, at) or (1, 1)
        found = UsageProblem(message, path=self.path, line=line, column=column, source=self.text, hint=hint)
        return found if self.quoted else found.withheld()


def _text_of(path: Path) -> str:
    shown = str(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageProblem("there is no such file", path=shown, hint=_sibling_hint(path)) from error
    except IsADirectoryError as error:
        raise UsageProblem("this is a folder, not a file", path=shown) from error
    except PermissionError as error:
        # Windows refuses to open a folder with the same error as a file of somebody else.
        raise UsageProblem("this is a folder, not a file" if path.is_dir() else "permission denied", path=shown) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageProblem(f"the file cannot be read: {reason}", path=shown) from error
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        raise UsageProblem(
            f"this is not UTF-8: {error.reason} 0x{raw[error.start]:02x}",
            path=shown,
            line=before.count("\n") + 1,
            column=len(before) - before.rfind("\n"),
            source=raw.decode(errors="replace"),
            hint="TOML files are written in UTF-8",
            gist="this is not UTF-8",
        ) from error


def _sibling_hint(path: Path) -> str | None:
    try:
        return did_you_mean(path.name, sorted(entry.name for entry in path.parent.iterdir()))
    except OSError:
        return f"there is no folder '{path.parent}' either"
