"""What was measured, as tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from benchmarks.speed.measure import Cost
from benchmarks.speed.stages import Stage


def beside_each_other(rows: Sequence[tuple[str, Cost]]) -> None:
    """Costs, and the processor time of each tool as a multiple of errlint's."""
    own = rows[0][1].cpu
    _table(
        ("", "CPU s", "wall s", "MiB", f"CPU as a multiple of {rows[0][0]}'s"),
        [(name, f"{cost.cpu:.2f}", f"{cost.wall:.2f}", f"{cost.memory:.0f}", f"{cost.cpu / own:.2f}") for name, cost in rows],
    )


def as_multiples(rows: Sequence[tuple[str, Cost]]) -> None:
    """Processor times as multiples of the first row's."""
    bare = rows[0][1].cpu
    _table(("", "CPU ms", "multiple"), [(name, f"{cost.cpu * 1000:.0f}", f"{cost.cpu / bare:.1f}") for name, cost in rows])


def of_stages(found: Sequence[Stage], ended: Counter[str]) -> None:
    """What each stage costs, and where files end."""
    _table(
        ("stage", "files", "MB", "CPU s"),
        [(stage.name, f"{stage.files}", f"{stage.size / 1e6:.1f}", f"{stage.cpu:.2f}") for stage in found],
    )
    total = sum(ended.values())
    _table(("ended", "files", "share"), [(name, f"{count}", f"{count / total:.1%}") for name, count in ended.most_common()])


def of_differences(found: Sequence[tuple[str, Sequence[str]]]) -> None:
    """How each way of working differs from the plain one, and where."""
    _table(("way", "files that differ"), [(way, f"{len(files)}") for way, files in found])
    for way, files in found:
        for file in files:
            print(f"{way}: {file}")


def of_growth(name: str, rows: Sequence[tuple[int, Cost]]) -> None:
    """How the time grows from row to row."""
    first_size, first = rows[0]
    _table(
        (name, "CPU s", "MiB", "times the size", "times the CPU"),
        [
            (f"{size}", f"{cost.cpu:.2f}", f"{cost.memory:.0f}", f"{size / first_size:.0f}", f"{cost.cpu / first.cpu:.1f}")
            for size, cost in rows
        ],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        first, *others = (
            cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *others)).rstrip())
    print()
