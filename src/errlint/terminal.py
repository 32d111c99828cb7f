"""The terminal: whether to colour, how wide it is, what must not reach it, and what to do when nobody reads any more."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, TextIO

from errlint.lean import dataclass
from errlint.regex import later

_SGR = {
    "error": "1;31",
    "warning": "1;33",
    "advice": "1;36",
    "gutter": "1;34",
    "added": "32",
    "removed": "31",
    "hunk": "36",
    "bold": "1",
    "good": "1;32",
}
"""Colours by purpose; the names of severities are among them."""

_UNSAFE = later("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that move the cursor, start an escape sequence, break the line, or reorder what is shown (CVE-2021-42574)."""

_LINKING_PROGRAMS = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio"})
_LINKING_TERMS = frozenset({"xterm-kitty", "alacritty", "foot", "xterm-ghostty"})
_FIRST_VTE = 5000
"""VTE 0.50, the first with links."""

_GONE = {errno.EPIPE, errno.ESHUTDOWN}


@dataclass(frozen=True, slots=True)
class Style:
    """How to write to one stream: with or without colour, for how many columns (None: nobody knows), with links that can be clicked."""

    colour: bool = False
    width: int | None = None
    links: bool = False

    def paint(self, text: str, purpose: str) -> str:
        """The text in the colour of a purpose ("error", "gutter", "bold" …), or as it is if that has none."""
        return f"\x1b[{_SGR[purpose]}m{text}\x1b[0m" if self.colour and text and purpose in _SGR else text

    def link(self, text: str, url: str) -> str:
        """The text as a link (OSC 8), where the terminal knows links."""
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if self.links and url else text


def style_for(stream: TextIO, choice: str = "auto", environ: Mapping[str, str] = os.environ) -> Style:
    """How to write to a stream.

    :param choice: ``--color``: "always" and "never" decide; with "auto" NO_COLOR beats FORCE_COLOR, which beats the look at the stream.
    """
    terminal = stream.isatty()
    colour = _colour_wanted(terminal, choice, environ)
    links = colour and (bool(environ.get("FORCE_HYPERLINK")) or (terminal and _knows_links(environ)))
    return Style(colour, _width() if terminal else None, links)


def _width() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def _knows_links(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is one of those that say who they are and turn OSC 8 into links; others may print the address."""
    if environ.get("CI") or environ.get("TERM") == "dumb":
        return False
    vte = environ.get("VTE_VERSION", "")
    return (
        environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or environ.get("TERM") in _LINKING_TERMS
        or "WT_SESSION" in environ
        or "DOMTERM" in environ
        or (vte.isdigit() and int(vte) >= _FIRST_VTE)
    )


def _colour_wanted(terminal: bool, choice: str, environ: Mapping[str, str]) -> bool:
    if choice != "auto":
        return choice == "always"
    # no-color.org and force-color.org: present and not empty, whatever the value
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return terminal and environ.get("TERM") != "dumb"


def shown_path(path: Path) -> str:
    """A path as users see it, with ``/``: relative to the working directory, unless it was given as an absolute one outside of that."""
    if not path.is_absolute() and ".." not in path.parts:
        return path.as_posix()
    try:
        relative = Path(os.path.relpath(path))
    except ValueError:  # on another drive
        return path.as_posix()
    return path.as_posix() if path.is_absolute() and relative.parts[:1] == ("..",) else relative.as_posix()


def printable(text: str) -> str:
    """The text with everything that a terminal would act upon replaced by a symbol of the same number of characters."""
    return _UNSAFE.sub(_symbol, text)


def _symbol(match: re.Match[str]) -> str:
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def cells(text: str) -> int:
    """How many columns of a terminal a text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    import unicodedata

    if unicodedata.east_asian_width(character) in "WF":
        return 2
    # the soft hyphen is a format character, but terminals show it
    return 0 if unicodedata.category(character) in {"Mn", "Me", "Cf"} and character != "\xad" else 1


def wrapped(prefix: str, painted: str, text: str, style: Style) -> Iterator[str]:
    """The lines of a text after a prefix, wrapped to the width if that is known and indented alike; printable.

    :param painted: the prefix as it is shown.
    """
    import textwrap

    room = max(style.width - len(prefix), 40) if style.width else 0
    for paragraph in text.split("\n"):
        clean = printable(paragraph)
        lines = textwrap.wrap(clean, room, break_long_words=False, break_on_hyphens=False) if room else [clean]
        for line in lines or [""]:
            yield (painted + line).rstrip()
            painted = " " * len(prefix)


def write(stream: TextIO, chunks: Iterable[str]) -> None:
    """Write text; characters that the stream cannot encode appear as escapes. A reader that has gone away is no error.

    :raises OSError: for every other reason why nothing can be written, e.g. a full disk.
    """
    encoding = stream.encoding or "utf-8"
    try:
        stream.writelines(chunk.encode(encoding, "backslashreplace").decode(encoding) for chunk in chunks)
        stream.flush()
    except OSError as error:
        forget(stream, error)


def write_bytes(stream: TextIO, raw: bytes) -> None:
    """Write bytes to what lies below a text stream, after what was written to it; otherwise as :func:`write`."""
    try:
        stream.flush()
        buffer: BinaryIO = stream.buffer
        buffer.write(raw)
        buffer.flush()
    except OSError as error:
        forget(stream, error)


def forget(stream: TextIO, error: OSError) -> None:
    """Let a stream whose reader has gone away swallow everything, so that the interpreter does not complain at its end either.

    :raises OSError: the error itself when it means anything else. (Windows says EINVAL for a closed pipe.)
    """
    if error.errno not in _GONE and not (os.name == "nt" and error.errno == errno.EINVAL):
        raise error
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)
