"""Bytes to text and back, the way Python itself reads a source file (PEP 263).

Newlines, form feeds and everything else stay as they stand in the file: only the encoding and a byte-order mark are taken off.
"""

from __future__ import annotations

import codecs
import re

from errlint.lean import dataclass

_COOKIE = re.compile(rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")  # \w in bytes is ASCII
_BLANK = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")
_NEWLINE = re.compile(r"\r\n|\r|\n")


class UndecodableSource(Exception):
    """The bytes are not text in the encoding that the file declares, or hold a NUL byte.

    :ivar message: what is wrong, without a full stop; :ivar line, column: where, 1-based, in characters.
    """

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file and what it takes to write it back.

    :ivar text: the characters without a byte-order mark, newlines as they stand;
    :ivar encoding: the declared encoding, ``utf-8`` by default; :ivar bom: whether the file began with UTF-8's byte-order mark.
    """

    text: str
    encoding: str
    bom: bool


def with_lf(raw: bytes) -> bytes:
    """The bytes with lines ending with LF: to a pattern, a comment would reach to the end of a file whose lines end with CR alone."""
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in raw else raw


def is_no_text(raw: bytes) -> bool:
    """Whether bytes are certainly no source code: UTF-16, or with NUL bytes. This costs next to nothing."""
    return raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in raw


def decode(raw: bytes) -> Decoded:
    """Decode a Python source file.

    :raises UndecodableSource: for an unknown encoding, bytes that do not belong to it, a byte-order mark that contradicts the declared
        encoding, and NUL bytes (Python refuses them too).
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UndecodableSource("the file is UTF-16, which Python does not read", 1, 1)
    bom = raw.startswith(codecs.BOM_UTF8)
    body = raw[len(codecs.BOM_UTF8) :] if bom else raw
    cookie = _declaration(body)
    encoding = "utf-8" if cookie is None else _normal(cookie.group(1).decode("ascii"))
    if cookie is not None and bom and encoding != "utf-8":
        raise UndecodableSource(f"the file declares the encoding {encoding!r} but begins with the byte-order mark of UTF-8", *_at(cookie))
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line, column = _position(body[: error.start].decode(encoding, "replace"))
        byte = body[error.start : error.start + 1].hex()
        raise UndecodableSource(f"byte 0x{byte} is not {encoding} ({error.reason})", line, column) from None
    except (LookupError, ValueError) as error:  # also a codec that is none of text ("hex"), and the codec "undefined"
        known = "unknown encoding" if isinstance(error, LookupError) else "unusable encoding"
        raise UndecodableSource(f"{known} {encoding!r}", *((1, 1) if cookie is None else _at(cookie))) from None
    nul = text.find("\0")
    if nul >= 0:
        raise UndecodableSource("the file contains a NUL byte", *_position(text[:nul]))
    return Decoded(text, encoding, bom)


def encode(text: str, like: Decoded) -> bytes:
    """The bytes of ``text`` in the encoding of another text, with a byte-order mark if that had one.

    :raises UnicodeEncodeError: when a character does not exist in that encoding.
    """
    return (codecs.BOM_UTF8 if like.bom else b"") + text.encode(like.encoding)


def _declaration(body: bytes) -> re.Match[bytes] | None:
    """The encoding declaration: on the first line, or on the second if the first is blank or a comment."""
    first = _COOKIE.match(body)
    if first is not None:
        return first
    blank = _BLANK.match(body)
    return None if blank is None else _COOKIE.match(body, blank.end())


def _normal(encoding: str) -> str:
    """One name for UTF-8 and Latin-1, whose declarations may carry a suffix that only editors understand (``utf-8-unix``)."""
    name = encoding.lower().replace("_", "-")
    for normal, spellings in (("utf-8", ("utf-8", "utf8")), ("iso-8859-1", ("latin-1", "iso-8859-1", "iso-latin-1"))):
        if name in spellings or name.startswith(tuple(f"{spelling}-" for spelling in spellings)):
            return normal
    return encoding


def _at(cookie: re.Match[bytes]) -> tuple[int, int]:
    return _position(cookie.string[: cookie.start(1)].decode("latin-1"))


def _position(before: str) -> tuple[int, int]:
    """1-based line and column of the character that follows ``before``."""
    starts = [0, *(newline.end() for newline in _NEWLINE.finditer(before))]
    return len(starts), len(before) - starts[-1] + 1
