"""What the columns of a table hold: their titles say what they are called, their cells what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from errlint.catalogue.importers.blocks import Table
from errlint.catalogue.importers.tokens import codes_in_cell, is_header_cell, is_number, is_status_cell, is_wildcard, looks_like_code


class Role(Enum):
    """What a column is about."""

    STATUS = "status"
    CODE = "code"
    TYPE = "type"
    RETRY = "retry"
    ACTION = "action"
    MEANING = "meaning"
    NOTES = "notes"
    MESSAGE = "message"
    HEADER = "header"
    FIELD = "field"
    OTHER = "other"


_TITLES: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (Role.RETRY, r"\bre-?tr(y|yable|iable|ies|ied|ying)\b|\btransient\b|\bre-?send\b|\btry again\b"),
        (Role.HEADER, r"\bheaders?\b"),
        (Role.STATUS, r"\bstatus\b|^http( response)?( code)?$|^http error$|^response( code)?$"),
        (
            Role.ACTION,
            (r"\b(action|resolution|solution|fix|remedy|what to do|how to|handling|mitigation|recommend\w*|guidance|strategy|next steps?"
            r"|workaround|troubleshoot\w*|suggest\w*|advice|client)\b"),
        ),
        (Role.MESSAGE, r"\bmessages?\b|\berror text\b"),
        (Role.TYPE, r"\b(type|category|class)\b"),
        (Role.CODE, r"\bcodes?\b|\bidentifier\b|\bconstant\b|\benum\b|\bslug\b"),
        (Role.NOTES, r"^(notes?|comments?|remarks?)$"),
        (
            Role.MEANING,
            (r"\b(description|meaning|explanation|details?|when|causes?|reason|summary|definition|what it means|what happened|scenario"
            r"|condition|why|title)\b"),
        ),
        (Role.FIELD, r"\b(field|property|attribute|parameter|key|path)\b"),
        (Role.CODE, r"\b(errors?|name|exception)\b"),
    )
)  # fmt: skip
"""The first that fits counts: "Retryable error codes" is about retries, "HTTP status code" about statuses."""

_JSON_TYPES = {
    "string", "object", "integer", "number", "boolean", "array", "int", "float", "bool", "list", "uuid", "null", "str", "datetime",
    "url",
}  # fmt: skip
_YES = re.compile(r"(?:yes|y|true|✓|✔️?|✅|☑️?|retry(?:able|iable)?|safe|always|ok)\b|^[✓✔✅☑]", re.IGNORECASE)
_NO = re.compile(r"(?:no|n|false|✗|✘|❌|✕|×|never|don'?t|do not|not|non-?retryable|permanent)\b|^[✗✘❌✕×]", re.IGNORECASE)
_MAYBE = re.compile(r"(?:maybe|sometimes|depends|conditional(?:ly)?|possibly|only|after|once|if|with)\b", re.IGNORECASE)


def role_of_title(title: str) -> Role:
    """What a column is about, by its title alone."""
    words = " ".join(re.findall(r"[a-z]+(?:-[a-z]+)?", title.lower()))
    return next((role for role, pattern in _TITLES if pattern.search(words)), Role.OTHER)


def roles(table: Table) -> list[Role]:
    """What each column of a table is about. What the cells are overrules what the title says."""
    by_title = [role_of_title(title) for title in table.header.cells]
    found = [_role(role, table.column(index)) for index, role in enumerate(by_title)]
    numbered = [index for index, role in enumerate(found) if role is Role.STATUS and by_title[index] is not Role.STATUS]
    if numbered and any(role is Role.STATUS for index, role in enumerate(found) if index not in numbered):
        for index in numbered:  # numbers beside a column of statuses are codes of their own
            found[index] = Role.CODE
    if Role.CODE not in found and Role.TYPE in found:
        found[found.index(Role.TYPE)] = Role.CODE  # the type is what tells errors apart here
    if Role.CODE not in found:
        for index, role in enumerate(found):  # the first column names what a table is about
            if role in {Role.MEANING, Role.FIELD, Role.OTHER, Role.MESSAGE} and index < 2 and _are_codes(table.column(index), strict=True):
                found[index] = Role.CODE
                break
    return found


def verdict_of_cell(text: str) -> str:
    """What the cell of a retry column begins with: "yes", "no", "maybe", or nothing of them."""
    cell = text.strip().strip("*_` ")
    for verdict, pattern in (("no", _NO), ("yes", _YES), ("maybe", _MAYBE)):
        if pattern.match(cell):
            return verdict
    return ""


def _role(role: Role, cells: Sequence[str]) -> Role:
    if not cells:
        return role if role is Role.RETRY else Role.OTHER
    if _most(cells, is_status_cell) and role is not Role.RETRY:
        return Role.STATUS
    if role is Role.STATUS:
        return Role.CODE if _are_codes(cells) else Role.MEANING
    if role is Role.RETRY:
        return role if _most(cells, lambda cell: bool(verdict_of_cell(cell)), 0.6) else Role.ACTION
    if role is Role.HEADER:
        return role if _most(cells, is_header_cell, 0.6) else Role.OTHER
    if (
        role in {Role.FIELD, Role.OTHER, Role.CODE}
        and _most(cells, is_header_cell)
        and any(cell.lower().startswith(("x-", "retry-after", "`x-")) for cell in cells)
    ):
        return Role.HEADER
    if role is Role.CODE:
        return role if _are_codes(cells) or _most(cells, is_number) else Role.MEANING
    if role is Role.TYPE:
        return role if _are_codes(cells) and not {cell.lower().strip("`") for cell in cells} <= _JSON_TYPES else Role.OTHER
    return role


def _are_codes(cells: Sequence[str], *, strict: bool = False) -> bool:
    """Whether cells are codes; ``strict``: every second one has a form that nothing but a code has."""
    if not _most(cells, lambda cell: bool(codes_in_cell(cell)) and len(codes_in_cell(cell)) <= 12):
        return False
    formed = sum(any(looks_like_code(part) or is_wildcard(part) for part in codes_in_cell(cell)) for cell in cells)
    one_word = sum(len(codes_in_cell(cell)) == 1 for cell in cells)
    return 2 * formed >= len(cells) if strict else formed > 0 or one_word == len(cells)


def _most(cells: Sequence[str], test: object, share: float = 0.8) -> bool:
    assert callable(test)
    told = [cell for cell in cells if cell.strip() not in {"-", "–", "—", "n/a", "N/A"}]
    return bool(told) and sum(bool(test(cell)) for cell in told) >= share * len(told)
