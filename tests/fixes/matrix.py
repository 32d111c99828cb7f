"""All proofs, and the table of what they show."""

from __future__ import annotations

import pkgutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from errlint.model import Safety
from tests.fixes import proofs
from tests.fixes.proof import Examined, Proof
from tests.harness.bench import Bench
from tests.harness.fixture import Fixture

PAGE = Path(__file__).parent.parent.parent / "docs" / "fixes.md"
_HEAD = """# Fixes, executed

Every kind of fix is executed: a client before and after it, on every answer that its API can give, against a server on loopback. An
answer is a code of the catalogue with one of its statuses and its documented or another text, a status alone, a way to say how long to
wait, a page of a proxy, a connection that is reset, silence, or a success. *Defect* counts the answers on which the client showed the
defect before the fix and does right after it; on all others, but for those in *changed*, it behaves as before: same requests, waits,
results, errors, logs. `make proofs` plays all of them and prints this page; the test suite plays a part, from one proof to the next
another, and holds the page against that.

"""

_LIBRARIES_HEAD = """## With which libraries

How many clients of each library a kind of fix was executed with, or why none.

"""
LIBRARIES = ("requests", "httpx", "aiohttp")
_SAME = "the edit is the same"
_ALWAYS_TRUE = "its answers are always true"
_NEVER_READ = "no retry layer for it reads Retry-After"
_STRICT = "urllib3 raises for a wait that it cannot read"
_NO_TYPES = "it has no types for single statuses"
NOT_SHOWN = {
    ("ERR102", "", "aiohttp"): _SAME,  # codes of a body, however it came
    ("ERR103", "", "httpx"): _SAME,  # a number is a number
    ("ERR103", "Compare with the text `…`", "requests"): _SAME,
    ("ERR103", "", "aiohttp"): _SAME,
    **{("ERR201", "Retry the errors whose type says that they may pass", library): _NO_TYPES for library in LIBRARIES},
    ("ERR201", "Retry only the statuses that may pass", "httpx"): _SAME,  # a list that other code reads, too
    ("ERR201", "Retry only the statuses that may pass", "aiohttp"): _SAME,
    ("ERR202", "", "aiohttp"): _SAME,  # lists of codes
    ("ERR205", "", "aiohttp"): _SAME,  # the wait itself
    ("ERR302", "Remove `…`", "aiohttp"): _NEVER_READ,  # so there is no argument that turns it off
    ("ERR302", "Remove `…`", "requests"): _STRICT,
    ("ERR502", "", "aiohttp"): _SAME,  # paths in a body
    ("ERR504", "", "httpx"): _ALWAYS_TRUE,
    ("ERR504", "", "aiohttp"): _ALWAYS_TRUE,
}
"""Why no client of a library is executed, by rule, and by kind of fix where its rule has others."""

_COLUMNS = ("Rule", "Fix", "Safety", "Client", "Written with", "API", "Answers", "Defect", "Changed")


def all_proofs() -> list[Proof]:
    """The proofs of all modules, in the order of their names."""
    modules = sorted(name for _, name, _ in pkgutil.iter_modules(proofs.__path__))
    return [proof for name in modules for proof in import_module(f"{proofs.__name__}.{name}").PROOFS]


Kind = tuple[str, str, str]
"""A rule, the kind of its fix, and what that claims: a safe fix and an unsafe one are two claims."""


def kinds_in(fixture: Fixture, bench: Bench) -> dict[Kind, str]:
    """Every kind of fix that a fixture shows, and the first place where."""
    found: dict[Kind, str] = {}
    for finding in bench.findings(fixture):
        if finding.fix is not None:
            found.setdefault((finding.rule, finding.fix.kind, finding.fix.safety.value), f"{fixture.shown}:{finding.location.line}")
    return found


def row(one: Examined) -> str:
    """What the table says of a proof."""
    cells = (
        *(one.proof.rule, one.proof.fix, one.safety.value, f"`{one.proof.call}` in [{one.proof.client}](../fixtures/{one.proof.client})"),
        *(one.library, one.proof.api, one.answers, one.defects, one.changed),
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def changes(one: Examined) -> str:
    """The answers on which the client behaves otherwise after an unsafe fix; empty for safe ones."""
    lines = [f"{turn}{_gathered(labels)}" for turn, labels in _turns(one).items()]
    return "\n".join([_title(one), *lines]) if lines else ""


def tells_of(text: str, one: Examined) -> bool:
    """Whether a page tells of each change of behaviour that was played, for an unsafe fix."""
    _, _, told = text.partition(_title(one) + "\n")
    block = told.partition("\n- ")[0]
    return all(turn in block for turn in _turns(one))


def _title(one: Examined) -> str:
    return f"- {one.proof.rule}, {one.proof.fix}: `{one.proof.call}` in `{one.proof.client}` with {one.library}"


def _turns(one: Examined) -> dict[str, list[str]]:
    """By what happened before an unsafe fix and after it, the labels of the answers; nothing for safe ones."""
    found: dict[str, list[str]] = defaultdict(list)
    for difference in one.differences if one.safety is Safety.UNSAFE else ():
        found[f"  - {difference.before.outcome} → {difference.after.outcome} on "].append(difference.answer.label)
    return found


def page(rows: Sequence[str], unsafe: Sequence[str]) -> str:
    """The table of all proofs, then what there is for each HTTP library, then where the unsafe fixes change what happens."""
    head = [_line(_COLUMNS), "|" + " --- |" * len(_COLUMNS)]
    changed = ["## Where unsafe fixes change what happens", "", *(text for text in unsafe if text)]
    return _HEAD + "\n".join([*head, *rows, "", *_by_library(rows), "", *changed]) + "\n"


def shown_with(rows: Iterable[str]) -> dict[Kind, Counter[str]]:
    """For each kind of fix, with how many clients it was executed by library, as the rows of the table say."""
    found: dict[Kind, Counter[str]] = defaultdict(Counter)
    for cells in (text.strip("| ").split(" | ") for text in rows):
        found[cells[0], cells[1], cells[2]].update(cells[4].split("+"))
    return found


def not_shown_with(kind: Kind, library: str) -> str:
    """Why there is no client of this library; empty if nobody has said so."""
    return next((NOT_SHOWN[found] for found in ((*kind[:2], library), (kind[0], "", library)) if found in NOT_SHOWN), "")


def _by_library(rows: Sequence[str]) -> list[str]:
    """For each kind of fix, the number of clients by library, or why there is none."""
    lines = [_line(("Rule", "Fix", "Safety", *LIBRARIES, "others")), "|" + " --- |" * (len(LIBRARIES) + 4)]
    for kind, clients in shown_with(rows).items():
        others = ", ".join(f"{library} {clients[library]}" for library in sorted(clients.keys() - set(LIBRARIES)))
        known = [str(clients[library] or not_shown_with(kind, library)) for library in LIBRARIES]
        lines.append(_line((*kind, *known, others)))
    return [*_LIBRARIES_HEAD.splitlines(), *lines]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _gathered(labels: Iterable[str]) -> str:
    """The labels, those that differ in the status only as one."""
    statuses: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        status, _, rest = label.partition(" ")
        statuses[rest].append(status.rstrip(","))
    return "; ".join(f"{', '.join(found)}{',' * rest.startswith('header')} {rest}".strip() for rest, found in statuses.items())
