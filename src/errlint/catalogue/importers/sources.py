"""The documents: read with limits, decoded, and told apart by what they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from errlint.catalogue.importers.facts import Facts, Place
from errlint.errors import UsageProblem
from errlint.lean import dataclass

Kind = Literal["markdown", "html", "text", "json", "yaml"]

_LARGEST_PAGE = 8_000_000
_LARGEST_SPECIFICATION = 64_000_000
_BINARY = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive (or an office document)",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a picture",
    b"\xd0\xcf\x11\xe0": "an office document",
}
_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_-]+)""", re.IGNORECASE)
_SUFFIXES: dict[str, Kind] = {
    ".md": "markdown", ".markdown": "markdown", ".mdx": "markdown", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".json": "json", ".yaml": "yaml", ".yml": "yaml",
}  # fmt: skip
_TAGS = re.compile(r"<(?:!doctype html|html|body|table|div|h[1-6]|p)[\s>]", re.IGNORECASE)
_MARKDOWN = re.compile(r"(?:\A|\n)(?:```|~~~)[\w+-]*|(?:\A|\n[ \t]*\n)#{1,6} \S")
_OPENAPI_YAML = re.compile(r"^[\"']?(?:openapi|swagger)[\"']?[ \t]*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """A document: its name as the user gave it, its text with newlines only, and what it is written in."""

    name: str
    text: str
    kind: Kind

    @property
    def stem(self) -> str:
        """The name of the file without folder and suffix."""
        return Path(self.name).stem


def read_source(path: Path, facts: Facts, index: int) -> Source:
    """Read a document.

    :raises UsageProblem: it is not there, too large, empty, or no text at all.
    """
    shown = str(path)
    try:
        if path.is_dir():
            raise UsageProblem("this is a folder, not a document", path=shown)
        with path.open("rb") as stream:  # a pipe does not tell its size, and a device has none
            raw = stream.read(_LARGEST_SPECIFICATION + 1)
        if len(raw) > _LARGEST_SPECIFICATION:
            raise UsageProblem(
                f"this is larger than {_LARGEST_SPECIFICATION // 1_000_000} MB", path=shown, hint="cut out the part about errors"
            )
    except FileNotFoundError as error:
        raise UsageProblem("there is no such file", path=shown) from error
    except (OSError, ValueError) as error:
        raise UsageProblem(f"the file cannot be read: {getattr(error, 'strerror', None) or error}", path=shown) from error
    for magic, what in _BINARY.items():
        if raw.startswith(magic):
            raise UsageProblem(f"this is {what}, no text", path=shown, hint="save the page as HTML, Markdown or text")
    text = _decoded(raw, shown, facts, index).replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if not text.strip():
        raise UsageProblem("this document is empty", path=shown)
    kind = _kind(path, text)
    if kind in {"markdown", "html", "text"} and len(text) > _LARGEST_PAGE:
        raise UsageProblem(f"this page is larger than {_LARGEST_PAGE // 1_000_000} MB", path=shown, hint="cut out the part about errors")
    return Source(shown, text, kind)


def cite(places: Iterable[Place], sources: Sequence[Source]) -> str:
    """How people are told where something stands: "line 12", or with the file if there are several."""
    ordered = sorted(set(places))
    if len(sources) == 1:
        return f"line {', '.join(str(place.line) for place in ordered)}" if ordered else "the document"
    names = short_names(sources)
    return ", ".join(f"{names[place.source]}:{place.line}" for place in ordered) or "the documents"


def short_names(sources: Sequence[Source]) -> list[str]:
    """The names of the files, as short as they can be told apart."""
    names = [Path(source.name).name for source in sources]
    return names if len(set(names)) == len(names) else [source.name for source in sources]


def _decoded(raw: bytes, shown: str, facts: Facts, index: int) -> str:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return _strictly(raw, encoding, shown)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        declared = _CHARSET.search(raw[:4096])
        if declared is not None:
            try:
                return _strictly(raw, declared[1].decode(), shown)
            except LookupError:
                pass
        if raw[:2000].count(b"\x00") > 20:
            return _strictly(raw, "utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be", shown)
        line = raw.count(b"\n", 0, error.start) + 1
        facts.doubt("this is not UTF-8; it was read as Windows-1252, so single characters may be wrong", Place(index, line))
        return raw.decode("cp1252", "replace")
    if raw[:2000].count(b"\x00") > 20:
        return _strictly(raw, "utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be", shown)
    return text.replace("\x00", "")


def _strictly(raw: bytes, encoding: str, shown: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8"
        raise UsageProblem(f"this is not {encoding}, which it says it is: {error.reason}", path=shown, hint=hint) from error


def _kind(path: Path, text: str) -> Kind:
    """What a document is written in: by its suffix, else by how it looks."""
    known = _SUFFIXES.get(path.suffix.lower())
    start = text[:200_000]
    if known is not None:
        return known
    if start.lstrip().startswith("{") and re.search(r'"(?:openapi|swagger)"\s*:', start):
        return "json"
    if _OPENAPI_YAML.search(start[:5_000]):
        return "yaml"
    head = start.lstrip()[:300].lower()
    if head.startswith(("<!doctype html", "<html")) or len(_TAGS.findall(start)) >= 5:
        return "html"
    return "markdown" if _MARKDOWN.search(start) else "text"
