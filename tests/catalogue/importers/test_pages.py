"""What is read off pages about errors, one trait of such pages at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.catalogue.importers.conftest import Outcome

Imports = Callable[..., Outcome]

# tables ---------------------------------------------------------------------------------------------------------------------------


def test_codes_under_headings_have_the_status_of_their_heading(imported: Imports) -> None:
    page = """# Errors

## 404 Not Found

| Code | Description |
| --- | --- |
| `ITEM_GONE` | No such item |

## 429 Too Many Requests

| Code | Description |
| --- | --- |
| `SLOW_DOWN` | Retry after the time in the Retry-After header |
"""
    done = imported(e__md=page)
    assert {name: done.catalogue.statuses_of(name) for name in done.catalogue.names} == {"ITEM_GONE": (404,), "SLOW_DOWN": (429,)}
    assert done.catalogue.verdict(code="SLOW_DOWN").wait == "retry_after"
    assert done.catalogue.verdict(code="ITEM_GONE").retry == "unstated"


def test_a_column_called_code_that_holds_statuses_is_statuses(imported: Imports) -> None:
    page = (
        "# Errors\n\n| Code | Meaning | Retryable? |\n| --- | --- | --- |\n| 404 | Not there | No |\n| 503 | Down | Yes, with backoff |\n"
    )
    done = imported(e__md=page)
    assert done.catalogue.names == ()
    assert done.catalogue.verdict(status=404).retry == "no"
    assert (done.catalogue.verdict(status=503).retry, done.catalogue.verdict(status=503).wait) == ("yes", "backoff")


def test_numbers_beside_statuses_are_codes(imported: Imports) -> None:
    head = "# Errors\n\n| Error code | HTTP status | Description |\n| --- | --- | --- |\n"
    done = imported(e__md=head + "| 20429 | 429 | Too many |\n| 404 | 404 | Not there |\n")
    assert done.catalogue.statuses_of("20429") == (429,)
    assert done.catalogue.statuses_of("404") == (404,)


def test_a_wildcard_is_a_pattern_and_no_code(imported: Imports) -> None:
    page = "# Errors\n\n| Status | Common codes |\n| --- | --- |\n| 404 | *_NOT_FOUND |\n| 409 | CONFLICT, LOCKED |\n"
    done = imported(e__txt=page)
    assert set(done.catalogue.names) == {"CONFLICT", "LOCKED"}
    rule = done.catalogue.code("ITEM_NOT_FOUND")
    assert rule is not None
    assert (rule.pattern, rule.status) == ("*_NOT_FOUND", (404,))


def test_what_is_not_said_is_unstated(imported: Imports) -> None:
    done = imported(
        e__md="# Errors\n\n| Code | Status | Description |\n| --- | --- | --- |\n| A_B | 500 | It broke |\n| C_D | 400 | Bad input |\n"
    )
    assert {done.catalogue.verdict(code=name, status=status).retry for name, status in (("A_B", 500), ("C_D", 400))} == {"unstated"}
    assert "whether these may be retried: A_B, C_D" in done.report.missing


def test_a_code_that_leaves_it_to_the_status_and_a_status_that_leaves_it_to_the_codes_say_nothing(imported: Imports) -> None:
    rows = ("| `tenant_broken` | 402 | Depends on the HTTP status |", "| `ledger_empty` | 402 | Yes |", "| `report_empty` | 402 | No |")
    done = imported(e__md="\n".join(("# Errors", "", "| Code | HTTP status | Retry |", "| --- | --- | --- |", *rows, "")))
    assert done.catalogue.verdict(status=402).retry == "unstated"
    assert done.catalogue.verdict(code="tenant_broken", status=402).can_succeed is None
    assert done.catalogue.verdict(code="ledger_empty", status=402).retry == "yes"


def test_a_remedy_makes_a_4xx_permanent_and_leaves_a_5xx_open(imported: Imports) -> None:
    head = "# Errors\n\n| Code | Status | Resolution |\n| --- | --- | --- |\n"
    done = imported(e__md=head + "| BAD_ID | 404 | Check the ID |\n| NO_STORAGE | 503 | Contact support |\n")
    assert done.catalogue.verdict(code="BAD_ID").retry == "no"
    assert done.catalogue.verdict(code="NO_STORAGE").retry == "unstated"
    assert any("NO_STORAGE: the document names a remedy (support) and no word on a retry" in line for line in done.report.doubtful)


@pytest.mark.parametrize(
    "rows",
    [
        "| Code | Status | Retry? |\n|---|---|---|\nA_B | 404 | No |\nC_D | 503 | Yes |",  # without the first bar
        "Code\tStatus\tRetry?\nA_B\t404\tNo\nC_D\t503\tYes",  # copied from a browser
        "CodeStatusRetry?\nA_B404No\nC_D503Yes",  # run together
    ],
)
def test_tables_that_lost_their_shape_are_tables(imported: Imports, rows: str) -> None:
    done = imported(e__txt=f"Errors\n\nError codes\n{rows}\n")
    assert {name: done.catalogue.statuses_of(name) for name in done.catalogue.names} == {"A_B": (404,), "C_D": (503,)}
    assert (done.catalogue.verdict(code="A_B").retry, done.catalogue.verdict(code="C_D").retry) == ("no", "yes")


def test_what_a_row_leaves_out_is_not_meant(imported: Imports) -> None:
    page = "# Errors\n\n| Error type | Retry? |\n| --- | --- |\n| 4xx (except 429) | No |\n| 429 rate limited | Yes |\n"
    done = imported(e__md=page)
    assert (done.catalogue.verdict(status=429).retry, done.catalogue.verdict(status=429).disputed) == ("yes", "")
    assert done.catalogue.verdict(status=404).retry == "no"


def test_lines_that_begin_with_a_status_are_a_table(imported: Imports) -> None:
    page = "Errors\n\n400 The request is wrong.\n429 Too many requests. Retry with backoff.\n500 Our fault.\n"
    done = imported(e__txt=page)
    assert {key: rule.meaning for key, rule in done.catalogue.status.items()}["500"] == "Our fault."
    assert done.catalogue.verdict(status=429).retry == "yes"


def test_a_table_of_fields_that_ran_together_is_no_code(imported: Imports) -> None:
    table = "PropertyTypeDescription\ncodestringWhat happened.\nmessagestringFor people; may change.\n"
    done = imported(e__txt=f"Errors\n\n{table}\n404 Not Found\n\nTry again later.\n")
    assert done.catalogue.names == ()
    assert done.catalogue.message_contract == "unstable"


def test_headings_that_begin_with_a_status_say_what_it_means(imported: Imports) -> None:
    first = "## 403 | Subscriber limit exceeded\n\nUpgrade the account.\n"
    done = imported(e__md=f"# Errors\n\n{first}\n## 500 Internal server error\n\nA 500 means a bug. Try again later.\n")
    assert done.catalogue.status["403"].meaning == "Subscriber limit exceeded"
    assert done.catalogue.verdict(status=500).retry == "yes"


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("404 Not Found", "Not Found"),
        ("400 Bad Request", "Bad Request"),
        ("429: Too Many Requests", "Too Many Requests"),
        ("HTTP 402 - Payment Required", "Payment Required"),
        ("500 error: Internal server error", "Internal server error"),
    ],
)
def test_a_heading_that_begins_with_a_status_is_kept_to_its_first_word(imported: Imports, heading: str, meaning: str) -> None:
    done = imported(e__md=f"# Errors\n\n## {heading}\n\n| Code | Meaning |\n| --- | --- |\n| `NO_ITEM` | There is none |\n")
    assert [rule.meaning for rule in done.catalogue.status.values()] == [meaning]


def test_rows_that_span_others_hold_for_them(imported: Imports) -> None:
    page = """<h1>Errors</h1><table><tr><th>Status</th><th>Code</th><th>Retry</th></tr>
<tr><td rowspan="2">503</td><td>A_B</td><td>Yes</td></tr><tr><td>C_D</td><td>No</td></tr></table>"""
    done = imported(e__html=page)
    assert {name: done.catalogue.statuses_of(name) for name in done.catalogue.names} == {"A_B": (503,), "C_D": (503,)}
    assert done.catalogue.verdict(status=503).retry == "by_code"


def test_bullets_are_entries(imported: Imports) -> None:
    page = "Error codes\n\n  • rate_limited (429): too many requests. Retry with backoff.\n  • not_found (404): no such thing.\n"
    done = imported(e__txt=page)
    assert {name: done.catalogue.statuses_of(name) for name in done.catalogue.names} == {"rate_limited": (429,), "not_found": (404,)}
    assert done.catalogue.verdict(code="rate_limited").retry == "yes"


_WITH_A_HEADER = "Yes, after the seconds in the `Retry-After` header"


@pytest.mark.parametrize(
    "rows",
    [
        ("| Code | HTTP status | Description | Retry? |", f"| `slow_down` | 429 | Too many requests | {_WITH_A_HEADER} |"),
        ("| HTTP status | Description | Retry? |", f"| 429 | Too many requests | {_WITH_A_HEADER} |"),
    ],
)
def test_a_header_that_only_the_verdict_of_a_row_names_is_where_the_wait_stands(imported: Imports, rows: tuple[str, str]) -> None:
    titles, row = rows
    done = imported(e__md=f"# Errors\n\n{titles}\n|{' --- |' * (titles.count('|') - 1)}\n{row}\n")
    assert (done.catalogue.verdict(status=429).retry, done.catalogue.verdict(status=429).wait) == ("yes", "retry_after")
    assert [(str(one.place), one.formats, one.on) for one in done.catalogue.retry_after] == [
        ("header Retry-After", ("delta-seconds",), (429,))
    ]
    assert not any("when to retry" in line for line in done.report.missing)


def test_a_wait_that_the_server_tells_nobody_knows_where_is_doubtful(imported: Imports) -> None:
    page = "# Errors\n\n| Code | Status | Retry? | Notes |\n| --- | --- | --- | --- |\n| A_B | 429 | Yes | Wait for the specified time |\n"
    done = imported(e__md=page)
    assert done.catalogue.verdict(status=429).wait == "backoff"
    assert list(done.report.doubtful) == ["line 5: the server tells how long to wait, but where it does is not said"]


_ROWS = (
    ("Code", "HTTP status", "Description", "Retry?"),
    ("`rate_limited`, `burst_limited`", "429", "Too many requests", "Yes, with backoff"),
    ("`not_found`", "404", "No such parcel", "No"),
    ("`bad_address`", "422", "There is no such street", "No"),
    ("`down`", "503", "The service is down", "Yes"),
)


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (3, 1, 2, 0), (2, 1, 0, 3)])
@pytest.mark.parametrize("title", ["Code", "Common codes"])
def test_the_order_of_columns_changes_nothing(imported: Imports, order: tuple[int, ...], title: str) -> None:
    def page(order: tuple[int, ...]) -> str:
        rows = [(title, *_ROWS[0][1:]), ("---",) * 4, *_ROWS[1:]]
        return "# Errors\n\n" + "\n".join(f"| {' | '.join(row[index] for index in order)} |" for row in rows) + "\n"

    assert imported(e__md=page(order)).toml == imported(e__md=page((0, 1, 2, 3))).toml


def test_a_table_with_a_row_for_each_code_or_two_is_one_of_codes(imported: Imports) -> None:
    rows = "\n".join(f"| {status} | {code} | {text} | {retry} |" for code, status, text, retry in _ROWS[1:])
    done = imported(e__md=f"# Errors\n\n| HTTP status | Code | Description | Retry? |\n| --- | --- | --- | --- |\n{rows}\n")
    assert {rule.names[0]: (rule.meanings, rule.evidence) for rule in done.catalogue.codes}["not_found"] == (
        {"not_found": "No such parcel"},
        "stated",
    )


# samples --------------------------------------------------------------------------------------------------------------------------


def test_what_only_a_sample_does_is_no_advice(imported: Imports) -> None:
    page = """# Errors

| Code | Status | Description |
| --- | --- | --- |
| `SLOW_DOWN` | 429 | Too many requests |
| `BROKEN` | 500 | It broke |

## Retries

```python
for attempt in range(5):
    response = requests.post("https://api.acme.io/v1/items")
    if response.status_code in (429, 500, 503):  # retry with exponential backoff
        time.sleep(2**attempt)
        continue
    if response.json()["error"]["message"] == "slow down":
        continue
```
"""
    done = imported(e__md=page)
    assert {done.catalogue.verdict(code=name).retry for name in done.catalogue.names} == {"unstated"}
    assert done.catalogue.verdict(status=503).retry == "unstated"
    assert done.catalogue.hosts == ("api.acme.io",)


def test_a_body_without_fences_shows_where_the_parts_of_an_error_stand(imported: Imports) -> None:
    page = """Error format
{
"ok": false,
"error": {
"code": "ERROR_CODE",
"message": "Human-readable text",
"hint": "Optional suggestion"
},
"meta": { "requestId": "r1" }
}Error codes
| Code | Status |
|---|---|
ITEM_GONE | 404 |
"""
    envelope = imported(e__txt=page).catalogue.envelope
    assert [str(place) for place in (*envelope.code, *envelope.message, *envelope.request_id)] == [
        "$.error.code",
        "$.error.message",
        "$.meta.requestId",
    ]
    assert envelope.hint[0].optional


def test_numbers_beside_the_lines_of_a_sample_are_no_part_of_it(imported: Imports) -> None:
    page = 'Errors\n\nExample error response\n\n1{\n2 "message": "No such site",\n3 "code": "site_gone"\n4}\n'
    done = imported(e__txt=page)
    rule = done.catalogue.code("site_gone")
    assert rule is not None
    assert rule.messages == {"site_gone": ("No such site",)}
    assert done.line_of("code = ").endswith("# 7")


def test_a_type_that_says_only_that_this_is_an_error_is_not_what_tells_errors_apart(imported: Imports) -> None:
    page = '# Errors\n\n```json\n{ "type": "error", "error": { "type": "not_found_error", "message": "No such item" } }\n```\n'
    done = imported(e__md=page)
    assert [str(place) for place in done.catalogue.envelope.code] == ["$.error.type"]
    assert done.catalogue.names == ("not_found_error",)


def test_a_placeholder_is_no_code_and_no_text(imported: Imports) -> None:
    done = imported(e__md='# Errors\n\n```json\n{ "error": { "code": "ERROR_CODE", "message": "Human-readable message" } }\n```\n')
    assert done.catalogue.names == ()


def test_descriptions_are_no_texts_on_the_wire(imported: Imports) -> None:
    page = "# Errors\n\n| Code | Status | Description |\n| --- | --- | --- |\n| `ITEM_GONE` | 404 | There is no such item |\n"
    rule = imported(e__md=page).catalogue.code("ITEM_GONE")
    assert rule is not None
    assert (rule.messages, rule.meanings) == ({}, {"ITEM_GONE": "There is no such item"})


def test_what_a_sample_reads_off_an_exception_is_what_the_sdk_gives(imported: Imports) -> None:
    page = """# Errors

| Code | Status |
| --- | --- |
| `ITEM_GONE` | 404 |

```python
from acme import Client, AcmeError

try:
    client.items.get(1)
except AcmeError as e:
    log(e.code, e.message, e.request_id)
```
"""
    (sdk,) = imported(e__md=page).catalogue.sdks
    assert (sdk.package, sdk.base_exception) == ("acme", "acme.AcmeError")
    assert sdk.attrs == {"code": "code", "message": "message", "request_id": "request_id"}
    assert "retry_after" in sdk.unknown


# hosts ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "is_taken"),
    [
        ("api.parcel.example", True),
        ("api.parcel.io", True),
        ("api.example.com", False),
        ("api.parcel.local", False),
        ("api.parcel.test", False),
        ("localhost", False),
    ],
)
def test_what_is_a_host_does_not_rest_on_the_kind_of_document(imported: Imports, host: str, is_taken: bool) -> None:
    expected = (host,) if is_taken else ()
    codes = "| Code | Status |\n| --- | --- |\n| `IS_GONE` | 404 |\n"
    assert imported(e__md=f"# Errors\n\nBase URL: https://{host}/v1\n\n{codes}").catalogue.hosts == expected
    assert imported(f__md=f"# Errors\n\n{codes}\n```sh\ncurl https://{host}/v1/items\n```\n").catalogue.hosts == expected
    paths = "paths: { /items: { get: { responses: { '404': { description: Not there } } } } }"
    document = f"openapi: 3.1.0\ninfo: {{ title: Parcels, version: '1' }}\nservers: [{{ url: 'https://{host}/v1' }}]\n{paths}\n"
    assert imported(g__yaml=document).catalogue.hosts == expected


# sentences ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "contract"),
    [
        ("Messages may change at any time.", "unstable"),
        ("Branch on the code, not the message.", "unstable"),
        ("Don't parse the error message.", "unstable"),
        ("If a version is not supported by the daemon, an error message is returned.", "unstated"),
        ("The message tells people what went wrong.", "unstated"),
    ],
)
def test_the_contract_about_texts_is_what_a_sentence_says_of_it(imported: Imports, sentence: str, contract: str) -> None:
    page = f"# Errors\n\n{sentence}\n\n| Code | Status |\n| --- | --- |\n| `A_B` | 404 |\n"
    assert imported(e__md=page).catalogue.message_contract == contract


@pytest.mark.parametrize(
    ("sentence", "status", "retry", "wait"),
    [
        ("Wait for the time in Retry-After before you retry a 429.", 429, "yes", "retry_after"),
        ("Retry 503 with exponential backoff (1s, 2s, 4s).", 503, "yes", "backoff"),
        ("Treat 429 and 5xx responses as retryable with backoff.", 502, "yes", "backoff"),
        ("Never retry 4xx errors.", 404, "no", ""),
        ("Do not retry 4xx errors other than 429.", 429, "yes", ""),
        ("A 500 means that something went wrong on our side.", 500, "unstated", ""),
    ],
)
def test_best_practices_are_advice_on_the_statuses_that_they_name(
    imported: Imports, sentence: str, status: int, retry: str, wait: str
) -> None:
    page = f"# Errors\n\n{sentence}\n\n| Code | Status |\n| --- | --- |\n| `A_B` | 422 |\n"
    verdict = imported(e__md=page).catalogue.verdict(status=status)
    assert (verdict.retry, verdict.wait) == (retry, wait)


def test_a_sentence_that_goes_on_is_about_the_status_of_the_one_before(imported: Imports) -> None:
    page = (
        "# Errors\n\nYou may get a 429. When this happens, check the Retry-After header to see how long to wait before another request.\n"
    )
    done = imported(e__md=page)
    assert (done.catalogue.verdict(status=429).retry, done.catalogue.verdict(status=429).wait) == ("yes", "retry_after")
    assert [one.on for one in done.catalogue.retry_after] == [(429,)]


def test_what_the_server_uses_is_no_advice_to_clients(imported: Imports) -> None:
    page = "# Errors\n\nWe may use this error code for other 4xx statuses.\n\n| Code | Status |\n| --- | --- |\n| `A_B` | 404 |\n"
    assert imported(e__md=page).catalogue.envelope.branch_on == ()


@pytest.mark.parametrize(
    ("description", "formats"),
    [
        ("Seconds to wait", ("delta-seconds",)),
        ("Unix timestamp of the reset", ("epoch-seconds",)),
        ("Reset time in ISO 8601", ("rfc3339",)),
        ("Milliseconds until the reset", ("milliseconds",)),
    ],
)
def test_headers_have_the_unit_that_their_row_tells(imported: Imports, description: str, formats: tuple[str, ...]) -> None:
    page = f"# Rate limits (429)\n\n| Header | Description |\n| --- | --- |\n| X-RateLimit-Reset | {description} |\n"
    assert [(str(one.place), one.formats, one.on) for one in imported(e__md=page).catalogue.retry_after] == [
        ("header X-RateLimit-Reset", formats, (429,))
    ]


@pytest.mark.parametrize(
    ("sentence", "codes"),
    [
        ("This page lists all error codes returned by the API.", "complete"),
        ("Common error codes and what to do about them.", "open"),
        ("New error codes may be added.", "open"),
        ("All errors have a code.", "unstated"),
    ],
)
def test_a_list_of_codes_is_as_complete_as_the_page_says(imported: Imports, sentence: str, codes: str) -> None:
    page = f"# Errors\n\n{sentence}\n\n| Code | Status |\n| --- | --- |\n| `A_B` | 404 |\n"
    assert imported(e__md=page).catalogue.envelope.codes == codes


# what a sentence does not say ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "retry", "more"),
    [
        ("Can I retry? No, never.", "no", {}),
        ("Can I retry? Yes, after 5 seconds.", "yes", {"wait": "backoff"}),
        ("Can I retry? Yes, but only GET.", "conditional", {"change": "only GET"}),
        ("Can I retry? Ask us.", "unstated", {}),
        ("Retryable: no", "no", {}),
        ("Do not retry immediately.", "yes", {"wait": "backoff"}),
        ("Do not retry before one minute has passed.", "yes", {"wait": "backoff"}),
        ("Do not retry before checking the status.", "after_poll", {"poll": "the status"}),
        ("Do not retry before you have checked whether it exists.", "after_poll", {"poll": "whether it exists"}),
        ("Do not retry before topping up the balance.", "after_change", {"action": "billing"}),
        ("Do not retry before fixing the request.", "no", {"action": "request"}),
        ("Query the payment first; do not blindly repeat it.", "after_poll", {"poll": "the payment", "action": ""}),
        ("Token expired: refresh it and try again.", "after_change", {"action": "credentials"}),
        ("The ID is wrong: correct it and try again.", "no", {"action": "request"}),
        ("Retry later. Never retry payments.", "conditional", {}),
        ("Retry later. Never retry in a loop.", "yes", {"wait": "backoff"}),
        ("May be retried on another day.", "conditional", {"change": "on another day"}),
        ("It is rendered in the background: ask again in 10 seconds.", "yes", {"wait": "backoff"}),
        ("The ETag does not match: fetch again.", "unstated", {}),
        ("It exists already, or is still being made. Retry after 500 ms in the second case.", "ambiguous", {}),
    ],
)
def test_a_question_is_no_permission_and_a_restricted_advice_is_not_its_opposite(
    imported: Imports, text: str, retry: str, more: dict[str, str]
) -> None:
    done = imported(e__md=f"# Errors\n\n| Status | What to do |\n| --- | --- |\n| 409 | {text} |\n| 503 | Retry. |\n")
    rule = done.catalogue.status["409"]
    assert (rule.retry, {key: getattr(rule, key) for key in more}) == (retry, more)


@pytest.mark.parametrize(
    ("text", "retry"),
    [
        ("**May I retry a 500?** No. Requests could be carried out twice.", "no"),
        ("- `500`: Can I retry? No, never.", "no"),
        ("**May I retry a 500?** Yes. It costs nothing.", "yes"),
        ("`500`. It is not there yet. It is made in the background: ask again in 10 seconds.", "yes"),
    ],
)
def test_a_question_in_running_text_goes_with_its_answer(imported: Imports, text: str, retry: str) -> None:
    assert imported(e__md=f"# Errors\n\n404 means that it is not there.\n\n{text}\n").catalogue.verdict(status=500).retry == retry


@pytest.mark.parametrize(
    ("cell", "retry", "change"),
    [
        ("yes", "yes", ""),
        ("yes, with backoff", "yes", ""),
        ("yes, after 10 seconds", "yes", ""),
        ("yes, but only once", "yes", ""),
        ("yes, safe", "yes", ""),
        ("✓ up to three times", "yes", ""),
        ("yes, from the first page", "after_change", "from the first page"),
        ("yes, but only GET", "conditional", "only GET"),
        ("yes, if the key is the same", "conditional", "if the key is the same"),
    ],
)
def test_a_yes_that_goes_on_with_a_restriction_is_no_plain_one(imported: Imports, cell: str, retry: str, change: str) -> None:
    page = f"# Errors\n\n| Code | Status | Retryable |\n| --- | --- | --- |\n| `A_B` | 400 | {cell} |\n| `C_D` | 503 | yes |\n"
    rule = imported(e__md=page).catalogue.code("A_B")
    assert rule is not None
    assert (rule.retry, rule.change) == (retry, change)


def test_who_can_help_is_the_last_resort(imported: Imports) -> None:
    head = "# Errors\n\n| Code | Status | Resolution |\n| --- | --- | --- |\n"
    done = imported(e__md=head + "| KEY_GONE | 401 | Generate a new API key or contact admin |\n| LOCKED_OUT | 403 | Contact support |\n")
    rules = [done.catalogue.code(name) for name in ("KEY_GONE", "LOCKED_OUT")]
    assert [rule.action for rule in rules if rule is not None] == ["credentials", "support"]


def test_a_body_inside_of_a_sentence_is_one(imported: Imports) -> None:
    text = 'An unsuccessful call returns `{"ok": false, "error": "channel_archived", "warning": null}` with **HTTP 200**.'
    done = imported(e__md=f"# Errors\n\nThis page is about errors.\n\n{text}\n\n| HTTP | Retry? |\n| --- | --- |\n| 429 | yes |\n")
    fenced = imported(f__md=f"# Errors\n\n```json\n{text.split('`')[1]}\n```\n\n| HTTP | Retry? |\n| --- | --- |\n| 429 | yes |\n")
    assert [str(place) for place in done.catalogue.envelope.code] == ["$.error"]
    assert done.catalogue.names == ("channel_archived",)
    assert done.line_of("code = ").endswith("# 5")
    assert done.catalogue.failure == fenced.catalogue.failure
    assert 'json = "$.ok"' in done.toml
