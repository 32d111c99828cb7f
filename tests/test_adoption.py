"""Coming to errlint with code that has findings: baselines, and findings on changed lines only."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from errlint.baseline import Baseline, Entry
from errlint.changes import Changes
from errlint.cli import cli
from errlint.errors import UsageProblem

BAD = """import requests


def name(url):
    try:
        requests.get(url, timeout=5).raise_for_status()
    except requests.HTTPError as e:
        if "404" in str(e):
            return None
        raise
"""
OTHER = BAD.replace("404", "410").replace("name", "other").partition("\n\n\n")[2]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "errlint.toml").write_text("", encoding="utf-8")
    (tmp_path / "client.py").write_text(BAD, encoding="utf-8")
    return tmp_path


def errlint(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder: Path) -> None:
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")


# baselines


def test_what_a_baseline_accepts_is_not_told_and_what_is_new_is(here: Path) -> None:
    assert errlint("baseline", "create").output == "errlint-baseline.toml accepts 1 finding.\n"
    (here / "errlint.toml").write_text('baseline = "errlint-baseline.toml"\n', encoding="utf-8")
    clean = errlint("check")
    assert clean.exit_code == 0
    assert "1 suppressed" in clean.output
    (here / "client.py").write_text(BAD + "\n\n" + OTHER, encoding="utf-8")
    found = errlint("check", "--output-format", "concise")
    assert found.exit_code == 1
    assert [line.partition(" ")[0] for line in found.stdout.splitlines() if "ERR101" in line] == ["client.py:17:12:"]


def test_shifted_and_reindented_code_stays_accepted(here: Path) -> None:
    errlint("baseline", "create")
    (here / "client.py").write_text("# a comment\n\n" + BAD.replace("if  ", "if "), encoding="utf-8")
    assert errlint("check", "--baseline", "errlint-baseline.toml").exit_code == 0


def test_the_same_mistake_once_more_is_new(here: Path) -> None:
    errlint("baseline", "create")
    (here / "client.py").write_text(BAD + "\n\n" + BAD.partition("\n\n\n")[2], encoding="utf-8")
    assert errlint("check", "--baseline", "errlint-baseline.toml", "--output-format", "concise").exit_code == 1


def test_fixes_leave_alone_what_is_accepted(here: Path) -> None:
    errlint("baseline", "create")
    errlint("check", "--fix", "--unsafe-fixes", "--baseline", "errlint-baseline.toml")
    assert (here / "client.py").read_text(encoding="utf-8") == BAD


def test_a_stale_baseline_is_told_and_update_shrinks_it(here: Path) -> None:
    errlint("baseline", "create")
    (here / "client.py").write_text("import requests\n", encoding="utf-8")
    stale = errlint("check", "--baseline", "errlint-baseline.toml")
    assert stale.exit_code == 0
    assert "errlint baseline update" in stale.stderr
    assert errlint("baseline", "update").output == "errlint-baseline.toml accepts 0 findings (1 gone).\n"
    assert "warning" not in errlint("check", "--baseline", "errlint-baseline.toml").stderr


def test_entries_of_a_file_that_is_gone_are_told_too(here: Path) -> None:
    (here / "other.py").write_text(BAD, encoding="utf-8")
    errlint("baseline", "create")
    (here / "other.py").unlink()
    stale = errlint("check", "--baseline", "errlint-baseline.toml")
    assert (stale.exit_code, "accepts more than there is (1 too many)" in stale.stderr) == (0, True)
    assert errlint("baseline", "update").output == "errlint-baseline.toml accepts 1 finding (1 gone).\n"
    assert "warning" not in errlint("check", "--baseline", "errlint-baseline.toml").stderr


def test_update_never_grows_unless_told(here: Path) -> None:
    (here / "client.py").write_text("import requests\n", encoding="utf-8")
    errlint("baseline", "create")
    (here / "client.py").write_text(BAD, encoding="utf-8")
    assert errlint("baseline", "update").output == "errlint-baseline.toml accepts 0 findings (0 gone).\n"
    assert errlint("baseline", "update", "--allow-new").output == "errlint-baseline.toml accepts 1 finding (0 gone, 1 new).\n"


def test_update_of_some_files_or_rules_keeps_the_entries_of_the_others(here: Path) -> None:
    (here / "second.py").write_text(BAD, encoding="utf-8")
    errlint("baseline", "create")
    for name in ("client.py", "second.py"):
        (here / name).write_text("import requests\n", encoding="utf-8")
    assert errlint("baseline", "update", "--select", "ERR504").output == "errlint-baseline.toml accepts 2 findings (0 gone).\n"
    assert errlint("baseline", "update", "client.py").output == "errlint-baseline.toml accepts 1 finding (1 gone).\n"
    (here / "second.py").unlink()
    assert errlint("baseline", "update", "client.py").output == "errlint-baseline.toml accepts 0 findings (1 gone).\n"


def test_create_does_not_write_over_a_baseline(here: Path) -> None:
    errlint("baseline", "create")
    again = errlint("baseline", "create")
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert errlint("baseline", "create", "--force").exit_code == 0
    assert (here / "errlint-baseline.toml").is_file()


def test_a_baseline_that_is_none_is_refused_with_its_line(here: Path) -> None:
    (here / "errlint-baseline.toml").write_text('version = 1\naccepted = [{ path = "a.py", rul = "ERR101" }]\n', encoding="utf-8")
    refused = errlint("check", "--baseline", "errlint-baseline.toml")
    assert refused.exit_code == 2
    assert "errlint-baseline.toml:2:" in refused.stderr


def test_a_baseline_is_the_same_whatever_the_order_of_entries(tmp_path: Path) -> None:
    entries = [Entry("b.py", "ERR101", "1", "x"), Entry("a.py", "ERR504", "2", 'q"\\'), Entry("a.py", "ERR504", "2", 'q"\\')]
    first, second = Baseline(tmp_path / "1.toml", tuple(entries)), Baseline(tmp_path / "2.toml", tuple(reversed(entries)))
    first.write()
    second.write()
    assert first.path.read_bytes() == second.path.read_bytes()
    assert sorted(Baseline.read(first.path).entries) == sorted(entries)


# changed lines


def test_only_findings_on_changed_lines_are_told(here: Path) -> None:
    repository(here)
    assert errlint("check", "--diff-base", "HEAD").exit_code == 0
    (here / "client.py").write_text("# new\n" + BAD + "\n\n" + OTHER, encoding="utf-8")
    found = errlint("check", "--diff-base", "main", "--output-format", "concise")
    assert [line.partition(" ")[0] for line in found.stdout.splitlines() if "ERR101" in line] == ["client.py:18:12:"]
    assert found.exit_code == 1


def test_files_that_git_does_not_know_yet_are_all_new(here: Path) -> None:
    repository(here)
    (here / "new ü.py").write_text(BAD, encoding="utf-8")
    found = errlint("check", "--diff-base", "HEAD", "--output-format", "concise")
    assert "new ü.py:8:12: ERR101" in found.stdout
    assert "client.py" not in found.stdout


def test_the_comparison_is_with_where_the_branches_parted(here: Path) -> None:
    repository(here)
    git(here, "checkout", "-q", "-b", "topic")
    git(here, "checkout", "-q", "main")
    (here / "client.py").write_text("# later on main\n" + BAD, encoding="utf-8")
    git(here, "commit", "-q", "-am", "second")
    git(here, "checkout", "-q", "topic")
    assert errlint("check", "--diff-base", "main").exit_code == 0


def test_changed_lines_count_from_a_folder_below_the_root(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "sub").mkdir()
    repository(here)
    (here / "sub" / "more.py").write_text(BAD, encoding="utf-8")
    git(here, "add", ".")
    monkeypatch.chdir(here / "sub")
    assert errlint("check", "--diff-base", "HEAD").exit_code == 1


@pytest.mark.parametrize("revision", ["nowhere", "--all", ""])
def test_a_revision_that_is_not_there_is_refused(here: Path, revision: str) -> None:
    repository(here)
    refused = errlint("check", "--diff-base", revision)
    assert refused.exit_code == 2
    assert f"git knows no revision '{revision}'" in refused.stderr
    assert "fetch-depth: 0" not in refused.stderr


def test_a_shallow_clone_is_told_where_a_revision_may_be(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(here)
    git(here, "commit", "-q", "--allow-empty", "-m", "second")
    git(here, "clone", "-q", "--depth", "1", here.as_uri(), str(here / "shallow"))
    monkeypatch.chdir(here / "shallow")
    assert "fetch-depth: 0" in errlint("check", "--diff-base", "HEAD~1").stderr


def test_outside_of_a_repository_there_are_no_changed_lines(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="not a git repository"):
        Changes.since("HEAD", tmp_path)


def test_fixes_and_changed_lines_do_not_go_together(here: Path) -> None:
    refused = errlint("check", "--diff-base", "HEAD", "--fix")
    assert refused.exit_code == 2
    assert "--diff-base" in refused.stderr
