"""Settings: which file counts, what it may say, which rules follow from it, and how a mistake in it is told."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from errlint.config import Config, Configs, api_for, check_apis, find_config, ignored_rules, load_config
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


# which file counts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"), [("errlint.toml", ""), (".errlint.toml", "preview = true"), ("pyproject.toml", "[tool.errlint]\npreview = true")]
)
def test_each_kind_of_file_is_found_from_below(name: str, text: str, write: Write) -> None:
    path = write(name, text)
    assert find_config(write("a/b/c.py")) == path
    assert find_config(path.parent) == path


def test_the_nearest_file_wins_and_nothing_is_merged(write: Write, tmp_path: Path) -> None:
    write("errlint.toml", 'ignore = ["ERR101"]\npreview = true')
    inner = write("sub/pyproject.toml", '[tool.errlint]\nignore = ["ERR302"]')
    config = Configs().for_file(tmp_path / "sub" / "deep" / "x.py")
    assert (config.source, config.root, config.preview) == (inner, inner.parent, False)
    assert [rule.id for rule in select_rules(RULES, config)] == ["ERR101", "ERR102", "ERR504"]


def test_a_pyproject_without_our_table_is_passed_over(write: Write, tmp_path: Path) -> None:
    outer = write("pyproject.toml", "[tool.errlint]")
    write("sub/pyproject.toml", '[project]\nname = "errlint-user"\n[tool.other]\nerrlint = 1')
    assert Configs().for_file(tmp_path / "sub" / "x.py").source == outer


def test_our_own_files_come_before_pyproject_in_one_folder(write: Write, tmp_path: Path) -> None:
    write("pyproject.toml", "[tool.errlint]")
    plain = write("errlint.toml")
    assert find_config(tmp_path) == plain
    dotted = write(".errlint.toml")
    assert find_config(tmp_path) == dotted


def test_a_folder_with_the_name_of_a_settings_file_is_none(write: Write, tmp_path: Path) -> None:
    outer = write("errlint.toml")
    (tmp_path / "sub" / "errlint.toml").mkdir(parents=True)
    assert find_config(tmp_path / "sub") == outer


def test_without_any_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = Configs().for_file(Path("x.py"))
    assert config == Config(tmp_path)
    assert [rule.id for rule in select_rules(RULES, config)] == ["ERR101", "ERR102", "ERR302", "ERR504"]


def test_isolated_reads_no_file_even_if_it_is_broken(write: Write, tmp_path: Path) -> None:
    write("pyproject.toml", "[broken")
    assert Configs(isolated=True).for_file(tmp_path / "x.py").source is None


def test_a_file_that_is_named_holds_for_everything(write: Write, tmp_path: Path) -> None:
    named = write("ci/strict.toml", "preview = true")
    write("errlint.toml", "preview = false")
    configs = Configs(named)
    assert configs.for_file(tmp_path / "x.py").source == named
    assert configs.for_file(tmp_path / "x.py").preview


def test_settings_are_read_once_and_survive_a_trip_to_another_process(write: Write, tmp_path: Path) -> None:
    write("errlint.toml", 'ignore = ["ERR1"]')
    configs = Configs()
    one, two = (configs.for_file(tmp_path / name) for name in ("a/x.py", "b/c/y.py"))
    assert one is two
    assert pickle.loads(pickle.dumps(one)) == one


@pytest.mark.parametrize("text", [b"[tool.errlint\n", b"[project]\nname = \n", b"# \xff\n"])
def test_a_broken_pyproject_is_never_passed_over(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text)
    problem = problem_of(lambda: Configs().for_file(tmp_path / "x.py"))
    assert problem.path == str(tmp_path / "pyproject.toml")
    assert problem.line in {1, 2}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_pyproject_is_never_passed_over(write: Write, tmp_path: Path) -> None:
    write("pyproject.toml").chmod(0)
    assert "permission denied" in problem_of(lambda: Configs().for_file(tmp_path / "x.py")).message


def test_a_named_pyproject_must_have_our_table(write: Write) -> None:
    assert problem_of(lambda: Configs(write("pyproject.toml"))).message == "there is no [tool.errlint]"


def test_a_named_file_must_exist(write: Write, tmp_path: Path) -> None:
    write("errlint.toml")
    assert problem_of(lambda: Configs(tmp_path / "errlnt.toml")).hint == "did you mean 'errlint.toml'?"


# mistakes ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("selct = []", "selct = []", "unknown key 'selct'", "did you mean 'select'?"),
        ("\nper_file_ignores = {}", "per_file_ignores = {}", "unknown key 'per_file_ignores'", "did you mean 'per-file-ignores'?"),
        ("select = 'ERR1'", "select = 'ERR1'", "select: expected a list of strings, got a string", 'write select = ["ERR1"]'),
        ("ignore = [\n'ERR1',\n1]", "1]", "ignore[1]: expected a string, got an integer", None),
        ("[apis]\n'a/**' = ['x']", "'a/**' = ['x']", 'apis."a/**": expected a string, got a list', None),
        ("[per-file-ignores]\na = 'x'", "a = 'x'", "per-file-ignores.a: expected a list of strings, got a string", 'write a = ["x"]'),
        ("preview = 1", "preview = 1", "preview: expected true or false, got an integer", None),
        ("\ncatalogues = ['eror.toml']", "catalogues = ['eror.toml']", "there is no file 'eror.toml'", "did you mean 'error.toml'?"),
        ("catalogues = [\n'.']", "'.']", "'.' is a folder, not a file", None),
        ("preview = true\nextend = 'eror.toml'", "extend = 'eror.toml'", "there is no file 'eror.toml'", "did you mean 'error.toml'?"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_a_remedy(text: str, line: str, message: str, hint: str | None, write: Write) -> None:
    write("error.toml")
    path = write("errlint.toml", text)
    problem = problem_of(lambda: load_config(path))
    assert (problem.path, line_of(problem), problem.message, problem.hint) == (str(path), line, message, hint)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("selct = []", (4, 1)),
        ("catalogues = [\n    'none.toml',\n]", (5, 5)),
        ("extend = 'none.toml'", (4, 1)),
        ("preview = true\n[tool.errlint.per-file-ignores]\nselect = 'ERR1'", (6, 1)),
    ],
)
def test_a_mistake_in_pyproject_is_found_in_our_table(text: str, place: tuple[int, int], write: Write) -> None:
    path = write("pyproject.toml", f"[tool.other]\nselct = []\n[tool.errlint]\n{text}")
    problem = problem_of(lambda: load_config(path))
    assert (problem.line, problem.column) == place


def test_the_table_of_pyproject_in_errlint_toml_is_explained(write: Write) -> None:
    problem = problem_of(lambda: load_config(write("errlint.toml", "\n[tool.errlint]\npreview = true")))
    assert problem.line == 2
    assert "top level" in problem.message


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


def test_an_api_without_catalogue_is_told_with_its_line(write: Write) -> None:
    config = load_config(write("errlint.toml", "[apis]\n'a' = 'acme'\n'b' = 'girardi'"))
    problem = problem_of(lambda: check_apis(config, ["acme", "girardai"]))
    assert (problem.line, problem.hint) == (3, "did you mean 'girardai'?")
    check_apis(config, ["acme", "girardi"])


def test_a_glob_that_cannot_be_understood_is_told_with_its_line(write: Write, tmp_path: Path) -> None:
    config = load_config(write("errlint.toml", "[per-file-ignores]\n'a' = ['ERR1']\n'x/**/[' = ['ERR1']\n'/' = ['ERR1']\n'a\\' = []"))
    problem = problem_of(lambda: ignored_rules(config, tmp_path / "x.py"))
    assert "glob" in problem.message
    assert problem.line is not None
    assert problem.line > 2


# extend ------------------------------------------------------------------------------------------------------------------------


def test_a_chain_of_files_adds_up(write: Write, tmp_path: Path) -> None:
    write("shared/base.toml", "select = ['ERR1', 'ERR3']\npreview = true\ncatalogues = ['one.toml']")
    write("shared/one.toml")
    write("pyproject.toml", "[tool.errlint]\nextend = 'shared/base.toml'\nignore = ['ERR102']")
    write("app/two.toml")
    write("app/errlint.toml", "extend = '../pyproject.toml'\nextend-select = ['ERR504']\ncatalogues = ['two.toml', '../shared/one.toml']")
    config = load_config(tmp_path / "app" / "errlint.toml")
    assert [rule.id for rule in select_rules(RULES, config)] == ["ERR101", "ERR302", "ERR504"]
    assert config.catalogues == (tmp_path / "shared" / "one.toml", tmp_path / "app" / "two.toml")
    assert config.preview
    assert config.root == tmp_path / "app"


def test_the_file_that_extends_has_the_last_word(write: Write) -> None:
    write("base.toml", "ignore = ['ERR101']\npreview = true\nselect = ['ERR1']")
    assert chosen("extend = 'base.toml'\nextend-select = ['ERR101']", write) == ["ERR101", "ERR102"]
    assert chosen("extend = 'base.toml'\nselect = ['ALL']", write) == [rule.id for rule in RULES]
    assert chosen("extend = 'base.toml'\nselect = ['ALL']\npreview = false", write) == ["ERR101", "ERR102", "ERR302", "ERR504"]


@pytest.mark.parametrize("names", [["a.toml"], ["a.toml", "b.toml"], ["a.toml", "b.toml", "c.toml"]])
def test_a_circle_of_files_is_told_where_it_closes(names: list[str], write: Write, tmp_path: Path) -> None:
    for name, following in zip(names, names[1:] + names[:1], strict=True):
        write(name, f"preview = true\nextend = '{following}'")
    problem = problem_of(lambda: load_config(tmp_path / "a.toml"))
    assert problem.path == str(tmp_path / names[-1])
    assert problem.line == 2
    assert " > ".join([*names, "a.toml"]) in problem.message


def test_an_extended_pyproject_must_have_our_table(write: Write) -> None:
    base = write("base/pyproject.toml", "[project]")
    assert problem_of(lambda: load_config(write("errlint.toml", "extend = 'base/pyproject.toml'"))).path == str(base)


# rules -------------------------------------------------------------------------------------------------------------------------


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


def test_the_command_line_comes_after_the_settings(write: Write) -> None:
    text = "select = ['ERR1']\nignore = ['ERR101']"
    assert chosen(text, write, select=["ERR101", "ERR5"]) == ["ERR101", "ERR504"]
    assert chosen(text, write, extend_select=["ERR5"]) == ["ERR102", "ERR504"]
    assert chosen(text, write, ignore=["ERR102"]) == []
    assert chosen(text, write, extend_select=["fresh-idea"], preview=True) == ["ERR102", "ERR901"]
    assert chosen("preview = true", write, preview=False) == ["ERR101", "ERR102", "ERR302", "ERR504"]


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


# per file ----------------------------------------------------------------------------------------------------------------------


def test_per_file_ignores_are_relative_to_their_own_file(write: Write, tmp_path: Path) -> None:
    write("errlint.toml", "[per-file-ignores]\n'tests/**' = ['ERR1']\n'**/gen_*.py' = ['ERR302', 'ERR1']\n'/top.py' = ['ERR5']")
    config = Configs().for_file(tmp_path / "x.py")
    assert ignored_rules(config, tmp_path / "tests" / "a.py") == ("ERR1",)
    assert ignored_rules(config, tmp_path / "src" / "tests" / "a.py") == ()
    assert ignored_rules(config, tmp_path / "tests" / "gen_a.py") == ("ERR1", "ERR302")
    assert ignored_rules(config, tmp_path / "top.py") == ("ERR5",)
    assert ignored_rules(config, tmp_path / "sub" / "top.py") == ()
    assert ignored_rules(config, tmp_path.parent / "tests" / "a.py") == ()


def test_per_file_ignores_of_an_extended_file_keep_their_folder(write: Write, tmp_path: Path) -> None:
    write("errlint.toml", "[per-file-ignores]\n'app/old.py' = ['ERR1']")
    config = load_config(write("app/errlint.toml", "extend = '../errlint.toml'\n[per-file-ignores]\n'old.py' = ['ERR5']"))
    assert ignored_rules(config, tmp_path / "app" / "old.py") == ("ERR1", "ERR5")
    assert ignored_rules(config, tmp_path / "app" / "app" / "old.py") == ("ERR5",)


def test_a_glob_with_an_exclamation_mark_means_all_other_files(write: Write, tmp_path: Path) -> None:
    config = load_config(write("errlint.toml", "[per-file-ignores]\n'!src/**' = ['ERR1']"))
    assert ignored_rules(config, tmp_path / "src" / "a.py") == ()
    assert ignored_rules(config, tmp_path / "tests" / "a.py") == ("ERR1",)
    assert ignored_rules(config, tmp_path.parent / "a.py") == ()


def test_relative_paths_are_seen_from_the_working_directory(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(write("errlint.toml", "[per-file-ignores]\n'src/a.py' = ['ERR1']"))
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert ignored_rules(config, Path("a.py")) == ignored_rules(config, Path("../src/./a.py")) == ("ERR1",)


def test_the_last_glob_that_matches_binds_the_api(write: Write, tmp_path: Path) -> None:
    write("base.toml", "[apis]\n'clients/' = 'base'\n'other/' = 'base'")
    config = load_config(write("errlint.toml", "extend = 'base.toml'\n[apis]\n'clients/**' = 'acme'\n'clients/stripe.py' = 'stripe'"))
    assert api_for(config, tmp_path / "clients" / "a.py") == "acme"
    assert api_for(config, tmp_path / "clients" / "stripe.py") == "stripe"
    assert api_for(config, tmp_path / "other" / "a.py") == "base"
    assert api_for(config, tmp_path / "main.py") is None


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
