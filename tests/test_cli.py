"""The command line as its users meet it: what is printed where, what is written, and how it ends."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from errlint.cli import cli
from errlint.cli.group import Commands
from errlint.terminal import style_for

ERRLINT = [sys.executable, "-m", "errlint"]
ESCAPE = "\x1b["

SAFE = """import requests


def load(url):
    try:
        return requests.get(url, timeout=5)
    except requests.RequestException as e:
        if not e.response:
            return None
        raise
"""
FIXED = SAFE.replace("not e.response", "e.response is None")
UNSAFE = """import requests


def load(key):
    response = requests.get(f"https://api.girardai.com/v1/workflows/{key}", timeout=10)
    if response.json()["error"]["message"] == "Workflow not found":
        return None
    return response.json()["data"]
"""
CLEAN = "import requests\n\nrequests.get('https://example.com', timeout=5).raise_for_status()\n"
NO_HTTP = "def double(x):\n    return 2 * x\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory that no settings of this machine reach."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".errlint.toml").write_text("")
    return tmp_path


def put(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def errlint(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin, prog_name="errlint")


def check(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return errlint("check", *arguments, stdin=stdin)


def rules_of(result: Result) -> list[str]:
    return [finding["rule"] for finding in json.loads(result.stdout)["findings"]]


# exit codes --------------------------------------------------------------------------------------------------------------------

formats = pytest.mark.parametrize("form", ["full", "concise", "json"])


@formats
def test_exits_with_0_when_nothing_is_found(form: str) -> None:
    put("a.py", CLEAN)
    assert check("--output-format", form).exit_code == 0


@formats
def test_exits_with_1_on_findings_unless_told_otherwise(form: str) -> None:
    put("a.py", SAFE)
    assert check("--output-format", form).exit_code == 1
    assert check("--output-format", form, "--exit-zero").exit_code == 0


@formats
@pytest.mark.parametrize(
    "wrong", [["missing.py"], ["--select", "ERR999"], ["--config", "missing.toml"], ["--catalogue", "missing.toml"], ["--api", "nobody"]]
)
def test_exits_with_2_when_the_job_cannot_be_done_whatever_was_asked(form: str, wrong: list[str]) -> None:
    put("a.py", CLEAN)
    result = check("--output-format", form, "--exit-zero", *wrong)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stdout == ""


def test_a_run_in_which_no_rule_is_selected_cannot_do_its_job() -> None:
    put("a.py", NO_HTTP)
    result = check("--ignore", "ALL")
    assert result.exit_code == 2
    assert "no rule is selected" in result.stderr


def test_to_select_what_the_tool_says_of_itself_is_told_why_it_is_no_choice() -> None:
    put("a.py", NO_HTTP)
    result = check("--select", "ERR007")
    assert (result.exit_code, "always on" in result.stderr) == (2, True)


def test_an_empty_path_is_not_the_working_directory() -> None:
    put("a.py", NO_HTTP)
    result = check("")
    assert (result.exit_code, "the path is empty" in result.stderr) == (2, True)


def test_a_crash_of_errlint_itself_is_not_taken_for_findings() -> None:
    top = Commands()

    @top.command()
    def crash() -> None:
        raise ZeroDivisionError

    result = CliRunner().invoke(top, ["crash"])
    assert result.exit_code == 2
    assert "ZeroDivisionError" in result.stderr


def test_a_run_over_no_files_says_so() -> None:
    result = check()
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "warning: no Python files to check\n")
    assert json.loads(check("--output-format", "json").stdout)["summary"]["files_checked"] == 0


def test_a_mistake_in_the_options_is_told_even_if_there_are_no_files() -> None:
    assert check("--select", "ERR999").exit_code == 2


# help, and mistakes in the command line ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_the_commands_and_the_exit_codes(flag: str) -> None:
    result = errlint(flag)
    assert result.exit_code == 0, result.stderr
    assert all(word in result.stdout for word in ("check", "explain", "rules", "catalogue", "Exit codes"))


def test_version() -> None:
    assert re.fullmatch(r"errlint \d+\.\d+\.\d+\n", errlint("--version").stdout)


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["chekc"], "check"),
        (["check", "--selct", "ERR1"], "--select"),
        (["check", "--output-format", "jsn"], "json"),
        (["check", "--color", "alway"], "always"),
        (["check", "--select", "mesage-branch"], "message-branch"),
        (["explain", "ERR1O1"], "ERR101"),
        (["check", "--api", "girardi"], "girardai"),
        (["check", "clent.py"], "client.py"),
    ],
)
def test_says_what_was_probably_meant(arguments: list[str], meant: str) -> None:
    put("client.py", CLEAN)
    result = errlint(*arguments)
    assert result.exit_code == 2
    assert re.search(rf"[Dd]id you mean.*'{re.escape(meant)}'", result.stderr), result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["-", "a.py"], ["--stdin-filename", "a.py"], ["--isolated", "--config", ".errlint.toml"], ["-q", "-v"]],
)
def test_refuses_options_that_contradict_each_other(arguments: list[str]) -> None:
    result = check(*arguments, stdin="")
    assert result.exit_code == 2
    assert "Usage: errlint check" in result.stderr


# what is printed ---------------------------------------------------------------------------------------------------------------


def test_findings_and_summary_go_to_standard_output() -> None:
    put("a.py", SAFE)
    result = check()
    assert result.stdout.startswith("a.py:8:12 ERR504 falsy-response [*]\nerror: ")
    assert result.stdout.endswith("\nFound 1 error (1 file checked).\n1 fixable with --fix.\n")
    assert result.stderr == ""


def test_quiet_prints_findings_only() -> None:
    put("a.py", SAFE)
    assert len(check("-q", "--output-format", "concise").stdout.splitlines()) == 1
    Path("a.py").write_text(CLEAN)
    assert check("-q").output == ""


def test_verbose_tells_the_configuration_and_why_files_are_skipped(here: Path) -> None:
    put("a.py", NO_HTTP)
    put("build/b.py", SAFE)
    result = check("-v")
    assert f"configuration: {here / '.errlint.toml'}\n" in result.stderr
    assert "build: skipped, excluded by default\n" in result.stderr
    assert "a.py: nothing in it that a rule looks for\n" in result.stderr
    assert result.stdout == "No findings (1 file checked).\n"


def test_files_are_reported_in_the_order_of_their_paths() -> None:
    for name in ("b.py", "a/z.py", "a.py", "a-b/c.py"):
        put(name, SAFE)
    found = json.loads(check("b.py", ".", "--output-format", "json").stdout)["findings"]
    assert [finding["path"] for finding in found] == ["a/z.py", "a-b/c.py", "a.py", "b.py"]


def test_paths_are_relative_to_the_working_directory(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    put("pkg/a.py", SAFE)
    assert check(str(here / "pkg" / "a.py"), "--output-format", "concise").stdout.startswith("pkg/a.py:8:12: ")
    assert check("./pkg/../pkg", "--output-format", "concise").stdout.startswith("pkg/a.py:8:12: ")
    monkeypatch.chdir(here / "pkg")
    assert check("../pkg/a.py", "--output-format", "concise").stdout.startswith("a.py:8:12: ")


def test_statistics_count_instead_of_showing() -> None:
    put("a.py", SAFE)
    put("b.py", SAFE)
    assert check("--statistics").stdout == "2  ERR504  falsy-response  [*]\nFound 2 errors (2 files checked).\n2 fixable with --fix.\n"


def test_show_files_lists_and_checks_nothing() -> None:
    put("b.py", "this is (not Python")
    put("a/a.pyi", SAFE)
    put("notes.txt", "")
    assert check("--show-files").output == "a/a.pyi\nb.py\n"
    assert json.loads(check("--show-files", "--output-format", "json").stdout) == {"schema": 1, "files": ["a/a.pyi", "b.py"]}


def test_suppressed_findings_are_counted() -> None:
    put("a.py", SAFE.replace("e.response:", "e.response:  # errlint: ignore[ERR504] known"))
    assert check().stdout == "No findings (1 file checked, 1 suppressed).\n"


def test_ignores_by_file_are_counted_as_suppressed_and_not_fixed() -> None:
    put("samples/a.py", SAFE)
    Path(".errlint.toml").write_text('[per-file-ignores]\n"samples/*" = ["ERR5"]\n')
    assert check("--fix").stdout == "No findings (1 file checked, 1 suppressed).\n"
    assert Path("samples/a.py").read_text() == SAFE


# selection ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["ERR101", "ERR504"]),
        (["--select", "ERR5"], ["ERR504"]),
        (["--select", "message-branch,ERR504"], ["ERR101", "ERR504"]),
        (["--select", "ERR101", "--select", "ERR504"], ["ERR101", "ERR504"]),
        (["--ignore", "falsy-response"], ["ERR101"]),
        (["--select", "ERR101", "--extend-select", "ERR504"], ["ERR101", "ERR504"]),
    ],
)
def test_rules_are_selected_by_id_name_and_prefix(options: list[str], expected: list[str]) -> None:
    put("a.py", UNSAFE)
    put("b.py", SAFE)
    assert rules_of(check("--output-format", "json", *options)) == expected


def test_isolated_leaves_the_configuration_aside() -> None:
    put("a.py", SAFE)
    Path(".errlint.toml").write_text('ignore = ["ERR504"]\n')
    assert check().exit_code == 0
    assert check("--isolated").exit_code == 1


def test_a_configuration_can_be_named() -> None:
    put("a.py", SAFE)
    put("settings.toml", 'ignore = ["ERR504"]\n')
    assert check("--config", "settings.toml").exit_code == 0


def test_excluded_files_are_left_out_even_by_name_if_forced() -> None:
    put("a.py", SAFE)
    assert check("--exclude", "a.py").exit_code == 0
    assert check("--exclude", "a.py", "a.py").exit_code == 1
    assert check("--exclude", "a.py", "--force-exclude", "a.py").exit_code == 0


# fixes -------------------------------------------------------------------------------------------------------------------------


def test_fix_writes_safe_fixes_and_ends_with_0_when_nothing_remains() -> None:
    path = put("a.py", SAFE)
    result = check("--fix")
    assert (result.exit_code, result.stdout) == (0, "Fixed 1 finding in 1 file.\nNo findings (1 file checked).\n")
    assert path.read_text() == FIXED


def test_fix_ends_with_1_when_findings_remain() -> None:
    put("a.py", SAFE)
    put("b.py", UNSAFE)
    result = check("--fix", "--output-format", "json")
    assert result.exit_code == 1
    assert rules_of(result) == ["ERR101"]
    assert json.loads(result.stdout)["summary"]["fixed"] == 1


def test_fix_can_fail_a_build_because_something_was_fixed() -> None:
    put("a.py", SAFE)
    assert check("--fix", "--exit-non-zero-on-fix").exit_code == 1
    assert check("--fix", "--exit-non-zero-on-fix").exit_code == 0


def test_unsafe_fixes_have_to_be_asked_for() -> None:
    path = put("a.py", UNSAFE)
    assert check("--fix").exit_code == 1
    assert path.read_text() == UNSAFE
    assert check("--fix", "--unsafe-fixes").exit_code == 0
    assert '["code"] == "WORKFLOW_NOT_FOUND"' in path.read_text()


def test_diff_shows_a_patch_and_writes_nothing() -> None:
    path = put("a.py", SAFE)
    put("b.py", UNSAFE)
    result = check("--diff")
    assert result.exit_code == 1
    assert path.read_text() == SAFE
    assert result.stderr == "Would fix 1 finding in 1 file (1 more with --unsafe-fixes).\n1 finding would remain.\n"
    subprocess.run(["git", "apply", "-"], input=result.stdout, text=True, check=True)
    assert path.read_text() == FIXED


def test_diff_without_changes_ends_with_0() -> None:
    put("b.py", UNSAFE)
    result = check("--diff")
    assert (result.exit_code, result.stdout) == (0, "")


def test_diff_tells_which_files_could_not_be_looked_at() -> None:
    put("b.py", UNSAFE + "if (\n")
    result = check("--diff")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "b.py:" in result.stderr
    assert "ERR001" in result.stderr


# standard input ----------------------------------------------------------------------------------------------------------------


def test_code_from_standard_input_is_checked_under_the_name_it_is_given() -> None:
    Path(".errlint.toml").write_text('[per-file-ignores]\n"tests/*" = ["ALL"]\n')
    named = check("-", "--stdin-filename", "src/a.py", stdin=SAFE)
    assert named.exit_code == 1
    assert named.stdout.startswith("src/a.py:8:12 ERR504")
    assert " 8 |         if not e.response:" in named.stdout
    assert check("-", "--stdin-filename", "tests/a.py", stdin=SAFE).exit_code == 0
    assert check("-", stdin=SAFE).stdout.startswith("-:8:12 ERR504")


def test_fixed_standard_input_goes_to_standard_output_and_the_report_to_standard_error() -> None:
    result = check("-", "--fix", stdin=SAFE)
    assert (result.exit_code, result.stdout) == (0, FIXED)
    assert result.stderr == "Fixed 1 finding in 1 file.\nNo findings (1 file checked).\n"


@pytest.mark.parametrize("code", [CLEAN, NO_HTTP, "import requests\nif (\n", UNSAFE, ""])
def test_standard_input_that_is_not_fixed_comes_out_as_it_went_in(code: str) -> None:
    assert check("-", "--fix", stdin=code).stdout == code


def test_standard_input_keeps_its_encoding_and_newlines() -> None:
    code = ("# coding: latin-1\n# é\n" + SAFE).replace("\n", "\r\n").encode("latin-1")
    assert check("-", "--fix", stdin=code).stdout_bytes == code.replace(b"not e.response", b"e.response is None")


def test_excluded_standard_input_comes_out_as_it_went_in() -> None:
    arguments = ["-", "--stdin-filename", "vendor/a.py", "--exclude", "vendor", "--force-exclude"]
    assert check(*arguments, stdin=SAFE).output == ""
    assert check(*arguments, "--fix", stdin=SAFE).output == SAFE


def test_diff_of_standard_input() -> None:
    result = check("-", "--diff", "--stdin-filename", "a.py", stdin=SAFE)
    assert result.stdout.startswith("--- a/a.py\n+++ b/a.py\n")


# explain, rules, catalogues ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ERR101", "err101", "message-branch"])
def test_explain_shows_the_documentation_of_a_rule(name: str) -> None:
    result = errlint("explain", name)
    assert result.exit_code == 0
    assert result.stdout.startswith("# ERR101 message-branch: ")
    assert "## Why" in result.stdout
    assert ESCAPE not in result.stdout


def test_explain_shows_what_the_findings_of_the_tool_itself_mean() -> None:
    result = errlint("explain", "err003")
    assert result.stdout.startswith("# ERR003 suppression: ")
    assert "Severity: warning" in result.stdout


def test_explain_of_the_beginning_of_ids_names_them() -> None:
    result = errlint("explain", "err2")
    assert result.exit_code == 2
    listed = [rule["id"] for rule in json.loads(errlint("rules", "--format", "json").stdout)["rules"] if rule["id"].startswith("ERR2")]
    assert result.stderr.endswith(f"hint: a whole id is needed: {', '.join(listed)}\n")


def test_explain_renders_markdown_on_a_terminal() -> None:
    text = errlint("explain", "ERR101", "--color", "always").stdout
    assert ESCAPE in text
    assert "##" not in text
    assert not re.search(r"\x1b\[(?:\d+;)*4[0-8]\b", text), "terminals have a ground of their own"


def test_rules_are_listed_as_a_table_and_as_json() -> None:
    table = errlint("rules").stdout.splitlines()
    listing = json.loads(errlint("rules", "--format", "json").stdout)
    assert table[0].split() == ["Rule", "Name", "Severity", "Since", "What", "it", "finds"]
    assert [line.split()[0] for line in table[1:]] == [rule["id"] for rule in listing["rules"]]
    assert set(listing["rules"][0]) == {"id", "name", "title", "severity", "since", "preview"}


def test_catalogues_are_listed_and_shown() -> None:
    assert "girardai" in errlint("catalogue", "list").stdout
    shown = errlint("catalogue", "show", "girardai")
    assert re.search(r"^RATE_LIMIT_EXCEEDED +429 +yes, when told +Too many requests$", shown.stdout, re.MULTILINE)
    unknown = errlint("catalogue", "show", "girardi")
    assert unknown.exit_code == 2
    assert "'girardai'" in unknown.stderr


ACME = 'schema = 1\n\n[api]\nid = "acme"\nname = "Acme"\nhosts = ["api.acme.example"]\n\n[[code]]\nnames = ["NOPE"]\nretry = "no"\n'


def test_catalogues_of_the_user_are_known() -> None:
    put("acme.toml", ACME)
    assert "acme " in errlint("catalogue", "list", "--catalogue", "acme.toml").stdout
    Path(".errlint.toml").write_text('catalogues = ["acme.toml"]\n')
    assert "NOPE" in errlint("catalogue", "show", "acme").stdout


def test_a_catalogue_is_checked() -> None:
    put("acme.toml", ACME)
    put("bad.toml", ACME.replace('retry = "no"', 'retry = "never"'))
    fine = errlint("catalogue", "check", "acme.toml")
    assert (fine.exit_code, fine.stdout) == (0, "acme.toml: fine (Acme, 1 code)\n")
    wrong = errlint("catalogue", "check", "acme.toml", "bad.toml")
    assert wrong.exit_code == 1
    assert "--> bad.toml:10:" in wrong.stderr
    assert errlint("catalogue", "check", "missing.toml").exit_code == 2


# terminals ---------------------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("terminal", "choice", "environ", "colour"),
    [
        (True, "auto", {}, True),
        (False, "auto", {}, False),
        (True, "auto", {"TERM": "dumb"}, False),
        (True, "auto", {"NO_COLOR": "1"}, False),
        (True, "auto", {"NO_COLOR": ""}, True),
        (False, "auto", {"FORCE_COLOR": "1"}, True),
        (False, "auto", {"FORCE_COLOR": ""}, False),
        (True, "auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (False, "always", {"NO_COLOR": "1"}, True),
        (True, "never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color_beats_no_color_beats_force_color(terminal: bool, choice: str, environ: dict[str, str], colour: bool) -> None:
    assert style_for(Terminal() if terminal else io.StringIO(), choice, environ).colour is colour


def on_a_terminal(columns: int, *arguments: str, **environ: str) -> str:
    """What a command writes to a terminal of this width; without a progress bar, which slow machines would show."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    variables = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    process = subprocess.Popen(
        [*ERRLINT, *arguments],
        stdin=side,
        stdout=side,
        stderr=side,
        env={**variables, "TERM": "xterm-256color", "PRE_COMMIT": "1", **environ},
    )
    os.close(side)
    written = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:  # what Linux says when the other side is closed
            break
        if not part:
            break
        written += part
    os.close(main)
    process.wait()
    return written.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours_and_lines_that_fit() -> None:
    put("a.py", SAFE.replace("return None", f"return None{' ' * 20}# {'a very long comment ' * 20}"))
    for columns in (80, 200):
        text = on_a_terminal(columns, "check")
        assert ESCAPE in text
        lines = re.sub(r"\x1b\[[\d;]*m", "", text).splitlines()
        assert columns - 10 < max(map(len, lines)) <= columns


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_gets_no_colours_if_it_does_not_want_any(environ: dict[str, str]) -> None:
    put("a.py", SAFE)
    assert ESCAPE not in on_a_terminal(80, "check", **environ)


def test_a_pipe_gets_colours_on_demand() -> None:
    put("a.py", SAFE)
    assert ESCAPE not in check().stdout
    assert ESCAPE in check("--color", "always").stdout
    assert ESCAPE in CliRunner(env={"FORCE_COLOR": "1"}).invoke(cli, ["check"]).stdout


@pytest.mark.parametrize("form", ["full", "json"])
def test_a_reader_that_goes_away_changes_nothing(form: str) -> None:
    put("a.py", "import requests\n" + SAFE.partition("\n")[2] * 500)
    process = subprocess.Popen([*ERRLINT, "check", "--output-format", form], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), complaint) == (1, b"")


def test_help_into_a_closed_pipe_is_quiet() -> None:
    done = subprocess.run(f"{sys.executable} -m errlint --help | true", shell=True, capture_output=True, check=False)
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_told() -> None:
    put("a.py", SAFE)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*ERRLINT, "check"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "error: No space left on device\n")


def test_closed_streams_are_no_crash() -> None:
    put("a.py", SAFE)
    errlint_in_shell = f"{sys.executable} -m errlint check"
    assert subprocess.run(f"{errlint_in_shell} >&- 2>&-", shell=True, check=False).returncode == 1
    done = subprocess.run(f"{errlint_in_shell} - <&-", shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "error: standard input is closed\n")


def test_an_interrupt_ends_the_run_without_a_traceback() -> None:
    process = subprocess.Popen([*ERRLINT, "check", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1.5)  # it waits for standard input by now
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in complaint


def test_characters_that_the_output_cannot_encode_become_escapes() -> None:
    put("ä.py", SAFE.replace("if not", "'日本'\n        if not"))
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*ERRLINT, "check"], capture_output=True, env=environ, check=False)
    assert done.returncode == 1
    assert b"\\xe4.py:9:12 ERR504" in done.stdout
    assert b"'\\u65e5\\u672c'" in done.stdout
    as_json = subprocess.run([*ERRLINT, "check", "--output-format", "json"], capture_output=True, env=environ, check=False).stdout
    assert json.loads(as_json.decode("utf-8"))["findings"][0]["path"] == "ä.py"
