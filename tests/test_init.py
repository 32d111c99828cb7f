"""``errlint init``: what a repository calls, and what is proposed and written for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import tomli
import yaml
from click.testing import CliRunner, Result

from errlint import proposal
from errlint.cli import cli
from tests.support.acme import CATALOGUE

CLIENT = """import openai
import requests

client = openai.OpenAI()


def part(number, base):
    answer = requests.get(f"https://api.acme.example/parts/{number}", timeout=5)
    if answer.status_code >= 400 and answer.json()["error"]["message"] == "the part is gone":
        return None
    requests.get("https://api.other.example/parts", timeout=5)
    requests.get(base + "/parts", timeout=5)
    return client.responses.create(model="m", input="x")
"""


def errlint(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["init", *arguments])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "client.py").write_text(CLIENT, encoding="utf-8")
    (tmp_path / "app" / "plain.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "errors").mkdir()
    (tmp_path / "errors" / "acme.toml").write_text(CATALOGUE, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    return tmp_path


def test_it_tells_what_is_imported_and_called_and_what_the_first_run_would_say(here: Path) -> None:
    said = errlint().stdout
    assert "2 Python files; imported are openai (1), requests (1)" in said
    assert "  acme    1 call in 1 file, by the host `api.acme.example`" in said
    assert "  openai  1 call in 1 file, by the SDK `openai`" in said
    assert "2 calls in 1 file without a catalogue: no catalogue knows the host `api.other.example`, the address only shows at" in said
    assert "  errors/acme.toml" in said
    assert "  1  ERR101  message-branch  [unsafe fix]" in said
    told = CliRunner().invoke(cli, ["check", "--statistics", "--catalogue", "errors/acme.toml"]).stdout
    assert all(f"  {line}" in said for line in told.splitlines())


def test_nothing_is_written_without_a_yes(here: Path) -> None:
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    done = errlint()
    assert done.exit_code == 0
    assert "+[tool.errlint]" in done.stdout
    assert "+repos:" in done.stdout
    assert "Nothing was written" in done.stdout
    assert {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before


def test_what_is_written_is_what_was_shown_and_the_next_run_says_what_was_told(here: Path) -> None:
    assert errlint("--yes").exit_code == 0
    assert (here / "pyproject.toml").read_text(encoding="utf-8") == (
        '[project]\nname = "x"\n\n[tool.errlint]\n'
        '# every key: https://errlint.readthedocs.io/configuration/\ncatalogues = ["errors/acme.toml"]\n'
    )
    assert yaml.safe_load((here / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"][0]["id"] == "errlint"
    run = CliRunner().invoke(cli, ["check"])
    assert run.exit_code == 1
    assert 'test the error code: `answer.json()["error"]["code"] == "PART_GONE"`' in run.stdout
    again = errlint("--yes")
    assert "pyproject.toml has settings already" in again.stdout
    assert ".pre-commit-config.yaml has a hook already" in again.stdout
    assert "There is nothing to write" in again.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("answer", "written"), [("y", True), ("", False)])
def test_a_person_is_asked(answer: str, written: bool, here: Path) -> None:
    ours, theirs = os.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run([sys.executable, "-m", "errlint", "init"], cwd=here, stdin=theirs, capture_output=True, text=True, check=False)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0, done.stderr
    assert "Write this? [y/N]" in done.stdout
    assert (here / ".pre-commit-config.yaml").exists() is written


@pytest.mark.parametrize(
    "before",
    [
        '[project]\nname = "é"\n',
        '[project]\nname = "x"',
        '[project]\r\nname = "x"\r\n',
        '\ufeff[project]\nname = "x"\n',
        "",
        "[tool.ruff]\nline-length = 100\n\n[tool.ruff.lint]\nselect = ['E']  # some\n",
        "[[tool.mypy.overrides]]\nmodule = 'x'\n",
    ],
)
def test_pyproject_keeps_every_byte(before: str, here: Path) -> None:
    path = here / "pyproject.toml"
    path.write_bytes(before.encode())
    errlint("--yes")
    after = path.read_bytes().decode()
    assert after.startswith(before)
    assert after.count("\n") == after.count("\r\n") or "\r\n" not in before
    assert tomli.loads(after.removeprefix("\ufeff"))["tool"]["errlint"] == {"catalogues": ["errors/acme.toml"]}


@pytest.mark.parametrize("before", ["tool = { ruff = {} }\n", "[tool]\nruff = {}\nerrlint = {}\n"])
def test_a_pyproject_that_cannot_take_a_table_stays_as_it_is(before: str, here: Path) -> None:
    (here / "pyproject.toml").write_text(before, encoding="utf-8")
    errlint("--yes")
    assert (here / "pyproject.toml").read_text(encoding="utf-8") == before
    assert (here / "errlint.toml").exists() is ("errlint" not in before)


def test_without_a_pyproject_there_is_a_file_of_its_own(here: Path) -> None:
    (here / "pyproject.toml").unlink()
    errlint("--yes")
    assert tomli.loads((here / "errlint.toml").read_text(encoding="utf-8")) == {"catalogues": ["errors/acme.toml"]}


RUFF = "- repo: https://github.com/astral-sh/ruff-pre-commit\n{0}  rev: v0.1\n{0}  hooks:\n{0}    - id: ruff\n"


@pytest.mark.parametrize(
    "before",
    [
        "repos:\n" + RUFF.format(""),
        "repos:\n  " + RUFF.format("  "),
        "repos:\n" + RUFF.format("") + "ci:\n  skip: []\n",
        "repos:\n" + RUFF.format("") + "        # args: []\n\n# for pre-commit.ci\nci:\n  skip: []\n",
        "fail_fast: true\nrepos:\n  " + RUFF.format("  ").rstrip("\n"),
        "repos:\n" + RUFF.format("") + "\n\n",
        "repos:\n-   repo: local\n    hooks:\n    -   id: x\n        name: x\n        entry: x\n        language: system\n",
        "# top\n---\nrepos:\n" + RUFF.format("") + "# end",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_the_hook_comes_last_and_nothing_else_changes(before: str, newline: str, here: Path) -> None:
    path = here / ".pre-commit-config.yaml"
    path.write_bytes(before.replace("\n", newline).encode())
    errlint("--yes")
    after = path.read_bytes().decode()
    was, now = yaml.safe_load(before), yaml.safe_load(after)
    assert [hook["id"] for hook in now["repos"].pop()["hooks"]] == ["errlint"]
    assert now == was
    assert after.count("\n") == after.count(newline)
    kept = iter(after.replace("\r\n", "\n").split("\n"))
    assert all(line in kept for line in before.split("\n"))  # each of them, in their order


@pytest.mark.parametrize("before", ["repos: []\n", "repos: [{repo: local, hooks: []}]\n", "- 1\n", "", "repos: [\n", "ci: {}\n"])
def test_a_file_that_cannot_take_a_hook_stays_as_it_is(before: str, here: Path) -> None:
    path = here / ".pre-commit-config.yaml"
    path.write_text(before, encoding="utf-8")
    done = errlint("--yes")
    assert done.exit_code == 0, done.output
    assert path.read_text(encoding="utf-8") == before
    assert ".pre-commit-config.yaml" in done.stdout


def test_a_hook_of_pip_is_named_by_the_repository_that_errlint_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    class Installed:
        def read_text(self, _: str) -> str:
            return '{"url": "https://example.org/errlint", "vcs_info": {"vcs": "git", "commit_id": "c0ffee", "requested_revision": "v1"}}'

    monkeypatch.setattr("importlib.metadata.distribution", lambda _: Installed())
    [entry] = yaml.safe_load("\n".join(proposal._hook_lines("  ")))
    assert entry == {"repo": "https://example.org/errlint", "rev": "v1", "hooks": [{"id": "errlint"}]}


def test_catalogues_that_are_broken_are_told_and_left_out(here: Path) -> None:
    (here / "errors" / "broken.toml").write_text('schema = 1\n[api]\nid = "b"\n', encoding="utf-8")
    (here / "errors" / "twice.toml").write_text(CATALOGUE, encoding="utf-8")
    said = errlint("--yes")
    assert said.exit_code == 0, said.output
    assert "errors/broken.toml: left out: the key 'name' is missing in api" in said.stdout
    assert "errors/twice.toml: left out: the id 'acme' is already that of" in said.stdout
    assert tomli.loads((here / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["errlint"]["catalogues"] == ["errors/acme.toml"]


def test_a_file_that_appears_meanwhile_is_not_written_over(here: Path) -> None:
    change = proposal.Change(here / "errlint.toml", None, b"x")
    (here / "errlint.toml").write_text("preview = true\n", encoding="utf-8")
    with pytest.raises(Exception, match="cannot write"):
        change.write()
    assert (here / "errlint.toml").read_text(encoding="utf-8") == "preview = true\n"


def test_an_empty_folder_is_no_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = errlint()
    assert done.exit_code == 0
    assert "0 Python files; none imports an HTTP library" in done.stdout


def test_files_that_cannot_be_read_or_parsed_say_nothing(here: Path) -> None:
    (here / "broken.py").write_text("import requests\ntry: f()\nexcept E: g()\ndef f(:\n", encoding="utf-8")
    (here / "odd.py").write_bytes(b"import requests\nx = '\xff'\n")
    assert "4 Python files; imported are openai (1), requests (1)" in errlint().stdout


def test_another_folder_can_be_named(here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert errlint(str(here), "--yes").exit_code == 0
    assert tomli.loads((here / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["errlint"]["catalogues"] == ["errors/acme.toml"]
    assert errlint("nowhere").exit_code == 2


def test_it_runs_as_a_program(here: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "errlint", "init"], cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--yes writes it" in done.stdout
    assert done.stderr == ""


def test_a_file_that_is_not_there_yet_is_compared_with_nothing(here: Path) -> None:
    said = errlint().stdout
    assert "--- a/pyproject.toml\n+++ b/pyproject.toml\n" in said
    assert "--- /dev/null\n+++ b/.pre-commit-config.yaml\n" in said
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    patch = said[said.index("--- a/pyproject.toml") : said.index("\nNothing was written")]
    subprocess.run(["git", "apply", "--unidiff-zero"], cwd=here, input=patch, text=True, check=True)
    assert (here / ".pre-commit-config.yaml").exists()


def bare(here: Path, code: str) -> None:
    """A repository of one file, without catalogues and settings."""
    (here / "errors" / "acme.toml").unlink()
    (here / "pyproject.toml").unlink()
    (here / "app" / "client.py").write_text(code, encoding="utf-8")


def test_nothing_is_proposed_where_the_code_tells_everything(here: Path) -> None:
    bare(here, 'import requests\n\nrequests.get("https://api.girardai.com/v1/runs", timeout=5)\n')
    said = errlint("--yes").stdout
    assert "No settings are needed: each API that errlint knows is told by the hosts and SDKs in the code" in said
    assert not (here / "errlint.toml").exists()


ASKED = """import requests


def runs(base):
    return requests.get(base + "/v1/runs", timeout=5)
"""


def test_an_api_whose_address_only_shows_at_run_time_is_proposed_as_a_comment(here: Path) -> None:
    bare(here, ASKED + '\n\ndef all():\n    return requests.get("https://api.girardai.com/v1/runs", timeout=5)\n')
    (here / "app" / "other.py").write_text(ASKED, encoding="utf-8")
    assert errlint("--yes").exit_code == 0
    text = (here / "errlint.toml").read_text(encoding="utf-8")
    assert tomli.loads(text) == {}
    lines = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# apis.")]
    assert tomli.loads("\n".join(lines)) == {"apis": {"app/client.py": "girardai", "app/other.py": "girardai"}}
    (here / "errlint.toml").write_text("\n".join(lines), encoding="utf-8")
    assert CliRunner().invoke(cli, ["check"]).exit_code == 0


def test_of_several_apis_none_is_proposed(here: Path) -> None:
    hosts = ("api.girardai.com", "api.openai.com")
    bare(here, ASKED + "".join(f'\nrequests.get("https://{host}/v1/runs", timeout=5)\n' for host in hosts))
    assert "# apis" not in errlint().stdout


def test_symlinks_to_files_elsewhere_are_left_alone(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name, text in (("pyproject.toml", "secret = 1\n"), (".pre-commit-config.yaml", "repos:\n" + RUFF.format(""))):
        (here / name).unlink(missing_ok=True)
        (elsewhere / name).write_text(text, encoding="utf-8")
        (here / name).symlink_to(elsewhere / name)
    said = errlint("--yes").stdout
    assert "secret" not in said
    assert ".pre-commit-config.yaml is a symlink to a file elsewhere" in said
    assert (elsewhere / "pyproject.toml").read_text(encoding="utf-8") == "secret = 1\n"
