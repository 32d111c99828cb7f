"""All proofs, and the table of what they show."""

from __future__ import annotations

import pkgutil
from collections import defaultdict
from collections.abc import Iterable
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

_COLUMNS = ("Rule", "Fix", "Safety", "Clients", "Written with", "APIs", "Answers", "Defect", "Changed")


def all_proofs() -> list[Proof]:
    """The proofs of all modules, in the order of their names."""
    modules = sorted(name for _, name, _ in pkgutil.iter_modules(proofs.__path__))
    return [proof for name in modules for proof in import_module(f"{proofs.__name__}.{name}").PROOFS]


def kinds_in_fixtures(bench: Bench) -> dict[tuple[str, str], str]:
    """Every kind of fix that some fixture shows, and the first place where."""
    found: dict[tuple[str, str], str] = {}
    for path in fixtures(FIXTURES):
        fixture = Fixture.read(path)
        for finding in bench.findings(fixture):
            if finding.fix is not None:
                found.setdefault((finding.rule, finding.fix.kind), f"{fixture.shown}:{finding.location.line}")
    return found


def page(examined: Iterable[Examined]) -> str:
    """The table of all kinds of fix, then the answers on which the unsafe ones differ."""
    rows: dict[tuple[str, str, str], list[Examined]] = defaultdict(list)
    for one in examined:
        rows[one.proof.rule, one.proof.fix, one.safety.value].append(one)
    lines = [
        "| Rule | Fix | Safety | Clients | Written with | APIs | Answers | Defect | Changed |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (rule, fix, safety), ones in sorted(rows.items()):
        defects = sum(difference.is_the_defect for one in ones for difference in one.differences)
        changed = sum(len(one.differences) for one in ones) - defects
        libraries = ", ".join(sorted({one.library for one in ones}))
        apis = ", ".join(sorted({one.proof.api for one in ones}))
        answers = sum(one.answers for one in ones)
        lines.append(f"| {rule} | {fix} | {safety} | {len(ones)} | {libraries} | {apis} | {answers} | {defects} | {changed} |")
    lines += ["", "## Where unsafe fixes change what happens", ""]
    for one in (one for ones in rows.values() for one in ones if one.safety is Safety.UNSAFE):
        lines.append(f"- {one.proof.rule}, {one.proof.fix}: `{one.proof.call}` in `{one.proof.client}`, {one.library}")
        by_outcome: dict[tuple[str, str], list[str]] = defaultdict(list)
        for difference in one.differences:
            by_outcome[difference.before.outcome, difference.after.outcome].append(difference.answer.label)
        lines += [f"  - {before} → {after} on {_gathered(labels)}" for (before, after), labels in by_outcome.items()]
    return _HEAD + "\n".join(lines) + "\n"


def _gathered(labels: Iterable[str]) -> str:
    """The labels, those that differ in the status only as one."""
    statuses: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        status, _, rest = label.partition(" ")
        statuses[rest].append(status)
    return "; ".join(f"{', '.join(found)} {rest}".strip() for rest, found in statuses.items())
