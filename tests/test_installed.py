"""What lock files, pins and bounds tell of versions; and that a bad file tells nothing, and breaks nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from errlint.cli import cli
from errlint.installed import UNKNOWN, Installed, Projects
from errlint.sheets.libraries import Libraries
from errlint.sheets.library import FunctionSheet, Library, Sheet, TypeSheet
from errlint.versions import ANY, Versions, parse_versions

UV = '[[package]]\nname = "openai"\nversion = "1.109.1"\nsource = { registry = "x" }\n\n[[package]]\nname = "other"\nversion = "2"\n'
POETRY = '[[package]]\nname = "OpenAI"\nversion = "1.109.1"\ndescription = "x"\n'
PYLOCK = 'lock-version = "1.0"\n[[packages]]\nname = "openai"\nversion = "1.109.1"\n'
PIPFILE = '{"default": {"openai": {"version": "==1.109.1"}, "other": {"git": "x"}}, "develop": {"third": 7}}'
PROJECT = '[project]\nname = "x"\ndependencies = ["httpx", "openai[datalib]>=1.109,<2; python_version > \'3\'"]\n'


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def known(folder: Path, package: str = "openai") -> Versions | None:
    return Projects([package]).installed_for(str(folder)).of(package)


@pytest.mark.parametrize(
    ("files", "versions"),
    [
        ({"uv.lock": UV}, "==1.109.1"),
        ({"uv.lock": UV.replace("\n", "\r\n")}, "==1.109.1"),
        ({"poetry.lock": POETRY}, "==1.109.1"),
        ({"pdm.lock": POETRY}, "==1.109.1"),
        ({"pylock.toml": PYLOCK}, "==1.109.1"),
        ({"Pipfile.lock": PIPFILE}, "==1.109.1"),
        ({"uv.lock": UV + UV.replace("1.109.1", "3.1")}, "==1.109.1 || ==3.1"),
        ({"requirements.txt": "# pins\nopenai == 1.109.1  # because\n"}, "==1.109.1"),
        ({"requirements.txt": "openai==1.109.1 --hash=sha256:00\n"}, "==1.109.1"),
        ({"requirements.txt": "openai==1.109.1 \\\n    --hash=sha256:00\n"}, "==1.109.1"),
        ({"requirements-dev.txt": "-r requirements.txt\nopenai[datalib] >=1,<2 ; python_version>'3.8'\n"}, ">=1,<2"),
        ({"requirements/base.txt": "openai~=1.30\n"}, ">=1.30,<2"),
        ({"requirements.txt": "openai==0.28\n", "requirements-new.txt": "openai==1.3\n"}, "==0.28 || ==1.3"),
        ({"pyproject.toml": PROJECT}, ">=1.109,<2"),
        ({"pyproject.toml": '[project.optional-dependencies]\nai = ["openai==1.1"]\n'}, "==1.1"),
        ({"pyproject.toml": '[dependency-groups]\ndev = [{include-group = "x"}, "openai==1.1"]\n'}, "==1.1"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.10"\nopenai = "^1.2"\n'}, ">=1.2,<2"),
        ({"pyproject.toml": '[tool.poetry.group.ai.dependencies]\nopenai = {version = "~1.2", extras = ["x"]}\n'}, ">=1.2,<1.3"),
        ({"pyproject.toml": PROJECT, "uv.lock": UV}, "==1.109.1"),
        ({"requirements.txt": "openai==1.2\n", "pyproject.toml": PROJECT}, "==1.2"),
    ],
)
def test_every_kind_of_file(files: dict[str, str], versions: str, tmp_path: Path) -> None:
    write(tmp_path, files)
    assert known(tmp_path) == parse_versions(versions)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"uv.lock": '[[package]]\nname = "openai"\n'},
        {"uv.lock": '[[package]]\nname = "openai"\nversion = "latest"\n'},
        {"Pipfile.lock": "{"},
        {"Pipfile.lock": "[" * 100_000},
        {"Pipfile.lock": '{"default": [], "develop": null}'},
        {"requirements.txt": "openai\nopenai @ https://example.com/openai.whl\n-e .\nhttpx==1\nopenai=>1\n"},
        {"pyproject.toml": "[project\n"},
        {"pyproject.toml": 'project = 7\ndependency-groups = []\n[tool]\npoetry = "x"\n'},
        {"pyproject.toml": "[project]\ndependencies = [1, {a = 2}]\noptional-dependencies = {x = 3}\n"},
        {"pyproject.toml": "x = " + "[" * 5_000},
        {"uv.lock/keep": "a folder", "requirements.txt/keep": "a folder"},
    ],
)
def test_a_file_that_says_nothing_breaks_nothing(files: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path, files)
    assert known(tmp_path) is None


@given(st.binary(max_size=200))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("project")
    for name in ("uv.lock", "Pipfile.lock", "requirements.txt", "pyproject.toml"):
        (folder / name).write_bytes(raw)
    known(folder)


def test_the_nearest_counts_and_a_lock_file_further_out_narrows_it(tmp_path: Path) -> None:
    write(tmp_path, {"uv.lock": UV, ".git/HEAD": "", "a/pyproject.toml": PROJECT, "b/requirements.txt": "openai==0.28", "c/x.py": ""})
    projects = Projects(["openai"])
    assert projects.installed_for(str(tmp_path / "a")).of("openai") == parse_versions("==1.109.1")
    assert projects.installed_for(str(tmp_path / "b")).of("openai") == parse_versions("==0.28")
    assert projects.installed_for(str(tmp_path / "c")).of("openai") == parse_versions("==1.109.1")


def test_nothing_outside_of_the_repository_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"uv.lock": UV, "inside/.git/HEAD": "", "inside/pkg/x.py": ""})
    assert known(tmp_path / "inside" / "pkg") is None


def test_names_are_compared_as_installers_do(tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": "Huggingface_Hub==1.0\n"})
    assert known(tmp_path, "huggingface-hub") == parse_versions("==1.0")


ROWS = Libraries((
    Sheet(
        schema=1,
        library=Library(id="acme", roots=("acme",), package="acme-sdk"),
        type=(
            TypeSheet("acme.Error", "exception", parents=("acme.Base", "acme.Old"), attributes={"code": "code", "http": "status"},
                      covers_status=True, statuses=(429,), versions="<2"),
            TypeSheet("acme.Error", "exception", also=("acme.errors.Error",), parents=("acme.Base",),
                      attributes={"code": "status", "status": "status"}, covers_status=True, carries_status=True, statuses=(403, 429),
                      versions=">=2"),
            TypeSheet("acme.Gone", "exception", versions="<2"),
            TypeSheet("acme.Answer", "response"),
        ),
        function=(FunctionSheet(("acme.get",), "http", versions="<2"), FunctionSheet(("acme.get",), "acme.Answer", versions=">=2")),
    ),
))  # fmt: skip


def at(versions: str | None) -> Libraries:
    found = parse_versions(versions) if versions is not None else None
    return ROWS.at(Installed((("acme-sdk", found),)) if found else UNKNOWN)


def test_the_row_of_the_version_holds() -> None:
    old, new = at("==1.4").type("acme.Error"), at(">=2,<4").type("acme.Error")
    assert old is not None
    assert new is not None
    assert (old.statuses, old.attributes["code"], new.statuses, new.attributes["code"]) == ((429,), "code", (403, 429), "status")
    assert at("==3").type("acme.errors.Error") is new or at("==3").type("acme.errors.Error") == new
    assert at("==3").type("acme.Gone") is None
    get = at("==3").function("acme.get")
    assert get is not None
    assert get.returns == "acme.Answer"


@pytest.mark.parametrize("versions", [None, ">=1,<3", ">=1"])
def test_of_an_unknown_version_holds_what_no_row_contradicts(versions: str | None) -> None:
    common = at(versions).type("acme.Error")
    assert common is not None
    assert (common.parents, common.also, common.statuses) == (("acme.Base",), ("acme.errors.Error",), (429, 403))
    assert (common.covers_status, common.carries_status) == (True, False)
    assert common.attributes == {"http": "status", "status": "status"}
    assert at(versions).type("acme.Gone") is not None
    get = at(versions).function("acme.get")
    assert get is not None
    assert get.returns == ""


def test_what_needs_no_version_is_left_as_it_is() -> None:
    assert at("==1").type("acme.Answer") is at(None).type("acme.Answer")
    assert ROWS.versioned == {"acme-sdk"}


def test_a_range_that_nobody_understands_excludes_nothing() -> None:
    assert Installed((("acme-sdk", ANY),)).allows("acme-sdk", "whatever")


CODE = """\
import openai

def ask(prompt):
    try:
        return openai.ChatCompletion.create(prompt=prompt)
    except openai.error.RateLimitError as e:
        if "quota" in str(e):
            return None
        raise
"""


@pytest.mark.parametrize(("pin", "exists"), [("openai==0.28.1", True), ("openai==1.30", False), ("openai", True)])
def test_a_run_reads_the_versions_of_the_project(pin: str, exists: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {".git/HEAD": "", "requirements.txt": pin, "src/client.py": CODE})
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(cli, ["check", "--output-format", "concise"])
    assert ("src/client.py:7:12: ERR101" in found.output) is exists, found.output
    told = CliRunner().invoke(cli, ["debug", "meaning", "src/client.py:6"])
    assert ("a `openai.error.RateLimitError`" in told.output) is exists, told.output
