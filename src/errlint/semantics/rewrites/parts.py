"""The words of retry libraries, as their sheets have them: which part says what, and how a call gets an argument more."""

from __future__ import annotations

import libcst as cst

from errlint.model import Edit
from errlint.semantics.retries.library.calls import RetrySite
from errlint.semantics.rewrites.writing import Writing
from errlint.sheets.libraries import Libraries
from errlint.sheets.retry import Says


def part_that_says(libraries: Libraries, library: str, word: Says) -> str | None:
    """The dotted name of the part of a library whose only argument says just this."""
    for sheet in libraries.sheets:
        for entry in sheet.retry if sheet.library.id == library else ():
            if not entry.covers and [argument.says for argument in entry.arguments] == [(word,)]:
                return entry.names[0]
    return None


def added(writing: Writing, site: RetrySite, code: str) -> tuple[Edit, ...]:
    """An argument more; the bare name of a decorator becomes a call."""
    if isinstance(site.node, cst.Call):
        return writing.listing.add_argument(site.node, code)
    return (writing.replace(site.node, f"{writing.code(site.node)}({code})"),)
