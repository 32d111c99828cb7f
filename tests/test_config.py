"""Settings: which file counts, what it may say, and how a mistake in it is told."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from errlint.config import Config, Configs, api_for, check_apis, find_config, ignored_rules, load_config
from errlint.errors import UsageProblem

Write = Callable[..., Path]


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
    assert [layer.ignore for layer in config.layers] == [("ERR302",)]


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
    assert not config.preview


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


def test_an_unreadable_pyproject_is_never_passed_over(write: Write, tmp_path: Path) -> None:
    path = write("pyproject.toml")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
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


def test_an_api_without_catalogue_is_told_with_its_line(write: Write) -> None:
    config = load_config(write("errlint.toml", "[apis]\n'a' = 'acme'\n'b' = 'girardi'"))
    problem = problem_of(lambda: check_apis(config, ["acme", "girardai"]))
    assert (problem.line, problem.hint) == (3, "did you mean 'girardai'?")
    check_apis(config, ["acme", "girardi"])


@pytest.mark.parametrize("glob", ["[z-a]", "a\\"])
def test_a_glob_that_cannot_be_understood_is_told_with_its_line(glob: str, write: Write, tmp_path: Path) -> None:
    for text, ask in (
        (f"[per-file-ignores]\n'a' = ['ERR1']\n'{glob}' = ['ERR1']", ignored_rules),
        (f"[apis]\n'{glob}/' = 'x'\n'{glob}' = 'y'", api_for),
    ):
        config = load_config(write("errlint.toml", text))
        problem = problem_of(lambda: ask(config, tmp_path / "x.py"))  # noqa: B023 -- called at once
        assert "glob" in problem.message
        assert problem.line == 3


def test_a_catalogue_in_a_folder_that_cannot_be_read_is_told(write: Write) -> None:
    folder = write("locked/errors.toml").parent
    config = write("errlint.toml", "\ncatalogues = ['locked/errors.toml']")
    folder.chmod(0)
    try:
        if os.access(folder, os.R_OK):
            pytest.skip("this user may read everything")
        problem = problem_of(lambda: load_config(config))
    finally:
        folder.chmod(0o700)
    assert problem.line == 2
    assert "cannot be read" in str(problem.hint)


# extend ------------------------------------------------------------------------------------------------------------------------


def test_a_chain_of_files_adds_up(write: Write, tmp_path: Path) -> None:
    write("shared/base.toml", "select = ['ERR1', 'ERR3']\npreview = true\ncatalogues = ['one.toml']")
    write("shared/one.toml")
    write("pyproject.toml", "[tool.errlint]\nextend = 'shared/base.toml'\nignore = ['ERR102']")
    write("app/two.toml")
    write("app/errlint.toml", "extend = '../pyproject.toml'\nextend-select = ['ERR504']\ncatalogues = ['two.toml', '../shared/one.toml']")
    config = load_config(tmp_path / "app" / "errlint.toml")
    assert [(layer.select, layer.extend_select, layer.ignore) for layer in config.layers] == [
        (("ERR1", "ERR3"), (), ()), (None, (), ("ERR102",)), (None, ("ERR504",), ()),
    ]  # fmt: skip
    assert config.catalogues == (tmp_path / "shared" / "one.toml", tmp_path / "app" / "two.toml")
    assert config.preview
    assert config.root == tmp_path / "app"


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
