"""The shipped catalogues against their documents.

The tables here were read off the documents, not off the TOML: code | statuses | may it be retried. A verdict is written as
``retry`` or ``retry/wait``; ``!`` marks what the document says in two ways.
"""

from __future__ import annotations

import pytest

from errlint.catalogue import Catalogue, Catalogues, Verdict

WITHGIGA = """
INVALID_REQUEST             400  no
INVALID_FIELD               400  no
UNSUPPORTED_PLATFORM        400  no
UNAUTHORIZED                401  no
INVALID_API_KEY             401  no
INSUFFICIENT_CREDITS        402  after_change
FORBIDDEN                   403  no
PLAN_LIMIT_EXCEEDED         403  no
RESOURCE_NOT_FOUND          404  no
RATE_LIMITED                429  yes/retry_after
CONCURRENCY_LIMIT_EXCEEDED  429  conditional!
INTERNAL_ERROR              500  yes/backoff
SANDBOX_FAILED              500  yes/backoff
"""

GIRARD = """
MISSING_API_KEY             401  no
INVALID_API_KEY             401  no
EXPIRED_API_KEY             401  no
REVOKED_API_KEY             401  no
INSUFFICIENT_PERMISSIONS    403  no
ORGANIZATION_ACCESS_DENIED  403  no
RESOURCE_NOT_FOUND          404  no
WORKFLOW_NOT_FOUND          404  no
RUN_NOT_FOUND               404  no
CONNECTION_NOT_FOUND        404  no
ORGANIZATION_NOT_FOUND      404  no
BAD_REQUEST                 400  no
VALIDATION_ERROR            422  no
INVALID_REQUEST_BODY        400  no
MISSING_REQUIRED_FIELD      400  no
INVALID_FIELD_VALUE         400  no
WORKFLOW_INACTIVE           400  after_change
FILE_TOO_LARGE              400  no
INVALID_FILE_TYPE           400  no
NO_FILE_PROVIDED            400  no
RATE_LIMIT_EXCEEDED         429  yes/retry_after
RATE_LIMITED                429  yes/retry_after
INTERNAL_ERROR              500  yes/backoff
DATABASE_ERROR              500  yes/backoff
AI_PROVIDER_ERROR           500  yes/backoff
EXTERNAL_SERVICE_ERROR      502  unstated
SERVICE_UNAVAILABLE         503  yes/backoff
STORAGE_NOT_CONFIGURED      503  no
AI_NOT_CONFIGURED           503  no
TIMEOUT                     504  conditional!
CONFLICT                    409  unstated
"""

ENGINE = """
invalid_request  400,405      no
unauthorized     401          no
forbidden        403          no
not_found        404          no
conflict         409          ambiguous
rate_limited     429          yes/backoff
internal_error   422,500,503  by_status
"""

IMAGES = """
rate_limit_exceeded  429  yes/retry_after
"""

BY_STATUS = {
    "withgiga": "400 no|401 no|402 after_change|403 no|404 no|429 yes/retry_after|500 yes/backoff|"
    "409 unstated|422 unstated|502 unstated|503 unstated|504 unstated",
    "girardai": "400 no|401 no|403 no|404 no|409 unstated|422 no|429 yes/retry_after|500 yes/backoff|502 unstated|503 by_code|"
    "504 conditional!|402 unstated|410 unstated",
    "engine-parts": "400 no|401 no|403 no|404 no|405 no|409 ambiguous|422 no|429 yes/backoff|500 yes/backoff|502 yes/backoff|"
    "503 yes/backoff",
    "openai-compatible-images": "400 no|401 no|402 after_change|404 no|410 no|429 yes/retry_after|500 yes/backoff|"
    "403 unstated|422 unstated|502 unstated!|503 unstated!",
}

TABLES = {"withgiga": WITHGIGA, "girardai": GIRARD, "engine-parts": ENGINE, "openai-compatible-images": IMAGES}


def rows(table: str) -> list[tuple[str, tuple[int, ...], str]]:
    return [(code, tuple(map(int, statuses.split(","))), verdict) for code, statuses, verdict in map(str.split, table.strip().splitlines())]


def written(verdict: Verdict) -> str:
    return verdict.retry + (f"/{verdict.wait}" if verdict.wait else "") + ("!" if verdict.disputed else "")


def one(catalogues: Catalogues, name: str) -> Catalogue:
    return catalogues.require(name)


@pytest.mark.parametrize("name", TABLES)
def test_the_catalogue_has_the_codes_of_its_document_and_no_other(built_in: Catalogues, name: str) -> None:
    assert sorted(one(built_in, name).names) == sorted(code for code, _, _ in rows(TABLES[name]))


@pytest.mark.parametrize(("name", "code", "statuses", "verdict"), [(name, *row) for name, table in TABLES.items() for row in rows(table)])
def test_each_code_has_its_statuses_and_its_verdict(
    built_in: Catalogues, name: str, code: str, statuses: tuple[int, ...], verdict: str
) -> None:
    catalogue = one(built_in, name)
    assert catalogue.statuses_of(code) == statuses
    answer = catalogue.verdict(code=code)
    assert written(answer).rstrip("!") == verdict.rstrip("!")
    if verdict.endswith("!"):
        assert answer.disputed


@pytest.mark.parametrize(
    ("name", "status", "verdict"),
    [(name, int(row.split()[0]), row.split()[1]) for name, table in BY_STATUS.items() for row in table.split("|")],
)
def test_each_status_has_its_verdict(built_in: Catalogues, name: str, status: int, verdict: str) -> None:
    assert written(one(built_in, name).verdict(status=status)) == verdict


@pytest.mark.parametrize(
    ("name", "places", "contract"),
    [
        ("withgiga", (["$.error.code"], ["$.error.message"], ["$.error.requestId"]), "unstated"),
        ("girardai", (["$.error.code"], ["$.error.message", "$.error.details[*].message"], ["$.meta.requestId"]), "unstated"),
        ("engine-parts", (["$.error.code"], ["$.error.message"], ["$.error.requestId"]), "unstable"),
        ("openai-compatible-images", (["$.error.code"], ["$.error.message"], []), "unstated"),
        ("http", ([], ["$.title", "$.detail"], []), "unstable"),
    ],
)
def test_code_message_and_request_id_are_where_the_document_puts_them(
    built_in: Catalogues, name: str, places: tuple[list[str], list[str], list[str]], contract: str
) -> None:
    envelope = one(built_in, name).envelope
    assert tuple([str(place) for place in found] for found in (envelope.code, envelope.message, envelope.request_id)) == places
    assert one(built_in, name).message_contract == contract


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("withgiga", [("header Retry-After", ("delta-seconds",), (429,))]),
        (
            "girardai",
            [
                ("header Retry-After", ("delta-seconds",), (429,)),
                ("$.error.details.retryAfter", ("seconds-number",), ("RATE_LIMIT_EXCEEDED",)),
                ("$.error.details.resetAt", ("rfc3339",), ("RATE_LIMIT_EXCEEDED",)),
                ("header X-RateLimit-Reset", ("epoch-seconds",), (429,)),
            ],
        ),
        ("engine-parts", []),
        ("openai-compatible-images", [("header Retry-After", ("delta-seconds", "http-date"), (429,))]),
        ("http", [("header Retry-After", ("delta-seconds", "http-date"), (429, 503, 413, "3xx"))]),
    ],
)
def test_the_time_to_retry_stands_where_the_document_says(
    built_in: Catalogues, name: str, sources: list[tuple[str, object, object]]
) -> None:
    assert [(str(source.place), source.formats, source.on) for source in one(built_in, name).retry_after] == sources


@pytest.mark.parametrize(
    ("name", "hosts"),
    [
        ("withgiga", ("api.withgiga.ai",)),
        ("girardai", ("api.girardai.com",)),
        ("engine-parts", ()),
        ("openai-compatible-images", ()),
        ("http", ()),
    ],
)
def test_only_hosts_that_answer_calls_are_named(built_in: Catalogues, name: str, hosts: tuple[str, ...]) -> None:
    assert one(built_in, name).hosts == hosts


def test_withgiga_explains_how_to_fix_a_request_in_an_optional_hint(built_in: Catalogues) -> None:
    assert [(str(place), place.optional) for place in one(built_in, "withgiga").envelope.hint] == [("$.error.hint", True)]


def test_withgiga_quotes_no_message(built_in: Catalogues) -> None:
    assert not any(rule.messages for rule in one(built_in, "withgiga").codes)


def test_withgiga_contradicts_itself_on_a_sandbox_that_failed(built_in: Catalogues) -> None:
    rule = one(built_in, "withgiga").code("SANDBOX_FAILED")
    assert rule is not None
    assert rule.disputed
    assert one(built_in, "withgiga").verdict(code="SANDBOX_FAILED", status=500).can_succeed is None
    assert one(built_in, "withgiga").verdict(code="SANDBOX_FAILED").can_succeed is None


def test_withgiga_sends_time_to_retry_with_any_429_but_a_full_plan_is_not_a_matter_of_time(built_in: Catalogues) -> None:
    withgiga = one(built_in, "withgiga")
    assert withgiga.codes_at(429) == ("RATE_LIMITED", "CONCURRENCY_LIMIT_EXCEEDED")
    assert withgiga.verdict(code="CONCURRENCY_LIMIT_EXCEEDED", status=429).can_succeed is None


def test_girard_fails_by_status_or_by_its_success_field(built_in: Catalogues) -> None:
    by_status, by_body = one(built_in, "girardai").failure
    assert by_status.status == ">=400"
    assert (by_body.json, by_body.equals) == ("$.success", False)


def test_girard_knows_the_messages_of_its_examples_and_no_descriptions(built_in: Catalogues) -> None:
    messages = {code: texts for rule in one(built_in, "girardai").codes for code, texts in rule.messages.items()}
    assert messages == {
        "MISSING_API_KEY": ("API key is required",),
        "INSUFFICIENT_PERMISSIONS": ("API key does not have permission to execute workflows",),
        "WORKFLOW_NOT_FOUND": ("Workflow not found",),
        "VALIDATION_ERROR": ("Validation failed",),
        "RATE_LIMIT_EXCEEDED": ("Rate limit exceeded. Please try again later.",),
        "AI_PROVIDER_ERROR": ("AI provider returned an error",),
    }


def test_girard_has_two_names_for_one_limit(built_in: Catalogues) -> None:
    assert one(built_in, "girardai").alias_group("RATE_LIMITED") == ("RATE_LIMIT_EXCEEDED", "RATE_LIMITED")


def test_girard_answers_503_for_an_outage_and_for_missing_configuration(built_in: Catalogues) -> None:
    girard = one(built_in, "girardai")
    assert girard.codes_at(503) == ("SERVICE_UNAVAILABLE", "STORAGE_NOT_CONFIGURED", "AI_NOT_CONFIGURED")
    assert [girard.verdict(code=code, status=503).can_succeed for code in girard.codes_at(503)] == [True, False, False]
    assert girard.verdict(status=503).can_succeed is None


def test_girard_details_are_an_object_a_list_or_absent(built_in: Catalogues) -> None:
    girard = one(built_in, "girardai")
    assert set(girard.envelope.details[0].shapes) == {"object", "array", "absent"}
    validation = girard.code("VALIDATION_ERROR")
    assert validation is not None
    assert validation.details_shape == "array"


def test_girard_repeats_what_its_ai_provider_said(built_in: Catalogues) -> None:
    assert [str(place) for place in one(built_in, "girardai").envelope.upstream_message] == ["$.error.details.originalError"]


def test_girard_documents_no_idempotency_key(built_in: Catalogues) -> None:
    assert one(built_in, "girardai").idempotency is None


def test_girard_family_of_not_found_covers_codes_that_the_table_leaves_out(built_in: Catalogues) -> None:
    girard = one(built_in, "girardai")
    assert girard.verdict(code="AGENT_NOT_FOUND").retry == "no"
    assert girard.statuses_of("AGENT_NOT_FOUND") == (404,)


def test_girard_sdk_gives_code_message_and_request_id(built_in: Catalogues) -> None:
    (sdk,) = one(built_in, "girardai").sdks
    assert sdk.import_roots == ("girardai",)
    assert sdk.base_exception == "girardai.GirardAIError"
    assert sdk.attrs == {"code": "code", "message": "message", "request_id": "request_id"}


@pytest.mark.parametrize(
    ("status", "verdict", "effect"), [(422, "no", ""), (500, "yes/backoff", "unknown"), (503, "yes/backoff", "rolled_back")]
)
def test_engine_internal_error_depends_on_the_status(built_in: Catalogues, status: int, verdict: str, effect: str) -> None:
    answer = one(built_in, "engine-parts").verdict(code="internal_error", status=status)
    assert written(answer) == verdict
    assert answer.says is not None
    assert answer.says.write_effect == effect


def test_engine_conflict_is_told_apart_only_by_the_operation(built_in: Catalogues) -> None:
    engine = one(built_in, "engine-parts")
    assert engine.verdict(code="conflict", status=409).retry == "ambiguous"
    polled = engine.verdict(code="conflict", status=409, operation="create program")
    assert (polled.retry, polled.wait) == ("after_poll", "poll")
    assert polled.says is not None
    assert polled.says.idempotency_key == "reuse"
    assert engine.verdict(status=409, operation="create program").retry == "after_poll"


def test_engine_wants_a_key_on_every_write(built_in: Catalogues) -> None:
    key = one(built_in, "engine-parts").idempotency
    assert key is not None
    assert key.header == "Idempotency-Key"
    assert set(key.required_on) == {"POST", "PUT", "PATCH", "DELETE"}
    assert key.missing is not None
    assert (key.missing.status, key.missing.code) == (400, "invalid_request")
    assert key.mismatch is not None
    assert (key.mismatch.status, key.mismatch.code) == (409, "conflict")


def test_engine_echoes_the_request_id_of_the_client(built_in: Catalogues) -> None:
    assert one(built_in, "engine-parts").envelope.request_id_echo == "X-Request-Id"


def test_the_image_api_types_its_errors_besides_coding_them(built_in: Catalogues) -> None:
    images = one(built_in, "openai-compatible-images")
    rule = images.code("rate_limit_exceeded")
    assert rule is not None
    assert rule.type == "rate_limit_error"
    assert [str(place) for place in images.envelope.type] == ["$.error.type"]
    assert images.envelope.branch_on == ("status", "code")


def test_no_status_was_mistaken_for_a_code(built_in: Catalogues) -> None:
    digits = {one.id: tuple(name for name in one.names if name.isdigit()) for one in built_in if any(map(str.isdigit, one.names))}
    assert digits == {"aws": ("404", "403"), "twilio": ("20429",)}  # a HEAD without a body, and integer codes
