"""HTML as blocks.

lxml, because libxml2 reads any page in linear time, bounds how deep a tree can get, and knows the line of every element. Python's own
``html.parser`` is quadratic in unclosed comments before 3.13.6, and other parsers know no lines or fall over deep nesting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from errlint.catalogue.importers.blocks import Block, Heading, Item, Paragraph, Row, Sample, table

if TYPE_CHECKING:
    from lxml.etree import _Element

_SKIPPED = {"script", "style", "nav", "footer", "aside", "template", "svg", "head", "button", "select", "iframe", "noscript", "form"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ITEMS = {"li", "dd"}
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "q",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})  # fmt: skip
_SPACE = re.compile(r"\s+")
_MOST_COLUMNS = 40
_MOST_ROWSPAN = 500


def read_webpage(text: str) -> list[Block]:
    """The blocks of a page; scripts, styles, navigation and footers are no part of what it says."""
    return list(_Reader(0).read(text))


def read_fragment(text: str, line: int) -> list[Block]:
    """The blocks of a piece of HTML inside a page, whose first line is ``line`` of the page."""
    return list(_Reader(line - 1).read(text))


class _Reader:
    """Walks over the tree without recursion: text gathers until something begins that stands on its own."""

    def __init__(self, offset: int) -> None:
        self._offset = offset
        self._text: list[str] = []
        self._line = 0
        self._items = 0

    def read(self, text: str) -> Iterator[Block]:
        from lxml import etree

        # as bytes, so that neither a declaration in the text nor the platform decides on the encoding
        root = etree.fromstring(text.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True))
        if root is None:
            return
        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start" and (tag in _SKIPPED or _is_hidden(element)):
                events.skip_subtree()
                continue
            if event == "start":
                whole = self._whole(element, tag)
                if whole is not None:
                    yield from self._flush()
                    yield from whole
                    events.skip_subtree()
                    continue
                yield from self._open(element, tag)
            elif tag not in _SKIPPED and not _is_whole(tag) and not _is_hidden(element):
                yield from self._close(tag)
            if event == "end":
                self._say(element.tail, element)
        yield from self._flush()

    def _whole(self, element: _Element, tag: str) -> list[Block] | None:
        """The blocks of an element that is taken as a whole."""
        line = self._line_of(element)
        if tag in _HEADINGS:
            text = _text(element)
            return [Heading(line, _HEADINGS[tag], text)] if text else []
        if tag == "pre":
            return [Sample(line, "".join(_all_text(element)).strip("\n"), _language(element))]
        if tag == "table":
            return self._table(element)
        return None

    def _open(self, element: _Element, tag: str) -> Iterator[Block]:
        if tag == "br":
            self._text.append("\n")
        elif tag not in _INLINE:
            if tag != "dd" or self._text[-1:] != [": "]:  # a term and its definition are one entry
                yield from self._flush()
            self._items += tag in _ITEMS
        self._say(element.text, element)

    def _close(self, tag: str) -> Iterator[Block]:
        if tag == "dt":
            self._text.append(": ")
        elif tag not in _INLINE:
            yield from self._flush()
            self._items -= tag in _ITEMS

    def _say(self, text: str | None, element: _Element) -> None:
        if text and (text.strip() or self._text):
            if not self._text:
                self._line = self._line_of(element)
            self._text.append(_SPACE.sub(" ", text))

    def _flush(self) -> Iterator[Block]:
        text = "\n".join(" ".join(line.split()) for line in "".join(self._text).split("\n")).strip()
        self._text.clear()
        if text:
            yield Item(self._line, text) if self._items else Paragraph(self._line, text)

    def _table(self, element: _Element) -> list[Block]:
        pending: dict[int, tuple[int, str]] = {}
        own = (tr for tr in element.iter("tr") if next(tr.iterancestors("table")) is element)
        rows = [row for row in (Row(self._line_of(tr), _cells(tr, pending)) for tr in own) if row.cells]
        return [table(rows[0], rows[1:])] if len(rows) > 1 else []

    def _line_of(self, element: _Element) -> int:
        line: int | None = element.sourceline  # type: ignore[assignment]
        return (line or 1) + self._offset


def _is_whole(tag: str) -> bool:
    return tag in _HEADINGS or tag in {"pre", "table"}


def _is_hidden(element: _Element) -> bool:
    return element.get("hidden") is not None or "display:none" in (element.get("style") or "").replace(" ", "")


def _cells(tr: _Element, pending: dict[int, tuple[int, str]]) -> tuple[str, ...]:
    """The cells of a row, with those that reach into it from rows above (``pending``: column to rows left and text)."""
    cells: list[str] = []

    def take_pending() -> None:
        while len(cells) in pending and len(cells) < _MOST_COLUMNS:
            left, text = pending.pop(len(cells))
            if left > 1:
                pending[len(cells)] = (left - 1, text)
            cells.append(text)

    for cell in tr:
        if cell.tag not in {"td", "th"}:
            continue
        take_pending()
        text = _text(cell)
        for _ in range(min(_number(cell.get("colspan")), _MOST_COLUMNS - len(cells))):
            rows = min(_number(cell.get("rowspan")), _MOST_ROWSPAN)
            if rows > 1:
                pending[len(cells)] = (rows - 1, text)
            cells.append(text)
    take_pending()
    return tuple(cells)


def _number(text: str | None) -> int:
    return max(int(text), 1) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1


def _text(element: _Element) -> str:
    """The words of an element, list entries and lines apart."""
    return " ".join("".join(_all_text(element, " ")).split())


def _all_text(element: _Element, between: str = "") -> Iterator[str]:
    """The text in an element but for what is no content; ``between`` stands for the edge of a block or a line break."""
    from lxml import etree

    walk = etree.iterwalk(element, events=("start", "end"))
    for event, one in walk:
        tag = one.tag if isinstance(one.tag, str) else ""
        if event == "start" and tag in {"script", "style", "button", "svg", "template"}:
            walk.skip_subtree()
        elif event == "start":
            yield "\n" if tag == "br" and not between else ("" if tag in _INLINE - {"br"} else between)
            yield one.text or ""
        elif one is not element:
            yield between if tag not in _INLINE else ""
            yield one.tail or ""


def _language(element: _Element) -> str:
    """What a sample is written in, by the class names that highlighters use."""
    for one in (element, *element.iter("code")):
        for name in (one.get("class") or "").split():
            kind, _, language = name.partition("-")
            if kind in {"language", "lang", "highlight", "brush"} and language:
                return language.lower()
    return ""
