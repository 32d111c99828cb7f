"""Results are remembered with the modules that they were taken from: what is found is what a run without memory finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errlint import engine, processes
from errlint.config import Configs
from errlint.model import FileReport
from errlint.plan import Plan
from errlint.rule import Rule
from errlint.runner import Mode, run
from errlint.semantics.project.modules import Modules
from errlint.source import Source  # noqa: F401  (it raises the recursion limit: hypothesis wants that done before a test)
from errlint.traces import Basis, Trace

HEAD = "import requests\n"
BODIES = {
    "asks the API": """
TEXT = 'not found'
def call(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    return answer
""",
    "passes it on": """
TEXT = {other}.TEXT
def call(url):
    return {other}.call(url)
""",
    "brings the names": "from {other} import call, TEXT\n",
    "does something else": """
TEXT = 1
def call(url):
    return url
""",
    "retries": """
TEXT = 'x'
def call(url):
    for _ in range(3):
        try:
            return {other}.call(url)
        except requests.HTTPError:
            pass
""",
    "raises its own": """
TEXT = 'a b'
class Failed({other}.Failed if 0 else Exception):
    pass
def call(url):
    raise Failed({other}.call(url))
""",
    "has an error": """
TEXT = 'not found'
class Failed(requests.HTTPError):
    pass
def call(url):
    answer = requests.get(url, timeout=5)
    if not answer.ok:
        raise Failed(answer.text)
""",
    "has another error": """
TEXT = 'not found'
class Failed(KeyError):
    pass
def call(url):
    raise Failed(url)
""",
    "decorates": """
TEXT = 'x'
def call(function):
    def again(url):
        for _ in range(3):
            try:
                return function(url)
            except requests.HTTPError:
                pass
    return again
""",
    "is decorated": """
TEXT = 'x'
from {other} import call as again
@again
def call(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    return answer
""",
    "cannot be parsed": "def call(:\n",
}
CLIENT = (
    "def main(url):\n    try:\n        return {other}.call(url)\n    except (requests.HTTPError, {other}.Failed) as e:\n"
    "        if {other}.TEXT in str(e):\n            return None\n        raise\n"
)
NAMES = ("m0", "m1", "m2", "m3")
MODULES = st.tuples(st.sampled_from(sorted(BODIES)), st.sampled_from(NAMES))
WORKING = st.tuples(st.sampled_from(["asks the API", "asks the API", "passes it on", "brings the names"]), st.sampled_from(NAMES))
EDITS = st.one_of(
    st.tuples(st.sampled_from([*NAMES, "client"]), st.none() | MODULES),
    # what others see of a module's names often stays as it was
    st.tuples(st.sampled_from(NAMES), st.just("asks the API") | st.sampled_from(sorted(BODIES))),
)


def write(folder: Path, name: str, module: tuple[str, str] | None) -> None:
    """A module, or none where there was one."""
    file = folder / f"{name}.py"
    if module is None:
        file.unlink(missing_ok=True)
        return
    body, other = module
    code = CLIENT if name == "client" else BODIES[body]
    file.write_text(f"{HEAD}import {other}\n{code.format(other=other)}", encoding="utf-8")


def found(folder: Path, cache: Path | None, jobs: int = 1) -> list[FileReport]:
    """What a run of its own finds in the files of a folder."""
    files = sorted(folder.glob("*.py"))
    return [outcome.report for outcome in run(files, Plan(Configs(isolated=True), cache=cache), Mode.CHECK, jobs=jobs)]


@settings(max_examples=40, deadline=None)
@given(
    first=st.lists(WORKING | MODULES, min_size=4, max_size=4),
    client=st.sampled_from(NAMES),
    edits=st.lists(EDITS, min_size=1, max_size=3),
)
def test_after_any_edit_memory_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[str, str]],
    client: str,
    edits: list[tuple[str, tuple[str, str] | str | None]],
) -> None:
    folder, cache = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("results")
    imported = {name: other for name, (_, other) in zip(NAMES, first, strict=True)}
    for name, module in zip(NAMES, first, strict=True):
        write(folder, name, module)
    write(folder, "client", ("", client))
    assert found(folder, cache) == found(folder, None)
    for name, edit in edits:
        write(folder, name, (edit, imported[name]) if isinstance(edit, str) else edit)
        assert found(folder, cache) == found(folder, None)
    assert found(folder, cache) == found(folder, None)


def checked(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The files that a run has to check."""
    from errlint import engine

    names: set[str] = set()
    real = engine.before_parsing

    def noted(raw: bytes, path: str, setup: engine.Setup, file: Path) -> FileReport | tuple[Rule, ...]:
        names.add(file.stem)
        return real(raw, path, setup, file)

    with monkeypatch.context() as patch:
        patch.setattr(engine, "before_parsing", noted)
        found(folder, cache)
    return names


def test_an_edit_costs_the_files_that_were_told_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = tmp_path / "project", tmp_path / "results"
    folder.mkdir()
    write(folder, "m0", ("asks the API", "m3"))
    write(folder, "m1", ("passes it on", "m0"))
    write(folder, "m2", ("asks the API", "m1"))  # which it imports, and asks nothing
    write(folder, "m3", ("asks the API", "m2"))  # which closes the circle
    write(folder, "client", ("", "m1"))
    everything = checked(folder, cache, monkeypatch)
    assert "client" in everything
    assert checked(folder, cache, monkeypatch) == set()
    with (folder / "m0.py").open("a", encoding="utf-8") as file:
        file.write("# more\n")
    after = checked(folder, cache, monkeypatch)
    assert {"m0", "client"} <= after
    assert not {"m2", "m3"} & after
    (folder / "m9.py").write_text("import requests\n", encoding="utf-8")
    assert checked(folder, cache, monkeypatch) == {*everything, "m9"}  # an import may lead elsewhere now


ERRORS = """
import requests
__all__ = ['Failed']
class Failed(requests.HTTPError):
    def __init__(self, text):
        self.text = text
"""
"""A module of which others only know names."""


@pytest.mark.parametrize(
    ("new", "costs"),
    [
        (ERRORS + "# a comment\n", False),
        (ERRORS + "print(Failed)\n", False),
        (ERRORS.replace("= text", "= str(text)"), False),
        (ERRORS + "def other():\n    return 1\n", True),
        (ERRORS + "Other = Failed\n", True),
        (ERRORS + "from requests import *\n", True),
        (ERRORS.replace("['Failed']", "['Failed', 'requests']"), True),
        (ERRORS.replace("requests.HTTPError", "requests.Timeout"), True),
        (ERRORS.replace("self.text", "self.message"), True),
        (ERRORS.replace("(self, text)", "(self, message, text='')"), True),
        ("from requests import HTTPError as Failed\n", True),
        ("def Failed(:\n", True),
    ],
)
def test_who_only_asked_for_names_rests_on_these(new: str, costs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = tmp_path / "project", tmp_path / "results"
    folder.mkdir()
    errors = folder / "errors.py"
    errors.write_text(ERRORS, encoding="utf-8")
    client = CLIENT.replace("{other}.call(url)", "requests.get(url, timeout=5)").replace("{other}.TEXT", "'not found'")
    (folder / "client.py").write_text(f"import errors\nimport requests\n{client.format(other='errors')}", encoding="utf-8")
    assert "client" in checked(folder, cache, monkeypatch)
    assert checked(folder, cache, monkeypatch) == set()
    errors.write_text(new, encoding="utf-8")
    assert ("client" in checked(folder, cache, monkeypatch)) == costs
    assert found(folder, cache) == found(folder, None)


_DECORATED = """
import requests
from decorators import again

@again
def call(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    return answer
"""
_HANDLES = """
try:
    number = int('1')
except ValueError as e:
    print('no number', e)
"""
_DECORATORS = """
def again(function):
    def run(url):
        for _ in range(3):
            try:
                print(url)
            except Exception:
                pass
        return function(url)
    return run
"""


@pytest.mark.parametrize("more", ["", _HANDLES])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_decorator_that_comes_to_retry_changes_what_is_asked(
    jobs: int, more: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PAYS", 1)
    monkeypatch.setattr(processes, "PACKET", 1)
    folder, cache = tmp_path / "project", tmp_path / "results"
    folder.mkdir()
    (folder / "a.py").write_text("import requests" + _HANDLES, encoding="utf-8")  # with which other processes begin
    (folder / "client.py").write_text(_DECORATED + more, encoding="utf-8")
    decorators = folder / "decorators.py"

    def rules(cache: Path | None) -> list[str]:
        return [finding.rule for report in found(folder, cache, jobs) for finding in report.findings]

    for code, expected in ((_DECORATORS, False), (_DECORATORS.replace("print(url)", "return function(url)"), True), (_DECORATORS, False)):
        decorators.write_text(code, encoding="utf-8")
        assert rules(None) == rules(cache) == rules(cache)
        assert ("ERR201" in rules(None)) is expected


@pytest.mark.parametrize(
    "hostile", ["x = " + "(" * 5_000, "def again(f): return f\n" + "x = a" + ".b()" * 5_000 + "\n", "\x00", "def again(:\n"]
)
def test_a_decorator_in_a_module_that_cannot_be_read_stops_no_run(hostile: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "client.py").write_text(_DECORATED, encoding="utf-8")
    loops = "for x in y:\n    try: pass\n    except E: pass\n"
    (folder / "decorators.py").write_text(loops + hostile, encoding="utf-8")
    assert [report.path for report in found(folder, None)] == [report.path for report in found(folder, tmp_path / "results")]


def test_a_crash_while_a_decorator_is_looked_at_leaves_it_to_the_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> bool:
        raise RecursionError

    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "client.py").write_text(_DECORATED, encoding="utf-8")
    (folder / "decorators.py").write_text(_DECORATORS, encoding="utf-8")
    monkeypatch.setattr(Modules, "may_retry", fails)
    asked: list[str] = []

    def ask(rules: tuple[Rule, ...], *_: object) -> FileReport:
        asked.extend(rule.id for rule in rules)
        return FileReport("client.py")

    monkeypatch.setattr(engine, "ask", ask)
    found(folder, None)
    assert "ERR201" in asked


def test_a_remembered_answer_keeps_its_notes() -> None:
    trace = Trace()
    answers: dict[str, tuple[int, int]] = {}

    def find() -> int:
        trace.touch("b")
        return 1

    for asking in ("a", "c"):
        with trace.on_behalf_of(asking):
            assert trace.remembered(answers, "question", find) == 1
    assert (trace.told("a"), trace.told("c")) == (Basis(("b",)), Basis(("b",)))


def test_who_asked_for_more_than_names_rests_on_everything() -> None:
    trace = Trace()
    with trace.on_behalf_of("a"):
        trace.touch_names("b")
        trace.touch_names("c")
        trace.touch("c")
    assert trace.told("a") == Basis(("c",), ("b",))


def test_who_asks_a_module_rests_on_all_that_it_was_told() -> None:
    trace = Trace()
    with trace.on_behalf_of("middle"):
        trace.touch("far")
    with trace.on_behalf_of("near"):
        trace.touch("middle")
        with trace.on_behalf_of("middle"):
            pass  # it remembers
    assert trace.told("near") == Basis(("far", "middle"))
