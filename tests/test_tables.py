"""Tables of the command line fit the terminal, and lose nothing of what is in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from errlint.cli.tables import table
from errlint.terminal import Style

_CELL = st.text("abcXYZ_-", max_size=30)
_TEXT = st.lists(st.text("abcxyz", min_size=1, max_size=12), max_size=12).map(" ".join)
_ROWS = st.lists(st.tuples(_CELL, _CELL, _CELL, _TEXT), max_size=5)
_HEADINGS = ("Code", "Status", "Retry", "What it means")


@given(rows=_ROWS, width=st.integers(40, 200))
def test_a_table_fits_the_terminal_and_loses_nothing(rows: list[tuple[str, ...]], width: int) -> None:
    lines = "".join(table(_HEADINGS, rows, Style(width=width))).split("\n")
    assert all(len(line) <= width for line in lines)
    assert sorted(" ".join(lines).split()) == sorted(word for row in [_HEADINGS, *rows] for cell in row for word in cell.split())


def test_what_does_not_fit_beside_the_first_columns_stands_below_them() -> None:
    lines = "".join(table(("Rule", "Name", "What it finds"), [("ERR1", "a" * 20, "a mistake of some length")], Style(width=40)))
    assert lines == f"Rule  Name\n    What it finds\nERR1  {'a' * 20}\n    a mistake of some length\n"
