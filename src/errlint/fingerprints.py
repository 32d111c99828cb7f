"""What stays the same of a finding when code above it comes and goes.

Two hashes: the one that GitHub's code scanning knows findings by, and errlint's own, for GitLab, reviewdog's consumers and baselines.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable

from errlint.model import Finding

_WINDOW = 100
"""UTF-16 units that the hash of a line looks at."""
_BASE = 37
_MODULUS = 1 << 64
_END_OF_FILE = 0xFFFF


def line_hashes(text: str) -> list[str]:
    """``primaryLocationLineHash`` of every line (github/codeql-action, ``fingerprints.ts``): ``"hash:n"`` for the n-th line with this hash.

    The hash of a line is a polynomial over the 100 UTF-16 units from its first character on, white space left out and line ends made
    ``\\n``; after the end of the file come 0xFFFF and zeros.
    """
    units, starts = _units(text)
    units += [_END_OF_FILE, *[0] * _WINDOW]
    first = pow(_BASE, _WINDOW, _MODULUS)
    rolling, hashes = 0, {}
    wanted = {start + _WINDOW for start in starts}
    for position, unit in enumerate(units):
        leaving = units[position - _WINDOW] if position >= _WINDOW else 0
        rolling = (rolling * _BASE + unit - first * leaving) % _MODULUS
        if position + 1 in wanted:
            hashes[position + 1 - _WINDOW] = rolling
    seen: Counter[int] = Counter()
    found = []
    for start in starts:
        value = hashes[start]
        seen[value] += 1
        found.append(f"{value:x}:{seen[value]}")
    return found


def _units(text: str) -> tuple[list[int], list[int]]:
    """The units that count, and for each line the index of its first one."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "").encode("utf-16-le", "surrogatepass")
    units = [int.from_bytes(raw[index : index + 2], "little") for index in range(0, len(raw), 2)]
    starts, at_start = [], True
    for index, unit in enumerate([*units, _END_OF_FILE]):
        if at_start:
            starts.append(index)
        at_start = unit == ord("\n")
    return units, starts


def fingerprints(findings: Iterable[Finding], statement: Callable[[Finding], str]) -> list[str]:
    """One for each finding, in order: of rule, path and the code of its statement without white space, with a number for equal ones.

    :param statement: the source text of the lines of a finding's statement.
    """
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        code = "".join(statement(finding).split())
        key = "\0".join((finding.rule, finding.location.path, code))
        seen[key] += 1
        found.append(hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")).hexdigest()[:40])
    return found
