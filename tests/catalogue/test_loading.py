"""A catalogue that is wrong is refused: with the file, the line, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from errlint.catalogue import Catalogues, catalogue_problems, load_catalogue, load_catalogues
from errlint.errors import UsageProblem

from .conftest import BUILT_IN, HEAD

Write = Callable[..., Path]

CODE = """
[[code]]
names = ["LIMITED"]
status = [429]
retry = "yes"
wait = "backoff"
"""

WRONG = {
    "wrong type": ("[[code]]\nnames = 'A'\nretry = 'no'\n", "names", 'names = ["A"]'),
    "unknown key": ("[[code]]\nnames = ['A']\nretyr = 'no'\nretry = 'no'\n", "retyr", "retry"),
    "unknown key in a place": ("[envelope]\ncode = [{ jsn = '$.code' }]\n", "jsn", "json"),
    "unknown format": ("[[retry_after]]\nheader = 'Retry-After'\nformats = ['delta-second']\n", "delta-second", "delta-seconds"),
    "no format": ("[[retry_after]]\nheader = 'Retry-After'\nformats = []\n", "formats", "name the format"),
    "unknown verdict": ("[[code]]\nnames = ['A']\nretry = 'maybe'\n", "maybe", ""),
    "not a path": ("[envelope]\ncode = [{ json = 'error.code' }]\n", "error.code", "$.error.code"),
    "two places in one": ("[envelope]\ncode = [{ json = '$.code', header = 'X-Code' }]\n", "code = ", "exactly one"),
    "no place": ("[envelope]\nmessage = [{ optional = true }]\n", "message = ", "exactly one"),
    "host with a scheme": ("hosts = ['https://api.acme.dev']\n", "hosts", "the host alone"),
    "id of another kind": (None, "id = ", "lower-case"),
    "status out of range": ("[[code]]\nnames = ['A']\nstatus = [4290]\nretry = 'no'\n", "4290", "100 to 599"),
    "status that is none": ("[status.teapot]\nretry = 'no'\n", "teapot", "429"),
    "pattern as a name": ("[[code]]\nnames = ['*_NOT_FOUND']\nretry = 'no'\n", "_NOT_FOUND", "`pattern`"),
    "name as a pattern": ("[[code]]\nnames = []\npattern = 'NOT_FOUND'\nretry = 'no'\n", "pattern", "`names`"),
    "code with a space": ("[[code]]\nnames = ['not found']\nretry = 'no'\n", "not found", "messages"),
    "code spelt otherwise": (
        "[envelope]\ncode = [{ json = '$.code', case = 'UPPER_SNAKE' }]\n[[code]]\nnames = ['OK_SO_FAR', 'notFound']\nretry = 'no'\n",
        "notFound",
        "correct it",
    ),
    "word for a number": (
        "[envelope]\ncode = [{ json = '$.code', type = 'int' }]\n[[code]]\nnames = ['LIMITED']\nretry = 'no'\n",
        "LIMITED",
        "type",
    ),
    "one code, two verdicts": (CODE + "[[code]]\nnames = ['LIMITED']\nretry = 'no'\n", "names = ['LIMITED']", "one [[code]]"),
    "alias group that disagrees": (
        "[[code]]\nnames = ['A']\nalias_group = 'g'\nretry = 'no'\n[[code]]\nnames = ['B']\nalias_group = 'g'\nretry = 'yes'\n",
        "retry = 'yes'",
        "cannot both hold",
    ),
    "attribute that is no expression": (
        "[[sdk]]\npackage = 'acme'\nimport_roots = ['acme']\nattrs = { request_id = 'the id' }\n",
        "the id",
        "after the dot",
    ),
    "client of another package": (
        "[[sdk]]\npackage = 'acme'\nimport_roots = ['acme']\nclients = ['other.Client']\n",
        "other.Client",
        "acme.Client",
    ),
    "alias group of one": ("[[code]]\nnames = ['A']\nalias_group = 'g'\nretry = 'no'\n", "alias_group", "the others"),
    "two cases of one rank": (
        CODE + "[[code.case]]\nwhen = { status = 429 }\nretry = 'no'\n[[code.case]]\nwhen = { status = 429, cause = '' }\nretry = 'yes'\n",
        "cause",
        "exclude each other",
    ),
    "case that is never reached": (CODE + "[[code.case]]\nwhen = { status = 503 }\nretry = 'no'\n", "503", "add 503"),
    "case without circumstances": (CODE + "[[code.case]]\nwhen = {}\nretry = 'no'\n", "when", "what has to hold"),
    "method in small letters": (
        "[status.503]\nretry = 'yes'\n[[status.503.case]]\nwhen = { method = ['post'] }\nretry = 'no'\n",
        "post",
        "'POST'",
    ),
    "verdict that nobody gives": ("[[code]]\nnames = ['A']\nstatus = [418]\nretry = 'by_status'\n", "retry", "[status.418]"),
    "two verdicts that wait for each other": (
        "[status.503]\nretry = 'by_code'\n[[code]]\nnames = ['A']\nstatus = [503]\nretry = 'by_status'\n",
        "retry = 'by_status'",
        "[[code.case]]",
    ),
    "change that is not named": ("[[code]]\nnames = ['A']\nretry = 'after_change'\n", "after_change", "change"),
    "poll that is not named": ("[status.409]\nretry = 'after_poll'\n", "after_poll", "poll"),
    "wait for nothing": ("[status.429]\nretry = 'yes'\nwait = 'retry_after'\n", "wait", "[[retry_after]]"),
    "wait before giving up": ("[status.400]\nretry = 'no'\nwait = 'backoff'\n", "wait", "drop"),
    "unknown code in a source": (
        CODE + "[[retry_after]]\nheader = 'X'\nformats = ['epoch-ms']\non = ['LIMITD']\n",
        "LIMITD",
        "did you mean 'LIMITED'?",
    ),
    "one header, two units": (
        "[[retry_after]]\nheader = 'X-Reset'\nformats = ['epoch-ms']\n[[retry_after]]\nheader = 'x-reset'\nformats = ['milliseconds']\n",
        "x-reset",
        "one table",
    ),
    "message of another code": (
        "[[code]]\nnames = ['LIMITED']\nretry = 'no'\nmessages = { LIMITTED = ['Slow down'] }\n",
        "messages",
        "did you mean 'LIMITED'?",
    ),
    "failure without a test": ("[[failure]]\njson = '$.ok'\n", "[[failure]]", "`equals`"),
    "failure by a status that is none": ("[[failure]]\nstatus = 'bad'\n", "status = 'bad'", ">=400"),
    "broken expression": ("[envelope]\nmessage_allow = [{ regex = '(' }]\n", "regex", "`re`"),
    "key that is refused with an unknown code": (
        "[idempotency]\nheader = 'Idempotency-Key'\nmissing = { status = 400, code = 'A' }\n",
        "missing",
        "no codes",
    ),
    "versions that are no range": ("[[sdk]]\npackage = 'acme'\nimport_roots = ['acme']\nversions = '1.x'\n", "1.x", ">=1.2,<3"),
    "surface twice": ("[[surface]]\nid = 'v2'\n[[surface]]\nid = 'v2'\n", "id = 'v2'", "merge"),
    "contradiction inside a surface": (
        "[[surface]]\nid = 'v2'\n[[surface.code]]\nnames = ['A']\nretry = 'no'\n[[surface.code]]\nnames = ['A']\nretry = 'yes'\n",
        "names = ['A']",
        "one [[code]]",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_shown_with_its_line_and_its_remedy(write: Write, case: str) -> None:
    tables, on_line, remedy = WRONG[case]
    text = HEAD + tables if tables is not None else HEAD.replace('"acme"', '"Acme Billing"')
    path = write(text)
    with pytest.raises(UsageProblem) as caught:
        load_catalogue(path)
    problem = caught.value
    assert problem.path == str(path)
    assert problem.source == text
    assert problem.line is not None
    assert on_line in text.splitlines()[problem.line - 1]
    assert problem.column is not None
    assert remedy in f"{problem.message} {problem.hint}"


def test_a_contradiction_is_shown_at_the_later_of_the_two(write: Write) -> None:
    text = HEAD + CODE + CODE
    (problem,) = catalogue_problems(write(text))
    first, second = (at for at, line in enumerate(text.splitlines(), 1) if line.startswith("names"))
    assert first != second
    assert problem.line == second


def test_all_mistakes_are_listed_in_the_order_of_their_lines(write: Write) -> None:
    wrong = "[status.400]\nretry = 'conditional'\n[status.9]\nretry = 'no'\n[[sdk]]\npackage = 'a'\nimport_roots = []\n"
    lines = [problem.line for problem in catalogue_problems(write(HEAD + CODE + wrong))]
    assert len(lines) == 3
    assert lines == sorted(lines, key=lambda line: line or 0)


def test_a_good_file_has_no_problems() -> None:
    assert {path.name: problems for path in BUILT_IN.glob("*.toml") if (problems := catalogue_problems(path))} == {}


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        load_catalogue(tmp_path / "none.toml")
    assert "none.toml" in f"{caught.value.path} {caught.value.message}"


def test_an_unknown_schema_is_refused(write: Write) -> None:
    with pytest.raises(UsageProblem):
        load_catalogue(write(HEAD.replace("schema = 1", "schema = 2")))


def test_two_files_with_one_id_are_refused(write: Write) -> None:
    one, two = write(HEAD, "one.toml"), write(HEAD, "two.toml")
    with pytest.raises(UsageProblem) as caught:
        load_catalogues([one, two])
    assert caught.value.path == str(two)
    assert caught.value.line == 4
    assert str(one) in caught.value.message


def test_a_file_given_twice_counts_once(write: Write) -> None:
    path = write(HEAD)
    assert len(load_catalogues([path, path])) == 1


def test_a_users_file_takes_the_place_of_a_built_in_one(write: Write) -> None:
    ours, theirs = write(HEAD, "ours.toml"), write(HEAD + CODE, "theirs.toml")
    loaded = load_catalogues([ours], [theirs])
    assert [catalogue.path for catalogue in loaded] == [str(theirs)]
    assert loaded.require("acme").names == ("LIMITED",)


def test_the_order_of_the_files_does_not_matter() -> None:
    paths = sorted(BUILT_IN.glob("*.toml"))
    ids = [catalogue.id for catalogue in load_catalogues(paths)]
    assert ids == [catalogue.id for catalogue in load_catalogues(reversed(paths))]
    assert ids == sorted(ids)


def test_no_catalogues_at_all_are_a_valid_collection() -> None:
    assert list(Catalogues()) == []
