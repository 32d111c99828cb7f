"""The record of the corpus keeps verdicts through shifting code, counts honestly, and refuses what it cannot use."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.ecosystem import __main__ as ecosystem
from benchmarks.ecosystem import report
from benchmarks.ecosystem.corpus import CORPUS, CorpusProblem, Pin, provide, read_pins, unpack
from benchmarks.ecosystem.fixes import Outcome, fix_copy
from benchmarks.ecosystem.lint import Run, Spoken, lint
from benchmarks.ecosystem.record import (
    Comparison,
    Judged,
    Place,
    RecordProblem,
    Score,
    compare,
    merge,
    read_judgements,
    read_record,
    scores,
    write_record,
)


def place(line: int, snippet: str = 'if "gone" in str(e):', rule: str = "ERR101", path: str = "acme/client.py", column: int = 8) -> Place:
    return Place("acme", path, line, column, rule, snippet)


def judged(where: Place, verdict: str = "right") -> Judged:
    return Judged(where, verdict, "seen in the code")


def verdict_lines(comparison: Comparison) -> list[tuple[int, str]]:
    return [(entry.place.line, entry.verdict) for entry in comparison.judged]


# --- matching -------------------------------------------------------------------------------------------------------


def test_verdict_follows_a_line_that_moved() -> None:
    comparison = compare([place(57)], [judged(place(12), "wrong")])
    assert verdict_lines(comparison) == [(57, "wrong")]
    assert (comparison.new, comparison.vanished) == ((), ())


def test_changed_text_of_the_line_is_a_new_finding_and_a_vanished_one() -> None:
    old, new = place(12), place(12, 'if "lost" in str(e):')
    assert compare([new], [judged(old)]) == Comparison((), (new,), (judged(old),))


@pytest.mark.parametrize("other", [place(12, rule="ERR302"), place(12, path="acme/other.py")])
def test_verdict_belongs_to_one_rule_and_one_file(other: Place) -> None:
    assert compare([other], [judged(place(12))]).new == (other,)


def test_equal_lines_keep_their_order_when_all_move() -> None:
    # today's first stands where the second stood before: the order decides, not the number
    comparison = compare([place(20), place(30)], [judged(place(10), "right"), judged(place(20), "wrong")])
    assert verdict_lines(comparison) == [(20, "right"), (30, "wrong")]


def test_equal_lines_that_stay_in_place_keep_their_verdict_when_one_disappears() -> None:
    comparison = compare([place(20)], [judged(place(10), "right"), judged(place(20), "wrong")])
    assert verdict_lines(comparison) == [(20, "wrong")]
    assert comparison.vanished == (judged(place(10), "right"),)


def test_one_more_equal_line_is_new() -> None:
    comparison = compare([place(10), place(15), place(20)], [judged(place(10)), judged(place(20), "wrong")])
    assert verdict_lines(comparison) == [(10, "right"), (20, "wrong")]
    assert comparison.new == (place(15),)


def test_every_finding_and_every_entry_is_accounted_for_once() -> None:
    found = [place(line, snippet) for line in (1, 5, 9, 12) for snippet in ("a", "b")]
    record = [judged(place(line, snippet)) for line in (2, 5, 30) for snippet in ("b", "c")]
    comparison = compare(found, record)
    assert sorted([*(entry.place for entry in comparison.judged), *comparison.new]) == sorted(found)
    assert len(comparison.judged) + len(comparison.vanished) == len(record)


# --- arithmetic -----------------------------------------------------------------------------------------------------


def test_precision_leaves_debatable_findings_out() -> None:
    verdicts = ["right"] * 3 + ["wrong"] + ["debatable"] * 4
    entries = [judged(place(line, str(line)), verdict) for line, verdict in enumerate(verdicts, 1)]
    table = scores(compare([entry.place for entry in entries] + [place(99, "new")], entries))
    assert table == {"ERR101": Score(findings=9, right=3, wrong=1, debatable=4)}
    assert (table["ERR101"].judged, table["ERR101"].precision) == (8, 0.75)


def test_vanished_findings_do_not_count_for_precision() -> None:
    record = [judged(place(1, "a")), judged(place(2, "b"), "wrong")]
    assert scores(compare([place(1, "a")], record))["ERR101"] == Score(findings=1, right=1, wrong=0, debatable=0)


@pytest.mark.parametrize("score", [Score(0, 0, 0, 0), Score(3, 0, 0, 2)])
def test_nothing_decided_is_no_precision(score: Score) -> None:
    assert score.precision is None
    assert report.shown_precision(score) == "-"


# --- the file -------------------------------------------------------------------------------------------------------


def test_record_is_sorted_and_survives_writing(tmp_path: Path) -> None:
    file = tmp_path / "record.jsonl"
    entries = [judged(place(20, "“b” \\ \u2028")), judged(place(3, "a"), "debatable"), judged(place(4, rule="ERR302"), "wrong")]
    write_record(file, entries)
    first = file.read_bytes()
    assert read_record(file) == tuple(sorted(entries))
    write_record(file, reversed(entries))
    assert file.read_bytes() == first


def test_no_record_yet_is_an_empty_record(tmp_path: Path) -> None:
    assert read_record(tmp_path / "record.jsonl") == ()


@pytest.mark.parametrize(
    "change",
    [{"verdict": "correct"}, {"why": ""}, {"surprise": 1}, {"line": None}],
    ids=["unknown verdict", "no reason", "unknown key", "no line"],
)
def test_planted_fault_in_the_record_is_refused_with_its_line(tmp_path: Path, change: dict[str, object]) -> None:
    file = tmp_path / "record.jsonl"
    write_record(file, [judged(place(1)), judged(place(2))])
    good, row = file.read_text(encoding="utf-8").splitlines()
    changed = {key: value for key, value in (json.loads(row) | change).items() if value is not None}
    file.write_text(f"{good}\n{json.dumps(changed)}\n", encoding="utf-8")
    with pytest.raises(RecordProblem, match=r"record\.jsonl:2: "):
        read_record(file)


def test_broken_json_in_the_record_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "record.jsonl"
    file.write_text("{\n", encoding="utf-8")
    with pytest.raises(RecordProblem, match=r"record\.jsonl:1: "):
        read_record(file)


# --- judging --------------------------------------------------------------------------------------------------------


def test_triage_pages_are_read_back_as_judgements(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "client.py").write_text(
        'try:\n    call()\nexcept E as e:\n    if "gone" in str(e):\n        pass\n', encoding="utf-8"
    )
    where = place(4)
    page = "\n".join(report.triage([Spoken(where, "Branches on text", ((3, "caught here"),))], {"acme": tmp_path}, {}))
    assert '# >    4     if "gone" in str(e):' in page
    assert "#   line 3: caught here" in page
    assert read_judgements(page, [where]) == ()
    decided = page.replace("? ERR101", "right ERR101") + "  the SDK has e.code\n"
    assert read_judgements(decided, [where]) == (Judged(where, "right", "the SDK has e.code"),)


def test_triage_shows_the_verdict_that_stands(tmp_path: Path) -> None:
    where = place(1)
    page = "\n".join(report.triage([Spoken(where, "Branches on text")], {"acme": tmp_path}, {where: judged(where, "wrong")}))
    assert read_judgements(page, [where]) == (judged(where, "wrong"),)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("right ERR101 acme", "expected"),
        ("fine ERR101 acme acme/client.py:4 because", "the verdict is one of"),
        ("right ERR101 acme acme/client.py:4", "needs its reason"),
        ("right ERR101 acme acme/client.py:5 because", "is not found at"),
    ],
)
def test_judgement_that_cannot_be_used_is_refused(line: str, complaint: str) -> None:
    with pytest.raises(RecordProblem, match=f"line 1: .*{complaint}"):
        read_judgements(line, [place(4)])


def test_judgement_of_a_line_or_of_one_column() -> None:
    both = [place(4, column=8), place(4, column=30)]
    assert read_judgements("right ERR101 acme acme/client.py:4 seen in the code", both) == (judged(both[0]), judged(both[1]))
    assert read_judgements("wrong ERR101 acme acme/client.py:4:30 seen in the code", both) == (judged(both[1], "wrong"),)


def test_triage_asks_once_for_a_line_and_by_column_where_verdicts_differ(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "client.py").write_text("a in s or b in s\n", encoding="utf-8")
    both = [place(1, column=1), place(1, column=11)]
    spoken = [Spoken(where, "Branches on text") for where in both]
    assert list(report.triage(spoken, {"acme": tmp_path}, {}))[-1] == "? ERR101 acme acme/client.py:1"
    page = list(report.triage(spoken, {"acme": tmp_path}, {both[0]: judged(both[0])}))
    assert page[-2:] == ["right ERR101 acme acme/client.py:1:1 seen in the code", "? ERR101 acme acme/client.py:1:11"]


def test_findings_on_one_line_are_counted_one_by_one() -> None:
    both = [place(4, column=8), place(4, column=30)]
    comparison = compare(both, [judged(place(9, column=8)), judged(place(9, column=30), "wrong")])
    assert scores(comparison)["ERR101"] == Score(findings=2, right=1, wrong=1, debatable=0)


def test_latest_judgement_on_a_place_stands_and_vanished_ones_stay() -> None:
    gone = judged(place(70, "gone"))
    comparison = compare([place(4), place(8, "b")], [judged(place(2)), gone])
    merged = merge(comparison, [judged(place(4), "wrong"), judged(place(8, "b"))])
    assert merged == tuple(sorted([judged(place(4), "wrong"), judged(place(8, "b")), gone]))


def test_sample_is_by_rule_and_repeatable() -> None:
    findings = [Spoken(place(line, rule=rule), "") for line in range(1, 30) for rule in ("ERR101", "ERR302")]
    chosen = report.sample(findings, 5, seed=1)
    assert [sum(one.place.rule == rule for one in chosen) for rule in ("ERR101", "ERR302")] == [5, 5]
    assert report.sample(list(reversed(findings)), 5, seed=1) == chosen
    assert report.sample(findings, 5, seed=2) != chosen


# --- the corpus -----------------------------------------------------------------------------------------------------


def test_corpus_is_pinned_by_version_and_hash() -> None:
    pins = read_pins(CORPUS.read_text(encoding="utf-8"))
    assert len(pins) == len({pin.name for pin in pins}) == 63
    assert all(len(pin.sha256) == 64 and pin.archive.endswith((".whl", ".tar.gz")) for pin in pins)


@pytest.mark.parametrize("line", ["openai", "openai==1 openai.whl", "openai>=1 openai.whl 00"])
def test_corpus_line_of_another_form_is_refused(line: str) -> None:
    with pytest.raises(CorpusProblem, match="line 2"):
        read_pins(f"# comment\n{line}\n")


def make_wheel(file: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(file, "w") as wheel:
        for name, text in members.items():
            wheel.writestr(name, text)
    return file


def make_tar(file: Path, members: dict[str, str], links: dict[str, str]) -> Path:
    with tarfile.open(file, "w:gz") as tar:
        for name, text in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
        for name, target in links.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
    return file


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def test_only_python_files_leave_a_wheel(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "acme.whl", {"acme/__init__.py": "", "acme/api.pyi": "", "acme/data.json": "{}", "acme.pth": "import os"})
    unpack(wheel, tmp_path / "out")
    assert files_below(tmp_path / "out") == ["acme/__init__.py", "acme/api.pyi"]


def test_source_archive_loses_its_top_folder_and_its_links(tmp_path: Path) -> None:
    archive = make_tar(tmp_path / "acme.tar.gz", {"acme-1.0/acme/api.py": "", "acme-1.0/setup.py": ""}, {"acme-1.0/x.py": "/etc/passwd"})
    unpack(archive, tmp_path / "out")
    assert files_below(tmp_path / "out") == ["acme/api.py", "setup.py"]


@pytest.mark.parametrize("name", ["../evil.py", "acme/../../evil.py", "/evil.py", "acme\\..\\evil.py"])
def test_member_that_would_land_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "cache" / "out"
    for archive in (make_wheel(tmp_path / "evil.whl", {name: ""}), make_tar(tmp_path / "evil.tar.gz", {name: ""}, {})):
        with pytest.raises(CorpusProblem, match="would land elsewhere"):
            unpack(archive, folder)
    assert files_below(tmp_path) == ["evil.tar.gz", "evil.whl"]


def test_archive_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    content = make_wheel(downloads / "acme.whl", {"acme.py": ""}).read_bytes()
    pinned = Pin("acme", "1.0", "acme.whl", hashlib.sha256(content).hexdigest())
    assert files_below(provide(pinned, tmp_path)) == ["acme.py"]
    with pytest.raises(CorpusProblem, match="is not the pinned archive"):
        provide(Pin("acme", "1.0", "acme.whl", "0" * 64), tmp_path)


# --- the command ----------------------------------------------------------------------------------------------------


def test_package_is_linted_by_the_real_command(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import requests\ntry: f()\nexcept E: g()\ndef (:\n", encoding="utf-8")
    (tmp_path / "clean.py").write_text("import requests\n", encoding="utf-8")
    run = lint("acme", tmp_path)
    assert (run.files, run.findings) == (2, ())
    assert [(one.place.rule, one.place.path) for one in run.failures] == [("ERR001", "broken.py")]
    assert run.cpu > 0


@pytest.fixture
def two_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The record file of a corpus whose last run had one finding of ERR101 on line 4 and one on line 9 of a real package."""
    pin = next(pin for pin in read_pins(CORPUS.read_text(encoding="utf-8")) if pin.name == "zulip")
    folder = tmp_path / "unpacked" / f"{pin.name}-{pin.version}-{pin.sha256[:8]}"
    folder.mkdir(parents=True)
    found = tuple(Spoken(Place("zulip", "zulip/client.py", line, 8, "ERR101", f"line {line}"), "Branches on text") for line in (4, 9))
    monkeypatch.setenv("ERRLINT_ECOSYSTEM_CACHE", str(tmp_path))
    ecosystem._keep_runs(tmp_path, [Run("zulip", 1, found, (), 0.1, 0.1)])
    return tmp_path / "record.jsonl"


def run_ecosystem(record: Path, *options: str) -> int:
    return ecosystem.main(["--reuse", "--package", "zulip", "--record", str(record), *options])


def test_judging_fills_the_record_and_the_table(two_findings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_ecosystem(two_findings, "--new") == 0
    page = capsys.readouterr().out
    answers = two_findings.with_name("answers.txt")
    answers.write_text(page.replace("? ERR101 zulip zulip/client.py:4", "right ERR101 zulip zulip/client.py:4 it does"), encoding="utf-8")
    assert run_ecosystem(two_findings, "--judge", str(answers)) == 0
    table = capsys.readouterr().out.splitlines()[-1].split()
    assert table == ["ERR101", "2", "1", "1", "0", "0", "100.0", "%", "1", "0"]


def test_strict_fails_for_a_default_rule_below_the_floor(two_findings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = [Judged(Place("zulip", "zulip/client.py", 4, 8, "ERR101", "line 4"), "right", "it does")]
    write_record(two_findings, entries)
    assert run_ecosystem(two_findings, "--strict") == 0
    write_record(two_findings, [*entries, Judged(Place("zulip", "zulip/client.py", 9, 8, "ERR101", "line 9"), "wrong", "no API here")])
    assert run_ecosystem(two_findings) == 0
    assert run_ecosystem(two_findings, "--strict") == 1
    assert run_ecosystem(two_findings, "--strict", "--rule", "ERR302") == 0
    assert "50.0 %" in capsys.readouterr().out


def test_update_drops_what_vanished_and_leaves_other_packages_alone(two_findings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Judged(Place("openai", "openai/client.py", 1, 8, "ERR101", "x"), "right", "it does")
    gone = Judged(Place("zulip", "zulip/client.py", 5, 8, "ERR101", "no longer there"), "right", "it did")
    write_record(two_findings, [kept, gone])
    run_ecosystem(two_findings)
    assert "right ERR101 zulip zulip/client.py:5: no longer there" in capsys.readouterr().out
    assert run_ecosystem(two_findings, "--update") == 0
    assert read_record(two_findings) == (kept,)


def test_what_cannot_be_done_ends_with_2(two_findings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ecosystem.main(["--package", "requests"]) == 2
    two_findings.write_text("{\n", encoding="utf-8")
    assert run_ecosystem(two_findings) == 2
    assert "not in the corpus: requests" in capsys.readouterr().err


def test_committed_record_is_usable_and_speaks_of_the_corpus() -> None:
    packages = {pin.name for pin in read_pins(CORPUS.read_text(encoding="utf-8"))}
    entries = read_record(ecosystem.RECORD)
    assert {entry.place.package for entry in entries} <= packages
    assert len({entry.place for entry in entries}) == len(entries)


def test_readme_names_every_option() -> None:
    text = ecosystem.RECORD.with_name("README.md").read_text(encoding="utf-8")
    options = [option for action in ecosystem._parser()._actions for option in action.option_strings if action.help != "==SUPPRESS=="]
    assert [option for option in options if option not in text] == ["-h", "--help"]


# --- all fixes, on a copy -------------------------------------------------------------------------------------------


CLIENT = """import requests
answer = requests.get(u)
if answer and answer.status_code == 404:
    x = 1
"""


def test_fixes_of_a_copy_are_counted_and_hold(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(CLIENT, encoding="utf-8")
    outcome = fix_copy("acme", tmp_path)
    assert outcome == Outcome("acme", Counter({"ERR504": 1}), 1)
    assert list(outcome.complaints) == []
    assert (tmp_path / "client.py").read_text(encoding="utf-8") == CLIENT


def test_a_copy_without_fixes_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text("import requests\n", encoding="utf-8")
    assert fix_copy("acme", tmp_path) == Outcome("acme")


def test_what_does_not_hold_is_told() -> None:
    outcome = Outcome("acme", Counter(ERR504=1), 1, (), ("a.py",), 2, ("ERR101 in b.py",))
    assert list(outcome.complaints) == [
        "acme: a.py does not compile any more",
        "acme: more is found of ERR101 in b.py",
        "acme: a second run fixed 2 more",
    ]
