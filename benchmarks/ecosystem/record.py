"""The record: what a person decided about each finding in the corpus, and how findings of today find their verdict again.

A verdict belongs to a rule, a file of a package and the *text* of the line, not to its number: code above may come and go. Equal
lines of one file are told apart by their order.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

VERDICTS = ("right", "wrong", "debatable")

_JUDGEMENT = re.compile(
    r"(?P<verdict>\S+)\s+(?P<rule>\S+)\s+(?P<package>\S+)\s+(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?(?:\s+(?P<why>.*))?"
)


class RecordProblem(Exception):
    """The record or a file of judgements cannot be used as it is."""


@dataclass(frozen=True, order=True)
class Place:
    """Where a rule spoke: package, path in it (``/``), 1-based line and column, rule, and the text of the line with single spaces."""

    package: str
    path: str
    line: int
    column: int
    rule: str
    snippet: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays the same when lines shift."""
        return (self.package, self.path, self.rule, self.snippet)


@dataclass(frozen=True, order=True)
class Judged:
    """A place, the verdict on what the rule said there (one of :data:`VERDICTS`), and why."""

    place: Place
    verdict: str
    why: str


@dataclass(frozen=True)
class Comparison:
    """Findings beside the record: ``judged`` stand at today's lines, ``new`` wait for a verdict, ``vanished`` are no longer found."""

    judged: tuple[Judged, ...]
    new: tuple[Place, ...]
    vanished: tuple[Judged, ...]


@dataclass(frozen=True)
class Score:
    """How one rule does by the record; ``findings`` counts today's, the rest today's findings with that verdict."""

    findings: int
    right: int
    wrong: int
    debatable: int

    @property
    def judged(self) -> int:
        """Findings with any verdict."""
        return self.right + self.wrong + self.debatable

    @property
    def precision(self) -> float | None:
        """right / (right + wrong), or None when neither was found; debatable ones count for nothing."""
        decided = self.right + self.wrong
        return self.right / decided if decided else None


def normalise(line: str) -> str:
    """The text of a line without indentation and with single spaces: re-indenting code keeps its verdicts."""
    return " ".join(line.split())


def read_record(path: Path) -> tuple[Judged, ...]:
    """Read one JSON object a line; a file that does not exist is an empty record.

    :raises RecordProblem: for a line that is not a judged finding.
    """
    if not path.is_file():
        return ()
    entries = []
    # bytes: a text line may hold U+2028, where str.splitlines() would break it
    with path.open("rb") as rows:
        for number, line in enumerate(rows, 1):
            try:
                row = json.loads(line)
                entry = Judged(verdict=row.pop("verdict"), why=row.pop("why"), place=Place(**row))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise RecordProblem(f"{path}:{number}: not a judged finding: {error}") from error
            _require_usable(entry, f"{path}:{number}")
            entries.append(entry)
    return tuple(sorted(entries))


def write_record(path: Path, entries: Iterable[Judged]) -> None:
    """Write the entries sorted, one a line, so that a changed verdict is a changed line."""
    rows = (asdict(entry.place) | {"verdict": entry.verdict, "why": entry.why} for entry in sorted(entries))
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def compare(found: Sequence[Place], record: Sequence[Judged]) -> Comparison:
    """Give today's findings the verdicts of the record."""
    places: dict[tuple[str, str, str, str], list[Place]] = defaultdict(list)
    entries: dict[tuple[str, str, str, str], list[Judged]] = defaultdict(list)
    for place in sorted(found):
        places[place.key].append(place)
    for entry in sorted(record):
        entries[entry.place.key].append(entry)
    judged: list[Judged] = []
    new: list[Place] = []
    vanished: list[Judged] = []
    for key in places.keys() | entries.keys():
        pairs = _pairs(places[key], entries[key])
        judged += [replace(entry, place=place) for place, entry in pairs]
        new += set(places[key]) - {place for place, _ in pairs}
        vanished += set(entries[key]) - {entry for _, entry in pairs}
    return Comparison(tuple(sorted(judged)), tuple(sorted(new)), tuple(sorted(vanished)))


def _pairs(places: list[Place], entries: list[Judged]) -> list[tuple[Place, Judged]]:
    """Pair equal lines of one file, both sorted by line: in order, and when some came or went, those that stayed in place first."""
    if len(places) == len(entries):
        return list(zip(places, entries, strict=True))
    by_spot = {_spot(entry.place): entry for entry in entries}
    stayed = [(place, by_spot[_spot(place)]) for place in places if _spot(place) in by_spot]
    spots = {_spot(place) for place, _ in stayed}
    moved = [place for place in places if _spot(place) not in spots]
    left = [entry for entry in entries if _spot(entry.place) not in spots]
    return stayed + list(zip(moved, left, strict=False))


def _spot(place: Place) -> tuple[int, int]:
    return (place.line, place.column)


def scores(comparison: Comparison) -> dict[str, Score]:
    """Per rule, sorted by its identifier; a rule of which everything vanished is listed with zero findings."""
    rules = {entry.place.rule for entry in (*comparison.judged, *comparison.vanished)} | {place.rule for place in comparison.new}
    table = {}
    for rule in sorted(rules):
        verdicts = [entry.verdict for entry in comparison.judged if entry.place.rule == rule]
        waiting = sum(place.rule == rule for place in comparison.new)
        right, wrong, debatable = (verdicts.count(verdict) for verdict in VERDICTS)
        table[rule] = Score(len(verdicts) + waiting, right, wrong, debatable)
    return table


def read_judgements(text: str, found: Iterable[Place]) -> tuple[Judged, ...]:
    """Read lines ``VERDICT RULE PACKAGE PATH:LINE why``, as printed for triage with ``?`` instead of a verdict.

    ``PATH:LINE`` speaks of everything the rule found on the line, ``PATH:LINE:COLUMN`` of one finding. Lines that are empty, start with
    ``#`` or still say ``?`` are passed over.

    :raises RecordProblem: for a line of another form, an unknown verdict, a missing reason, or a place where nothing is found.
    """
    on_line: dict[tuple[str, str, str, int], list[Place]] = defaultdict(list)
    for place in found:
        on_line[place.rule, place.package, place.path, place.line].append(place)
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith(("#", "?")):
            continue
        match = _JUDGEMENT.fullmatch(line.strip())
        if match is None:
            raise RecordProblem(f"line {number}: expected 'VERDICT RULE PACKAGE PATH:LINE why', not: {line}")
        rule, package, path, column = match["rule"], match["package"], match["path"], match["column"]
        meant = [place for place in on_line[rule, package, path, int(match["line"])] if column is None or place.column == int(column)]
        if not meant:
            raise RecordProblem(f"line {number}: {rule} is not found at {package} {path}:{match['line']}")
        for place in meant:
            entry = Judged(place, match["verdict"], (match["why"] or "").strip())
            _require_usable(entry, f"line {number}")
            entries.append(entry)
    return tuple(entries)


def _require_usable(entry: Judged, where: str) -> None:
    if entry.verdict not in VERDICTS:
        raise RecordProblem(f"{where}: the verdict is one of {', '.join(VERDICTS)}, not '{entry.verdict}'")
    if not entry.why:
        raise RecordProblem(f"{where}: a verdict needs its reason")


def merge(comparison: Comparison, judgements: Iterable[Judged]) -> tuple[Judged, ...]:
    """The record with the new judgements in it, the latest on a place standing; vanished findings are kept."""
    today = {entry.place: entry for entry in (*comparison.judged, *judgements)}
    return tuple(sorted((*today.values(), *comparison.vanished)))
