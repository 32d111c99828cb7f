"""Entries of `per-file-ignores` that silence nothing: found, and taken away without changing anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli
from click.testing import CliRunner, Result

from errlint.cli import cli

BAD = """import requests
try:
    requests.get(u).raise_for_status()
except requests.HTTPError as e:
    if "404" in str(e):
        x = 1
"""
CLEAN = "import requests\n"


def errlint(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", "--output-format", "concise", *arguments])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "client.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "app" / "clean.py").write_text(CLEAN, encoding="utf-8")
    return tmp_path


def settings(folder: Path, text: str) -> Path:
    path = folder / "pyproject.toml"
    path.write_bytes(text.encode())
    return path


def told(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if "ERR007" in line]


TABLE = "[tool.errlint.per-file-ignores]\n"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("'app/client.py' = ['ERR101']", []),
        ("'**/*.py' = ['message-branch']", []),
        ("'!app/clean.py' = ['ERR101']", []),
        ("'app/clean.py' = ['ERR101']", ["2:1: ERR007 unused-file-ignore [*] 'app/clean.py' in `per-file-ignores` silences nothing"]),
        ("'gone.py' = ['ERR101']", ["2:1: ERR007 unused-file-ignore [*] 'gone.py' in `per-file-ignores` matches no file that is checked"]),
        (
            "'app/*' = ['ERR504', 'ERR101']",
            ["2:12: ERR007 unused-file-ignore [*] 'ERR504' for 'app/*' in `per-file-ignores` silences nothing"],
        ),
        ("'app/clean.py' = ['ERR1']", []),  # preview rules did not run
        ("'app/clean.py' = ['ALL']", []),
        ("'app/clean.py' = ['ERR003']", ["2:1: ERR007 unused-file-ignore [*] 'app/clean.py' in `per-file-ignores` silences nothing"]),
    ],
)
def test_an_entry_that_silences_nothing_is_told_where_it_stands(entries: str, expected: list[str], here: Path) -> None:
    settings(here, f"{TABLE}{entries}\n")
    assert told(errlint()) == [f"pyproject.toml:{line}" for line in expected]


def test_only_a_run_over_the_whole_folder_can_know(here: Path) -> None:
    settings(here, f"{TABLE}'app/clean.py' = ['ERR101']\n")
    for arguments in (["app"], ["app/clean.py"], ["--exclude", "app/client.py"], ["--select", "ERR504"], ["--ignore", "ERR101"]):
        assert told(errlint(*arguments)) == []
    assert len(told(errlint("."))) == 1


def test_a_file_that_cannot_be_checked_may_need_its_entry(here: Path) -> None:
    settings(here, f"{TABLE}'app/clean.py' = ['ERR101']\n")
    (here / "app" / "clean.py").write_text("import requests\ntry: f()\nexcept E: g()\ndef f(:\n", encoding="utf-8")
    assert told(errlint()) == []


def test_it_can_be_turned_off(here: Path) -> None:
    settings(here, f"[tool.errlint]\nignore = ['ERR007']\n{TABLE}'app/clean.py' = ['ERR101']\n")
    assert told(errlint()) == []


def test_settings_are_no_file_that_was_checked(here: Path) -> None:
    settings(here, f"{TABLE}'app/clean.py' = ['ERR101']\n'app/client.py' = ['ERR101']\n")
    assert "(2 files checked, 1 suppressed)" in errlint().stdout


FIXES = [
    (f"{TABLE}'app/clean.py' = ['ERR101']\n'app/client.py' = ['ERR101']\n", f"{TABLE}'app/client.py' = ['ERR101']\n"),
    (
        f"{TABLE}'app/clean.py' = [\n  'ERR101',\n  'ERR504',\n]\n'app/client.py' = ['ERR101']\n",
        f"{TABLE}'app/client.py' = ['ERR101']\n",
    ),
    (f"{TABLE}'app/*' = ['ERR504', 'ERR101']\n", f"{TABLE}'app/*' = ['ERR101']\n"),
    (f"{TABLE}'app/*' = ['ERR302', 'ERR504', 'ERR101']\n", f"{TABLE}'app/*' = ['ERR101']\n"),
    (f"{TABLE}'app/*' = [\n  'ERR101',\n  'ERR504',\n]\n", f"{TABLE}'app/*' = [\n  'ERR101',\n]\n"),
    (f'{TABLE}"app/*" = [\'ERR101\', "ERR504"]', f"{TABLE}\"app/*\" = ['ERR101']"),
    (f"[project]\nname = 'é'\n\n{TABLE}'gone.py' = ['ALL']", f"[project]\nname = 'é'\n\n{TABLE}"),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("before", "after"), FIXES)
def test_what_is_unused_is_taken_away_and_nothing_else(before: str, after: str, newline: str, here: Path) -> None:
    path = settings(here, "\ufeff" + before.replace("\n", newline))
    assert told(errlint("--fix")) == []
    assert path.read_bytes().decode() == "\ufeff" + after.replace("\n", newline)
    tomli.loads(after)
    assert told(errlint()) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{TABLE}'app/clean.py' = ['ERR101']  # until the new client\n'app/client.py' = ['ERR101']\n",
        f"{TABLE}'app/*' = [\n  'ERR504',  # until the new client\n  'ERR101',\n]\n",
    ],
)
def test_what_a_person_wrote_is_not_lost_unasked(text: str, here: Path) -> None:
    path = settings(here, text)
    assert errlint("--fix").exit_code == 1
    assert path.read_text(encoding="utf-8") == text
    assert told(errlint("--fix", "--unsafe-fixes")) == []
    assert "until the new client" not in path.read_text(encoding="utf-8")


def test_what_no_edit_can_take_out_alone_stays(here: Path) -> None:
    text = "[tool.errlint]\nper-file-ignores = { 'gone.py' = ['ERR101'], 'app/client.py' = ['ERR101'] }\n"
    path = settings(here, text)
    assert errlint("--fix").exit_code == 1
    assert path.read_text(encoding="utf-8") == text


def test_a_patch_shows_it_and_writes_nothing(here: Path) -> None:
    text = f"{TABLE}'gone.py' = ['ERR101']\n'app/client.py' = ['ERR101']\n"
    path = settings(here, text)
    shown = errlint("--diff")
    assert "-'gone.py' = ['ERR101']\n" in shown.stdout
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["json", "sarif", "github", "gitlab", "junit", "rdjson", "full", "grouped", "json-lines"])
def test_every_format_can_tell_it(name: str, here: Path) -> None:
    settings(here, f"{TABLE}'gone.py' = ['ERR101']\n'app/client.py' = ['ERR101']\n")
    shown = CliRunner().invoke(cli, ["check", "--output-format", name])
    assert shown.exit_code == 1
    assert "matches no file that is checked" in shown.stdout


def test_settings_that_are_read_only_keep_their_entries(here: Path) -> None:
    path = settings(here, f"{TABLE}'gone.py' = ['ERR101']\n")
    path.chmod(0o444)
    done = errlint("--fix")
    assert done.exit_code == 1
    assert "cannot be written, so nothing was fixed" in done.stdout
    assert len(told(done)) == 1


def test_entries_of_an_extended_file_are_judged_where_they_stand(here: Path) -> None:
    (here / "errlint.toml").write_text("[per-file-ignores]\n'app/clean.py' = ['ERR101']\n'app/client.py' = ['ERR101']\n", encoding="utf-8")
    (here / "app" / "errlint.toml").write_text("extend = '../errlint.toml'\n", encoding="utf-8")
    (here / "top.py").write_text("import requests\n", encoding="utf-8")
    assert [line.partition(" ")[0] for line in told(errlint())] == ["errlint.toml:2:1:"]
    assert told(errlint("app")) == []
