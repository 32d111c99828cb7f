"""Schema 1 can say what real APIs need: one file that uses all of it, as terse versions of what vendors document."""

from __future__ import annotations

from collections.abc import Callable

from errlint.catalogue import Catalogue
from errlint.catalogue.json_schema import json_schema

EVERYTHING = r"""
hosts = ["api.acme.dev", "*.acme.cloud"]
path_prefixes = ["/v1/"]
host_env_hint = ["ACME_URL"]
sources = [{ title = "Errors", url = "https://acme.dev/errors" }]

[[failure]]
status = "4xx"
[[failure]]
json = "$.ok"
truthy = false
[[failure]]
json = "$.errors[*].code"
truthy = true

[envelope]
code = [
    { header = "X-Error-Code" },
    { json = "$[0].errorCode" },
    { json = "$.errors[*].code", type = "int" },
    { json = "$.error.status", type = "canonical" },
    { json = '$.error.details[*]["@type"]', optional = true },
    { xml = "Error/Code" },
    { sdk_attr = "error.code" },
]
message = [{ header = "X-Error-Message" }, { json = "$.error", shapes = ["string", "object"] }]
param = [{ json = "$.error.param" }]
request_id = [{ header = "X-Request-Id" }, { header = "X-Amzn-Trace-Id" }]
message_contract = "sole_discriminator"
message_allow = [{ status = [403, 429], regex = "(?i)secondary rate limit" }]

[[retry_after]]
header = "retry-after-ms"
formats = ["milliseconds"]
[[retry_after]]
header = "RateLimit"
formats = ["ietf-ratelimit"]
on = [429]
[[retry_after]]
header = "x-ratelimit-reset"
formats = ["epoch-seconds"]
only_if = { header = "x-ratelimit-remaining", equals = "0" }
[[retry_after]]
json = "$.error.details[*].retryDelay"
formats = ["proto-duration", "go-duration"]
on = ["RESOURCE_EXHAUSTED"]
[[retry_after]]
sdk_attr = "retry_after"
formats = ["decimal-seconds"]

[override_headers]
x-should-retry = { true = "yes", false = "no" }

[idempotency]
header = "Idempotency-Key"
replay = "saved_response"
ttl = "24 h"
sdk_auto = true

[status.403]
retry = "by_code"

[[code]]
names = ["RESOURCE_EXHAUSTED"]
status = [429, 403]
retry = "yes"
wait = "retry_after"

[[code.case]]
when = { type = "insufficient_quota" }
retry = "no"
action = "billing"

[[code.case]]
when = { header = "stripe-should-retry", sdk_version = ">=16", param = "amount" }
retry = "conditional"
change = "what the header says"

[[code]]
names = ["fatal_error"]
status = [200]
retry = "unstated"
write_effect = "maybe_partial"

[[sdk]]
package = "acme"
versions = ">=1.2,<3"
import_roots = ["acme", "google.acme"]
http_lib = "httpx2"
base_exception = "acme.AcmeError"
exceptions = [
    { class = "acme.RateLimitError", status = [429], codes = ["RESOURCE_EXHAUSTED"], parents = ["acme.AcmeError"] },
    { class = "acme.ServerError", status = ["5xx"], attrs = { code = "error.code" } },
    { class = "acme.ConnectionError", unreachable = ["status", "headers", "request_id"] },
]
attrs = { code = "code", status = "response.status_code", body = "body" }
str_contains = "body"

[sdk.builtin_retry]
default_attempts = 3
statuses = [408, 409, 429, "5xx"]
connection_errors = true
honours = ["retry-after"]
retry_after_max = 60.0
disable = "max_retries=0"

[[surface]]
id = "graphql"
path_prefixes = ["/v1/graphql"]
[[surface.failure]]
json = "$.errors"
truthy = true
[surface.envelope]
code = [{ json = "$.errors[0].extensions.code" }]
[[surface.code]]
names = ["THROTTLED"]
status = [200]
retry = "yes"
wait = "backoff"
"""


def test_everything_that_real_apis_need_can_be_said(acme: Callable[[str], Catalogue]) -> None:
    catalogue = acme(EVERYTHING)
    assert [str(place) for place in catalogue.envelope.code] == [
        "header X-Error-Code",
        "$[0].errorCode",
        "$.errors[*].code",
        "$.error.status",
        "$.error.details[*].@type",
        "xml Error/Code",
        ".error.code",
    ]
    assert catalogue.envelope.code[2].json == ("errors", "*", "code")
    assert catalogue.override_headers == {"x-should-retry": {"true": "yes", "false": "no"}}
    assert catalogue.verdict(code="RESOURCE_EXHAUSTED", type="insufficient_quota").retry == "no"
    assert catalogue.verdict(code="RESOURCE_EXHAUSTED").retry == "yes"
    assert catalogue.sdks[0].exceptions[0].class_ == "acme.RateLimitError"


def test_a_surface_keeps_what_it_does_not_replace(acme: Callable[[str], Catalogue]) -> None:
    catalogue = acme(EVERYTHING)
    (graphql,) = catalogue.surfaces
    assert graphql.id == "acme/graphql"
    assert graphql.names == ("THROTTLED",)
    assert [str(place) for place in graphql.envelope.code] == ["$.errors[0].extensions.code"]
    assert graphql.hosts == catalogue.hosts
    assert graphql.idempotency == catalogue.idempotency
    assert graphql.verdict(status=403).retry == "by_code"


def test_editors_get_a_json_schema_of_it() -> None:
    text = str(json_schema())
    assert "retry_after" in text
    assert "delta-seconds" in text
