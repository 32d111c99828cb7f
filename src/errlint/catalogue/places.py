"""Where a value of an error stands, and the notation for places in JSON."""

from __future__ import annotations

import re

from errlint.lean import dataclass
from errlint.regex import later

Step = int | str
"""A key, an index, or ``"*"`` for every element."""

CASES = {
    "UPPER_SNAKE": later(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*"),
    "lower_snake": later(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"),
    "camelCase": later(r"[a-z][A-Za-z0-9]*"),
    "PascalCase": later(r"[A-Z][A-Za-z0-9]*"),
}
"""How codes are spelt."""
_STEP = later(r"""\.([A-Za-z_@][\w@-]*) | \[(\d+)\] | \[(\*)\] | \["([^"\\*]+)"\] | \['([^'\\*]+)'\]""", re.VERBOSE)


@dataclass(frozen=True, slots=True)
class Place:
    """One place; exactly one of ``json``, ``header``, ``xml`` and ``sdk_attr`` is not None.

    ``json`` holds the steps from the root of the body, ``header`` the name as documented (compare without regard to case).
    """

    json: tuple[Step, ...] | None = None
    header: str | None = None
    xml: str | None = None
    sdk_attr: str | None = None
    type: str = "str"
    case: str = ""
    optional: bool = False
    shapes: tuple[str, ...] = ()

    def spells(self, name: str) -> bool:
        """Whether a code may be spelt like this; True if nothing is known of that."""
        return not self.case or CASES[self.case].fullmatch(name) is not None

    def __str__(self) -> str:
        """How people write it: ``$.error.code``, ``header X-Request-Id``, ``.request_id``."""
        if self.json is not None:
            return "$" + "".join(_written(step) for step in self.json)
        if self.header is not None:
            return f"header {self.header}"
        return f"xml {self.xml}" if self.xml is not None else f".{self.sdk_attr}"


def parse_json_path(text: str) -> tuple[Step, ...] | None:
    """The steps of ``$.error.code``, ``$.errors[*].code``, ``$[0].errorCode`` or ``$["odd key"]``; None if ``text`` is none of these."""
    if not text.startswith("$"):
        return None
    steps: list[Step] = []
    at = 1
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            return None
        key, index, star, double, single = found.groups()
        steps.append(int(index) if index else key or star or double or single)
        at = found.end()
    return tuple(steps)


def _written(step: Step) -> str:
    if isinstance(step, int) or step == "*":
        return f"[{step}]"
    return f".{step}" if _STEP.fullmatch(f".{step}") else f'["{step}"]'
