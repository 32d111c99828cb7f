"""A proof: one client before and after a fix, on every answer that its API can give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zlib import crc32

from errlint.catalogue import Catalogue
from errlint.fixer import fix_source
from errlint.model import FileReport, Finding, Safety
from tests.fixes.claims import Claim, Selector, nothing
from tests.harness.bench import Bench
from tests.harness.fixture import Fixture
from tests.support.answers import Answer, Json
from tests.support.client import Run, run
from tests.support.playing import comes_with, error, every_answer, success
from tests.support.sdk import KEYS, stand_ins
from tests.support.server import FaultServer
from tests.support.wires import as_it_is

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
_AGENT = re.compile(
    r"(?:python-|async)?(aiohttp|anthropic|boto3|httpx2?|notion(?=client-py)|openai|pygithub|requests|slackclient|stripe|urllib3?)/",
    re.IGNORECASE,
)
_CALLED = {"slackclient": "slack_sdk", "pygithub": "PyGithub"}


@dataclass(frozen=True)
class Proof:
    """What a fix does to one client.

    :ivar rule, fix: the kind of fix, as :attr:`errlint.model.Fix.kind` spells it; :ivar client: a fixture, ``folder/file.py``;
    :ivar call: an expression that uses it; :ivar api: the id of the catalogue whose answers are played;
    :ivar on: the answers on which the client has the defect; :ivar before, after: what holds of the client on each of these;
    :ivar changes: further answers on which it behaves otherwise after an unsafe fix; :ivar then: the answers that follow the one that is
    examined, the last of all for ever; :ivar environ: what the client finds in its environment; :ivar only: apply the fixes of this safety
    and no others, in a file that has both; :ivar success: the body of an answer with which all is well, where the client needs more than
    any; :ivar wire: how answers travel, where the catalogue speaks of what an SDK makes of them; :ivar quoted: words of the request that
    errors may quote: each code comes once more, with them in its text.
    """

    rule: str
    fix: str
    client: str
    call: str
    api: str
    on: Selector
    before: Claim
    after: Claim
    changes: Selector = nothing
    then: tuple[Answer, ...] = ()
    environ: tuple[tuple[str, str], ...] = ()
    only: Safety | None = None
    success: Json = field(default=None, hash=False)
    wire: Callable[[Answer], Answer] = as_it_is
    quoted: str = ""

    def is_about(self, finding: Finding) -> bool:
        """Whether a finding has the kind of fix that is proven."""
        fix = finding.fix
        return fix is not None and (finding.rule, fix.kind) == (self.rule, self.fix) and self.only in {None, fix.safety}

    def __str__(self) -> str:
        return f"{self.rule} {self.fix} {self.client} {self.call}"


@dataclass(frozen=True)
class Difference:
    """An answer on which the client behaves otherwise after the fix."""

    answer: Answer
    before: Run
    after: Run
    is_the_defect: bool


@dataclass(frozen=True)
class Examined:
    """The outcome of a proof for one variant of its client; ``library`` is what the server was asked by.

    :ivar answers, defects, changed: how many answers there are, those that show the defect, and others on which the fix changes something;
    :ivar differences: those of them that were played.
    """

    proof: Proof
    library: str
    safety: Safety
    answers: int
    defects: int
    changed: int
    differences: tuple[Difference, ...] = field(repr=False)


@dataclass(frozen=True)
class Share:
    """Which answers a proof plays: one of so many, from one proof to the next others, and the first that shows the defect.

    :ivar on: of those that the proof names; :ivar others: of those on which nothing changes.
    """

    on: int = 1
    others: int = 1

    def of(self, proof: Proof, answers: Sequence[Answer]) -> list[Answer]:
        """The answers that are played."""
        named = [answer for answer in answers if proof.on(answer) or proof.changes(answer)]
        others = [answer for answer in answers if answer not in named]
        start = crc32(str(proof).encode())
        kept = [*named[start % self.on :: self.on], *others[start % self.others :: self.others]]
        shows = next(filter(proof.on, answers), None)
        return [answer for answer in answers if answer in kept or answer is shows]


ALL = Share()
SOME = Share(on=8, others=24)
"""For a suite that has to end some time."""


def examine(proof: Proof, bench: Bench, server: FaultServer, share: Share = ALL) -> Iterator[Examined]:
    """Execute a proof, for every library that its fixture is written with.

    :raises AssertionError: it does not hold; the message says on which answer, and what happened instead.
    """
    api = next((one for one in bench.catalogues(()) if one.id == proof.api), None)
    assert api is not None, f"{proof}: there is no catalogue {proof.api!r}"
    for fixture in Fixture.read(FIXTURES / proof.client).variants():
        yield _examine(proof, fixture, api, bench, server, share=share)


def _examine(proof: Proof, fixture: Fixture, api: Catalogue, bench: Bench, server: FaultServer, *, share: Share) -> Examined:
    after, safety = fixed_by(proof, fixture, bench)
    where = f"{proof}{f' [{fixture.library}]' if fixture.library else ''}"
    answers = [proof.wire(answer) for answer in (*every_answer(api, proof.success), *_quoting(proof.quoted, api))]
    fine = proof.wire(success(api, proof.success))

    def both(*script: Answer) -> tuple[Run, Run]:
        return tuple(
            run(server, text, proof.call, script, environ={**KEYS, **dict(proof.environ)}, modules=stand_ins(api))
            for text in (fixture.text, after)
        )  # type: ignore[return-value]

    found: list[Difference] = []
    libraries: set[str] = set()
    for answer in share.of(proof, answers):
        old, new = both(answer, *proof.then)
        agents = {match[1].lower() for call in old.calls if (match := _AGENT.search(call.headers.get("user-agent", "")))}
        libraries |= {_CALLED.get(agent, agent) for agent in agents}
        shown = f"{where}, on {answer.label}: before the fix it {_told(old)}, after it {_told(new)}"
        differs = old.behaviour != new.behaviour
        if proof.on(answer):
            assert proof.before.holds(old, answer), f"{shown}; the defect is not there: {proof.before.says}"
            assert proof.after.holds(new, answer), f"{shown}; the fix does not do this: {proof.after.says}"
            assert differs, f"{shown}; which is the same"
        else:
            changes = "does not name it" if differs else "names it"
            assert differs == proof.changes(answer), f"{shown}; `changes` {changes}\n{_diff(old, new)}"
        if differs:
            found.append(Difference(answer, old, new, proof.on(answer)))
        elif max(len(old.calls), len(new.calls)) > 1 and not proof.then:
            old, new = both(answer, fine)
            assert old.behaviour == new.behaviour, f"{where}, on {answer.label} once: not alike\n{_diff(old, new)}"
    assert any(difference.is_the_defect for difference in found), f"{where}: no answer shows the defect"
    assert safety is Safety.UNSAFE or all(one.is_the_defect for one in found), f"{where}: the fix is called safe, and changes more"
    assert libraries, f"{where}: the server was never asked"
    defects = sum(map(proof.on, answers))
    changed = sum(proof.changes(answer) and not proof.on(answer) for answer in answers)
    return Examined(proof, "+".join(sorted(libraries)), safety, len(answers), defects, changed, tuple(found))


def _quoting(words: str, api: Catalogue) -> Iterator[Answer]:
    """Each code once, with words of the request in its text."""
    for code in api.names if words else ():
        status = comes_with(api, code)[0]
        yield error(api, code, status=status, message=f"Not for '{words}'.", label=f"{status} {code} with words of the request in its text")


_fixed: dict[tuple[str, str, Safety | None, Fixture], tuple[str, Safety]] = {}
"""What many proofs of one kind ask of one client."""


def fixed_by(proof: Proof, fixture: Fixture, bench: Bench) -> tuple[str, Safety]:
    """The text of a fixture after all fixes that are proven and no others, and how safe they claim to be.

    :raises AssertionError: there is none.
    """
    known = proof.rule, proof.fix, proof.only, fixture
    if known not in _fixed:
        _fixed[known] = _fixed_by(proof, fixture, bench)
    return _fixed[known]


def _fixed_by(proof: Proof, fixture: Fixture, bench: Bench) -> tuple[str, Safety]:
    safety: set[Safety] = set()

    def lint(raw: bytes, _: str) -> FileReport:
        text = raw.decode()
        report = bench.report(fixture if text == fixture.text else fixture.with_text(text))
        kept = [found if proof.is_about(found) else replace(found, fix=None) for found in report.findings]
        safety.update(found.fix.safety for found in kept if found.fix is not None)
        return replace(report, findings=tuple(kept))

    outcome = fix_source(fixture.text.encode(), fixture.shown, lint, unsafe=True)
    assert outcome.applied, f"{fixture.shown}: nothing there is fixed by {proof.rule} {proof.fix}"
    return outcome.raw.decode(), Safety.UNSAFE if Safety.UNSAFE in safety else Safety.SAFE


def _told(one: Run) -> str:
    waits = f", waits {', '.join(map('{:g}'.format, one.waits))}" if one.waits else ""
    return f"{one.outcome} ({len(one.calls)} requests{waits})"


def _diff(old: Run, new: Run) -> str:
    first, second = old.behaviour, new.behaviour
    return "\n".join(f"  {name}: {first[name]!r} -> {second[name]!r}" for name in first if first[name] != second[name])
