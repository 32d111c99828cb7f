"""All proofs, and the table of what they show."""

from __future__ import annotations

import pkgutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from errlint.model import Safety
from tests.fixes import proofs
from tests.fixes.proof import FIXTURES, Examined, Proof
from tests.harness.bench import Bench
from tests.harness.fixture import Fixture, fixtures

PAGE = Path(__file__).parent.parent.parent / "docs" / "fixes.md"
_HEAD = """# Fixes, executed

Every kind of fix is executed: a client before and after it, on every answer that its API can give, against a server on loopback. An
answer is a code of the catalogue with one of its statuses and its documented or another text, a status alone, a way to say how long to
wait, a page of a proxy, a connection that is reset, silence, or a success. *Defect* counts the answers on which the client showed the
defect before the fix and does right after it; on all others, but for those in *changed*, it behaves as before: same requests, waits,
results, errors, logs. `make proofs` runs the proofs and prints this page; a test keeps it true.

"""

_COLUMNS = ("Rule", "Fix", "Safety", "Client", "Written with", "API", "Answers", "Defect", "Changed")


def all_proofs() -> list[Proof]:
    """The proofs of all modules, in the order of their names."""
    modules = sorted(name for _, name, _ in pkgutil.iter_modules(proofs.__path__))
    return [proof for name in modules for proof in import_module(f"{proofs.__name__}.{name}").PROOFS]


Kind = tuple[str, str, Safety]
"""A rule, the kind of its fix, and what that claims: a safe fix and an unsafe one are two claims."""


def kinds_in_fixtures(bench: Bench) -> dict[Kind, str]:
    """Every kind of fix that some fixture shows, and the first place where."""
    found: dict[Kind, str] = {}
    for path in fixtures(FIXTURES):
        fixture = Fixture.read(path)
        for finding in bench.findings(fixture):
            if finding.fix is not None:
                found.setdefault((finding.rule, finding.fix.kind, finding.fix.safety), f"{fixture.shown}:{finding.location.line}")
    return found


def kind_of(proof: Proof, bench: Bench) -> Kind:
    """What is proven; where a file has safe and unsafe fixes and the proof does not choose, it is that of the unsafe ones."""
    fixture = Fixture.read(FIXTURES / proof.client)
    claimed = {finding.fix.safety for finding in bench.findings(fixture) if proof.is_about(finding) and finding.fix is not None}
    return proof.rule, proof.fix, Safety.UNSAFE if Safety.UNSAFE in claimed else Safety.SAFE


def row(one: Examined) -> str:
    """What the table says of a proof."""
    defects = sum(difference.is_the_defect for difference in one.differences)
    changed = len(one.differences) - defects
    cells = (
        *(one.proof.rule, one.proof.fix, one.safety.value, f"`{one.proof.call}` in [{one.proof.client}](../fixtures/{one.proof.client})"),
        *(one.library, one.proof.api, one.answers, defects, changed),
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def changes(one: Examined) -> str:
    """The answers on which the client behaves otherwise after an unsafe fix; empty for safe ones."""
    if one.safety is Safety.SAFE:
        return ""
    outcomes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for difference in one.differences:
        outcomes[difference.before.outcome, difference.after.outcome].append(difference.answer.label)
    lines = [f"- {one.proof.rule}, {one.proof.fix}: `{one.proof.call}` in `{one.proof.client}` with {one.library}"]
    lines += [f"  - {before} → {after} on {_gathered(labels)}" for (before, after), labels in outcomes.items()]
    return "\n".join(lines)


def page(examined: Sequence[Examined]) -> str:
    """The table of all proofs, then the answers on which the unsafe fixes change what happens."""
    head = ["| " + " | ".join(_COLUMNS) + " |", "|" + " --- |" * len(_COLUMNS)]
    unsafe = [text for text in map(changes, examined) if text]
    return _HEAD + "\n".join([*head, *map(row, examined), "", "## Where unsafe fixes change what happens", "", *unsafe]) + "\n"


def _gathered(labels: Iterable[str]) -> str:
    """The labels, those that differ in the status only as one."""
    statuses: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        status, _, rest = label.partition(" ")
        statuses[rest].append(status.rstrip(","))
    return "; ".join(f"{', '.join(found)}{',' * rest.startswith('header')} {rest}".strip() for rest, found in statuses.items())
