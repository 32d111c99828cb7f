"""Errors as each API answers with them, and the call of its SDK that meets them.

The words in the answers are made up, so that they can be looked for: what stands in ``str(e)``, which attribute holds the id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from benchmarks.sdks.server import Answer
from errlint.catalogue.schema import Attribute

ID = "req-7Kq2xZ"
MESSAGE = "the harbour is closed"


@dataclass(frozen=True)
class Specimen:
    """One error of an API.

    :ivar api: the catalogue that describes it; :ivar package: the distribution of the SDK; :ivar call: meets the error at a base URL;
    :ivar holds: what stands in the answer. :ivar raises: the root of the exceptions, if not that of the module.
    """

    api: str
    package: str
    module: str
    what: str
    answer: Answer
    call: Callable[[Any, str], object]
    holds: dict[Attribute, str]
    raises: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Its name in reports."""
        return f"{self.api}: {self.what}"


def _aws(service: str, operation: str, **arguments: object) -> Callable[[Any, str], object]:
    def call(boto3: Any, url: str) -> object:
        config = import_module("botocore.config").Config(retries={"total_max_attempts": 1})
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
        return getattr(boto3.client(service, endpoint_url=url, config=config, **keys), operation)(**arguments)

    return call


def _chat(client: str, **settings: object) -> Callable[[Any, str], object]:
    def call(sdk: Any, url: str) -> object:
        address = {"azure_endpoint": url} if "Azure" in client else {"base_url": url}
        made = getattr(sdk, client)(**address, api_key="k", max_retries=0, **settings)
        return made.chat.completions.create(model="m", messages=[])

    return call


def _anthropic(sdk: Any, url: str) -> object:
    return sdk.Anthropic(base_url=url, api_key="k", max_retries=0).messages.create(model="m", max_tokens=1, messages=[])


def _azure(_: Any, url: str) -> object:
    key = import_module("azure.core.credentials").AzureKeyCredential("k")
    client = import_module("azure.ai.inference").ChatCompletionsClient(endpoint=url, credential=key, retry_total=0)
    return client.complete(messages=[{"role": "user", "content": "x"}])


def _github(sdk: Any, url: str) -> object:
    return sdk.Github(base_url=url, retry=None).get_repo("a/b")


def _gitlab(sdk: Any, url: str) -> object:
    return sdk.Gitlab(url, private_token="t").projects.get(1)


def _slack(sdk: Any, url: str) -> object:
    return sdk.WebClient(token="t", base_url=f"{url}/").chat_postMessage(channel="C", text="x")


def _stripe(sdk: Any, url: str) -> object:
    sdk.api_key, sdk.api_base, sdk.max_network_retries = "sk_test", url, 0
    return sdk.Customer.retrieve("cus_1")


def _jira(sdk: Any, url: str) -> object:
    return sdk.JIRA(url, max_retries=0, get_server_info=False, basic_auth=("a", "b")).issue("X-1")


def _notion(sdk: Any, url: str) -> object:
    retries = {"retry": False} if hasattr(import_module("notion_client.client").ClientOptions, "retry") else {}  # none before 3
    return sdk.Client(auth="t", base_url=url, log_level=logging.CRITICAL, **retries).pages.retrieve("p")


def _twilio(_: Any, url: str) -> object:
    http = import_module("twilio.http.http_client")

    class Local(http.TwilioHttpClient):  # type: ignore[name-defined, misc] # the SDK has no setting for the address
        def request(self, method: str, uri: str, *rest: Any, **more: Any) -> Any:
            return super().request(method, url + urlsplit(uri).path, *rest, **more)

    client = import_module("twilio.rest").Client("AC1", "t", http_client=Local())
    return client.messages.create(to="+1", from_="+1", body="x")


def _mistral(sdk: Any, url: str) -> object:
    made = (getattr(sdk, "Mistral", None) or import_module("mistralai.client").Mistral)(api_key="k", server_url=url)
    return made.chat.complete(model="m", messages=[{"role": "user", "content": "x"}])


def _cloudflare(sdk: Any, url: str) -> object:
    return sdk.Cloudflare(api_token="t", base_url=url, max_retries=0).zones.get(zone_id="z")


SPECIMENS = (
    Specimen(
        "aws", "boto3", "boto3", "throttled with a 400, in JSON",
        Answer(400, {"x-amzn-requestid": ID}, {"__type": "com.amazonaws#ProvisionedThroughputExceededException", "message": MESSAGE}),
        _aws("dynamodb", "get_item", TableName="table", Key={"a": {"S": "b"}}),
        {"code": "ProvisionedThroughputExceededException", "message": MESSAGE, "status": "400", "request_id": ID}, ("botocore",),
    ),
    Specimen(
        "aws", "boto3", "boto3", "a key that is not there, in XML",
        Answer(404, {"x-amz-request-id": ID}, f"<Error><Code>NoSuchKey</Code><Message>{MESSAGE}</Message></Error>", "application/xml"),
        _aws("s3", "get_object", Bucket="b", Key="k"),
        {"code": "NoSuchKey", "message": MESSAGE, "status": "404", "request_id": ID}, ("botocore",),
    ),
    Specimen(
        "openai", "openai", "openai", "a rate limit",
        Answer(429, {"x-request-id": ID}, {"error": {"message": MESSAGE, "type": "slow_type", "param": None, "code": "rate_code"}}),
        _chat("OpenAI"),
        {"code": "rate_code", "message": MESSAGE, "type": "slow_type", "status": "429", "request_id": ID},
    ),
    Specimen(
        "azure-openai", "openai", "openai", "a rate limit",
        Answer(429, {"x-request-id": ID, "apim-request-id": "apim"}, {"error": {"message": MESSAGE, "code": "rate_code"}}),
        _chat("AzureOpenAI", api_version="1"),
        {"code": "rate_code", "message": MESSAGE, "status": "429", "request_id": ID},
    ),
    Specimen(
        "groq", "groq", "groq", "a rate limit",
        Answer(429, {"x-request-id": ID}, {"error": {"message": MESSAGE, "type": "slow_type", "code": "rate_code"}}),
        _chat("Groq"),
        {"code": "rate_code", "message": MESSAGE, "type": "slow_type", "status": "429", "request_id": ID},
    ),
    Specimen(
        "anthropic", "anthropic", "anthropic", "a rate limit",
        Answer(
            429, {"request-id": ID},
            {
                "type": "error", "request_id": ID,
                "error": {"type": "rate_limit_error", "message": MESSAGE, "details": {"error_code": "ramp_limit_exceeded"}},
            },
        ),
        _anthropic,
        {"code": "ramp_limit_exceeded", "type": "rate_limit_error", "message": MESSAGE, "status": "429", "request_id": ID},
    ),
    Specimen(
        "azure", "azure-ai-inference", "azure.ai.inference", "a rate limit",
        Answer(429, {"x-ms-request-id": ID}, {"error": {"code": "TooManyRequests", "message": MESSAGE}}),
        _azure,
        {"code": "TooManyRequests", "message": MESSAGE, "status": "429", "request_id": ID},
    ),
    Specimen(
        "azure", "azure-ai-inference", "azure.ai.inference", "an answer that is no JSON",
        Answer(500, {"x-ms-request-id": ID}, "oops", "text/plain"),
        _azure,
        {"status": "500", "request_id": ID},
    ),
    Specimen(
        "github", "PyGithub", "github", "not found",
        Answer(404, {"X-GitHub-Request-Id": ID}, {"message": MESSAGE, "status": "404"}),
        _github,
        {"message": MESSAGE, "status": "404", "request_id": ID},
    ),
    Specimen(
        "github", "PyGithub", "github", "a refused field",
        Answer(422, {"X-GitHub-Request-Id": ID}, {"message": MESSAGE, "errors": [{"field": "title", "code": "missing_field"}]}),
        _github,
        {"message": MESSAGE, "status": "422", "request_id": ID},
    ),
    Specimen(
        "gitlab", "python-gitlab", "gitlab", "not found",
        Answer(404, {"X-Request-Id": ID}, {"message": MESSAGE}),
        _gitlab,
        {"message": MESSAGE, "status": "404", "request_id": ID},
    ),
    Specimen(
        "slack", "slack_sdk", "slack_sdk", "a 200 that is an error",
        Answer(200, {"x-slack-req-id": ID}, {"ok": False, "error": "channel_not_found"}),
        _slack,
        {"code": "channel_not_found", "request_id": ID},
    ),
    Specimen(
        "slack", "slack_sdk", "slack_sdk", "a rate limit",
        Answer(429, {"x-slack-req-id": ID, "Retry-After": "30"}, {"ok": False, "error": "ratelimited"}),
        _slack,
        {"code": "ratelimited", "request_id": ID},
    ),
    Specimen(
        "stripe", "stripe", "stripe", "a lock, whose code is not on the exception",
        Answer(429, {"request-id": ID}, {"error": {"type": "slow_type", "code": "lock_timeout", "message": MESSAGE}}),
        _stripe,
        {"code": "lock_timeout", "type": "slow_type", "message": MESSAGE, "status": "429", "request_id": ID},
    ),
    Specimen(
        "stripe", "stripe", "stripe", "a parameter that is missing",
        Answer(400, {"request-id": ID}, {"error": {"type": "bad_type", "code": "parameter_missing", "message": MESSAGE, "param": "pier"}}),
        _stripe,
        {"code": "parameter_missing", "type": "bad_type", "message": MESSAGE, "status": "400", "request_id": ID, "param": "pier"},
    ),
    Specimen(
        "atlassian", "jira", "jira", "not found",
        Answer(404, {"Atl-Traceid": ID}, {"errorMessages": [MESSAGE], "errors": {}}),
        _jira,
        {"message": MESSAGE, "status": "404", "request_id": ID},
    ),
    Specimen(
        "notion", "notion-client", "notion_client", "not found",
        Answer(404, {}, {"object": "error", "status": 404, "code": "object_not_found", "message": MESSAGE, "request_id": ID}),
        _notion,
        {"message": MESSAGE, "request_id": ID},
    ),
    Specimen(
        "notion", "notion-client", "notion_client", "a code that the SDK does not know",
        Answer(529, {}, {"object": "error", "status": 529, "code": "service_overload", "message": MESSAGE, "request_id": ID}),
        _notion,
        {"code": "service_overload", "status": "529", "message": MESSAGE, "request_id": ID},
    ),
    Specimen(
        "twilio", "twilio", "twilio", "a number that is none",
        Answer(400, {"Twilio-Request-Id": ID}, {"code": 21211, "message": MESSAGE, "status": 400}),
        _twilio,
        {"code": "21211", "status": "400", "request_id": ID},
    ),
    Specimen(
        "mistral", "mistralai", "mistralai", "a rate limit",
        Answer(429, {"mistral-correlation-id": ID}, {"object": "error", "message": MESSAGE, "type": "slow_type", "code": "rate_code"}),
        _mistral,
        {"status": "429", "request_id": ID},
    ),
    Specimen(
        "cloudflare", "cloudflare", "cloudflare", "a token that is none",
        Answer(403, {"cf-ray": ID}, {"success": False, "errors": [{"code": 9109, "message": MESSAGE}], "messages": [], "result": None}),
        _cloudflare,
        {"code": "9109", "status": "403", "request_id": ID},
    ),
)  # fmt: skip
