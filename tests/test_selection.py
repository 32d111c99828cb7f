"""Which rules run, and which are silent in a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from errlint.config import Config, load_config
from errlint.errors import UsageProblem
from errlint.selection import options, select_rules, silenced

Write = Callable[..., Path]


@dataclass(frozen=True)
class FakeRule:
    id: str
    name: str
    preview: bool = False


RULES = (
    FakeRule("ERR101", "message-branch"),
    FakeRule("ERR102", "message-regex"),
    FakeRule("ERR302", "retry-after-disabled"),
    FakeRule("ERR504", "falsy-response"),
    FakeRule("ERR901", "fresh-idea", preview=True),
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, text: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def problem_of(action: Callable[[], object]) -> UsageProblem:
    with pytest.raises(UsageProblem) as caught:
        action()
    return caught.value


def line_of(problem: UsageProblem) -> str:
    assert problem.source is not None
    assert problem.line is not None
    return problem.source.splitlines()[problem.line - 1]


def chosen(text: str, write: Write, **given: object) -> list[str]:
    config = load_config(write("errlint.toml", text))
    return [rule.id for rule in select_rules(RULES, config, options(**given))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ["ERR101", "ERR102", "ERR302", "ERR504"]),
        ("preview = true", ["ERR101", "ERR102", "ERR302", "ERR504", "ERR901"]),
        ("select = []", []),
        ("select = ['ERR302']", ["ERR302"]),
        ("select = ['falsy-response']", ["ERR504"]),
        ("select = ['ERR1']", ["ERR101", "ERR102"]),
        ("select = ['ERR10', 'ERR504']", ["ERR101", "ERR102", "ERR504"]),
        ("select = ['ERR']\nignore = ['ERR1']", ["ERR302", "ERR504"]),
        ("select = ['ALL']\nignore = ['message-branch']", ["ERR102", "ERR302", "ERR504"]),
        ("select = ['ERR101']\nignore = ['ERR1']", ["ERR101"]),
        ("select = ['ERR1']\nignore = ['ERR1']", []),
        ("ignore = ['ALL']\nextend-select = ['ERR5']", ["ERR504"]),
        ("select = ['ERR0']", []),
    ],
)
def test_rules_are_selected_by_id_name_and_prefix_and_the_longer_selector_decides(text: str, ids: list[str], write: Write) -> None:
    assert chosen(text, write) == ids


def test_the_file_that_extends_has_the_last_word(write: Write) -> None:
    write("base.toml", "ignore = ['ERR101']\npreview = true\nselect = ['ERR1']")
    assert chosen("extend = 'base.toml'\nextend-select = ['ERR101']", write) == ["ERR101", "ERR102"]
    assert chosen("extend = 'base.toml'\nselect = ['ALL']", write) == [rule.id for rule in RULES]
    assert chosen("extend = 'base.toml'\nselect = ['ALL']\npreview = false", write) == ["ERR101", "ERR102", "ERR302", "ERR504"]


def test_the_command_line_comes_after_the_settings(write: Write) -> None:
    text = "select = ['ERR1']\nignore = ['ERR101']"
    assert chosen(text, write, select=["ERR101", "ERR5"]) == ["ERR101", "ERR504"]
    assert chosen(text, write, extend_select=["ERR5"]) == ["ERR102", "ERR504"]
    assert chosen(text, write, ignore=["ERR102"]) == []
    assert chosen(text, write, extend_select=["fresh-idea"], preview=True) == ["ERR102", "ERR901"]
    assert chosen("preview = true", write, preview=False) == ["ERR101", "ERR102", "ERR302", "ERR504"]


def test_the_layers_of_a_chain_take_their_turns(write: Write) -> None:
    write("base.toml", "select = ['ERR1', 'ERR3']")
    write("middle.toml", "extend = 'base.toml'\nignore = ['ERR102']")
    assert chosen("extend = 'middle.toml'\nextend-select = ['ERR504']", write) == ["ERR101", "ERR302", "ERR504"]


@pytest.mark.parametrize("selector", ["ERR901", "fresh-idea", "ERR9"])
def test_asking_for_a_preview_rule_that_cannot_run_is_a_problem(selector: str, write: Write) -> None:
    config = load_config(write("errlint.toml", f"\nselect = ['{selector}']"))
    problem = problem_of(lambda: select_rules(RULES, config))
    assert problem.line == 2
    assert "preview" in problem.message
    assert "--preview" in str(problem.hint)
    assert [rule.id for rule in select_rules(RULES, config, options(preview=True))] == ["ERR901"]


def test_ignoring_a_preview_rule_is_always_fine(write: Write) -> None:
    assert chosen("ignore = ['ERR901']", write) == ["ERR101", "ERR102", "ERR302", "ERR504"]


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("select = ['ERR101', 'ERR11']", "select = ['ERR101', 'ERR11']", "ERR101"),
        ("select = [\n'ERR1',\n'mesage-branch',\n]", "'mesage-branch',", "did you mean 'message-branch'?"),
        ("ignore = ['err302']", "ignore = ['err302']", "did you mean 'ERR302'?"),
        ("extend-select = ['all']", "extend-select = ['all']", "did you mean 'ALL'?"),
        ("select = ['E']", "select = ['E']", "`errlint rules`"),
        ("select = ['']", "select = ['']", "`errlint rules`"),
        ("[per-file-ignores]\na = ['ERR1']\n'b/**' = [\n'ERR1', 'ERR305']", "'ERR1', 'ERR305']", "did you mean 'ERR302'?"),
    ],
)
def test_an_unknown_rule_is_told_with_its_line_and_the_nearest_one(text: str, line: str, hint: str, write: Write) -> None:
    config = load_config(write("errlint.toml", text))
    problem = problem_of(lambda: select_rules(RULES, config))
    assert "there is no rule" in problem.message
    assert line_of(problem) == line
    assert hint in str(problem.hint)


def test_an_unknown_rule_in_an_extended_file_is_told_of_that_file(write: Write) -> None:
    base = write("base.toml", "\nignore = ['ERR999']")
    config = load_config(write("errlint.toml", "extend = 'base.toml'\nignore = ['ERR101']"))
    problem = problem_of(lambda: select_rules(RULES, config))
    assert (problem.path, problem.line) == (str(base), 2)


def test_an_unknown_rule_on_the_command_line_names_the_option(tmp_path: Path) -> None:
    problem = problem_of(lambda: select_rules(RULES, Config(tmp_path), options(extend_select=["ERR320"])))
    assert (problem.path, problem.message) == (None, "--extend-select: there is no rule 'ERR320'")
    assert problem.hint == "did you mean 'ERR302'?"


def test_silenced_rules_of_a_file_are_ids(write: Write, tmp_path: Path) -> None:
    config = load_config(write("errlint.toml", "[per-file-ignores]\n'tests/**' = ['ERR1', 'falsy-response']"))
    assert silenced(RULES, config, tmp_path / "tests" / "a.py") == {"ERR101", "ERR102", "ERR504"}
    assert silenced(RULES, config, tmp_path / "a.py") == frozenset()


@pytest.mark.parametrize(
    ("selector", "ids"),
    [("ERR003", {"ERR003"}), ("unparsable-file", {"ERR001"}), ("ERR", set()), ("ALL", set())],
)
def test_what_the_tool_says_itself_is_silenced_only_by_name(selector: str, ids: set[str], write: Write, tmp_path: Path) -> None:
    config = load_config(write("errlint.toml", f"ignore = ['{selector}']"))
    select_rules(RULES, config)
    assert silenced(RULES, config, tmp_path / "a.py") == ids
    assert silenced(RULES, Config(tmp_path), tmp_path / "a.py", options(ignore=[selector])) == ids
