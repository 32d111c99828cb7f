"""Markdown (CommonMark with tables, and the HTML and components that such pages are full of) as blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from errlint.catalogue.importers.blocks import Block, Heading, Item, Paragraph, Row, Sample, table

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


def read_markdown(text: str) -> list[Block]:
    """The blocks of a Markdown text."""
    from markdown_it import MarkdownIt

    head, text = _without_front_matter(text)
    return [*head, *_blocks(MarkdownIt("commonmark").enable("table").parse(text))]


def _without_front_matter(text: str) -> tuple[list[Block], str]:
    """The title in the YAML at the top, and the text with blank lines in its place."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return [], text
    title = _TITLE.search(found[1])
    head: list[Block] = []
    if title is not None:
        head.append(Heading(2 + found[1].count("\n", 0, title.start()), 1, title[1].strip("\"'")))
    return head, "\n" * found[0].count("\n") + text[found.end() :]


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    at = 0
    quoted = listed = 0
    while at < len(tokens):
        token = tokens[at]
        line = token.map[0] + 1 if token.map else 0
        if token.type in {"blockquote_open", "blockquote_close"}:
            quoted += token.nesting
        elif token.type in {"list_item_open", "list_item_close"}:
            listed += token.nesting
        elif token.type == "heading_open":
            text = _plain(tokens[at + 1].children or ())
            # what a page quotes does not divide it
            yield Paragraph(line, text) if quoted else Heading(line, int(token.tag[1:]), text)
            at += 2
        elif token.type == "inline":
            text = _plain(token.children or ())
            yield Item(line, text) if listed else Paragraph(line, text)
        elif token.type in {"fence", "code_block"}:
            language = token.info.split()[0].lower() if token.info.split() else ""
            yield Sample(line + (token.type == "fence"), token.content, language)
        elif token.type == "html_block":
            yield from _html(token.content, line)
        elif token.type == "table_open":
            end = next(index for index in range(at, len(tokens)) if tokens[index].type == "table_close")
            rows = _rows(tokens[at:end])
            yield table(rows[0], rows[1:])
            at = end
        at += 1


def _rows(tokens: Sequence[Token]) -> list[Row]:
    rows: list[Row] = []
    cells: list[str] = []
    line = 0
    for token in tokens:
        if token.type == "tr_open":
            cells, line = [], token.map[0] + 1 if token.map else line
        elif token.type == "inline":
            cells.append(" ".join(_plain(token.children or ()).split()))
        elif token.type == "tr_close":
            rows.append(Row(line, tuple(cells)))
    return rows


def _plain(tokens: Iterable[Token]) -> str:
    """The words of inline markup."""
    return "".join(_piece(token) for token in tokens).strip()


def _piece(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    if token.type == "html_inline":
        return "\n" if token.content.startswith(("<br", "</p", "</li")) else ""
    return token.content if token.type in {"text", "code_inline", "text_special"} else ""


def _html(text: str, line: int) -> Iterator[Block]:
    from errlint.catalogue.importers.webpage import read_fragment

    yield from read_fragment(text, line)
