"""Fixes are applied whole, together where they can be, one after the other where not, and never to the harm of the file."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errlint.encoding import UndecodableSource, decode
from errlint.fixer import Lint, apply, choose, fix_source
from errlint.model import Edit, FileReport, Finding, Fix, Location, Safety, Severity

Rewrite = Callable[[re.Match[str]], list[Edit]]


def finding(rule: str, *edits: Edit, line: int = 1, column: int = 1, safety: Safety = Safety.SAFE) -> Finding:
    fix = Fix(safety, "Mend it", edits) if edits else None
    return Finding(rule, rule.lower(), Severity.ERROR, "m", Location("a.py", line, column, line, column + 1), fix=fix)


def replacing(text: str) -> Rewrite:
    return lambda match: [Edit(match.start(), match.end(), match.expand(text))]


def toy_lint(*rules: tuple[str, str, Rewrite], safety: Safety = Safety.SAFE, seen: list[bytes] | None = None) -> Lint:
    """A linter made of regular expressions: each match is a finding with the edits that a function makes of it."""

    def lint(raw: bytes, path: str) -> FileReport:
        if seen is not None:
            seen.append(raw)
        try:
            text = decode(raw).text
        except UndecodableSource:
            return FileReport(path, (finding("ERR001"),), stage="failed")
        found = []
        for rule, pattern, rewrite in rules:
            for match in re.finditer(pattern, text):
                line = text.count("\n", 0, match.start()) + 1
                column = match.start() - text.rfind("\n", 0, match.start())
                found.append(finding(rule, *rewrite(match), line=line, column=column, safety=safety))
        return FileReport(path, tuple(sorted(found, key=lambda one: one.sort_key)))

    return lint


def with_import(new: str, module: str = "time") -> Rewrite:
    """Replaces a match, and imports a module at the top unless that is there already."""

    def rewrite(match: re.Match[str]) -> list[Edit]:
        edits = [Edit(match.start(), match.end(), new)]
        line = f"import {module}\n"
        return edits if line.strip() in match.string else [Edit(0, 0, line), *edits]

    return rewrite


# choosing ------------------------------------------------------------------------------------------------------------------------


def test_the_first_of_two_overlapping_fixes_goes_first() -> None:
    late, early = finding("ERR101", Edit(3, 8, "x"), column=4), finding("ERR302", Edit(0, 4, "y"), column=1)
    chosen = choose([late, early], unsafe=False)
    assert (chosen.fixes, chosen.deferred) == ((early,), (late,))


def test_at_one_place_the_smaller_rule_id_goes_first() -> None:
    one, other = finding("ERR302", Edit(0, 4, "x")), finding("ERR101", Edit(0, 4, "y"))
    assert choose([one, other], unsafe=False).fixes == (other,)


def test_identical_edits_are_shared() -> None:
    line = Edit(0, 0, "import time\n")
    one, other = finding("ERR101", line, Edit(5, 6, "a")), finding("ERR101", line, Edit(7, 8, "b"), column=3)
    chosen = choose([one, other], unsafe=False)
    assert chosen.fixes == (one, other)
    assert chosen.edits == (line, Edit(5, 6, "a"), Edit(7, 8, "b"))


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (Edit(0, 0, "import a\n"), Edit(0, 0, "import b\n"), False),
        (Edit(0, 3, "x"), Edit(3, 6, "y"), True),
        (Edit(0, 3, "x"), Edit(3, 3, "y"), False),
        (Edit(0, 0, "x"), Edit(0, 3, "y"), False),
        (Edit(0, 5, "x"), Edit(2, 2, "y"), False),
        (Edit(0, 5, "x"), Edit(1, 3, "y"), False),
        (Edit(1, 3, "x"), Edit(0, 5, "y"), False),
        (Edit(0, 3, "x"), Edit(0, 3, "x"), True),
        (Edit(0, 3, "x"), Edit(4, 4, "y"), True),
    ],
)
def test_what_gets_into_each_others_way_waits(first: Edit, second: Edit, together: bool) -> None:
    one, other = finding("ERR101", first), finding("ERR302", second, column=2)
    chosen = choose([one, other], unsafe=False)
    assert chosen.fixes == ((one, other) if together else (one,))
    assert chosen.deferred == (() if together else (other,))


def test_a_fix_may_wrap_what_it_replaces_but_not_overlap_itself() -> None:
    wrap = finding("ERR101", Edit(2, 2, "("), Edit(2, 5, "x"), Edit(5, 5, ")"))
    broken = finding("ERR302", Edit(7, 9, "a"), Edit(8, 10, "b"), column=2)
    backwards = finding("ERR302", Edit(12, 11, "a"), column=3)
    chosen = choose([wrap, broken, backwards], unsafe=False)
    assert (chosen.fixes, chosen.deferred, chosen.impossible) == ((wrap,), (), (broken, backwards))


def test_unsafe_fixes_are_chosen_on_demand_only() -> None:
    safe, unsafe, none = (
        finding("ERR101", Edit(0, 1, "x")),
        finding("ERR101", Edit(2, 3, "y"), column=2, safety=Safety.UNSAFE),
        finding("ERR302"),
    )
    assert choose([safe, unsafe, none], unsafe=False).fixes == (safe,)
    assert choose([safe, unsafe, none], unsafe=True).fixes == (safe, unsafe)


_EDITS = st.lists(
    st.builds(lambda start, size, text: Edit(start, start + size, text), st.integers(0, 20), st.integers(0, 4), st.sampled_from("xy")),
    min_size=1,
    max_size=3,
)


@given(st.lists(_EDITS, max_size=8))
def test_whatever_is_chosen_can_be_applied_whole_and_what_waits_could_not(fixes: list[list[Edit]]) -> None:
    findings = [finding("ERR101", *edits, column=column) for column, edits in enumerate(fixes, start=1)]
    chosen = choose(findings, unsafe=False)
    assert sorted([*chosen.fixes, *chosen.deferred, *chosen.impossible], key=lambda one: one.sort_key) == findings
    assert apply("." * 24, chosen.edits).count(".") == 24 - sum(edit.end - edit.start for edit in chosen.edits)
    assert chosen.deferred == () or chosen.fixes

    def clash(one: Edit, other: Edit) -> bool:
        if one == other:
            return False
        if one.start == one.end or other.start == other.end:
            return one.start <= other.end and other.start <= one.end
        return one.start < other.end and other.start < one.end

    for waiting in chosen.deferred:
        before = [one for one in chosen.fixes if one.sort_key < waiting.sort_key]
        assert waiting.fix
        assert any(clash(mine, theirs) for mine in waiting.fix.edits for other in before if other.fix for theirs in other.fix.edits)


# applying ------------------------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.text("ab\u2028\x0c", max_size=4), st.text("ab", max_size=3), st.text("XY", max_size=3))), st.randoms())
def test_edits_replace_their_regions_and_nothing_else(parts: list[tuple[str, str, str]], random: object) -> None:
    text, expected, edits = "", "", []
    for kept, old, new in parts:
        text += "|" + kept
        edits.append(Edit(len(text), len(text) + len(old), new))
        text += old
        expected += "|" + kept + new
    assert apply(text, reversed(edits)) == expected


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_inserted_newlines_are_those_of_the_file(newline: str) -> None:
    text = newline.join(["a", "b", "c", ""])
    copied = Edit(len(text), len(text), f"d\ne{newline}f\n")
    assert apply(text, [copied]) == newline.join(["a", "b", "c", "d", "e", "f", ""])


def test_in_a_mixed_file_the_most_frequent_newline_is_used() -> None:
    assert apply("a\r\nb\r\nc\nd\r", [Edit(0, 0, "x\n")]) == "x\r\na\r\nb\r\nc\nd\r"
    assert apply("a", [Edit(0, 0, "x\n")]) == "x\na"


@pytest.mark.parametrize("edits", [[Edit(0, 3, ""), Edit(2, 4, "")], [Edit(0, 9, "")], [Edit(-1, 1, "")], [Edit(2, 1, "")]])
def test_impossible_edits_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply("12345", edits)


# fixing a file -------------------------------------------------------------------------------------------------------------------


def test_rounds_go_on_until_nothing_is_left() -> None:
    lint = toy_lint(("ERR101", r"a(\d)", replacing(r"b\1")), ("ERR102", r"b(\d)", replacing(r"c\1")))
    outcome = fix_source(b"x = a1, a2, b3\n", "a.py", lint, unsafe=False)
    assert (outcome.raw, outcome.applied, outcome.rounds) == (b"x = c1, c2, c3\n", {"ERR101": 2, "ERR102": 3}, 2)
    assert outcome.report.findings == ()
    assert outcome.held_back is None


def test_one_import_serves_many_fixes_and_two_imports_take_two_rounds() -> None:
    lint = toy_lint(("ERR101", "a1", with_import("time.t")), ("ERR102", "a2", with_import("random.r", "random")))
    outcome = fix_source(b"x = a1, a1, a2\n", "a.py", lint, unsafe=False)
    assert outcome.raw == b"import random\nimport time\nx = time.t, time.t, random.r\n"
    assert (outcome.applied, outcome.rounds) == ({"ERR101": 2, "ERR102": 1}, 2)


def test_overlapping_fixes_are_applied_one_after_the_other() -> None:
    lint = toy_lint(
        ("ERR101", r"old\(", replacing("new(")),
        ("ERR302", r"\w+\(1\)", lambda match: [Edit(match.start(), match.end(), match[0].replace("1", "2"))]),
    )
    outcome = fix_source(b"old(1)\n", "a.py", lint, unsafe=False)
    assert (outcome.raw, outcome.rounds) == (b"new(2)\n", 2)


def test_unsafe_fixes_are_left_alone_unless_wanted() -> None:
    lint = toy_lint(("ERR101", "a1", replacing("b1")), safety=Safety.UNSAFE)
    raw = b"x = a1\n"
    assert fix_source(raw, "a.py", lint, unsafe=False).raw is raw
    assert fix_source(raw, "a.py", lint, unsafe=True).raw == b"x = b1\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("# coding: latin-1\nx = 'é', a1\n", "latin-1"),
        ("\ufeffx = 'é', a1\n", "utf-8"),
        ("x = 'é', a1\r\ny = 1\r\n", "utf-8"),
        ("x = a1\r\ny = 1\nz = 2\n", "utf-8"),
        ("x = a1\ry = 1\r", "utf-8"),
        ("\x0cx = a1\n\x0c\ny = '\u2028\x85\x1c', a1\n", "utf-8"),
        ("x = '\U0001f600', a1  # ünï", "utf-8"),
        ("#!/usr/bin/env python\n# -*- coding: cp1252 -*-\nx = '€', a1", "cp1252"),
    ],
)
def test_everything_around_a_fix_stays_to_the_byte(text: str, encoding: str) -> None:
    raw = text.encode(encoding)
    outcome = fix_source(raw, "a.py", toy_lint(("ERR101", "a1", replacing("b2"))), unsafe=False)
    assert outcome.raw == raw.replace(b"a1", b"b2")
    assert outcome.rounds == 1


@given(
    st.lists(st.sampled_from(["x = a1", "y = 'é\u2028'", "\x0c", "# a1", "", "z = (a1, a1)"])),
    st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1),
    st.booleans(),
)
def test_random_files_lose_nothing(lines: list[str], newlines: list[str], bom: bool) -> None:
    text = "".join(line + newlines[number % len(newlines)] for number, line in enumerate(lines))
    raw = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    outcome = fix_source(raw, "a.py", toy_lint(("ERR101", "a1", replacing("b22"))), unsafe=False)
    assert outcome.raw == raw.replace(b"a1", b"b22")
    assert outcome.applied == ({"ERR101": text.count("a1")} if "a1" in text else {})


# planted faults ------------------------------------------------------------------------------------------------------------------


def test_a_fix_that_breaks_the_syntax_is_left_out_and_the_others_stay() -> None:
    def rewrite(match: re.Match[str]) -> list[Edit]:
        return [Edit(match.start(), match.end(), "((" if match[1] == "7" else f"b{match[1]}")]

    raw = "".join(f"x = a{number}\n" for number in range(20)).encode()
    outcome = fix_source(raw, "a.py", toy_lint(("ERR101", r"\ba(\d+)", rewrite)), unsafe=False)
    assert outcome.raw == raw.replace(b"a", b"b").replace(b"b7", b"a7")
    assert (outcome.applied, outcome.rounds) == ({"ERR101": 19}, 1)
    assert outcome.held_back == "1 fix of ERR101 left out: the code would not be valid any more"
    assert [one.location.line for one in outcome.report.findings] == [8]


def test_a_good_fix_gets_its_turn_after_a_broken_one_in_its_way() -> None:
    lint = toy_lint(("ERR101", "a1", replacing("((")), ("ERR302", "a1", replacing("b1")))
    outcome = fix_source(b"x = a1\n", "a.py", lint, unsafe=False)
    assert (outcome.raw, outcome.applied) == (b"x = b1\n", {"ERR302": 1})


def test_a_fix_that_leaves_code_that_does_not_compile_is_left_out() -> None:
    raw = b"from __future__ import annotations\nx = a1\n"
    outcome = fix_source(raw, "a.py", toy_lint(("ERR101", "a1", with_import("time.t"))), unsafe=False)
    assert outcome.raw is raw
    assert outcome.held_back == "1 fix of ERR101 left out: the code would not be valid any more"


def test_code_that_did_not_compile_before_can_still_be_fixed() -> None:
    lint = toy_lint(("ERR101", "a1", replacing("b1")))
    assert fix_source(b"return a1\n", "a.py", lint, unsafe=False).raw == b"return b1\n"
    assert (
        fix_source(b"print 'syntax of another Python', a1\n", "a.py", lint, unsafe=False).raw == b"print 'syntax of another Python', b1\n"
    )


def test_a_fix_after_which_the_linter_cannot_parse_the_file_is_left_out() -> None:
    good = toy_lint(("ERR101", "a1", replacing("b1")))

    def lint(raw: bytes, path: str) -> FileReport:
        return FileReport(path, (finding("ERR001"),), stage="failed") if b"b1" in raw else good(raw, path)

    raw = b"x = a1\n"
    outcome = fix_source(raw, "a.py", lint, unsafe=False)
    assert outcome.raw is raw
    assert outcome.report == good(raw, "a.py")


@pytest.mark.parametrize(
    ("rule", "why"), [("ERR001", "the file cannot be parsed"), ("ERR004", "the file cannot be rewritten without loss")]
)
def test_a_file_that_the_linter_calls_unfit_is_not_touched(rule: str, why: str) -> None:
    def lint(raw: bytes, path: str) -> FileReport:
        return FileReport(path, (finding(rule), finding("ERR101", Edit(0, 1, "y"))))

    raw = b"x = 1\n"
    outcome = fix_source(raw, "a.py", lint, unsafe=True)
    assert outcome.raw is raw
    assert (outcome.rounds, outcome.held_back) == (0, why)


def test_bytes_that_do_not_survive_decoding_are_not_touched() -> None:
    raw = b"# coding: utf-7\nx = a1, '+AGE-'\n"
    outcome = fix_source(raw, "a.py", toy_lint(("ERR101", "a1", replacing("b1"))), unsafe=False)
    assert outcome.raw is raw
    assert outcome.held_back == "the file cannot be written back in utf-7 without loss"


def test_undecodable_bytes_are_not_touched() -> None:
    def lint(raw: bytes, path: str) -> FileReport:
        return FileReport(path, (finding("ERR101", Edit(0, 1, "y")),))

    raw = b"x = '\xff'\n"
    outcome = fix_source(raw, "a.py", lint, unsafe=False)
    assert outcome.raw is raw
    assert outcome.held_back == "byte 0xff is not utf-8 (invalid start byte)"


def test_text_that_the_encoding_does_not_have_is_left_out() -> None:
    raw = b"# coding: latin-1\nx = '\xe9', a1, a2\n"
    outcome = fix_source(raw, "a.py", toy_lint(("ERR101", "a1", replacing("'€'")), ("ERR302", "a2", replacing("b2"))), unsafe=False)
    assert outcome.raw == raw.replace(b"a2", b"b2")
    assert outcome.held_back == "1 fix of ERR101 left out: its text cannot be written in iso-8859-1"


def test_an_insertion_that_pushes_the_encoding_declaration_away_is_left_out() -> None:
    raw = b"#!/usr/bin/python\n# coding: latin-1\nx = '\xc3\xa9', a1\n"
    outcome = fix_source(raw, "a.py", toy_lint(("ERR101", "a1", with_import("time.t"))), unsafe=False)
    assert outcome.raw is raw
    assert outcome.held_back == "1 fix of ERR101 left out: the file would be read in another encoding"


@pytest.mark.parametrize("edits", [[Edit(0, 99, "")], [Edit(0, 2, "y"), Edit(1, 3, "z")]])
def test_edits_that_make_no_sense_are_left_out_and_said(edits: list[Edit]) -> None:
    raw = b"x = a1\n"
    outcome = fix_source(raw, "a.py", toy_lint(("ERR101", "a1", lambda _: edits)), unsafe=False)
    assert outcome.raw is raw
    assert outcome.held_back
    assert outcome.held_back.startswith("1 fix of ERR101 left out: ")


def test_two_rules_that_undo_each_other_stop() -> None:
    lint = toy_lint(("ERR101", "a1", replacing("b1")), ("ERR302", "b1", replacing("a1")))
    outcome = fix_source(b"x = a1\n", "a.py", lint, unsafe=False)
    assert (outcome.raw, outcome.applied) == (b"x = b1\n", {"ERR101": 1})
    assert outcome.held_back == "1 fix of ERR302 left out: it changes nothing, or undoes another fix"


def test_a_fix_that_changes_nothing_stops() -> None:
    raw = b"x = a1\n"
    outcome = fix_source(raw, "a.py", toy_lint(("ERR101", "a1", replacing("a1"))), unsafe=False)
    assert outcome.raw is raw
    assert (outcome.applied, outcome.rounds) == ({}, 0)


def test_a_fix_that_never_ends_stops_after_the_last_round() -> None:
    outcome = fix_source(b"x = a1\n", "a.py", toy_lint(("ERR101", "a1", replacing("a1, 0"))), unsafe=False, max_rounds=4)
    assert outcome.raw == b"x = a1" + b", 0" * 4 + b"\n"
    assert (outcome.rounds, outcome.held_back) == (4, "1 fix of ERR101 left out: no end after 4 rounds")


def test_the_report_is_that_of_the_final_bytes() -> None:
    seen: list[bytes] = []
    lint = toy_lint(("ERR101", "a1", replacing("b1")), ("ERR302", "c1", lambda _: []), seen=seen)
    outcome = fix_source(b"x = a1, c1\n", "a.py", lint, unsafe=False)
    assert outcome.report == lint(outcome.raw, "a.py")
    assert seen[:2] == [b"x = a1, c1\n", b"x = b1, c1\n"]
    assert len(seen) == 3


# cost ----------------------------------------------------------------------------------------------------------------------------


def test_four_hundred_fixes_take_two_lints() -> None:
    seen: list[bytes] = []
    lint = toy_lint(("ERR101", "a1", with_import("time.t")), seen=seen)
    raw = b"x = a1\n" * 400
    outcome = fix_source(raw, "a.py", lint, unsafe=False)
    assert outcome.raw == b"import time\n" + b"x = time.t\n" * 400
    assert len(seen) == 2


def test_one_broken_fix_among_four_hundred_costs_a_few_lints() -> None:
    def rewrite(match: re.Match[str]) -> list[Edit]:
        return [Edit(match.start(), match.end(), "((" if match.start() == 7 * 300 + 4 else "b1")]

    seen: list[bytes] = []
    outcome = fix_source(b"x = a1\n" * 400, "a.py", toy_lint(("ERR101", "a1", rewrite), seen=seen), unsafe=False)
    assert outcome.applied == {"ERR101": 399}
    assert len(seen) < 30


def test_four_hundred_broken_fixes_do_not_cost_minutes() -> None:
    seen: list[bytes] = []
    start = time.process_time()
    raw = b"x = a1\n" * 400
    outcome = fix_source(raw, "a.py", toy_lint(("ERR101", "a1", replacing("((")), seen=seen), unsafe=False)
    assert outcome.raw is raw
    assert outcome.held_back
    assert "too many had to be left out before" in outcome.held_back
    assert len(seen) == 1
    assert time.process_time() - start < 10


def test_choosing_and_applying_is_near_linear() -> None:
    count = 20_000
    text = "x = a1\n" * count
    findings = [finding("ERR101", Edit(0, 0, "import time\n"), Edit(7 * n + 4, 7 * n + 6, "time.t"), line=n + 1) for n in range(count)]
    start = time.process_time()
    chosen = choose(findings, unsafe=False)
    assert len(chosen.fixes) == count
    assert apply(text, chosen.edits) == "import time\n" + "x = time.t\n" * count
    assert time.process_time() - start < 10
