"""The catalogues of vendors: where things stand, what may be retried, how long, and what their SDKs give.

The tables were written down from the pages and observations that each catalogue names, not from the TOML.
"""

from __future__ import annotations

import pytest

from errlint.catalogue import Catalogues
from tests.catalogue.test_documents import written

PLACES = {
    "aws": "$.Error.Code | $.Error.Message | $.ResponseMetadata.RequestId, header x-amzn-requestid, header x-amz-request-id",
    "openai": "$.error.code | $.error.message | header x-request-id",
    "azure-openai": "$.error.code | $.error.message | header apim-request-id, header x-request-id",
    "azure": "$.error.code, header x-ms-error-code | $.error.message | header x-ms-request-id, header x-ms-activity-id",
    "anthropic": "$.error.details.error_code, $.error.type | $.error.message | header request-id, $.request_id",
    "groq": "$.error.code | $.error.message | header x-request-id",
    "github": "$.errors[*].code | $.message, $.errors[*].message | header x-github-request-id",
    "gitlab": " | $.message, $.error, $.error_description | header x-request-id",
    "slack": "$.error |  | header x-slack-req-id",
    "stripe": "$.error.code, $.error.decline_code | $.error.message | header request-id",
    "atlassian": " | $.errorMessages[*], $.message, $.errorMessage | header Atl-Traceid",
    "notion": "$.code | $.message | $.request_id",
    "twilio": "$.code | $.message | header twilio-request-id",
    "mistral": "$.code | $.message, $.detail[*].msg | header mistral-correlation-id",
    "cloudflare": "$.errors[*].code | $.errors[*].message | header cf-ray",
}
"""code | message | request id"""

WAITS = {
    "aws": "x-amz-retry-after milliseconds",
    "openai": "retry-after-ms milliseconds, Retry-After delta-seconds/http-date, x-ratelimit-reset-requests go-duration, "
    "x-ratelimit-reset-tokens go-duration",
    "azure-openai": "retry-after-ms milliseconds, Retry-After delta-seconds/http-date",
    "azure": "retry-after-ms milliseconds, x-ms-retry-after-ms milliseconds, Retry-After delta-seconds/http-date",
    "anthropic": "retry-after-ms milliseconds, Retry-After delta-seconds/http-date",
    "groq": "retry-after-ms milliseconds, Retry-After delta-seconds/http-date",
    "github": "Retry-After delta-seconds, x-ratelimit-reset epoch-seconds",
    "gitlab": "Retry-After delta-seconds, RateLimit-Reset epoch-seconds, RateLimit-ResetTime http-date",
    "slack": "Retry-After delta-seconds",
    "stripe": "",
    "atlassian": "Retry-After delta-seconds, X-RateLimit-Reset rfc3339",
    "notion": "Retry-After delta-seconds",
    "twilio": "Retry-After delta-seconds",
    "mistral": "retry-after-ms milliseconds, Retry-After delta-seconds/http-date",
    "cloudflare": "Retry-After delta-seconds",
}

VERDICTS = """
aws        400  -                            by_code
aws        400  ThrottlingException          yes/backoff
aws        -    LimitExceededException       yes/backoff!
aws        -    AccessDenied                 no
aws        404  NoSuchKey                    no
aws        -    ResourceNotFoundException    unstated
aws        503  -                            yes/backoff
openai     429  -                            by_code
openai     429  rate_limit_exceeded          yes/retry_after
openai     429  insufficient_quota           after_change
openai     429  credit_balance_exhausted     after_change
openai     503  slow_down                    yes/backoff
openai     503  server_is_overloaded         yes/backoff
openai     401  -                            no
anthropic  429  -                            by_code
anthropic  429  ramp_limit_exceeded          yes/retry_after
anthropic  429  contract_spend_limit_reached after_change
anthropic  400  external_key_validation_timed_out     yes/backoff
anthropic  400  rbac_group_owner_access_unconfirmed   no
anthropic  400  thread_continue_in_flight    after_poll
anthropic  409  external_key_changed         yes/backoff
anthropic  409  scan_pending                 after_poll
anthropic  503  registration_pending         unstated
anthropic  503  workspace_created_incomplete no
anthropic  529  overloaded_error             yes/backoff
anthropic  413  -                            after_change
azure-openai 429 -                           yes/retry_after
azure-openai 400 content_filter              no
azure      429  -                            yes/retry_after
github     403  -                            ambiguous
github     404  -                            unstated
github     422  already_exists               no
github     429  -                            yes/retry_after
gitlab     429  -                            yes/retry_after
gitlab     404  -                            unstated
slack      429  -                            yes/retry_after
slack      -    ratelimited                  yes/retry_after
slack      -    rate_limited                 yes/retry_after
slack      -    internal_error               conditional
slack      -    invalid_auth                 after_change
slack      -    missing_scope                no
stripe     409  idempotency_key_in_use       yes/backoff
stripe     429  lock_timeout                 yes/backoff
stripe     400  rate_limit                   yes/backoff
stripe     402  -                            unstated
stripe     500  -                            unstated
atlassian  503  -                            conditional/retry_after
notion     409  conflict_error               conditional
notion     529  service_overload             yes/retry_after
notion     503  database_connection_unavailable  yes/backoff
notion     404  object_not_found             no
twilio     429  20429                        yes/backoff
mistral    429  -                            yes/backoff
cloudflare 429  -                            yes/retry_after
groq       429  -                            yes/retry_after
"""

HOSTS = {
    "https://s3.eu-west-1.amazonaws.com/b/k": "aws",
    "https://api.openai.com/v1/responses": "openai",
    "https://acme.openai.azure.com/openai/deployments/m": "azure-openai",
    "https://api.anthropic.com/v1/messages": "anthropic",
    "https://api.groq.com/openai/v1/models": "groq",
    "https://api.github.com/repos/a/b": "github",
    "https://gitlab.com/api/v4/projects": "gitlab",
    "https://gitlab.com/group/project/-/raw/main/file": None,
    "https://slack.com/api/chat.postMessage": "slack",
    "https://slack.com/help": None,
    "https://api.stripe.com/v1/charges": "stripe",
    "https://acme.atlassian.net/rest/api/3/issue": "atlassian",
    "https://acme.atlassian.net/browse/X-1": None,
    "https://api.notion.com/v1/pages": "notion",
    "https://api.twilio.com/2010-04-01/Accounts": "twilio",
    "https://api.mistral.ai/v1/chat/completions": "mistral",
    "https://api.cloudflare.com/client/v4/zones": "cloudflare",
    "https://docs.github.com/rest": None,
}


@pytest.mark.parametrize("name", PLACES)
def test_code_message_and_request_id_stand_where_they_were_seen(built_in: Catalogues, name: str) -> None:
    envelope = built_in.require(name).envelope
    found = (", ".join(map(str, places)) for places in (envelope.code, envelope.message, envelope.request_id))
    assert " | ".join(found) == PLACES[name]


@pytest.mark.parametrize("name", WAITS)
def test_the_wait_stands_in_these_headers_in_this_order(built_in: Catalogues, name: str) -> None:
    found = built_in.require(name).retry_after
    assert ", ".join(f"{one.place.header} {'/'.join(one.formats)}" for one in found) == WAITS[name]


@pytest.mark.parametrize("row", VERDICTS.strip().splitlines())
def test_verdicts(built_in: Catalogues, row: str) -> None:
    name, status, code, verdict = row.split()
    catalogue = built_in.require(name)
    answer = catalogue.verdict(status=None if status == "-" else int(status), code=None if code == "-" else code)
    assert written(answer) == verdict
    if code != "-":
        assert code in catalogue.names
        assert status == "-" or not catalogue.statuses_of(code) or int(status) in catalogue.statuses_of(code)


@pytest.mark.parametrize("url", HOSTS)
def test_addresses(built_in: Catalogues, url: str) -> None:
    host, _, path = url.removeprefix("https://").partition("/")
    found = built_in.for_host(host, f"/{path}")
    assert (found.id if found else None) == HOSTS[url]


def test_slack_fails_with_a_200(built_in: Catalogues) -> None:
    by_body, by_status = built_in.require("slack").failure
    assert (by_body.json, by_body.equals, by_status.status) == ("$.ok", False, ">=400")


def test_only_the_message_tells_the_kinds_of_limit_of_github(built_in: Catalogues) -> None:
    assert built_in.require("github").message_contract == "sole_discriminator"


def test_stripe_replays_what_it_answered_first(built_in: Catalogues) -> None:
    key = built_in.require("stripe").idempotency
    assert key is not None
    assert (key.header, key.replay, key.sdk_auto) == ("Idempotency-Key", "saved_response", True)


def test_headers_that_decide_before_everything_else(built_in: Catalogues) -> None:
    said = {one.id: tuple(one.override_headers) for one in built_in if one.override_headers}
    stainless = dict.fromkeys(("anthropic", "azure-openai", "groq", "openai"), ("x-should-retry",))
    assert said == {**stainless, "stripe": ("stripe-should-retry",)}


@pytest.mark.parametrize("name", ["gitlab", "twilio"])
def test_ids_that_the_exceptions_do_not_give(built_in: Catalogues, name: str) -> None:
    assert all("request_id" in sdk.unreachable and "request_id" not in sdk.attrs for sdk in built_in.require(name).sdks)


def test_exceptions_whose_text_has_the_id(built_in: Catalogues) -> None:
    shown = {one.id for one in built_in for sdk in one.sdks if "request_id" in (sdk.str_shows or ())}
    assert shown == {"anthropic", "atlassian", "stripe"}


def test_the_lists_of_codes_are_not_complete(built_in: Catalogues) -> None:
    """Nobody may take a code that is not listed for a mistake only because it is not listed; one document says that it lists all."""
    assert [one.id for one in built_in if one.envelope.codes == "complete"] == ["girardai"]


def test_the_class_of_the_client_tells_azure_from_openai(built_in: Catalogues) -> None:
    assert built_in.for_name("openai.AsyncAzureOpenAI") is built_in.require("azure-openai")
    assert built_in.for_name("openai.RateLimitError") is built_in.require("openai")


def test_of_unknown_texts_nothing_is_said_unless_all_are_told_by_text(built_in: Catalogues) -> None:
    assert built_in.require("github").is_told_by_text([])
    assert not built_in.require("openai").is_told_by_text([])


def test_a_text_that_is_all_there_is_tells_only_under_its_statuses(built_in: Catalogues) -> None:
    aws = built_in.require("aws")
    assert aws.is_told_by_text(["Invalid principal"])
    assert aws.is_told_by_text(["Invalid principal"], lambda status: status < 500)
    assert not aws.is_told_by_text(["Invalid principal"], lambda status: status >= 500)
    assert not aws.is_told_by_text(["Rate exceeded"], lambda status: status < 500)
