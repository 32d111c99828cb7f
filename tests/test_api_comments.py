"""Comments that name an API: what is read, what is refused, and that suppressions do not mind them."""

from __future__ import annotations

import pytest

from errlint.api_comments import ApiComment, ApiComments
from errlint.catalogue import Catalogues
from errlint.engine import Setup, check_bytes
from errlint.sheets.libraries import Libraries
from errlint.suppressions import Suppressions

KNOWN = ("acme", "acme/graphql", "girardai")


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        ("x = 1  # errlint: api=acme\n", ApiComment("acme", 1, alone=False)),
        ("  # errlint: api=acme/graphql\n", ApiComment("acme/graphql", 1, alone=True)),
        ("#errlint:api = acme the staging host\n", ApiComment("acme", 1, alone=True)),
        ("x = 1  # because  # errlint: api=acme  # errlint: ignore[ERR101]\n", ApiComment("acme", 1, alone=False)),
        ("x = 1  # ERRLINT: API=none\n", ApiComment("none", 1, alone=False)),
    ],
)
def test_what_is_read(line: str, comment: ApiComment) -> None:
    assert ApiComments.parse(line, KNOWN) == ApiComments((comment,))


@pytest.mark.parametrize(
    "text",
    ["", "# errlint: ignore[ERR101]\n", "t = '# errlint: api=acme'\n", "# errlint: api of the shop\n", "# see errlint: api=acme\n"],
)
def test_what_is_no_such_comment(text: str) -> None:
    assert ApiComments.parse(text, KNOWN) == ApiComments()


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# errlint: api=girardia", "there is no catalogue with the id 'girardia'; did you mean 'girardai'?"),
        ("# errlint: api=zzz", "there is no catalogue with the id 'zzz'"),
        ("# errlint: api=", "`errlint: api=` names no API"),
        ("# errlint: api", "an API is named by `errlint: api=ID`"),
        ("# errlint: api[acme]", "an API is named by `errlint: api=ID`"),
        ("# errlint: api: acme", "an API is named by `errlint: api=ID`"),
    ],
)
def test_what_is_refused_and_where(comment: str, message: str) -> None:
    found = ApiComments.parse(f"import requests\r\nx = 1  {comment}  # more\n", KNOWN)
    assert not found.comments
    (problem,) = found.problems
    assert problem.message == message
    assert (problem.line, problem.column, problem.end_column) == (2, 8, 8 + len(comment))


def test_suppressions_leave_them_alone() -> None:
    text = "x = 1  # errlint: api=acme\ny = 2  # errlint: api\nz = 3  # errlint: apis\n"
    (problem,) = Suppressions.parse(text, ()).problems(())
    assert problem.message == "`errlint: apis` is not understood; did you mean 'api'?"


@pytest.mark.parametrize("statement", ["import requests", "import this"])
def test_an_unknown_id_is_a_finding_even_where_nothing_else_is_looked_for(statement: str) -> None:
    report = check_bytes(f"{statement}  # errlint: api=acme\n".encode(), "a.py", Setup((), Libraries(()), Catalogues(())))
    (finding,) = report.findings
    assert (finding.rule, finding.name, finding.location.line) == ("ERR006", "api-comment", 1)
