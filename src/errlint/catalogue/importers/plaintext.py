"""Text that was scraped off a page, as blocks: without markup, with tables that lost their bars, samples that lost their fences.

Nothing here knows what errors are, except the titles of columns that ran together (:mod:`.columns`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from errlint.catalogue.importers.blocks import Block, Heading, Item, Paragraph, Row, Sample, table
from errlint.catalogue.importers.codelines import braces_open, is_code_line, json_end
from errlint.catalogue.importers.glued import Glued, glued_header
from errlint.catalogue.importers.tokens import is_status_cell, statuses

_BULLET = re.compile(r"\s*(?:[•·▪◦‣●○∙*+]|[-–](?=\s))\s*(?=\S)")
_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s+(?=\S)")
_ATX = re.compile(r"(#{1,6})\s+(?=\S)")
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_DASHES = re.compile(r"\s*(?:-{3,}|={3,}|\*{3,}|_{3,})\s*$")
_FENCE = re.compile(r"\s*(```|~~~)\s*([\w+-]*)")
_SUBHEADING = re.compile(r"\b(examples?|headers|responses?|requests?|sample|usage|notes?)\b", re.IGNORECASE)
_STATUS_ENTRY = re.compile(r"\s*([1-5][0-9]{2})(?:\s*[-–—:]\s*|\s+)([A-Z].*\S)\s*$")
_NUMBERED_JSON = re.compile(r"1\s*[{\[]\s*$")
_LONGEST_HEADING = 80
_LONGEST_SAMPLE = 400


def read_plaintext(text: str) -> list[Block]:
    """The blocks of a text."""
    return list(_Reader(text.split("\n")).blocks())


class _Reader:
    """Goes over the lines once; a line whose end belongs to what follows (``}Error codes``) is cut in two."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = _without_numbers([line.rstrip() for line in lines])
        self._at = 0
        self._paragraph: list[str] = []
        self._paragraph_line = 0

    def blocks(self) -> Iterator[Block]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip() or _DASHES.match(line):
                yield from self._end_of_paragraph()
                self._at += 1
                continue
            found = self._table() or self._sample() or self._entry()
            if found is not None:
                yield from self._end_of_paragraph()
                yield found
            else:
                self._say(line)
        yield from self._end_of_paragraph()

    # paragraphs and headings ------------------------------------------------------------------------------------------------

    def _say(self, line: str) -> None:
        if not self._paragraph:
            self._paragraph_line = self._at + 1
        self._paragraph.append(line.strip())
        self._at += 1

    def _end_of_paragraph(self) -> Iterator[Block]:
        if self._paragraph:
            yield Paragraph(self._paragraph_line, "\n".join(self._paragraph))
            self._paragraph = []

    def _entry(self) -> Block | None:
        """A heading or an entry of a list."""
        line, number = self._lines[self._at], self._at + 1
        atx = _ATX.match(line)
        if atx and (self._at == 0 or not self._lines[self._at - 1].strip()):
            self._at += 1
            return Heading(number, len(atx[1]), line[atx.end() :].strip(" #"))
        numbered = _NUMBERED.match(line)
        if numbered and not self._is_numbered(self._at - 1) and not self._is_numbered(self._at + 1) and _is_title(line[numbered.end() :]):
            self._at += 1
            return Heading(number, 3, line[numbered.end() :].strip())
        bullet = _BULLET.match(line) or numbered
        if bullet:
            self._at += 1
            return Item(number, "\n".join([line[bullet.end() :].strip(), *self._continued()]))
        if not self._paragraph_runs_on(line) and _is_title(line):
            self._at += 1
            level = 4 if _SUBHEADING.search(line) and not statuses(line) else 3 if statuses(line) else 2
            return Heading(number, level, line.strip())
        return None

    def _paragraph_runs_on(self, line: str) -> bool:
        """Whether a line goes on with the sentence above it."""
        return bool(self._paragraph) and (not self._paragraph[-1].endswith((".", "!", "?", ":")) or line[:1].islower())

    def _is_numbered(self, at: int) -> bool:
        return 0 <= at < len(self._lines) and bool(_NUMBERED.match(self._lines[at]))

    def _continued(self) -> list[str]:
        """Further lines of a list entry: those that begin small or are indented."""
        more: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip() or _BULLET.match(line) or not (line[:1].islower() or line.startswith("  ")) or is_code_line(line):
                break
            more.append(line.strip())
            self._at += 1
        return more

    # tables -----------------------------------------------------------------------------------------------------------------

    def _table(self) -> Block | None:
        return self._barred() or self._tabbed() or self._glued() or self._statuses()

    def _barred(self) -> Block | None:
        """``| A | B |`` with a rule below it; the rows may have lost the bar at their beginning, or at their end."""
        if "|" not in self._lines[self._at] or not self._is_rule(self._at + 1):
            return None
        header = Row(self._at + 1, _cells(self._lines[self._at]))
        self._at += 2
        rows: list[Row] = []
        while self._at < len(self._lines) and self._lines[self._at].count("|") >= max(len(header.cells) - 1, 1):
            rows.append(Row(self._at + 1, _cells(self._lines[self._at], len(header.cells))))
            self._at += 1
        return table(header, rows)

    def _is_rule(self, at: int) -> bool:
        return at < len(self._lines) and "|" in self._lines[at] and bool(_RULE.match(self._lines[at]))

    def _tabbed(self) -> Block | None:
        """Cells between tabs, as copied from a browser."""
        width = self._lines[self._at].strip("\t").count("\t")
        end = self._at
        while end < len(self._lines) and width and self._lines[end].strip("\t").count("\t") == width:
            end += 1
        if end - self._at < 2:
            return None
        rows = [Row(at + 1, tuple(cell.strip() for cell in self._lines[at].strip("\t").split("\t"))) for at in range(self._at, end)]
        if any(is_status_cell(cell) for cell in rows[0].cells):
            return None  # no titles: nobody says what the columns are
        self._at = end
        return table(rows[0], rows[1:])

    def _statuses(self) -> Block | None:
        """Lines that each begin with a status and say what it means, with no title above them."""
        found = []
        for at in range(self._at, len(self._lines)):
            line = _STATUS_ENTRY.match(self._lines[at])
            if line is None:
                break
            found.append(Row(at + 1, (line[1], line[2])))
        if len(found) < 3:
            return None
        self._at += len(found)
        return table(Row(found[0].line, ("Status", "Meaning")), found)

    def _glued(self) -> Block | None:
        """``CodeTypical statusMeaning``: cells without anything between them."""
        shape: Glued | None = glued_header(self._lines[self._at])
        if shape is None:
            return None
        rows: list[Row] = []
        at = self._at + 1
        while at < len(self._lines) and (cells := shape.cells(self._lines[at])) is not None:
            rows.append(Row(at + 1, cells))
            at += 1
        if not rows:
            return None
        header = Row(self._at + 1, shape.titles)
        self._at = at
        return table(header, rows)

    # samples ----------------------------------------------------------------------------------------------------------------

    def _sample(self) -> Block | None:
        return self._fenced() or self._json() or self._code()

    def _fenced(self) -> Block | None:
        fence = _FENCE.match(self._lines[self._at])
        if fence is None:
            return None
        end = self._at + 1
        while end < len(self._lines) and not self._lines[end].strip().startswith(fence[1]):
            end += 1
        block = Sample(self._at + 2, "\n".join(self._lines[self._at + 1 : end]), fence[2].lower())
        self._at = end + 1
        return block

    def _json(self) -> Block | None:
        if self._lines[self._at].lstrip()[:1] not in {"{", "["}:
            return None
        piece = "\n".join(self._lines[self._at : self._at + _LONGEST_SAMPLE])
        end = json_end(piece)
        return self._cut(piece, end, "json") if end else None

    def _code(self) -> Block | None:
        """Lines of code; as long as a brace is open every line is."""
        start = self._at
        if not is_code_line(self._lines[start]):
            return None
        end = start
        piece = ""
        while end < len(self._lines) and end - start < _LONGEST_SAMPLE:
            line = self._lines[end]
            closed = re.match(r"\s*[})\]]+;?(?=[A-Z])", line) if piece else None
            if closed and not braces_open(f"{piece}{line[: closed.end()]}"):
                return self._cut(f"{piece}{line}", len(piece) + closed.end(), "")
            if not is_code_line(line) and not braces_open(piece) and not self._goes_on(end):
                break
            piece += f"{line}\n"
            end += 1
        self._at = end
        return Sample(start + 1, piece.rstrip("\n"))

    def _goes_on(self, at: int) -> bool:
        """A blank line inside code: the next line is code, too."""
        return not self._lines[at].strip() and at + 1 < len(self._lines) and is_code_line(self._lines[at + 1])

    def _cut(self, piece: str, end: int, language: str) -> Block:
        """The sample that ends at an offset of a piece; what follows on its last line stays for later."""
        block = Sample(self._at + 1, piece[:end], language)
        self._at += piece.count("\n", 0, end)
        rest = piece[end:].split("\n", 1)[0].lstrip(";, ")
        if rest:
            self._lines[self._at] = rest
        else:
            self._at += 1
        return block


def _cells(line: str, width: int | None = None) -> tuple[str, ...]:
    """The cells of a row; ``width``: how many there are, which tells an empty cell at the edge from a bar there."""
    cells = [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line.strip())]
    while cells and not cells[-1] and (width is None or len(cells) > width):
        cells.pop()
    if cells and not cells[0] and (width is None or len(cells) > width):
        cells.pop(0)
    return tuple(cells)


def _without_numbers(lines: list[str]) -> list[str]:
    """Without the numbers that a site shows beside the lines of a sample (``1{``, ``2 "message": …``)."""
    for start, first in enumerate(lines):
        if not _NUMBERED_JSON.match(first):
            continue
        end = start
        while end < len(lines) and lines[end].lstrip().startswith(str(end - start + 1)):
            end += 1
        if end - start >= 3:
            lines[start:end] = [line.lstrip()[len(str(number)) :] for number, line in enumerate(lines[start:end], 1)]
    return lines


def _is_title(line: str) -> bool:
    """Whether a line is short, begins like a title and ends like no sentence."""
    text = line.strip()
    return (
        0 < len(text) <= _LONGEST_HEADING
        and len(text.split()) <= 10
        and (text[0].isupper() or text[0].isdigit())
        and text[-1] not in ".;:,!?…\\"
        and not re.search(r"https?://|\S@\S", text)
    )
