"""What is remembered of earlier runs changes nothing but the time, and nothing that happens to it costs a finding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errlint import cache
from errlint.cache import Results, cache_folder, load, store
from errlint.cache import reports as stored_reports
from errlint.model import Edit, FileReport, Finding, Fix, Location, Safety, Severity, Step
from errlint.project import Project
from errlint.screens.gate import Gate
from tests.support.projects import CLIENT

ROOT = Path(__file__).parent.parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A client with a constant from another module, and room for results beside it."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "client.py").write_text(CLIENT, encoding="utf-8")
    (folder / "texts.py").write_text('GONE = "404"\n', encoding="utf-8")
    (folder / "sums.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    return folder


def check(folder: Path, results: Path, *options: str) -> tuple[int, str, bool]:
    """The exit code and the output of a run, and whether it needed a parser."""
    script = "import sys; from errlint.cli import cli; code = cli(standalone_mode=False); print('libcst' in sys.modules, file=sys.stderr)"
    script += "; sys.exit(code)"
    command = [sys.executable, "-c", script, "check", "--isolated", "--output-format", "json", *options, "."]
    environment = {**os.environ, "ERRLINT_CACHE_DIR": str(results)}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout, done.stderr.split()[-1] == "True"


def test_a_second_run_says_the_same_without_a_parser(project: Path, tmp_path: Path) -> None:
    first = check(project, tmp_path / "results")
    assert first[0] == 1
    assert first[2]
    assert check(project, tmp_path / "results") == (*first[:2], False)
    assert check(project, tmp_path / "results", "--no-cache") == first


def test_a_module_that_changes_changes_what_depends_on_it(project: Path, tmp_path: Path) -> None:
    assert check(project, tmp_path / "results")[0] == 1
    (project / "texts.py").write_text('GONE = "x"\n', encoding="utf-8")  # one letter names nothing
    code, _, parsed = check(project, tmp_path / "results")
    assert (code, parsed) == (0, True)
    (project / "texts.py").write_text('GONE = "404"\n', encoding="utf-8")
    assert check(project, tmp_path / "results")[0] == 1


def test_what_comes_and_goes_around_a_project_is_no_matter(project: Path, tmp_path: Path) -> None:
    first = check(project, tmp_path / "results")
    for name in ("neighbour", "texts"):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}.py").touch()
    assert check(project, tmp_path / "results") == (*first[:2], False)


def test_a_module_that_comes_changes_what_imports_it(project: Path, tmp_path: Path) -> None:
    (project / "texts.py").unlink()
    assert check(project, tmp_path / "results")[0] == 0
    (project / "texts.py").write_text('GONE = "404"\n', encoding="utf-8")
    assert check(project, tmp_path / "results")[0] == 1


@pytest.mark.parametrize("mark", [".git", "pyproject.toml", "__init__.py"])
def test_a_project_that_comes_to_reach_further_is_looked_at_anew(mark: str, project: Path, tmp_path: Path) -> None:
    (project / "texts.py").rename(tmp_path / "texts.py")
    if mark == "__init__.py":
        (project / "client.py").write_text(CLIENT.replace("from texts", "from ..texts"), encoding="utf-8")
    assert check(project, tmp_path / "results")[0] == 0
    (project / mark if mark == "__init__.py" else tmp_path / mark).touch()
    (tmp_path / mark).touch()
    assert check(project, tmp_path / "results")[0] == 1


def test_other_settings_are_another_matter(project: Path, tmp_path: Path) -> None:
    assert check(project, tmp_path / "results")[0] == 1
    assert check(project, tmp_path / "results", "--ignore", "ERR101")[0] == 0
    assert check(project, tmp_path / "results", "--select", "ERR101", "--api", "girardai")[0] == 1
    assert check(project, tmp_path / "results", "--select", "ERR999")[0] == 2


def test_an_unknown_rule_in_per_file_ignores_is_refused_where_all_is_remembered(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRLINT_CACHE_DIR", str(tmp_path / "results"))
    codes = []
    for ignored in ("", '[per-file-ignores]\n"elsewhere/**" = ["ERR999"]\n', '[per-file-ignores]\n"elsewhere/**" = ["ERR101"]\n'):
        (project / "errlint.toml").write_text(ignored, encoding="utf-8")
        done = subprocess.run([sys.executable, "-m", "errlint", "check", "."], cwd=project, capture_output=True, text=True, check=False)
        codes.append((done.returncode, "there is no rule 'ERR999'" in done.stderr))
    assert codes == [(1, False), (2, True), (1, False)]


def test_what_the_settings_say_of_a_library_counts(project: Path, tmp_path: Path) -> None:
    client = CLIENT.replace("import requests", "import acme_http, requests").replace("requests.get(", "acme_http.get(")
    (project / "client.py").write_text(client, encoding="utf-8")
    settings = project / "errlint.toml"
    command = [sys.executable, "-m", "errlint", "check", "."]
    environment = {**os.environ, "ERRLINT_CACHE_DIR": str(tmp_path / "results")}

    def said(wrappers: str) -> str:
        settings.write_text(wrappers, encoding="utf-8")
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, env=environment).stdout

    assert "`acme_http.get()` makes an HTTP call" not in said("")
    assert "`acme_http.get()` makes an HTTP call" in said('[wrappers."acme_http.get"]\nreturns = "requests.Response"\n')


def test_a_suppression_ends_with_its_day(project: Path, tmp_path: Path) -> None:
    ended = CLIENT.replace("in str(e):", "in str(e):  # errlint: ignore[ERR101] until=2020-01-01 old")
    (project / "client.py").write_text(ended, encoding="utf-8")
    assert check(project, tmp_path / "results") == (*check(project, tmp_path / "results", "--no-cache")[:2], True)


def test_without_options_nothing_is_written_into_the_repository(project: Path, tmp_path: Path) -> None:
    before = sorted(project.rglob("*"))
    check(project, tmp_path / "results")
    assert sorted(path for path in project.rglob("*") if "__pycache__" not in path.parts) == before
    check(project, tmp_path / "elsewhere", "--no-cache")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "harm", ["truncated", "garbage", "empty", "folders", "flipped", "a file instead of the folder", "a pipe", "a link"]
)
def test_damage_costs_time_only(project: Path, tmp_path: Path, harm: str) -> None:
    results, precious = tmp_path / "results", tmp_path / "precious"
    precious.write_bytes(b"not ours")
    first = check(project, results)
    for file in list(results.iterdir()):
        raw = file.read_bytes()
        file.unlink()
        if harm == "folders":
            file.mkdir()
        elif harm == "a pipe":
            os.mkfifo(file)
        elif harm == "a link":
            file.symlink_to(precious)
        else:
            flipped = raw[:-1] + bytes([raw[-1] ^ 1])
            file.write_bytes(
                {"truncated": raw[: len(raw) // 2], "garbage": os.urandom(500), "empty": b"", "flipped": flipped}.get(harm, raw)
            )
    if harm == "a file instead of the folder":
        for file in list(results.iterdir()):
            file.unlink()
        results.rmdir()
        results.write_bytes(b"")
    assert check(project, results)[:2] == first[:2]
    assert precious.read_bytes() == b"not ours"


def gate() -> Gate:
    """One that saw nothing yet."""
    return Gate((), Project())


KEYS = st.binary(min_size=16, max_size=16)
SPOT = Location("a.py", 1, 2, 3, 4)
REPORTS = st.builds(
    FileReport,
    st.just("a.py"),
    st.lists(
        st.builds(Finding, st.just("ERR101"), st.just("n"), st.sampled_from(Severity), st.text(max_size=3), st.just(SPOT),
                  st.none() | st.just("é"), st.none(), st.just((Step(SPOT, "born"),)),
                  st.none() | st.builds(Fix, st.sampled_from(Safety), st.just("Fix it"), st.just((Edit(0, 3, "\udcff"),))),
                  st.just((4, 5))),
        max_size=3,
    ).map(tuple),
    st.integers(0, 3),
    st.sampled_from(["checked", "screened"]),
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(KEYS, REPORTS, min_size=1, max_size=4))
def test_what_is_put_is_got_by_the_next_run(tmp_path_factory: pytest.TempPathFactory, reports: dict[bytes, FileReport]) -> None:
    folder = tmp_path_factory.mktemp("results")
    first = Results(folder, b"s" * 16, gate())
    for key, report in reports.items():
        first.put(key, report)
    first.save()
    second = Results(folder, b"s" * 16, gate())
    assert second.known
    found = {key: second.get(key, "a.py") for key in reports}
    assert found == reports
    assert repr(found) == repr(reports), "lines count too, though they are not compared"


def test_two_runs_at_once_lose_nothing_that_both_saved(tmp_path: Path) -> None:
    one, other = Results(tmp_path, b"s" * 16, gate()), Results(tmp_path, b"s" * 16, gate())
    one.put(b"1" * 16, FileReport("one.py"))
    other.put(b"2" * 16, FileReport("other.py"))
    one.save()
    other.save()
    after = Results(tmp_path, b"s" * 16, gate())
    assert (after.get(b"1" * 16, "one.py"), after.get(b"2" * 16, "other.py")) == (FileReport("one.py"), FileReport("other.py"))


def test_failures_are_not_remembered(tmp_path: Path) -> None:
    results = Results(tmp_path, b"s" * 16, gate())
    crash = Finding("ERR002", "rule-crash", Severity.ERROR, "m", SPOT)
    results.put(b"1" * 16, FileReport("a.py", stage="failed"))
    results.put(b"2" * 16, FileReport("a.py", (crash,)))
    assert (results.get(b"1" * 16, "a.py"), results.get(b"2" * 16, "a.py")) == (None, None)


def test_results_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_MOST_RESULTS", 10)
    monkeypatch.setattr(cache, "_MOST_FILES", 3)
    for number in range(5):
        results = Results(tmp_path, bytes([number]) * 16, gate())
        for key in range(20):
            results.put(key.to_bytes(16, "big"), FileReport("a.py"))
        results.save()
    assert len(list(tmp_path.iterdir())) == 3
    last = Results(tmp_path, bytes([4]) * 16, gate())
    assert sum(last.get(key.to_bytes(16, "big"), "a.py") is not None for key in range(20)) == 10


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(tmp_path / "file", b"body")
    assert load(tmp_path / "file") == b"body"
    monkeypatch.setattr(cache, "_MOST_BYTES", 10)
    assert load(tmp_path / "file") is None


def test_a_folder_that_cannot_be_written_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store(tmp_path / "file" / "below", b"body")
    assert load(tmp_path / "file" / "below") is None


def test_the_folder_is_the_platforms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ERRLINT_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "errlint"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert cache_folder() == tmp_path / "errlint" / "Cache"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=20))
def test_what_is_no_report_is_refused(value: object) -> None:
    """Lists of other shapes, or with other things at the places: never a report that only looks like one."""
    with pytest.raises((ValueError, TypeError)):
        stored_reports.read(json.dumps(value).encode())


def test_each_place_of_a_report_holds_its_kind() -> None:
    row = json.loads(stored_reports.written(FileReport("a.py", suppressed=2, ignored=("ERR101",))))
    assert stored_reports.read(json.dumps(row).encode()).ignored == ("ERR101",)
    for place, wrong in ((0, 1), (1, [1]), (2, "2"), (2, True), (3, None), (4, 0.5), (5, [None])):
        with pytest.raises((ValueError, TypeError)):
            stored_reports.read(json.dumps([*row[:place], wrong, *row[place + 1 :]]).encode())
