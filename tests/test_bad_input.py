"""Whatever errlint is given, it says what is wrong and where, goes on with the rest, and ends with the right exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from errlint.cli import cli
from errlint.config import Configs
from errlint.plan import Plan
from errlint.runner import Mode, run

CODE = """import requests


def load(url):
    try:
        return requests.get(url, timeout=5)
    except requests.RequestException as e:
        if not e.response:
            return None
        raise
"""
FIXED = CODE.replace("not e.response", "e.response is None")
BOM = b"\xef\xbb\xbf"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory that no settings of this machine reach."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".errlint.toml").write_text("")
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", *arguments], prog_name="errlint")


def put(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def concise(*arguments: str) -> list[str]:
    """The findings of a run, one a line."""
    return check("-q", "--output-format", "concise", *arguments).stdout.splitlines()


# paths -------------------------------------------------------------------------------------------------------------------------


def test_a_directory_that_does_not_exist() -> None:
    Path("source").mkdir()
    result = check("sources")
    assert result.exit_code == 2
    assert result.stderr == "error: there is no file or folder 'sources'\nhint: did you mean 'source'?\n"


def test_a_directory_that_is_called_like_a_file() -> None:
    Path("x.py").mkdir()
    put("x.py/a.py", CODE)
    assert [line.split()[0] for line in concise(".")] == ["x.py/a.py:8:12:"]


def test_a_symlink_to_nowhere_is_a_finding_and_the_run_goes_on() -> None:
    Path("gone.py").symlink_to("nowhere.py")
    put("z.py", CODE)
    result = check("--output-format", "concise")
    assert result.exit_code == 1
    assert result.stdout.startswith("gone.py:1:1: ERR005 unreadable-file cannot be read: a symlink to nowhere\nz.py:8:12: ERR504")
    assert "(1 file checked, 1 could not be checked)" in result.stdout


def test_a_symlink_to_nowhere_that_is_named_cannot_be_checked() -> None:
    Path("gone.py").symlink_to("nowhere.py")
    result = check("gone.py")
    assert (result.exit_code, result.stderr) == (2, "error: 'gone.py' is a symlink to nowhere\n")


def test_a_loop_of_symlinks() -> None:
    Path("pkg").mkdir()
    put("pkg/a.py", CODE)
    Path("pkg/up").symlink_to(Path.cwd())
    Path("one.py").symlink_to("two.py")
    Path("two.py").symlink_to("one.py")
    lines = concise(".")
    assert [line.split()[:2] for line in lines] == [["one.py:1:1:", "ERR005"], ["pkg/a.py:8:12:", "ERR504"], ["two.py:1:1:", "ERR005"]]


def test_a_file_deleted_during_the_run() -> None:
    names = [put(name, CODE) for name in ("a.py", "b.py", "c.py")]
    outcomes = run(names, Plan(Configs(isolated=True)), Mode.CHECK)
    found = [next(outcomes).report]
    Path("b.py").unlink()
    found += [outcome.report for outcome in outcomes]
    assert [(report.path, report.stage, report.findings[0].rule) for report in found] == [
        ("a.py", "checked", "ERR504"),
        ("b.py", "failed", "ERR005"),
        ("c.py", "checked", "ERR504"),
    ]
    assert found[1].findings[0].message == "cannot be read: does not exist any more"


# what a user may not do: root may do everything, so another user tries ---------------------------------------------------------


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder in which any user may write, unlike the ones that pytest makes."""
    folder = Path(tempfile.mkdtemp(prefix="errlint-"))
    folder.chmod(0o777)
    (folder / ".errlint.toml").write_text("")
    yield folder
    shutil.rmtree(folder)


AS_NOBODY = """
import importlib, os, pkgutil, sys
from click.testing import CliRunner
import errlint
from errlint.cli import cli
if os.getuid() == 0:
    # what is imported late: afterwards Python's own files may be out of reach
    for module in pkgutil.walk_packages(errlint.__path__, "errlint."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    CliRunner().invoke(cli, [*(one for one in sys.argv[1:] if one != "--fix"), "--diff", "--no-cache"])
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
cli.main(prog_name="errlint")
"""


def as_nobody(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run errlint as a user without rights."""
    return subprocess.run([sys.executable, "-c", AS_NOBODY, "check", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_an_unreadable_file_is_a_finding_and_the_run_goes_on(open_folder: Path) -> None:
    for name in ("a.py", "b.py"):
        (open_folder / name).write_text(CODE)
    (open_folder / "a.py").chmod(0)
    done = as_nobody(open_folder, "--output-format", "concise")
    assert done.returncode == 1
    assert done.stdout.startswith("a.py:1:1: ERR005 unreadable-file cannot be read: permission denied\nb.py:8:12: ERR504")


def test_an_unreadable_file_that_is_named_is_a_finding_and_the_run_goes_on(open_folder: Path) -> None:
    (open_folder / "locked").mkdir(mode=0o777)
    for name in ("a.py", "b.py", "locked/c.py"):
        (open_folder / name).write_text(CODE)
    (open_folder / "a.py").chmod(0)
    (open_folder / "locked").chmod(0)
    done = as_nobody(open_folder, "--output-format", "concise", "b.py", "a.py", "locked/c.py")
    assert (done.returncode, done.stderr) == (1, "")
    first, second, third, *_ = done.stdout.splitlines()
    assert first == "a.py:1:1: ERR005 unreadable-file cannot be read: permission denied"
    assert second.startswith("b.py:8:12: ERR504")
    assert third == "locked/c.py:1:1: ERR005 unreadable-file cannot be read: permission denied"
    missing = as_nobody(open_folder, "b.py", "none.py")
    assert (missing.returncode, missing.stdout) == (2, "")


def test_an_unreadable_folder_is_a_finding(open_folder: Path) -> None:
    (open_folder / "locked").mkdir(mode=0)
    done = as_nobody(open_folder, "-q", "--output-format", "concise")
    assert done.returncode == 1
    assert done.stdout == "locked:1:1: ERR005 unreadable-file cannot be read: permission denied\n"


def test_a_file_in_a_read_only_folder_is_not_fixed_and_the_run_goes_on(open_folder: Path) -> None:
    locked, free = open_folder / "a" / "locked.py", open_folder / "b" / "free.py"
    for path in (locked, free):
        path.parent.mkdir(mode=0o777)
        path.write_text(CODE)
        path.chmod(0o666)
    free.parent.chmod(0o777)
    locked.parent.chmod(0o555)
    done = as_nobody(open_folder, "--fix", "--output-format", "concise")
    assert done.returncode == 1
    first, second, *_ = done.stdout.splitlines()
    assert first == f"{Path('a/locked.py')}:1:1: ERR005 unreadable-file cannot be written, so nothing was fixed: permission denied"
    assert second.startswith(f"{Path('a/locked.py')}:8:12: ERR504")
    assert (locked.read_text(), free.read_text()) == (CODE, FIXED)
    assert [*locked.parent.iterdir(), *free.parent.iterdir()] == [locked, free]


def test_results_that_cannot_be_kept_or_read_are_no_matter(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (open_folder / "a.py").write_text(CODE)
    results = open_folder / "results"
    for mode in (0o555, 0):
        results.mkdir(mode=mode)
        monkeypatch.setenv("ERRLINT_CACHE_DIR", str(results / "below" if mode else results))
        done = as_nobody(open_folder, "--output-format", "concise", "a.py")
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.startswith("a.py:8:12: ERR504")
        results.rmdir()


def test_a_read_only_file_is_not_fixed_and_all_its_findings_stand(here: Path) -> None:
    path = put("a.py", CODE)
    put("b.py", CODE)
    path.chmod(0o444)
    result = check("--fix", "--output-format", "concise")
    assert result.exit_code == 1
    first, second, *rest = result.stdout.splitlines()
    assert first == "a.py:1:1: ERR005 unreadable-file cannot be written, so nothing was fixed: is read-only"
    assert second.startswith("a.py:8:12: ERR504 falsy-response [*] ")
    assert rest[0] == "Fixed 1 finding in 1 file."
    assert (path.read_text(), Path("b.py").read_text()) == (CODE, FIXED)
    assert sorted(entry.name for entry in here.iterdir()) == [".errlint.toml", "a.py", "b.py"]


# what is no Python, or hardly --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "place", "text"),
    [
        (CODE + "if (\n", "a.py:11:", "cannot be parsed: "),
        (CODE + "print 'hello'\n", "a.py:11:", "cannot be parsed: "),
        (CODE + "raise ValueError, 'no'\n", "a.py:11:", "cannot be parsed: "),
        (CODE + "\0", "a.py:11:1:", "cannot be decoded: the file contains a NUL byte"),
        (CODE.encode() + b"# \xe9\n", "a.py:11:3:", "cannot be decoded: byte 0xe9 is not utf-8"),
        ("# coding: martian\n" + CODE, "a.py:1:11:", "cannot be decoded: unknown encoding 'martian'"),
        (BOM + b"# coding: latin-1\n" + CODE.encode(), "a.py:1:11:", "begins with the byte-order mark of UTF-8"),
    ],
    ids=["syntax error", "Python 2 print", "Python 2 raise", "NUL", "not UTF-8", "unknown encoding", "contradiction"],
)
def test_a_file_that_cannot_be_parsed_is_a_finding_with_its_place(content: str | bytes, place: str, text: str) -> None:
    path = put("a.py", content)
    before = path.read_bytes()
    result = check("--fix", "--output-format", "concise")
    assert result.exit_code == 1
    assert result.stderr == ""
    assert result.stdout.startswith(f"{place}")
    assert f" ERR001 unparsable-file {text}" in result.stdout or text in result.stdout
    assert "(0 files checked, 1 could not be checked)" in result.stdout
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (CODE.encode("utf-16"), "the file is UTF-16, which Python does not read"),
        (b"\xfe\xff" + CODE.encode("utf-16-be"), "the file is UTF-16, which Python does not read"),
        (b"x = 1\0\n", "the file contains a NUL byte"),
        (CODE.encode("utf-16-le"), "the file contains a NUL byte"),
    ],
)
def test_what_is_no_text_is_a_finding_whatever_it_speaks_of(content: bytes, said: str) -> None:
    put("a.py", content)
    put("test_a.py", content)
    [line] = concise()
    assert line.startswith("a.py:1:")
    assert f"ERR001 unparsable-file cannot be decoded: {said}" in line


def test_a_notebook_is_not_called_checked() -> None:
    put("nb.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": [CODE]}], "nbformat": 4}))
    warning = "warning: nb.ipynb: notebooks are not read, so nothing in it was checked\n"
    result = check("nb.ipynb")
    assert (result.exit_code, result.stderr) == (0, f"{warning}warning: no Python files to check\n")
    assert "1 file checked" not in result.stdout
    put("a.py", CODE)
    result = check("a.py", "nb.ipynb", "--output-format", "concise")
    assert (result.exit_code, result.stderr) == (1, warning)
    assert "(1 file checked)" in result.stdout
    assert check("--show-files", "a.py", "nb.ipynb").stdout == "a.py\n"
    assert check(".").stderr == ""


def test_a_file_that_cannot_be_parsed_has_a_frame() -> None:
    put("a.py", b"import requests  # \xe9\n" + CODE.encode())
    rows = check().stdout.splitlines()
    assert rows[3:5] == ["1 | import requests  # \ufffd", "  |                    ^"]


def test_a_file_that_cannot_be_parsed_does_not_stop_the_others() -> None:
    put("a.py", CODE + "if (\n")
    put("b.py", CODE)
    assert [line.split()[1] for line in concise()] == ["ERR001", "ERR504"]


@pytest.mark.parametrize("content", ["", "\n", "# nothing\n", "\f", "\ufeff"])
def test_an_empty_file_is_clean(content: str) -> None:
    put("a.py", content)
    result = check("a.py")
    assert (result.exit_code, result.stdout) == (0, "No findings (1 file checked).\n")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"# coding: latin-1\n# \xe9\n" + CODE.encode(), "10:12"),
        (BOM + CODE.encode(), "8:12"),
        (CODE.replace("\n", "\r\n").encode(), "8:12"),
        (CODE.rstrip("\n").encode(), "8:12"),
        (CODE.replace("\n\ndef", "\n\f\ndef").encode(), "8:12"),
        (CODE.replace("def load", "S = 'a\u2028b\x85'\ndef load").encode(), "9:12"),
        (CODE.replace("if not", "'\u2028'; '\U0001f680'; x = 1\n        if not").encode(), "9:12"),
    ],
    ids=["latin-1", "BOM", "CRLF", "no newline at the end", "form feed", "U+2028 above", "U+2028 and wide characters"],
)
def test_an_unusual_file_is_checked_and_fixed_to_the_byte(content: bytes, place: str) -> None:
    path = put("a.py", content)
    assert [line.split()[0] for line in concise()] == [f"a.py:{place}:"]
    assert check("--fix").exit_code == 0
    assert path.read_bytes() == content.replace(b"not e.response", b"e.response is None")


def test_a_file_that_the_parser_cannot_give_back_is_checked_and_left_as_it_is() -> None:
    path = put("a.py", "\f" + CODE)
    result = check("--fix", "--output-format", "concise")
    assert result.exit_code == 1
    assert [line.split()[1] for line in result.stdout.splitlines()[:2]] == ["ERR004", "ERR504"]
    assert path.read_text() == "\f" + CODE


def test_a_file_of_2_megabytes() -> None:
    put("a.py", f"import requests\nDATA = '{'x' * 2_000_000}'\n{CODE}")
    put("b.py", "value = [1, 2, 3]\n" * 120_000)
    result = check()
    assert result.exit_code == 1
    assert result.stdout.startswith("a.py:10:12 ERR504")
    assert len(result.stdout) < 5_000
    assert "(2 files checked)" in result.stdout


def test_an_unknown_rule_in_a_suppression() -> None:
    put("a.py", CODE.replace("e.response:", "e.response:  # errlint: ignore[ERR509]"))
    result = check()
    assert result.exit_code == 1
    assert "a.py:8:47 ERR003 suppression\nwarning: unknown rule 'ERR509' in a suppression; did you mean" in result.stdout
    assert "ERR504 falsy-response" in result.stdout


# settings and catalogues -------------------------------------------------------------------------------------------------------


def test_a_broken_pyproject() -> None:
    put("pyproject.toml", '[tool.errlint]\nselect = ["ERR1"\nignore = []\n')
    Path(".errlint.toml").unlink()
    put("a.py", CODE)
    result = check()
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert "--> pyproject.toml:3:" in result.stderr
    assert "3 | ignore = []" in result.stderr


def test_an_unknown_key_of_the_settings() -> None:
    put(".errlint.toml", 'preview = true\nextend-selct = ["ERR1"]\n')
    put("a.py", CODE)
    result = check()
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        result.stderr
        == """\
error: unknown key 'extend-selct'
 --> .errlint.toml:2:1
  |
1 | preview = true
2 | extend-selct = ["ERR1"]
  | ^^^^^^^^^^^^
  |
hint: did you mean 'extend-select'?
"""
    )


def test_an_unknown_rule_in_the_settings() -> None:
    put(".errlint.toml", 'ignore = [\n    "ERR101",\n    "ERR599",\n]\n')
    put("a.py", "x = 1\n")
    result = check()
    assert result.exit_code == 2
    assert "--> .errlint.toml:3:5" in result.stderr
    assert '3 |     "ERR599",\n  |     ^^^^^^^^\n' in result.stderr


def test_a_missing_catalogue() -> None:
    put(".errlint.toml", 'catalogues = ["acmee.toml"]\n')
    put("acme.toml", "")
    put("a.py", CODE)
    result = check()
    assert result.exit_code == 2
    assert "--> .errlint.toml:1:15" in result.stderr
    assert "hint: did you mean 'acme.toml'?" in result.stderr


def test_a_catalogue_with_a_wrong_type() -> None:
    put("acme.toml", 'schema = 1\n\n[api]\nid = "acme"\nname = "Acme"\n\n[[code]]\nnames = ["NOPE"]\nstatus = ["404"]\nretry = "no"\n')
    put("a.py", CODE)
    result = check("--catalogue", "acme.toml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--> acme.toml:9:" in result.stderr
    assert '9 | status = ["404"]' in result.stderr


def test_bad_input_looks_the_same_in_json() -> None:
    put("a.py", CODE + "if (\n")
    result = check("--output-format", "json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["findings"][0]["rule"] == "ERR001"
    assert (document["summary"]["files_checked"], document["summary"]["files_failed"]) == (0, 1)


# symlinks out of the folder ----------------------------------------------------------------------------------------------------


@pytest.fixture
def linked(here: Path) -> Path:
    """A file outside of the folder ``proj``, which is the working directory then, and a symlink ``o.py`` to it."""
    (here / "outside").mkdir()
    (here / "proj").mkdir()
    target = here / "outside" / "o.py"
    target.write_text(CODE)
    (here / "proj" / "o.py").symlink_to(Path("..", "outside", "o.py"))
    return target


@pytest.mark.parametrize("arguments", [("--fix",), ("--fix", "--unsafe-fixes"), ("--diff",), ("--add-ignores", "known")])
def test_a_symlink_out_of_a_folder_is_checked_and_not_rewritten(
    linked: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(linked.parents[1] / "proj")
    for folder in (".", "../proj"):
        result = check(folder, "--output-format", "concise", *arguments)
        assert linked.read_text() == CODE
        assert "it is a symlink to a file outside of the folder; name it itself" in result.stderr
        assert ("ERR504" in result.stdout) == (arguments != ("--diff",))
        assert "+++" not in result.stdout
    assert check("--output-format", "concise").stderr == ""


def test_a_symlink_that_is_named_or_leads_to_a_file_in_the_folder_is_rewritten(linked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(linked.parents[1])
    assert check("--fix", "proj/o.py").exit_code == 0
    assert linked.read_text() == FIXED
    linked.write_text(CODE)
    assert check("--fix", ".").exit_code == 0
    assert linked.read_text() == FIXED


def test_of_a_symlink_to_what_is_no_python_nothing_is_shown(linked: Path) -> None:
    linked.write_text(CODE + "password = = 'geheim'\n")
    result = check("proj")
    assert "ERR001" in result.stdout
    assert "geheim" not in result.output
    assert "geheim" in check("outside").output
