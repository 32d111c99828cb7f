"""Tables as facts: codes with their statuses, statuses with what to do about them, headers, fields."""

from __future__ import annotations

import re
from collections.abc import Sequence

from errlint.catalogue.importers.advice import advice, refine, together
from errlint.catalogue.importers.blocks import Row, Table
from errlint.catalogue.importers.columns import Role, roles, verdict_of_cell
from errlint.catalogue.importers.facts import ENVELOPE, Advice, Facts, Place, code, status
from errlint.catalogue.importers.prose import read_cell, read_header, read_prose
from errlint.catalogue.importers.section import Section
from errlint.catalogue.importers.tokens import codes_in_cell, is_nothing, is_number, is_wildcard, statuses, with_exceptions

_OTHER_DECIDES = re.compile(r"\bdepend(?:s|ing)? (?:up)?on (?:the |its )?(?:error |http )?(code|status)\b(?! code)", re.IGNORECASE)
_TELLING = (Role.MEANING, Role.NOTES, Role.ACTION, Role.RETRY)
"""Columns whose cells may name headers, besides what they say of their row."""
_MARKS = tuple("✓✔✅☑✗✘❌✕×")
_SOME = re.compile(r"\b(?:common|example|typical|possible|sample|e\.?g)\b", re.IGNORECASE)


def read_table(table: Table, section: Section, source: int, facts: Facts) -> None:
    """Take down what a table says."""
    found = roles(table)
    if Role.CODE in found and Role.STATUS in found and _is_summary(table, found):
        _summary(table, found, source, facts)
    elif Role.CODE in found and Role.HEADER not in found:
        _codes(table, found, section, source, facts)
    elif Role.HEADER in found:
        for row in table.rows:
            rest = " ".join(cell for index, cell in enumerate(row.cells) if index != found.index(Role.HEADER))
            name = row.cells[found.index(Role.HEADER)].strip("` :")
            read_header(name, rest, section.statuses, Place(source, row.line), facts)
    elif Role.STATUS in found:
        _statuses(table, found, source, facts)
    else:
        _words(table, found, section, source, facts)


def _is_summary(table: Table, found: Sequence[Role]) -> bool:
    """Whether each row is a status with the codes that are common under it, rather than a code; in whatever order the columns stand."""
    key, listed = found.index(Role.STATUS), found.index(Role.CODE)
    keys = [row.cells[key] for row in table.rows]
    several = sum(len(codes_in_cell(row.cells[listed])) > 1 or "*" in row.cells[listed] for row in table.rows)
    # one row of two codes that are told apart in nothing makes no summary
    return len(set(keys)) == len(keys) and (2 * several >= len(table.rows) or bool(_SOME.search(table.header.cells[listed])))


def _summary(table: Table, found: Sequence[Role], source: int, facts: Facts) -> None:
    _statuses(table, found, source, facts)
    for row in table.rows:
        keys = [int(key) for key in _meant(row.cells[found.index(Role.STATUS)]) if key.isdigit()]
        for name in codes_in_cell(row.cells[found.index(Role.CODE)]):
            for key in keys:
                subject = ("pattern", name) if is_wildcard(name) else code(name)
                facts.add(subject, "status", key, Place(source, row.line), "summary")


def _codes(table: Table, found: Sequence[Role], section: Section, source: int, facts: Facts) -> None:
    column = found.index(Role.CODE)
    here = [key for key in section.statuses if key.isdigit()]
    known = all(row.cells[index] for row in table.rows for index in _all(found, Role.STATUS)) if Role.STATUS in found else len(here) == 1
    if known:
        some = any(_SOME.search(table.header.cells[index]) for index in _all(found, Role.STATUS))
        facts.add(ENVELOPE, "code_statuses", "typical" if some else "complete", Place(source, table.header.line))
    missed = [row for row in table.rows if row.cells[column] and not _names(row.cells[column])]
    for row in table.rows:
        at = Place(source, row.line)
        said = _advice(row, found) or section.verdict
        own = [key for index in _all(found, Role.STATUS) for key in _meant(row.cells[index])]
        for name in _names(row.cells[column]):
            subject = ("pattern", name) if is_wildcard(name) else code(name)
            facts.add(subject, "listed", True, at)
            for key in own or (here if len(here) == 1 and len(section.statuses) == 1 else []):
                if key.isdigit():
                    facts.add(subject, "status", int(key), at)
                else:
                    facts.doubt(f"{name}: the page gives the class {key}, not the status", at)
            if said is not None:
                facts.add(subject, "advice", said, at, "inferred" if said.inferred else "stated")
            _texts(row, found, subject, at, facts)
        for index in _all(found, *_TELLING):
            read_cell(row.cells[index], own or section.statuses, at, facts)
    for row in missed:
        facts.doubt(f"“{row.cells[column][:60]}” in a column of codes is no code", Place(source, row.line))
    if Role.STATUS not in found and len(section.statuses) > 1:
        names = ", ".join(name for row in table.rows[:3] for name in _names(row.cells[column]))
        facts.doubt(f"which of {'/'.join(section.statuses)} {names} … come with is not said", Place(source, table.header.line))


def _meant(cell: str) -> list[str]:
    """The statuses that a cell is about, those that it leaves out aside."""
    return statuses(with_exceptions(cell)[0])


def _names(cell: str) -> list[str]:
    return codes_in_cell(cell) or ([cell.strip("` ")] if is_number(cell) else [])


def _texts(row: Row, found: Sequence[Role], subject: tuple[str, ...], at: Place, facts: Facts) -> None:
    for index in _all(found, Role.MEANING)[:1]:
        if not is_nothing(row.cells[index]):
            facts.add(subject, "meaning", row.cells[index], at)
    for index in _all(found, Role.MESSAGE)[:1]:
        if row.cells[index] and subject[0] == "code":
            facts.add(subject, "message", row.cells[index].strip('"“”'), at)
    for index in _all(found, Role.TYPE)[:1]:
        for kind in codes_in_cell(row.cells[index])[:1]:
            facts.add(subject, "type", kind, at)


def _statuses(table: Table, found: Sequence[Role], source: int, facts: Facts) -> None:
    for row in table.rows:
        at = Place(source, row.line)
        said = _advice(row, found)
        for key in _meant(row.cells[found.index(Role.STATUS)]):
            if key < "3":
                continue
            facts.add(status(key), "listed", True, at)
            if said is not None:
                facts.add(status(key), "advice", said, at, "inferred" if said.inferred else "stated")
            for text in [text for index in _all(found, Role.MEANING, Role.MESSAGE) if not is_nothing(text := row.cells[index])][:1]:
                facts.add(status(key), "meaning", text, at)
        for text in (row.cells[index] for index in _all(found, *_TELLING)):
            read_cell(text, _meant(row.cells[found.index(Role.STATUS)]), at, facts)


def _advice(row: Row, found: Sequence[Role]) -> Advice | None:
    """What a row says about a retry: its yes or no, its remedies, its meaning."""
    remedies = [row.cells[index] for index in _all(found, Role.ACTION, Role.NOTES)]
    meanings = [row.cells[index] for index in _all(found, Role.MEANING)]
    said: Advice | None = None
    for text in remedies:
        said = together(said, advice(text))
    # beside a verdict every text is about what to do
    has_verdict = Role.RETRY in found
    for text in meanings:
        said = together(said, advice(text, imperative=has_verdict))
    other = _OTHER_DECIDES.search(" ".join(row.cells[index] for index in _all(found, Role.RETRY, Role.ACTION, Role.NOTES)))
    if other is not None:
        return (
            Advice("by_code" if Role.CODE not in found else "by_status") if (other[1].lower() == "code") != (Role.CODE in found) else said
        )
    if not has_verdict:
        return said
    cell = row.cells[found.index(Role.RETRY)]
    verdict = verdict_of_cell(cell)
    rest = re.sub(r"^\W*\w+\W*" if cell[:1] not in _MARKS else r"^\W*", "", cell)
    if rest:
        said = together(advice(cell if verdict != "no" else rest), said)
    return refine(verdict, said, rest) if verdict else said


def _words(table: Table, found: Sequence[Role], section: Section, source: int, facts: Facts) -> None:
    """A table of anything else: fields with their descriptions, or prose in columns."""
    for row in table.rows:
        name, *rest = row.cells
        text = " ".join(rest)
        if Role.FIELD in found[:1] or Role.CODE in found[:1] or "." in name or "_" in name:
            text = f"{name.strip('`')}: {text}"
        read_prose(text, Place(source, row.line), facts, of_errors=section.of_errors)


def _all(found: Sequence[Role], *wanted: Role) -> list[int]:
    return [index for index, role in enumerate(found) if role in wanted]
