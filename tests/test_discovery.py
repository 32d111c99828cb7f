"""From the paths on the command line to the files that are linted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from errlint.config import Configs
from errlint.discovery import Excludes, Skipped, discover
from errlint.errors import UsageProblem

Tree = Callable[..., None]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Makes files in the working directory: names alone, or names with their text."""
    monkeypatch.chdir(tmp_path)

    def tree(*names: str, **texts: str) -> None:
        for name, text in [*((name, "") for name in names), *texts.items()]:
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return tree


def found(
    *paths: str, exclude: Iterable[str] = (), force: bool = False, gitignore: bool = True, skipped: list[Skipped] | None = None
) -> list[str]:
    on_skip = None if skipped is None else skipped.append
    names = [Path(path) for path in paths or (".",)]
    discovered = discover(names, Configs(), force_exclude=force, extra_exclude=tuple(exclude), respect_gitignore=gitignore, on_skip=on_skip)
    return [path.as_posix() for path in discovered]


def problem_of(action: Callable[[], object]) -> UsageProblem:
    with pytest.raises(UsageProblem) as caught:
        action()
    return caught.value


# what is found -----------------------------------------------------------------------------------------------------------------


def test_a_folder_gives_its_python_files_in_order(tree: Tree) -> None:
    tree("b.py", "a/z.py", "a/b/c.pyi", "a.py", "a-b/x.py", "a/readme.md", "a/script", "B.py", "c.pyc")
    assert found() == ["B.py", "a/b/c.pyi", "a/z.py", "a-b/x.py", "a.py", "b.py"]


def test_paths_are_spelt_as_the_user_spelt_them(tree: Tree, tmp_path: Path) -> None:
    tree("src/a.py")
    assert found("src") == found("./src/") == ["src/a.py"]
    assert found(str(tmp_path)) == [f"{tmp_path.as_posix()}/src/a.py"]
    os.chdir("src")
    assert found("../src") == ["../src/a.py"]
    assert found() == ["a.py"]


def test_an_empty_folder_gives_nothing(tree: Tree) -> None:
    tree("empty/readme.md")
    assert found("empty") == []


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tree: Tree) -> None:
    tree("script", "venv/lib.py", "page.txt")
    assert found("script", "venv/lib.py", "page.txt") == ["page.txt", "script", "venv/lib.py"]


def test_a_file_counts_once_however_often_it_is_named(tree: Tree, tmp_path: Path) -> None:
    tree("src/a.py", "src/b.py")
    assert found("src/a.py", "src", "./src/a.py", "src/../src/b.py", str(tmp_path / "src")) == ["src/a.py", "src/b.py"]


def test_the_order_of_the_arguments_does_not_matter(tree: Tree) -> None:
    tree("a/x.py", "b/y.py", "c.py")
    assert found("c.py", "b", "a") == found("a", "b", "c.py") == ["a/x.py", "b/y.py", "c.py"]


def test_names_that_are_no_text_are_found(tree: Tree) -> None:
    tree()
    try:
        Path(os.fsdecode(b"caf\xe9.py")).touch()
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    assert [os.fsencode(name) for name in found()] == [b"caf\xe9.py"]


# what does not exist -----------------------------------------------------------------------------------------------------------


def test_a_path_that_does_not_exist_suggests_its_neighbour(tree: Tree) -> None:
    tree("src/client.py", "source/x.py")
    assert problem_of(lambda: found("src/clinet.py")).hint == f"did you mean 'src{os.sep}client.py'?"
    problem = problem_of(lambda: found("src", "sorce"))
    assert (problem.message, problem.hint) == ("there is no file or folder 'sorce'", "did you mean 'source'?")
    assert "nowhere" in str(problem_of(lambda: found("nowhere/at/all.py")).hint)
    assert problem_of(lambda: found("zzz")).hint is None


def test_a_path_through_a_file_is_a_problem(tree: Tree) -> None:
    tree("a.py")
    assert "a.py" in problem_of(lambda: found("a.py/b.py")).message


def test_a_path_with_a_nul_is_a_problem(tree: Tree) -> None:
    tree()
    assert "cannot be read" in problem_of(lambda: found("a\0b")).message


def test_an_unreadable_folder_is_a_problem_if_named_and_told_if_not(tree: Tree) -> None:
    tree("locked/a.py", "b.py")
    Path("locked").chmod(0)
    if os.access("locked", os.R_OK):
        pytest.skip("this user may read everything")
    skipped: list[Skipped] = []
    try:
        assert "cannot be read" in problem_of(lambda: found("locked")).message
        assert found(skipped=skipped) == ["b.py"]
    finally:
        Path("locked").chmod(0o700)
    assert [(one.path, one.wanted) for one in skipped] == [(Path("locked"), True)]


# symlinks ----------------------------------------------------------------------------------------------------------------------


def test_symlink_loops_end(tree: Tree) -> None:
    tree("a/x.py")
    Path("a/up").symlink_to("..", target_is_directory=True)
    Path("a/self").symlink_to(".", target_is_directory=True)
    Path("a/round.py").symlink_to("round.py")
    skipped: list[Skipped] = []
    assert found(skipped=skipped) == ["a/x.py"]
    assert {(one.path.as_posix(), one.wanted) for one in skipped} == {("a/up", False), ("a/self", False), ("a/round.py", True)}
    assert "cannot be read" in problem_of(lambda: found("a/round.py")).message


def test_a_symlinked_folder_is_followed_only_if_named(tree: Tree) -> None:
    tree("real/x.py")
    Path("link").symlink_to("real", target_is_directory=True)
    assert found() == ["real/x.py"]
    assert found("link") == ["link/x.py"]
    assert found("link", "real") == ["link/x.py"]


def test_a_symlinked_file_is_shown_by_its_own_name_if_that_is_found_too(tree: Tree, tmp_path: Path) -> None:
    tree("src/x.py", "other/y.py")
    Path("src/a.py").symlink_to("x.py")
    Path("src/b.py").symlink_to(tmp_path / "other" / "y.py")
    assert found("src") == ["src/b.py", "src/x.py"]


def test_a_symlink_to_nowhere_is_told(tree: Tree) -> None:
    tree("a.py")
    Path("gone.py").symlink_to("nothing.py")
    skipped: list[Skipped] = []
    assert found(skipped=skipped) == ["a.py"]
    assert skipped == [Skipped(Path("gone.py"), "a symlink to nowhere", wanted=True)]
    assert problem_of(lambda: found("gone.py")).message == "'gone.py' is a symlink to nowhere"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_is_not_opened_unless_named(tree: Tree) -> None:
    tree("a.py")
    os.mkfifo("pipe.py")
    assert found() == ["a.py"]
    assert found("pipe.py") == ["pipe.py"]


# excludes ----------------------------------------------------------------------------------------------------------------------


def test_the_usual_folders_are_left_out(tree: Tree) -> None:
    tree(
        *(f"{name}/x.py" for name in (".venv", "venv", "node_modules", "build", "a/dist", "__pycache__", "lib/site-packages", ".git")),
        "a/x.py",
    )
    skipped: list[Skipped] = []
    assert found(skipped=skipped) == ["a/x.py"]
    assert {one.reason for one in skipped} == {"excluded by default"}
    assert len(skipped) == 8


def test_files_are_not_excluded_by_the_names_of_folders(tree: Tree) -> None:
    tree("build.py", "dist.pyi")
    assert found() == ["build.py", "dist.pyi"]


def test_a_working_directory_with_such_a_name_is_no_reason(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree("build/x.py")
    monkeypatch.chdir("build")
    assert found() == found(force=True) == ["x.py"]
    assert found("x.py", force=True) == ["x.py"]


def test_settings_exclude_relative_to_their_own_file(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree("proj/gen/x.py", "proj/a/gen/x.py", "proj/a/old.py", "proj/x.py", **{"proj/errlint.toml": "exclude = ['/gen', 'old.py']"})
    assert found("proj") == ["proj/a/gen/x.py", "proj/x.py"]
    monkeypatch.chdir("proj/a")
    assert found() == ["gen/x.py"]


def test_an_exclude_can_take_in_what_is_left_out_by_default(tree: Tree) -> None:
    tree("build/x.py", "dist/x.py", "a.py", **{"errlint.toml": "exclude = ['!build']"})
    assert found() == ["a.py", "build/x.py"]


def test_each_folder_is_judged_by_its_nearest_settings(tree: Tree) -> None:
    tree(
        "skip.py", "a/skip.py", "a/drop.py", "b/skip.py", "b/drop.py",
        **{"errlint.toml": "exclude = ['skip.py']", "a/pyproject.toml": "[tool.errlint]\nexclude = ['drop.py']"},
    )  # fmt: skip
    assert found() == ["a/skip.py", "b/drop.py"]


def test_broken_settings_in_an_excluded_folder_disturb_nobody(tree: Tree) -> None:
    tree("a.py", **{"vendored/pyproject.toml": "[broken", "vendored/x.py": "", "errlint.toml": "exclude = ['vendored']"})
    assert found() == ["a.py"]
    assert problem_of(lambda: found("vendored")).line == 1


def test_the_command_line_excludes_too_and_has_the_last_word(tree: Tree) -> None:
    tree("a/x.py", "b/x.py", "c/x.py", **{"errlint.toml": "exclude = ['a']"})
    assert found(exclude=["/b"]) == ["c/x.py"]
    assert found(exclude=["!a", "c"]) == ["a/x.py", "b/x.py"]


def test_a_named_file_is_taken_though_excluded_unless_forced(tree: Tree) -> None:
    tree("gen/x.py", "venv/y.py", "z.py", **{"errlint.toml": "exclude = ['gen', 'z.py']"})
    names = ("gen/x.py", "venv/y.py", "z.py")
    assert found(*names) == list(names)
    skipped: list[Skipped] = []
    assert found(*names, force=True, skipped=skipped) == []
    assert [(one.path.as_posix(), one.reason) for one in skipped] == [
        ("gen/x.py", "excluded by the settings"), ("venv/y.py", "excluded by default"), ("z.py", "excluded by the settings"),
    ]  # fmt: skip
    assert found("gen", force=True) == []


def test_a_named_folder_is_walked_though_excluded(tree: Tree) -> None:
    tree("gen/sub/x.py", "gen/build/x.py", "gen/y.py", **{"errlint.toml": "exclude = ['gen']"})
    assert found("gen") == ["gen/sub/x.py", "gen/y.py"]
    assert found("gen/sub") == ["gen/sub/x.py"]
    assert found("gen/build") == ["gen/build/x.py"]


def test_forcing_keeps_exactly_what_a_walk_would_find(tree: Tree) -> None:
    tree(
        "a.py", "build/x.py", "p/build/x.py", "p/q/gen/x.py", "p/q/ok.py", "p/gen/x.py", "old/keep.py", "old/x.py", "q/dist/y.py",
        **{"errlint.toml": "exclude = ['gen', 'old/*', '!old/keep.py']", "p/errlint.toml": "exclude = ['/q/gen', '!build']"},
    )  # fmt: skip
    every = [path.as_posix() for path in Path().rglob("*.py")]
    assert found(*every, force=True) == found() == ["a.py", "old/keep.py", "p/build/x.py", "p/gen/x.py", "p/q/ok.py"]


def test_a_path_that_does_not_exist_can_be_judged(tree: Tree) -> None:
    tree(**{"errlint.toml": "exclude = ['gen']"})
    excludes = Excludes(Configs())
    assert excludes.reason(Path("gen/new.py")) == "excluded by the settings"
    assert excludes.reason(Path("src/new.py")) is None


@pytest.mark.parametrize("named", [True, False])
def test_a_bad_exclude_is_told_with_its_place(named: bool, tree: Tree) -> None:
    tree("a.py", **{"errlint.toml": "" if named else "exclude = [\n'ok',\n'[z-a]']"})
    problem = problem_of(lambda: found(exclude=["[z-a]"] if named else []))
    assert "glob" in problem.message
    assert problem.line == (None if named else 3)
    assert problem.message.startswith("--exclude") is named


# git ---------------------------------------------------------------------------------------------------------------------------


def test_what_git_ignores_is_left_out_and_nested_files_have_the_last_word(tree: Tree) -> None:
    tree(
        "gen_a.py", "src/gen_b.py", "src/gen_keep.py", "src/deep/gen_c.py", "src/deep/x.py", "out/x.py", "src/out/x.py",
        **{".gitignore": "gen_*.py\n/out/\n# comment\n", "src/.gitignore": "!gen_keep.py\n", "src/deep/.gitignore": "x.py\n!gen_c.py\n"},
    )  # fmt: skip
    skipped: list[Skipped] = []
    assert found(skipped=skipped) == ["src/deep/gen_c.py", "src/gen_keep.py", "src/out/x.py"]
    assert {one.reason for one in skipped} == {"ignored by git"}
    assert len(found(gitignore=False)) == 7


def test_what_is_below_an_ignored_folder_cannot_be_taken_in_again(tree: Tree) -> None:
    tree("gen/keep.py", "log/keep.py", "log/drop.py", **{".gitignore": "gen/\n!gen/keep.py\nlog/*\n!log/keep.py\n"})
    assert found() == ["log/keep.py"]


def test_ignore_files_above_count_inside_a_repository_only(tree: Tree) -> None:
    tree("src/gen.py", "src/x.py", **{".gitignore": "gen.py"})
    assert found("src") == ["src/gen.py", "src/x.py"]
    Path(".git").mkdir()
    assert found("src") == ["src/x.py"]


def test_naming_what_git_ignores_overrules_it(tree: Tree) -> None:
    tree("gen/x.py", "gen/sub/y.py", ".git/config", **{".gitignore": "gen/\n"})
    assert found() == []
    assert found("gen") == ["gen/sub/y.py", "gen/x.py"]
    assert found("gen/x.py") == found("gen/x.py", force=True) == ["gen/x.py"]


def test_lines_that_git_would_not_understand_are_passed_over(tree: Tree) -> None:
    tree("a.py", "b.py", "c d.py")
    Path(".gitignore").write_bytes(b"\xef\xbb\xbfa.py\r\n[z-a]\r\n!\r\n\xff\xfe\r\nc\\ d.py\r\n")
    assert found() == ["b.py"]


def test_agrees_with_git(tree: Tree, tmp_path: Path) -> None:
    tree(
        *(f"{folder}{name}.py" for folder in ("", "a/", "a/b/", "a/b/c/", "b/", "doc/") for name in ("x", "y", "temp", "foo1", "foo-2")),
        **{
            ".gitignore": "temp.py\n/x.py\na/**/y.py\nfoo[0-9].py\ndoc/*\n!doc/x.py\nb\n\\!z.py\n",
            "a/.gitignore": "!temp.py\n/b/c\n",
            "a/b/.gitignore": "*\n!*.py\nfoo*\n",
        },
    )
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    try:
        subprocess.run(["git", "init", "-q"], check=True, env=env)
    except FileNotFoundError:
        pytest.skip("git is not installed")
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "*.py"], check=True, env=env, capture_output=True, text=True
    )
    assert sorted(found()) == sorted(listed.stdout.split())


# cost --------------------------------------------------------------------------------------------------------------------------


def test_ten_thousand_files_are_found_in_less_than_two_seconds(tree: Tree) -> None:
    tree(**{"errlint.toml": "exclude = ['*_pb2.py', '/vendored', 'tests/data']", ".gitignore": "*.log\n/out/\n.cache\nlocal_*.py\n"})
    for folder in range(100):
        place = Path(f"pkg{folder % 10}/mod{folder}")
        place.mkdir(parents=True)
        for number in range(100):
            (place / f"f{number}.py").touch()
    start = time.process_time()
    assert len(found()) == 10_000
    assert time.process_time() - start < 2


def test_pathspec_stays_away_without_globs(tree: Tree, tmp_path: Path) -> None:
    tree("a/x.py", **{"pyproject.toml": "[project]\nname = 'x'"})
    script = (
        "import sys; from pathlib import Path; from errlint.config import Configs; from errlint.discovery import discover;"
        "print(len(list(discover([Path('.'), Path('a/x.py')], Configs(), force_exclude=True))));"
        "print({'pathspec', 'msgspec', 'libcst', 'difflib'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "1\nset()\n"
