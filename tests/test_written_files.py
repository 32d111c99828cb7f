"""No command writes over what a person wrote, unless it was asked to."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from errlint.cli import cli
from errlint.files import CannotWrite, write_whole

PAGE = """# Errors

| Status | Code | Meaning |
| --- | --- | --- |
| 404 | NOT_FOUND | There is no such thing |
| 429 | SLOW_DOWN | Too many requests, retry later |
"""
CODE = "import requests\n\nx = requests.get(u)\nif x and x.status_code == 404:\n    y = 1\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".errlint.toml").write_text("")
    (tmp_path / "errors.md").write_text(PAGE)
    (tmp_path / "a.py").write_text(CODE)
    return tmp_path


def errlint(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="errlint")


# catalogue import --------------------------------------------------------------------------------------------------------------


def test_an_import_never_writes_over_its_source(here: Path) -> None:
    (here / "link.md").symlink_to("errors.md")
    for output in ("errors.md", "./errors.md", "link.md", str(here / "errors.md")):
        for force in ([], ["--force"]):
            result = errlint("catalogue", "import", "errors.md", "-o", output, *force)
            assert result.exit_code == 2
            assert "is a source, which is not written over" in result.stderr
    assert (here / "errors.md").read_text() == PAGE


def test_an_import_writes_over_a_catalogue_only_if_it_is_told_to(here: Path) -> None:
    assert errlint("catalogue", "import", "errors.md", "-o", "acme.toml").exit_code == 0
    fresh = (here / "acme.toml").read_text()
    (here / "acme.toml").write_text("mine")
    refused = errlint("catalogue", "import", "errors.md", "-o", "acme.toml")
    assert (refused.exit_code, (here / "acme.toml").read_text()) == (2, "mine")
    assert refused.stderr.startswith("error: there is already a file 'acme.toml'\nhint: --force writes it anew")
    assert errlint("catalogue", "import", "errors.md", "-o", "acme.toml", "--force").exit_code == 0
    assert (here / "acme.toml").read_text() == fresh
    assert sorted(entry.name for entry in here.iterdir()) == [".errlint.toml", "a.py", "acme.toml", "errors.md"]


def test_an_import_may_go_to_a_device() -> None:
    assert errlint("catalogue", "import", "errors.md", "-o", os.devnull).exit_code == 0


def test_a_new_file_has_the_permissions_of_any_new_file(here: Path) -> None:
    (here / "plain").write_text("")
    write_whole(here / "new", b"x")
    assert stat.S_IMODE((here / "new").stat().st_mode) == stat.S_IMODE((here / "plain").stat().st_mode)
    with pytest.raises(CannotWrite):
        write_whole(here / "none" / "new", b"x")


# check --output-file -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["a.py", "./a.py", "other.py", "stub.pyi", "link", "code.txt"])
def test_a_report_never_takes_the_place_of_code(output: str, here: Path) -> None:
    for name in ("other.py", "stub.pyi", "code.txt"):
        (here / name).write_text(CODE)
    (here / "link").symlink_to("other.py")
    result = errlint("check", "a.py", "code.txt", "--output-file", output)
    assert result.exit_code == 2
    assert "is code, which is not written over" in result.stderr
    assert {(here / name).read_text() for name in ("a.py", "other.py", "stub.pyi", "code.txt")} == {CODE}


def test_a_report_never_takes_the_place_of_code_from_standard_input(here: Path) -> None:
    result = CliRunner().invoke(cli, ["check", "-", "--stdin-filename", "a.py", "--output-file", "a.py"], input=CODE)
    assert (result.exit_code, (here / "a.py").read_text()) == (2, CODE)


@pytest.mark.parametrize("output", [".errlint.toml", "base.toml", "accepted.toml", "acme.toml", "given.toml", "link"])
def test_a_report_never_takes_the_place_of_what_the_run_goes_by(output: str, here: Path) -> None:
    catalogue = 'schema = 1\n[api]\nid = "{0}"\nname = "{0}"\n'
    texts = {
        ".errlint.toml": "extend = 'base.toml'\nbaseline = 'accepted.toml'\ncatalogues = ['acme.toml']\n",
        "base.toml": "preview = true\n",
        "accepted.toml": "schema = 1\nentries = []\n",
        "acme.toml": catalogue.format("acme"),
        "given.toml": catalogue.format("given"),
    }
    for name, text in texts.items():
        (here / name).write_text(text)
    (here / "link").symlink_to("acme.toml")
    result = errlint("check", "a.py", "--catalogue", "given.toml", "--output-file", output)
    assert result.exit_code == 2
    assert f"this run goes by '{output}'" in result.stderr
    assert {name: (here / name).read_text() for name in texts} == texts


def test_a_report_takes_the_place_of_the_last_one(here: Path) -> None:
    for _ in range(2):
        assert errlint("check", "a.py", "--output-file", "report.txt").exit_code == 1
    assert "ERR504" in (here / "report.txt").read_text()
