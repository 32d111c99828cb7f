"""What a repository names and lies outside of it is read, but nothing of it is told: the log of a CI job is for others to read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from errlint.cli import cli

SECRET = "aws_secret_access_key"
SECRETS = (
    f"[default]\n{SECRET} = wJalrXUtnFEMI\n",  # no TOML
    f'[default]\n{SECRET} = "wJalrXUtnFEMI"\n',  # no catalogue, settings or baseline
    f'{SECRET} = "wJalrXUtnFEMI"\n{SECRET} = 2\n',
    f'schema = "{SECRET}"\n[api]\nid = "wJalrXUtnFEMI!"\nname = "x"\n',
    f"a = 1 # {SECRET} wJalrXUtnFEMI \xff\n",  # no UTF-8
)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.py").write_text("import requests\n")
    monkeypatch.chdir(folder)
    return folder


def errlint(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="errlint")


def outside(text: str, name: str = "credentials") -> Path:
    path = Path("..") / name
    path.write_bytes(text.encode("latin-1"))
    return path


@pytest.mark.parametrize("key", ["catalogues = ['{0}']", "baseline = '{0}'", "extend = '{0}'"])
@pytest.mark.parametrize("text", SECRETS)
def test_nothing_of_a_file_outside_is_told(key: str, text: str) -> None:
    path = outside(text)
    for named in (str(path), str(path.resolve())):
        Path("errlint.toml").write_text(key.format(named))
        result = errlint("check")
        assert result.exit_code == 2
        assert "credentials" in result.stderr
        assert "nothing of it is shown" in result.stderr
        for word in (SECRET, "wJalr", "default"):
            assert word not in result.output


@pytest.mark.parametrize("text", SECRETS)
def test_nothing_is_told_of_what_a_symlink_leads_to(text: str) -> None:
    Path("inside.toml").symlink_to(outside(text))
    for settings in ("catalogues = ['inside.toml']", "baseline = 'inside.toml'", "extend = 'inside.toml'"):
        Path("errlint.toml").write_text(settings)
        assert "wJalr" not in errlint("check").output
    Path("errlint.toml").unlink()
    assert "wJalr" not in errlint("check", "--catalogue", "inside.toml").output
    for name in ("errlint.toml", "pyproject.toml"):
        Path(name).symlink_to(Path("inside.toml").resolve())
        result = errlint("check")
        assert "wJalr" not in result.output
        Path(name).unlink()


def test_the_home_of_the_user_and_the_environment_are_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    outside(SECRETS[0])
    named = ["~/credentials", *(["/proc/self/environ"] if Path("/proc/self/environ").is_file() else [])]
    for path in named:
        Path("errlint.toml").write_text(f"catalogues = ['{path}']")
        result = errlint("check")
        assert result.exit_code == 2
        assert "wJalr" not in result.output
        assert os.environ["PATH"] not in result.output


def test_settings_elsewhere_that_fit_and_name_what_there_is_not_are_not_quoted() -> None:
    outside("ignore = ['wJalrXUtnFEMI']\nexclude = ['wJalr\\\\']", "shared.toml")
    Path("errlint.toml").write_text("extend = '../shared.toml'")
    for arguments in (["check"], ["check", "--select", "ERR1"]):
        result = errlint(*arguments)
        assert result.exit_code == 2
        assert "wJalr" not in result.output


def test_no_names_of_files_outside_are_told() -> None:
    outside("", "id_rsa_of_somebody")
    Path("errlint.toml").write_text("catalogues = ['../id_rsa_of_somebodi']")
    result = errlint("check")
    assert result.exit_code == 2
    assert "id_rsa_of_somebody'" not in result.output


def test_what_the_user_names_is_quoted() -> None:
    path = outside(SECRETS[0])
    for arguments in (["check", "--catalogue", str(path)], ["check", "--config", str(path)], ["check", "--baseline", str(path)]):
        result = errlint(*arguments)
        assert result.exit_code == 2
        assert SECRET in result.stderr


def test_a_catalogue_of_the_repository_is_quoted() -> None:
    Path("sub").mkdir()
    Path("sub/acme.toml").write_text("schema = 7")
    Path("errlint.toml").write_text("catalogues = ['sub/acme.toml']")
    assert "1 | schema = 7" in errlint("check").stderr


def test_a_good_catalogue_outside_is_used_as_ever() -> None:
    outside('schema = 1\n[api]\nid = "acme"\nname = "Acme"\n', "acme.toml")
    Path("errlint.toml").write_text("catalogues = ['../acme.toml']\n[apis]\n'a.py' = 'acme'")
    assert errlint("check").exit_code == 0


def test_a_baseline_outside_is_written_only_if_it_is_named() -> None:
    path = outside("version = 1\naccepted = []\n", "baseline.toml")
    before = path.read_text()
    Path("errlint.toml").write_text("baseline = '../baseline.toml'")
    for command in (["create", "--force"], ["update"]):
        result = errlint("baseline", *command)
        assert (result.exit_code, path.read_text()) == (2, before)
        assert "outside of their folder" in result.stderr
    assert errlint("baseline", "update", "--baseline", str(path)).exit_code == 0
