"""Tables whose cells ran together: ``CodeTypical statusMeaning``, ``invalid_request400, 405Malformed body``.

The titles are told apart by their capitals; the cells by what their columns hold, so at most one column, the last, is free text.
"""

from __future__ import annotations

import re

from errlint.catalogue.importers.columns import Role, role_of_title
from errlint.lean import dataclass

_SEAM = re.compile(r"(?<=[a-z?)])(?=[A-Z])")
_CELLS = {
    Role.STATUS: r"([1-5](?:\d\d|xx)(?:\s*(?:,|/|or|and|-|–)\s*[1-5](?:\d\d|xx))*)",
    # the shortest name after which something else begins: a number, a sentence with a capital, a verdict
    Role.FIELD: r"([A-Za-z_][A-Za-z0-9_.\[\]]*?)(?=(?:string|integer|number|boolean|bool|int|float|array|object|list)\b|"
    r"(?:string|integer|number|boolean|bool|int|float|array|object|list)[A-Z])",
    Role.CODE: r"([a-z][a-z0-9]*(?:[_.-][a-z0-9]+)*?|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*?)"
    r"(?=[1-5]\d\d(?!\d)|[1-5]xx|[A-Z][a-z]|[A-Z]\s|[\"'(]|$)",
    Role.TYPE: r"([a-z][a-z0-9]*(?:_[a-z0-9]+)*?)(?=[1-5]\d\d(?!\d)|[A-Z][a-z]|[A-Z]\s|[\"'(]|$)",
    Role.RETRY: r"(Yes|No|Maybe|Sometimes|true|false|✓|✗|✅|❌|-)",
    Role.HEADER: r"([A-Za-z]+(?:-[A-Za-z]+)*?)(?=[A-Z][a-z]+\s|[A-Z]\s|[\"'(]|$)",
}
_JSON_TYPE = r"((?:array of )?(?:string|integer|number|boolean|bool|int|float|array|object|list)s?)"


@dataclass(frozen=True, slots=True)
class Glued:
    """The titles of such a table, and how to cut its rows."""

    titles: tuple[str, ...]
    pattern: re.Pattern[str]

    def cells(self, line: str) -> tuple[str, ...] | None:
        """The cells of a row; None if the line is none of the table."""
        found = self.pattern.fullmatch(line.strip())
        return tuple(cell.strip() for cell in found.groups()) if found else None


def glued_header(line: str) -> Glued | None:
    """The shape of the table whose titles a line consists of; None if it is anything else."""
    titles = tuple(part.strip() for part in _SEAM.split(line.strip()))
    if not 2 <= len(titles) <= 6 or len(line) > 100 or any(len(title.split()) > 4 for title in titles):
        return None
    found = [role_of_title(title) for title in titles]
    if found[:2] == [Role.FIELD, Role.TYPE]:
        return Glued(titles, re.compile(_CELLS[Role.FIELD] + _JSON_TYPE + r"(\S.*)")) if len(titles) == 3 else None
    last = len(titles) - 1
    if (
        found[0] not in {Role.CODE, Role.STATUS, Role.TYPE, Role.HEADER}
        or not all(role in _CELLS for role in found[:-1])
        or Role.OTHER in found
    ):
        return None
    pieces = [_CELLS[role] if index < last or role in {Role.STATUS, Role.RETRY} else r"(\S.*)" for index, role in enumerate(found)]
    return Glued(titles, re.compile("".join(pieces)))
