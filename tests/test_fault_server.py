"""The fault server, virtual time, and the runner themselves."""

from __future__ import annotations

import time

import pytest

from errlint import registry
from errlint.catalogue import Catalogue, Format
from tests.support.answers import HANG, RESET, Answer, Told, bare, html, ok, slow
from tests.support.client import run
from tests.support.playing import error, every_answer, success, waits
from tests.support.server import FaultServer

REQUESTS = """
import requests
def get():
    return requests.get("https://api.example.com/items", timeout=10).status_code
"""
HTTPX = """
import httpx
async def get():
    async with httpx.AsyncClient(timeout=10) as client:
        return (await client.get("https://api.example.com/items")).status_code
"""
AIOHTTP = """
import aiohttp
async def get():
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        async with session.get("https://api.example.com/items") as answer:
            return answer.status
"""
URLLIB = """
import urllib.request
def get():
    with urllib.request.urlopen("https://api.example.com/items", timeout=10) as answer:
        return answer.status
"""
CLIENTS = pytest.mark.parametrize("source", [REQUESTS, HTTPX, AIOHTTP, URLLIB], ids=["requests", "httpx", "aiohttp", "urllib"])


@CLIENTS
def test_any_library_reaches_the_server(source: str, server: FaultServer) -> None:
    result = run(server, source, "get()", [ok()])
    assert (result.outcome, [(call.method, call.path) for call in result.calls]) == ("returned 200", [("GET", "/items")])
    assert result.calls[0].headers["host"] == "api.example.com"


ENCRYPTED = """
import urllib.request, httpx, requests
URL = "https" + "://api.example.com/items"
def by_urllib():
    return urllib.request.urlopen(URL, timeout=10).status
def by_requests():
    return requests.get(URL, timeout=10).status_code
def by_httpx():
    return httpx.get(URL, timeout=10).status_code
async def in_a_loop():
    async with httpx.AsyncClient(timeout=10) as client:
        return (await client.get(URL)).status_code
"""


@pytest.mark.parametrize("call", ["by_urllib()", "by_requests()", "by_httpx()", "in_a_loop()"])
def test_what_insists_on_encryption_reaches_it_too(call: str, server: FaultServer) -> None:
    assert run(server, ENCRYPTED, call, [ok()]).outcome == "returned 200"


SDKS = """
import anthropic, boto3, github, openai, stripe
from slack_sdk import WebClient

def of_openai():
    return openai.OpenAI(api_key="k").responses.create(model="m", input="q")
async def of_anthropic():
    return await anthropic.AsyncAnthropic(api_key="k").messages.create(model="m", max_tokens=9, messages=[])
def of_aws():
    s3 = boto3.client("s3", "eu-west-1", aws_access_key_id="k", aws_secret_access_key="k")
    return s3.get_object(Bucket="models", Key="k")
def of_slack():
    return WebClient(token="t").chat_postMessage(channel="c", text="t")
def of_stripe():
    return stripe.StripeClient("k").customers.retrieve("c")
def of_github():
    return github.Github().get_repo("o/r").id
"""


@pytest.mark.parametrize(("call", "host"), [
    ("of_openai()", "api.openai.com"), ("of_anthropic()", "api.anthropic.com"), ("of_aws()", "models.s3.eu-west-1.amazonaws.com"),
    ("of_slack()", "slack.com"), ("of_stripe()", "api.stripe.com"), ("of_github()", "api.github.com"),
])  # fmt: skip
def test_sdks_reach_it_at_addresses_of_their_own(call: str, host: str, server: FaultServer) -> None:
    result = run(server, SDKS, call, [success(_api("slack"))])
    assert result.raised is None
    assert [asked.headers["host"] for asked in result.calls] == [host]


@CLIENTS
@pytest.mark.parametrize("answer", [RESET, HANG, slow(ok(), 11)], ids=str)
def test_nothing_comes(source: str, answer: Answer, server: FaultServer) -> None:
    started = time.monotonic()
    result = run(server, source, "get()", [answer])
    assert result.raised is not None
    assert not result.is_endless
    timed_out = "Timeout" in type(result.raised).__name__ or "timed out" in str(result.raised)
    assert timed_out == (answer is not RESET)
    assert time.monotonic() - started < 9, "the client waited for real"


@CLIENTS
def test_late_but_in_time(source: str, server: FaultServer) -> None:
    assert run(server, source, "get()", [slow(ok(), 9)]).outcome == "returned 200"


LOOP = """
import time, asyncio, requests, httpx
from datetime import datetime, timezone

def again(first=0.5, limit=5):
    times = []
    for attempt in range(limit):
        answer = requests.get("https://api.example.com/items", headers={"Idempotency-Key": "k1"}, timeout=5)
        times.append((time.time(), datetime.now(timezone.utc).timestamp()))
        if answer.status_code == 200:
            break
        time.sleep(first * 2**attempt)
    return times

async def paused():
    begun, wall = asyncio.get_running_loop().time(), time.monotonic()
    await asyncio.sleep(100)
    return asyncio.get_running_loop().time() - begun > 99, time.monotonic() - wall > 99

async def impatient():
    async def loop():
        while True:
            await asyncio.sleep(3)
    await asyncio.wait_for(loop(), 10)

def for_ever():
    while True:
        try:
            requests.get("https://api.example.com/items", timeout=5).raise_for_status()
        except Exception:
            continue

def asleep():
    while True:
        time.sleep(0)

async def in_a_group():
    while True:
        try:
            async with httpx.AsyncClient() as client:
                (await client.get("https://api.example.com/items")).raise_for_status()
        except Exception:
            continue
"""


def test_a_script_is_played_to_its_end_and_its_last_answer_for_ever(server: FaultServer) -> None:
    result = run(server, LOOP, "again()", [bare(429), bare(503), ok()])
    assert [call.answer for call in result.calls] == ["429 empty", "503 empty", "200"]
    assert len(run(server, LOOP, "again()", [bare(404)]).calls) == 5


def test_sleeps_are_recorded_and_move_every_clock(server: FaultServer) -> None:
    result = run(server, LOOP, "again()", [bare(429), bare(429), ok()])
    assert result.waits == (0.5, 1.0)
    assert [call.at for call in result.calls] == [0, 0.5, 1.5]
    assert [call.key("Idempotency-Key") for call in result.calls] == ["k1"] * 3
    assert [wall == utc for wall, utc in result.returned] == [True] * 3
    assert run(server, LOOP, "paused()", [ok()]).returned == (True, True)
    assert run(server, LOOP, "impatient()", [ok()]).outcome.startswith("raised TimeoutError")


@pytest.mark.parametrize("call", ["for_ever()", "asleep()", "in_a_group()"])
def test_a_client_without_an_end_is_stopped(call: str, server: FaultServer) -> None:
    assert run(server, LOOP, call, [bare(500)]).is_endless


def test_time_is_real_again_afterwards(server: FaultServer) -> None:
    run(server, LOOP, "again()", [bare(429)])
    begun = time.time()
    time.sleep(0.01)
    assert abs(time.time() - begun - 0.01) < 5
    assert type(time.sleep).__name__ == "builtin_function_or_method"


LOGGING = """
import logging, requests, uuid
log = logging.getLogger("client")

def get():
    try:
        requests.post("https://api.example.com/items", headers={"Idempotency-Key": str(uuid.uuid4())}, timeout=5).raise_for_status()
    except requests.HTTPError as e:
        log.warning("failed", extra={"request_id": e.response.headers["X-Request-Id"]})
        print("sorry")
        raise ValueError("no item") from e
"""


def test_logs_prints_and_causes_are_seen(server: FaultServer) -> None:
    script = [bare(500, {"X-Request-Id": "r-1"})]
    result = run(server, LOGGING, "get()", script)
    assert result.outcome == "raised ValueError from HTTPError"
    assert "WARNING client failed {'request_id': 'r-1'}" in result.said
    assert "sorry" in result.printed
    assert result.behaviour == run(server, LOGGING, "get()", script).behaviour, "keys that are drawn at random are compared by order"


def test_answers_stand_in_the_envelope_of_the_api() -> None:
    api = _api("girardai")
    answer = error(api, "WORKFLOW_NOT_FOUND")
    assert answer.status == 404
    assert answer.body == {
        "success": False,
        "error": {"code": "WORKFLOW_NOT_FOUND", "message": "Workflow not found"},
        "meta": {"requestId": answer.request_id},
    }
    assert error(_api("engine-parts"), "conflict").body["error"]["requestId"] == answer.request_id
    assert error(_api("openai-compatible-images"), "rate_limit_exceeded").body["error"]["type"] == "rate_limit_error"


def test_a_client_that_asks_first_is_told_to_send_its_body_at_once(server: FaultServer) -> None:
    result = run(server, SDKS.replace("s3.get_object(", 's3.put_object(Body=b"content", '), "of_aws()", [bare(200)])
    assert result.raised is None
    assert b"content" in result.calls[0].body


def test_errors_that_only_the_body_tells_come_with_200() -> None:
    assert error(_api("slack"), "channel_not_found").status == 200
    assert error(_api("slack"), "channel_not_found").is_error
    assert success(_api("slack")).body["ok"] is True
    assert not success(_api("slack")).is_error


def test_every_place_and_format_of_a_time_to_wait_is_played() -> None:
    labels = [answer.label for answer in waits(_api("girardai"), "RATE_LIMIT_EXCEEDED", status=429)]
    assert [label.partition(", ")[2] for label in labels] == [
        "header Retry-After: delta-seconds",
        "$.error.details.retryAfter: seconds-number",
        "$.error.details.resetAt: rfc3339",
        "header X-RateLimit-Reset: epoch-seconds",
    ]


@pytest.mark.parametrize(
    ("way", "written"),
    [
        ("delta-seconds", "90"),
        ("decimal-seconds", "90.0"),
        ("milliseconds", "90000"),
        ("http-date", "Thu, 01 Jan 2026 00:01:30 GMT"),
        ("epoch-seconds", "1767225690"),
        ("epoch-ms", "1767225690000"),
        ("rfc3339", "2026-01-01T00:01:30Z"),
        ("go-duration", "1m30s"),
        ("proto-duration", "90s"),
        ("ietf-ratelimit", '"api";r=0;t=90'),
        ("seconds-number", 90),
    ],
)
def test_times_are_written_in_every_format(way: Format, written: object) -> None:
    assert Told(90, way).value(1_767_225_600) == written


@pytest.mark.parametrize("api", list(registry.catalogues(())), ids=lambda api: api.id)
def test_every_code_and_status_of_a_catalogue_is_among_the_answers(api: Catalogue) -> None:
    answers = every_answer(api)
    assert {answer.code for answer in answers} >= set(api.names)
    assert {answer.status for answer in answers} >= {int(status) for status in api.status if status.isdigit() and int(status) >= 400}
    assert len({answer.label for answer in answers}) == len(answers), "labels tell answers apart"
    assert {html(502), RESET, HANG} <= set(answers)


def _api(name: str) -> Catalogue:
    return next(api for api in registry.catalogues(()) if api.id == name)
