"""OpenAPI documents import to what they say of errors, and to nothing that they do not say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.catalogue.importers.conftest import Outcome, outcome

DOCUMENTS = Path(__file__).parents[2] / "data" / "openapi"

Imports = Callable[..., Outcome]


@pytest.fixture(scope="module")
def payments(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return outcome([DOCUMENTS / "payments.yaml"], tmp_path_factory.mktemp("payments"))


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return outcome([DOCUMENTS / "chat.json"], tmp_path_factory.mktemp("chat"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return outcome([DOCUMENTS / "cluster.yaml"], tmp_path_factory.mktemp("cluster"))


def smallest(responses: str, more: str = "") -> str:
    """A document with one operation, whose responses are these lines of YAML."""
    indented = "".join(f"        {line}\n" for line in responses.strip("\n").splitlines())
    return f"openapi: 3.0.3\ninfo: {{ title: Acme, version: '1' }}\npaths:\n  /a:\n    get:\n      responses:\n{indented}{more}"


# envelope -------------------------------------------------------------------------------------------------------------------------


def test_the_parts_of_an_error_stand_where_schema_and_examples_have_them(payments: Outcome, chat: Outcome, cluster: Outcome) -> None:
    assert [str(place) for place in payments.catalogue.envelope.code] == ["$.error.code"]
    assert [str(place) for place in payments.catalogue.envelope.type] == ["$.error.type"]
    assert [str(place) for place in payments.catalogue.envelope.request_id] == ["header X-Request-Id"]
    assert [str(place) for place in chat.catalogue.envelope.request_id] == ["$.error.request_id"]
    assert [str(place) for place in cluster.catalogue.envelope.code] == ["$.reason"]


def test_what_is_not_required_is_optional(payments: Outcome) -> None:
    assert payments.catalogue.envelope.param[0].optional
    assert not payments.catalogue.envelope.message[0].optional


def test_a_schema_without_any_list_of_what_is_required_leaves_it_open(cluster: Outcome) -> None:
    assert not cluster.catalogue.envelope.message[0].optional


def test_an_integer_that_suggests_a_status_is_no_code(cluster: Outcome) -> None:
    assert cluster.catalogue.names == ("NotFound", "AlreadyExists", "Conflict", "TooManyRequests")


def test_an_odd_answer_among_many_does_not_change_the_envelope(imported: Imports) -> None:
    body = "{ error: { type: object, properties: { code: { type: string }, message: { type: string } } } }"
    usual = f"content: {{ application/json: {{ schema: {{ type: object, properties: {body} }} }} }}"
    odd = usual.replace("error:", "fault:")
    paths = "".join(f"  /p{index}: {{ get: {{ responses: {{ 400: {{ description: no, {usual} }} }} }} }}\n" for index in range(30))
    last = f"  /odd: {{ get: {{ responses: {{ 400: {{ description: no, {odd} }} }} }} }}\n"
    done = imported(acme__yaml=f"openapi: 3.0.0\ninfo: {{ title: Acme }}\npaths:\n{paths}{last}")
    assert [str(place) for place in done.catalogue.envelope.code] == ["$.error.code"]
    assert any("$.fault.code looks like a code" in line for line in done.report.doubtful)


# codes ----------------------------------------------------------------------------------------------------------------------------


def test_codes_of_an_enum_that_every_status_shares_come_with_none_for_sure(payments: Outcome) -> None:
    assert payments.catalogue.statuses_of("internal") == ()
    assert "the statuses of internal" in payments.report.missing


def test_codes_come_with_the_status_of_their_example_or_their_row(payments: Outcome) -> None:
    assert payments.catalogue.statuses_of("rate_limited") == (429,)
    assert payments.catalogue.statuses_of("parameter_missing") == (400,)
    assert payments.catalogue.statuses_of("card_declined") == (402,)


def test_codes_of_a_schema_that_one_status_has_come_with_it(chat: Outcome) -> None:
    found = {name: chat.catalogue.statuses_of(name) for name in chat.catalogue.names}
    assert found == {
        "context_length_exceeded": (400,),
        "invalid_api_key": (401,),
        "rate_limit_exceeded": (429,),
        "insufficient_quota": (429,),
        "overloaded": (529,),
    }


def test_messages_of_examples_are_texts_on_the_wire_and_descriptions_are_not(payments: Outcome, chat: Outcome) -> None:
    rule = payments.catalogue.code("rate_limited")
    assert rule is not None
    assert rule.messages == {"rate_limited": ("Too many requests hit the API too quickly.",)}
    described = chat.catalogue.code("insufficient_quota")
    assert described is not None
    assert (described.messages, described.meanings["insufficient_quota"]) == ({}, "The month's budget is spent. Do not retry.")


def test_an_example_that_is_json_in_a_string_is_read(chat: Outcome) -> None:
    rule = chat.catalogue.code("invalid_api_key")
    assert rule is not None
    assert rule.messages == {"invalid_api_key": ("Incorrect API key provided.",)}


def test_descriptions_beside_an_enum_tell_what_its_values_mean(cluster: Outcome) -> None:
    rule = cluster.catalogue.code("AlreadyExists")
    assert rule is not None
    assert rule.meanings["AlreadyExists"] == "An object of this name exists already."
    assert cluster.catalogue.verdict(code="Conflict").retry == "conditional"


def test_a_status_in_an_enum_of_numbers_is_no_code(imported: Imports) -> None:
    enum = "{ type: integer, enum: [400, 404, 20429] }"
    body = f"type: object, properties: {{ code: {enum}, message: {{ type: string }} }}"
    done = imported(acme__yaml=smallest(f"400: {{ description: no, content: {{ application/json: {{ schema: {{ {body} }} }} }} }}"))
    assert done.catalogue.names == ("20429",)


# retries --------------------------------------------------------------------------------------------------------------------------


def test_descriptions_of_responses_say_what_to_do(payments: Outcome, chat: Outcome) -> None:
    assert payments.catalogue.verdict(status=503).retry == "yes"
    assert payments.catalogue.verdict(status=503).wait == "backoff"
    assert payments.catalogue.verdict(status=429).wait == "retry_after"
    assert chat.catalogue.verdict(status=429, code="insufficient_quota").retry == "no"
    assert chat.catalogue.verdict(status=529, code="overloaded").retry == "yes"


def test_what_no_description_says_is_unstated(payments: Outcome, chat: Outcome) -> None:
    assert payments.catalogue.verdict(status=400).retry == "unstated"
    assert chat.catalogue.verdict(code="context_length_exceeded", status=400).retry == "unstated"


def test_a_time_to_retry_under_429_means_that_a_retry_may_succeed(chat: Outcome) -> None:
    assert chat.catalogue.verdict(status=429).retry == "yes"
    assert chat.catalogue.status["429"].evidence == "inferred"


def test_what_one_operation_says_holds_for_that_operation(cluster: Outcome) -> None:
    assert cluster.catalogue.verdict(status=409).retry == "ambiguous"
    told = cluster.catalogue.verdict(status=409, operation="replace_pod")
    assert (told.retry, told.says and told.says.poll) == ("after_poll", "the pod")


@pytest.mark.parametrize(
    ("document", "header", "formats"),
    [
        ("payments", "Retry-After", ("delta-seconds",)),
        ("payments", "X-RateLimit-Reset", ("epoch-seconds",)),
        ("chat", "Retry-After", ("delta-seconds", "http-date")),
        ("chat", "$.error.retry_after_ms", ("milliseconds",)),
        ("cluster", "$.details.retryAfterSeconds", ("seconds-number",)),
    ],
)
def test_the_unit_of_a_wait_is_what_type_format_and_description_say(
    document: str, header: str, formats: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    done: Outcome = request.getfixturevalue(document)
    found = {str(one.place).removeprefix("header "): one.formats for one in done.catalogue.retry_after}
    assert found[header] == formats


def test_a_wait_without_a_unit_is_doubtful_and_left_out(imported: Imports) -> None:
    body = "type: object, properties: { message: { type: string }, retryAfter: { type: integer } }"
    done = imported(acme__yaml=smallest(f"429: {{ description: no, content: {{ application/json: {{ schema: {{ {body} }} }} }} }}"))
    assert done.catalogue.retry_after == ()
    assert any("$.retryAfter may tell when to retry, but in which unit is not said" in line for line in done.report.doubtful)


# the rest -------------------------------------------------------------------------------------------------------------------------


def test_servers_are_hosts(payments: Outcome, chat: Outcome) -> None:
    assert payments.catalogue.hosts == ("eu.kwikpay.io", "us.kwikpay.io")
    assert chat.catalogue.hosts == ("*.parrot.dev",)
    assert any("localhost" in line for line in payments.report.doubtful)


def test_a_server_below_a_path_of_its_own_shares_its_host(imported: Imports) -> None:
    servers = "servers: [{ url: 'https://gateway.acme.io/orders/v2' }]\n"
    assert imported(acme__yaml=smallest("400: { description: no }", servers)).catalogue.path_prefixes == ("/orders/v2/",)


def test_a_key_that_every_operation_of_a_method_requires_is_required_on_it(payments: Outcome) -> None:
    found = payments.catalogue.idempotency
    assert found is not None
    assert (found.header, found.required_on, found.reuse_on_retry) == ("Idempotency-Key", ("POST",), "same_key")


def test_a_key_that_some_operations_require_is_doubtful(imported: Imports) -> None:
    key = "parameters: [{ name: Idempotency-Key, in: header, required: true, schema: { type: string } }]"
    plain = "responses: { 400: { description: no } }"
    more = f"    post: {{ {key}, {plain} }}\n  /b:\n    post: {{ {plain} }}\n"
    done = imported(acme__yaml=smallest("400: { description: no }", more))
    assert done.catalogue.idempotency is not None
    assert done.catalogue.idempotency.required_on == ()
    assert any("1 of 2 POST operations require an idempotency key" in line for line in done.report.doubtful)


def test_markdown_in_the_description_is_a_page(payments: Outcome) -> None:
    assert payments.catalogue.message_contract == "unstable"
    assert payments.catalogue.envelope.branch_on == ("code",)
    assert payments.catalogue.verdict(code="lock_timeout").retry == "yes"


def test_facts_carry_their_lines(payments: Outcome, chat: Outcome) -> None:
    text = (DOCUMENTS / "payments.yaml").read_text(encoding="utf-8").splitlines()
    line = int(payments.line_of('names = ["lock_timeout"]').rpartition("# ")[2].split(",")[0])
    assert "`lock_timeout`" in text[line - 1]
    text = (DOCUMENTS / "chat.json").read_text(encoding="utf-8").splitlines()
    line = int(chat.line_of('names = ["insufficient_quota"]').rpartition("# ")[2])
    assert '"insufficient_quota"' in text[line - 1]


def test_words_that_yaml_1_1_takes_for_booleans_stay_words(imported: Imports) -> None:
    body = "type: object, properties: { code: { type: string, enum: [NO, off, Y, LIMIT] }, message: { type: string } }"
    done = imported(acme__yaml=smallest(f"400: {{ description: no, content: {{ application/json: {{ schema: {{ {body} }} }} }} }}"))
    assert set(done.catalogue.names) == {"NO", "off", "Y", "LIMIT"}


def test_json_and_yaml_say_the_same(imported: Imports, payments: Outcome) -> None:
    data = yaml.load((DOCUMENTS / "payments.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    for server in data["servers"]:
        server.pop("variables", None)
    as_json = imported(p__json=json.dumps(data, indent=2))
    assert as_json.catalogue.names == payments.catalogue.names
    assert as_json.catalogue.envelope.code == payments.catalogue.envelope.code
    assert as_json.catalogue.verdict(status=503) == payments.catalogue.verdict(status=503)


def test_a_2_0_document_says_the_same_in_its_own_words(imported: Imports) -> None:
    done = imported(
        old__yaml="""
swagger: "2.0"
info: { title: Old API }
host: api.old.io
basePath: /v1
securityDefinitions: { key: { type: apiKey, in: header, name: X-Old-Key } }
definitions:
  Error: { type: object, required: [code], properties: { code: { type: string, enum: [GONE, BUSY] }, message: { type: string } } }
paths:
  /a:
    get:
      responses:
        429:
          description: Busy. Retry after a few seconds.
          headers: { Retry-After: { type: integer, description: Seconds } }
          schema: { $ref: '#/definitions/Error' }
          examples: { application/json: { code: BUSY, message: Come back later } }
"""
    )
    assert done.catalogue.hosts == ("api.old.io",)
    assert done.catalogue.statuses_of("BUSY") == (429,)
    assert done.catalogue.verdict(code="BUSY", status=429).retry == "yes"
    assert [one.formats for one in done.catalogue.retry_after] == [("delta-seconds",)]


def test_references_out_of_the_document_are_named_and_not_followed(chat: Outcome) -> None:
    named = [line for line in chat.report.doubtful if "$ref" in line]
    assert named == [
        "line 85: $ref '#/components/responses/Missing' leads nowhere",
        "line 100: $ref 'common.json#/components/responses/NotFound' is in another document, which is not read: bundle them into one",
    ]


@pytest.mark.parametrize("reference", ["errors.yaml#/Error", "https://acme.io/errors.json", "file:///etc/passwd", "../../x.json"])
def test_no_reference_is_fetched_whatever_it_leads_to(imported: Imports, reference: str) -> None:
    done = imported(acme__yaml=smallest(f"429: {{ $ref: '{reference}' }}\n503: {{ description: Down; retry later }}"))
    assert any(f"$ref '{reference}' is in another document" in line for line in done.report.doubtful)
    assert done.catalogue.verdict(status=503).retry == "yes"


def test_references_in_a_circle_are_named(cluster: Outcome) -> None:
    assert any("leads in a circle" in line for line in cluster.report.doubtful)


def test_a_schema_that_contains_itself_is_read_once(chat: Outcome) -> None:
    assert not [line for line in chat.report.doubtful if "circle" in line]
    assert [str(place) for place in chat.catalogue.envelope.message] == ["$.error.message"]


def test_advice_for_one_of_two_things_under_a_status_is_not_taken_for_both_of_their_codes(imported: Imports) -> None:
    document = """
openapi: 3.0.0
info: { title: T, version: "1" }
paths:
  /a:
    post:
      responses:
        "409":
          description: It exists already, or is still being made. Retry after 500 ms in the second case.
          content:
            application/json:
              examples:
                dup: { value: { error: { code: IT_EXISTS, message: It is there } } }
                busy: { value: { error: { code: IT_COMES, message: It is being made } } }
"""
    done = imported(t__yaml=document)
    assert done.catalogue.verdict(status=409).retry == "ambiguous"
    assert {done.catalogue.verdict(code=name, status=409).can_succeed for name in ("IT_EXISTS", "IT_COMES")} == {None}
