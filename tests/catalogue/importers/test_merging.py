"""Several documents about one API: facts add up, the more complete one wins key by key, and no contradiction is silent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.catalogue.importers.conftest import Outcome

Imports = Callable[..., Outcome]

CODES = """# Acme errors

Errors of the Acme API.

| Code | Status | Meaning | Retry? |
| --- | --- | --- | --- |
| `CARD_DECLINED` | 402 | The card was declined | No |
| `SLOW_DOWN` | 429 | Too many requests | Yes |
| `JOB_FAILED` | 500 | The job failed | Yes |

## Headers (429)

| Header | Description |
| --- | --- |
| Retry-After | Seconds to wait |
"""
FORMAT = """# Format of errors

```json
{ "error": { "code": "SLOW_DOWN", "message": "Slow down, please.", "request_id": "r1" } }
```

Base URL: https://api.acme.io/v1
"""


def test_each_document_adds_what_the_other_does_not_have(imported: Imports) -> None:
    done = imported(codes__md=CODES, format__md=FORMAT)
    assert done.catalogue.names == ("CARD_DECLINED", "SLOW_DOWN", "JOB_FAILED")
    assert [str(place) for place in done.catalogue.envelope.code] == ["$.error.code"]
    assert done.catalogue.hosts == ("api.acme.io",)
    rule = done.catalogue.code("SLOW_DOWN")
    assert rule is not None
    assert rule.messages == {"SLOW_DOWN": ("Slow down, please.",)}
    assert not [line for line in done.report.doubtful if "disagree" in line]


def test_lines_are_told_with_their_document(imported: Imports) -> None:
    done = imported(codes__md=CODES, format__md=FORMAT)
    assert done.toml.splitlines()[0].endswith("letters and numbers in comments are sources and their lines: a codes.md, b format.md.")
    assert done.line_of('names = ["SLOW_DOWN"]').endswith("# a8, b4")


def test_the_order_of_the_documents_does_not_decide_what_holds(imported: Imports) -> None:
    one = imported(codes__md=CODES, format__md=FORMAT).catalogue
    other = imported(format__md=FORMAT, codes__md=CODES).catalogue
    assert set(one.names) == set(other.names)
    assert all(one.verdict(code=name) == other.verdict(code=name) for name in one.names)


def test_a_page_and_an_openapi_document_are_merged(imported: Imports) -> None:
    document = """
openapi: 3.0.3
info: { title: Acme API }
servers: [{ url: https://api.acme.io }]
paths:
  /a:
    get:
      responses:
        429:
          description: Slow down
          content: { application/json: { example: { error: { code: SLOW_DOWN, message: "Slow down, please.", hint: Wait } } } }
"""
    done = imported(codes__md=CODES, acme__yaml=document)
    assert done.catalogue.hosts == ("api.acme.io",)
    assert done.catalogue.verdict(code="SLOW_DOWN", status=429).retry == "yes"
    assert [str(place) for place in done.catalogue.envelope.hint] == ["$.error.hint"]


# contradictions -------------------------------------------------------------------------------------------------------------------


def test_verdicts_that_contradict_each_other_are_disputed(imported: Imports) -> None:
    other = "# Errors\n\n| Code | Retry? |\n| --- | --- |\n| `JOB_FAILED` | No |\n"
    done = imported(codes__md=CODES, other__md=other)
    verdict = done.catalogue.verdict(code="JOB_FAILED", status=500)
    assert verdict.disputed == "yes according to codes.md:9, no according to other.md:5"
    assert verdict.can_succeed is None
    assert any(line.startswith("JOB_FAILED: yes according to codes.md:9") for line in done.report.doubtful)


def test_what_one_document_leaves_open_the_other_may_say(imported: Imports) -> None:
    other = "# Errors\n\n| Code | Retry? |\n| --- | --- |\n| `JOB_FAILED` | - |\n"
    verdict = imported(codes__md=CODES, other__md=other).catalogue.verdict(code="JOB_FAILED", status=500)
    assert (verdict.retry, verdict.disputed) == ("yes", "")


def test_statuses_that_contradict_each_other_are_disputed(imported: Imports) -> None:
    other = "# Errors\n\n| Code | Status |\n| --- | --- |\n| `CARD_DECLINED` | 400 |\n"
    done = imported(codes__md=CODES, other__md=other)
    rule = done.catalogue.code("CARD_DECLINED")
    assert rule is not None
    assert rule.disputed == "status 402 according to codes.md:7; status 400 according to other.md:5"
    assert any("CARD_DECLINED: status 402" in line for line in done.report.doubtful)


def test_a_document_that_knows_more_statuses_of_a_code_contradicts_nobody(imported: Imports) -> None:
    other = "# Errors\n\n| Code | Status |\n| --- | --- |\n| `JOB_FAILED` | 500, 503 |\n"
    done = imported(codes__md=CODES, other__md=other)
    rule = done.catalogue.code("JOB_FAILED")
    assert rule is not None
    assert (set(rule.status), rule.disputed) == ({500, 503}, "")


@pytest.mark.parametrize(
    ("more", "what", "key"),
    [
        (
            "| Header | Description |\n| --- | --- |\n| Retry-After | Milliseconds to wait |",
            "the unit of Retry-After",
            'formats = ["delta-seconds"]',
        ),
        ("Errors of the Ajax API.", "the name of the API", 'name = "Acme"'),
    ],
)
def test_of_two_values_the_more_complete_document_has_the_right_one_and_the_other_is_named(
    imported: Imports, more: str, what: str, key: str
) -> None:
    done = imported(short__md=f"# Errors (429)\n\n{more}\n", codes__md=CODES + "\nThe errors of the Acme API are listed above.\n")
    assert any(f"the documents disagree on {what}" in line for line in done.report.doubtful)
    assert "disputed: " in done.line_of(key)
    assert "short.md:" in done.line_of(key)


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ("Error messages may change.", "Error messages are stable.", 'message_contract = "unstable"'),
        ("This page lists all error codes.", "New error codes may be added at any time.", 'codes = "open"'),
    ],
)
def test_of_two_promises_the_smaller_one_counts_and_the_other_is_named(imported: Imports, one: str, other: str, key: str) -> None:
    done = imported(codes__md=f"{CODES}\n{one}\n", other__md=f"# Errors\n\n{other}\n")
    assert "disputed: " in done.line_of(key)
    assert "other.md:3" in done.line_of(key)
    assert any("both" in line for line in done.report.doubtful)


def test_places_that_contradict_each_other_are_all_candidates_and_told(imported: Imports) -> None:
    other = '# Errors\n\n```json\n{ "code": "JOB_FAILED", "message": "It failed." }\n```\n'
    done = imported(format__md=FORMAT, codes__md=CODES, other__md=other)
    assert {str(place) for place in done.catalogue.envelope.code} == {"$.error.code", "$.code"}
    told = "the documents put the code at different places: $.error.code (format.md); $.code (other.md)"
    assert told in done.report.doubtful
    assert "disputed" in done.toml


def test_a_list_that_is_called_complete_while_another_document_has_more_is_not(imported: Imports) -> None:
    complete = CODES.replace("Errors of the Acme API.", "This is the list of all error codes returned by the Acme API.")
    assert imported(codes__md=complete).catalogue.envelope.codes == "complete"
    done = imported(codes__md=complete, other__md="# Errors\n\n| Code | Status |\n| --- | --- |\n| `NEW_ONE` | 409 |\n")
    assert done.catalogue.envelope.codes == "unstated"
    assert any("called complete, but other documents have NEW_ONE" in line for line in done.report.doubtful)


def test_what_an_overlay_decides_is_disputed_no_more(imported: Imports) -> None:
    other = "# Errors\n\n| Code | Retry? |\n| --- | --- |\n| `JOB_FAILED` | No |\n"
    overlay = (
        'overlay = 1\n[[decision]]\nabout = "code JOB_FAILED"\nbecause = "we asked"\nset = { retry = "no", wait = "", disputed = "" }\n'
    )
    done = imported(codes__md=CODES, other__md=other, decided__toml=overlay)
    assert done.catalogue.verdict(code="JOB_FAILED", status=500).can_succeed is False
    assert "decided: we asked" in done.toml


ONE_CODE = "# E\n\n| Code | Status | Retry |\n|---|---|---|\n| `a_b` | 409 | no |\n| `c_d` | 503 | yes |\n"


def decided(about: str, what: str) -> str:
    return f'overlay = 1\n[[decision]]\nabout = "{about}"\nbecause = "we asked"\n{what}\n'


def test_an_overlay_adds_a_code(imported: Imports) -> None:
    done = imported(a__md=ONE_CODE, decided__toml=decided("code NEW", 'set = { retry = "no", status = [410] }'))
    assert done.catalogue.names == ("a_b", "c_d", "NEW")
    assert done.catalogue.verdict(code="NEW", status=410).retry == "no"
    assert "decided: we asked" in done.toml


def test_an_overlay_leaves_a_code_out_and_the_others_keep_their_lines(imported: Imports) -> None:
    done = imported(a__md=ONE_CODE, decided__toml=decided("code a_b", "drop = true"))
    assert done.catalogue.names == ("c_d",)
    assert done.line_of('names = ["c_d"]').endswith("# 6")
    assert not [line for line in done.report.doubtful if "changes nothing" in line]


@pytest.mark.parametrize("about", ["code NOPE", "status 500"])
def test_an_overlay_that_leaves_out_what_is_not_there_is_told(imported: Imports, about: str) -> None:
    done = imported(a__md=ONE_CODE, decided__toml=decided(about, "drop = true"))
    assert done.catalogue.names == ("a_b", "c_d")
    assert f"the decision on {about} changes nothing any more" in done.report.doubtful
