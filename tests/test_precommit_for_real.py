"""The hooks as a repository uses them: installed by pre-commit from this checkout, run by `git commit`.

Environments are built by pip, once for the whole module; nothing is fetched when a hook runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.acme import CATALOGUE

ROOT = Path(__file__).parent.parent
SHIPPED = ("src", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
PRE_COMMIT = Path(sys.executable).with_name("pre-commit")

BAD = """import requests


def state(session: requests.Session, url: str) -> str:
    try:
        session.get(url, timeout=5).raise_for_status()
    except requests.HTTPError as e:
        if e.response and e.response.status_code == 429:
            return "busy"
        raise
    return "fine"
"""
GOOD = BAD.replace("if e.response and", "if e.response is not None and")
OF_ACME = """import requests


def part(number: int) -> object:
    answer = requests.get(f"https://api.acme.example/parts/{number}", timeout=5)
    if answer.status_code >= 400 and answer.json()["error"]["message"] == "the part is gone":
        return None
    return answer.json()
"""

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
    pytest.mark.xdist_group("pre-commit"),
]


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True, check=False)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout + done.stderr)


def git(folder: Path, *arguments: str) -> str:
    done = run(folder, "git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", *arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout.strip()


def repository(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    return folder


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A repository with what this checkout ships, as it stands, at a commit; and a store of pre-commit's own."""
    store = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRE_COMMIT_HOME", str(store))
        for name in list(os.environ):
            if name.startswith("GIT_") or name == "PYTHONPATH":
                patch.delenv(name)
        folder = repository(tmp_path_factory.mktemp("errlint"))
        for name in SHIPPED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / name)
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "errlint")
        yield folder


def project(folder: Path, hooks: Path, *hook: str, dependency: str = "", **files: str) -> Path:
    """A repository that uses the hooks, with a package beside errlint if one is given."""
    repository(folder)
    more = f"        additional_dependencies: ['{dependency}']\n" if dependency else ""
    entries = "".join(f"      - id: {one}\n{more}" for one in hook)
    config = f"repos:\n  - repo: {hooks}\n    rev: {git(hooks, 'rev-parse', 'HEAD')}\n    hooks:\n{entries}"
    for name, text in {".pre-commit-config.yaml": config, **{name.replace("__", "/"): text for name, text in files.items()}}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    assert run(folder, PRE_COMMIT, "install").returncode == 0
    git(folder, "add", ".")
    return folder


def commit(folder: Path) -> subprocess.CompletedProcess[str]:
    return run(folder, "git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", "commit", "-m", "work")


def test_a_commit_of_a_bad_client_is_refused_until_it_is_mended(hooks: Path, tmp_path: Path) -> None:
    folder = project(tmp_path / "project", hooks, "errlint", **{"client.py": BAD, "notes.txt": "e.response and x"})
    refused = commit(folder)
    assert refused.returncode == 1, refused.stdout
    assert "client.py:8:12 ERR504 falsy-response [*]" in refused.stdout
    (folder / "client.py").write_text(GOOD, encoding="utf-8")
    git(folder, "add", ".")
    passed = commit(folder)
    assert passed.returncode == 0, passed.stdout


def test_the_fixing_hook_mends_the_client_and_the_second_commit_passes(hooks: Path, tmp_path: Path) -> None:
    folder = project(tmp_path / "project", hooks, "errlint-fix", **{"client.py": BAD})
    refused = commit(folder)
    assert refused.returncode == 1, refused.stdout
    assert "files were modified by this hook" in refused.stdout
    assert (folder / "client.py").read_text(encoding="utf-8") == GOOD
    git(folder, "add", ".")
    passed = commit(folder)
    assert passed.returncode == 0, passed.stdout


def test_a_catalogue_of_the_repository_is_used(hooks: Path, tmp_path: Path) -> None:
    settings = '[tool.errlint]\ncatalogues = ["errors/acme.toml"]\n'
    files = {"pyproject.toml": settings, "errors__acme.toml": CATALOGUE, "parts.py": OF_ACME}
    refused = commit(project(tmp_path / "project", hooks, "errlint", **files))
    assert refused.returncode == 1, refused.stdout
    assert '`answer.json()["error"]["code"] == "PART_GONE"`' in refused.stdout


def wheel_of_catalogues(folder: Path) -> Path:
    """A package that brings the catalogue, as an index would serve it."""
    folder.mkdir()
    files = {
        "acme_errors/__init__.py": "",
        "acme_errors/acme.toml": CATALOGUE,
        "acme_errors-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-errors\nVersion: 1.0\n",
        "acme_errors-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "acme_errors-1.0.dist-info/entry_points.txt": "[errlint.catalogues]\nacme = acme_errors\n",
    }
    record = "acme_errors-1.0.dist-info/RECORD"
    path = folder / "acme_errors-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(record, "".join(f"{name},,\n" for name in (*files, record)))
    return path


def test_a_catalogue_of_a_package_is_used(hooks: Path, tmp_path: Path) -> None:
    wheel = wheel_of_catalogues(tmp_path / "index")
    refused = commit(project(tmp_path / "project", hooks, "errlint", dependency=str(wheel), **{"parts.py": OF_ACME}))
    assert refused.returncode == 1, refused.stdout
    assert '`answer.json()["error"]["code"] == "PART_GONE"`' in refused.stdout


def test_excluded_files_stay_out_even_when_they_are_staged(hooks: Path, tmp_path: Path) -> None:
    files = {"pyproject.toml": '[tool.errlint]\nexclude = ["generated/"]\n', "generated__client.py": BAD}
    passed = commit(project(tmp_path / "project", hooks, "errlint", **files))
    assert passed.returncode == 0, passed.stdout


def test_the_hooks_can_be_tried_without_a_configuration(hooks: Path, tmp_path: Path) -> None:
    folder = repository(tmp_path / "project")
    (folder / "client.py").write_text(BAD, encoding="utf-8")
    git(folder, "add", ".")
    tried = run(folder, PRE_COMMIT, "try-repo", hooks, "errlint", "--all-files")
    assert tried.returncode == 1, tried.stdout
    assert "ERR504" in tried.stdout


def test_what_init_writes_refuses_the_commit(hooks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del hooks  # only for its clean environment
    monkeypatch.setenv("PATH", f"{PRE_COMMIT.parent}{os.pathsep}{os.environ['PATH']}")  # as in a virtual environment that is active
    folder = repository(tmp_path / "project")
    for name, text in {"pyproject.toml": '[project]\nname = "x"\n', "errors/acme.toml": CATALOGUE, "parts.py": OF_ACME}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT / "src"), str(ROOT / "rules"))))
    written = run(folder, sys.executable, "-m", "errlint", "init", "--yes")
    assert written.returncode == 0, written.stdout
    assert run(folder, PRE_COMMIT, "install").returncode == 0
    git(folder, "add", ".")
    refused = commit(folder)
    assert refused.returncode == 1, refused.stdout
    assert '`answer.json()["error"]["code"] == "PART_GONE"`' in refused.stdout
