"""Comments that silence findings: where they count, what they mean, and what is said about wrong ones."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errlint.model import Finding, Location, Severity
from errlint.suppressions import Suppressions, may_be_reportable

RULES = {"ERR101": "message-branch", "ERR102": "message-compare", "ERR302": "retry-after-disabled", "ERR002": "rule-crash"}
KNOWN = frozenset(RULES) | frozenset(RULES.values())


def finding(rule: str = "ERR101", line: int = 1, last: int | None = None) -> Finding:
    return Finding(rule, RULES[rule], Severity.ERROR, "m", Location("a.py", line, 1, line, 2), lines=(line, last or line))


def silenced(text: str, *findings: Finding) -> list[str]:
    kept, count = Suppressions.parse(text, KNOWN).apply(findings)
    assert count == len(findings) - len(kept)
    return [one.rule for one in findings if one not in kept]


def problems(text: str, *findings: Finding, active: frozenset[str] = KNOWN) -> list[tuple[int, str, str]]:
    """Line, the text that is pointed at, and the message."""
    suppressions = Suppressions.parse(text, KNOWN)
    suppressions.apply(findings)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [(one.line, lines[one.line - 1][one.column - 1 : one.end_column - 1], one.message) for one in suppressions.problems(active)]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# errlint: ignore[ERR101]", ["ERR101"]),
        ("# errlint: ignore[ERR101] the vendor has no code", ["ERR101"]),
        ("#errlint:ignore[ERR101]", ["ERR101"]),
        ("# ERRLINT: Ignore [ERR101]", ["ERR101"]),
        ("# errlint: ignore[ERR101, retry-after-disabled]", ["ERR101", "ERR302"]),
        ("# errlint: ignore[message-branch]", ["ERR101"]),
        ("# errlint: ignore[ERR1]", ["ERR101", "ERR102"]),
        ("# errlint: ignore[ERR]", ["ERR101", "ERR102", "ERR302", "ERR002"]),
        ("# errlint: ignore", ["ERR101", "ERR102", "ERR302"]),
        ("# errlint: ignore because it is a mock", ["ERR101", "ERR102", "ERR302"]),
        ("# errlint: ignore[ERR002]", ["ERR002"]),
        ("# type: ignore  # errlint: ignore[ERR101]", ["ERR101"]),
        ("# errlint: ignore[ERR101]  # errlint: ignore[ERR302]", ["ERR101", "ERR302"]),
        ("# noqa: ERR101", ["ERR101"]),
        ("# noqa: E501,ERR101", ["ERR101"]),
        ("# NOQA : E501 err302 and words", ["ERR302"]),
        ("# pragma: no cover # noqa:ERR101", ["ERR101"]),
        ("# noqa", ["ERR101", "ERR102", "ERR302"]),
        ("# noqa: E501", []),
        ("# noqa: whatever", []),
        ("# noqable", []),
        ("# flake8: noqa", []),
        ("# use `# errlint: ignore[ERR101]` here", []),
        ("# errlint: ignore[message-branch", []),
        ("# errlint: ignore[]", []),
        ("# errlint: ignore: ERR101", []),
        ("# errlint: ignore ERR101", []),
        ("# errlint: a linter", []),
        ("# my-errlint: ignore", []),
    ],
)
def test_a_comment_silences_what_it_names(comment: str, expected: list[str]) -> None:
    assert silenced(f"x = 1  {comment}\n", *(finding(rule) for rule in RULES)) == expected


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_comment_counts_on_every_line_of_the_statement(newline: str) -> None:
    lines = ["a = 0", "x = (", "  1,", "  2,", ")", "b = 0"]
    for number in range(1, 7):
        marked = [*lines]
        marked[number - 1] += "  # errlint: ignore"
        assert bool(silenced(newline.join(marked), finding(line=2, last=5))) == (2 <= number <= 5)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("# errlint: ignore\nx = 1\n", 2, True),
        ("# errlint: ignore[ERR101]\n# errlint: ignore[ERR302]\nx = 1\n", 3, True),
        ("# errlint: ignore[ERR101] the vendor\n# has no code for this\nx = 1\n", 3, True),
        ("if y:\n\x0c    # errlint: ignore\n    x = 1\n", 3, True),
        ("# noqa: ERR101\nx = 1\n", 2, True),
        ("# noqa\nx = 1\n", 2, False),
        ("# errlint: ignore\n\nx = 1\n", 3, False),
        ("y = 1  # errlint: ignore\nx = 1\n", 2, False),
        ("# errlint: ignore\ny = 1\nx = 1\n", 3, False),
        ("'''\n# errlint: ignore\n'''\nx = 1\n", 4, False),
        ("x = 1\n# errlint: ignore\n", 1, False),
        ("y = '\u2028'  \n# errlint: ignore\nx = 1\n", 3, True),
    ],
)
def test_a_comment_alone_counts_for_the_statement_below(text: str, line: int, expected: bool) -> None:
    assert bool(silenced(text, finding(line=line))) == expected


def test_text_in_strings_silences_nothing() -> None:
    text = "x = '# errlint: ignore'\ny = f'{x:# noqa}'\n"
    assert silenced(text, finding(line=1), finding(line=2)) == []
    assert problems(text) == []


def test_a_file_can_be_silenced_from_anywhere_in_it() -> None:
    findings = (finding(line=1), finding("ERR302", line=1), finding("ERR002", line=1))
    assert silenced("x = 1\n\n    # errlint: ignore-file[ERR101] generated", *findings) == ["ERR101"]
    assert silenced("x = 1\n# errlint: ignore-file\ny = 2\n", *findings) == ["ERR101", "ERR302"]
    assert silenced("x = 1  # errlint: ignore-file\n", *findings) == []


def test_without_lines_the_location_decides() -> None:
    bare = Finding("ERR101", "message-branch", Severity.ERROR, "m", Location("a.py", 2, 1, 3, 2))
    assert silenced("a\nb\nc  # errlint: ignore\n", bare) == ["ERR101"]


@pytest.mark.parametrize(
    ("comment", "pointed", "message"),
    [
        ("# errlint: ignore[ERR101", "# errlint: ignore[ERR101", "the bracket of `ignore[` is never closed, so nothing is suppressed"),
        ("# errlint: ignore[ ,]", "# errlint: ignore[ ,]", "`ignore[]` names no rule, so nothing is suppressed"),
        ("# errlint: ignore[ERR1O1]", "ERR1O1", "unknown rule 'ERR1O1' in a suppression; did you mean 'ERR101'?"),
        (
            "# errlint: ignore[message-brunch]",
            "message-brunch",
            "unknown rule 'message-brunch' in a suppression; did you mean 'message-branch'?",
        ),
        ("# errlint: ignore[err302]", "err302", "unknown rule 'err302' in a suppression; did you mean 'ERR302'?"),
        ("# noqa: E501, ERR3021", "ERR3021", "unknown rule 'ERR3021' in a suppression; did you mean 'ERR302'?"),
        ("# errlint: ingore[ERR101]", "# errlint: ingore[ERR101]", "`errlint: ingore` is not understood; did you mean 'ignore'?"),
        ("# errlint: off", "# errlint: off", "`errlint: off` is not understood; write `errlint: ignore[ERR101]`"),
        *(
            (comment, comment, "`errlint: disable` is not understood; write `errlint: ignore[ERR101]`")
            for comment in ("# errlint: disable=ERR101", "# errlint: disable ERR101, ERR302", "# errlint: disable (message-branch)")
        ),
        ("# errlint: ignore=ERR101", "# errlint: ignore=ERR101", "rules stand in brackets: `ignore[ERR101]`; nothing is suppressed"),
        ("# errlint: ignore ERR101", "# errlint: ignore ERR101", "rules stand in brackets: `ignore[ERR101]`; nothing is suppressed"),
        ("# errlint: ignore-file", "# errlint: ignore-file", "`ignore-file` must stand on a line of its own"),
    ],
)
def test_a_wrong_comment_is_reported_where_it_stands(comment: str, pointed: str, message: str) -> None:
    assert problems(f"a = 'é'\nx = 1  {comment}\n", finding(line=2)) == [(2, pointed, message)]


def test_the_good_part_of_a_comment_counts() -> None:
    text = "x = 1  # errlint: ignore[ERR999, ERR101]\n"
    assert silenced(text, finding()) == ["ERR101"]
    assert [pointed for _, pointed, _ in problems(text, finding())] == ["ERR999"]


def test_unused_comments_are_reported_rule_by_rule() -> None:
    text = "x = 1  # errlint: ignore[ERR101, ERR302]\n# errlint: ignore\ny = 2\n# errlint: ignore-file[ERR102]\n"
    assert problems(text, finding(line=1)) == [
        (1, "ERR302", "unused suppression of ERR302: there is nothing to silence here"),
        (2, "# errlint: ignore", "unused suppression: there is nothing to silence here"),
        (4, "ERR102", "unused suppression of ERR102: there is nothing to silence in this file"),
    ]


def test_bare_noqa_is_never_unused() -> None:
    assert problems("x = 1  # noqa\ny = 2  # noqa: E501\n") == []
    assert [pointed for _, pointed, _ in problems("x = 1  # noqa: ERR101\n")] == ["ERR101"]


@pytest.mark.parametrize("comment", ["ignore[ERR302]", "ignore[retry-after-disabled]", "ignore[ERR]", "ignore", "ignore-file"])
def test_a_comment_for_a_rule_that_did_not_run_is_not_unused(comment: str) -> None:
    text = f"# errlint: {comment}\nx = 1\n"
    assert problems(text, active=frozenset({"ERR101", "message-branch"})) == []
    assert len(problems(text)) == 1


def test_everything_that_silences_one_finding_is_used() -> None:
    text = "# errlint: ignore-file[ERR101]\n# errlint: ignore[message-branch]\nx = 1  # noqa: ERR101\n"
    assert problems(text, finding(line=3)) == []


@pytest.mark.parametrize("text", ["", "x = 1\n", "# a comment\n", "x = 'no word of ours'\n"])
def test_a_file_without_the_words_holds_nothing(text: str) -> None:
    assert silenced(text, finding()) == []
    assert problems(text) == []


@given(
    st.lists(
        st.sampled_from(
            ["# errlint: ignore", "# errlint: ignore[ERR101]", "# noqa: ERR101", "# prose", "x = 1", "", "'''", "x = (  # errlint: ingore"]
        )
    )
)
def test_files_without_reportable_bytes_have_no_problems(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert may_be_reportable(text.encode()) or not problems(text)


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "  # errlint: ignore[ERR101]", "  # errlint: ignore[ERR302]", "  # noqa"]), st.booleans()),
        min_size=1,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_random_comments_silence_their_own_line_and_nothing_else(lines: list[tuple[str, bool]], newline: str) -> None:
    text = newline.join(f"x = '# {number}'{comment}" for number, (comment, _) in enumerate(lines))
    findings = [finding(line=number) for number, (_, bad) in enumerate(lines, start=1) if bad]
    silencing = ("  # errlint: ignore[ERR101]", "  # noqa")
    expected = [one for one in findings if lines[one.location.line - 1][0] not in silencing]
    suppressions = Suppressions.parse(text, KNOWN)
    kept, count = suppressions.apply(findings)
    assert kept == expected
    assert count == len(findings) - len(expected)
    unused = {one.line for one in suppressions.problems(KNOWN)}
    assert unused == {
        number for number, (comment, bad) in enumerate(lines, start=1) if "ERR302" in comment or ("ERR101" in comment and not bad)
    }


def test_many_comments_and_findings_take_linear_time() -> None:
    count = 20_000
    text = "x = 1  # errlint: ignore[ERR101]\n" * count + "# errlint: ignore\n" * count
    start = time.process_time()
    suppressions = Suppressions.parse(text, KNOWN)
    kept, silent = suppressions.apply([finding(line=line) for line in range(1, count + 1)])
    assert (kept, silent) == ([], count)
    assert len(suppressions.problems(KNOWN)) == count
    assert time.process_time() - start < 10
