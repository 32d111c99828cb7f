"""After the fix of a retry of hopeless failures, the policy is right for every code and status of the API's catalogue."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from errlint import registry
from errlint.api_comments import ApiComments
from errlint.catalogue import Catalogue
from errlint.engine import Setup, check_bytes, semantics_of
from errlint.fixer import fix_source
from errlint.semantics.retries.policy import RetryPolicy
from errlint.source import Source

_REQUESTS = """
    response = requests.get("https://api.example.com/items", timeout=10)
    response.raise_for_status()
    return response.json()
"""
_HTTPX = _REQUESTS.replace("requests.", "httpx.")
_AIOHTTP = """
    async with aiohttp.ClientSession() as session, session.get("https://api.example.com/items") as response:
        response.raise_for_status()
        return await response.json()
"""


def _decorated(decorator: str, body: str = _REQUESTS, start: str = "def") -> str:
    return f"@{decorator}\n{start} fetch():{body}"


def _loop(handler: str, *, body: str = _REQUESTS, start: str = "def", sleep: str = "time.sleep") -> str:
    tried = textwrap.indent(body.rstrip(), "        ")
    return (
        f"{start} fetch():\n    for attempt in range(4):\n        try:{tried}\n        except {handler}:\n            {sleep}(2**attempt)\n"
        "    return None\n"
    )


READS_CODES = {
    "loop, narrow": _loop("requests.HTTPError as error"),
    "loop, of a library's base": _loop("requests.RequestException"),
    "loop, of anything": _loop("Exception as e"),
    "loop with httpx": _loop("httpx.HTTPStatusError as error", body=_HTTPX),
    "loop that looks at answers": """
def fetch():
    for attempt in range(4):
        response = requests.get("https://api.example.com/items", timeout=10)
        if response.status_code == 200:
            return response.json()
        time.sleep(2**attempt)
    return None
""",
    "recursion": """
def fetch(attempt=0):
    try:
        response = requests.get("https://api.example.com/items", timeout=10)
        response.raise_for_status()
        return response.json()
    except requests.RequestException:
        if attempt == 4:
            raise
        time.sleep(2**attempt)
        return fetch(attempt + 1)
""",
    "decorator of one's own": f"""
def again(function):
    def wrapper(*args):
        for attempt in range(4):
            try:
                return function(*args)
            except Exception as error:
                time.sleep(2**attempt)
    return wrapper


@again
def fetch():{_REQUESTS}
""",
    "tenacity": _decorated("tenacity.retry(stop=tenacity.stop_after_attempt(4))"),
    "tenacity by type": _decorated("tenacity.retry(retry=tenacity.retry_if_exception_type(requests.HTTPError))"),
    "tenacity with httpx": _decorated("tenacity.retry(stop=tenacity.stop_after_attempt(4))", _HTTPX),
    "backoff": _decorated("backoff.on_exception(backoff.expo, requests.RequestException, max_tries=4)"),
    "stamina": _decorated("stamina.retry(on=httpx.HTTPError)", _HTTPX),
    "retrying": _decorated("retrying.retry(stop_max_attempt_number=4)"),
    "google": _decorated("api_retry.Retry(predicate=api_retry.if_exception_type(requests.HTTPError))"),
}
READS_STATUSES = {
    "loop with aiohttp": _loop("aiohttp.ClientError", body=_AIOHTTP, start="async def", sleep="await asyncio.sleep"),
    "tenacity with aiohttp": _decorated("tenacity.retry(stop=tenacity.stop_after_attempt(4))", _AIOHTTP, "async def"),
    "backoff with aiohttp": _decorated("backoff.on_exception(backoff.expo, aiohttp.ClientError, max_tries=4)", _AIOHTTP, "async def"),
    "urllib3": """
def fetch():
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=Retry(total=3, status_forcelist=range(400, 600), backoff_factor=1)))
    return session.get("https://api.example.com/items", timeout=10)
""",
    "httpx-retries": """
def fetch():
    policy = httpx_retries.Retry(total=3, status_forcelist=[400, 401, 422, 429, 500, 502, 503, 504], backoff_factor=1)
    with httpx.Client(transport=httpx_retries.RetryTransport(retry=policy)) as client:
        return client.get("https://api.example.com/items")
""",
    "aiohttp-retry": """
async def fetch():
    options = aiohttp_retry.ExponentialRetry(attempts=3, statuses={400, 401, 422, 429})
    async with aiohttp_retry.RetryClient(retry_options=options) as client:
        async with client.get("https://api.example.com/items") as response:
            return response.status
""",
}
LISTED = ("urllib3", "httpx_retries", "aiohttp_retry")
"""Mechanisms that retry no status but those of a list, which the fix does not add to."""
ANSWERS_ONLY = (
    "aiohttp-retry",
    "httpx-retries",
    "urllib3",
    "google",
    "loop, narrow",
    "loop with httpx",
    "loop that looks at answers",
    "tenacity by type",
)
"""Retries that do not retry failures of the network before the fix either."""
HEAD = """
import asyncio
import time

import aiohttp
import aiohttp_retry
import backoff
import httpx
import httpx_retries
import requests
import retrying
import stamina
import tenacity
from google.api_core import retry as api_retry
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

"""


@cache
def _setup(api: str) -> Setup:
    rules = tuple(rule for rule in registry.rules() if rule.id == "ERR201")
    return Setup(rules, registry.libraries(), registry.catalogues(()), api)


def _policy(text: str, setup: Setup) -> RetryPolicy:
    source = Source.parse(text.encode(), "client.py")
    found = semantics_of(source, setup, ApiComments.parse(source.text, setup.api_ids)).retries.policies
    return next(policy for policy in found if policy.attempts)


def _fixed(code: str, setup: Setup) -> str | None:
    """The text after the fix; None where nothing is found, because the API rules nothing out for certain."""
    text = HEAD + code
    if not check_bytes(text.encode(), "client.py", setup).findings:
        return None
    outcome = fix_source(text.encode(), "client.py", lambda raw, shown: check_bytes(raw, shown, setup), unsafe=True)
    assert outcome.applied, f"no fix for\n{code}"
    return outcome.raw.decode()


def _apis() -> list[str]:
    return sorted(catalogue.id for catalogue in registry.catalogues(()))


@pytest.mark.parametrize("api", _apis())
@pytest.mark.parametrize("mechanism", [*READS_CODES, *READS_STATUSES])
def test_right_for_every_code(mechanism: str, api: str) -> None:
    """What may succeed is retried as before; what fails again is not, where the client can tell it by the code or the status."""
    if (mechanism, api) == ("urllib3", "http"):
        pytest.skip("a range with holes is not written anew")
    setup = _setup(api)
    fixed = _fixed({**READS_CODES, **READS_STATUSES}[mechanism], setup)
    if fixed is None:
        return
    policy, catalogue = _policy(fixed, setup), setup.apis.require(api)
    sees_codes = mechanism in READS_CODES and any(place.json and "*" not in place.json for place in catalogue.envelope.code)
    wrong = [*_wrong_by_status(policy, catalogue), *(_wrong_by_code(policy, catalogue) if sees_codes else ())]
    assert not wrong, "\n".join([*wrong, fixed])
    assert policy.retried.transport is not False or mechanism in ANSWERS_ONLY


def _wrong_by_code(policy: RetryPolicy, catalogue: Catalogue) -> Iterator[str]:
    for code in catalogue.names:
        rule = catalogue.code(code)
        if rule is not None and rule.services:
            continue  # whether the client is one of these is not asked
        statuses = catalogue.statuses_of(code)
        verdicts = {status: catalogue.verdict(status=status, code=code, method="GET").can_succeed for status in statuses}
        for status, can_succeed in verdicts.items():
            retried = policy.retried.status(status, code)
            if can_succeed is True and retried is False:
                yield f"{status} {code} may succeed, and is given up"
            if set(verdicts.values()) == {False} and retried is not False:
                yield f"{status} {code} fails again, and is retried"


def _wrong_by_status(policy: RetryPolicy, catalogue: Catalogue) -> Iterator[str]:
    for status in range(400, 600):
        codes = (None, *catalogue.codes_at(status))
        said = [catalogue.verdict(status=status, code=code, method="GET").can_succeed for code in codes]
        retried = policy.retried.status(status, "a code that is named nowhere")
        named = status < 500 or (str(status) in catalogue.status and policy.mechanism not in LISTED)
        asked_to = policy.wait.server is True and retried is None  # only if the answer has Retry-After
        if set(said) == {False} and retried is not False and named and not asked_to:
            yield f"{status} fails again, and is retried"
        if set(said) == {True} and retried is False and policy.mechanism not in LISTED:
            yield f"{status} may succeed, and is given up"


def test_most_apis_rule_something_out() -> None:
    """The test above would pass if nothing were ever found."""
    ruled_out = [api for api in _apis() if _fixed(READS_CODES["tenacity"], _setup(api)) is not None]
    assert len(ruled_out) > len(_apis()) / 2


LIMITED = """
def fetch():
    for attempt in range(4):
        response = requests.get("https://api.example.com/items", timeout=10)
        if response.status_code != 429:
            return response
        time.sleep(2**attempt)
"""


@pytest.fixture(scope="module")
def seconds_to_wait() -> Callable[[object, float], float]:
    """The helper that the fix of ERR301 writes into a module."""
    rules = tuple(rule for rule in registry.rules() if rule.id == "ERR301")
    setup = Setup(rules, registry.libraries(), registry.catalogues(()))
    text = f"import time\nimport requests\n{LIMITED}{LIMITED.replace('fetch', 'fetch_again')}"
    outcome = fix_source(text.encode(), "client.py", lambda raw, shown: check_bytes(raw, shown, setup), unsafe=True)
    fixed = outcome.raw.decode()
    assert fixed.count("_seconds_to_wait(response, 2**attempt)") == 2
    assert fixed.count("def _seconds_to_wait") == 1
    module: dict[str, Any] = {}
    exec(fixed, module)
    return module["_seconds_to_wait"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("5", 5),
        ("2.5", 2.5),
        ("0", 7),
        ("-5", 7),
        ("nan", 7),
        ("inf", 7),
        ("soon", 7),
        ("", 7),
        ("1m0s", 7),
        ("\u00b2", 7),
        ("2026-11-28T12:00:00Z", 7),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 7),
        ("Fri, 31 Dec 2399 23:59:59 GMT", 120),
        ("Fri, 31 Dec 99999 23:59:59 GMT", 7),
        ("Fri, 99 Foo 2026", 7),
        ("86400", 120),
        ("1e999", 120),
    ],
)
def test_what_the_header_says(told: str, seconds: float, seconds_to_wait: Callable[[object, float], float]) -> None:
    assert seconds_to_wait(SimpleNamespace(headers={"Retry-After": told}), 7) == seconds


@pytest.mark.parametrize(("told", "seconds"), [("30", 30), ("3000", 3000), ("86400", 3600), ("soon", 3600)])
def test_the_longest_wait_is_no_shorter_than_the_old_one(
    told: str, seconds: float, seconds_to_wait: Callable[[object, float], float]
) -> None:
    assert seconds_to_wait(SimpleNamespace(headers={"Retry-After": told}), 3600) == seconds


def test_a_date_counts_from_now(seconds_to_wait: Callable[[object, float], float]) -> None:
    for told in (formatdate(time.time() + 60, usegmt=True), time.asctime(time.gmtime(time.time() + 60))):
        assert 57 <= seconds_to_wait(SimpleNamespace(headers={"Retry-After": told}), 7) <= 60


@pytest.mark.parametrize("answer", [None, SimpleNamespace(), SimpleNamespace(headers=None), SimpleNamespace(headers={})])
def test_no_answer_or_no_header(answer: object, seconds_to_wait: Callable[[object, float], float]) -> None:
    assert seconds_to_wait(answer, 7) == 7
