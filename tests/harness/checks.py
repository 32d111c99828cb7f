"""What must hold for every fixture, each written as one function. AssertionErrors name the file and the line."""

from __future__ import annotations

import difflib
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from zlib import crc32

from errlint.model import Finding
from tests.harness.bench import Bench
from tests.harness.comments import Mark
from tests.harness.fixture import Fixture, shown, sibling_path
from tests.harness.siblings import expected_sibling, own_sibling
from tests.harness.suppress import suppressed_above, suppressed_on_the_line

Check = Callable[[Fixture, Bench], None]
Place = tuple[int, str]
"""A line and what is found there, as a comment would say it."""


def compiles(fixture: Fixture, bench: Bench) -> None:
    """Source, sibling and fixed text are Python. They are compiled, never run."""
    for name, text in (("the source", fixture.text), ("the sibling", fixture.sibling), ("the fixed text", bench.fixed(fixture))):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text or "", fixture.shown, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise AssertionError(f"{fixture.shown}: {name} does not compile: {error}") from error


def has_the_right_comments(fixture: Fixture, bench: Bench) -> None:
    """A bad file expects its own rule somewhere, a bad folder in one of its modules; an ok file expects nothing, now or later."""
    own = {rule.id for rule in bench.rules if rule.name.replace("-", "_") == fixture.folder}
    expected = fixture.rules(Mark.EXPECT, Mark.TODO_EXPECT)
    if fixture.is_bad:
        for path in fixture.project.glob("*.py") if fixture.project is not None else ():
            expected |= Fixture.read(path).rules(Mark.EXPECT, Mark.TODO_EXPECT)
        assert own & expected, f"{fixture.shown}: a bad file has to expect its rule: put `# expect: {', '.join(own)}` on the line"
    else:
        assert not expected, f"{fixture.shown}: an ok file is silent, yet it expects {', '.join(sorted(expected))}"


def findings_are_the_expected(fixture: Fixture, bench: Bench) -> None:
    """Rule, line, fix and severity of all findings are those of the comments; no todo works yet."""
    _compare(fixture, bench.findings(fixture), bench)


def gate_changes_nothing(fixture: Fixture, bench: Bench) -> None:
    """The byte gate and the rules' screens let every file pass in which something is found."""
    assert bench.findings(fixture, gate=False) == bench.findings(fixture), f"{fixture.shown}: other findings without gate and screens"


def trails_lead_there(fixture: Fixture, bench: Bench) -> None:
    """Every finding of a rule shows how the value got there, in places that exist."""
    lines = fixture.text.split("\n")
    for finding in bench.findings(fixture):
        if bench.rule(finding.rule) is None:
            continue
        where = f"{fixture.shown}:{finding.location.line}: {finding.rule}"
        assert finding.trail, f"{where}: no trail"
        assert finding.trail[-1].location.path == fixture.shown, f"{where}: the trail ends in another file"
        for step in finding.trail:
            place = step.location
            assert step.note.strip(), f"{where}: a step of the trail says nothing"
            assert (place.line, place.column) < (place.end_line, place.end_column), f"{where}: the step `{step.note}` has no extent"
            if place.path == fixture.shown:
                assert 1 <= place.line <= place.end_line <= len(lines), f"{where}: the step `{step.note}` lies outside the file"
                assert place.column <= len(lines[place.line - 1]), f"{where}: the step `{step.note}` lies outside its line"


def sibling_is_the_fixed_text(fixture: Fixture, bench: Bench) -> None:
    """The ``.fixed.py`` stands exactly when something can be fixed, and says what the fixes give.

    Another library has its own only when its fixed text is not the same with the names swapped.
    """
    wanted = own_sibling(fixture, bench) if fixture.is_bad else None
    name = sibling_path(fixture.path, fixture.library).name
    if fixture.sibling == wanted:
        return
    assert wanted is not None, f"{fixture.shown}: {name} exists, yet {'it is not needed' if fixture.swapped else 'nothing can be fixed'}"
    assert fixture.sibling is not None, f"{fixture.shown}: {name} is missing; `pytest --update` writes it"
    diff = difflib.unified_diff(fixture.sibling.splitlines(), wanted.splitlines(), name, "what the fixes give", lineterm="")
    raise AssertionError(f"{fixture.shown}: {name} is stale\n" + "\n".join(diff))


def fixes_converge(fixture: Fixture, bench: Bench) -> None:
    """After the fixes nothing more can be fixed, and what is found is what the comments still expect."""
    outcome = bench.fix(fixture)
    assert outcome.held_back is None, f"{fixture.shown}: fixes were held back: {outcome.held_back}"
    text = bench.fixed(fixture)
    fixed = fixture.with_text(text)
    assert bench.fixed(fixed) == text, f"{fixture.shown}: a second run of the fixes changes the fixed text again"
    for finding in bench.findings(fixed):
        where = f"{fixture.shown}: in the fixed text, line {finding.location.line}"
        assert finding.fix is None, f"{where}: {finding.rule} still offers a fix: it was refused, or never had its turn"
    settled = expected_sibling(fixture, bench)
    if settled is not None:
        fixed = fixture.with_text(settled)
        _compare(fixed, bench.findings(fixed), bench, "in the fixed text: ")
    else:
        later = fixture.rules(Mark.THEN_EXPECT)
        assert not later, f"{fixture.shown}: {', '.join(sorted(later))} should be found after the fixes, and there are none"


def suppression_silences(fixture: Fixture, bench: Bench) -> None:
    """``# errlint: ignore[…]`` silences every finding, on its line and alone above the statement, and none is called unused."""
    findings = [finding for finding in bench.findings(fixture) if bench.rule(finding.rule) is not None]
    for where, suppress in (("on the line", suppressed_on_the_line), ("above the statement", suppressed_above)):
        text = suppress(fixture, findings)
        before = Counter(finding.rule for finding in bench.findings(fixture) if bench.rule(finding.rule) is None)
        heard = bench.findings(fixture.with_text(text))
        if Counter(finding.rule for finding in heard) != before:
            shown = "\n".join(f"  line {finding.location.line}: {finding.rule} {finding.message}" for finding in heard)
            raise AssertionError(f"{fixture.shown}: still heard with a suppression {where}:\n{shown}\nin\n{text}")


def newlines_change_nothing(fixture: Fixture, bench: Bench) -> None:
    """With CRLF newlines the same is found at the same places, and the fixes give the same lines with CRLF."""
    windows = fixture.with_text(_crlf(fixture.text))
    found, wanted = list(_places(bench.findings(windows))), list(_places(bench.findings(fixture)))
    assert found == wanted, f"{fixture.shown}: other findings with CRLF newlines\n  LF:   {wanted}\n  CRLF: {found}"
    assert bench.fixed(windows) == _crlf(bench.fixed(fixture)), f"{fixture.shown}: the fixes give other lines with CRLF newlines"


CHECKS: tuple[Check, ...] = (
    compiles,
    has_the_right_comments,
    findings_are_the_expected,
    gate_changes_nothing,
    trails_lead_there,
    sibling_is_the_fixed_text,
    fixes_converge,
    suppression_silences,
    newlines_change_nothing,
)
"""Every check; all but :data:`OF_SOME` are run for every variant of every fixture."""

OF_SOME: tuple[Check, ...] = (suppression_silences, newlines_change_nothing)
"""Checks of what comments and edits do, whatever a rule finds. They lint a fixture again and again: one of six, by its name, will do."""
_ONE_OF = 6


def checked(path: Path) -> Iterator[Check]:
    """The checks that are run for a fixture."""
    chosen = crc32(shown(path).encode()) % _ONE_OF == 0
    return (check for check in CHECKS if chosen or check not in OF_SOME)


def _compare(fixture: Fixture, findings: Sequence[Finding], bench: Bench, prefix: str = "") -> None:
    found = Counter((finding.location.line, _described(finding, bench)) for finding in findings)
    problems: list[tuple[int, str]] = []
    marks = list(Mark)
    # what is right takes its findings before what is known to be wrong
    for comment in sorted(fixture.comments, key=lambda comment: marks.index(comment.mark)):
        for entry in comment.entries:
            if comment.mark is Mark.THEN_EXPECT:
                continue
            place = (comment.target, str(entry))
            same_rule = [other for other in +found if other[0] == comment.target and other[1].split()[0] == entry.rule]
            if comment.mark is Mark.EXPECT:
                if found[place] > 0:
                    found[place] -= 1
                else:
                    problems.append((comment.target, f"expected {entry}, not found"))
            elif comment.mark is Mark.TODO_OK:
                if same_rule:
                    found[same_rule[0]] -= 1
                else:
                    problems.append((comment.target, f"the known false alarm {entry.rule} is gone: remove its `# todo-ok`"))
            elif same_rule:
                found[same_rule[0]] -= 1
                problems.append((comment.target, f"the known miss {entry.rule} is found now: make it `# expect: {same_rule[0][1]}`"))
    problems.extend((line, f"found {what}, not expected") for (line, what) in (+found).elements())
    if problems:
        shown = "\n".join(_report(fixture, findings, problems))
        raise AssertionError(f"{fixture.shown}: {prefix}findings differ from the comments\n{shown}")


def _report(fixture: Fixture, findings: Sequence[Finding], problems: list[tuple[int, str]]) -> Iterator[str]:
    lines = fixture.text.split("\n")
    for line, problem in sorted(problems):
        yield f"  line {line}: {problem}"
        yield f"      {lines[line - 1].strip()}"
        yield from (f"      ({finding.rule}: {finding.message})" for finding in findings if finding.location.line == line)


def _described(finding: Finding, bench: Bench) -> str:
    """A finding in the words of a comment: the severity only where it is not the rule's own."""
    rule = bench.rule(finding.rule)
    words = [finding.rule]
    if finding.fix is not None:
        words.append(finding.fix.safety.value)
    if rule is not None and finding.severity is not rule.severity:
        words.append(finding.severity.value)
    return " ".join(words)


def _places(findings: Sequence[Finding]) -> Iterator[tuple[object, ...]]:
    for finding in findings:
        yield finding.rule, finding.location, finding.fix and finding.fix.safety, [step.location for step in finding.trail]


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")
