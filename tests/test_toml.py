"""A mistake in a TOML file is told with its line, its column, plain words and the remedy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import msgspec
import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from errlint.errors import UsageProblem
from errlint.toml import Document, decode_file, decode_text, locate


class Step(msgspec.Struct, forbid_unknown_fields=True):
    wait: int
    note: str = ""

    def __post_init__(self) -> None:
        if self.wait < 0:
            raise ValueError("'wait' must not be negative")


class Plan(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    select: tuple[str, ...] = ()
    per_file: dict[str, tuple[str, ...]] = {}
    verdicts: dict[Literal["yes", "no"], int] = {}
    retry: Literal["always", "never"] = "never"
    schema: Literal[1] = 1
    either: str | tuple[str, ...] = ""
    pair: tuple[int, int] = (0, 0)
    steps: list[Step] = []
    last: Step | None = None
    factor: float = 1.0
    on: bool = False


def problem_of(text: str, table: tuple[str, ...] = ()) -> UsageProblem:
    with pytest.raises(UsageProblem) as caught:
        decode_text(text, Plan, path="plan.toml", table=table)
    return caught.value


def test_a_good_text_becomes_the_type() -> None:
    plan = decode_text('select = ["a"]\n[[steps]]\nwait = 2\n', Plan, path="plan.toml")
    assert (plan.select, plan.steps) == (("a",), [Step(2)])


def test_a_table_of_a_larger_file_is_taken_alone(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nname = "x"\n[tool.plan]\non = true\n')
    assert decode_file(path, Plan, table=("tool", "plan")).on


def test_line_ends_and_bom_of_windows_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(b"\xef\xbb\xbfon = true\r\nselect = 1\r\n")
    with pytest.raises(UsageProblem) as caught:
        decode_file(path, Plan)
    assert (caught.value.line, caught.value.column, caught.value.source) == (2, 1, "on = true\nselect = 1\n")


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("selct = []", (1, 1), "unknown key 'selct'", "did you mean 'select'?"),
        ("\nper_file = {}", (2, 1), "unknown key 'per_file'", "did you mean 'per-file'?"),
        ("[[steps]]\nwait = 1\n[[steps]]\nwait = 1\nnot = ''", (5, 1), "unknown key 'not'", "did you mean 'note'?"),
        ("[last]\nwaits = 1", (2, 1), "unknown key 'waits'", "did you mean 'wait'?"),
        ("[last]\nx = 1", (2, 1), "unknown key 'x'", "known here are: note, wait"),
        ("select = 1", (1, 1), "select: expected a list of strings, got an integer", None),
        ("select = 'ERR1'", (1, 1), "select: expected a list of strings, got a string", 'write select = ["ERR1"]'),
        ("select = [\n  'a', # , 'no'\n  2]", (3, 3), "select[1]: expected a string, got an integer", None),
        ("[per-file]\na = ['x']\n'b c' = 1", (3, 1), 'per-file."b c": expected a list of strings, got an integer', None),
        ("[per-file]\na = ['x']\nb = ['x', true]", (3, 11), "per-file.b[1]: expected a string, got a boolean", None),
        ("per-file.a = 1", (1, 10), "per-file.a: expected a list of strings, got an integer", None),
        ("verdicts = { yes = 1, maybe = 2 }", (1, 23), 'verdicts: "maybe" is not allowed here', 'allowed: "no", "yes"'),
        ("retry = 'alway'", (1, 1), 'retry: "alway" is not allowed here', "did you mean 'always'?"),
        ("retry = 3", (1, 1), 'retry: expected one of "always", "never", got an integer', None),
        ("schema = 2", (1, 1), "schema: 2 is not allowed here", "allowed: 1"),
        ("either = 1", (1, 1), "either: expected a string or a list of strings, got an integer", None),
        ("pair = [1]", (1, 1), "pair: expected a list of length 2, got 1", None),
        ("steps = [{ wait = 1.5 }]", (1, 12), "steps[0].wait: expected an integer, got a decimal number", None),
        ("[[steps]]\nwait = 1\n[[steps]]", (3, 3), "the key 'wait' is missing in steps[1]", None),
        ("steps = [{ wait = 1 }, { wait = -1 }]", (1, 24), "steps[1]: 'wait' must not be negative", None),
        ("last = 1", (1, 1), "last: expected a table, got an integer", None),
        ("factor = 'x'", (1, 1), "factor: expected a number, got a string", None),
        ("on = 1", (1, 1), "on: expected true or false, got an integer", None),
        ("select = 2020-01-01", (1, 1), "select: expected a list of strings, got a date", None),
    ],
)
def test_what_does_not_fit_is_said_in_plain_words(text: str, place: tuple[int, int], message: str, hint: str | None) -> None:
    problem = problem_of(text)
    assert (problem.line, problem.column) == place
    assert (problem.message, problem.hint) == (message, hint)
    assert (problem.path, problem.source) == ("plan.toml", text)


def test_the_entry_of_a_table_that_is_wrong_is_found_among_good_ones() -> None:
    text = "[per-file]\n" + "".join(f"k{number} = ['x']\n" for number in range(20)) + "bad = [1]\nafter = ['x']\n"
    assert problem_of(text).line == 22


@pytest.mark.parametrize(
    ("text", "place"),
    [("on = \n", (1, 6)), ("on = true\non = false\n", (2, 11)), ("select = [1,\n", (2, 1)), ("[tool\nx=1", (1, 6)), ("é = 1", (1, 1))],
)
def test_what_is_no_toml_is_shown_where_the_parser_stopped(text: str, place: tuple[int, int]) -> None:
    problem = problem_of(text)
    assert problem.message.startswith("this is not TOML: ")
    assert (problem.line, problem.column) == place
    assert problem.source == text


@pytest.mark.parametrize("text", ["on = " + "[" * 3000, "on = " + "9" * 5000])
def test_what_the_parser_cannot_stand_is_a_problem_too(text: str) -> None:
    assert "cannot be read" in problem_of(text).message


def test_a_table_that_is_missing_or_no_table_is_told() -> None:
    assert problem_of("[tool]", ("tool", "plan")).message == "there is no [tool.plan]"
    problem = problem_of("[tool]\nplan = 3", ("tool", "plan"))
    assert (problem.line, problem.message) == (2, "tool.plan: expected a table, got an integer")


def test_a_missing_file_suggests_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "errors.toml").touch()
    with pytest.raises(UsageProblem) as caught:
        decode_file(tmp_path / "error.toml", Plan)
    assert (caught.value.path, caught.value.message) == (str(tmp_path / "error.toml"), "there is no such file")
    assert caught.value.hint == "did you mean 'errors.toml'?"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        decode_file(tmp_path / "none" / "error.toml", Plan)
    assert str(tmp_path / "none") in str(caught.value.hint)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="folder"):
        decode_file(tmp_path, Plan)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.touch(0o000)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(UsageProblem, match="permission denied"):
        decode_file(path, Plan)


def test_bytes_that_are_not_utf8_are_shown_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes("on = true\n# ä ".encode() + b"\xe4\n")
    with pytest.raises(UsageProblem) as caught:
        decode_file(path, Plan)
    problem = caught.value
    assert (problem.line, problem.column) == (2, 5)
    assert "UTF-8" in problem.message
    assert problem.source == "on = true\n# ä �\n"


EVERYTHING = """\
# a = 1
top = "# not a comment"
"quoted key" = 1
a.b.c = 1
'lit"eral'."dot.ted".x = [1, "]", [2, 3]]  # ]
long = \"\"\"
inside = 1
\\\"\"\" still ""\"\"\"
raw = '''
inside = 2'''
many = [
  "one",  # "two",
  { k = 1, l.m = [true] },
  1979-05-27 07:32:00,
]

[ table . sub ] # comment
key = 1
[table]
other = 1
[[list]]
n = 1
[list.inner]
v = 1
[[list]]
n = 2
[[list.deep]]
w = 1
[[list.deep]]
w = 2
"\\u00e9\\x41" = 1
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("top",), (2, 1)),
        (("quoted key",), (3, 1)),
        (("a",), (4, 1)),
        (("a", "b", "c"), (4, 5)),
        (('lit"eral', "dot.ted", "x"), (5, 22)),
        (('lit"eral', "dot.ted", "x", 2, 1), (5, 39)),
        (("long",), (6, 1)),
        (("raw",), (9, 1)),
        (("many", 0), (12, 3)),
        (("many", 1), (13, 3)),
        (("many", 1, "k"), (13, 5)),
        (("many", 1, "l", "m", 0), (13, 19)),
        (("many", 2), (14, 3)),
        (("table",), (19, 2)),
        (("table", "sub"), (17, 11)),
        (("table", "sub", "key"), (18, 1)),
        (("table", "other"), (20, 1)),
        (("list", 0), (21, 3)),
        (("list", 0, "n"), (22, 1)),
        (("list", 0, "inner", "v"), (24, 1)),
        (("list", 1), (25, 3)),
        (("list", 1, "n"), (26, 1)),
        (("list", 1, "deep", 0, "w"), (28, 1)),
        (("list", 1, "deep", 1), (29, 8)),
        (("list", 1, "deep", 1, "w"), (30, 1)),
        (("list", 1, "deep", 1, "éA"), (31, 1)),
        (("table", "sub", "absent"), (17, 11)),
        (("list", 1, "deep", 7, "w"), (27, 8)),
    ],
)
def test_keys_and_elements_are_found(path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    tomli.loads(EVERYTHING)
    assert locate(EVERYTHING, path) == place


@pytest.mark.parametrize("path", [("inside",), ("absent", "x"), ()])
def test_what_is_nowhere_has_no_place(path: tuple[str, ...]) -> None:
    assert locate(EVERYTHING, path) is None


keys = st.text(st.characters(codec="utf-8", exclude_characters="\x7f", exclude_categories=["Cc"]), min_size=1, max_size=8)
values = st.recursive(
    st.integers(0, 9) | st.booleans() | st.text("ab'\"\\ #[]{},=\né", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


def written(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@settings(deadline=None)
@given(st.dictionaries(keys, values, max_size=5))
def test_every_path_of_any_document_leads_to_its_own_key(data: dict[str, object]) -> None:
    text = "".join(f"{json.dumps(key, ensure_ascii=False)} = {written(value)}\n" for key, value in data.items())
    assert tomli.loads(text) == data
    lines = text.split("\n")

    def follow(value: object, path: tuple[str | int, ...]) -> None:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for step, below in inner:
            place = locate(text, (*path, step))
            assert place is not None
            line, column = place
            start = json.dumps(step, ensure_ascii=False) if isinstance(step, str) else written(below)
            assert lines[line - 1][column - 1 :].startswith(start)
            follow(below, (*path, step))

    follow(data, ())


@settings(deadline=None)
@given(st.text("a\"'[]{}=.,#\\\n \tu0", max_size=40))
def test_the_scanner_survives_what_is_no_toml(text: str) -> None:
    place = locate(text, ("a", 0, "a"))
    assert place is None or 1 <= place[0] <= text.count("\n") + 1


def test_a_problem_can_be_made_for_any_place_of_a_document() -> None:
    document = Document.parse("a = 1\nb = [1, 2]\n", "x.toml")
    problem = document.problem("no", ("b", 1), "try 3")
    assert (problem.path, problem.line, problem.column, problem.hint) == ("x.toml", 2, 9, "try 3")


def test_importing_the_module_costs_neither_msgspec_nor_tomli() -> None:
    script = (
        "import sys, errlint.toml, errlint.config, errlint.discovery, errlint.selection;"
        "print({'msgspec', 'tomli', 'pathspec', 'difflib', 'libcst'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "set()\n"
