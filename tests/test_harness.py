"""The fixture harness notices what it is there to notice: each test plants one fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import libcst as cst
import pytest

from errlint.catalogue import Catalogues
from errlint.model import Location, Safety, Severity, Step
from errlint.rule import Context, Edit, Finding, Place, Rule
from errlint.sheets.libraries import Libraries
from errlint.sheets.library import Library, Sheet
from tests.harness import checks, docs, folders, index
from tests.harness.bench import Bench
from tests.harness.comments import Mark, parse_comments
from tests.harness.fixture import Fixture
from tests.harness.siblings import write_siblings
from tests.harness.swap import swap

BAD = 'import toy\n\ntoy.fetch("old")  # expect: ERR901 safe\n'
FIXED = 'import toy\n\ntoy.fetch("new")\n'
OK = 'import toy\n\ntoy.fetch("new")\n'
DOC = """Fetching what is old

What is old has gone.

## Why

It is gone.

## Example

```python
import toy

toy.fetch("old")
```

## Use instead

```python
import toy

toy.fetch("new")
```

## Fix safety

Safe.
"""


def toy_rule(text: str, code: str | None, *, trail: bool = True, severity: Severity | None = None) -> Rule:
    """A rule against ``toy.fetch("<text>")`` that replaces the call by ``code``."""

    def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
        if ctx.code(node) == f'toy.fetch("{text}")':
            fix = None if code is None else ctx.fix(Safety.SAFE, "Fetch the new one", Edit(*ctx.source.span(node), code))
            place = [Place(node, "`toy.fetch()` makes a call")]
            yield ctx.finding(node, f"{text} things are gone", trail=place if trail else [], fix=fix, severity=severity)

    return Rule("ERR901", "toy-rule", check, (cst.Call,), Severity.WARNING, preview=False, since="0.1", doc=DOC)


def bench(*rules: Rule) -> Bench:
    """A bench with these rules, and a library so that the byte gate lets ``import toy`` pass."""
    libraries = Libraries((Sheet(schema=1, library=Library(id="toy", roots=("toy",))),))
    return Bench(rules, libraries, lambda _: Catalogues(()))


TOY = toy_rule("old", 'toy.fetch("new")')


def plant(folder: Path, name: str, text: str, fixed: str | None = None) -> Fixture:
    """A fixture in the toy rule's folder."""
    path = folder / "toy_rule" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    if fixed is not None:
        path.with_name(f"{path.stem}.fixed.py").write_text(fixed)
    return Fixture.read(path)


def failures(fixture: Fixture, rules: Bench) -> dict[str, str]:
    """The names of the checks that fail, and what they say."""
    said: dict[str, str] = {}
    for check in checks.CHECKS:
        try:
            check(fixture, rules)
        except AssertionError as error:
            said[check.__name__] = str(error)
    return said


# sound fixtures ---------------------------------------------------------------------------------------------------------------------


def test_sound_fixtures_pass(tmp_path: Path) -> None:
    assert failures(plant(tmp_path, "bad_old.py", BAD, FIXED), bench(TOY)) == {}
    assert failures(plant(tmp_path, "ok_new.py", OK), bench(TOY)) == {}


def test_comment_alone_speaks_of_the_next_line_of_code(tmp_path: Path) -> None:
    text = 'import toy\n\n# expect: ERR901 safe\n# a remark\ntoy.fetch("old")\n'
    fixed = 'import toy\n\n# a remark\ntoy.fetch("new")\n'
    assert failures(plant(tmp_path, "bad_old.py", text, fixed), bench(TOY)) == {}


def test_comment_after_another_comment_leaves_that_one_alone(tmp_path: Path) -> None:
    text = 'import toy\n\ntoy.fetch("old")  # keep  # expect: ERR901 safe\n'
    fixed = 'import toy\n\ntoy.fetch("new")  # keep\n'
    assert failures(plant(tmp_path, "bad_old.py", text, fixed), bench(TOY)) == {}


def test_fixed_text_keeps_the_comments_of_what_is_left(tmp_path: Path) -> None:
    other = replace(toy_rule("older", None), id="ERR902", name="other-rule")
    text = 'import toy\n\npair = toy.fetch("old"), toy.fetch("older")  # expect: ERR901 safe, ERR902\n'
    fixed = 'import toy\n\npair = toy.fetch("new"), toy.fetch("older")  # expect: ERR902\n'
    fixture = write_siblings(plant(tmp_path, "bad_old.py", text), bench(TOY, other))
    assert fixture.sibling == fixed
    assert failures(fixture, bench(TOY, other)) == {}


def test_what_only_the_fixed_text_has_is_expected_there(tmp_path: Path) -> None:
    then = replace(toy_rule("new", None), id="ERR902", name="other-rule")
    fixture = plant(tmp_path, "bad_old.py", BAD.replace("safe\n", "safe  # then-expect: ERR902\n"))
    fixture = write_siblings(fixture, bench(TOY, then))
    assert fixture.sibling == FIXED.replace('"new")\n', '"new")  # expect: ERR902\n')
    assert failures(fixture, bench(TOY, then)) == {}
    assert "fixes_converge" in failures(fixture, bench(TOY))


def test_update_removes_the_sibling_of_what_cannot_be_fixed(tmp_path: Path) -> None:
    fixture = plant(tmp_path, "bad_old.py", BAD.replace(" safe", ""), FIXED)
    assert write_siblings(fixture, bench(toy_rule("old", None))).sibling is None


# planted faults ---------------------------------------------------------------------------------------------------------------------


def test_silenced_rule_is_noticed(tmp_path: Path) -> None:
    fixture = plant(tmp_path, "bad_old.py", BAD, FIXED)
    said = failures(fixture, bench())
    assert "line 3: expected ERR901 safe, not found" in said["findings_are_the_expected"]
    assert "nothing can be fixed" in said["sibling_is_the_fixed_text"]


def test_stale_sibling_is_noticed(tmp_path: Path) -> None:
    said = failures(plant(tmp_path, "bad_old.py", BAD, FIXED.replace("new", "newer")), bench(TOY))
    assert list(said) == ["sibling_is_the_fixed_text"]
    assert '-toy.fetch("newer")\n+toy.fetch("new")' in said["sibling_is_the_fixed_text"]


def test_missing_sibling_is_noticed(tmp_path: Path) -> None:
    said = failures(plant(tmp_path, "bad_old.py", BAD), bench(TOY))
    assert list(said) == ["sibling_is_the_fixed_text"]
    assert "bad_old.fixed.py is missing" in said["sibling_is_the_fixed_text"]


def test_false_alarm_is_noticed(tmp_path: Path) -> None:
    said = failures(plant(tmp_path, "ok_new.py", OK + 'toy.fetch("old")\n'), bench(TOY))
    assert "line 4: found ERR901 safe, not expected" in said["findings_are_the_expected"]


def test_false_alarm_of_a_preview_rule_is_noticed(tmp_path: Path) -> None:
    said = failures(plant(tmp_path, "ok_new.py", OK + 'toy.fetch("old")\n'), bench(replace(TOY, preview=True)))
    assert "line 4: found ERR901 safe, not expected" in said["findings_are_the_expected"]


def test_bad_file_without_expectation_is_noticed(tmp_path: Path) -> None:
    said = failures(plant(tmp_path, "bad_new.py", OK), bench(TOY))
    assert list(said) == ["has_the_right_comments"]


def test_ok_file_with_expectation_is_noticed(tmp_path: Path) -> None:
    said = failures(plant(tmp_path, "ok_old.py", BAD), bench(TOY))
    assert "yet it expects ERR901" in said["has_the_right_comments"]


@pytest.mark.parametrize(
    ("comment", "complaint"),
    [
        ("expect: ERR901", "found ERR901 safe, not expected"),
        ("expect: ERR901 unsafe", "expected ERR901 unsafe, not found"),
        ("expect: ERR901 safe advice", "expected ERR901 safe advice, not found"),
        ("expect: ERR901 safe, ERR901 safe", "expected ERR901 safe, not found"),
    ],
)
def test_wrong_expectation_is_noticed(tmp_path: Path, comment: str, complaint: str) -> None:
    said = failures(plant(tmp_path, "bad_old.py", BAD.replace("expect: ERR901 safe", comment), FIXED), bench(TOY))
    assert complaint in said["findings_are_the_expected"]


def test_changed_severity_is_noticed(tmp_path: Path) -> None:
    rules = bench(toy_rule("old", 'toy.fetch("new")', severity=Severity.ADVICE))
    said = failures(plant(tmp_path, "bad_old.py", BAD, FIXED), rules)
    assert "found ERR901 safe advice, not expected" in said["findings_are_the_expected"]
    advice = plant(tmp_path, "bad_old.py", BAD.replace("safe", "safe advice"), FIXED)
    assert failures(advice, rules) == {}


def test_expectation_on_the_wrong_line_is_noticed(tmp_path: Path) -> None:
    text = 'import toy  # expect: ERR901 safe\n\ntoy.fetch("old")\n'
    said = failures(plant(tmp_path, "bad_old.py", text, FIXED), bench(TOY))
    assert "line 1: expected ERR901 safe, not found" in said["findings_are_the_expected"]
    assert "line 3: found ERR901 safe, not expected" in said["findings_are_the_expected"]


def test_known_miss_that_is_found_now_is_noticed(tmp_path: Path) -> None:
    text = BAD.replace("expect: ERR901 safe", "todo-expect: ERR901")
    said = failures(plant(tmp_path, "bad_old.py", text), bench(TOY))
    assert "make it `# expect: ERR901 safe`" in said["findings_are_the_expected"]
    assert failures(Fixture.read(tmp_path / "toy_rule/bad_old.py"), bench(toy_rule("other", None))) == {}


def test_known_false_alarm_that_is_gone_is_noticed(tmp_path: Path) -> None:
    fixture = plant(tmp_path, "ok_old.py", 'import toy\n\ntoy.fetch("old")  # todo-ok: ERR901 -- it is not so old\n')
    assert failures(fixture, bench(toy_rule("old", None))) == {}
    said = failures(fixture, bench())
    assert "the known false alarm ERR901 is gone" in said["findings_are_the_expected"]


def test_fix_without_end_is_noticed(tmp_path: Path) -> None:
    there, back = toy_rule("old", 'toy.fetch("odd")'), replace(toy_rule("odd", 'toy.fetch("old")'), id="ERR902", name="back")
    said = failures(plant(tmp_path, "bad_old.py", BAD, FIXED), bench(there, back))
    assert "fixes_converge" in said


@pytest.mark.parametrize("code", ["toy.fetch(", "return 1"])
def test_fix_that_does_not_compile_is_noticed(tmp_path: Path, code: str) -> None:
    said = failures(plant(tmp_path, "bad_old.py", BAD, FIXED), bench(toy_rule("old", code)))
    assert said.keys() & {"compiles", "fixes_converge"}


def test_source_that_does_not_compile_is_noticed(tmp_path: Path) -> None:
    said = failures(plant(tmp_path, "ok_new.py", OK + "return 1\n"), bench(TOY))
    assert "the source does not compile" in said["compiles"]


def test_finding_without_trail_is_noticed(tmp_path: Path) -> None:
    said = failures(plant(tmp_path, "bad_old.py", BAD, FIXED), bench(toy_rule("old", None, trail=False)))
    assert "found ERR002, not expected" in said["findings_are_the_expected"]
    assert "gave a finding without a trail" in said["findings_are_the_expected"]


def altered(alter: Callable[[Finding, Context], Finding]) -> Rule:
    """The toy rule, without its fix, with every finding altered."""
    rule = toy_rule("old", None)

    def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
        yield from (alter(finding, ctx) for finding in rule.check(node, ctx))

    return replace(rule, check=check)


def other_trail(path: str, line: int) -> Rule:
    """The toy rule with a trail that leads to one place only."""
    return altered(lambda finding, _: replace(finding, trail=(Step(Location(path, line, 1, line, 2), "a call"),)))


@pytest.mark.parametrize(
    ("rule", "check", "complaint"),
    [
        (altered(lambda finding, _: replace(finding, trail=())), "trails_lead_there", "bad_old.py:3: ERR901: no trail"),
        (other_trail("toy_rule/bad_old.py", 99), "trails_lead_there", "lies outside the file"),
        (other_trail("elsewhere.py", 1), "trails_lead_there", "the trail ends in another file"),
        (altered(lambda finding, _: replace(finding, lines=(1, 1))), "suppression_silences", "still heard with a suppression on the line"),
        (
            altered(lambda finding, ctx: replace(finding, rule="ERR902") if "\r" in ctx.source.text else finding),
            "newlines_change_nothing",
            "other findings with CRLF",
        ),
    ],
)
def test_faulty_finding_is_noticed(tmp_path: Path, rule: Rule, check: str, complaint: str) -> None:
    said = failures(plant(tmp_path, "bad_old.py", BAD.replace(" safe", "")), bench(rule))
    assert complaint in said[check]


def test_gate_that_hides_a_finding_is_noticed(tmp_path: Path) -> None:
    said = failures(plant(tmp_path, "bad_old.py", BAD, FIXED), replace(bench(TOY), libraries=Libraries()))
    assert "other findings without gate and screens" in said["gate_changes_nothing"]


def test_screen_that_hides_a_finding_is_noticed(tmp_path: Path) -> None:
    blind = replace(TOY, screen=lambda code: b"old" in code.skeleton)  # a string, of which screens see nothing
    said = failures(plant(tmp_path, "bad_old.py", BAD, FIXED), bench(blind))
    assert "other findings without gate and screens" in said["gate_changes_nothing"]


def test_suppression_finds_a_place_around_text_over_several_lines(tmp_path: Path) -> None:
    text = 'import toy\n\nif toy:\n    # expect: ERR901 safe\n    text = toy.fetch("old") + """\n    more\n    """\n'
    fixed = 'import toy\n\nif toy:\n    text = toy.fetch("new") + """\n    more\n    """\n'
    assert failures(plant(tmp_path, "bad_old.py", text, fixed), bench(TOY)) == {}


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ("# /// fixture\n# apis = 'x'\n# ///\n", "unknown field `apis`"),
        ("# /// fixture\n# api =\n# ///\n", "cannot be read"),
        ("# /// fixture\n# api = 'x'\n", "not closed"),
        ('# /// fixture\n# libraries = ["requests", "urllib4"]\n# ///\n', "no table swaps requests to urllib4"),
    ],
)
def test_faulty_header_is_noticed(tmp_path: Path, header: str, complaint: str) -> None:
    fixture = plant(tmp_path, "ok_new.py", header + OK)
    with pytest.raises(AssertionError, match=complaint):
        list(fixture.variants())


# folders ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["bad_old.py", "ok_new.py"])
def test_rule_without_a_specimen_is_noticed(tmp_path: Path, missing: str) -> None:
    plant(tmp_path, "bad_old.py", BAD, FIXED)
    plant(tmp_path, "ok_new.py", OK)
    folders.every_rule_is_shown(tmp_path, [TOY])
    (tmp_path / "toy_rule" / missing).unlink()
    with pytest.raises(AssertionError, match=r"ERR901 has no toy_rule/\w+_\*.py"):
        folders.every_rule_is_shown(tmp_path, [TOY])


def test_orphan_folder_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, "ok_new.py", OK)
    folders.every_folder_has_a_rule(tmp_path, [TOY])
    (tmp_path / "gone_rule").mkdir()
    with pytest.raises(AssertionError, match="no rule owns the folders gone_rule"):
        folders.every_folder_has_a_rule(tmp_path, [TOY])


def test_package_inside_of_a_specimen_is_used_and_a_folder_of_other_things_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "toy_rule" / "ok_two"
    (folder / "inner").mkdir(parents=True)
    for name in ("a.py", "b.py", "inner/__init__.py"):
        (folder / name).write_text(OK)
    folders.every_file_is_used(tmp_path)
    (folder / "inner" / "__init__.py").unlink()
    with pytest.raises(AssertionError, match="has files that are no modules: inner"):
        folders.every_file_is_used(tmp_path)


@pytest.mark.parametrize("name", ["good_new.py", "bad_gone.fixed.py", "ok_new.fixed.py", "notes.txt"])
def test_file_without_a_use_is_noticed(tmp_path: Path, name: str) -> None:
    plant(tmp_path, "bad_old.py", BAD, FIXED)
    plant(tmp_path, "ok_new.py", OK)
    folders.every_file_is_used(tmp_path)
    (tmp_path / "toy_rule" / name).write_text(OK)
    with pytest.raises(AssertionError, match=name):
        folders.every_file_is_used(tmp_path)


# comments and libraries -------------------------------------------------------------------------------------------------------------


def test_comments_are_not_read_in_strings() -> None:
    assert parse_comments('text = """\n# expect: ERR901\n"""\n') == ()


def test_line_may_carry_two_comments() -> None:
    found = parse_comments("call()  # expect: ERR901 unsafe  # todo-expect: ERR902 -- soon, perhaps\n")
    assert [(comment.mark, [str(entry) for entry in comment.entries]) for comment in found] == [
        (Mark.EXPECT, ["ERR901 unsafe"]),
        (Mark.TODO_EXPECT, ["ERR902"]),
    ]


@pytest.mark.parametrize("comment", ["expect ERR901", "expect: 901", "expect:", "expect: ERR901 fixable", "todo-ok: ERR901 safe unsafe"])
def test_misspelt_comment_is_noticed(comment: str) -> None:
    with pytest.raises(AssertionError, match="line 1"):
        parse_comments(f"call()  # {comment}\n")


def test_swap_renames_what_differs_between_libraries() -> None:
    text = (
        "import requests\nfrom requests.exceptions import HTTPError, RequestException as Broken\n\n"
        'session = requests.Session()\nsession.get("https://requests.example/", allow_redirects=True)\n'
        "try: pass\nexcept (HTTPError, Broken, requests.exceptions.Timeout) as e: print(e.response.reason, requests.codes.ok)\n"
    )
    assert swap(text, "requests", "httpx") == (
        "import httpx\nfrom httpx import HTTPStatusError, HTTPError as Broken\n\n"
        'session = httpx.Client()\nsession.get("https://requests.example/", follow_redirects=True)\n'
        "try: pass\nexcept (HTTPStatusError, Broken, httpx.TimeoutException) as e: print(e.response.reason_phrase, httpx.codes.ok)\n"
    )


def test_finding_that_depends_on_the_library_is_noticed(tmp_path: Path) -> None:
    text = '# /// fixture\n# libraries = ["requests", "httpx"]\n# ///\nimport toy, requests\n\nrequests.get("old")  # expect: ERR901\n'

    def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
        if ctx.code(node) == 'requests.get("old")':
            yield ctx.finding(node, "old things are gone", trail=[Place(node, "a call")])

    written, swapped = plant(tmp_path, "bad_old.py", text).variants()
    rules = bench(replace(TOY, check=check))
    assert failures(written, rules) == {}
    assert "toy_rule/bad_old.py [httpx]" in failures(swapped, rules)["findings_are_the_expected"]


def get_rule(new: Callable[[str], str]) -> Rule:
    """A rule against ``<anything>.get("old")`` whose fix may depend on the library."""

    def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
        code = ctx.code(node)
        if code.endswith('get("old")'):
            fix = ctx.fix(Safety.SAFE, "Get the new one", ctx.replace(node, new(code)))
            yield ctx.finding(node, "old things are gone", trail=[Place(node, "a call")], fix=fix)

    return replace(TOY, check=check)


def test_fixed_text_of_another_library_stands_only_where_swapping_is_not_enough(tmp_path: Path) -> None:
    text = '# /// fixture\n# libraries = ["requests", "httpx"]\n# ///\nimport toy, requests\n\nrequests.get("old")  # expect: ERR901 safe\n'
    same = bench(get_rule(lambda call: call.replace("old", "new")))
    other = bench(get_rule(lambda call: "httpx.get()" if "httpx" in call else "requests.get(0)"))
    own = tmp_path / "toy_rule" / "bad_old.httpx.fixed.py"

    fixture = write_siblings(plant(tmp_path, "bad_old.py", text), other)
    assert own.read_text().endswith("httpx.get()\n")
    assert [failures(variant, other) for variant in fixture.variants()] == [{}, {}]
    folders.every_file_is_used(tmp_path)

    needless = own.read_text()
    fixture = write_siblings(fixture, same)
    assert not own.exists()
    assert [failures(variant, same) for variant in fixture.variants()] == [{}, {}]

    own.write_text(needless)
    written, swapped = fixture.variants()
    assert failures(written, same) == {}
    assert "bad_old.httpx.fixed.py exists, yet it is not needed" in failures(swapped, same)["sibling_is_the_fixed_text"]

    own.rename(own.with_name("bad_old.niquests.fixed.py"))
    with pytest.raises(AssertionError, match=r"is of a library that bad_old\.py is not run with"):
        folders.every_file_is_used(tmp_path)


# documentation ----------------------------------------------------------------------------------------------------------------------


def test_sound_documentation_passes() -> None:
    docs.has_the_headings(TOY)
    docs.example_fires(TOY, bench(TOY))
    docs.remedy_is_silent(TOY, bench(TOY))


@pytest.mark.parametrize(
    ("check", "old", "new", "complaint"),
    [
        (docs.has_the_headings, "## Why\n\nIt is gone.\n", "", "the headings are Example"),
        (docs.has_the_headings, "It is gone.", "", "nothing stands below Why"),
        (docs.has_the_headings, "what is old\n", "what is old.\n", "full stop"),
        (docs.has_the_headings, "What is old has gone.", "", "between the title"),
    ],
)
def test_faulty_headings_are_noticed(check: Callable[[Rule], None], old: str, new: str, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check(replace(TOY, doc=DOC.replace(old, new)))


@pytest.mark.parametrize(
    ("check", "old", "new", "complaint"),
    [
        (docs.example_fires, 'fetch("old")', 'fetch("new")', "the example gives nothing"),
        (docs.example_fires, 'fetch("old")', "fetch(", "does not compile"),
        (docs.example_fires, "```python", "```", "no Python block stands below Example"),
        (docs.remedy_is_silent, 'fetch("new")', 'fetch("old")', "the remedy gives ERR901 at line 3"),
    ],
)
def test_faulty_example_is_noticed(check: Callable[[Rule, Bench], None], old: str, new: str, complaint: str) -> None:
    faulty = replace(TOY, doc=DOC.replace(old, new))
    with pytest.raises(AssertionError, match=complaint):
        check(faulty, bench(faulty))


def test_example_that_fires_another_rule_too_is_noticed() -> None:
    other = replace(TOY, id="ERR902", name="other-rule")
    with pytest.raises(AssertionError, match="ERR902 at line 3"):
        docs.example_fires(TOY, bench(TOY, other))
    docs.example_fires(TOY, bench(TOY, replace(other, preview=True)))


def test_stale_index_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "fixtures").mkdir()
    plant(tmp_path / "fixtures", "bad_old.py", BAD, FIXED)
    (tmp_path / "README.md").write_text("# Toy\n\n<!-- rules -->\n<!-- /rules -->\n\nMore.\n")
    index.write_index(tmp_path, [TOY])
    index.index_is_true(tmp_path, [TOY])
    row = "| ERR901 | [toy-rule](rules/tests/test_harness.py) | warning | safe | yes | Fetching what is old |"
    assert "<!-- rules -->\n| ID |" in (tmp_path / "README.md").read_text()
    assert f"{row}\n<!-- /rules -->\n\nMore.\n" in (tmp_path / "README.md").read_text()
    with pytest.raises(AssertionError, match=r"README.md is stale"):
        index.index_is_true(tmp_path, [replace(TOY, severity=Severity.ERROR)])


def test_readme_without_a_place_for_the_index_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "README.md").write_text("# Toy\n")
    with pytest.raises(AssertionError, match="has no line `<!-- rules -->`"):
        index.write_index(tmp_path, [TOY])


@pytest.mark.xdist_group("a-group")
def test_tests_of_a_group_stay_together(request: pytest.FixtureRequest) -> None:
    """What is found in a fixture is remembered by the process that checks it; pytest-xdist marks groups in the names of tests."""
    if not request.config.getoption("loadgroup", default=False):
        pytest.skip("not spread over processes")
    assert request.node.nodeid.endswith("@a-group")
